// SPDX-License-Identifier: Apache-2.0
// The text that trace_printk prints. Lengths and refusals are compared with Linux in helpers_kernel_test.cpp.
#include "helpers/format.hpp"

#include <gtest/gtest.h>

namespace skep::helpers {
namespace {

std::string text(std::string_view f, std::vector<uint64_t> arguments = {}) {
  std::string terminated(f);
  auto out = format(as_bytes({terminated.c_str(), terminated.size() + 1}), arguments);
  return out ? out->text : "errno " + std::to_string(-out.error());
}
template <class T>
uint64_t address(const T* p) {
  return reinterpret_cast<uint64_t>(p);
}

TEST(Format, numbers) {
  EXPECT_EQ(text("%d %i %u", {~0ULL, ~0ULL, ~0ULL}), "-1 -1 4294967295");
  EXPECT_EQ(text("%ld %lld %llu", {~0ULL, ~0ULL, ~0ULL}), "-1 -1 18446744073709551615");
  EXPECT_EQ(text("%x %lx %X", {0x1234567890, 0x1234567890, 0xab}), "34567890 1234567890 AB");
  EXPECT_EQ(text("%5d|%-5d|%05d", {1, 2, 3}), "    1|2    |00003");
  EXPECT_EQ(text("100%% %c", {'x'}), "100% x");
}

TEST(Format, strings_are_read_where_they_are_and_empty_where_they_are_not) {
  const char* name = "lo";
  EXPECT_EQ(text("%s|%4s|%-4s|", {address(name), address(name), address(name)}), "lo|  lo|lo  |");
  EXPECT_EQ(text("[%s] [%s] [%s]", {0, 0x5ce7000000000000, ~0ULL}), "[] [] []");
  std::string longer(2000, 'y');
  EXPECT_EQ(text("%s", {address(longer.c_str())}), std::string(511, 'y'));
  EXPECT_EQ(text("%s%s", {address(longer.c_str()), address(name)}), "errno 28");
}

TEST(Format, pointers_and_addresses) {
  const uint8_t v4[] = {10, 0, 0, 1}, v6[] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_EQ(text("%p %px", {0xabc, 0xabc}), "0000000000000abc 0000000000000abc");
  EXPECT_EQ(text("%pS", {0xabc}), "0xabc");
  EXPECT_EQ(text("%pI4 %pi4", {address(v4), address(v4)}), "10.0.0.1 010.000.000.001");
  EXPECT_EQ(text("%pI6", {address(v6)}), "2001:0db8:0000:0000:0000:0000:0000:0001");
  EXPECT_EQ(text("%pi6", {address(v6)}), "20010db8000000000000000000000001");
  EXPECT_EQ(text("%pI4", {0}), "0.0.0.0");
}

TEST(Format, a_format_is_refused_as_a_whole) {
  for (std::string_view f : {"%", "%d %", "%.3d", "%hd", "%q", "%llld", "%pM", "%5%", "\x01", "%sx"})
    EXPECT_EQ(text(f, {1, 2, 3}), "errno 22") << f;
  EXPECT_EQ(text("%d"), "errno 22") << "more conversions than arguments";
  EXPECT_FALSE(format(as_bytes("no end"), {}));
  EXPECT_FALSE(format({}, {}));
}

TEST(Format, long_lines_are_cut_and_counted) {
  std::string terminated = "%1000d%1000d";
  const uint64_t arguments[] = {1, 2};
  auto out = format(as_bytes({terminated.c_str(), terminated.size() + 1}), arguments);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->length, 2000u);
  EXPECT_EQ(out->text.size(), 1023u);
  EXPECT_LE(text("%99999999999999999999d", {1}).size(), 1023u);
}

}  // namespace
}  // namespace skep::helpers
