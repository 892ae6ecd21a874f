#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every program of progs/ compiles without a warning and is accepted by the running Linux.

Skips, with the kernel's words, only where not even an empty XDP program loads (exit 77).
"""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EMPTY = '__attribute__((section("xdp"), used)) int empty(void) { return 2; }'


def compiled(source, folder):
    """The object; a warning ends the test."""
    out = folder / (source.name + ".o")
    subprocess.run(["clang-19", "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Wextra", "-Werror",
                    "-idirafter", f"/usr/include/{os.uname().machine}-linux-gnu", "-c", source, "-o", out], check=True)
    return out


def refusal(compiled_object):
    """Why Linux refuses the object's program, or empty."""
    pin = pathlib.Path(f"/sys/fs/bpf/skep_load_progs_{os.getpid()}")
    done = subprocess.run(["bpftool", "prog", "load", compiled_object, pin], capture_output=True, text=True)
    if pin.exists():
        pin.unlink()
    return "" if done.returncode == 0 else done.stderr.strip() or f"bpftool: exit {done.returncode}"


def main():
    programs = sorted((ROOT / "progs").glob("*.bpf.c"))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "empty.bpf.c").write_text(EMPTY)
        reason = refusal(compiled(folder / "empty.bpf.c", folder))
        if reason:
            print(f"skipped: {len(programs)} programs, as this machine loads not even an empty one: {reason}")
            return 77
        refused = [(p.name, r) for p in programs if (r := refusal(compiled(p, folder)))]
    for program, reason in refused:
        print(f"{program}: {reason}")
    print(f"{len(programs)} programs, {len(refused)} refused")
    return 1 if refused or len(programs) < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
