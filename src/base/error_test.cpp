// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/suggest.hpp"

namespace skep {
namespace {

// clang-format off
#define TEST_DIAGNOSTICS(X)                                                                                     \
  X(TooLarge, "SKEP-T0001", "too-large", E2BIG, (int64_t, found)(int, most)(std::string, field),                \
    "the {field} is {found}; the field holds at most {most}", "choose a smaller {field}")                       \
  X(TooFew, "SKEP-T0003", "too-few", EINVAL, (int, found)(int, least),                                          \
    "there are {found} bytes of {least} bytes", "")                                                             \
  X(NoExit, "SKEP-T0002", "no-exit", EINVAL, , "the last instruction is not exit", "")
// clang-format on
TEST_DIAGNOSTICS(SKEP_DIAGNOSTIC)

Result<int> leaf(int n) {
  if (n > 10) return fail(TooLarge{.found = n, .most = 10, .field = "offset"});
  return n;
}
Result<int> middle(int n) { return 2 * TRY_WITHIN(leaf(n), "insn 6"); }
Result<void> outer(int n) {
  TRY_VOID(middle(n));
  return {};
}

TEST(Error, SaysAnErrnoInWords) {
  EXPECT_EQ(errno_text(ENOSPC), "no space left on device (ENOSPC)");
  EXPECT_EQ(errno_text(EIO), "input/output error (EIO)");
  EXPECT_EQ(errno_text(524), "operation not supported (ENOTSUPP)");
  EXPECT_EQ(errno_text(9999), "errno 9999");
}

TEST(Error, OneIsNotMany) {
  EXPECT_EQ(fail(TooFew{.found = 1, .least = 2}).error().message(), "there are 1 byte of 2 bytes");
  EXPECT_EQ(fail(TooFew{.found = 21, .least = 1}).error().message(), "there are 21 bytes of 1 byte");
}

TEST(Error, CarriesWordsFieldsAndPlaces) {
  EXPECT_EQ(*middle(3), 6);
  EXPECT_TRUE(outer(3).has_value());
  auto r = outer(70000);
  ASSERT_FALSE(r);
  auto e = std::move(r.error()).within("program 'count'");
  EXPECT_EQ(e.place(), "program 'count': insn 6");
  EXPECT_EQ(e.message(), "the offset is 70000; the field holds at most 10");
  EXPECT_EQ(e.hint(), "choose a smaller offset");
  EXPECT_EQ(e.text(),
            "program 'count': insn 6: the offset is 70000; the field holds at most 10. choose a smaller offset");
  EXPECT_EQ(e.row().slug, "too-large");
}

TEST(Error, WithoutPlaceOrHintIsOnlyTheMessage) {
  Result<int> r = fail(NoExit{});
  EXPECT_EQ(r.error().text(), "the last instruction is not exit");
}

TEST(Hex, RoundTripsAndRefusesTheRest) {
  EXPECT_EQ(to_hex(Buffer{0x00, 0xaf, 0x10}), "00af10");
  EXPECT_EQ(from_hex("00AF10"), (Buffer{0x00, 0xaf, 0x10}));
  EXPECT_EQ(from_hex("0"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
}

TEST(Bytes, LoadsAndSlicesStopAtTheEnd) {
  Buffer b{1, 2, 3, 4};
  EXPECT_EQ(load_at<uint16_t>(b, 2), 0x0403);
  EXPECT_EQ(load_at<uint16_t>(b, 3), std::nullopt);
  EXPECT_EQ(load_at<uint16_t>(b, SIZE_MAX), std::nullopt);
  EXPECT_FALSE(slice(b, 1, SIZE_MAX));
  EXPECT_EQ(slice(b, 4, 0)->size(), 0u);
}

TEST(Suggest, NamesTheNearestOnlyWhenItIsNear) {
  std::string names[] = {"counts", "config"};
  EXPECT_EQ(did_you_mean("cunts", names), "; did you mean counts?");
  EXPECT_EQ(did_you_mean("conuts", names), "; did you mean counts?");
  EXPECT_EQ(did_you_mean("blocklist", names), "");
  EXPECT_EQ(listed(names, 1), "counts and 1 more");
}

}  // namespace
}  // namespace skep
