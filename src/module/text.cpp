// SPDX-License-Identifier: Apache-2.0
// Each option of a declaration is one row that reads it and writes it.
#include "module/text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/suggest.hpp"
#include "module/errors.hpp"
#include "module/words.hpp"

namespace skep::module {
namespace {

enum class Takes : uint8_t { nothing, a_value, values };  // `values`: the option may be said again

template <class Decl>
struct Option {
  std::string_view name;
  Takes takes;
  Result<void> (*read)(Decl&, const std::string& value);
  std::vector<std::string> (*write)(const Decl&);  // each value to print; none where it has its default
};

using Written = std::vector<std::string>;

template <class T>
Result<T> number(std::string_view text) {
  std::string_view digits = text;
  int base = digits.starts_with("0x") ? 16 : 10;
  if (base == 16) digits.remove_prefix(2);
  T n = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n, base);
  if (error == std::errc{} && end == digits.data() + digits.size()) return n;
  return fail(NotANumber{.found = std::string(text), .most = std::to_string(std::numeric_limits<T>::max())});
}

Written unless_default(uint64_t value, uint64_t fallback) {
  return value == fallback ? Written{} : Written{std::to_string(value)};
}
Written unless_empty(const std::string& text) { return text.empty() ? Written{} : Written{text}; }

// "A:B" in two.
std::pair<std::string_view, std::string_view> halves(std::string_view text) {
  std::size_t colon = text.find(':');
  if (colon == text.npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

uint32_t usual_key_size(facts::MapType t) { return facts::row(t).key == facts::KeySize::four ? 4 : 0; }
uint32_t usual_value_size(facts::MapType t) {
  auto rule = facts::row(t).value;
  return rule == facts::ValueSize::four || rule == facts::ValueSize::four_or_eight ? 4 : 0;
}

constexpr Option<MapDecl> map_options[] = {
    {"key", Takes::a_value,
     [](MapDecl& d, const std::string& v) -> Result<void> {
       d.map.key_size = TRY(number<uint32_t>(v));
       return {};
     },
     [](const MapDecl& d) { return unless_default(d.map.key_size, usual_key_size(d.map.type)); }},
    {"value", Takes::a_value,
     [](MapDecl& d, const std::string& v) -> Result<void> {
       d.map.value_size = TRY(number<uint32_t>(v));
       return {};
     },
     [](const MapDecl& d) { return unless_default(d.map.value_size, usual_value_size(d.map.type)); }},
    {"entries", Takes::a_value,
     [](MapDecl& d, const std::string& v) -> Result<void> {
       d.map.max_entries = TRY(number<uint32_t>(v));
       return {};
     },
     [](const MapDecl& d) { return unless_default(d.map.max_entries, 0); }},
    {"flags", Takes::a_value,
     [](MapDecl& d, const std::string& v) -> Result<void> {
       d.map.flags = TRY(facts::flags_by_name(facts::map_flags, v));
       return {};
     },
     [](const MapDecl& d) { return unless_empty(facts::flags_text(facts::map_flags, d.map.flags)); }},
    {"extra", Takes::a_value,
     [](MapDecl& d, const std::string& v) -> Result<void> {
       d.map.extra = TRY(number<uint64_t>(v));
       return {};
     },
     [](const MapDecl& d) { return unless_default(d.map.extra, 0); }},
    {"inner", Takes::a_value,
     [](MapDecl& d, const std::string& v) -> Result<void> {
       d.inner = v;
       return {};
     },
     [](const MapDecl& d) { return unless_empty(d.inner); }},
    {"pinned", Takes::nothing,
     [](MapDecl& d, const std::string&) -> Result<void> {
       d.map.pinning = facts::Pinning::by_name;
       return {};
     },
     [](const MapDecl& d) { return d.map.pinning == facts::Pinning::by_name ? Written{""} : Written{}; }},
    {"frozen", Takes::nothing,
     [](MapDecl& d, const std::string&) -> Result<void> {
       d.map.frozen = Frozen::yes;
       return {};
     },
     [](const MapDecl& d) { return d.map.frozen == Frozen::yes ? Written{""} : Written{}; }},
    {"init", Takes::values,
     [](MapDecl& d, const std::string& v) -> Result<void> {
       auto [key, value] = halves(v);
       auto k = from_hex(key), x = from_hex(value);
       if (!k || !x) return fail(NotHex{.found = v});
       d.map.initial.push_back({*k, *x});
       return {};
     },
     [](const MapDecl& d) {
       Written all;
       for (const Entry& e : d.map.initial) all.push_back(to_hex(e.key) + ":" + to_hex(e.value));
       return all;
     }},
    {"slot", Takes::values,
     [](MapDecl& d, const std::string& v) -> Result<void> {
       auto [slot, name] = halves(v);
       if (name.empty()) return fail(TextExpected{.expected = "slot=NUMBER:NAME", .found = v});
       d.slots.push_back({TRY(number<uint32_t>(slot)), std::string(name)});
       return {};
     },
     [](const MapDecl& d) {
       Written all;
       for (const NamedSlot& s : d.slots) all.push_back(std::to_string(s.slot) + ":" + s.name);
       return all;
     }},
};

constexpr Option<ProgDecl> prog_options[] = {
    {"attach", Takes::a_value,
     [](ProgDecl& d, const std::string& v) -> Result<void> {
       d.prog.attach_type = TRY(facts::attach_type_by_name(v));
       return {};
     },
     [](const ProgDecl& d) {
       if (d.prog.attach_type == facts::unsaid) return Written{};
       return Written{std::string(facts::name(d.prog.attach_type))};
     }},
    {"to", Takes::a_value,
     [](ProgDecl& d, const std::string& v) -> Result<void> {
       d.prog.attach_to = v;
       return {};
     },
     [](const ProgDecl& d) { return unless_empty(d.prog.attach_to); }},
    {"flags", Takes::a_value,
     [](ProgDecl& d, const std::string& v) -> Result<void> {
       d.prog.flags = TRY(facts::flags_by_name(facts::prog_flags, v));
       return {};
     },
     [](const ProgDecl& d) { return unless_empty(facts::flags_text(facts::prog_flags, d.prog.flags)); }},
    {"license", Takes::a_value,
     [](ProgDecl& d, const std::string& v) -> Result<void> {
       d.license = v;
       return {};
     },
     [](const ProgDecl& d) { return d.license == ProgDecl{}.license ? Written{} : Written{d.license}; }},
    {"caps", Takes::a_value,
     [](ProgDecl& d, const std::string& v) -> Result<void> {
       d.caps = TRY(facts::caps_by_name(v));
       return {};
     },
     [](const ProgDecl& d) { return d.caps ? Written{d.caps->text()} : Written{}; }},
    {"target", Takes::a_value,
     [](ProgDecl& d, const std::string& v) -> Result<void> {
       d.target = TRY(facts::target_by_name(v));
       return {};
     },
     [](const ProgDecl& d) { return d.target ? Written{d.target->name()} : Written{}; }},
};

template <class Decl, std::size_t N>
Result<void> read_options(Words& words, std::string_view what, const Option<Decl> (&options)[N], Decl& decl) {
  bool said[N] = {};
  while (auto word = TRY(words.next())) {
    const Option<Decl>* o = facts::find_row(options, word->text);
    if (!o)
      return fail(UnknownOption{
          .what = std::string(what), .word = word->text, .known = listed(facts::names(options), std::size(options))});
    if (word->has_value != (o->takes != Takes::nothing))
      return fail(TextExpected{.expected = word->has_value ? std::string(o->name) : word->text + "=VALUE",
                               .found = word->has_value ? word->text + "=" + word->value : word->text});
    bool& before = said[o - options];
    if (before && o->takes != Takes::values) return fail(OptionTwice{.word = word->text});
    before = true;
    if (auto r = o->read(decl, word->value); !r) return fail_within(std::move(r).error(), word->text);
  }
  return {};
}

template <class Decl, std::size_t N>
std::string write_options(std::string head, const Option<Decl> (&options)[N], const Decl& decl) {
  for (const Option<Decl>& o : options)
    for (const std::string& value : o.write(decl)) {
      head.append(" ").append(o.name);
      if (o.takes != Takes::nothing) head.append("=").append(quoted_value(value));
    }
  return head;
}

Result<std::string> type_word(Words& words, std::string_view of) {
  auto word = TRY(words.next());
  if (!word || word->has_value)
    return fail(TextExpected{.expected = "the type of the " + std::string(of),
                             .found = word ? word->text + "=" + word->value : "the end of the line"});
  return word->text;
}

// The keyword stands at column 0; `line` begins behind it afterwards.
bool take_keyword(std::string_view& line, std::string_view keyword) {
  if (!line.starts_with(keyword) || line.size() == keyword.size()) return false;
  if (line[keyword.size()] != ' ' && line[keyword.size()] != '\t') return false;
  line.remove_prefix(keyword.size());
  return true;
}

Result<uint32_t> index_of(const std::vector<std::string>& names, std::string_view name, facts::Holds holds) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<uint32_t>(i);
  auto suggestion = did_you_mean(name, names);
  if (holds == facts::Holds::maps)
    return fail(NoSuchMap{.name = std::string(name), .known = listed(names), .suggestion = suggestion});
  return fail(NoSuchProgram{.name = std::string(name), .known = listed(names), .suggestion = suggestion});
}

}  // namespace

bool declares_map(std::string_view line) { return take_keyword(line, "map"); }
bool declares_prog(std::string_view line) { return take_keyword(line, "prog"); }

Result<MapDecl> parse_map_line(std::string_view line) {
  if (!take_keyword(line, "map")) return fail(TextExpected{.expected = "map NAME: TYPE", .found = std::string(line)});
  Words words(line);
  MapDecl d;
  d.map.name = TRY(words.name());
  std::string place = "map '" + d.map.name + "'";
  d.map.type = TRY_WITHIN(facts::map_type_by_name(TRY_WITHIN(type_word(words, "map"), place)), place);
  d.map.key_size = usual_key_size(d.map.type);
  d.map.value_size = usual_value_size(d.map.type);
  if (auto r = read_options(words, "map", map_options, d); !r) return fail_within(std::move(r).error(), place);
  return d;
}

Result<ProgDecl> parse_prog_line(std::string_view line) {
  if (!take_keyword(line, "prog")) return fail(TextExpected{.expected = "prog NAME: TYPE", .found = std::string(line)});
  Words words(line);
  ProgDecl d;
  d.prog.name = TRY(words.name());
  std::string place = "program '" + d.prog.name + "'";
  d.prog.type = TRY_WITHIN(facts::prog_type_by_name(TRY_WITHIN(type_word(words, "program"), place)), place);
  if (auto r = read_options(words, "program", prog_options, d); !r) return fail_within(std::move(r).error(), place);
  return d;
}

std::string print_map_line(const MapDecl& d) {
  return write_options("map " + quoted_name(d.map.name) + ": " + std::string(facts::name(d.map.type)), map_options, d);
}

std::string print_prog_line(const ProgDecl& d) {
  return write_options("prog " + quoted_name(d.prog.name) + ": " + std::string(facts::name(d.prog.type)), prog_options,
                       d);
}

Result<std::vector<MapDef>> resolve(std::vector<MapDecl> decls, const std::vector<ProgDef>& progs) {
  std::vector<std::string> map_names, prog_names;
  for (const MapDecl& d : decls) map_names.push_back(d.map.name);
  for (const ProgDef& p : progs) prog_names.push_back(p.name);
  std::vector<MapDef> maps;
  for (const MapDecl& d : decls) {
    MapDef m = d.map;
    std::string place = "map '" + m.name + "'";
    facts::Holds holds = facts::row(m.type).holds;
    const auto& names = holds == facts::Holds::maps ? map_names : prog_names;
    for (const NamedSlot& s : d.slots) m.slots.push_back({s.slot, TRY_WITHIN(index_of(names, s.name, holds), place)});
    if (!d.inner.empty()) {
      uint32_t inner = TRY_WITHIN(index_of(map_names, d.inner, facts::Holds::maps), place);
      m.inner = std::make_shared<const MapDef>(decls[inner].map);
    }
    maps.push_back(std::move(m));
  }
  return maps;
}

}  // namespace skep::module
