/* SPDX-License-Identifier: GPL-2.0 */
/* The way of a packet: parse -> who -> look up -> decide -> tell. */
#ifndef BULWARK_VERDICT_H
#define BULWARK_VERDICT_H

#include "announce.h"
#include "balanced.h"
#include "hairpin.h"
#include "known.h"
#include "names.h"
#include "reject.h"

/* Everything about the packet in hand. Too large for the stack, so it lives in a map. */
struct judging {
	struct packet packet;
	struct connection_key key;
	struct endpoint endpoint;
	struct workload workload;
	struct connection fresh;
	__u64 now;
	__u64 proxied;
	__u32 epoch;
	__u32 direction;
	__u32 length; /* bytes, from the IP header on */
	__u32 neighbour; /* place of the other end, if the packet may go right there */
	__u32 service; /* whose virtual address the peer's is, if it is one */
	__u32 is_host; /* whether the peer's address is the host's */
	__u32 busy; /* this and what follows outlives the packet */
	__u32 slot; /* which one it is */
	struct reply reply;
};

/*
 * The first is for hooks that run with bottom halves off, where no other packet comes between on this core. Where a process sends, one
 * may: a bottom half that interrupts it, or another process in its place. Each then takes the next.
 */
#define JUDGING_SLOTS 8

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, JUDGING_SLOTS);
	__type(key, __u32);
	__type(value, struct judging);
} judging SEC(".maps");

INLINE struct judging *first_slot(void)
{
	__u32 slot = 0;
	return bpf_map_lookup_elem(&judging, &slot);
}

INLINE struct judging *free_slot(void)
{
	for (__u32 slot = 1; slot < JUDGING_SLOTS; slot++) {
		__u32 key = slot;
		struct judging *j = bpf_map_lookup_elem(&judging, &key);
		if (j && __sync_lock_test_and_set(&j->busy, 1) == 0) {
			j->slot = slot;
			return j;
		}
	}
	return 0;
}

/* The verdict on what the profile does not allow. */
INLINE __u8 verdict_outside(const struct judging *j)
{
	if (j->workload.mode == MODE_LEARN)
		return VERDICT_ALLOWED;
	return j->workload.mode == MODE_PROTECT ? VERDICT_BLOCKED : VERDICT_WOULD_BLOCK;
}

/* Tells of a packet outside the profile and counts it; what to do with it. */
INLINE int tell_outside(struct judging *j, const struct connection *c, __u32 reason)
{
	tell_attempt(&j->endpoint, &j->key, c, reason, j->now);
	if (c->verdict == VERDICT_WOULD_BLOCK) {
		count(COUNTER_WOULD_BLOCK);
		return TC_ACT_UNSPEC;
	}
	count(COUNTER_BLOCKED);
	return TC_ACT_SHOT;
}

/* Whether the policy has the conversation, which the workload opens, for listed executables only. */
INLINE int is_listed(__u32 policy, const struct peer *peer, const struct connection_key *key)
{
	struct call call = { .policy = policy, .port = key->remote_port, .transport = key->transport };
	return judge_executable(&call, peer) == PERMISSION_LISTED;
}

/* Whether packets may go between the place and the other one past the bridge that both are at. */
INLINE int is_neighbour(const struct judging *j, __u32 place)
{
	struct endpoint *other = j->endpoint.bridge ? bpf_map_lookup_elem(&endpoints, &place) : 0;
	return other && other->bridge == j->endpoint.bridge;
}

/*
 * Judges a conversation by the workload's current policy and writes the result, with what it is valid for, into `c`. The epoch comes last:
 * another core that sees it sees the verdict.
 */
