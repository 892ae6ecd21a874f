// SPDX-License-Identifier: Apache-2.0
// Long work on a terminal: one line, rewritten in place, gone at the end. And Ctrl-C, which stops it cleanly.
//
//       41 %  2.1 M packets  5.2 M/s  3 s left
#pragma once

#include <chrono>

#include "api/run.hpp"

namespace skep::cli {

class ProgressLine {
 public:
  ProgressLine();   // from here on Ctrl-C asks to stop; a second one ends the process
  ~ProgressLine();  // wipes the line and puts Ctrl-C back
  ProgressLine(const ProgressLine&) = delete;
  api::Go show(const api::Progress& p);

 private:
  std::chrono::steady_clock::time_point start_;
  bool terminal_, drawn_ = false;
};

// The signal that asked to stop since the newest ProgressLine; 0: none did.
int signal_that_stops();

std::string progress_text(const api::Progress& p, double seconds);

}  // namespace skep::cli
