#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The walk costs what it costs Linux: each program of tests/verify/effort has the kernel's verdict and errno, and the
kernel's processed instructions, states, peak states and states at one instruction, to the last one.

Beside it stand both times, each the least of several, and how often Linux's time holds skep's. Of programs of several
functions Linux's time includes the JIT's, so these are not in the mean.

usage: effort.py SKEP [--rounds N] [--json FILE] [PROGRAM…]"""
import argparse
import collections
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

EFFORT = ("processed", "states", "peak_states", "max_states_per_insn")
COUNTED = range(1_000, 900_001)  # processed instructions of the programs that the counts below are of
WANTED = {"programs": 42, "more than 1,000 states": 10, "linked": 10, "callbacks, iterators": 5, "globals": 5}
ENOUGH_US = 200_000  # that much time in one program is enough to know how long it takes


class Judge:
    def __init__(self, skep):
        self.batch = subprocess.Popen([skep, "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, who, program):
        line = {"id": program.stem, "do": [who], "runs": [], "object": str(program), "program": "walk"}
        print(json.dumps(line), file=self.batch.stdin, flush=True)
        answer = json.loads(self.batch.stdout.readline())[who]
        return answer["verify"] if who == "kernel" else answer

    # Of a processor, in microseconds.
    def used(self):
        return int(pathlib.Path(f"/proc/{self.batch.pid}/schedstat").read_text().split()[0]) / 1000

    # The last answer, and the least time in microseconds of as many runs as are worth it. On a busy machine a long run
    # waits for the processor; what it used of one, opening the object included, then says more than the clock.
    def least(self, who, program, rounds):
        times, begin = [], self.used()
        while len(times) < rounds and self.used() - begin < ENOUGH_US:
            before = self.used()
            answer = self.ask(who, program)
            times.append(min(answer["time_us"], self.used() - before))
        return answer, max(min(times), 1)


def kinds(source):
    return set(" ".join(re.findall(r"^// Kinds: (.*)$", source.read_text(), re.M)).split())


def build(folder, wanted):
    for source in sorted((pathlib.Path(__file__).parent / "effort").glob("*.bpf.c")):
        name = source.name.replace(".bpf.c", "")
        if wanted and name not in wanted:
            continue
        target = folder / f"{name}.o"
        subprocess.run(["clang-19", "-target", "bpf", "-g", "-O2", "-idirafter", "/usr/include/x86_64-linux-gnu", "-c",
                        source, "-o", target], check=True)
        yield target, kinds(source)


def compare(judge, program, of_kinds, rounds):
    ours, skep_us = judge.least("verify", program, rounds)
    theirs, linux_us = judge.least("kernel", program, rounds)
    same = all(ours.get(f) == theirs.get(f) for f in ("result", "errno", *EFFORT))
    alone = not of_kinds & {"subprograms", "callbacks", "globals"}
    row = {"program": program.stem, "kinds": sorted(of_kinds), "same": same, "result": ours["result"],
           **{f: ours[f] for f in EFFORT}, "skep_us": skep_us, "linux_us": linux_us, "ratio": linux_us / skep_us,
           "in_mean": alone and ours["result"] == "accepted"}
    print(f"{'same' if same else 'DIFFERENT':9} {row['program']:20} {row['result']:8} "
          + " ".join(f"{ours[f]:>9,}" for f in EFFORT)
          + f" {skep_us:>11,.1f} {linux_us:>11,.0f} {row['ratio']:>6.1f}{' ' if row['in_mean'] else '*'} "
          + " ".join(row["kinds"]) + ("" if same else f"  Linux: {theirs}"), flush=True)
    return row


def count(rows):
    counted = [r for r in rows if r["processed"] in COUNTED]
    having = collections.Counter(kind for r in counted for kind in r["kinds"])
    return {"programs": len(counted), "more than 1,000 states": sum(r["states"] > 1000 for r in counted),
            "linked": having["linked"], "callbacks, iterators": having["callbacks"] + having["iterators"],
            "globals": having["globals"]} | {k: n for k, n in sorted(having.items()) if k in (
                "packets", "maps", "switches", "subprograms")}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("skep")
    options.add_argument("programs", nargs="*")
    options.add_argument("--rounds", type=int, default=3, help="runs of which the least time counts")
    options.add_argument("--json", help="the rows, to a file")
    options = options.parse_intermixed_args()
    judge = Judge(options.skep)
    print(f"{'':9} {'program':20} {'':8} {'processed':>9} {'states':>9} {'peak':>9} {'per insn':>9} {'skep us':>11} "
          f"{'Linux us':>11} {'times':>6}")
    with tempfile.TemporaryDirectory() as folder:
        rows = [compare(judge, program, of_kinds, options.rounds)
                for program, of_kinds in build(pathlib.Path(folder), set(options.programs))]
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n")
    counts, differ = count(rows), sum(not r["same"] for r in rows)
    ratios = [r["ratio"] for r in rows if r["in_mean"]]
    print(f"of 1,000 to 900,000 processed: " + ", ".join(f"{n} {what}" for what, n in counts.items()))
    if ratios:
        print(f"skep is {math.exp(sum(map(math.log, ratios)) / len(ratios)):.1f} times as fast as Linux (geometric mean of "
              f"{len(ratios)}; {min(ratios):.1f} to {max(ratios):.1f}; * not among them: several functions, or refused)")
    print(f"{len(rows)} programs, {differ} different")
    short = [] if options.programs else [what for what, n in WANTED.items() if counts[what] < n]
    if short:
        print(f"too few: {', '.join(short)}")
    return 0 if rows and differ == 0 and not short else 1


if __name__ == "__main__":
    sys.exit(main())
