/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads DNS answers (RFC 1035) on their way to a container: the name that it asked for gets the addresses of the answer before
 * the answer arrives. All A and AAAA records of an answer belong to the question, through whatever chain of CNAMEs.
 */
#ifndef BULWARK_NAMES_H
#define BULWARK_NAMES_H

#include "tell.h"

#define DNS_MAX 1024 /* bytes of an answer that are read */
#define DNS_LABELS_MAX 64
#define DNS_RECORDS_MAX 48
#define DNS_TYPE_A 1
#define DNS_TYPE_AAAA 28
#define DNS_CLASS_IN 1
#define NAMES_MAX (IDENTITY_FIRST_NAME / 2) /* new names that get a number; what comes after them is the world */
#define NAMES_PER_SECOND 100
#define NAMES_BURST 500
#define NEW_ADDRESSES_PER_SECOND 50 /* of an interface, so that it does not push out those of others */
#define NEW_ADDRESSES_BURST 4096

struct dns_header {
	__be16 id;
	__be16 flags;
	__be16 questions;
	__be16 answers;
	__be16 authorities;
	__be16 additional;
};

/* Work on one answer. It lives in a map: too large for the stack, and the verifier need not follow its numbers. */
struct dns_walk {
	__u8 packet[DNS_MAX * 2]; /* twice, so that masked offsets plus a field stay inside */
	struct name_key name;
	struct address addresses[NAME_ADDRESSES];
	__u32 address_count;
	__u32 at; /* next byte to read */
	__u32 length;
	__u32 written; /* bytes of the name */
	__u32 label; /* bytes left of the label */
	__u32 records; /* left */
	__u32 done;
	__u32 failed;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dns_walk);
} dns_walk SEC(".maps");

/* What a bpf_loop callback gets must be on the stack. */
struct dns_cursor {
	struct dns_walk *walk;
};

INLINE __u8 dns_byte(const struct dns_walk *walk, __u32 at)
{
	return walk->packet[at & (DNS_MAX - 1)];
}

/* Copies one byte of the question's name; label lengths become dots. */
static long copy_name_byte(__u32 index, struct dns_cursor *cursor)
{
	struct dns_walk *walk = cursor->walk;
	__u32 at = walk->at;
	if (at >= walk->length) {
		walk->failed = 1;
		return 1;
	}
	__u8 byte = dns_byte(walk, at);
	walk->at = at + 1;
	if (walk->label == 0) { /* at a label's length */
		if (byte == 0) {
			walk->done = 1;
			return 1;
		}
		if (byte > 63) { /* a question has no reason to be compressed */
			walk->failed = 1;
			return 1;
		}
		walk->label = byte;
		if (walk->written == 0)
			return 0;
		byte = '.';
	} else {
		walk->label--;
		if (byte >= 'A' && byte <= 'Z')
			byte += 'a' - 'A';
		if (byte <= ' ' || byte > '~' || byte == '.') {
			walk->failed = 1;
			return 1;
		}
	}
	if (walk->written >= NAME_MAX_LENGTH - 1) {
		walk->failed = 1;
		return 1;
	}
	walk->name.name[walk->written & (NAME_MAX_LENGTH - 1)] = byte;
	walk->written++;
	return 0;
}

/* Skips one label of a record's name. */
static long skip_label(__u32 index, struct dns_cursor *cursor)
{
	struct dns_walk *walk = cursor->walk;

	if (walk->at >= walk->length) {
		walk->failed = 1;
		return 1;
	}
	__u8 byte = dns_byte(walk, walk->at);
	if (byte == 0) {
		walk->at += 1;
		walk->done = 1;
		return 1;
	}
	if ((byte & 0xc0) == 0xc0) {
		walk->at += 2;
		walk->done = 1;
		return 1;
	}
	if (byte > 63) {
		walk->failed = 1;
		return 1;
	}
	walk->at += byte + 1;
	return 0;
}

static long read_record(__u32 index, struct dns_cursor *cursor)
{
	struct dns_walk *walk = cursor->walk;

	if (walk->records == 0)
		return 1;
	walk->records--;
	walk->done = 0;
	bpf_loop(DNS_LABELS_MAX, skip_label, cursor, 0);
	__u32 at = walk->at;
	if (!walk->done || walk->failed || at + 10 > walk->length)
		return 1;
	__u16 type = dns_byte(walk, at) << 8 | dns_byte(walk, at + 1);
	__u16 class = dns_byte(walk, at + 2) << 8 | dns_byte(walk, at + 3);
	__u16 size = dns_byte(walk, at + 8) << 8 | dns_byte(walk, at + 9);
	at += 10;
	walk->at = at + size;
	if (walk->at > walk->length)
		return 1;
	__u32 slot = walk->address_count;
	if (class != DNS_CLASS_IN || slot >= NAME_ADDRESSES)
		return 0;
	struct address *address = &walk->addresses[slot & (NAME_ADDRESSES - 1)];
	__u8 *data = &walk->packet[at & (DNS_MAX - 1)];
	if (type == DNS_TYPE_A && size == 4) {
		address->half[0] = 0;
		address->word[2] = bpf_htonl(0xffff);
		__builtin_memcpy(&address->byte[12], data, 4);
	} else if (type == DNS_TYPE_AAAA && size == 16) {
		__builtin_memcpy(address, data, 16);
	} else {
		return 0;
	}
	walk->address_count = slot + 1;
	return 0;
}

