/* SPDX-License-Identifier: GPL-2.0 */
/* The executable of the current process: a number, and the path that goes with it. */
#ifndef BULWARK_EXECUTABLE_H
#define BULWARK_EXECUTABLE_H

#include "kernel.h"
#include "maps.h"

#define PATH_DEPTH_MAX 24

struct path_scratch {
	struct executable_path result;
	__u8 path[PATH_LENGTH * 2]; /* written from the middle backwards; twice, so that a masked offset plus a name stays inside */
};

/* Work space: too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct path_scratch);
} path_scratch SEC(".maps");

/* Writes the dentry's path, leaf first, from the end of the buffer towards its front. */
static __noinline int write_path(struct dentry *dentry, __u32 number)
{
	__u32 zero = 0;
	struct path_scratch *scratch = bpf_map_lookup_elem(&path_scratch, &zero);
	if (!scratch)
		return -1;
	__u32 at = PATH_LENGTH;
	for (int depth = 0; depth < PATH_DEPTH_MAX; depth++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
		if (!parent || parent == dentry)
			break;
		__u32 length = BPF_CORE_READ(dentry, d_name.hash_len) >> 32;
		if (length == 0 || length >= PATH_LENGTH || length + 1 > at)
			break;
		at -= length;
		if (bpf_probe_read_kernel(&scratch->path[at & (PATH_LENGTH - 1)], length & (PATH_LENGTH - 1),
					  BPF_CORE_READ(dentry, d_name.name)))
			break;
		at -= 1;
		scratch->path[at & (PATH_LENGTH - 1)] = '/';
		dentry = parent;
	}
	__u32 length = PATH_LENGTH - at;
	if (at >= PATH_LENGTH)
		return -1;
	__builtin_memset(&scratch->result, 0, sizeof(scratch->result));
	scratch->result.length = length;
	if (bpf_probe_read_kernel(scratch->result.path, ((length - 1) & (PATH_LENGTH - 1)) + 1, &scratch->path[at & (PATH_LENGTH - 1)]))
		return -1;
	bpf_map_update_elem(&executable_paths, &number, &scratch->result, BPF_ANY);
	return 0;
}

/* The number of the current process's executable; 0 if it has none (a kernel thread). */
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
	__u32 which = SETTING_NEXT_EXECUTABLE;
	__u32 *next = bpf_map_lookup_elem(&settings, &which);
	if (!next)
		return 0;
	__u32 number = __sync_fetch_and_add(next, 1) + 1;
	if (write_path(dentry, number))
		return 0;
	bpf_map_update_elem(&executables, &key, &number, BPF_ANY);
	return number;
}

#endif
