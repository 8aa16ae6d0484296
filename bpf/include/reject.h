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

#define QUOTED_IPV4 28 /* RFC 792: the header and 8 bytes of what caused the error */
#define QUOTED_IPV6 48

GLOBAL int make_unreachable(struct __sk_buff *skb, struct packet *p)
{
	if (!p)
		return -1;
	if (p->version == 4) {
		struct {
			__u8 type, code;
			__be16 checksum;
			__be32 unused;
			__u8 quoted[QUOTED_IPV4];
		} error = { .type = 3, .code = 13 };
		struct ipv4_header ip;
		if (skb->len < ETH_LENGTH + QUOTED_IPV4 ||
		    bpf_skb_load_bytes(skb, ETH_LENGTH, error.quoted, sizeof(error.quoted)))
			return -1;
		if (bpf_skb_change_tail(skb, ETH_LENGTH + sizeof(ip) + sizeof(error), 0))
			return -1;
		answer_ipv4(&ip, p, TRANSPORT_ICMP, sizeof(ip) + sizeof(error));
		error.checksum = fold_checksum(bpf_csum_diff(0, 0, (__be32 *)&error, sizeof(error), 0));
		return bpf_skb_store_bytes(skb, ETH_LENGTH, &ip, sizeof(ip), BPF_F_INVALIDATE_HASH) ||
		       bpf_skb_store_bytes(skb, ETH_LENGTH + sizeof(ip), &error, sizeof(error), 0) || swap_ethernet(skb);
	}
	struct {
		__u8 type, code;
		__be16 checksum;
		__be32 unused;
		__u8 quoted[QUOTED_IPV6];
	} error = { .type = 1, .code = 1 };
	struct ipv6_header ip;
	if (skb->len < ETH_LENGTH + QUOTED_IPV6 || bpf_skb_load_bytes(skb, ETH_LENGTH, error.quoted, sizeof(error.quoted)))
		return -1;
	if (bpf_skb_change_tail(skb, ETH_LENGTH + sizeof(ip) + sizeof(error), 0))
		return -1;
	answer_ipv6(&ip, p, TRANSPORT_ICMPV6, sizeof(error));
	error.checksum = fold_checksum(
		bpf_csum_diff(0, 0, (__be32 *)&error, sizeof(error), pseudo_checksum(p, TRANSPORT_ICMPV6, sizeof(error))));
	return bpf_skb_store_bytes(skb, ETH_LENGTH, &ip, sizeof(ip), BPF_F_INVALIDATE_HASH) ||
	       bpf_skb_store_bytes(skb, ETH_LENGTH + sizeof(ip), &error, sizeof(error), 0) || swap_ethernet(skb);
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
