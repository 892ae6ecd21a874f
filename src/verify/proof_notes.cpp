// SPDX-License-Identifier: Apache-2.0
#include "verify/proof_notes.hpp"

#include <limits>

namespace skep::verify {
namespace {

using module::HeldKind, module::Learnt, module::Region;

constexpr uint32_t many = std::numeric_limits<uint32_t>::max();

Region region_of(const Reg& r) {
  switch (r.kind) {
    case RegKind::ctx: return Region::context;
    case RegKind::stack: return Region::stack;
    case RegKind::map_value: return Region::map_value;
    case RegKind::map_key: return Region::map_key;
    case RegKind::packet: return Region::packet;
    case RegKind::packet_meta: return Region::packet_meta;
    case RegKind::mem: return r.flags.has(RegFlag::untrusted) ? Region::untrusted : Region::memory;
    case RegKind::tp_buffer:
    case RegKind::buf: return Region::buffer;
    case RegKind::flow_keys: return Region::flow_keys;
    case RegKind::socket:
    case RegKind::sock_common:
    case RegKind::tcp_sock:
    case RegKind::xdp_sock: return Region::socket;
    case RegKind::btf: return Region::kernel_object;
    case RegKind::map: return Region::map;
    case RegKind::arena: return Region::arena;
    case RegKind::not_init:
    case RegKind::scalar:
    case RegKind::packet_end:
    case RegKind::func:
    case RegKind::dynptr: return Region::none;  // no access goes through them: this one is about to be refused
  }
  return Region::none;
}

// Of two paths that go into different regions.
Region both(Region a, Region b) {
  auto careful = [](Region r) { return r == Region::untrusted || r == Region::kernel_object; };
  return careful(a) || careful(b) ? Region::untrusted : Region::several;
}

uint32_t object_of(const State& s, const Reg& r) {
  return r.is(RegKind::stack) ? s.top - r.object : r.is_map_address() || r.is(RegKind::mem) ? r.object : 0;
}

int32_t limited_sum(int64_t fixed, int64_t end) {
  int64_t sum;
  if (__builtin_add_overflow(fixed, end, &sum)) sum = end;
  return static_cast<int32_t>(
      std::clamp<int64_t>(sum, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()));
}

HeldKind kind_of(Held h) {
  switch (h) {
    case Held::reference: return HeldKind::reference;
    case Held::irq_state: return HeldKind::irq_state;
    case Held::spin_lock: return HeldKind::spin_lock;
    case Held::res_lock: return HeldKind::res_lock;
    case Held::res_lock_irq: return HeldKind::res_lock_irq;
  }
  return HeldKind::reference;
}

}  // namespace

ProofNotes::ProofNotes(const module::ProgDef& prog, const Flow& flow) : prog_(prog), roles_(prog.insns.size()) {
  proof_.at.resize(prog.insns.size());
  for (std::size_t i = 0; i < prog.insns.size(); ++i) {
    const isa::Row& row = isa::row(flow.ops[i]);
    const bool back = (flow.ops[i] == isa::Op::ja32 ? prog.insns[i].imm : prog.insns[i].off) < 0;
    switch (row.shape) {
      case isa::Shape::load: roles_[i] = Role::through_src; break;
      case isa::Shape::store:
      case isa::Shape::atomic: roles_[i] = Role::through_dst; break;
      case isa::Shape::call: roles_[i] = Role::may_stop; break;
      case isa::Shape::branch:
      case isa::Shape::jump: roles_[i] = back ? Role::may_stop : Role::none; break;
      case isa::Shape::alu:
      case isa::Shape::exit:
      case isa::Shape::constant:
      case isa::Shape::packet:
      case isa::Shape::none: break;
    }
  }
}

void ProofNotes::look(const State& s, uint32_t at) {
  const isa::Insn& i = prog_.insns[at];
  switch (roles_[at]) {
    case Role::none: return;
    case Role::through_src: return note_access(s, s.reg(i.src()), at);
    case Role::through_dst: return note_access(s, s.reg(i.dst()), at);
    case Role::may_stop: return note_held(s, at);
  }
}

void ProofNotes::note_access(const State& s, const Reg& pointer, uint32_t at) {
  Learnt& here = proof_.at[at];
  const int64_t fixed = int64_t{prog_.insns[at].off} + pointer.off;
  const Learnt now{.region = region_of(pointer),
                   .object = object_of(s, pointer),
                   .least = limited_sum(fixed, pointer.var.smin),
                   .most = limited_sum(fixed, pointer.var.smax)};
  if (here.region == Region::none) {
    here.region = now.region;
    here.object = now.object;
    here.least = now.least;
    here.most = now.most;
    return;
  }
  if (here.region != now.region) here.region = both(here.region, now.region);
  if (here.object != now.object) here.object = many;
  here.least = std::min(here.least, now.least);
  here.most = std::max(here.most, now.most);
}

void ProofNotes::note_held(const State& s, uint32_t at) {
  auto note = [&](HeldKind kind, uint32_t acquired) {
    const module::Held h{.insn = at, .kind = kind, .acquired = acquired};
    if (std::ranges::find(proof_.held, h) == proof_.held.end()) proof_.held.push_back(h);
  };
  for (const Reference& r : s.held) note(kind_of(r.kind), r.insn);
  if (s.rcu_locks != 0) note(HeldKind::rcu, 0);
  if (s.preempt_locks != 0) note(HeldKind::preemption_off, 0);
}

void ProofNotes::key(uint32_t insn, std::optional<uint64_t> key) {
  const auto [at, is_new] = keys_.try_emplace(insn, key);
  if (!is_new && at->second != key) at->second = std::nullopt;
}

module::Proof ProofNotes::finish() && {
  for (const auto& [insn, key] : keys_)
    if (key) proof_.keys.push_back({insn, *key});
  for (const auto& [insn, registers] : nulls_) proof_.nulls.push_back({insn, registers});
  std::ranges::sort(proof_.held, {}, [](const module::Held& h) { return std::tuple(h.insn, h.kind, h.acquired); });
  return std::move(proof_);
}

}  // namespace skep::verify
