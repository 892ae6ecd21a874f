// SPDX-License-Identifier: Apache-2.0
#include "verify/functions.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "btf/bits.hpp"
#include "verify/call_errors.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {
namespace {

using btf::Kind;
using facts::Context;
using facts::ProgType;

constexpr std::string_view tag_prefix = "arg:", user_registers = "bpf_user_pt_regs_t";

// What programs call the structure of their context, and what Linux does; "": it has none.
struct ContextNames {
  Context context;
  std::string_view own, kernel = {};
};
constexpr ContextNames context_names[] = {
    {Context::sk_buff, "__sk_buff", "sk_buff"},
    {Context::xdp_md, "xdp_md", "xdp_buff"},
    {Context::pt_regs, "pt_regs"},
    {Context::perf_event_data, "bpf_perf_event_data"},
    {Context::raw_tracepoint_args, "bpf_raw_tracepoint_args"},
    {Context::raw_tracepoint_writable_args, "bpf_raw_tracepoint_args"},
    {Context::sock, "bpf_sock"},
    {Context::sock_addr, "bpf_sock_addr"},
    {Context::sock_ops, "bpf_sock_ops"},
    {Context::sockopt, "bpf_sockopt"},
    {Context::sysctl, "bpf_sysctl"},
    {Context::cgroup_dev, "bpf_cgroup_dev_ctx"},
    {Context::sk_msg_md, "sk_msg_md"},
    {Context::sk_reuseport_md, "sk_reuseport_md"},
    {Context::sk_lookup, "bpf_sk_lookup"},
    {Context::nf_ctx, "bpf_nf_ctx"},
};
ContextNames names_of(ProgType type) {
  const Context c = facts::row(type).context;
  for (const ContextNames& n : context_names)
    if (n.context == c) return n;
  return {c, {}, {}};
}

// The tags of one parameter, as bits.
using Tags = uint8_t;
constexpr Tags ctx = 1, trusted = 2, untrusted = 4, nonnull = 8, nullable = 16, arena = 32;
constexpr struct {
  std::string_view text;
  Tags bit;
} tag_words[] = {{"ctx", ctx},         {"trusted", trusted},   {"untrusted", untrusted},
                 {"nonnull", nonnull}, {"nullable", nullable}, {"arena", arena}};

Result<std::array<Tags, 5>> tags_of(const FunctionQuestion& q) {
  std::array<Tags, 5> all = {};
  for (btf::TypeId id = q.types.first_id(); id < q.types.count(); ++id) {
    if (q.types.kind_number(id) != static_cast<uint32_t>(Kind::decl_tag)) continue;
    const btf::Type tag = q.types.type(id);
    if (tag.size_or_type != q.function || !tag.name.starts_with(tag_prefix)) continue;
    const int32_t param = q.types.tagged_component(tag);
    if (param < 0 || param >= std::ssize(all)) continue;
    const auto arg = static_cast<uint32_t>(param);
    const std::string_view word = tag.name.substr(tag_prefix.size());
    const auto* known = std::ranges::find(tag_words, word, [](const auto& w) { return w.text; });
    if (known == std::end(tag_words)) return fail(UnknownTag{.arg = arg, .tag = std::string(word)});
    all[arg] |= known->bit;
  }
  return all;
}

bool is_composite(const btf::Type& t) { return t.kind == Kind::struct_ || t.kind == Kind::union_; }

// Through everything but typedefs, whose names may matter.
btf::Type to_typedef(const btf::Btf& types, btf::TypeId id) {
  btf::Type t = types.type(id);
  while (t.kind == Kind::const_ || t.kind == Kind::volatile_ || t.kind == Kind::restrict_ || t.kind == Kind::type_tag)
    t = types.type(t.size_or_type);
  return t;
}
bool is_user_registers(const btf::Btf& types, btf::TypeId pointed) {
  const btf::Type t = to_typedef(types, pointed);
  return t.kind == Kind::typedef_ && t.name == user_registers;
}

// What else a parameter may be declared as that has the tag arg:ctx.
bool is_context_by_custom(const FunctionQuestion& q, const btf::Type& t) {
  using enum ProgType;
  const bool word = t.kind == Kind::int_ && q.types.size_of(t.id) == 8;
  auto named = [&](std::string_view name) { return is_composite(t) && t.name == name; };
  auto one_of = [&](facts::ProgTypes set) { return set.has(q.type); };
  if (one_of({kprobe, perf_event})) return named("pt_regs");
  if (one_of({raw_tracepoint, raw_tracepoint_writable, lsm, struct_ops})) return word;
  if (one_of({tracepoint, syscall, ext})) return true;
  if (q.type != tracing) return false;
  if (q.attach == facts::AttachType::trace_iter) return is_composite(t) && t.name.starts_with("bpf_iter__");
  return word || (q.attach == facts::AttachType::trace_raw_tp && named("bpf_raw_tracepoint_args"));
}

Result<void> tagged_context(const FunctionQuestion& q, uint32_t arg, btf::TypeId pointed) {
  const bool registers = q.type == ProgType::kprobe || q.type == ProgType::perf_event;
  if (registers && is_user_registers(q.types, pointed)) return {};
  const btf::Type t = q.types.resolve(pointed);
  if (t.kind == Kind::void_) return {};
  if (t.name.empty()) return fail(ParamContextNameless{.arg = arg});
  if (is_context_by_custom(q, t)) return {};
  const ContextNames names = names_of(q.type);
  if (names.own.empty()) return fail(ParamContextVoid{.arg = arg});
  if (is_composite(t) && t.name == names.own) return {};
  return fail(ParamContext{.arg = arg, .context = std::string(names.own)});
}

// The kernel's type of the same name.
Result<btf::TypeId> kernel_type(const FunctionQuestion& q, uint32_t arg, const btf::Type& t) {
  if (q.kernel == nullptr) return fail(NotModelled{.what = "the kernel's types"});
  const auto id = q.kernel->find(btf::essential_name(t.name), t.kind);
  if (!id) return fail(NoKernelType{.arg = arg, .type = std::string(t.name)});
  return *id;
}

Result<Param> memory_param(const FunctionQuestion& q, uint32_t arg, Tags tags, btf::TypeId pointed) {
  if ((tags & nullable) != 0) return fail(TagsDisagree{.arg = arg});
  const auto size = q.types.size_of(pointed);
  if (size) return Param{.kind = ParamKind::memory, .or_null = (tags & nonnull) == 0, .size = *size};
  return fail(UnsizedParam{.arg = arg,
                           .kind = kernel_kind(q.types, pointed),
                           .name = kernel_name(q.types, pointed),
                           .type = q.types.spelled(pointed)});
}

Result<Param> pointer_param(const FunctionQuestion& q, uint32_t arg, Tags tags, btf::TypeId pointed) {
  auto only = [&](Tags allowed) -> Result<void> {
    if ((tags & ~allowed) != 0) return fail(TagsDisagree{.arg = arg});
    return {};
  };
  if ((tags & ctx) != 0 || is_context(q.types, pointed, q.type)) {
    TRY_VOID(only(ctx));
    if (tags != 0) TRY_VOID(tagged_context(q, arg, pointed));
    return Param{.kind = ParamKind::ctx};
  }
  const btf::Type t = q.types.resolve(pointed);
  if (t.kind == Kind::struct_ && t.name == "bpf_dynptr") {
    TRY_VOID(only(0));
    return Param{.kind = ParamKind::dynptr};
  }
  if ((tags & trusted) != 0) {
    TRY_VOID(only(trusted | nullable));
    return Param{
        .kind = ParamKind::kernel_object, .or_null = (tags & nullable) != 0, .type = TRY(kernel_type(q, arg, t))};
  }
  if ((tags & untrusted) != 0) {
    TRY_VOID(only(untrusted));
    if (t.kind == Kind::void_ || btf::is_number(t)) return Param{.kind = ParamKind::untrusted_memory};
    return Param{.kind = ParamKind::untrusted_object, .type = TRY(kernel_type(q, arg, t))};
  }
  if ((tags & arena) != 0) {
    TRY_VOID(only(arena));
    return Param{.kind = ParamKind::arena};
  }
  return memory_param(q, arg, tags, pointed);
}

}  // namespace

