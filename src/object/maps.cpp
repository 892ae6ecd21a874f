// SPDX-License-Identifier: Apache-2.0
#include "object/maps.hpp"

#include <algorithm>
#include <bit>
#include <set>

#include "base/suggest.hpp"
#include "object/errors.hpp"

namespace skep::object {
namespace {

constexpr uint64_t most_data = uint64_t{1} << 28;  // space for .bss costs no file bytes, so it needs a limit
constexpr uint64_t most_kconfig = 1 << 20;

std::string place_of(std::string_view map) { return "map '" + std::string(map) + "'"; }

bool is_legacy_maps(const Section& s) { return s.holds_data() && (s.name == "maps" || s.name.ends_with("/maps")); }

module::DataSection data_section(const Section& s) {
  auto is = [&](std::string_view base) {
    return s.name.starts_with(base) && (s.name.size() == base.size() || s.name[base.size()] == '.');
  };
  if (!s.holds_data() || s.size == 0) return module::DataSection::none;
  if (is(".rodata")) return module::DataSection::rodata;
  if (is(".data")) return module::DataSection::data;
  if (is(".bss")) return module::DataSection::bss;
  return module::DataSection::none;
}

// The variables of a datasec by name.
std::map<std::string_view, btf::TypeId> variables(const btf::Btf& btf, btf::TypeId datasec) {
  std::map<std::string_view, btf::TypeId> out;
  if (datasec == 0) return out;
  for (btf::SectionVar v : btf.section_vars(btf.type(datasec)))
    if (btf::Type t = btf.type(v.type); t.kind == btf::Kind::var) out.emplace(t.name, v.type);
  return out;
}

}  // namespace

uint32_t fitting_entries(facts::MapType type, uint32_t asked) {
  constexpr uint32_t page = 4096, most = uint32_t{1} << 31;
  bool is_ring = type == facts::MapType::ringbuf || type == facts::MapType::user_ringbuf;
  return is_ring && asked != 0 && asked <= most ? std::bit_ceil(std::max(asked, page)) : asked;
}

// ---- declared maps ----------------------------------------------------------------------------------------------

Result<void> Maps::read_declared() {
  uint32_t section = object_.find_section(".maps");
  if (section == 0) return {};
  if (!types_.btf()) return fail_within(std::move(fail(NoTypes{}).error()), "section '.maps'");
  auto known = variables(*types_.btf(), types_.section_type(".maps"));
  auto read = [&](const Symbol& s) -> Result<Declaration> {
    auto type = known.find(s.name);
    if (type == known.end()) return fail(NotInTypes{});
    return declaration_of(*types_.btf(), type->second, std::string(s.name));
  };
  for (uint32_t symbol : symbols_of_[section]) {
    const Symbol& s = object_.symbols()[symbol];
    if (!declared_.emplace(std::pair(section, s.value), defs_.size()).second) continue;
    auto d = TRY_WITHIN(read(s), place_of(s.name));
    if (d.values_at) values_at_[defs_.size()] = *d.values_at;
    d.def.max_entries = fitting_entries(d.def.type, d.def.max_entries);
    defs_.push_back(std::move(d.def));
  }
  return {};
}

// struct bpf_map_def { u32 type, key_size, value_size, max_entries, map_flags; }, and in some loaders more.
static Result<module::MapDef> legacy_def(std::string name, Bytes bytes) {
  constexpr std::size_t known = 20;
  if (bytes.size() < known) return fail(LegacyMapSize{.size = bytes.size()});
  auto word = [&](std::size_t i) { return load<uint32_t>(bytes.data() + 4 * i); };
  for (std::size_t at = known; at + 4 <= bytes.size(); at += 4)
    if (word(at / 4) != 0) return fail(LegacyMapExtra{.value = word(at / 4), .offset = static_cast<unsigned>(at)});
  auto type = facts::map_type_by_id(word(0));
  if (!type || word(0) == 0) return fail(UnknownTypeNumber{.type = word(0)});
  module::MapDef d;
  d.name = std::move(name);
  d.type = *type;
  d.key_size = word(1), d.value_size = word(2), d.max_entries = word(3), d.flags = word(4);
  return d;
}

Result<void> Maps::read_legacy() {
  for (uint32_t section = 1; section < object_.sections().size(); ++section) {
    const Section& in = object_.sections()[section];
    if (!is_legacy_maps(in)) continue;
    const auto& symbols = symbols_of_[section];
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      const Symbol& s = object_.symbols()[symbols[i]];
      if (!declared_.emplace(std::pair(section, s.value), defs_.size()).second) continue;
      uint64_t next = i + 1 < symbols.size() ? object_.symbols()[symbols[i + 1]].value : in.size;
      Bytes bytes = slice(in.data, s.value, s.size != 0 ? s.size : next - s.value).value_or(Bytes{});
      defs_.push_back(TRY_WITHIN(legacy_def(std::string(s.name), bytes), place_of(s.name)));
    }
  }
  return {};
}

