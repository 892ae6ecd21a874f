# SPDX-License-Identifier: Apache-2.0
"""The smallest program that still shows what a large one shows: instructions are left out, chunk by chunk."""
import copy

import bpf


def without(line, gone):
    """The line without these instructions; what jumped to one of them goes on behind it. Nothing if that cannot be."""
    prog = line["progs"][0]
    insns = bpf.decoded(bytes.fromhex(prog["insns"]))
    # A loop goes as a whole: without its counter it would run for a million instructions.
    for at in range(len(insns)):
        to = bpf.target_of(insns, at) if bpf.jumps(insns[at][0]) else None
        if to is not None and to <= at and any(to <= g <= at for g in gone) and not set(range(to, at + 1)) <= set(gone):
            return None
    gone = set(gone) | {at + 1 for at in gone if insns[at][0] == bpf.LD64}
    gone -= {at for at in gone if insns[at][0] == 0 and at and insns[at - 1][0] == bpf.LD64 and at - 1 not in gone}
    place, kept = {}, []
    for at in range(len(insns)):
        place[at] = len(kept)
        if at not in gone:
            kept.append(at)
    place[len(insns)] = len(kept)
    if len(kept) in (0, len(insns)):
        return None
    out = [list(insns[at]) for at in kept]
    for new, at in enumerate(kept):
        to = bpf.target_of(insns, at)
        if to is not None and to in place:
            bpf.retarget(out, new, place[to])
    line = copy.deepcopy(line)
    line["progs"][0]["insns"] = bpf.encoded(out).hex()
    if "ksyms" in prog:
        line["progs"][0]["ksyms"] = {str(place[int(at)]): n for at, n in prog["ksyms"].items() if int(at) not in gone}
    if "func_info" in prog:
        data = bytes.fromhex(prog["func_info"])
        records = {}
        called = {bpf.target_of(out, at) for at in range(len(out)) if out[at][0] in (bpf.CALL, bpf.LD64)} | {0}
        for at in range(0, len(data), 8):
            begin = place[int.from_bytes(data[at:at + 4], "little")]
            if begin in called:
                records[begin] = data[at + 4:at + 8]
        line["progs"][0]["func_info"] = b"".join(b.to_bytes(4, "little") + t for b, t in sorted(records.items())).hex()
    return line


def smallest(line, still, rounds=200):
    """`still(lines)` says for each line whether it shows it."""
    chunk = max(1, len(line["progs"][0]["insns"]) // 32)
    for _ in range(rounds):
        count = len(line["progs"][0]["insns"]) // 16
        tries = [t for at in range(0, count, chunk) if (t := without(line, range(at, min(at + chunk, count))))]
        shorter = next((t for t, shows in zip(tries, still(tries)) if shows), None)
        if shorter is not None:
            line = shorter
        elif chunk == 1:
            break
        else:
            chunk = max(1, chunk // 2)
    return line
