/* SPDX-License-Identifier: GPL-2.0 */
/* What user space hears: connections once, attempts once a second, first payloads. */
#ifndef BULWARK_TELL_H
#define BULWARK_TELL_H

#include "clients.h"
#include "connection.h"

#define ATTEMPTS_PER_SECOND 200
#define ATTEMPTS_BURST 1000
#define SAMPLES_PER_CONVERSATION 4 /* a CPU and a side */

#define WAKE_AT (1 << 20) /* bytes of the ring buffer */
#define WAKE_WITHIN 4096 /* bytes after that: some events fall in there, whichever core's */

/*
 * User space looks every few milliseconds by itself. To wake it for each event would cost more than all the rest, even with the ring
 * buffer filling up; so a few events wake it once there is much to read.
 */
INLINE void submit(void *event)
{
	__u64 over = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) - WAKE_AT;
	bpf_ringbuf_submit(event, over < WAKE_WITHIN ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

INLINE void find_socket(const struct endpoint *endpoint, __u8 direction, const struct connection_key *key, struct event *event)
{
	struct socket_key wanted = { .netns = endpoint->netns, .transport = key->transport };
	if (direction == DIRECTION_OUT) {
		wanted.remote = key->remote;
		wanted.port = key->remote_port;
	} else {
		wanted.port = key->local_port;
		wanted.bound = 1;
	}
	struct socket *found = bpf_map_lookup_elem(&sockets, &wanted);
	if (found) {
		event->executable = found->executable;
		event->process = found->process;
	}
}

INLINE void fill_event(struct event *event, const struct endpoint *endpoint, const struct connection_key *key,
		       const struct connection *c, __u64 now)
{
	event->time = now;
	event->ifindex = key->ifindex;
	event->address = peer_address(key, c);
	event->workload = endpoint->workload;
	event->container = endpoint->container;
	event->peer = c->peer;
	event->server_port = c->server_port;
	event->client_port = c->opened_by == DIRECTION_OUT ? key->local_port : key->remote_port;
	event->transport = key->transport;
	event->direction = c->opened_by;
	event->verdict = c->verdict;
	event->reason = c->verdict ? REASON_NOT_IN_PROFILE : REASON_NONE;
	event->attempts = 1;
	event->executable = 0;
	event->process = 0;
	event->announced_by = c->announced_by;
	event->pad = 0;
	if (!c->raw)
		find_socket(endpoint, c->opened_by, key, event);
}

GLOBAL int tell_connection(const struct endpoint *endpoint, const struct connection_key *key, const struct connection *c,
				       __u64 now)
{
	if (!endpoint || !key || !c || !c->peer) /* of one of several: it teaches nothing */
		return 0;
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(COUNTER_LOST_EVENTS);
		count(COUNTER_LOST_CONNECTIONS);
		return 0;
	}
	fill_event(event, endpoint, key, c, now);
	event->type = EVENT_CONNECTION;
	submit(event);
	return 0;
}

/* How many equal attempts an event is to stand for now; 0 if none is to be told. */
INLINE __u64 attempts_to_tell(const struct attempt_key *which, __u32 place, __u64 now)
{
	__u64 attempts_since = 1;
	struct attempt *known = bpf_map_lookup_elem(&attempts, which);
	if (known) {
		__u64 since = __sync_fetch_and_add(&known->since, 1) + 1;
		if (age_of(known->reported, now) < SECOND)
			return 0;
		attempts_since = since;
	}
	if (!take_token(place, BUCKET_ATTEMPTS, now, ATTEMPTS_PER_SECOND, ATTEMPTS_BURST)) {
		count(COUNTER_SUPPRESSED_ATTEMPTS);
		return 0;
	}
	struct attempt fresh = { .reported = now };
	bpf_map_update_elem(&attempts, which, &fresh, BPF_ANY);
	return attempts_since;
}

GLOBAL int tell_attempt(const struct endpoint *endpoint, const struct connection_key *key, const struct connection *c,
				    __u32 reason, __u64 now)
{
	if (!endpoint || !key || !c)
		return 0;
	struct attempt_key which = {
		.address = peer_address(key, c),
		.ifindex = key->ifindex,
		.port = c->server_port,
		.transport = key->transport,
		.direction = c->opened_by,
		.reason = reason,
	};
	__u64 attempts_since = attempts_to_tell(&which, key->ifindex, now);
	if (!attempts_since)
		return 0;
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(COUNTER_LOST_EVENTS);
		return 0;
	}
	fill_event(event, endpoint, key, c, now);
	event->type = EVENT_ATTEMPT;
	event->reason = reason;
	event->attempts = attempts_since;
	submit(event);
	return 0;
}

