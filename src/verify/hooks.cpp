// SPDX-License-Identifier: Apache-2.0
// Programs that are attached to a function, a tracepoint or an operation of the kernel: their context is its arguments,
// eight bytes each, as its prototype types them, and their answer is what it may return.
#include "btf/bits.hpp"
#include "facts/functions.hpp"
#include "facts/hook_args.hpp"
#include "facts/returns.hpp"
#include "verify/object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

using btf::Kind;
using facts::AttachType;
using facts::HookArg;
using facts::ProgType;

constexpr int64_t most_arguments = 12;

}  // namespace

// The kernel's structure behind the context that a program sees: xdp_buff for xdp_md. They are pairs in its types.
btf::TypeId Walk::kernels_context(std::string_view seen) const {
  const btf::Type pairs = q_.kernel_types->type(kernel_struct("bpf_ctx_convert"));
  for (unsigned i = 0; i + 1 < pairs.vlen; i += 2)
    if (q_.kernel_types->resolve(q_.kernel_types->member(pairs, i).type).name == seen)
      return q_.kernel_types->resolve(q_.kernel_types->member(pairs, i + 1).type).id;
  return 0;
}

Walk::Hook Walk::find_hook() const {
  Hook hook{.name = prog_.attach_to, .function = prog_.attach_to};
  if (q_.type() == ProgType::lsm) hook.function = "bpf_lsm_" + hook.name;
  if (q_.attach_type() == AttachType::trace_iter) hook.function = "bpf_iter_" + hook.name;
  if (q_.kernel_types == nullptr || prog_.attach_to.empty() || prog_.type == ProgType::ext) return hook;
  if (const auto to = module::attached_program(q_.module, prog_)) {
    hook = {.name = to->name, .of = Types::program};
    if (to->function != 0 && q_.module.btf->type(to->function).kind == Kind::func)
      hook.prototype = q_.module.btf->type(to->function).size_or_type;
    return hook;
  }
  const btf::Btf& types = *q_.kernel_types;
  auto prototype_of = [&](std::optional<btf::TypeId> function) {
    return function ? types.type(*function).size_or_type : 0;
  };
  const std::string& name = prog_.attach_to;
  if (q_.type() == ProgType::struct_ops) {
    const auto dot = name.find('.');
    const btf::TypeId record = kernel_struct(name.substr(0, dot));
    if (record == 0 || dot == std::string::npos) return hook;
    for (const btf::Member m : types.members(types.type(record))) {
      if (m.name != name.substr(dot + 1)) continue;
      const btf::Type pointer = types.resolve(m.type);
      if (pointer.kind == Kind::ptr) hook.prototype = types.resolve(pointer.size_or_type).id;
    }
    return hook;
  }
  if (q_.type() == ProgType::lsm) {
    hook.prototype = prototype_of(types.find(hook.function, Kind::func));
  } else if (q_.attach_type() == AttachType::trace_iter) {
    hook.prototype = prototype_of(types.find(hook.function, Kind::func));
  } else if (q_.attach_type() == AttachType::trace_raw_tp) {
    hook.skipped = 1;  // a pointer that is the tracepoint's own
    if (const auto type = types.find("btf_trace_" + name, Kind::typedef_)) {
      const btf::Type pointer = types.resolve(*type);
      if (pointer.kind == Kind::ptr) hook.prototype = types.resolve(pointer.size_or_type).id;
    }
  } else {
    hook.prototype = prototype_of(types.find(name, Kind::func));
  }
  return hook;
}

std::string Walk::no_hook() const {
  return hook_.name.empty() ? "what this program is attached to"
                            : "'" + hook_.name + "', which this program is attached to,";
}

// How arguments that point to structures are trusted.
RegFlags Walk::argument_flags() const {
  bool trusted = q_.attach_type() == AttachType::trace_raw_tp || q_.attach_type() == AttachType::trace_iter;
  if (q_.type() == ProgType::struct_ops) trusted = true;
  if (q_.type() == ProgType::lsm) trusted = !facts::has_word(facts::untrusted_lsm_hooks, hook_.function);
  return trusted ? RegFlags(RegFlag::trusted) : RegFlags{};
}

