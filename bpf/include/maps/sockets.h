/* SPDX-License-Identifier: GPL-2.0 */
/* Who opened or bound a socket, and for whom the proxies of published ports open theirs. */
#ifndef BULWARK_MAPS_SOCKETS_H
#define BULWARK_MAPS_SOCKETS_H

#include "../events.h"

struct socket_key {
	__u64 netns; /* cookie */
	struct address remote; /* zero: a bound port */
	__u16 port; /* the server's: remote of a client, local of a bound socket */
	__u8 transport;
	__u8 bound;
	__u32 pad;
};

struct socket {
	__u32 executable; /* 0: found bound when watching began, executable unknown */
	__u32 process;
};

/* Which executable connected where or bound what, newest only. Full: the oldest goes, its executable is then unknown. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, struct socket_key);
	__type(value, struct socket);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} sockets SEC(".maps");

/* The host's network namespaces, by cookie: sockets there are none of ours. Full: they are noted for nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, __u32); /* reserved: 1 */
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} host_namespaces SEC(".maps");

/* Which processes are proxies of ours: not only the path counts, as a container has the same one for a file of its own. */
struct proxy_key {
	__u32 executable;
	__u32 mount_namespace; /* inode */
};

/* The proxies of Docker's published ports. Full: the agent says so; clients of a further one are the host. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct proxy_key);
	__type(value, __u32); /* reserved: 1 */
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} proxies SEC(".maps");

#define CLIENTS_MAX 16

/* Whom a connection of a proxy may be for. */
struct clients {
	struct address address; /* zero: of several */
	__u32 count; /* above CLIENTS_MAX: too many to tell */
	__u32 identity[CLIENTS_MAX];
	__u32 noted; /* s since boot; only of what comes back by the client's port (balanced.h, hairpin.h) */
};

/* What a proxy's process took from clients and has not carried on yet. */
struct proxy {
	struct bpf_spin_lock lock;
	__u32 waiting; /* TCP connections */
	__u64 started; /* ns; tells processes of one number apart */
	struct clients clients; /* of these; only ever more of them while one waits */
	struct clients sender; /* of the last datagram */
};

/* Key: process. Full: clients of a further one are the host. The agent removes those that are gone. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct proxy);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} proxy_processes SEC(".maps");

/*
 * Sockets of proxies, by cookie: with the clients of one that connects to a container. And what balancers carry and containers ask
 * the host, by keys of balanced.h and hairpin.h. Full: the longest unused goes; it is the host's then.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, __u64);
	__type(value, struct clients);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} proxied SEC(".maps");

#endif
