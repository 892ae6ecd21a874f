// SPDX-License-Identifier: Apache-2.0
// From names to rows, for the tables whose enumerators are the names.
#include <fmt/format.h>

#include <charconv>

#include "base/suggest.hpp"
#include "facts/attach_types.hpp"
#include "facts/errors.hpp"
#include "facts/map_types.hpp"
#include "facts/prog_types.hpp"
#include "facts/uapi.hpp"

namespace skep::facts {

template <class Unknown, class Row, std::size_t N>
static Result<decltype(Row::id)> by_name(const Row (&rows)[N], std::string_view name) {
  if (const Row* r = find_row(rows, name)) return r->id;
  return fail(Unknown{.name = std::string(name), .suggestion = did_you_mean(name, names(rows))});
}

Result<ProgType> prog_type_by_name(std::string_view name) { return by_name<UnknownProgType>(prog_types, name); }
Result<AttachType> attach_type_by_name(std::string_view name) { return by_name<UnknownAttachType>(attach_types, name); }
Result<MapType> map_type_by_name(std::string_view name) { return by_name<UnknownMapType>(map_types, name); }

std::string flags_text(std::span<const FlagRow> rows, uint32_t flags) {
  std::string out;
  auto add = [&](std::string_view word) { out.append(out.empty() ? "" : ",").append(word); };
  for (const FlagRow& r : rows)
    if (flags & r.bit) add(r.name), flags &= ~r.bit;
  if (flags) add(fmt::format("{:#x}", flags));
  return out;
}

static std::optional<uint32_t> flag_by_name(std::span<const FlagRow> rows, std::string_view word) {
  for (const FlagRow& r : rows)
    if (r.name == word) return r.bit;
  int base = word.starts_with("0x") ? 16 : 10;
  if (base == 16) word.remove_prefix(2);
  uint32_t number = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
  return error == std::errc{} && end == word.data() + word.size() ? std::optional(number) : std::nullopt;
}

Result<uint32_t> flags_by_name(std::span<const FlagRow> rows, std::string_view text) {
  uint32_t flags = 0;
  while (true) {
    std::string_view one = text.substr(0, text.find(','));
    auto bit = flag_by_name(rows, one);
    if (!bit) {
      std::vector<std::string> known;
      for (const FlagRow& r : rows) known.emplace_back(r.name);
      return fail(UnknownFlag{.name = std::string(one), .known = listed(known, known.size())});
    }
    flags |= *bit;
    if (one.size() == text.size()) return flags;
    text.remove_prefix(one.size() + 1);
  }
}

}  // namespace skep::facts
