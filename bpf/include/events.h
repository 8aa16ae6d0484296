/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs tell user space. Mirrored in Bulwark.Kernel/Layout; a test compares both through BTF. */
#ifndef BULWARK_EVENTS_H
#define BULWARK_EVENTS_H

#include "types.h"

enum event_type {
	EVENT_CONNECTION = 1, /* a handshake completed or an exchange was answered */
	EVENT_ATTEMPT = 2, /* a packet outside the profile */
	EVENT_PAYLOAD = 3, /* the first payload of a connection, from one side */
	EVENT_NAME = 4, /* DNS told a container a name's addresses */
};

enum direction { DIRECTION_OUT = 0, DIRECTION_IN = 1 };
enum mode { MODE_LEARN = 0, MODE_AUDIT = 1, MODE_PROTECT = 2 };
enum verdict { VERDICT_ALLOWED = 0, VERDICT_WOULD_BLOCK = 1, VERDICT_BLOCKED = 2 };

enum reason {
	REASON_NONE = 0,
	REASON_NOT_IN_PROFILE = 1,
	REASON_SPOOFED_SOURCE = 2,
	REASON_MALFORMED = 3,
	REASON_UNKNOWN_FRAGMENT = 4,
	REASON_NOT_IP = 5,
	REASON_UNRELATED_ERROR = 6,
	REASON_HELD = 7,
	REASON_EXECUTABLE = 8, /* the conversation is in the profile, but not for this executable */
	REASON_ROUTING = 9, /* what only a router says */
	REASON_MISDIRECTED = 10, /* for an address that is none of the container's own */
};

/* Head of every event, and the whole of EVENT_CONNECTION and EVENT_ATTEMPT. */
struct event {
	__u32 type;
	__u32 ifindex;
	__u64 time; /* ns, CLOCK_MONOTONIC */
	__u64 attempts; /* equal ones since the last event, this one included */
	struct address address; /* the peer's */
	__u32 workload;
	__u32 peer;
	__u32 container;
	__u32 executable; /* key of executable_paths, 0 when unknown */
	__u32 process;
	__u16 server_port;
	__u16 client_port;
	__u8 transport;
	__u8 direction;
	__u8 verdict;
	__u8 reason;
	__u16 announced_by; /* port of the conversation on which the server announced this one's; 0: it did not */
	__u16 pad;
};

#define PAYLOAD_MAX 512 /* bytes */

struct payload_event {
	struct event head;
	__u32 length; /* bytes of data that are valid */
	__u32 from_client;
	__u8 data[PAYLOAD_MAX];
};

#define NAME_MAX_LENGTH 256 /* RFC 1035 2.3.4: 255 octets */
#define NAME_ADDRESSES 32 /* a power of two */

struct name_event {
	struct event head;
	__u32 identity;
	__u16 name_length;
	__u16 address_count;
	struct address addresses[NAME_ADDRESSES];
	__u8 name[NAME_MAX_LENGTH]; /* dotted, lower case, zero padded */
};

#endif
