// SPDX-License-Identifier: Apache-2.0
// A connection's states over a hundred flags.
// Kinds: switches
#include "effort.h"

enum { closed, listens, sent, received, established, fin_wait, close_wait, closing, last_ack, time_wait };
SEC("socket")
int walk(void *ctx) {
  int state = closed, resets = 0;
  for (int i = 0; i < 100; i++) {
    __u32 flags = bpf_get_prandom_u32() & 7;  // syn, ack, fin
    switch (state) {
      case closed: state = flags & 1 ? sent : listens; break;
      case listens: state = flags & 1 ? received : listens; break;
      case sent: state = (flags & 3) == 3 ? established : flags & 1 ? received : sent; break;
      case received: state = flags & 2 ? established : received; break;
      case established: state = flags & 4 ? close_wait : flags & 1 ? fin_wait : established; break;
      case fin_wait: state = flags == 6 ? time_wait : flags & 4 ? closing : fin_wait; break;
      case close_wait: state = flags & 4 ? last_ack : close_wait; break;
      case closing: state = flags & 2 ? time_wait : closing; break;
      case last_ack: state = flags & 2 ? closed : last_ack; break;
      case time_wait: state = closed, resets++; break;
    }
    opaque(state);
  }
  return state + resets;
}
