// SPDX-License-Identifier: Apache-2.0
// The only file that includes libelf.
#include "object/object.hpp"

#include <libelf.h>

#include <algorithm>
#include <memory>

#include "base/file.hpp"
#include "object/errors.hpp"

namespace skep::object {

inline constexpr uint16_t machine_bpf = 247;

bool Section::holds_code() const { return type == SHT_PROGBITS && (flags & SHF_EXECINSTR) != 0; }
bool Section::holds_data() const {
  return (type == SHT_PROGBITS || type == SHT_NOBITS) && (flags & SHF_ALLOC) != 0 && (flags & SHF_EXECINSTR) == 0;
}

bool Symbol::is_hidden() const {
  return binding != SymbolBinding::local && (visibility == STV_HIDDEN || visibility == STV_INTERNAL);
}

static std::string place_of(std::string_view section) { return "section '" + std::string(section) + "'"; }

// The text at `offset` of a string table, or nothing where none ends there. Not elf_strptr(): where a table says that
// it is compressed, that gives memory which goes away with the Elf handle.
static std::optional<std::string_view> text_at(Bytes table, uint64_t offset) {
  if (offset >= table.size()) return std::nullopt;
  std::string_view rest = as_text(table.subspan(offset));
  auto end = rest.find('\0');
  if (end == rest.npos) return std::nullopt;
  return rest.substr(0, end);
}

// Fills an Object; the Elf handle lives only as long.
class ElfReader {
 public:
  explicit ElfReader(Object& out) : out_(out) {}
  Result<void> read();

 private:
  struct End {
    void operator()(Elf* e) const { ::elf_end(e); }
  };
  Result<void> check_header() const;
  Result<void> read_sections();
  Result<Section> section(const Elf64_Shdr& h, std::string_view name) const;
  Result<void> read_symbols(uint32_t index);
  Result<Symbol> symbol(const Elf64_Sym& s, uint32_t strings) const;
  Result<void> read_relocations(uint32_t index);

  std::unexpected<Error> broken(std::string_view part) const {
    const char* reason = ::elf_errmsg(-1);
    return fail(BrokenElf{.part = part, .reason = reason != nullptr ? reason : "no reason is known"});
  }

