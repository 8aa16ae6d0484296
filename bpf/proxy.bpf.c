// SPDX-License-Identifier: GPL-2.0
/*
 * Hook:     cgroup getsockname4/6 and recvmsg4/6, at the root of the cgroup v2 hierarchy.
 * Context:  the process that makes the call.
 * Does:     notes whom a proxy of Docker's takes a connection or a datagram from; when it connects, socket.bpf.c notes whom that is for.
 * On error: the client stays unknown, and its conversation is the host's.
 * Needs:    Linux 5.17 (bpf_loop, in executable.h), BTF.
 */
#include "include/proxy.h"

#define CALL_PASS 1

SEC("cgroup/getsockname4")
int named_ipv4(struct bpf_sock_addr *ctx)
{
	struct address client = {};
	struct bpf_sock *sk = ctx->sk;
	if (!sk || ctx->protocol != TRANSPORT_TCP || sk->state == BPF_TCP_LISTEN || !sk->dst_ip4)
		return CALL_PASS;
	map_ipv4(&client, sk->dst_ip4);
	if (is_proxy())
		note_accepted(&client, bpf_get_socket_cookie(ctx));
	return CALL_PASS;
}

SEC("cgroup/getsockname6")
int named_ipv6(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	if (!sk || ctx->protocol != TRANSPORT_TCP || sk->state == BPF_TCP_LISTEN)
		return CALL_PASS;
	struct address client = { .word = { sk->dst_ip6[0], sk->dst_ip6[1], sk->dst_ip6[2], sk->dst_ip6[3] } };
	if ((client.half[0] || client.half[1]) && is_proxy())
		note_accepted(&client, bpf_get_socket_cookie(ctx));
	return CALL_PASS;
}

SEC("cgroup/recvmsg4")
int received_ipv4(struct bpf_sock_addr *ctx)
{
	struct address client = {};
	map_ipv4(&client, ctx->user_ip4);
	if (is_proxy())
		note_received(&client);
	return CALL_PASS;
}

SEC("cgroup/recvmsg6")
int received_ipv6(struct bpf_sock_addr *ctx)
{
	struct address client = { .word = { ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3] } };
	if (is_proxy())
		note_received(&client);
	return CALL_PASS;
}
