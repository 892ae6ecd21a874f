// SPDX-License-Identifier: Apache-2.0
// The running kernel computes the same ranges. Random straight programs shape two unknown numbers by arithmetic, loads
// and conditional jumps out; the kernel's log says what it knows after every instruction and on every edge. Each is
// one comparison: the operands as the kernel had them, our operation, our text against its text.
#include <gtest/gtest.h>

#include <charconv>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include "facts/helpers.hpp"
#include "isa/op.hpp"
#include "verify/kernel_asked.hpp"
#include "verify/scalar.hpp"
#include "verify/verify.hpp"

namespace skep::verify {
namespace {

using isa::Insn;
using isa::Op;

// What the log says of registers: after the instruction at a place (falling through), and where a jump from it arrives.
using Registers = std::map<unsigned, std::string>;
struct Log {
  std::map<std::size_t, Registers> after, jumped;
};

constexpr uint8_t operands[] = {6, 7};

// "R1_w=scalar(id=3,smin=0) R2=Pscalar() R3=7": the scalars, without ids and marks.
Registers registers_in(std::string_view text) {
  Registers found;
  for (std::size_t at = text.find('R'); at != std::string_view::npos; at = text.find(" R", at + 1)) {
    if (text[at] == ' ') ++at;
    std::size_t equals = text.find('=', at);
    if (equals == std::string_view::npos) break;
    unsigned number = 0;
    std::from_chars(text.data() + at + 1, text.data() + equals, number);
    std::size_t end = equals, depth = 0;
    while (end < text.size() && (text[end] != ' ' || depth > 0)) {
      if (text[end] == '(') ++depth;
      if (text[end] == ')') --depth;
      ++end;
    }
    std::string value(text.substr(equals + 1, end - equals - 1));
    if (value.starts_with('P')) value.erase(0, 1);
    if (const auto id = value.find("(id="); id != std::string::npos) {
      const std::size_t stop = value.find_first_of(",)", id);
      value.erase(id + 1, stop - id - (value[stop] == ',' ? 0 : 1));
    }
    found[number] = value;
  }
  return found;
}

Log read(std::string_view text) {
  // The first path through the program is the one that is compared; what is put off is looked at where it begins.
  Log log;
  bool first = true;
  std::size_t forked = SIZE_MAX;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    std::size_t pc = 0;
    if (line.starts_with("from ")) {
      std::from_chars(line.data() + 5, line.data() + line.size(), pc);
      // "from 3 to 3" begins the second walk of a fork (scalar.hpp); what is put off then, beyond there, is its own.
      std::size_t to = 0;
      const std::size_t word = line.find(" to ") + 4;
      std::from_chars(line.data() + word, line.data() + line.size(), to);
      if (pc < forked) log.jumped.try_emplace(pc, registers_in(line.substr(line.find(": ") + 1)));
      if (to == pc) forked = std::min(forked, pc);
      first = false;
    } else if (const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), pc);
               error == std::errc{} && line.substr(static_cast<std::size_t>(end - line.data())).starts_with(": ")) {
      // A state that follows the account of precision stands on a line of its own.
      const bool alone = line.substr(static_cast<std::size_t>(end - line.data())).starts_with(": R");
      const std::size_t state = alone ? line.find(": R") : line.find("; R");
      if (first && (!alone || log.after.contains(pc)))
        log.after[pc] = state == std::string_view::npos ? Registers{} : registers_in(line.substr(state + 2));
    }
  }
  return log;
}

