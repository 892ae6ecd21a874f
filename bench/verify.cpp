// SPDX-License-Identifier: Apache-2.0
// What a verification takes through the C++ API, the module being there: a program of twenty instructions, warm; memory
// for a million processed instructions, and for a program a million long. Times are the processor's, the least of many.
//
//     skep_bench_verify [--json FILE] [OBJECT…]      also every program of these objects
//
// Fails where a verdict is not what it has to be, or takes more memory than is wanted. What takes longer is said only:
// that depends on the machine, and on who else uses it.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <limits>

#include "object/open.hpp"
#include "verify/verify.hpp"

using namespace skep;

namespace {

int64_t processor_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

struct Measured {
  verify::Verdict verdict;
  int64_t ns = std::numeric_limits<int64_t>::max();
};
Measured measure(const module::Module& m, const module::ProgDef& prog, int64_t enough_ns) {
  const facts::Target target;
  Measured best;
  int together = 1;  // so that looking at the clock takes no part of it
  for (int64_t spent = 0; spent < enough_ns;) {
    const int64_t begin = processor_ns();
    for (int i = 0; i < together; ++i) best.verdict = verify::verify({.module = m, .prog = prog, .target = target});
    const int64_t took = processor_ns() - begin;
    best.ns = std::min(best.ns, took / together);
    if (took < 100'000) together = 50;
    spent += took;
  }
  return best;
}

// What is wanted of a row; 0: nothing.
struct Goal {
  verify::Answer answer = verify::Answer::accepted;
  uint64_t processed = 0;
  double us = 0, mb = 0;
};
std::string rows;  // as JSON
bool missed = false;

void show(std::string_view name, const Measured& m, const Goal& goal) {
  const verify::Effort& e = m.verdict.effort;
  const double us = static_cast<double>(m.ns) / 1e3, mb = static_cast<double>(e.peak_bytes) / 1e6;
  fmt::print("{:34} {:9} {:>9} processed {:>7} states {:>12.2f} us {:>9.1f} MB", name,
             verify::name_of(m.verdict.answer), e.processed, e.states, us, mb);
  if (goal.us != 0) fmt::print("  (wanted: {} us{})", goal.us, us > goal.us ? ", missed" : "");
  if (goal.mb != 0) fmt::print("  (wanted: below {} MB{})", goal.mb, mb >= goal.mb ? ", missed" : "");
  const bool wrong = goal.processed != 0 && (m.verdict.answer != goal.answer || e.processed != goal.processed);
  fmt::print("{}\n", wrong ? "  another verdict than wanted" : "");
  missed |= wrong || (goal.mb != 0 && mb >= goal.mb);
  rows += fmt::format(
      R"({}{{"name":"{}","result":"{}","processed":{},"states":{},"us":{:.2f},"mb":{:.1f},"wanted_us":{},"wanted_mb":{}}})",
      rows.empty() ? "\n" : ",\n", name, verify::name_of(m.verdict.answer), e.processed, e.states, us, mb, goal.us,
      goal.mb);
}

module::ProgDef program(std::vector<isa::Insn> insns) {
  module::ProgDef prog;
  prog.name = "walk";
  prog.type = facts::ProgType::socket_filter;
  prog.insns = std::move(insns);
  return prog;
}

// Reads a word of the context, keeps it on the stack, tests it, folds it.
std::vector<isa::Insn> twenty() {
  using isa::Insn;
  const auto i = [](uint8_t code, unsigned dst, unsigned src, int16_t off, int32_t imm) {
    return Insn{code, static_cast<uint8_t>(dst | src << 4), off, imm};
  };
  std::vector<Insn> p = {i(0xbf, 6, 1, 0, 0), i(0x61, 2, 6, 0, 0),   i(0x7b, 10, 2, -8, 0),
                         i(0xb7, 0, 0, 0, 0), i(0x25, 2, 0, 2, 64),  i(0x07, 2, 0, 0, 8),
                         i(0x0f, 0, 2, 0, 0), i(0x79, 3, 10, -8, 0), i(0xbf, 4, 3, 0, 0)};
  for (int k = 0; k < 4; ++k) {
    p.push_back(i(0x77, 4, 0, 0, 8));
    p.push_back(i(0xaf, 3, 4, 0, 0));
  }
  p.push_back(i(0x57, 3, 0, 0, 255));
  p.push_back(i(0x0f, 0, 3, 0, 0));
  p.push_back(i(0x95, 0, 0, 0, 0));
  return p;
}

// As long as programs may be.
std::vector<isa::Insn> million() {
  std::vector<isa::Insn> p(1'000'000, isa::Insn{0x07, 0, 0, 1});
  p.front() = isa::Insn{0xb7, 0, 0, 0};
  p.back() = isa::Insn{0x95, 0, 0, 0};
  return p;
}

// 333,333 rounds are too many: refused after 1,000,000 instructions, no state of which is ever like another.
std::vector<isa::Insn> endless() {
  return {{0xb7, 0, 0, 0}, {0x07, 0, 0, 1}, {0x05, 0, 0, 0}, {0x55, 0, -3, 400'000}, {0x95, 0, 0, 0}};
}

}  // namespace

int main(int argc, char** argv) {
  constexpr uint64_t a_million = 1'000'000;
  constexpr double enough_mb = 200;
  std::vector<std::string> objects(argv + 1, argv + argc);
  std::string json;
  if (objects.size() >= 2 && objects[0] == "--json") {
    json = objects[1];
    objects.erase(objects.begin(), objects.begin() + 2);
  }
  module::Module m;
  m.license = "GPL";
  m.progs = {program(twenty()), program(endless()), program(million())};
  show("twenty instructions", measure(m, m.progs[0], 300'000'000), {.processed = 33, .us = 5});
  show("a million processed", measure(m, m.progs[1], 1),
       {.answer = verify::Answer::rejected, .processed = a_million + 1, .mb = enough_mb});
  show("a million long", measure(m, m.progs[2], 1), {.processed = a_million, .mb = enough_mb});
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const double process_mb = static_cast<double>(used.ru_maxrss) / 1e3;
  fmt::print("{:34} {:>9.1f} MB of memory at most  (wanted: below {} MB)\n", "this process", process_mb, enough_mb);
  missed |= process_mb >= enough_mb;
  for (const std::string& path : objects) {
    const auto object = object::Object::read(path);
    if (!object) continue;
    const auto module = object::open(*object);
    if (!module) continue;
    for (const module::ProgDef& prog : module->progs)
      show(fmt::format("{} {}", path, prog.name), measure(*module, prog, 200'000'000), {});
  }
  if (!json.empty()) std::ofstream(json) << fmt::format("{{\"v\":1,\"rows\":[{}\n]}}\n", rows);
  return missed ? 1 : 0;
}
