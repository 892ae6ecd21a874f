// SPDX-License-Identifier: Apache-2.0
// docs/reference/batch.md is the specification: its examples are run here, and it must name every member there is.
#include "judge/batch.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ctime>

#include "base/file.hpp"
#include "base/sanitized.hpp"
#include "judge/question.hpp"
#include "judge/reference_examples.hpp"

namespace skep::judge {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

using test::make_batch;

constexpr const char* reference = SKEP_SOURCE_DIR "/docs/reference/batch.md";

TEST(Batch, AnswersAsTheReferenceSays) { EXPECT_GE(test::ask_examples(reference, test::About::user), 20u); }

TEST(Batch, TheReferenceNamesEveryMemberAndWord) {
  const Buffer bytes = *read_file(reference);
  for (const std::string& name : every_word())
    EXPECT_TRUE(as_text(bytes).find("`" + name + "`") != std::string_view::npos ||
                as_text(bytes).find("\"" + name + "\"") != std::string_view::npos)
        << name;
}

// ---- bad lines ----------------------------------------------------------------------------------------------------

#define OBJECT SKEP_SOURCE_DIR "/tests/fuzz/object/linking-clang19.o"

struct Bad {
  std::string line, id, code, place;
};

class BadLines : public testing::TestWithParam<Bad> {};

TEST_P(BadLines, AnswerWithCodeAndPlace) {
  const Bad& bad = GetParam();
  const std::string answer = make_batch().answer(bad.line);
  EXPECT_THAT(answer, StartsWith("{\"id\":" + bad.id + ",\"error\":{\"code\":\"" + bad.code + "\""));
  EXPECT_THAT(answer, HasSubstr("\"place\":\"" + bad.place + "\""));
  EXPECT_EQ(answer.find('\n'), answer.npos);
}

INSTANTIATE_TEST_SUITE_P(
    Batch, BadLines,
    testing::Values(
        Bad{"", "null", "not-json", ""}, Bad{"{", "null", "not-json", ""}, Bad{"[]", "null", "wrong-type", ""},
        Bad{"nul", "null", "not-json", ""}, Bad{R"({"id":1,"do":["interp"]} x)", "null", "not-json", ""},
        Bad{"{\"id\":\"\xff\"}", "null", "not-json", ""}, Bad{R"({"do":["checked"]})", "null", "missing-member", ""},
        Bad{R"({"id":1})", "1", "missing-member", ""},
        Bad{R"({"id":[1],"do":["checked"]})", "null", "wrong-type", "id"},
        Bad{R"({"id":"x","do":["run"]})", "\"x\"", "unknown-word", "do: [0]"},
        Bad{R"({"id":1,"do":"interp"})", "1", "wrong-type", "do"},
        Bad{R"({"id":1,"do":["checked"],"mpas":[]})", "1", "unknown-member", ""},
        Bad{R"({"id":1,"do":["checked"],"maps":[{"typ":"hash"}]})", "1", "unknown-member", "maps: [0]"},
        Bad{R"({"id":1,"do":["checked"],"maps":[{"type":"hsah"}]})", "1", "unknown-map-type", "maps: [0]: type"},
        Bad{R"({"id":1,"do":["checked"],"maps":[{"entries":-1}]})", "1", "wrong-type", "maps: [0]: entries"},
        Bad{R"({"id":1,"do":["checked"],"maps":[{"entries":1.5}]})", "1", "wrong-type", "maps: [0]: entries"},
        Bad{R"({"id":1,"do":["checked"],"maps":[{"entries":4294967296}]})", "1", "wrong-type", "maps: [0]: entries"},
        Bad{R"({"id":1,"do":["checked"],"maps":[{"init":[["00"]]}]})", "1", "wrong-type", "maps: [0]: init: [0]"},
        Bad{R"({"id":1,"do":["checked"],"maps":[{"progs":[0]}]})", "1", "no-such-index", "maps: [0]"},
        Bad{R"({"id":1,"do":["checked"],"insns":"950"})", "1", "wrong-type", "insns"},
        Bad{R"({"id":1,"do":["checked"],"insns":"95"})", "1", "wrong-type", "insns"},
        Bad{R"({"id":1,"do":["checked"],"type":"xpd"})", "1", "unknown-prog-type", "type"},
        Bad{R"({"id":1,"do":["checked"],"type":99})", "1", "wrong-type", "type"},
        Bad{R"({"id":1,"do":["checked"],"attach_type":"xdp2"})", "1", "unknown-attach-type", "attach_type"},
        Bad{R"({"id":1,"do":["checked"],"progs":[],"insns":""})", "1", "contradiction", ""},
        Bad{R"({"id":1,"do":["checked"],"insns":"","object":"x"})", "1", "contradiction", ""},
        Bad{R"({"id":1,"do":["checked"],"insns":"","runs":[],"mem":""})", "1", "contradiction", ""},
        Bad{R"({"id":1,"do":["checked"],"progs":[{"flags":["fast"]}]})", "1", "unknown-flag", "progs: [0]: flags: [0]"},
        Bad{R"({"id":1,"do":["checked"],"runs":[{"prog":0}]})", "1", "no-such-index", "runs: [0]"},
        Bad{R"({"id":1,"do":["checked"],"runs":[{"max_insn":0}]})", "1", "unknown-member", "runs: [0]"},
        Bad{R"({"id":1,"do":["checked"],"runs":[{"max_insns":"many"}]})", "1", "wrong-type", "runs: [0]: max_insns"},
        Bad{R"({"id":1,"do":["checked"],"caps":"root"})", "1", "unknown-capability", "caps"},
        Bad{R"({"id":1,"do":["checked"],"target":"linux-1.0"})", "1", "unknown-target", "target"},
        Bad{R"({"id":1,"do":["checked"],"target":"linux-6.18+caps=bpf","caps":"all"})", "1", "contradiction", ""},
        Bad{R"({"id":1,"do":["checked"],"log":3})", "1", "wrong-type", "log"},
        Bad{R"({"id":1,"do":["checked"],"ops":[[]]})", "1", "wrong-type", "ops: [0]"},
        Bad{R"({"id":1,"do":["checked"],"ops":[["put",0]]})", "1", "unknown-word", "ops: [0]: [0]"},
        Bad{R"({"id":1,"do":["checked"],"ops":[["lookup",0,"00"]]})", "1", "no-such-index", "ops: [0]"},
        Bad{R"({"id":1,"do":["checked"],"maps":[{}],"ops":[["lookup",0]]})", "1", "wrong-type", "ops: [0]"},
        Bad{R"({"id":1,"do":["checked"],"maps":[{}],"ops":[["lookup",0,"00",0]]})", "1", "wrong-type", "ops: [0]"},
        Bad{R"({"id":1,"do":["checked"],"maps":[{}],"ops":[["lookup",0,"0"]]})", "1", "wrong-type", "ops: [0]: [2]"},
        Bad{R"({"id":1,"do":["checked"],"object":"/dev/zero"})", "1", "unfit-input", "object"},
        Bad{R"({"id":1,"do":["checked"],"object":"-"})", "1", "unfit-input", "object"},
        Bad{R"({"id":1,"do":["checked"],"set":{"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}}",
            "1", "wrong-type", "set: a"},
        Bad{R"({"id":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}", "null", "wrong-type", "id"},
        Bad{R"({"id":1,"do":["checked"],"on":["moon"]})", "1", "unknown-word", "on: [0]"},
        Bad{R"({"id":1,"do":[]})", "1", "wrong-type", "do"},
        Bad{R"({"hello":1,"do":["checked"]})", "null", "contradiction", ""},
        Bad{R"({"hello":0})", "null", "wrong-type", "hello"},
        Bad{R"({"id":1,"do":["checked"],"target":"linux-6.18","targets":["linux-6.18"]})", "1", "contradiction", ""},
        Bad{R"({"id":1,"do":["checked"],"targets":[]})", "1", "wrong-type", "targets"},
        Bad{R"({"id":1,"do":["checked"],"targets":["linux-6.18","linux"]})", "1", "unknown-target", "targets: [1]"},
        Bad{R"({"id":1,"do":["checked"],"proof":true})", "1", "missing-member", ""},
        Bad{R"({"id":1,"do":["checked"],"history":true})", "1", "missing-member", ""},
        Bad{R"({"id":1,"do":["checked"],"do":["interp"]})", "1", "member-twice", ""},
        Bad{R"({"id":1,"a":1,"a":{"b":1,"b":2,"c":3}})", "1", "member-twice", ""},
        Bad{R"({"do":["checked"],"maps":[{},{"key":1,"key":{"key":1,"key":2}}],"id":1})", "1", "member-twice",
            "maps: [1]"},
        Bad{R"({"id":1,"do":["checked"],"progs":[{"name":"a"},{"name":"b"},{"name":"a"}]})", "1", "name-twice",
            "progs: [2]"},
        Bad{R"({"id":1,"do":["checked"],"object":")" OBJECT R"(","program":"nobody"})", "1", "no-such-program",
            "program"},
        Bad{R"({"id":1,"do":["checked"],"object":"/"})", "1", "is-a-folder", "object"},
        Bad{R"({"id":1e400,"do":["checked"]})", "null", "wrong-type", ""}));

