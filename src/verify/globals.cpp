// SPDX-License-Identifier: Apache-2.0
// Global functions: each is walked once, with whatever its prototype allows, and a call of it is not followed: its
// arguments keep the prototype's promise, and its answer is any number.
#include <fmt/format.h>

#include "verify/call_errors.hpp"
#include "verify/functions.hpp"
#include "verify/object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

Reg parameter(const Param& p) {
  RegFlags flags;
  if (p.or_null) flags = RegFlag::maybe_null;
  Reg r;
  switch (p.kind) {
    case ParamKind::number:
    case ParamKind::arena: return Reg::any_number();
    case ParamKind::ctx: return Reg::pointer(RegKind::ctx);
    case ParamKind::memory:
      r = Reg::pointer(RegKind::mem, flags);
      r.object = p.size;
      return r;
    case ParamKind::dynptr:
      r = Reg::pointer(RegKind::dynptr);
      r.object = static_cast<uint32_t>(DynptrKind::local);
      return r;
    case ParamKind::kernel_object:
      r = Reg::pointer(RegKind::btf, flags | RegFlag::trusted);
      r.object = p.type;
      return r;
    case ParamKind::untrusted_object:
      r = Reg::pointer(RegKind::btf, RegFlag::untrusted);
      r.object = p.type;
      return r;
    case ParamKind::untrusted_memory: return Reg::pointer(RegKind::mem, RegFlag::rdonly | RegFlag::untrusted);
  }
  return r;
}

}  // namespace

std::string Walk::function_name(uint32_t subprog) const {
  const btf::TypeId type = flow_.subprogs[subprog].type;
  return type == 0 ? std::string() : std::string(q_.module.btf->type(type).name);
}

Result<const Signature*> Walk::signature(uint32_t subprog) {
  auto& known = functions_[subprog].signature;
  if (!known) {
    const btf::TypeId type = flow_.subprogs[subprog].type;
    known = TRY(signature_of({.types = *q_.module.btf,
                              .kernel = q_.kernel_types.get(),
                              .function = type,
                              .type = q_.type(),
                              .attach = q_.attach_type()}));
  }
  return &*known;
}

Result<void> Walk::walk_global(uint32_t subprog) {
  begin_at(subprog);
  const Signature& s = *TRY(signature(subprog));
  if (flow_.subprogs[subprog].catches) {
    cur_->frame().kind = FrameKind::exception_callback;
    if (s.count != 1 || s.params[0].kind != ParamKind::number)
      return fail(HandlerParams{.function = function_name(subprog)});
  }
  for (unsigned i = 0; i < s.count; ++i) {
    set(i + 1, parameter(s.params[i]));
    if (reg(i + 1).maybe_null() || reg(i + 1).is(RegKind::dynptr)) reg(i + 1).id = new_id();
  }
  return walk();
}

Result<void> Walk::call_global(uint32_t subprog) {
  const Subprogram& callee = flow_.subprogs[subprog];
  auto arguments = function_arguments(subprog);
  if (!arguments && arguments.error().row().err != EFAULT)
    arguments = std::unexpected(std::move(arguments).error().and_in_log(
        fmt::format("Caller passes invalid args into func#{} ('{}')", subprog, function_name(subprog))));
  if (!arguments && arguments.error().row().err == EFAULT) return arguments;
  if (cur_->locks > 0) return fail(GlobalUnderLock{.function = function_name(subprog)});
  const bool awake = !cur_->in_sleepable || !sleepless_region().empty();
  if (callee.may_sleep && awake) return fail(GlobalMaySleep{.function = function_name(subprog)});
  if (!arguments) return arguments;
  if (callee.moves_packet) forget_packets();
  functions_[subprog].called = true;
  clear_caller_saved();
  set_unknown(0);
  return {};
}

Result<void> Walk::function_arguments(uint32_t subprog) {
  const Signature& s = *TRY(signature(subprog));
  for (unsigned i = 0; i < s.count; ++i) TRY_VOID(function_argument(subprog, i + 1, s.params[i]));
  return {};
}

Result<void> Walk::function_argument(uint32_t subprog, unsigned regno, const Param& p) {
  const Reg r = reg(regno);
  const unsigned arg = regno - 1;
  switch (p.kind) {
    case ParamKind::number:
      if (r.is_scalar()) return {};
      return fail(NotANumber{.r = to_reg(regno), .kind = kernel_text(r.type()), .function = function_name(subprog)});
    case ParamKind::ctx:
      TRY_VOID(argument_offset(regno, {}));
      if (r.is_plain(RegKind::ctx)) return {};
      return fail(NotTheContext{.arg = arg, .kind = kernel_text(r.type()), .function = function_name(subprog)});
    case ParamKind::memory:
      TRY_VOID(argument_offset(regno, {}));
      TRY_VOID(function_memory(subprog, regno, p.size));
      if (!p.or_null && r.maybe_null()) return fail(MayBeNullArgument{.arg = arg, .function = function_name(subprog)});
      if (!p.or_null && r.is_null() && notes_ != nullptr) notes_->null_given(at_, regno);
      return {};
    case ParamKind::arena:
      if (r.is_plain(RegKind::arena) || r.is_scalar()) return {};
      return fail(NotArena{.r = to_reg(regno), .kind = kernel_text(r.type())});
    case ParamKind::dynptr: {
      const facts::Arg arg_row{.kind = facts::ArgKind::dynptr, .use = facts::Use::reads};
      TRY_VOID(argument_offset(regno, arg_row));
      TRY_VOID(given_dynptr(regno));
      return {};
    }
    case ParamKind::kernel_object: {
      if (r.is_null() && p.or_null) return {};
      const facts::Arg arg_row{
          .kind = facts::ArgKind::btf_id, .or_null = p.or_null, .btf = q_.kernel_types->type(p.type).name};
      TRY_VOID(argument_kind(regno, arg_row, r.type()));
      if (!is_struct(r, p.type, Nested::yes))
        return fail(OtherStruct{.r = to_reg(regno),
                                .type = struct_name(r.object, static_cast<Types>(r.extra)),
                                .expected = struct_name(p.type, Types::kernel)});
      return argument_offset(regno, arg_row);
    }
    case ParamKind::untrusted_object:
    case ParamKind::untrusted_memory: return {};
  }
  return {};
}

// The function may read and write all of it, unless it is null.
Result<void> Walk::function_memory(uint32_t subprog, unsigned regno, uint64_t size) {
  auto done = memory_of_function(regno, size);
  if (done || &done.error().row() == &NotModelled::row) return done;
  return fail(NoMemoryForFunction{.function = function_name(subprog),
                                  .r = to_reg(regno),
                                  .size = size,
                                  .why = done.error().message(),
                                  .as_for_any_access = done.error().kernel()});
}

}  // namespace skep::verify
