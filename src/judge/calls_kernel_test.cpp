// SPDX-License-Identifier: Apache-2.0
// tests/verify/calls/*.bpf.c: every program through the verifier and through the running kernel, which must say the
// same: verdict, errno, instruction, and the figures of its walk. What is expected stands in the program's name:
// accepted unless it ends in _refused; and where a comment ends its line, that is the slug of skep's diagnostic.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/file.hpp"
#include "btf/writer.hpp"
#include "engine/kernel/kernel.hpp"
#include "engine/kernel/vmlinux.hpp"
#include "isa/assemble.hpp"
#include "isa/op.hpp"
#include "object/compile.hpp"
#include "object/open.hpp"
#include "sys/kernel_judge.hpp"
#include "verify/verify.hpp"

namespace skep::judge {
namespace {

// One program of a module, with all of its maps.
module::Module only(const module::Module& all, std::size_t prog) {
  module::Module one = all;
  std::swap(one.progs[0], one.progs[prog]);
  one.progs.resize(1);
  return one;
}

struct Said {
  std::string answer, err, insn, slug;  // the slug is skep's alone
  uint64_t processed = 0, states = 0, peak_states = 0, most_at_one = 0;
  std::string words = {};  // the last line of why it is refused, numbers as N
  bool operator==(const Said&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Said& s) {
  return out << fmt::format("{} {} insn {} processed {} states {} peak {} most {}: {}", s.answer, s.err, s.insn,
                            s.processed, s.states, s.peak_states, s.most_at_one, s.words);
}

std::string last_line(std::string_view text) {
  if (const auto line = text.rfind('\n'); line != text.npos) text.remove_prefix(line + 1);
  std::string out;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) out += c;
    if (digit && !out.ends_with('N')) out += 'N';
  }
  return out;
}

Said verified(const module::Module& m, const facts::Target& target) {
  const auto v =
      verify::verify({.module = m, .prog = m.progs[0], .target = target, .kernel_types = *kernel::vmlinux()});
  Said s{.answer = std::string(verify::name_of(v.answer)), .err = {}, .insn = {}, .slug = {}};
  s.processed = v.effort.processed, s.states = v.effort.states;
  s.peak_states = v.effort.peak_states, s.most_at_one = v.effort.max_states_per_insn;
  if (v.rejection) {
    s.err = kernel::errno_name(v.rejection->error.row().err);
    s.insn = std::to_string(v.rejection->insn);
    s.slug = v.rejection->error.row().slug;
    s.words = last_line(v.rejection->error.kernel());
  }
  return s;
}

Said loaded(const module::Module& m) {
  // Level 2: Linux forgets what it logged of each function else, and a log that overflowed in between is an ENOSPC.
  const auto live = kernel::load(m, {.log = 2});
  const kernel::Verdict& v = live.programs[0].verdict;
  Said s{.answer = std::string(kernel::name(v.outcome)), .err = {}, .insn = {}, .slug = {}};
  if (v.effort) {
    s.processed = v.effort->processed, s.states = v.effort->states;
    s.peak_states = v.effort->peak_states, s.most_at_one = v.effort->max_states_per_insn;
  }
  if (v.err != 0) s.err = kernel::errno_name(v.err);
  if (v.err != 0) s.insn = v.insn ? std::to_string(*v.insn) : "";
  if (v.err != 0) s.words = last_line(v.message);
  return s;
}

// "not-on-stack" of "SEC("tc") int NAME(…) {…}  // not-on-stack"; empty where the line says nothing.
std::string slug_of(const std::string& source, const std::string& name) {
  const auto at = source.find(" " + name + "(");
  if (at == source.npos) return "";
  const std::string line = source.substr(at, source.find('\n', at) - at);
  const auto comment = line.rfind("// ");
  return comment == line.npos ? "" : line.substr(comment + 3);
}

// No call names such a function, so the kernel's log ends with the instruction that was walked before.
bool is_about_handler(const module::ProgDef& p, const Said& mine) {
  if (mine.slug == "handler-params") return true;
  const bool begins_last = mine.insn == std::to_string(p.subprogs.back().first_insn);
  return mine.slug == "returns-no-number" && begins_last;
}

std::vector<std::string> subjects() {
  std::vector<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(SKEP_SOURCE_DIR "/tests/verify/calls"))
    if (file.path().extension() == ".c")
      found.push_back(file.path().filename().replace_extension().replace_extension());
  std::ranges::sort(found);
  return found;
}

class Calls : public sys::test::AsksKernel, public testing::WithParamInterface<std::string> {};

