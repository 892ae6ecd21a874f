// SPDX-License-Identifier: Apache-2.0
// What types say of a program's functions: each refusal in the running kernel's words, beside what it accepts.
#include "verify/subprograms.hpp"

#include <gtest/gtest.h>

#include "btf/writer.hpp"
#include "isa/assemble.hpp"
#include "verify/kernel_asked.hpp"
#include "verify/stack_depth.hpp"

namespace skep::verify {
namespace {

using btf::Kind;
using btf::Linkage;
using btf::TypeId;

class TypesOfFunctions : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::Kernel::is_6_18()) GTEST_SKIP() << "the kernel is not 6.18";
    const btf::Int number{
        .size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false};
    const btf::Int wide{
        .size_bytes = 8, .bits = 64, .offset = 0, .is_signed = false, .is_char = false, .is_bool = false};
    const btf::Int huge{
        .size_bytes = 16, .bits = 128, .offset = 0, .is_signed = false, .is_char = false, .is_bool = false};
    int_ = types_.integer("int", number);
    u64_ = types_.integer("u64", wide);
    u128_ = types_.integer("u128", huge);
    ctx_ = types_.refer(Kind::ptr, "", 0);
    main_ = types_.function("main", proto(int_, ctx_), Linkage::global);
  }

  TypeId proto(TypeId returns, TypeId takes) {
    const btf::Param params[] = {{"x", takes}};
    return types_.function_proto(returns, params);
  }
  TypeId sub_returning(TypeId type) { return types_.function("sub", proto(type, ctx_), Linkage::static_); }
  TypeId handler(Linkage linkage) { return types_.function("handler", proto(u64_, u64_), linkage); }
  void tag(std::string_view text, TypeId of) { types_.decl_tag("exception_callback:" + std::string(text), of, -1); }

  // Our words, which are the kernel's; "accepted" where its walk begins.
  std::string verdict(std::string_view text, std::vector<test::Kernel::Function> functions) {
    prog_.type = facts::ProgType::socket_filter;
    prog_.insns = isa::assemble(text)->insns;
    prog_.subprogs.clear();
    for (auto f : functions) {
      module::Subprog s;
      s.first_insn = f.insn;
      s.type = f.type;
      s.name = "f";
      prog_.subprogs.push_back(s);
    }
    const Buffer bytes = types_.bytes();
    module_.btf = *btf::parse(bytes);
    EXPECT_TRUE(kernel_.know_types(bytes, functions));
    const Inputs in{.module = module_, .prog = prog_, .target = {}};
    const auto said = kernel_.ask(prog_.insns, prog_.type, 2);
    const bool walked = said.log.find("Live regs before insn") != said.log.npos;
    const auto flow = analyse(in);
    EXPECT_EQ(walked, flow.has_value()) << said.log;
    if (!flow) {
      EXPECT_EQ(said.err, flow.error().error.row().err) << said.log;
      EXPECT_NE(said.log.find(flow.error().error.kernel()), said.log.npos) << flow.error().error.kernel() << "\n"
                                                                           << said.log;
      return std::string(flow.error().error.row().slug);
    }
    if (auto depth = check_stack_depth(in, *flow, FrameUse(*flow)); !depth) {
      EXPECT_EQ(said.err, depth.error().error.row().err) << said.log;
      EXPECT_NE(said.log.find(depth.error().error.kernel()), said.log.npos) << depth.error().error.kernel() << "\n"
                                                                            << said.log;
      return std::string(depth.error().error.row().slug);
    }
    return "accepted";
  }

  btf::Writer types_;
  TypeId int_ = 0, u64_ = 0, u128_ = 0, ctx_ = 0, main_ = 0;
  module::Module module_;
  module::ProgDef prog_;
  test::Kernel kernel_;
};

