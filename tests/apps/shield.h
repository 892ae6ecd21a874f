/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIELD_H
#define SHIELD_H

#include <linux/types.h>

struct flow {
  __u32 from;
  __u32 protocol;
};
struct counted {
  __u64 packets;
  __u64 bytes;
};

#endif
