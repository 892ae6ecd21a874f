#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every diagnostic of the verifier has a refused case, and beside it an accepted one.

A case is a program of a case file, with its mark or its row; beside it: another row of the same program, or the next
program or the one before it in the file. What needs types is shown by C files, each with refused and accepted programs.
What neither can show is listed here, with why.

usage: codes.py SKEP
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SUBJECTS = ["calls", "objects", "fixes", "guest"]  # C files
ELSEWHERE = {
    "not-modelled": "says what skep lacks",
    "replaced-elsewhere": "says what the object lacks: cli/cases/verify.txt",
    "internal-fault": "a fault in skep",
    "too-long": "a program of a million instructions: flow_test.cpp",
    "too-many-subprograms": "a program of 257 functions: subprograms_kernel_test.cpp",
    "function-count": "types that no compiler writes: subprograms_kernel_test.cpp",
    "line-in-constant": "line records that no compiler writes: random/found.jsonl",
    "kfunc-destroys": "crash_kexec, which few kernels have: kernel_types_test.cpp",
    "no-such-handler": "what open() refuses: subprograms_kernel_test.cpp",
    "handler-not-global": "what open() refuses: subprograms_kernel_test.cpp",
    "handler-is-main": "what open() refuses: subprograms_kernel_test.cpp",
    "handler-missing": "what open() puts right: subprograms_kernel_test.cpp",
    **dict.fromkeys(["replaces-nothing", "replacement-untyped", "replaced-untyped", "replaces-replacement", "replaces-tracing"],
                    "programs together that no compiler writes: kernels/own_verdicts.py"),
    "arg-not-replaceable": "a structure by value, which BPF's compilers do not pass",
    "function-place": "types that no compiler writes: subprograms_kernel_test.cpp",
}


def codes():
    for path in sorted((ROOT / "src/verify").glob("*errors.hpp")):
        for code, slug in re.findall(r'X\(\w+, "(SKEP-V\d+)", "([a-z0-9-]+)"', path.read_text()):
            yield slug, code


def programs(text):
    """For each program of a case file: the slugs it is refused for, and whether a row or the verdict accepts."""
    for part in re.split(r"^prog ", text, flags=re.M)[1:]:
        refused = set(re.findall(r"^with .*: rejects ([a-z0-9-]+)", part, re.M))
        refused |= set(re.findall(r"\s! ([a-z0-9-]+)", part))
        accepted = bool(re.search(r"^with .*: accepts$|^linux: accepts|^run:", part, re.M))
        yield refused, accepted


def main():
    refused, twins = set(), set()
    for path in sorted((ROOT / "tests/verify").glob("*/*.case")):
        all_programs = list(programs(path.read_text()))
        for at, (slugs, accepted) in enumerate(all_programs):
            near = all_programs[max(0, at - 1):at + 2]
            refused |= slugs
            if accepted or any(a for _, a in near):
                twins |= slugs
    missing = collections.defaultdict(list)
    known = dict(codes())
    by_code = {code: slug for slug, code in known.items()}
    for subject in SUBJECTS:
        for path in sorted((ROOT / "tests/verify" / subject).glob("*.bpf.c")):
            done = subprocess.run([sys.argv[1], "verify", path, "--json"], capture_output=True, text=True)
            answers = json.loads(done.stdout)["programs"]
            slugs = {by_code.get(a["code"]) for a in answers if a["result"] != "accepted"}
            refused |= slugs
            if any(a["result"] == "accepted" for a in answers):
                twins |= slugs
    for slug, code in known.items():
        if slug in ELSEWHERE:
            continue
        if slug not in refused:
            missing["no refused case"].append(f"{code} {slug}")
        elif slug not in twins:
            missing["no accepted twin"].append(f"{code} {slug}")
    for what, slugs in missing.items():
        print(f"{what}: {len(slugs)}")
        for slug in slugs:
            print(f"  {slug}")
    shown = len(known) - sum(map(len, missing.values())) - len(ELSEWHERE)
    print(f"{len(known)} diagnostics, {shown} with a refused case and an accepted twin, {len(ELSEWHERE)} are for neither")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