GLOBAL int judge(struct judging *j, struct connection *c)
{
	struct peer peer = {};
	__u32 identity = 0;
	__u8 verdict = VERDICT_ALLOWED;

	if (!j || !c)
		return VERDICT_BLOCKED;
	resolve_peer(j->endpoint.workload, &j->key.remote, j->now, &peer);
	/* other workloads' names may have pushed this one out: what is open stays with the name that it was opened by */
	if (!peer.exact && !peer.name[0] && is_name(c->peer))
		peer.name[0] = c->peer;
	const struct clients *clients = 0;
	j->service = peer.service;
	j->is_host = peer.exact == IDENTITY_HOST;
	if (j->is_host && c->opened_by == DIRECTION_IN) {
		if (!c->proxied && !c->peer)
			c->proxied = find_balanced(&j->key, j->endpoint.workload, j->now);
		if (!c->proxied && !c->peer)
			c->proxied = find_hairpin(&j->key, c->neighbour, j->now);
		clients = clients_of(c);
		if (c->proxied && !clients && c->peer) { /* forgotten: it stays whose it was */
			peer.exact = 0;
			peer_by_identity(c->peer, &peer);
		}
	}
	__u32 who = peer_identity(&peer);
	if (clients) {
		__u64 client = judge_clients(clients, j->workload.policy, j->key.transport, c->server_port);
		if (client & CLIENT_REFUSED)
			verdict = verdict_outside(j);
		who = j->workload.mode != MODE_LEARN ? client : client_of(clients);
	} else if (j->workload.mode != MODE_LEARN) {
		identity = allowing_identity(j->workload.policy, &peer, j->key.transport << 8 | c->opened_by, c->server_port);
		if (!identity && c->announced_by)
			identity = announcing_identity(j->workload.policy, &peer, c->opened_by, c->announced_by);
		if (identity && c->raw && is_listed(j->workload.policy, &peer, &j->key)) {
			identity = 0;
			c->raw = RAW_REFUSED;
		}
		if (identity)
			who = identity;
		else
			verdict = verdict_outside(j);
	}
	c->is_direct = is_neighbour(j, c->neighbour);
	c->verdict = verdict;
	c->peer = who;
	c->policy = j->workload.policy;
	c->workload = j->endpoint.workload;
	*(volatile __u32 *)&c->epoch = j->epoch;
	return verdict;
}

INLINE int is_icmp(const struct judging *j)
{
	return j->packet.transport == TRANSPORT_ICMP || j->packet.transport == TRANSPORT_ICMPV6;
}

/* Drops or lets pass what has no connection, as the mode says; tells of it. */
INLINE int refuse(struct judging *j, __u32 reason)
{
	struct peer peer = {};

	j->fresh.verdict = verdict_outside(j);
	if (j->fresh.verdict == VERDICT_ALLOWED)
		return TC_ACT_UNSPEC;
	j->fresh.opened_by = j->direction;
	j->fresh.server_port = is_icmp(j) ? j->packet.icmp_type : j->packet.destination_port;
	resolve_peer(j->endpoint.workload, &j->key.remote, j->now, &peer);
	j->fresh.peer = peer_identity(&peer);
	return tell_outside(j, &j->fresh, reason);
}

/* Whether the address is the container's: its own, link-local IPv6, or none yet (DHCP, duplicate address detection). */
INLINE int owns(const struct judging *j, const struct address *address)
{
	struct owner *owner = bpf_map_lookup_elem(&addresses, address);
	if (owner && owner->container)
		return !(j->endpoint.flags & ENDPOINT_HOST) && owner->container == j->endpoint.container;
	/* nobody's own: on the host's network, the host's are its own; a service's virtual address is of all its containers */
	if (owner)
		return j->endpoint.flags & ENDPOINT_HOST ? !is_workload(owner->identity) : owner->identity == j->endpoint.workload;
	if ((j->endpoint.flags & ENDPOINT_HOST) && is_loopback(address))
		return 1;
	if (is_link_local(address))
		return 1;
	return address->half[0] == 0 && address->word[3] == 0 && (address->word[2] == 0 || is_mapped(address));
}

/*
 * Whether a packet that arrives is meant for the container: a neighbour's may come by a forged ARP answer, or by a bridge that does not know
 * where the neighbour is. To the host's network the kernel brings only the host's.
 */
INLINE int is_meant(const struct judging *j)
{
	const struct address *to = &j->packet.destination;
	if ((j->endpoint.flags & ENDPOINT_HOST) || is_multicast(to) || owns(j, to))
		return 1;
	struct owner *owner = bpf_map_lookup_elem(&addresses, to);
	return owner && owner->identity == IDENTITY_MULTICAST; /* a network's broadcast address */
}

