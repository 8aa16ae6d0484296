/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads what an FTP server answers to a client that asks for a port to fetch data from: 227 (PASV, RFC 959 4.1.2) or 229 (EPSV, RFC 2428 3).
 * The next connection of that client to that port is part of the conversation on which it was announced. Only a port of the server
 * itself, and no well-known one: what else the answer says is not looked at.
 */
#ifndef BULWARK_ANNOUNCE_H
#define BULWARK_ANNOUNCE_H

#include "tell.h"

#define ANNOUNCED_LIFE (60 * SECOND)
#define ANNOUNCED_FIRST 1024
#define ANNOUNCEMENTS_PER_SECOND 100 /* of an interface */
#define ANNOUNCEMENTS_BURST 500

#define REPLY_LENGTH 64 /* bytes; a power of two, and longer than any such answer */

/* Work on one answer. It lives in a map, so that the verifier need not follow its numbers. */
struct reply {
	__u8 text[REPLY_LENGTH];
	__u32 length;
	__u32 value; /* of the digits read */
	__u32 digits;
	__u32 separators; /* seen in a row with digits (PASV) or bars (EPSV) */
	__u32 before; /* the number before the last separator */
	__u32 port; /* the result */
};

/* What a bpf_loop callback gets must be on the stack. */
struct reply_cursor {
	struct reply *reply;
};

/* h1,h2,h3,h4,p1,p2 wherever it stands. */
static long read_pasv_byte(__u32 index, struct reply_cursor *cursor)
{
	struct reply *reply = cursor->reply;
	if (index + 4 >= reply->length)
		return 1;
	__u8 byte = reply->text[(index + 4) & (REPLY_LENGTH - 1)];
	if (byte >= '0' && byte <= '9') {
		reply->value = reply->digits < 3 ? reply->value * 10 + byte - '0' : 256;
		reply->digits++;
		return 0;
	}
	int is_number = reply->digits && reply->value < 256;
	if (is_number && reply->separators == 5) {
		reply->port = reply->before << 8 | reply->value;
		return 1;
	}
	reply->separators = is_number && byte == ',' ? reply->separators + 1 : 0;
	reply->before = reply->value;
	reply->value = reply->digits = 0;
	return 0;
}

/* |||port| wherever it stands. */
static long read_epsv_byte(__u32 index, struct reply_cursor *cursor)
{
	struct reply *reply = cursor->reply;
	if (index + 4 >= reply->length)
		return 1;
	__u8 byte = reply->text[(index + 4) & (REPLY_LENGTH - 1)];
	if (byte == '|' && !reply->digits) {
		reply->separators++;
		return 0;
	}
	if (byte >= '0' && byte <= '9' && reply->separators == 3 && reply->digits < 5) {
		reply->value = reply->value * 10 + byte - '0';
		reply->digits++;
		return 0;
	}
	if (byte == '|') {
		reply->port = reply->value;
		return 1;
	}
	reply->separators = reply->value = reply->digits = 0;
	return 0;
}

/* Notes the port that the packet, from the server of the connection, announces; if it does. */
GLOBAL int read_announcement(struct __sk_buff *skb, struct reply *reply, const struct connection_key *key, const struct connection *c,
			     const struct packet *p)
{
	if (!reply || !key || !c || !p)
		return 0;
	__u32 length = p->end - p->payload;
	if (length > REPLY_LENGTH)
		length = REPLY_LENGTH;
	if (length < 8 || bpf_skb_load_bytes(skb, p->payload, reply->text, ((length - 1) & (REPLY_LENGTH - 1)) + 1))
		return 0;
	if (reply->text[0] != '2' || reply->text[1] != '2' || reply->text[3] != ' ')
		return 0;
	reply->length = length;
	reply->value = reply->digits = reply->separators = reply->before = reply->port = 0;
	struct reply_cursor cursor = { .reply = reply };
	if (reply->text[2] == '7')
		bpf_loop(REPLY_LENGTH, read_pasv_byte, &cursor, 0);
	else if (reply->text[2] == '9')
		bpf_loop(REPLY_LENGTH, read_epsv_byte, &cursor, 0);
	if (reply->port < ANNOUNCED_FIRST || reply->port > 65535)
		return 0;
	if (!take_token(key->ifindex, BUCKET_ANNOUNCEMENTS, c->last_seen, ANNOUNCEMENTS_PER_SECOND, ANNOUNCEMENTS_BURST))
		return 0;
	struct announcement_key which = {
		.local = key->local,
		.remote = key->remote,
		.ifindex = key->ifindex,
		.port = reply->port,
		.opened_by = c->opened_by,
	};
	struct announcement announcement = { .time = c->last_seen, .by = c->server_port };
	bpf_map_update_elem(&announcements, &which, &announcement, BPF_ANY);
	return 0;
}

/* The port of the conversation on which the port of this new connection was announced, or 0. Counts once. */
INLINE __u16 take_announcement(const struct connection_key *key, __u8 opened_by, __u16 server_port, __u64 now)
{
	if (server_port < ANNOUNCED_FIRST)
		return 0;
	struct announcement_key which = {
		.local = key->local,
		.remote = key->remote,
		.ifindex = key->ifindex,
		.port = server_port,
		.opened_by = opened_by,
	};
	struct announcement *announcement = bpf_map_lookup_elem(&announcements, &which);
	if (!announcement || age_of(announcement->time, now) >= ANNOUNCED_LIFE)
		return 0;
	__u16 by = announcement->by;
	return bpf_map_delete_elem(&announcements, &which) ? 0 : by;
}

#endif
