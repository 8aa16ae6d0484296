// SPDX-License-Identifier: GPL-2.0
/*
 * Hook:     tc clsact, egress and ingress of a container's own interface, inside its network namespace: macvlan, ipvlan, and whatever
 *           else has no end on the host.
 * Context:  egress may be a process or softirq, with bottom halves off in both; ingress is softirq.
 * Does:     what the programs of a veth do (veth.bpf.c), seen from the other side: egress is what the container sends.
 * On error: a packet that cannot be read, or whose container is not known, does not pass in protect.
 * Needs:    Linux 5.17 (bpf_loop).
 */
#include "include/verdict.h"

SEC("tc")
int device_sends(struct __sk_buff *skb)
{
	struct judging *j = first_slot();
	if (!j)
		return TC_ACT_SHOT;
	int action = handle(skb, j, DIRECTION_OUT, skb->ifindex | PLACE_INSIDE, ETH_LENGTH);
	return action == TC_ACT_STOLEN ? reject(skb, &j->packet, j->now, TOWARDS_STACK) : action;
}

SEC("tc")
int device_receives(struct __sk_buff *skb)
{
	if (skb->mark == OWN_MARK) { /* our own refusal; a mark does not survive the way between namespaces */
		skb->mark = 0;
		return TC_ACT_UNSPEC;
	}
	struct judging *j = first_slot();
	return j ? handle(skb, j, DIRECTION_IN, skb->ifindex | PLACE_INSIDE, ETH_LENGTH) : TC_ACT_SHOT;
}
