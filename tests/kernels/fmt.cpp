// SPDX-License-Identifier: Apache-2.0
// Debian has fmt as a shared library and as headers; a static program takes the functions out of these.
#include <fmt/format-inl.h>

namespace fmt::detail {

template thousands_sep_result<char> thousands_sep_impl(locale_ref);
template char decimal_point_impl(locale_ref);

}  // namespace fmt::detail
