/* SPDX-License-Identifier: GPL-2.0 */
/* Identities of peers: the ranges are those of Bulwark.Model/Identity.cs. */
#ifndef BULWARK_IDENTITY_H
#define BULWARK_IDENTITY_H

#define IDENTITY_ANY 0
#define IDENTITY_HOST 1
#define IDENTITY_WORLD 2
#define IDENTITY_MULTICAST 3
#define IDENTITY_FIRST_WORKLOAD 0x00000100u
#define IDENTITY_FIRST_NAME 0x40000000u
#define IDENTITY_FIRST_RANGE 0x80000000u

static inline int is_workload(unsigned int identity)
{
	return identity >= IDENTITY_FIRST_WORKLOAD && identity < IDENTITY_FIRST_NAME;
}

static inline int is_name(unsigned int identity)
{
	return identity >= IDENTITY_FIRST_NAME && identity < IDENTITY_FIRST_RANGE;
}

#endif
