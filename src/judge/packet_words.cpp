// SPDX-License-Identifier: Apache-2.0
// Words become layers; a layer's bytes are its header in front of the bytes of the layers inside it.
#include "judge/packet_words.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/suggest.hpp"
#include "facts/rows.hpp"
#include "judge/errors.hpp"

namespace skep::judge {
namespace {

enum class Kind : uint8_t { eth, vlan, arp, ipv4, ipv6, tcp, udp, icmp, payload, pad };

// What may stand in a layer's parentheses.
enum class Ends : uint8_t { none, mac, ip4, ip6, port, number };
struct LayerRow {
  Kind id;
  std::string_view name;
  Ends ends;                 // SRC > DST, or one leading number
  std::string_view numbers;  // options with a number behind them
  std::string_view flags;    // options without
  uint16_t ethertype;        // inside eth and vlan
  uint8_t protocol;          // inside IP
};
// clang-format off
constexpr LayerRow layer_rows[] = {
  { Kind::eth,     "eth",  Ends::mac,    "type",                 "",                        0x6558, 143 },
  { Kind::vlan,    "vlan", Ends::number, "pcp type",             "",                        0x8100, 0   },
  { Kind::arp,     "arp",  Ends::ip4,    "op",                   "",                        0x0806, 0   },
  { Kind::ipv4,    "ipv4", Ends::ip4,    "ttl tos id frag proto","more",                    0x0800, 4   },
  { Kind::ipv6,    "ipv6", Ends::ip6,    "ttl class flow proto", "",                        0x86dd, 41  },
  { Kind::tcp,     "tcp",  Ends::port,   "seq acks window",      "fin syn rst psh ack urg", 0,      6   },
  { Kind::udp,     "udp",  Ends::port,   "",                     "zero",                    0,      17  },
  { Kind::icmp,    "icmp", Ends::none,   "type code",            "",                        0,      1   },
  { Kind::payload, "fill", Ends::number, "",                     "",                        0,      0   },
  { Kind::pad,     "pad",  Ends::number, "",                     "",                        0,      0   },
};
// clang-format on
static_assert(facts::complete(layer_rows));
constexpr const LayerRow& row(Kind k) { return layer_rows[static_cast<std::size_t>(k)]; }
constexpr uint16_t ethertype_unknown = 0x88b5;  // IEEE: for local experiments
constexpr uint8_t protocol_unknown = 253;       // RFC 3692: for experiments
constexpr uint8_t protocol_icmp6 = 58;
constexpr std::size_t most_layers = 64;

struct Layer {
  Kind kind = Kind::payload;
  Buffer from, to;  // addresses or ports as they stand in the header
  uint64_t number = 0;
  std::vector<std::pair<std::string_view, uint64_t>> options;
  Buffer bytes;  // payload

  uint64_t option(std::string_view name, uint64_t otherwise) const {
    for (const auto& [n, value] : options)
      if (n == name) return value;
    return otherwise;
  }
};

std::unexpected<Error> unexpected_text(std::string_view found, std::string expected) {
  return fail(PacketText{.found = std::string(found.substr(0, 40)), .expected = std::move(expected)});
}

bool has_word(std::string_view list, std::string_view word) {
  for (; !list.empty(); list.remove_prefix(std::min(list.size(), list.find(' ') + 1))) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (list.substr(0, end) == word) return true;
    if (end == list.size()) return false;
  }
  return false;
}

// ---- reading ------------------------------------------------------------------------------------------------------

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Result<std::vector<Layer>> layers() {
    std::vector<Layer> all;
    for (skip_space(); !rest_.empty(); skip_space()) {
      if (all.size() == most_layers)
        return unexpected_text(rest_, "at most " + std::to_string(most_layers) + " layers");
      all.push_back(TRY(layer()));
    }
    return all;
  }

