// SPDX-License-Identifier: GPL-2.0
/*
 * Hook:     cgroup connect4/6, sendmsg4/6 and post_bind4/6, at the root of the cgroup v2 hierarchy.
 * Context:  the process that makes the call.
 * Does:     in any network namespace but the host's, notes which executable connects where or binds what, and refuses (EPERM) to open a
 *           conversation, or to bind a port, that the profile has for other executables only. Notes whom a proxy of Docker's connects for.
 * On error: the executable stays unknown, and an unknown one may not use what is for listed ones only.
 * Needs:    Linux 5.17 (bpf_loop), BTF.
 */
#include "include/call.h"
#include "include/proxy.h"

INLINE int on_client(struct bpf_sock_addr *ctx, int ipv6)
{
	__u64 netns = bpf_get_netns_cookie(ctx);
	if (bpf_map_lookup_elem(&host_namespaces, &netns))
		return CALL_ALLOW;
	return on_call(ctx, ipv6, netns, bpf_map_lookup_elem(&namespaces, &netns), 0);
}

INLINE int on_connect(struct bpf_sock_addr *ctx, int ipv6)
{
	if (is_proxy())
		note_proxied(bpf_get_socket_cookie(ctx), ctx->protocol);
	return on_client(ctx, ipv6);
}

INLINE int on_server(struct bpf_sock *ctx, int is_local)
{
	__u64 netns = bpf_get_netns_cookie(ctx);
	if (bpf_map_lookup_elem(&host_namespaces, &netns))
		return CALL_ALLOW;
	return on_bind(ctx, is_local, netns, bpf_map_lookup_elem(&namespaces, &netns));
}

SEC("cgroup/connect4")
int connect_ipv4(struct bpf_sock_addr *ctx)
{
	return on_connect(ctx, 0);
}

SEC("cgroup/connect6")
int connect_ipv6(struct bpf_sock_addr *ctx)
{
	return on_connect(ctx, 1);
}

SEC("cgroup/sendmsg4")
int send_ipv4(struct bpf_sock_addr *ctx)
{
	return on_client(ctx, 0);
}

SEC("cgroup/sendmsg6")
int send_ipv6(struct bpf_sock_addr *ctx)
{
	return on_client(ctx, 1);
}

SEC("cgroup/post_bind4")
int bind_ipv4(struct bpf_sock *ctx)
{
	return on_server(ctx, is_local_ipv4(ctx));
}

SEC("cgroup/post_bind6")
int bind_ipv6(struct bpf_sock *ctx)
{
	return on_server(ctx, is_local_ipv6(ctx));
}
