// SPDX-License-Identifier: Apache-2.0
// The verifier with one rule switched off at a time: does any case notice? Built by mutations.py from copies of
// src/verify in which every refusal asks for its number.
//
//     mutant SITE,SITE… FILE…        FILE: a case file, or a C file with programs
//
// One line a site: its number, whether it was reached, and the first program whose verdict is another one (`-`: none);
// only those are asked that reach it. Each site has a process of its own, so that a crash or a hang is a difference,
// too.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <vector>

#include "base/file.hpp"
#include "engine/kernel/vmlinux.hpp"
#include "judge/case.hpp"
#include "object/compile.hpp"
#include "object/open.hpp"
#include "verify/verify.hpp"

int skep_site_off = -1;
bool skep_reached[8192];

namespace skep {
namespace {

struct Program {
  std::string name;
  std::shared_ptr<const module::Module> module;
  std::size_t prog = 0;
  facts::Target target;
};

struct Answer {
  std::string_view answer, slug;
  uint32_t insn = 0;
  bool operator==(const Answer&) const = default;
};

// The programs that ask about a site, each with its usual answer.
using Reaching = std::vector<std::pair<const Program*, Answer>>;

// Shared by all programs of a file with one licence.
std::shared_ptr<const module::Module> with_license(const module::Module& m, const std::string& license) {
  auto copy = std::make_shared<module::Module>(m);
  copy->license = license;
  return copy;
}

Result<void> add_cases(const std::string& path, std::vector<Program>& to) {
  const Buffer bytes = TRY(read_file(path));
  const judge::CaseFile file = TRY(judge::parse_case(path, as_text(bytes)));
  std::vector<std::pair<std::string, std::shared_ptr<const module::Module>>> by_license;
  for (const judge::CaseProg& p : file.progs) {
    if (p.linux_says == judge::LinuxSays::nothing && !p.refused) continue;
    auto at = by_license.begin();
    while (at != by_license.end() && at->first != p.license) ++at;
    if (at == by_license.end()) at = by_license.insert(at, {p.license, with_license(*file.module, p.license)});
    to.push_back(
        {fmt::format("{}:{} {}", path, p.line, file.module->progs[p.prog].name), at->second, p.prog, p.target});
  }
  return {};
}

Result<void> add_objects(const std::string& path, std::vector<Program>& to) {
  const auto compiled = TRY(object::compile(path));
  const auto all =
      std::make_shared<const module::Module>(TRY(object::open(compiled.object, {.target = object::target_types("")})));
  for (std::size_t p = 0; p < all->progs.size(); ++p)
    to.push_back({path + " " + all->progs[p].name, all, p, facts::Target{}});
  return {};
}

Answer ask(const Program& p, const btf::Shared& types) {
  const verify::Verdict v =
      verify::verify({.module = *p.module, .prog = p.module->progs[p.prog], .target = p.target, .kernel_types = types});
  Answer a{.answer = verify::name_of(v.answer), .slug = {}};
  if (v.rejection) a.slug = v.rejection->error.row().slug, a.insn = v.rejection->insn;
  return a;
}

uint64_t address_space() {
  uint64_t pages = 0;
  if (auto text = read_file("/proc/self/statm")) std::from_chars(as_text(*text).data(), as_text(*text).end(), pages);
  return pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Writes each program's index before it is asked, and ends with the first that differs.
[[noreturn]] void child(int site, const Reaching& programs, const btf::Shared& types, int to) {
  ::alarm(30);
  const uint64_t bytes = address_space() + (2ULL << 30);
  const rlimit memory{.rlim_cur = bytes, .rlim_max = bytes};
  ::setrlimit(RLIMIT_AS, &memory);
  skep_site_off = site;
  for (uint32_t index = 0; index < programs.size(); ++index) {
    const auto& [program, usual] = programs[index];
    if (::write(to, &index, sizeof index) != sizeof index) ::_exit(2);
    if (ask(*program, types) != usual) ::_exit(1);
  }
  ::_exit(0);
}

// What ended the child: "-", or how and where.
std::string noticed(int site, const Reaching& programs, const btf::Shared& types) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t pid = ::fork();
  if (pid == 0) child(site, programs, types, ends[1]);
  ::close(ends[1]);
  uint32_t last = 0;
  while (::read(ends[0], &last, sizeof last) == sizeof last) {
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "-";
  const char* how = WIFEXITED(status) ? "" : WTERMSIG(status) == SIGALRM ? " (hangs)" : " (crashes)";
  return programs[last].first->name + how;
}

int run(std::string_view sites, const std::vector<std::string>& paths) {
  std::vector<Program> programs;
  for (const std::string& path : paths) {
    const auto added = path.ends_with(".case") ? add_cases(path, programs) : add_objects(path, programs);
    if (!added) {
      std::fprintf(stderr, "%s\n", added.error().text().c_str());
      return 2;
    }
  }
  const btf::Shared types = kernel::vmlinux().value_or(nullptr);
  std::vector<Reaching> reaching(std::size(skep_reached));
  for (const Program& p : programs) {
    std::ranges::fill(skep_reached, false);
    const Answer usual = ask(p, types);
    for (std::size_t s = 0; s < reaching.size(); ++s)
      if (skep_reached[s]) reaching[s].emplace_back(&p, usual);
  }
  std::fprintf(stderr, "%zu programs\n", programs.size());
  for (int site = 0; !sites.empty(); sites.remove_prefix(std::min(sites.size() - 1, sites.find(',')) + 1)) {
    std::from_chars(sites.data(), sites.data() + sites.size(), site);
    const Reaching& asked = reaching[static_cast<std::size_t>(site)];
    const std::string by = asked.empty() ? "-" : noticed(site, asked, types);
    std::printf("%d %s %s\n", site, asked.empty() ? "unreached" : "reached", by.c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace skep

int main(int argc, char** argv) { return argc < 3 ? 2 : skep::run(argv[1], {argv + 2, argv + argc}); }
