// SPDX-License-Identifier: Apache-2.0
// A chain of eight tail calls. Not repeated inside: a tail call does not return, and a run may make 33 of them.
#include "row.h"

u64 link_0(u8 *mem), link_1(u8 *mem), link_2(u8 *mem), link_3(u8 *mem);
u64 link_4(u8 *mem), link_5(u8 *mem), link_6(u8 *mem), link_7(u8 *mem);

#ifdef __bpf__
#define SEC(name) __attribute__((section(name), used))
static long (*bpf_tail_call)(void *ctx, void *map, u32 index) = (void *)12;
struct {
  int (*type)[3];  // BPF_MAP_TYPE_PROG_ARRAY
  int (*max_entries)[8];
  int (*key_size)[4];
  u64 (*values[])(u8 *mem);
} table SEC(".maps") = {.values = {link_0, link_1, link_2, link_3, link_4, link_5, link_6, link_7}};
#define LINK(n) SEC("raw") u64 link_##n(u8 *mem)
#define GO(n)                    \
  bpf_tail_call(mem, &table, n); \
  return 0
#else
static u64 (*volatile const table[8])(u8 *mem) = {link_0, link_1, link_2, link_3, link_4, link_5, link_6, link_7};
#define LINK(n) u64 link_##n(u8 *mem)
#define GO(n) return table[n](mem)
#endif

#define STEP(n, next)                     \
  LINK(n) {                               \
    *(u64 *)mem = *(u64 *)mem * 31 + (n); \
    GO(next);                             \
  }
STEP(0, 1)
STEP(1, 2)
STEP(2, 3)
STEP(3, 4)
STEP(4, 5)
STEP(5, 6)
STEP(6, 7)
LINK(7) {
  return *(u64 *)mem ^ 7;
}

ROW {
  *(u64 *)mem += len;
  GO(0);
}
