// SPDX-License-Identifier: Apache-2.0
// The order is Linux's: whether a program of this type may sleep, what it names, whether that function lets programs
// sleep or change its answer, the licence, and whether programs may be there at all.
//
// Which functions are open depends on how the kernel was configured: where it can inject errors, every function that is
// made for that is open, too, and a kernel's types do not say which those are. Then nothing is refused here.
#include "verify/attachment.hpp"

#include "facts/functions.hpp"
#include "verify/map_use.hpp"
#include "verify/object_errors.hpp"
#include "verify/replacement.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {
namespace {

using facts::AttachType;
using facts::has_word;
using facts::ProgType;

bool sleeps(const Question& q) { return (q.prog.flags & facts::prog_flag::sleepable) != 0; }

bool injects_errors(const Question& q) {
  return q.kernel_types != nullptr && q.kernel_types->find("within_error_injection_list", btf::Kind::func).has_value();
}

// The function that a trampoline is put to, by its own name; "": the program is attached to something else.
std::string function_of(const Question& q) {
  if (q.prog.attach_to.starts_with(module::to_program)) return "";
  if (q.type() == ProgType::lsm) return "bpf_lsm_" + q.prog.attach_to;
  const bool trampoline = q.attach_type() == AttachType::trace_fentry || q.attach_type() == AttachType::trace_fexit ||
                          q.attach_type() == AttachType::modify_return;
  return q.type() == ProgType::tracing && trampoline ? q.prog.attach_to : "";
}

Result<void> takes(const Question& q, const std::string& function) {
  const bool open = q.type() == ProgType::lsm ? has_word(facts::sleepable_lsm_hooks, function)
                                              : has_word(facts::sleepable_functions, function) || injects_errors(q);
  if (sleeps(q)) {
    if (!open) return fail(NoPlaceToSleep{.function = function});
    return {};
  }
  if (q.attach_type() != AttachType::modify_return) return {};
  if (!has_word(facts::modifiable_functions, function) && !function.starts_with("security_") && !injects_errors(q))
    return fail(NotModifiable{.function = function});
  return {};
}

Result<void> admits(const Question& q, const std::string& function) {
  if (q.type() == ProgType::lsm) {
    if (has_word(facts::disabled_lsm_hooks, function)) return fail(HookDisabled{.function = function});
    return {};
  }
  if (has_word(facts::untraceable_functions, function)) return fail(NotTraceable{.function = function});
  if (q.attach_type() != AttachType::trace_fentry && has_word(facts::noreturn_functions, function))
    return fail(NeverReturns{.function = function});
  return {};
}

}  // namespace

Result<void> check_attachment(const Question& q, const Flow& flow) {
  const ProgType type = q.prog.type;
  const facts::ProgTypeFacts& facts = facts::row(type).rare;
  if (!sleeps(q) && facts.sleeps == facts::Sleeps::must) return fail(MustSleep{.type = type});
  if (sleeps(q) && !facts::may_sleep(type, q.prog.attach_type)) return fail(MayNotSleep{.type = type});
  const bool names = facts.names == facts::NamesTarget::function || facts.names == facts::NamesTarget::program;
  if (names && q.prog.attach_to.empty()) return fail(NamesNoTarget{.type = type});
  if (type == ProgType::ext) return check_replacement(q, flow);
  const std::string function = function_of(q);
  if (!function.empty()) TRY_VOID(takes(q, function));
  if (facts.gpl_only && !q.gpl_compatible())
    return fail(ProgramGpl{.what = q.type() == ProgType::lsm ? "LSM" : "struct ops"});
  if (!function.empty()) TRY_VOID(admits(q, function));
  return {};
}

}  // namespace skep::verify
