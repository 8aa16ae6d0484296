/* SPDX-License-Identifier: GPL-2.0 */
/* What the server hears of conversations, and what limits it. */
#ifndef BULWARK_MAPS_REPORTS_H
#define BULWARK_MAPS_REPORTS_H

#include "../events.h"

struct traffic_key {
	__u32 workload;
	__u32 peer;
	__u16 port;
	__u8 transport;
	__u8 direction;
};

struct traffic {
	__u64 bytes_out; /* IP layer; out is what the container sent */
	__u64 bytes_in;
	__u32 samples_client; /* payloads reported */
	__u32 samples_server; /* highest bit: its server greets as one of FTP does */
};

/* Counters of conversations, one set a CPU. Full: the longest unused goes, after the agent's last reading of it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct traffic_key);
	__type(value, struct traffic);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} traffic SEC(".maps");

struct traffic_told {
	__u64 bytes_out;
	__u64 bytes_in;
};

/* How much of `traffic` the server has heard of: the agent's memory, which outlives it. Full: the longest unused goes. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct traffic_key);
	__type(value, struct traffic_told);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} traffic_told SEC(".maps");

struct attempt_key {
	struct address address;
	__u32 ifindex;
	__u16 port;
	__u8 transport;
	__u8 direction;
	__u8 reason;
	__u8 pad[7];
};

struct attempt {
	__u64 reported; /* ns */
	__u64 since; /* attempts since then */
};

/* Attempts that were reported in the last second, to report equal ones once a second. Full: the oldest goes. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct attempt_key);
	__type(value, struct attempt);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} attempts SEC(".maps");

struct bucket {
	__u64 filled; /* ns */
	__u64 tokens;
};

enum bucket_use {
	BUCKET_ATTEMPTS = 0,
	BUCKET_REJECTS = 1,
	BUCKET_NAMES = 2,
	BUCKET_NAME_ADDRESSES = 3,
	BUCKET_FRAGMENTS = 4,
	BUCKET_OPENINGS = 5,
	BUCKET_ANNOUNCEMENTS = 6,
};

struct bucket_key {
	__u32 ifindex;
	__u32 use;
	__u32 peer; /* who opened towards the container; 0: the container itself */
};

/* Token buckets of interfaces: no container can flood user space, or the tables and answers of others. Full: the oldest goes. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 131072);
	__type(key, struct bucket_key);
	__type(value, struct bucket);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} buckets SEC(".maps");

/* Takes a token of a bucket of `size` tokens that fills at `rate` a second. Racy by intent: a limit, not a lock. */
INLINE int take_token_of(const struct bucket_key *key, __u64 now, __u64 rate, __u64 size)
{
	struct bucket *bucket = bpf_map_lookup_elem(&buckets, key);
	if (!bucket) {
		struct bucket fresh = { .filled = now, .tokens = size - 1 };
		bpf_map_update_elem(&buckets, key, &fresh, BPF_ANY);
		return 1;
	}
	__u64 earned = age_of(bucket->filled, now) * rate / SECOND;
	if (earned) {
		bucket->filled = now;
		bucket->tokens = bucket->tokens + earned > size ? size : bucket->tokens + earned;
	}
	if (!bucket->tokens)
		return 0;
	bucket->tokens--;
	return 1;
}

/* The same of an interface's bucket. */
INLINE int take_token(__u32 ifindex, __u32 use, __u64 now, __u64 rate, __u64 size)
{
	struct bucket_key key = { .ifindex = ifindex, .use = use };
	return take_token_of(&key, now, rate, size);
}

/* Gives a token back. */
INLINE void give_token_of(const struct bucket_key *key, __u64 size)
{
	struct bucket *bucket = bpf_map_lookup_elem(&buckets, key);
	if (bucket && bucket->tokens < size)
		bucket->tokens++;
}

#endif
