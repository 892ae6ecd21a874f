// SPDX-License-Identifier: Apache-2.0
// Numbers that a program computes, as expressions over what it reads; and numbers to read that make conditions true.
//
//     Formula f;
//     const Node i = f.input(0, 255, 0), scaled = f.alu(isa::Alu::lsh, 64, i, f.constant(2));
//     solve(f, {{.op = isa::Cmp::gt, .bits = 64, .a = scaled, .b = f.constant(1000), .holds = true}}, chance)
//         // {251}
//
// solve() searches: it takes a condition that does not hold, chooses a value for one side that would do, and carries
// that back to one input, operation by operation, each undone as far as it can be (Niemetz, Preiner and Biere,
// "Precise and Complete Propagation Based Local Search for Satisfiability Modulo Theories", CAV 2016). What it gives
// makes all conditions true; nothing does not mean that there is nothing. Meaning is isa's (isa/semantics.hpp).
//
// An `unknown` is a number nobody here can choose or tell; a condition that rests on one is left out. An `address` is
// an unknown that is another one in each process: where a way rests on it, no run can be repeated.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "isa/op.hpp"

namespace skep::verify {

using Node = uint32_t;

struct Condition {
  isa::Cmp op;
  unsigned bits;
  Node a, b;
  bool holds;  // or the opposite
};

using Inputs64 = std::vector<uint64_t>;  // one number for each input

class Formula {
 public:
  Node constant(uint64_t v);
  Node input(uint64_t least, uint64_t most, uint64_t at_first);  // the next one, from 0
  Node unknown();
  Node address();
  Node alu(isa::Alu op, unsigned bits, Node a, Node b);  // unary operations look at b only
  Node byte(Node of, unsigned index);
  Node bytes(std::span<const Node> low_first);  // at most eight
  Node below(Node a, Node b);                   // 1 where a < b, else 0

  std::size_t inputs() const { return limits_.size(); }
  Inputs64 first_inputs() const;
  bool is_constant(Node n) const { return nodes_[n].kind == Kind::constant; }
  bool is_known(Node n) const { return nodes_[n].sight == Sight::known; }
  bool rests_on_address(Node n) const { return nodes_[n].sight == Sight::address; }
  uint64_t value(Node n) const { return nodes_[n].value; }  // of a constant
  std::size_t size() const { return nodes_.size(); }

 private:
  friend class Search;
  friend class Values;
  enum class Kind : uint8_t { constant, input, unknown, alu, byte, bytes, below };
  enum class Sight : uint8_t { known, unknown, address };  // of several the last
  struct Data {
    Kind kind = Kind::constant;
    isa::Alu op = {};
    uint8_t bits = 64;
    bool open = false;           // it rests on an input
    Sight sight = Sight::known;  // and on what else
    Node a = 0, b = 0;           // bytes: the first of so many parts
    uint64_t value = 0;          // the constant, the input's or byte's number
  };
  struct Limit {
    uint64_t least, most, first;
  };
  Node add(const Data& d);
  std::vector<Data> nodes_;
  std::vector<Limit> limits_;
  std::vector<Node> parts_;
};

// What every node comes to for some inputs. Numbers of unknowns are 0.
class Values {
 public:
  Values(const Formula& f, std::span<const Condition> conditions, std::span<const Node> besides = {});
  void compute(const Inputs64& inputs);
  uint64_t operator[](Node n) const { return values_[n]; }
  bool holds(const Condition& c) const;
  std::vector<uint32_t> inputs() const;  // that these rest on, ascending

 private:
  const Formula& f_;
  std::vector<Node> needed_;  // ascending: operands come first
  std::vector<uint64_t> values_;
};

// splitmix64, https://prng.di.unimi.it/splitmix64.c
struct Chance {
  uint64_t state = 1;
  uint64_t next();
  uint64_t below(uint64_t n) { return n == 0 ? 0 : next() % n; }
};

std::optional<Inputs64> solve(const Formula& f, std::span<const Condition> conditions, Chance& chance);

}  // namespace skep::verify
