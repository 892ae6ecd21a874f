// SPDX-License-Identifier: Apache-2.0
#include "verify/tnum.hpp"

namespace skep::verify {

// Long multiplication. Where a bit of a is unknown, its row is added or not, so both sums are kept, united.
Tnum operator*(Tnum a, Tnum b) {
  if (a.is_constant() && b.is_constant()) return Tnum::constant(a.value * b.value);
  if (b.is_constant() && std::has_single_bit(b.value)) return a << static_cast<unsigned>(std::countr_zero(b.value));
  if (b.greatest() == 0) return Tnum::constant(0);
  const auto lowest = static_cast<unsigned>(std::countr_zero(b.greatest()));
  Tnum sum = Tnum::constant(0);
  for (uint64_t left = a.greatest(); left != 0; left &= left - 1) {
    const auto at = static_cast<unsigned>(std::countr_zero(left));
    if (~sum.mask >> at == 0) break;  // what is unknown stays so
    if (~a.mask >> at == 0) {         // each row to come makes one bit more unknown
      const uint64_t kept = at + lowest >= 64 ? ~uint64_t{0} : (uint64_t{1} << (at + lowest)) - 1;
      return {sum.value & kept, sum.mask | ~kept};
    }
    const Tnum added = sum + (b << at);
    sum = (a.mask >> at & 1) != 0 ? unite(sum, added) : added;
  }
  return sum;
}

}  // namespace skep::verify
