// SPDX-License-Identifier: Apache-2.0
// What types alone do not say of the kernel's objects: how pointers read from them are trusted, which of them RCU frees
// only when no reader is left, what programs of struct_ops may write, and what structure a map is. Linux 6.18, graded
// by the running kernel.
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "btf/types.hpp"
#include "facts/map_types.hpp"

namespace skep::facts {

// How a pointer read from a trusted object, or from one that RCU keeps, is trusted.
enum class MemberTrust : uint8_t { rcu, rcu_or_null, trusted, trusted_or_null };
inline constexpr std::string_view member_trusts[] = {"rcu", "rcu_or_null", "trusted", "trusted_or_null"};

// The kernel keeps its table of such members in its own BTF: a structure task_struct__safe_rcu has those of
// task_struct.
inline std::optional<MemberTrust> member_trust(const btf::Btf& types, std::string_view structure,
                                               std::string_view member) {
  for (uint8_t trust = 0; trust < std::size(member_trusts); ++trust) {
    const auto safe =
        types.find(std::string(structure) + "__safe_" + std::string(member_trusts[trust]), btf::Kind::struct_);
    if (!safe) continue;
    for (const btf::Member m : types.members(types.type(*safe)))
      if (m.name == member) return static_cast<MemberTrust>(trust);
  }
  return std::nullopt;
}

// Pointers to these, kept in values of maps, may be used in an RCU section.
inline constexpr std::string_view freed_late[] = {"prog_test_ref_kfunc", "cgroup", "bpf_cpumask", "task_struct",
                                                  "bpf_crypto_ctx"};

// What operations of a structure may write: from a member's first byte, and not beyond its last one; anywhere in
// members that are arrays, and in structures of which no member is named.
struct WritableMember {
  std::string_view operations, structure, path;
};
// clang-format off
inline constexpr WritableMember writable_members[] = {
//  operations            structure              member
  { "tcp_congestion_ops", "tcp_sock",            "inet_conn.icsk_inet.sk.sk_pacing_status" },
  { "tcp_congestion_ops", "tcp_sock",            "inet_conn.icsk_inet.sk.sk_pacing_rate" },
  { "tcp_congestion_ops", "tcp_sock",            "inet_conn.icsk_ack.pending" },
  { "tcp_congestion_ops", "tcp_sock",            "inet_conn.icsk_ca_priv" },
  { "tcp_congestion_ops", "tcp_sock",            "snd_cwnd" },
  { "tcp_congestion_ops", "tcp_sock",            "snd_ssthresh" },
  { "tcp_congestion_ops", "tcp_sock",            "ecn_flags" },
  { "tcp_congestion_ops", "tcp_sock",            "app_limited" },
  { "tcp_congestion_ops", "tcp_sock",            "snd_cwnd_cnt" },
  { "tcp_congestion_ops", "tcp_sock",            "snd_cwnd_stamp" },
  { "bpf_dummy_ops",      "bpf_dummy_ops_state", "" },
};
// clang-format on

// The kernel's structure that a map is: what a program reads through a pointer to the map itself.
constexpr std::string_view structure_of(MapType t) {
  using enum MapType;
  switch (t) {
    case hash:
    case percpu_hash:
    case lru_hash:
    case lru_percpu_hash:
    case hash_of_maps: return "bpf_htab";
    case array:
    case percpu_array:
    case prog_array:
    case perf_event_array:
    case cgroup_array:
    case array_of_maps: return "bpf_array";
    case stack_trace: return "bpf_stack_map";
    case lpm_trie: return "lpm_trie";
    case devmap:
    case devmap_hash: return "bpf_dtab";
    case cpumap: return "bpf_cpu_map";
    case sockmap: return "bpf_stab";
    case sockhash: return "bpf_shtab";
    case xskmap: return "xsk_map";
    case reuseport_sockarray: return "reuseport_array";
    case cgroup_storage:
    case percpu_cgroup_storage: return "bpf_cgroup_storage_map";
    case queue:
    case stack: return "bpf_queue_stack";
    case ringbuf:
    case user_ringbuf: return "bpf_ringbuf_map";
    case sk_storage:
    case inode_storage:
    case task_storage:
    case cgrp_storage: return "bpf_local_storage_map";
    case bloom_filter: return "bpf_bloom_filter";
    case struct_ops: return "bpf_struct_ops_map";
    case arena: return "bpf_arena";
    case unspec: break;
  }
  return "bpf_map";
}

}  // namespace skep::facts
