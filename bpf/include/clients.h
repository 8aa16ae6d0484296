/* SPDX-License-Identifier: GPL-2.0 */
/* Who the client of a conversation is that a proxy carries (proxy.h). */
#ifndef BULWARK_CLIENTS_H
#define BULWARK_CLIENTS_H

#include "policy.h"

/* The socket by which a proxy of this host sends the packet, if its clients are known; else 0. */
INLINE __u64 proxy_socket(struct __sk_buff *skb)
{
	__u64 cookie = bpf_get_socket_cookie(skb);
	if (!cookie)
		return 0;
	struct clients *clients = bpf_map_lookup_elem(&proxied, &cookie);
	return clients && clients->count ? cookie : 0;
}

/* A balancer's ports are used again: who the client is counts when the conversation is opened, and it stays that one's. */
INLINE const struct clients *clients_of(const struct connection *c)
{
	__u64 by = c->proxied;
	const struct clients *clients = by ? bpf_map_lookup_elem(&proxied, &by) : 0;
	return clients && clients->noted && c->peer && clients->identity[0] != c->peer ? 0 : clients;
}

/* For so long the first packets of a conversation may come whose client was noted, repeated ones too. */
#define NOTED_FOR 10 /* s */

/* The client opens a conversation, and may; by `noted` it will be found where the packet comes without its address. */
GLOBAL int note_client(const struct connection_key *key, __u32 client, __u64 noted, __u64 now)
{
	struct clients clients = { .count = 1, .identity = { client }, .noted = now / SECOND };
	if (!key)
		return 0;
	clients.address = key->local;
	bpf_map_update_elem(&proxied, &noted, &clients, BPF_ANY);
	return 0;
}

INLINE int is_noted(__u64 key, __u64 now)
{
	struct clients *clients = bpf_map_lookup_elem(&proxied, &key);
	return clients && now / SECOND - clients->noted <= NOTED_FOR;
}

/* A peer that is known by its identity only. */
INLINE void peer_by_identity(__u32 identity, struct peer *peer)
{
	if (is_name(identity))
		peer->name[0] = identity;
	else if (identity >= IDENTITY_FIRST_RANGE)
		peer->range = identity;
	else if (identity != IDENTITY_WORLD)
		peer->exact = identity;
}

/* The client's identity; IDENTITY_ANY if it may be one of several. */
INLINE __u32 client_of(const struct clients *clients)
{
	return clients->count == 1 ? clients->identity[0] : IDENTITY_ANY;
}

#define CLIENT_REFUSED (1ULL << 32)

/* The client's identity, if the policy allows all that it may be; with CLIENT_REFUSED, one of them whom it does not. */
GLOBAL __u64 judge_clients(const struct clients *clients, __u32 policy, __u32 transport, __u32 port)
{
	if (!clients || clients->count > CLIENTS_MAX)
		return CLIENT_REFUSED | IDENTITY_HOST;
	for (int i = 0; i < CLIENTS_MAX && i < clients->count; i++) {
		struct peer peer = {};
		peer_by_identity(clients->identity[i], &peer);
		if (!allowing_identity(policy, &peer, transport << 8 | DIRECTION_IN, port))
			return CLIENT_REFUSED | clients->identity[i];
	}
	return client_of(clients);
}

/* The address to tell of a connection's peer: the client's where it is known, else the one in its packets. */
INLINE struct address peer_address(const struct connection_key *key, const struct connection *c)
{
	const struct clients *clients = clients_of(c);
	if (clients && (clients->address.half[0] || clients->address.half[1]))
		return clients->address;
	return key->remote;
}

#endif
