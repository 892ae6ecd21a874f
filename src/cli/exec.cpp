// SPDX-License-Identifier: Apache-2.0
// skep exec: one run of a raw program.
#include <fmt/format.h>

#include "api/raw.hpp"
#include "base/file.hpp"
#include "cli/command.hpp"
#include "cli/errors.hpp"
#include "cli/json.hpp"
#include "cli/values.hpp"

namespace skep::cli {
namespace {

class Exec : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"--raw", "FILE", "the program: 8-byte instructions; - is standard input", &program_, Flag::Needed::yes},
            {"--mem", "FILE", "memory that r1 points to; r2 is its length", &memory_},
            {"--executor",
             "NAME",
             "interp (default), checked; jit is not available yet",
             &options_.executor,
             Flag::Needed::no,
             {"interp", "checked", "jit"}},
            {"--unchecked", "", "do not verify it: every access is checked while it runs", &unchecked_},
            {"--max-insns", "N", "instructions it may execute (default 1,000,000,000)", &options_.max_insns},
            {"--target", "NAME", "run as this kernel would (default linux-6.18)", &target_}};
  }

  Result<Exit> run(const Talk& talk) override {
    options_.target = TRY(target(target_));
    if (memory_ == "-" && program_ == "-")
      return fail_within(fail(NotASetting{.found = "-", .form = "a file, where --raw has standard input"}).error(),
                         "--mem");
    if (!memory_.empty()) options_.memory = TRY_WITHIN(read_file(memory_), "--mem");
    auto insns = TRY_WITHIN(api::instructions(TRY_WITHIN(read_file(program_), "--raw")), file_name(program_));
    if (options_.executor.empty()) options_.executor = unchecked_ ? "checked" : "interp";
    api::ExecReport report =
        TRY(unchecked_ ? api::exec_unchecked(std::move(insns), options_) : api::exec(std::move(insns), options_));
    if (report.refused) return std::unexpected(api::error_of(*std::move(report.refused)).within(file_name(program_)));
    if (report.stop) {
      stop_ = std::move(report.stop);
      return std::unexpected(std::move(stop_->error).within(file_name(program_)));
    }
    const std::string r0 = fmt::format("{:#x}", report.r0);
    Json j;
    j.object([&] { j.key("v").number(1).key("r0").string(r0); });
    TRY_VOID(print((talk.format == Format::json ? j.text() : r0) + "\n"));
    return Exit::yes;
  }

  std::string illustrate(const Error&, const Paint& paint) const override {
    return stop_ && !stop_->insn.empty() ? "  " + paint.dim(stop_->insn) + "\n" : "";
  }

 private:
  std::string program_, memory_, target_;
  bool unchecked_ = false;
  api::ExecOptions options_{.executor = ""};
  std::optional<api::Stop> stop_;
};

}  // namespace

std::unique_ptr<Verb> make_exec() { return std::make_unique<Exec>(); }

}  // namespace skep::cli
