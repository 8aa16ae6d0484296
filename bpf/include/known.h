/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The short way, which nearly all packets take: the next packet of a connection that is answered, allowed, and was judged by what is in
 * force now. It reads the packet in place. Whatever is not as plain as that goes the long way (verdict.h), which does all of this too.
 */
#ifndef BULWARK_KNOWN_H
#define BULWARK_KNOWN_H

#include "tell.h"

/* A plain packet: where its payload is, and the key of its connection. */
struct plain {
	struct connection_key key;
	__u32 payload; /* bytes */
	__u32 length; /* bytes, from the IP header on */
	__u8 fin;
};

INLINE int plain_transport(const struct __sk_buff *skb, const void *l4, __u32 left, __u8 direction, struct plain *plain)
{
	const void *end = (const void *)(long)skb->data_end;
	__be16 source, destination;

	if (plain->key.transport == TRANSPORT_TCP) {
		const struct tcp_header *tcp = l4;
		if ((const void *)(tcp + 1) > end)
			return 0;
		__u32 header = (tcp->offset >> 4) * 4;
		if (header < sizeof(*tcp) || header > left || (tcp->flags & (TCP_SYN | TCP_RST)))
			return 0;
		plain->fin = tcp->flags & TCP_FIN;
		source = tcp->source;
		destination = tcp->destination;
		plain->payload = left - header;
	} else {
		const __be16 *ports = l4;
		if (l4 + 8 > end || left < 8)
			return 0;
		source = ports[0];
		destination = ports[1];
		plain->payload = left - 8;
		if (direction == DIRECTION_IN && source == bpf_htons(DNS_PORT))
			return 0; /* to be read */
	}
	plain->key.local_port = bpf_ntohs(direction == DIRECTION_OUT ? source : destination);
	plain->key.remote_port = bpf_ntohs(direction == DIRECTION_OUT ? destination : source);
	return 1;
}

/* Reads a TCP or UDP packet without options, extension headers or fragments; 0 if it is none, or not all there. */
INLINE int read_plain(const struct __sk_buff *skb, __u8 direction, __u32 l3, struct plain *plain)
{
	const void *ip = (const void *)(long)skb->data + l3;
	const void *end = (const void *)(long)skb->data_end;
	struct address *source = direction == DIRECTION_OUT ? &plain->key.local : &plain->key.remote;
	struct address *destination = direction == DIRECTION_OUT ? &plain->key.remote : &plain->key.local;

	if (skb->protocol == bpf_htons(ETHERTYPE_IPV4)) {
		const struct ipv4_header *v4 = ip;
		if ((const void *)(v4 + 1) > end || v4->version_ihl != 0x45 || (v4->fragment & bpf_htons(0x3fff)))
			return 0;
		plain->length = bpf_ntohs(v4->length);
		plain->key.transport = v4->protocol;
		map_ipv4(source, v4->source);
		map_ipv4(destination, v4->destination);
		ip += sizeof(*v4);
		if (plain->length < sizeof(*v4))
			return 0;
	} else if (skb->protocol == bpf_htons(ETHERTYPE_IPV6)) {
		const struct ipv6_header *v6 = ip;
		if ((const void *)(v6 + 1) > end || (v6->version_flow & bpf_htonl(0xf0000000)) != bpf_htonl(0x60000000))
			return 0;
		plain->length = sizeof(*v6) + bpf_ntohs(v6->payload_length);
		plain->key.transport = v6->next;
		*source = v6->source;
		*destination = v6->destination;
		ip += sizeof(*v6);
		if (is_mapped(source) || is_mapped(destination))
			return 0;
	} else {
		return 0;
	}
	if (plain->length > skb->len - l3 || (plain->key.transport != TRANSPORT_TCP && plain->key.transport != TRANSPORT_UDP))
		return 0;
	__u32 header = skb->protocol == bpf_htons(ETHERTYPE_IPV4) ? sizeof(struct ipv4_header) : sizeof(struct ipv6_header);
	return plain_transport(skb, ip, plain->length - header, direction, plain);
}

#define LONG_WAY 0xffffffffu /* no place */

/*
 * Whether the packet may pass by what is known of its connection alone; counts it then. Returns the place of the other end's container if it may
 * go right there, 0 if not, or LONG_WAY.
 */
GLOBAL __u32 take_short_way(struct __sk_buff *skb, __u8 direction, __u32 place, __u32 l3)
{
	struct plain plain = { .key.ifindex = place };

	l3 &= 0x1f; /* 0 or ETH_LENGTH: the verifier is not told */
	if (skb->vlan_present || !read_plain(skb, direction, l3, &plain))
		return LONG_WAY;
	__u32 epoch = current_epoch();
	struct connection *c = find_answered(&plain.key);
	if (!c || is_changing() || *(volatile __u32 *)&c->epoch != epoch || c->verdict != VERDICT_ALLOWED)
		return LONG_WAY;
	if ((c->state != STATE_ESTABLISHED && c->state != STATE_CLOSING) || (plain.payload && may_announce(c, direction)))
		return LONG_WAY;
	__u64 now = bpf_ktime_get_coarse_ns();
	if (age_of(c->last_seen, now) >= connection_life(c, plain.key.transport))
		return LONG_WAY;
	struct traffic_key which = {
		.workload = c->workload,
		.peer = c->peer,
		.port = conversation_port(c),
		.transport = plain.key.transport,
		.direction = c->opened_by,
	};
	struct traffic *counted = bpf_map_lookup_elem(&traffic, &which);
	if (!counted || (plain.payload && wants_sample(c, counted, direction)))
		return LONG_WAY;
	add_traffic(counted, c, direction, plain.length);
	if (plain.fin)
		note_fin(c, direction);
	if (c->last_seen < now)
		c->last_seen = now;
	count(COUNTER_PACKETS);
	return c->is_direct ? c->neighbour : 0;
}

#endif
