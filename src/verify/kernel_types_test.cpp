// SPDX-License-Identifier: Apache-2.0
// What depends on types that the running kernel does not have, with a kernel's types made here.
#include <gtest/gtest.h>

#include "btf/writer.hpp"
#include "isa/assemble.hpp"
#include "isa/op.hpp"
#include "verify/verify.hpp"

namespace skep::verify {
namespace {

using btf::Kind;
using btf::Linkage;
using facts::ProgType;

btf::Shared shared(const btf::Writer& types) {
  const auto bytes = std::make_shared<const Buffer>(types.bytes());
  return *btf::adopt(*bytes, bytes);
}

btf::TypeId add_int(btf::Writer& types) {
  return types.integer(
      "int", {.size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false});
}

std::string said(const Verdict& v) {
  return v.rejection ? std::string(v.rejection->error.row().slug) : std::string(name_of(v.answer));
}

TEST(KernelTypes, WhatEndsTheMachineWantsTheRightToEndIt) {
  btf::Writer kernel;
  add_int(kernel);
  kernel.function("crash_kexec", kernel.function_proto(0, {}), Linkage::static_);
  module::Module m;
  m.license = "GPL";
  module::ProgDef& p = m.progs.emplace_back();
  p.type = ProgType::sched_cls;
  p.insns = isa::assemble("r0 = 0; exit")->insns;
  p.insns.insert(p.insns.begin(), isa::encode(isa::Op::call_kfunc));
  p.externs.push_back({.insn = 0, .name = "crash_kexec"});
  auto verdict = [&](facts::Caps caps) {
    const facts::Target target(facts::Target::newest_patch, caps);
    return said(verify({.module = m, .prog = p, .target = target, .kernel_types = shared(kernel)}));
  };
  EXPECT_EQ(verdict(facts::Caps::all()), "accepted");
  EXPECT_EQ(verdict(facts::Caps::none().with(facts::Cap::bpf).with(facts::Cap::net_admin).with(facts::Cap::perfmon)),
            "kfunc-destroys");
}

// As of struct pt_regs, which crash_kexec takes: memory whose type holds no address, be it by unions.
TEST(KernelTypes, PlainDataMayBeAUnion) {
  for (const bool address : {false, true}) {
    btf::Writer kernel;
    const auto number = add_int(kernel), pointer = kernel.refer(Kind::ptr, "", number);
    const btf::Member either[] = {{"n", number, 0, 0}, {"p", address ? pointer : number, 0, 0}};
    const btf::Member whole[] = {{"", kernel.record(Kind::union_, "", 8, either), 0, 0}};
    const btf::Param regs[] = {{"regs", kernel.refer(Kind::ptr, "", kernel.record(Kind::struct_, "regs", 8, whole))}};
    kernel.function("crash_kexec", kernel.function_proto(0, regs), Linkage::static_);
    module::Module m;
    m.license = "GPL";
    module::ProgDef& p = m.progs.emplace_back();
    p.type = ProgType::sched_cls;
    p.insns = isa::assemble("*(u64 *)(r10 - 8) = 0; r1 = r10; r1 += -8; r0 = 0; r0 = 0; exit")->insns;
    p.insns[3] = isa::encode(isa::Op::call_kfunc);
    p.externs.push_back({.insn = 3, .name = "crash_kexec"});
    EXPECT_EQ(said(verify({.module = m, .prog = p, .target = {}, .kernel_types = shared(kernel)})),
              address ? "kfunc-not-plain" : "accepted");
  }
}

// Kernels that clang built say which pointers are not the kernel's own: __user, __percpu.
TEST(KernelTypes, WhatLiesElsewhereIsNotRead) {
  btf::Writer kernel;
  const auto number = add_int(kernel);
  const btf::Member value[] = {{.name = "value", .type = number, .bit_offset = 0, .bitfield_bits = 0}};
  const auto one = kernel.record(Kind::struct_, "one", 4, value);
  auto pointer = [&](std::string_view tag) {
    return kernel.refer(Kind::ptr, "", tag.empty() ? one : kernel.refer(Kind::type_tag, tag, one));
  };
  const btf::Param params[] = {{"own", pointer("")}, {"user", pointer("user")}, {"percpu", pointer("percpu")}};
  kernel.function("hooked", kernel.function_proto(number, params), Linkage::static_);
  module::Module m;
  m.license = "GPL";
  module::ProgDef& p = m.progs.emplace_back();
  p.type = ProgType::tracing;
  p.attach_type = facts::AttachType::trace_fentry;
  p.attach_to = "hooked";
  auto verdict = [&](std::string_view text) {
    p.insns = isa::assemble(text)->insns;
    return said(verify({.module = m, .prog = p, .target = facts::Target(), .kernel_types = shared(kernel)}));
  };
  EXPECT_EQ(verdict("r1 = *(u64 *)(r1 + 0); r0 = *(u32 *)(r1 + 0); r0 = 0; exit"), "accepted");
  EXPECT_EQ(verdict("r1 = *(u64 *)(r1 + 8); r0 = *(u32 *)(r1 + 0); r0 = 0; exit"), "object-elsewhere");
  EXPECT_EQ(verdict("r1 = *(u64 *)(r1 + 16); r0 = *(u32 *)(r1 + 0); r0 = 0; exit"), "object-elsewhere");
  EXPECT_EQ(verdict("r1 = *(u64 *)(r1 + 8); r0 = 0; exit"), "accepted");
}

// A program that traces another one of its module has that one's arguments; a context is what the kernel has behind it.
class Traced : public testing::Test {
 protected:
  Traced() {
    auto context = [](btf::Writer& w, std::string_view name) {
      const btf::Member members[] = {{.name = "data", .type = 1, .bit_offset = 0, .bitfield_bits = 0}};
      return w.record(Kind::struct_, name, 4, members);
    };
    add_int(kernel_);
    const auto seen = context(kernel_, "xdp_md"), behind = context(kernel_, "xdp_buff");
    const btf::Member pairs[] = {
        {.name = "BPF_PROG_TYPE_XDP_prog", .type = seen, .bit_offset = 0, .bitfield_bits = 0},
        {.name = "BPF_PROG_TYPE_XDP_kern", .type = behind, .bit_offset = 32, .bitfield_bits = 0}};
    kernel_.record(Kind::struct_, "bpf_ctx_convert", 8, pairs);
    const auto number = add_int(own_);
    const auto own_context = context(own_, "xdp_md"), own_struct = context(own_, "own");
    auto pointer = [&](btf::TypeId to) { return own_.refer(Kind::ptr, "", to); };
    const btf::Param of_main[] = {{"ctx", pointer(own_context)}},
                     of_sub[] = {{"n", number}, {"p", pointer(own_struct)}},
                     of_marked[] = {{"ctx", pointer(own_.refer(Kind::type_tag, "user", own_context))}};
    const auto main = own_.function("main", own_.function_proto(number, of_main), Linkage::global);
    const auto sub = own_.function("sub", own_.function_proto(number, of_sub), Linkage::global);
    own_.function("marked", own_.function_proto(number, of_marked), Linkage::global);
    m_.license = "GPL";
    m_.progs.resize(2);
    m_.progs[0].type = ProgType::xdp;
    m_.progs[0].insns = isa::assemble("r2 = 0; call pc+1; exit; r0 = 2; exit")->insns;
    m_.progs[0].subprogs = {{.name = "main", .first_insn = 0, .type = main},
                            {.name = "sub", .first_insn = 3, .type = sub}};
    m_.btf = shared(own_);
  }