  Object& out_;
  std::unique_ptr<Elf, End> elf_;
};

static std::string_view machine_name(uint16_t machine) {
  static constexpr std::pair<uint16_t, std::string_view> names[] = {
      {EM_386, " (x86)"},       {EM_X86_64, " (x86-64)"}, {EM_ARM, " (ARM)"},
      {EM_AARCH64, " (ARM64)"}, {EM_RISCV, " (RISC-V)"},  {EM_S390, " (s390)"},
  };
  for (auto [number, name] : names)
    if (number == machine) return name;
  return "";
}
static std::string_view type_name(uint16_t type) {
  return type == ET_EXEC ? " (program)" : type == ET_DYN ? " (shared library)" : type == ET_CORE ? " (core file)" : "";
}

Result<void> ElfReader::check_header() const {
  Bytes b = out_.bytes_;
  if (b.size() < SELFMAG || std::memcmp(b.data(), ELFMAG, SELFMAG) != 0)
    return fail(NotElf{.found = b.empty() ? "is empty"
                                          : "begins with " + to_hex(b.first(std::min<std::size_t>(4, b.size()))) +
                                                ", ELF begins with 7f454c46"});
  if (b.size() < sizeof(Elf64_Ehdr))
    return fail(SectionOutside{.size = sizeof(Elf64_Ehdr), .begin = 0, .file = b.size()});
  if (b[EI_CLASS] != ELFCLASS64) return fail(NotElf64{});
  if (b[EI_DATA] != ELFDATA2LSB) return fail(BigEndian{});
  auto h = load<Elf64_Ehdr>(b.data());
  if (h.e_machine != machine_bpf) return fail(WrongMachine{.machine = h.e_machine, .name = machine_name(h.e_machine)});
  if (h.e_type != ET_REL) return fail(NotRelocatable{.type = h.e_type, .name = type_name(h.e_type)});
  return {};
}

Result<Section> ElfReader::section(const Elf64_Shdr& h, std::string_view name) const {
  Section s{.name = name,
            .type = h.sh_type,
            .flags = h.sh_flags,
            .size = h.sh_size,
            .link = h.sh_link,
            .info = h.sh_info,
            .data = {},
            .align = h.sh_addralign};
  if (h.sh_type == SHT_NOBITS || h.sh_type == SHT_NULL) return s;
  auto data = slice(out_.bytes_, h.sh_offset, h.sh_size);
  if (!data) return fail(SectionOutside{.size = h.sh_size, .begin = h.sh_offset, .file = out_.bytes_.size()});
  s.data = *data;
  return s;
}

Result<void> ElfReader::read_sections() {
  std::size_t count = 0, names = 0;
  if (::elf_getshdrnum(elf_.get(), &count) != 0 || ::elf_getshdrstrndx(elf_.get(), &names) != 0)
    return broken("section table");
  if (count > out_.bytes_.size() / sizeof(Elf64_Shdr)) return broken("section table");
  auto header = [&](std::size_t i) -> std::optional<Elf64_Shdr> {  // loaded: a hostile table lies at any address
    const void* h = ::elf64_getshdr(::elf_getscn(elf_.get(), i));
    return h != nullptr ? std::optional(load<Elf64_Shdr>(h)) : std::nullopt;
  };
  auto names_header = header(names);
  if (!names_header) return broken("section table");
  Bytes names_table = slice(out_.bytes_, names_header->sh_offset, names_header->sh_size).value_or(Bytes{});
  uint64_t total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    auto h = header(i);
    if (!h) return broken("section table");
    auto name = text_at(names_table, h->sh_name).value_or("");
    out_.sections_.push_back(TRY_WITHIN(section(*h, name), place_of(name)));
    total += out_.sections_.back().data.size();
  }
  // Whoever copies what sections hold may rely on this.
  if (total > out_.bytes_.size()) return fail(SectionsOverlap{.total = total, .file = out_.bytes_.size()});
  out_.relocations_.resize(std::max<std::size_t>(1, count));
  return {};
}

Result<Symbol> ElfReader::symbol(const Elf64_Sym& s, uint32_t strings) const {
  Bytes names = strings < out_.sections_.size() ? out_.sections_[strings].data : Bytes{};
  auto name = text_at(names, s.st_name);
  if (!name) return fail(BrokenElf{.part = "name of a symbol", .reason = "it is outside of the string table"});
  Symbol out{.name = *name,
             .kind = SymbolKind::other,
             .binding = SymbolBinding::global,
             .section = s.st_shndx,
             .value = s.st_value,
             .size = s.st_size,
             .visibility = static_cast<uint8_t>(ELF64_ST_VISIBILITY(s.st_other))};
  auto type = ELF64_ST_TYPE(s.st_info), bind = ELF64_ST_BIND(s.st_info);
  if (type == STT_OBJECT) out.kind = SymbolKind::object;
  if (type == STT_FUNC) out.kind = SymbolKind::func;
  if (type == STT_SECTION) out.kind = SymbolKind::section;
  if (bind == STB_LOCAL) out.binding = SymbolBinding::local;
  if (bind == STB_WEAK) out.binding = SymbolBinding::weak;
  if (out.section == SHN_UNDEF || out.section >= out_.sections_.size()) return out;
  const Section& in = out_.sections_[out.section];
  if (out.kind == SymbolKind::section) out.name = in.name;
  if (out.value > in.size || in.size - out.value < out.size)
    return fail_within(
        std::move(
            fail(SymbolOutside{.name = std::string(out.name), .begin = out.value, .size = out.size, .section = in.size})
                .error()),
        place_of(in.name));
  return out;
}

Result<void> ElfReader::read_symbols(uint32_t index) {
  const Section& table = out_.sections_[index];
  if (table.size % sizeof(Elf64_Sym) != 0) return fail(SectionUneven{.size = table.size, .unit = sizeof(Elf64_Sym)});
  out_.symbols_.reserve(table.data.size() / sizeof(Elf64_Sym));
  for (std::size_t at = 0; at < table.data.size(); at += sizeof(Elf64_Sym))
    out_.symbols_.push_back(TRY(symbol(load<Elf64_Sym>(table.data.data() + at), table.link)));
  return {};
}

