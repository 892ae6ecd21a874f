// SPDX-License-Identifier: Apache-2.0
// What a case file says about itself when it is wrong: a file that must fail fails, at the line that is wrong.
#include "judge/case.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>

#include "base/file.hpp"
#include "isa/op.hpp"
#include "judge/packet_words.hpp"

namespace skep::judge {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A case file that lives as long as the test needs it.
class TemporaryCase {
 public:
  explicit TemporaryCase(std::string_view text) {
    path_ = testing::TempDir() + "skep_case_test." + std::to_string(::getpid()) + ".case";
    auto out = OutputFile::create(path_);
    EXPECT_TRUE(out && out->write(as_bytes(text)) && out->commit());
  }
  ~TemporaryCase() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }
  Result<Summary> run(Bless bless = Bless::no) const { return run_cases(std::span(&path_, 1), {.bless = bless}); }
  std::string text() const { return std::string(as_text(*read_file(path_))); }

 private:
  std::string path_;
};

Summary summary_of(std::string_view text) {
  auto summary = TemporaryCase(text).run();
  EXPECT_TRUE(summary) << summary.error().text();
  return summary ? *std::move(summary) : Summary{};
}

// ---- the canary: wrong expectations are seen ----------------------------------------------------------------------

struct Wrong {
  std::string gives, because;
};
class WrongExpectations : public testing::TestWithParam<Wrong> {};

TEST_P(WrongExpectations, AreFailuresAtTheirLine) {
  const std::string text =
      "map counts: array value=8 entries=2\n"
      "prog p: raw\n"
      "  r0 = *(u64 *)(r1 + 0)\n"
      "  exit\n"
      "run: mem u64 7 gives " +
      GetParam().gives + "\n";
  const Summary s = summary_of(text);
  ASSERT_EQ(s.failures.size(), 1u);
  EXPECT_THAT(s.failures[0].place, HasSubstr(".case:5: interp"));
  EXPECT_EQ(s.failures[0].text, GetParam().because);
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(
    Case, WrongExpectations,
    testing::Values(
        Wrong{"r0 = 8", "expected r0 = 8; came r0 = 7"}, Wrong{"limit", "expected limit; came r0 = 7"},
        Wrong{"mem = u64 8", "expected mem = 0800000000000000; came mem = 0700000000000000"},
        Wrong{"fault too-deep", "expected fault too-deep; came r0 = 7"}, Wrong{"printk \"x\"", "expected printk \"x\"; came nothing printed"},
        Wrong{"packet = eth", "expected packet = 02000000000202000000000188b5; came packet: none"},
        Wrong{"map counts has 0 = 1", "expected = 0100000000000000; came = 0000000000000000"}, Wrong{"map counts lacks 1", "expected it lacks it; came it has it"},
        Wrong{"map counts has 2 = 0", "expected = 0000000000000000; came no such element"}, Wrong{"map counts is empty", "expected 0 elements; came 2 elements"}));
// clang-format on

TEST(Case, AFaultThatNobodyExpectsIsAFailure) {
  const Summary s = summary_of("prog p: raw\n  r0 = *(u64 *)(r1 + 0)\n  exit\nrun: mem u32 7 gives mem = u32 7\n");
  ASSERT_EQ(s.failures.size(), 1u);
  EXPECT_THAT(s.failures[0].text, StartsWith("it ends in fault out-of-bounds at 0"));
}

// ---- nothing is left out -----------------------------------------------------------------------------------------

TEST(Case, EveryOperationThatRunsHasACase) {
  std::set<isa::Op> seen;
  for (const auto& entry : std::filesystem::directory_iterator(SKEP_SOURCE_DIR "/tests/run")) {
    const auto bytes = read_file(entry.path().string());
    ASSERT_TRUE(bytes);
    const auto file = parse_case(entry.path().string(), as_text(*bytes));
    ASSERT_TRUE(file) << file.error().text();
    for (const module::ProgDef& prog : file->module->progs)
      for (const isa::Insn& insn : prog.insns) seen.insert(isa::decode(insn));
  }
  // What has no meaning in the user engine yet: kernel functions, types, arenas, callbacks, maps by another number.
  const std::set<std::string_view> later = {"call_kfunc",       "ld_var",    "ld_func",    "ld_map_idx",
                                            "ld_map_idx_value", "cast_user", "cast_kernel"};
  for (const isa::Row& row : isa::rows) {
    if (row.shape == isa::Shape::none || later.contains(row.name)) continue;
    EXPECT_TRUE(seen.contains(static_cast<isa::Op>(&row - isa::rows.data()))) << row.name;
  }
}

// ---- facts --------------------------------------------------------------------------------------------------------

TEST(Case, FactsAreWhatTheVerifierKnowsOverAllPaths) {
  constexpr std::string_view wrong = R"(prog p: socket_filter
  r2 = *(u32 *)(r1 + 0)      => r2 in [0, 7]
  if r2 > 63 goto out        => r2 in [0, 63], w2 = 5
  *(u64 *)(r10 - 8) = r2     => fp-8 in [0, 63], fp-16 = mmmmmmmm
out:
  r0 = 0
  exit
linux: accepts
)";
  const Summary s = summary_of(wrong);
  ASSERT_EQ(s.failures.size(), 3u);
  EXPECT_THAT(s.failures[0].text, HasSubstr("expected r2 in [0, 7]; known is r2 in [0, 4294967295]"));
  EXPECT_THAT(s.failures[1].text, HasSubstr("expected w2 = 5; known is w2 in [0, 63]"));
  EXPECT_THAT(s.failures[2].text, HasSubstr("known is fp-16 = ????????"));
  TemporaryCase file(wrong);
  EXPECT_TRUE(file.run(Bless::yes)->failures.empty());
  EXPECT_THAT(file.text(), HasSubstr("=> fp-8 in [0, 63], fp-16 = ????????\n"));
  EXPECT_TRUE(file.run()->failures.empty());
}

