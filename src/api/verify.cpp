// SPDX-License-Identifier: Apache-2.0
#include "api/verify.hpp"

#include <glob.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <span>

#include "api/errors.hpp"
#include "base/file.hpp"
#include "judge/case.hpp"
#include "object/compile.hpp"

namespace skep::api {
namespace {

namespace fs = std::filesystem;

struct File {
  std::string path, name;
};

bool is_to_verify(const fs::path& path) {
  std::error_code ignored;
  const std::string text = path.string();
  if (text.ends_with(".o")) return true;
  return text.ends_with(".bpf.c") && !fs::exists(text.substr(0, text.size() - 2) + ".o", ignored);
}

// Objects of a folder and of those in it, and sources that have no object beside them. Links to folders are not
// followed; a folder that cannot be read is said to be.
void add_folder(const fs::path& top, std::vector<File>& files, std::vector<Unread>& unread) {
  std::vector<fs::path> folders = {top};
  const std::size_t first = files.size();
  while (!folders.empty()) {
    const fs::path folder = std::move(folders.back());
    folders.pop_back();
    std::error_code failed, ignored;
    fs::directory_iterator at(folder, failed);
    for (; !failed && at != fs::directory_iterator(); at.increment(failed)) {
      if (at->is_directory(ignored) && !at->is_symlink(ignored)) folders.push_back(at->path());
      if (at->is_regular_file(ignored) && is_to_verify(at->path()))
        files.push_back({at->path().string(), at->path().lexically_relative(top).string()});
    }
    if (failed)
      unread.push_back({folder.string(),
                        fail(UnreadableFolder{.path = folder.string(), .reason = errno_text(failed.value())}).error()});
  }
  std::ranges::sort(std::span(files).subspan(first), {}, &File::path);
}

void add_pattern(const std::string& path, std::vector<File>& files) {
  std::error_code ignored;
  ::glob_t found{};
  const bool pattern = path.find_first_of("*?[") != path.npos && !fs::exists(path, ignored);
  std::vector<std::string> paths;
  if (pattern && ::glob(path.c_str(), 0, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  if (paths.empty()) paths.push_back(path);
  for (std::string& p : paths) files.push_back({p, fs::path(p).filename().string()});
}

// Every file with the name that people shall see: of two with one name, the whole path.
std::vector<File> files_of(const std::vector<std::string>& paths, std::vector<Unread>& unread) {
  std::vector<File> files;
  std::error_code ignored;
  for (const std::string& path : paths) {
    if (fs::is_directory(path, ignored))
      add_folder(path, files, unread);
    else
      add_pattern(path, files);
  }
  std::map<std::string, int> called;
  for (const File& f : files) ++called[f.name];
  for (File& f : files)
    if (called[f.name] > 1) f.name = f.path;
  return files;
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

Result<void> add_object(const File& file, const VerifyOptions& options, const object::TargetSource& types,
                        VerifyReport& report) {
  Opened opened = TRY(open({.path = file.path, .kconfig = object::kernel_config(options.kconfig), .target = types}));
  opened.module = with_type(opened.module, options.program, options.type);
  opened.name = file.name;
  report.objects.push_back(std::move(opened));
  for (std::size_t i = 0; i < report.objects.back().module->progs.size(); ++i)
    add_program(options, i, options.target, report);
  return {};
}

// Programs of a case file have a target of their own, and a licence: one module for each of these.
Result<void> add_cases(const File& from, const VerifyOptions& options, VerifyReport& report) {
  const Buffer bytes = TRY(read_file(from.path));
  const judge::CaseFile file = TRY(judge::parse_case(from.path, as_text(bytes)));
  std::set<std::string> licences;
  for (const judge::CaseProg& first : file.progs) {
    if (!licences.insert(first.license).second) continue;
    auto module = std::make_shared<module::Module>(*file.module);
    module->license = first.license;
    report.objects.push_back({.module = with_type(std::move(module), options.program, options.type),
                              .path = from.path,
                              .name = from.name,
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
  const std::vector<File> files = files_of(options.paths, report.unread);
  const object::TargetSource types = read_once(object::target_types(options.types));
  for (const File& f : files) {
    auto added = f.path.ends_with(".case") ? add_cases(f, options, report) : add_object(f, options, types, report);
    if (!added && files.size() == 1 && report.unread.empty()) return std::unexpected(std::move(added).error());
    if (!added) report.unread.push_back({f.path, std::move(added).error()});
  }
  if (files.empty() && report.unread.size() == 1) return std::unexpected(std::move(report.unread.front().error));
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
