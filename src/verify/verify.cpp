// SPDX-License-Identifier: Apache-2.0
#include "verify/verify.hpp"

#include <array>

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

Verdict verify(const Question& q) {
  Verdict v;
  auto refuse = [&](Error&& e, uint32_t insn) {
    v.answer = &e.row() == &NotModelled::row ? Answer::unknown : Answer::rejected;
    v.rejection = Rejection{std::move(e), insn};
  };
  auto flow = analyse({.module = q.module, .prog = q.prog, .target = q.target});
  if (!flow) {
    refuse(std::move(flow).error(), 0);
    return v;
  }
  Walk walk(q, *std::move(flow));
  auto done = walk.run();
  v.effort = walk.effort;
  if (!done) {
    refuse(std::move(done).error(), walk.at());
    return v;
  }
  v.answer = Answer::accepted;
  return v;
}

}  // namespace skep::verify
