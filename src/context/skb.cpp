// SPDX-License-Identifier: Apache-2.0
// __sk_buff: how a frame fills it, and its raw form in and out of a test run.
//
// Filled as the kernel's test run fills it on the loopback device, whose address and broadcast address are zero: a
// frame to ff:ff:ff:ff:ff:ff is a multicast there. A hook differs in two things: the interface's address is unknown
// to a capture file, so a unicast frame is taken as one for this host; and no frame is refused. A VLAN tag stays in
// the data, as captured.
#include <algorithm>
#include <array>
#include <ranges>

#include "context/context.hpp"
#include "context/errors.hpp"

namespace skep::context {

using facts::ContextField, facts::CtxValue, facts::ProgType;

namespace {

constexpr std::size_t link = Packet::link_header, ipv4_header = 20, ipv6_header = 40;
constexpr std::size_t most_in_a_test_run = 3712;  // the page less 64 bytes of headroom and 320 behind
enum PacketKind : uint8_t { host = 0, broadcast = 1, multicast = 2, otherhost = 3 };  // Linux's PACKET_*
enum EtherType : uint16_t { ipv4 = 0x0800, ipv6 = 0x86dd };

// What a test run takes from the structure and gives back in it.
constexpr CtxValue taken[] = {CtxValue::mark,     CtxValue::priority, CtxValue::ingress_ifindex, CtxValue::ifindex,
                              CtxValue::cb,       CtxValue::tstamp,   CtxValue::wire_len,        CtxValue::gso_segs,
                              CtxValue::gso_size, CtxValue::hwtstamp};

auto taken_fields() {
  return facts::fields(facts::Context::sk_buff) |
         std::views::filter([](const ContextField& f) { return std::ranges::find(taken, f.value) != std::end(taken); });
}

std::size_t offset_of(CtxValue v) {
  return std::ranges::find(facts::fields(facts::Context::sk_buff), v, &ContextField::value)->offset;
}

uint16_t big_endian_16(Bytes frame, std::size_t at) { return static_cast<uint16_t>(frame[at] << 8 | frame[at + 1]); }

std::size_t shortest(Bytes frame) {
  uint16_t type = big_endian_16(frame, 12);
  return type == ipv4 ? link + ipv4_header : type == ipv6 ? link + ipv6_header : link;
}

}  // namespace

Result<void> Context::assign_skb(Bytes frame, Setting setting, facts::Packet start) {
  if (setting == Setting::test_run) {
    if (std::size_t least = shortest(frame); frame.size() < least)
      return fail(FrameTooShort{.size = frame.size(), .who = "a test run of this protocol", .least = least});
    if (frame.size() > most_in_a_test_run)
      return fail(FrameTooLong{
          .size = frame.size(), .who = "a test run of " + std::string(name(type_)), .most = most_in_a_test_run});
  }
  packet_.assign(frame, Packet::Layout::linear);
  if (start == facts::Packet::network) packet_.hide(std::min(frame.size(), link));
  // A test run that is given no __sk_buff leaves it 0; set_raw fills it in.
  put(CtxValue::wire_len, setting == Setting::hook ? packet_.size() : 0);
  if (frame.size() < link) return {};
  describe_frame(frame);
  describe_socket(frame);
  return {};
}

void Context::describe_frame(Bytes frame) {
  // IEEE 802.3: a number below 1536 is a length; Linux calls such frames ETH_P_802_3 (raw IPX) or ETH_P_802_2.
  uint16_t type = big_endian_16(frame, 12);
  bool raw_ipx = frame.size() >= link + 2 && big_endian_16(frame, link) == 0xffff;
  if (type < 1536) type = raw_ipx ? 0x0001 : 0x0004;
  put(CtxValue::protocol, static_cast<uint16_t>(type << 8 | type >> 8));

  auto all = [&](uint8_t byte) { return std::ranges::all_of(frame.first(6), [&](uint8_t b) { return b == byte; }); };
  bool test_run = setting_ == Setting::test_run;
  PacketKind kind = host;
  if ((frame[0] & 1) != 0)
    kind = all(0xff) && !test_run ? broadcast : multicast;
  else if (test_run && !all(0))
    kind = otherhost;
  put(CtxValue::pkt_type, kind);
}

// The socket a test run invents for the packet: it listens where the packet comes from.
void Context::describe_socket(Bytes frame) {
  constexpr uint8_t af_inet = 2, af_inet6 = 10;
  uint16_t type = big_endian_16(frame, 12);
  if (frame.size() < shortest(frame)) return;
  auto word = [&](std::size_t at) { return load<uint32_t>(&frame[link + at]); };
  if (type == ipv4) {
    put(CtxValue::family, af_inet);
    put(CtxValue::local_ip4, word(12));
    put(CtxValue::remote_ip4, word(16));
  }
  if (type == ipv6) {
    put(CtxValue::family, af_inet6);
    for (unsigned i = 0; i < 4; ++i) {
      put(CtxValue::local_ip6, word(8 + 4 * i), i);
      put(CtxValue::remote_ip6, word(24 + 4 * i), i);
    }
  }
}

Result<void> Context::set_raw_skb(Bytes structure) {
  std::array<uint8_t, max_structure> left{};  // what nobody takes
  std::ranges::copy(structure, left.begin());
  for (const ContextField& f : taken_fields()) std::fill_n(left.begin() + f.offset, f.bytes(), uint8_t{0});
  for (std::size_t i = 0; i < left.size(); ++i)
    if (left[i] != 0)
      return fail(NotTaken{.offset = i,
                           .field = field_at(static_cast<int64_t>(i)),
                           .taken = "mark, priority, ingress_ifindex, ifindex, cb, tstamp, wire_len, gso_segs, "
                                    "gso_size and hwtstamp only"});
  for (const ContextField& f : taken_fields()) std::copy_n(&structure[f.offset], f.bytes(), &real_.image[f.offset]);
  for (const ContextField& f : taken_fields())
    if (f.count == 1) put(f.value, get(f.value));  // in as many bytes as Linux keeps of it
  gso_size_given_ = load<uint32_t>(&structure[offset_of(CtxValue::gso_size)]);
  auto wire_len = load<uint32_t>(&structure[offset_of(CtxValue::wire_len)]);
  auto segments = load<uint32_t>(&structure[offset_of(CtxValue::gso_segs)]);
  if (wire_len != 0 && (wire_len < packet_.size() || wire_len > 65536))
    return fail(OutOfPlace{
        .field = "wire_len", .value = wire_len, .expected = "0, or the packet's length or more, up to 65536"});
  if (segments > 65535) return fail(OutOfPlace{.field = "gso_segs", .value = segments, .expected = "at most 65535"});
  if (wire_len == 0) put(CtxValue::wire_len, packet_.size());
  return {};
}

Buffer Context::raw_skb() const {
  Buffer out(size_);
  for (const ContextField& f : taken_fields()) std::copy_n(&real_.image[f.offset], f.bytes(), &out[f.offset]);
  store(&out[offset_of(CtxValue::gso_size)], gso_size_given_);
  return out;
}

}  // namespace skep::context