 private:
  void skip_space() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
  }
  std::string_view word() {
    skip_space();
    const std::size_t n = rest_.starts_with('>') ? 1 : std::min(rest_.find_first_of(" \t()>\""), rest_.size());
    const std::string_view w = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return w;
  }
  bool take(char c) {
    skip_space();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Result<Layer> layer() {
    if (rest_.starts_with('"')) return quoted();
    const std::string_view before = rest_, name = word();
    const LayerRow* r = facts::find_row(layer_rows, name);
    if (r == nullptr) {
      const auto known = facts::names(layer_rows);
      return unexpected_text(before, "a layer: " + listed(known, known.size()) + did_you_mean(name, known));
    }
    Layer l;
    l.kind = r->id;
    l.from = defaults(r->ends, 1);
    l.to = defaults(r->ends, 2);
    if (!rest_.starts_with('(')) return l;
    take('(');
    TRY_VOID(ends(l, *r));
    while (!take(')')) TRY_VOID(option(l, *r));
    if (l.kind == Kind::payload && l.number > most_packet_bytes) return fail(PacketTooLong{.most = most_packet_bytes});
    for (uint64_t i = 0; l.kind == Kind::payload && i < l.number; ++i) l.bytes.push_back(static_cast<uint8_t>(i));
    return l;
  }

  static Buffer defaults(Ends ends, uint8_t which) {
    switch (ends) {
      case Ends::mac: return {2, 0, 0, 0, 0, which};
      case Ends::ip4: return {10, 0, 0, which};
      case Ends::ip6: return {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, which};
      case Ends::port: return {0, which};
      case Ends::none:
      case Ends::number: break;
    }
    return {};
  }

  Result<void> ends(Layer& l, const LayerRow& r) {
    skip_space();
    if (r.ends == Ends::none || rest_.starts_with(')')) return {};
    if (r.ends == Ends::number) {
      l.number = TRY(number(most_packet_bytes));
      return {};
    }
    const std::string_view first = rest_.substr(0, std::min(rest_.find_first_of(" \t)"), rest_.size()));
    if (has_word(r.numbers, first) || has_word(r.flags, first)) return {};
    l.from = TRY(address(r.ends));
    if (!take('>')) return unexpected_text(rest_, "> and where it goes to");
    l.to = TRY(address(r.ends));
    return {};
  }

  Result<uint64_t> number(uint64_t most) {
    const std::string_view before = rest_, digits = word();
    uint64_t n = 0;
    const bool hex = digits.starts_with("0x");
    auto [at, error] = std::from_chars(digits.data() + (hex ? 2 : 0), digits.data() + digits.size(), n, hex ? 16 : 10);
    if (error != std::errc{} || at != digits.data() + digits.size() || n > most)
      return unexpected_text(before, "a number from 0 to " + std::to_string(most));
    return n;
  }

  Result<Buffer> address(Ends kind) {
    if (kind == Ends::port) {
      const uint64_t n = TRY(number(65535));
      return Buffer{static_cast<uint8_t>(n >> 8), static_cast<uint8_t>(n)};
    }
    const std::string text(word());
    if (kind == Ends::mac) {
      std::string digits = text;
      std::erase(digits, ':');
      auto bytes = from_hex(digits);
      if (!bytes || bytes->size() != 6 || text.size() != 17) return unexpected_text(text, "a MAC address");
      return *std::move(bytes);
    }
    Buffer bytes(kind == Ends::ip4 ? 4 : 16);
    if (::inet_pton(kind == Ends::ip4 ? AF_INET : AF_INET6, text.c_str(), bytes.data()) != 1)
      return unexpected_text(text, kind == Ends::ip4 ? "an IPv4 address" : "an IPv6 address");
    return bytes;
  }

  Result<void> option(Layer& l, const LayerRow& r) {
    skip_space();
    const std::string_view before = rest_, name = word();
    if (!name.empty() && has_word(r.flags, name)) {
      l.options.emplace_back(name, 1);
    } else if (!name.empty() && has_word(r.numbers, name)) {
      l.options.emplace_back(name, TRY(number(UINT32_MAX)));
    } else {
      std::string known =
          std::string(r.numbers) + (r.numbers.empty() || r.flags.empty() ? "" : " ") + std::string(r.flags);
      return unexpected_text(before, known.empty() ? "')'" : "')' or one of: " + known);
    }
    return {};
  }

  Result<Layer> quoted() {
    const std::string_view whole = rest_;
    Layer l;
    rest_.remove_prefix(1);
    while (!rest_.starts_with('"')) {
      if (rest_.starts_with("\\x")) {
        auto byte = from_hex(rest_.substr(2, 2));
        if (!byte || byte->size() != 1) return unexpected_text(rest_, "\\x and two digits");
        l.bytes.push_back((*byte)[0]);
        rest_.remove_prefix(4);
        continue;
      }
      if (rest_.starts_with('\\')) rest_.remove_prefix(1);
      if (rest_.empty()) return unexpected_text(whole, "a quote that ends");
      l.bytes.push_back(static_cast<uint8_t>(rest_[0]));
      rest_.remove_prefix(1);
    }
    rest_.remove_prefix(1);
    return l;
  }

  std::string_view rest_;
};

