// SPDX-License-Identifier: Apache-2.0
// The kernel functions that a program calls: their prototypes in the target's BTF, read once, where the names of
// parameters say what BTF cannot (`mem` and `mem__sz`: memory and its size), joined with their rows (facts/kfuncs.hpp).
#pragma once

#include <array>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "btf/types.hpp"
#include "facts/kfuncs.hpp"
#include "verify/callee.hpp"
#include "verify/verify.hpp"

namespace skep::verify {

// What a parameter takes, by its prototype alone.
enum class KfuncArg : uint8_t {
  ignored,
  number,
  pointer,  // to a kernel object if the register points to one, to plain memory otherwise
  ctx,
  alloc_object,
  refcounted,
  dynptr,
  iterator,
  list_head,
  list_node,
  rb_root,
  rb_node,
  const_str,
  map,
  work_queue,
  task_work,
  irq_flag,
  res_lock,
  callback,
};

// What a number says besides: it must be known, or is the size of what the function returns.
enum class KfuncNumber : uint8_t { plain, constant, size_of_result, size_of_writable_result };
// Whether the next parameter is the size of this one's memory.
enum class KfuncSized : uint8_t { no, by_next, by_constant_next };

struct KfuncParam {
  KfuncArg kind = KfuncArg::number;
  KfuncNumber number = KfuncNumber::plain;
  KfuncSized sized = KfuncSized::no;
  bool nullable = false;
  bool optional = false;  // memory: may be null whatever its size
  bool fills = false;     // what it points to is made by the call
  btf::TypeId type = 0;   // what a pointer points to, behind typedefs and qualifiers
};

struct KernelFunction {
  std::string name;
  const facts::Kfunc* row;  // null: nobody may call it
  btf::TypeId type = 0;     // its func
  std::array<KfuncParam, 5> params = {};
  uint8_t count = 0;
  uint32_t declared = 0;     // parameters, those that do not fit included
  btf::TypeId returned = 0;  // behind typedefs and qualifiers

  bool is(facts::KfuncFlag f) const { return row != nullptr && row->is(f); }
  facts::KfuncRule rule() const { return row == nullptr ? facts::KfuncRule::none : row->rare.rule; }
  bool moves_packet() const { return rule() == facts::KfuncRule::xdp_pull_data; }
};

class Kfuncs {
 public:
  explicit Kfuncs(const Question& q) : q_(q) {}

  // Of a call; what Linux refuses when it collects a program's functions. Nothing: it may not be called, which is
  // refused when the walk gets there.
  Result<std::optional<Callee>> callee(uint32_t insn);
  // Null: an absent one, which may be named and must not be reached.
  const KernelFunction* at(uint32_t insn) const;

 private:
  struct Call {
    uint32_t insn;
    const KernelFunction* function;
  };
  Result<const KernelFunction*> find(uint32_t insn);
  KernelFunction describe(btf::TypeId id) const;

  const Question& q_;
  std::list<KernelFunction> functions_;  // empty without taking memory, and they stay where they are
  std::vector<Call> calls_;              // ascending
};

// Whether an object of the kernel's structure `have` has a `want` at byte `off`: is one, or begins with one there.
enum class Exact : uint8_t { no, yes };  // yes: it is one, and off is 0
bool struct_at(const btf::Btf& types, btf::TypeId have, int64_t off, btf::TypeId want, Exact exact);

// The kernel's structure behind the context of programs of a type; 0: none.
btf::TypeId kernel_context(const btf::Btf& types, facts::ProgType type);

// Numbers, and structures of nothing but numbers.
bool is_plain_data(const btf::Btf& types, btf::TypeId id);

}  // namespace skep::verify
