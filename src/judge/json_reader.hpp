// SPDX-License-Identifier: Apache-2.0
// Reading JSON that strangers wrote: every value has a type that is checked, every object a table of the members it
// may have. Private to src/judge; including it costs 8 s of compiling.
#pragma once

#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "base/suggest.hpp"
#include "facts/rows.hpp"
#include "judge/errors.hpp"

namespace skep::judge {

using json = nlohmann::json;

// A member of an object that becomes a T.
template <class T>
struct Member {
  std::string_view name;
  Result<void> (*read)(T& into, const json& value);
};

// "the number 5", "a list": what a value is, for errors.
std::string kind_of(const json& v);

// What was read, and the first member that an object has twice (nlohmann-json alone would keep the last one, silently).
struct Parsed {
  json value;
  std::optional<Error> twice;
};
Result<Parsed> parse_json(std::string_view text);

// A number or text that is a member of `object`, as it is written there: 1.50 stays 1.50. `object` is JSON; of members
// that are there twice the first counts, as in Parsed. Empty where it is written in a way we do not look for
// ("\u0069d").
std::string_view member_text(std::string_view object, std::string_view name);
Result<bool> to_bool(const json& v);
Result<std::string> to_text(const json& v);
Result<Buffer> to_bytes(const json& v);                    // from hex
Result<uint64_t> to_number(const json& v, uint64_t most);  // a number, or text as "0x1f"
inline Result<uint32_t> to_u32(const json& v) { return static_cast<uint32_t>(TRY(to_number(v, UINT32_MAX))); }
Result<void> want_list(const json& v, std::string_view of);

template <class T, std::size_t N>
Result<T> read_object(const json& v, const Member<T> (&members)[N], T into = {}) {
  if (!v.is_object()) return fail(WrongType{.found = kind_of(v), .expected = "an object"});
  for (const auto& [name, value] : v.items()) {
    const Member<T>* m = facts::find_row(members, name);
    if (m == nullptr) {
      auto known = facts::names(members);
      return fail(
          UnknownMember{.name = name, .known = listed(known, known.size()), .suggestion = did_you_mean(name, known)});
    }
    if (auto read = m->read(into, value); !read) return fail_within(std::move(read).error(), name);
  }
  return into;
}

// One of the words of a table whose rows have names.
template <class Row, std::size_t N>
Result<const Row*> to_word(const json& v, const Row (&rows)[N], std::string_view what) {
  std::string word = TRY(to_text(v));
  if (const Row* r = facts::find_row(rows, word)) return r;
  auto known = facts::names(rows);
  return fail(UnknownWord{.what = std::string(what),
                          .word = word,
                          .known = listed(known, known.size()),
                          .suggestion = did_you_mean(word, known)});
}

// Every element of a list, read by `read`; errors name its index.
template <class Read>
auto read_list(const json& v, std::string_view of, Read read)
    -> Result<std::vector<typename std::invoke_result_t<Read, const json&>::value_type>> {
  std::vector<typename std::invoke_result_t<Read, const json&>::value_type> all;
  TRY_VOID(want_list(v, of));
  for (std::size_t i = 0; i < v.size(); ++i) all.push_back(TRY_WITHIN(read(v[i]), "[" + std::to_string(i) + "]"));
  return all;
}

}  // namespace skep::judge
