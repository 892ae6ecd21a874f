// SPDX-License-Identifier: Apache-2.0
#include "verify/walk.hpp"

#include <fmt/format.h>

#include "isa/check.hpp"

namespace skep::verify {

// Linux does not look at the offset of an exit.
static bool well_formed(isa::Insn i) {
  constexpr uint8_t exit = 0x95;
  if (i.code == exit) i.off = 0;
  return isa::check(i).has_value();
}

Walk::Walk(const Question& q, Flow flow, const Kfuncs& kfuncs, Recorder* recorder, ProofNotes* notes)
    : q_(q),
      recorder_(recorder),
      notes_(notes),
      prog_(q.prog),
      target_(q.target),
      sw_(q.target.privileges()),
      has_{.forked_and_or = q.target.has(facts::Feature::forked_and_or) == facts::Support::yes,
           .swapped_bits = q.target.has(facts::Feature::swapped_bits) == facts::Support::yes,
           .linked_scalars_any = q.target.has(facts::Feature::linked_scalars_any) == facts::Support::yes,
           .linked_scalars_sync = q.target.has(facts::Feature::linked_scalars_sync) == facts::Support::yes,
           .packet_load_returns = q.target.has(facts::Feature::packet_load_returns) == facts::Support::yes},
      flow_(std::move(flow)),
      kfuncs_(kfuncs),
      functions_(flow_.subprogs.size()),
      explored_(q.prog.insns.size()),
      frames_(flow_),
      live_(q.prog.insns, flow_),
      precision_(q.prog, flow_, sw_.bpf_capable),
      comparer_{.flow = flow_,
                .uninit_stack_readable = sw_.allow_uninit_stack,
                .unrelated_numbers = q.target.has(facts::Feature::unrelated_numbers) == facts::Support::yes} {
  pointer_types_.resize(prog_.insns.size());
  if (!sw_.bypass_spec_v1 || !sw_.bypass_spec_v4) {
    fences_.resize(prog_.insns.size());
    masks_.resize(prog_.insns.size());
  }
  for (std::size_t i = 0; i < prog_.insns.size(); ++i)
    if (flow_.ops[i] != isa::Op::ld_imm64_high && !well_formed(prog_.insns[i])) flow_.at[i].set(Mark::malformed);
  for (const module::MapDef& m : q.module.maps) maps_.push_back({.def = &m, .row = &facts::row(m.type)});
  hook_ = find_hook();
  for (MapView& m : maps_) m.fields = value_fields(q, *m.def);
  for (std::size_t i = 0; i < maps_.size(); ++i)  // grows: what maps of maps hold stands behind them
    if (const module::MapDef* inner = maps_[i].def->inner.get()) {
      maps_[i].inner = static_cast<uint32_t>(maps_.size());
      maps_.push_back({.def = inner, .row = &facts::row(inner->type), .fields = value_fields(q, *inner)});
    }
}

std::size_t Walk::bytes() const {
  const std::size_t by_insn = sizeof(isa::Op) + sizeof(At) + sizeof(State*) + sizeof(RegType) + sizeof(uint32_t);
  return flow_.ops.size() * by_insn + pool_.bytes() + live_.bytes() + precision_.bytes() +
         aside_.capacity() * sizeof(Aside);
}

Result<void> Walk::run() {
  TRY_VOID(walk_main());
  for (uint32_t f = 1; f < functions_.size(); ++f) functions_[f].called |= flow_.subprogs[f].catches;
  // Global functions are verified once, each on its own, when something calls them; they may call more of them.
  for (bool again = true; again;) {
    again = false;
    for (uint32_t f = 1; f < functions_.size(); ++f) {
      if (!is_global(f) || !functions_[f].called || functions_[f].verified) continue;
      TRY_VOID(walk_global(f));
      functions_[f].verified = again = true;
    }
  }
  frames_.drop_fastcalls();
  return {};
}

Result<void> Walk::walk_main() {
  if (prog_.type == facts::ProgType::ext) return walk_global(0);
  begin_at(0);
  if (q_.type() == facts::ProgType::unspec) {
    reg(1) = q_.memory_bytes == 0 ? Reg::number(0) : Reg::pointer(RegKind::mem);
    reg(1).object = static_cast<uint32_t>(q_.memory_bytes);
    set_number(2, q_.memory_bytes);
  } else {
    reg(1) = Reg::pointer(RegKind::ctx);
  }
  return walk();
}

void Walk::begin_at(uint32_t subprog) {
  if (recorder_ != nullptr) recorder_->begun();
  cur_ = pool_.make();
  Frame& f = cur_->frame();
  f.subprog = subprog;
  functions_[subprog].entered = true;
  f.regs[10] = Reg::pointer(RegKind::stack);
  at_ = cur_->first_insn = flow_.subprogs[subprog].first;
  cur_->in_sleepable = (prog_.flags & facts::prog_flag::sleepable) != 0;
  previous_ = no_insn;
}

Result<void> Walk::walk() {
  const uint64_t most = target_.limits().processed_insns;
  for (;;) {
    if (++effort.processed > most) return fail(TooComplex{.most = most, .processed = effort.processed});
    stepped_ = ended_ = false;
    cur_->last_insn = previous_;
    cur_->insn = at_;
    if (notes_ != nullptr && !cur_->guessed) notes_->arrives(*cur_, at_, previous_);
    const At& here = flow_.at[at_];
    if (here.is(Mark::prune) && TRY(seen_before())) {
      ended_ = true;
      if (recorder_ != nullptr) recorder_->seen(at_);
    } else {
      if (here.is(Mark::jump)) note_step();
      next_ = at_ + 1;
      if (recorder_ != nullptr) recorder_->step(at_, *cur_);
      if (!live_.stands()) live_.stand(chain_of(*cur_));
      live_.begin(at_);
      TRY_VOID(step_guarded());
      live_.commit();
    }
    if (!ended_) {
      previous_ = at_;
      at_ = next_;
      continue;
    }
    live_.update(chain_of(*cur_));
    TRY_VOID(path_ended());
    if (next_path() == More::no) return {};
  }
}

CallChain Walk::chain_of(const State& s) {
  CallChain chain{.top = s.top};
  for (unsigned f = 0; f <= s.top; ++f) chain.calls[f] = {s.frames[f]->callsite, s.frames[f]->subprog};
  return chain;
}

Walk::More Walk::next_path() {
  live_.leave();
  pool_.release(cur_);
  cur_ = nullptr;
  if (aside_.empty()) {
    forget_explored();
    return More::no;
  }
  if (recorder_ != nullptr) recorder_->resumed();
  const Aside a = aside_.back();
  aside_.pop_back();
  cur_ = a.state;
  at_ = a.insn;
  previous_ = a.previous;
  return More::yes;
}

// They go on counting: the peak that Linux prints is of all functions together.
void Walk::forget_explored() {
  for (State*& head : explored_)
    for (; head != nullptr;) {
      State* next = head->next;
      pool_.release(head);
      head = next;
    }
  loops_.clear();
}

Result<State*> Walk::put_aside(uint32_t insn, uint32_t from, Waits what) {
  State* s = pool_.copy(*cur_);
  if (s->parent != nullptr) ++s->parent->branches;
  TRY_VOID(walk_later({s, insn, from}, what));
  return s;
}

Result<void> Walk::walk_later(const Aside& a, Waits what) {
  aside_.push_back(a);
  if (recorder_ != nullptr) recorder_->aside();
  const std::size_t count = aside_.size(), most = target_.limits().jump_sequence;
  if (count <= most) return {};
  switch (what) {
    case Waits::branch: return fail(TooManyBranches{.count = count, .most = most, .of = ""});
    case Waits::later_callback: return fail(TooManyBranches{.count = count, .most = most, .of = " for async cb"});
    case Waits::round:
      return fail(TooManyRounds{.count = count, .most = most, .what = "another round of this loop", .then = ""});
    case Waits::masked: {
      const std::string r = fmt::format("R{}", prog_.insns[at_].dst());
      return fail(TooManyRounds{.count = count,
                                .most = most,
                                .what = r + " as a processor that guesses may see it",
                                .then = "\n" + r +
                                        " could not be pushed for speculative verification, pointer "
                                        "arithmetic with it prohibited for !root"});
    }
    case Waits::refused_lock: break;
  }
  return fail(TooManyRounds{.count = count,
                            .most = most,
                            .what = "the lock refused",
                            .then = "\nfailed to push state for failed lock acquisition"});
}

Step& Walk::note_step() {
  if (!stepped_) {
    if (cur_->history.empty()) cur_->history.reserve(4);
    cur_->history.push_back({.insn = at_, .previous = previous_});
  }
  stepped_ = true;
  return cur_->history.back();
}

Result<void> Walk::step() {
  if (flow_.at[at_].is(Mark::malformed)) return reserved_fields();
  const isa::Insn& i = prog_.insns[at_];
  const isa::Row& row = isa::row(flow_.ops[at_]);
  switch (row.shape) {
    case isa::Shape::alu: return alu(i, row);
    case isa::Shape::load: return load(i, row);
    case isa::Shape::store: return store(i, row);
    case isa::Shape::atomic: return atomic(i, row);
    case isa::Shape::branch: ++jumps_; return branch(i, row);
    case isa::Shape::jump: ++jumps_; return goes(i);
    case isa::Shape::call: ++jumps_; return call(i);
    case isa::Shape::exit: ++jumps_; return exit();
    case isa::Shape::constant: return constant(i);
    case isa::Shape::packet: return packet_load(i, row);
    case isa::Shape::none: return reserved_fields();
  }
  return fail(InternalFault{.what = "an instruction of no shape", .at = {at_}});
}

Result<void> Walk::goes(const isa::Insn& i) {
  if (flow_.ops[at_] == isa::Op::may_goto) return may_goto(i);
  jump(flow_.ops[at_] == isa::Op::ja32 ? i.imm : i.off);
  return {};
}

Result<void> Walk::call(const isa::Insn& i) {
  switch (i.src()) {
    case 1: return call_subprogram(i);
    case 2: return call_kfunc(i);
    default: return call_helper(i);
  }
}

Result<void> Walk::reserved_fields() {
  const isa::Insn& i = prog_.insns[at_];
  static constexpr std::string_view classes[] = {"LD_[ABS|IND]", "LDX", "ST", "STX", "ALU", "JMP", "JMP/JMP32", "ALU"};
  std::string_view what = classes[i.code & 7];
  const unsigned operation = i.code & 0xf0;
  if (i.dst() > 10 || i.src() > 10) return fail(NoSuchRegister{.r = {std::max(i.dst(), i.src())}});
  if (i.code == 0xe5) return fail(NoSuchBudget{.imm = i.imm});
  if (what == "STX" && (i.code & 0xe0) == 0xc0) {
    const bool narrow = (i.code & 0x18) == 0x08 || (i.code & 0x18) == 0x10;
    if (narrow) return fail(AtomicWidth{.bits = (i.code & 0x18) == 0x08 ? 16U : 8U});
    return fail(NoSuchAtomic{.operation = fmt::format("{:02x}", static_cast<uint32_t>(i.imm))});
  }
  if (isa::is_ld_imm64(i)) what = "LD_IMM64";
  if (what == "ALU" && operation == 0xb0) what = "MOV";
  if (what == "ALU" && operation == 0x80) what = "NEG";
  if (what == "ALU" && operation == 0xd0) what = "END";
  if (what == "JMP") what = operation == 0x80 ? "CALL" : operation == 0x90 ? "EXIT" : "JMP/JMP32";
  if (what == "JMP/JMP32" && operation == 0) what = "JA";
  if (what == "JMP/JMP32") TRY_VOID(need(i.dst()));
  return fail(ReservedFields{.what = std::string(what)});
}

bool Walk::is_global(uint32_t subprog) const {
  return flow_.has_types && flow_.subprogs[subprog].linkage == btf::Linkage::global;
}

void Walk::give_id(Reg& r) {
  if (!r.is_scalar()) return;
  if ((r.id & id_adds) != 0) r.id = 0, r.off = 0;
  if (r.id == 0 && !r.var.is_constant()) r.id = new_id();
}

}  // namespace skep::verify
