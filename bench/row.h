// SPDX-License-Identifier: Apache-2.0
// What a row's source is written against. Every row is compiled twice from the same text, for eBPF and for this
// machine, and computes the same: a value that is returned and bytes that are left in memory.
//
//     ROW { … return hash; }          u64 row(u8 *mem, u64 len), len = 4096
//
// The work is repeated 256 times inside (exceptions say why), so that entering and leaving do not count. Nothing a
// compiler could know ahead: inputs are in memory, and barrier() between repetitions makes it forget what it saw.
// No builtins that eBPF lacks, no data outside `mem`: a row needs neither maps nor helpers, but for tail_call_8.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define repeats 256
#define barrier() __asm__ volatile("" ::: "memory")
#define noinline __attribute__((noinline))
#define always_inline inline __attribute__((always_inline))

#ifdef __bpf__
#define ROW __attribute__((section("raw"), used)) u64 row(u8 *mem, u64 len)
#else
u64 row(u8 *mem, u64 len);  // renamed on the command line: native_alu64_mix
#define ROW u64 row(u8 *mem, u64 len)
#endif
