/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs beside this file begin with: a licence, maps, and functions that stay functions. */
#pragma once
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifndef LICENCE
#define LICENCE "GPL"
#endif
char LICENSE[] SEC("license") = LICENCE;

#define MAP(name, kind, entries, key_type, value_type) \
  struct { __uint(type, BPF_MAP_TYPE_##kind); __uint(max_entries, entries); __type(key, key_type); __type(value, value_type); } name SEC(".maps")
#define PROGRAMS(name) \
  struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __uint(key_size, 4); __uint(value_size, 4); } name SEC(".maps")
#define RING(name) struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } name SEC(".maps")
#define USER_RING(name) struct { __uint(type, BPF_MAP_TYPE_USER_RINGBUF); __uint(max_entries, 4096); } name SEC(".maps")

#undef noinline
#define noinline __attribute__((noinline))
#define GLOBAL noinline
#define STATIC static noinline
#define TAG(word) __attribute__((btf_decl_tag("arg:" word)))
#define __exception_cb(name) __attribute__((btf_decl_tag("exception_callback:" #name)))
#define USED(x) asm volatile("" ::"r"(x))

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
