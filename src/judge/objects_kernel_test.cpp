// SPDX-License-Identifier: Apache-2.0
// tests/verify/objects/: every program through the verifier and through the running kernel, which must say the same:
// verdict, errno, instruction, and the figures of its walk. Where a file states Linux's verdict it is compared, too.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.hpp"
#include "engine/kernel/kernel.hpp"
#include "engine/kernel/vmlinux.hpp"
#include "judge/case.hpp"
#include "object/compile.hpp"
#include "object/open.hpp"
#include "verify/verify.hpp"

namespace skep::judge {
namespace {

const std::filesystem::path folder = SKEP_SOURCE_DIR "/tests/verify/objects";

// What of an answer is compared.
struct Said {
  std::string answer, err;
  std::optional<uint32_t> insn = {};
  uint64_t processed = 0, states = 0, peak_states = 0, most_at_one = 0;
  bool operator==(const Said&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Said& s) {
  return out << fmt::format("{} {} at {}: processed {} states {} peak {} most {}", s.answer, s.err, s.insn.value_or(0),
                            s.processed, s.states, s.peak_states, s.most_at_one);
}

Said of_skep(const module::Module& m, const facts::Target& target) {
  const auto v =
      verify::verify({.module = m, .prog = m.progs[0], .target = target, .kernel_types = *kernel::vmlinux()});
  Said s{.answer = std::string(verify::name_of(v.answer)), .err = {}};
  s.processed = v.effort.processed, s.states = v.effort.states;
  s.peak_states = v.effort.peak_states, s.most_at_one = v.effort.max_states_per_insn;
  if (v.rejection) s.err = kernel::errno_name(v.rejection->error.row().err), s.insn = v.rejection->insn;
  return s;
}

Said of_the_kernel(const module::Module& m) {
  const auto live = kernel::load(m, {});
  const kernel::Verdict& v = live.programs[0].verdict;
  Said s{.answer = std::string(kernel::name(v.outcome)), .err = {}};
  if (v.effort) {
    s.processed = v.effort->processed, s.states = v.effort->states;
    s.peak_states = v.effort->peak_states, s.most_at_one = v.effort->max_states_per_insn;
  }
  if (v.err != 0) s.err = kernel::errno_name(v.err), s.insn = v.insn;
  return s;
}

void same_answers(const module::Module& all) {
  const auto target = facts::target_by_name(kernel::running_target());
  ASSERT_TRUE(target) << target.error().text();
  ASSERT_FALSE(all.progs.empty());
  for (const module::ProgDef& prog : all.progs) {
    module::Module one = all;
    one.progs = {prog};
    for (module::MapDef& m : one.maps) m.slots.clear();
    Said ours = of_skep(one, *target);
    const Said theirs = of_the_kernel(one);
    if (!theirs.insn) ours.insn.reset();  // Linux names none where the program is refused before it is walked
    EXPECT_EQ(ours, theirs) << prog.name;
  }
}

std::vector<std::string> files(std::string_view ending) {
  std::vector<std::string> found;
  for (const auto& f : std::filesystem::directory_iterator(folder))
    if (f.path().string().ends_with(ending)) found.push_back(f.path().string());
  std::ranges::sort(found);
  return found;
}

TEST(KernelObjects, InCaseFilesAreWhatTheKernelSays) {
  for (const std::string& path : files(".case")) {
    const auto text = read_file(path);
    ASSERT_TRUE(text) << text.error().text();
    const auto parsed = parse_case(path, std::string_view(reinterpret_cast<const char*>(text->data()), text->size()));
    ASSERT_TRUE(parsed) << parsed.error().text();
    SCOPED_TRACE(path);
    module::Module module = *parsed->module;
    module.license = "GPL";
    same_answers(module);
  }
}

TEST(KernelObjects, InProgramsOfClangAreWhatTheKernelSays) {
  for (const std::string& path : files(".bpf.c")) {
    const auto compiled = object::compile(path);
    ASSERT_TRUE(compiled) << compiled.error().text();
    const auto all = object::open(compiled->object, {.target = object::target_types("")});
    ASSERT_TRUE(all) << all.error().text();
    SCOPED_TRACE(path);
    same_answers(*all);
  }
}

}  // namespace
}  // namespace skep::judge
