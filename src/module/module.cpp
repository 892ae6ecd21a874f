// SPDX-License-Identifier: Apache-2.0
#include "module/module.hpp"

#include <algorithm>
#include <charconv>

#include "base/suggest.hpp"
#include "module/errors.hpp"

namespace skep::module {
namespace {

// The last row that begins at or before `insn`, or null. Rows ascend.
template <class Row>
const Row* last_from(const std::vector<Row>& rows, uint32_t insn, uint32_t Row::* begin) {
  auto after = std::ranges::upper_bound(rows, insn, {}, begin);
  return after == rows.begin() ? nullptr : &*std::prev(after);
}

template <class T>
std::vector<std::string> names_of(const std::vector<T>& things) {
  std::vector<std::string> all;
  for (const T& t : things) all.push_back(t.name);
  return all;
}

template <class Missing, class T>
Result<std::size_t> find(const std::vector<T>& things, std::string_view name) {
  for (std::size_t i = 0; i < things.size(); ++i)
    if (things[i].name == name) return i;
  auto known = names_of(things);
  return fail(Missing{.name = std::string(name), .known = listed(known), .suggestion = did_you_mean(name, known)});
}

}  // namespace

const Subprog* subprog_at(const ProgDef& prog, uint32_t insn) {
  if (insn >= prog.insns.size()) return nullptr;
  return last_from(prog.subprogs, insn, &Subprog::first_insn);
}

const LineInfo* source_line(const ProgDef& prog, uint32_t insn) {
  const LineInfo* l = last_from(prog.lines, insn, &LineInfo::insn);
  const Subprog* s = subprog_at(prog, insn);
  return l && s && l->insn < s->first_insn ? nullptr : l;  // a line ends with its subprogram
}

std::string place_of(uint32_t insn, std::string_view path, uint32_t line) {
  return "insn " + std::to_string(insn) + " (" + std::string(path.substr(path.rfind('/') + 1)) + ":" +
         std::to_string(line) + ")";
}
std::string place_of(const ProgDef& prog, uint32_t insn) {
  const LineInfo* l = source_line(prog, insn);
  return l == nullptr ? "insn " + std::to_string(insn) : place_of(insn, l->file, l->line);
}

Result<std::size_t> find_map(const Module& m, std::string_view name) { return find<NoSuchMap>(m.maps, name); }
Result<std::size_t> find_program(const Module& m, std::string_view name) { return find<NoSuchProgram>(m.progs, name); }

std::optional<Bytes> constant_value(const MapDef& def) {
  const bool constant = (def.flags & facts::map_flag::rdonly_prog) != 0 && def.frozen == Frozen::yes;
  if (!constant || def.type != facts::MapType::array || def.max_entries != 1) return std::nullopt;
  return def.initial.empty() ? Bytes{} : Bytes(def.initial.back().value);
}

// Only the last star is ever tried again, so the time is at most the product of the lengths.
bool matches_glob(std::string_view glob, std::string_view name) {
  std::size_t g = 0, n = 0, star = glob.npos, retry = 0;
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      retry = n;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == name[n])) {
      ++g, ++n;
    } else if (star != glob.npos) {
      g = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == glob.npos;
}

Result<std::vector<std::size_t>> find_programs(const Module& m, std::string_view glob) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < m.progs.size(); ++i)
    if (matches_glob(glob, m.progs[i].name)) found.push_back(i);
  if (found.empty()) return fail(NothingMatches{.glob = std::string(glob), .known = listed(names_of(m.progs))});
  return found;
}

Result<VariableAt> find_variable(const Module& m, std::string_view name) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < m.maps.size(); ++i)
    for (const Variable& v : m.maps[i].variables) {
      if (v.name == name) return VariableAt{.map = i, .variable = v};
      known.push_back(v.name);
    }
  return fail(
      NoSuchVariable{.name = std::string(name), .known = listed(known), .suggestion = did_you_mean(name, known)});
}

std::optional<AttachedProgram> attached_program(const Module& module, const ProgDef& prog) {
  const std::string_view all = prog.attach_to;
  if (all.starts_with(to_program)) {
    AttachedProgram out;
    const char* end = all.data() + all.size();
    const auto [at, error] = std::from_chars(all.data() + to_program.size(), end, out.prog);
    if (error != std::errc() || out.prog >= module.progs.size() || &module.progs[out.prog] == &prog) return {};
    const std::vector<Subprog>& subprogs = module.progs[out.prog].subprogs;
    if (at == end) {
      if (!subprogs.empty()) out.name = subprogs.front().name, out.function = subprogs.front().type;
      return out;
    }
    if (*at != ':') return {};
    out.name.assign(at + 1, end);
    if (module.btf) out.function = module.btf->find(out.name, btf::Kind::func).value_or(0);
    return out;
  }
  if (prog.type != facts::ProgType::ext) return {};
  for (std::size_t i = 0; i < module.progs.size(); ++i)
    for (const Subprog& s : module.progs[i].subprogs)
      if (module.progs[i].type != facts::ProgType::ext && s.name == all)
        return AttachedProgram{.prog = i, .name = s.name, .function = s.type};
  return {};
}

}  // namespace skep::module