// Operations: a function of the kernel that stands for the program names the parameters that may be null.
bool Walk::may_be_null(unsigned index) const {
  if (q_.type() != ProgType::struct_ops) return false;
  const btf::Btf& types = *q_.kernel_types;
  std::string stand_in = hook_.name;
  stand_in.replace(stand_in.find('.'), 1, "__");
  const auto function = types.find(stand_in, Kind::func);
  if (!function) return false;
  const btf::Type prototype = types.type(types.type(*function).size_or_type);
  return index < prototype.vlen && types.param(prototype, index).name.ends_with("__nullable");
}

Result<Reg> Walk::typed_argument(unsigned index, const Access& a, int64_t off) const {
  const btf::Btf& types = *types_of(hook_.of);
  const btf::Type prototype = types.type(hook_.prototype);
  const unsigned count = prototype.vlen - hook_.skipped;
  auto refuse = [&](std::string why) { return fail(NoArgument{.off = off, .size = a.size, .why = std::move(why)}); };
  btf::TypeId id = 0;
  if (index < count) {
    id = types.param(prototype, index + hook_.skipped).type;
  } else {
    const AttachType at = q_.attach_type();
    const bool answers = at == AttachType::trace_fexit || at == AttachType::modify_return ||
                         at == AttachType::lsm_mac || at == AttachType::lsm_cgroup;
    if (index > count || !answers) return refuse("the function has " + std::to_string(count) + " arguments");
    id = prototype.size_or_type;
    const btf::Type t = types.resolve(id);
    if (at == AttachType::modify_return && t.kind != Kind::int_) return refuse("what it returns is no number");
    if (t.kind == Kind::void_) return Reg::any_number();
  }
  const btf::Type t = types.resolve(id);
  if (btf::is_number(t) || btf::is_record(t)) return Reg::any_number();
  if (t.kind != Kind::ptr) return refuse("the argument is neither a number nor a pointer");
  if (a.size != 8) return refuse("pointers are read whole");
  const bool iterator = q_.attach_type() == AttachType::trace_iter;
  const HookArg is = iterator                                       ? facts::iterator_arg(hook_.name, index)
                     : q_.attach_type() == AttachType::trace_raw_tp ? facts::tracepoint_arg(hook_.name, index)
                                                                    : HookArg::as_typed;
  if (is == HookArg::buffer_or_null) return Reg::pointer(RegKind::buf, RegFlag::maybe_null);
  if (is == HookArg::rdonly_buffer_or_null) return Reg::pointer(RegKind::buf, RegFlag::rdonly | RegFlag::maybe_null);
  const btf::Type to = types.resolve(t.size_or_type);
  if (!btf::is_record(to)) return Reg::any_number();
  Reg r = Reg::pointer(RegKind::btf, argument_flags());
  if (is == HookArg::trusted_or_null) r.flags = RegFlag::trusted | RegFlag::maybe_null;
  if (is == HookArg::plain_or_null) r.flags = RegFlag::maybe_null;
  if (may_be_null(index)) r.flags = r.flags | RegFlag::maybe_null;
  // Another program's context is the kernel's own, whatever that program's types say of it.
  const btf::Type tag = types.type(t.size_or_type);
  const bool tagged = hook_.of == Types::kernel && tag.kind == Kind::type_tag && !tag.kind_flag;
  if (tagged && tag.name == "user") r.flags = r.flags | RegFlag::user;
  if (tagged && tag.name == "percpu") r.flags = r.flags | RegFlag::percpu;
  r.object = hook_.of == Types::kernel ? to.id : kernels_context(to.name);
  if (r.object == 0) return refuse("the argument points to what is the program's own");
  // Congestion control is given its sockets as what they are.
  if (q_.type() == ProgType::struct_ops && to.name == "sock" && hook_.name.starts_with("tcp_congestion_ops."))
    r.object = kernel_struct("tcp_sock");
  return r;
}

