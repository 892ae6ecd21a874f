// SPDX-License-Identifier: Apache-2.0
// What there is to say about a diagnostic: on a screen (`skep explain CODE`) and, of rejections, as a page of
// docs/errors.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace skep::cli {

// "{r} may be null here" is "rN may be null here".
std::string without_fields(std::string_view words);

std::string error_screen(const Diagnostic& row);
// A page in Markdown; `example` is the case file that shows it, or empty.
std::string error_page(const Diagnostic& row, std::string_view example);
std::string error_index();

}  // namespace skep::cli