// ---- what a declaration puts into its map -----------------------------------------------------------------------

Result<void> Maps::read_given(uint32_t section) {
  for (const Relocation& r : object_.relocations(section)) {
    auto after = declared_.upper_bound(std::pair(section, r.offset));
    bool inside = after != declared_.begin() && std::prev(after)->first.first == section;
    std::size_t map = inside ? std::prev(after)->second : 0;
    auto values = inside ? values_at_.find(map) : values_at_.end();
    if (values == values_at_.end() || r.offset < std::prev(after)->first.second + values->second)
      return fail(SlotOutside{.offset = r.offset});
    uint64_t slot = (r.offset - std::prev(after)->first.second - values->second) / 8;
    if (r.offset % 8 != 0 || slot > UINT32_MAX) return fail(SlotOutside{.offset = r.offset});
    given_.push_back({.map = map, .slot = static_cast<uint32_t>(slot), .symbol = r.symbol});
  }
  return {};
}

// ---- global data ------------------------------------------------------------------------------------------------

std::vector<module::Variable> Maps::variables_of(uint32_t section) const {
  btf::TypeId datasec = types_.section_type(object_.sections()[section].name);
  auto types = types_.btf() ? variables(*types_.btf(), datasec) : std::map<std::string_view, btf::TypeId>{};
  std::vector<module::Variable> out;
  for (uint32_t i : symbols_of_[section]) {
    const Symbol& s = object_.symbols()[i];
    if (s.size == 0 || s.name.empty()) continue;
    auto size = static_cast<uint32_t>(s.size);
    auto type = types.find(s.name);
    bool agree = type != types.end() && types_.btf()->size_of(type->second) == size;
    out.push_back({.name = std::string(s.name),
                   .offset = static_cast<uint32_t>(s.value),
                   .size = size,
                   .type = agree ? types_.btf()->type(type->second).size_or_type : 0});
  }
  return out;
}

// libbpf lets user space map a section that has a variable it can name.
static bool has_shared_variable(const btf::Btf& btf, btf::TypeId datasec) {
  return std::ranges::any_of(btf.section_vars(btf.type(datasec)), [&](btf::SectionVar v) {
    btf::Type t = btf.type(v.type);
    return t.kind == btf::Kind::var && btf.linkage_of(t) != btf::Linkage::static_;
  });
}

// An array of one value; whatever fills it, programs and user space meet there.
static module::MapDef data_map(std::string_view name, module::DataSection kind, uint64_t size, btf::TypeId datasec) {
  module::MapDef d;
  d.name = name;
  d.type = facts::MapType::array;
  d.key_size = 4, d.value_size = static_cast<uint32_t>(size), d.max_entries = 1;
  d.value_type = datasec;
  d.data_section = kind;
  if (kind == module::DataSection::rodata || kind == module::DataSection::kconfig) {
    d.flags = facts::map_flag::rdonly_prog;
    d.frozen = module::Frozen::yes;
  }
  return d;
}

// The map is called as its section; to the kernel libbpf says "objname.rodata", the first 8 characters of the file.
Result<module::MapDef> Maps::data_def(uint32_t section, module::DataSection kind) const {
  const Section& s = object_.sections()[section];
  if (s.size > most_data) return fail(SectionTooLarge{.size = s.size, .most = most_data});
  btf::TypeId datasec = types_.section_type(s.name);
  auto d = data_map(s.name, kind, s.size, datasec);
  if (datasec != 0 && has_shared_variable(*types_.btf(), datasec)) d.flags |= facts::map_flag::mmapable;
  d.variables = variables_of(section);
  if (!s.data.empty()) d.initial.push_back({.key = Buffer(4), .value = Buffer(s.data.begin(), s.data.end())});
  return d;
}

Result<void> Maps::read_data() {
  std::set<std::string_view> seen;
  for (uint32_t section = 1; section < object_.sections().size(); ++section) {
    const Section& s = object_.sections()[section];
    auto kind = data_section(s);
    if (kind == module::DataSection::none) continue;
    std::string place = "section '" + std::string(s.name) + "'";
    if (!seen.insert(s.name).second) return fail_within(std::move(fail(SectionTwice{}).error()), place);
    data_.emplace(section, defs_.size());
    defs_.push_back(TRY_WITHIN(data_def(section, kind), place));
  }
  return {};
}