// ---- writing ------------------------------------------------------------------------------------------------------

class Writer {
 public:
  void u8(uint64_t v) { bytes.push_back(static_cast<uint8_t>(v)); }
  void u16(uint64_t v) { u8(v >> 8), u8(v); }
  void u32(uint64_t v) { u16(v >> 16), u16(v); }
  void raw(Bytes b) { bytes.insert(bytes.end(), b.begin(), b.end()); }
  void put16(std::size_t at, uint16_t v) {
    bytes[at] = static_cast<uint8_t>(v >> 8);
    bytes[at + 1] = static_cast<uint8_t>(v);
  }
  Buffer bytes;
};

// RFC 1071: the one's complement of the sum of 16-bit words.
uint64_t sum(Bytes b) {
  uint64_t total = 0;
  for (std::size_t i = 0; i < b.size(); ++i) total += uint64_t{b[i]} << (i % 2 == 0 ? 8 : 0);
  return total;
}
uint16_t folded(uint64_t total) {
  while (total >> 16) total = (total & 0xffff) + (total >> 16);
  return static_cast<uint16_t>(~total);
}

class Build {
 public:
  explicit Build(const std::vector<Layer>& layers) : layers_(layers) {}

  // The bytes of layer `i` and all inside it; `ip` is the nearest IP layer around it, or null.
  Result<Buffer> from(std::size_t i, const Layer* ip) const {
    if (i == layers_.size()) return Buffer{};
    const Layer& l = layers_[i];
    if (l.kind == Kind::pad && i + 1 != layers_.size())
      return fail(PacketOrder{.what = std::string(row(layers_[i + 1].kind).name), .outer = "pad"});
    const bool is_ip = l.kind == Kind::ipv4 || l.kind == Kind::ipv6;
    Buffer inside = TRY(from(i + 1, is_ip ? &l : ip));
    if (inside.size() > most_packet_bytes) return fail(PacketTooLong{.most = most_packet_bytes});
    switch (l.kind) {
      case Kind::eth: return ethernet(l, i, inside);
      case Kind::vlan: return vlan(l, i, inside);
      case Kind::arp: return arp(l, inside);
      case Kind::ipv4: return ipv4(l, i, inside);
      case Kind::ipv6: return ipv6(l, i, inside);
      case Kind::tcp: return tcp(l, ip, inside);
      case Kind::udp: return udp(l, ip, inside);
      case Kind::icmp: return icmp(l, ip, inside);
      case Kind::payload: {
        Buffer all = l.bytes;
        all.insert(all.end(), inside.begin(), inside.end());
        return all;
      }
      case Kind::pad: return inside;
    }
    std::unreachable();
  }

 private:
  const Layer* after(std::size_t i) const { return i + 1 < layers_.size() ? &layers_[i + 1] : nullptr; }
  uint64_t ethertype(const Layer& l, std::size_t i) const {
    const Layer* next = after(i);
    const uint16_t follows = next != nullptr ? row(next->kind).ethertype : 0;
    return l.option("type", follows != 0 ? follows : ethertype_unknown);
  }
  uint64_t protocol(const Layer& l, std::size_t i) const {
    const Layer* next = after(i);
    uint8_t follows = next != nullptr ? row(next->kind).protocol : 0;
    if (next != nullptr && next->kind == Kind::icmp && l.kind == Kind::ipv6) follows = protocol_icmp6;
    return l.option("proto", follows != 0 ? follows : protocol_unknown);
  }

