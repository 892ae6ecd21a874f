// SPDX-License-Identifier: Apache-2.0
// Prints every new program until it is interrupted; with an argument, for so many milliseconds.
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "execs.h"
#include "execs.skel.h"

static volatile bool leaving = false;

static void on_signal(int number) {
  (void)number;
  leaving = true;
}

static int print_all(enum libbpf_print_level level, const char *format, va_list args) {
  return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

static int on_event(void *ctx, void *data, size_t size) {
  const struct event *e = data;
  unsigned *count = ctx;
  if (size < sizeof(*e)) return 0;
  printf("%-8u %s\n", e->pid, e->name);
  *count += 1;
  return 0;
}

int main(int argc, char **argv) {
  unsigned count = 0;
  int left_ms = argc > 1 ? atoi(argv[1]) : -1;
  struct ring_buffer *ring = NULL;

  libbpf_set_print(print_all);
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);

  struct execs_bpf *skel = execs_bpf__open();
  if (!skel) {
    fprintf(stderr, "the object cannot be opened: %d\n", errno);
    return 1;
  }
  skel->rodata->only_pid = 0;

  int err = execs_bpf__load(skel);
  if (err) {
    fprintf(stderr, "the programs cannot be loaded: %d\n", err);
    goto out;
  }
  err = execs_bpf__attach(skel);
  if (err) {
    fprintf(stderr, "the programs cannot be attached: %d\n", err);
    goto out;
  }
  ring = ring_buffer__new(bpf_map__fd(skel->maps.events), on_event, &count, NULL);
  if (!ring) {
    err = -errno;
    fprintf(stderr, "the ring buffer cannot be read: %d\n", err);
    goto out;
  }
  while (!leaving && left_ms != 0) {
    const int step_ms = left_ms > 0 && left_ms < 100 ? left_ms : 100;
    err = ring_buffer__poll(ring, step_ms);
    if (left_ms > 0) left_ms -= step_ms;
    if (err == -EINTR) break;
    if (err < 0) {
      fprintf(stderr, "polling: %d\n", err);
      goto out;
    }
  }
  err = 0;
  fprintf(stderr, "%u events, %llu told\n", count, (unsigned long long)skel->bss->told);

out:
  ring_buffer__free(ring);
  execs_bpf__destroy(skel);
  return err < 0 ? 1 : 0;
}
