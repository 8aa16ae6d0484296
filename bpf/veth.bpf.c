// SPDX-License-Identifier: GPL-2.0
/*
 * Hook:     tc clsact, ingress and egress of the host's side of a container's veth pair.
 * Context:  softirq; ingress sees what the container sends, egress what is sent to it.
 * Does:     lets pass (TC_ACT_UNSPEC, so that programs of others run too), drops (TC_ACT_SHOT), sends a refusal back to the
 *           container, or sends right into another container of the same bridge (TC_ACT_REDIRECT). Keeps the connection table, counts, and tells user space of connections and attempts.
 * On error: a packet that cannot be read, or whose container is not known, does not pass in protect.
 * Needs:    Linux 5.17 (bpf_loop).
 */
#include "include/interface.h"

SEC("tc")
int from_container(struct __sk_buff *skb)
{
	return judge_sent(skb, skb->ifindex, TOWARDS_PEER);
}

SEC("tc")
int to_container(struct __sk_buff *skb)
{
	return judge_received(skb, skb->ifindex);
}

/* Keeps types that no map holds in the object's BTF, for the test that compares them with the C# ones. */
struct kept_types {
	struct payload_event payload_event;
	struct name_event name_event;
	enum event_type event_type;
	enum direction direction;
	enum mode mode;
	enum verdict verdict;
	enum reason reason;
	enum setting setting;
	enum counter counter;
	enum permission permission;
};
const struct kept_types *unused_types __attribute__((unused));
