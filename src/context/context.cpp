// SPDX-License-Identifier: Apache-2.0
// What both structures share. xdp.cpp and skb.cpp say how each is filled and what its raw form is.
#include "context/context.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>

#include "base/suggest.hpp"
#include "context/errors.hpp"

namespace skep::context {

using facts::ContextField, facts::CtxValue, facts::ProgType;

namespace {

using enum ProgType;
std::span<const ContextField> fields(ProgType type) { return facts::fields(facts::row(type).context); }

// What the packet decides, and only the packet.
bool follows_from_packet(CtxValue v) {
  return v == CtxValue::data || v == CtxValue::data_end || v == CtxValue::data_meta || v == CtxValue::len ||
         v == CtxValue::flow_keys || v == CtxValue::sk;
}

// Bytes that Linux itself has of a field, where they are fewer than programs think (seen by writing and reading back).
unsigned kept_bytes(const ContextField& f) {
  constexpr CtxValue two[] = {CtxValue::queue_mapping, CtxValue::tc_index,    CtxValue::tc_classid, CtxValue::protocol,
                              CtxValue::vlan_tci,      CtxValue::vlan_proto,  CtxValue::family,     CtxValue::gso_segs,
                              CtxValue::gso_size,      CtxValue::remote_port, CtxValue::local_port};
  if (f.value == CtxValue::pkt_type) return 1;
  return std::ranges::find(two, f.value) != std::end(two) ? 2 : f.size;
}

uint64_t low_bits(uint64_t v, unsigned bits) { return bits >= 64 ? v : v & ((uint64_t{1} << bits) - 1); }

uint64_t load_bytes(const uint8_t* from, unsigned size) {
  uint64_t v = 0;
  std::memcpy(&v, from, size);
  return v;
}

}  // namespace

bool Context::exists_for(ProgType type) {
  return !fields(type).empty() && fields(type).front().value != CtxValue::unheld;
}

Context::Context(ProgType type) : type_(type), size_(0) {
  const ContextField& last = fields(type).back();
  size_ = static_cast<unsigned>(round_up(last.offset + last.bytes(), is_xdp() ? 4 : 8));
}

std::string Context::structure() const { return is_xdp() ? "xdp_md" : "__sk_buff"; }

facts::Packet Context::start(const Arrival& how) const {
  if (how.start) return *how.start;
  const facts::ProgTypeRow& row = facts::row(type_);
  if (how.setting == Setting::test_run && row.test_run == facts::TestRun::network) return facts::Packet::network;
  if (how.setting == Setting::test_run) return facts::Packet::link;
  return row.packet;
}

Result<void> Context::assign(Bytes frame, const Arrival& how) {
  setting_ = how.setting;
  real_.image.fill(0);
  interface_given_ = gso_size_given_ = 0;
  put(interface(), 0);
  if (frame.size() > Packet::max_size)
    return fail(FrameTooLong{.size = frame.size(), .who = "skep", .most = Packet::max_size});
  if (how.setting == Setting::test_run && frame.size() < Packet::link_header)
    return fail(FrameTooShort{.size = frame.size(), .who = "a test run", .least = Packet::link_header});
  return is_xdp() ? assign_xdp(frame, how.setting) : assign_skb(frame, how.setting, start(how));
}

Bytes Context::result() {
  if (setting_ == Setting::hook) return packet_.with_hidden();
  if (is_xdp()) return packet_.with_metadata();
  std::ranges::fill(packet_.hidden(), uint8_t{0});
  return packet_.with_hidden();
}

bool Context::packet_writable() const { return facts::row(type_).rare.packets == facts::Packets::writable; }

bool Context::load_legacy(int32_t offset, MutableBytes into) const {
  constexpr int32_t network = -0x100000, link = -0x200000;  // SKF_NET_OFF, SKF_LL_OFF
  if (offset < link) return false;
  Bytes from = packet_.bytes();
  auto at = static_cast<std::size_t>(offset);
  if (offset < 0) {
    from = packet_.with_hidden();
    at = offset < network ? static_cast<std::size_t>(offset - link)
                          : static_cast<std::size_t>(offset - network) + Packet::link_header;
  }
  auto bytes = slice(from, at, into.size());
  if (bytes) std::ranges::copy(*bytes, into.begin());
  return bytes.has_value();
}

uint64_t Context::value(const ContextField& f, unsigned element) const {
  if (f.value == CtxValue::data) return reinterpret_cast<uint64_t>(packet_.data());
  if (f.value == CtxValue::data_end) return reinterpret_cast<uint64_t>(packet_.data_end());
  if (f.value == CtxValue::data_meta) return reinterpret_cast<uint64_t>(packet_.data_meta());
  if (f.value == CtxValue::len) return packet_.size();
  return load_bytes(&real_.image[f.offset + element * f.size], kept_bytes(f));
}

CtxValue Context::interface() const { return is_xdp() ? CtxValue::ingress_ifindex : CtxValue::ifindex; }

uint64_t Context::get(CtxValue what, unsigned element) const {
  for (const ContextField& f : fields(type_))
    if (f.value == what) return value(f, element);
  return 0;
}

void Context::put(CtxValue what, uint64_t v, unsigned element) {
  for (const ContextField& f : fields(type_))
    if (f.value == what) {
      v = low_bits(v, 8 * kept_bytes(f));
      if (what == interface() && v == 0) v = 1;  // nobody said: the loopback device
      std::memcpy(&real_.image[f.offset + element * f.size], &v, f.size);
    }
}

std::optional<uint64_t> Context::read(int64_t offset, unsigned size, facts::Access how) const {
  auto access = facts::access_field(type_, offset, size, how);
  if (!access) return std::nullopt;
  const ContextField& f = *access->field;
  if (f.shape == facts::Shape::anywhere) return load_bytes(&real_.image[f.offset + access->first], size);
  uint64_t v = value(f, access->element);
  if (f.shape == facts::Shape::pointer) return v;  // a packet's address is wider than its field
  // Linux takes its own, smaller field for every read of that size, wherever in the field the read is: the upper half
  // of protocol reads as protocol.
  if (size < kept_bytes(f)) v >>= 8 * access->first;
  return low_bits(v, 8 * size);
}

bool Context::write(int64_t offset, unsigned size, uint64_t value) {
  auto access = facts::access_field(type_, offset, size, facts::Access::write);
  if (!access) return false;
  const ContextField& f = *access->field;
  if (f.shape == facts::Shape::anywhere) {
    std::memcpy(&real_.image[f.offset + access->first], &value, size);
    return true;
  }
  // 0xffff means "no queue" inside Linux, so a program cannot store it or more.
  if (f.value == CtxValue::queue_mapping && static_cast<uint32_t>(value) >= 0xffff) return true;
  put(f.value, value, access->element);
  return true;
}

std::optional<Context::RealAccess> Context::real_access(ProgType type, int64_t offset, unsigned size,
                                                        facts::Access how) {
  const auto access = facts::access_field(type, offset, size, how);
  if (!access) return std::nullopt;
  const ContextField& f = *access->field;
  auto behind = [](std::size_t member) { return static_cast<int32_t>(offsetof(Real, packet) + member); };
  if (f.value == CtxValue::data) return RealAccess{behind(offsetof(Packet::View, data)), 8};
  if (f.value == CtxValue::data_end) return RealAccess{behind(offsetof(Packet::View, data_end)), 8};
  if (f.value == CtxValue::data_meta) return RealAccess{behind(offsetof(Packet::View, data_meta)), 8};
  if (f.value == CtxValue::len) return RealAccess{behind(offsetof(Packet::View, size) + access->first), size};
  if (f.value == CtxValue::flow_keys) return std::nullopt;  // there are none yet
  const auto at = static_cast<int32_t>(f.offset + access->element * f.size);
  if (f.shape == facts::Shape::anywhere) return RealAccess{static_cast<int32_t>(f.offset + access->first), size};
  if (how == facts::Access::write) {
    if (f.value == CtxValue::queue_mapping) return std::nullopt;  // write() says why
    return RealAccess{at, kept_bytes(f)};
  }
  return RealAccess{at + static_cast<int32_t>(size < kept_bytes(f) ? access->first : 0), size};
}

std::string Context::field_at(int64_t offset) const {
  for (const ContextField& f : fields(type_)) {
    if (offset < f.offset || offset >= f.offset + static_cast<int64_t>(f.bytes())) continue;
    if (f.count == 1) return std::string(f.name);
    return std::string(f.name) + "[" + std::to_string((offset - f.offset) / f.size) + "]";
  }
  return {};
}

Result<void> Context::set(std::string_view text, uint64_t value) {
  std::string_view name = text.substr(0, text.find('['));
  const ContextField* field = nullptr;
  std::vector<std::string> names;
  for (const ContextField& f : fields(type_)) {
    names.emplace_back(f.name);
    if (f.name == name) field = &f;
  }
  unsigned element = 0;
  if (std::string_view index = text.substr(name.size()); field != nullptr && !index.empty()) {
    auto [end, error] = std::from_chars(index.data() + 1, index.data() + index.size(), element);
    bool whole = error == std::errc{} && std::string_view(end, index.data() + index.size()) == "]";
    if (!whole || element >= field->count) field = nullptr;
  }
  if (field == nullptr)
    return fail(UnknownField{
        .field = std::string(text), .context = structure(), .suggestion = did_you_mean(std::string(name), names)});
  if (is_xdp() && field->shape == facts::Shape::pointer) return divide(field->name, value);
  if (follows_from_packet(field->value)) return fail(PacketDecides{.field = std::string(text)});
  unsigned bits = 8 * kept_bytes(*field);
  if (low_bits(value, bits) != value)
    return fail(FieldTooSmall{.field = std::string(text), .value = value, .bits = bits});
  put(field->value, value, element);
  if (field->value == interface()) interface_given_ = static_cast<uint32_t>(value);
  if (field->value == CtxValue::gso_size) gso_size_given_ = static_cast<uint32_t>(value);
  // A test run that is given a __sk_buff, however little of it, fills in its wire_len.
  if (!is_xdp() && get(CtxValue::wire_len) == 0) put(CtxValue::wire_len, packet_.size());
  return {};
}

Result<void> Context::set_raw(Bytes structure_bytes) {
  std::array<uint8_t, max_structure> whole{};  // a shorter structure is continued with zeros, as bpf(2) does
  Bytes behind = structure_bytes.subspan(std::min<std::size_t>(structure_bytes.size(), size_));
  if (std::ranges::any_of(behind, [](uint8_t b) { return b != 0; }))
    return fail(ContextTooLong{.context = structure(), .size = size_});
  std::ranges::copy(structure_bytes.first(structure_bytes.size() - behind.size()), whole.begin());
  Bytes bytes{whole.data(), size_};
  return is_xdp() ? set_raw_xdp(bytes) : set_raw_skb(bytes);
}

Buffer Context::raw() const { return is_xdp() ? raw_xdp() : raw_skb(); }

}  // namespace skep::context