bool is_context(const btf::Btf& types, btf::TypeId pointed, facts::ProgType type) {
  if (type == ProgType::kprobe && is_user_registers(types, pointed)) return true;
  const btf::Type t = types.resolve(pointed);
  if (t.kind != Kind::struct_ || t.name.empty()) return false;
  const ContextNames names = names_of(type);
  return t.name == names.own || (!names.kernel.empty() && t.name == names.kernel);
}

std::string kernel_kind(const btf::Btf& types, btf::TypeId type) {
  const Kind kind = types.resolve(type).kind;
  if (kind == Kind::void_) return "UNKNOWN";
  std::string out(btf::name_of(kind));
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  return out;
}
std::string kernel_name(const btf::Btf& types, btf::TypeId type) {
  const btf::Type t = types.resolve(type);
  return t.kind == Kind::void_ ? "" : std::string(t.name);
}

Result<Signature> signature_of(const FunctionQuestion& q) {
  const btf::Type function = q.types.type(q.function), proto = q.types.type(function.size_or_type);
  Signature s;
  if (proto.vlen > s.params.size())
    return fail(ManyParams{.function = std::string(function.name), .count = proto.vlen, .most = s.params.size()});
  if (!btf::is_number(q.types.resolve(proto.size_or_type)))
    return fail(ReturnsNoNumber{.function = std::string(function.name)});
  const auto tags = TRY(tags_of(q));
  for (uint32_t arg = 0; arg < proto.vlen; ++arg) {
    const btf::Type t = q.types.resolve(q.types.param(proto, arg).type);
    Param& p = s.params[s.count++];
    if (t.kind == Kind::ptr) {
      p = TRY(pointer_param(q, arg, tags[arg], t.size_or_type));
      continue;
    }
    if (tags[arg] != 0) return fail(TagOnNumber{.arg = arg});
    if (!btf::is_number(t))
      return fail(ParamType{.arg = arg, .kind = kernel_kind(q.types, t.id), .function = std::string(function.name)});
  }
  return s;
}

}  // namespace skep::verify
