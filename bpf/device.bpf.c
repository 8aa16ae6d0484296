// SPDX-License-Identifier: GPL-2.0
/*
 * Hook:     tc clsact, egress and ingress of a container's own interface, inside its network namespace: macvlan, ipvlan, and whatever
 *           else has no end on the host.
 * Context:  egress may be a process or softirq, with bottom halves off in both; ingress is softirq.
 * Does:     what the programs of a veth do (veth.bpf.c), seen from the other side: egress is what the container sends.
 * On error: a packet that cannot be read, or whose container is not known, does not pass in protect.
 * Needs:    Linux 5.17 (bpf_loop).
 */
#include "include/interface.h"

SEC("tc")
int device_sends(struct __sk_buff *skb)
{
	return judge_sent(skb, skb->ifindex | PLACE_INSIDE, TOWARDS_STACK);
}

SEC("tc")
int device_receives(struct __sk_buff *skb)
{
	return judge_received(skb, skb->ifindex | PLACE_INSIDE);
}
