#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that the running kernel and skep accept, run by both on the same inputs: same r0 (32 bits), packets, contexts
and map contents, in interp and in checked.

Programs are generated ones (random/runnable.py) that end in storing and returning what they computed, of every type that
the kernel's test run and skep's contexts have in common, and those of the objects in progs/. They are loaded without
CAP_PERFMON, so that no address of this machine shows in what they do, and call neither clock nor chance.

usage: run_parity.py SKEP FACTS [--count N] [--seed N] [--keep FOLDER]"""
import argparse
import collections
import json
import pathlib
import random
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/verify/random"))
from runnable import OF_CONTEXT, TYPES, runnable  # noqa: E402
from world import Facts  # noqa: E402

CLOCK_AND_CHANCE = {5, 7, 8, 42, 125, 160, 208}


def frame(chance, ether_type, length):
    return bytes([0, 0, 0, 0, 0, 0] + [chance.randint(0, 255) for _ in range(6)] + list(ether_type) +
                 [0x45] + [chance.randint(0, 255) for _ in range(length - 15)])


def runs(chance, kind):
    if kind == "syscall":
        return [{"ctx": chance.randbytes(8 * OF_CONTEXT).hex()} for _ in range(3)]  # some read beyond what they should
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
    options.add_argument("facts")
    options.add_argument("--count", type=int, default=1000, help="random programs of each type")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=pathlib.Path)
    options = options.parse_args()
    chance, facts = random.Random(options.seed), Facts(options.facts)
    lines, kinds = [], []
    for kind in TYPES:
        for _ in range(options.count):
            lines.append({**runnable(chance, facts, kind), "license": "GPL", "runs": runs(chance, kind)})
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
        row["refused" if refused else "differ"] += 1
        print(f"seed {options.seed}, program {answer['id']} ({kind}): {refused or answer['differs']}")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{options.seed}-{answer['id']}.json").write_text(json.dumps(line) + "\n")
    names = ("programs", "accepted", "runs", "refused", "differ")
    print(f"{'':16}" + "".join(f"{n:>10}" for n in names))
    for kind, row in table.items():
        print(f"{kind:16}" + "".join(f"{row[n]:10}" for n in names))
    total = {n: sum(row[n] for row in table.values()) for n in names}
    print(f"{'all':16}" + "".join(f"{total[n]:10}" for n in names))
    same = total["refused"] == total["differ"] == 0
    return 0 if same and all(row["runs"] for row in table.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
