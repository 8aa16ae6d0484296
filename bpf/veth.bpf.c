// SPDX-License-Identifier: GPL-2.0
/*
 * Hook:     tc clsact, ingress and egress of the host's side of a container's veth pair.
 * Context:  softirq; ingress sees what the container sends, egress what is sent to it.
 * Does:     lets pass (TC_ACT_UNSPEC, so that programs of others run too), drops (TC_ACT_SHOT), or sends a refusal back to the
 *           container. Keeps the connection table, counts, and tells user space of connections and attempts.
 * On error: a packet that cannot be read, or whose container is not known, does not pass in protect.
 * Needs:    Linux 5.17 (bpf_loop).
 */
#include "include/verdict.h"

SEC("tc")
int from_container(struct __sk_buff *skb)
{
	struct judging *j = first_slot();
	if (!j)
		return TC_ACT_SHOT;
	int action = handle(skb, j, DIRECTION_OUT, skb->ifindex, ETH_LENGTH);
	return action == TC_ACT_STOLEN ? reject(skb, &j->packet, j->now, TOWARDS_PEER) : action;
}

SEC("tc")
int to_container(struct __sk_buff *skb)
{
	if (skb->mark == OWN_MARK) { /* our own refusal; the mark of a container's packet does not survive the veth */
		skb->mark = 0;
		return TC_ACT_UNSPEC;
	}
	struct judging *j = first_slot();
	return j ? handle(skb, j, DIRECTION_IN, skb->ifindex, ETH_LENGTH) : TC_ACT_SHOT;
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
