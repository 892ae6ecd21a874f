// SPDX-License-Identifier: Apache-2.0
// What r1 of a program points to: the packet, and the fields that describe it.
//
// The structure a program believes in (xdp_md, __sk_buff) does not exist. In the checked interpreter it is a range of
// addresses that can never be mapped, from virtual_base on; every access is resolved here by the fields' rows in
// facts/contexts.hpp. For lowered code it is real memory, and real_access() says where in it an access is made: the
// fields lie at the very offsets where programs think they are, so most accesses stay as they are; what follows from
// the packet (data, data_end, data_meta, len) lies behind them, addresses in all their 8 bytes.
//
//     Context xdp{ProgType::xdp};
//     TRY_VOID(xdp.assign(frame, {.setting = Setting::test_run}));
//     xdp.read(0, 4)     // xdp_md.data: the real 64-bit address, although the field is 4 bytes wide
//     xdp.read(0, 2)     // nothing: Linux would refuse the program
//     Context::real_access(ProgType::xdp, 0, 4, Access::read)   // 8 bytes at 192 of what xdp.real() points to
//
// One Context serves packet after packet without allocation. One thread at a time.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "context/packet.hpp"
#include "facts/contexts.hpp"

namespace skep::context {

// Not canonical on any x86-64 or arm64: a stray dereference faults.
inline constexpr uint64_t virtual_base = 0x5ce7'0000'0000'0000;

// Who runs the program: a hook on an interface, or BPF_PROG_TEST_RUN, which refuses more and shows some types less.
enum class Setting : uint8_t { hook, test_run };

struct Arrival {
  Setting setting = Setting::hook;
  // Where the packet starts, link or network; nothing: where this setting shows it to this program type.
  std::optional<facts::Packet> start = std::nullopt;
};

class Context {
 public:
  // Whether programs of this type have one: those of __sk_buff and xdp_md.
  static bool exists_for(facts::ProgType type);
  explicit Context(facts::ProgType type);  // exists_for(type)
  Context(const Context&) = delete;        // lowered code and the packet know where it is
  Context& operator=(const Context&) = delete;

  facts::ProgType type() const { return type_; }
  Packet& packet() { return packet_; }
  const Packet& packet() const { return packet_; }

  // The next packet: `frame` from its Ethernet header on, every field as this setting fills it.
  Result<void> assign(Bytes frame, const Arrival& how = {});
  // What came out: the frame. A network-layer view keeps the link header it did not show (a test run, which has
  // forgotten it, shows zeros); a test run of XDP puts the metadata in front.
  Bytes result();

  // Whether programs of this type may store through packet pointers.
  bool packet_writable() const;
  // The legacy packet loads: `into` from `offset` in the packet; negative offsets are relative to the link or the
  // network header, as in classic BPF. False where the packet has no such bytes.
  bool load_legacy(int32_t offset, MutableBytes into) const;

  // A program's access at `offset` from virtual_base; nothing (false) where Linux refuses it for this program type.
  unsigned size() const { return size_; }  // of the structure
  std::optional<uint64_t> read(int64_t offset, unsigned size, facts::Access how = facts::Access::read) const;
  bool write(int64_t offset, unsigned size, uint64_t value);
  std::string field_at(int64_t offset) const;  // "data_end", "cb[2]"; empty where there is no field

  // Where lowered code makes the same access, of what Linux allows: nothing where only read() or write() can.
  struct RealAccess {
    int32_t offset;  // from real()
    unsigned size;
  };
  static std::optional<RealAccess> real_access(facts::ProgType type, int64_t offset, unsigned size, facts::Access how);
  const void* real() const { return &real_; }

  // The user's settings, after assign. By name ("mark", "cb[2]"): any field that does not follow from the packet.
  // set_raw takes the structure's bytes, and raw gives them back, as BPF_PROG_TEST_RUN does: few may be non-zero.
  Result<void> set(std::string_view field, uint64_t value);
  Result<void> set_raw(Bytes structure);
  Buffer raw() const;

  // A field by what it is, whoever may access it; for helpers. Elements of arrays by index.
  uint64_t get(facts::CtxValue what, unsigned element = 0) const;
  void put(facts::CtxValue what, uint64_t v, unsigned element = 0);

 private:
  static constexpr std::size_t max_structure = 192;
  struct Real {
    alignas(8) std::array<uint8_t, max_structure> image{};
    Packet::View packet{};
  };

  bool is_xdp() const { return facts::row(type_).context == facts::Context::xdp_md; }
  facts::Packet start(const Arrival& how) const;
  std::string structure() const;  // "__sk_buff"
  facts::CtxValue interface() const;
  uint64_t value(const facts::ContextField& field, unsigned element) const;

  Result<void> assign_xdp(Bytes frame, Setting setting);
  Result<void> divide(std::string_view field, uint64_t value);  // data, data_end, data_meta of an xdp_md
  Result<void> set_raw_xdp(Bytes structure);
  Buffer raw_xdp() const;

  Result<void> assign_skb(Bytes frame, Setting setting, facts::Packet start);
  void describe_frame(Bytes frame);   // protocol, pkt_type
  void describe_socket(Bytes frame);  // family and addresses
  Result<void> set_raw_skb(Bytes structure);
  Buffer raw_skb() const;

  facts::ProgType type_;
  unsigned size_;
  Real real_;
  Packet packet_{&real_.packet};
  Setting setting_ = Setting::hook;
  // As they were given, and as a test run shows them: 0 before it became the loopback device, more than 16 bits.
  uint32_t interface_given_ = 0, gso_size_given_ = 0;
};

}  // namespace skep::context
