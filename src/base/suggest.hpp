// SPDX-License-Identifier: Apache-2.0
// "did you mean": the known name nearest to what somebody typed.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace skep {

// The nearest of `names` by edit distance, or empty where none is near (more than a third of the letters differ).
std::string nearest(std::string_view typed, std::span<const std::string> names);

// "; did you mean NAME?" or empty.
std::string did_you_mean(std::string_view typed, std::span<const std::string> names);

// "counts, config": the first `most` names, then "… and 12 more".
std::string listed(std::span<const std::string> names, std::size_t most = 8);

}  // namespace skep
