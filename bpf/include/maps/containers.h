/* SPDX-License-Identifier: GPL-2.0 */
/* The containers that are watched, by where their packets pass, and what each workload may do. */
#ifndef BULWARK_MAPS_CONTAINERS_H
#define BULWARK_MAPS_CONTAINERS_H

#include "../events.h"

#define ENDPOINT_HELD 1 /* no packet passes: the container's policy is not known yet */
#define ENDPOINT_HOST 2 /* on the host's network */
#define ENDPOINT_QUARANTINED 4 /* no packet passes: the container started unasked, and would have been refused */

/* The container behind a place: an interface, or a control group. */
struct endpoint {
	__u64 netns; /* network namespace cookie */
	__u32 workload;
	__u32 container; /* number that the agent gave the container; owner of its addresses */
	__u32 flags;
	__u32 bridge; /* that the interface is a port of, if packets may go past it to another port's container; else 0 */
};

/* A place is the index of a host's interface, or one of these. */
#define PLACE_INSIDE 0x40000000u /* plus the index of an interface inside a container's network namespace */
#define PLACE_CGROUP 0x80000000u /* plus a number of the agent's */

/* Key: place. Full: the agent cannot attach and says so. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct endpoint);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} endpoints SEC(".maps");

/*
 * The place that a control group is, for programs that are attached to it; 0 while it is none. Made by the kernel with the attachment,
 * and gone with it. Key: id of the control group.
 */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, __u64);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cgroup_places SEC(".maps");

/* Which policy a workload has. One update of this value switches all its packets: a policy is never changed in place. */
struct workload {
	__u32 policy; /* version: first part of the keys in `policies`; never used twice */
	__u32 mode;
};

/* Key: identity. Full: the agent cannot add a workload and says so. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct workload);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} workloads SEC(".maps");

#define POLICY_BIND 2 /* in place of a direction: an entry, of any peer, for who may bind the port */

struct policy_key {
	__u32 policy;
	__u32 peer;
	__u16 port;
	__u8 transport;
	__u8 direction; /* enum direction, or POLICY_BIND */
};

enum permission {
	PERMISSION_NONE = 0,
	PERMISSION_ALL = 1,
	PERMISSION_LISTED = 2, /* for the executables in `policy_executables`; packets need no more than the entry */
	PERMISSION_ANNOUNCES = 4, /* with one of these: the server may announce ports of its own to the client, and these are allowed too */
};

/* Full: a new policy is refused as a whole and the old one stays. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 524288);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_key);
	__type(value, __u32); /* of enum permission */
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} policies SEC(".maps");

struct policy_executable_key {
	struct policy_key entry;
	__u32 executable;
};

/* Which executables may use an entry. Full: a new policy is refused as a whole and the old one stays. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 262144);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_executable_key);
	__type(value, __u32); /* reserved: 1 */
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} policy_executables SEC(".maps");

/* Whose a network namespace is, for calls of the processes in it. Key: cookie. Full: the agent says so; only packets are judged then. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct endpoint);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} namespaces SEC(".maps");

#endif
