// SPDX-License-Identifier: Apache-2.0
// Global data in every section that holds some: seen by others or not, aligned, without a value, with one.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct limits {
  u8 low;
  u64 high;
  const char *unused;
};

const volatile struct limits limits = {.low = 3, .high = 1ull << 40};
const volatile char prefix[12] = "packet";
static const char words[2][8] = {"even", "odd"};
static const int only_here[4] SEC(".rodata.tables") = {2, 3, 5, 7};
const int for_all[3] SEC(".rodata.shared") = {11, 13, 17};

int plain = 1;
static int hidden = 2;
__attribute__((aligned(64))) long apart = 3;
__weak int weak = 4;
__hidden int internal = 5;
static u64 others[4] SEC(".data.others") = {6};
u64 shared_others SEC(".data.shared") = 7;
u32 totals[16];
static u64 secret;
bool flag SEC(".bss.flags");

SEC("socket") int reads(struct __sk_buff *skb) {
  u32 i = skb->len & 3;
  const char *word = words[i & 1];
  return limits.low + limits.high + prefix[i] + word[i] + only_here[i] + for_all[i & 1];
}
SEC("socket") int writes(struct __sk_buff *skb) {
  u32 i = skb->len & 3;
  plain++, hidden += plain, apart += hidden, weak ^= 1, internal = weak;
  others[i]++, shared_others += others[i], totals[i * 4] += 1, secret += totals[3], flag = secret > 5;
  return secret;
}

char LICENSE[] SEC("license") = "GPL";
u32 _version SEC("version") = 0x50400;
