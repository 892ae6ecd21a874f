// SPDX-License-Identifier: Apache-2.0
// A scalar in the words of the kernel's log: a bound that says nothing is left out, bounds of one kind (least,
// greatest) with the same number are written together, small numbers are decimal.
#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

#include "verify/scalar.hpp"

namespace skep::verify {
namespace {

struct Bound {
  std::string_view name;
  uint64_t value;
  bool says_nothing;
};

template <class Out>
void put_number(Out out, uint64_t v, bool is_signed) {
  const auto s = static_cast<int64_t>(v);
  if (is_signed ? s >= INT16_MIN && s <= INT16_MAX : v <= UINT16_MAX)
    fmt::format_to(out, "{}", s);
  else
    fmt::format_to(out, "{:#x}", v);
}

}  // namespace

std::string kernel_ranges(const Scalar& s) {
  const Scalar any = Scalar::unknown();
  const auto wide = [](int64_t x) { return static_cast<uint64_t>(x); };
  std::array<Bound, 8> bounds{{{"smin", wide(s.smin), s.smin == any.smin},
                               {"smax", wide(s.smax), s.smax == any.smax},
                               {"umin", s.umin, s.umin == any.umin},
                               {"umax", s.umax, s.umax == any.umax},
                               {"smin32", wide(s.s32_min), s.s32_min == any.s32_min},
                               {"smax32", wide(s.s32_max), s.s32_max == any.s32_max},
                               {"umin32", s.u32_min, s.u32_min == any.u32_min},
                               {"umax32", s.u32_max, s.u32_max == any.u32_max}}};
  std::string text;
  const auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (bounds[i].says_nothing) continue;
    if (!text.empty()) text += ',';
    fmt::format_to(out, "{}=", bounds[i].name);
    for (std::size_t same = i + 2; same < bounds.size(); same += 2)
      if (!bounds[same].says_nothing && bounds[same].value == bounds[i].value) {
        bounds[same].says_nothing = true;
        fmt::format_to(out, "{}=", bounds[same].name);
      }
    put_number(out, bounds[i].value, bounds[i].name.front() == 's');
  }
  if (!s.bits.is_unknown())
    fmt::format_to(out, "{}var_off=({:#x}; {:#x})", text.empty() ? "" : ",", s.bits.value, s.bits.mask);
  return text;
}

std::string kernel_text(const Scalar& s) {
  if (!s.is_constant()) return fmt::format("scalar({})", kernel_ranges(s));
  std::string text;
  put_number(std::back_inserter(text), s.value(), true);
  return text;
}

}  // namespace skep::verify
