/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The executable of the current process: a number for its path. The path is the one in the process's mount namespace, through every mount,
 * whatever root directory the process gave itself; so a file of the same name on another file system is another executable.
 */
#ifndef BULWARK_EXECUTABLE_H
#define BULWARK_EXECUTABLE_H

#include "kernel.h"
#include "maps.h"

#define PATH_STEPS_MAX 40 /* components and mounts */

/* Work on one path. It lives in a map: too large for the stack, and the verifier need not follow its numbers. */
struct path_scratch {
	struct executable_path result;
	__u8 path[PATH_LENGTH * 2]; /* written from the middle backwards; twice, so that a masked offset plus a name stays inside */
	struct dentry *dentry; /* where the walk is */
	struct mount *mount;
	__u32 at; /* where the path begins */
	__u32 whole; /* the walk reached the root of the mounts */
	__u32 busy;
	__u32 slot; /* which one it is */
};

/* What a bpf_loop callback gets must be on the stack. */
struct path_cursor {
	struct path_scratch *scratch;
};

/* A process may come in place of another in the middle of the work: each takes a slot of its own. */
#define PATH_SLOTS 4

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PATH_SLOTS);
	__type(key, __u32);
	__type(value, struct path_scratch);
} path_scratch SEC(".maps");

INLINE struct path_scratch *take_path_slot(void)
{
	for (__u32 slot = 0; slot < PATH_SLOTS; slot++) {
		__u32 key = slot;
		struct path_scratch *scratch = bpf_map_lookup_elem(&path_scratch, &key);
		if (scratch && __sync_lock_test_and_set(&scratch->busy, 1) == 0) {
			scratch->slot = slot;
			return scratch;
		}
	}
	return 0;
}

/* One step up: over the root of a mount to where it is mounted, or to the parent directory. */
static long step_up(__u32 index, struct path_cursor *cursor)
{
	struct path_scratch *scratch = cursor->scratch;
	struct dentry *dentry = scratch->dentry;
	struct mount *mount = scratch->mount;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		scratch->mount = BPF_CORE_READ(mount, mnt_parent);
		scratch->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		if (scratch->mount != mount)
			return 0;
		scratch->whole = 1;
		return 1;
	}
	scratch->dentry = BPF_CORE_READ(dentry, d_parent);
	if (scratch->dentry == dentry)
		return 1;
	__u32 length = BPF_CORE_READ(dentry, d_name.hash_len) >> 32;
	if (length == 0 || length >= PATH_LENGTH || length + 1 > scratch->at)
		return 1;
	__u32 at = scratch->at - length;
	if (bpf_probe_read_kernel(&scratch->path[at & (PATH_LENGTH - 1)], length & (PATH_LENGTH - 1), BPF_CORE_READ(dentry, d_name.name)))
		return 1;
	at -= 1;
	scratch->path[at & (PATH_LENGTH - 1)] = '/';
	scratch->at = at;
	return 0;
}

/* Writes the path into the slot, leaf first, from the middle of its buffer towards the front; its length, or 0. */
GLOBAL __u32 write_path(struct path_scratch *scratch)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (!scratch)
		return 0;
	scratch->dentry = BPF_CORE_READ(task, mm, exe_file, f_path.dentry);
	scratch->mount = (void *)BPF_CORE_READ(task, mm, exe_file, f_path.mnt) - bpf_core_field_offset(struct mount, mnt);
	scratch->at = PATH_LENGTH;
	scratch->whole = 0;
	struct path_cursor cursor = { .scratch = scratch };
	bpf_loop(PATH_STEPS_MAX, step_up, &cursor, 0);
	__u32 at = scratch->at;
	if (at >= PATH_LENGTH)
		return 0;
	/* the end of a mount that is detached is no root */
	if (!scratch->whole || scratch->mount != BPF_CORE_READ(task, nsproxy, mnt_ns, root))
		scratch->path[at & (PATH_LENGTH - 1)] = '*';
	__u32 length = PATH_LENGTH - at;
	__builtin_memset(&scratch->result, 0, sizeof(scratch->result));
	scratch->result.length = length;
	if (bpf_probe_read_kernel(scratch->result.path, ((length - 1) & (PATH_LENGTH - 1)) + 1, &scratch->path[at & (PATH_LENGTH - 1)]))
		return 0;
	return length;
}

/* The path's number: a known one, or a fresh one from the lower half; the agent gives out the upper. */
GLOBAL __u32 number_of_path(__u32 slot)
{
	struct path_scratch *scratch = bpf_map_lookup_elem(&path_scratch, &slot);
	if (!scratch || !write_path(scratch))
		return 0;
	__u32 *known = bpf_map_lookup_elem(&known_executables, scratch->result.path);
	if (!known)
		known = bpf_map_lookup_elem(&new_executables, scratch->result.path);
	__u32 number = known ? *known : 0;
	if (!number) {
		__u32 which = SETTING_NEXT_EXECUTABLE;
		__u32 *next = bpf_map_lookup_elem(&settings, &which);
		if (!next || *next >= EXECUTABLES_MAX) /* a number twice would let one executable pass for another */
			return 0;
		number = (__sync_fetch_and_add(next, 1) & (EXECUTABLES_MAX - 1)) + 1;
		if (bpf_map_update_elem(&new_executables, scratch->result.path, &number, BPF_NOEXIST)) {
			known = bpf_map_lookup_elem(&new_executables, scratch->result.path); /* another core was first */
			if (!known)
				return 0;
			number = *known;
		}
	}
	bpf_map_update_elem(&executable_paths, &number, &scratch->result, BPF_ANY);
	return number;
}

/* The number of the current process's executable; 0 if it has none (a kernel thread), or none with a path. */
INLINE __u32 current_executable(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct dentry *dentry = BPF_CORE_READ(task, mm, exe_file, f_path.dentry);
	if (!dentry)
		return 0;
	struct executable_key key = {
		.inode = BPF_CORE_READ(dentry, d_inode, i_ino),
		.device = BPF_CORE_READ(dentry, d_inode, i_sb, s_dev),
		.name_hash = BPF_CORE_READ(dentry, d_name.hash_len),
		.parent_hash = BPF_CORE_READ(dentry, d_parent, d_name.hash_len),
	};
	__u32 *known = bpf_map_lookup_elem(&executables, &key);
	if (known)
		return *known;
	struct path_scratch *scratch = take_path_slot();
	if (!scratch)
		return 0;
	__u32 number = number_of_path(scratch->slot);
	scratch->busy = 0;
	if (number)
		bpf_map_update_elem(&executables, &key, &number, BPF_ANY);
	return number;
}

#endif
