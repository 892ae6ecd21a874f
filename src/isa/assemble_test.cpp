// SPDX-License-Identifier: Apache-2.0
#include "isa/assemble.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "isa/check.hpp"
#include "isa/made_names.hpp"
#include "isa/print.hpp"

namespace skep::isa {
namespace {

const MadeNames names;

// The program in skep's own words, statements separated by "; ", or the error.
std::string read(std::string_view text) {
  auto program = assemble(text, names);
  if (!program) return program.error().text();
  std::string out;
  for (std::size_t pc = 0; pc < program->insns.size(); pc += slots_at(program->insns, pc))
    out += (pc == 0 ? "" : "; ") + print(program->insns, pc);
  return out;
}

TEST(Assemble, UnderstandsLlvmsSpelling) {
  EXPECT_EQ(read("r0 = *(u32 *)(r1 + 0x4)"), "r0 = *(u32 *)(r1 + 4)");
  EXPECT_EQ(read("w0 = *(u8 *)(r1 - 0x4)"), "r0 = *(u8 *)(r1 - 4)");
  EXPECT_EQ(read("*(u32 *)(r10 - 0x4) = w1"), "*(u32 *)(r10 - 4) = r1");
  EXPECT_EQ(read("*(u16 *)(r10 - 0x4) = 0xffff"), "*(u16 *)(r10 - 4) = 65535");
  EXPECT_EQ(read("r1 = 0x5 ll"), "r1 = 5 ll");
  EXPECT_EQ(read("r1 = -0x80000000"), "r1 = -2147483648");
  EXPECT_EQ(read("w1 += 0xffffffff"), "w1 += -1");
  EXPECT_EQ(read("if r1 == 0x0 goto +0x3 <LBB0_2>"), "if r1 == 0 goto +3");
  EXPECT_EQ(read("if w1 s>= w2 goto -0x3 <.text+0x38>"), "if w1 s>= w2 goto -3");
  EXPECT_EQ(read("gotol +0x30000"), "gotol +196608");
  EXPECT_EQ(read("may_goto +0x3 <x>"), "may_goto +3");
  EXPECT_EQ(read("call 0x1"), "call 1");
  EXPECT_EQ(read("call -0x1"), "call -1");
  EXPECT_EQ(read("lock *(u32 *)(r1 + 0x0) += w2"), "lock *(u32 *)(r1 + 0) += w2");
  EXPECT_EQ(read("r2 = xchg_64(r1 + 0x0, r2)"), "r2 = xchg_64(r1 + 0, r2)");
  EXPECT_EQ(read("w0 = cmpxchg32_32(r1 + 0x0, w0, w2)"), "w0 = cmpxchg32_32(r1 + 0, w0, w2)");
  EXPECT_EQ(read("r1 = addr_space_cast(r1, 0x0, 0x1)"), "r1 = addr_space_cast(r1, 0, 1)");
  EXPECT_EQ(read("r0 = *(u16 *)skb[r5]"), "r0 = *(u16 *)skb[r5 + 0]");
  EXPECT_EQ(read("       3:\tr1 = 0x5"), "r1 = 5");
  EXPECT_EQ(read("      23:\t18 01 00 00 05 00 00 00 00 00 00 00 00 00 00 00\tr1 = 0x5 ll"), "r1 = 5 ll");
  EXPECT_EQ(
      read("t.o:\tfile format elf64-bpf\n\nDisassembly of section .text:\n\n0000000000000000 <main>:\n; return 0;\n"
           "       0:\tb7 00 00 00 00 00 00 00\tr0 = 0x0\n       1:\tgoto -0x2 <main>"),
      "r0 = 0; goto -2");
  EXPECT_EQ(read("\t.text\n\t.globl\tmain\nmain:                # @main\n# %bb.0:\n\tr0 = 0\n\texit\n"),
            "r0 = 0; exit");
}

TEST(Assemble, UnderstandsTheKernelsSpelling) {
  EXPECT_EQ(read("  12: (b7) r1 = 5   ; R1_w=5 refs=1"), "r1 = 5");
  EXPECT_EQ(read("(61) r2 = *(u32 *)(r1 +112)"), "r2 = *(u32 *)(r1 + 112)");
  EXPECT_EQ(read("*(u32 *)(r10 -4) = 7"), "*(u32 *)(r10 - 4) = 7");
  EXPECT_EQ(read("goto pc+3"), "goto +3");
  EXPECT_EQ(read("if w2 s<= 0xfffffffb goto pc-2"), "if w2 s<= -5 goto -2");
  EXPECT_EQ(read("may_goto pc+2"), "may_goto +2");
  EXPECT_EQ(read("gotol pc+2"), "gotol +2");
  EXPECT_EQ(read("call bpf_map_lookup_elem#1"), "call 1");
  EXPECT_EQ(read("call unknown#195"), "call 195");
  EXPECT_EQ(read("call pc+7"), "call pc+7");
  EXPECT_EQ(read("call pc+7#bpf_prog_614b434cd8324ecc_F"), "call pc+7");
  EXPECT_EQ(read("call bpf_rcu_read_lock#77"), "call kfunc#77@2");
  EXPECT_EQ(read("r1 = map[id:12]"), "r1 = map[12]");
  EXPECT_EQ(read("r1 = map[id:12][0]+8"), "r1 = map[12][0] + 8");
  EXPECT_EQ(read("r2 = subprog[+7]"), "r2 = func[pc+7]");
  EXPECT_EQ(read("r5 = atomic64_fetch_and((u64 *)(r10 -16), r5)"), "r5 = atomic_fetch_and((u64 *)(r10 - 16), r5)");
  EXPECT_EQ(read("r5 = atomic_fetch_xor((u32 *)(r10 -4), r5)"), "w5 = atomic_fetch_xor((u32 *)(r10 - 4), w5)");
  EXPECT_EQ(read("r5 = atomic64_xchg((u64 *)(r10 -16), r5)"), "r5 = xchg_64(r10 - 16, r5)");
  EXPECT_EQ(read("r5 = atomic_xchg((u32 *)(r10 -4), r5)"), "w5 = xchg32_32(r10 - 4, w5)");
  EXPECT_EQ(read("r0 = atomic64_cmpxchg((u64 *)(r10 -16), r0, r5)"), "r0 = cmpxchg_64(r10 - 16, r0, r5)");
  EXPECT_EQ(read("r0 = atomic_cmpxchg((u32 *)(r10 -4), r0, r5)"), "w0 = cmpxchg32_32(r10 - 4, w0, w5)");
  EXPECT_EQ(read("lock *(u32 *)(r10 -4) |= r5"), "lock *(u32 *)(r10 - 4) |= w5");
  EXPECT_EQ(read("r5 = load_acquire((u8 *)(r1 +0))"), "r5 = load_acquire((u8 *)(r1 + 0))");
  EXPECT_EQ(read("store_release((u16 *)(r1 +2), r5)"), "store_release((u16 *)(r1 + 2), r5)");
  EXPECT_EQ(read("r0 = *(u8 *)skb[r5 + -4]"), "r0 = *(u8 *)skb[r5 - 4]");
}

TEST(Assemble, TellsSixtyFourBitImmediatesFromMovesAsTheKernelPrintsThem) {
  EXPECT_EQ(read("r1 = 0x1122334455667788"), "r1 = 1234605616436508552 ll");
  EXPECT_EQ(read("r1 = 0xffffffff"), "r1 = -1");
  EXPECT_EQ(read("r1 = -1"), "r1 = -1");
  EXPECT_EQ(read("r1 = 4294967296"), "r1 = 4294967296 ll");
  EXPECT_EQ(read("(18) r1 = 0x5"), "r1 = 5 ll");
  EXPECT_EQ(read("(b7) r1 = 5"), "r1 = 5");
}

// What bpftool wrote, and under each instruction the bytes it wrote it from.
TEST(Assemble, ReadsWhatBpftoolDumped) {
  const Buffer file = read_file(SKEP_SOURCE_DIR "/tests/isa/bpftool.txt").value();
  const std::string_view text = as_text(file);
  auto program = assemble(text);
  ASSERT_TRUE(program) << program.error().text();
  std::string expected, ours;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    if (!line.starts_with("       ") || line.find_first_of("()=") != line.npos) continue;
    for (char c : line)
      if (c != ' ') expected += c;
  }
  for (const Insn& i : program->insns) ours += to_hex({reinterpret_cast<const uint8_t*>(&i), sizeof i});
  EXPECT_GT(program->insns.size(), 40u);
  EXPECT_EQ(ours, expected);
}

TEST(Assemble, TakesLabelsBeforeAndAfterTheirUse) {
  auto program = assemble(R"(
main:  r1 = map[counts]        # two slots
  if r0 == 0 goto out; call sub   // statements on one line
; an echoed source line # ; with marks
again: goto again
out:
  gotol main
  exit
sub:
  r1 = func[main]
  exit
end:)",
                          names);
  ASSERT_TRUE(program) << program.error().text();
  EXPECT_EQ(print_program(program->insns), R"(  r1 = map[0]
  if r0 == 0 goto +2
  call pc+3
  goto -1
  gotol -6
  exit
  r1 = func[pc-8]
  exit
)");
  ASSERT_EQ(program->labels.size(), 5u);
  EXPECT_EQ(program->labels[4].name, "end");
  EXPECT_EQ(program->labels[4].at, program->insns.size());
  EXPECT_EQ(program->labels[4].line, 12u);
  EXPECT_EQ(program->lines, (std::vector<uint32_t>{2, 2, 3, 3, 5, 7, 8, 10, 10, 11}));
  ASSERT_EQ(program->references.size(), 3u);
  EXPECT_EQ(program->references[0].kind, Kind::map);
  EXPECT_EQ(program->references[0].name, "counts");
  EXPECT_EQ(program->references[0].at, 0u);
  EXPECT_EQ(program->references[1].name, "sub");
  EXPECT_EQ(program->references[1].at, 3u);
  EXPECT_EQ(program->references[2].at, 7u);
}

