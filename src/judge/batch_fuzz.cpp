// SPDX-License-Identifier: Apache-2.0
// Whatever a line is, the answer is one line, and that line is JSON.
#include <nlohmann/json.hpp>

#include "judge/batch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static skep::judge::Batch batch = std::move(*skep::judge::Batch::create({.lanes = 2,
                                                                           .most_insns = 10'000,
                                                                           .open_object = skep::judge::open_object,
                                                                           .kernel = skep::judge::Kernel::left_alone}));
  const std::string answer = batch.answer({reinterpret_cast<const char*>(data), size});
  if (answer.find('\n') != answer.npos || !nlohmann::json::accept(answer)) __builtin_trap();
  return 0;
}
