/* SPDX-License-Identifier: GPL-2.0 */
/* The few fields of kernel structures that are read. CO-RE finds them in the running kernel's own layout. */
#ifndef BULWARK_KERNEL_H
#define BULWARK_KERNEL_H

#include "types.h"
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct qstr {
	__u64 hash_len;
	const unsigned char *name;
};

struct super_block {
	__u32 s_dev;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct ns_common {
	unsigned int inum;
};

struct mnt_namespace {
	struct ns_common ns;
	struct mount *root;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct path f_path;
};

struct mm_struct {
	struct file *exe_file;
};

struct task_struct {
	struct task_struct *group_leader;
	__u64 start_time; /* ns, CLOCK_MONOTONIC */
	struct mm_struct *mm;
	struct nsproxy *nsproxy;
};

#pragma clang attribute pop

#endif
