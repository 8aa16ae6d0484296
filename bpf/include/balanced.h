/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who the client of a conversation is that a service's balancer on this host carries (IPVS of a swarm): what a client asks the service's address is
 * noted by the client's port, which the balancer keeps unless another client has the same. Then, or when nothing was noted, the client is the host.
 */
#ifndef BULWARK_BALANCED_H
#define BULWARK_BALANCED_H

#include "clients.h"

/* For so long the first packets of a conversation may come to the service, repeated ones too. */
#define BALANCED_FOR 10 /* s */

/* No socket's cookie is as high. */
#define BALANCED (1ULL << 63)

INLINE __u64 balanced_key(__u32 service, __u8 transport, __u16 client_port)
{
	return BALANCED | (__u64)service << 24 | (__u64)transport << 16 | client_port;
}

/* The client asks the service, and may. */
GLOBAL int note_balanced(const struct connection_key *key, __u32 client, __u32 service, __u64 now)
{
	struct clients clients = { .count = 1, .identity = { client }, .noted = now / SECOND };
	if (!key)
		return 0;
	__u64 balanced = balanced_key(service, key->transport, key->local_port);
	clients.address = key->local;
	bpf_map_update_elem(&proxied, &balanced, &clients, BPF_ANY);
	return 0;
}

/* The key of whom a balancer asks the service for, if that was noted just now; else 0. */
INLINE __u64 find_balanced(const struct connection_key *key, __u32 service, __u64 now)
{
	if (!(key->ifindex & PLACE_INSIDE)) /* networks with balancers have no interfaces of the host */
		return 0;
	__u64 balanced = balanced_key(service, key->transport, key->remote_port);
	struct clients *clients = bpf_map_lookup_elem(&proxied, &balanced);
	return clients && now / SECOND - clients->noted <= BALANCED_FOR ? balanced : 0;
}

#endif
