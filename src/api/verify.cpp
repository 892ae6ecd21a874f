// SPDX-License-Identifier: Apache-2.0
#include "api/verify.hpp"

#include <glob.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include "api/errors.hpp"
#include "base/file.hpp"
#include "judge/case.hpp"
#include "object/compile.hpp"

namespace skep::api {
namespace {

namespace fs = std::filesystem;

// Objects of a folder, and sources that have no object beside them.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& entry :
       fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, ignored)) {
    if (!entry.is_regular_file(ignored)) continue;
    const std::string path = entry.path().string();
    const bool source = path.ends_with(".bpf.c");
    if (path.ends_with(".o") || (source && !fs::exists(path.substr(0, path.size() - 2) + ".o", ignored)))
      out.push_back(path);
  }
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> files_of(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return files_in(path);
  if (path.find_first_of("*?[") == path.npos || fs::exists(path, ignored)) return {path};
  ::glob_t found{};
  std::vector<std::string> out;
  if (::glob(path.c_str(), 0, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc; ++i) out.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  return out.empty() ? std::vector<std::string>{path} : out;
}

// Kernel types are large: read once, whoever asks, and only then.
object::TargetSource read_once(object::TargetSource source) {
  auto kept = std::make_shared<std::optional<btf::core::Target>>();
  return [source = std::move(source), kept]() -> Result<btf::core::Target> {
    if (!*kept) *kept = TRY(source());
    return **kept;
  };
}

verify::Verdict without_type(const module::ProgDef& prog) {
  auto error = fail(UnknownProgramType{.section = prog.section, .suggestion = ""}).error();
  return {.answer = verify::Answer::unknown, .effort = {}, .rejection = verify::Rejection{std::move(error), 0}};
}

void add_program(const VerifyOptions& options, std::size_t prog, const facts::Target& target, VerifyReport& report) {
  const std::string& name = report.objects.back().module->progs[prog].name;
  if (options.program.empty() || module::matches_glob(options.program, name))
    report.programs.push_back({.object = report.objects.size() - 1, .prog = prog, .target = target});
}

Result<void> add_object(const std::string& path, const VerifyOptions& options, const object::TargetSource& types,
                        VerifyReport& report) {
  report.objects.push_back(
      TRY(open({.path = path, .kconfig = object::kernel_config(options.kconfig), .target = types})));
  for (std::size_t i = 0; i < report.objects.back().module->progs.size(); ++i)
    add_program(options, i, options.target, report);
  return {};
}

// Programs of a case file have a target of their own, and a licence: one module for each of these.
Result<void> add_cases(const std::string& path, const VerifyOptions& options, VerifyReport& report) {
  const Buffer bytes = TRY(read_file(path));
  const judge::CaseFile file = TRY(judge::parse_case(path, as_text(bytes)));
  std::set<std::string> licences;
  for (const judge::CaseProg& first : file.progs) {
    if (!licences.insert(first.license).second) continue;
    auto module = std::make_shared<module::Module>(*file.module);
    module->license = first.license;
    report.objects.push_back({.module = std::move(module),
                              .name = path.substr(path.rfind('/') + 1),
                              .compiling = {},
                              .made_by = {},
                              .sections = {}});
    for (const judge::CaseProg& prog : file.progs)
      if (prog.license == first.license) add_program(options, prog.prog, prog.target, report);
  }
  return {};
}

void answer(const VerifyReport& report, ProgramVerdict& p, const VerifyOptions& options) {
  const verify::Question question = question_of(report, p);
  if (question.prog.type == facts::ProgType::unspec) {
    p.verdict = without_type(question.prog);
    return;
  }
  const auto begin = std::chrono::steady_clock::now();
  p.verdict = verify::verify(question);
  const auto took = std::chrono::steady_clock::now() - begin;
  p.ns = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
  explain(report, p, options.witnesses);
}

}  // namespace

void explain(const VerifyReport& report, ProgramVerdict& p, Witnesses witnesses) {
  if (p.verdict.answer != verify::Answer::rejected) return;
  const verify::Question question = question_of(report, p);
  p.explanation = verify::explain(question, *p.verdict.rejection);
  p.witnesses = witnesses;
  if (witnesses == Witnesses::search)
    p.witness = judge::find_witness(report.objects[p.object].module, question, *p.verdict.rejection);
}

verify::Question question_of(const VerifyReport& report, const ProgramVerdict& p) {
  return {.module = report.module(p),
          .prog = report.prog(p),
          .target = p.target,
          .options = {.strict_alignment = (report.prog(p).flags & facts::prog_flag::strict_alignment) != 0},
          .kernel_types = report.kernel_types};
}

Result<VerifyReport> verify(const VerifyOptions& options, const Parallel& parallel) {
  VerifyReport report;
  std::vector<std::string> files;
  for (const std::string& path : options.paths) std::ranges::copy(files_of(path), std::back_inserter(files));
  const object::TargetSource types = read_once(object::target_types(options.types));
  std::vector<std::string> names;
  for (const std::string& path : files) {
    auto added = path.ends_with(".case") ? add_cases(path, options, report) : add_object(path, options, types, report);
    if (!added && files.size() == 1) return std::unexpected(std::move(added).error());
    if (!added) report.unread.push_back({path, std::move(added).error()});
  }
  if (report.programs.empty() && report.unread.empty()) {
    if (report.objects.empty()) return fail(NothingToVerify{.paths = options.paths.front()});
    return fail_within(module::find_programs(*report.objects.front().module, options.program).error(),
                       report.objects.front().name);
  }
  report.kernel_types = TRY(types()).btf;
  auto each = [&](std::size_t i) { answer(report, report.programs[i], options); };
  if (parallel)
    parallel(report.programs.size(), each);
  else
    for (std::size_t i = 0; i < report.programs.size(); ++i) each(i);
  return report;
}

}  // namespace skep::api