// What an LSM hook was answered before is a number of its range. Linux brings that in line with what is known of the
// register's number so far, whatever it was, instead of forgetting it (seen in 6.18.15).
Reg Walk::answered_so_far(const Reg& old) const {
  const btf::Btf& types = *q_.kernel_types;
  const bool number = types.resolve(types.type(hook_.prototype).size_or_type).kind != Kind::void_;
  const auto rule = facts::lsm_return_rule(AttachType::lsm_mac, hook_.function,
                                           number ? facts::HookReturns::number : facts::HookReturns::nothing);
  if (rule.answer == facts::Answer::any) return Reg::any_number();
  Reg r = old;
  r.kind = RegKind::scalar;
  r.flags = {};
  r.ref = 0;
  if (old.is(RegKind::not_init)) r.var = Scalar::unknown();
  Range<uint64_t> whole = r.var.whole();
  Range<uint32_t> low = r.var.low();
  whole.keep_signed(rule.min, rule.max);
  low.keep_signed(static_cast<int32_t>(rule.min), static_cast<int32_t>(rule.max));
  r.var = Scalar::of(r.var.bits, whole, low);
  r.var.sync();
  if (!r.var.is_possible()) r.var = Scalar::of(r.var.bits, Range<uint64_t>::all(), Range<uint32_t>::all());
  return r;
}

Result<void> Walk::access_arguments(const Access& a, int64_t off) {
  auto refuse = [&](std::string why) { return fail(NoArgument{.off = off, .size = a.size, .why = std::move(why)}); };
  if (off < 0 || off >= most_arguments * 8) return refuse("there are no arguments there");
  if (a.what == Do::write && q_.type() != ProgType::lsm) return refuse("arguments are only read");
  if (off % a.size != 0) return refuse("it is not aligned");
  if (off % 8 != 0) return refuse("each argument begins at a multiple of 8");
  if (hook_.prototype == 0) return fail(NotModelled{.what = no_hook()});
  // A structure passed by value takes several eights.
  const btf::Btf& types = *types_of(hook_.of);
  const btf::Type prototype = types.type(hook_.prototype);
  unsigned index = 0;
  for (int64_t at = 0; index + hook_.skipped < prototype.vlen; ++index) {
    const uint32_t bytes = types.size_of(types.param(prototype, index + hook_.skipped).type).value_or(8);
    at += (bytes + 7) / 8 * 8;
    if (off < at) break;
  }
  if (index + hook_.skipped >= prototype.vlen) {
    int64_t end = 0;
    for (unsigned p = hook_.skipped; p < prototype.vlen; ++p)
      end += (types.size_of(types.param(prototype, p).type).value_or(8) + 7) / 8 * 8;
    index = static_cast<unsigned>(prototype.vlen - hook_.skipped + (off - end) / 8);
  }
  Reg now = TRY(typed_argument(index, a, off));
  if (a.value < 0 || a.what == Do::write) return {};
  const bool answer = index + hook_.skipped == prototype.vlen;
  if (answer && q_.attach_type() == AttachType::lsm_mac) now = answered_so_far(reg(static_cast<unsigned>(a.value)));
  if (now.maybe_null()) now.id = new_id();
  set(static_cast<unsigned>(a.value), now);
  return {};
}

// What a hook's or an operation's program may answer.
Result<void> Walk::hook_returns(unsigned answer_register) {
  if (hook_.prototype == 0) return fail(NotModelled{.what = no_hook()});
  const btf::Btf& types = *q_.kernel_types;
  const btf::Type answer = types.resolve(types.type(hook_.prototype).size_or_type);
  const bool is_void = answer.kind == Kind::void_;
  const bool by_cgroup = q_.attach_type() == AttachType::lsm_cgroup;
  if (is_void && !by_cgroup) return {};
  TRY_VOID(need(answer_register));
  if (q_.type() == ProgType::struct_ops) {
    const bool pointer = answer.kind == Kind::ptr && btf::is_record(types.resolve(answer.size_or_type));
    if (pointer && !reg(answer_register).is_null()) return fail(NotModelled{.what = "operations that return objects"});
    return {};
  }
  const facts::ReturnRule rule = facts::lsm_return_rule(
      q_.attach_type(), hook_.function, is_void ? facts::HookReturns::nothing : facts::HookReturns::number);
  if (rule.answer == facts::Answer::any) return {};
  if (!reg(answer_register).is_scalar())
    return fail(ReturnsPointer{.when = "At program exit",
                               .r = to_reg(answer_register),
                               .kind = kernel_text(reg(answer_register).type()),
                               .value = "known"});
  TRY_VOID(precision_.mark(*cur_, answer_register));
  return returns_within(reg(answer_register), rule.min, rule.max, by_cgroup ? Bits::whole : Bits::low,
                        "At program exit");
}

}  // namespace skep::verify
