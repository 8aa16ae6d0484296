/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Turns a packet that a container sent into the refusal that it gets back: a TCP reset (RFC 9293 3.5.2), or ICMP
 * "administratively prohibited" (RFC 1812 5.2.7.1; RFC 4443 3.1). Only ever towards the container, never in answer to an error.
 */
#ifndef BULWARK_REJECT_H
#define BULWARK_REJECT_H

#include "parse.h"

/* Marks our own answers on their way back through the interface's other program. Cleared there. */
#define OWN_MARK 0x62756c77

#define REJECTS_PER_SECOND 200
#define REJECTS_BURST 400

INLINE __u16 fold_checksum(__u64 sum)
{
#pragma unroll
	for (int i = 0; i < 4; i++)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

struct pseudo_ipv6 {
	struct address source;
	struct address destination;
	__be32 length;
	__be32 next;
};

INLINE int swap_ethernet(struct __sk_buff *skb)
{
	__u8 mac[12], swapped[12];
	if (bpf_skb_load_bytes(skb, 0, mac, sizeof(mac)))
		return -1;
	__builtin_memcpy(swapped, mac + 6, 6);
	__builtin_memcpy(swapped + 6, mac, 6);
	return bpf_skb_store_bytes(skb, 0, swapped, sizeof(swapped), BPF_F_INVALIDATE_HASH);
}

INLINE void answer_ipv4(struct ipv4_header *ip, const struct packet *p, __u8 protocol, __u16 length)
{
	__builtin_memset(ip, 0, sizeof(*ip));
	ip->version_ihl = 0x45;
	ip->length = bpf_htons(length);
	ip->ttl = 64;
	ip->protocol = protocol;
	ip->source = p->destination.word[3];
	ip->destination = p->source.word[3];
	ip->checksum = fold_checksum(bpf_csum_diff(0, 0, (__be32 *)ip, sizeof(*ip), 0));
}

INLINE void answer_ipv6(struct ipv6_header *ip, const struct packet *p, __u8 next, __u16 length)
{
	__builtin_memset(ip, 0, sizeof(*ip));
	ip->version_flow = bpf_htonl(0x60000000);
	ip->payload_length = bpf_htons(length);
	ip->next = next;
	ip->hop_limit = 64;
	ip->source = p->destination;
	ip->destination = p->source;
}

INLINE __u64 pseudo_checksum(const struct packet *p, __u8 next, __u32 length)
{
	struct pseudo_ipv6 pseudo = {
		.source = p->destination,
		.destination = p->source,
		.length = bpf_htonl(length),
		.next = bpf_htonl(next),
	};
	return bpf_csum_diff(0, 0, (__be32 *)&pseudo, sizeof(pseudo), 0);
}

GLOBAL int make_reset(struct __sk_buff *skb, struct packet *p)
{
	struct tcp_header tcp, answer = {};
	struct {
		__be32 source, destination;
		__u8 zero, protocol;
		__be16 length;
	} pseudo;

	if (!p || bpf_skb_load_bytes(skb, p->l4, &tcp, sizeof(tcp)))
		return -1;
	answer.source = tcp.destination;
	answer.destination = tcp.source;
	answer.offset = 5 << 4;
	if (tcp.flags & TCP_ACK) {
		answer.sequence = tcp.acknowledgement;
		answer.flags = TCP_RST;
	} else {
		__u32 consumed = p->end - p->payload + !!(tcp.flags & TCP_SYN) + !!(tcp.flags & TCP_FIN);
		answer.acknowledgement = bpf_htonl(bpf_ntohl(tcp.sequence) + consumed);
		answer.flags = TCP_RST | TCP_ACK;
	}
	if (p->version == 4) {
		struct ipv4_header ip;
		if (bpf_skb_change_tail(skb, ETH_LENGTH + sizeof(ip) + sizeof(answer), 0))
			return -1;
		answer_ipv4(&ip, p, TRANSPORT_TCP, sizeof(ip) + sizeof(answer));
		pseudo.source = ip.source;
		pseudo.destination = ip.destination;
		pseudo.zero = 0;
		pseudo.protocol = TRANSPORT_TCP;
		pseudo.length = bpf_htons(sizeof(answer));
		__u64 sum = bpf_csum_diff(0, 0, (__be32 *)&pseudo, sizeof(pseudo), 0);
		answer.checksum = fold_checksum(bpf_csum_diff(0, 0, (__be32 *)&answer, sizeof(answer), sum));
		return bpf_skb_store_bytes(skb, ETH_LENGTH, &ip, sizeof(ip), BPF_F_INVALIDATE_HASH) ||
		       bpf_skb_store_bytes(skb, ETH_LENGTH + sizeof(ip), &answer, sizeof(answer), 0) || swap_ethernet(skb);
	}
	struct ipv6_header ip;
	if (bpf_skb_change_tail(skb, ETH_LENGTH + sizeof(ip) + sizeof(answer), 0))
		return -1;
	answer_ipv6(&ip, p, TRANSPORT_TCP, sizeof(answer));
	answer.checksum = fold_checksum(
		bpf_csum_diff(0, 0, (__be32 *)&answer, sizeof(answer), pseudo_checksum(p, TRANSPORT_TCP, sizeof(answer))));
	return bpf_skb_store_bytes(skb, ETH_LENGTH, &ip, sizeof(ip), BPF_F_INVALIDATE_HASH) ||
	       bpf_skb_store_bytes(skb, ETH_LENGTH + sizeof(ip), &answer, sizeof(answer), 0) || swap_ethernet(skb);
}

/*
 * How much of the packet that caused it an error quotes, in bytes from the IP header on: RFC 792 asks for the first at least, RFC 1812 4.3.2.3
 * and RFC 4443 2.4 (c) for as much as fits into a packet of 576 or 1280 bytes, as a program may need what is inside a tunnel.
 */
#define QUOTED_IPV4_MIN 28
#define QUOTED_IPV6_MIN 48 /* with 8 bytes of what the header leads to, as in IPv4 */
#define QUOTED_IPV4_MAX (576 - sizeof(struct ipv4_header) - 8)
#define QUOTED_IPV6_MAX (1280 - sizeof(struct ipv6_header) - 8)

struct icmp_unreachable {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be32 unused;
	__u8 quoted[QUOTED_IPV6_MAX];
};

/* Too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct icmp_unreachable);
} unreachable SEC(".maps");

#define AT_ONCE 248 /* bytes: a whole part of it, and no more than clang clears and kernels before 6.13 sum up */
_Static_assert(sizeof(struct icmp_unreachable) % AT_ONCE == 0, "nothing is left over");

INLINE void clear(struct icmp_unreachable *error)
{
#pragma unroll
	for (int at = 0; at < (int)sizeof(*error); at += AT_ONCE) {
		__builtin_memset((__u8 *)error + at, 0, AT_ONCE);
		asm volatile("" ::: "memory"); /* or clang makes one of all */
	}
}

/* Of the whole of it: zeros behind the quoted bytes change nothing. */
INLINE __u16 unreachable_checksum(struct icmp_unreachable *error, __u64 sum)
{
#pragma unroll
	for (int at = 0; at < (int)sizeof(*error); at += AT_ONCE)
		sum = bpf_csum_diff(0, 0, (__be32 *)((__u8 *)error + at), AT_ONCE, sum);
	return fold_checksum(sum);
}

GLOBAL int make_unreachable(struct __sk_buff *skb, struct packet *p)
{
	__u32 key = 0;
	struct icmp_unreachable *error = bpf_map_lookup_elem(&unreachable, &key);
	if (!p || !error)
		return -1;
	__u32 quoted = p->end - ETH_LENGTH;
	__u32 least = p->version == 4 ? QUOTED_IPV4_MIN : QUOTED_IPV6_MIN;
	__u32 most = p->version == 4 ? QUOTED_IPV4_MAX : QUOTED_IPV6_MAX;
	if (quoted > most)
		quoted = most;
	if (quoted < least || quoted > QUOTED_IPV6_MAX)
		return -1;
	clear(error);
	if (bpf_skb_load_bytes(skb, ETH_LENGTH, error->quoted, quoted))
		return -1;
	__u32 length = __builtin_offsetof(struct icmp_unreachable, quoted) + quoted;
	if (p->version == 4) {
		struct ipv4_header ip;
		error->type = 3;
		error->code = 13;
		if (bpf_skb_change_tail(skb, ETH_LENGTH + sizeof(ip) + length, 0))
			return -1;
		answer_ipv4(&ip, p, TRANSPORT_ICMP, sizeof(ip) + length);
		error->checksum = unreachable_checksum(error, 0);
		return bpf_skb_store_bytes(skb, ETH_LENGTH, &ip, sizeof(ip), BPF_F_INVALIDATE_HASH) ||
		       bpf_skb_store_bytes(skb, ETH_LENGTH + sizeof(ip), error, length, 0) || swap_ethernet(skb);
	}
	struct ipv6_header ip;
	error->type = 1;
	error->code = 1;
	if (bpf_skb_change_tail(skb, ETH_LENGTH + sizeof(ip) + length, 0))
		return -1;
	answer_ipv6(&ip, p, TRANSPORT_ICMPV6, length);
	error->checksum = unreachable_checksum(error, pseudo_checksum(p, TRANSPORT_ICMPV6, length));
	return bpf_skb_store_bytes(skb, ETH_LENGTH, &ip, sizeof(ip), BPF_F_INVALIDATE_HASH) ||
	       bpf_skb_store_bytes(skb, ETH_LENGTH + sizeof(ip), error, length, 0) || swap_ethernet(skb);
}

/* Which way along the interface the container is. */
enum towards { TOWARDS_PEER = 0, TOWARDS_STACK = BPF_F_INGRESS };

/* Answers a blocked packet of a container, or drops it where no answer is due. */
INLINE int reject(struct __sk_buff *skb, struct packet *p, __u64 now, enum towards container)
{
	if (p->later_fragment || p->first_fragment || p->icmp_error || is_multicast(&p->destination) || (p->tcp_flags & TCP_RST) ||
	    !take_token(skb->ifindex, BUCKET_REJECTS, now, REJECTS_PER_SECOND, REJECTS_BURST))
		return TC_ACT_SHOT;
	int failed = p->transport == TRANSPORT_TCP ? make_reset(skb, p) : make_unreachable(skb, p);
	if (failed)
		return TC_ACT_SHOT;
	count(COUNTER_REJECTED);
	skb->mark = OWN_MARK;
	return bpf_redirect(skb->ifindex, container);
}

#endif
