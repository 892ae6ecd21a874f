// SPDX-License-Identifier: Apache-2.0
// The running kernel as judge: the same calls of helpers, there in a program and here one by one, give the same
// results, the same packet and the same structure.
#include <fmt/format.h>

#include <numeric>
#include <random>

#include "context/context.hpp"
#include "helpers/table.hpp"
#include "sys/kernel_judge.hpp"

namespace skep::helpers {
namespace {

using enum facts::ProgType;
using context::Context, sys::test::KernelProgram, facts::ProgType;
using HelperJudge = sys::test::AsksKernel;

// An argument: a number, the context, or an address in 64 bytes of stack.
struct Arg {
  enum class Kind : uint8_t { number, context, stack } kind;
  uint64_t value = 0;
};
constexpr Arg ctx{Arg::Kind::context};
constexpr Arg number(uint64_t v) { return {Arg::Kind::number, v}; }
constexpr Arg number(int v) { return {Arg::Kind::number, static_cast<uint64_t>(int64_t{v})}; }
constexpr Arg stack(uint64_t at) { return {Arg::Kind::stack, at}; }

struct Call {
  uint16_t id;
  std::vector<Arg> args;
};
using Stack = std::array<uint8_t, 64>;

// r0 of all calls in one number: r7 = r7 * 31 + r0.
constexpr uint64_t mix(uint64_t before, uint64_t r0) { return before * 31 + r0; }

std::string as_program(const std::vector<Call>& calls, const Stack& bytes) {
  std::string text = "r6 = r1; r7 = 0;";
  for (std::size_t at = 0; at < bytes.size(); at += 8)
    text += fmt::format("r2 = {} ll; *(u64 *)(r10 - {}) = r2;", load<uint64_t>(&bytes[at]), 64 - at);
  for (const Call& c : calls) {
    for (std::size_t i = 0; i < c.args.size(); ++i) {
      if (c.args[i].kind == Arg::Kind::number) text += fmt::format("r{} = {} ll;", i + 1, c.args[i].value);
      if (c.args[i].kind == Arg::Kind::context) text += fmt::format("r{} = r6;", i + 1);
      if (c.args[i].kind == Arg::Kind::stack)
        text += fmt::format("r{0} = r10; r{0} += {1};", i + 1, static_cast<int>(c.args[i].value) - 64);
    }
    text += fmt::format("call {}; r7 *= 31; r7 += r0;", c.id);
  }
  return text + "r0 = r7; exit";
}

uint64_t run_here(Context& context, const std::vector<Call>& calls, Stack bytes) {
  vm::Host host;
  vm::Run run{};
  run.host = &host;
  run.context = &context;
  uint64_t r7 = 0;
  for (const Call& c : calls) {
    std::array<uint64_t, 5> r{};
    for (std::size_t i = 0; i < c.args.size(); ++i) {
      if (c.args[i].kind == Arg::Kind::number) r[i] = c.args[i].value;
      if (c.args[i].kind == Arg::Kind::context) r[i] = context::virtual_base;
      if (c.args[i].kind == Arg::Kind::stack) r[i] = reinterpret_cast<uint64_t>(&bytes[c.args[i].value]);
    }
    r7 = mix(r7, function(c.id)(run, r[0], r[1], r[2], r[3], r[4]));
    context.packet().relocate();
  }
  return r7;
}

Buffer frame_of(std::size_t size) {
  Buffer b(size);
  std::iota(b.begin(), b.end(), uint8_t{1});
  b[12] = 0x08;
  b[13] = 0x06;  // no protocol that a test run wants more bytes of
  return b;
}

std::string described(const std::vector<Call>& calls) {
  std::string text;
  for (const Call& c : calls) {
    text += fmt::format(" {}(", c.id);
    for (const Arg& a : c.args) text += fmt::format("{:#x} ", a.value);
    text += ")";
  }
  return text;
}

void same(ProgType type, const std::vector<Call>& calls, Bytes packet, const Stack& bytes = {}) {
  SCOPED_TRACE(fmt::format("{} bytes:{}", packet.size(), described(calls)));
  KernelProgram p(type, as_program(calls, bytes));
  ASSERT_EQ(p.error(), 0);
  auto there = p.run(packet);
  ASSERT_EQ(there.err, 0);
  static Context xdp_context{xdp}, tc_context{sched_cls}, filter_context{socket_filter};
  Context& here = type == xdp ? xdp_context : type == sched_cls ? tc_context : filter_context;
  ASSERT_TRUE(here.assign(packet, {.setting = context::Setting::test_run}));
  uint64_t r0 = run_here(here, calls, bytes);
  ASSERT_EQ(static_cast<uint32_t>(r0), there.r0);
  Bytes out = here.result();
  ASSERT_EQ(Buffer(out.begin(), out.end()), there.packet);
}

class Random {
 public:
  uint64_t below(uint64_t n) { return std::uniform_int_distribution<uint64_t>(0, n - 1)(bits_); }
  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(bits_); }
  template <class T>
  T one_of(std::initializer_list<T> all) {
    return all.begin()[below(all.size())];
  }
  uint64_t word() {  // edges as often as anything
    return one_of<uint64_t>({0, 1, 0xff, 0xffff, 0x10000, 0xffffffff, bits_(), bits_() & 0xffffffff, bits_() & 0xffff});
  }
  Stack stack() {
    Stack s;
    for (uint8_t& b : s) b = one_of<uint8_t>({0, 0xff, static_cast<uint8_t>(bits_())});
    return s;
  }

