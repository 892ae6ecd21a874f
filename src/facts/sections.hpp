// SPDX-License-Identifier: Apache-2.0
// ELF section names and the programs they promise.
//
// For every name that libbpf 1.1.2 knows the answer is that of its libbpf_prog_type_by_name(); a test asks both. A row
// whose name ends in '+' takes that word alone, or followed by '/' and what to attach to; every other row is the
// whole name. No name has two rows.
#pragma once

#include <optional>

#include "facts/attach_types.hpp"
#include "facts/prog_types.hpp"

namespace skep::facts {

enum class Trait : uint8_t { plain, sleepable, frags };  // frags: the XDP program takes packets of several buffers

struct SectionRow {
  std::string_view pattern;
  ProgType type;
  AttachType attach;
  Trait trait = Trait::plain;
  Version since = "1.0"_v;  // libbpf's version
};

std::span<const SectionRow> sections();

// The row for a section's name as it stands, or null.
const SectionRow* section_row(std::string_view name);

// A section of an object: '?' in front means that the program is loaded only when asked for.
struct Section {
  const SectionRow* row;
  std::string_view attach_to;  // what follows the '/': "sys_enter/…"; empty if nothing does
  bool autoload;
};
std::optional<Section> section_by_name(std::string_view name);

}  // namespace skep::facts
