// SPDX-License-Identifier: Apache-2.0
#include "verify/verify.hpp"

#include <algorithm>
#include <array>

#include "verify/attachment.hpp"
#include "verify/call_errors.hpp"
#include "verify/map_use.hpp"
#include "verify/object_errors.hpp"
#include "verify/rejections.hpp"
#include "verify/verified.hpp"
#include "verify/walk.hpp"

namespace skep::verify {

std::string_view name_of(Answer a) {
  static constexpr std::array<std::string_view, 4> names = {"accepted", "rejected", "attr", "unknown"};
  return names[static_cast<std::size_t>(a)];
}

const module::ProgDef& ruling_of(const module::Module& module, const module::ProgDef& prog) {
  if (prog.type != facts::ProgType::ext) return prog;
  const auto to = module::attached_program(module, prog);
  return to ? module.progs[to->prog] : prog;
}

bool Question::gpl_compatible() const {
  // include/linux/license.h's words, which the module loader documents.
  for (std::string_view l :
       {"GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"})
    if (module.license == l) return true;
  return false;
}

// What bpf(2) asks before the verifier sees the program.
static Result<void> attributes(const Question& q) {
  const module::ProgDef& p = q.prog;
  if (p.type == facts::ProgType::unspec) return {};  // raw: skep's own
  if (!facts::may_load(p.type, q.target.caps())) return fail(NeedsCapability{.type = p.type});
  if (!facts::takes_attach(p.type, p.attach_type))
    return fail(AttachTypeNotTaken{.type = p.type, .attach = p.attach_type});
  return {};
}

namespace {
enum class Notes : uint8_t { no, yes };
struct Answered {
  Verdict verdict;
  module::Proof proof;  // of what is accepted, where notes were taken
};
}  // namespace

static Answered answer(const Question& q, Recorder* recorder, Notes take_notes) {
  Answered out;
  Verdict& v = out.verdict;
  if (auto ok = attributes(q); !ok) {
    v.answer = Answer::attr;
    v.rejection = Rejection{std::move(ok).error(), 0};
    return out;
  }
  auto refuse = [&](Error&& e, uint32_t insn) {
    v.answer = refuses(e.row()) ? Answer::rejected : Answer::unknown;
    v.rejection = Rejection{std::move(e), insn};
  };
  MapUse maps(q);
  Kfuncs kfuncs(q);
  const Inputs inputs{.module = q.module,
                      .prog = q.prog,
                      .target = q.target,
                      .kfunc = [&](uint32_t insn) { return kfuncs.callee(insn); },
                      .constant = [&](uint32_t insn) { return maps.constant(insn); }};
  auto flow = analyse(inputs);
  if (!flow) {
    refuse(std::move(flow.error().error), flow.error().insn);
    return out;
  }
  if (auto ok = check_attachment(q, *flow); !ok) {
    refuse(std::move(ok).error(), 0);
    return out;
  }
  auto has = [&](facts::Feature f) { return q.target.has(f) == facts::Support::yes; };
  const ScalarRulesScope rules(
      {.low_pieces = has(facts::Feature::low_pieces), .single_members = has(facts::Feature::single_members)});
  std::optional<ProofNotes> notes;
  if (take_notes == Notes::yes) notes.emplace(q.prog, *flow);
  Walk walk(q, *std::move(flow), kfuncs, recorder, notes ? &*notes : nullptr);
  auto done = walk.run();
  v.effort = walk.effort;
  v.effort.stack_depth = walk.frames().total();
  v.effort.peak_bytes = walk.bytes();
  if (!done) {
    refuse(std::move(done).error(), walk.at());
    return out;
  }
  if (auto depth = check_stack_depth(inputs, walk.flow(), walk.frames()); !depth) {
    refuse(std::move(depth.error().error), depth.error().insn);
    return out;
  }
  if (const auto missing = walk.missing_kfunc()) {
    refuse(fail(KfuncMissing{.at = {*missing}}).error(), *missing);
    return out;
  }
  if (auto left = walk.functions_left(); !left) {
    refuse(std::move(left).error(), 0);
    return out;
  }
  v.effort.stack_depth += walk.loops_stack();
  v.answer = Answer::accepted;
  if (notes) out.proof = std::move(*notes).finish();
  return out;
}

Verdict verify(const Question& q) { return answer(q, nullptr, Notes::no).verdict; }
Verdict verify(const Question& q, Recorder& recorder) { return answer(q, &recorder, Notes::no).verdict; }

bool refuses(const Diagnostic& row) {
  if (&row == &NotModelled::row || &row == &ReplacedElsewhere::row) return false;
  return std::ranges::find(rejections(), &row) != rejections().end();
}

// ---- Verified -----------------------------------------------------------------------------------------------------

// `first`, and every program that tail calls can reach from it by what prog arrays hold at first.
static std::vector<std::size_t> with_tail_calls(const module::Module& module, std::size_t first) {
  std::vector<std::size_t> found = {first};
  for (std::size_t i = 0; i < found.size(); ++i)
    for (const isa::Insn& insn : module.progs[found[i]].insns) {
      const auto map = static_cast<uint32_t>(insn.imm);
      if (!isa::is_ld_imm64(insn) || (insn.src() != 1 && insn.src() != 5) || map >= module.maps.size()) continue;
      if (module.maps[map].type != facts::MapType::prog_array) continue;
      for (const module::Slot& slot : module.maps[map].slots)
        if (slot.index < module.progs.size() && std::ranges::find(found, slot.index) == found.end())
          found.push_back(slot.index);
    }
  return found;
}

std::expected<Verified, Refused> verify(std::shared_ptr<const module::Module> module, const facts::Target& target,
                                        const Terms& terms) {
  std::vector<std::size_t> wanted;
  if (terms.program)
    wanted = with_tail_calls(*module, *terms.program);
  else
    for (std::size_t i = 0; i < std::min(module->progs.size(), terms.judged); ++i) wanted.push_back(i);
  Verified out(std::move(module), terms.memory_bytes);
  btf::Shared types;
  for (const std::size_t i : wanted) {
    auto ask = [&] {
      const Question q{.module = *out.module_,
                       .prog = out.module_->progs[i],
                       .target = target,
                       .options = terms.options,
                       .memory_bytes = terms.memory_bytes,
                       .kernel_types = types};
      return answer(q, nullptr, Notes::yes);
    };
    Answered one = ask();
    // The kernel's types are large, and few programs need them: they are read when a verdict may depend on them.
    if (one.verdict.answer != Answer::accepted && types == nullptr && terms.kernel_types) {
      types = terms.kernel_types();
      if (types != nullptr) one = ask();
    }
    if (one.verdict.answer != Answer::accepted) return std::unexpected(Refused{i, std::move(one.verdict)});
    out.proofs_[i] = std::make_shared<const module::Proof>(std::move(one.proof));
    out.effort_[i] = one.verdict.effort;
  }
  return out;
}

}  // namespace skep::verify
