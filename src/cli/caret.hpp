// SPDX-License-Identifier: Apache-2.0
// The source line an error speaks about, with a caret under the place:
//
//     3 │   r0 = *(u32 *)(r11 + 4)
//       │                 ^
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "cli/text.hpp"

namespace skep::cli {

// Empty where its place has no line and column of `text`.
std::string caret(std::string_view text, const Error& e, const Paint& paint);

}  // namespace skep::cli