  Buffer ethernet(const Layer& l, std::size_t i, Bytes inside) const {
    Writer w;
    w.raw(l.to), w.raw(l.from), w.u16(ethertype(l, i)), w.raw(inside);
    return w.bytes;
  }
  Buffer vlan(const Layer& l, std::size_t i, Bytes inside) const {
    Writer w;
    w.u16(l.option("pcp", 0) << 13 | (l.number & 0xfff)), w.u16(ethertype(l, i)), w.raw(inside);
    return w.bytes;
  }
  // RFC 826, Ethernet and IPv4; hardware addresses as eth's defaults are.
  static Buffer arp(const Layer& l, Bytes inside) {
    Writer w;
    w.u16(1), w.u16(0x0800), w.u8(6), w.u8(4), w.u16(l.option("op", 1));
    w.raw(Buffer{2, 0, 0, 0, 0, 1}), w.raw(l.from), w.raw(Buffer(6)), w.raw(l.to), w.raw(inside);
    return w.bytes;
  }
  // RFC 791 section 3.1
  Buffer ipv4(const Layer& l, std::size_t i, Bytes inside) const {
    Writer w;
    w.u8(0x45), w.u8(l.option("tos", 0)), w.u16(20 + inside.size()), w.u16(l.option("id", 0));
    w.u16(l.option("more", 0) << 13 | (l.option("frag", 0) & 0x1fff));
    w.u8(l.option("ttl", 64)), w.u8(protocol(l, i)), w.u16(0), w.raw(l.from), w.raw(l.to);
    w.put16(10, folded(sum(w.bytes)));
    w.raw(inside);
    return w.bytes;
  }
  // RFC 8200 section 3
  Buffer ipv6(const Layer& l, std::size_t i, Bytes inside) const {
    Writer w;
    w.u32(uint64_t{6} << 28 | (l.option("class", 0) & 0xff) << 20 | (l.option("flow", 0) & 0xfffff));
    w.u16(inside.size()), w.u8(protocol(l, i)), w.u8(l.option("ttl", 64)), w.raw(l.from), w.raw(l.to), w.raw(inside);
    return w.bytes;
  }
  // RFC 9293 section 3.1; the flags in the order of its bits
  static Buffer tcp(const Layer& l, const Layer* ip, Bytes inside) {
    uint64_t flags = 0, bit = 1;
    for (std::string_view name : {"fin", "syn", "rst", "psh", "ack", "urg"}) {
      flags |= l.option(name, 0) * bit;
      bit <<= 1;
    }
    Writer w;
    w.raw(l.from), w.raw(l.to), w.u32(l.option("seq", 0)), w.u32(l.option("acks", 0));
    w.u8(5 << 4), w.u8(flags), w.u16(l.option("window", 65535)), w.u16(0), w.u16(0), w.raw(inside);
    if (ip != nullptr) w.put16(16, checksum(*ip, 6, w.bytes));
    return w.bytes;
  }
  // RFC 768: a checksum that is zero is sent as ones; zero means none.
  static Buffer udp(const Layer& l, const Layer* ip, Bytes inside) {
    Writer w;
    w.raw(l.from), w.raw(l.to), w.u16(8 + inside.size()), w.u16(0), w.raw(inside);
    if (ip != nullptr && l.option("zero", 0) == 0) {
      const uint16_t c = checksum(*ip, 17, w.bytes);
      w.put16(6, c == 0 ? 0xffff : c);
    }
    return w.bytes;
  }
  // Echo request: RFC 792 type 8, RFC 4443 type 128.
  static Buffer icmp(const Layer& l, const Layer* ip, Bytes inside) {
    const bool v6 = ip != nullptr && ip->kind == Kind::ipv6;
    Writer w;
    w.u8(l.option("type", v6 ? 128 : 8)), w.u8(l.option("code", 0)), w.u16(0), w.u32(0), w.raw(inside);
    w.put16(2, v6 ? checksum(*ip, protocol_icmp6, w.bytes) : folded(sum(w.bytes)));
    return w.bytes;
  }

  // Over the pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1) and the segment.
  static uint16_t checksum(const Layer& ip, uint8_t protocol, Bytes segment) {
    return folded(sum(ip.from) + sum(ip.to) + protocol + segment.size() + sum(segment));
  }

  const std::vector<Layer>& layers_;
};

}  // namespace

Result<Buffer> packet_from_words(std::string_view text) {
  const std::vector<Layer> layers = TRY(Reader(text).layers());
  if (layers.empty()) return unexpected_text("", "a layer");
  Buffer frame = TRY(Build(layers).from(0, nullptr));
  if (layers.back().kind == Kind::pad) frame.resize(std::max<std::size_t>(frame.size(), layers.back().number));
  if (frame.size() > most_packet_bytes) return fail(PacketTooLong{.most = most_packet_bytes});
  return frame;
}

}  // namespace skep::judge
