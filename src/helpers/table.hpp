// SPDX-License-Identifier: Apache-2.0
// What each helper does in the user engine: one file per subject, each with its rows at its end.
//
// A helper's facts (arguments, who may call it) are its row in facts/helpers.cpp; that Linux answers the same is asked
// in helpers_kernel_test.cpp. tail_call is not here: it is an operation of the machine.
#pragma once

#include <span>

#include "vm/run.hpp"

namespace skep::helpers {

vm::HelperFn function(uint64_t id);  // null: the user engine has none

struct Row {
  uint16_t id;
  vm::HelperFn function;
};
std::span<const Row> map();
std::span<const Row> host();
std::span<const Row> printk();
std::span<const Row> skb();
std::span<const Row> checksum();
std::span<const Row> xdp();

}  // namespace skep::helpers
