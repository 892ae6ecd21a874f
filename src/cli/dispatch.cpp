// SPDX-License-Identifier: Apache-2.0
// From a command line to an exit code: finds the command, fills its flags, runs it, prints its error.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "api/errors.hpp"
#include "base/suggest.hpp"
#include "cli/command.hpp"
#include "cli/errors.hpp"
#include "cli/json.hpp"
#include "cli/progress.hpp"
#include "object/errors.hpp"

namespace skep::cli {

Result<void> print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(CannotPrint{.reason = errno_text(errno)});
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

// One line whatever the input was: names in it come from files.
static void complain(const Error& e, const Paint& paint) {
  std::string line = "skep: ", message = e.message();
  if (const std::string place = e.place(); !place.empty()) line += paint.red(printable(place)) + ": ";
  // A compiler's own words are passed on as they are.
  line += e.row().code == object::CompilerFails::row.code ? message : printable(message);
  if (const std::string hint = e.hint(); !hint.empty())
    line += (message.ends_with('.') || message.ends_with('?') ? " " : ". ") + printable(sentence(hint));
  fmt::print(stderr, "{}\n", line);
}

static Colour colour_for(const std::string& when, int fd) {
  if (when == "always") return Colour::on;
  if (when == "never") return Colour::off;
  const char* no = std::getenv("NO_COLOR");  // no-color.org: set and not empty
  const char* term = std::getenv("TERM");
  const bool plain = (no != nullptr && *no != '\0') || term == nullptr || std::string_view(term) == "dumb";
  return !plain && ::isatty(fd) ? Colour::on : Colour::off;
}

Exit exit_of(const Diagnostic& row) {
  if (&row == &api::Faulted::row || verify::refuses(row)) return Exit::no;
  return &row == &api::Interrupted::row ? Exit::interrupted : Exit::no_answer;
}

static Exit report(const Error& e, const Talk& talk) {
  if (talk.format == Format::json) {
    if (auto printed = print(error_document(e) + "\n"); !printed) complain(printed.error(), talk.err);
  } else {
    complain(e, talk.err);
  }
  const Exit exit = exit_of(e.row());
  return exit == Exit::interrupted && signal_that_stops() == SIGTERM ? Exit::terminated : exit;
}

static Exit run_command(const Command& command, std::span<const std::string> arguments) {
  auto verb = command.make();
  Common common;
  std::vector<Flag> flags = verb->flags();
  for (Flag& f : common_flags(command, common)) flags.push_back(std::move(f));
  auto parsed = parse(command, flags, arguments);
  const bool json = command.listens.json && std::ranges::find(arguments, "--json") != arguments.end();
  Talk talk{.format = json ? Format::json : Format::text,  // also where the rest of the line did not parse
            .detail = common.verbose ? Detail::verbose : Detail::usual,
            .out = Paint(colour_for(common.colour, STDOUT_FILENO)),
            .err = Paint(colour_for(common.colour, STDERR_FILENO))};
  if (!parsed) return report(std::move(parsed.error()).within(std::string(command.name)), talk);
  if (common.help) {
    auto printed = print(help_of(command));
    return printed ? Exit::yes : report(printed.error(), talk);
  }
  auto answer = verb->run(talk);
  if (answer) return *answer;
  // What is wrong with an option, or a file it names, begins with the command.
  if (const std::string place = answer.error().place(); place.empty() || place.starts_with("--"))
    answer = std::unexpected(std::move(answer.error()).within(std::string(command.name)));
  const Exit exit = report(answer.error(), talk);
  if (talk.format == Format::text) fmt::print(stderr, "{}", verb->illustrate(answer.error(), talk.err));
  return exit;
}

// How many of the words name the command: "btf dump" is two.
static std::size_t names(const Command& c, std::span<const std::string> words) {
  if (words.front() == c.name) return 1;
  return words.size() > 1 && words[0] + " " + words[1] == c.name ? 2 : 0;
}

// What was meant by words that name no command: a noun alone or for help, or a mistake.
static Exit without_command(std::span<const std::string> words, const Talk& talk) {
  const std::string noun = words.front() + " ";
  std::vector<std::string> of_noun, all;
  for (const Command& c : commands()) {
    all.emplace_back(c.name);
    if (c.name.starts_with(noun)) of_noun.emplace_back(c.name);
  }
  if (!of_noun.empty() && words.size() == 1) {
    fmt::print(stderr, "{}", overview(talk.err, noun));
    return Exit::no_answer;
  }
  if (!of_noun.empty() && (words[1] == "--help" || words[1] == "-h")) {
    auto printed = print(overview(talk.out, noun));
    return printed ? Exit::yes : report(printed.error(), talk);
  }
  const std::string found = of_noun.empty() ? words.front() : noun + words[1];
  const auto& known = of_noun.empty() ? all : of_noun;
  auto unknown = fail(
      UnknownCommand{.found = found, .known = listed(known, known.size()), .suggestion = did_you_mean(found, known)});
  return report(unknown.error(), talk);
}

int main_of(std::span<const std::string> arguments) {
  const bool json = std::ranges::find(arguments, "--json") != arguments.end();  // of a command that is unknown, too
  const Talk talk{.format = json ? Format::json : Format::text,
                  .out = Paint(colour_for("auto", STDOUT_FILENO)),
                  .err = Paint(colour_for("auto", STDERR_FILENO))};
  if (arguments.empty()) {
    fmt::print(stderr, "{}", overview(talk.err));
    return static_cast<int>(Exit::no_answer);
  }
  const std::string& word = arguments.front();
  std::string text;
  if (word == "--version") text = fmt::format("skep {}\n", SKEP_VERSION);
  if (word == "--help" || word == "-h" || (word == "help" && arguments.size() == 1)) text = overview(talk.out);
  if (!text.empty()) {
    auto printed = print(text);
    return static_cast<int>(printed ? Exit::yes : report(printed.error(), talk));
  }
  for (const Command& c : commands())
    if (std::size_t n = names(c, arguments)) return static_cast<int>(run_command(c, arguments.subspan(n)));
  if (word == "help") {
    std::vector<std::string> asked(arguments.begin() + 1, arguments.end());
    asked.emplace_back("--help");
    return main_of(asked);
  }
  return static_cast<int>(without_command(arguments, talk));
}

}  // namespace skep::cli
