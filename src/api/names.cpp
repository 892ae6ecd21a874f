// SPDX-License-Identifier: Apache-2.0
#include "api/names.hpp"

#include <algorithm>

#include "facts/helpers.hpp"
#include "isa/op.hpp"
#include "isa/print.hpp"

namespace skep::api {

std::string HelperNames::name(isa::Kind kind, isa::NameId id) const {
  if (kind != isa::Kind::helper || id.id < 0) return {};
  const facts::Helper* helper = facts::helper_by_id(static_cast<uint64_t>(id.id));
  return helper != nullptr ? std::string(helper->name) : std::string();
}

std::optional<isa::NameId> HelperNames::find(isa::Kind kind, std::string_view name) const {
  if (kind != isa::Kind::helper) return std::nullopt;
  const facts::Helper* helper = facts::helper_by_name(name);
  if (helper == nullptr) return std::nullopt;
  return isa::NameId{.id = helper->id};
}

std::vector<std::string> HelperNames::known(isa::Kind kind) const {
  std::vector<std::string> all;
  if (kind == isa::Kind::helper)
    for (const facts::Helper& h : facts::helpers()) all.emplace_back(h.name);
  return all;
}

// ---- programs -----------------------------------------------------------------------------------------------------

// Where jumps lead, in ascending order, each once.
static std::vector<uint32_t> jump_targets(std::span<const isa::Insn> insns) {
  std::vector<uint32_t> targets;
  for (std::size_t pc = 0; pc < insns.size(); pc += isa::slots_at(insns, pc)) {
    const isa::Row& row = isa::row(isa::decode(insns[pc]));
    int64_t distance = 0;
    if (row.off.use == isa::Use::jmp)
      distance = insns[pc].off;
    else if (row.imm.use == isa::Use::jmp)
      distance = insns[pc].imm;
    else
      continue;
    const int64_t to = static_cast<int64_t>(pc) + 1 + distance;
    if (to >= 0 && to < static_cast<int64_t>(insns.size())) targets.push_back(static_cast<uint32_t>(to));
  }
  std::ranges::sort(targets);
  const auto rest = std::ranges::unique(targets);
  targets.erase(rest.begin(), rest.end());
  return targets;
}

ProgramNames::ProgramNames(const module::ProgDef& program, const module::Module* module)
    : program_(program), module_(module), targets_(jump_targets(program.insns)) {}

std::string ProgramNames::name(isa::Kind kind, isa::NameId id) const {
  const auto at = static_cast<uint32_t>(id.id);
  switch (kind) {
    case isa::Kind::helper: return HelperNames::name(kind, id);
    case isa::Kind::map: return module_ != nullptr && at < module_->maps.size() ? module_->maps[at].name : "";
    case isa::Kind::subprogram:
      for (const module::Subprog& s : program_.subprogs)
        if (s.first_insn == at) return s.name;
      return {};
    case isa::Kind::label: {
      const auto found = std::ranges::lower_bound(targets_, at);
      if (found == targets_.end() || *found != at) return {};
      return "L" + std::to_string(found - targets_.begin() + 1);
    }
    case isa::Kind::kfunc:
    case isa::Kind::variable: return {};
  }
  std::unreachable();
}

std::optional<isa::NameId> ProgramNames::find(isa::Kind kind, std::string_view name) const {
  if (kind == isa::Kind::map && module_ != nullptr)
    for (std::size_t i = 0; i < module_->maps.size(); ++i)
      if (module_->maps[i].name == name) return isa::NameId{.id = static_cast<int32_t>(i)};
  if (kind == isa::Kind::subprogram)
    for (const module::Subprog& s : program_.subprogs)
      if (s.name == name) return isa::NameId{.id = static_cast<int32_t>(s.first_insn)};
  return HelperNames::find(kind, name);
}

}  // namespace skep::api
