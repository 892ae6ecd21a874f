// SPDX-License-Identifier: Apache-2.0
#include "judge/line.hpp"

#include <algorithm>

#include "engine/kernel/kernel.hpp"
#include "isa/print.hpp"
#include "judge/json_writer.hpp"

namespace skep::judge {
namespace {

constexpr uint8_t whole_map = 1, map_value = 2, map_by_index = 5, value_by_index = 6;

bool names_map(const isa::Insn& insn) {
  const uint8_t s = insn.src();
  return isa::is_ld_imm64(insn) && (s == whole_map || s == map_value || s == map_by_index || s == value_by_index);
}

Bytes bytes_of(std::span<const isa::Insn> insns) {
  return {reinterpret_cast<const uint8_t*>(insns.data()), insns.size() * sizeof(isa::Insn)};
}

Json map_json(const module::MapDef& map) {
  Json out{{"type", facts::name(map.type)},
           {"key", map.key_size},
           {"value", map.value_size},
           {"entries", map.max_entries},
           {"flags", map.flags}};
  if (map.extra != 0) out["extra"] = map.extra;
  if (map.key_type != 0) out["key_type"] = map.key_type;
  if (map.value_type != 0) out["value_type"] = map.value_type;
  if (map.frozen == module::Frozen::yes) out["frozen"] = true;
  for (const auto& [key, value] : map.initial) out["init"].push_back({to_hex(key), to_hex(value)});
  return out;
}

// The maps that programs name, which their instructions then count from 0; behind them what those inside are like.
Json take_maps(const module::Module& module, std::span<module::ProgDef> programs) {
  std::vector<std::size_t> used;
  for (module::ProgDef& p : programs)
    for (std::size_t i = 0; i < p.insns.size(); i += isa::slots_at(p.insns, i)) {
      if (!names_map(p.insns[i])) continue;
      const auto index = static_cast<std::size_t>(p.insns[i].imm);
      const auto at = std::ranges::find(used, index);
      p.insns[i].imm = static_cast<int32_t>(at - used.begin());
      if (at == used.end()) used.push_back(index);
    }
  Json maps = Json::array(), inside = Json::array();
  for (const std::size_t index : used) {
    const module::MapDef& map = module.maps[index];
    Json one = map_json(map);
    if (map.inner) {
      one["inner"] = used.size() + inside.size();
      inside.push_back(map_json(*map.inner));
    }
    maps.push_back(std::move(one));
  }
  for (Json& one : inside) maps.push_back(std::move(one));
  return maps;
}

Json program_json(const module::ProgDef& def) {
  Json one{{"name", def.name}, {"type", facts::name(def.type)}};
  if (def.attach_type != facts::unsaid) one["attach_type"] = facts::name(def.attach_type);
  if (!def.attach_to.empty()) one["attach_to"] = def.attach_to;
  if (def.flags != 0) one["flags"] = def.flags;
  one["insns"] = to_hex(bytes_of(def.insns));
  for (const module::Extern& e : def.externs) {
    const bool by_type = !isa::is_ld_imm64(def.insns[e.insn]) || def.insns[e.insn].src() == 3;
    if (by_type && e.resolved != module::Resolved::absent) one["ksyms"][std::to_string(e.insn)] = e.name;
  }
  return one;
}

}  // namespace

std::string line_of(const module::Module& module, std::size_t prog, std::string_view id, const std::vector<Ask>& asks) {
  module::Module part;  // whose types say nothing of other programs
  part.btf = module.btf;
  // A program whose function it replaces comes first.
  const auto to = module::attached_program(module, module.progs[prog]);
  if (to) part.progs.push_back(module.progs[to->prog]);
  part.progs.push_back(module.progs[prog]);
  if (to) part.progs.back().attach_to = std::string(module::to_program) + (to->name.empty() ? "0" : "0:" + to->name);
  Json maps = take_maps(module, part.progs);
  const kernel::WrittenTypes types = kernel::write_types(part);
  Json line{{"id", id}};
  for (const Ask ask : asks) line["do"].push_back(name(ask));
  line["runs"] = Json::array();
  line["license"] = module.license;
  for (std::size_t i = 0; i < part.progs.size(); ++i) {
    Json one = program_json(part.progs[i]);
    if (!types.btf.empty()) {
      one["func_info"] = to_hex(types.programs[i].func_info);
      one["line_info"] = to_hex(types.programs[i].line_info);
    }
    line["progs"].push_back(std::move(one));
  }
  if (!types.btf.empty()) line["btf"] = to_hex(types.btf);
  line["maps"] = std::move(maps);
  return to_line(line);
}

}  // namespace skep::judge
