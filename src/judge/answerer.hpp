// SPDX-License-Identifier: Apache-2.0
// What Batch keeps between lines. Private to src/judge; free of JSON's headers.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "judge/batch.hpp"
#include "judge/question.hpp"

namespace skep::judge {

class Batch::Answerer {
 public:
  explicit Answerer(const BatchOptions& options) : options_(options) {
    if (options_.lanes == 0) options_.lanes = lane::default_lanes();
  }
  std::string answer(std::string_view line);
  std::string too_long() const;

 private:
  Rig& rig_for(const facts::Target& target);

  BatchOptions options_;
  std::map<std::string, Rig> rigs_;  // by the target's resolved name: at most patches × capabilities
};

}  // namespace skep::judge
