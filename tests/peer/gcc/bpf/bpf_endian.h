// SPDX-License-Identifier: Apache-2.0
// What programs take from libbpf's bpf_endian.h. GCC 12 calls a function that does not exist (__bswapsi2) for
// __builtin_bswap32 of a value it does not know; the assembler has the instruction.
#pragma once

#define BE(bits, x)                                            \
  ({                                                           \
    __u64 be_ = (x);                                           \
    __asm__("endbe %0, " #bits : "+r"(be_)); \
    (__u##bits) be_;                                           \
  })
#define bpf_htons(x) BE(16, x)
#define bpf_ntohs(x) BE(16, x)
#define bpf_htonl(x) BE(32, x)
#define bpf_ntohl(x) BE(32, x)
#define bpf_cpu_to_be64(x) BE(64, x)
#define bpf_be64_to_cpu(x) BE(64, x)
