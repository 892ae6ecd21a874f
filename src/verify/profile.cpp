// SPDX-License-Identifier: Apache-2.0
#include "verify/profile.hpp"

#include <algorithm>
#include <map>

#include "verify/recorder.hpp"

namespace skep::verify {
namespace {

class Visits : public Recorder {
 public:
  explicit Visits(std::size_t insns) : of_(insns) {}
  void step(uint32_t insn, const State&) override { ++of_[insn]; }
  void seen(uint32_t insn) override { ++of_[insn]; }
  const std::vector<uint64_t>& of() const { return of_; }

 private:
  std::vector<uint64_t> of_;
};

}  // namespace

Profile profile(const Question& q) {
  Visits visits(q.prog.insns.size());
  verify(q, visits);
  Profile out;
  std::map<std::pair<std::string, uint32_t>, std::size_t> lines;
  for (uint32_t insn = 0; insn < visits.of().size(); ++insn) {
    const uint64_t n = visits.of()[insn];
    if (n == 0) continue;
    out.processed += n;
    const module::LineInfo* line = module::source_line(q.prog, insn);
    const bool known = line != nullptr && line->line != 0;
    const auto [at, is_new] =
        lines.try_emplace(known ? std::pair(line->file, line->line) : std::pair(std::string(), insn), out.lines.size());
    if (is_new) out.lines.push_back({insn, 0});
    out.lines[at->second].processed += n;
  }
  std::ranges::stable_sort(out.lines, std::ranges::greater(), &Hot::processed);
  return out;
}

}  // namespace skep::verify
