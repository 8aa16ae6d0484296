/* SPDX-License-Identifier: GPL-2.0 */
/* Who a peer is, and whether a workload's policy lets it talk. */
#ifndef BULWARK_POLICY_H
#define BULWARK_POLICY_H

#include "identity.h"
#include "parse.h"

/* A name's address stays known for this long after the last answer or use, for programs that resolve once. */
#define NAME_GRACE (24 * 3600 * SECOND)

/* Everything that a peer is known as, most precise first; 0 where there is nothing. */
struct peer {
	__u32 name[NAMES_PER_ADDRESS];
	__u32 range;
	__u32 exact; /* container, host or multicast: then nothing else counts */
	__u32 service; /* the workload whose containers share the address, if it is such a one */
};

/* The one identity that stands for the peer in events and counters. */
INLINE __u32 peer_identity(const struct peer *peer)
{
	if (peer->exact)
		return peer->exact;
	if (peer->name[0])
		return peer->name[0];
	return peer->range ? peer->range : IDENTITY_WORLD;
}

/* Precedence: container or host, multicast, learnt names, range, world. */
INLINE void resolve_peer(__u32 workload, const struct address *address, __u64 now, struct peer *peer)
{
	struct name_address_key key = { .workload = workload, .address = *address };
	struct owner *owner = bpf_map_lookup_elem(&addresses, &key.address);
	if (owner) {
		peer->exact = owner->identity;
		if (!owner->container && is_workload(owner->identity))
			peer->service = owner->identity;
		return;
	}
	if (is_loopback(address)) { /* seen only of those on the host's network */
		peer->exact = IDENTITY_HOST;
		return;
	}
	if (is_multicast(address)) {
		peer->exact = IDENTITY_MULTICAST;
		return;
	}
	struct name_address *named = bpf_map_lookup_elem(&name_addresses, &key);
	if (named && now < named->expires) {
#pragma unroll
		for (int i = 0; i < NAMES_PER_ADDRESS; i++)
			peer->name[i] = named->identity[i];
		if (named->expires < now + NAME_GRACE)
			named->expires = now + NAME_GRACE;
	}
	struct range_key range = { 128, { address->word[0], address->word[1], address->word[2], address->word[3] } };
	__u32 *identity = bpf_map_lookup_elem(&ranges, &range);
	if (identity)
		peer->range = *identity;
}

INLINE struct policy_key policy_key_of(__u32 policy, __u32 peer, __u8 transport, __u16 port, __u8 direction)
{
	return (struct policy_key){ .policy = policy, .peer = peer, .port = port, .transport = transport, .direction = direction };
}

INLINE int has_entry(__u32 policy, __u32 peer, __u8 transport, __u16 port, __u8 direction)
{
	struct policy_key key = policy_key_of(policy, peer, transport, port, direction);
	return bpf_map_lookup_elem(&policies, &key) != 0;
}

/* Whether there is such an entry for TCP, on which the server may announce ports of its own. */
INLINE int has_announcing_entry(__u32 policy, __u32 peer, __u16 port, __u8 direction)
{
	struct policy_key key = policy_key_of(policy, peer, TRANSPORT_TCP, port, direction);
	__u32 *permission = bpf_map_lookup_elem(&policies, &key);
	return permission && (*permission & PERMISSION_ANNOUNCES);
}

/* The look-ups for one identity: this port, any port, any protocol. Bulwark.Model's PolicyModel does the same. */
INLINE int allows_identity(__u32 policy, __u32 peer, __u8 transport, __u16 port, __u8 direction)
{
	return has_entry(policy, peer, transport, port, direction) || has_entry(policy, peer, transport, 0, direction) ||
	       has_entry(policy, peer, 0, 0, direction);
}

struct call {
	__u32 policy;
	__u32 executable;
	__u16 port;
	__u8 transport;
};

