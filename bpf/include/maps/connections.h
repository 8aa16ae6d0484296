/* SPDX-License-Identifier: GPL-2.0 */
/* What is open, and what is about to be: connections, ports that were announced, fragments. */
#ifndef BULWARK_MAPS_CONNECTIONS_H
#define BULWARK_MAPS_CONNECTIONS_H

#include "../events.h"

/* A connection seen from one place; the local side is the container's. */
struct connection_key {
	struct address local;
	struct address remote;
	__u32 ifindex; /* or another place */
	__u16 local_port;
	__u16 remote_port;
	__u8 transport;
	__u8 icmp_request; /* ICMP: type of the exchange's request */
	__u8 icmp_opener; /* ICMP: who sent it, so that two exchanges with one identifier stay apart */
	__u8 pad[5];
};

enum connection_state {
	STATE_OPENING = 0, /* first packet seen */
	STATE_ANSWERED = 1, /* TCP: SYN-ACK seen */
	STATE_ESTABLISHED = 2, /* handshake completed or exchange answered: reported */
	STATE_MIDSTREAM = 3, /* TCP that was open before it was watched, not yet answered */
	STATE_CLOSING = 4, /* TCP: RST, or FIN from both */
};

/* Whether the first packet came from a raw or packet socket: then nobody was asked which executable opens the conversation. */
enum raw {
	RAW_NO = 0,
	RAW_YES = 1,
	RAW_REFUSED = 2, /* as it is for listed executables only */
};

struct connection {
	__u64 last_seen; /* ns, CLOCK_MONOTONIC */
	__u32 policy; /* version that judged it */
	__u32 epoch; /* when it was judged */
	__u32 peer;
	__u32 workload; /* whose it is */
	__u16 server_port; /* ICMP: the request's type */
	__u8 opened_by; /* enum direction */
	__u8 state;
	__u8 verdict;
	__u8 fins; /* bit 0: by the opener, bit 1: by the other */
	__u8 samples; /* payload reported: bit 0 client's, bit 1 server's; bit 2: the server may announce ports */
	__u8 seen; /* packets seen: bit 0 out, bit 1 in */
	__u32 opening_bytes; /* sent by the opener before there was an answer; counted with the first packet after it */
	__u16 announced_by; /* port of the conversation on which the server announced this one's; 0: it did not */
	__u8 raw; /* enum raw */
	__u8 is_direct; /* packets may go right to the neighbour */
	__u32 neighbour; /* interface of the host at which the other end's packets came last */
	__u32 pad;
	__u64 proxied; /* key of `proxied`; 0: neither a proxy's, nor a balancer's, nor the container's own */
};

/*
 * Not yet answered. Apart from the rest, so that a flood of openings pushes out openings only; and limited for each interface (see
 * take_opening), so that it pushes out none of other containers. Full: the longest unused goes. TCP's answer is then judged by the
 * policy in both orientations; that of another protocol as if it opened.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 131072);
	__type(key, struct connection_key);
	__type(value, struct connection);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} openings SEC(".maps");

/* Answered TCP. Full: the longest unused goes; its next packet is judged by the policy in both orientations. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 131072);
	__type(key, struct connection_key);
	__type(value, struct connection);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tcp_connections SEC(".maps");

/* Answered exchanges of all other protocols. Full: the longest unused goes; its next packet is judged as if it opened. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct connection_key);
	__type(value, struct connection);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} other_connections SEC(".maps");

/* A port that a server announced to a client, as seen from one place. */
struct announcement_key {
	struct address local;
	struct address remote;
	__u32 ifindex; /* or another place */
	__u16 port;
	__u8 opened_by; /* enum direction: which of both is the client */
	__u8 pad;
};

struct announcement {
	__u64 time; /* ns */
	__u16 by; /* port of the conversation on which */
	__u16 pad[3];
};

/* Not yet used. Full: the longest unused goes; the connection to its port is then judged like any other. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct announcement_key);
	__type(value, struct announcement);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} announcements SEC(".maps");

struct fragment_key {
	struct address source;
	struct address destination;
	__u32 ifindex;
	__u32 id;
	__u32 transport; /* IPv6: 0, as later fragments need not name it (RFC 8200 4.5) */
	__u32 pad;
};

struct fragment {
	__u64 time; /* ns */
	__u16 source_port;
	__u16 destination_port;
	__u8 transport;
	__u8 icmp_type;
	__u8 pad[2];
};

/* Transport and ports of datagrams whose first fragment was seen. Full: the oldest goes; its later fragments are refused. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct fragment_key);
	__type(value, struct fragment);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} fragments SEC(".maps");

#endif
