// SPDX-License-Identifier: Apache-2.0
#include "lower/lower.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "context/context.hpp"
#include "helpers/table.hpp"
#include "isa/check.hpp"

namespace skep::lower {
namespace {

using isa::Insn;
using module::Region;

class Lowering {
 public:
  // `proof` and what is told by it may be null.
  Lowering(const module::ProgDef& program, Maps maps, const facts::Target& target, const vm::Premise& premise,
           const module::Module* module, const module::Proof* proof)
      : type_(program.type),
        insns_(program.insns),
        maps_(maps),
        target_(target),
        module_(module),
        proof_(proof),
        out_(program.name, premise, std::move(maps), program.insns.size()) {}

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
    if (proof_ != nullptr && !proof_->at[pc].reached) return out_.add_fault("no path comes here");
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
      case isa::Shape::exit:
      case isa::Shape::packet: return out_.add(s);
      case isa::Shape::load:
      case isa::Shape::store:
      case isa::Shape::atomic: return proof_ != nullptr ? proven_access(row, s, pc) : out_.add(s);
      case isa::Shape::branch:
        if (proof_ != nullptr && !proof_->at[pc].falls) s.op = vm::Op::ja;
        [[fallthrough]];
      case isa::Shape::jump: return out_.add_jump(s, after(pc) + (op == isa::Op::ja32 ? i.imm : i.off));
      case isa::Shape::call: return call(op, s, pc);
      case isa::Shape::constant: return constant(op, s, pc);
      case isa::Shape::none: break;  // check() refused these
    }
    std::unreachable();
  }

  void proven_access(const isa::Row& row, vm::Step s, std::size_t pc) {
    const module::Learnt& here = proof_->at[pc];
    switch (here.region) {
      case Region::context: return context_access(row, s);
      case Region::map_value:
        if (const auto value = folded(row, here)) {
          s.op = vm::Op::mov64_imm;
          s.imm = *value;
        }
        return out_.add(s);
      case Region::stack:
      case Region::packet:
      case Region::packet_meta:
      case Region::memory:
      case Region::several: return out_.add(s);
      case Region::none:
      case Region::map_key:
      case Region::buffer:
      case Region::flow_keys:
      case Region::socket:
      case Region::kernel_object:
      case Region::map:
      case Region::arena: return out_.add_fault("the user engine does not have what it points to yet");
      case Region::untrusted: return out_.add_fault("it reads wherever a number says, which only a kernel can");
    }
    std::unreachable();
  }

  // Loads and stores of the width `bits`, by kind: where a context's field is wider or narrower than programs think.
  static vm::Op of_width(vm::Op op, unsigned bytes) {
    using enum vm::Op;
    constexpr std::array<std::array<vm::Op, 4>, 4> widths = {{{ldx8, ldx16, ldx32, ldx64},
                                                              {ldxs8, ldxs16, ldxs32, ldx64},
                                                              {st8, st16, st32, st64},
                                                              {stx8, stx16, stx32, stx64}}};
    for (const auto& kind : widths)
      if (std::ranges::find(kind, op) != kind.end()) return kind[static_cast<std::size_t>(std::countr_zero(bytes))];
    return op;
  }

  // A context that is memory of the caller stays as it is.
  void context_access(const isa::Row& row, vm::Step s) {
    using facts::Access;
    const facts::Context context = facts::row(type_).context;
    if (context == facts::Context::syscall_buffer || context == facts::Context::raw_tracepoint_args) return out_.add(s);
    if (!context::Context::exists_for(type_)) return out_.add_fault("the user engine has no such context yet");
    const bool stores = row.shape == isa::Shape::store;
    const auto how = stores ? Access::write : row.sign_extends ? Access::read_sign_extended : Access::read;
    if (const auto real = context::Context::real_access(type_, s.off, row.bits / 8U, how)) {
      s.op = of_width(s.op, real->size);
      s.off = real->offset;
      return out_.add(s);
    }
    if (!stores) return out_.add_fault("the user engine does not have this field of the context yet");
    s.op = row.source == isa::Source::reg ? vm::Op::context_stx : vm::Op::context_st;
    s.dst = static_cast<uint8_t>(row.bits / 8U);
    out_.add(s);
  }

