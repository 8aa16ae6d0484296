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

INLINE void connection_key_of(const struct packet *p, __u32 ifindex, __u8 direction, struct connection_key *key)
{
	key->ifindex = ifindex;
	key->transport = p->transport;
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

/* The live connection of a key, answered or opening; `answered` tells which. */
INLINE struct connection *find_connection(const struct connection_key *key, __u64 now, int *answered)
{
	struct connection *c;

	*answered = 1;
	if (key->transport == TRANSPORT_TCP)
		c = bpf_map_lookup_elem(&tcp_connections, key);
	else
		c = bpf_map_lookup_elem(&other_connections, key);
	if (c && now - c->last_seen < connection_life(c, key->transport))
		return c;
	*answered = 0;
	c = bpf_map_lookup_elem(&openings, key);
	if (c && now - c->last_seen < connection_life(c, key->transport))
		return c;
	return 0;
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

/* Moves an answered connection out of the table of openings. */
INLINE void promote_connection(const struct connection_key *key, struct connection *c)
{
	struct connection copy = *c;
	store_connection(key, &copy, 1);
	bpf_map_delete_elem(&openings, key);
}

#endif
