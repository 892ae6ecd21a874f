// SPDX-License-Identifier: Apache-2.0
// A packet written in words, from the outside to the inside; lengths, types and checksums follow from the words.
//
//     eth ipv4(10.0.0.1 > 10.0.0.2) udp(1 > 53) "hi"
//     eth(02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff) vlan(7) arp(10.0.0.1 > 10.0.0.2) pad(60)
//     eth ipv6(2001:db8::1 > 2001:db8::2 ttl 1) tcp(80 > 1025 syn ack seq 5) "x" fill(1000)
//     eth ipv4(10.0.0.1 > 10.0.0.2 frag 185 more) fill(64)
//
//     eth(SRC > DST type N)    vlan(ID pcp N)    arp(SENDER > TARGET op N)
//     ipv4(SRC > DST ttl N tos N id N frag N more proto N)    frag: offset in 8 bytes; more: more fragments follow
//     ipv6(SRC > DST ttl N class N flow N proto N)
//     tcp(SPORT > DPORT seq N acks N window N syn ack fin rst psh urg)    udp(SPORT > DPORT zero)    zero: no checksum
//     icmp(type N code N)      behind ipv6: ICMPv6
//     "text" with \" \\ \xNN   fill(N): N bytes 0, 1, 2, …   pad(N): zeros until the frame has N bytes; last
// Everything in parentheses may be left out, and then the parentheses, too.
#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace skep::judge {

inline constexpr std::size_t most_packet_bytes = 65536;

Result<Buffer> packet_from_words(std::string_view text);

}  // namespace skep::judge
