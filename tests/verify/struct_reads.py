#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads of 1, 2, 4 and 8 bytes at every offset of the kernel's own structures, by bpf_rdonly_cast, through skep and the
running kernel: same verdict, errno and cost. The structures are sk_buff and others with unions, where most rules are.

usage: struct_reads.py SKEP [--structures N] [--seed N]"""
import argparse
import json
import random
import re
import struct
import subprocess
import sys

LARGEST = 224  # bytes
MOV, CALL, EXIT = 0xb7, 0x85, 0x95
READS = {1: 0x71, 2: 0x69, 4: 0x61, 8: 0x79}


def structures(skep):
    """Id, name and size of those with a union of several members in them."""
    text = subprocess.run([skep, "btf", "dump", "file", "/sys/kernel/btf/vmlinux"], check=True, capture_output=True, text=True).stdout
    types = {int(m[1]): m for m in re.finditer(r"^\[(\d+)\] (\w+) '(.*?)' size=(\d+) vlen=(\d+).*\n((?:\t.*\n)*)", text, re.M)}
    for number, (_, _, kind, name, size, _, members) in ((n, (m[0], *m.groups())) for n, m in types.items()):
        inside = [types.get(int(i)) for i in re.findall(r"type_id=(\d+)", members)]
        if kind == "STRUCT" and 0 < int(size) <= LARGEST and any(t and t[2] == "UNION" and int(t[5]) > 1 for t in inside):
            yield number, name, int(size)


def questions(chosen):
    for number, name, size in chosen:
        for off in range(size):
            for width, code in READS.items():
                insns = [(MOV, 2, 0, number), (CALL, 2 << 4, 0, 0), (code, 0, off, 0), (MOV, 0, 0, 0), (EXIT, 0, 0, 0)]
                program = {"type": "sched_cls", "insns": b"".join(struct.pack("<BBhi", *i) for i in insns).hex(),
                           "ksyms": {"1": "bpf_rdonly_cast"}}
                yield {"id": f"{name}: {width} at {off}", "do": ["verify", "kernel"], "runs": [], "license": "GPL", "progs": [program]}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("skep")
    p.add_argument("--structures", type=int, default=50)
    p.add_argument("--seed", default="1")
    o = p.parse_args()
    found = sorted(structures(o.skep), key=lambda s: s[1])
    chosen = [s for s in found if s[1] == "sk_buff"] + random.Random(o.seed).sample(found, o.structures)
    lines = "".join(json.dumps(q) + "\n" for q in questions(chosen))
    out = subprocess.run([o.skep, "batch"], input=lines, check=True, capture_output=True, text=True).stdout
    answers = [json.loads(line) for line in out.splitlines()]
    accepted = sum(a["kernel"]["verify"]["result"] == "accepted" for a in answers)
    different = [a for a in answers if a["differs"]]
    for a in different[:20]:
        print(a)
    print(f"{len(answers)} reads of {len(chosen)} structures: {accepted} accepted, {len(different)} different")
    return 1 if different or not accepted or accepted == len(answers) else 0


if __name__ == "__main__":
    sys.exit(main())
