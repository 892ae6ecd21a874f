// SPDX-License-Identifier: Apache-2.0
#include "object/externs.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/file.hpp"
#include "base/suggest.hpp"
#include "isa/op.hpp"
#include "object/errors.hpp"

namespace skep::object {
namespace {

using module::Binding, module::ExternKind, module::Resolved;

module::MapDef* kconfig_map(module::Module& module) {
  auto at = std::ranges::find(module.maps, module::DataSection::kconfig, &module::MapDef::data_section);
  return at == module.maps.end() ? nullptr : &*at;
}

// A variable that no instruction names has no symbol, and needs no value.
bool is_needed(const Object& object, std::string_view name) {
  return std::ranges::any_of(object.symbols(), [&](const Symbol& s) {
    return s.section == 0 && s.name == name && s.binding != SymbolBinding::weak;
  });
}

std::unexpected<Error> absent(const Kconfig& config, std::string_view name) {
  return fail(NoKconfig{
      .name = std::string(name), .from = config.from, .suggestion = did_you_mean(name, kconfig_names(config))});
}

// ---- kernel symbols ---------------------------------------------------------------------------------------------

// Names of functions or variables that differ little; the target has 100,000, so only those that begin alike are asked.
std::string suggestion(const btf::Btf& btf, std::string_view name, btf::Kind kind) {
  std::vector<std::string> names;
  for (btf::TypeId id = 1; id < btf.count(); ++id)
    if (btf::Type t = btf.type(id);
        t.kind == kind && t.name.substr(0, 3) == name.substr(0, 3) && t.name.size() < name.size() + 4)
      names.emplace_back(t.name);
  return did_you_mean(name, names);
}

// Addresses by name, of those that are wanted. A name that stands for two addresses stands for none.
std::map<std::string, uint64_t, std::less<>> kallsyms(const std::set<std::string, std::less<>>& wanted) {
  std::map<std::string, uint64_t, std::less<>> out;
  std::set<std::string, std::less<>> twice;
  auto bytes = read_file("/proc/kallsyms");
  std::string_view text = bytes ? as_text(*bytes) : std::string_view();
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    uint64_t address = 0;
    auto [after, problem] = std::from_chars(line.data(), line.data() + line.size(), address, 16);
    auto at = static_cast<std::size_t>(after - line.data()) + 3;  // "ffffffff81000000 T _text\t[module]"
    if (problem != std::errc{} || at >= line.size() || address == 0) continue;
    auto name = line.substr(at, line.find('\t', at) - at);
    if (!wanted.contains(name)) continue;
    auto [known, is_new] = out.emplace(name, address);
    if (!is_new && known->second != address) twice.emplace(name);
  }
  for (const auto& name : twice) out.erase(name);
  return out;
}

// "int (struct task *, int)" of a function, any other type as C spells it.
std::string shape(const btf::Btf& btf, btf::TypeId id) {
  btf::Type t = btf.resolve(id);
  if (t.kind != btf::Kind::func_proto) return btf.spelled(id);
  std::string out;
  for (btf::Param p : btf.params(t)) out += (out.empty() ? "" : ", ") + (p.type == 0 ? "..." : btf.spelled(p.type));
  return btf.spelled(t.size_or_type) + " (" + (out.empty() ? "void" : out) + ")";
}

class Ksyms {
 public:
  Ksyms(module::Module& module, const Types& types, const btf::core::Target& target)
      : module_(module), types_(types), target_(target) {}
  Result<void> resolve();

 private:
  Result<void> resolve(module::ProgDef& p, module::Extern& e);
  bool is_ours(const module::Extern& e) const { return e.kind == ExternKind::kfunc || types_.is_ksym(e.name); }
  Result<void> function(isa::Insn& call, module::Extern& e);
  Result<void> variable(std::span<isa::Insn> immediate, module::Extern& e);
  Result<btf::TypeId> found(module::Extern& e, btf::Kind kind);
  bool is_typed(const module::Extern& e) const {
    return types_.btf()->resolve(types_.ksym(e.name)).kind != btf::Kind::void_;
  }

