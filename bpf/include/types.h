/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel types and helpers that every program uses. */
#ifndef BULWARK_TYPES_H
#define BULWARK_TYPES_H

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define INLINE static __always_inline

/*
 * A function that the verifier checks once, by itself, for any argument that its types allow: so each program loads in milliseconds. It
 * returns a number, as kernels before 6.8 ask, and looks at its pointers before it uses them. Before 6.2 what a pointer argument points to
 * cannot be the key or the value of a map: it is copied, or the function gets the number of a slot in a map instead.
 */
#define GLOBAL __attribute__((noinline))

/* An IPv6 address, or an IPv4 address mapped into IPv6 (::ffff:a.b.c.d). Network byte order. */
struct address {
	union {
		__u8 byte[16];
		__u32 word[4];
		__u64 half[2];
	};
};

#define SECOND 1000000000ULL /* ns */

/*
 * Nanoseconds from `then` to `now`. Another core may have noted a time after this one looked at its clock: then it is below zero, and
 * no age at all.
 */
INLINE __u64 age_of(__u64 then, __u64 now)
{
	return (__s64)(now - then) < 0 ? 0 : now - then;
}

#endif
