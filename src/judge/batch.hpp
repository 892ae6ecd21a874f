// SPDX-License-Identifier: Apache-2.0
// `skep batch`: JSON Lines in, JSON Lines out, for programs that ask many small questions (docs/reference/batch.md).
//
//     auto batch = TRY(judge::Batch::create({.lanes = 2}));
//     batch.answer(R"({"id":1,"do":["interp"],"insns":"b7000000010000009500000000000000"})")
//       == R"({"id":1,"interp":{"runs":[{"r0":"0x1","bits":64,…}],"maps":[]}})"
//
// Any bytes in give exactly one line of JSON out. No state crosses lines: every executor of every line has fresh
// maps. Engines and packet buffers are kept between lines, because
// making them costs more than a small run.
// One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "judge/object_input.hpp"

namespace skep::judge {

enum class Kernel : uint8_t { asked, left_alone };

struct BatchOptions {
  unsigned lanes = 0;                   // 0: lane::default_lanes()
  std::string domain = {};              // a folder of shared maps; not available yet
  uint64_t most_insns = 1'000'000'000;  // of one run, whatever its max_insns says
  OpenObject open_object = nullptr;     // without it, lines that name an object are refused
  Kernel kernel = Kernel::asked;        // left alone: lines that ask it are refused
};

inline constexpr std::size_t most_line_bytes = std::size_t{64} << 20;

class Batch {
 public:
  static Result<Batch> create(const BatchOptions& options);
  Batch(Batch&&) noexcept;
  ~Batch();

  // The answer to one line, both without the newline.
  std::string answer(std::string_view line);

  // Lines from one descriptor answered on another until the end, each answer written before the next line is looked
  // at. An error means that a descriptor broke.
  Result<void> stream(int in, int out);

 private:
  class Answerer;
  explicit Batch(std::unique_ptr<Answerer> answerer);
  std::unique_ptr<Answerer> answerer_;
};

}  // namespace skep::judge
