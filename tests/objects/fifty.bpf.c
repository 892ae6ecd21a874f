// SPDX-License-Identifier: Apache-2.0
// A tracing object of the usual size: what a tool notes when a process ends and when a socket connects, with some fifty
// CO-RE relocations against the types of the kernel, of which it declares only what it reads. scripts/bench-core times
// how long it takes to open.
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define CORE __attribute__((preserve_access_index))

struct kuid { __u32 val; } CORE;
struct cred { struct kuid uid, euid; } CORE;
struct ns_common { unsigned int inum; } CORE;
struct pid_namespace { struct ns_common ns; } CORE;
struct nsproxy { struct pid_namespace *pid_ns_for_children; } CORE;
struct mm_struct { int map_count; } CORE;
struct signal_struct { unsigned long nivcsw; } CORE;
struct qstr { const unsigned char *name; } CORE;
struct inode { unsigned long i_ino; } CORE;
struct dentry { struct qstr d_name; struct inode *d_inode; } CORE;
struct path { struct dentry *dentry; } CORE;
struct fs_struct { struct path pwd; } CORE;
struct kernfs_node { __u64 id; } CORE;
struct cgroup { struct kernfs_node *kn; } CORE;
struct css_set { struct cgroup *dfl_cgrp; } CORE;
struct sched_entity { __u64 sum_exec_runtime; } CORE;
struct task_struct {
  unsigned int flags;
  int prio, static_prio, exit_code, pid, tgid;
  unsigned int policy, sessionid;
  struct sched_entity se;
  struct mm_struct *mm;
  struct task_struct *real_parent;
  unsigned long nvcsw;
  __u64 start_time;
  const struct cred *cred;
  char comm[16];
  struct fs_struct *fs;
  struct nsproxy *nsproxy;
  struct signal_struct *signal;
  struct css_set *cgroups;
} CORE;
struct task_struct___before_5_5 { __u64 real_start_time; } CORE;

struct in6_addr___any { __u32 words[4]; } CORE;
struct possible_net { struct net *net; } CORE;
struct net { struct ns_common ns; } CORE;
struct sock_common {
  __u32 skc_daddr, skc_rcv_saddr;
  __u16 skc_dport, skc_num;
  unsigned short skc_family;
  unsigned char skc_ipv6only : 1;
  int skc_bound_dev_if;
  struct in6_addr___any skc_v6_daddr;
  struct possible_net skc_net;
} CORE;
struct sock { struct sock_common __sk_common; } CORE;
struct inet_sock { struct sock sk; __u16 inet_sport; } CORE;
struct tcp_sock { __u32 srtt_us, snd_cwnd; } CORE;
enum tcp_state { TCP_ESTABLISHED = 1 };

struct ended {
  __u32 pid, tgid, ppid, uid, euid, session, flags, policy, pid_ns;
  __s32 exit_code, prio, static_prio, map_count;
  __u64 started, ran, cgroup, inode, switches;
  char comm[16], directory[64];
};
struct connected {
  __u32 daddr, saddr, netns;
  __u16 dport, num, sport, family;
  __s32 device, state;
  __u32 srtt_us, cwnd;
  __u8 v6only, daddr6[16];
};

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 16);
} events SEC(".maps");

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task) {
  struct ended *e = bpf_ringbuf_reserve(&events, sizeof *e, 0);
  if (!e) return 0;
  e->pid = task->pid;
  e->tgid = task->tgid;
  e->flags = task->flags;
  e->prio = task->prio;
  e->static_prio = task->static_prio;
  e->policy = task->policy;
  e->exit_code = task->exit_code;
  e->ran = task->se.sum_exec_runtime;
  e->ppid = BPF_CORE_READ(task, real_parent, tgid);
  e->uid = BPF_CORE_READ(task, cred, uid.val);
  e->euid = BPF_CORE_READ(task, cred, euid.val);
  e->pid_ns = BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns.inum);
  e->cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
  e->map_count = BPF_CORE_READ(task, mm, map_count);
  e->switches = task->nvcsw + BPF_CORE_READ(task, signal, nivcsw);
  e->session = bpf_core_field_exists(task->sessionid) ? task->sessionid : 0;
  if (bpf_core_field_exists(struct task_struct___before_5_5, real_start_time))
    e->started = BPF_CORE_READ((struct task_struct___before_5_5 *)task, real_start_time);
  else
    e->started = task->start_time;
  struct dentry *pwd = BPF_CORE_READ(task, fs, pwd.dentry);
  e->inode = BPF_CORE_READ(pwd, d_inode, i_ino);
  bpf_probe_read_kernel_str(e->directory, sizeof e->directory, BPF_CORE_READ(pwd, d_name.name));
  BPF_CORE_READ_STR_INTO(&e->comm, task, comm);
  bpf_ringbuf_submit(e, 0);
  return 0;
}

SEC("fentry/tcp_v4_connect")
int BPF_PROG(on_connect, struct sock *sk) {
  struct connected *c = bpf_ringbuf_reserve(&events, sizeof *c, 0);
  if (!c) return 0;
  c->daddr = BPF_CORE_READ(sk, __sk_common.skc_daddr);
  c->saddr = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
  c->dport = BPF_CORE_READ(sk, __sk_common.skc_dport);
  c->num = BPF_CORE_READ(sk, __sk_common.skc_num);
  c->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  c->device = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
  c->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
  c->v6only = BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only);
  BPF_CORE_READ_INTO(&c->daddr6, sk, __sk_common.skc_v6_daddr);
  c->sport = BPF_CORE_READ((struct inet_sock *)sk, inet_sport);
  c->srtt_us = BPF_CORE_READ((struct tcp_sock *)sk, srtt_us);
  c->cwnd = BPF_CORE_READ((struct tcp_sock *)sk, snd_cwnd);
  if (bpf_core_enum_value_exists(enum tcp_state, TCP_ESTABLISHED))
    c->state = bpf_core_enum_value(enum tcp_state, TCP_ESTABLISHED);
  bpf_ringbuf_submit(c, 0);
  return 0;
}

char _license[] SEC("license") = "GPL";
