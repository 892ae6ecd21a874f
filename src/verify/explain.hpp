// SPDX-License-Identifier: Apache-2.0
// Why a program was refused, for people: the way there, what the register held and since when, what would be right.
//
//     Verdict v = verify(question);
//     if (v.answer == Answer::rejected) show(explain(question, *v.rejection));
//
// An explanation costs nothing until somebody wants it: the program is walked once more, and the path that is refused
// is listened to (path_log.hpp). Names of variables are read off the source lines that the object carries
// (source_words.hpp); without them registers and instructions are named.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verify/verify.hpp"

namespace skep::verify {

// Something that happened on the path to the value that is wrong; the last one is the refused instruction.
struct Remark {
  uint32_t insn;
  std::string text;
};

// A change of one line of source that makes the program acceptable, as far as this rejection goes.
struct Fix {
  std::string file;
  uint32_t line;  // 0: wherever `before` stands
  std::string before, after;
};

struct Explanation {
  std::string category;
  std::string cause;         // one sentence
  std::vector<Remark> path;  // in the order it happened
  std::string held;          // "r0: a pointer to a value of `counts`, or null"; may be empty
  std::string suggestion;    // may be empty
  uint32_t before_line = 0;  // where the suggestion goes; 0: nowhere in particular
  std::optional<Fix> fix = {};
};

Explanation explain(const Question& question, const Rejection& rejection);

// The error, with registers called what they are: not "scalar" as in Linux's log, but "a number".
Error in_plain_words(const Error& error);

}  // namespace skep::verify