// The scalar that is written so: what is not mentioned is at its extreme.
Scalar scalar_of(std::string_view text) {
  const auto number = [](std::string_view digits) {
    uint64_t v = 0;
    const bool minus = digits.starts_with('-');
    if (minus) digits.remove_prefix(1);
    const bool hex = digits.starts_with("0x");
    if (hex) digits.remove_prefix(2);
    std::from_chars(digits.data(), digits.data() + digits.size(), v, hex ? 16 : 10);
    return minus ? uint64_t{0} - v : v;
  };
  if (!text.starts_with("scalar(")) return Scalar::constant(number(text));
  Scalar s = Scalar::unknown();
  text.remove_prefix(7);
  while (!text.empty() && text.front() != ')') {
    const std::string_view field = text.substr(0, text.find_first_of(text.starts_with("var_off") ? ")" : ",)"));
    std::string_view rest = field;
    const std::string_view value = field.substr(field.rfind('=') + 1);
    if (field.starts_with("var_off=(")) {
      const std::size_t semicolon = field.find("; ");
      s.bits = {number(field.substr(9, semicolon - 9)), number(field.substr(semicolon + 2))};
      break;
    }
    while (rest.find('=') != std::string_view::npos) {
      const std::string_view name = rest.substr(0, rest.find('='));
      rest.remove_prefix(name.size() + 1);
      const uint64_t v = number(value);
      if (name == "smin") s.smin = static_cast<int64_t>(v);
      if (name == "smax") s.smax = static_cast<int64_t>(v);
      if (name == "umin") s.umin = v;
      if (name == "umax") s.umax = v;
      if (name == "smin32") s.s32_min = static_cast<int32_t>(v);
      if (name == "smax32") s.s32_max = static_cast<int32_t>(v);
      if (name == "umin32") s.u32_min = static_cast<uint32_t>(v);
      if (name == "umax32") s.u32_max = static_cast<uint32_t>(v);
    }
    text.remove_prefix(field.size());
    if (text.starts_with(',')) text.remove_prefix(1);
  }
  return s;
}

// Programs in which everything happens to r6 and r7, which are known here as skep computes them, so that jumps that
// are decided can be written so that they are not taken.
// After a copy both are linked: what one learns the other does. That is not of the domain, but of the walk.
enum class Copies : uint8_t { cut, kept };

class Generator {
 public:
  explicit Generator(uint64_t seed, Copies copies = Copies::cut) : random_(seed), copies_(copies) {}

  std::vector<Insn> program(std::size_t experiments) {
    unknown(6), unknown(7);
    for (std::size_t i = 0; i < experiments; ++i) {
      if (below(8) == 0) fresh(operands[below(2)]);
      switch (below(8)) {
        case 0:
        case 1:
        case 2: jump(); break;
        case 3: spill(); break;
        default: arithmetic(); break;
      }
    }
    put(isa::encode(Op::mov64_imm)), put(isa::encode(Op::exit));
    // Every jump has an exit of its own: nothing is pruned there.
    for (const std::size_t at : jumps_) {
      insns_[at].off = static_cast<int16_t>(insns_.size() - at - 1);
      put(isa::encode(Op::mov64_imm)), put(isa::encode(Op::exit));
    }
    return insns_;
  }

 private:
  uint64_t next() {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    return random_ * 0x2545f4914f6cdd1dULL >> 8;
  }
  std::size_t below(std::size_t n) { return next() % n; }

  // Numbers where readings break, and any.
  int32_t immediate() {
    switch (below(6)) {
      case 0: return static_cast<int32_t>(below(16));
      case 1: return -static_cast<int32_t>(below(16));
      case 2: return static_cast<int32_t>(uint32_t{1} << below(32));
      case 3: return static_cast<int32_t>((uint32_t{1} << below(32)) - 1);
      case 4: return static_cast<int32_t>(uint32_t{0x80000000} + static_cast<uint32_t>(below(8)) - 4);
      default: return static_cast<int32_t>(next() >> below(32));
    }
  }
  uint64_t number() {
    switch (below(4)) {
      case 0: return static_cast<uint64_t>(int64_t{immediate()});
      case 1: return uint64_t{1} << below(64);
      case 2: return (uint64_t{1} << (31 + below(33))) + below(9) - 4;
      default: return next() << below(32);
    }
  }

  void put(Insn i) { insns_.push_back(i); }
  static Insn on(Insn i, uint8_t dst, uint8_t src) {
    i.set_dst(dst), i.set_src(src);
    return i;
  }

