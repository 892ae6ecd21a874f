#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`skep btf dump file` prints what bpftool prints: the same text, and the same document as JSON.

Asked for the running kernel's types and for those of every eBPF program here, compiled by clang and gcc-bpf, for
a big-endian machine too, and for a split BTF over the kernel's.

bpftool's JSON is not JSON where a name has a quote, a backslash or bytes that are no UTF-8; C has no such names.

usage: btf_dump.py SKEP
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

from captures import ROOT, Findings

KERNEL = "/sys/kernel/btf/vmlinux"
INCLUDES = ["-I", ROOT / "bench", "-idirafter", "/usr/include", "-idirafter", "/usr/include/x86_64-linux-gnu"]
COMPILERS = {
    "clang-19": ["clang-19", "-target", "bpf", "-g", "-O2", *INCLUDES],
    "big-endian": ["clang-19", "-target", "bpfeb", "-g", "-O2", *INCLUDES],
    "gcc": ["bpf-gcc", "-gbtf", "-O2", "-I", ROOT / "tests/peer/gcc", *INCLUDES],
}
SOURCES = [p for folder in ("progs", "bench", "tests/peer/programs", "tests/cli/programs", "examples")
           for p in sorted((ROOT / folder).rglob("*.bpf.c"))]


def output_of(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True).stdout


def compiled(folder):
    """Objects by name. gcc-bpf 12 cannot compile everything that clang can: what it refuses is not an object."""
    for source in SOURCES:
        for name, compiler in COMPILERS.items():
            out = folder / f"{source.stem}.{name}.o"
            done = subprocess.run([*map(str, compiler), "-c", str(source), "-o", str(out)], capture_output=True)
            if done.returncode == 0:
                yield f"{source.stem} by {name}", out
            elif name != "gcc":
                raise SystemExit(f"{source} by {name}: {done.stderr.decode()}")


def split_over_kernel(folder):
    """A pointer to type 1 and a typedef, whose ids and names continue the kernel's."""
    kernel = pathlib.Path(KERNEL).read_bytes()
    strings = struct.unpack_from("<I", kernel, 20)[0]
    types = struct.pack("<6I", 0, 2 << 24, 1, strings, 8 << 24, 2)
    out = folder / "split.btf"
    out.write_bytes(struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), 6) + types + b"split\0")
    return out


def main():
    skep, findings, objects = sys.argv[1], Findings(), 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        split = split_over_kernel(folder)
        asked = [("the kernel", [KERNEL], []), ("a split BTF", [split, "--base", KERNEL], ["-B", KERNEL])]
        for what, path in compiled(folder):
            asked.append((what, [path], []))
        for what, arguments, before in asked:
            theirs = ["bpftool", *before, "btf", "dump", "file", arguments[0]]
            findings.same(f"{what}: text", output_of(skep, "btf", "dump", "file", *arguments), output_of(*theirs))
            findings.same(f"{what}: JSON", json.loads(output_of(skep, "btf", "dump", "file", *arguments, "--json")),
                          json.loads(output_of(*theirs, "-j")))
            objects += arguments[0] not in (KERNEL, split)
    print(f"the kernel's types, a split BTF and those of {objects} objects are listed as bpftool lists them")
    if objects < 30:
        findings.same("enough objects", objects, "at least 30")
    return findings.finish()


if __name__ == "__main__":
    sys.exit(main())
