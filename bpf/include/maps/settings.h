/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs and the agent keep of themselves, what is counted, and the way to user space. */
#ifndef BULWARK_MAPS_SETTINGS_H
#define BULWARK_MAPS_SETTINGS_H

#include "../events.h"

enum setting {
	SETTING_NEXT_NAME = 0, /* these are the programs' */
	SETTING_NEXT_EXECUTABLE = 1,
	SETTING_NAMES_EPOCH = 2, /* grows with every change of a name's addresses */
	/* these are the agent's */
	SETTING_CHANGES = 3, /* grows with every change of places, policies, addresses and ranges; odd while one is under way */
	SETTING_NEXT_POLICY = 4,
	SETTING_NEXT_CONTAINER = 5,
	SETTING_TOLD_LOST_EVENTS = 6, /* how much of the counters the server has heard of */
	SETTING_TOLD_LOST_CONNECTIONS = 7,
	SETTING_TOLD_SUPPRESSED = 8,
	SETTING_NEXT_OWN_EXECUTABLE = 9, /* the agent's */
	SETTINGS = 10,
};

/* Key: enum setting. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SETTINGS);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} settings SEC(".maps");

enum counter {
	COUNTER_PACKETS = 0,
	COUNTER_BLOCKED = 1,
	COUNTER_WOULD_BLOCK = 2,
	COUNTER_REJECTED = 3, /* answered with a reset or an ICMP error */
	COUNTER_LOST_EVENTS = 4, /* ring buffer full */
	COUNTER_LOST_CONNECTIONS = 5, /* of them: connections, which teach */
	COUNTER_SUPPRESSED_ATTEMPTS = 6, /* over the rate of one interface */
	COUNTER_MALFORMED = 7,
	COUNTER_HELD = 8,
	COUNTER_NO_ENDPOINT = 9,
	COUNTER_NAMES = 10, /* DNS answers read */
	COUNTER_MIDSTREAM = 11, /* connections taken over while open */
	COUNTER_UNTRACKED = 12, /* openings over the limit of one interface */
	COUNTERS = 13,
};

/* Key: enum counter, one set a CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} counters SEC(".maps");

/* Full: the event is lost and counted. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} events SEC(".maps");

INLINE void count(__u32 counter)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &counter);
	if (value)
		(*value)++;
}

INLINE __u32 setting(__u32 which)
{
	__u32 *value = bpf_map_lookup_elem(&settings, &which);
	return value ? *value : 0;
}

/* What a verdict is valid for. To be read before anything that it depends on. */
INLINE __u32 current_epoch(void)
{
	return setting(SETTING_CHANGES) + setting(SETTING_NAMES_EPOCH);
}

/* Whether something is being changed: then a verdict of this epoch says nothing for the next packet. */
INLINE int is_changing(void)
{
	return setting(SETTING_CHANGES) & 1;
}

#endif
