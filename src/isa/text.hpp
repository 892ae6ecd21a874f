// SPDX-License-Identifier: Apache-2.0
// What printer and parser share about text patterns (the text column of isa/ops.def).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "isa/names.hpp"
#include "isa/op.hpp"

namespace skep::isa {

std::string hex_byte(uint8_t byte);  // "0x8d"

// Somebody's text for an error, cut where it is long.
std::string shown(std::string_view text);

// The row's pattern with the tokens that only depend on width written out: $t $a $0 $w.
std::string pattern_of(const Row& r);

// Helpers have one name with or without "bpf_".
std::optional<NameId> find_helper(const Names& names, std::string_view word);

// "no map 'cunts' is known; did you mean counts?", from the names of these kinds and `more`.
std::unexpected<Error> no_such_name(std::string_view name, std::string_view what, std::initializer_list<Kind> kinds,
                                    const Names& names, std::vector<std::string> more = {});

// What the lexer takes as one word: a letter or one of _ and ., then also digits. Registers and numbers are none.
bool is_name(std::string_view text);

}  // namespace skep::isa
