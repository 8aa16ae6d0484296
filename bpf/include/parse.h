/* SPDX-License-Identifier: GPL-2.0 */
/* From a packet's bytes to what a verdict needs. Every length is checked against the packet; what does not fit is malformed. */
#ifndef BULWARK_PARSE_H
#define BULWARK_PARSE_H

#include "maps.h"

#define ETH_LENGTH 14
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_IPV6 0x86DD

#define TRANSPORT_ICMP 1
#define TRANSPORT_TCP 6
#define TRANSPORT_UDP 17
#define TRANSPORT_ICMPV6 58
#define TRANSPORT_SCTP 132

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

#define DNS_PORT 53

#define IPV6_EXTENSIONS_MAX 8

/* Datagrams in fragments, of one interface: each is remembered for as long as its fragments take, well under a second. */
#define FRAGMENTED_PER_SECOND 4096
#define FRAGMENTED_BURST 2048

enum parse_result { PARSE_OK = 0, PARSE_MALFORMED = 1, PARSE_UNKNOWN_FRAGMENT = 2 };

struct packet {
	struct address source;
	struct address destination;
	__u32 l4; /* offset of the transport header */
	__u32 payload; /* offset of the payload */
	__u32 end; /* offset of the end of the IP packet */
	__u32 fragment_id;
	__u16 source_port; /* echo: the identifier, on both sides */
	__u16 destination_port;
	__u8 version; /* 4 or 6 */
	__u8 transport;
	__u8 hop_limit; /* of IPv6 */
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 icmp_error; /* carries the packet that caused it */
	__u8 icmp_reply;
	__u8 icmp_request; /* type of the request that a reply answers; else the packet's own */
	__u8 neighbour; /* IPv6 neighbour discovery or MLD: the link does not work without */
	__u8 routing; /* what only a router says */
	__u8 first_fragment;
	__u8 later_fragment;
};

struct ipv4_header {
	__u8 version_ihl;
	__u8 tos;
	__be16 length;
	__be16 id;
	__be16 fragment;
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
};

struct ipv6_header {
	__be32 version_flow;
	__be16 payload_length;
	__u8 next;
	__u8 hop_limit;
	struct address source;
	struct address destination;
};

struct tcp_header {
	__be16 source;
	__be16 destination;
	__be32 sequence;
	__be32 acknowledgement;
	__u8 offset;
	__u8 flags;
	__be16 window;
	__be16 checksum;
	__be16 urgent;
};

struct icmp_header {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 id;
	__be16 sequence;
};

INLINE void map_ipv4(struct address *to, __be32 from)
{
	to->half[0] = 0;
	to->word[2] = bpf_htonl(0xffff);
	to->word[3] = from;
}

INLINE int same_address(const struct address *a, const struct address *b)
{
	return a->half[0] == b->half[0] && a->half[1] == b->half[1];
}

INLINE int is_mapped(const struct address *a)
{
	return a->half[0] == 0 && a->word[2] == bpf_htonl(0xffff);
}

INLINE int is_multicast(const struct address *a)
{
	if (is_mapped(a))
		return (a->byte[12] & 0xf0) == 0xe0 || a->word[3] == 0xffffffff;
	return a->byte[0] == 0xff;
}

INLINE int is_loopback(const struct address *a)
{
	if (is_mapped(a))
		return a->byte[12] == 127;
	return a->half[0] == 0 && a->word[2] == 0 && a->word[3] == bpf_htonl(1);
}

INLINE int is_link_local(const struct address *a)
{
	return a->byte[0] == 0xfe && (a->byte[1] & 0xc0) == 0x80;
}

INLINE void classify_icmp(struct packet *p, __u8 type)
{
	p->icmp_type = type;
	p->icmp_request = type;
	if (p->transport == TRANSPORT_ICMP) {
		/* RFC 792: redirect; RFC 1256: router advertisement */
		p->routing = type == 5 || type == 9;
		/* RFC 792: unreachable, source quench, redirect, time exceeded, parameter problem */
		p->icmp_error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
		/* RFC 792, RFC 950: echo, timestamp, information, address mask */
		p->icmp_reply = type == 0 || type == 14 || type == 16 || type == 18;
		if (p->icmp_reply)
			p->icmp_request = type == 0 ? 8 : type - 1;
		return;
	}
	/* RFC 4861: router advertisement, redirect */
	p->routing = type == 134 || type == 137;
	/* RFC 4443: types below 128 are errors */
	p->icmp_error = type < 128;
	/* RFC 4443, RFC 4620: echo, node information */
	p->icmp_reply = type == 129 || type == 140;
	if (p->icmp_reply)
		p->icmp_request = type - 1;
	/* RFC 4861 and 2710: valid only with these hop limits, which shows that they are of this link, and keeps them on it */
	p->neighbour = (type >= 133 && type <= 136 && p->hop_limit == 255) ||
		       (((type >= 130 && type <= 132) || type == 143) && p->hop_limit == 1);
}