  std::string verdict(std::string_view to, std::string_view text,
                      facts::AttachType how = facts::AttachType::trace_fentry) {
    m_.progs[1].type = ProgType::tracing;
    m_.progs[1].attach_type = how;
    m_.progs[1].attach_to = to;
    m_.progs[1].insns = isa::assemble(text)->insns;
    return said(
        verify({.module = m_, .prog = m_.progs[1], .target = facts::Target(), .kernel_types = shared(kernel_)}));
  }

  btf::Writer kernel_, own_;
  module::Module m_;
};

TEST_F(Traced, HasItsArguments) {
  EXPECT_EQ(verdict("prog:0", "r1 = *(u64 *)(r1 + 0); r0 = *(u32 *)(r1 + 0); r0 = 0; exit"), "accepted");
  EXPECT_EQ(verdict("prog:0", "r1 = *(u64 *)(r1 + 0); r0 = *(u32 *)(r1 + 4); r0 = 0; exit"), "object-beyond");
  EXPECT_EQ(verdict("prog:0", "r1 = *(u64 *)(r1 + 8); r0 = 0; exit"), "no-argument");
  EXPECT_EQ(verdict("prog:0", "r1 = *(u64 *)(r1 + 8); r0 = 0; exit", facts::AttachType::trace_fexit), "accepted");
}

// Whatever it says of its context, Linux hands out its own (seen in 6.18.15).
TEST_F(Traced, HasItsContextAsTheKernelsOwn) {
  EXPECT_EQ(verdict("prog:0:marked", "r1 = *(u64 *)(r1 + 0); r0 = *(u32 *)(r1 + 0); r0 = 0; exit"), "accepted");
}

TEST_F(Traced, IsAFunctionOfIt) {
  EXPECT_EQ(verdict("prog:0:sub", "r1 = *(u64 *)(r1 + 0); r0 = 0; exit"), "accepted");
  EXPECT_EQ(verdict("prog:0:sub", "r1 = *(u64 *)(r1 + 8); r0 = 0; exit"), "no-argument");  // what is the program's own
  EXPECT_EQ(verdict("prog:0:bus", "r1 = *(u64 *)(r1 + 0); r0 = 0; exit"), "not-modelled");
  EXPECT_EQ(verdict("prog:7", "r1 = *(u64 *)(r1 + 0); r0 = 0; exit"), "not-modelled");
  EXPECT_EQ(verdict("prog:x", "r1 = *(u64 *)(r1 + 0); r0 = 0; exit"), "not-modelled");
}

}  // namespace
}  // namespace skep::verify
