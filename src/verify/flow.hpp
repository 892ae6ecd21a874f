// SPDX-License-Identifier: Apache-2.0
// What can be known of a program before it is walked: its subprograms, where control goes, and where the walk has to
// look whether it was there before.
//
// analyse() asks in Linux's order, so that of several faults the same one is found first:
//
//     1  calls and function references lead into the program; at most 256 subprograms
//     2  jumps stay inside their subprogram, which ends in exit or a jump
//     3  what the types say of each subprogram fits; without types no subprogram makes tail calls or loads packet bytes
//     4  instruction by instruction: opcodes are known, 64-bit constants have two halves and a kind, loads no extra
//     fields 5  every instruction can be reached; no jump leads into a constant; loops only with the right to them
//
// Other fields of instructions (registers, reserved ones) are asked for when the walk gets there: nonsense on an edge
// that is never taken is accepted.
//
// Afterwards: every instruction belongs to one subprogram and can be reached along some edges, every edge leads to the
// first half of an instruction, and a path through a subprogram ends in an exit or never ends.
//
// Surprises. After any call, of a helper too, stands a prune point: Linux marks the instruction a call returns to. The
// order of subprograms is that of their first instructions. `loop` numbers strongly connected components in the order
// Linux prints them (log level 2); a call that runs a callback is no loop by itself.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "isa/op.hpp"
#include "module/module.hpp"
#include "verify/callee.hpp"
#include "verify/edges.hpp"
#include "verify/verify.hpp"

namespace skep::verify {

enum class Mark : uint8_t {
  prune = 1,       // compare with states that were here before
  jump = 2,        // coming here is a step of a path's history
  checkpoint = 4,  // keep the state in any case
  calls_back = 8,  // a call that runs a callback before it returns
  fastcall = 16,   // a spill or fill around a call that leaves those registers alone
  malformed = 32,  // fields that must be zero are not
  walked = 64,     // on some path that is no guess
};

// What is known of one instruction.
struct At {
  uint32_t loop = 0;    // its strongly connected component; 0: in no loop
  uint16_t live = 0;    // registers that may be read before they are written, bit by bit, from here on
  uint8_t subprog = 0;  // index into Flow::subprogs
  uint8_t marks = 0;

  bool is(Mark m) const { return (marks & static_cast<uint8_t>(m)) != 0; }
  void set(Mark m) { marks |= static_cast<uint8_t>(m); }
};
static_assert(sizeof(At) == 8);

struct Subprogram {
  uint32_t first = 0, end = 0;  // its instructions are [first, end)
  btf::TypeId type = 0;         // its func of the module's types; 0: none is known
  btf::Linkage linkage = btf::Linkage::static_;
  bool tail_calls = false;    // it contains such calls itself
  bool loads_packet = false;  // ld_abs and ld_ind
  bool loops = false;         // some path comes back to where it was
  bool may_sleep = false;     // it, or what it calls, does what only sleepable programs may do
  bool moves_packet = false;
  bool catches = false;  // the program's exception callback
  // Below this offset from r10 there are spills around calls and nothing else; 0: there are none (fastcall.hpp).
  int16_t fastcall_offset = 0;
  bool drops_fastcall = false;  // some of these spills go
  bool keeps_fastcall = false;  // some stay, so the bytes count
};

// Where control goes after an instruction, calls stepped over: first the next instruction, then where it jumps.
struct Successors {
  std::array<uint32_t, 2> at = {};
  uint32_t count = 0;
  const uint32_t* begin() const { return at.data(); }
  const uint32_t* end() const { return at.data() + count; }
};
inline Successors successors(const isa::Insn& insn, uint32_t pc) {
  if (is_exit(insn)) return {};
  Successors s;
  if (!is_goto(insn)) s.at[s.count++] = after(insn, pc);
  if (moves_on(insn)) s.at[s.count++] = static_cast<uint32_t>(jump_target(insn, pc));
  return s;
}

struct Flow {
  std::vector<isa::Op> ops;  // of every slot; the second half of a constant is Op::ld_imm64_high
  std::vector<At> at;
  std::vector<Subprogram> subprogs;  // ascending; [0] is the program itself
  std::vector<uint32_t> postorder;   // an instruction after its successors, loops aside
  bool has_types = false;            // every subprogram has its func ("func_info")
  struct KfuncCall {
    uint32_t insn;
    Callee callee;
  };
  std::vector<KfuncCall> kfuncs;  // the known ones, ascending

  // The subprogram that begins here, or null.
  const Subprogram* begins_at(uint32_t insn) const;
};

struct Inputs {
  const module::Module& module;
  const module::ProgDef& prog;
  const facts::Target& target;
  // What the instruction calls, which is a kernel function; nothing: not known. Asked once for each, in step 1.
  std::function<Result<std::optional<Callee>>(uint32_t insn)> kfunc = {};
  // Asked for each constant that names a map or a variable, in Linux's place in the order.
  std::function<Result<void>(uint32_t insn)> constant = {};
  const module::ProgDef& ruling = ruling_of(module, prog);  // whose helpers it has
};

Judged<Flow> analyse(const Inputs& in);

// The callee of a call of a helper or a kernel function; nothing: a subprogram, or not known.
std::optional<Callee> callee(const Inputs& in, const Flow& flow, uint32_t insn);

}  // namespace skep::verify
