/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of executables and their paths. */
#ifndef BULWARK_MAPS_EXECUTABLES_H
#define BULWARK_MAPS_EXECUTABLES_H

#include "../events.h"

/* A file, as far as it can be told without its path: the hashes guard against reuse of an inode number. */
struct executable_key {
	__u64 inode;
	__u64 name_hash;
	__u64 parent_hash;
	__u32 device;
	__u32 pad;
};

/* Numbers of files that were looked at already. Full: the oldest goes, and is looked at again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct executable_key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} executables SEC(".maps");

#define PATH_LENGTH 256

#define EXECUTABLES_MAX 0x40000000u /* numbers that the kernel gives out; the agent's are above */

struct path_key {
	__u8 path[PATH_LENGTH]; /* zero padded */
};

/* Executables that are in policies, with numbers for good. Full: a new policy is refused as a whole and the old one stays. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct path_key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} known_executables SEC(".maps");

/* The others, with the numbers that the kernel gave them. Full: the longest unused goes, and gets a new number when it runs again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct path_key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} new_executables SEC(".maps");

struct executable_path {
	__u32 length;
	__u32 pad;
	/* absolute in its mount namespace; with * in front, the end of a path that is too long, or that does not lead to the root */
	__u8 path[PATH_LENGTH];
};

/* Key: number of the executable. Full: the oldest goes. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct executable_path);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} executable_paths SEC(".maps");

#endif
