#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Suggested changes are true: every program in fixes/ is refused, and accepted once its fix is applied.

Fixes of `skep verify --json` are applied as they stand, all of a file at once; what is then refused for another reason
may be fixed again, three times in all. Then skep and the running kernel are asked about the program.

usage: fixes.py SKEP [FILE…]
"""
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS = 3
LEAST = 40  # programs


def verdicts(skep, source):
    done = subprocess.run([skep, "verify", source, "--json"], capture_output=True, text=True, check=False)
    if done.returncode == 2 and '"programs"' not in done.stdout:
        sys.exit(f"{source.name}: {done.stdout}{done.stderr}")
    return {p["name"]: p for p in json.loads(done.stdout)["programs"]}


def apply(fix, text):
    """The text with the fix, or None where the line is not as it says."""
    if fix["line"] == 0:
        return text.replace(fix["old"], fix["new"], 1) if fix["old"] in text else None
    lines = text.split("\n")
    if lines[fix["line"] - 1] != fix["old"]:
        return None
    lines[fix["line"] - 1] = fix["new"]
    return "\n".join(lines)


def kernel_verdict(skep, source, name, folder):
    built = folder / (source.stem + ".o")
    subprocess.run(["clang-19", "-target", "bpf", "-g", "-O2", "-I/usr/include/x86_64-linux-gnu", "-c", source, "-o", built],
                   check=True)
    question = {"id": 1, "do": ["kernel"], "runs": [], "object": str(built), "program": name}
    done = subprocess.run([skep, "batch"], input=json.dumps(question), capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    return answer.get("kernel", answer).get("verify", answer)


def judged(skep, original, folder):
    """(fixed, problems) of one file."""
    source = folder / original.name
    source.write_text(original.read_text())
    now = verdicts(skep, source)
    problems = [f"{n}: it is {p['result']}, not refused" for n, p in now.items() if p["result"] != "rejected"]
    for _ in range(ROUNDS):
        fixes = {}  # a line is changed once a round; from the last to the first, so that numbers stay true
        for p in now.values():
            fix = (p["explanation"] or {}).get("fix")
            if fix:
                fixes[fix["line"]] = fix
        text = source.read_text()
        for line in sorted(fixes, reverse=True):
            text = apply(fixes[line], text) or text
        if text == source.read_text():
            break
        source.write_text(text)
        now = verdicts(skep, source)
    fixed = 0
    for name, p in now.items():
        if p["result"] != "accepted":
            problems.append(f"{name}: after its fixes it is {p['result']}: {p['code']} {p['message']} (line {p['line']})")
            continue
        kernel = kernel_verdict(skep, source, name, folder)
        if kernel.get("result") != "accepted":
            problems.append(f"{name}: the kernel says {kernel}")
        else:
            fixed += 1
    return fixed, problems


def main():
    skep = pathlib.Path(sys.argv[1]).resolve()
    named = [HERE / "fixes" / f for f in sys.argv[2:]]
    total, failed = 0, 0
    with tempfile.TemporaryDirectory() as name:
        for source in named or sorted((HERE / "fixes").glob("*.bpf.c")):
            fixed, problems = judged(skep, source, pathlib.Path(name))
            total += fixed
            failed += len(problems)
            for p in problems:
                print(f"{source.name}: {p}")
    print(f"{total} programs fixed, {failed} problems")
    return 1 if failed or (not named and total < LEAST) else 0


if __name__ == "__main__":
    sys.exit(main())
