// SPDX-License-Identifier: Apache-2.0
// The way to a rejection: the instructions of the one path that was refused, and what every register held on it.
//
// A point is one instruction walked. Only registers that changed are kept, so a path of n instructions takes about
// 150 n bytes; of paths longer than `most` the beginning is forgotten.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "verify/recorder.hpp"

namespace skep::verify {

class PathLog : public Recorder {
 public:
  struct Point {
    uint32_t insn;
    uint8_t frame;
    std::size_t entry;  // the frame's first point, counted from the path's beginning
  };

  std::size_t size() const { return points_.size(); }
  const Point& operator[](std::size_t i) const { return points_[i]; }
  // What register `r` of the frame that walks point `i` held before it.
  const Reg& before(std::size_t i, unsigned r) const;
  // The newest point before `i` that walks frame `frame`; a point in an older frame ends the search.
  std::optional<std::size_t> previous_in(std::size_t i, uint8_t frame) const;

  void begun() override;
  void step(uint32_t insn, const State& state) override;
  void aside() override;
  void resumed() override;

 private:
  static constexpr std::size_t most = std::size_t{1} << 18;
  static constexpr std::size_t most_searched = 4096;
  static constexpr unsigned registers = 11;
  struct Change {
    std::size_t point;  // counted from the path's beginning
    uint8_t frame;
    Reg value;
  };
  struct Known {
    std::size_t entry;  // the frame's first point
    std::array<Reg, registers> regs;
  };
  struct Mark {
    std::size_t points;
    std::vector<Known> known;
  };
  void forget_half();

  std::vector<Point> points_;
  std::array<std::vector<Change>, registers> changes_;  // by register
  std::size_t dropped_ = 0;
  std::vector<Known> known_;  // of every frame, as of the newest point
  std::vector<Mark> marks_;
};

}  // namespace skep::verify