INLINE int parse_icmp(struct __sk_buff *skb, struct packet *p)
{
	struct icmp_header icmp;
	if (p->l4 + sizeof(icmp) > p->end || bpf_skb_load_bytes(skb, p->l4, &icmp, sizeof(icmp)))
		return PARSE_MALFORMED;
	p->payload = p->l4 + sizeof(icmp);
	classify_icmp(p, icmp.type);
	p->source_port = p->destination_port = bpf_ntohs(icmp.id);
	return PARSE_OK;
}

INLINE struct fragment_key fragment_key_of(const struct __sk_buff *skb, const struct packet *p)
{
	return (struct fragment_key){
		.source = p->source,
		.destination = p->destination,
		.ifindex = skb->ifindex,
		.id = p->fragment_id,
		.transport = p->version == 4 ? p->transport : 0,
	};
}

INLINE int parse_transport(struct __sk_buff *skb, struct packet *p)
{
	__be16 ports[2];

	p->payload = p->l4;
	if (p->later_fragment) {
		struct fragment_key key = fragment_key_of(skb, p);
		struct fragment *fragment = bpf_map_lookup_elem(&fragments, &key);
		/* RFC 791 suggests, and Linux keeps, fragments for at most 30 s */
		if (!fragment || age_of(fragment->time, bpf_ktime_get_ns()) > 30 * SECOND)
			return PARSE_UNKNOWN_FRAGMENT;
		p->transport = fragment->transport;
		p->source_port = fragment->source_port;
		p->destination_port = fragment->destination_port;
		if (p->transport == TRANSPORT_ICMP || p->transport == TRANSPORT_ICMPV6)
			classify_icmp(p, fragment->icmp_type);
		return PARSE_OK;
	}
	switch (p->transport) {
	case TRANSPORT_TCP: {
		struct tcp_header tcp;
		if (p->l4 + sizeof(tcp) > p->end || bpf_skb_load_bytes(skb, p->l4, &tcp, sizeof(tcp)))
			return PARSE_MALFORMED;
		__u32 length = (tcp.offset >> 4) * 4;
		if (length < sizeof(tcp) || p->l4 + length > p->end)
			return PARSE_MALFORMED;
		p->source_port = bpf_ntohs(tcp.source);
		p->destination_port = bpf_ntohs(tcp.destination);
		p->tcp_flags = tcp.flags;
		p->payload = p->l4 + length;
		break;
	}
	case TRANSPORT_UDP:
	case TRANSPORT_SCTP:
		if (p->l4 + 8 > p->end || bpf_skb_load_bytes(skb, p->l4, ports, sizeof(ports)))
			return PARSE_MALFORMED;
		p->source_port = bpf_ntohs(ports[0]);
		p->destination_port = bpf_ntohs(ports[1]);
		p->payload = p->l4 + 8;
		break;
	case TRANSPORT_ICMP:
	case TRANSPORT_ICMPV6: {
		int result = parse_icmp(skb, p);
		if (result)
			return result;
		break;
	}
	}
	/* over the limit of the interface, its later fragments are refused */
	if (p->first_fragment &&
	    take_token(skb->ifindex, BUCKET_FRAGMENTS, bpf_ktime_get_ns(), FRAGMENTED_PER_SECOND, FRAGMENTED_BURST)) {
		struct fragment_key key = fragment_key_of(skb, p);
		struct fragment fragment = {
			.time = bpf_ktime_get_ns(),
			.source_port = p->source_port,
			.destination_port = p->destination_port,
			.transport = p->transport,
			.icmp_type = p->icmp_type,
		};
		bpf_map_update_elem(&fragments, &key, &fragment, BPF_ANY);
	}
	return PARSE_OK;
}

/*
 * Where a packet ends whose header gives the length from `offset` on. It gives 0 where the kernel carries TCP in packets of more than 64 KiB, to
 * be cut later (BIG TCP).
 */
INLINE __u32 end_of(const struct __sk_buff *skb, __u32 offset, __be16 length)
{
	return length || !skb->gso_size ? offset + bpf_ntohs(length) : skb->len;
}