TEST(Assemble, CallsAHelperElseASubprogramElseAKfunc) {
  EXPECT_EQ(read("call ktime_get_ns"), "call 5");
  EXPECT_EQ(read("ktime_get_ns: call ktime_get_ns"), "call 5");
  EXPECT_EQ(read("call bpf_ktime_get_ns"), "call 5");
  EXPECT_EQ(read("call main"), "call pc-1");
  EXPECT_EQ(read("call bpf_rcu_read_lock"), "call kfunc#77@2");
  EXPECT_EQ(read("exit; bpf_rcu_read_lock: call bpf_rcu_read_lock"), "exit; call pc-1");
  EXPECT_EQ(read("call kfunc#9"), "call kfunc#9");
}

TEST(Assemble, SaysWhereWhatWasFoundAndWhatWouldBeRight) {
  EXPECT_EQ(read("exit\n  r1 += 5000000000"),
            "line 2, column 9: the immediate is 5000000000; the field holds at most 4294967295");
  EXPECT_EQ(read("r1 = -2147483649"), "r1 = -2147483649 ll");
  EXPECT_EQ(read("w1 = -2147483649"),
            "line 1, column 7: the immediate is -2147483649; the field holds at least -2147483648");
  EXPECT_EQ(read("r1 = 99999999999999999999"),
            "line 1, column 6: the immediate is 99999999999999999999; the field holds at most 18446744073709551615");
  EXPECT_EQ(read("*(u32 *)(r1 + 70000) = 5"), "line 1, column 15: the offset is 70000; the field holds at most 32767");
  EXPECT_EQ(read("goto +0x8000"),
            "line 1, column 7: the jump is 0x8000; the field holds at most 32767. gotol reaches further");
  EXPECT_EQ(read("r1 += w2"), "line 1, column 7: found 'w2'; expected r0 … r10, a number");
  EXPECT_EQ(read("r1 += r11"), "line 1, column 7: found 'r11'; expected r0 … r10, a number");
  EXPECT_EQ(read("r1 ="),
            "line 1, column 5: found the end; expected r0 … r10, a number, '-', '(', 'le16', 'le32', "
            "'le64', 'be16' and 25 more");
  EXPECT_EQ(read("r1 = -r2"), "line 1, column 7: found 'r2'; expected r1, the register to its left");
  EXPECT_EQ(read("if r1 == 5 gotl x"), "line 1, column 12: found 'gotl'; expected 'goto'; did you mean goto?");
  EXPECT_EQ(read("exit exit"), "line 1, column 6: found 'exit'; expected the end");
  EXPECT_EQ(read("r0 = *(u33 *)(r1 + 0)"),
            "line 1, column 8: found 'u33'; expected 'u8', 'u16', 'u32', 'u64', 's8', "
            "'s16', 's32'; did you mean u32?");
  EXPECT_EQ(read("w0 = *(s8 *)(r1 + 0)"),
            "line 1, column 8: found 's8'; expected 'u8', 'u16', 'u32'; did you mean u8?");
  EXPECT_EQ(read("if r1 > 5 goto 5"), "line 1, column 16: found '5'; expected a label, +N or -N");
  EXPECT_EQ(read("call +7"), "line 1, column 6: found '+'; expected a helper, a subprogram or a kfunc");
  EXPECT_EQ(read("call bpf_map_lookup_elm"),
            "line 1, column 6: no helper, subprogram or kfunc 'bpf_map_lookup_elm' is "
            "known; did you mean map_lookup_elem?");
  EXPECT_EQ(read("call map_lookup_elem#2"),
            "line 1, column 22: map_lookup_elem has the id 1, not 2. write the name alone");
  EXPECT_EQ(read("call bpf_rcu_read_lok#77"),
            "line 1, column 6: no helper or kfunc 'bpf_rcu_read_lok' is known; did you mean bpf_rcu_read_lock?");
  EXPECT_EQ(read("r1 = map[cunts]"), "line 1, column 10: no map 'cunts' is known; did you mean counts?");
  EXPECT_EQ(read("r1 = var[runqueue]"), "line 1, column 10: no variable 'runqueue' is known; did you mean runqueues?");
  EXPECT_EQ(read("r1 = func[mian]"), "line 1, column 11: no subprogram 'mian' is known; did you mean main?");
  EXPECT_EQ(read("exit\nloop: goto lop"), "line 2, column 12: no label 'lop' is known; did you mean loop?");
  EXPECT_EQ(read("a: exit\na: exit"), "line 2, column 1: the label 'a' is already at line 1");
  EXPECT_EQ(read("(b7) r1 += 5"),
            "line 1, column 13: the line starts with opcode (0xb7), its text is opcode (0x07). "
            "leave the opcode out");
  EXPECT_EQ(read(".byte 5"),
            "line 1, column 1: the directive .byte means nothing here. this assembler takes "
            "instructions, labels and .insn");
  EXPECT_EQ(read(".insn 0x12"), "line 1, column 7: found '0x12'; expected 0x and 16 digits, the bytes as in the file");
  EXPECT_EQ(read("exit ŕ2"), "line 1, column 6: found 'ŕ'; expected the end");
  EXPECT_EQ(read("exit " + std::string(1000, 'x')),
            "line 1, column 6: found '" + std::string(40, 'x') + "…'; expected the end");
  EXPECT_EQ(read(std::string(200, '+')), "line 1, column 1: more than 48 words in one instruction");
}

