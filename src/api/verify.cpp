// SPDX-License-Identifier: Apache-2.0
#include "api/verify.hpp"

#include <glob.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "api/errors.hpp"
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

void answer(const VerifyReport& report, ProgramVerdict& p, const facts::Target& target) {
  const verify::Question question = question_of(report, p, target);
  if (question.prog.type == facts::ProgType::unspec) {
    p.verdict = without_type(question.prog);
    return;
  }
  const auto begin = std::chrono::steady_clock::now();
  p.verdict = verify::verify(question);
  const auto took = std::chrono::steady_clock::now() - begin;
  p.ns = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
  explain(report, p, target);
}

}  // namespace

void explain(const VerifyReport& report, ProgramVerdict& p, const facts::Target& target) {
  if (p.verdict.answer == verify::Answer::rejected)
    p.explanation = verify::explain(question_of(report, p, target), *p.verdict.rejection);
}

verify::Question question_of(const VerifyReport& report, const ProgramVerdict& p, const facts::Target& target) {
  return {.module = report.module(p),
          .prog = report.prog(p),
          .target = target,
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
    auto opened = open({.path = path, .kconfig = object::kernel_config(options.kconfig), .target = types});
    if (!opened && files.size() == 1) return std::unexpected(std::move(opened).error());
    if (!opened) {
      report.unread.push_back({path, std::move(opened).error()});
      continue;
    }
    report.objects.push_back(*std::move(opened));
    const module::Module& module = *report.objects.back().module;
    for (std::size_t i = 0; i < module.progs.size(); ++i)
      if (options.program.empty() || module::matches_glob(options.program, module.progs[i].name))
        report.programs.push_back({.object = report.objects.size() - 1, .prog = i});
  }
  if (report.programs.empty() && report.unread.empty()) {
    if (report.objects.empty()) return fail(NothingToVerify{.paths = options.paths.front()});
    return fail_within(module::find_programs(*report.objects.front().module, options.program).error(),
                       report.objects.front().name);
  }
  report.kernel_types = TRY(types()).btf;
  auto each = [&](std::size_t i) { answer(report, report.programs[i], options.target); };
  if (parallel)
    parallel(report.programs.size(), each);
  else
    for (std::size_t i = 0; i < report.programs.size(); ++i) each(i);
  return report;
}

}  // namespace skep::api
