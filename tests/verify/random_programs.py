#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random programs through skep's verifier and the running kernel's: verdict, errno, processed instructions and states.

Programs are built so that about a third are accepted: registers have known kinds, operations fit them most of the
time. The same seed gives the same programs; `--keep FOLDER` writes each that differs as a line for `skep batch`.

usage: random_programs.py SKEP [--count N] [--seed N] [--keep FOLDER]"""
import argparse
import collections
import json
import pathlib
import random
import struct
import subprocess
import sys

COMPARED = ("result", "errno", "processed", "states", "peak_states", "max_states_per_insn")
TYPES = ["socket_filter", "xdp", "sched_cls", "raw_tracepoint", "tracepoint", "cgroup_skb", "perf_event", "kprobe"]
MAPS = [{"type": "array", "key": 4, "value": 48, "entries": 4}, {"type": "hash", "key": 4, "value": 64, "entries": 8},
        {"type": "array", "key": 4, "value": 48, "entries": 1}]
EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 511, 4095, 65535, 65536, 2**31 - 1, -1, -2,
         -8, -128, -2**31]
# RFC 9669 section 4: operations of the ALU and jump classes
ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, MOD, XOR, MOV, ARSH = 0, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0, 0xb0, 0xc0
ALU = [ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, MOD, XOR, MOV, ARSH]
COMPARE = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0]
LOADS, STORES = [0x79, 0x61, 0x69, 0x71], [0x7b, 0x63, 0x73]
FREE = [0, 2, 3, 4, 5, 7, 8, 9]  # r1, r6 and r10 keep what they hold


def insn(code, dst=0, src=0, off=0, imm=0):
    return struct.pack("<BBhi", code, dst | src << 4, off, (imm + 2**31) % 2**32 - 2**31)


class Program:
    def __init__(self, chance, kind):
        self.chance, self.code = chance, []
        self.kinds = {6: "ctx", 10: "stack"}
        self.emit(insn(0xbf, 6, 1))
        self.packet_check = self.begin_packet() if kind == "xdp" and chance.random() < .5 else None
        self.prologue()
        for _ in range(chance.randint(3, 30)):
            self.step()
        for _ in range(6):
            self.emit(insn(0xb7, 0, 0, 0, 1))
        self.emit(insn(0xb7, 0, 0, 0, chance.choice([0, 1, 2])), insn(0x95))

    def emit(self, *insns):
        self.code += insns

    def pick(self, of):
        return self.chance.choice(of)

    def number(self):
        return self.pick(EDGES) if self.chance.random() < .8 else self.chance.randint(-2**31, 2**31 - 1)

    def begin_packet(self):
        self.emit(insn(0x61, 2, 1, 0), insn(0x61, 3, 1, 4), insn(0xbf, 4, 2),
                  insn(0x07, 4, 0, 0, self.pick([14, 20, 34, 54])), insn(0x2d, 4, 3))
        return len(self.code) - 1

    def prologue(self):
        self.emit(insn(0x7a, 10, 0, -8, 5))
        for _ in range(self.chance.randint(1, 3)):
            what = self.chance.random()
            if what < .5:
                self.emit(insn(0x85, imm=7), insn(0x7b, 10, 0, -8))
            elif what < .8:
                self.emit(insn(0x62, 10, 0, -4, self.pick([0, 1, 3, 9])), insn(0xbf, 2, 10), insn(0x07, 2, 0, 0, -4),
                          insn(0x18, 1, 1, 0, self.pick([0, 1])), insn(0), insn(0x85, imm=1))
                if self.chance.random() < .9:
                    self.emit(insn(0x15, 0, 0, self.pick([1, 2, 3])))
                self.emit(insn(0xbf, self.pick([7, 8, 9]), 0))
            else:
                self.emit(insn(0xb7, self.pick([0, 7, 8, 9]), imm=self.number()))
        for r in FREE:
            if self.chance.random() < .75:
                self.give(r, self.chance.random())

    def give(self, r, what):
        if what < .45:
            self.emit(insn(0xb7, r, imm=self.number()))
            self.kinds[r] = "number"
        elif what < .7:
            self.emit(insn(0x79, r, 10, -8))
            self.kinds[r] = "number"
        elif what < .8:
            self.emit(insn(0xbf, r, 10), insn(0x07, r, imm=-self.pick([8, 16, 24, 64])))
            self.kinds[r] = "stack"
        else:
            self.emit(insn(0x18, r, 2, 0, 2), insn(0, imm=self.pick([0, 0, 8, 16])))
            self.kinds[r] = "value"

    def step(self):
        numbers = [r for r, k in self.kinds.items() if k == "number"]
        pointers = [r for r, k in self.kinds.items() if k in ("value", "stack")]
        if not numbers:
            self.give(0, 0)
            numbers = [0]
        dst, src = (self.pick(numbers) if self.chance.random() > .02 else self.chance.randint(0, 10) for _ in "ds")
        what = self.chance.random()
        if what < .32:
            self.arithmetic(dst, src)
        elif what < .40:
            self.emit(insn(0x57, dst, imm=self.pick([1, 3, 7, 15, 31, 63, 255, 0xfff])))
        elif what < .62:
            code = self.pick([5, 5, 6]) | self.pick(COMPARE)
            off = self.chance.randint(0, 5) if self.chance.random() < .985 else -self.chance.randint(1, 6)
            self.emit(insn(code, dst, 0, off, self.number()) if self.chance.random() < .6 else insn(code | 8, dst, src, off))
        elif what < .75:
            self.stack(src)
        elif what < .9 and pointers:
            self.memory(self.pick(pointers), numbers, src)
        elif what < .95:
            to, of, code = self.pick(FREE), self.pick(list(self.kinds)), self.pick([0xbf, 0xbf, 0xbc])
            self.emit(insn(code, to, of))
            self.kinds[to] = self.kinds[of] if code == 0xbf else "number"
        elif what < .97:
            self.emit(insn(0x05, off=self.chance.randint(0, 3)))
        else:
            self.emit(insn(0x85, imm=self.pick([5, 7, 8])))
            for r in range(1, 6):
                self.kinds.pop(r, None)
            self.kinds[0] = "number"

    def arithmetic(self, dst, src):
        op, width = self.pick(ALU), self.pick([7, 7, 4])
        if self.chance.random() < .5:
            imm = self.chance.randint(0, 63 if width == 7 else 31) if op in (LSH, RSH, ARSH) else self.number()
            imm = 3 if op in (DIV, MOD) and imm == 0 else imm
            signed = self.pick([0, 0, 0, 1]) if op in (DIV, MOD) else 0
            self.emit(insn(width | op, dst, 0, signed, imm))
        else:
            self.emit(insn(width | op | 8, dst, src))

    def stack(self, src):
        off, what = -self.pick([8, 16, 24, 32, 40]), self.chance.random()
        if what < .3:
            self.emit(insn(0x7b, 10, self.pick(list(self.kinds)), off))
        elif what < .5:
            self.emit(insn(self.pick([0x63, 0x6b, 0x73]), 10, src, off + self.pick([0, 0, 4])))
        elif what < .6:
            self.emit(insn(self.pick([0x7a, 0x62, 0x72]), 10, 0, off, self.number()))
        else:
            to = self.pick(FREE)
            self.emit(insn(self.pick([0x79, *LOADS, 0x81]), to, 10, off))
            self.kinds[to] = "number"

    def memory(self, base, numbers, src):
        off = self.pick([0, 4, 8, 16, 32]) if self.kinds[base] == "value" else self.pick([0, 0, 8, -8])
        code = self.pick([*LOADS, *STORES, 0xdb, 0x0f, 0x07])
        if code == 0x0f:
            r = self.pick(numbers)
            self.emit(insn(0x57, r, imm=self.pick([7, 15, 31])), insn(0x0f, base, r))
        elif code == 0x07:
            self.emit(insn(0x07, base, imm=self.pick([1, 4, 8, -8])))
        elif code == 0xdb:
            self.emit(insn(0xdb, base, src, off, self.pick([0, 1, 0xe1])))
        elif code in STORES:
            self.emit(insn(code, base, src, off))
        elif (to := self.pick(FREE)) != base:
            self.emit(insn(code, to, base, off))
            self.kinds[to] = "number"

    def hex(self):
        """Jumps that lead nowhere lead on."""
        if self.packet_check is not None:
            self.code[self.packet_check] = insn(0x2d, 4, 3, len(self.code) - 3 - self.packet_check)
        out = []
        for at, i in enumerate(self.code):
            code, regs, off, imm = struct.unpack("<BBhi", i)
            if code & 7 in (5, 6) and code not in (0x85, 0x95):
                to = at + 1 + off
                if not 0 <= to < len(self.code):
                    off = 0
                elif self.code[to][0] == 0 and self.code[to - 1][0] == 0x18:
                    off += 1
            out.append(struct.pack("<BBhi", code, regs, off, imm))
        return b"".join(out).hex()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("skep")
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=pathlib.Path)
    options = options.parse_args()
    chance = random.Random(options.seed)
    lines = []
    for n in range(options.count):
        kind = chance.choice(TYPES)
        lines.append({"id": n, "do": ["verify", "kernel"], "runs": [], "type": kind, "insns": Program(chance, kind).hex(),
                      "maps": MAPS})
    out = subprocess.run([options.skep, "batch"], input="".join(json.dumps(l) + "\n" for l in lines), text=True,
                         capture_output=True, check=True).stdout
    answers = [json.loads(line) for line in out.splitlines()]
    verdicts, reasons, differ = collections.Counter(), set(), 0
    for line, answer in zip(lines, answers, strict=True):
        ours, theirs = answer["verify"], answer["kernel"]["verify"]
        verdicts[theirs["result"]] += 1
        reasons.add(ours.get("code"))
        if all(ours.get(f) == theirs.get(f) for f in COMPARED):
            continue
        differ += 1
        print(f"seed {options.seed}, program {answer['id']}:\n  skep  {ours}\n  Linux {theirs}")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{options.seed}-{answer['id']}.json").write_text(json.dumps(line) + "\n")
    print(f"{len(answers)} programs ({dict(verdicts)}), refused for {len(reasons - {None})} reasons, {differ} different")
    return 0 if answers and differ == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
