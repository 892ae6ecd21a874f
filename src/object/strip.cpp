// SPDX-License-Identifier: Apache-2.0
#include "object/strip.hpp"

#include <elf.h>

#include <bit>

#include "object/elf_image.hpp"
#include "object/errors.hpp"

namespace skep::object {
namespace {

bool is_content(const Section& s) {
  return (s.type == SHT_PROGBITS || s.type == SHT_NOBITS) && !s.name.starts_with(".debug_");
}

// By section: whether it stays. Whatever else programs or data refer to does, too.
std::vector<bool> kept(const Object& object) {
  const auto& sections = object.sections();
  std::vector<bool> out(sections.size());
  for (uint32_t i = 1; i < sections.size(); ++i) {
    out[i] = out[i] || is_content(sections[i]);
    for (const Relocation& r : object.relocations(i))
      if (uint32_t in = object.symbols()[r.symbol].section; in < sections.size()) out[in] = true;
  }
  return out;
}

ImageSection image_of(const Section& s) {
  constexpr uint64_t most_align = 64;  // what a file claims beyond that would only be paid for in zeros
  return {.name = std::string(s.name),
          .type = s.type,
          .flags = s.flags,
          .align = std::has_single_bit(s.align) ? std::min(s.align, most_align) : 1,
          .size = s.size,
          .data = Buffer(s.data.begin(), s.data.end()),
          .relocations = {}};
}

}  // namespace

Result<Buffer> stripped(const Object& object) {
  const auto& sections = object.sections();
  const std::vector<bool> keep = kept(object);
  Image image{.sections = {}, .symbols = {}, .locals = 0};
  std::vector<uint32_t> section_of(sections.size()), symbol_of(object.symbols().size());
  for (uint32_t i = 1; i < sections.size(); ++i) {
    if (!keep[i]) continue;
    image.sections.push_back(image_of(sections[i]));
    section_of[i] = static_cast<uint32_t>(image.sections.size());
  }
  // Each may get a section of relocations, and three more are for names, symbols and nothing.
  constexpr std::size_t most = (SHN_LORESERVE - 4) / 2;
  if (image.sections.size() > most) return fail(TooManySections{.most = most});
  for (uint32_t i = 1; i < object.symbols().size(); ++i) {
    const Symbol& s = object.symbols()[i];
    const bool inside = s.section < sections.size();
    const bool names_a_file = !inside && s.kind == SymbolKind::other && s.binding == SymbolBinding::local;
    if (names_a_file || (inside && s.section != 0 && !keep[s.section])) continue;
    image.symbols.push_back({.name = s.kind == SymbolKind::section ? "" : std::string(s.name),
                             .kind = s.kind,
                             .binding = s.binding,
                             .visibility = s.visibility,
                             .section = inside ? section_of[s.section] : s.section,
                             .value = s.value,
                             .size = s.size});
    image.locals += s.binding == SymbolBinding::local;
    symbol_of[i] = static_cast<uint32_t>(image.symbols.size());
  }
  for (uint32_t i = 1; i < sections.size(); ++i)
    for (Relocation r : object.relocations(i)) {
      r.symbol = symbol_of[r.symbol];
      image.sections[section_of[i] - 1].relocations.push_back(r);
    }
  return bytes_of(image);
}

}  // namespace skep::object
