// SPDX-License-Identifier: Apache-2.0
// What programs read and write through r1. That Linux answers the same is asked in helpers/kernel_test.cpp.
#include "context/context.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

namespace skep::context {
namespace {

using enum facts::ProgType;
using facts::Access, facts::ProgType;

Buffer frame(uint16_t ethertype = 0x0800, std::size_t size = 60) {
  Buffer b(size);
  std::iota(b.begin(), b.end(), uint8_t{0x02});
  b[12] = static_cast<uint8_t>(ethertype >> 8);
  b[13] = static_cast<uint8_t>(ethertype);
  return b;
}
struct Arrived : Context {
  Arrived(ProgType type, Bytes bytes, Arrival how = {}) : Context(type) { EXPECT_TRUE(assign(bytes, how)); }
};
Buffer copy(Bytes b) { return {b.begin(), b.end()}; }
uint64_t address(const uint8_t* p) { return reinterpret_cast<uint64_t>(p); }
template <class T>
std::string_view slug(const Result<T>& r) {
  return r ? "accepted" : r.error().row().slug;
}

constexpr Arrival test_run{.setting = Setting::test_run};

TEST(Xdp, fields_are_read_whole_and_pointers_are_real) {
  Arrived c(xdp, frame());
  EXPECT_EQ(c.size(), 24u);
  EXPECT_EQ(c.read(0, 4), address(c.packet().data()));
  EXPECT_EQ(c.read(4, 4), address(c.packet().data()) + 60);
  EXPECT_EQ(c.read(8, 4), c.read(0, 4));
  EXPECT_EQ(c.read(12, 4), 1u);
  for (unsigned size : {1u, 2u, 8u})
    for (int64_t at = 0; at < 24; ++at) EXPECT_FALSE(c.read(at, size)) << at << " " << size;
  EXPECT_FALSE(c.read(0, 4, Access::read_sign_extended));
  EXPECT_FALSE(c.read(24, 4));
  EXPECT_FALSE(c.read(-4, 4));
  for (int64_t at = 0; at < 24; at += 4) EXPECT_FALSE(c.write(at, 4, 1)) << at;
}

TEST(Xdp, metadata_of_a_test_run_comes_from_the_front_of_the_frame) {
  Arrived c(xdp, frame(), test_run);
  Buffer structure(24);
  store(&structure[0], uint32_t{8});
  store(&structure[4], uint32_t{60});
  ASSERT_TRUE(c.set_raw(structure));
  EXPECT_EQ(*c.read(0, 4) - *c.read(8, 4), 8u);
  EXPECT_EQ(*c.read(4, 4) - *c.read(0, 4), 52u);
  EXPECT_EQ(copy(c.result()), frame());
  EXPECT_EQ(c.read(12, 4), 1u) << "no interface was named: loopback";
  EXPECT_EQ(c.raw(), structure);
}

TEST(Xdp, a_hook_gives_large_packets_whole) {
  EXPECT_EQ(Arrived(xdp, frame(0x800, 9000)).packet().size(), 9000u);
  Arrived hook(xdp, frame(0x800, 9000)), run(xdp, frame(0x800, 9000), test_run);
  EXPECT_EQ(*hook.read(4, 4) - *hook.read(0, 4), 9000u);
  EXPECT_EQ(*run.read(4, 4) - *run.read(0, 4), 3520u);
}

TEST(Skb, scalars_are_read_in_parts_pointers_are_not) {
  Arrived c(sched_cls, frame());
  EXPECT_EQ(c.size(), 192u);
  EXPECT_EQ(c.read(0, 4), 60u);
  EXPECT_EQ(c.read(0, 1), 60u);
  EXPECT_EQ(c.read(2, 2), 0u);
  EXPECT_EQ(c.read(16, 4), 0x0008u) << "protocol is in the packet's byte order";
  EXPECT_EQ(c.read(17, 1), 0u);
  EXPECT_EQ(c.read(76, 4), address(c.packet().data()));
  EXPECT_FALSE(c.read(76, 8));
  EXPECT_FALSE(c.read(76, 2));
  EXPECT_FALSE(c.read(2, 4)) << "not aligned";
}

TEST(Skb, writes_reach_writable_fields_only_and_keep_what_linux_keeps) {
  Arrived c(sched_cls, frame());
  EXPECT_TRUE(c.write(8, 4, 0xffffffff12345678));
  EXPECT_EQ(c.read(8, 4), 0x12345678u);
  EXPECT_EQ(c.read(9, 1), 0x56u);
  EXPECT_FALSE(c.write(8, 2, 1)) << "never in parts";
  EXPECT_FALSE(c.write(0, 4, 1));
  EXPECT_TRUE(c.write(44, 4, 0x12345678));  // tc_index
  EXPECT_EQ(c.read(44, 4), 0x5678u);
  EXPECT_TRUE(c.write(12, 4, 7));  // queue_mapping
  EXPECT_TRUE(c.write(12, 4, 0xffff));
  EXPECT_EQ(c.read(12, 4), 7u);
  EXPECT_TRUE(c.write(48 + 8, 8, 0x1122334455667788));  // cb[2] and cb[3]
  EXPECT_EQ(c.read(48 + 12, 4), 0x11223344u);
  EXPECT_EQ(c.read(48 + 15, 1), 0x11u);
  EXPECT_FALSE(Arrived(socket_filter, frame()).write(8, 4, 1));
}

TEST(Skb, a_filter_sees_the_link_header_in_a_hook_and_not_in_a_test_run) {
  Arrived hook(socket_filter, frame()), run(socket_filter, frame(), test_run);
  EXPECT_EQ(hook.read(0, 4), 60u);
  EXPECT_EQ(run.read(0, 4), 46u);
  EXPECT_EQ(Arrived(socket_filter, frame(), {.setting = Setting::test_run, .start = facts::Packet::link}).read(0, 4),
            60u);
  EXPECT_EQ(copy(hook.result()), frame());
  Buffer zeroed = frame();
  std::fill_n(zeroed.begin(), 14, uint8_t{0});
  EXPECT_EQ(copy(run.result()), zeroed) << "a test run has forgotten the link header";
  Arrived cgroup(cgroup_skb, frame());
  EXPECT_EQ(cgroup.read(0, 4), 46u);
  EXPECT_EQ(copy(cgroup.result()), frame()) << "a hook has not";
}

TEST(Skb, protocol_and_packet_type_follow_from_the_frame) {
  struct Row {
    uint16_t type;
    std::array<uint8_t, 2> payload;
    uint64_t protocol;
  };
  for (const Row& r :
       {Row{0x86dd, {}, 0xdd86}, Row{0x0600, {}, 0x0006}, Row{0x05ff, {}, 0x0400}, Row{0x20, {0xff, 0xff}, 0x0100}}) {
    Buffer f = frame(r.type);
    std::ranges::copy(r.payload, f.begin() + 14);
    EXPECT_EQ(Arrived(sched_cls, f).read(16, 4), r.protocol);
  }
  auto pkt_type = [](uint8_t octet, Arrival how) {
    Buffer f = frame();
    std::fill_n(f.begin(), 6, octet);
    return Arrived(sched_cls, f, how).read(4, 4);
  };
  EXPECT_EQ(pkt_type(0x02, {}), 0u);
  EXPECT_EQ(pkt_type(0x02, test_run), 3u) << "not the loopback device's address";
  EXPECT_EQ(pkt_type(0x00, test_run), 0u);
  EXPECT_EQ(pkt_type(0xff, {}), 1u);
  EXPECT_EQ(pkt_type(0xff, test_run), 2u) << "its broadcast address is zero";
  EXPECT_EQ(pkt_type(0x01, {}), 2u);
}

TEST(Skb, legacy_loads_reach_hidden_headers_by_negative_offsets) {
  Arrived c(socket_filter, frame(), test_run);
  std::array<uint8_t, 2> two{};
  EXPECT_TRUE(c.load_legacy(44, two));
  EXPECT_FALSE(c.load_legacy(45, two));
  EXPECT_TRUE(c.load_legacy(-0x200000 + 12, two));
  EXPECT_EQ(two, (std::array<uint8_t, 2>{8, 0}));
  EXPECT_TRUE(c.load_legacy(-0x100000, two));
  EXPECT_EQ(two[0], frame()[14]);
  EXPECT_FALSE(c.load_legacy(-1, two));
  EXPECT_FALSE(c.load_legacy(-0x200001, two));
  EXPECT_FALSE(c.load_legacy(INT32_MIN, two));
}

TEST(Skb, a_raw_structure_may_set_what_a_test_run_takes) {
  Arrived c(sched_cls, frame(), test_run);
  Buffer structure(192);
  store(&structure[8], uint32_t{5});
  ASSERT_TRUE(c.set_raw(structure));
  EXPECT_EQ(c.read(8, 4), 5u);
  EXPECT_EQ(c.read(16, 4), 0x0008u) << "the frame's fields are untouched";
  store(&structure[40], uint32_t{1});
  store(&structure[160], uint32_t{60});
  EXPECT_EQ(c.raw(), structure) << "ifindex and wire_len are filled in";
  structure[16] = 1;
  EXPECT_EQ(slug(c.set_raw(structure)), "not-taken");
  EXPECT_EQ(slug(c.set_raw(Buffer(200))), "accepted");
  EXPECT_EQ(slug(c.set_raw(Buffer(200, 1))), "context-too-long");
}

TEST(Context, fields_are_set_by_name) {
  Arrived c(sched_cls, frame());
  EXPECT_TRUE(c.set("mark", 7));
  EXPECT_TRUE(c.set("cb[2]", 9));
  EXPECT_TRUE(c.set("hash", 0xffffffff));
  EXPECT_EQ(c.read(8, 4), 7u);
  EXPECT_EQ(c.read(56, 4), 9u);
  EXPECT_EQ(slug(c.set("marc", 7)), "unknown-field");
  EXPECT_EQ(slug(c.set("cb[5]", 7)), "unknown-field");
  EXPECT_EQ(slug(c.set("cb[", 7)), "unknown-field");
  EXPECT_EQ(slug(c.set("len", 7)), "packet-decides");
  EXPECT_EQ(slug(c.set("mark", uint64_t{1} << 32)), "field-too-small");
  EXPECT_EQ(slug(c.set("tc_index", 0x10000)), "field-too-small");
  EXPECT_EQ(c.field_at(57), "cb[2]");
  EXPECT_EQ(c.field_at(76), "data");
  EXPECT_EQ(c.field_at(400), "");
}

TEST(Context, test_runs_refuse_frames_that_hooks_take) {
  auto answer = [](ProgType type, uint16_t ethertype, std::size_t size, Arrival how) {
    Context c{type};
    Buffer whole = frame(ethertype, std::max<std::size_t>(size, 14));
    return slug(c.assign(Bytes(whole).first(size), how));
  };
  for (std::size_t size = 0; size < 14; ++size) {
    EXPECT_EQ(answer(sched_cls, 0x800, size, {}), "accepted");
    EXPECT_EQ(answer(sched_cls, 0x800, size, test_run), "frame-too-short");
    EXPECT_EQ(answer(cgroup_skb, 0x800, size, {}), "accepted");
    EXPECT_EQ(answer(xdp, 0x800, size, test_run), "frame-too-short");
  }
  EXPECT_EQ(answer(sched_cls, 0x0806, 14, test_run), "accepted");
  EXPECT_EQ(answer(sched_cls, 0x0800, 33, test_run), "frame-too-short");
  EXPECT_EQ(answer(sched_cls, 0x0800, 34, test_run), "accepted");
  EXPECT_EQ(answer(sched_cls, 0x86dd, 53, test_run), "frame-too-short");
  EXPECT_EQ(answer(sched_cls, 0x0800, 3712, test_run), "accepted");
  EXPECT_EQ(answer(sched_cls, 0x0800, 3713, test_run), "frame-too-long");
  EXPECT_EQ(answer(xdp, 0x0800, 69632, test_run), "accepted");
  EXPECT_EQ(answer(xdp, 0x0800, 69633, test_run), "frame-too-long");
  EXPECT_EQ(answer(xdp, 0x0800, 120'000, {}), "accepted");
  EXPECT_EQ(answer(xdp, 0x0800, 120'001, {}), "frame-too-long");
}

TEST(Context, exists_for_the_types_of_its_two_structures) {
  EXPECT_TRUE(Context::exists_for(xdp) && Context::exists_for(lwt_in) && Context::exists_for(flow_dissector));
  EXPECT_FALSE(Context::exists_for(kprobe) || Context::exists_for(syscall));
}

// ---- lowered code -------------------------------------------------------------------------------------------------

constexpr unsigned widths[] = {1, 2, 4, 8};

uint64_t at_real(const Context& c, Context::RealAccess where) {
  uint64_t v = 0;
  std::memcpy(&v, static_cast<const uint8_t*>(c.real()) + where.offset, where.size);
  return v;
}

TEST(Real, a_read_is_the_same_in_memory) {
  for (ProgType type : {xdp, sched_cls, socket_filter, cgroup_skb, ProgType::lwt_in, ProgType::sk_skb}) {
    Arrived c(type, frame(0x86dd, 100), test_run);
    if (type != xdp) {
      EXPECT_TRUE(c.set("gso_size", 300));
    }
    unsigned reads = 0;
    for (int64_t offset = 0; offset < c.size(); ++offset)
      for (unsigned width : widths) {
        const auto read = c.read(offset, width);
        const auto real = Context::real_access(type, offset, width, facts::Access::read);
        ASSERT_EQ(read.has_value(), real.has_value()) << offset;
        if (!read) continue;
        EXPECT_EQ(at_real(c, *real), *read) << c.field_at(offset) << " " << offset << ":" << width;
        ++reads;
      }
    EXPECT_GE(reads, 6u);
  }
}

TEST(Real, a_write_is_the_same_in_memory) {
  constexpr uint64_t value = 0x8070605040302010;
  for (ProgType type : {sched_cls, socket_filter, cgroup_skb}) {
    for (int64_t offset = 0; offset < 192; ++offset)
      for (unsigned width : widths) {
        Arrived written(type, frame(), test_run), stored(type, frame(), test_run);
        const auto real = Context::real_access(type, offset, width, facts::Access::write);
        const bool may = written.write(offset, width, value);
        const bool by_write_only = written.field_at(offset) == "queue_mapping";
        ASSERT_EQ(may && !by_write_only, real.has_value()) << offset;
        if (!real) continue;
        std::memcpy(static_cast<uint8_t*>(const_cast<void*>(stored.real())) + real->offset, &value, real->size);
        for (int64_t at = 0; at < written.size(); ++at)
          for (unsigned w : widths) {
            if (written.field_at(at).find("data") != std::string::npos) continue;  // each has a packet of its own
            ASSERT_EQ(stored.read(at, w), written.read(at, w)) << written.field_at(offset) << " " << at;
          }
      }
  }
}

TEST(Real, the_packet_moves_and_its_addresses_with_it) {
  Arrived c(xdp, frame());
  const auto data = *Context::real_access(xdp, 0, 4, facts::Access::read);
  for (auto move :
       {+[](Packet& p) { EXPECT_EQ(p.adjust_head(4), 0); }, +[](Packet& p) { EXPECT_EQ(p.adjust_tail(-3), 0); },
        +[](Packet& p) { EXPECT_EQ(p.adjust_meta(-8), 0); }, +[](Packet& p) { p.relocate(); }}) {
    move(c.packet());
    EXPECT_EQ(at_real(c, data), address(c.packet().data()));
    EXPECT_EQ(at_real(c, {data.offset + 8, 8}), address(c.packet().data_end()));
    EXPECT_EQ(at_real(c, {data.offset + 16, 8}), address(c.packet().data_meta()));
  }
}

}  // namespace
}  // namespace skep::context