  void unknown(uint8_t reg) {
    Insn call = isa::encode(Op::call_helper);
    call.imm = facts::helper_by_name("get_prandom_u32")->id;
    put(call);
    put(on(isa::encode(Op::mov64_reg), reg, 0));
    known_[reg] = Scalar::unknown();
  }
  void constant(uint8_t reg, uint64_t v) {
    Insn low = isa::encode(Op::ld_imm64);
    low.set_dst(reg);
    low.imm = static_cast<int32_t>(v);
    Insn high{};
    high.imm = static_cast<int32_t>(v >> 32);
    put(low), put(high);
    known_[reg] = Scalar::constant(v);
  }
  void follow(const Insn& i, const isa::Row& row) {
    const Scalar src =
        row.source == isa::Source::reg ? known_[i.src()] : Scalar::constant(static_cast<uint64_t>(int64_t{i.imm}));
    known_[i.dst()] = walked(row, known_[i.dst()], src);
  }
  void calculate(Op op, uint8_t dst, uint8_t src, int32_t imm) {
    Insn i = on(isa::encode(op), dst, isa::row(op).source == isa::Source::reg ? src : 0);
    if (isa::row(op).source == isa::Source::imm) i.imm = imm;
    put(i);
    follow(i, isa::row(op));
  }
  // A number of which something is known: a part of the word, somewhere in it, or between two numbers.
  void fresh(uint8_t reg) {
    if (below(6) == 0) return constant(reg, number());
    unknown(reg);
    switch (below(6)) {
      case 0: return calculate(Op::and_64_imm, reg, 0, immediate());
      case 1: return calculate(Op::rsh64_imm, reg, 0, static_cast<int32_t>(below(64)));
      case 2: return calculate(Op::arsh64_imm, reg, 0, static_cast<int32_t>(below(64)));
      case 3: return calculate(Op::mov32_reg, reg, reg, 0);
      case 4: return calculate(Op::movsx64_32, reg, reg, 0);
      default: return;
    }
  }
  void unlink(uint8_t dst, uint8_t src) {
    if (dst != src && copies_ == Copies::cut) fresh(src);
  }

  void arithmetic() {
    const uint8_t dst = operands[below(2)], src = operands[below(2)];
    Op op;
    do op = static_cast<Op>(below(isa::op_count));
    while (isa::row(op).shape != isa::Shape::alu || op == Op::cast_user || op == Op::cast_kernel);
    const isa::Row& row = isa::row(op);
    int32_t imm = immediate();
    using isa::Alu;
    const Alu what = isa::alu_of(row);
    const bool shifts = what == Alu::lsh || what == Alu::rsh || what == Alu::arsh;
    const bool divides = what == Alu::div || what == Alu::sdiv || what == Alu::mod || what == Alu::smod;
    if (shifts && row.source == isa::Source::imm) imm = static_cast<int32_t>(below(row.bits));
    if (shifts && row.source == isa::Source::reg && dst != src && below(2) == 0) constant(src, below(row.bits));
    if (divides && imm == 0) imm = 1;
    if (row.unary && row.source == isa::Source::none) {
      Insn i = isa::encode(op);
      i.set_dst(dst);
      put(i);
      known_[dst] = alu(row, known_[dst], known_[dst]);
    } else {
      calculate(op, dst, src, imm);
    }
    if (what == Alu::mov || row.unary) unlink(dst, src);
  }

  void spill() {
    const uint8_t dst = operands[below(2)], src = operands[below(2)];
    Insn store = on(isa::encode(Op::stx64), 10, src);
    store.off = -8;
    put(store);
    constexpr Op loads[] = {Op::ldx8, Op::ldx16, Op::ldx32, Op::ldx64, Op::ldxs8, Op::ldxs16, Op::ldxs32};
    const Op op = loads[below(std::size(loads))];
    Insn load = on(isa::encode(op), dst, 10);
    load.off = -8;
    put(load);
    known_[dst] = loaded(isa::row(op), known_[src]);
    unlink(dst, src);
  }

  void jump() {
    const uint8_t dst = 6, src = below(16) == 0 ? 6 : 7;
    Op op;
    do op = static_cast<Op>(below(isa::op_count));
    while (isa::row(op).shape != isa::Shape::branch);
    const isa::Row& row = isa::row(op);
    Insn i = on(isa::encode(op), dst, row.source == isa::Source::reg ? src : 0);
    if (row.source == isa::Source::imm) i.imm = immediate();
    const Scalar b =
        row.source == isa::Source::reg ? known_[src] : Scalar::constant(static_cast<uint64_t>(int64_t{i.imm}));
    if (decide(isa::cmp_of(row), row.bits, known_[dst], b) == Taken::always) return;
    if (decide(isa::cmp_of(row), row.bits, known_[dst], b) == Taken::unknown) {
      const Refined r = refined(i, row, Edge::not_taken, known_[dst], b);
      // A constant without ranges (scalar.hpp: given up) looks like any other in the log.
      if (!r.possible && (r.a.is_constant() || r.b.is_constant())) return;
      known_[dst] = r.a;
      if (row.source == isa::Source::reg) known_[src] = r.b;
    }
    jumps_.push_back(insns_.size());
    put(i);
  }