/* The name's identity: a known one, or a fresh number from the lower half of the names; the server gives out the upper. */
INLINE __u32 identity_of_name(struct name_key *name)
{
	__u32 *known = bpf_map_lookup_elem(&names, name);
	if (!known)
		known = bpf_map_lookup_elem(&new_names, name);
	if (known)
		return *known;
	__u32 which = SETTING_NEXT_NAME;
	__u32 *next = bpf_map_lookup_elem(&settings, &which);
	if (!next || *next >= NAMES_MAX) /* a number twice would let one name pass for another */
		return 0;
	__u32 identity = IDENTITY_FIRST_NAME + (__sync_fetch_and_add(next, 1) & (NAMES_MAX - 1));
	if (bpf_map_update_elem(&new_names, name, &identity, BPF_NOEXIST)) {
		known = bpf_map_lookup_elem(&new_names, name); /* another core was first */
		return known ? *known : 0;
	}
	return identity;
}

/* Puts the identity first among those of the address; whether that changed anything. */
GLOBAL int remember_address(__u32 ifindex, __u32 workload, const struct address *address, __u32 identity, __u64 now)
{
	if (!address)
		return 0;
	struct name_address_key key = { .workload = workload, .address = *address };
	struct name_address fresh = { .expires = now + NAME_GRACE, .identity = { identity } };
	struct name_address *known = bpf_map_lookup_elem(&name_addresses, &key);
	if (known && now < known->expires) {
		if (known->identity[0] == identity) {
			known->expires = now + NAME_GRACE;
			return 0;
		}
		int slot = 1;
#pragma unroll
		for (int i = 0; i < NAMES_PER_ADDRESS; i++)
			if (known->identity[i] != identity && slot < NAMES_PER_ADDRESS) {
				fresh.identity[slot & (NAMES_PER_ADDRESS - 1)] = known->identity[i];
				slot++;
			}
	}
	if (!known && !take_token(ifindex, BUCKET_NAME_ADDRESSES, now, NEW_ADDRESSES_PER_SECOND, NEW_ADDRESSES_BURST))
		return 0;
	bpf_map_update_elem(&name_addresses, &key, &fresh, BPF_ANY);
	return 1;
}

GLOBAL int learn_names(struct __sk_buff *skb, const struct endpoint *endpoint, __u32 place, const struct packet *p,
				  __u64 now)
{
	__u32 zero = 0;
	struct dns_header header;

	if (!endpoint || !p)
		return 0;
	if (p->payload + sizeof(header) > p->end || bpf_skb_load_bytes(skb, p->payload, &header, sizeof(header)))
		return 0;
	/* an answer (QR), not truncated (TC), without error (RCODE), to one question */
	__u16 flags = bpf_ntohs(header.flags);
	if ((flags & 0x8000) == 0 || (flags & 0x020f) != 0 || header.questions != bpf_htons(1) || header.answers == 0)
		return 0;
	if (!take_token(place, BUCKET_NAMES, now, NAMES_PER_SECOND, NAMES_BURST))
		return 0;
	struct dns_walk *walk = bpf_map_lookup_elem(&dns_walk, &zero);
	if (!walk)
		return 0;
	__u32 length = p->end - p->payload - sizeof(header);
	if (length > DNS_MAX)
		length = DNS_MAX;
	if (length < 1 || bpf_skb_load_bytes(skb, p->payload + sizeof(header), walk->packet, ((length - 1) & (DNS_MAX - 1)) + 1))
		return 0;
	__builtin_memset(&walk->name, 0, sizeof(walk->name));
	walk->length = length;
	walk->at = walk->written = walk->label = walk->done = walk->failed = walk->address_count = 0;
	walk->records = bpf_ntohs(header.answers);
	struct dns_cursor cursor = { .walk = walk };
	bpf_loop(NAME_MAX_LENGTH + 1, copy_name_byte, &cursor, 0);
	if (!walk->done || walk->failed || walk->written == 0)
		return 0;
	walk->at += 4; /* type and class of the question */
	bpf_loop(DNS_RECORDS_MAX, read_record, &cursor, 0);
	__u32 found = walk->address_count;
	__u32 identity = found ? identity_of_name(&walk->name) : 0;
	if (!identity)
		return 0;
	count(COUNTER_NAMES);
	int changed = 0;
	for (int i = 0; i < NAME_ADDRESSES; i++)
		if (i < found)
			changed |= remember_address(place, endpoint->workload, &walk->addresses[i], identity, now);
	if (!changed)
		return 0; /* nothing that user space has not heard */
	__u32 which = SETTING_NAMES_EPOCH;
	__u32 *epoch = bpf_map_lookup_elem(&settings, &which);
	if (epoch)
		__sync_fetch_and_add(epoch, 1);
	struct name_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(COUNTER_LOST_EVENTS);
		return 0;
	}
	__builtin_memset(&event->head, 0, sizeof(event->head));
	event->head.type = EVENT_NAME;
	event->head.time = now;
	event->head.ifindex = place;
	event->head.workload = endpoint->workload;
	event->head.container = endpoint->container;
	event->identity = identity;
	event->name_length = walk->written;
	event->address_count = found;
	__builtin_memcpy(event->addresses, walk->addresses, sizeof(event->addresses));
	__builtin_memcpy(event->name, &walk->name, sizeof(event->name));
	submit(event);
	return 1;
}

#endif
