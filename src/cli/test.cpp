// SPDX-License-Identifier: Apache-2.0
// skep test: case files, each through every executor.
#include <fmt/format.h>

#include "base/file.hpp"
#include "cli/command.hpp"
#include "cli/json.hpp"
#include "judge/case.hpp"

namespace skep::cli {
namespace {

class Test : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"FILE…", "", "case files", &paths_, Flag::Needed::yes},
            {"--bless", "", "rewrite expectations that differ as they came out", &bless_}};
  }

  Result<Exit> run(const Talk& talk) override {
    const auto summary = TRY(judge::run_cases(paths_, {.bless = bless_ ? judge::Bless::yes : judge::Bless::no}));
    TRY_VOID(print(talk.format == Format::json ? json(summary) + "\n" : judge::text(summary)));
    return summary.failures.empty() ? Exit::yes : Exit::no;
  }

 private:
  static std::string json(const judge::Summary& s) {
    Json j;
    j.object([&] {
      j.key("v").number(1).key("files").number(s.files).key("programs").number(s.progs);
      j.key("runs").number(s.runs);
      j.key("failures").list([&] {
        for (const judge::Failure& f : s.failures)
          j.object([&] { j.key("place").string(f.place).key("text").string(f.text); });
      });
    });
    return j.text();
  }

  std::vector<std::string> paths_;
  bool bless_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_test() { return std::make_unique<Test>(); }

}  // namespace skep::cli
