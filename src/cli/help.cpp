// SPDX-License-Identifier: Apache-2.0
// Help screens and the reference page, all from the table of commands and the flags of each.
#include <fmt/format.h>

#include "cli/command.hpp"

namespace skep::cli {

std::vector<Flag> common_flags(const Command& command, Common& into) {
  std::vector<Flag> flags;
  if (command.listens.json) flags.push_back({"--json", "", "print one JSON document, errors too", &into.json});
  if (command.listens.verbose) flags.push_back({"--verbose", "", "print what is left out otherwise", &into.verbose});
  flags.push_back({"--color",
                   "WHEN",
                   "auto (default: on a terminal without NO_COLOR), always, never",
                   &into.colour,
                   Flag::Needed::no,
                   {"auto", "always", "never"}});
  flags.push_back({"-h, --help", "", "print this", &into.help});
  return flags;
}

static std::vector<Flag> all_flags(const Command& command, Verb& verb, Common& common) {
  std::vector<Flag> all = verb.flags();
  for (Flag& f : common_flags(command, common)) all.push_back(std::move(f));
  return all;
}

static std::string left_column(const Flag& f) {
  return f.value.empty() ? std::string(f.names) : fmt::format("{} {}", f.names, f.value);
}

std::string help_of(const Command& command) {
  auto verb = command.make();
  Common common;
  std::string out = fmt::format("{}\n\nusage: skep {} {}\n\n", command.does, command.name, command.arguments);
  Table options, examples;
  for (const Flag& f : all_flags(command, *verb, common)) options.add({{left_column(f)}, {std::string(f.help)}});
  for (const Example& e : command.examples) examples.add({{std::string(e.line)}, {std::string(e.says)}});
  out += options.text("  ") + "\nexamples\n" + examples.text("  ");
  return out + fmt::format("\nexit: {}\n", command.exits);
}

std::string overview(const Paint& paint, std::string_view noun) {
  std::string out = noun.empty() ? "skep runs eBPF anywhere: one object file, with or without a kernel.\n\n" : "";
  out += fmt::format("usage: skep {}{} …\n\n", noun, noun.empty() ? "COMMAND" : "VERB");
  Table table;
  for (const Command& c : commands())
    if (c.name.starts_with(noun)) table.add({{std::string(c.name)}, {std::string(c.does)}});
  out += table.text("  ") + "\nskep COMMAND --help tells more.  skep --version tells which skep this is.\n";
  return out + paint.dim("exit: 0 the answer is yes, 1 it is no, 2 there is no answer") + "\n";
}

std::string reference_page() {
  std::string out =
      "# Commands\n\n"
      "Made from the table of commands (src/cli/commands.cpp); do not edit: `SKEP_BLESS=1` and the test renew it.\n\n"
      "Every command exits with 0 where the answer is yes, 1 where it is no (a fault, a difference), 2 where there is "
      "none (usage, missing or broken input, not available yet), 130 after Ctrl-C, 143 after SIGTERM. Results go to "
      "standard output, talk "
      "to standard error. An error is one line: place, what was found and expected, what would be right; with `--json` "
      "it "
      "is `{\"error\":{\"code\",\"message\",\"place\",\"hint\"}}` on standard output. `-` is standard input or "
      "output.\n";
  for (const Command& c : commands()) out += fmt::format("\n## skep {}\n\n```\n{}```\n{}", c.name, help_of(c), c.notes);
  return out;
}

}  // namespace skep::cli
