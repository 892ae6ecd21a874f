// SPDX-License-Identifier: Apache-2.0
// Declarations of maps and programs as text: the lines at column 0 of case files and of `skep asm`.
//
//     map counts: percpu_hash key=4 value=16 entries=64 flags=no_prealloc
//     map jumps: prog_array entries=8 slot=0:first slot=3:second
//     map config: array value=4 entries=1 init=00000000:2a000000 frozen
//     prog count: cgroup_sock_addr attach=cgroup_inet4_connect license="Dual BSD/GPL" caps=bpf,net_admin
//
// A name or value that holds other characters than letters, digits and _./$,:+-@* is written in double quotes, where
// \" \\ and \xNN mean a byte each. `#` before a space or at the end of the line begins a comment. What is not said
// has its default, and what has its default is not printed; key= and value= default to what the map's type demands.
// Declarations name programs and maps that may stand below them, so names become indices by resolve().
#pragma once

#include <optional>

#include "facts/target.hpp"
#include "module/module.hpp"

namespace skep::module {

struct NamedSlot {
  uint32_t slot = 0;
  std::string name;  // of a program, or of a map where the map holds maps
  bool operator==(const NamedSlot&) const = default;
};
struct MapDecl {
  MapDef map;
  std::string inner;  // the map that says what inner maps are like; may be empty
  std::vector<NamedSlot> slots;
};

struct ProgDecl {
  ProgDef prog;  // without instructions
  std::string license = "GPL";
  std::optional<facts::Caps> caps;      // of the run; not said: the target's
  std::optional<facts::Target> target;  // not said: whoever runs it decides
};

// True for a line that these functions read: "map NAME…", "prog NAME…".
bool declares_map(std::string_view line);
bool declares_prog(std::string_view line);

Result<MapDecl> parse_map_line(std::string_view line);
Result<ProgDecl> parse_prog_line(std::string_view line);
std::string print_map_line(const MapDecl& decl);
std::string print_prog_line(const ProgDecl& decl);

// The maps with their names resolved against one another and `progs`.
Result<std::vector<MapDef>> resolve(std::vector<MapDecl> decls, const std::vector<ProgDef>& progs);

}  // namespace skep::module
