#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every program of every object that nobody here wrote (tests/peer/debian_objects.py) gets the kernel's verdict: skep's
beside that of a guest, in which fentry, fexit, LSM and kprobes load, too.

Objects are relocated here for the guest's types. A program is the same, different, or unknown, with the reason: what skep's
verifier does not know yet, what that kernel lacks, or what only libbpf does to an object before it is loaded.

usage: foreign_verdicts.py SKEP AGENT CACHE"""
import collections
import json
import lzma
import pathlib
import struct
import subprocess
import sys

import guest
import kernels

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/peer"))
import debian_objects  # noqa: E402

VERSION = "6.18.15"
LEAST_OBJECTS, LEAST_PROGRAMS = 95, 280


def types_in(image, out):
    """The BTF of a kernel image, whose compressed kernel holds it as it is."""
    if out.exists():
        return out
    data = image.read_bytes()
    for magic, unpack in ((b"\xfd7zXZ\0", lambda d: lzma.LZMADecompressor().decompress(d)),
                          (b"\x02\x21\x4c\x18", lambda d: subprocess.run(["lz4", "-dc"], input=d, capture_output=True).stdout),
                          (b"\x28\xb5\x2f\xfd", lambda d: subprocess.run(["zstd", "-dc"], input=d, capture_output=True).stdout)):
        at = data.find(magic)
        if at < 0:
            continue
        kernel, begin = unpack(data[at:]), -1
        while (begin := kernel.find(b"\x9f\xeb\x01\0\x18\0\0\0", begin + 1)) >= 0:
            _, types, strings, size = struct.unpack_from("<4I", kernel, begin + 8)
            if types == strings and types > 1_000_000:
                out.write_bytes(kernel[begin:begin + 24 + strings + size])
                return out
    sys.exit(f"{image} holds no types")


def lines_of(skep, file, types):
    """(lines, None) or (None, why there are none)."""
    done = subprocess.run([skep, "dump", file, "--btf", types, "--batch"], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[0] if done.stderr.strip() else f"exit {done.returncode}"
    out = []
    for line in map(json.loads, done.stdout.splitlines()):
        line["id"] = f"{file.name}:{line['id']}"
        line["target"] = f"linux-{VERSION}"
        out.append(line)
    return out, None


def outcome(answer):
    """(same, different or unknown; why)"""
    if "error" in answer:
        return "unknown", answer["error"]["message"]
    if "verify" not in answer["kernel"]:
        return "unknown", str(answer["kernel"])[:200]
    ours, theirs = answer["verify"], answer["kernel"]["verify"]
    if ours["result"] == "unknown":
        return "unknown", f"skep: {ours['message']} (Linux: {theirs['result']})"
    if theirs["result"] == "unknown":
        return "unknown", f"Linux: {theirs.get('message', '')} (skep: {ours['result']})"
    if ours["result"] != theirs["result"] or ours.get("errno") != theirs.get("errno"):
        return "different", f"skep: {ours['result']} {ours.get('message', '')}; Linux: {theirs['result']} {theirs.get('message', '')}"
    counts = " ".join(d.removeprefix("verify.") for d in answer["differs"])
    return "same", counts


def main():
    skep, agent, cache = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve()
    try:
        image = kernels.image(VERSION)
    except kernels.CannotBeHad as why:
        print(f"skipped: Linux {VERSION} cannot be had: {why}")
        return 77
    objects = debian_objects.objects(cache)
    types = types_in(pathlib.Path(image), cache / f"linux-{VERSION}.btf")
    lines, count, refused = [], collections.Counter(), 0
    for file, name in objects.items():
        found, why = lines_of(skep, file, types)
        if why:
            refused += 1
            print(f"{file.name}: no programs: {why}")
        lines += found or []
    g = guest.Guest(image, agent, memory="2G", patience=300)
    try:
        answers = [json.loads(a) for a in g.ask([json.dumps(line).encode() for line in lines])]
    finally:
        g.close()
    effort = collections.Counter()
    for line, answer in zip(lines, answers, strict=True):
        what, why = outcome(answer)
        count[what] += 1
        if what == "same":
            effort["equal" if not why else "other counts"] += 1
            count[answer["verify"]["result"]] += 1
        print(f"{what:9} {line['id']}" + (f": {why}" if why else ""))
    if g.said:
        print("\n".join(g.said))
    print(f"{len(objects)} objects ({refused} without programs), {len(lines)} programs: {count['same']} the same "
          f"({count['accepted']} accepted, {count['rejected']} rejected; {effort['equal']} with the same counts), "
          f"{count['different']} different, {count['unknown']} unknown")
    enough = len(objects) >= LEAST_OBJECTS and len(lines) >= LEAST_PROGRAMS
    return 0 if enough and count["different"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