 public:
  // As the first of the two walks, where there are two.
  static Scalar walked(const isa::Row& row, const Scalar& dst, const Scalar& src) {
    const auto two = fork(row, dst, src);
    return alu(row, two ? two->now : dst, src);
  }
  static Refined refined(const Insn& i, const isa::Row& row, Edge edge, const Scalar& a, const Scalar& b) {
    if (row.source == isa::Source::reg && i.dst() == i.src()) return refine(isa::cmp_of(row), row.bits, edge, a);
    return refine(isa::cmp_of(row), row.bits, edge, a, b);
  }
  static Scalar loaded(const isa::Row& row, const Scalar& s) {
    return row.sign_extends ? sign_extended(s, row.bits / 8U) : zero_extended(s, row.bits / 8U);
  }

 private:
  uint64_t random_;
  Copies copies_;
  std::vector<Insn> insns_;
  std::vector<std::size_t> jumps_;
  Scalar known_[isa::register_count];
};

struct Tally {
  std::size_t asked = 0, differ = 0;
  std::string example;  // the shortest

  void add(const Tally& other) {
    asked += other.asked;
    differ += other.differ;
    if (example.empty() || (!other.example.empty() && other.example.size() < example.size())) example = other.example;
  }
};

class Comparison {
 public:
  void run(const std::vector<Insn>& program, const Log& log) {
    for (std::size_t pc = 0; pc < program.size(); ++pc) {
      const auto seen = log.after.find(pc);
      if (seen == log.after.end()) continue;
      const Insn& i = program[pc];
      const isa::Row& row = isa::row(isa::decode(i));
      if (row.shape == isa::Shape::branch)
        branch(pc, i, row, log);
      else
        straight(i, row, seen->second);
      for (const auto& [number, text] : seen->second) registers_[number] = scalar_of(text);
      if (row.shape == isa::Shape::store) stored_ = registers_[i.src()];
      if (row.shape == isa::Shape::exit) break;
    }
  }

  std::map<std::string_view, Tally> tallies;

 private:
  Scalar source(const Insn& i, const isa::Row& row) {
    return row.source == isa::Source::reg ? registers_[i.src()]
                                          : Scalar::constant(static_cast<uint64_t>(int64_t{i.imm}));
  }
  void compare(const isa::Row& row, const std::string& ours, const std::string& kernels, const std::string& where) {
    const bool differs = ours != kernels;
    const std::string words = differs ? where + "\n  skep   " + ours + "\n  kernel " + kernels : "";
    tallies[row.name].add({1, differs ? 1U : 0U, words});
  }

  void straight(const Insn& i, const isa::Row& row, const Registers& after) {
    const auto dst = after.find(i.dst());
    if (dst == after.end() || (i.dst() != 6 && i.dst() != 7)) return;
    if (row.shape == isa::Shape::load) {
      compare(row, kernel_text(Generator::loaded(row, stored_)), dst->second, kernel_text(stored_));
    } else if (row.shape == isa::Shape::alu &&
               !(isa::alu_of(row) == isa::Alu::mov && i.src() == 0 && row.source == isa::Source::reg)) {
      const Scalar a = registers_[i.dst()], b = source(i, row);
      compare(row, kernel_text(Generator::walked(row, a, b)), dst->second, kernel_text(a) + " with " + kernel_text(b));
    }
  }

  void branch(std::size_t pc, const Insn& i, const isa::Row& row, const Log& log) {
    const Scalar a = registers_[i.dst()], b = source(i, row);
    const isa::Cmp op = isa::cmp_of(row);
    const std::string where = kernel_text(a) + " with " + kernel_text(b);
    const auto jumped = log.jumped.find(pc);
    const bool falls = log.after.contains(pc + 1);
    constexpr const char* words[] = {"never", "always", "unknown"};
    const Taken kernels = jumped == log.jumped.end() ? falls ? Taken::never : Taken::always
                          : falls                    ? Taken::unknown
                                                     : Taken::always;
    compare(row, words[static_cast<int>(decide(op, row.bits, a, b))], words[static_cast<int>(kernels)], where);
    if (kernels != Taken::unknown) return;
    edge(i, row, Generator::refined(i, row, Edge::not_taken, a, b), log.after.at(pc), where + ", not taken");
    edge(i, row, Generator::refined(i, row, Edge::taken, a, b), jumped->second, where + ", taken");
  }
  void edge(const Insn& i, const isa::Row& row, const Refined& r, const Registers& seen, const std::string& where) {
    if (const auto a = seen.find(i.dst()); a != seen.end()) compare(row, kernel_text(r.a), a->second, where + ", dst");
    if (const auto b = seen.find(i.src()); row.source == isa::Source::reg && b != seen.end())
      compare(row, kernel_text(r.b), b->second, where + ", src");
  }