TEST(Batch, AnIdComesBackAsItIsWritten) {
  Batch batch = make_batch();
  for (const std::string id :
       {"1.50", "-0", "123456789012345678901234567890", "1E+2", R"("a\u0041\/\"}, \\")", R"("id")"})
    for (const std::string& line : {"{\"id\":" + id + ",\"do\":[\"ops\"],\"license\":\"id\"}",
                                    "{\"license\":\"}\\\"\", \"do\" : [ \"ops\" ], \"id\" : " + id + " }",
                                    "{\"maps\":[{\"id\":3}],\"id\":" + id + "}"})
      EXPECT_THAT(batch.answer(line), StartsWith("{\"id\":" + id + ",\"")) << line;
  EXPECT_THAT(batch.answer(R"({"\u0069d":"\u0041","do":["ops"]})"), StartsWith(R"({"id":"A",)"));
}

TEST(Batch, InputThatDoesNotFitIsNamed) {
  EXPECT_THAT(make_batch().answer(R"({"id":1,"do":["checked"],"insns":"b7000000010000009500000000000000","l2":true})"),
              HasSubstr(R"("message":"l2: a raw program takes memory)"));
  EXPECT_THAT(make_batch().answer(R"({"id":1e400,"do":["checked"]})"),
              HasSubstr(R"("message":"found the number 1e400; expected one that a double can hold")"));
}

// ---- runs ---------------------------------------------------------------------------------------------------------

TEST(Batch, ExecutorsThatDifferSaySo) {
  // r0 = r10: each executor has a stack of its own, but the engine lends both the same one; r0 = map's address differs.
  const std::string answer = make_batch().answer(
      R"({"id":1,"do":["interp","checked"],"maps":[{"type":"array","key":4,"value":8,"entries":1}],)"
      R"("insns":"182000000000000000000000000000009500000000000000"})");
  EXPECT_THAT(answer, HasSubstr(R"("differs":[)"));
}

TEST(Batch, MapsPersistFromRunToRunAndNotFromLineToLine) {
  Batch batch = make_batch();
  const std::string line =
      R"({"id":1,"do":["checked"],"maps":[{"type":"array","key":4,"value":8,"entries":1}],"insns":")"
      "18210000000000000000000000000000"                  // r1 = map[0][0] + 0
      "791000000000000007000000010000007b01000000000000"  // r0 = ++*r1
      R"(9500000000000000","runs":[{},{}]})";
  for (int i = 0; i < 2; ++i) {
    const std::string answer = batch.answer(line);
    EXPECT_THAT(answer, HasSubstr(R"("r0":"0x1")"));
    EXPECT_THAT(answer, HasSubstr(R"("r0":"0x2")"));
    EXPECT_THAT(answer, HasSubstr(R"("maps":[[["00000000","0200000000000000"]]])"));
  }
}

