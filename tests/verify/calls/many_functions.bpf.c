// SPDX-License-Identifier: Apache-2.0
// A program may name 256 functions of the kernel, however often it calls them. Whether it may call them at all is asked
// later, so any will do: here the system calls that a kernel for x86-64 has.
#include "program.h"

struct pt_regs { long r15; };
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;

// More than 256, some of which a kernel may lack.
#define SYSTEM_CALLS                                                                                                 \
  X(accept) X(accept4) X(access) X(adjtimex) X(alarm) X(bind) X(brk) X(capget) X(capset) X(chdir) X(chmod) X(chown)  \
  X(chroot) X(clock_adjtime) X(clock_getres) X(clock_gettime) X(clock_nanosleep) X(clock_settime) X(clone) X(clone3) \
  X(close) X(close_range) X(connect) X(copy_file_range) X(creat) X(dup) X(dup2) X(dup3) X(epoll_create)              \
  X(epoll_create1) X(epoll_ctl) X(epoll_pwait) X(epoll_wait) X(eventfd) X(eventfd2) X(execve) X(execveat) X(exit)    \
  X(exit_group) X(faccessat) X(fadvise64) X(fallocate) X(fchdir) X(fchmod) X(fchmodat) X(fchown) X(fchownat)         \
  X(fcntl) X(fdatasync) X(fgetxattr) X(flistxattr) X(flock) X(fremovexattr) X(fsconfig) X(fsetxattr) X(fsmount)      \
  X(fsopen) X(fspick) X(fstat) X(fstatfs) X(fstatfs64) X(fsync) X(ftruncate) X(futex) X(futimesat) X(get_mempolicy)  \
  X(get_robust_list) X(get_thread_area) X(getcpu) X(getcwd) X(getdents) X(getdents64) X(getgroups) X(gethostname)    \
  X(getitimer) X(getpeername) X(getpgid) X(getpriority) X(getrandom) X(getresgid) X(getresuid) X(getrlimit)          \
  X(getrusage) X(getsid) X(getsockname) X(getsockopt) X(gettimeofday) X(getxattr) X(inotify_add_watch)               \
  X(inotify_init) X(inotify_init1) X(inotify_rm_watch) X(ioctl) X(ioprio_get) X(ioprio_set) X(ipc) X(kill) X(lchown) \
  X(lgetxattr) X(link) X(linkat) X(listen) X(listxattr) X(llistxattr) X(llseek) X(lremovexattr) X(lseek)             \
  X(lsetxattr) X(lstat) X(madvise) X(mbind) X(membarrier) X(memfd_create) X(migrate_pages) X(mincore) X(mkdir)       \
  X(mkdirat) X(mknod) X(mknodat) X(mlock) X(mlock2) X(mlockall) X(mmap) X(mmap_pgoff) X(mount) X(mount_setattr)      \
  X(move_mount) X(move_pages) X(mprotect) X(mremap) X(msync) X(munlock) X(munlockall) X(munmap) X(nanosleep)         \
  X(newfstat) X(newfstatat) X(newlstat) X(newstat) X(newuname) X(nice) X(old_getrlimit) X(old_msgctl) X(old_readdir) \
  X(old_semctl) X(old_shmctl) X(oldumount) X(olduname) X(open) X(open_tree) X(openat) X(pciconfig_iobase)            \
  X(pciconfig_read) X(pciconfig_write) X(personality) X(pidfd_getfd) X(pidfd_open) X(pidfd_send_signal) X(pipe)      \
  X(pipe2) X(pivot_root) X(poll) X(ppoll) X(prctl) X(pread64) X(preadv) X(preadv2) X(prlimit64) X(process_madvise)   \
  X(process_mrelease) X(pselect6) X(ptrace) X(pwrite64) X(pwritev) X(pwritev2) X(read) X(readahead) X(readlink)      \
  X(readlinkat) X(readv) X(reboot) X(recv) X(recvfrom) X(recvmmsg) X(recvmsg) X(remap_file_pages) X(removexattr)     \
  X(rename) X(renameat) X(rmdir) X(rtas) X(s390_ipc) X(s390_pci_mmio_read) X(s390_pci_mmio_write)                    \
  X(sched_get_priority_max) X(sched_get_priority_min) X(sched_getaffinity) X(sched_getattr) X(sched_getparam)        \
  X(sched_getscheduler) X(sched_rr_get_interval) X(sched_setaffinity) X(sched_setattr) X(sched_setparam)             \
  X(sched_setscheduler) X(select) X(send) X(sendfile) X(sendfile64) X(sendmmsg) X(sendmsg) X(sendto)                 \
  X(set_mempolicy) X(set_mempolicy_home_node) X(set_robust_list) X(set_thread_area) X(set_tid_address)               \
  X(setdomainname) X(setfsgid) X(setfsuid) X(setgid) X(setgroups) X(sethostname) X(setitimer) X(setns) X(setpgid)    \
  X(setpriority) X(setregid) X(setresgid) X(setresuid) X(setreuid) X(setrlimit) X(setsockopt) X(settimeofday)        \
  X(setuid) X(setxattr) X(sgetmask) X(shutdown) X(sigaltstack) X(signal) X(signalfd) X(signalfd4) X(sigpending)      \
  X(sigprocmask) X(sigsuspend) X(socket) X(socketcall) X(socketpair) X(splice) X(spu_create) X(spu_run) X(ssetmask)  \
  X(stat) X(statfs) X(statfs64) X(statx) X(stime) X(subpage_prot) X(symlink) X(symlinkat) X(sync_file_range)         \
  X(sync_file_range2) X(syncfs) X(sysinfo) X(tee) X(tgkill) X(time) X(timer_create) X(timer_delete)                  \
  X(timer_getoverrun) X(timer_gettime) X(timer_settime) X(timerfd_create) X(timerfd_gettime) X(timerfd_settime)      \
  X(times) X(tkill) X(truncate) X(umask) X(umount) X(uname) X(unlink) X(unlinkat) X(unshare) X(uprobe) X(utime)      \
  X(utimensat) X(utimes) X(vm86) X(vm86old) X(vmsplice) X(wait4) X(waitid) X(waitpid) X(write) X(writev)
#define X(name) extern long __x64_sys_##name(const struct pt_regs *) __ksym __weak;
SYSTEM_CALLS
#undef X

SEC("tc") int two_called_600_times(void *ctx) {
#pragma unroll
  for (int i = 0; i < 300; i++) { bpf_preempt_disable(); bpf_preempt_enable(); }
  return 0;
}
SEC("tc") int system_call_refused(void *ctx) { __x64_sys_read(0); return 0; }  // kfunc-not-allowed
#define X(name) __x64_sys_##name(0);
SEC("tc") int more_than_256_refused(void *ctx) { SYSTEM_CALLS return 0; }  // too-many-kfuncs