  Scalar registers_[isa::register_count];
  Scalar stored_;
};

}  // namespace

TEST(ScalarKernel, ComputesTheSameRanges) {
  test::Kernel kernel;
  std::map<std::string_view, Tally> all;
  for (uint64_t seed = 1; seed <= 120; ++seed) {
    const std::vector<Insn> program = Generator(seed * 0x9e3779b97f4a7c15ULL).program(300);
    const test::Said said = kernel.ask(program, facts::ProgType::socket_filter, 2);
    ASSERT_EQ(said.err, 0) << said.log.substr(said.log.size() - std::min<std::size_t>(said.log.size(), 999));
    Comparison one;
    one.run(program, read(said.log));
    for (const auto& [name, tally] : one.tallies) all[name].add(tally);
  }
  std::size_t asked = 0;
  for (const auto& [name, tally] : all) {
    EXPECT_EQ(tally.differ, 0U) << name << ", of " << tally.asked << ": " << tally.example;
    EXPECT_GE(tally.asked, 50U) << name;
    asked += tally.asked;
  }
  // Every operation of one or two operands but the two casts, every comparison, every load of a register's width.
  std::size_t operations = 0;
  for (const isa::Row& row : isa::rows) {
    operations += row.shape == isa::Shape::branch || row.shape == isa::Shape::alu;
    operations += row.shape == isa::Shape::load && row.name.starts_with("ldx");
  }
  EXPECT_EQ(all.size(), operations - 2);
  EXPECT_GE(asked, 60'000U);
  RecordProperty("asked", static_cast<int>(asked));
}

// The walk of one program: as many instructions and as many states.
std::string compared_walk(test::Kernel& kernel, std::vector<Insn> insns) {
  module::Module m{.name = "", .progs = {}, .maps = {}, .btf = {}, .license = "GPL"};
  m.progs.emplace_back().type = facts::ProgType::socket_filter;
  m.progs[0].insns = std::move(insns);
  const test::Said said = kernel.ask(m.progs[0].insns, facts::ProgType::socket_filter, 4);
  const Verdict v = verify({.module = m, .prog = m.progs[0], .target = {}});
  if (v.answer == Answer::accepted && v.effort.processed == test::figure(said.log, "processed ") &&
      v.effort.states == test::figure(said.log, "total_states "))
    return "";
  return std::string(name_of(v.answer)) + ", processed " + std::to_string(v.effort.processed) + ", states " +
         std::to_string(v.effort.states) + "; the kernel:\n" + std::string(said.log);
}

// Forks, linked copies, precision and pruning of the same programs.
TEST(ScalarKernel, TakesTheSameWalk) {
  test::Kernel kernel;
  for (uint64_t seed = 1; seed <= 300; ++seed)
    EXPECT_EQ(compared_walk(kernel, Generator(seed * 0x9e3779b97f4a7c15ULL, Copies::kept).program(40)), "") << seed;
}

// What is learnt of a copy that moved as a whole is not told one whose low half moved.
TEST(ScalarKernel, DistancesOfTwoWidthsAreApart) {
  test::Kernel kernel;
  const auto put = [](Op op, uint8_t dst, uint8_t src, int32_t imm, int16_t off = 0) {
    Insn i = isa::encode(op);
    i.set_dst(dst), i.set_src(src);
    if (isa::row(op).source != isa::Source::reg) i.imm = imm;
    if (off != 0) i.off = off;
    return i;
  };
  EXPECT_EQ(
      compared_walk(kernel, {put(Op::call_helper, 0, 0, 7), put(Op::mov32_reg, 6, 0, 0), put(Op::mov64_reg, 7, 6, 0),
                             put(Op::add32_imm, 7, 0, 3), put(Op::mov64_reg, 8, 6, 0), put(Op::add64_imm, 8, 0, 3),
                             put(Op::jgt64_imm, 8, 0, 10, 2), put(Op::jgt64_imm, 7, 0, 10, 1),
                             put(Op::mov64_imm, 0, 0, 1), put(Op::mov64_imm, 0, 0, 0), put(Op::exit, 0, 0, 0)}),
      "");
}

}  // namespace skep::verify
