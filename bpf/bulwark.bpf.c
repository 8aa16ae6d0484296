// SPDX-License-Identifier: GPL-2.0
/* The one object that is loaded: all programs, sharing one set of maps. */
#include "veth.bpf.c"
#include "device.bpf.c"
#include "cgroup.bpf.c"
#include "socket.bpf.c"
#include "proxy.bpf.c"

char _license[] SEC("license") = "GPL";
