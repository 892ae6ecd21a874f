// SPDX-License-Identifier: Apache-2.0
// What the programs of this folder share. Each is walked by skep and by the running kernel, and both must have looked at
// the same number of instructions and kept the same states (tests/verify/effort.py).
//
// A program's function is walk(). A line "// Kinds: …" says what it stands for: packets, maps, switches, linked (numbers
// that are copies of each other, spilled ones too, in loops), subprograms, callbacks, iterators, globals.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

// The compiler may neither guess a number nor unroll a loop over it.
#define opaque(x) asm volatile("" : "+r"(x))
#define noinline_ __attribute__((noinline))

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 16);
  __type(key, int);
  __type(value, char[1024]);
} blocks SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, __u64[8]);
} flows SEC(".maps");

static inline unsigned char *block(int key) { return bpf_map_lookup_elem(&blocks, &key); }

struct bpf_iter_num {
  __u64 opaque_[1];
} __attribute__((aligned(8)));
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;

// for (int i = from; i < to; i++), a round of which is walked until rounds bring nothing new.
#define each_number(i, from, to)                                                                       \
  for (struct bpf_iter_num it_##i __attribute__((cleanup(bpf_iter_num_destroy))),                      \
       *once_##i = (bpf_iter_num_new(&it_##i, (from), (to)), &it_##i);                                 \
       once_##i; once_##i = 0)                                                                         \
    for (int i, *at_##i; (at_##i = bpf_iter_num_next(&it_##i)) && (i = *at_##i, 1);)

// Whether a loop may go on: it must not rely on that.
#define can_go_on                                         \
  ({                                                      \
    __label__ end, next;                                  \
    int on = 1;                                           \
    asm volatile goto("may_goto %l[end]" : : : : end);    \
    goto next;                                            \
  end:                                                    \
    on = 0;                                               \
  next:;                                                  \
    on;                                                   \
  })