TEST(Case, AFactNamesAPlaceAndStandsBehindAnInstruction) {
  for (std::string_view fact : {"r11 = 5", "r2", "fp-4 = 5", "fp-0 = 5", "x = 5"})
    EXPECT_FALSE(parse_case("a.case", "prog p: xdp\n  r0 = 0  => " + std::string(fact) + "\n  exit\n")) << fact;
  EXPECT_FALSE(parse_case("a.case", "prog p: xdp\n    => r0 = 5\n  r0 = 0\n  exit\n"));
}

// ---- C ------------------------------------------------------------------------------------------------------------

// What C would have given: a program and a map.
Result<module::Module> pretended_c(const std::string&, std::string_view) {
  module::Module m;
  m.progs.emplace_back().name = "pass";
  m.maps.emplace_back().name = "seen";
  return m;
}

TEST(Case, WhatIsSaidOfProgramsInCHasItsPlace) {
  const struct {
    std::string_view text, error;
  } wrong[] = {
      {"c:\n  int x;\nprog paas\nrun: gives r0 = 1\n", "a.case:3"},
      {"c:\n  int x;\nprog pass\n  exit\nrun: gives r0 = 1\n", "a.case:4"},
      {"c:\n  int x;\nprog pass\nwith a=1: accepts\n", "a.case:4"},
      {"c:\n  int x;\nprog pass: raw\n  exit\nrun: gives r0 = 1\n", "two programs of the name 'pass'"},
      {"map seen: array value=8 entries=1\nc:\n  int x;\nprog pass\nlinux: accepts\n", "two maps of the name 'seen'"},
      {"c:\n  int x;\nprog pass\n", "it says nothing that could be wrong"},
      {"prog pass\nlinux: accepts\n", "a.case:1"},
  };
  for (const auto& w : wrong) {
    const auto file = parse_case("a.case", w.text, pretended_c);
    ASSERT_FALSE(file) << w.text;
    EXPECT_THAT(file.error().text(), HasSubstr(w.error)) << w.text;
  }
}

