# SPDX-License-Identifier: Apache-2.0
"""Pieces of programs, each of which leaves the registers as it says: arithmetic, branches, loops, memory, packets. What
calls something is in calls.py."""
import bpf
from bpf import ALU32, ALU64, BY_REG, JMP, JMP32, LOAD, MOV, STORE, STORE_IMM
from program import BUFFER, CONTEXT, SLOTS, Label
from world import MAPS, VALUES


def arithmetic(p):
    for _ in range(p.chance.randint(1, 3)):
        dst = p.number()
        if dst in p.pinned and not p.slips():
            continue
        op, width, what = p.pick(bpf.ALU), p.pick([ALU64, ALU64, ALU32]), p.chance.random()
        if what < .5:
            imm = p.chance.randint(0, 63 if width == ALU64 else 31) if op in (bpf.LSH, bpf.RSH, bpf.ARSH) else p.edge()
            signed = p.pick([0, 0, 0, 1]) if op in (bpf.DIV, bpf.MOD) else 0
            p.emit(width | op, dst, 0, signed, imm or 3 if op in (bpf.DIV, bpf.MOD) else imm)
        elif what < .85:
            p.emit(width | op | BY_REG, dst, p.number())
        elif what < .9:
            p.emit(width | MOV | BY_REG, dst, p.number(), p.pick([8, 16, 32] if width == ALU64 else [8, 16]))
        elif what < .95:
            p.emit(p.pick([ALU32 | bpf.END, ALU32 | bpf.END | BY_REG, ALU64 | bpf.END]), dst, imm=p.pick([16, 32, 64]))
        else:
            p.emit(width | bpf.NEG, dst)


def masked(p):
    r = p.number()
    if r not in p.pinned:
        p.emit(p.pick([ALU64, ALU32]) | bpf.AND, r, imm=p.pick([1, 3, 7, 15, 31, 63, 255, 0xfff]))


def condition(p, label):
    code = p.pick([JMP, JMP, JMP32]) | p.pick(bpf.COMPARE)
    dst = p.number()
    if p.some(.6):
        p.jump(code, label, dst, imm=p.edge())
    else:
        p.jump(code | BY_REG, label, dst, p.number())


def branch(p):
    other, end = Label(), Label()
    condition(p, other)
    before = dict(p.regs)
    p.block(p.chance.randint(1, 2))
    if p.some(.5):
        p.jump(bpf.JA, end)
        p.here(other)
        after, p.regs = p.regs, dict(before)
        p.block(1)
        p.join(after)
        p.here(end)
    else:
        p.here(other)
        p.join(before)


def early_end(p):
    condition(p, p.bail)


def forget(p, share=.9):
    """What a loop's body may find another time round: most registers hold something else."""
    for r in list(p.regs):
        if r not in p.pinned and r != 10 and p.some(share):
            del p.regs[r]


def counted_loop(p):
    r = p.saved()
    if r is None:
        return
    again = Label()
    p.const(r, 0)
    p.regs[r] = ("number",)
    forget(p)
    p.pinned.add(r)
    p.here(again)
    kinds = dict(p.regs)
    p.block(p.chance.randint(1, 2))
    step = p.pick([1, 1, 2, 3])
    p.add(r, step)
    code = p.pick([JMP | bpf.JLT, JMP | bpf.JSLT, JMP32 | bpf.JLT] + [JMP | bpf.JNE] * (step == 1))
    p.jump(code, again, r, imm=p.pick([2, 3, 5, 8, 20]))
    p.join(kinds)
    p.pinned.discard(r)


def may_goto_loop(p):
    again, end = Label(), Label()
    forget(p)
    p.here(again)
    kinds = dict(p.regs)
    p.jump(bpf.MAY_GOTO, end)
    p.block(1)
    p.jump(bpf.JA, again)
    p.here(end)
    p.join(kinds)


def copy(p):
    if not p.regs:
        return
    dst, src = p.free(), p.pick(list(p.regs))
    narrow = p.some(.1) or (p.some(.3) and p.regs[src] == ("number",))
    p.emit((ALU32 if narrow else ALU64) | MOV | BY_REG, dst, src)
    p.regs[dst] = ("number",) if narrow else p.regs[src]


def stack(p):
    off, what = p.pick(SLOTS), p.chance.random()
    if what < .3 and p.regs:
        src = p.pick(list(p.regs))
        p.emit(STORE[8], 10, src, off)
        p.slots[off] = p.regs[src]
    elif what < .45:
        size = p.pick([1, 2, 4])
        p.emit(STORE[size], 10, p.number(), off + p.pick([0, 0, 4]))
        p.slots.pop(off, None)
    elif what < .55:
        p.emit(STORE_IMM[p.pick([1, 2, 4, 8])], 10, 0, off, p.edge())
        p.slots.pop(off, None)
    elif what < .65:
        variable_stack(p)
    else:
        dst = p.free()
        if p.some(.75):
            p.emit(LOAD[8], dst, 10, off)
            p.regs[dst] = p.slots.get(off, ("number",))
        else:
            size = p.pick([1, 2, 4])
            p.emit(p.pick([LOAD, bpf.LOAD_SIGNED])[size], dst, 10, off + p.pick([0, 4]))
            p.regs[dst] = ("number",)


