// SPDX-License-Identifier: Apache-2.0
#include "object/open.hpp"

#include <algorithm>

#include "base/suggest.hpp"
#include "facts/sections.hpp"
#include "object/code.hpp"
#include "object/errors.hpp"
#include "object/externs.hpp"
#include "object/handlers.hpp"
#include "object/struct_ops.hpp"

namespace skep::object {
namespace {

// libbpf 1.x knows "lirc_mode2" as a whole name only; loaders before it, and ir-keytable, take "lirc_mode2/anything".
std::optional<facts::Section> section_of(std::string_view name) {
  if (auto known = facts::section_by_name(name)) return known;
  auto slash = name.find('/');
  auto known = facts::section_by_name(name.substr(0, slash));
  if (slash == name.npos || !known) return std::nullopt;
  known->attach_to = name.substr(slash + 1);
  return known;
}

void describe(module::ProgDef& p, const OpenOptions& options) {
  if (auto s = section_of(p.section)) {
    p.type = s->row->type;
    p.attach_type = s->row->attach;
    p.attach_to = s->attach_to;
    p.autoload = s->autoload ? module::Autoload::yes : module::Autoload::only_when_named;
    if (s->row->trait == facts::Trait::sleepable) p.flags |= facts::prog_flag::sleepable;
    if (s->row->trait == facts::Trait::frags) p.flags |= facts::prog_flag::xdp_frags;
  }
  if (options.type && *options.type != p.type) {
    p.type = *options.type;
    p.attach_type = facts::unsaid;
    p.flags = 0;
  }
}

std::vector<std::string> code_sections(const Object& object) {
  std::vector<std::string> names;
  for (const Section& s : object.sections())
    if (!s.name.empty() && (s.holds_code() || s.holds_data())) names.emplace_back(s.name);
  return names;
}

class Opener {
 public:
  Opener(const Object& object, const OpenOptions& options) : object_(object), options_(options) {}
  Result<module::Module> open();

 private:
  Result<const btf::core::Target*> target();
  Result<void> link_programs(const Types& types, const Maps& maps);
  Result<void> fill_slots(const std::vector<GivenSlot>& given);
  Result<uint32_t> slot_index(const GivenSlot& given) const;
  void read_license_and_version();
  Result<void> resolve_externs(const Types& types);
  Result<void> apply_settings();
  Result<Buffer> setting(const Setting& s, const module::Variable& v) const;
  Result<void> apply_entries();

