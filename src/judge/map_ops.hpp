// SPDX-License-Identifier: Apache-2.0
// Operations on maps as the bpf() system call offers them, by the words of a batch line.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "judge/question.hpp"
#include "judge/trial.hpp"

namespace skep::judge {

// What a batch command answers: its errno (0 or negative), how many elements it did, and what a lookup found.
struct BatchResult {
  int err = 0;
  uint32_t count = 0;
  std::optional<Content> elements = {};  // ascending keys, because the order of a hash says nothing
};
// int: 0 or a negative errno.
using OpResult = std::variant<int, Buffer, std::vector<Buffer>, BatchResult>;

// Elements one after the other, as the system call wants them; a key or value of another size makes it -EINVAL.
struct Packed {
  Buffer keys, values;
  bool fits = true;
};
Packed packed(const Op& op, std::size_t key_size, std::size_t value_size);
// And back: the first `count`, ascending keys.
Content elements_of(Bytes keys, Bytes values, std::size_t count, std::size_t key_size, std::size_t value_size);

// An error where the operation is not there yet. Not for OpKind::run.
Result<OpResult> apply(maps::Map& map, const Op& op);

}  // namespace skep::judge
