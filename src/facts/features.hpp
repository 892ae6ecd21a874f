// SPDX-License-Identifier: Apache-2.0
// What a kernel can do, and since when: the only place where code's questions meet versions.
//
// The answers for 6.18 are graded by what its verifier does; the versions are of first releases, from documentation.
// Long-term kernels carry back-ports that these do not know. Where a patch of 6.18 is named, that one was asked and has
// it, 6.18.15 was asked and has not; those between were not asked.
#pragma once

#include "facts/rows.hpp"
#include "facts/version.hpp"

namespace skep::facts {

// clang-format off
//    name                       since
#define SKEP_FEATURES(X) \
  X(  subprograms,               "4.16" ) /* calls from BPF to BPF */ \
  X(  references,                "4.20" ) /* what a helper function acquired is released on every path */ \
  X(  jmp32,                     "5.1"  ) \
  X(  spin_locks,                "5.1"  ) \
  X(  dead_code_removal,         "5.1"  ) /* unreachable for the verifier is gone; refused if no edge leads there */ \
  X(  global_data,               "5.2"  ) /* and frozen maps, flags rdonly_prog and wronly_prog */ \
  X(  million_insns,             "5.2"  ) \
  X(  bounded_loops,             "5.3"  ) \
  X(  precision,                 "5.3"  ) /* scalars are imprecise until a bound was needed */ \
  X(  btf_pointers,              "5.5"  ) /* walked through BTF, loads that may fault */ \
  X(  global_functions,          "5.6"  ) /* verified once, against their BTF prototype */ \
  X(  freplace,                  "5.6"  ) \
  X(  bounds32,                  "5.7"  ) /* ranges of the low halves of their own */ \
  X(  capability_split,          "5.8"  ) /* CAP_BPF and CAP_PERFMON */ \
  X(  tail_calls_in_subprogs,    "5.10" ) \
  X(  sleepable,                 "5.10" ) \
  X(  linked_scalars,            "5.10" ) /* copies of a scalar learn what one of them learns */ \
  X(  atomics,                   "5.12" ) /* beyond add */ \
  X(  variable_stack_access,     "5.12" ) \
  X(  global_pointer_arguments,  "5.12" ) \
  X(  callbacks,                 "5.13" ) /* functions as values */ \
  X(  kfuncs,                    "5.13" ) \
  X(  timers,                    "5.15" ) \
  X(  loop_helper,               "5.17" ) \
  X(  bounds_sync,               "5.19" ) /* every operation brings bits and ranges in line */ \
  X(  dynptrs,                   "5.19" ) \
  X(  kptrs,                     "5.19" ) \
  X(  trusted_pointers,          "6.2"  ) \
  X(  allocated_objects,         "6.2"  ) /* bpf_obj_new, lists; rbtree 6.3, refcount 6.4 */ \
  X(  rcu_regions,               "6.2"  ) \
  X(  uninit_stack_reads,        "6.3"  ) /* where the loader may leak pointers */ \
  X(  iterators,                 "6.4"  ) /* open-coded */ \
  X(  cpu_v4,                    "6.6"  ) /* and stores of constants to the context */ \
  X(  exceptions,                "6.7"  ) \
  X(  refine_both_operands,      "6.8"  ) /* a comparison of two registers teaches about both */ \
  X(  argument_tags,             "6.8"  ) /* arg:ctx, arg:nonnull, …; global functions that nobody calls are skipped */ \
  X(  may_goto,                  "6.9"  ) \
  X(  addr_space_cast,           "6.9"  ) /* arenas */ \
  X(  tokens,                    "6.9"  ) \
  X(  preempt_regions,           "6.10" ) \
  X(  linked_scalars_plus,       "6.12" ) /* copies at a constant distance, too */ \
  X(  fastcall,                  "6.12" ) /* spills around some calls cost nothing */ \
  X(  stack_rounding_16,         "6.12" ) /* with JIT; 32 before */ \
  X(  private_stack,             "6.13" ) \
  X(  irq_regions,               "6.14" ) \
  X(  load_acquire,              "6.15" ) /* and store-release */ \
  X(  resilient_locks,           "6.15" ) \
  X(  scc_convergence,           "6.17" ) /* loops converge by strongly connected components */ \
  X(  speculation_barriers,      "6.17" ) /* an unsafe speculative path gets a barrier instead of a refusal */ \
  X(  static_stack_liveness,     "6.18" ) /* before the walk; earlier: marks along the walk */ \
  X(  forked_and_or,             "6.18.44" ) /* &= and |= of a number that is 0 or -1 are walked with either */ \
  X(  swapped_bits,              "6.18.44" ) /* le, be and bswap keep what is known of bits */ \
  X(  low_pieces,                "6.18.44" ) /* signed and unsigned low half are cut to the one piece they share */ \
  X(  single_members,            "6.18.44" ) /* the one number that bits and range leave is found */ \
  X(  linked_scalars_any,        "6.18.44" ) /* copies at a distance, also by -=, a negative number, 32 bits */ \
  X(  linked_scalars_sync,       "6.18.44" ) /* what copies at a distance learn is told to all their readings */ \
  X(  unrelated_numbers,         "6.18.44" ) /* an old number related to nothing covers numbers that are related */ \
  X(  packet_load_returns,       "6.18.44" ) /* a load of packet bytes in a subprogram may return to its caller */ \
  X(  insn_array,                "6.19" ) /* and indirect jumps */ \
  X(  pruned_constants,          "7.3"  ) /* branches on constants are gone before the walk */ \
  X(  circular_ranges,           "7.3"  ) \
  X(  frames_16,                 "7.3"  ) \
  X(  stack_arguments,           "7.3"  ) /* more than five, through r11 */
// clang-format on

enum class Feature : uint8_t {
#define X(name, since) name,
  SKEP_FEATURES(X)
#undef X
};

struct FeatureRow {
  Feature id;
  std::string_view name;
  Version since;
};
inline constexpr FeatureRow features[] = {
#define X(name, since) {Feature::name, word(#name), since##_v},
    SKEP_FEATURES(X)
#undef X
};
static_assert(complete(features) && names_are_unique(features));
constexpr const FeatureRow& row(Feature f) { return features[static_cast<std::size_t>(f)]; }

}  // namespace skep::facts
