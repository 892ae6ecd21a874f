// SPDX-License-Identifier: Apache-2.0
// skep batch: JSON lines in, JSON lines out.
#include <unistd.h>

#include "base/file.hpp"
#include "cli/command.hpp"
#include "cli/values.hpp"
#include "judge/batch.hpp"

namespace skep::cli {
namespace {

class Batch : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"FILE", "", "the lines; - (default) is standard input", &input_},
            {"--lanes", "N", "lanes: what stands for CPUs (default: 4 for each CPU, at least 16)", &lanes_},
            {"--domain", "DIR", "a folder of maps that processes share; not available yet", &domain_}};
  }

  Result<Exit> run(const Talk&) override {
    const Fd in = TRY(open_input(input_));
    auto batch =
        TRY(judge::Batch::create({.lanes = TRY(lanes(lanes_)), .domain = domain_, .open_object = judge::open_object}));
    TRY_VOID(batch.stream(in.get(), STDOUT_FILENO));
    return Exit::yes;
  }

 private:
  std::string input_ = "-", domain_;
  uint64_t lanes_ = 0;
};

}  // namespace

std::unique_ptr<Verb> make_batch() { return std::make_unique<Batch>(); }

}  // namespace skep::cli
