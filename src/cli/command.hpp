// SPDX-License-Identifier: Apache-2.0
// What a command is: a row of the table in commands.cpp, and the object that row makes.
//
// A command costs two files: its row, and its own file with flags() and run(). From row and flags come the parser,
// `skep VERB --help` and docs/reference/cli.md; there is no second place.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "cli/text.hpp"

namespace skep::cli {

// 0 the answer is yes, 1 it is no, 2 there is none; 130 and 143 as shells say that Ctrl-C or SIGTERM ended it.
enum class Exit : int { yes = 0, no = 1, no_answer = 2, interrupted = 130, terminated = 143 };

// An option or an argument, and where its value goes.
struct Flag {
  std::string_view names;  // "--in", "-o, --out"; an argument has no dashes: "FILE"
  std::string_view value;  // what follows: "FILE"; empty for switches and arguments
  std::string_view help;
  // Where the value goes; a list takes several; nothing: another form of the flag above, for the help only.
  std::variant<std::monostate, bool*, std::string*, uint64_t*, std::vector<std::string>*> into;
  enum class Needed : uint8_t { no, yes } needed = Needed::no;
  std::vector<std::string> choices = {};  // if only these words are meant
};

enum class Format : uint8_t { text, json };
enum class Detail : uint8_t { usual, verbose };

// How to talk to whoever called.
struct Talk {
  Format format = Format::text;
  Detail detail = Detail::usual;
  Paint out{Colour::off}, err{Colour::off};  // for standard output and standard error
};

class Verb {
 public:
  virtual ~Verb() = default;
  virtual std::vector<Flag> flags() = 0;
  // Prints its answer. An error is "no answer", but api::Faulted, which is "no".
  virtual Result<Exit> run(const Talk& talk) = 0;
  // Lines to show people below an error of run().
  virtual std::string illustrate(const Error&, const Paint&) const { return {}; }
};

struct Example {
  std::string_view line, says;
};

// Which of --json and --verbose a command listens to.
struct Listens {
  bool json = false, verbose = false;
};

struct Command {
  std::string_view name, does, arguments;  // a name is a verb, or a noun and a verb: "btf dump"
  std::vector<Example> examples;
  std::string_view exits;
  std::string_view notes;  // of the reference page: what a screen has no room for
  Listens listens;
  std::unique_ptr<Verb> (*make)();
};

std::span<const Command> commands();

// What every command understands.
struct Common {
  bool json = false, verbose = false, help = false;
  std::string colour = "auto";
};

// help.cpp
std::string overview(const Paint& paint, std::string_view noun = {});  // "btf ": only its verbs
std::string help_of(const Command& command);
std::string reference_page();  // docs/reference/cli.md
std::vector<Flag> common_flags(const Command& command, Common& into);

// parse.cpp
Result<void> parse(const Command& command, std::vector<Flag> flags, std::span<const std::string> arguments);

// A program that faulted answered "no", and so did the verifier that refused it; whatever else went wrong, there is no
// answer.
Exit exit_of(const Diagnostic& row);

// The whole program: prints, and gives the exit code.
int main_of(std::span<const std::string> arguments);

// Prints to standard output; a full disk is an error there and then.
Result<void> print(std::string_view text);

}  // namespace skep::cli