Result<void> ElfReader::read_relocations(uint32_t index) {
  const Section& table = out_.sections_[index];
  if (table.info == 0 || table.info >= out_.sections_.size()) return {};
  const Section& target = out_.sections_[table.info];
  if (!target.holds_code() && !target.holds_data()) return {};  // of debugging information
  if (table.type == SHT_RELA) return fail(NoAddend{});
  if (table.size % sizeof(Elf64_Rel) != 0) return fail(SectionUneven{.size = table.size, .unit = sizeof(Elf64_Rel)});
  auto& list = out_.relocations_[table.info];
  for (std::size_t at = 0; at < table.data.size(); at += sizeof(Elf64_Rel)) {
    auto r = load<Elf64_Rel>(table.data.data() + at);
    auto symbol = static_cast<uint32_t>(ELF64_R_SYM(r.r_info));
    if (symbol >= out_.symbols_.size())
      return fail_within(std::move(fail(NoSuchSymbol{.symbol = symbol, .count = out_.symbols_.size()}).error()),
                         "relocation " + std::to_string(at / sizeof(Elf64_Rel)));
    list.push_back({.offset = r.r_offset, .symbol = symbol, .type = static_cast<uint32_t>(ELF64_R_TYPE(r.r_info))});
  }
  std::ranges::sort(list, {}, [](const Relocation& r) { return std::tuple(r.offset, r.symbol, r.type); });
  return {};
}

Result<void> ElfReader::read() {
  TRY_VOID(check_header());
  ::elf_version(EV_CURRENT);
  elf_.reset(::elf_memory(reinterpret_cast<char*>(out_.bytes_.data()), out_.bytes_.size()));
  if (!elf_) return broken("file");
  TRY_VOID(read_sections());
  auto tables = [&](auto wanted, auto take) -> Result<void> {
    for (uint32_t i = 0; i < out_.sections_.size(); ++i)
      if (wanted(out_.sections_[i].type))
        if (auto r = (this->*take)(i); !r) return fail_within(std::move(r.error()), place_of(out_.sections_[i].name));
    return {};
  };
  TRY_VOID(tables([&](uint32_t t) { return t == SHT_SYMTAB && out_.symbols_.empty(); }, &ElfReader::read_symbols));
  TRY_VOID(tables([](uint32_t t) { return t == SHT_REL || t == SHT_RELA; }, &ElfReader::read_relocations));
  auto comment = out_.find_section(".comment");
  out_.addends_hold_values_ = comment != 0 && as_text(out_.sections_[comment].data).find("GCC:") != std::string::npos;
  return {};
}

Result<Object> Object::parse(std::string name, Buffer bytes) {
  Object out;
  out.name_ = std::move(name);
  out.bytes_ = std::move(bytes);
  if (auto r = ElfReader(out).read(); !r) return fail_within(std::move(r.error()), out.name_);
  return out;
}

Result<Object> Object::read(const std::string& path) {
  return parse(path == "-" ? "standard input" : path, TRY(read_file(path)));
}

uint32_t Object::find_section(std::string_view name) const {
  for (uint32_t i = 1; i < sections_.size(); ++i)
    if (sections_[i].name == name) return i;
  return 0;
}

// The version that follows `words` in a section of text.
static std::string version_in(const Section& s, std::string_view words) {
  std::string_view text = as_text(s.data);
  auto at = text.find(words);
  if (at == text.npos) return "";
  text = text.substr(at + words.size(), 80);
  text = text.substr(0, text.find('\0'));
  if (auto paren = text.find(") "); paren != text.npos && text.starts_with("(")) text = text.substr(paren + 2);
  return std::string(text.substr(0, text.find_first_not_of("0123456789.")));
}

std::string Object::compiler() const {
  for (const char* name : {".debug_str", ".comment"}) {
    uint32_t i = find_section(name);
    if (i == 0) continue;
    if (auto v = version_in(sections_[i], "clang version "); !v.empty()) return "clang " + v;
    if (auto v = version_in(sections_[i], "GCC: "); !v.empty()) return "GCC " + v;
  }
  return "";
}

}  // namespace skep::object
