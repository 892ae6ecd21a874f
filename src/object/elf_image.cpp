// SPDX-License-Identifier: Apache-2.0
// header | bytes of each section | relocations of each | .symtab | .strtab | section headers
//
// Written byte by byte instead of with libelf, which writes to file descriptors only and leaves what is between
// sections to chance.
#include "object/elf_image.hpp"

#include <elf.h>

#include <map>

namespace skep::object {
namespace {

class Strings {
 public:
  uint32_t add(const std::string& s) {
    auto [at, is_new] = known_.try_emplace(s, static_cast<uint32_t>(text_.size()));
    if (is_new) text_.append(s).push_back('\0');
    return at->second;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_ = std::string(1, '\0');
  std::map<std::string, uint32_t> known_ = {{"", 0}};
};

class Writer {
 public:
  Buffer write(const Image& image);

 private:
  void place(Elf64_Shdr header, const void* bytes, std::size_t size) {
    out_.resize(round_up(out_.size(), header.sh_addralign));
    header.sh_offset = out_.size();
    auto* from = static_cast<const uint8_t*>(bytes);
    if (header.sh_type != SHT_NOBITS) out_.insert(out_.end(), from, from + size);
    headers_.push_back(header);
  }
  Elf64_Shdr header(const std::string& name, uint32_t type, uint64_t size, uint64_t align) {
    Elf64_Shdr h{};
    h.sh_name = strings_.add(name);
    h.sh_type = type;
    h.sh_size = size;
    h.sh_addralign = align;
    return h;
  }
  void relocations(const ImageSection& s, uint32_t index, uint32_t symtab);
  void symbols(const Image& image, uint32_t strtab);

  Buffer out_ = Buffer(sizeof(Elf64_Ehdr));
  std::vector<Elf64_Shdr> headers_ = {Elf64_Shdr{}};
  Strings strings_;
};

void Writer::relocations(const ImageSection& s, uint32_t index, uint32_t symtab) {
  std::vector<Elf64_Rel> table;
  for (const Relocation& r : s.relocations)
    table.push_back({.r_offset = r.offset, .r_info = ELF64_R_INFO(uint64_t{r.symbol}, r.type)});
  Elf64_Shdr h = header(".rel" + s.name, SHT_REL, table.size() * sizeof(Elf64_Rel), 8);
  h.sh_flags = SHF_INFO_LINK;
  h.sh_link = symtab;
  h.sh_info = index;
  h.sh_entsize = sizeof(Elf64_Rel);
  place(h, table.data(), h.sh_size);
}

uint8_t elf_type(SymbolKind k) {
  switch (k) {
    case SymbolKind::other: return STT_NOTYPE;
    case SymbolKind::object: return STT_OBJECT;
    case SymbolKind::func: return STT_FUNC;
    case SymbolKind::section: return STT_SECTION;
  }
  std::unreachable();
}
uint8_t elf_binding(SymbolBinding b) {
  switch (b) {
    case SymbolBinding::local: return STB_LOCAL;
    case SymbolBinding::global: return STB_GLOBAL;
    case SymbolBinding::weak: return STB_WEAK;
  }
  std::unreachable();
}

void Writer::symbols(const Image& image, uint32_t strtab) {
  std::vector<Elf64_Sym> table(1);
  for (const ImageSymbol& s : image.symbols)
    table.push_back({.st_name = strings_.add(s.name),
                     .st_info = static_cast<uint8_t>(ELF64_ST_INFO(elf_binding(s.binding), elf_type(s.kind))),
                     .st_other = s.visibility,
                     .st_shndx = static_cast<uint16_t>(s.section),
                     .st_value = s.value,
                     .st_size = s.size});
  Elf64_Shdr h = header(".symtab", SHT_SYMTAB, table.size() * sizeof(Elf64_Sym), 8);
  h.sh_link = strtab;
  h.sh_info = image.locals + 1;
  h.sh_entsize = sizeof(Elf64_Sym);
  place(h, table.data(), h.sh_size);
}

Buffer Writer::write(const Image& image) {
  uint32_t related = 0;
  for (const ImageSection& s : image.sections) related += !s.relocations.empty();
  auto symtab = static_cast<uint32_t>(image.sections.size()) + related + 1;

  for (const ImageSection& s : image.sections) {
    Elf64_Shdr h = header(s.name, s.type, s.size, s.align);
    h.sh_flags = s.flags;
    if ((s.flags & SHF_MERGE) != 0) h.sh_entsize = 1;
    place(h, s.data.data(), s.data.size());
  }
  for (uint32_t i = 0; i < image.sections.size(); ++i)
    if (!image.sections[i].relocations.empty()) relocations(image.sections[i], i + 1, symtab);
  symbols(image, symtab + 1);
  strings_.add(".strtab");
  Elf64_Shdr last = header(".strtab", SHT_STRTAB, strings_.text().size(), 1);
  place(last, strings_.text().data(), last.sh_size);

  out_.resize(round_up(out_.size(), 8));
  Elf64_Ehdr e{};
  std::memcpy(e.e_ident, ELFMAG, SELFMAG);
  e.e_ident[EI_CLASS] = ELFCLASS64;
  e.e_ident[EI_DATA] = ELFDATA2LSB;
  e.e_ident[EI_VERSION] = EV_CURRENT;
  e.e_type = ET_REL;
  e.e_machine = EM_BPF;
  e.e_version = EV_CURRENT;
  e.e_shoff = out_.size();
  e.e_ehsize = sizeof(Elf64_Ehdr);
  e.e_shentsize = sizeof(Elf64_Shdr);
  e.e_shnum = static_cast<uint16_t>(headers_.size());
  e.e_shstrndx = static_cast<uint16_t>(symtab + 1);
  store(out_.data(), e);
  auto* bytes = reinterpret_cast<const uint8_t*>(headers_.data());
  out_.insert(out_.end(), bytes, bytes + headers_.size() * sizeof(Elf64_Shdr));
  return std::move(out_);
}

}  // namespace

Buffer bytes_of(const Image& image) { return Writer().write(image); }

}  // namespace skep::object
