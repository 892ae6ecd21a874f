// SPDX-License-Identifier: Apache-2.0
#include "verify/kfuncs.hpp"

#include <algorithm>

#include "btf/bits.hpp"
#include "verify/call_errors.hpp"
#include "verify/functions.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {
namespace {

using btf::Kind;
using facts::KfuncFlag;

constexpr std::size_t most_functions = 256;
constexpr unsigned deepest_struct = 3;

// What the end of a parameter's name makes of it, and which structure's address does.
constexpr struct {
  std::string_view suffix;
  KfuncArg kind;
} by_suffix[] = {{"__alloc", KfuncArg::alloc_object},
                 {"__refcounted_kptr", KfuncArg::refcounted},
                 {"__iter", KfuncArg::iterator},
                 {"__str", KfuncArg::const_str},
                 {"__map", KfuncArg::map},
                 {"__irq_flag", KfuncArg::irq_flag}};
constexpr struct {
  std::string_view structure;
  KfuncArg kind;
} by_structure[] = {
    {"bpf_dynptr", KfuncArg::dynptr},       {"bpf_list_head", KfuncArg::list_head},
    {"bpf_list_node", KfuncArg::list_node}, {"bpf_rb_root", KfuncArg::rb_root},
    {"bpf_rb_node", KfuncArg::rb_node},     {"bpf_wq", KfuncArg::work_queue},
    {"bpf_task_work", KfuncArg::task_work}, {"bpf_res_spin_lock", KfuncArg::res_lock},
};

KfuncParam number_param(std::string_view name) {
  KfuncParam p;
  if (name.ends_with("__k")) p.number = KfuncNumber::constant;
  if (name == "rdonly_buf_size") p.number = KfuncNumber::size_of_result;
  if (name == "rdwr_buf_size") p.number = KfuncNumber::size_of_writable_result;
  return p;
}

KfuncArg kind_of_pointer(const Question& q, const btf::Type& t, std::string_view name, bool iterator) {
  const btf::Btf& types = *q.kernel_types;
  if (is_context(types, t.id, q.type())) return KfuncArg::ctx;
  if (iterator) return KfuncArg::iterator;
  if (t.kind == Kind::struct_)
    for (const auto& row : by_structure)
      if (t.name == row.structure || (t.name == "bpf_dynptr_kern" && row.kind == KfuncArg::dynptr)) return row.kind;
  for (const auto& row : by_suffix)
    if (name.ends_with(row.suffix)) return row.kind;
  return t.kind == Kind::func_proto ? KfuncArg::callback : KfuncArg::pointer;
}

// The tags of a function stand behind it.
bool is_tagged(const btf::Btf& types, btf::TypeId function) {
  for (btf::TypeId id = function + 1; id < types.count(); ++id) {
    const btf::Type tag = types.type(id);
    if (tag.kind != Kind::decl_tag || tag.size_or_type != function) return false;
    if (tag.name == "bpf_kfunc") return true;
  }
  return false;
}

// A kernel may have a function and not offer it to programs. Where not even the most common one has a tag, nobody wrote
// tags.
bool is_registered(const btf::Btf& types, btf::TypeId function) {
  if (is_tagged(types, function)) return true;
  const auto common = types.find("bpf_iter_num_new", Kind::func);
  return !common || !is_tagged(types, *common);
}

}  // namespace

KernelFunction Kfuncs::describe(btf::TypeId id) const {
  const btf::Btf& types = *q_.kernel_types;
  const btf::Type func = types.type(id), proto = types.type(func.size_or_type);
  KernelFunction f{.name = std::string(func.name), .row = facts::kfunc_by_name(func.name), .type = id};
  f.returned = types.resolve(proto.size_or_type).id;
  f.declared = proto.vlen;
  const bool iterates = f.is(KfuncFlag::iter_new) || f.is(KfuncFlag::iter_next) || f.is(KfuncFlag::iter_destroy);
  for (uint32_t n = 0; n < proto.vlen && n < f.params.size(); ++n) {
    const btf::Param param = types.param(proto, n);
    const btf::Type t = types.resolve(param.type);
    KfuncParam& p = f.params[f.count++];
    if (param.name.ends_with("__ign") || param.name.ends_with("__prog")) {
      p.kind = KfuncArg::ignored;
    } else if (t.kind == Kind::ptr) {
      const btf::Type pointed = types.resolve(t.size_or_type);
      const KfuncArg kind = kind_of_pointer(q_, pointed, param.name, iterates && n == 0);
      p = {.kind = f.rule() == facts::KfuncRule::cast_to_kern_ctx ? KfuncArg::ctx : kind,
           .nullable = param.name.ends_with("__nullable"),
           .optional = param.name.ends_with("__opt"),
           .fills = param.name.ends_with("__uninit"),
           .type = pointed.id};
    } else {
      p = number_param(param.name);
    }
    const bool sizes = n > 0 && btf::is_number(t);
    if (sizes && param.name.ends_with("__sz")) f.params[n - 1].sized = KfuncSized::by_next;
    if (sizes && param.name.ends_with("__szk")) f.params[n - 1].sized = KfuncSized::by_constant_next;
  }
  return f;
}

