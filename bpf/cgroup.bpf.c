// SPDX-License-Identifier: GPL-2.0
/*
 * Hook:     cgroup_skb egress and ingress, of the control group of a container that shares the host's network.
 * Context:  egress: the process that sends, or softirq; ingress: softirq. Packets of the container's sockets, from the IP header on.
 * Does:     lets pass or drops, as the programs of a veth do (veth.bpf.c). It cannot answer; the sender gets EPERM.
 * On error: a packet that cannot be read does not pass in protect. Before the agent has said whose the control group is, all pass.
 * Needs:    Linux 5.17 (bpf_loop).
 */
#include "include/verdict.h"

#define CGROUP_DROP 0
#define CGROUP_PASS 1

SEC("cgroup_skb/egress")
int cgroup_sends(struct __sk_buff *skb)
{
	__u32 *place = bpf_get_local_storage(&cgroup_places, 0);
	if (!*place)
		return CGROUP_PASS;
	struct judging *j = free_slot();
	if (!j)
		return CGROUP_DROP; /* a packet lost; TCP sends it again */
	int action = handle(skb, j, DIRECTION_OUT, *place, 0);
	j->busy = 0;
	return action == TC_ACT_UNSPEC ? CGROUP_PASS : CGROUP_DROP;
}

SEC("cgroup_skb/ingress")
int cgroup_receives(struct __sk_buff *skb)
{
	__u32 *place = bpf_get_local_storage(&cgroup_places, 0);
	if (!*place)
		return CGROUP_PASS;
	struct judging *j = free_slot();
	if (!j)
		return CGROUP_DROP;
	int action = handle(skb, j, DIRECTION_IN, *place, 0);
	j->busy = 0;
	return action == TC_ACT_UNSPEC ? CGROUP_PASS : CGROUP_DROP;
}
