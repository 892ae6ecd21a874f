// SPDX-License-Identifier: Apache-2.0
// Pieces of answers as JSON, which all engines give alike. Private to src/judge; including it costs 8 s of compiling.
#pragma once

#include <nlohmann/json.hpp>
#include <set>

#include "base/bytes.hpp"
#include "judge/map_ops.hpp"

namespace skep::judge {

using Json = nlohmann::ordered_json;

std::string to_line(const Json& v);
Json error_json(const Error& e);
Json content_json(const Result<Content>& content);
Json op_json(const Result<OpResult>& r);

// Where two executors' answers differ, as "runs[0].r0". Times are nobody's answer, and what only one of them can tell
// (printk, events, how many instructions; the verdict) is not compared; r0 in as many bits as both have.
std::set<std::string> differences(const Json& a, const Json& b);

// skep's own verdict on the programs of a line: that of the first which is not accepted, else the sums.
Json verify_json(const Question& q);

// An input that breaks the rule for which the first program is refused (judge/witness.hpp), or null.
Json witness_json(const Question& q);

// Where two verdicts differ: "verify.result", its errno, instruction and counts. Words are each judge's own.
std::set<std::string> verdict_differences(const Json& a, const Json& b);

// What the kernel answers to a line: "verify", "ops", "runs", "maps". To `hello`: which one it is, or why it is not
// asked.
Json kernel_json(const Question& q);
Json kernel_ops_json(const Question& q);  // "ops" alone
Json kernel_hello();

}  // namespace skep::judge
