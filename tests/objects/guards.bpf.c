// SPDX-License-Identifier: Apache-2.0
// Security modules: one that may sleep, one for a control group.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
  __uint(type, BPF_MAP_TYPE_INODE_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, u64);
} marks SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, u64);
} opens SEC(".maps");

SEC("lsm/file_open")
int BPF_PROG(guards_files, struct file *file) {
  u64 *mark = bpf_inode_storage_get(&marks, file->f_inode, 0, 0);
  u64 *n = bpf_task_storage_get(&opens, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (n) ++*n;
  return mark && *mark ? -1 : 0;
}

SEC("lsm.s/bprm_committed_creds")
void BPF_PROG(guards_programs, struct linux_binprm *binprm) {
  char first[8];
  bpf_copy_from_user(first, sizeof first, (void *)binprm->p);
}

SEC("lsm_cgroup/socket_post_create")
int BPF_PROG(guards_sockets, struct socket *socket, int family, int type, int protocol, int kernel) {
  return family == 10 ? 0 : socket->type >= 0;
}

char LICENSE[] SEC("license") = "GPL";