INLINE int parse_ipv4_header(struct __sk_buff *skb, __u32 offset, struct packet *p)
{
	struct ipv4_header ip;
	if (bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)))
		return PARSE_MALFORMED;
	__u32 header = (ip.version_ihl & 0xf) * 4;
	if ((ip.version_ihl >> 4) != 4 || header < sizeof(ip))
		return PARSE_MALFORMED;
	map_ipv4(&p->source, ip.source);
	map_ipv4(&p->destination, ip.destination);
	p->version = 4;
	p->transport = ip.protocol;
	p->l4 = offset + header;
	p->end = end_of(skb, offset, ip.length);
	__u16 fragment = bpf_ntohs(ip.fragment);
	p->fragment_id = bpf_ntohs(ip.id);
	p->later_fragment = (fragment & 0x1fff) != 0;
	p->first_fragment = !p->later_fragment && (fragment & 0x2000);
	return PARSE_OK;
}

INLINE int parse_ipv6_header(struct __sk_buff *skb, __u32 offset, struct packet *p)
{
	struct ipv6_header ip;
	if (bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)))
		return PARSE_MALFORMED;
	if ((ip.version_flow & bpf_htonl(0xf0000000)) != bpf_htonl(0x60000000))
		return PARSE_MALFORMED;
	p->source = ip.source;
	p->destination = ip.destination;
	/* on no wire, but they would read as IPv4's */
	if (is_mapped(&p->source) || is_mapped(&p->destination))
		return PARSE_MALFORMED;
	p->version = 6;
	p->hop_limit = ip.hop_limit;
	p->end = end_of(skb, offset + sizeof(ip), ip.payload_length);
	__u32 at = offset + sizeof(ip);
	__u8 next = ip.next;
	/* RFC 8200 4.1; more extension headers than any real packet has are malformed */
#pragma unroll
	for (int i = 0; i <= IPV6_EXTENSIONS_MAX; i++) {
		__u8 extension[8];
		if (next != 0 && next != 43 && next != 44 && next != 51 && next != 60) {
			p->transport = next;
			p->l4 = at;
			return PARSE_OK;
		}
		if (at + sizeof(extension) > p->end || bpf_skb_load_bytes(skb, at, extension, sizeof(extension)))
			return PARSE_MALFORMED;
		if (next == 44) {
			__u16 fragment = extension[2] << 8 | extension[3];
			p->fragment_id = (__u32)extension[4] << 24 | extension[5] << 16 | extension[6] << 8 | extension[7];
			p->later_fragment = (fragment & 0xfff8) != 0;
			p->first_fragment = !p->later_fragment && (fragment & 1);
			at += 8;
		} else if (next == 51) {
			at += (extension[1] + 2) * 4;
		} else {
			at += (extension[1] + 1) * 8;
		}
		next = extension[0];
		if (p->later_fragment) {
			p->transport = next;
			p->l4 = at;
			return PARSE_OK;
		}
	}
	return PARSE_MALFORMED;
}

/* Reads the packet of the given version at `offset`. */
GLOBAL int parse_packet(struct __sk_buff *skb, __u32 offset, __u32 version, struct packet *p)
{
	if (!p)
		return PARSE_MALFORMED;
	int result = version == 4 ? parse_ipv4_header(skb, offset, p) : parse_ipv6_header(skb, offset, p);
	if (result)
		return result;
	if (p->l4 > p->end || p->end > skb->len)
		return PARSE_MALFORMED;
	return parse_transport(skb, p);
}

/*
 * Reads the ports and addresses of the packet inside an ICMP error. Only its first 8 transport bytes need to be there (RFC 792),
 * so lengths are not checked against the packet that it once was.
 */
GLOBAL int parse_inner(struct __sk_buff *skb, __u32 offset, __u32 version, struct packet *p)
{
	__be16 ports[4];
	if (!p)
		return PARSE_MALFORMED;
	int result = version == 4 ? parse_ipv4_header(skb, offset, p) : parse_ipv6_header(skb, offset, p);
	if (result || p->later_fragment)
		return PARSE_MALFORMED;
	switch (p->transport) {
	case TRANSPORT_TCP:
	case TRANSPORT_UDP:
	case TRANSPORT_SCTP:
	case TRANSPORT_ICMP:
	case TRANSPORT_ICMPV6:
		if (bpf_skb_load_bytes(skb, p->l4, ports, sizeof(ports)))
			return PARSE_MALFORMED;
		break;
	default:
		return PARSE_OK;
	}
	if (p->transport == TRANSPORT_ICMP || p->transport == TRANSPORT_ICMPV6) {
		p->source_port = p->destination_port = bpf_ntohs(ports[2]);
		classify_icmp(p, bpf_ntohs(ports[0]) >> 8);
	} else {
		p->source_port = bpf_ntohs(ports[0]);
		p->destination_port = bpf_ntohs(ports[1]);
	}
	return PARSE_OK;
}

#endif
