// SPDX-License-Identifier: Apache-2.0
// The functions that wait, made of their rows; where one is declared otherwise, it does not compile.
#include <skep/libbpf/bpf/bpf.h>
#include <skep/libbpf/bpf/btf.h>

#include "familiar/report.hpp"

using skep::familiar::waits;

#define WORKS(name, tools, bootstrap)
#define WAITS(returns, name, parameters, capability, tools, bootstrap) \
  returns name parameters { return waits<returns>(#name, capability); }
#include "familiar/familiar.def"
#undef WORKS
#undef WAITS

// There is never anything to free, so that freeing works.
void bpf_link__disconnect(bpf_link*) {}
int bpf_link__destroy(bpf_link*) { return 0; }
void ring_buffer__free(ring_buffer*) {}
void user_ring_buffer__free(user_ring_buffer*) {}
void user_ring_buffer__submit(user_ring_buffer*, void*) {}
void user_ring_buffer__discard(user_ring_buffer*, void*) {}
void perf_buffer__free(perf_buffer*) {}
