// SPDX-License-Identifier: Apache-2.0
// Every reason there is to refuse a program, in the order of codes: pages and `skep explain` come from it.
#pragma once

#include <span>

#include "verify/verify.hpp"

namespace skep::verify {

std::span<const Diagnostic* const> rejections();

// Refused because of values: some input, if Linux is right, does what must not be done.
bool is_about_values(const Diagnostic& row);
// Of these, where a pointer is moved, before anything is accessed through it.
bool is_about_moving(const Diagnostic& row);

// Of an answer outside: what would be allowed.
struct AllowedAnswers {
  int64_t least, most;
};
AllowedAnswers allowed_answers(const Rejection& rejection);

// "memory", "calls": the first digits of a code.
std::string_view category_of(const Diagnostic& row);

}  // namespace skep::verify
