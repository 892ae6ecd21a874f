#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that replace a function of another (tests/verify/replaced) get the kernel's verdict: skep's beside that of a
guest, since a machine may forbid them. Those whose name ends in _refused are, with Linux's last line; the others are not.

usage: replaced.py SKEP AGENT"""
import json
import pathlib
import subprocess
import sys

import guest
import kernels

VERSION = "6.18.15"
HERE = pathlib.Path(__file__).resolve().parents[1] / "verify/replaced"
COMPARED = ("result", "errno", "insn", "processed", "states", "peak_states", "max_states_per_insn", "stack_depth")
LEAST = 60


def lines_of(skep):
    for source in sorted(HERE.glob("*.bpf.c")):
        out = subprocess.run([skep, "dump", source, "--batch"], check=True, capture_output=True, text=True).stdout
        for line in map(json.loads, out.splitlines()):
            yield {**line, "target": f"linux-{VERSION}"}


def made(lines):
    """What no compiler writes, of programs that one wrote: the line, whether it is accepted."""
    by_name = {line["id"]: line for line in lines}
    base, add = by_name["add_replaced"]["progs"]
    other = by_name["names_do_not_matter"]["progs"][1]
    nothing = "b7000000000000009500000000000000"  # r0 = 0; exit
    fentry = {"name": "traces", "type": "tracing", "attach_type": "trace_fentry", "attach_to": "prog:0:add", "insns": nothing}
    traces_base = {**by_name["traces"]["progs"][0], "attach_to": "prog:0:length"}
    untyped = {"func_info": "", "line_info": ""}
    for name, *progs in (
            ("of_a_replacement_refused", base, add, {**other, "attach_to": "prog:1:add_replaced"}),
            ("of_a_replacement_whole_refused", base, add, {**other, "attach_to": "prog:1"}),
            ("traced_replacement", base, add, {**fentry, "attach_to": "prog:1:add_replaced"}),
            ("below_a_tracing_one_refused", base, traces_base, {**add, "attach_to": "prog:1:below_tracing"}),
            ("of_a_tracing_one_refused", base, traces_base, {**by_name["length_replaced"]["progs"][1], "attach_to": "prog:1:traces"}),
            ("of_nothing_refused", base, {**add, "attach_to": ""}),
            ("of_another_program_refused", base, {**by_name["marked_replaced"]["progs"][1], "attach_to": "prog:0:marked"}),
            ("untyped_refused", base, {**add, **untyped}),
            ("of_an_untyped_one_refused", {**base, **untyped, "insns": nothing}, add)):
        yield {**by_name["add_replaced"], "id": name, "progs": [{k: v for k, v in p.items() if v or k == "attach_to"} for p in progs]}


def main():
    skep, agent = sys.argv[1:]
    try:
        image = kernels.image(VERSION)
    except kernels.CannotBeHad as why:
        print(f"skipped: Linux {VERSION} cannot be had: {why}")
        return 77
    lines = list(lines_of(skep))
    lines = [line for line in lines if line["progs"][-1]["type"] == "ext"] + list(made(lines))
    asked = "".join(json.dumps({**line, "do": ["verify"], "log": 1}) + "\n" for line in lines)
    here = subprocess.run([skep, "batch"], input=asked, check=True, capture_output=True, text=True).stdout
    g = guest.Guest(image, agent)
    try:
        there = g.ask([json.dumps({**line, "do": ["kernel"]}).encode() for line in lines])
    finally:
        g.close()
    wrong = 0
    for line, ours, theirs in zip(lines, map(json.loads, here.splitlines()), map(json.loads, there), strict=True):
        ours, theirs = ours["verify"], theirs["kernel"]["verify"]
        differs = [c for c in COMPARED if c in theirs and ours.get(c) != theirs[c]]
        if "message" in theirs and theirs["message"] not in ours["log"].splitlines():
            differs.append("words")
        meant = "rejected" if line["id"].endswith("_refused") else "accepted"
        if differs or theirs["result"] != meant:
            wrong += 1
            print(f"{line['id']}: meant to be {meant}; differs in {differs}\n  skep:  {ours}\n  Linux: {theirs}")
    print(f"{len(lines)} programs in the place of functions, {wrong} different")
    return 1 if wrong or len(lines) < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
