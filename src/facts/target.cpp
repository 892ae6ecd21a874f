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

Target::Target(unsigned patch, Caps caps, Jit jit, Mitigations mitigations)
    : patch_(patch), caps_(caps), jit_(jit), mitigations_(mitigations) {
  if (jit == Jit::off) limits_.stack_rounding = 32;
  if (!caps.allows(Cap::bpf)) limits_.program_insns = 4096, limits_.states_per_insn = 64;
}

std::string Target::name() const {
  std::string out = std::string(kernel) + "." + std::to_string(patch_);
  if (caps_ != Caps::all()) out += "+caps=" + caps_.text();
  if (jit_ == Jit::off) out += "+nojit";
  if (mitigations_ == Mitigations::off) out += "+mitigations=off";
  return out;
}

Privileges Target::privileges() const {
  const bool perfmon = caps_.allows(Cap::perfmon), unmitigated = mitigations_ == Mitigations::off;
  return {.bpf_capable = caps_.allows(Cap::bpf),
          .allow_ptr_leaks = perfmon,
          .allow_uninit_stack = perfmon,
          .bypass_spec_v1 = perfmon || unmitigated,
          .bypass_spec_v4 = perfmon || unmitigated};
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
  Jit jit = Jit::on;
  Mitigations mitigations = Mitigations::on;
  while (!options.empty()) {
    options.remove_prefix(1);
    const std::string_view option = options.substr(0, options.find('+'));
    options.remove_prefix(option.size());
    if (option.starts_with("caps="))
      caps = TRY_WITHIN(caps_by_name(option.substr(5)), "target '" + std::string(name) + "'");
    else if (option == "nojit")
      jit = Jit::off;
    else if (option == "mitigations=off")
      mitigations = Mitigations::off;
    else
      return fail(UnknownTargetOption{.option = std::string(option)});
  }
  return Target(*patch, caps, jit, mitigations);
}

}  // namespace skep::facts
