// SPDX-License-Identifier: Apache-2.0
// The columns of the program types, the return ranges and the limits, graded by the kernel of this machine.
// Not loaded here: lirc_mode2 (not configured), tracing, ext, lsm (forbidden by the machine), struct_ops (needs BTF).
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "facts/contexts.hpp"
#include "facts/grade.hpp"
#include "facts/helpers.hpp"
#include "facts/returns.hpp"
#include "facts/target.hpp"

namespace skep::facts {
namespace {

using namespace grade;
using isa::make_insn;

class GradedProgTypes : public Graded {
 protected:
  // Calls ask(type) for every type that this kernel loads.
  template <class Ask>
  static void each(Ask&& ask) {
    for (const ProgTypeRow& r : prog_types)
      if (r.id != ProgType::unspec && loads_when_empty(r.id)) ask(r.id);
  }
};

Code returning(int64_t value) {
  return {make_insn(0x18, 0, 0, 0, static_cast<int32_t>(value)),
          make_insn(0, 0, 0, 0, static_cast<int32_t>(value >> 32)), leave};
}
const Code returning_anything{call(7), leave};  // get_prandom_u32
const Code returning_a_pointer{copy(0, 10), leave};

TEST_F(GradedProgTypes, TakeTheirAttachTypes) {
  each([](ProgType t) {
    for (const AttachTypeRow& a : attach_types)
      EXPECT_EQ(load_error(t, a.id, returning(1)) == 0, takes_attach(t, a.id)) << name(t) << " as " << a.name;
  });
}

TEST_F(GradedProgTypes, ReturnWhatTheirRuleSays) {
  each([](ProgType t) {
    for (const AttachTypeRow& a : attach_types) {
      if (!takes_attach(t, a.id)) continue;
      const ReturnRule& rule = return_rule(t, a.id);
      ASSERT_TRUE(rule.answer == Answer::any || rule.answer == Answer::range) << name(t);
      for (int64_t v : {int64_t{-1}, int64_t{0}, int64_t{1}, int64_t{2}, int64_t{3}, int64_t{4}, int64_t{1} << 32,
                        (int64_t{1} << 32) + 1}) {
        const bool ours = rule.answer == Answer::any || (v >= rule.min && v <= rule.max);
        EXPECT_EQ(load_error(t, a.id, returning(v)) == 0, ours) << name(t) << " as " << a.name << " returns " << v;
      }
      for (const Code* c : {&returning_anything, &returning_a_pointer})
        EXPECT_EQ(load_error(t, a.id, *c) == 0, rule.answer == Answer::any) << name(t) << " as " << a.name;
    }
  });
}

TEST_F(GradedProgTypes, ReadPacketsByteByByteWhereTheyMay) {
  each([](ProgType t) {
    const Code c{copy(6, 1), make_insn(0x30, 0, 0, 0, 0), mov(0, 0), leave};  // r0 = *(u8 *)skb[0]
    EXPECT_EQ(load_error(t, attach_for(t), c) == 0, row(t).rare.ld_abs) << name(t);
  });
}

// With one byte of the packet at r2 known to be there, `then` is done; nothing where the context gives no packet.
std::optional<Code> with_packet(ProgType t, const Code& then) {
  const ContextField *begin = nullptr, *end = nullptr;
  for (const ContextField& f : fields(row(t).context)) {
    if (!f.readable.has(t)) continue;
    if (f.rare.gives == Gives::packet) begin = &f;
    if (f.rare.gives == Gives::packet_end) end = &f;
  }
  if (!begin || !end) return std::nullopt;
  const uint8_t ldx = begin->size == 8 ? 0x79 : 0x61;
  Code c{make_insn(ldx, 2, 1, static_cast<int16_t>(begin->offset), 0),
         make_insn(ldx, 3, 1, static_cast<int16_t>(end->offset), 0), copy(4, 2), make_insn(0x07, 4, 0, 0, 8),
         make_insn(0x2d, 4, 3, static_cast<int16_t>(then.size()), 0)};
  c.insert(c.end(), then.begin(), then.end());
  c.push_back(mov(0, 0));
  c.push_back(leave);
  return c;
}

constexpr sys::MapSpec an_array{
    .type = static_cast<uint32_t>(MapType::array), .key_size = 4, .value_size = 8, .max_entries = 1};

TEST_F(GradedProgTypes, UsePacketsAsTheirColumnSays) {
  const Fd map = make_map(an_array);
  const Code read{make_insn(0x71, 5, 2, 0, 0)}, write{make_insn(0x72, 2, 0, 0, 0)};
  const Code lookup{make_insn(0x18, 1, 1, 0, map.get()), {}, call(1)};  // a helper function that takes packets
  const Code print{copy(1, 2), mov(2, 4), call(6)};                     // trace_printk takes none
  unsigned asked = 0;
  each([&](ProgType t) {
    const Packets p = row(t).rare.packets;
    auto expect = [&](const Code& then, bool ours, std::string_view what) {
      auto code = with_packet(t, then);
      if (!code) return;
      EXPECT_EQ(load_error(t, attach_for(t), *code) == 0, ours) << name(t) << ": " << what;
      ++asked;
    };
    expect(read, true, "reads");
    expect(write, p == Packets::writable || p == Packets::anything, "writes");
    expect(lookup, p != Packets::closed, "takes a key from the packet");
    expect(print, p == Packets::anything, "prints the packet");
  });
  EXPECT_EQ(asked, 14U * 4);
}

TEST_F(GradedProgTypes, SleepWhereTheyMay) {
  each([](ProgType t) {
    const Code c = returning(1);
    for (AttachType a : attach_types_of(t)) {
      const int asleep = load({.type = t, .attach = a, .code = c, .flags = prog_flag::sleepable}).error;
      const int awake = load({.type = t, .attach = a, .code = c, .flags = 0}).error;
      EXPECT_EQ(asleep == 0, may_sleep(t, a)) << name(t);
      EXPECT_EQ(awake == 0, row(t).rare.sleeps != Sleeps::must) << name(t);
    }
  });
}

TEST_F(GradedProgTypes, NameATargetWhereTheyHaveOne) {
  each([](ProgType t) {
    const Code c = returning(1);
    EXPECT_NE(load({.type = t, .attach = attach_for(t), .code = c, .attach_btf_id = 1}).error, 0) << name(t);
    EXPECT_EQ(row(t).rare.names, NamesTarget::nothing);
    EXPECT_EQ(load_error(t, attach_for(t), c, "MIT"), row(t).rare.gpl_only ? EINVAL : 0) << name(t);
  });
}

// 264 bytes of stack in the main program and 256 in a function it calls: 520 together, which is too much, unless each
// frame is asked alone.
TEST_F(GradedProgTypes, HaveAPrivateStackWhereTheirColumnSays) {
  each([](ProgType t) {
    const Code c{make_insn(0x7a, 10, 0, -264, 0),
                 make_insn(0x85, 0, 1, 0, 2),
                 mov(0, 1),
                 leave,
                 make_insn(0x7a, 10, 0, -256, 0),
                 mov(0, 0),
                 leave};
    EXPECT_EQ(load_error(t, attach_for(t), c) == 0, row(t).rare.private_stack == PrivateStack::always) << name(t);
  });
}

// What the machine itself asks of everybody (sysctl unprivileged_bpf_disabled) leaves only loaders with CAP_BPF.
TEST_F(GradedProgTypes, LoadWithTheCapabilitiesTheyNeed) {
  std::vector<ProgType> asked;
  each([&](ProgType t) { asked.push_back(t); });
  for (unsigned bits = 0; bits < 16; ++bits) {
    Caps caps = Caps::none();
    for (Cap c : {Cap::bpf, Cap::net_admin, Cap::perfmon, Cap::sys_admin})
      if (bits >> static_cast<unsigned>(c) & 1) caps = caps.with(c);
    if (!caps.allows(Cap::bpf)) continue;
    std::thread([&] {
      keep_only(caps);
      for (ProgType t : asked)
        EXPECT_EQ(load_error(t, attach_for(t), returning(1)) == 0, may_load(t, caps))
            << name(t) << " with " << caps.text();
    }).join();
  }
}

// The five switches, each asked with a program that only it lets in.
TEST_F(GradedProgTypes, TheSwitchesOfAProfileOpenWhatTheySay) {
  const Code leak = returning_a_pointer;
  const Code uninit{make_insn(0x79, 0, 10, -8, 0), mov(0, 0), leave};
  const Code loop{call(7), make_insn(0x25, 0, 0, -2, 5), mov(0, 0), leave};
  for (Caps caps : {Caps::all(), Caps::none().with(Cap::bpf), Caps::none().with(Cap::bpf).with(Cap::perfmon),
                    Caps::none().with(Cap::sys_admin)}) {
    const Privileges p = Target(44, caps).privileges();
    std::thread([&] {
      keep_only(caps);
      EXPECT_EQ(load_error(ProgType::socket_filter, unsaid, leak) == 0, p.allow_ptr_leaks) << caps.text();
      EXPECT_EQ(load_error(ProgType::socket_filter, unsaid, uninit) == 0, p.allow_uninit_stack) << caps.text();
    }).join();
  }
}

TEST_F(GradedProgTypes, EndAtTheLimits) {
  const Limits l = Target().limits();
  // As many instructions as a program may have, and one more.
  for (unsigned n : {l.program_insns, l.program_insns + 1}) {
    Code c(n, make_insn(0xb7, 0, 0, 0, 0));
    c.back() = leave;
    EXPECT_EQ(load_error(ProgType::socket_filter, unsaid, c) == 0, n == l.program_insns) << n << " instructions";
  }
  // A chain of calls, each function one frame.
  for (unsigned frames : {l.frames, l.frames + 1}) {
    Code c;
    for (unsigned i = 1; i < frames; ++i) c.push_back(make_insn(0x85, 0, 1, 0, 1)), c.push_back(leave);
    c.push_back(mov(0, 0)), c.push_back(leave);
    EXPECT_EQ(load_error(ProgType::socket_filter, unsaid, c) == 0, frames == l.frames) << frames << " frames";
  }
  // Functions side by side.
  for (unsigned functions : {l.subprograms, l.subprograms + 1}) {
    Code c;
    for (unsigned i = 1; i < functions; ++i)
      c.push_back(make_insn(0x85, 0, 1, 0, static_cast<int32_t>(functions + i - 1)));
    c.push_back(mov(0, 0)), c.push_back(leave);
    for (unsigned i = 1; i < functions; ++i) c.push_back(mov(0, 0)), c.push_back(leave);
    EXPECT_EQ(load_error(ProgType::socket_filter, unsaid, c) == 0, functions == l.subprograms) << functions;
  }
  // Branches that wait: each compares another unknown number.
  for (unsigned jumps : {l.jump_sequence, l.jump_sequence + 1}) {
    Code c{call(7)};
    for (unsigned i = 0; i < jumps; ++i)
      c.push_back(make_insn(0x55, 0, 0, 0, static_cast<int32_t>(i))), c.push_back(call(7));
    c.push_back(mov(0, 0)), c.push_back(leave);
    EXPECT_EQ(load_error(ProgType::socket_filter, unsaid, c) == 0, jumps == l.jump_sequence) << jumps << " jumps";
  }
}

TEST_F(GradedProgTypes, NameNoMoreMapsThanTheLimit) {
  const unsigned most = Target().limits().maps;
  std::vector<Fd> maps;
  Code c;
  for (unsigned n = 1; n <= most + 1; ++n) {
    maps.push_back(make_map(an_array));
    c.push_back(make_insn(0x18, 1, 1, 0, maps.back().get())), c.push_back({});
    Code whole = c;
    whole.push_back(mov(0, 0)), whole.push_back(leave);
    const bool loads = load_error(ProgType::socket_filter, unsaid, whole) == 0;
    EXPECT_EQ(loads, n <= most) << n << " maps";
  }
}

}  // namespace
}  // namespace skep::facts
