#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/verify/guest/*.bpf.c: programs that need what the running kernel may lack, such as the addresses of variables
(CONFIG_KALLSYMS_ALL), or forbid, such as programs in the place of functions, through skep's verifier and through a
guest's, which must say the same: verdict, errno, instruction, cost and words. A program is accepted unless its name ends
in _refused.

usage: own_verdicts.py SKEP AGENT"""
import json
import pathlib
import subprocess
import sys
import tempfile

import guest
import kernels

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSION = "6.18.15"
LEAST = 150
SAME = ["result", "errno", "insn", "processed", "states", "peak_states", "max_states_per_insn", "stack_depth"]
CLANG = ["clang-19", "-target", "bpf", "-O2", "-g", "-mcpu=v3", "-I", "/usr/include/x86_64-linux-gnu"]


def lines_of(skep, source, types):
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/{source.name.removesuffix('.bpf.c')}.o"
        subprocess.run([*CLANG, "-c", source, "-o", file], check=True)
        done = subprocess.run([skep, "dump", file, "--btf", types, "--batch"], capture_output=True, text=True, check=True)
    return [{**json.loads(line), "target": f"linux-{VERSION}", "log": 1} for line in done.stdout.splitlines()]


def made(lines):
    """Programs together that no compiler writes, of those in replaced.bpf.c."""
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


def fault(line, answer):
    """Why the answers are not what the program's name says; empty: they are."""
    ours, theirs = answer.get("verify"), answer.get("kernel", {}).get("verify")
    if ours is None or theirs is None:
        return json.dumps(answer)
    wanted = "rejected" if line["id"].endswith("_refused") else "accepted"
    differs = [f"{k} {ours.get(k)}, Linux {theirs[k]}" for k in SAME if k in theirs and ours.get(k) != theirs[k]]
    if theirs.get("message", "") not in ours.get("log", ""):
        differs.append(f"Linux's words: {theirs['message']}; skep's: {ours['log']}")
    if theirs["result"] != wanted:
        differs.append(f"Linux: {theirs['result']}: {theirs.get('message')}")
    return "; ".join(differs)


def main():
    skep, agent = sys.argv[1:3]
    image = kernels.or_skip(kernels.image, VERSION)
    types = kernels.types(VERSION)
    sources = sorted((ROOT / "tests/verify/guest").glob("*.bpf.c"))
    lines = [line for source in sources for line in lines_of(skep, source, types)]
    lines += made(lines)
    g = guest.Guest(image, agent, memory="2G", patience=300)
    try:
        answers = [json.loads(a) for a in g.ask([json.dumps(line).encode() for line in lines])]
    finally:
        g.close()
    faults = 0
    for line, answer in zip(lines, answers, strict=True):
        if why := fault(line, answer):
            faults += 1
            print(f"{line['id']}: {why}")
    print(f"{len(sources)} files, {len(lines)} programs, {faults} different")
    return 0 if faults == 0 and len(lines) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
