// SPDX-License-Identifier: Apache-2.0
// What a program's answer means for the packet, by name.
#pragma once

#include "facts/prog_types.hpp"

namespace skep::facts {

// What becomes of a packet: on its way, gone, sent back or elsewhere. `taken` is neither here nor there: a tc
// program's STOLEN.
enum class Fate : uint8_t { passed, dropped, sent, taken };

struct Verdict {
  std::string_view name;
  int64_t value;
  Fate fate;
};

// The verdicts of a kind, in ascending order of values; empty where r0 is just a number. A socket filter answers how
// many bytes to keep: its DROP is 0, its KEEP every other number.
std::span<const Verdict> verdicts(Verdicts kind);

// The verdict that r0 is. Where r0 names none, Linux's behaviour decides: an XDP action that does not exist counts
// as XDP_ABORTED, a tc action as TC_ACT_UNSPEC, an LWT answer loses the packet.
// Null where r0 is just a number.
const Verdict* verdict(ProgType type, uint64_t r0);

}  // namespace skep::facts
