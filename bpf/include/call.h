/* SPDX-License-Identifier: GPL-2.0 */
/* A process's call to open a conversation, or to bind a port: noted, and judged by the executable that makes it. */
#ifndef BULWARK_CALL_H
#define BULWARK_CALL_H

#include "executable.h"
#include "policy.h"
#include "tell.h"

#define CALL_ALLOW 1
#define CALL_DENY 0 /* EPERM */

/* The socket of the call, as `sockets` knows it. */
INLINE void client_key(struct bpf_sock_addr *ctx, int ipv6, __u64 netns, struct socket_key *key)
{
	key->netns = netns;
	if (ipv6) {
		key->remote.word[0] = ctx->user_ip6[0];
		key->remote.word[1] = ctx->user_ip6[1];
		key->remote.word[2] = ctx->user_ip6[2];
		key->remote.word[3] = ctx->user_ip6[3];
	} else {
		key->remote.word[2] = bpf_htonl(0xffff);
		key->remote.word[3] = ctx->user_ip4;
	}
	key->port = bpf_ntohs(ctx->user_port);
	key->transport = ctx->protocol;
}

INLINE void note_socket(const struct socket_key *key, __u32 executable)
{
	struct socket socket = { .executable = executable, .process = bpf_get_current_pid_tgid() >> 32 };
	if (executable)
		bpf_map_update_elem(&sockets, key, &socket, BPF_ANY);
}

GLOBAL int tell_call(const struct endpoint *endpoint, const struct socket_key *key, __u32 executable, __u32 verdict_reason,
				 __u32 peer)
{
	if (!endpoint || !key)
		return 0;
	__u64 now = bpf_ktime_get_ns();
	__u32 place = PLACE_CGROUP | endpoint->container;
	struct attempt_key which = {
		.address = key->remote,
		.ifindex = place,
		.port = key->port,
		.transport = key->transport,
		.direction = key->bound ? DIRECTION_IN : DIRECTION_OUT,
		.reason = verdict_reason & 0xff,
	};
	__u64 count_since = attempts_to_tell(&which, place, now);
	if (!count_since)
		return 0;
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(COUNTER_LOST_EVENTS);
		return 0;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->type = EVENT_ATTEMPT;
	event->time = now;
	event->attempts = count_since;
	event->address = key->remote;
	event->workload = endpoint->workload;
	event->container = endpoint->container;
	event->peer = peer;
	event->executable = executable;
	event->process = bpf_get_current_pid_tgid() >> 32;
	event->server_port = key->port;
	event->transport = key->transport;
	event->direction = which.direction;
	event->verdict = verdict_reason >> 8;
	event->reason = verdict_reason & 0xff;
	submit(event);
	return 0;
}

/* Tells of a call outside the profile and counts it; what becomes of it. */
INLINE int refuse_call(const struct endpoint *endpoint, const struct socket_key *key, __u32 executable, __u32 mode, __u32 reason, __u32 peer)
{
	__u32 verdict = mode == MODE_PROTECT ? VERDICT_BLOCKED : VERDICT_WOULD_BLOCK;
	tell_call(endpoint, key, executable, verdict << 8 | reason, peer);
	count(verdict == VERDICT_BLOCKED ? COUNTER_BLOCKED : COUNTER_WOULD_BLOCK);
	return verdict == VERDICT_BLOCKED ? CALL_DENY : CALL_ALLOW;
}

/*
 * Judges a call by the profile of the caller's workload. What the profile does not have at all is left to the packets, which can answer
 * it, unless `strict`.
 */
GLOBAL int judge_call(const struct endpoint *endpoint, const struct socket_key *key, __u32 executable, int strict)
{
	struct peer peer = {};

	if (!endpoint || !key)
		return CALL_ALLOW;
	if (key->transport != TRANSPORT_TCP && key->transport != TRANSPORT_UDP)
		return CALL_ALLOW;
	__u32 identity = endpoint->workload;
	struct workload *found = bpf_map_lookup_elem(&workloads, &identity);
	if (!found)
		return CALL_ALLOW;
	struct workload workload = *found;
	if (workload.mode == MODE_LEARN)
		return CALL_ALLOW;
	if (!strict) { /* what stays inside the container is its own affair */
		if (is_loopback(&key->remote))
			return CALL_ALLOW;
		struct address remote = key->remote;
		struct owner *owner = bpf_map_lookup_elem(&addresses, &remote);
		if (owner && owner->container == endpoint->container)
			return CALL_ALLOW;
	}
	resolve_peer(identity, &key->remote, bpf_ktime_get_ns(), &peer);
	struct call call = { .policy = workload.policy, .executable = executable, .port = key->port, .transport = key->transport };
	__u32 permission = judge_executable(&call, &peer);
	if (permission == PERMISSION_ALL || (permission == PERMISSION_NONE && !strict))
		return CALL_ALLOW;
	__u32 reason = permission == PERMISSION_NONE ? REASON_NOT_IN_PROFILE : REASON_EXECUTABLE;
	if (reason == REASON_NOT_IN_PROFILE && workload.mode != MODE_PROTECT)
		return CALL_ALLOW; /* its packets tell */
	return refuse_call(endpoint, key, executable, workload.mode, reason, peer_identity(&peer));
}

/* A call to open a conversation: judged where it is known whose it is, and noted unless it is refused. */
INLINE int on_call(struct bpf_sock_addr *ctx, int ipv6, __u64 netns, const struct endpoint *endpoint, int strict)
{
	struct socket_key key = {};
	client_key(ctx, ipv6, netns, &key);
	__u32 executable = current_executable();
	if (endpoint && judge_call(endpoint, &key, executable, strict) == CALL_DENY)
		return CALL_DENY;
	note_socket(&key, executable);
	return CALL_ALLOW;
}

/* Judges who binds a port by the profile of its workload: others may reach the port, and are to find there whom they always did. */
GLOBAL int judge_bind(const struct endpoint *endpoint, const struct socket_key *key, __u32 executable)
{
	if (!endpoint || !key)
		return CALL_ALLOW;
	__u32 identity = endpoint->workload;
	struct workload *workload = bpf_map_lookup_elem(&workloads, &identity);
	if (!workload || workload->mode == MODE_LEARN || may_bind(workload->policy, executable, key->transport, key->port))
		return CALL_ALLOW;
	return refuse_call(endpoint, key, executable, workload->mode, REASON_EXECUTABLE, IDENTITY_ANY);
}

/* A port was bound: judged where it is known whose it is, unless only the container itself can reach it; noted unless it is refused. */
INLINE int on_bind(struct bpf_sock *ctx, int is_local, __u64 netns, const struct endpoint *endpoint)
{
	struct socket_key key = { .netns = netns, .bound = 1, .port = ctx->src_port, .transport = ctx->protocol };
	__u32 executable = current_executable();
	if (endpoint && !is_local && judge_bind(endpoint, &key, executable) == CALL_DENY)
		return CALL_DENY;
	note_socket(&key, executable);
	return CALL_ALLOW;
}

INLINE int is_local_ipv4(const struct bpf_sock *ctx)
{
	return (ctx->src_ip4 & bpf_htonl(0xff000000)) == bpf_htonl(0x7f000000);
}

INLINE int is_local_ipv6(const struct bpf_sock *ctx)
{
	return ctx->src_ip6[0] == 0 && ctx->src_ip6[1] == 0 && ctx->src_ip6[2] == 0 && ctx->src_ip6[3] == bpf_htonl(1);
}

#endif
