// SPDX-License-Identifier: Apache-2.0
// Arguments of tracepoints and iterators, and the layouts of contexts, against the BTF and the verifier of this
// machine.
#include <gtest/gtest.h>

#include "btf/types.hpp"
#include "facts/contexts.hpp"
#include "facts/functions.hpp"
#include "facts/grade.hpp"
#include "facts/hook_args.hpp"
#include "facts/returns.hpp"

namespace skep::facts {
namespace {

using namespace grade;
using btf::Kind;
using isa::make_insn;

class GradedByBtf : public Graded {
 protected:
  void SetUp() override {
    Graded::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto bytes = read_file("/sys/kernel/btf/vmlinux");
    ASSERT_TRUE(bytes) << bytes.error().text();
    auto types = btf::parse(*bytes);
    ASSERT_TRUE(types) << types.error().text();
    types_ = *types;
  }
  const btf::Btf& types() const { return *types_; }

  // What r2 is after argument `index` was read into it; empty where the kernel refuses that.
  static std::string argument(AttachType attach, btf::TypeId target, unsigned index) {
    const Code c{make_insn(0x79, 2, 1, static_cast<int16_t>(index * 8), 0), mov(0, 0), leave};
    const Loaded l =
        load({.type = ProgType::tracing, .attach = attach, .code = c, .log_level = 2, .attach_btf_id = target});
    const auto at = l.log.find("R2=");
    return l.error != 0 || at == std::string::npos ? "" : l.log.substr(at + 3, l.log.find('\n', at) - at - 3);
  }

