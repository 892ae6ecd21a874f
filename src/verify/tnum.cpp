// SPDX-License-Identifier: Apache-2.0
#include "verify/tnum.hpp"

namespace skep::verify {

// Long multiplication. Where a bit of a is unknown, its row is added or not, so both sums are kept, united.
Tnum operator*(Tnum a, Tnum b) {
  if (a.is_constant() && b.is_constant()) return Tnum::constant(a.value * b.value);
  if (b.is_constant() && std::has_single_bit(b.value)) return a << static_cast<unsigned>(std::countr_zero(b.value));
  Tnum sum = Tnum::constant(0);
  for (uint64_t left = a.greatest(); left != 0; left &= left - 1) {
    const auto at = static_cast<unsigned>(std::countr_zero(left));
    if (~sum.mask >> at == 0) break;  // what is unknown stays so
    const Tnum added = sum + (b << at);
    sum = (a.mask >> at & 1) != 0 ? unite(sum, added) : added;
  }
  return sum;
}

}  // namespace skep::verify
