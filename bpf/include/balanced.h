/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who the client of a conversation is that a service's balancer on this host carries (IPVS of a swarm): what a client asks the service's address is
 * noted by the client's port, which the balancer keeps unless another client has the same. Then, or when nothing was noted, the client is the host.
 */
#ifndef BULWARK_BALANCED_H
#define BULWARK_BALANCED_H

#include "clients.h"

/* No socket's cookie is as high. */
#define BALANCED (1ULL << 63)

INLINE __u64 balanced_key(__u32 service, __u8 transport, __u16 client_port)
{
	return BALANCED | (__u64)service << 24 | (__u64)transport << 16 | client_port;
}

/* The key of whom a balancer asks the service for, if that was noted just now; else 0. */
INLINE __u64 find_balanced(const struct connection_key *key, __u32 service, __u64 now)
{
	if (!(key->ifindex & PLACE_INSIDE)) /* networks with balancers have no interfaces of the host */
		return 0;
	__u64 balanced = balanced_key(service, key->transport, key->remote_port);
	return is_noted(balanced, now) ? balanced : 0;
}

#endif
