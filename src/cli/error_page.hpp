// SPDX-License-Identifier: Apache-2.0
// What there is to say about a rejection: on a screen (`skep explain CODE`) and as a page of docs/errors.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace skep::cli {

// By code (V0301 and small letters will do) or slug; null: none.
const Diagnostic* find_rejection(std::string_view asked);

// "{r} may be null here" is "rN may be null here".
std::string without_fields(std::string_view words);

std::string error_screen(const Diagnostic& row);
// A page in Markdown; `example` is the case file that shows it, or empty.
std::string error_page(const Diagnostic& row, std::string_view example);
std::string error_index();

}  // namespace skep::cli