TEST_F(TypesOfFunctions, EveryFunctionHasItsType) {
  const TypeId sub = sub_returning(int_);
  const auto calls = "call pc+1; exit; r0 = 0; exit";
  EXPECT_EQ(verdict(calls, {{0, main_}, {2, sub}}), "accepted");
  EXPECT_EQ(verdict(calls, {{0, main_}}), "function-count");
  EXPECT_EQ(verdict(calls, {{0, main_}, {3, sub}}), "function-place");
}

TEST_F(TypesOfFunctions, WhoMakesTailCallsOrLoadsPacketsReturnsANumber) {
  const btf::Enumerator one[] = {{"one", 1}};
  const TypeId flag = types_.enumeration(Kind::enum_, "e", 4, btf::Writer::Sign::unsigned_, one);
  const TypeId alias = types_.refer(Kind::typedef_, "alias", types_.refer(Kind::const_, "", flag));
  const auto tail = "call pc+1; exit; call 12; r0 = 0; exit";
  const auto packet = "call pc+1; exit; r6 = r1; r0 = *(u8 *)skb[0]; exit";
  for (TypeId type : {int_, u64_, flag, alias}) {
    const TypeId sub = sub_returning(type);
    EXPECT_EQ(verdict(tail, {{0, main_}, {2, sub}}), "accepted");
    EXPECT_EQ(verdict(packet, {{0, main_}, {2, sub}}), "accepted");
  }
  for (TypeId type : {TypeId{0}, ctx_, u128_}) {
    const TypeId sub = sub_returning(type);
    EXPECT_EQ(verdict(tail, {{0, main_}, {2, sub}}), "tail-call-needs-int");
    EXPECT_EQ(verdict(packet, {{0, main_}, {2, sub}}), "packet-load-needs-int");
  }
}

constexpr auto with_handler = "r0 = 0; exit; r0 = 0; exit";

TEST_F(TypesOfFunctions, AnExceptionCallbackIsReached) {
  const TypeId h = handler(Linkage::global);
  EXPECT_EQ(verdict(with_handler, {{0, main_}, {2, h}}), "function-count");
  tag("handler", main_);
  EXPECT_EQ(verdict(with_handler, {{0, main_}, {2, h}}), "accepted");
  EXPECT_EQ(verdict("r0 = 0; exit", {{0, main_}}), "handler-missing");
  EXPECT_EQ(verdict("r1 = 0; call pc+2; r0 = 0; exit; r0 = 0; exit", {{0, main_}, {4, h}}), "calls-handler");
  tag("another", main_);
  EXPECT_EQ(verdict(with_handler, {{0, main_}, {2, h}}), "handlers-differ");
}
TEST_F(TypesOfFunctions, AnExceptionCallbackHasAName) {
  const TypeId h = handler(Linkage::global);
  tag("nobody", main_);
  EXPECT_EQ(verdict(with_handler, {{0, main_}, {2, h}}), "no-such-handler");
}
TEST_F(TypesOfFunctions, AnExceptionCallbackMayBeNamedByNothing) {
  tag("", main_);
  EXPECT_EQ(verdict("r0 = 0; exit", {{0, main_}}), "no-such-handler");
  tag("", main_);
  EXPECT_EQ(verdict("r0 = 0; exit", {{0, main_}}), "handlers-differ");
}
TEST_F(TypesOfFunctions, OneTagIsReadOfTheProgramAlone) {
  const TypeId h = handler(Linkage::global);
  types_.decl_tag("exception_callback:handler", main_, 0);
  tag("handler", h);
  EXPECT_EQ(verdict("r0 = 0; exit", {{0, main_}}), "accepted");
}
TEST_F(TypesOfFunctions, AnExceptionCallbackIsGlobal) {
  const TypeId h = handler(Linkage::static_);
  tag("handler", main_);
  EXPECT_EQ(verdict(with_handler, {{0, main_}, {2, h}}), "handler-not-global");
}
TEST_F(TypesOfFunctions, AnExceptionCallbackIsNotTheProgram) {
  tag("main", main_);
  EXPECT_EQ(verdict("r0 = 0; exit", {{0, main_}}), "handler-is-main");
}

}  // namespace
}  // namespace skep::verify