  module::Module& module_;
  const Types& types_;
  const btf::core::Target& target_;
  std::map<std::string, uint64_t, std::less<>> addresses_;
};

// The target's type of this name that fits; 0: there is none and none is needed.
Result<btf::TypeId> Ksyms::found(module::Extern& e, btf::Kind kind) {
  const btf::Btf& btf = *target_.btf;
  auto id = btf.find(e.name, kind);
  e.resolved = id ? Resolved::yes : Resolved::absent;
  if (!id && e.binding == Binding::weak) return btf::TypeId{0};
  std::string_view what = kind == btf::Kind::func ? "function" : "variable";
  if (!id) return fail(NoKsym{.what = what, .name = e.name, .suggestion = suggestion(btf, e.name, kind)});
  btf::TypeId here = types_.ksym(e.name), there = btf.type(*id).size_or_type;
  if (here == 0) return fail(KsymWithoutType{.what = what, .name = e.name});
  if (TRY(btf::core::compatible(*types_.btf(), here, {.btf = &btf, .type = there}))) return *id;
  return fail(OtherKsym{.what = what, .name = e.name, .here = shape(*types_.btf(), here), .there = shape(btf, there)});
}

Result<void> Ksyms::function(isa::Insn& call, module::Extern& e) {
  call.imm = static_cast<int32_t>(TRY(found(e, btf::Kind::func)));
  return {};
}

Result<void> Ksyms::variable(std::span<isa::Insn> immediate, module::Extern& e) {
  uint64_t value = 0;
  if (is_typed(e)) {
    // Whether a function is there is asked by its address.
    const bool is_function = types_.btf()->resolve(types_.ksym(e.name)).kind == btf::Kind::func_proto;
    value = TRY(found(e, is_function ? btf::Kind::func : btf::Kind::var));
    if (value != 0) immediate[0].set_src(isa::encode(isa::Op::ld_var).src());
  } else {
    auto at = addresses_.find(e.name);
    e.resolved = at == addresses_.end() ? Resolved::absent : Resolved::yes;
    if (at == addresses_.end() && e.binding == Binding::strong) return fail(NoAddress{.name = e.name});
    if (at != addresses_.end()) value = at->second;
  }
  immediate[0].imm = static_cast<int32_t>(value);
  immediate[1].imm = static_cast<int32_t>(value >> 32);
  return {};
}

Result<void> Ksyms::resolve(module::ProgDef& p, module::Extern& e) {
  if (e.kind == ExternKind::kfunc) return function(p.insns[e.insn], e);
  return variable(std::span(p.insns).subspan(e.insn, 2), e);
}

Result<void> Ksyms::resolve() {
  std::set<std::string, std::less<>> untyped;
  for (const module::ProgDef& p : module_.progs)
    for (const module::Extern& e : p.externs)
      if (e.kind == ExternKind::ksym && is_ours(e) && !is_typed(e)) untyped.insert(e.name);
  if (!untyped.empty()) addresses_ = kallsyms(untyped);
  for (module::ProgDef& p : module_.progs)
    for (module::Extern& e : p.externs) {
      if (!is_ours(e)) continue;
      if (auto r = resolve(p, e); !r)
        return fail_within(std::move(r).error().within(module::place_of(p, e.insn)), "program '" + p.name + "'");
    }
  return {};
}

}  // namespace

Result<void> resolve_kconfig(module::Module& module, const Object& object, const KconfigSource& source,
                             const std::vector<std::string>& given) {
  module::MapDef* map = kconfig_map(module);
  if (map == nullptr || map->variables.empty() || !source) return {};
  auto read = source();
  if (!read) return std::unexpected(std::move(read).error());
  const Kconfig& config = *read;
  for (const module::Variable& v : map->variables) {
    if (std::ranges::find(given, v.name) != given.end()) continue;
    const std::string place = "variable '" + v.name + "'";
    auto value = TRY_WITHIN(kconfig_value(config, v.name, *module.btf, v.type), place);
    if (!value && is_needed(object, v.name)) return absent(config, v.name);
    if (value) std::ranges::copy(*value, map->initial[0].value.begin() + v.offset);
    for (module::ProgDef& p : module.progs) std::erase_if(p.externs, [&](const auto& e) { return e.name == v.name; });
  }
  return {};
}

Result<void> resolve_ksyms(module::Module& module, const Types& types, const btf::core::Target& target) {
  return Ksyms(module, types, target).resolve();
}

}  // namespace skep::object
