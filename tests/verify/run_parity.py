#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that the running kernel and skep accept, run by both on the same inputs: same r0 (32 bits), packets, contexts
and map contents, in interp and in checked.

Programs are random ones (random_programs.py) that end in storing and returning what they computed, of every type that
the kernel's test run and skep's contexts have in common, and those of the objects in progs/. They are loaded without
CAP_PERFMON, so that no address of this machine shows in what they do, and call neither clock nor chance.

usage: run_parity.py SKEP [--count N] [--seed N] [--keep FOLDER]"""
import argparse
import collections
import json
import pathlib
import random
import struct
import subprocess
import sys

from random_programs import FREE, MAPS, Program, insn

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = {"xdp": (0, 4), "sched_cls": (76, 80), "sched_act": (76, 80), "cgroup_skb": (76, 80), "lwt_in": (76, 80),
        "lwt_out": (76, 80), "lwt_xmit": (76, 80)}  # data and data_end
TYPES = [*DATA, "socket_filter", "syscall"]
TC = ("sched_cls", "sched_act")
CLOCK_AND_CHANCE = {5, 7, 8, 42, 125, 160, 208}
SKB_FIELDS = [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 44, 48, 52, 56, 60, 64, 68, 160, 164, 176]  # all but addresses
MAY_ALSO_WRITE = [8, 12, 32, 44, 48, 52, 56, 60, 64]
TO_KEY = [insn(0x62, 10, 0, -12, 1), insn(0xbf, 2, 10), insn(0x07, 2, imm=-12)]


class Runnable(Program):
    def __init__(self, chance, kind):
        self.kind = kind
        super().__init__(chance, kind)
        del self.code[-8:]  # how it ends
        numbers = [r for r, k in self.kinds.items() if k == "number" and r != 1]
        if chance.random() < .8 and numbers:
            self.emit(insn(0x18, 1, 2, 0, 2), insn(0))
            for at, r in enumerate(chance.sample(numbers, min(3, len(numbers)))):
                self.emit(insn(0x7b, 1, r, 8 * at))
        self.emit(*[insn(0xb7, 1)] * 6)  # where jumps lead
        free = kind not in ("cgroup_skb",)
        if free and numbers and chance.random() < .7:
            self.emit(insn(0xbf, 0, self.pick(numbers)), insn(0x95))
        else:
            self.emit(insn(0xb7, 0, imm=chance.choice([0, 1])), insn(0x95))

    def emit(self, *insns):
        """What a program does not know when it is verified comes from its context."""
        for i in insns:
            code, _, _, imm = struct.unpack("<BBhi", i)
            if code == 0x85 and imm in CLOCK_AND_CHANCE:
                i = insn(0x61, 0, 6, self.field())
            self.code.append(i)

    def field(self):
        if self.kind == "xdp":
            return self.pick([12, 16])
        return self.pick(range(0, 64, 4)) if self.kind == "syscall" else self.pick(SKB_FIELDS)

    def begin_packet(self):
        data, end = DATA[self.kind]
        self.emit(insn(0x61, 2, 1, data), insn(0x61, 3, 1, end), insn(0xbf, 4, 2),
                  insn(0x07, 4, 0, 0, self.pick([1, 14, 22, 22, 30])), insn(0x2d, 4, 3))
        return len(self.code) - 1

    def prologue(self):
        for at in range(-80, -8, 8):
            self.emit(insn(0x7a, 10, 0, at, at))
        if self.kind in DATA and self.kind != "xdp" and self.chance.random() < .5:
            self.packet_check = self.begin_packet()
        if self.packet_check is not None:
            for _ in range(self.chance.randint(1, 3)):
                self.packet_access()
        super().prologue()

    def packet_access(self):
        at, to = self.chance.randint(0, 13), self.pick([0, 7, 8])
        if self.chance.random() < .6 or self.kind not in (*TC, "xdp"):
            self.emit(insn(self.pick([0x71, 0x69, 0x61, 0x79, 0x91, 0x89]), to, 2, at))
        else:
            self.emit(insn(self.pick([0x72, 0x6a, 0x62]), 2, 0, at, self.number()))

    def step(self):
        what = self.chance.random()
        if what < .12:
            self.context_access()
        elif what < .2:
            self.call()
        else:
            super().step()

    def context_access(self):
        to, at = self.pick([0, 7, 8, 9]), self.field()
        if self.kind == "xdp" or self.chance.random() < .6:
            if self.kind == "xdp":
                code = 0x61
            else:
                code = self.pick([0x61, 0x61, 0x71, 0x69, 0x91, 0x89, 0x81])
                at += self.pick([0, 0, 2]) if code in (0x71, 0x69, 0x91, 0x89) else 0
            self.emit(insn(code, to, 6, at))
            self.kinds[to] = "number"
            return
        numbers = [r for r, k in self.kinds.items() if k == "number"]
        at = self.pick(MAY_ALSO_WRITE) if self.kind != "syscall" else at
        if numbers and self.chance.random() < .7:
            self.emit(insn(0x63, 6, self.pick(numbers), at))
        else:
            self.emit(insn(0x62, 6, 0, at, self.number()))

    def call(self):
        what = self.chance.random()
        if what < .3:  # map_update_elem
            self.emit(*TO_KEY, insn(0x7a, 10, 0, -80, self.number()))
            for at in range(-72, -16, 8):
                self.emit(insn(0x7a, 10, 0, at, at))
            self.emit(insn(0x18, 1, 1, 0, self.pick([0, 1])), insn(0), insn(0xbf, 3, 10), insn(0x07, 3, imm=-80),
                      insn(0xb7, 4, imm=self.pick([0, 0, 1, 2])), insn(0x85, imm=2))
        elif what < .45:  # map_delete_elem
            self.emit(*TO_KEY, insn(0x18, 1, 1, 0, 1), insn(0), insn(0x85, imm=3))
        elif what < .6:  # csum_diff
            self.emit(insn(0x7a, 10, 0, -8, self.number()), insn(0xb7, 1), insn(0xb7, 2), insn(0xbf, 3, 10),
                      insn(0x07, 3, imm=-8), insn(0xb7, 4, imm=self.pick([4, 8])), insn(0xb7, 5, imm=self.pick([0, 7, -1])),
                      insn(0x85, imm=28))
        elif self.kind == "xdp":  # xdp_adjust_head, _meta, _tail
            self.emit(insn(0xbf, 1, 6), insn(0xb7, 2, imm=self.pick([-4, -8, 4, 14, 0, -300, 100])),
                      insn(0x85, imm=self.pick([44, 54, 65])))
        elif self.kind != "syscall":  # skb_load_bytes
            self.emit(insn(0x7a, 10, 0, -8, 0), insn(0xbf, 1, 6), insn(0xb7, 2, imm=self.pick([0, 1, 6, 12, 100, -1])),
                      insn(0xbf, 3, 10), insn(0x07, 3, imm=-8), insn(0xb7, 4, imm=self.pick([1, 2, 4, 8])),
                      insn(0x85, imm=26))
        else:
            return
        for r in range(1, 6):
            self.kinds.pop(r, None)
        self.kinds[0] = "number"


def frame(chance, ether_type, length):
    return bytes([0, 0, 0, 0, 0, 0] + [chance.randint(0, 255) for _ in range(6)] + list(ether_type) +
                 [0x45] + [chance.randint(0, 255) for _ in range(length - 15)])


def runs(chance, kind):
    if kind == "syscall":
        return [{"ctx": chance.randbytes(64).hex()} for _ in range(3)]
    frames = [frame(chance, (8, 0), 64), frame(chance, (0x86, 0xdd), 90), frame(chance, (0x12, 0x34), 20),
              frame(chance, (8, 0), 300)]
    ctx = {} if kind == "xdp" else {"ctx": {"mark": chance.randint(0, 2**32 - 1), "priority": chance.randint(0, 9),
                                           "cb[1]": chance.randint(0, 2**32 - 1), "gso_size": chance.randint(0, 1500)}}
    return [{"packet": f.hex(), **(ctx if n % 2 else {})} for n, f in enumerate(frames)]


def of_objects(skep, chance):
    """One line for each program of the objects in progs/ that a test run takes."""
    for source in sorted((ROOT / "progs").glob("*.bpf.c")):
        out = subprocess.run([skep, "dump", source, "--relocated", "--json"], text=True, capture_output=True, check=True)
        for program in json.loads(out.stdout)["programs"]:
            code = bytes.fromhex(program["insns"])
            calls = {imm for c, regs, _, imm in struct.iter_unpack("<BBhi", code) if c == 0x85 and regs >> 4 == 0}
            if program["type"] in TYPES and not calls & CLOCK_AND_CHANCE:
                yield {"object": str(source), "program": program["name"], "runs": runs(chance, program["type"])}, program["type"]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("skep")
    options.add_argument("--count", type=int, default=1000, help="random programs of each type")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=pathlib.Path)
    options = options.parse_args()
    chance = random.Random(options.seed)
    lines, kinds = [], []
    for kind in TYPES:
        for _ in range(options.count):
            flags = {"flags": ["sleepable"]} if kind == "syscall" else {}
            lines.append({"progs": [{"type": kind, "insns": Runnable(chance, kind).hex(), "license": "GPL", **flags}],
                          "maps": MAPS, "runs": runs(chance, kind)})
            kinds.append(kind)
    for line, kind in of_objects(options.skep, chance):
        lines.append(line)
        kinds.append(kind)
    for n, line in enumerate(lines):
        line.update(id=n, do=["kernel", "interp", "checked"], caps="bpf+net_admin")
    out = subprocess.run([options.skep, "batch"], input="".join(json.dumps(l) + "\n" for l in lines), text=True,
                         capture_output=True, check=True).stdout
    table = collections.defaultdict(collections.Counter)
    for line, kind, answer in zip(lines, kinds, map(json.loads, out.splitlines()), strict=True):
        row = table[kind]
        row["programs"] += 1
        if "kernel" not in answer or answer["kernel"].get("verify", {}).get("result") != "accepted":
            continue
        row["accepted"] += 1
        row["runs"] += len(answer["kernel"]["runs"])
        refused = answer["interp"].get("verify")
        if not refused and not answer["differs"]:
            continue
        row["differ"] += 1
        print(f"seed {options.seed}, program {answer['id']} ({kind}): {refused or answer['differs']}")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{options.seed}-{answer['id']}.json").write_text(json.dumps(line) + "\n")
    names = ("programs", "accepted", "runs", "differ")
    print(f"{'':16}" + "".join(f"{n:>10}" for n in names))
    for kind, row in table.items():
        print(f"{kind:16}" + "".join(f"{row[n]:10}" for n in names))
    total = {n: sum(row[n] for row in table.values()) for n in names}
    print(f"{'all':16}" + "".join(f"{total[n]:10}" for n in names))
    return 0 if total["runs"] and total["differ"] == 0 and all(row["runs"] for row in table.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
