// SPDX-License-Identifier: Apache-2.0
// How the kernel was configured, in every type that a setting can have.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

extern unsigned LINUX_KERNEL_VERSION __kconfig;
extern bool LINUX_HAS_SYSCALL_WRAPPER __kconfig __weak;
extern unsigned CONFIG_HZ __kconfig;
extern u64 CONFIG_NR_CPUS __kconfig;
extern bool CONFIG_BPF_SYSCALL __kconfig;
extern enum libbpf_tristate CONFIG_BPF_JIT __kconfig __weak;
extern char CONFIG_MODULES __kconfig __weak;
extern const char CONFIG_DEFAULT_HOSTNAME[20] __kconfig __weak;
extern short CONFIG_NOT_IN_ANY_KERNEL __kconfig __weak;

struct {
  u64 version, hz, cpus, syscall, jit, modules, none, wrapper;
  char host[20];
} seen;

SEC("raw_tp/sys_enter")
int reads(void *ctx) {
  seen.version = LINUX_KERNEL_VERSION;
  seen.hz = CONFIG_HZ;
  seen.cpus = CONFIG_NR_CPUS;
  seen.syscall = CONFIG_BPF_SYSCALL;
  seen.jit = CONFIG_BPF_JIT == TRI_YES;
  seen.modules = CONFIG_MODULES;
  seen.none = CONFIG_NOT_IN_ANY_KERNEL;
  seen.wrapper = LINUX_HAS_SYSCALL_WRAPPER;
  for (int i = 0; i < 20; i++) seen.host[i] = CONFIG_DEFAULT_HOSTNAME[i];
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
