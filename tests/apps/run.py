#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applications of libbpf-bootstrap's shape compile unchanged against libbpf and against skep's familiar headers.

Each is built with the skeleton that bpftool generates over both, and with skep's own over skep, and run. Over libbpf the kernel runs its programs; over
skep this process does, and what skep does not have yet answers ENOTSUPP and says what it waits for. parity.c calls
every function that works and prints what it answers: the same, line for line.

usage: run.py BUILD_FOLDER
"""
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from command import run

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INCLUDE = ["-I", "/usr/include/x86_64-linux-gnu"]
ENOTSUPP = -524

SHIELD = """blocking 192.0.2.1: 0
blocking 192.0.2.2: 0
blocking 192.0.2.3: -7
192.0.2.1 17: 1, 100 bytes out
10.0.0.1 17: 2, 100 bytes out
10.0.0.1 6: 2, 100 bytes out
192.0.2.2 6: 1, 100 bytes out
2 flows, 4 packets, 400 bytes
6 dropped, 110 seen
attach: 0
"""
RINGBUF = (f"skep: execs_bpf: map 'events': maps of type ringbuf are not available in the user engine yet\n"
           f"the programs cannot be loaded: {ENOTSUPP}\n")
UPROBE = (f"skep: bpf_program__attach_uprobe_opts is not supported yet: it waits for links of the user engine\n"
          f"the call cannot be watched: {ENOTSUPP}\n")

# application: over skep and over libbpf: (exit, standard output, standard error).
EXPECTED = {
    "execs": {"skep": (1, "", RINGBUF)},  # over libbpf it is compiled: not every machine has a tracefs
    "calls": {"skep": (1, "", UPROBE), "libbpf": (0, "10 calls, 10 returns\n", "")},
    "shield": {"skep": (0, SHIELD, ""), "libbpf": (0, SHIELD, "")},
}
# Rows that work and that parity.c and the applications do not call, each with the reason.
NOT_CALLED = {
    "libbpf_set_memlock_rlim": "libbpf 1.1.2 does not export it",
    "btf__new_split": "libbpf 1.1.2 does not export it",
    "bpf_link__disconnect": "there is no link yet",
    "user_ring_buffer__submit": "without a buffer there is nothing to submit",
    "user_ring_buffer__discard": "without a buffer there is nothing to discard",
}
findings = []


def compiled(app, kind, name, flags, work, build_folder):
    """The application over libbpf, or over skep."""
    program = work / f"{app}_{name}"
    over = {"libbpf": ["-lbpf"],
            "skep": ["-I", ROOT / "include/skep/libbpf", "-L", build_folder, "-lskep_bpf", "-lskep",
                     f"-Wl,-rpath,{build_folder}"]}
    run("gcc-12", "-Wall", "-Wextra", "-Werror", *flags, HERE / f"{app}.c", "-o", program, *over[kind])
    return program


def build(app, work, build_folder):
    """[(kind, program)]: over both with bpftool's skeleton, and over skep with skep's."""
    obj, skeleton = work / f"{app}.bpf.o", work / f"{app}.skel.h"
    run("clang-19", "-target", "bpf", "-D__TARGET_ARCH_x86", "-g", "-O2", *INCLUDE, "-c", HERE / f"{app}.bpf.c", "-o", obj)
    skeleton.write_text(run("bpftool", "gen", "skeleton", obj, "name", f"{app}_bpf"))
    programs = [(kind, compiled(app, kind, kind, ["-I", work], work, build_folder)) for kind in ("libbpf", "skep")]
    skeleton.write_text(run(build_folder / "skep", "gen", "skeleton", obj, "--lang", "c", "--name", f"{app}_bpf"))
    return [*programs, ("skep", compiled(app, "skep", "own_skeleton", ["-I", work], work, build_folder))]


def check_parity(work, build_folder):
    obj = work / "every_part.bpf.o"
    run("clang-19", "-target", "bpf", "-g", "-O2", *INCLUDE, "-c", ROOT / "tests/api/every_part.bpf.c", "-o", obj)
    ours, theirs = (run(compiled("parity", kind, kind, [], work, build_folder), obj).splitlines()
                    for kind in ("skep", "libbpf"))
    different = [f"parity: skep '{a}', libbpf '{b}'" for a, b in zip(ours, theirs) if a != b]
    findings.extend(different[:20])
    if len(ours) != len(theirs):
        findings.append(f"parity: skep prints {len(ours)} lines, libbpf {len(theirs)}")
    return len(ours)


def check_every_row_is_called():
    sources = "".join(p.read_text() for p in HERE.glob("*.c"))
    for name in re.findall(r"(?m)^WORKS\((\w+)", (ROOT / "src/familiar/familiar.def").read_text()):
        called = name.endswith("_skeleton") or re.search(rf"\b{name}\b", sources) is not None
        if called == (name in NOT_CALLED):
            findings.append(f"{name} works: call it in parity.c, or say in NOT_CALLED why not")


def main():
    build_folder = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        for app, kinds in EXPECTED.items():
            for kind, program in build(app, pathlib.Path(folder), build_folder):
                if kind not in kinds:
                    continue
                done = subprocess.run([program], text=True, capture_output=True, timeout=60)
                found = (done.returncode, done.stdout, done.stderr)
                if found != kinds[kind]:
                    findings.append(f"{program.name}: found {found}, expected {kinds[kind]}")
        lines = check_parity(pathlib.Path(folder), build_folder)
    check_every_row_is_called()
    for f in findings:
        print(f)
    print(f"apps: {len(EXPECTED)} applications, {lines} lines of parity, {len(findings)} findings")
    return 1 if findings else 0


sys.exit(main())
