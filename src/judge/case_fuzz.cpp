// SPDX-License-Identifier: Apache-2.0
// Whatever a case file holds, it is understood or refused with its path.
#include "judge/case.hpp"

#include "base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto no_c = [](const std::string&, std::string_view) -> skep::Result<skep::module::Module> {
    return skep::module::Module{};
  };
  const auto parsed = skep::judge::parse_case("x.case", skep::as_text({data, size}), no_c);
  if (!parsed && !parsed.error().place().starts_with("x.case")) __builtin_trap();
  return 0;
}