TEST(Assemble, CountsLinesFromWhereItIsTold) {
  auto program = assemble("exit\nwhat", names, 100);
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().place(), "line 101, column 1");
}

TEST(Assemble, RefusesLabelsThatAreTooFarForTheField) {
  std::string far = "start: exit\n";
  for (int i = 0; i < 32'767; ++i) far += "exit\n";
  EXPECT_EQ(read(far + "goto start"),
            "line 32769, column 6: the distance to 'start' is -32769; the field holds at least -32768. gotol reaches "
            "further");
  EXPECT_TRUE(assemble(far + "gotol start"));
}

TEST(Print, UsesNamesThatReadBack) {
  auto printed = [](std::string_view text, std::size_t pc = 0) {
    return print(assemble(text).value().insns, pc, names);
  };
  EXPECT_EQ(printed("call 1"), "call map_lookup_elem");
  EXPECT_EQ(printed("call 300"), "call 300");
  EXPECT_EQ(printed("call pc+8"), "call sum");
  EXPECT_EQ(printed("call pc+19"), "call pc+19");  // its name is a helper's
  EXPECT_EQ(printed("call kfunc#77@2"), "call bpf_rcu_read_lock");
  EXPECT_EQ(printed("call kfunc#78"), "call kfunc#78");  // its name is a subprogram's
  EXPECT_EQ(printed("r1 = map[0]"), "r1 = map[counts]");
  EXPECT_EQ(printed("r1 = map[1][0] + 4"), "r1 = map[.rodata][0] + 4");
  EXPECT_EQ(printed("r1 = map[2]"), "r1 = map[2]");  // no single word
  EXPECT_EQ(printed("r1 = var[300]"), "r1 = var[runqueues]");
  EXPECT_EQ(printed("r1 = var[300@4]"), "r1 = var[300@4]");
  EXPECT_EQ(printed("r1 = func[pc-1]"), "r1 = func[main]");
  EXPECT_EQ(printed("goto +3"), "goto +3 <out>");
  EXPECT_EQ(print_program(assemble("exit;exit;exit;exit;exit").value().insns, names),
            "main:\n  exit\n  exit\n  exit\n  exit\nout:\n  exit\n");
}

TEST(Print, ShowsWhatIsNoInstructionAsItsBytes) {
  const Insn imm = make_insn(0x18, 1, 0, 0, 5), exit = make_insn(0x95, 0, 0, 0, 0);
  EXPECT_EQ(print(std::vector{make_insn(0x85, 0, 3, 0, 1)}, 0),
            ".insn 0x8530000001000000  # src is 3, which selects no operation of opcode 0x85; 0, 1 or 2 would");
  EXPECT_EQ(print(std::vector{imm}, 0),
            ".insn 0x1801000005000000  # the program ends inside ld_imm64, which takes two slots");
  EXPECT_EQ(
      print(std::vector{imm, exit}, 0),
      ".insn 0x1801000005000000; .insn 0x9500000000000000  # the opcode of the second half is 149; ld_imm64 wants "
      "0 there");
}

}  // namespace
}  // namespace skep::isa
