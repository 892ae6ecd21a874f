// SPDX-License-Identifier: Apache-2.0
// LLVM 19 as a judge: what both know is the same bytes, in both directions. What LLVM does not know is printed, and
// compared with what it did not know when this was written, so that the list cannot grow unseen: only what Linux has
// beyond the standard may be newer than LLVM 19.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/bytes.hpp"
#include "isa/assemble.hpp"
#include "isa/check.hpp"
#include "isa/op.hpp"
#include "isa/print.hpp"

namespace skep::isa {
namespace {

namespace fs = std::filesystem;

class PeerLlvm : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("skep_llvm_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(std::string_view name) const { return folder_ / name; }
  void write(std::string_view name, std::string_view text) const { std::ofstream(path(name)) << text; }
  std::string content(std::string_view name) const {
    std::ifstream in(path(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // stdout to `out`, stderr to `err`. The tool's own status says that some lines were refused; that it ran, the output.
  void run(const std::string& command) const {
    const int status = std::system(("cd " + folder_.string() + " && " + command + " > out 2> err").c_str());
    ASSERT_NE(WEXITSTATUS(status), 127) << command << ": " << content("err") << "install llvm-19";
  }
  // The line numbers, from 1, of "file:LINE:COLUMN: error" or "… warning" in what a tool complained.
  std::set<std::size_t> refused() const {
    std::set<std::size_t> lines;
    std::istringstream in(content("err"));
    for (std::string line; std::getline(in, line);)
      if (line.starts_with("in:") || line.starts_with("<stdin>:"))
        lines.insert(std::stoul(line.substr(line.find(':') + 1)));
    return lines;
  }

 private:
  fs::path folder_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string hex_of(std::span<const Insn> insns) {
  return to_hex({reinterpret_cast<const uint8_t*>(insns.data()), insns.size_bytes()});
}

// One instruction a row and operand edge; 64-bit immediates with their second slot.
std::vector<std::vector<Insn>> samples() {
  std::vector<std::vector<Insn>> all;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Op::ld_imm64_high); ++i) {
    const Row& r = rows[i];
    auto used = [](FieldRule f, int32_t v) { return f.use == Use::selects ? f.value : f.use == Use::no ? 0 : v; };
    for (auto [reg, off, imm] :
         {std::tuple{0, 0, 0}, {1, 1, 1}, {9, -8, -1}, {10, 32767, INT32_MAX}, {3, -32768, INT32_MIN}}) {
      std::vector<Insn> one = {make_insn(r.code, static_cast<uint8_t>(used(r.dst, reg)),
                                         static_cast<uint8_t>(used(r.src, (reg * 7 + 2) % 11)),
                                         static_cast<int16_t>(used(r.off, off)), used(r.imm, imm))};
      if (is_ld_imm64(one[0])) {
        const Insn high = make_insn(0, 0, 0, 0, imm);
        one.push_back(check_high(one[0], high) ? high : Insn{});
      }
      all.push_back(one);
    }
  }
  return all;
}

// "[0x85,0x10,…]" as hex; a fixup's letters stay, so that they equal nothing.
std::string bytes_after_encoding(const std::string& line) {
  const std::size_t from = line.find("encoding: [") + 11;
  std::string bytes = line.substr(from, line.find(']', from) - from);
  for (std::string_view noise : {"0x", ","})
    for (std::size_t at; (at = bytes.find(noise)) != bytes.npos;) bytes.erase(at, noise.size());
  return bytes;
}

using Examples = std::map<std::string, std::string>;  // by operation

std::string names_of(const Examples& examples) {
  std::string names;
  for (const auto& [name, text] : examples) names += (names.empty() ? "" : " ") + name;
  return names;
}
void show(std::string_view heading, const Examples& examples) {
  std::cout << heading << "\n";
  for (const auto& [name, text] : examples) std::cout << "  " << name << "\t" << text << "\n";
}

// Rows that LLVM 19 has no text for, or reads otherwise: calls of subprograms and kfuncs are relocations to it, and
// what the loader fills in (maps, functions, variables) is `ld_pseudo`.
constexpr std::string_view loaders =
    "call_kfunc call_local ld_func ld_map_fd ld_map_idx ld_map_idx_value ld_map_value ld_var";

bool may_be_newer(const Row& r) {
  constexpr std::string_view known[] = {"may_goto", "cast_user", "cast_kernel"};
  return r.group == Group::linux_ && std::ranges::find(known, r.name) == std::end(known);
}

TEST_F(PeerLlvm, AssemblesOurTextToOurBytes) {
  const auto insns = samples();
  std::string text;
  for (const auto& one : insns) text += print(one, 0) + "\n";
  write("in", text);
  run("llvm-mc-19 -triple=bpfel -mcpu=v4 -show-encoding in");
  const auto bad = refused();
  std::vector<std::string> encoded;
  for (const std::string& line : lines_of(content("out")))
    if (line.find("encoding: [") != line.npos) encoded.push_back(bytes_after_encoding(line));
  ASSERT_EQ(encoded.size() + bad.size(), insns.size());

  Examples unknown, newer;
  std::string common;
  std::vector<Insn> expected;
  std::size_t next = 0;
  for (std::size_t i = 0; i < insns.size(); ++i) {
    const bool taken = !bad.contains(i + 1);
    const std::string text_of = print(insns[i], 0), bytes = taken ? encoded[next++] : "";
    if (!taken || bytes.find('A') != bytes.npos) {
      const Row& r = row(decode(insns[i][0]));
      (may_be_newer(r) ? newer : unknown).emplace(r.name, text_of);
      continue;
    }
    EXPECT_EQ(bytes, hex_of(insns[i])) << text_of;
    common += text_of + "\n";
    expected.insert(expected.end(), insns[i].begin(), insns[i].end());
  }
  std::cout << encoded.size()
            << " texts of ours were read by LLVM 19; all it took without a relocation is the same bytes\n";
  show("LLVM 19 has no such text:", unknown);
  show("nor, being older:", newer);
  // It knows gotol, but not the farthest ones; skb[r2 + 4] it only knows without the number.
  EXPECT_EQ(names_of(unknown),
            std::string("call_kfunc call_local ja32") + std::string(loaders.substr(21)) + " ldind16 ldind32 ldind8");

  // And back again through an object and objdump, with its addresses, raw bytes and annotations.
  write("common.s", common);
  run("llvm-mc-19 -triple=bpfel -mcpu=v4 -filetype=obj common.s -o common.o");
  run("llvm-objdump-19 -d --mcpu=v4 common.o");
  auto program = assemble(content("out"));
  ASSERT_TRUE(program) << program.error().text();
  EXPECT_EQ(hex_of(program->insns), hex_of(expected));
}

TEST_F(PeerLlvm, PrintsOurBytesInAWayWeReadBack) {
  const auto insns = samples();
  std::string bytes;
  for (const auto& one : insns) {
    const std::string hex = hex_of(one);
    for (std::size_t i = 0; i < hex.size(); i += 2) bytes += " 0x" + hex.substr(i, 2);
    bytes += "\n";
  }
  write("in", bytes);
  run("llvm-mc-19 -triple=bpfel -mcpu=v4 -disassemble in");
  const auto bad = refused();
  const auto out = lines_of(content("out"));
  ASSERT_EQ(out.size() + bad.size(), insns.size() + 1);  // the first line is .text

  Examples unknown, newer;
  std::size_t next = 1, same = 0;
  for (std::size_t i = 0; i < insns.size(); ++i) {
    const std::string text = bad.contains(i + 1) ? "<nothing>" : out[next++];
    const auto program = assemble(text);
    const bool equal = program && hex_of(program->insns) == hex_of(insns[i]);
    same += equal;
    const Row& r = row(decode(insns[i][0]));
    if (!equal) (may_be_newer(r) ? newer : unknown).emplace(r.name, text);
  }
  std::cout << same << " texts of LLVM 19 are the same bytes to us\n";
  show("LLVM 19 prints otherwise:", unknown);  // and loses the number of skb[r2 + 4]
  show("and, being older:", newer);
  EXPECT_EQ(names_of(unknown), std::string(loaders) + " ldind16 ldind32 ldind8");
}

}  // namespace
}  // namespace skep::isa
