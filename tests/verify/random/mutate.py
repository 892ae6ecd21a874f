# SPDX-License-Identifier: Apache-2.0
"""A program spoilt: one instruction becomes another one, in its place, so that functions stay where they were."""
import bpf
from program import EDGES


def constant(chance, i):
    i[4] = chance.choice(EDGES) if chance.random() < .5 else i[4] + chance.choice([-8, -4, -1, 1, 4, 8])


def offset(chance, i):
    i[3] += chance.choice([-8, -4, -1, 1, 2, 4, 8, 64])


def destination(chance, i):
    i[1] = chance.randint(0, 10)


def source(chance, i):
    i[2] = chance.randint(0, 10)


def operation(chance, i):
    code, kind = i[0], i[0] & 7
    if kind in (bpf.ALU64, bpf.ALU32):
        i[0] = code & 0x0f | chance.choice(bpf.ALU)
    elif bpf.jumps(code):
        i[0] = code & 0x0f | chance.choice(bpf.COMPARE)
    elif code == bpf.CALL and i[2] == 0:
        i[4] = chance.randint(1, 211)
    else:
        i[0] = code & ~0x18 | chance.choice([0, 8, 0x10, 0x18])


def width(chance, i):
    if i[0] & 7 in (bpf.ALU64, bpf.ALU32):
        i[0] ^= 3
    elif i[0] & 7 in (bpf.JMP, bpf.JMP32) and i[0] not in (bpf.CALL, bpf.EXIT):
        i[0] ^= 3
    else:
        i[0] ^= chance.choice([0x08, 0x10, 0x18, 0x80])


def nothing(chance, i):
    i[:] = [bpf.JA, 0, 0, 0, 0]


def raw(chance, i):
    i[:] = [chance.randrange(256), chance.randrange(11), chance.randrange(11), chance.choice([0, 0, 1, -8]), chance.choice(EDGES)]


CHANGES = [constant, constant, offset, offset, destination, source, operation, operation, width, nothing, nothing, raw]


def spoilt(chance, line, changes):
    """A copy of the line with so many changes; most of them not in the first instructions."""
    line = {**line, "progs": [dict(p) for p in line["progs"]]}
    prog = line["progs"][0]
    insns = bpf.decoded(bytes.fromhex(prog["insns"]))
    loops = [(to, at) for at in range(len(insns)) if bpf.jumps(insns[at][0]) and (to := bpf.target_of(insns, at)) <= at]
    for _ in range(changes):
        at = chance.randrange(len(insns)) if chance.random() < .2 else chance.randrange(len(insns) // 4, len(insns))
        if insns[at][0] in (0, bpf.LD64) and chance.random() < .9:
            continue
        # A loop that is spoilt goes on for a million instructions, most of the time.
        if any(begin <= at <= end for begin, end in loops) and chance.random() < .97:
            continue
        if chance.random() < .15 and at + 1 < len(insns):
            insns[at], insns[at + 1] = insns[at + 1], insns[at]
        else:
            chance.choice(CHANGES)(chance, insns[at])
    if "ksyms" in prog:
        prog["ksyms"] = {at: name for at, name in prog["ksyms"].items() if (insns[int(at)][0], insns[int(at)][2]) in ((bpf.CALL, 2), (bpf.LD64, 3))}
    prog["insns"] = bpf.encoded(insns).hex()
    return line
