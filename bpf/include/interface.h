/* SPDX-License-Identifier: GPL-2.0 */
/* A packet at an interface: by the short way or the long one, and right into the other end's container where that may be. */
#ifndef BULWARK_INTERFACE_H
#define BULWARK_INTERFACE_H

#include "verdict.h"
#include <linux/if_packet.h>

/* A packet that arrives for the container behind an interface. */
INLINE int judge_arriving(struct __sk_buff *skb, __u32 place)
{
	if (take_short_way(skb, DIRECTION_IN, place, ETH_LENGTH) != LONG_WAY)
		return TC_ACT_UNSPEC;
	struct judging *j = first_slot();
	return j ? handle(skb, j, DIRECTION_IN, place, ETH_LENGTH) : TC_ACT_SHOT;
}

/*
 * A packet that passes at its sender's and may go right into the container at `place`: it is judged for that one, too, here, and goes past a
 * bridge that would do nothing with it, and past the program there.
 */
INLINE int send_directly(struct __sk_buff *skb, __u32 place)
{
	int action = judge_arriving(skb, place);
	if (action != TC_ACT_UNSPEC)
		return action;
	bpf_skb_change_type(skb, PACKET_HOST); /* it was sent to the other's hardware address */
	return bpf_redirect_peer(place, 0);
}

/* A packet that the container behind an interface sends. */
INLINE int judge_sent(struct __sk_buff *skb, __u32 place, enum towards container)
{
	__u32 neighbour = take_short_way(skb, DIRECTION_OUT, place, ETH_LENGTH);

	if (neighbour == LONG_WAY) {
		struct judging *j = first_slot();
		if (!j)
			return TC_ACT_SHOT;
		int action = handle(skb, j, DIRECTION_OUT, place, ETH_LENGTH);
		if (action != TC_ACT_UNSPEC)
			return action == TC_ACT_STOLEN ? reject(skb, &j->packet, j->now, container) : action;
		neighbour = j->neighbour;
	}
	return container == TOWARDS_PEER && neighbour ? send_directly(skb, neighbour) : TC_ACT_UNSPEC;
}

/* A packet that is sent to it. */
INLINE int judge_received(struct __sk_buff *skb, __u32 place)
{
	if (skb->mark == OWN_MARK) { /* our own refusal; a mark does not survive the way between namespaces */
		skb->mark = 0;
		return TC_ACT_UNSPEC;
	}
	return judge_arriving(skb, place);
}

#endif
