// SPDX-License-Identifier: Apache-2.0
// Rows below a program of a case file: each is one program, the template with its values filled in, and what is said
// about it. Private to src/judge.
//
//     with off=20 size=u32: rejects no-context-field off=20
//     with off=0 size="u64": accepts
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace skep::judge {

// So few that each is looked at: what differs in more ways than that is no one rule.
inline constexpr std::size_t most_rows = 10;

struct Row {
  uint32_t line = 0;
  std::vector<std::pair<std::string, std::string>> values;
  std::string slug, words;  // of the diagnostic; no slug: accepted
};

// `text` is what follows "with ".
Result<Row> parse_row(std::string_view text);

// Whether a `{name}` stands here.
bool has_placeholder(std::string_view text);

// Every `{name}` by the row's value. A name without a value is an error.
Result<std::string> filled(std::string_view text, const Row& row);

// An error names the value that no placeholder of `text` asks for.
Result<void> all_used(std::string_view text, const Row& row);

}  // namespace skep::judge
