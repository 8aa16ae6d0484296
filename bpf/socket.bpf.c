// SPDX-License-Identifier: GPL-2.0
/*
 * Hook:     cgroup connect4/6, sendmsg4/6 and post_bind4/6, at the root of the cgroup v2 hierarchy.
 * Context:  the process that makes the call.
 * Does:     notes which executable connects where or binds what, in any network namespace but the host's. Never refuses.
 * On error: the executable stays unknown; the call goes on.
 * Needs:    Linux 5.8, BTF.
 */
#include "include/executable.h"

#define ALLOW 1
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2

INLINE void note_socket(struct socket_key *key)
{
	struct socket socket = {
		.executable = current_executable(),
		.process = bpf_get_current_pid_tgid() >> 32,
	};
	if (socket.executable)
		bpf_map_update_elem(&sockets, key, &socket, BPF_ANY);
}

INLINE int note_client(struct bpf_sock_addr *ctx, __u32 family)
{
	struct socket_key key = { .netns = bpf_get_netns_cookie(ctx) };

	if (bpf_map_lookup_elem(&host_namespaces, &key.netns))
		return ALLOW;
	if (family == AF_INET) {
		key.remote.word[2] = bpf_htonl(0xffff);
		key.remote.word[3] = ctx->user_ip4;
	} else {
		key.remote.word[0] = ctx->user_ip6[0];
		key.remote.word[1] = ctx->user_ip6[1];
		key.remote.word[2] = ctx->user_ip6[2];
		key.remote.word[3] = ctx->user_ip6[3];
	}
	key.port = bpf_ntohs(ctx->user_port);
	key.transport = ctx->protocol;
	note_socket(&key);
	return ALLOW;
}

INLINE int note_server(struct bpf_sock *ctx)
{
	struct socket_key key = { .netns = bpf_get_netns_cookie(ctx), .bound = 1 };

	if (bpf_map_lookup_elem(&host_namespaces, &key.netns))
		return ALLOW;
	key.port = ctx->src_port;
	key.transport = ctx->protocol;
	note_socket(&key);
	return ALLOW;
}

SEC("cgroup/connect4")
int connect_ipv4(struct bpf_sock_addr *ctx)
{
	return note_client(ctx, AF_INET);
}

SEC("cgroup/connect6")
int connect_ipv6(struct bpf_sock_addr *ctx)
{
	return note_client(ctx, AF_INET6);
}

SEC("cgroup/sendmsg4")
int send_ipv4(struct bpf_sock_addr *ctx)
{
	return note_client(ctx, AF_INET);
}

SEC("cgroup/sendmsg6")
int send_ipv6(struct bpf_sock_addr *ctx)
{
	return note_client(ctx, AF_INET6);
}

SEC("cgroup/post_bind4")
int bind_ipv4(struct bpf_sock *ctx)
{
	return note_server(ctx);
}

SEC("cgroup/post_bind6")
int bind_ipv6(struct bpf_sock *ctx)
{
	return note_server(ctx);
}
