// SPDX-License-Identifier: Apache-2.0
// For tests: types written as text, so that two Btf are compared type by type and a difference reads well.
#pragma once

#include <gtest/gtest.h>

#include "btf/layout.hpp"

namespace skep::btf::made {

// "struct 'flow' 0 8 | 'from' 3 0 | …": every name as its text, every other word as a number, ids through `map`.
template <class F>
std::string words_of(const Btf& b, TypeId id, F map) {
  Info info = info_of(b.word(id, 1));
  std::vector<std::string> words(layout_of(info.kind).words_of(info.vlen));
  for (uint32_t i = 0; i < words.size(); ++i) words[i] = std::to_string(b.word(id, i));
  words[1] = std::string(name_of(info.kind)) + (info.kind_flag ? "+" : "") + " " + std::to_string(info.vlen);
  each_reference(info, [&](uint32_t i, Word role) {
    uint32_t w = b.word(id, i);
    words[i] = role == Word::name ? "'" + std::string(*b.string(w)) + "'" : std::to_string(w == 0 ? 0 : map(w));
  });
  std::string out;
  for (const std::string& w : words) out += w + " ";
  return out;
}
inline std::string words_of(const Btf& b, TypeId id) {
  return words_of(b, id, [](TypeId to) { return to; });
}

inline void expect_same(const Btf& a, const Btf& b) {
  ASSERT_EQ(a.count(), b.count());
  for (TypeId id = 1; id < a.count(); ++id) ASSERT_EQ(words_of(a, id), words_of(b, id)) << "type " << id;
}

}  // namespace skep::btf::made
