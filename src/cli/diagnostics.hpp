// SPDX-License-Identifier: Apache-2.0
// Every diagnostic there is, of all layers' tables.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace skep::cli {

std::span<const Diagnostic* const> diagnostics();  // rejections first

// By code (V0301 and small letters will do), which is one's own, or by slug, which several may have.
std::vector<const Diagnostic*> find_diagnostics(std::string_view asked);

// What it is about, by the letter of its code and, of rejections, the first digits.
std::string_view subject_of(const Diagnostic& row);

}  // namespace skep::cli
