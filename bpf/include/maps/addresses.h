/* SPDX-License-Identifier: GPL-2.0 */
/* Whose an address is, and what it is called. */
#ifndef BULWARK_MAPS_ADDRESSES_H
#define BULWARK_MAPS_ADDRESSES_H

#include "../events.h"

struct owner {
	__u32 identity;
	__u32 container; /* 0: a host's address, or one that all containers of a workload share */
};

/* Exact addresses of containers and hosts. Full: the agent says so; the address is then world. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct address);
	__type(value, struct owner);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} addresses SEC(".maps");

struct range_key {
	__u32 prefix_length; /* bits, of the mapped address */
	__u32 address[4]; /* no struct address: the kernel takes what follows the length, padding too, as the prefix */
};

/* Services outside that are known by address or range. Full: the agent says so; the address is then world. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct range_key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} ranges SEC(".maps");

struct name_key {
	__u8 name[NAME_MAX_LENGTH];
};

/* Names that are in profiles. Full: the agent says so; the name gets an identity from new_names. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct name_key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} names SEC(".maps");

/* Names in no profile yet, with the identity that the kernel gave them. Full: the longest unused goes. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct name_key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} new_names SEC(".maps");

#define NAMES_PER_ADDRESS 4

struct name_address_key {
	__u32 workload; /* the asker: what one workload resolved says nothing for another */
	__u32 pad;
	struct address address;
};

struct name_address {
	__u64 expires; /* ns, CLOCK_MONOTONIC; use extends it */
	__u32 identity[NAMES_PER_ADDRESS]; /* newest first; 0: free */
};

/* Full: the longest unused goes; the name must be asked for again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct name_address_key);
	__type(value, struct name_address);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} name_addresses SEC(".maps");

#endif
