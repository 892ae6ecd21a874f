// SPDX-License-Identifier: Apache-2.0
// Every reason there is to refuse a program, in the order of codes: pages and `skep explain` come from it.
#pragma once

#include <span>

#include "base/error.hpp"

namespace skep::verify {

std::span<const Diagnostic* const> rejections();

// "memory", "calls": the first digits of a code.
std::string_view category_of(const Diagnostic& row);

}  // namespace skep::verify
