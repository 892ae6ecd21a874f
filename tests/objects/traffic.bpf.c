// SPDX-License-Identifier: Apache-2.0
// Traffic control and lightweight tunnels, by every name that their sections have.
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct flow {
  u32 from, to;
};
struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 1000);
  __type(key, struct bpf_lpm_trie_key_u8);
  __type(value, u32);
} routes SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
  __uint(max_entries, 5000);
  __uint(map_flags, BPF_F_NO_COMMON_LRU);
  __type(key, struct flow);
  __type(value, u64);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} flows SEC(".maps");

SEC("tc") int counts(struct __sk_buff *skb) {
  struct iphdr ip;
  u64 one = 1;
  if (bpf_skb_load_bytes(skb, 14, &ip, sizeof ip)) return 0;
  struct flow f = {.from = ip.saddr, .to = ip.daddr};
  u64 *n = bpf_map_lookup_elem(&flows, &f);
  if (n) ++*n;
  else bpf_map_update_elem(&flows, &f, &one, BPF_ANY);
  return bpf_ntohs(ip.tot_len) > 1500 ? 2 : 0;
}
SEC("classifier") int classifies(struct __sk_buff *skb) { return skb->priority; }
SEC("action") int acts(struct __sk_buff *skb) { return bpf_skb_change_tail(skb, 64, 0); }
SEC("lwt_in") int tunnel_in(struct __sk_buff *skb) { return 0; }
SEC("lwt_out") int tunnel_out(struct __sk_buff *skb) { return 0; }
SEC("lwt_xmit") int tunnel_sends(struct __sk_buff *skb) { return bpf_clone_redirect(skb, 1, 0); }
SEC("lwt_seg6local") int segments(struct __sk_buff *skb) { return 0; }

char LICENSE[] SEC("license") = "GPL";
