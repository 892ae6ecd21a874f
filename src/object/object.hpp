// SPDX-License-Identifier: Apache-2.0
// An ELF file that holds eBPF, as a linker sees it: sections, symbols, relocations. What they mean is open()'s.
//
// From here on: it is a little-endian 64-bit relocatable file for eBPF, every section lies within the file, symbols
// lie within their sections and relocations name symbols that exist. Names and data point into the bytes the Object
// owns, so they live as long as it does, moved or not. Immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace skep::object {

struct Section {
  std::string_view name;
  uint32_t type;   // SHT_…
  uint64_t flags;  // SHF_…
  uint64_t size;   // of .bss, whose data is empty, too
  uint32_t link, info;
  Bytes data;
  uint64_t align = 1;

  bool holds_code() const;
  bool holds_data() const;  // or space for it
};

enum class SymbolKind : uint8_t { other, object, func, section };
enum class SymbolBinding : uint8_t { local, global, weak };
struct Symbol {
  std::string_view name;  // of a section symbol: the section's
  SymbolKind kind;
  SymbolBinding binding;
  uint32_t section;  // 0: not defined here; ≥ sections().size(): absolute or common
  uint64_t value, size;
  uint8_t visibility = 0;  // STV_…

  bool is_hidden() const;  // from other objects, though its binding is not local
};

struct Relocation {
  uint64_t offset;
  uint32_t symbol, type;
};

class Object {
 public:
  // `name` is what errors and the Module call it: the path it came from.
  static Result<Object> parse(std::string name, Buffer bytes);
  static Result<Object> read(const std::string& path);

  const std::string& name() const { return name_; }
  const std::vector<Section>& sections() const { return sections_; }  // [0] is the empty one ELF reserves
  const std::vector<Symbol>& symbols() const { return symbols_; }
  // Of a section, by rising offset.
  const std::vector<Relocation>& relocations(uint32_t section) const { return relocations_[section]; }

  uint32_t find_section(std::string_view name) const;  // 0: there is none
  // "clang 19.1.7", "GCC 12.2.0", or empty where the file does not say.
  std::string compiler() const;
  // GNU assemblers store into the instruction the symbol's value plus the addend; LLVM only the addend.
  bool addends_hold_values() const { return addends_hold_values_; }

 private:
  friend class ElfReader;
  Object() = default;
  std::string name_;
  Buffer bytes_;
  std::vector<Section> sections_;
  std::vector<Symbol> symbols_;
  std::vector<std::vector<Relocation>> relocations_;
  bool addends_hold_values_ = false;
};

}  // namespace skep::object
