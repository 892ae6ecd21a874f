#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every helper and every kernel function called in every region (under locks, with interrupts or preemption off, RCU) by
programs of six types (regions.bpf.c), through skep and through a guest: same verdict, errno and cost. The arguments are
what lies in the registers, so most are refused for those where the region allows the call.

usage: regions.py SKEP FACTS AGENT"""
import collections
import json
import struct
import subprocess
import sys

import generated_programs as generated

CALL, KFUNC = 0x85, 2
ENDS_MACHINES = "task_work"  # a kernel of 6.18 does not survive loading some of these


class Options:
    skep, facts, agent = sys.argv[1:4]
    guest, guests = "6.18.15", 2


def questions():
    out = subprocess.run([Options.facts], check=True, capture_output=True, text=True).stdout
    facts = json.loads(out)
    helpers = sorted({helper["id"] for helper in facts["helpers"]})  # some have a row for each kind of program
    functions = [*helpers, *(name for name in facts["kfuncs"] if ENDS_MACHINES not in name)]
    source = generated.HERE / "regions.bpf.c"
    dump = subprocess.run([Options.skep, "dump", source, "--batch"], check=True, capture_output=True, text=True).stdout
    for line in map(json.loads, dump.splitlines()):
        program = line["progs"][0]
        insns = list(struct.iter_unpack("<BBhi", bytes.fromhex(program["insns"])))
        at, = (i for i, insn in enumerate(insns) if insn == (CALL, 0, 0, 77))
        for called in functions:
            by_name = isinstance(called, str)
            insns[at] = (CALL, KFUNC << 4, 0, 0) if by_name else (CALL, 0, 0, called)
            one = {k: v for k, v in program.items() if k != "line_info"}
            one["insns"] = b"".join(struct.pack("<BBhi", *insn) for insn in insns).hex()
            if by_name:
                one["ksyms"] = {**program.get("ksyms", {}), str(at): called}
            yield {**line, "id": f"{program['name']}:{called}", "progs": [one], "target": f"linux-{Options.guest}"}


def main():
    count, wrong = collections.Counter(), 0
    for line, answer in generated.BesideGuest(Options).ask(questions()):
        _, theirs = generated.verdicts(answer)
        count[theirs["result"] if theirs else "no answer"] += 1
        if what := generated.how(answer):
            wrong += 1
            print(f"{line['id']}: {what}: {answer}")
    print(f"{sum(count.values())} calls in regions ({dict(count)}), {wrong} different")
    return 1 if wrong or count["rejected"] + count["accepted"] < 16000 else 0


if __name__ == "__main__":
    sys.exit(main())
