// SPDX-License-Identifier: Apache-2.0
// Lowered: a program in the form executors run, bound to the live maps whose addresses it holds.
//
// One Step a slot, so a step's index is its instruction's: faults and line information need no table. Jumps are
// distances in bytes; every way out of the program leads to a `fault` step behind its end, and the second slot of
// a 64-bit immediate is one, so control flow is safe by construction, whatever the bytes were. What no executor
// runs became `fault` with its reason. Immutable once made; shared freely between threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "facts/target.hpp"
#include "isa/op.hpp"
#include "vm/run.hpp"

namespace skep::vm {

// isa's operations, numbered as there, and what lowering makes of calls and of what cannot run.
enum class Op : uint16_t {
#define EACH_OP(name) name,
#include "isa/each_op.inc"
#undef EACH_OP
  tail_call,  // r1 = context, r2 = address of a prog_array, r3 = index
  // Stores into a context that are no stores into memory: dst bytes at off of the structure.
  context_st,
  context_stx,
  call_given,  // call_local with a set of registers, dst, that must not be 0
  fault,       // imm: index into Lowered::faults()
#define PAIR(first, second) first##__##second,
#define TRIPLE(second, third) mov64_reg__##second##__##third,
#include "vm/pairs.inc"
#undef PAIR
#undef TRIPLE
};
inline constexpr std::size_t op_count = static_cast<std::size_t>(Op::fault) + 1
#define PAIR(first, second) +1
#define TRIPLE(second, third) +1
#include "vm/pairs.inc"
#undef PAIR
#undef TRIPLE
    ;
static_assert(static_cast<int>(Op::exit) == static_cast<int>(isa::Op::exit) &&
              static_cast<int>(Op::tail_call) == static_cast<int>(isa::Op::ld_imm64_high));
constexpr Op to_vm(isa::Op op) { return static_cast<Op>(op); }

struct Step {
  Op op;
  uint8_t dst, src;
  int32_t off;   // memory: added to the address; jumps: bytes from this step to the target
  uint64_t imm;  // sign-extended; call_helper: the HelperFn; ld_imm64: all 64 bits
};
static_assert(sizeof(Step) == 16);
inline constexpr int32_t step_bytes = sizeof(Step);

using facts::Limits;

// What a program takes for granted when it begins. A tail call finds only programs that take the same.
enum class Rests : uint8_t { on_nothing, on_proof };
struct Premise {
  Rests rests = Rests::on_nothing;
  facts::ProgType type = facts::ProgType::unspec;
  uint64_t memory_bytes = 0;  // that r1 points to, of raw programs with a proof
  bool operator==(const Premise&) const = default;
};

class Lowered {
 public:
  // What a `fault` step stands for.
  struct Reason {
    uint32_t insn;
    std::string why;
  };

  const Step* entry() const { return steps_.data(); }
  std::span<const Step> steps() const { return steps_; }
  uint32_t size() const { return size_; }  // slots of the program, without the fault steps behind it
  const std::string& name() const { return name_; }
  const Premise& premise() const { return premise_; }
  const std::vector<Reason>& faults() const { return faults_; }
  const std::vector<std::shared_ptr<maps::Map>>& maps() const { return maps_; }
  const facts::Helper& helper_at(uint32_t insn) const { return *helpers_[insn]; }

 private:
  friend class Builder;
  std::vector<Step> steps_;
  std::vector<const facts::Helper*> helpers_;  // by slot; null where no helper is called
  std::vector<Reason> faults_;
  std::vector<std::shared_ptr<maps::Map>> maps_;
  std::string name_;
  Premise premise_;
  uint32_t size_ = 0;
};

// Lowered without a Proof: only the checked interpreter accepts it.
class LoweredUnchecked {
 public:
  explicit LoweredUnchecked(Lowered code) : code_(std::move(code)) {}
  const Lowered& code() const { return code_; }

 private:
  Lowered code_;
};

// Where lower puts what it made: one call a slot in order, then finish().
class Builder {
 public:
  Builder(std::string name, const Premise& premise, std::vector<std::shared_ptr<maps::Map>> maps, std::size_t slots);

  void add(Step step);
  void add_jump(Step step, int64_t target);  // target: a slot; outside the program it becomes a fault
  void add_call(Step step, const facts::Helper& row);
  void add_fault(std::string why);
  Lowered finish();

 private:
  struct Jump {
    std::size_t from;
    int64_t target;
  };
  std::size_t fault_step(uint32_t insn, std::string why);

  Lowered made_;
  std::vector<Jump> jumps_;
};

}  // namespace skep::vm