TEST(Case, ProgramsInTextUseTheMapsOfCByName) {
  const auto file = parse_case("a.case",
                               "map own: array value=8 entries=1\nc:\n  int x;\n"
                               "prog p: xdp\n  r1 = map[own]\n  r2 = map[seen]\n  r0 = 0\n  exit\nlinux: accepts\n",
                               pretended_c);
  ASSERT_TRUE(file) << file.error().text();
  const module::Module& m = *file->module;
  ASSERT_EQ(m.maps.size(), 2u);
  const auto& insns = m.progs[file->progs[0].prog].insns;
  EXPECT_EQ(m.maps[static_cast<std::size_t>(insns[0].imm)].name, "own");
  EXPECT_EQ(m.maps[static_cast<std::size_t>(insns[2].imm)].name, "seen");
}

TEST(Case, WhatClangSaysHasTheLinesOfTheCaseFile) {
  TemporaryCase wrong("# a comment\nc:\n\n  int x = y;\n# another\nprog p\nlinux: accepts\n");
  const auto summary = wrong.run();
  ASSERT_FALSE(summary);
  EXPECT_THAT(summary.error().text(), HasSubstr(wrong.path() + ":4:11: error"));
}

// ---- what is counted ----------------------------------------------------------------------------------------------

TEST(Case, VerdictsAreAskedAndExceptionsAreNamed) {
  const Summary s = summary_of(R"(prog p: raw
  r0 = 1        => r0 = 1
  exit          # a comment, not counted
linux: accepts
run: gives r0 = 1
not on interp: because this is a test
prog refused: xdp
  r0 = *(u64 *)(r1 + 0)   ! no-such-field
  exit
)");
  ASSERT_EQ(s.failures.size(), 1u);
  EXPECT_THAT(s.failures[0].text,
              HasSubstr("expected rejected at insn 0: no-such-field ; skep: rejected at insn 0: no-context-field"));
  EXPECT_EQ(s.verdicts, 2u);
  EXPECT_EQ(s.facts, 1u);
  ASSERT_EQ(s.exceptions.size(), 1u);
  EXPECT_EQ(s.exceptions[0].executor, "interp");
  EXPECT_EQ(s.exceptions[0].because, "this is a test");
  EXPECT_THAT(text(s), HasSubstr("1 file, 2 programs, 1 run through 2 executors, 1 fact, 2 verdicts ("));
  EXPECT_THAT(text(s), HasSubstr(": 1 failure; 1 exception\n"));
}

TEST(Case, RowsMakeProgramsOfATemplate) {
  const Summary s = summary_of(R"(prog read: {type}
  r0 = *({size} *)(r1 + {off})
  r0 = 0
  exit
with type=xdp size=u32 off=0: accepts
with type="xdp" size=u32 off=24: rejects no-context-field at 24
with type=socket_filter size=u8 off=24: accepts

prog answer: raw
  r0 = {n}
  r0 {change}
  exit
run: gives r0 = {n}
with n=1 change="*= 1": accepts
with n=-2 change="s>>= 64": rejects shifts-too-far
)");
  ASSERT_TRUE(s.failures.empty()) << text(s);
  EXPECT_EQ(s.progs, 5u);
  EXPECT_EQ(s.runs, 2u);
  EXPECT_EQ(s.verdicts, 5u);
}

TEST(Case, ARowThatIsWrongFailsAtItsLine) {
  const Summary s = summary_of(R"(prog read: xdp
  r0 = *(u32 *)(r1 + {off})
  r0 = 0
  exit
with off=0: rejects no-context-field
with off=24: accepts
with off=24: rejects no-context-field off=23
with off=24: rejects maybe-null
)");
  ASSERT_GE(s.failures.size(), 4u);
  std::map<std::string, std::string> at;  // by line; the running kernel's answer may be behind skep's
  for (const Failure& f : s.failures) at.try_emplace(f.place.substr(f.place.find(".case:") + 6), f.text);
  EXPECT_EQ(at["5: read[1]"], "expected rejected; skep: accepted");
  EXPECT_THAT(at["6: read[2]"], StartsWith("expected accepted; skep: rejected at insn 0: no-context-field"));
  EXPECT_THAT(at["7: read[3]"], StartsWith("expected rejected: no-context-field off=23; skep: rejected at insn 0"));
  EXPECT_THAT(at["8: read[4]"], StartsWith("expected rejected: maybe-null ; skep: rejected at insn 0"));
}