  // What a load of a constant always gives.
  std::optional<uint64_t> folded(const isa::Row& row, const module::Learnt& here) const {
    if (row.shape != isa::Shape::load || here.least != here.most || here.object >= maps_.size()) return std::nullopt;
    const auto value = module::constant_value(module_->maps[here.object]);
    if (!value) return std::nullopt;
    uint64_t v = 0;
    const Bytes told = value->subspan(std::min<std::size_t>(static_cast<std::size_t>(here.least), value->size()));
    if (!told.empty()) std::memcpy(&v, told.data(), std::min<std::size_t>(row.bits / 8U, told.size()));
    const unsigned above = row.sign_extends ? 64U - row.bits : 0;
    return static_cast<uint64_t>(static_cast<int64_t>(v << above) >> above);
  }

  static int64_t after(std::size_t pc) { return static_cast<int64_t>(pc) + 1; }

  void call(isa::Op op, vm::Step s, std::size_t pc) {
    const Insn& i = insns_[pc];
    if (op == isa::Op::call_local) {
      s.dst = proof_ != nullptr ? proof_->nulls_at(static_cast<uint32_t>(pc)) : uint8_t{0};
      if (s.dst != 0) s.op = vm::Op::call_given;
      return out_.add_jump(s, after(pc) + i.imm);
    }
    if (op == isa::Op::call_kfunc) return out_.add_fault("the user engine has no kfuncs yet");
    const auto id = static_cast<uint32_t>(i.imm);
    const facts::Helper* row = target_.prototype(id, type_);
    if (row == nullptr) row = target_.helper(id);
    if (row == nullptr) return out_.add_fault("there is no helper " + std::to_string(i.imm) + " on " + target_.name());
    if (row->name == "tail_call") {
      s.op = vm::Op::tail_call;
      return out_.add(s);
    }
    // Unproven, its arguments are looked at before it is found to be missing.
    vm::HelperFn function = helpers::function(row->id);
    if (function == nullptr && proof_ != nullptr)
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

  facts::ProgType type_;
  std::span<const Insn> insns_;
  Maps maps_;
  const facts::Target& target_;
  const module::Module* module_;
  const module::Proof* proof_;
  vm::Builder out_;
};

}  // namespace

vm::Lowered lower(const verify::Verified& verified, std::size_t prog, Maps maps, const facts::Target& target) {
  const module::ProgDef& program = verified.module()->progs[prog];
  const vm::Premise premise{
      .rests = vm::Rests::on_proof, .type = program.type, .memory_bytes = verified.memory_bytes()};
  return Lowering(program, std::move(maps), target, premise, verified.module().get(), verified.proof(prog).get()).run();
}

vm::LoweredUnchecked lower_unchecked(const module::ProgDef& program, Maps maps, const facts::Target& target) {
  const vm::Premise premise{.type = program.type};
  return vm::LoweredUnchecked(Lowering(program, std::move(maps), target, premise, nullptr, nullptr).run());
}

bool as_defined(const module::MapDef& def, maps::Map& map) {
  const maps::Definition& d = map.definition();
  if (d.type != def.type || d.key_size != def.key_size || d.value_size != def.value_size ||
      d.max_entries != def.max_entries || d.flags != def.flags)
    return false;
  const auto constant = module::constant_value(def);
  if (!constant) return true;
  const auto shape = map.array_shape();
  if (!map.frozen() || !shape || constant->size() > d.value_size) return false;
  const Bytes value(shape->base, d.value_size);
  return std::ranges::equal(value.first(constant->size()), *constant) &&
         std::ranges::all_of(value.subspan(constant->size()), [](uint8_t b) { return b == 0; });
}

}  // namespace skep::lower
