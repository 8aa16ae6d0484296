/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every map, with its key, value, size and what happens when it is full. All are pinned by name below the agent's bpf file
 * system, so that programs and state outlive the agent. Mirrored in Bulwark.Kernel/Layout; a test compares through BTF.
 */
#ifndef BULWARK_MAPS_H
#define BULWARK_MAPS_H

#include "maps/containers.h"
#include "maps/addresses.h"
#include "maps/connections.h"
#include "maps/reports.h"
#include "maps/sockets.h"
#include "maps/executables.h"
#include "maps/settings.h"

#endif