/* Why the packet is wrong whatever the profile says; REASON_NONE if it is not. */
INLINE __u32 wrong(const struct judging *j)
{
	if (j->direction == DIRECTION_IN)
		return is_meant(j) ? REASON_NONE : REASON_MISDIRECTED;
	if (!owns(j, &j->packet.source))
		return REASON_SPOOFED_SOURCE;
	return j->packet.routing ? REASON_ROUTING : REASON_NONE;
}

INLINE int is_bound(const struct judging *j)
{
	struct socket_key key = {
		.netns = j->endpoint.netns,
		.port = j->key.local_port,
		.transport = j->key.transport,
		.bound = 1,
	};
	return bpf_map_lookup_elem(&sockets, &key) != 0;
}

/* An ICMP error passes if the packet inside it belongs to a known connection, and the error goes to who sent that. */
GLOBAL int judge_error(struct __sk_buff *skb, struct judging *j)
{
	struct packet inner = {};
	int answered;

	if (!j)
		return 0;
	if (parse_inner(skb, j->packet.payload, j->packet.version, &inner) || !same_address(&j->packet.destination, &inner.source))
		return 0;
	/* the inner packet went the other way */
	struct connection_key key = {};
	connection_key_of(&inner, j->key.ifindex, j->direction == DIRECTION_OUT ? DIRECTION_IN : DIRECTION_OUT, &key);
	struct connection *c = find_connection(&key, j->now, &answered);
	return c && c->verdict != VERDICT_BLOCKED;
}

/* The connection is answered: it is told of, and moves out of the table of openings. Returns where it is now. */
INLINE struct connection *establish(struct judging *j, struct connection *c, int *answered)
{
	c->state = STATE_ESTABLISHED;
	tell_connection(&j->endpoint, &j->key, c, j->now);
	j->fresh = *c; /* what is removed from a table may be another's at once */
	promote_connection(&j->key, &j->fresh);
	*answered = 1;
	c = find_answered(&j->key);
	return c ? c : &j->fresh;
}

