// SPDX-License-Identifier: Apache-2.0
// The tables, graded by the kernel of this machine: each answer of ours becomes a program of a few instructions, and
// the kernel says whether it would have answered the same. In both directions: what we allow it must load, what we
// refuse it must refuse. Skipped, with the errno, only where bpf(2) cannot load an empty XDP program. The tables are
// Linux 6.18's: another kernel is asked the same, and where it differs the failure names it. A program type that this
// kernel cannot load even when empty (config) is left out and printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "facts/grade.hpp"
#include "facts/helpers.hpp"

namespace skep::facts {
namespace {

using namespace grade;
using isa::make_insn;

// What the verifier says last about a call with nothing but the context in r1.
std::string answer(ProgType type, AttachType attach, uint16_t helper) {
  static char log[1 << 16];
  Code code{copy(6, 1), call(helper), mov(0, 0), leave};
  ProgLoad a{};
  a.type = static_cast<uint32_t>(type);
  a.expected_attach_type = static_cast<uint32_t>(attach);
  a.insns = reinterpret_cast<uint64_t>(code.data());
  a.insn_count = static_cast<uint32_t>(code.size());
  a.license = reinterpret_cast<uint64_t>("GPL");
  a.flags = type == ProgType::syscall ? prog_flag::sleepable : 0;
  a.log = reinterpret_cast<uint64_t>(log);
  a.log_level = 1;
  a.log_size = sizeof log;
  log[0] = 0;
  if (int fd = bpf(5, a); fd >= 0) close(fd);
  return log;
}

bool loads(ProgType type, AttachType attach) {
  return load_error(type, attach, {mov(0, 0), leave}) == 0 || load_error(type, attach, {mov(0, 1), leave}) == 0;
}

bool has_rule(const Helper& h, ProgType type) {
  return std::ranges::any_of(
      call_rules(), [&](const CallRule& r) { return std::ranges::count(r.helpers, h.id) != 0 && r.types.has(type); });
}

// Every helper, every program type, every attach type that the type is loaded with; where that is any of them, only the
// helpers that have a rule are asked with each.
TEST_F(Graded, HelpersAreThereWhereTheTableSays) {
  unsigned asked = 0;
  for (const ProgTypeRow& r : prog_types) {
    AttachTypes at;
    for (const AttachTypeRow& a : attach_types)
      if (loads(r.id, a.id)) at = at | AttachTypes{a.id};
    for (const AttachTypeRow& a : attach_types)
      for (const Helper& h : helpers()) {
        if (!at.has(a.id) || h.name == "probe_write_user" || h.name == "override_return") continue;  // not allowed here
        if (at == AttachTypes::all() && a.id != unsaid && !has_rule(h, r.id)) continue;
        const CallRule* rule = refused_by_attach(h.id, r.id, a.id, {});
        bool ours = prototype(h.id, r.id) != nullptr && (rule == nullptr || rule->otherwise != Refusal::unknown);
        std::string said = answer(r.id, a.id, h.id);
        EXPECT_EQ(ours, said.find("program of this type cannot use helper") == said.npos)
            << h.name << " in " << r.name << " at " << a.name << ": " << said;
        ++asked;
      }
  }
  EXPECT_GT(asked, 10000U);
}

}  // namespace
}  // namespace skep::facts
