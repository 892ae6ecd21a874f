// SPDX-License-Identifier: Apache-2.0
// The running kernel as judge: every access it accepts is accepted here and gives the same value; a test run takes
// and refuses the same frames and structures.
#include <fmt/format.h>

#include <numeric>

#include "context/context.hpp"
#include "sys/kernel_judge.hpp"

namespace skep::context {
namespace {

using enum facts::ProgType;
using facts::Access, facts::ProgType;
using sys::test::KernelProgram;
using ContextJudge = sys::test::AsksKernel;

constexpr Arrival test_run{.setting = Setting::test_run};
constexpr ProgType skb_types[] = {sched_cls, socket_filter, cgroup_skb, lwt_xmit};

Buffer frame(uint16_t ethertype, std::size_t size, uint8_t to = 0) {
  Buffer b(std::max<std::size_t>(size, 16));
  std::iota(b.begin(), b.end(), uint8_t{0x41});
  std::fill_n(b.begin(), 6, to);
  b[12] = static_cast<uint8_t>(ethertype >> 8);
  b[13] = static_cast<uint8_t>(ethertype);
  b.resize(size);
  return b;
}
template <class T>
int errno_of(const Result<T>& r) {
  return r ? 0 : -r.error().row().err;
}

// Reads of everything but pointers; the value comes back in cb[0], for programs whose r0 is restricted.
TEST_F(ContextJudge, skb_reads) {
  Buffer packet = frame(0x0800, 60), structure(192);
  for (auto [at, v] : {std::pair{8, 0x11223344u},
                       {32, 0x55667788u},
                       {36, 7u},
                       {52, 0x99aabbccu},
                       {152, 0xddu},
                       {164, 9u},
                       {176, 300u},
                       {184, 77u}})
    store(&structure[static_cast<std::size_t>(at)], v);
  for (ProgType type : skb_types)
    for (unsigned size : {1u, 2u, 4u, 8u})
      for (unsigned at = 0; at < 200; ++at) {
        Context c{type};
        ASSERT_TRUE(c.assign(packet, test_run) && c.set_raw(structure));
        std::string before;  // what a structure cannot set
        for (auto [field, v] : {std::pair{12, 0x1122u}, {44, 0x3344u}, {72, 0x5566u}})
          if (c.write(field, 4, v)) before += fmt::format("r3 = {}; *(u32 *)(r1 + {}) = r3; ", v, field);
        auto value = c.read(at, size);
        std::string where = fmt::format("{} *(u{} *)(r1 + {}): {}", facts::name(type), size * 8, at, c.field_at(at));
        auto field = facts::access_field(type, at, size, Access::read);
        bool pointer = field && field->field->shape == facts::Shape::pointer;
        KernelProgram p(type, fmt::format("{}r3 = *(u{} *)(r1 + {}); {} r0 = 0; exit", before, size * 8, at,
                                          pointer ? "" : "*(u32 *)(r1 + 48) = r3; r3 >>= 32; *(u32 *)(r1 + 64) = r3;"));
        ASSERT_EQ(p.error() == 0, value.has_value()) << where;
        if (p.error() != 0 || pointer) continue;
        auto answer = p.run(packet, structure);
        ASSERT_EQ(answer.err, 0) << where;
        uint64_t low = load<uint32_t>(&answer.context[48]), high = load<uint32_t>(&answer.context[64]);
        ASSERT_EQ(*value, low | high << 32) << where;
      }
}

TEST_F(ContextJudge, skb_writes) {
  Buffer packet = frame(0x0800, 60), structure(192);
  for (ProgType type : skb_types)
    for (unsigned size : {1u, 2u, 4u, 8u})
      for (unsigned at = 0; at < 200; ++at)
        for (uint32_t v : {0x12345678u, 0xffffu}) {
          Context c{type};
          ASSERT_TRUE(c.assign(packet, test_run) && c.set_raw(structure));
          bool written = c.write(at, size, v);
          std::string where = fmt::format("{} *(u{} *)(r1 + {}): {}", facts::name(type), size * 8, at, c.field_at(at));
          bool readable = written && size == 4 && at % 4 == 0;
          KernelProgram p(
              type, fmt::format("r2 = {}; *(u{} *)(r1 + {}) = r2; {} r0 = 0; exit", v, size * 8, at,
                                readable ? fmt::format("r3 = *(u32 *)(r1 + {}); *(u32 *)(r1 + 64) = r3;", at) : ""));
          ASSERT_EQ(p.error() == 0, written) << where;
          if (!written) break;
          if (readable) c.write(64, 4, *c.read(at, 4));
          ASSERT_EQ(p.run(packet, structure).context, c.raw()) << where;
        }
}

TEST_F(ContextJudge, xdp_accesses) {
  Buffer packet = frame(0x0800, 60), structure(24);
  store(&structure[4], uint32_t{60});
  for (unsigned size : {1u, 2u, 4u, 8u})
    for (unsigned at = 0; at < 32; ++at) {
      Context c{xdp};
      ASSERT_TRUE(c.assign(packet, test_run) && c.set_raw(structure));
      auto value = c.read(at, size);
      if (at == 20)
        continue;  // egress_ifindex: for programs attached to a device map only, which Context does not know
      bool pointer = at < 12;
      KernelProgram p(xdp, fmt::format("r0 = *(u{} *)(r1 + {}); {} exit", size * 8, at, pointer ? "r0 = 0;" : ""));
      ASSERT_EQ(p.error() == 0, value.has_value()) << at;
      ASSERT_TRUE(p.error() != 0 || pointer || p.run(packet, structure).r0 == *value) << at;
      KernelProgram w(xdp, fmt::format("r2 = 1; *(u{} *)(r1 + {}) = r2; r0 = 0; exit", size * 8, at));
      ASSERT_EQ(w.error() == 0, c.write(at, size, 1)) << at;
    }
}

// What a frame makes of the fields, and which frames are refused.
TEST_F(ContextJudge, frames) {
  KernelProgram tells_tc(
      sched_cls,
      "r2 = *(u32 *)(r1 + 16); *(u32 *)(r1 + 48) = r2; r2 = *(u32 *)(r1 + 4); *(u32 *)(r1 + 52) = r2;"
      "r2 = *(u32 *)(r1 + 0); *(u32 *)(r1 + 56) = r2; r0 = 0; exit");
  KernelProgram tells_cgroup(
      cgroup_skb,
      "r2 = *(u32 *)(r1 + 88); *(u32 *)(r1 + 48) = r2; r2 = *(u32 *)(r1 + 92); *(u32 *)(r1 + 52) = r2;"
      "r2 = *(u32 *)(r1 + 96); *(u32 *)(r1 + 56) = r2; r2 = *(u32 *)(r1 + 112); *(u32 *)(r1 + 60) = r2;"
      "r2 = *(u32 *)(r1 + 116); *(u32 *)(r1 + 64) = r2; r0 = 1; exit");
  auto same = [](ProgType type, const KernelProgram& p, const Buffer& packet, std::initializer_list<int64_t> shown) {
    Context c{type};
    auto assigned = c.assign(packet, test_run);
    auto answer = p.run(packet, Buffer(192));
    ASSERT_EQ(errno_of(assigned), answer.err);
    if (answer.err != 0) return;
    ASSERT_TRUE(c.set_raw(Buffer(192)));
    int64_t cb = 48;
    for (int64_t field : shown) c.write(std::exchange(cb, cb + 4), 4, *c.read(field, 4));
    ASSERT_EQ(c.raw(), answer.context);
    ASSERT_EQ(Buffer(c.result().begin(), c.result().end()), answer.packet);
  };
  for (int ethertype : {0x0800, 0x86dd, 0x0806, 0x8100, 0x0600, 0x05ff, 0x0020, 0xffff})
    for (int to : {0, 1, 2, 0xff})
      for (std::size_t size : {1u, 13u, 14u, 15u, 16u, 33u, 34u, 35u, 53u, 54u, 60u, 1514u, 3712u, 3713u}) {
        SCOPED_TRACE(fmt::format("{:#x} to {:#x}, {} bytes", ethertype, to, size));
        Buffer packet = frame(static_cast<uint16_t>(ethertype), size, static_cast<uint8_t>(to));
        same(sched_cls, tells_tc, packet, {16, 4, 0});
        same(cgroup_skb, tells_cgroup, packet, {88, 92, 96, 112, 116});
      }
  Buffer raw_ipx = frame(0x0020, 60);
  raw_ipx[14] = raw_ipx[15] = 0xff;
  same(sched_cls, tells_tc, raw_ipx, {16, 4, 0});
}

TEST_F(ContextJudge, skb_structures) {
  Buffer packet = frame(0x0800, 60);
  auto same = [&](ProgType type, const KernelProgram& p, const Buffer& structure) {
    Context c{type};
    ASSERT_TRUE(c.assign(packet, test_run));
    auto taken = c.set_raw(structure);
    auto answer = p.run(packet, structure);
    ASSERT_EQ(errno_of(taken), answer.err) << to_hex(structure);
    ASSERT_TRUE(answer.err != 0 || c.raw() == answer.context) << to_hex(answer.context);
  };
  for (ProgType type : {sched_cls, socket_filter}) {
    KernelProgram p(type, "r0 = 0; exit");
    for (std::size_t at = 0; at < 200; ++at) {
      Buffer structure(at < 192 ? 192 : 200);
      structure[at] = 1;
      if (at / 4 != 40 / 4) same(type, p, structure);  // an ifindex of the kernel's must exist there
    }
    for (uint32_t wire_len : {1u, 45u, 46u, 47u, 59u, 60u, 61u, 65535u, 65536u, 65537u, ~0u}) {
      Buffer structure(192);
      store(&structure[160], wire_len);
      same(type, p, structure);
    }
    for (uint32_t segments : {65535u, 65536u}) {
      Buffer structure(192);
      store(&structure[164], segments);
      same(type, p, structure);
    }
    for (std::size_t size : {4u, 12u, 100u, 192u, 193u}) same(type, p, Buffer(size));
  }
}

TEST_F(ContextJudge, xdp_structures) {
  KernelProgram p(xdp, "r2 = *(u32 *)(r1 + 0); r0 = *(u32 *)(r1 + 4); r0 -= r2; exit");
  auto same = [&](const Buffer& packet, std::array<uint32_t, 6> words) {
    Buffer structure(24);
    std::memcpy(structure.data(), words.data(), structure.size());
    Context c{xdp};
    ASSERT_TRUE(c.assign(packet, test_run));
    auto taken = c.set_raw(structure);
    auto answer = p.run(packet, structure);
    ASSERT_EQ(errno_of(taken), answer.err) << to_hex(structure);
    if (answer.err != 0) return;
    ASSERT_EQ(c.raw(), answer.context) << to_hex(structure);
    ASSERT_EQ(static_cast<uint32_t>(c.packet().data_end() - c.packet().data()), answer.r0) << to_hex(structure);
    ASSERT_EQ(Buffer(c.result().begin(), c.result().end()), answer.packet);
  };
  Buffer small = frame(0x0800, 64);
  for (uint32_t data = 0; data < 70; ++data)
    for (uint32_t data_end = 0; data_end < 70; ++data_end) same(small, {data, data_end, 0, 0, 0, 0});
  for (uint32_t size : {3519u, 3520u, 3521u, 3600u, 5000u, 69632u})
    for (uint32_t data = 0; data < 300; ++data)
      for (uint32_t data_end : {500u, 3519u, 3520u, 3521u, 3530u, 3600u, size})
        same(frame(0x0800, size), {data, data_end, 0, 0, 0, 0});
  for (uint32_t word : {1u, ~0u}) same(small, {0, 64, word, 0, 0, 0});
  for (uint32_t word : {1u, ~0u}) same(small, {0, 64, 0, 0, word, 0});
  for (uint32_t word : {1u, ~0u}) same(small, {0, 64, 0, 0, 0, word});
  same(small, {0, 64, 0, 1, 0, 0});
}

}  // namespace
}  // namespace skep::context
