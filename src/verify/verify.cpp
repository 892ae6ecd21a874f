// SPDX-License-Identifier: Apache-2.0
#include "verify/verify.hpp"

#include <array>

#include "verify/call_errors.hpp"
#include "verify/map_use.hpp"
#include "verify/object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {

std::string_view name_of(Answer a) {
  static constexpr std::array<std::string_view, 4> names = {"accepted", "rejected", "attr", "unknown"};
  return names[static_cast<std::size_t>(a)];
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
  if (q.type() == facts::ProgType::unspec) return {};  // raw: skep's own
  if (!facts::may_load(q.type(), q.target.caps())) return fail(NeedsCapability{.type = q.type()});
  if (!facts::takes_attach(q.type(), q.attach_type()))
    return fail(AttachTypeNotTaken{.type = q.type(), .attach = q.attach_type()});
  return {};
}

// The instruction that a diagnostic of the control flow names.
static uint32_t named_place(const Error& e) {
  for (const Field& f : e.fields())
    if (f.name == "at" || f.name == "from" || f.name == "in") {
      if (const auto* n = std::get_if<int64_t>(&f.value)) return static_cast<uint32_t>(*n);
      const auto& text = std::get<std::string>(f.value);
      if (text.starts_with("insn ")) return static_cast<uint32_t>(std::stoul(text.substr(5)));
    }
  return 0;
}

static Verdict answer(const Question& q, Recorder* recorder) {
  Verdict v;
  if (auto ok = attributes(q); !ok) {
    v.answer = Answer::attr;
    v.rejection = Rejection{std::move(ok).error(), 0};
    return v;
  }
  auto refuse = [&](Error&& e, uint32_t insn) {
    v.answer = &e.row() == &NotModelled::row ? Answer::unknown : Answer::rejected;
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
    const uint32_t place = named_place(flow.error());
    refuse(std::move(flow).error(), place);
    return v;
  }
  if (facts::row(q.type()).rare.gpl_only && !q.gpl_compatible()) {
    const bool hook = q.type() == facts::ProgType::lsm;
    refuse(std::move(fail(ProgramGpl{.what = hook ? "LSM" : "struct ops"}).error()), 0);
    return v;
  }
  Walk walk(q, *std::move(flow), kfuncs, recorder);
  auto done = walk.run();
  v.effort = walk.effort;
  v.effort.stack_depth = walk.frames().total();
  if (!done) {
    refuse(std::move(done).error(), walk.at());
    return v;
  }
  if (auto depth = check_stack_depth(inputs, walk.flow(), walk.frames()); !depth) {
    refuse(std::move(depth).error(), 0);
    return v;
  }
  if (const auto missing = walk.missing_kfunc()) {
    refuse(fail(KfuncMissing{.at = {*missing}}).error(), *missing);
    return v;
  }
  v.effort.stack_depth += walk.inlined_loops_stack();
  v.answer = Answer::accepted;
  return v;
}

Verdict verify(const Question& q) { return answer(q, nullptr); }
Verdict verify(const Question& q, Recorder& recorder) { return answer(q, &recorder); }

}  // namespace skep::verify
