// SPDX-License-Identifier: Apache-2.0
// What the bench says: a table for people, the form of scripts/bench --json for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace skep::bench {

using Figure = std::optional<double>;  // nanoseconds a run; nothing where it could not be taken

struct Row {
  std::string name;
  uint64_t insns = 0;  // executed in a run, in 8-byte slots
  Figure native = {}, interp = {}, checked = {};
  bool agreed = false;  // every column computed the same value and left the same memory
};

// A column is required from the moment its capability exists.
inline constexpr const char* required_columns = R"(["native","interp"])";
inline bool complete(const Row& row) { return row.agreed && row.native && row.interp; }

std::string as_table(const std::vector<Row>& rows);
std::string as_json(const std::vector<Row>& rows);

}  // namespace skep::bench
