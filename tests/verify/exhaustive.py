#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every program of one to three instructions and an exit, over an alphabet of 64 instructions: 266,304 programs.

First all of them through skep's verifier and the running kernel's: the same verdict, errno, instruction and counts.
Then those that the kernel accepts from a loader that may not see pointers (so that what they return is repeatable) run
in the interpreter, in the checked interpreter and in the kernel: the same r0, and no fault.

usage: exhaustive.py SKEP [--part I/N] [--list]      part I of N: every N-th program, beginning with the I-th
"""
import argparse
import collections
import itertools
import json
import subprocess
import sys
import threading

# Chosen so that they meet: a register that one writes is read by others, with values at the edges of both widths.
ALPHABET = """
r0 = 0
r0 = 1
r0 = -1
r0 = -2147483648
w0 = -1
w0 = 0
r2 = 8
r2 = -8
r2 = 4294967296 ll
r0 = r1
r0 = r2
r0 = r10
w0 = w2
r2 = r1
r2 = r10
r2 = r0
w2 = w0
r0 = (s8)r0
w0 = (s16)w2
r0 += 1
r0 += r2
w0 += w2
r0 -= r2
w0 -= 1
r0 *= r2
r0 /= r2
w0 %= w2
r0 s/= -1
r0 &= 7
r0 |= r2
r0 ^= r0
r0 <<= 63
r0 >>= r2
w0 s>>= 31
r0 = -r0
r0 = be16 r0
r0 = bswap64 r0
r2 += -8
r2 += r0
r1 += 4
r0 = *(u32 *)(r1 + 12)
r0 = *(u32 *)(r1 + 0)
r2 = *(u32 *)(r1 + 4)
r0 = *(u64 *)(r10 - 8)
r0 = *(u8 *)(r10 - 8)
r0 = *(s32 *)(r10 - 4)
r2 = *(u64 *)(r10 - 8)
r0 = *(u8 *)(r2 - 8)
*(u64 *)(r10 - 8) = 0
*(u64 *)(r10 - 8) = r0
*(u32 *)(r10 - 4) = r2
*(u8 *)(r10 - 8) = r0
*(u64 *)(r2 - 8) = r1
r0 = atomic_fetch_add((u64 *)(r10 - 8), r0)
lock *(u32 *)(r2 - 4) += w0
r0 = cmpxchg_64(r10 - 8, r0, r2)
if r0 == 0 goto +1
if r0 s> r2 goto +2
if w0 != -1 goto -2
if r0 & 1 goto +1
if r1 == r2 goto -1
goto +1
goto -1
call get_prandom_u32
""".strip().splitlines()
assert len(ALPHABET) == len(set(ALPHABET)) == 64
RANDOM = ALPHABET.index("call get_prandom_u32")  # what it returns is nobody's to repeat
TYPE = "xdp"
PACKET = bytes(range(64)).hex()
EXIT = "9500000000000000"


def assembled(skep):
    """Each instruction of the alphabet, as hex: 8 bytes each, 16 for a 64-bit constant."""
    text = "\n".join(ALPHABET) + "\n"
    code = subprocess.run([skep, "asm", "-", "-o", "-"], input=text.encode(), capture_output=True, check=True).stdout
    out = []
    while code:
        size = 16 if code[0] == 0x18 else 8
        out.append(code[:size].hex())
        code = code[size:]
    assert len(out) == 64
    return out


def programs(part, parts):
    every = itertools.chain.from_iterable(itertools.product(range(64), repeat=n) for n in (1, 2, 3))
    return list(itertools.islice(every, part, None, parts))


def answers(skep, lines):
    batch = subprocess.Popen([skep, "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def feed():
        with batch.stdin as to:
            to.writelines(json.dumps(line) + "\n" for line in lines)
    threading.Thread(target=feed, daemon=True).start()
    for line in batch.stdout:
        yield json.loads(line)
    if batch.wait() != 0:
        raise SystemExit("skep batch ended early")


def text(program):
    return "; ".join(ALPHABET[i] for i in program) + "; exit"


class Findings:
    """Prints the first few of a kind, and counts all."""
    def __init__(self):
        self.count = 0

    def add(self, program, what):
        self.count += 1
        if self.count <= 20:
            print(f"{text(program)}:\n  {what}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("skep")
    options.add_argument("--part", default="0/1")
    options.add_argument("--list", action="store_true", help="only print the alphabet")
    options = options.parse_args()
    if options.list:
        print("\n".join(ALPHABET))
        return 0
    part, parts = map(int, options.part.split("/"))
    code, all_programs, found = assembled(options.skep), programs(part, parts), Findings()

    def lines(of, **more):
        return ({"id": n, "type": TYPE, "insns": "".join(code[i] for i in p) + EXIT, **more} for n, p in enumerate(of))

    verdicts, reasons, accepted = collections.Counter(), set(), []
    for program, answer in zip(all_programs, answers(options.skep, lines(all_programs, do=["verify", "kernel"], runs=[])),
                               strict=True):
        ours, theirs = answer["verify"], answer["kernel"]["verify"]
        verdicts[theirs["result"]] += 1
        reasons.add(ours.get("code"))
        # Where a million instructions were not enough, the log does not say which was the last.
        differs = [d for d in answer["differs"] if d != "verify.insn" or theirs["errno"] != "E2BIG"]
        if differs:
            found.add(program, f"{differs}\n  skep  {ours}\n  Linux {theirs}")
        elif ours["result"] == "accepted" and RANDOM not in program:
            accepted.append(program)

    runs, not_repeatable = collections.Counter(), 0
    more = {"do": ["interp", "checked", "kernel"], "caps": "bpf+net_admin", "runs": [{"packet": PACKET}]}
    for program, answer in zip(accepted, answers(options.skep, lines(accepted, **more)), strict=True):
        kernel = answer["kernel"]
        if kernel["verify"]["result"] != "accepted":
            not_repeatable += 1
            continue
        # The fast interpreter learns contexts later than the checked one.
        results = {who: answer[who]["runs"][0] for who in ("interp", "checked", "kernel")}
        results = {who: r for who, r in results.items() if r.get("error", {}).get("code") != "not-available"}
        runs.update(results.keys())
        r0 = {int(r["r0"], 16) % 2**32 if "r0" in r and "fault" not in r else None for r in results.values()}
        if len(r0) != 1 or None in r0:
            found.add(program, str(results))
    print(f"{len(all_programs)} programs ({dict(verdicts)}), refused for {len(reasons - {None})} reasons; "
          f"accepted ones run by {dict(runs)}, {not_repeatable} show addresses; {found.count} different")
    return 0 if found.count == 0 and runs["checked"] > 0 and runs["kernel"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