/* Follows TCP's states (RFC 9293 3.3.2), as far as a verdict and an event need them. */
INLINE struct connection *follow_tcp(struct judging *j, struct connection *c, int *answered)
{
	__u8 flags = j->packet.tcp_flags;
	int from_opener = j->direction == c->opened_by;

	if (flags & TCP_FIN)
		note_fin(c, j->direction);
	switch (c->state) {
	case STATE_OPENING:
		if (!from_opener && (flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
			c->state = STATE_ANSWERED;
		break;
	case STATE_ANSWERED:
		if (from_opener && (flags & TCP_ACK) && !(flags & (TCP_SYN | TCP_RST)))
			c = establish(j, c, answered);
		break;
	case STATE_MIDSTREAM:
		if (c->seen == 3 && !(flags & TCP_RST))
			c = establish(j, c, answered);
		break;
	}
	if (*answered && ((flags & TCP_RST) || c->fins == 3))
		c->state = STATE_CLOSING;
	return c;
}

/* Everything that is not TCP is established by its first answer. */
INLINE struct connection *follow_exchange(struct judging *j, struct connection *c, int *answered)
{
	return c->state == STATE_OPENING && j->direction != c->opened_by ? establish(j, c, answered) : c;
}

INLINE void orient(const struct judging *j, struct connection *c, __u8 opened_by)
{
	c->opened_by = opened_by;
	c->server_port = opened_by == DIRECTION_OUT ? j->key.remote_port : j->key.local_port;
	c->samples = j->key.transport == TRANSPORT_TCP && c->server_port == FTP_PORT ? SAMPLE_ANNOUNCES : 0;
}

/*
 * Makes the connection of a first packet. A packet in the middle of TCP whose conversation the policy allows in no orientation is
 * judged as if this packet had opened it.
 */
INLINE void open_connection(struct judging *j, int *answered)
{
	struct connection *c = &j->fresh;
	__u8 flags = j->packet.tcp_flags;

	orient(j, c, j->direction);
	c->proxied = j->proxied;
	c->state = STATE_OPENING;
	c->last_seen = j->now;
	c->seen = 1 << j->direction;
	*answered = 0;
	if (is_icmp(j)) {
		c->server_port = j->packet.icmp_type;
	} else if (j->key.transport == TRANSPORT_TCP && (flags & (TCP_SYN | TCP_ACK)) != TCP_SYN) {
		/* Open before it was watched, or forgotten. The side with a bound port is the server. */
		c->state = STATE_MIDSTREAM;
		count(COUNTER_MIDSTREAM);
		orient(j, c, is_bound(j) ? DIRECTION_IN : DIRECTION_OUT);
		if (judge(j, c) == VERDICT_ALLOWED)
			return;
		orient(j, c, !c->opened_by);
		if (judge(j, c) == VERDICT_ALLOWED)
			return;
		orient(j, c, j->direction);
	} else if (j->key.transport == TRANSPORT_TCP) {
		c->announced_by = take_announcement(&j->key, c->opened_by, c->server_port, j->now);
	}
	judge(j, c);
}

/* The interface at which the packet came to the host is that of the other end's container, if no more than a bridge is between. */
INLINE void note_neighbour(const struct __sk_buff *skb, const struct judging *j, struct connection *c)
{
	if (j->direction != DIRECTION_IN || c->neighbour == skb->ingress_ifindex)
		return;
	c->neighbour = skb->ingress_ifindex;
	c->is_direct = is_neighbour(j, c->neighbour);
}

/* linux/socket.h and linux/net.h */
#define FAMILY_PACKET 17
#define FAMILY_XDP 44
#define SOCKET_RAW 3

/* Whether a process wrote the packet itself, headers and all; what the kernel wrote for a connection comes from that one's socket. */
INLINE int is_from_raw_socket(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	if (!sk)
		return 0;
	if (sk->family == FAMILY_PACKET || sk->family == FAMILY_XDP)
		return 1;
	sk = bpf_sk_fullsock(sk);
	return sk && sk->type == SOCKET_RAW;
}

/* Whether the packet asks for something, and so is never a reply. */
INLINE int opens(const struct judging *j)
{
	if (j->key.transport == TRANSPORT_TCP)
		return (j->packet.tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	return is_icmp(j) && !j->packet.icmp_reply;
}

/* Notes the container as the client of what it asks, and may, where that can come to a container without its address. */
INLINE void note_who_asks(const struct judging *j)
{
	__u64 noted = 0;
	if (j->service)
		noted = balanced_key(j->service, j->key.transport, j->key.local_port);
	else if (j->is_host)
		noted = hairpin_key(&j->key, j->key.local_port);
	if (noted)
		note_client(&j->key, j->endpoint.workload, noted, j->now);
}

GLOBAL int judge_packet(struct __sk_buff *skb, __u32 slot)
{
	struct judging *j = bpf_map_lookup_elem(&judging, &slot);
	int answered = 0;
	int traceless = 0;

	if (!j)
		return TC_ACT_SHOT;
	struct connection *c = find_connection(&j->key, j->now, &answered);
	if (c && opens(j) && (c->opened_by != j->direction || c->state == STATE_CLOSING))
		c = 0; /* a new connection on the same ports */
	if (!c) {
		int replaces = answered;
		if (j->direction == DIRECTION_IN) {
			j->proxied = proxy_socket(skb);
			j->fresh.neighbour = skb->ingress_ifindex;
		} else if (is_from_raw_socket(skb)) {
			/*
			 * The kernel has a raw socket too, for what it says of TCP connections that are gone (a reset, mostly). That opens
			 * nothing, so it needs no executable; and must not pass for a connection, on which anybody could then open one.
			 */
			traceless = j->key.transport == TRANSPORT_TCP && !opens(j);
			j->fresh.raw = traceless ? RAW_NO : RAW_YES;
		}
		open_connection(j, &answered);
		c = &j->fresh;
		if (j->direction == c->opened_by)
			c->opening_bytes = j->length;
		/* what is blocked leaves no trace in the tables */
		if (c->verdict != VERDICT_BLOCKED && !traceless) {
			if (replaces)
				forget_answered(&j->key);
			if (take_opening(&j->key, c, j->now))
				store_connection(&j->key, c, answered);
			else
				count(COUNTER_UNTRACKED);
			if (j->direction == DIRECTION_OUT && c->opened_by == DIRECTION_OUT)
				note_who_asks(j);
		}
	} else {
		if (c->policy != j->workload.policy || c->epoch != j->epoch)
			judge(j, c);
		if (c->verdict != VERDICT_BLOCKED) {
			c->last_seen = j->now;
			c->seen |= 1 << j->direction;
			note_neighbour(skb, j, c);
			if (j->key.transport == TRANSPORT_TCP)
				c = follow_tcp(j, c, &answered);
			else
				c = follow_exchange(j, c, &answered);
			if (!answered && j->direction == c->opened_by)
				c->opening_bytes += j->length;
		}
	}
	if (c->verdict == VERDICT_ALLOWED) {
		j->neighbour = c->is_direct ? c->neighbour : 0;
		if (answered)
			count_traffic(skb, &j->endpoint, &j->key, c, &j->packet, j->direction, j->length);
		if (answered && may_announce(c, j->direction) && !j->packet.later_fragment)
			read_announcement(skb, &j->reply, &j->key, c, &j->packet);
		return TC_ACT_UNSPEC;
	}
	int action = tell_outside(j, c, c->raw == RAW_REFUSED ? REASON_EXECUTABLE : REASON_NOT_IN_PROFILE);
	/* stolen: the caller answers; never what was sent to many (RFC 1122 3.2.2) */
	return action == TC_ACT_SHOT && j->direction == DIRECTION_OUT && c->peer != IDENTITY_MULTICAST ? TC_ACT_STOLEN : action;
}

/*
 * Judges a packet of the container behind `place`, an interface or a control group; its IP header is at `l3`. TC_ACT_STOLEN: blocked,
 * and the caller may answer.
 */
INLINE int handle(struct __sk_buff *skb, struct judging *j, __u8 direction, __u32 place, __u32 l3)
{
	__builtin_memset(j, 0, __builtin_offsetof(struct judging, busy));
	count(COUNTER_PACKETS);
	j->epoch = current_epoch();
	struct endpoint *endpoint = bpf_map_lookup_elem(&endpoints, &place);
	if (!endpoint) {
		count(COUNTER_NO_ENDPOINT);
		return TC_ACT_SHOT;
	}
	j->endpoint = *endpoint;
	j->key.ifindex = place;
	__u32 protocol = bpf_ntohs(skb->protocol);
	if (protocol == ETHERTYPE_ARP)
		return TC_ACT_UNSPEC;
	struct workload *workload = bpf_map_lookup_elem(&workloads, &j->endpoint.workload);
	if (!workload || (j->endpoint.flags & (ENDPOINT_HELD | ENDPOINT_QUARANTINED))) {
		count(COUNTER_HELD);
		return TC_ACT_SHOT;
	}
	j->workload = *workload;
	j->now = bpf_ktime_get_ns();
	j->direction = direction;
	j->length = skb->len - l3;
	if ((protocol != ETHERTYPE_IPV4 && protocol != ETHERTYPE_IPV6) || skb->vlan_present)
		return refuse(j, REASON_NOT_IP);
	int result = parse_packet(skb, l3, protocol == ETHERTYPE_IPV4 ? 4 : 6, &j->packet);
	connection_key_of(&j->packet, place, direction, &j->key);
	if (result == PARSE_MALFORMED) {
		count(COUNTER_MALFORMED);
		return refuse(j, REASON_MALFORMED);
	}
	if (result == PARSE_UNKNOWN_FRAGMENT)
		return refuse(j, REASON_UNKNOWN_FRAGMENT);
	if (j->workload.mode != MODE_LEARN) {
		__u32 reason = wrong(j);
		if (reason)
			return refuse(j, reason);
	}
	if (j->packet.neighbour)
		return TC_ACT_UNSPEC;
	if (j->packet.icmp_error)
		return judge_error(skb, j) ? TC_ACT_UNSPEC : refuse(j, REASON_UNRELATED_ERROR);
	int action = judge_packet(skb, j->slot);
	if (action == TC_ACT_UNSPEC && direction == DIRECTION_IN && j->packet.transport == TRANSPORT_UDP &&
	    j->packet.source_port == DNS_PORT && !j->packet.later_fragment) {
		int answered;
		struct connection *c = find_connection(&j->key, j->now, &answered);
		if (c && answered && c->opened_by == DIRECTION_OUT)
			learn_names(skb, &j->endpoint, place, &j->packet, j->now);
	}
	return action;
}

#endif
