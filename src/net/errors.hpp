// SPDX-License-Identifier: Apache-2.0
// What can go wrong with captures.
#pragma once

#include <fmt/format.h>

#include "base/error.hpp"

namespace skep::net {

// A number people read: 1,514.
struct Count {
  uint64_t n;
};
inline Value to_value(Count c) {
  const std::string digits = std::to_string(c.n);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

// clang-format off
#define SKEP_NET_DIAGNOSTICS(X)                                                                                    \
  X(EmptyCapture, "SKEP-N0001", "empty-capture", EINVAL, ,                                                         \
    "the file is empty; a capture has at least its header", "give a capture as tcpdump -w writes it")              \
  X(NotACapture, "SKEP-N0002", "not-a-capture", EINVAL, (std::string, found),                                      \
    "it starts with {found}; a capture starts with d4c3b2a1, 4d3cb2a1 (pcap) or 0a0d0d0a (pcapng)",                \
    "give a capture as tcpdump -w writes it, unpacked")                                                            \
  X(CutOff, "SKEP-N0003", "cut-off", EINVAL, (std::string, what)(Count, promised)(Count, left),                    \
    "cut off: {what} {promised} bytes, the file holds {left} more",                                                \
    "Everything before it was processed; nothing was written.")                                                    \
  X(BrokenCapture, "SKEP-N0004", "broken-capture", EINVAL, (uint64_t, packet)(std::string, reason),                \
    "packet {packet} cannot be read; libpcap says: {reason}",                                                      \
    "Everything before it was processed; nothing was written.")                                                    \
  X(BrokenHeader, "SKEP-N0005", "broken-capture-header", EINVAL, (std::string, reason),                            \
    "its header is not one of a pcap or pcapng file; libpcap says: {reason}",                                      \
    "give a capture as tcpdump -w writes it")                                                                      \
  X(HugeSnaplen, "SKEP-N0006", "huge-snaplen", E2BIG, (Count, found)(Count, most),                                 \
    "its header says packets of up to {found} bytes (snaplen); captures of network packets have at most {most}",   \
    "if the packets are sound, rewrite it: editcap -s 262144 IN OUT")                                              \
  X(UnsupportedLink, "SKEP-N0007", "unsupported-link-type", EOPNOTSUPP, (std::string, found)(std::string, known),  \
    "its link type is {found}; skep reads {known}",                                                                \
    "capture on an Ethernet interface, or with tcpdump -i any")                                                    \
  X(FilterRefused, "SKEP-N0008", "filter-refused", EINVAL, (std::string, filter)(std::string, reason),             \
    "'{filter}' is not a filter expression; libpcap says: {reason}", "man pcap-filter has the words it may use")
// clang-format on
SKEP_NET_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::net
