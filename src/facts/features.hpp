// SPDX-License-Identifier: Apache-2.0
// What a kernel can do, and since when: the only place where code's questions meet versions.
#pragma once

#include "facts/rows.hpp"
#include "facts/version.hpp"

namespace skep::facts {

// clang-format off
//    name                     since
#define SKEP_FEATURES(X) \
  X(  subprograms,             "4.16" ) /* calls from BPF to BPF */ \
  X(  jmp32,                   "5.1"  ) \
  X(  global_data,             "5.2"  ) \
  X(  bounded_loops,           "5.3"  ) \
  X(  tail_calls_in_subprogs,  "5.10" ) \
  X(  sleepable,               "5.10" ) \
  X(  atomics,                 "5.12" ) /* beyond add */ \
  X(  callbacks,               "5.13" ) \
  X(  kfuncs,                  "5.13" ) \
  X(  cpu_v4,                  "6.6"  ) \
  X(  may_goto,                "6.9"  ) \
  X(  addr_space_cast,         "6.9"  ) \
  X(  load_acquire,            "6.15" ) /* and store-release */ \
  X(  insn_array,              "6.19" )
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
