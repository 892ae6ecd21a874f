// SPDX-License-Identifier: Apache-2.0
// For tests only: docs/reference/batch.md is the specification, so its examples are asked, and the answers compared
// (SKEP_BLESS=1 renews them). Questions with "kernel" in `do` or `on` are one test, all others another.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>

#include "base/file.hpp"
#include "judge/batch.hpp"

namespace skep::judge::test {

inline Batch make_batch() { return std::move(*Batch::create({.lanes = 2, .open_object = open_object})); }

// What differs from run to run and from machine to machine: times, where things lie in memory, which kernel it is.
inline std::string lasting(std::string answer) {
  static const std::pair<std::regex, const char*> rules[] = {
      {std::regex(R"re("(ns|time_us)":\d+)re"), R"re("$1":0)re"},
      {std::regex(R"re(verification time \d+)re"), "verification time 0"},
      {std::regex(R"re("address":"0x[1-9a-f][0-9a-f]{6,}")re"), R"re("address":"0x7f0000000000")re"},
      {std::regex(R"re(("hello":1.*"kernel":).*)re"), R"re($1{"target":"linux-6.18.44","release":"6.18.44"}})re"},
      {std::regex(R"re("target":"linux-6\.18\.\d+")re"), R"re("target":"linux-6.18.44")re"}};
  for (const auto& [what, instead] : rules) answer = std::regex_replace(answer, what, instead);
  return answer;
}

enum class About : uint8_t { user, kernel };
inline About about(std::string_view question) {
  return question.find("\"kernel\"") == question.npos ? About::user : About::kernel;
}

// Returns how many were asked.
inline std::size_t ask_examples(const std::string& reference, About which) {
  const Buffer bytes = *read_file(reference);
  std::string_view text = as_text(bytes);
  std::string renewed, answer;
  Batch batch = make_batch();
  std::size_t examples = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (!answer.empty()) {  // the line behind a question
      EXPECT_EQ("out " + answer, line);
      renewed += "out " + std::exchange(answer, "") + "\n";
      if (line.starts_with("out ")) continue;
    }
    renewed.append(line).append("\n");
    if (!line.starts_with("in  ") || about(line) != which) continue;
    answer = lasting(batch.answer(line.substr(4)));
    ++examples;
  }
  if (const char* bless = std::getenv("SKEP_BLESS"); bless != nullptr && std::string_view(bless) == "1") {
    auto out = *OutputFile::create(reference);
    EXPECT_TRUE(out.write(as_bytes(renewed)));
    EXPECT_TRUE(out.commit());
  }
  return examples;
}

}  // namespace skep::judge::test
