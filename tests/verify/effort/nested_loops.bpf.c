// SPDX-License-Identifier: Apache-2.0
// Two loops of known length, whose numbers nobody may guess.
#include "effort.h"

SEC("socket")
int walk(void* ctx) {
  int sum = 0;
  for (int i = 0; i < 300; i++)
    for (int j = 0; j < 100; j++) asm volatile("%0 += %1" : "+r"(sum) : "r"(j));
  return sum;
}
