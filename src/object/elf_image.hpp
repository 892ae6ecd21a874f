// SPDX-License-Identifier: Apache-2.0
// An ELF file for eBPF about to be written: little-endian, 64-bit, relocatable. Equal images give equal bytes.
#pragma once

#include "object/object.hpp"

namespace skep::object {

struct ImageSection {
  std::string name;
  uint32_t type;
  uint64_t flags, align, size;
  Buffer data;  // empty where the type has no bytes in the file
  std::vector<Relocation> relocations;
};
struct ImageSymbol {
  std::string name;
  SymbolKind kind;
  SymbolBinding binding;
  uint8_t visibility;
  uint32_t section;  // index in Image::sections plus 1; 0: not defined here
  uint64_t value, size;
};
struct Image {
  std::vector<ImageSection> sections;
  std::vector<ImageSymbol> symbols;  // local ones first; relocations count from 1
  uint32_t locals;
};

Buffer bytes_of(const Image& image);

}  // namespace skep::object