GLOBAL int tell_payload(struct __sk_buff *skb, const struct endpoint *endpoint, const struct connection_key *key,
				    const struct connection *c, const struct packet *p)
{
	if (!endpoint || !key || !c || !p)
		return 0;
	struct payload_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(COUNTER_LOST_EVENTS);
		return 0;
	}
	fill_event(&event->head, endpoint, key, c, c->last_seen);
	event->head.type = EVENT_PAYLOAD;
	event->from_client = same_address(&key->local, &p->source) ? c->opened_by == DIRECTION_OUT : c->opened_by == DIRECTION_IN;
	__u32 length = p->end - p->payload;
	if (length > PAYLOAD_MAX)
		length = PAYLOAD_MAX;
	event->length = length;
	/* the mask tells the verifier what the comparison above already ensures */
	if (!length || bpf_skb_load_bytes(skb, p->payload, event->data, ((length - 1) & (PAYLOAD_MAX - 1)) + 1)) {
		bpf_ringbuf_discard(event, 0);
		return 0;
	}
	submit(event);
	return 0;
}

#define FTP_PORT 21
#define SAMPLE_ANNOUNCES 4 /* bit of a connection's samples */
#define SERVER_GREETS 0x80000000u /* bit of a conversation's server samples: so did those that were looked at */

/* Whether a server greets as one of FTP does: 220 (RFC 959 5.4). Those of mail do, too, and announce nothing. */
INLINE int greets(struct __sk_buff *skb, const struct packet *p)
{
	__u8 code[3];
	return p->transport == TRANSPORT_TCP && p->payload + sizeof(code) < p->end && !bpf_skb_load_bytes(skb, p->payload, code, sizeof(code)) &&
	       code[0] == '2' && code[1] == '2' && code[2] == '0';
}

/* Whether a payload of this direction is to be looked at for an announcement (announce.h). */
INLINE int may_announce(const struct connection *c, __u8 direction)
{
	return (c->samples & SAMPLE_ANNOUNCES) && direction != c->opened_by;
}

/* The port of the conversation that the connection is part of. */
INLINE __u16 conversation_port(const struct connection *c)
{
	return c->announced_by ? c->announced_by : c->server_port;
}

INLINE void add_bytes(struct traffic *counted, __u8 direction, __u64 bytes)
{
	if (direction == DIRECTION_OUT)
		counted->bytes_out += bytes;
	else
		counted->bytes_in += bytes;
}

/* Counts a packet, and with it what the opener sent before there was an answer. */
INLINE void add_traffic(struct traffic *counted, struct connection *c, __u8 direction, __u32 length)
{
	add_bytes(counted, direction, length);
	if (c->opening_bytes) {
		add_bytes(counted, c->opened_by, c->opening_bytes);
		c->opening_bytes = 0;
	}
}

/* Whether this payload, the first from its side, is to be told of. */
INLINE int wants_sample(struct connection *c, const struct traffic *counted, __u8 direction)
{
	__u8 side = direction == c->opened_by ? 1 : 2;
	if ((c->samples & side) || c->announced_by)
		return 0;
	if ((side == 1 ? counted->samples_client : counted->samples_server & ~SERVER_GREETS) < SAMPLES_PER_CONVERSATION)
		return 1;
	c->samples |= side;
	if (side == 2 && (counted->samples_server & SERVER_GREETS))
		c->samples |= SAMPLE_ANNOUNCES;
	return 0;
}

/* Counts a packet of an established connection, and reports the first payload of each side while its conversation is young. */
INLINE void count_traffic(struct __sk_buff *skb, const struct endpoint *endpoint, const struct connection_key *key,
			  struct connection *c, const struct packet *p, __u8 direction, __u32 length)
{
	if (!c->peer)
		return;
	struct traffic_key which = {
		.workload = endpoint->workload,
		.peer = c->peer,
		.port = conversation_port(c),
		.transport = key->transport,
		.direction = c->opened_by,
	};
	struct traffic *counted = bpf_map_lookup_elem(&traffic, &which);
	if (!counted) {
		struct traffic none = {};
		bpf_map_update_elem(&traffic, &which, &none, BPF_NOEXIST);
		counted = bpf_map_lookup_elem(&traffic, &which);
		if (!counted)
			return;
	}
	add_traffic(counted, c, direction, length);
	if (p->payload >= p->end || p->later_fragment || !wants_sample(c, counted, direction))
		return;
	if (direction == c->opened_by) {
		c->samples |= 1;
		counted->samples_client++;
	} else {
		c->samples |= 2;
		counted->samples_server++;
		if (greets(skb, p)) {
			c->samples |= SAMPLE_ANNOUNCES;
			counted->samples_server |= SERVER_GREETS;
		}
	}
	tell_payload(skb, endpoint, key, c, p);
}

#endif
