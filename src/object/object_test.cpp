// SPDX-License-Identifier: Apache-2.0
// Files that are no eBPF objects, cut off, or damaged on purpose.
#include "object/object.hpp"

#include <elf.h>
#include <gtest/gtest.h>

#include <functional>

#include "object/made.hpp"

namespace skep::object {
namespace {

const Buffer& good() {
  static const Buffer bytes = made::compiled("clang-19", made::maps);
  return bytes;
}

Object good_object() {
  auto o = Object::parse("a.o", good());
  if (!o) std::abort();
  return std::move(*o);
}

std::string error_of(Buffer bytes) {
  auto o = Object::parse("a.o", std::move(bytes));
  if (!o) return o.error().text();
  auto m = open(*o);
  return m ? "accepted" : m.error().text();
}

// The good object with its header changed.
std::string with_header(const std::function<void(Elf64_Ehdr&)>& change) {
  Buffer b = good();
  auto h = load<Elf64_Ehdr>(b.data());
  change(h);
  store(b.data(), h);
  return error_of(b);
}

// The good object with the header of one section changed.
std::string with_section(std::string_view name, const std::function<void(Elf64_Shdr&)>& change) {
  Buffer b = good();
  Object o = good_object();
  std::size_t at = load<Elf64_Ehdr>(b.data()).e_shoff + o.find_section(name) * sizeof(Elf64_Shdr);
  auto s = load<Elf64_Shdr>(b.data() + at);
  change(s);
  store(b.data() + at, s);
  return error_of(b);
}

// The good object with an entry of a table changed: the first that `change` says yes to.
template <class Entry>
std::string with_entry(std::string_view section, const std::function<bool(Entry&)>& change) {
  Buffer b = good();
  Object o = good_object();
  const Section& s = o.sections()[o.find_section(section)];
  auto at = static_cast<std::size_t>(
      load<Elf64_Shdr>(b.data() + load<Elf64_Ehdr>(b.data()).e_shoff + o.find_section(section) * sizeof(Elf64_Shdr))
          .sh_offset);
  for (std::size_t i = 0; i + sizeof(Entry) <= s.size; i += sizeof(Entry)) {
    auto e = load<Entry>(b.data() + at + i);
    if (!change(e)) continue;
    store(b.data() + at + i, e);
    return error_of(b);
  }
  ADD_FAILURE() << "nothing was changed";
  return "";
}

TEST(Header, WhatIsNoObjectIsNamed) {
  EXPECT_EQ(error_of(good()), "accepted");
  EXPECT_EQ(error_of({}),
            "a.o: not an ELF file: it is empty. compile it with "
            "clang -target bpf -g -O2 -c");
  EXPECT_EQ(error_of({'#', '!', '/', 'b', 'i', 'n'}),
            "a.o: not an ELF file: it begins with 23212f62, ELF begins with "
            "7f454c46. compile it with clang -target bpf -g -O2 -c");
  EXPECT_EQ(with_header([](auto& h) { h.e_ident[EI_CLASS] = ELFCLASS32; }),
            "a.o: a 32-bit ELF file; eBPF objects are 64-bit. compile it with clang -target bpf");
  EXPECT_EQ(
      with_header([](auto& h) { h.e_type = ET_DYN; }),
      "a.o: an ELF file of type 3 (shared library); eBPF objects are relocatable files, type 1. compile it with -c");
  EXPECT_EQ(error_of(made::compiled("clang-19", "int f;", "-target bpfeb -O2")),
            "a.o: a big-endian ELF file; skep reads little-endian eBPF objects. compile it with -target bpfel");
  EXPECT_EQ(
      error_of(made::compiled("clang-19", "int f;", "-O2")),
      "a.o: an ELF file for machine 62 (x86-64); eBPF objects are for machine 247. compile it with clang -target bpf");
  EXPECT_EQ(Object::read("/nowhere.o").error().row().slug, "no-such-file");
}

TEST(Header, ObjectsWithoutProgramsSayWhatTheyHave) {
  EXPECT_EQ(
      error_of(made::compiled("clang-19", "int numbers[3] = {1};")),
      "a.o: there are no programs; its sections are .text, .data. programs are functions with SEC(\"xdp\") or the "
      "like");
}

TEST(Header, CutOffAnywhereIsAnError) {
  for (std::size_t n = 0; n < good().size(); n += n < 256 || n + 256 > good().size() ? 1u : 97u) {
    auto text = error_of(Buffer(good().begin(), good().begin() + static_cast<std::ptrdiff_t>(n)));
    EXPECT_TRUE(text.starts_with("a.o: ")) << n << ": " << text;
  }
}

TEST(Sections, LieWithinTheFile) {
  auto file = std::to_string(good().size());
  EXPECT_EQ(with_section("xdp", [](auto& s) { s.sh_offset = 1u << 30; }).substr(0, 30),
            "a.o: section 'xdp': 496 bytes ");
  EXPECT_EQ(
      with_section("xdp", [](auto& s) { s.sh_size = UINT64_MAX; }),
      "a.o: section 'xdp': 18446744073709551615 bytes at byte 64; the file has " + file + ". the file may be cut off");
  EXPECT_TRUE(with_section(".debug_info", [](auto& s) {
                s.sh_offset = 0, s.sh_size = good().size();
              }).starts_with("a.o: the sections are "));
  EXPECT_TRUE(with_header([](auto& h) { h.e_shoff = 1u << 30; }).starts_with("a.o: the "));
  EXPECT_TRUE(with_header([](auto& h) { h.e_shnum = 0xff00; }).starts_with("a.o: the "));
  EXPECT_EQ(with_section("xdp", [](auto& s) { s.sh_size -= 1; }).substr(0, 55),
            "a.o: section '.symtab': section 'xdp': symbol 'start' i");
  EXPECT_EQ(with_section(".symtab", [](auto& s) { s.sh_size -= 1; }).substr(0, 22), "a.o: section '.symtab'");
  EXPECT_EQ(with_section(".relxdp", [](auto& s) { s.sh_size -= 1; }).substr(0, 22), "a.o: section '.relxdp'");
  EXPECT_EQ(with_section(".relxdp", [](auto& s) { s.sh_type = SHT_RELA; }).substr(0, 60),
            "a.o: section '.relxdp': a relocation section with addends; e");
}

TEST(Symbols, LieWithinTheirSectionsAndHaveNames) {
  auto change_symbol = [](std::string_view, auto change) { return with_entry<Elf64_Sym>(".symtab", change); };
  auto is_func = [](const Elf64_Sym& s) { return ELF64_ST_TYPE(s.st_info) == STT_FUNC; };
  EXPECT_EQ(change_symbol("", [&](Elf64_Sym& s) { return is_func(s) && ((s.st_value = 1 << 20) != 0); }).substr(0, 66),
            "a.o: section '.symtab': section 'xdp': symbol 'stage' is 136 bytes");
  EXPECT_EQ(
      change_symbol("", [&](Elf64_Sym& s) { return is_func(s) && ((s.st_name = 1 << 20) != 0); }),
      "a.o: section '.symtab': the name of a symbol cannot be read: it is outside of the string table. the file may "
      "be cut off");
  EXPECT_EQ(change_symbol("", [&](Elf64_Sym& s) { return is_func(s) && (s.st_value = 4, (s.st_size = 8) != 0); }),
            "a.o: function 'stage': it is 8 bytes at byte 4; instructions are 8 bytes. the file may be damaged");
}

TEST(Relocations, NameWhatIsThere) {
  auto change = [](auto f) {
    return with_entry<Elf64_Rel>(".relxdp", [&](Elf64_Rel& r) {
      f(r);
      return true;
    });
  };
  EXPECT_TRUE(change([](Elf64_Rel& r) {
                r.r_info = ELF64_R_INFO(99999, 1);
              }).starts_with("a.o: section '.relxdp': relocation 0: it names symbol 99999; there are "));
  EXPECT_TRUE(change([](Elf64_Rel& r) { r.r_offset = 0; }).find("on an instruction that takes none") !=
              std::string::npos);
  Object o = good_object();
  auto symbol = [&](std::string_view name) {
    return static_cast<uint32_t>(std::ranges::find(o.symbols(), name, &Symbol::name) - o.symbols().begin());
  };
  EXPECT_EQ(change([&](Elf64_Rel& r) { r.r_info = ELF64_R_INFO(symbol("_license"), 1); }).substr(63),
            "it takes the address of '_license' in section 'license', which no program can reach. global data is in "
            ".data, .rodata and .bss; maps are in .maps");
}

TEST(Given, ValuesAreMapsOrPrograms) {
  Object o = good_object();
  auto license = static_cast<uint32_t>(std::ranges::find(o.symbols(), "_license", &Symbol::name) - o.symbols().begin());
  auto change = [](auto f) { return with_entry<Elf64_Rel>(".rel.maps", f); };
  EXPECT_EQ(change([&](Elf64_Rel& r) { return r.r_info = ELF64_R_INFO(license, 2), true; }),
            "a.o: map 'tables': '_license' is given as a value; its values are maps");
  EXPECT_EQ(change([&](Elf64_Rel& r) {
              bool last = o.symbols()[ELF64_R_SYM(r.r_info)].name == "stage";
              if (last) r.r_info = ELF64_R_INFO(license, 2);
              return last;
            }),
            "a.o: map 'stages': '_license' is given as a value; its values are programs of this object");
  EXPECT_EQ(change([&](Elf64_Rel& r) { return r.r_offset = 0, true; }),
            "a.o: section '.maps': a value is given at byte 0, where it has none");
}

TEST(Compiler, IsKnownFromTheFile) {
  EXPECT_TRUE(good_object().compiler().starts_with("clang 19."));
  EXPECT_TRUE(made::object_of("bpf-gcc", "int f(void) { return 1; }").compiler().starts_with("GCC 12."));
  EXPECT_EQ(made::object_of("clang-19", "int f(void) { return 1; }", "-target bpf -O2").compiler(), "");
}

}  // namespace
}  // namespace skep::object
