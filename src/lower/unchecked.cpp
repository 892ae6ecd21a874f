// SPDX-License-Identifier: Apache-2.0
#include "lower/unchecked.hpp"

#include "helpers/table.hpp"
#include "isa/check.hpp"

namespace skep::lower {
namespace {

using isa::Insn;

class Lowering {
 public:
  Lowering(const module::ProgDef& program, std::vector<std::shared_ptr<maps::Map>> maps, const facts::Target& target)
      : insns_(program.insns),
        maps_(maps),
        target_(target),
        out_(program.name, std::move(maps), program.insns.size()) {}

  vm::Lowered run() {
    for (std::size_t pc = 0; pc < insns_.size(); ++pc) {
      step(pc);
      if (isa::is_ld_imm64(insns_[pc]) && pc + 1 < insns_.size()) {
        ++pc;
        out_.add_fault("it is the second half of a 64-bit immediate");
      }
    }
    return out_.finish();
  }

 private:
  void step(std::size_t pc) {
    const Insn& i = insns_[pc];
    if (auto fine = isa::check(i); !fine) return out_.add_fault(fine.error().message());
    isa::Op op = isa::decode(i);
    const isa::Row& row = isa::row(op);
    vm::Step s{.op = vm::to_vm(op),
               .dst = i.dst(),
               .src = i.src(),
               .off = i.off,
               .imm = static_cast<uint64_t>(int64_t{i.imm})};
    switch (row.shape) {
      case isa::Shape::alu:
      case isa::Shape::load:
      case isa::Shape::store:
      case isa::Shape::atomic:
      case isa::Shape::exit:
      case isa::Shape::packet: return out_.add(s);
      case isa::Shape::branch:
      case isa::Shape::jump: return out_.add_jump(s, after(pc) + (op == isa::Op::ja32 ? i.imm : i.off));
      case isa::Shape::call: return call(op, s, pc);
      case isa::Shape::constant: return constant(op, s, pc);
      case isa::Shape::none: break;  // check() refused these
    }
    std::unreachable();
  }

  static int64_t after(std::size_t pc) { return static_cast<int64_t>(pc) + 1; }

  void call(isa::Op op, vm::Step s, std::size_t pc) {
    const Insn& i = insns_[pc];
    if (op == isa::Op::call_local) return out_.add_jump(s, after(pc) + i.imm);
    if (op == isa::Op::call_kfunc) return out_.add_fault("the user engine has no kfuncs yet");
    const facts::Helper* row = target_.helper(static_cast<uint32_t>(i.imm));
    if (row == nullptr) return out_.add_fault("there is no helper " + std::to_string(i.imm) + " on " + target_.name());
    if (row->name == "tail_call") {
      s.op = vm::Op::tail_call;
      return out_.add(s);
    }
    vm::HelperFn function = helpers::function(row->id);
    if (function == nullptr)
      return out_.add_fault("the user engine does not have the helper " + std::string(row->name) + " yet");
    s.imm = reinterpret_cast<uint64_t>(function);
    out_.add_call(s, *row);
  }

  void constant(isa::Op op, vm::Step s, std::size_t pc) {
    if (pc + 1 >= insns_.size()) return out_.add_fault("the second half of its 64-bit immediate is missing");
    const Insn& high = insns_[pc + 1];
    if (auto fine = isa::check_high(insns_[pc], high); !fine) return out_.add_fault(fine.error().message());
    s.op = vm::Op::ld_imm64;
    if (op == isa::Op::ld_imm64) {
      s.imm = isa::imm64(insns_[pc], high);
      return out_.add(s);
    }
    if (op == isa::Op::ld_var) return out_.add_fault("the user engine has no kernel variables");
    if (op == isa::Op::ld_func) return out_.add_fault("the user engine has no callbacks yet");
    auto index = static_cast<uint32_t>(insns_[pc].imm);
    if (index >= maps_.size())
      return out_.add_fault("it names map " + std::to_string(index) + "; there are " + std::to_string(maps_.size()));
    maps::Map& map = *maps_[index];
    s.imm = reinterpret_cast<uint64_t>(&map);
    if (op == isa::Op::ld_map_fd || op == isa::Op::ld_map_idx) return out_.add(s);
    // Direct access to a value is for arrays of one element or more; the offset is into the first (global data).
    auto shape = map.array_shape();
    auto offset = static_cast<uint32_t>(high.imm);
    if (!shape || shape->lane_stride != 0 || offset >= map.definition().value_size)
      return out_.add_fault("byte " + std::to_string(offset) + " of map " + map.definition().name +
                            " has no address of its own");
    s.imm = reinterpret_cast<uint64_t>(shape->base) + offset;
    out_.add(s);
  }

  std::span<const Insn> insns_;
  std::vector<std::shared_ptr<maps::Map>> maps_;
  const facts::Target& target_;
  vm::Builder out_;
};

}  // namespace

vm::LoweredUnchecked lower_unchecked(const module::ProgDef& program, std::vector<std::shared_ptr<maps::Map>> maps,
                                     const facts::Target& target) {
  return vm::LoweredUnchecked(Lowering(program, std::move(maps), target).run());
}

}  // namespace skep::lower
