/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A container that asks its own published port at an address of the host, where Docker has no proxy: address translation brings the packet back to it with
 * an address of the host as its source. What a container asks the host is noted by its port, which address translation keeps unless it is
 * taken. Then, or when nothing was noted, the client is the host.
 */
#ifndef BULWARK_HAIRPIN_H
#define BULWARK_HAIRPIN_H

#include "clients.h"

/* No socket's cookie, and no key of a balancer, is as high. */
#define HAIRPIN (3ULL << 62)

/* By what a container's question to the host is noted; 0 if it cannot come back. */
INLINE __u64 hairpin_key(const struct connection_key *key, __u16 client_port)
{
	if ((key->ifindex & (PLACE_INSIDE | PLACE_CGROUP)) || key->icmp_request || !client_port)
		return 0;
	return HAIRPIN | (__u64)key->ifindex << 24 | (__u64)key->transport << 16 | client_port;
}

/*
 * The key of what the container asked just now, if this packet of the host's may be that; else 0. One of the host's own processes has come in nowhere; a
 * neighbour's by the interface of that one; only what came back to the interface past the host's routing, or right at the bridge's port, can be the
 * container's own.
 */
INLINE __u64 find_hairpin(const struct connection_key *key, __u32 came_in, __u64 now)
{
	__u64 hairpin = came_in ? hairpin_key(key, key->remote_port) : 0;
	if (!hairpin || !is_noted(hairpin, now))
		return 0;
	return came_in == key->ifindex || !bpf_map_lookup_elem(&endpoints, &came_in) ? hairpin : 0;
}

#endif
