/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every map, with its key, value, size and what happens when it is full. All are pinned by name below the agent's bpf file
 * system, so that programs and state outlive the agent. Mirrored in Bulwark.Kernel/Layout; a test compares through BTF.
 */
#ifndef BULWARK_MAPS_H
#define BULWARK_MAPS_H

#include "events.h"

#define ENDPOINT_HELD 1 /* no packet passes: the container's policy is not known yet */
#define ENDPOINT_HOST 2 /* on the host's network */
#define ENDPOINT_QUARANTINED 4 /* no packet passes: the container started unasked, and would have been refused */

/* The container behind a place: an interface, or a control group. */
struct endpoint {
	__u64 netns; /* network namespace cookie */
	__u32 workload;
	__u32 container; /* number that the agent gave the container; owner of its addresses */
	__u32 flags;
	__u32 bridge; /* that the interface is a port of, if packets may go past it to another port's container; else 0 */
};

/* A place is the index of a host's interface, or one of these. */
#define PLACE_INSIDE 0x40000000u /* plus the index of an interface inside a container's network namespace */
#define PLACE_CGROUP 0x80000000u /* plus a number of the agent's */

/* Key: place. Full: the agent cannot attach and says so. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct endpoint);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} endpoints SEC(".maps");

/*
 * The place that a control group is, for programs that are attached to it; 0 while it is none. Made by the kernel with the attachment,
 * and gone with it. Key: id of the control group.
 */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, __u64);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cgroup_places SEC(".maps");

/* Which policy a workload has. One update of this value switches all its packets: a policy is never changed in place. */
struct workload {
	__u32 policy; /* version: first part of the keys in `policies`; never used twice */
	__u32 mode;
};

/* Key: identity. Full: the agent cannot add a workload and says so. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct workload);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} workloads SEC(".maps");

#define POLICY_BIND 2 /* in place of a direction: an entry, of any peer, for who may bind the port */

struct policy_key {
	__u32 policy;
	__u32 peer;
	__u16 port;
	__u8 transport;
	__u8 direction; /* enum direction, or POLICY_BIND */
};

enum permission {
	PERMISSION_NONE = 0,
	PERMISSION_ALL = 1,
	PERMISSION_LISTED = 2, /* for the executables in `policy_executables`; packets need no more than the entry */
	PERMISSION_ANNOUNCES = 4, /* with one of these: the server may announce ports of its own to the client, and these are allowed too */
};

/* Full: a new policy is refused as a whole and the old one stays. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 524288);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_key);
	__type(value, __u32); /* of enum permission */
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} policies SEC(".maps");

struct policy_executable_key {
	struct policy_key entry;
	__u32 executable;
};

/* Which executables may use an entry. Full: a new policy is refused as a whole and the old one stays. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 262144);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_executable_key);
	__type(value, __u32); /* reserved: 1 */
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} policy_executables SEC(".maps");

/* Whose a network namespace is, for calls of the processes in it. Key: cookie. Full: the agent says so; only packets are judged then. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct endpoint);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} namespaces SEC(".maps");

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

/* A connection seen from one place; the local side is the container's. */
struct connection_key {
	struct address local;
	struct address remote;
	__u32 ifindex; /* or another place */
	__u16 local_port;
	__u16 remote_port;
	__u8 transport;
	__u8 icmp_request; /* ICMP: type of the exchange's request */
	__u8 icmp_opener; /* ICMP: who sent it, so that two exchanges with one identifier stay apart */
	__u8 pad[5];
};

enum connection_state {
	STATE_OPENING = 0, /* first packet seen */
	STATE_ANSWERED = 1, /* TCP: SYN-ACK seen */
	STATE_ESTABLISHED = 2, /* handshake completed or exchange answered: reported */
	STATE_MIDSTREAM = 3, /* TCP that was open before it was watched, not yet answered */
	STATE_CLOSING = 4, /* TCP: RST, or FIN from both */
};

/* Whether the first packet came from a raw or packet socket: then nobody was asked which executable opens the conversation. */
enum raw {
	RAW_NO = 0,
	RAW_YES = 1,
	RAW_REFUSED = 2, /* as it is for listed executables only */
};

struct connection {
	__u64 last_seen; /* ns, CLOCK_MONOTONIC */
	__u32 policy; /* version that judged it */
	__u32 epoch; /* when it was judged */
	__u32 peer;
	__u32 workload; /* whose it is */
	__u16 server_port; /* ICMP: the request's type */
	__u8 opened_by; /* enum direction */
	__u8 state;
	__u8 verdict;
	__u8 fins; /* bit 0: by the opener, bit 1: by the other */
	__u8 samples; /* payload reported: bit 0 client's, bit 1 server's; bit 2: the server may announce ports */
	__u8 seen; /* packets seen: bit 0 out, bit 1 in */
	__u32 opening_bytes; /* sent by the opener before there was an answer; counted with the first packet after it */
	__u16 announced_by; /* port of the conversation on which the server announced this one's; 0: it did not */
	__u8 raw; /* enum raw */
	__u8 is_direct; /* packets may go right to the neighbour */
	__u32 neighbour; /* interface of the host at which the other end's packets came last */
	__u32 pad;
	__u64 proxied; /* key of `proxied`; 0: neither a proxy's, nor a balancer's, nor the container's own */
};

/*
 * Not yet answered. Apart from the rest, so that a flood of openings pushes out openings only; and limited for each interface (see
 * take_opening), so that it pushes out none of other containers. Full: the longest unused goes. TCP's answer is then judged by the
 * policy in both orientations; that of another protocol as if it opened.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 131072);
	__type(key, struct connection_key);
	__type(value, struct connection);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} openings SEC(".maps");

/* Answered TCP. Full: the longest unused goes; its next packet is judged by the policy in both orientations. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 131072);
	__type(key, struct connection_key);
	__type(value, struct connection);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tcp_connections SEC(".maps");

/* Answered exchanges of all other protocols. Full: the longest unused goes; its next packet is judged as if it opened. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct connection_key);
	__type(value, struct connection);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} other_connections SEC(".maps");

/* A port that a server announced to a client, as seen from one place. */
struct announcement_key {
	struct address local;
	struct address remote;
	__u32 ifindex; /* or another place */
	__u16 port;
	__u8 opened_by; /* enum direction: which of both is the client */
	__u8 pad;
};

struct announcement {
	__u64 time; /* ns */
	__u16 by; /* port of the conversation on which */
	__u16 pad[3];
};

/* Not yet used. Full: the longest unused goes; the connection to its port is then judged like any other. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct announcement_key);
	__type(value, struct announcement);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} announcements SEC(".maps");

struct fragment_key {
	struct address source;
	struct address destination;
	__u32 ifindex;
	__u32 id;
	__u32 transport; /* IPv6: 0, as later fragments need not name it (RFC 8200 4.5) */
	__u32 pad;
};

struct fragment {
	__u64 time; /* ns */
	__u16 source_port;
	__u16 destination_port;
	__u8 transport;
	__u8 icmp_type;
	__u8 pad[2];
};

/* Transport and ports of datagrams whose first fragment was seen. Full: the oldest goes; its later fragments are refused. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct fragment_key);
	__type(value, struct fragment);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} fragments SEC(".maps");

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