TEST(Case, SourceLinesAndSemicolonsAreAsInTheAssembler) {
  EXPECT_TRUE(summary_of("prog p: raw\n  ; int x = 1 ! not a mark\n  r0 = 1; r0 += 2\n  exit\nrun: gives r0 = 3\n")
                  .failures.empty());
}

// ---- what cannot be understood ------------------------------------------------------------------------------------

struct Broken {
  std::string text, place, message;
};
class BrokenFiles : public testing::TestWithParam<Broken> {};

TEST_P(BrokenFiles, AreErrorsAtTheirLine) {
  auto parsed = parse_case("x.case", GetParam().text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().place(), GetParam().place);
  EXPECT_THAT(parsed.error().message(), HasSubstr(GetParam().message));
}

const std::string hole = "prog p: raw\n  r0 = {n}\n  exit\n", row = "with n=1: accepts\n";
std::string rows(int n) {
  std::string all = hole;
  for (int i = 0; i < n; ++i) all += row;
  return all;
}
const std::string good = "prog p: raw\n  r0 = 0\n  exit\n";
INSTANTIATE_TEST_SUITE_P(
    Case, BrokenFiles,
    testing::Values(Broken{"  r0 = 0\n", "x.case:1", "stands before any program"},
                    Broken{"run: gives r0 = 0\n", "x.case:1", "stands before any program"},
                    Broken{"linux: accepts\n", "x.case:1", "stands before any program"},
                    Broken{"mpa counts: hash\n", "x.case:1", "found 'mpa counts: hash'"},
                    Broken{"prog p: xpd\n", "x.case:1: program 'p'", "no program type 'xpd'; did you mean xdp?"},
                    Broken{good, "x.case:1", "it says nothing that could be wrong"},
                    Broken{good + "run: gives r0 = 0\n" + good, "x.case:5", "two programs of the name 'p'"},
                    Broken{"prog p: raw\n  r0 = 0\n\n  r0 ?= 1\nrun: gives r0 = 0\n", "x.case: line 4, column 6", ""},
                    Broken{"with n=1: accepts\n", "x.case:1", "stands before any program"},
                    Broken{hole, "x.case:1", "expected rows below it"},
                    Broken{"prog p: {type}\n  exit\n", "x.case:1", "expected rows below it"},
                    Broken{hole + row + "linux: accepts\n", "x.case:1", "but not both"},
                    Broken{rows(11), "x.case:14", "at most 10 rows"},
                    Broken{hole + "with m=1: accepts\n", "x.case:4", "found 'm'"},
                    Broken{hole + "with n=1 m=1: accepts\n", "x.case:4", "found 'm'"},
                    Broken{hole + "with n=1 n=2: accepts\n", "x.case:4", "two values of the name 'n'"},
                    Broken{hole + "with n: accepts\n", "x.case:4", "expected with NAME=VALUE"},
                    Broken{hole + "with n=\"1: accepts\n", "x.case:4", "expected a quote that ends"},
                    Broken{hole + "with n=" + std::string(65, '1') + ": accepts\n", "x.case:4", "at most 64"},
                    Broken{hole + "with n=1: likes it\n", "x.case:4", "expected accepts or rejects SLUG"},
                    Broken{hole + "with n=1: rejects\n", "x.case:4", "expected accepts or rejects SLUG"},
                    Broken{hole + "with n=x: accepts\n", "x.case:4: line 2, column 8", ""},
                    Broken{good + "linux: likes it\n", "x.case:4", "expected accepts, rejects or rejects SLUG words"},
                    Broken{good + "not on paper: because\n", "x.case:4", "expected not on interp"},
                    Broken{good + "run: r0 = 0\n", "x.case:4", "expected run: … gives …"},
                    Broken{good + "run: gives r0 = many\n", "x.case:4", "found 'many'"},
                    Broken{good + "run: gives r0 = 0 0\n", "x.case:4", "expected ',' or the end of the line"},
                    Broken{good + "run: gives fault too-dep\n", "x.case:4", "did you mean too-deep?"},
                    Broken{good + "run: gives map none has 0 = 0\n", "x.case:4", "no map 'none'"},
                    Broken{good + "run: mem u8 256 gives r0 = 0\n", "x.case:4", "expected a number of 1 bytes"},
                    Broken{good + "run: memory 00 gives r0 = 0\n", "x.case:4", "found 'memory 00'"},
                    Broken{good + "run: packet eht gives r0 = 0\n", "x.case:4", "did you mean eth?"},
                    Broken{good + "run: packet eth(1) gives r0 = 0\n", "x.case:4", "expected a MAC address"},
                    Broken{good + "run: packet udp(70000 > 1) gives r0 = 0\n", "x.case:4",
                           "expected a number from 0 to 65535"},
                    Broken{good + "run: packet ipv4(ttl) gives r0 = 0\n", "x.case:4", "expected a number"},
                    Broken{good + "run: packet \"a gives r0 = 0\n", "x.case:4", "expected run: … gives …"},
                    Broken{good + "run: packet pad(60) udp gives r0 = 0\n", "x.case:4", "udp cannot follow pad"}));

