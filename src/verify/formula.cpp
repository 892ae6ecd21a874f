// SPDX-License-Identifier: Apache-2.0
#include "verify/formula.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "isa/semantics.hpp"

namespace skep::verify {

using isa::Alu, isa::Cmp;

static uint64_t eval(Alu op, unsigned bits, uint64_t a, uint64_t b) {
  return bits == 64 ? isa::eval(op, a, b) : isa::eval(op, static_cast<uint32_t>(a), static_cast<uint32_t>(b));
}
static bool eval(Cmp op, unsigned bits, uint64_t a, uint64_t b) {
  return bits == 64 ? isa::eval(op, a, b) : isa::eval(op, static_cast<uint32_t>(a), static_cast<uint32_t>(b));
}
static uint64_t ones(unsigned bits) { return bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1; }

// ---- building -----------------------------------------------------------------------------------------------------

Node Formula::add(const Data& d) {
  nodes_.push_back(d);
  return static_cast<Node>(nodes_.size() - 1);
}
Node Formula::constant(uint64_t v) { return add({.kind = Kind::constant, .value = v}); }
Node Formula::unknown() { return add({.kind = Kind::unknown, .sight = Sight::unknown}); }
Node Formula::address() { return add({.kind = Kind::unknown, .sight = Sight::address}); }
Node Formula::input(uint64_t least, uint64_t most, uint64_t at_first) {
  limits_.push_back({least, most, at_first});
  return add({.kind = Kind::input, .open = true, .value = limits_.size() - 1});
}

Node Formula::alu(Alu op, unsigned bits, Node a, Node b) {
  if (is_constant(a) && is_constant(b)) return constant(eval(op, bits, value(a), value(b)));
  if (op == Alu::mov && bits == 64) return b;
  return add({.kind = Kind::alu,
              .op = op,
              .bits = static_cast<uint8_t>(bits),
              .open = nodes_[a].open || nodes_[b].open,
              .sight = std::max(nodes_[a].sight, nodes_[b].sight),
              .a = a,
              .b = b});
}

Node Formula::byte(Node of, unsigned index) {
  if (is_constant(of)) return constant(value(of) >> (8 * index) & 0xff);
  return add({.kind = Kind::byte, .open = nodes_[of].open, .sight = nodes_[of].sight, .a = of, .value = index});
}

Node Formula::bytes(std::span<const Node> low_first) {
  if (low_first.size() == 1) return low_first[0];
  // All bytes of one number, in order, are that number, or its lower part.
  const Data first = nodes_[low_first[0]];
  bool one = first.kind == Kind::byte, constants = true;
  Data d{.kind = Kind::bytes, .a = static_cast<Node>(parts_.size()), .b = static_cast<Node>(low_first.size())};
  uint64_t number = 0;
  for (std::size_t i = 0; i < low_first.size(); ++i) {
    const Data& part = nodes_[low_first[i]];
    one &= part.kind == Kind::byte && part.a == first.a && part.value == i;
    constants &= part.kind == Kind::constant;
    if (part.kind == Kind::constant) number |= part.value << (8 * i);
    d.open |= part.open;
    d.sight = std::max(d.sight, part.sight);
  }
  if (constants) return constant(number);
  if (one && low_first.size() == 8) return first.a;
  if (one) return alu(Alu::and_, 64, first.a, constant(ones(static_cast<unsigned>(8 * low_first.size()))));
  parts_.insert(parts_.end(), low_first.begin(), low_first.end());
  return add(d);
}

Node Formula::below(Node a, Node b) {
  return add({.kind = Kind::below,
              .open = nodes_[a].open || nodes_[b].open,
              .sight = std::max(nodes_[a].sight, nodes_[b].sight),
              .a = a,
              .b = b});
}

Inputs64 Formula::first_inputs() const {
  Inputs64 out;
  for (const Limit& l : limits_) out.push_back(l.first);
  return out;
}

// ---- values -------------------------------------------------------------------------------------------------------

Values::Values(const Formula& f, std::span<const Condition> conditions, std::span<const Node> besides)
    : f_(f), values_(f.size()) {
  std::vector<bool> seen(f.size());
  std::vector<Node> open;
  auto visit = [&](Node n) {
    if (!seen[n]) seen[n] = true, open.push_back(n);
  };
  for (const Condition& c : conditions) visit(c.a), visit(c.b);
  for (const Node n : besides) visit(n);
  while (!open.empty()) {
    const Node n = open.back();
    const Formula::Data& d = f.nodes_[n];
    open.pop_back();
    needed_.push_back(n);
    if (d.kind == Formula::Kind::bytes)
      for (Node i = 0; i < d.b; ++i) visit(f.parts_[d.a + i]);
    if (d.kind == Formula::Kind::alu || d.kind == Formula::Kind::below) visit(d.a), visit(d.b);
    if (d.kind == Formula::Kind::byte) visit(d.a);
  }
  std::ranges::sort(needed_);
}

void Values::compute(const Inputs64& inputs) {
  using Kind = Formula::Kind;
  for (const Node n : needed_) {
    const Formula::Data& d = f_.nodes_[n];
    uint64_t& v = values_[n];
    switch (d.kind) {
      case Kind::constant: v = d.value; break;
      case Kind::input: v = inputs[d.value]; break;
      case Kind::unknown: v = 0; break;
      case Kind::alu: v = eval(d.op, d.bits, values_[d.a], values_[d.b]); break;
      case Kind::byte: v = values_[d.a] >> (8 * d.value) & 0xff; break;
      case Kind::below: v = values_[d.a] < values_[d.b] ? 1 : 0; break;
      case Kind::bytes:
        v = 0;
        for (Node i = 0; i < d.b; ++i) v |= values_[f_.parts_[d.a + i]] << (8 * i);
        break;
    }
  }
}

bool Values::holds(const Condition& c) const { return eval(c.op, c.bits, values_[c.a], values_[c.b]) == c.holds; }

std::vector<uint32_t> Values::inputs() const {
  std::vector<uint32_t> out;
  for (const Node n : needed_)
    if (f_.nodes_[n].kind == Formula::Kind::input) out.push_back(static_cast<uint32_t>(f_.nodes_[n].value));
  std::ranges::sort(out);
  return out;
}

uint64_t Chance::next() {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// ---- searching ----------------------------------------------------------------------------------------------------

// A value x with op(x, c) == t (`left`), or op(c, x) == t; `now` is what it is, of which free bits are kept.
struct Undo {
  Alu op;
  unsigned bits;
  bool left;
  uint64_t t, c, now;
};

static uint64_t odd_inverse(uint64_t odd) {
  uint64_t x = odd;  // Newton: each round doubles the bits that are right, from three on
  for (int i = 0; i < 5; ++i) x *= 2 - odd * x;
  return x;
}

// Exactly where that is possible; else what comes next above, or below.
static uint64_t undo_multiply(const Undo& u, Chance& chance) {
  if (u.c == 0) return u.now;
  if (u.t % u.c != 0 && chance.below(4) != 0) return u.t / u.c + chance.below(2);
  const auto zeros = static_cast<unsigned>(std::countr_zero(u.c));
  return (u.t >> zeros) * odd_inverse(u.c >> zeros) & ones(u.bits - zeros);
}
static uint64_t undo_shift(const Undo& u, unsigned shift, Chance& chance) {
  const uint64_t rest = u.t & ones(shift);
  return ((u.t >> shift) + (rest == 0 ? 0 : chance.below(2))) | (u.now & ~(ones(u.bits) >> shift));
}

// The best guess; where there is no exact one, what comes near.
static uint64_t undo(const Undo& u, Chance& chance) {
  const auto shift = static_cast<unsigned>(u.c & (u.bits - 1));
  switch (u.op) {
    case Alu::add: return u.t - u.c;
    case Alu::sub: return u.left ? u.t + u.c : u.c - u.t;
    case Alu::mul: return undo_multiply(u, chance);
    case Alu::xor_: return u.t ^ u.c;
    case Alu::or_: return (u.t & ~u.c) | (u.now & u.c);
    case Alu::and_: return u.t | (u.now & ~u.c);
    case Alu::lsh: return u.left ? undo_shift(u, shift, chance) : chance.below(u.bits);
    case Alu::rsh:
    case Alu::arsh: return u.left ? (u.t << shift) | (u.now & ones(shift)) : chance.below(u.bits);
    case Alu::div:
    case Alu::sdiv: return u.left ? u.t * u.c : u.t == 0 ? u.c + 1 : u.c / u.t;
    case Alu::mod:
    case Alu::smod: return u.left && u.c != 0 ? u.now - u.now % u.c + u.t : u.c - u.t;
    case Alu::neg64:
    case Alu::neg32: return 0 - u.t;
    case Alu::mov:
    case Alu::movsx64_8:
    case Alu::movsx64_16:
    case Alu::movsx64_32:
    case Alu::movsx32_8:
    case Alu::movsx32_16:
    case Alu::le16:
    case Alu::le32:
    case Alu::le64:
    case Alu::be16:
    case Alu::be32:
    case Alu::be64:
    case Alu::bswap16:
    case Alu::bswap32:
    case Alu::bswap64:
    case Alu::cast_user:
    case Alu::cast_kernel: return eval(u.op, u.bits, 0, u.t);  // swaps undo themselves, the others keep the low bits
  }
  std::unreachable();
}

class Search {
 public:
  Search(const Formula& f, std::span<const Condition> conditions, Chance& chance)
      : f_(f), chance_(chance), inputs_(f.first_inputs()), values_(f, conditions) {
    for (const Condition& c : conditions)
      if (f.is_known(c.a) && f.is_known(c.b)) conditions_.push_back(c);
  }

  std::optional<Inputs64> run() {
    constexpr unsigned rounds = 300, tries = 8;
    for (unsigned round = 0; round < rounds; ++round) {
      values_.compute(inputs_);
      std::vector<const Condition*> wrong;
      for (const Condition& c : conditions_)
        if (!values_.holds(c)) wrong.push_back(&c);
      if (wrong.empty()) return inputs_;
      const Condition& c = *wrong[chance_.below(4) != 0 ? 0 : chance_.below(wrong.size())];
      bool changed = false;
      for (unsigned i = 0; i < tries && !changed; ++i) {
        const Inputs64 before = inputs_;
        changed = repair(c, i) && inputs_ != before;
        if (!changed) inputs_ = before;
      }
      if (!changed && wrong.size() == 1) return {};
    }
    return {};
  }

 private:
  bool open(Node n) const { return f_.nodes_[n].open; }

  bool repair(const Condition& c, unsigned attempt) {
    const bool left = open(c.a) && (!open(c.b) || chance_.below(2) == 0);
    if (!left && !open(c.b)) return false;
    const Node changed = left ? c.a : c.b;
    const uint64_t other = values_[left ? c.b : c.a], now = values_[changed];
    const uint64_t wanted = candidate(c, other, now, attempt);
    const uint64_t kept = c.bits == 64 ? 0 : now & ~ones(c.bits);
    const uint64_t whole = kept | (wanted & ones(c.bits));
    const uint64_t a = left ? whole : other, b = left ? other : whole;
    return eval(c.op, c.bits, a, b) == c.holds && push(changed, whole, 0);
  }

  // Values that might do, the nearest first.
  uint64_t candidate(const Condition& c, uint64_t other, uint64_t now, unsigned attempt) {
    const uint64_t near[] = {other, other + 1, other - 1};
    const uint64_t far[] = {0,
                            ones(c.bits),
                            ones(c.bits - 1),
                            ones(c.bits - 1) + 1,
                            now & ~other,
                            now | (other & (0 - other)),
                            chance_.next() >> chance_.below(64),
                            other + (chance_.next() >> chance_.below(64)),
                            other - (chance_.next() >> chance_.below(64))};
    if (attempt < std::size(near)) return near[attempt];
    return chance_.below(3) == 0 ? near[chance_.below(std::size(near))] : far[chance_.below(std::size(far))];
  }

  // Makes the node this number, or one near it; false where that cannot be, and inputs are anything then.
  bool push(Node n, uint64_t want, unsigned depth) {
    using Kind = Formula::Kind;
    constexpr unsigned deepest = 400;
    const Formula::Data& d = f_.nodes_[n];
    if (depth > deepest) return false;
    if (!d.open) return values_[n] == want;
    switch (d.kind) {
      case Kind::input:
        inputs_[d.value] = want;
        return want >= f_.limits_[d.value].least && want <= f_.limits_[d.value].most;
      case Kind::byte: {
        const auto shift = static_cast<unsigned>(8 * d.value);
        // Another byte of the same input may just have been chosen.
        const Formula::Data& whole = f_.nodes_[d.a];
        const uint64_t now = whole.kind == Kind::input ? inputs_[whole.value] : values_[d.a];
        return want <= 0xff && push(d.a, (now & ~(uint64_t{0xff} << shift)) | want << shift, depth + 1);
      }
      case Kind::bytes:
        if (d.b < 8 && want >> (8 * d.b) != 0) return false;
        for (Node i = 0; i < d.b; ++i)
          if (!push(f_.parts_[d.a + i], want >> (8 * i) & 0xff, depth + 1)) return false;
        return true;
      case Kind::below: return push_below(d, want, depth);
      case Kind::alu: return push_alu(d, want, depth);
      case Kind::constant:
      case Kind::unknown: return false;
    }
    return false;
  }

  bool push_below(const Formula::Data& d, uint64_t want, unsigned depth) {
    const uint64_t limit = values_[d.b];
    if (!open(d.a) || want > 1 || (want == 1 && limit == 0)) return false;
    return push(d.a, want == 1 ? chance_.below(limit) : limit, depth + 1);
  }

  bool push_alu(const Formula::Data& d, uint64_t want, unsigned depth) {
    if (d.bits == 32 && want > UINT32_MAX) return false;
    const bool left = open(d.a) && (!open(d.b) || chance_.below(2) == 0);
    const Node changed = left ? d.a : d.b;
    const uint64_t mask = ones(d.bits), now = values_[changed];
    const Undo u{d.op, d.bits, left, want & mask, values_[left ? d.b : d.a] & mask, now & mask};
    return push(changed, (now & ~mask) | (undo(u, chance_) & mask), depth + 1);
  }

  const Formula& f_;
  Chance& chance_;
  Inputs64 inputs_;
  Values values_;
  std::vector<Condition> conditions_;
};

std::optional<Inputs64> solve(const Formula& f, std::span<const Condition> conditions, Chance& chance) {
  return Search(f, conditions, chance).run();
}

}  // namespace skep::verify
