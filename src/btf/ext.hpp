// SPDX-License-Identifier: Apache-2.0
// BTF.ext: what belongs to instructions: the function that begins there, the source line it was made from, and the
// CO-RE relocations. Grouped by ELF section; insn_off counts bytes from the section's begin.
//
//     header | record size, {section name, count, records…}… for functions | for lines | for relocations
//
// Records may be larger than we know; what follows the known fields is skipped, as Linux does.
#pragma once

#include <span>

#include "btf/types.hpp"

namespace skep::btf {

struct FuncInfo {
  uint32_t insn_off;
  TypeId type;  // a func of the Btf: checked
};
struct LineInfo {
  uint32_t insn_off;
  std::string_view file, text;
  uint32_t line, column;
};
struct CoreRelo {
  uint32_t insn_off;
  TypeId type;              // in range: checked
  std::string_view access;  // "0:1:2": members to walk
  uint32_t kind;            // Linux's enum bpf_core_relo_kind, as found
};

struct ExtSection {
  std::string_view name;
  std::vector<FuncInfo> funcs;
  std::vector<LineInfo> lines;
  std::vector<CoreRelo> relos;
};

struct Ext {
  Shared btf;  // keeps the names alive
  std::vector<ExtSection> sections;

  const ExtSection* section(std::string_view name) const;  // or null
};

Result<Ext> parse_ext(Shared btf, Bytes bytes);

// The bytes that say so; the strings go where the types' are.
class Writer;
Buffer ext_bytes(std::span<const ExtSection> sections, Writer& types);

}  // namespace skep::btf
