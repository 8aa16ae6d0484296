// SPDX-License-Identifier: GPL-2.0
/*
 * Hook:     cgroup_skb egress and ingress, connect4/6, sendmsg4/6 and post_bind4/6, of the control group of a container that shares the
 *           host's network.
 * Context:  egress: the process that sends, or softirq; ingress: softirq; the others: the process that makes the call. Packets are those of
 *           the container's sockets, from the IP header on.
 * Does:     lets packets pass or drops them, as the programs of a veth do (veth.bpf.c). They cannot be answered, so the call to open a
 *           conversation is refused already (EPERM). Judges who binds a port, and notes executables, as socket.bpf.c does.
 * On error: a packet that cannot be read does not pass in protect. Before the agent has said whose the control group is, all pass.
 * Needs:    Linux 5.17 (bpf_loop).
 */
#include "include/call.h"
#include "include/verdict.h"

#define CGROUP_DROP 0
#define CGROUP_PASS 1

INLINE int judge_in_cgroup(struct __sk_buff *skb, __u8 direction)
{
	__u32 *place = bpf_get_local_storage(&cgroup_places, 0);
	if (!*place)
		return CGROUP_PASS;
	if (take_short_way(skb, direction, *place, 0) != LONG_WAY)
		return CGROUP_PASS;
	struct judging *j = free_slot();
	if (!j)
		return CGROUP_DROP; /* a packet lost; TCP sends it again */
	int action = handle(skb, j, direction, *place, 0);
	j->busy = 0;
	return action == TC_ACT_UNSPEC ? CGROUP_PASS : CGROUP_DROP;
}

SEC("cgroup_skb/egress")
int cgroup_sends(struct __sk_buff *skb)
{
	return judge_in_cgroup(skb, DIRECTION_OUT);
}

SEC("cgroup_skb/ingress")
int cgroup_receives(struct __sk_buff *skb)
{
	return judge_in_cgroup(skb, DIRECTION_IN);
}

/* The sockets of a control group are known by its place: the host's namespace has those of others too. */
INLINE int on_cgroup_client(struct bpf_sock_addr *ctx, int ipv6)
{
	__u32 place = *(__u32 *)bpf_get_local_storage(&cgroup_places, 0);
	struct endpoint *endpoint = bpf_map_lookup_elem(&endpoints, &place);
	return endpoint ? on_call(ctx, ipv6, place, endpoint, 1) : CALL_ALLOW;
}

INLINE int on_cgroup_server(struct bpf_sock *ctx, int is_local)
{
	__u32 place = *(__u32 *)bpf_get_local_storage(&cgroup_places, 0);
	return place ? on_bind(ctx, is_local, place, bpf_map_lookup_elem(&endpoints, &place)) : CALL_ALLOW;
}

SEC("cgroup/connect4")
int cgroup_connect_ipv4(struct bpf_sock_addr *ctx)
{
	return on_cgroup_client(ctx, 0);
}

SEC("cgroup/connect6")
int cgroup_connect_ipv6(struct bpf_sock_addr *ctx)
{
	return on_cgroup_client(ctx, 1);
}

SEC("cgroup/sendmsg4")
int cgroup_send_ipv4(struct bpf_sock_addr *ctx)
{
	return on_cgroup_client(ctx, 0);
}

SEC("cgroup/sendmsg6")
int cgroup_send_ipv6(struct bpf_sock_addr *ctx)
{
	return on_cgroup_client(ctx, 1);
}

SEC("cgroup/post_bind4")
int cgroup_bind_ipv4(struct bpf_sock *ctx)
{
	return on_cgroup_server(ctx, is_local_ipv4(ctx));
}

SEC("cgroup/post_bind6")
int cgroup_bind_ipv6(struct bpf_sock *ctx)
{
	return on_cgroup_server(ctx, is_local_ipv6(ctx));
}