TEST(Batch, ASharedDomainIsNotAvailable) {
  auto batch = Batch::create({.domain = "/run/skep"});
  ASSERT_FALSE(batch);
  EXPECT_EQ(batch.error().row().slug, "not-available");
}

// ---- streams ------------------------------------------------------------------------------------------------------

// What comes out of a stream that is fed `in`, and the processor time it took.
struct Streamed {
  std::string out;
  double seconds;
};
Streamed streamed(std::string_view in) {
  const Fd from(::memfd_create("in", 0)), to(::memfd_create("out", 0));
  EXPECT_EQ(::write(from.get(), in.data(), in.size()), static_cast<ssize_t>(in.size()));
  ::lseek(from.get(), 0, SEEK_SET);
  Batch batch = make_batch();
  const std::clock_t start = std::clock();
  EXPECT_TRUE(batch.stream(from.get(), to.get()));
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::string out(static_cast<std::size_t>(::lseek(to.get(), 0, SEEK_CUR)), '\0');
  EXPECT_EQ(::pread(to.get(), out.data(), out.size(), 0), static_cast<ssize_t>(out.size()));
  return {std::move(out), seconds};
}

TEST(BatchStream, OneLineOutForOneLineIn) {
  EXPECT_EQ(streamed("").out, "");
  EXPECT_EQ(std::ranges::count(streamed("\n\n").out, '\n'), 2);
  EXPECT_EQ(std::ranges::count(streamed("x\ny").out, '\n'), 2);  // the last line may have no end
}

