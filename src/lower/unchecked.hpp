// SPDX-License-Identifier: Apache-2.0
// ProgDef + live maps → LoweredUnchecked: the form the checked interpreter runs, made without a Proof.
//
// Contexts stay virtual (vm/checker.hpp answers them); map references become addresses, helper ids become functions,
// jumps become distances. Lowering is total: what no executor of the user engine runs becomes a fault with its reason,
// which is met only where the program goes there, as Linux accepts such bytes on edges never taken.
#pragma once

#include <memory>
#include <vector>

#include "facts/target.hpp"
#include "maps/map.hpp"
#include "module/module.hpp"
#include "vm/lowered.hpp"

namespace skep::lower {

// `maps` are the live maps of the program's module, by index. From here on: every jump, call and fall leads to a step,
// every map index names a live map, every helper has a function.
vm::LoweredUnchecked lower_unchecked(const module::ProgDef& program, std::vector<std::shared_ptr<maps::Map>> maps,
                                     const facts::Target& target);

}  // namespace skep::lower
