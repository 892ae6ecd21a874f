// SPDX-License-Identifier: Apache-2.0
// Case files: programs, what is said about their lines, and runs with what must come of them. They read as a
// specification, are how skep tests itself, and are what `skep test` runs for its users.
//
//     # Division by zero gives zero (RFC 9669 section 4.1).
//     map counts: array value=8 entries=1
//
//     prog divide: raw
//       r0 = 7
//       r1 = 0
//       r0 /= r1
//       exit
//     run: gives r0 = 0
//
// Every run goes through all executors, each with fresh maps, and all must agree in everything that a run leaves: a
// case cannot be written for one executor. `not on interp: because …` is the only exception; it is counted and printed.
// `linux: accepts|rejects` and `! slug words` behind an instruction are asked of skep's verifier and of the running
// kernel, where that is 6.18; rows (`with off=4: accepts`) make programs of the one above them. `=> fact, fact` is
// asked of what the verifier knows after that line. C (`c:`) gives programs, maps and types. The grammar is
// docs/reference/case.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "judge/object_input.hpp"
#include "judge/trial.hpp"
#include "module/module.hpp"
#include "verify/known.hpp"

namespace skep::judge {

// ---- what a file says ---------------------------------------------------------------------------------------------

// One thing that must be so after a run, as it stands in the line.
struct Expectation {
  enum class Kind : uint8_t { r0, mem, ctx, packet, fault, limit, printk, map_has, map_lacks, map_empty };
  Kind kind = Kind::r0;
  uint64_t number = 0;  // r0
  Buffer bytes = {};    // mem, packet; the value of map_has
  Buffer key = {};      // of a map
  std::size_t map = 0;
  unsigned cpu = 0;                   // whose value, where each CPU has its own
  std::string text = {};              // printk; the kind of fault
  std::optional<uint32_t> insn = {};  // fault … at N
  std::size_t begin = 0, end = 0;     // columns in the line, for renewing it
};

struct CaseRun {
  uint32_t line = 0;
  RunInput input;
  std::vector<Expectation> gives;
};

// `not on interp: because it would take an hour`
struct NotOn {
  uint32_t line = 0;
  std::string executor, because;
};

// `! slug words`: refused here, for that reason, in these words. A row does not say where: there, where Linux refuses.
struct RefusedMark {
  uint32_t line = 0;
  std::optional<uint32_t> insn;
  std::string slug, words;
};

// One of `=> fact, fact`: known after this line, over all paths (verify/known.hpp).
struct Fact {
  uint32_t line = 0, insn = 0;
  std::size_t begin = 0, end = 0;  // columns of what is said, for renewing it
  verify::Place place;
  std::string name, says;  // "r2" and "in [0, 63]"
};
enum class LinuxSays : uint8_t { nothing, accepts, rejects };

struct CaseProg {
  std::size_t prog = 0;  // in module.progs
  uint32_t line = 0;
  std::vector<CaseRun> runs;
  std::vector<NotOn> not_on;
  std::vector<Fact> facts;
  LinuxSays linux_says = LinuxSays::nothing;
  std::optional<RefusedMark> refused;
  std::string license = "GPL";
  facts::Target target;
};

struct CaseFile {
  std::string path;
  std::shared_ptr<const module::Module> module;
  facts::Target target;
  std::vector<CaseProg> progs;
};

// Errors name path and line. C costs a run of clang.
Result<CaseFile> parse_case(std::string path, std::string_view text, OpenC c = open_c);

// ---- running them -------------------------------------------------------------------------------------------------

enum class Bless : uint8_t { no, yes };  // yes: expectations that differ are rewritten as they came out

struct CaseOptions {
  unsigned lanes = 4;
  Bless bless = Bless::no;
};

struct Failure {
  std::string place;  // "tests/run/alu.case:12: interp"
  std::string text;   // what was expected, and what came
};
struct Exception {
  std::string place, executor, because;
};

struct Summary {
  std::size_t files = 0, progs = 0, runs = 0, executors = 0, renewed = 0;
  std::size_t verdicts = 0, by_kernel = 0;  // programs judged by skep's verifier, and by the kernel, too
  std::size_t checked_only = 0;             // runs of programs that the verifier does not accept
  std::size_t facts = 0;
  std::vector<Failure> failures;
  std::vector<Exception> exceptions;
};

// An error is a file that cannot be read or understood; what does not come out as expected is in the summary.
Result<Summary> run_cases(std::span<const std::string> paths, const CaseOptions& options);

// For people: failures, exceptions and one closing line.
std::string text(const Summary& summary);

}  // namespace skep::judge
