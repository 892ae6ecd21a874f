// SPDX-License-Identifier: Apache-2.0
#include "facts/target.hpp"

#include <charconv>

#include "base/suggest.hpp"
#include "facts/errors.hpp"

namespace skep::facts {
namespace {

struct CapRow {
  Cap id;
  std::string_view name;
};
constexpr CapRow cap_rows[] = {
#define X(name, bit) {Cap::name, #name},
    SKEP_CAPABILITIES(X)
#undef X
};
static_assert(complete(cap_rows));

constexpr std::string_view kernel = "linux-6.18";

// "" is the newest patch, ".15" the fifteenth.
std::optional<unsigned> patch_of(std::string_view text) {
  if (text.empty()) return Target::newest_patch;
  unsigned patch = 0;
  auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), patch);
  bool whole = text[0] == '.' && error == std::errc{} && end == text.data() + text.size();
  return whole && patch <= Target::newest_patch ? std::optional(patch) : std::nullopt;
}

}  // namespace

std::string Caps::text() const {
  if (*this == all()) return "all";
  std::string out;
  for (const CapRow& r : cap_rows)
    if (has(r.id)) out.append(out.empty() ? "" : ",").append(r.name);
  return out.empty() ? "none" : out;
}

std::string Target::name() const {
  std::string out = std::string(kernel) + "." + std::to_string(patch_);
  return caps_ == Caps::all() ? out : out + "+caps=" + caps_.text();
}

Support Target::has(Feature f) const { return row(f).since <= version() ? Support::yes : Support::no; }

Result<Caps> caps_by_name(std::string_view text) {
  if (text == "all") return Caps::all();
  if (text == "none") return Caps::none();
  Caps caps = Caps::none();
  while (true) {
    std::string_view one = text.substr(0, text.find_first_of(",+"));
    const CapRow* r = find_row(cap_rows, one.starts_with("cap_") ? one.substr(4) : one);
    if (!r) return fail(UnknownCapability{.name = std::string(one), .known = listed(names(cap_rows))});
    caps = caps.with(r->id);
    if (one.size() == text.size()) return caps;
    text.remove_prefix(one.size() + 1);
  }
}

Result<Target> target_by_name(std::string_view name) {
  std::string_view version = name.substr(0, name.find('+'));
  std::string_view options = name.substr(version.size());
  if (!version.starts_with(kernel)) return fail(UnknownTarget{.name = std::string(name)});
  auto patch = patch_of(version.substr(kernel.size()));
  if (!patch) return fail(UnknownTarget{.name = std::string(name)});
  Caps caps = Caps::all();
  if (!options.empty()) {
    options.remove_prefix(1);
    if (!options.starts_with("caps=")) return fail(UnknownTargetOption{.option = std::string(options)});
    caps = TRY_WITHIN(caps_by_name(options.substr(5)), "target '" + std::string(name) + "'");
  }
  return Target(*patch, caps);
}

}  // namespace skep::facts
