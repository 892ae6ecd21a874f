// SPDX-License-Identifier: Apache-2.0
// skep asm: text to raw instructions.
#include "api/raw.hpp"
#include "base/file.hpp"
#include "cli/caret.hpp"
#include "cli/command.hpp"
#include "cli/errors.hpp"
#include "cli/values.hpp"

namespace skep::cli {
namespace {

// drop.s -> drop.bin; standard input -> standard output
std::string output_for(const std::string& input) {
  if (input == "-") return input;
  const auto slash = input.rfind('/'), dot = input.rfind('.');
  const bool has_ending = dot != input.npos && dot != 0 && (slash == input.npos || dot > slash + 1);
  const std::string stem = has_ending ? input.substr(0, dot) : input;
  return stem + (input == stem + ".bin" ? ".out.bin" : ".bin");
}

class Asm : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"FILE", "", "the text; - is standard input", &input_, Flag::Needed::yes},
            {"-o, --out", "FILE", "where the bytes go (default: FILE with the ending .bin)", &output_}};
  }

  Result<Exit> run(const Talk&) override {
    text_ = TRY(read_file(input_));
    const Buffer program = TRY_WITHIN(api::assemble(as_text(text_)), file_name(input_));
    if (program.empty()) return fail_within(fail(EmptyProgram{}).error(), file_name(input_));
    OutputFile out = TRY(OutputFile::create(output_.empty() ? output_for(input_) : output_));
    TRY_VOID(out.write(program));
    TRY_VOID(out.commit());
    return Exit::yes;
  }

  std::string illustrate(const Error& e, const Paint& paint) const override { return caret(as_text(text_), e, paint); }

 private:
  std::string input_, output_;
  Buffer text_;
};

}  // namespace

std::unique_ptr<Verb> make_asm() { return std::make_unique<Asm>(); }

}  // namespace skep::cli
