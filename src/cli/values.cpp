// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"

#include "cli/errors.hpp"

namespace skep::cli {

std::string file_name(const std::string& path) { return path == "-" ? "standard input" : path; }

Result<unsigned> lanes(uint64_t said) {
  constexpr uint64_t most = 4096;
  if (said <= most) return static_cast<unsigned>(said);
  return fail_within(fail(NotASetting{.found = std::to_string(said), .form = "a number from 1 to 4096"}).error(),
                     "--lanes");
}

Result<facts::Target> target(const std::string& said) {
  if (said.empty()) return facts::Target();
  return TRY_WITHIN(facts::target_by_name(said), "--target");
}

}  // namespace skep::cli