def variable_stack(p):
    index, base = p.free(), p.free()
    if index == base:
        return
    p.fresh_number(index)
    most = p.pick([7, 15, 31])
    p.bounded(index, most)
    if p.some(.4):
        p.emit(ALU64 | bpf.LSH, index, imm=p.pick([1, 3]))
        p.emit(ALU64 | bpf.AND, index, imm=most)
    p.mov(base, 10)
    p.add(base, BUFFER)
    p.emit(ALU64 | BY_REG, base, index)
    p.regs[base] = ("moved",)
    size = p.pick([1, 1, 8])
    if p.some(.5):
        p.emit(STORE[size], base, p.number(), p.pick([0, 8]))
    else:
        dst = p.free()
        p.emit(LOAD[size], dst, base, p.pick([0, 8]))
        p.regs[dst] = ("number",)


def context(p):
    if p.regs.get(CONTEXT) != ("ctx",):
        return
    if p.some(.01) or p.slips():  # anywhere
        size = p.pick([1, 2, 4, 8])
        off = p.chance.randint(0, 200) // size * size
        p.emit(p.pick([LOAD, STORE, STORE_IMM])[size], *((0, CONTEXT) if p.some(.7) else (CONTEXT, 0)), off)
        p.regs.pop(0, None)
        return
    numbers = p.numbers_in_context()
    writes = [(o, -s) for o, s, _ in p.accesses if s < 0]
    if writes and p.some(.3):
        off, size = p.pick(writes)
        p.emit(STORE[size], CONTEXT, p.number(), off)
    elif numbers:
        off, size = p.pick(numbers)
        dst = p.free()
        p.emit(LOAD[size], dst, CONTEXT, off)
        p.regs[dst] = ("number",)


# ---- memory: (register, bytes that may be touched) ----

