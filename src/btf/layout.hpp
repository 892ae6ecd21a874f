// SPDX-License-Identifier: Apache-2.0
// How a type lies in BTF: 32-bit words, some of which are names (offsets into the strings) and some type ids.
//
//     name | info: kind_flag 1, kind 7, vlen 24 bits | size or type | what the kind fixes … | vlen × an item …
//
// One row a kind. Who reads, checks, writes, copies or renumbers types asks this table; none of them knows a kind.
// Kernels before 7.3 know 16 bits of vlen and 5 of kind; what they accept reads the same here.
#pragma once

#include <array>
#include <iterator>

#include "btf/types.hpp"

namespace skep::btf {

inline constexpr uint32_t most_vlen_before_7_3 = 0xffff;
constexpr uint32_t word_of(Info i) {
  return uint32_t{i.kind_flag} << 31 | static_cast<uint32_t>(i.kind) << 24 | i.vlen;
}

enum class Word : uint8_t { none, number, name, type };
using Words = std::array<Word, 3>;

struct Layout {
  std::string_view name;
  Word third;         // a number (a size, or unused) or a type
  Words fixed, item;  // up to the first none
  uint32_t words, words_per_item;
  constexpr uint64_t words_of(uint32_t vlen) const { return 3 + words + uint64_t{words_per_item} * vlen; }
};
consteval Layout row(std::string_view name, Word third, Words fixed = {}, Words item = {}) {
  Layout l{.name = name, .third = third, .fixed = fixed, .item = item, .words = 0, .words_per_item = 0};
  for (Word w : fixed) l.words += w != Word::none;
  for (Word w : item) l.words_per_item += w != Word::none;
  return l;
}
inline constexpr Layout layouts[] = {
    // kind        third         fixed                                    items
    row("void", Word::number),
    row("int", Word::number, {Word::number}),
    row("ptr", Word::type),
    row("array", Word::number, {Word::type, Word::type, Word::number}),
    row("struct", Word::number, {}, {Word::name, Word::type, Word::number}),
    row("union", Word::number, {}, {Word::name, Word::type, Word::number}),
    row("enum", Word::number, {}, {Word::name, Word::number}),
    row("fwd", Word::number),
    row("typedef", Word::type),
    row("volatile", Word::type),
    row("const", Word::type),
    row("restrict", Word::type),
    row("func", Word::type),  // its vlen is a linkage
    row("func_proto", Word::type, {}, {Word::name, Word::type}),
    row("var", Word::type, {Word::number}),
    row("datasec", Word::number, {}, {Word::type, Word::number, Word::number}),
    row("float", Word::number),
    row("decl_tag", Word::type, {Word::number}),
    row("type_tag", Word::type),
    row("enum64", Word::number, {}, {Word::name, Word::number, Word::number}),
    row("unknown", Word::number),  // what follows, the BTF's own table of layouts says
};
static_assert(std::size(layouts) == kind_count + 1);
constexpr const Layout& layout_of(Kind k) { return layouts[static_cast<std::size_t>(k)]; }

// Calls f(index, role) for each word of a type that is a name or a type id, in their order.
template <class F>
constexpr void each_reference(Info info, F f) {
  const Layout& l = layout_of(info.kind);
  f(0U, Word::name);
  if (l.third == Word::type) f(2U, Word::type);
  uint32_t at = 3;
  for (uint32_t i = 0; i < l.words; ++i, ++at)
    if (l.fixed[i] != Word::number) f(at, l.fixed[i]);
  if (l.words_per_item == 0) return;
  for (uint32_t n = 0; n < info.vlen; ++n)
    for (uint32_t i = 0; i < l.words_per_item; ++i, ++at)
      if (l.item[i] != Word::number) f(at, l.item[i]);
}

}  // namespace skep::btf
