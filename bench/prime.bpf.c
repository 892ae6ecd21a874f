// SPDX-License-Identifier: Apache-2.0
// Primes among 256 numbers by trial division: short loops that end where the data says.
#include "row.h"

ROW {
  u64 first = 10001 + (*(u64 *)mem & 0xff), primes = 0;
  for (u64 n = first; n < first + 2 * repeats; n += 2) {
    u64 is_prime = 1;
    for (u64 d = 3; d * d <= n; d += 2)
      if (n % d == 0) {
        is_prime = 0;
        break;
      }
    primes += is_prime;
  }
  return primes + len;
}
