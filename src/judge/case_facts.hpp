// SPDX-License-Identifier: Apache-2.0
// Facts of case files: `=> r2 = fp-16, r3 in [0, 63]`. Private to src/judge.
//
//     FACT   PLACE KNOWN           PLACE   r0 … r10 | w0 … w10 (the low half) | fp-8, fp-16 … (8 bytes of stack)
//     KNOWN  as verify::known_after says it; less is allowed: `r3 = pkt+14` where `r3 = pkt+14 reaches 20` is known
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "judge/case.hpp"

namespace skep::judge {

// Adds the facts of line `number`, which stand behind column `begin`.
Result<void> parse_facts(std::string_view line, std::size_t begin, uint32_t number, std::vector<Fact>& facts);

// Whether the fact says what is known, or the beginning of it.
bool says_no_more(const Fact& fact, std::string_view known);

}  // namespace skep::judge
