// SPDX-License-Identifier: Apache-2.0
// Whether programs are safe, as Linux would say, and why not: all programs of objects, sources and folders.
//
//     auto report = TRY(api::verify({.paths = {"build/"}, .program = "on_*"}));
//     for (const api::ProgramVerdict& p : report.programs) …
//
// Programs are verified one by one, or as `parallel` does it: it calls its function for 0 … n-1, in any order and from
// any thread, and returns when all calls have.
#pragma once

#include <functional>
#include <optional>

#include "api/open.hpp"
#include "facts/target.hpp"
#include "judge/witness.hpp"
#include "verify/explain.hpp"

namespace skep::api {

enum class Witnesses : uint8_t { none, search };

struct VerifyOptions {
  std::vector<std::string> paths;  // objects (.o), sources (.c), cases (.case), folders, patterns as a shell has them
  std::string program = {};        // a pattern; empty: all
  facts::ProgType type = {};       // of these programs; unspec: as their sections say
  facts::Target target = {};
  std::string types = {}, kconfig = {};   // as --btf and --kconfig name them
  Witnesses witnesses = Witnesses::none;  // of refused programs; up to 50 ms each
};

struct ProgramVerdict {
  std::size_t object, prog;  // in VerifyReport::objects, and in its module
  facts::Target target;
  verify::Verdict verdict = {};
  uint64_t ns = 0;
  std::optional<verify::Explanation> explanation = {};  // only of a rejection
  Witnesses witnesses = Witnesses::none;                // what was done for the next
  std::optional<judge::Witness> witness = {};
};

struct Unread {
  std::string path;
  Error error;
};

struct VerifyReport {
  std::vector<Opened> objects;
  std::vector<ProgramVerdict> programs;  // in the order of files, and of programs in them
  std::vector<Unread> unread;            // files and folders there was no answer for
  btf::Shared kernel_types;

  const module::Module& module(const ProgramVerdict& p) const { return *objects[p.object].module; }
  const module::ProgDef& prog(const ProgramVerdict& p) const { return module(p).progs[p.prog]; }
};

using Parallel = std::function<void(std::size_t n, const std::function<void(std::size_t)>& each)>;

// An error where there is only one file and it cannot be read, or nothing that the pattern names.
Result<VerifyReport> verify(const VerifyOptions& options, const Parallel& parallel = {});

// Fills in the explanation, where it is a rejection.
void explain(const VerifyReport& report, ProgramVerdict& p, Witnesses witnesses);

// The question that a verdict answers.
verify::Question question_of(const VerifyReport& report, const ProgramVerdict& p);

}  // namespace skep::api