// ---- renewing -----------------------------------------------------------------------------------------------------

TEST(Case, BlessRewritesWhatDiffersAndNothingElse) {
  const std::string before =
      "prog p: raw\n  r0 = *(u64 *)(r1 + 0)\n  *(u8 *)(r1 + 1) = 5   # five\n  exit\n"
      "run: mem u64 7   gives r0 = 8, mem = u64 7\n"
      "run: gives r0 = 1\n";
  TemporaryCase file(before);
  auto summary = file.run(Bless::yes);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->renewed, 3u);
  EXPECT_EQ(file.text(),
            "prog p: raw\n  r0 = *(u64 *)(r1 + 0)\n  *(u8 *)(r1 + 1) = 5   # five\n  exit\n"
            "run: mem u64 7   gives r0 = 7, mem = 0705000000000000\n"
            "run: gives fault out-of-bounds at 0\n");
  EXPECT_TRUE(file.run()->failures.empty());
}

// ---- packets in words ---------------------------------------------------------------------------------------------

struct Words {
  std::string text, hex;
};
class Packets : public testing::TestWithParam<Words> {};
TEST_P(Packets, HaveTheBytesOfTheirStandards) {
  auto packet = packet_from_words(GetParam().text);
  ASSERT_TRUE(packet) << packet.error().text();
  EXPECT_EQ(to_hex(*packet), GetParam().hex);
}

const std::string link = "020000000002020000000001";
INSTANTIATE_TEST_SUITE_P(
    Case, Packets,
    testing::Values(Words{"eth", link + "88b5"}, Words{"eth(type 0x1234) \"a\\\"\\x00\"", link + "1234612200"},
                    Words{"eth vlan(7 pcp 3) arp pad(50)", link + "8100" + "6007" + "0806" +
                                                               "0001080006040001020000000001"
                                                               "0a000001"
                                                               "000000000000"
                                                               "0a000002" +
                                                               "00000000"},
                    Words{"ipv4(192.168.0.1 > 192.168.0.199 id 0 frag 0 ttl 64) udp(0 > 0 zero) fill(87)",
                          "4500007300000000"
                          "4011f861"
                          "c0a80001"
                          "c0a800c7"
                          "00000000005f0000" +
                              to_hex([] {
                                Buffer b(87);
                                for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<uint8_t>(i);
                                return b;
                              }())},
                    Words{"ipv4(frag 185 more)",
                          "45000014"
                          "000020b9"
                          "40fd4532"
                          "0a000001"
                          "0a000002"},
                    Words{"udp(1 > 53) \"hi\"", "00010035000a00006869"},
                    Words{"tcp(80 > 1025 seq 5 acks 6 syn ack window 7)", "0050040100000005000000065012000700000000"},
                    Words{"icmp(type 3 code 1)", "0301fcfe00000000"},
                    Words{"ipv6(2001:db8::1 > 2001:db8::2 ttl 1 flow 5) icmp",
                          "6000000500083a01"
                          "20010db8000000000000000000000001"
                          "20010db8000000000000000000000002"
                          "8000"
                          "2448"
                          "00000000"}));

TEST(Packet, TooLongIsRefused) {
  EXPECT_FALSE(packet_from_words("fill(65536) fill(65536)"));
  EXPECT_FALSE(packet_from_words(""));
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "vlan ";
  EXPECT_FALSE(packet_from_words(deep));
}

}  // namespace
}  // namespace skep::judge