 private:
  std::mt19937_64 bits_{7};
};

constexpr uint16_t adjust_head = 44, adjust_meta = 54, adjust_tail = 65;

TEST_F(HelperJudge, xdp_adjusts_every_small_step) {
  for (uint16_t id : {adjust_head, adjust_meta, adjust_tail})
    for (int by = -260; by <= 70; ++by) same(xdp, {{id, {ctx, number(by)}}}, frame_of(60));
  for (int by : {INT32_MIN, INT32_MAX, -65536, 65536})
    for (uint16_t id : {adjust_head, adjust_meta, adjust_tail}) same(xdp, {{id, {ctx, number(by)}}}, frame_of(60));
}

TEST_F(HelperJudge, xdp_adjusts_in_any_order) {
  Random random;
  for (int i = 0; i < 2000; ++i) {
    auto size = random.one_of<std::size_t>({14, 15, 60, 1500, 3519, 3520, 3521, 5000, 7615, 7616, 7617, 9000});
    std::vector<Call> calls;
    for (int n = random.between(1, 4); n > 0; --n) {
      auto id = random.one_of({adjust_head, adjust_meta, adjust_tail});
      int small = random.between(-300, 300), edge = random.between(-3, 3);
      int by =
          random.one_of({small, small & ~3, -4 * random.between(0, 8), edge, edge + 14 - static_cast<int>(size),
                         edge + 3520 - static_cast<int>(size), edge + 4096, edge - 216, random.between(-9100, 4200)});
      calls.push_back({id, {ctx, number(by)}});
    }
    same(xdp, calls, frame_of(size));
    if (HasFatalFailure()) return;
  }
}

TEST_F(HelperJudge, xdp_bytes) {
  Random random;
  for (int i = 0; i < 2000; ++i) {
    auto size = random.one_of<std::size_t>({14, 60, 3520, 5000, 66000});
    uint64_t offset = random.one_of<uint64_t>({random.below(70), size - random.below(70), 3500 + random.below(40),
                                               65500 + random.below(70), 0x7fffffff, 0x80000000, 0xffffffff, 0xffff,
                                               0x10000, 0x100000000});
    uint64_t length = 1 + random.below(32);
    same(xdp,
         {{random.one_of<uint16_t>({189, 190}), {ctx, number(offset), stack(0), number(length)}},
          {190, {ctx, number(0), stack(0), number(14)}}},
         frame_of(size), random.stack());
    if (HasFatalFailure()) return;
  }
}

TEST_F(HelperJudge, skb_bytes) {
  Random random;
  for (int i = 0; i < 2000; ++i) {
    uint64_t offset = random.one_of<uint64_t>(
        {random.below(70), random.below(70), 0x7fffffff, 0x80000000, 0xffffffff, 0xffff, 0x100000000});
    uint64_t length = 1 + random.below(32);
    Call load{26, {ctx, number(offset), stack(8), number(length)}};
    Call store{9, {ctx, number(offset), stack(8), number(length), number(random.below(5))}};
    Call pull{39, {ctx, number(random.one_of<uint64_t>({0, 1, 59, 60, 61, 0x80000000, 0x10000003c}))}};
    Call show{9, {ctx, number(0), stack(0), number(48), number(0)}};
    same(sched_cls, {random.one_of({load, store, pull}), show}, frame_of(60), random.stack());
    same(socket_filter, {load}, frame_of(60), random.stack());
    if (HasFatalFailure()) return;
  }
}

TEST_F(HelperJudge, replaced_checksums) {
  Random random;
  for (int i = 0; i < 4000; ++i) {
    Buffer packet = frame_of(60);
    uint64_t offset = random.one_of<uint64_t>({14, 24, 58, 59, 15, 60, 0xffff, 0x10000, 0x80000000, 0x100000018});
    if (offset + 1 < 60) store(&packet[offset], static_cast<uint16_t>(random.word()));
    uint64_t size = random.one_of<uint64_t>({0, 2, 4, 2, 4, 3, 8});
    uint64_t from = size == 0 && random.below(4) != 0 ? 0 : random.word();
    uint64_t flags = random.one_of<uint64_t>({0, 0x10, 0x20, 0x40, 0x60, 0x80, 0x100, 0x30}) | size;
    same(sched_cls,
         {{random.one_of<uint16_t>({10, 11}),
           {ctx, number(offset), number(from), number(random.word()), number(random.below(3) == 0 ? size : flags)}}},
         packet);
    if (HasFatalFailure()) return;
  }
}

TEST_F(HelperJudge, differences_of_checksums) {
  Random random;
  for (int i = 0; i < 4000; ++i) {
    auto length = [&] { return random.one_of<uint64_t>({0, 4, 8, 20, 32, 32, 3}); };
    uint64_t from = length(), to = length();
    same(sched_cls,
         {{28,
           {from == 0 ? number(0) : stack(0), number(from), to == 0 ? number(0) : stack(32), number(to),
            number(random.word())}}},
         frame_of(60), random.below(9) == 0 ? Stack{} : random.stack());
    if (HasFatalFailure()) return;
  }
}

TEST_F(HelperJudge, printk_follows_pointers) {
  for (const char* text : {"%s|", "%20s|", "%-20s|", "%pks.", "%pI4", "%pi4", "%pI6", "%pi6"})
    for (std::string_view there : {"", "abcdef", "\xff\x7f\x20\x01 sixteen bytes"}) {
      Stack bytes{};
      std::ranges::copy(std::string_view(text), bytes.begin());
      std::ranges::copy(there, bytes.begin() + 40);
      same(sched_cls, {{6, {stack(0), number(16), stack(40), number(0), number(0)}}}, frame_of(60), bytes);
    }
}

// The text itself is tested in format_test.cpp; its length and every refusal here.
TEST_F(HelperJudge, printk_formats) {
  auto tell = [](std::string_view text, std::size_t size, std::vector<uint64_t> values) {
    SCOPED_TRACE(fmt::format("'{}' {}", text, fmt::join(values, ", ")));
    Stack bytes{};
    std::ranges::copy(text, bytes.begin());
    Call call{6, {stack(0), number(size)}};
    for (uint64_t v : values) call.args.push_back(number(v));
    for (std::size_t i = values.size(); i < 3; ++i) call.args.push_back(number(0));
    same(sched_cls, {call}, frame_of(60), bytes);
  };
  for (int c = 1; c < 256; ++c) tell(std::string(1, static_cast<char>(c)), 2, {});
  for (int c = 1; c < 256; ++c) tell(std::string("%") + static_cast<char>(c), 3, {7});
  for (int c = 1; c < 256; ++c) tell(std::string("%p") + static_cast<char>(c) + "x", 5, {7});
  for (int c = 1; c < 128; ++c) tell(std::string("%l") + static_cast<char>(c), 4, {7});
  tell("abc", 3, {});
  tell("abc", 2, {});
  tell({"ab\0cd", 5}, 6, {});
  for (const char* text :
       {"%lld",      "%ld",      "%d",       "%u",       "%llu",   "%x",     "%llX",   "%i",          "%lli",
        "%llld",     "% d",      "%+d",      "%-+ 07d|", "%0",     "%5",     "%300d",  "%1000d%100d", "%1020d%s%d",
        "%d%d%d",    "%d%d%d%d", "%%%d%%",   "%5%",      "%*d",    "%.3d",   "%hd",    "%#x",         "%5c|",
        "%-5c|",     "%lc",      "%ls",      "%20p|",    "%-20p|", "%20px",  "%pks",   "%pus",        "%20pks|",
        "%pksabc d", "%sx",      "%s x",     "%cx",      "%dx",    "%s\xa0", "%s\xa1", "%s\xc3",      "%pi4",
        "%pI4",      "%20pI4|",  "%pI4abc.", "%pi6",     "%pI6",   "%pI6c",  "%pI",    "%pI5",        "%p4",
        "%20ps|",    "%pSx",     "%20pB|",   "%pBx",     "%s|",    "%20s|",  "%-20s|", "%p%d%s",      "%zu",
        "%o",        "%f",       "%n"})
    for (uint64_t v : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}, uint64_t{0x80000000}})
      tell(text, std::string_view(text).size() + 1, {v, 5, 0});
}

}  // namespace
}  // namespace skep::helpers