def touch(p, base, size, writes=True):
    """A read, a write or an atomic operation inside `size` bytes at base, at a fixed or a variable place."""
    if size < 8:
        return
    width = p.pick([1, 2, 4, 8])
    off = p.chance.randrange(0, size // width) * width
    if p.slips():
        off = p.pick([off + 1, size, size - width + 1, -8, off + 4])
    what = p.chance.random()
    if what < .4 or not (writes or p.slips()):
        dst = p.free()
        if dst == base:
            return
        p.emit((bpf.LOAD_SIGNED if width < 8 and p.some(.2) else LOAD)[width], dst, base, off)
        p.regs[dst] = ("number",)
    elif what < .6:
        p.emit(STORE[width], base, p.number(), off)
    elif what < .7:
        p.emit(STORE_IMM[width], base, 0, off, p.edge())
    elif what < .8:
        width = p.pick([4, 8])
        p.regs.setdefault(0, ("number",)) if 0 in p.regs else p.const(0, p.edge())
        src = p.number()
        p.emit(bpf.ATOMIC[width], base, src, off // width * width, p.pick(bpf.ATOMIC_OPS))
        p.regs[0] = p.regs.get(0, ("number",)) if p.regs.get(0) else ("number",)
    else:
        variable(p, base, size)


def variable(p, base, size):
    index = p.free()
    if index == base:
        return
    p.fresh_number(index)
    width = p.pick([1, 2, 4, 8])
    most = max(m for m in (0, 1, 3, 7, 15, 31, 63) if m + width <= size)
    p.bounded(index, most if p.some(.7) else max(0, size - width))
    moved = p.free()
    if moved in (base, index):
        return
    p.mov(moved, base)
    p.emit(ALU64 | (bpf.SUB if p.slips() else bpf.ADD) | BY_REG, moved, index)
    p.regs[moved] = ("moved",)
    if p.some(.5):
        p.emit(STORE[width], moved, p.number(), 0)
    else:
        p.emit(LOAD[width], index, moved, 0)
        p.regs[index] = ("number",)


def key_on_stack(p, size, slot=BUFFER):
    """Leaves a key of this many bytes on the stack and its address in r2."""
    for at in range(0, max(size, 4), 4):
        if not p.slips():
            p.emit(STORE_IMM[4], 10, 0, slot + at, p.pick(p.keys))
    p.mov(2, 10)
    p.add(2, slot)


def found(p, name, keep=True):
    """Looks a key up; r0 is the value, and not null. It is kept in a register where there is one."""
    key_on_stack(p, MAPS[name]["key"])
    p.load_map(1, name)
    p.helper(1)
    p.not_null(0)
    p.regs[0] = ("value", MAPS[name]["value"])
    r = p.saved() if keep else None
    if r is not None:
        p.mov(r, 0)
        p.regs[r] = p.regs[0]
    return 0 if r is None else r


def lookup(p):
    r = found(p, p.pick_map(VALUES))
    p.pinned.add(r)
    for _ in range(p.chance.randint(1, 3)):
        touch(p, r, p.regs[r][1] if r in p.regs else 8)
    p.pinned.discard(r)


def direct_value(p):
    name = p.pick(["one", "one", "const"])
    size, r = MAPS[name]["value"], p.free()
    off = p.pick([0, 0, 8, 16]) if not p.slips() else p.pick([size, size - 1, 100])
    p.load_map(r, name, 2, off)
    p.regs[r] = ("value" if name != "const" else "constant", size - off)
    touch(p, r, size - off, name != "const")


def pointers(p):
    known = [r for r in p.of_kind("value", "memory") if r not in p.pinned]
    if not known:
        return
    r = p.pick(known)
    what = p.chance.random()
    if what < .6:
        touch(p, r, p.regs[r][1])
    elif what < .8:
        by = p.pick([4, 8])
        p.add(r, by)
        p.regs[r] = (p.regs[r][0], p.regs[r][1] - by)
    elif what < .9:
        end = Label()
        p.jump(JMP | p.pick([bpf.JEQ, bpf.JNE]), end, r)
        p.here(end)
    else:
        p.emit(p.pick([ALU64, ALU64, ALU32]) | p.pick([bpf.ADD, bpf.SUB, bpf.MUL, bpf.AND]) | BY_REG, r, p.number())
        p.regs.pop(r)


# ---- packets ----

def packet_fields(p):
    gives = {g: (o, s) for o, s, g in p.accesses if s > 0 and g in (1, 2, 3)}
    return gives if 1 in gives and 3 in gives else None


def packet(p):
    fields = packet_fields(p)
    r = p.saved()
    if not fields or r is None or p.regs.get(CONTEXT) != ("ctx",):
        return
    meta = 2 in fields and p.some(.15)
    end = p.free((2, 3, 4, 5))
    begin, limit = (2, 1) if meta else (1, 3)
    p.emit(LOAD[fields[begin][1]], r, CONTEXT, fields[begin][0])
    p.emit(LOAD[fields[limit][1]], end, CONTEXT, fields[limit][0])
    size = p.pick([8, 14, 20, 34, 54])
    probe = p.free((0, 1))
    p.mov(probe, r)
    p.pinned.add(r)
    if p.some(.3):
        p.fresh_number(0 if probe else 1)
        p.bounded(0 if probe else 1, p.pick([15, 255, 60]))
        p.emit(ALU64 | BY_REG, r, 0 if probe else 1)
        p.mov(probe, r)
    p.add(probe, size)
    if not p.slips():
        if p.some(.8):
            p.jump(JMP | p.pick([bpf.JGT, bpf.JGT, bpf.JGE]) | BY_REG, p.bail, probe, end)
        else:
            p.jump(JMP | p.pick([bpf.JLT, bpf.JLE]) | BY_REG, p.bail, end, probe)
    p.regs[r] = ("packet", size)
    p.regs.pop(probe, None)
    p.regs[end] = ("packet_end",)
    for _ in range(p.chance.randint(1, 3)):
        if p.type["packets"] < 2 or p.some(.6):
            dst, width = p.free((0, 1, 2, 3, 4, 5)), p.pick([1, 2, 4])
            p.emit(LOAD[width], dst, r, p.chance.randrange(0, size // width) * width if not p.slips() else size)
            p.regs[dst] = ("number",)
        else:
            touch(p, r, size) if p.some(.2) else p.emit(STORE[2], r, p.number(), p.pick([0, 2, 4, 6]))
    if p.some(.4):
        p.block(1)
    p.pinned.discard(r)


def packet_load(p):
    if not p.type["ld_abs"]:
        return
    code = p.pick([0x30, 0x28, 0x20, 0x50, 0x48, 0x40])
    p.emit(code, 0, p.number() if code >= 0x40 else 0, 0, p.pick([0, 12, 14, 23, 100]))
    p.called()
    p.regs[0] = ("number",)


PIECES = [(arithmetic, 8), (masked, 3), (branch, 8), (early_end, 2), (counted_loop, 3), (may_goto_loop, 1), (copy, 4),
          (stack, 7), (context, 4), (lookup, 4), (direct_value, 3), (pointers, 4), (packet, 5), (packet_load, 1)]
