// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "cli/text.hpp"

namespace skep::cli {

static volatile std::sig_atomic_t asked_to_stop = 0;

static void stop_asked(int signal) { asked_to_stop = signal; }

int signal_that_stops() { return asked_to_stop; }

ProgressLine::ProgressLine() : start_(std::chrono::steady_clock::now()), terminal_(::isatty(STDERR_FILENO) == 1) {
  asked_to_stop = 0;
  struct sigaction action{};
  action.sa_handler = stop_asked;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // and no SA_RESTART: a read that waits for input shall end
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

ProgressLine::~ProgressLine() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
}

std::string progress_text(const api::Progress& p, double seconds) {
  const bool repeated = p.runs > p.packets;  // then runs are what moves
  const auto count = static_cast<double>(repeated ? p.runs : p.packets);
  std::string text = "  ";
  const bool known = p.bytes_total != 0 && p.bytes_done != 0;
  const double done = known ? static_cast<double>(p.bytes_done) / static_cast<double>(p.bytes_total) : 0;
  if (known) text += fmt::format("{:.0f} %  ", 100 * done);
  text += fmt::format("{} {}  {}/s", in_short(count), repeated ? "runs" : "packets",
                      in_short(seconds > 0 ? count / seconds : 0));
  if (known) text += fmt::format("  {:.0f} s left", seconds / done * (1 - done));
  return text;
}

api::Go ProgressLine::show(const api::Progress& p) {
  if (asked_to_stop) return api::Go::stop;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (terminal_ && seconds > 0.5) {
    fmt::print(stderr, "\r\033[K{}", progress_text(p, seconds));
    std::fflush(stderr);
    drawn_ = true;
  }
  return api::Go::on;
}

}  // namespace skep::cli