TEST_P(Calls, AreWhatTheKernelSays) {
  const std::string path = std::string(SKEP_SOURCE_DIR "/tests/verify/calls/") + GetParam() + ".bpf.c";
  const auto compiled = object::compile(path);
  ASSERT_TRUE(compiled) << compiled.error().text();
  const auto all = object::open(compiled->object, {.target = object::target_types("")});
  ASSERT_TRUE(all) << all.error().text();
  const auto target = facts::target_by_name(kernel::running_target());
  ASSERT_TRUE(target) << target.error().text();
  ASSERT_FALSE(all->progs.empty());
  const auto bytes = read_file(path);
  ASSERT_TRUE(bytes) << bytes.error().text();
  const std::string source(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  for (std::size_t p = 0; p < all->progs.size(); ++p) {
    const std::string& name = all->progs[p].name;
    const module::Module one = only(*all, p);
    Said mine = verified(one, *target), kernels = loaded(one);
    // There is nothing to compare where the kernel's log names no instruction, or the one before the limit, or where
    // the program was walked to its end and is refused then, or for an exception callback that is not begun.
    if (kernels.insn.empty() || kernels.err == "E2BIG" || mine.insn == "0" || is_about_handler(one.progs[0], mine))
      mine.insn = kernels.insn;
    if (const std::string slug = slug_of(source, name); !slug.empty()) {
      EXPECT_EQ(mine.slug, slug) << name;
    }
    mine.slug.clear();
    EXPECT_EQ(mine, kernels) << name;
    EXPECT_EQ(kernels.answer, name.ends_with("_refused") ? "rejected" : "accepted") << name;
  }
}

INSTANTIATE_TEST_SUITE_P(, Calls, testing::ValuesIn(subjects()), [](const auto& of) { return of.param; });

// What no compiler writes.
class CallsOfNoCompiler : public sys::test::AsksKernel {
 protected:
  void refuses(const module::Module& m, std::string_view slug) {
    const auto target = facts::target_by_name(kernel::running_target());
    ASSERT_TRUE(target) << target.error().text();
    Said mine = verified(m, *target);
    const Said kernels = loaded(m);
    EXPECT_EQ(mine.slug, slug);
    EXPECT_EQ(mine.answer, kernels.answer);
    EXPECT_EQ(mine.err, kernels.err);
  }
  static module::Module program(std::string_view text) {
    module::Module m;
    m.license = "GPL";
    module::ProgDef& p = m.progs.emplace_back();
    p.type = facts::ProgType::sched_cls;
    p.insns = isa::assemble(text)->insns;
    return m;
  }
};

TEST_F(CallsOfNoCompiler, TakeFiveArguments) {
  const btf::Int number{
      .size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false};
  for (const std::size_t count : {5u, 6u}) {
    btf::Writer types;
    const auto word = types.integer("int", number);
    const std::vector<btf::Param> params(count, {"x", word});
    const auto main = types.function("main", types.function_proto(word, {}), btf::Linkage::global);
    const auto sub = types.function("sub", types.function_proto(word, params), btf::Linkage::global);
    module::Module m = program("r1 = 1; r2 = 2; r3 = 3; r4 = 4; r5 = 5; call pc+1; exit; r0 = 0; exit");
    m.progs[0].subprogs = {{.name = "main", .first_insn = 0, .type = main},
                           {.name = "sub", .first_insn = 7, .type = sub}};
    const Buffer bytes = types.bytes();
    m.btf = *btf::adopt(bytes, std::make_shared<const Buffer>(bytes));
    refuses(m, count == 5 ? "" : "many-params");
  }
}

// Linux looks up whom a program calls before it asks who may be called.
TEST_F(CallsOfNoCompiler, NameTwoHundredAndFiftySixFunctions) {
  const auto& types = **kernel::vmlinux();
  const auto symbols = read_file("/proc/kallsyms");
  ASSERT_TRUE(symbols) << symbols.error().text();
  module::Module m = program("r0 = 0; exit");
  auto& p = m.progs[0];
  for (btf::TypeId id = 1; id < types.count() && p.externs.size() < 257; ++id) {
    const btf::Type t = types.type(id);
    if (t.kind != btf::Kind::func || !t.name.starts_with("bpf_")) continue;
    const btf::Type proto = types.type(t.size_or_type);
    const bool open_ended = proto.vlen > 0 && types.param(proto, proto.vlen - 1).type == 0;
    if (open_ended || as_text(*symbols).find(" " + std::string(t.name) + "\n") == std::string_view::npos) continue;
    p.externs.push_back({.insn = static_cast<uint32_t>(p.insns.size()), .name = std::string(t.name)});
    p.insns.push_back(isa::encode(isa::Op::call_kfunc));
  }
  ASSERT_EQ(p.externs.size(), 257u);
  p.insns.push_back(isa::encode(isa::Op::exit));
  refuses(m, "too-many-kfuncs");
}

}  // namespace
}  // namespace skep::judge
