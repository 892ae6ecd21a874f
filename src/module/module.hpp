// SPDX-License-Identifier: Apache-2.0
// A Module is what an object file says once it is understood: programs, maps and types as plain data.
//
// No ELF is left and nothing is alive yet. From here on: every program is one piece of code (its own function first,
// the subprograms it uses behind it), jumps and calls stay inside it, and an instruction names things by index:
//
//     ld_imm64 src 1   imm is an index into Module::maps: the map itself
//     ld_imm64 src 2   imm is such an index, the second slot's imm an offset: an address in that map's first value
//     ld_imm64 src 4   imm is relative to the next slot: the address of a subprogram
//     call     src 1   imm is relative to the next slot: a subprogram
//
// What is a kernel's (functions and variables) is listed in ProgDef::externs, resolved for a target or not:
//
//     ld_imm64 src 3   imm is a var of the target's types
//     call     src 2   imm is a func of the target's types
//
// Instructions are counted in
// 8-byte slots. A Module is built once, then shared and never changed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "btf/types.hpp"
#include "facts/attach_types.hpp"
#include "facts/map_types.hpp"
#include "facts/prog_types.hpp"
#include "facts/uapi.hpp"
#include "isa/insn.hpp"

namespace skep::module {

struct Subprog {
  std::string name;
  uint32_t first_insn = 0;
  btf::TypeId type = 0;  // a func of the Btf; 0: none
  bool operator==(const Subprog&) const = default;
};

// From this instruction on, until the next such row or the end of the subprogram.
struct LineInfo {
  uint32_t insn = 0;
  std::string file;
  uint32_t line = 0, column = 0;  // from 1; 0: not known
  std::string text;               // the source line; may be empty
  bool operator==(const LineInfo&) const = default;
};

// A name that only a kernel, or an embedder, can resolve.
enum class ExternKind : uint8_t { kfunc, ksym };
enum class Binding : uint8_t { strong, weak };
enum class Resolved : uint8_t { no, yes, absent };  // absent: the target lacks it, which is allowed of weak ones
struct Extern {
  uint32_t insn = 0;
  ExternKind kind = ExternKind::kfunc;
  Binding binding = Binding::strong;
  std::string name;
  Resolved resolved = Resolved::no;
  bool operator==(const Extern&) const = default;
};

// An instruction that needs what the target lacks. Linux refuses the program only if it can be reached.
struct Poisoned {
  uint32_t insn = 0;
  std::string spec;     // "struct task_struct.state"
  std::string missing;  // "the target's struct task_struct has no member 'state'; did you mean stat?"
  bool operator==(const Poisoned&) const = default;
};

enum class Autoload : uint8_t { yes, only_when_named };

struct ProgDef {
  std::string name;
  std::string section;
  facts::ProgType type = facts::ProgType::unspec;  // unspec: the section's name says nothing
  facts::AttachType attach_type = facts::unsaid;
  std::string attach_to;  // "syscalls/sys_enter_openat"; may be empty
  uint32_t flags = 0;     // facts::prog_flag
  Autoload autoload = Autoload::yes;
  std::vector<isa::Insn> insns;
  std::vector<Subprog> subprogs;  // ascending; where there are any, the first is the program itself, at 0
  std::vector<LineInfo> lines;    // ascending
  std::vector<Extern> externs;
  std::size_t core_relocations = 0;  // that are not applied, because the target's types were not known
  std::vector<Poisoned> poisoned;    // ascending
  bool operator==(const ProgDef&) const = default;
};

// Where a global-data map comes from; `none` for a map somebody declared.
enum class DataSection : uint8_t { none, rodata, data, bss, kconfig };
enum class Frozen : uint8_t { no, yes };  // yes: user space may not write it once it is filled

// A variable inside the one value of a global-data map.
struct Variable {
  std::string name;
  uint32_t offset = 0, size = 0;
  btf::TypeId type = 0;
  bool operator==(const Variable&) const = default;
};
struct Entry {
  Buffer key, value;
  bool operator==(const Entry&) const = default;
};
// What an element of a prog_array or of a map of maps holds at first: an index into Module::progs or Module::maps.
struct Slot {
  uint32_t slot = 0, index = 0;
  bool operator==(const Slot&) const = default;
};

struct MapDef {
  std::string name;
  facts::MapType type = facts::MapType::unspec;
  uint32_t key_size = 0, value_size = 0, max_entries = 0;
  uint32_t flags = 0;  // facts::map_flag
  uint64_t extra = 0;
  btf::TypeId key_type = 0, value_type = 0;
  std::shared_ptr<const MapDef> inner;  // of maps of maps: what each inner map is like
  facts::Pinning pinning = facts::Pinning::none;
  Frozen frozen = Frozen::no;
  DataSection data_section = DataSection::none;
  std::vector<Variable> variables;
  std::vector<Entry> initial;  // of global data: one entry, key 0
  std::vector<Slot> slots;
};

struct Module {
  std::string name;
  std::vector<ProgDef> progs;
  std::vector<MapDef> maps;
  std::shared_ptr<const btf::Btf> btf;  // may be null
  std::string license;
  uint32_t version = 0;  // LINUX_VERSION_CODE that old kprobes had to state
};

// The source line an instruction came from, or null.
const LineInfo* source_line(const ProgDef& prog, uint32_t insn);
// "insn 12 (count.c:31)" of the file's name without its folders; "insn 12" where the line is not known.
std::string place_of(const ProgDef& prog, uint32_t insn);
std::string place_of(uint32_t insn, std::string_view path, uint32_t line);
// The subprogram an instruction belongs to, or null where none are known.
const Subprog* subprog_at(const ProgDef& prog, uint32_t insn);

// The index of the map or program of this name; unknown names are errors that say what there is.
Result<std::size_t> find_map(const Module& module, std::string_view name);
Result<std::size_t> find_program(const Module& module, std::string_view name);

// The one value of an array that programs may only read and nobody may write any more: a constant. Nothing: it can
// change. It may be shorter than the map's values; what follows is zero.
std::optional<Bytes> constant_value(const MapDef& def);

// Programs whose names match a pattern of '*' and '?', in order. None is an error that says what there is.
Result<std::vector<std::size_t>> find_programs(const Module& module, std::string_view glob);
bool matches_glob(std::string_view glob, std::string_view name);

// The map that holds the global variable of this name, and where in its value.
struct VariableAt {
  std::size_t map;
  Variable variable;
};
Result<VariableAt> find_variable(const Module& module, std::string_view name);

// What another program of the module is for a program that is attached to it. `attach_to` says it: "prog:0" is program
// 0 itself, "prog:0:name" its function `name`. Programs that replace a function (ext) may say the function alone.
struct AttachedProgram {
  std::size_t prog = 0;
  std::string name;
  btf::TypeId function = 0;  // its func; 0: the types have none
};
inline constexpr std::string_view to_program = "prog:";
std::optional<AttachedProgram> attached_program(const Module& module, const ProgDef& prog);

}  // namespace skep::module
