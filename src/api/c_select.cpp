// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "api/c_errors.hpp"
#include "api/c_object.hpp"
#include "isa/op.hpp"

namespace skep::c_api {
namespace {

inline constexpr uint32_t unwanted = UINT32_MAX;

// The new index of each old one.
std::vector<uint32_t> renumbered(const std::vector<bool>& wanted) {
  std::vector<uint32_t> numbers;
  uint32_t next = 0;
  for (const bool keep : wanted) numbers.push_back(keep ? next++ : unwanted);
  return numbers;
}

Result<void> renumber_maps(module::ProgDef& program, const module::Module& from, const std::vector<uint32_t>& maps) {
  for (std::size_t i = 0; i < program.insns.size(); ++i) {
    isa::Insn& insn = program.insns[i];
    if (!isa::is_ld_imm64(insn)) continue;
    ++i;  // its second half
    if (insn.src() != 1 && insn.src() != 2) continue;
    const auto map = static_cast<uint32_t>(insn.imm);
    if (map >= maps.size()) continue;
    if (maps[map] == unwanted) return fail(UsesMap{.program = program.name, .map = from.maps[map].name});
    insn.imm = static_cast<int32_t>(maps[map]);
  }
  return {};
}

Result<void> renumber_slots(module::MapDef& map, const module::Module& from, const std::vector<uint32_t>& programs,
                            const std::vector<uint32_t>& maps) {
  for (module::Slot& slot : map.slots) {
    const uint32_t now = (map.inner ? maps : programs)[slot.index];
    if (now == unwanted)
      return fail(SlotOf{.map = map.name,
                         .slot = slot.slot,
                         .what = map.inner ? "map '" + from.maps[slot.index].name + "'"
                                           : "program '" + from.progs[slot.index].name + "'"});
    slot.index = now;
  }
  return {};
}

}  // namespace

Result<module::Module> selected(const module::Module& from, const Selection& wanted) {
  const auto programs = renumbered(wanted.programs), maps = renumbered(wanted.maps);
  module::Module out{
      .name = from.name, .progs = {}, .maps = {}, .btf = from.btf, .license = from.license, .version = from.version};
  for (std::size_t i = 0; i < from.progs.size(); ++i) {
    if (!wanted.programs[i]) continue;
    out.progs.push_back(from.progs[i]);
    TRY_VOID(renumber_maps(out.progs.back(), from, maps));
  }
  for (std::size_t i = 0; i < from.maps.size(); ++i) {
    if (!wanted.maps[i]) continue;
    out.maps.push_back(from.maps[i]);
    TRY_VOID(renumber_slots(out.maps.back(), from, programs, maps));
  }
  return out;
}

}  // namespace skep::c_api
