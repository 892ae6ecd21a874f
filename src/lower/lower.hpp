// SPDX-License-Identifier: Apache-2.0
// Programs + live maps → the form that executors run: map references become addresses, helper ids functions, jumps
// distances.
//
//     Verified    → Lowered           for fast. An access to the context becomes one to the real structure
//                                     (context/context.hpp says where it is); what is constant for ever is folded; code
//                                     that no path reaches, and memory that the user engine does not have, is a fault
//     ProgDef     → LoweredUnchecked  for checked, which rests on nothing: contexts stay virtual (vm/checker.hpp)
//
// Both are total: what no executor of the user engine runs becomes a fault with its reason, which is met only where
// the program goes there, as Linux accepts such bytes on edges never taken. A step stands where its instruction stood,
// so both count alike.
#pragma once

#include <memory>
#include <vector>

#include "facts/target.hpp"
#include "maps/map.hpp"
#include "module/module.hpp"
#include "verify/verified.hpp"
#include "vm/lowered.hpp"

namespace skep::lower {

// `maps` are the live maps of the program's module, by index. From here on: every jump, call and fall leads to a step,
// every map index names a live map, every helper has a function. Where there is no proof, a function that the user
// engine lacks is null: its arguments are still looked at.
using Maps = std::vector<std::shared_ptr<maps::Map>>;

// A program that has a proof. `maps` hold what the module says of constants (as_defined).
vm::Lowered lower(const verify::Verified& verified, std::size_t prog, Maps maps, const facts::Target& target);
vm::LoweredUnchecked lower_unchecked(const module::ProgDef& program, Maps maps, const facts::Target& target);

// Whether a live map is what the verifier took the definition for: sizes, flags, and the value where it is a constant.
bool as_defined(const module::MapDef& def, maps::Map& map);

}  // namespace skep::lower