Result<const KernelFunction*> Kfuncs::find(uint32_t insn) {
  const isa::Insn& i = q_.prog.insns[insn];
  const auto named = std::ranges::find(q_.prog.externs, insn, &module::Extern::insn);
  const bool has_name = named != q_.prog.externs.end();
  if (has_name ? named->resolved == module::Resolved::absent : i.imm == 0 && i.off == 0) return nullptr;
  if (!q_.gpl_compatible()) return fail(KfuncNeedsGpl{.at = {insn}});
  if (q_.kernel_types == nullptr || i.off != 0) return fail(NotModelled{.what = "kernel functions of this target"});
  const btf::Btf& types = *q_.kernel_types;
  auto id = static_cast<btf::TypeId>(i.imm);
  if (has_name) {
    const auto known = types.find(named->name, Kind::func);
    if (!known) return fail(NotModelled{.what = "the kernel function " + named->name});
    id = *known;
  }
  const auto seen = std::ranges::find(functions_, id, &KernelFunction::type);
  if (seen != functions_.end()) return &*seen;
  if (functions_.size() == most_functions) return fail(TooManyKfuncs{.at = {insn}, .most = most_functions});
  if (id >= types.count() || types.type(id).kind != Kind::func) return fail(NoKfunc{.at = {insn}, .id = id});
  functions_.push_back(describe(id));
  if (!is_registered(types, id)) functions_.back().row = nullptr;
  if (functions_.back().rule() == facts::KfuncRule::xdp_metadata) return fail(KfuncNeedsDevice{.at = {insn}});
  return &functions_.back();
}

Result<std::optional<Callee>> Kfuncs::callee(uint32_t insn) {
  const KernelFunction* f = TRY(find(insn));
  calls_.push_back({insn, f});
  if (f == nullptr || f->row == nullptr) return std::nullopt;
  if (!facts::may_call(*f->row, q_.type(), q_.attach_type(), q_.prog.attach_to)) return std::nullopt;
  return kfunc_callee(*f->row, f->declared, f->returned == 0);
}

const KernelFunction* Kfuncs::at(uint32_t insn) const {
  const auto c = std::ranges::lower_bound(calls_, insn, {}, &Call::insn);
  return c != calls_.end() && c->insn == insn ? c->function : nullptr;
}

bool struct_at(const btf::Btf& types, btf::TypeId have, int64_t off, btf::TypeId want, Exact exact) {
  if (off == 0 && have == want) return true;
  if (exact == Exact::yes || off < 0) return false;
  const btf::Type outer = types.type(have);
  if (outer.kind != Kind::struct_ && outer.kind != Kind::union_) return false;
  for (const btf::Member& m : types.members(outer)) {
    const int64_t begin = m.bit_offset / 8;
    const auto size = types.size_of(m.type);
    if (m.bitfield_bits != 0 || !size || off < begin || off >= begin + *size) continue;
    btf::Type inner = types.resolve(m.type);
    int64_t within = off - begin;
    while (inner.kind == Kind::array) {
      inner = types.resolve(types.array_of(inner).element);
      if (const auto element = types.size_of(inner.id); element && *element != 0) within %= *element;
    }
    return struct_at(types, inner.id, within, want, exact);
  }
  return false;
}

// BTF has a structure that pairs the contexts of all program types with the kernel's own.
btf::TypeId kernel_context(const btf::Btf& types, facts::ProgType type) {
  std::string member = "BPF_PROG_TYPE_";
  for (const char c : facts::row(type).name) member += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  member += "_kern";
  const auto pairs = types.find("bpf_ctx_convert", Kind::struct_);
  if (!pairs) return 0;
  for (const btf::Member m : types.members(types.type(*pairs)))
    if (m.name == member) return types.resolve(m.type).id;
  return 0;
}

static bool is_plain_data(const btf::Btf& types, btf::TypeId id, unsigned depth) {
  const btf::Type t = types.resolve(id);
  if (btf::is_number(t)) return true;
  if (!btf::is_record(t) || depth > deepest_struct) return false;
  return std::ranges::all_of(types.members(t), [&](const btf::Member& m) {
    const btf::Type member = types.resolve(m.type);
    if (member.kind != Kind::array) return is_plain_data(types, member.id, depth + 1);
    const btf::Array array = types.array_of(member);
    return array.count != 0 && btf::is_number(types.resolve(array.element));
  });
}

bool is_plain_data(const btf::Btf& types, btf::TypeId id) { return is_plain_data(types, id, 0); }

}  // namespace skep::verify
