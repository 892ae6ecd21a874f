// SPDX-License-Identifier: Apache-2.0
// The kernel executor as docs/reference/batch.md says, and its pace.
#include <gmock/gmock.h>

#include <chrono>

#include "judge/reference_examples.hpp"
#include "sys/kernel_judge.hpp"

namespace skep::judge {
namespace {

using testing::HasSubstr;
using BatchKernel = sys::test::AsksKernel;

TEST_F(BatchKernel, AnswersAsTheReferenceSays) {
  EXPECT_GE(test::ask_examples(SKEP_SOURCE_DIR "/docs/reference/batch.md", test::About::kernel), 8u);
}

TEST_F(BatchKernel, AsksAboutTheOthersWhenItRefuses) {
  const std::string answer = test::make_batch().answer(
      R"({"id":1,"do":["kernel","checked"],"type":"xdp","insns":"bf200000000000009500000000000000",)"
      R"("packet":"0200000000020200000000010806"})");
  EXPECT_THAT(answer, HasSubstr(R"("kernel":{"verify":{"result":"rejected","errno":"EACCES")"));
  EXPECT_THAT(answer, HasSubstr(R"("differs":["runs"])"));
}

TEST_F(BatchKernel, WithoutItsLeaveItIsNotAsked) {
  Batch batch = *Batch::create({.lanes = 2, .kernel = Kernel::left_alone});
  EXPECT_THAT(batch.answer(R"({"id":1,"do":["kernel"],"type":"xdp","insns":"95"})"), HasSubstr("wrong-type"));
  EXPECT_THAT(batch.answer(R"({"id":1,"do":["kernel"],"type":"xdp","insns":"9500000000000000"})"),
              HasSubstr(R"("kernel":{"error":{"code":"not-available")"));
  EXPECT_THAT(batch.answer(R"({"id":1,"do":["ops"],"on":["kernel"],"ops":[]})"),
              HasSubstr(R"("kernel":{"error":{"code":"not-available")"));
  EXPECT_THAT(batch.answer(R"({"hello":1})"), HasSubstr(R"("kernel":{"error":{"code":"not-available")"));
}

// 10,000 small programs a second of processor time are wanted; a loaded machine gets half.
TEST_F(BatchKernel, ManyProgramsASecond) {
  Batch batch = test::make_batch();
  const std::string line =
      R"({"id":1,"do":["kernel"],"type":"xdp","insns":"611200000000000061100400000000001f200000000000009500000000000000",)"
      R"("packet":"0200000000020200000000010806"})";
  constexpr int programs = 5000;
  const std::clock_t start = std::clock();
  for (int i = 0; i < programs; ++i) batch.answer(line);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  RecordProperty("programs_a_second", static_cast<int>(programs / seconds));
  EXPECT_GT(programs / seconds, 5000);
}

}  // namespace
}  // namespace skep::judge
