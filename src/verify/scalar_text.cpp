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

  bool is_signed() const { return name.front() == 's'; }
  bool is_negative() const { return is_signed() && static_cast<int64_t>(value) < 0; }
  bool is_same(const Bound& b) const { return value == b.value && is_negative() == b.is_negative(); }
};

constexpr bool is_small(int64_t v) { return v >= INT16_MIN && v <= INT16_MAX; }

// A negative number of 32 bits that is not small is written in its own width, so its value is that pattern.
constexpr uint64_t pattern(int32_t v) {
  return is_small(v) ? static_cast<uint64_t>(int64_t{v}) : uint64_t{static_cast<uint32_t>(v)};
}

template <class Out>
void put_signed(Out out, int64_t v) {
  if (is_small(v))
    fmt::format_to(out, "{}", v);
  else
    fmt::format_to(out, "{:#x}", static_cast<uint64_t>(v));
}
template <class Out>
void put_unsigned(Out out, uint64_t v) {
  if (v <= UINT16_MAX)
    fmt::format_to(out, "{}", v);
  else
    fmt::format_to(out, "{:#x}", v);
}

}  // namespace

std::string kernel_ranges(const Scalar& s) {
  const Scalar any = Scalar::unknown();
  std::array<Bound, 8> bounds{{{"smin", static_cast<uint64_t>(s.smin), s.smin == any.smin},
                               {"smax", static_cast<uint64_t>(s.smax), s.smax == any.smax},
                               {"umin", s.umin, s.umin == any.umin},
                               {"umax", s.umax, s.umax == any.umax},
                               {"smin32", pattern(s.s32_min), s.s32_min == any.s32_min},
                               {"smax32", pattern(s.s32_max), s.s32_max == any.s32_max},
                               {"umin32", s.u32_min, s.u32_min == any.u32_min},
                               {"umax32", s.u32_max, s.u32_max == any.u32_max}}};
  std::string text;
  const auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (bounds[i].says_nothing) continue;
    if (!text.empty()) text += ',';
    fmt::format_to(out, "{}=", bounds[i].name);
    for (std::size_t same = i + 2; same < bounds.size(); same += 2)
      if (!bounds[same].says_nothing && bounds[same].is_same(bounds[i])) {
        bounds[same].says_nothing = true;
        fmt::format_to(out, "{}=", bounds[same].name);
      }
    if (bounds[i].is_signed())
      put_signed(out, static_cast<int64_t>(bounds[i].value));
    else
      put_unsigned(out, bounds[i].value);
  }
  if (!s.bits.is_unknown())
    fmt::format_to(out, "{}var_off=({:#x}; {:#x})", text.empty() ? "" : ",", s.bits.value, s.bits.mask);
  return text;
}

std::string kernel_text(const Scalar& s) {
  if (!s.is_constant()) return fmt::format("scalar({})", kernel_ranges(s));
  std::string text;
  put_signed(std::back_inserter(text), static_cast<int64_t>(s.value()));
  return text;
}

}  // namespace skep::verify
