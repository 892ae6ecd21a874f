// SPDX-License-Identifier: Apache-2.0
#include "engine/kernel/verdict.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/error.hpp"

namespace skep::kernel {
namespace {

constexpr int enotsupp = 524;

std::optional<uint64_t> number_at(std::string_view text) {
  uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc()) return std::nullopt;
  return n;
}

// The number behind a word: "total_states 3".
uint64_t number_behind(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  return at == text.npos ? 0 : number_at(text.substr(at + word.size())).value_or(0);
}

// "32+0+16"
uint64_t sum_of(std::string_view text) {
  uint64_t all = 0;
  for (;;) {
    const auto plus = text.find('+');
    all += number_at(text).value_or(0);
    if (plus == text.npos) return all;
    text.remove_prefix(plus + 1);
  }
}

constexpr std::string_view processed = "processed ", time_took = "verification time ", depth = "stack depth ";

// Takes a line of figures in; false where it is none.
bool is_figure(std::string_view line, std::optional<Effort>& effort) {
  if (line.starts_with(time_took)) {
    if (!effort) effort.emplace();
    effort->time_us = number_behind(line, time_took);
    return true;
  }
  if (line.starts_with(depth)) {
    if (!effort) effort.emplace();
    effort->stack_depth = sum_of(line.substr(depth.size()));
    return true;
  }
  if (!line.starts_with(processed) || line.find(" insns ") == line.npos) return false;
  if (!effort) effort.emplace();
  effort->processed = number_behind(line, processed);
  effort->max_states_per_insn = number_behind(line, "max_states_per_insn ");
  effort->states = number_behind(line, "total_states ");
  effort->peak_states = number_behind(line, "peak_states ");
  return true;
}

// "12: (b7) r0 = 1": an instruction that was walked; "12: BUG_db": one that the log has no words for.
std::optional<uint32_t> walked(std::string_view line) {
  const auto colon = std::min(line.find(": ("), line.find(": BUG_"));
  if (colon == line.npos || colon == 0 || colon > 7 || line.find_first_not_of("0123456789") != colon)
    return std::nullopt;
  return static_cast<uint32_t>(*number_at(line));
}

// "jump out of range from insn 3 to 70", "bpf_throw kfunc (insn 10) cannot be called from callback subprog 1"
std::optional<uint32_t> named_in(std::string_view message) {
  constexpr std::string_view word = "insn ";
  for (auto at = message.find(word); at != message.npos; at = message.find(word, at + 1)) {
    if (at != 0 && message[at - 1] != ' ' && message[at - 1] != '(') continue;
    if (auto n = number_at(message.substr(at + word.size()))) return static_cast<uint32_t>(*n);
  }
  return std::nullopt;
}

// A refusal that says nothing about the program.
bool lies_in_the_machine(int err) {
  constexpr int all[] = {EPERM, ENOMEM, ENOSPC, EMFILE, ENFILE, EAGAIN, EINTR, ENOSYS};
  return std::ranges::find(all, -err) != std::end(all);
}

}  // namespace

std::string_view name(Outcome o) {
  switch (o) {
    case Outcome::accepted: return "accepted";
    case Outcome::rejected: return "rejected";
    case Outcome::attr: return "attr";
    case Outcome::unknown: return "unknown";
  }
  return "";
}

std::string errno_name(int err) {
  const int number = err < 0 ? -err : err;
  if (number == enotsupp) return "ENOTSUPP";
  const char* known = ::strerrorname_np(number);
  return known != nullptr ? known : std::to_string(number);
}

Verdict verdict_of(int err, std::string log) {
  Verdict v{.err = err, .log = std::move(log)};
  std::optional<uint32_t> last_walked;
  std::string_view message;
  for (std::string_view rest = v.log; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    // Not all messages end their line; the figures follow them at once.
    if (const auto figures = line.find(time_took); figures != line.npos && figures > 0)
      line = line.substr(0, figures), rest.remove_prefix(figures);
    else
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty() || is_figure(line, v.effort)) continue;
    if (line.starts_with("cur state:") || line.starts_with("old state:")) continue;  // behind "infinite loop detected"
    const auto insn = walked(line);
    if (insn) last_walked = insn;
    message = insn ? std::string_view() : line;
    if (const auto at = line.find("infinite loop detected"); at != line.npos) message = line.substr(at);  // behind it
  }
  if (err == 0) {
    v.outcome = Outcome::accepted;
    return v;
  }
  if (v.log.empty()) {
    v.outcome = lies_in_the_machine(err) ? Outcome::unknown : Outcome::attr;
    v.message = v.outcome == Outcome::attr ? "refused before verification: " + errno_text(-err)
                                           : "this machine does not load it: " + errno_text(-err);
    return v;
  }
  // Linux says it has no memory where too many branches wait, too.
  const bool too_complex = v.log.find(" jumps is too complex") != v.log.npos;
  v.outcome = err == -ENOMEM && !too_complex ? Outcome::unknown : Outcome::rejected;
  v.message = message;
  v.insn = named_in(message);
  if (!v.insn) v.insn = last_walked;
  return v;
}

}  // namespace skep::kernel