static uint32_t alignment(const btf::Btf& btf, btf::TypeId id) {
  btf::Type t = btf.resolve(id);
  while (t.kind == btf::Kind::array) t = btf.resolve(btf.array_of(t).element);
  return std::clamp<uint32_t>(btf.size_of(t.id).value_or(1), 1, 8);
}

// Nothing but the BTF describes .kconfig: its variables are extern. Their places are ours to choose; these are
// libbpf's.
void Maps::read_kconfig() {
  btf::TypeId datasec = types_.section_type(".kconfig");
  if (datasec == 0) return;
  const btf::Btf& btf = *types_.btf();
  module::MapDef d = data_map(".kconfig", module::DataSection::kconfig, 0, datasec);
  d.flags |= facts::map_flag::mmapable;  // extern variables are no static ones
  for (auto [name, var] : variables(btf, datasec)) {
    btf::TypeId type = btf.type(var).size_or_type;
    d.variables.push_back(
        {.name = std::string(name), .offset = 0, .size = btf.size_of(type).value_or(0), .type = type});
  }
  std::ranges::sort(d.variables, {}, [&](const module::Variable& v) {  // the largest alignment first
    return std::tuple(-static_cast<int>(alignment(btf, v.type)), v.size, std::string_view(v.name));
  });
  uint64_t end = 0;
  for (module::Variable& v : d.variables) {
    end = round_up(end, alignment(btf, v.type));
    v.offset = static_cast<uint32_t>(end);
    end += v.size;
    if (end > most_kconfig) return;  // no compiler makes that: its variables stay unknown
  }
  d.value_size = static_cast<uint32_t>(end);
  d.initial.push_back({.key = Buffer(4), .value = Buffer(end)});
  kconfig_ = defs_.size();
  defs_.push_back(std::move(d));
}

// ---- what a symbol means ----------------------------------------------------------------------------------------

std::optional<std::size_t> Maps::declared_at(uint32_t section, uint64_t offset) const {
  auto at = declared_.find(std::pair(section, offset));
  return at == declared_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<MapAddress> Maps::kconfig(std::string_view name) const {
  if (!kconfig_) return std::nullopt;
  for (const module::Variable& v : defs_[*kconfig_].variables)
    if (v.name == name) return MapAddress{.map = *kconfig_, .offset = v.offset};
  return std::nullopt;
}

Result<MapAddress> Maps::address(const Symbol& symbol, uint64_t addend) const {
  uint64_t offset = object_.addends_hold_values() ? addend : symbol.value + addend;
  if (auto data = data_.find(symbol.section); data != data_.end()) {
    const module::MapDef& d = defs_[data->second];
    if (offset >= d.value_size) return fail(OffsetOutside{.offset = offset, .map = d.name, .size = d.value_size});
    return MapAddress{.map = data->second, .offset = static_cast<uint32_t>(offset)};
  }
  if (auto map = declared_at(symbol.section, offset)) return MapAddress{.map = *map, .offset = {}};
  if (symbol.section == 0) {
    std::vector<std::string> names;
    for (const module::MapDef& d : defs_) names.push_back(d.name);
    return fail(NoSuchMapHere{
        .symbol = std::string(symbol.name), .maps = listed(names), .suggestion = did_you_mean(symbol.name, names)});
  }
  bool known = symbol.section < object_.sections().size();
  return fail(UnmappedSection{.symbol = std::string(symbol.name),
                              .section = known ? std::string(object_.sections()[symbol.section].name) : "none"});
}

// ---- all of it --------------------------------------------------------------------------------------------------

Result<Maps> Maps::read(const Object& object, const Types& types) {
  Maps m(object, types);
  m.symbols_of_.resize(object.sections().size());
  for (uint32_t i = 0; i < object.symbols().size(); ++i)
    if (const Symbol& s = object.symbols()[i];
        s.kind != SymbolKind::section && s.kind != SymbolKind::func && s.section < object.sections().size())
      m.symbols_of_[s.section].push_back(i);
  for (auto& list : m.symbols_of_)
    std::ranges::sort(list, {}, [&](uint32_t i) { return std::pair(object.symbols()[i].value, i); });
  TRY_VOID(m.read_declared());
  TRY_VOID(m.read_legacy());
  if (uint32_t section = object.find_section(".maps"); section != 0)
    if (auto r = m.read_given(section); !r) return fail_within(std::move(r.error()), "section '.maps'");
  TRY_VOID(m.read_data());
  m.read_kconfig();
  return m;
}

}  // namespace skep::object
