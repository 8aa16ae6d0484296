/* SPDX-License-Identifier: GPL-2.0 */
/* The connection table: what was opened, by whom, and how far it is. */
#ifndef BULWARK_CONNECTION_H
#define BULWARK_CONNECTION_H

#include "policy.h"

/* Idle lifetimes. Established TCP outlives the two-hour default of TCP keep-alive (RFC 1122 4.2.3.6) by far. */
#define LIFE_OPENING (60 * SECOND)
#define LIFE_TCP (6 * 3600 * SECOND)
#define LIFE_OTHER (180 * SECOND)
#define LIFE_CLOSING (120 * SECOND)

INLINE __u64 connection_life(const struct connection *c, __u8 transport)
{
	if (c->state == STATE_OPENING || c->state == STATE_ANSWERED || c->state == STATE_MIDSTREAM)
		return LIFE_OPENING;
	if (c->state == STATE_CLOSING)
		return LIFE_CLOSING;
	return transport == TRANSPORT_TCP ? LIFE_TCP : LIFE_OTHER;
}

/* One side will send no more. An answered connection closes when both have said so. */
INLINE void note_fin(struct connection *c, __u8 direction)
{
	c->fins |= direction == c->opened_by ? 1 : 2;
	if (c->fins == 3 && c->state == STATE_ESTABLISHED)
		c->state = STATE_CLOSING;
}

INLINE void connection_key_of(const struct packet *p, __u32 ifindex, __u8 direction, struct connection_key *key)
{
	key->ifindex = ifindex;
	key->transport = p->transport;
	key->icmp_request = p->icmp_request;
	key->icmp_opener = p->icmp_reply ? !direction : (p->icmp_request ? direction : 0);
	if (direction == DIRECTION_OUT) {
		key->local = p->source;
		key->remote = p->destination;
		key->local_port = p->source_port;
		key->remote_port = p->destination_port;
	} else {
		key->local = p->destination;
		key->remote = p->source;
		key->local_port = p->destination_port;
		key->remote_port = p->source_port;
	}
}

INLINE struct connection *find_answered(const struct connection_key *key)
{
	if (key->transport == TRANSPORT_TCP)
		return bpf_map_lookup_elem(&tcp_connections, key);
	return bpf_map_lookup_elem(&other_connections, key);
}

/* The live connection of a key, answered or opening; `answered` tells which or, if there is none, whether an old one is in its place. */
INLINE struct connection *find_connection(const struct connection_key *key, __u64 now, int *answered)
{
	struct connection *c = find_answered(key);

	*answered = c != 0;
	if (c && age_of(c->last_seen, now) < connection_life(c, key->transport))
		return c;
	c = bpf_map_lookup_elem(&openings, key);
	if (!c || age_of(c->last_seen, now) >= connection_life(c, key->transport))
		return 0;
	*answered = 0;
	return c;
}

/*
 * Openings without an answer that an interface may have: of its container, and of each peer that opens towards it. An answer gives
 * the place back at once, time within an opening's life.
 */
#define OPENINGS_MAX 4096
#define OPENINGS_PER_SECOND (OPENINGS_MAX * SECOND / LIFE_OPENING)

INLINE struct bucket_key opening_bucket(const struct connection_key *key, const struct connection *c)
{
	return (struct bucket_key){
		.ifindex = key->ifindex,
		.use = BUCKET_OPENINGS,
		.peer = c->opened_by == DIRECTION_OUT ? 0 : c->peer,
	};
}

/* Whether one more opening may be remembered. */
INLINE int take_opening(const struct connection_key *key, const struct connection *c, __u64 now)
{
	struct bucket_key bucket = opening_bucket(key, c);
	return take_token_of(&bucket, now, OPENINGS_PER_SECOND, OPENINGS_MAX);
}

INLINE void store_connection(const struct connection_key *key, const struct connection *c, int answered)
{
	if (!answered)
		bpf_map_update_elem(&openings, key, c, BPF_ANY);
	else if (key->transport == TRANSPORT_TCP)
		bpf_map_update_elem(&tcp_connections, key, c, BPF_ANY);
	else
		bpf_map_update_elem(&other_connections, key, c, BPF_ANY);
}

/* Puts an answered connection, no longer in the table of openings, into its own. */
INLINE void promote_connection(const struct connection_key *key, const struct connection *c)
{
	store_connection(key, c, 1);
	if (bpf_map_delete_elem(&openings, key) == 0) {
		struct bucket_key bucket = opening_bucket(key, c);
		give_token_of(&bucket, OPENINGS_MAX);
	}
}

/* Removes an answered connection that a new one replaces: it would be found in its place. */
INLINE void forget_answered(const struct connection_key *key)
{
	if (key->transport == TRANSPORT_TCP)
		bpf_map_delete_elem(&tcp_connections, key);
	else
		bpf_map_delete_elem(&other_connections, key);
}

#endif
