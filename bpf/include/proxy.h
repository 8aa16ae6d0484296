/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Docker's proxy of a published port is a process of the host that takes a connection and opens another to the container. Which client that
 * is for, only the order of the process's calls tells: it asks for the address of each socket that it accepts (getsockname), then connects.
 * While several clients wait, each connection may be for each of them, and is judged for all; never is one of them picked.
 */
#ifndef BULWARK_PROXY_H
#define BULWARK_PROXY_H

#include "executable.h"
#include "policy.h"

/* Whether the current process is one: by its name first, which is cheap, then by what a container cannot have. */
GLOBAL int is_proxy(void)
{
	char name[16] = {};
	if (bpf_get_current_comm(name, sizeof(name)))
		return 0;
	const char wanted[12] = "docker-proxy";
#pragma unroll
	for (int i = 0; i < sizeof(wanted); i++)
		if (name[i] != wanted[i])
			return 0;
	if ((__u32)bpf_get_current_uid_gid() != 0)
		return 0;
	struct task_struct *task = (void *)bpf_get_current_task();
	struct proxy_key key = {
		.executable = current_executable(),
		.mount_namespace = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum),
	};
	return key.executable && bpf_map_lookup_elem(&proxies, &key);
}

INLINE __u64 process_start(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, group_leader, start_time);
}

/* The record of the current process; a new one takes the place of one that had its number before. */
INLINE struct proxy *current_proxy(void)
{
	__u32 process = bpf_get_current_pid_tgid() >> 32;
	__u64 started = process_start();
	struct proxy *proxy = bpf_map_lookup_elem(&proxy_processes, &process);
	if (proxy && proxy->started == started)
		return proxy;
	struct proxy fresh = { .started = started };
	if (bpf_map_update_elem(&proxy_processes, &process, &fresh, proxy ? BPF_EXIST : BPF_NOEXIST))
		return 0;
	return bpf_map_lookup_elem(&proxy_processes, &process);
}

INLINE __u32 identity_of(const struct address *address)
{
	struct peer peer = {};
	resolve_peer(0, address, 0, &peer);
	return peer_identity(&peer);
}

/* The current process, a proxy, took a connection of this client by the socket `cookie`. */
GLOBAL int note_accepted(const struct address *client, __u64 cookie)
{
	struct clients none = {};
	if (!client)
		return 0;
	/* once a socket; and not one that connected itself */
	if (bpf_map_update_elem(&proxied, &cookie, &none, BPF_NOEXIST))
		return 0;
	__u32 identity = identity_of(client);
	struct proxy *proxy = current_proxy();
	if (!proxy)
		return 0;
	struct clients *clients = &proxy->clients;
	bpf_spin_lock(&proxy->lock);
	if (proxy->waiting++ == 0) {
		clients->count = 1;
		clients->identity[0] = identity;
		clients->address = *client;
	} else {
		int known = 0;
#pragma unroll
		for (int i = 0; i < CLIENTS_MAX; i++)
			known |= i < clients->count && clients->identity[i] == identity;
		if (!same_address(&clients->address, client))
			clients->address.half[0] = clients->address.half[1] = 0;
		if (!known) {
#pragma unroll
			for (int i = 0; i < CLIENTS_MAX; i++)
				if (i == clients->count)
					clients->identity[i] = identity;
			if (clients->count <= CLIENTS_MAX)
				clients->count++;
		}
	}
	bpf_spin_unlock(&proxy->lock);
	return 0;
}

/* The current process, a proxy, got a datagram. It sends it on before it gets the next. */
GLOBAL int note_received(const struct address *client)
{
	if (!client)
		return 0;
	__u32 identity = identity_of(client);
	struct proxy *proxy = current_proxy();
	if (!proxy)
		return 0;
	bpf_spin_lock(&proxy->lock);
	proxy->sender.count = 1;
	proxy->sender.identity[0] = identity;
	proxy->sender.address = *client;
	bpf_spin_unlock(&proxy->lock);
	return 0;
}

/* The current process, a proxy, connects by the socket `cookie`. */
GLOBAL int note_proxied(__u64 cookie, __u32 transport)
{
	struct clients clients = {};
	struct proxy *proxy = current_proxy();
	if (proxy) {
		bpf_spin_lock(&proxy->lock);
		if (transport == TRANSPORT_UDP) {
			clients = proxy->sender;
		} else if (proxy->waiting) {
			clients = proxy->clients;
			proxy->waiting--;
		}
		bpf_spin_unlock(&proxy->lock);
	}
	bpf_map_update_elem(&proxied, &cookie, &clients, BPF_ANY);
	return 0;
}

#endif
