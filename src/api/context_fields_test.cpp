// SPDX-License-Identifier: Apache-2.0
#include "api/context_fields.hpp"

#include <gmock/gmock.h>

#include "api/raw.hpp"

namespace skep::api {

static std::vector<std::string> fields_of(facts::ProgType type, std::string_view text) {
  module::ProgDef program;
  program.type = type;
  program.insns = *instructions(*assemble(text));
  return context_fields(program);
}

using ::testing::ElementsAre;
constexpr auto xdp = facts::ProgType::xdp, tc = facts::ProgType::sched_cls;

TEST(ContextFields, named_where_the_register_is_r1_of_the_begin) {
  EXPECT_THAT(fields_of(xdp, "r2 = *(u32 *)(r1 + 4)\n r1 = *(u32 *)(r1 + 0)\n exit"),
              ElementsAre("ctx->data_end", "ctx->data", ""));
  EXPECT_THAT(fields_of(tc, "r6 = r1\n *(u32 *)(r6 + 56) = 1\n exit"), ElementsAre("", "ctx->cb[2]", ""));
}

TEST(ContextFields, a_written_register_is_no_context) {
  EXPECT_THAT(fields_of(xdp, "r1 += 0\n r0 = *(u32 *)(r1 + 4)\n exit"), ElementsAre("", "", ""));
  EXPECT_THAT(fields_of(xdp, "w1 = w1\n r0 = *(u32 *)(r1 + 4)\n exit"), ElementsAre("", "", ""));
  EXPECT_THAT(fields_of(xdp, "r6 = r1\n call ktime_get_ns\n r0 = *(u32 *)(r1 + 4)\n r0 = *(u32 *)(r6 + 4)\n exit"),
              ElementsAre("", "", "", "ctx->data_end", ""));
}

TEST(ContextFields, where_paths_meet_all_must_hold_it) {
  EXPECT_THAT(fields_of(xdp, "if r2 == 0 goto m\n r1 = 0\n m: r0 = *(u32 *)(r1 + 4)\n exit"),
              ElementsAre("", "", "", ""));
  EXPECT_THAT(fields_of(xdp, "if r2 == 0 goto m\n r2 = 0\n m: r0 = *(u32 *)(r1 + 4)\n exit"),
              ElementsAre("", "", "ctx->data_end", ""));
}

TEST(ContextFields, nothing_is_said_of_accesses_linux_refuses_or_code_that_is_never_reached) {
  EXPECT_THAT(fields_of(xdp, "r0 = *(u16 *)(r1 + 4)\n exit\n r0 = *(u32 *)(r1 + 4)"), ElementsAre("", "", ""));
  EXPECT_THAT(fields_of(facts::ProgType::kprobe, "r0 = *(u64 *)(r1 + 168)\n exit"), ElementsAre("", ""));
}

}  // namespace skep::api
