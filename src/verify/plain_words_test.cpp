// SPDX-License-Identifier: Apache-2.0
#include "verify/plain_words.hpp"

#include <gtest/gtest.h>

namespace skep::verify {
namespace {

#define X(name, text) +1
constexpr unsigned reg_kinds = 0 SKEP_REG_KINDS(X);
#undef X

TEST(PlainWords, call_registers_what_they_are) {
  EXPECT_EQ(plain_kinds("scalar"), "a number");
  EXPECT_EQ(plain_kinds("map_value_or_null"), "a pointer to a map value, or null");
  EXPECT_EQ(plain_kinds("ptr_or_null_"), "a pointer to a kernel object, or null");
  EXPECT_EQ(plain_kinds("trusted_ptr_task_struct"), "a pointer to a struct task_struct");
  EXPECT_EQ(plain_kinds("rdonly_mem_or_null"), "a pointer to memory, read-only, or null");
  EXPECT_EQ(plain_kinds("fp, pkt, map_value"), "a pointer to the stack, the packet or a map value");
  EXPECT_EQ(plain_kinds("sock_common, sock, tcp_sock"), "a socket or a TCP socket");
  EXPECT_EQ(plain_kinds("percpu_array"), "percpu_array") << "what is no register's kind stays";
}

// Every kind but nothing at all has words; they never are the log's.
TEST(PlainWords, are_there_for_every_kind) {
  for (unsigned k = static_cast<unsigned>(RegKind::scalar); k < reg_kinds; ++k) {
    const std::string in_log = kernel_text(RegType{static_cast<RegKind>(k), {}});
    EXPECT_NE(plain_kinds(in_log), in_log);
  }
}

}  // namespace
}  // namespace skep::verify