  const Object& object_;
  const OpenOptions& options_;
  std::optional<btf::core::Target> target_;
  Code code_;
  module::Module out_;
  std::map<std::pair<uint32_t, uint64_t>, uint32_t> progs_at_;  // index by section and byte
  const Maps* maps_ = nullptr;
};

// Null where nobody said what it is.
Result<const btf::core::Target*> Opener::target() {
  if (!target_ && options_.target) target_ = TRY_WITHIN(options_.target(), "types of the target");
  return target_ && target_->btf ? &*target_ : nullptr;  // without types it is none
}

Result<void> Opener::link_programs(const Types& types, const Maps& maps) {
  if (code_.entries().empty()) return fail(NoPrograms{.sections = listed(code_sections(object_), 12)});
  std::optional<Core> core;
  if (!types.relocated().empty())
    if (const btf::core::Target* t = TRY(target())) core.emplace(types, *t);
  const Handlers handlers = TRY(Handlers::read(object_, types, code_));
  const Parts parts{.object = object_,
                    .types = types,
                    .code = code_,
                    .maps = maps,
                    .handlers = handlers,
                    .core = core ? &*core : nullptr};
  Budget budget;
  for (const Function& f : code_.entries()) {
    auto p = TRY_WITHIN(link(f, parts, budget), "program '" + std::string(f.name) + "'");
    describe(p, options_);
    progs_at_.emplace(std::pair(f.section, uint64_t{f.begin} * 8), static_cast<uint32_t>(out_.progs.size()));
    out_.progs.push_back(std::move(p));
  }
  return {};
}

Result<uint32_t> Opener::slot_index(const GivenSlot& given) const {
  const Symbol& s = object_.symbols()[given.symbol];
  if (out_.maps[given.map].inner) {
    if (auto map = maps_->declared_at(s.section, s.value)) return static_cast<uint32_t>(*map);
    return fail(NotAValue{.symbol = std::string(s.name), .wanted = "its values are maps"});
  }
  if (auto prog = progs_at_.find(std::pair(s.section, s.value)); prog != progs_at_.end()) return prog->second;
  return fail(NotAValue{.symbol = std::string(s.name), .wanted = "its values are programs of this object"});
}

Result<void> Opener::fill_slots(const std::vector<GivenSlot>& given) {
  for (const GivenSlot& g : given) {
    module::MapDef& m = out_.maps[g.map];
    m.slots.push_back({.slot = g.slot, .index = TRY_WITHIN(slot_index(g), "map '" + m.name + "'")});
  }
  return {};
}

void Opener::read_license_and_version() {
  if (uint32_t i = object_.find_section("license"); i != 0) {
    std::string_view text = as_text(object_.sections()[i].data);
    out_.license = text.substr(0, text.find('\0'));
  }
  if (uint32_t i = object_.find_section("version"); i != 0)
    out_.version = load_at<uint32_t>(object_.sections()[i].data, 0).value_or(0);
}

// ---- what the user asks for -------------------------------------------------------------------------------------

Result<Buffer> Opener::setting(const Setting& s, const module::Variable& v) const {
  if (v.type != 0) return btf::encode(*out_.btf, v.type, s.value);
  auto bits = btf::integer_of(s.value, v.size * 8);
  if (v.size > 8 || !bits) return fail(NotAnInteger{.size = v.size});
  Buffer out(v.size);
  std::memcpy(out.data(), &*bits, v.size);
  return out;
}

Result<void> Opener::apply_settings() {
  for (const Setting& s : options_.set) {
    auto at = TRY(module::find_variable(out_, s.variable));
    module::MapDef& m = out_.maps[at.map];
    auto value = TRY_WITHIN(setting(s, at.variable), "variable '" + s.variable + "'");
    if (m.initial.empty()) m.initial.push_back({.key = Buffer(4), .value = Buffer(m.value_size)});
    std::ranges::copy(value, m.initial[0].value.begin() + at.variable.offset);
    if (m.data_section == module::DataSection::kconfig)
      for (module::ProgDef& p : out_.progs)
        std::erase_if(p.externs, [&](const auto& e) { return e.name == s.variable; });
  }
  return {};
}

Result<void> Opener::apply_entries() {
  for (const Entries& e : options_.entries) {
    module::MapDef& m = out_.maps[TRY(module::find_map(out_, e.map))];
    if (m.data_section != module::DataSection::none)
      return fail_within(std::move(fail(EntriesOfData{}).error()), "map '" + e.map + "'");
    m.max_entries = fitting_entries(m.type, e.count);
  }
  return {};
}

// What `set` gives needs no configuration.
Result<void> Opener::resolve_externs(const Types& types) {
  std::vector<std::string> given;
  for (const Setting& s : options_.set) given.push_back(s.variable);
  TRY_VOID(resolve_kconfig(out_, object_, options_.kconfig, given));
  auto any = [](const module::ProgDef& p) { return !p.externs.empty(); };
  if (std::ranges::none_of(out_.progs, any)) return {};
  if (const btf::core::Target* t = TRY(target())) return resolve_ksyms(out_, types, *t);
  return {};
}

Result<module::Module> Opener::open() {
  out_.name = object_.name();
  auto types = TRY(Types::read(object_, Hidden::as_static));
  auto maps = TRY(Maps::read(object_, types));
  maps_ = &maps;
  code_ = TRY(Code::read(object_));
  out_.btf = types.btf();
  TRY_VOID(link_programs(types, maps));
  out_.maps = std::move(maps.defs());
  TRY_VOID(fill_slots(maps.given()));
  if (has_struct_ops(types)) {
    const btf::core::Target* t = TRY(target());
    auto more = TRY(struct_ops_of(types, t != nullptr ? t->btf.get() : nullptr));
    std::ranges::move(more, std::back_inserter(out_.maps));
  }
  read_license_and_version();
  TRY_VOID(resolve_externs(types));
  TRY_VOID(apply_settings());
  TRY_VOID(apply_entries());
  return std::move(out_);
}

}  // namespace

Result<module::Module> open(const Object& object, const OpenOptions& options) {
  auto m = Opener(object, options).open();
  if (!m) return fail_within(std::move(m.error()), object.name());
  return m;
}

}  // namespace skep::object
