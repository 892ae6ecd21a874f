// SPDX-License-Identifier: Apache-2.0
// Attaches to its own function `work`, calls it ten times and prints how often that was seen.
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "calls.skel.h"

int __attribute__((noinline)) work(int a) {
  __asm__ volatile("");
  return a + 1;
}

int main(void) {
  LIBBPF_OPTS(bpf_uprobe_opts, on_call, .func_name = "work");
  LIBBPF_OPTS(bpf_uprobe_opts, on_return, .func_name = "work", .retprobe = true);

  struct calls_bpf *skel = calls_bpf__open_and_load();
  if (!skel) {
    fprintf(stderr, "the programs cannot be loaded: %d\n", errno);
    return 1;
  }
  int err = 0;
  skel->links.on_call = bpf_program__attach_uprobe_opts(skel->progs.on_call, 0, "/proc/self/exe", 0, &on_call);
  if (!skel->links.on_call) {
    err = -errno;
    fprintf(stderr, "the call cannot be watched: %d\n", err);
    goto out;
  }
  skel->links.on_return =
      bpf_program__attach_uprobe_opts(skel->progs.on_return, -1, "/proc/self/exe", 0, &on_return);
  if (!skel->links.on_return) {
    err = -errno;
    fprintf(stderr, "the return cannot be watched: %d\n", err);
    goto out;
  }
  err = calls_bpf__attach(skel);
  if (err) goto out;
  for (int i = 0; i < 10; ++i) work(i);
  printf("%u calls, %u returns\n", skel->bss->calls, skel->bss->returns);

out:
  calls_bpf__destroy(skel);
  return err ? 1 : 0;
}
