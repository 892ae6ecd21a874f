#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The walk costs what it costs Linux: each program of tests/verify/effort has the kernel's verdict and errno, and the
kernel's processed instructions, states, peak states and states at one instruction, to the last one.

usage: effort.py SKEP"""
import json
import pathlib
import subprocess
import sys
import tempfile

EFFORT = ("processed", "states", "peak_states", "max_states_per_insn")


def built(folder):
    for source in sorted((pathlib.Path(__file__).parent / "effort").glob("*.bpf.c")):
        target = folder / source.name.replace(".bpf.c", ".o")
        subprocess.run(["clang-19", "-target", "bpf", "-g", "-O2", "-idirafter", "/usr/include/x86_64-linux-gnu", "-c",
                        source, "-o", target], check=True)
        yield target


def main():
    skep = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        return compare(skep, pathlib.Path(folder))


def compare(skep, folder):
    lines = [{"id": o.stem, "do": ["verify", "kernel"], "runs": [], "object": str(o.resolve()), "program": "walk"}
             for o in built(folder)]
    out = subprocess.run([skep, "batch"], input="".join(json.dumps(l) + "\n" for l in lines), text=True,
                         capture_output=True, check=True).stdout
    differ = 0
    for line in out.splitlines():
        answer = json.loads(line)
        ours, theirs = answer["verify"], answer["kernel"]["verify"]
        same = all(ours.get(f) == theirs.get(f) for f in ("result", "errno", *EFFORT))
        differ += not same
        print(f"{'same' if same else 'DIFFERENT':9} {answer['id']:22} {ours['result']:8} "
              + " ".join(f"{ours[f]:>7,}" for f in EFFORT) + f"  skep {ours['time_us']:,} us, Linux {theirs['time_us']:,} us"
              + ("" if same else f"  Linux: {theirs}"))
    print(f"{len(lines)} programs, {differ} different")
    return 0 if lines and differ == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