GLOBAL __u32 permission_of(const struct call *call, __u32 peer, __u8 transport, __u16 port)
{
	if (!call)
		return PERMISSION_NONE;
	struct policy_executable_key key = {
		.entry = policy_key_of(call->policy, peer, transport, port, DIRECTION_OUT),
		.executable = call->executable,
	};
	__u32 *permission = bpf_map_lookup_elem(&policies, &key.entry);
	if (!permission)
		return PERMISSION_NONE;
	if (!(*permission & PERMISSION_LISTED) || bpf_map_lookup_elem(&policy_executables, &key))
		return PERMISSION_ALL;
	return PERMISSION_LISTED;
}

/* Both permissions as one: what all may, or else what some may. */
INLINE __u32 wider(__u32 a, __u32 b)
{
	if (a == PERMISSION_ALL || b == PERMISSION_ALL)
		return PERMISSION_ALL;
	return a | b;
}

/* The look-ups for one identity, as in allows_identity. */
GLOBAL __u32 permission_for(const struct call *call, __u32 peer)
{
	if (!call)
		return PERMISSION_NONE;
	__u32 permission = permission_of(call, peer, call->transport, call->port);
	permission = wider(permission, permission_of(call, peer, call->transport, 0));
	return wider(permission, permission_of(call, peer, 0, 0));
}

/* What the policy says of an executable that opens a conversation: the look-ups of allowing_identity. */
GLOBAL __u32 judge_executable(const struct call *call, const struct peer *peer)
{
	if (!call || !peer)
		return PERMISSION_NONE;
	__u32 permission = permission_of(call, IDENTITY_ANY, call->transport, call->port);
	if (peer->exact)
		return wider(permission, permission_for(call, peer->exact));
#pragma unroll
	for (int i = 0; i < NAMES_PER_ADDRESS; i++)
		if (peer->name[i])
			permission = wider(permission, permission_for(call, peer->name[i]));
	if (peer->range)
		permission = wider(permission, permission_for(call, peer->range));
	return wider(permission, permission_for(call, IDENTITY_WORLD));
}

/* Whether the policy lets the executable bind a port on which others reach the workload. */
INLINE int may_bind(__u32 policy, __u32 executable, __u8 transport, __u16 port)
{
	struct policy_executable_key key = {
		.entry = policy_key_of(policy, IDENTITY_ANY, transport, port, POLICY_BIND),
		.executable = executable,
	};
	return !bpf_map_lookup_elem(&policies, &key.entry) || bpf_map_lookup_elem(&policy_executables, &key);
}

/*
 * The identity by which the policy allows the conversation, or 0. An identity outside is also part of the world, so an entry for
 * the world allows it too.
 */
GLOBAL __u32 allowing_identity(__u32 policy, const struct peer *peer, __u32 transport_direction, __u16 port)
{
	__u8 transport = transport_direction >> 8;
	__u8 direction = transport_direction & 0xff;

	if (!peer)
		return 0;
	if (peer->exact) {
		if (allows_identity(policy, peer->exact, transport, port, direction))
			return peer->exact;
	} else {
#pragma unroll
		for (int i = 0; i < NAMES_PER_ADDRESS; i++)
			if (peer->name[i] && allows_identity(policy, peer->name[i], transport, port, direction))
				return peer->name[i];
		if (peer->range && allows_identity(policy, peer->range, transport, port, direction))
			return peer->range;
		if (allows_identity(policy, IDENTITY_WORLD, transport, port, direction))
			return peer_identity(peer);
	}
	return has_entry(policy, IDENTITY_ANY, transport, port, direction) ? peer_identity(peer) : 0;
}

/* The identity by which the policy allows the conversation on which the server may announce ports, or 0. */
GLOBAL __u32 announcing_identity(__u32 policy, const struct peer *peer, __u32 direction, __u16 port)
{
	if (!peer)
		return 0;
	if (peer->exact)
		return has_announcing_entry(policy, peer->exact, port, direction) ? peer->exact : 0;
#pragma unroll
	for (int i = 0; i < NAMES_PER_ADDRESS; i++)
		if (peer->name[i] && has_announcing_entry(policy, peer->name[i], port, direction))
			return peer->name[i];
	if (peer->range && has_announcing_entry(policy, peer->range, port, direction))
		return peer->range;
	return has_announcing_entry(policy, IDENTITY_WORLD, port, direction) ? peer_identity(peer) : 0;
}

#endif