 private:
  btf::Shared types_;
};

HookArg said(const std::string& r2) {
  if (r2.starts_with("trusted_ptr_or_null_")) return HookArg::trusted_or_null;
  if (r2.starts_with("ptr_or_null_")) return HookArg::plain_or_null;
  if (r2.starts_with("buf_or_null")) return HookArg::buffer_or_null;
  if (r2.starts_with("rdonly_buf_or_null")) return HookArg::rdonly_buffer_or_null;
  return HookArg::as_typed;
}

TEST_F(GradedByBtf, EveryArgumentOfEveryTracepoint) {
  unsigned asked = 0;
  for (const auto& [id, type_name, name, proto] : tracepoints(types())) {
    ASSERT_EQ(proto.kind, Kind::func_proto) << name;
    for (uint32_t i = 1; i < proto.vlen; ++i) {  // 0 is the tracepoint's own
      const btf::Type param = types().resolve(types().param(proto, i).type);
      if (param.kind != Kind::ptr || types().resolve(param.size_or_type).kind != Kind::struct_) continue;
      const std::string r2 = argument(AttachType::trace_raw_tp, id, i - 1);
      EXPECT_TRUE(r2.contains("ptr_")) << name << " " << i - 1 << " is " << r2;
      EXPECT_EQ(said(r2), tracepoint_arg(name, i - 1)) << name << " " << i - 1 << " is " << r2;
      ++asked;
    }
  }
  std::printf("%u arguments asked\n", asked);
  EXPECT_GT(asked, 0U);
}

TEST_F(GradedByBtf, EveryArgumentOfEveryIterator) {
  constexpr std::string_view prefix = "bpf_iter_";
  unsigned iterators = 0;
  for (btf::TypeId id = 1; id < types().count(); ++id) {
    const btf::Type t = types().type(id);
    if (t.kind != Kind::func || !t.name.starts_with(prefix)) continue;
    if (argument(AttachType::trace_iter, id, 0).empty()) continue;  // no iterator
    ++iterators;
    for (unsigned i = 0; i < 4; ++i) {
      const std::string r2 = argument(AttachType::trace_iter, id, i);
      if (r2.empty()) continue;
      EXPECT_EQ(said(r2), iterator_arg(t.name.substr(prefix.size()), i)) << t.name << " " << i << ": " << r2;
    }
  }
  EXPECT_GT(iterators, 10U);
}

Code returning(int64_t value) {
  return {make_insn(0x18, 0, 0, 0, static_cast<int32_t>(value)),
          make_insn(0, 0, 0, 0, static_cast<int32_t>(value >> 32)), leave};
}
constexpr int64_t returned[] = {-4096, -4095, -1, 0, 1, 2, int64_t{1} << 32, 0xffffffff, 0x1ffffffff};

bool allows(const ReturnRule& rule, int64_t v) {
  switch (rule.answer) {
    case Answer::any: return true;
    case Answer::range: return v >= rule.min && v <= rule.max;
    case Answer::low_range: return static_cast<int32_t>(v) >= rule.min && static_cast<int32_t>(v) <= rule.max;
    case Answer::hook:
    case Answer::operation:
    case Answer::replaced: break;
  }
  ADD_FAILURE() << "no rule to compare with";
  return false;
}

// Whether this machine lets such programs in at all; says so where it does not.
bool machine_allows(ProgType type, AttachType attach, btf::TypeId target) {
  if (load({.type = type, .attach = attach, .code = returning(0), .attach_btf_id = target}).error != EPERM) return true;
  std::printf("not asked: %s, which this machine forbids\n", std::string(name(attach)).c_str());
  return false;
}

TEST_F(GradedByBtf, TracingProgramsReturnAndStackAsTheirRowsSay) {
  struct Place {
    AttachType attach;
    std::string_view target;
    Kind kind;
  };
  const Code frames{make_insn(0x7a, 10, 0, -264, 0),
                    make_insn(0x85, 0, 1, 0, 2),
                    mov(0, 0),
                    leave,
                    make_insn(0x7a, 10, 0, -256, 0),
                    mov(0, 0),
                    leave};
  for (Place p : {Place{AttachType::trace_raw_tp, "btf_trace_sched_switch", Kind::typedef_},
                  {AttachType::trace_fentry, "bpf_fentry_test1", Kind::func},
                  {AttachType::trace_fexit, "bpf_fentry_test1", Kind::func},
                  {AttachType::modify_return, "bpf_modify_return_test", Kind::func},
                  {AttachType::trace_iter, "bpf_iter_task", Kind::func}}) {
    const auto id = types().find(p.target, p.kind);
    if (!id) {
      std::printf("not asked: %s, which this kernel does not have\n", std::string(p.target).c_str());
      continue;
    }
    if (!machine_allows(ProgType::tracing, p.attach, *id)) continue;
    auto loads = [&](const Code& c) {
      return load({.type = ProgType::tracing, .attach = p.attach, .code = c, .attach_btf_id = *id}).error == 0;
    };
    for (int64_t v : returned)
      EXPECT_EQ(loads(returning(v)), allows(return_rule(ProgType::tracing, p.attach), v)) << name(p.attach) << " " << v;
    EXPECT_EQ(loads(frames), has_private_stack(ProgType::tracing, p.attach)) << name(p.attach);
  }
}

TEST_F(GradedByBtf, EveryHookOfSecurityModules) {
  constexpr std::string_view prefix = "bpf_lsm_";
  const auto some = types().find("bpf_lsm_file_open", Kind::func);
  ASSERT_TRUE(some);
  if (!machine_allows(ProgType::lsm, AttachType::lsm_mac, *some)) return;
  unsigned hooks = 0;
  for (btf::TypeId id = 1; id < types().count(); ++id) {
    const btf::Type t = types().type(id);
    if (t.kind != Kind::func || !t.name.starts_with(prefix)) continue;
    auto ask = [&](AttachType attach, const Code& c, unsigned log_level = 1) {
      return load({.type = ProgType::lsm, .attach = attach, .code = c, .log_level = log_level, .attach_btf_id = id});
    };
    const std::string_view hook = t.name;
    const Loaded first = ask(AttachType::lsm_mac, returning(0));
    if (first.log.contains("wrong type name")) continue;  // a function of that name, but no hook
    ++hooks;
    if (has_word(disabled_lsm_hooks, hook)) continue;
    const btf::Type proto = types().resolve(t.size_or_type);
    const HookReturns returns = proto.size_or_type == 0 ? HookReturns::nothing : HookReturns::number;
    for (AttachType attach : {AttachType::lsm_mac, AttachType::lsm_cgroup})
      for (int64_t v : returned)
        EXPECT_EQ(ask(attach, returning(v)).error == 0, allows(lsm_return_rule(attach, hook, returns), v))
            << hook << " as " << name(attach) << " returns " << v;
    for (uint32_t i = 0; i < proto.vlen; ++i) {
      const Code c{make_insn(0x79, 2, 1, static_cast<int16_t>(i * 8), 0), mov(0, 0), leave};
      const std::string log = ask(AttachType::lsm_mac, c, 2).log;
      const auto at = log.find("R2=");
      if (at == std::string::npos) continue;  // a pointer to a pointer
      if (log.substr(at).starts_with("R2=scalar(")) continue;
      EXPECT_EQ(log.substr(at).starts_with("R2=ptr_"), has_word(untrusted_lsm_hooks, hook)) << hook << " " << i;
    }
  }
  std::printf("%u hooks asked\n", hooks);
}

// A scalar argument may be read in part, from its first byte; a pointer whole.
TEST_F(GradedByBtf, ArgumentsAreReadAsTheirRowSays) {
  const auto id = types().find("btf_trace_sched_switch", Kind::typedef_);  // bool, task, task, unsigned
  ASSERT_TRUE(id);
  constexpr uint8_t width[] = {0, 0x10, 0x08, 0, 0x00, 0, 0, 0, 0x18};
  for (unsigned size : {1U, 2U, 4U, 8U})
    for (int16_t at = 0; at < 32; ++at) {
      const Code c{make_insn(0x61 | width[size], 2, 1, at, 0), mov(0, 0), leave};
      const bool pointer = at >= 8 && at < 24;
      const Loaded l =
          load({.type = ProgType::tracing, .attach = AttachType::trace_raw_tp, .code = c, .attach_btf_id = *id});
      const bool ours = access_field({ProgType::tracing, AttachType::trace_raw_tp}, at, size, Access::read).has_value();
      EXPECT_EQ(l.error == 0, ours && (!pointer || size == 8)) << size << " bytes at " << at;
    }
}

// Every member, those of anonymous structures and unions included.
void each_member(const btf::Btf& types, const btf::Type& of, uint32_t offset, auto&& f) {
  for (const btf::Member& m : types.members(of)) {
    const btf::Type t = types.resolve(m.type);
    const uint32_t at = offset + m.bit_offset / 8;
    if (m.name.empty() && (t.kind == Kind::struct_ || t.kind == Kind::union_))
      each_member(types, t, at, f);
    else if (!m.name.empty())
      f(m.name, at, types.size_of(m.type).value_or(0));
  }
}

// Each of our fields is a member of that name, offset and size, and each member is in one of our fields.
TEST_F(GradedByBtf, LayoutsAreTheKernels) {
  std::vector<const Layout*> layouts;
  for (unsigned i = 0; i <= static_cast<unsigned>(Context::nf_ctx); ++i)
    layouts.push_back(&layout(static_cast<Context>(i)));
  for (Pointee p : {Pointee::flow_keys, Pointee::socket, Pointee::tcp_sock, Pointee::xdp_sock})
    layouts.push_back(&layout(p));
  for (const Layout* l : layouts) {
    if (l->structure.empty()) continue;
    const auto id = types().find(l->structure, Kind::struct_);
    ASSERT_TRUE(id) << l->structure;
    const uint32_t size = types().size_of(*id).value_or(0);
    EXPECT_TRUE(size == l->bytes || size == 0) << l->structure;  // 0: an array without an end
    std::size_t found = 0;
    each_member(types(), types().type(*id), 0, [&](std::string_view member, uint32_t at, uint32_t bytes) {
      bool inside = false;
      for (const ContextField& f : l->fields) {
        inside |= at >= f.offset && at + bytes <= f.offset + f.bytes();
        if (f.name != member) continue;
        ++found;
        EXPECT_EQ(at, f.offset) << l->structure << "." << member;
        const uint32_t ours = f.rare.declared != 0 ? f.rare.declared : f.bytes();
        EXPECT_TRUE(bytes == ours || bytes == 0) << l->structure << "." << member;
      }
      EXPECT_TRUE(inside) << l->structure << "." << member;
    });
    EXPECT_EQ(found, l->fields.size()) << l->structure;
  }
}

}  // namespace
}  // namespace skep::facts
