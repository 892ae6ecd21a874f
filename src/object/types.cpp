// SPDX-License-Identifier: Apache-2.0
#include "object/types.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "btf/writer.hpp"

namespace skep::object {
namespace {

// Compilers give variables of a section no offsets (the linker knows them); symbols have them.
btf::Shared placed(const Object& object, const btf::Btf& types) {
  std::map<std::pair<std::string_view, std::string_view>, uint32_t> offsets;
  std::map<std::string_view, uint32_t> sizes;
  for (const Section& s : object.sections())
    sizes.emplace(s.name, static_cast<uint32_t>(std::min<uint64_t>(s.size, UINT32_MAX)));
  for (const Symbol& s : object.symbols())
    if (s.kind != SymbolKind::section && s.section != 0 && s.section < object.sections().size())
      offsets.emplace(std::pair(object.sections()[s.section].name, s.name), static_cast<uint32_t>(s.value));
  auto found = [](const auto& map, const auto& key) -> std::optional<uint32_t> {
    auto at = map.find(key);
    return at == map.end() ? std::nullopt : std::optional(at->second);
  };
  return btf::place_variables(
      types, {.size = [&](std::string_view section) { return found(sizes, section); },
              .offset = [&](std::string_view section,
                            std::string_view name) { return found(offsets, std::pair(section, name)); }});
}

// The types, with hidden functions of .text as static ones.
Result<btf::Shared> without_hidden(const Object& object, btf::Shared types) {
  std::set<std::string_view> hidden;
  if (const uint32_t text = object.find_section(".text"); text != 0)
    for (const Symbol& s : object.symbols())
      if (s.section == text && s.kind == SymbolKind::func && s.is_hidden()) hidden.insert(s.name);
  if (hidden.empty()) return types;
  btf::Writer out;
  for (btf::TypeId id = 1; id < types->count(); ++id) {
    const btf::Type t = types->type(id);
    if (t.kind == btf::Kind::func && types->linkage_of(t) == btf::Linkage::global && hidden.contains(t.name))
      out.function(t.name, t.size_or_type, btf::Linkage::static_);
    else
      out.copy(*types, id, [](btf::TypeId to) { return to; });
  }
  return btf::parse(out.bytes());
}

template <class Record>
std::span<const Record> within(const std::vector<Record>& records, uint64_t begin, uint64_t end) {
  auto from = std::ranges::lower_bound(records, begin, {}, &Record::insn_off);
  auto to = std::ranges::lower_bound(from, records.end(), end, {}, &Record::insn_off);
  return {from, to};
}

}  // namespace

Result<Types> Types::read(const Object& object, Hidden hidden) {
  Types out = TRY(as_written(object));
  if (hidden == Hidden::as_written || !out.btf_) return out;
  out.written_ = out.btf_;
  out.btf_ = TRY_WITHIN(without_hidden(object, out.written_), "section '.BTF'");
  return out;
}

Result<Types> Types::as_written(const Object& object) {
  Types out;
  out.sections_.resize(object.sections().size());
  uint32_t btf = object.find_section(".BTF");
  if (btf == 0) return out;
  out.btf_ = placed(object, *TRY_WITHIN(btf::parse(object.sections()[btf].data), "section '.BTF'"));
  if (btf::TypeId ksyms = out.section_type(".ksyms"); ksyms != 0)
    for (btf::SectionVar v : out.btf_->section_vars(out.btf_->type(ksyms)))
      if (btf::Type t = out.btf_->type(v.type); t.kind == btf::Kind::var || t.kind == btf::Kind::func)
        out.ksyms_.emplace(t.name, t.size_or_type);
  uint32_t ext = object.find_section(".BTF.ext");
  if (ext == 0) return out;
  auto parsed = TRY_WITHIN(btf::parse_ext(out.btf_, object.sections()[ext].data), "section '.BTF.ext'");
  std::map<std::string_view, uint32_t> by_name;
  for (uint32_t i = 1; i < object.sections().size(); ++i) by_name.emplace(object.sections()[i].name, i);
  for (btf::ExtSection& s : parsed.sections) {
    auto at = by_name.find(s.name);
    if (at == by_name.end()) continue;
    // Not stable_sort: clang calls what libstdc++ 12 makes it of deprecated.
    std::ranges::sort(s.funcs, {}, [](const btf::FuncInfo& f) { return std::pair(f.insn_off, f.type); });
    std::ranges::sort(s.lines, {}, [](const btf::LineInfo& l) { return std::tuple(l.insn_off, l.line, l.column); });
    std::ranges::sort(s.relos, {}, [](const btf::CoreRelo& r) { return std::pair(r.insn_off, r.access); });
    if (!s.relos.empty()) out.relocated_.push_back(at->second);
    out.sections_[at->second] = std::move(s);
  }
  return out;
}

std::span<const btf::LineInfo> Types::lines(uint32_t section, uint64_t begin, uint64_t end) const {
  return within(sections_[section].lines, begin, end);
}
std::span<const btf::CoreRelo> Types::relos(uint32_t section, uint64_t begin, uint64_t end) const {
  return within(sections_[section].relos, begin, end);
}
btf::TypeId Types::ksym(std::string_view name) const {
  auto at = ksyms_.find(name);
  return at == ksyms_.end() ? 0 : at->second;
}
btf::TypeId Types::function_at(uint32_t section, uint64_t offset) const {
  auto found = within(sections_[section].funcs, offset, offset + 1);
  return found.empty() ? 0 : found[0].type;
}
btf::TypeId Types::section_type(std::string_view section) const {
  return btf_ ? btf_->find(section, btf::Kind::datasec).value_or(0) : 0;
}

}  // namespace skep::object
