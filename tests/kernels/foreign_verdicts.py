#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every program of every object that nobody here wrote (tests/peer/debian_objects.py) gets the kernel's verdict: skep's
beside that of a guest, in which fentry, fexit, LSM and kprobes load, too.

Objects are relocated here for the guest's types, and prepared as their tools prepare them (loaders.py). A program is the
same, different, or unknown, with the reason: what skep's verifier does not know yet, or what that kernel lacks.

usage: foreign_verdicts.py SKEP AGENT CACHE"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import guest
import kernels
import loaders

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/peer"))
import debian_objects  # noqa: E402

VERSION = "6.18.15"
LEAST_OBJECTS, LEAST_PROGRAMS, LEAST_SAME = 95, 280, 425
COUNTS = ["insn", "processed", "states", "peak_states", "max_states_per_insn", "stack_depth"]


def lines_of(skep, file, types):
    """The programs' lines as the package's tool has them loaded, each with what that changed; or (None, why)."""
    traces = file.name.startswith("libxdp1.xdpdump")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([skep, "dump", loaders.with_a_traced_program(skep, file, folder) if traces else file,
                               "--btf", types, "--batch"], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[0] if done.stderr.strip() else f"exit {done.returncode}"
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    traced = next((line for line in lines if line["id"] == loaders.TRACED), None)
    out = []
    for line in lines:
        if line is traced:
            continue
        changed = loaders.prepared(line, traced)
        out.append(({**line, "id": f"{file.name}:{line['id']}", "target": f"linux-{VERSION}"}, changed))
    return out, None


def asked(line):
    """skep about the program, the kernel about what it can load."""
    if line["progs"][0]["type"] != "lirc_mode2":
        return [line]
    return [{**line, "do": ["verify"]}, {**loaders.stand_in(line), "do": ["kernel"]}]


def outcome(answers):
    """(same, different or unknown; why)"""
    for answer in answers:
        if "error" in answer:
            return "unknown", answer["error"]["message"]
    ours, theirs = answers[0]["verify"], answers[-1]["kernel"].get("verify")
    if theirs is None:
        return "unknown", str(answers[-1]["kernel"])[:200]
    if ours["result"] == "unknown":
        return "unknown", f"skep: {ours['message']} (Linux: {theirs['result']})"
    if theirs["result"] == "unknown":
        return "unknown", f"Linux: {theirs.get('message', '')} (skep: {ours['result']})"
    if ours["result"] != theirs["result"] or ours.get("errno") != theirs.get("errno"):
        return "different", f"skep: {ours['result']} {ours.get('message', '')}; Linux: {theirs['result']} {theirs.get('message', '')}"
    if ours["result"] == "rejected":
        print(f"rejected: {theirs['message']}")
    return "same", " ".join(f"{c} {ours[c]} not {theirs[c]}" for c in COUNTS if c in theirs and ours[c] != theirs[c])


def main():
    skep, agent, cache = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve()
    image = kernels.or_skip(kernels.image, VERSION)
    objects = debian_objects.objects(cache)
    types = kernels.types(VERSION)
    lines, count, refused = [], collections.Counter(), 0
    for file, name in objects.items():
        found, why = lines_of(skep, file, types)
        if why:
            refused += 1
            print(f"{file.name}: no programs: {why}")
        lines += found or []
    questions = [asked(line) for line, _ in lines]
    g = guest.Guest(image, agent, memory="2G", patience=300)
    try:
        answers = iter([json.loads(a) for a in g.ask([json.dumps(line).encode() for q in questions for line in q])])
    finally:
        g.close()
    off = 0
    for (line, changed), question in zip(lines, questions, strict=True):
        answer = [next(answers) for _ in question]
        what, why = outcome(answer)
        count[what] += 1
        if what == "same":
            off += bool(why)
            count[answer[0]["verify"]["result"]] += 1
        print(f"{what:9} {line['id']}" + (f" ({changed})" if changed else "") + (f": {why}" if why else ""))
    if g.said:
        print("\n".join(g.said))
    print(f"{len(objects)} objects ({refused} without programs), {len(lines)} programs: {count['same']} the same "
          f"({count['accepted']} accepted, {count['rejected']} rejected; {count['same'] - off} with the same counts), "
          f"{count['different']} different, {count['unknown']} unknown")
    enough = len(objects) >= LEAST_OBJECTS and len(lines) >= LEAST_PROGRAMS and count["same"] >= LEAST_SAME
    return 0 if enough and count["different"] == 0 and off == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