TEST(BatchStream, ALineThatIsTooLongIsSkippedToItsEnd) {
  std::string in(most_line_bytes + 100, ' ');
  in += "\n{\"id\":7,\"do\":[\"ops\"]}\n";
  const std::string out = streamed(in).out;
  EXPECT_THAT(out, StartsWith(R"({"id":null,"error":{"code":"line-too-long")"));
  EXPECT_THAT(out, HasSubstr("\n{\"id\":7,\"ops\":"));
}

// Small programs as a fuzzer makes them, a fifth of the lines malformed in some way.
std::string small_line(uint32_t i) {
  const std::string id = std::to_string(i);
  const std::string value = to_hex(Bytes(reinterpret_cast<const uint8_t*>(&i), 4));
  switch (i % 10) {
    case 0: return "{\"id\":" + id + ",\"do\":[\"interp\"],\"insns\":\"b7";
    case 1: return "{\"id\":" + id + ",\"do\":[\"checked\"],\"insns\":\"b7\"}";
    case 2:
      return "{\"id\":" + id + ",\"do\":[\"checked\"],\"mem\":\"" + value +
             "0000\",\"insns\":\"61100400000000009500000000000000\"}";
    case 3:
      return "{\"id\":" + id +
             ",\"do\":[\"ops\"],\"maps\":[{\"type\":\"hash\",\"key\":4,\"value\":4,\"entries\":8}],"
             "\"ops\":[[\"update\",0,\"" +
             value + "\",\"" + value + "\"],[\"keys\",0]]}";
    case 4:
      return "{\"id\":" + id + ",\"do\":[\"checked\"],\"type\":\"xdp\",\"packet\":\"0200000000020200000000010800" +
             std::string(40, '0') + "\",\"insns\":\"b7000000020000009500000000000000\"}";
    default:
      return "{\"id\":" + id + ",\"do\":[\"interp\",\"checked\"],\"insns\":\"b7000000" + value + "07000000" + value +
             "9500000000000000\"}";
  }
}

TEST(BatchStream, ManyLinesInOrderAtTenThousandASecond) {
  constexpr uint32_t lines = sanitized ? 10'000 : 100'000;
  std::string in;
  for (uint32_t i = 0; i < lines; ++i) in += small_line(i) + "\n";
  const auto [out, seconds] = streamed(in);
  std::size_t at = 0;
  for (uint32_t i = 0; i < lines; ++i) {
    const std::size_t end = out.find('\n', at);
    ASSERT_NE(end, out.npos) << i;
    const std::string_view answer = std::string_view(out).substr(at, end - at);
    ASSERT_TRUE(answer.starts_with("{\"id\":" + (i % 10 == 0 ? "null" : std::to_string(i)) + ",")) << i << answer;
    ASSERT_TRUE(answer.ends_with('}')) << answer;
    at = end + 1;
  }
  EXPECT_EQ(at, out.size());
  RecordProperty("lines_per_second", static_cast<int>(lines / seconds));
  std::printf("%d lines a second\n", static_cast<int>(lines / seconds));
#if defined(__OPTIMIZE__) && !defined(__clang__)
  EXPECT_GE(lines / seconds, 10'000);
#endif
}

}  // namespace
}  // namespace skep::judge
