#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden tests of the command line: what is typed, what appears, whole.

A case is a file in cases/: text that says what it shows, then commands and their answers as a terminal would show them.

    # A missing file is named, with its neighbour.
    $ skep dump nothing.o
    ! skep: no such file 'nothing.o'
    exit 2

    ## A line of its own between commands.
    $ …

`$` lines go to sh, in an empty folder made for the case, with SKEP, DATA (tests/data), HERE (this folder) and PROGS
set and `skep` on the path. What follows is standard output as it is, standard error behind `! `, and the exit code if
it is not 0. After each case the folder is looked at: a file that no command line mentions is left over, and fails the
case. Times are written as N, addresses as 0xN.

usage: run.py SKEP [CASE…]        SKEP_BLESS=1 renews the answers
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

NORMAL = [
    (re.compile(r"\b[0-9][0-9,.]* (ns|µs|ms|s)\b"), r"N \1"),
    (re.compile(r" {2,}N (ns|µs|ms|s)\b"), "  N"),  # a column is as wide as its longest time
    (re.compile(r"\bN (ns|µs|ms|s)\b"), "N"),
    (re.compile(r'("ns_per_run"|"ns"):[0-9.e+]+'), r"\1:N"),
    (re.compile(r" at 0x[0-9a-f]{5,}"), " at 0xN"),
    (re.compile(r"clang \d+(\.\d+)*"), "clang N"),
    (re.compile(re.escape(str(ROOT))), "ROOT"),
]


def normal(text):
    for pattern, replacement in NORMAL:
        text = pattern.sub(replacement, text)
    return text


def answer(command, folder, environment):
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    out = normal(done.stdout.decode(errors="replace"))
    err = normal(done.stderr.decode(errors="replace"))
    if out and not out.endswith("\n"):
        out += "\\\n"  # no newline at its end
    text = out + "".join(f"! {line}\n" for line in err.splitlines())
    return text + (f"exit {done.returncode}\n" if done.returncode else "")


def left_over(folder, commands):
    """Files that no command mentions: temporary ones, or output that should not have appeared."""
    return sorted(p.name for p in folder.iterdir() if not any(p.name in c for c in commands))


def questions(case):
    """The parts of a case that are not answers: ("says", line) and ("asks", command as written)."""
    parts, lines = [], iter(case.read_text().splitlines())
    for line in lines:
        if line.startswith("$ "):
            while line.endswith("\\"):
                line += "\n" + next(lines)
            parts.append(("asks", line))
        elif line.startswith("# ") and (not parts or parts[-1][0] == "says") or line.startswith("## "):
            parts.append(("says", line))
    return parts


def answered(case, skep):
    """The case as skep answers it today."""
    parts, text = questions(case), []
    commands = [line[2:] for kind, line in parts if kind == "asks"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        environment = {"PATH": f"{skep.parent}:{os.environ['PATH']}", "LANG": "C.UTF-8", "SKEP": str(skep),
                       "DATA": str(ROOT / "tests/data"), "PROGS": str(ROOT / "progs"), "HERE": str(HERE)}
        for kind, line in parts:
            if line.startswith("## "):
                text.append("\n")
            text.append(line + "\n")
            if kind == "asks":
                text.append(answer(line[2:], folder, environment))
        over = left_over(folder, commands)
        if over:
            text.append(f"left over: {', '.join(over)}\n")
    return "".join(text)


def difference(expected, got):
    import difflib
    return "".join(difflib.unified_diff(expected.splitlines(True), got.splitlines(True), "expected", "got"))


def main():
    skep = pathlib.Path(sys.argv[1]).resolve()
    if skep.name != "skep" or not os.access(skep, os.X_OK):
        sys.exit(f"{skep} is no skep")
    NORMAL.insert(0, (re.compile(re.escape(str(skep))), "SKEP"))
    names = sys.argv[2:]
    cases = sorted(p for p in (HERE / "cases").glob("*.txt") if not names or p.stem in names)
    failed = 0
    for case in cases:
        got, expected = answered(case, skep), case.read_text()
        if got == expected:
            continue
        if os.environ.get("SKEP_BLESS") == "1":
            case.write_text(got)
            print(f"renewed {case.stem}")
            continue
        failed += 1
        print(f"{case.stem}:\n{difference(expected, got)}")
    print(f"{len(cases)} cases, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
