// SPDX-License-Identifier: Apache-2.0
// The world outside: clock, random numbers, and the lane, which is a program's CPU.
#include "helpers/table.hpp"

namespace skep::helpers {
namespace {

uint64_t ktime_get_ns(vm::Run& run, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t) { return run.host->now_ns(); }
uint64_t get_prandom_u32(vm::Run& run, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t) { return run.host->random(); }
uint64_t get_smp_processor_id(vm::Run& run, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t) { return run.lane; }
// The lanes of a domain share one node.
uint64_t get_numa_node_id(vm::Run&, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t) { return 0; }

constexpr Row rows[] = {{5, ktime_get_ns}, {7, get_prandom_u32}, {8, get_smp_processor_id}, {42, get_numa_node_id}};

}  // namespace

std::span<const Row> host() { return rows; }

}  // namespace skep::helpers
