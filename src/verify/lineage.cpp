// SPDX-License-Identifier: Apache-2.0
#include "verify/lineage.hpp"

#include "isa/op.hpp"

namespace skep::verify {
namespace {

using How = Ancestor::How;

class Search {
 public:
  Search(const module::ProgDef& prog, const PathLog& log, std::size_t point, unsigned reg)
      : prog_(prog), log_(log), at_(point), reg_(reg) {}

  std::vector<Ancestor> run() {
    for (std::size_t steps = 0; steps < most_steps && out_.size() < most && back();) ++steps;
    return std::move(out_);
  }

 private:
  static constexpr std::size_t most = 256, most_steps = 20'000;

  const isa::Insn& insn(std::size_t point) const { return prog_.insns[log_[point].insn]; }
  isa::Op op(std::size_t point) const { return isa::decode(insn(point)); }

  bool ends(How how, std::size_t point) {
    out_.push_back({how, point, reg_});
    return false;
  }
  void adds(How how, std::size_t point, std::optional<unsigned> amount = {}) {
    out_.push_back({how, point, reg_, amount});
  }

  // One step towards the beginning; false where the value has no older history.
  bool back() {
    if (at_ == 0) return ends(log_.before(0, reg_).kind == RegKind::not_init ? How::unwritten : How::given, 0);
    const std::size_t before = at_ - 1;
    const uint8_t frame = log_[at_].frame;
    if (log_[before].frame < frame) return into_caller(before);
    if (log_[before].frame > frame) return out_of_callee(before);
    const isa::Row& row = isa::row(op(before));
    switch (row.shape) {
      case isa::Shape::alu: return insn(before).dst() == reg_ ? through_alu(before, row) : pass(before);
      case isa::Shape::load: return insn(before).dst() == reg_ ? through_load(before) : pass(before);
      case isa::Shape::atomic: return fetches(before, row) ? ends(How::read, before) : pass(before);
      case isa::Shape::call:
        if (reg_ == 0) return ends(How::returned, before);
        return reg_ <= 5 ? ends(How::forgotten, before) : pass(before);
      case isa::Shape::constant: return insn(before).dst() == reg_ ? ends(How::set, before) : pass(before);
      case isa::Shape::packet:
        if (reg_ == 0) return ends(How::read, before);
        return reg_ <= 5 ? ends(How::forgotten, before) : pass(before);
      case isa::Shape::branch: return through_branch(before);
      case isa::Shape::store:
      case isa::Shape::jump:
      case isa::Shape::exit:
      case isa::Shape::none: return pass(before);
    }
    return false;
  }

  bool pass(std::size_t before) {
    at_ = before;
    return true;
  }

  bool fetches(std::size_t before, const isa::Row& row) const {
    return (row.fetch == isa::Fetch::into_src && insn(before).src() == reg_) ||
           (row.fetch == isa::Fetch::into_r0 && reg_ == 0);
  }

  bool into_caller(std::size_t call) {
    if (reg_ == 0 || reg_ > 5) return ends(How::unwritten, at_);
    return pass(call);
  }

  bool out_of_callee(std::size_t exit) {
    if (reg_ == 0) return pass(exit);
    const auto call = log_.previous_in(at_, log_[at_].frame);
    if (!call) return ends(How::unwritten, at_);
    return reg_ <= 5 ? ends(How::forgotten, *call) : pass(*call);
  }

  bool through_branch(std::size_t before) {
    const Reg &old = log_.before(before, reg_), &now = log_.before(at_, reg_);
    if (!same_knowledge(old, now)) adds(How::narrowed, before);
    return pass(before);
  }

  bool through_alu(std::size_t before, const isa::Row& row) {
    const isa::Insn& i = insn(before);
    const bool from_register = row.source == isa::Source::reg;
    const Reg& result = log_.before(at_, reg_);
    if (!row.unary && isa::alu_of(row) == isa::Alu::mov) {
      if (!from_register) return ends(How::set, before);
      if (row.bits == 32 && !same_knowledge(log_.before(before, i.src()), result)) adds(How::computed, before);
      reg_ = i.src();
      return pass(before);
    }
    if (row.unary) {
      adds(How::computed, before);
      if (row.src.use == isa::Use::rd) reg_ = i.src();
      return pass(before);
    }
    if (!result.is_pointer()) {
      adds(How::computed, before, from_register ? std::optional<unsigned>(i.src()) : std::nullopt);
      return pass(before);
    }
    const bool base_in_dst = log_.before(before, i.dst()).is_pointer();
    const unsigned base = base_in_dst ? i.dst() : i.src();
    adds(How::moved, before, from_register ? std::optional<unsigned>(base_in_dst ? i.src() : i.dst()) : std::nullopt);
    reg_ = base;
    return pass(before);
  }

  // A value that was put on the stack comes from the store that put it there.
  bool through_load(std::size_t before) {
    const isa::Insn& i = insn(before);
    const Reg& address = log_.before(before, i.src());
    if (!address.is(RegKind::stack) || !address.var.is_constant()) return ends(How::read, before);
    const int64_t slot = address.off + static_cast<int64_t>(address.var.value()) + i.off;
    for (std::size_t at = before; at-- > 0;) {
      const isa::Row& row = isa::row(op(at));
      if (row.shape != isa::Shape::store) continue;
      const Reg& to = log_.before(at, insn(at).dst());
      if (!to.is(RegKind::stack) || to.object != address.object || !to.var.is_constant()) continue;
      if (to.off + static_cast<int64_t>(to.var.value()) + insn(at).off != slot) continue;
      if (row.source != isa::Source::reg) return ends(How::set, at);
      reg_ = insn(at).src();
      return pass(at);
    }
    return ends(How::read, before);
  }

  const module::ProgDef& prog_;
  const PathLog& log_;
  std::size_t at_;
  unsigned reg_;
  std::vector<Ancestor> out_;
};

}  // namespace

std::vector<Ancestor> lineage(const module::ProgDef& prog, const PathLog& log, std::size_t point, unsigned reg) {
  return Search(prog, log, point, reg).run();
}

}  // namespace skep::verify
