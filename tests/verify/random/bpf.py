# SPDX-License-Identifier: Apache-2.0
"""Instructions, and types (BTF), as generated programs need them. An instruction is a list [code, dst, src, off, imm]."""
import struct

# RFC 9669 section 4
ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, NEG, MOD, XOR, MOV, ARSH, END = range(0, 0xe0, 0x10)
ALU = [ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, MOD, XOR, MOV, ARSH]
JEQ, JGT, JGE, JSET, JNE, JSGT, JSGE, JLT, JLE, JSLT, JSLE = 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0
COMPARE = [JEQ, JGT, JGE, JSET, JNE, JSGT, JSGE, JLT, JLE, JSLT, JSLE]
ALU64, ALU32, JMP, JMP32, BY_REG = 7, 4, 5, 6, 8
CALL, EXIT, JA, JA32, MAY_GOTO, LD64 = 0x85, 0x95, 0x05, 0x06, 0xe5, 0x18
LOAD = {1: 0x71, 2: 0x69, 4: 0x61, 8: 0x79}
LOAD_SIGNED = {1: 0x91, 2: 0x89, 4: 0x81}
STORE = {1: 0x73, 2: 0x6b, 4: 0x63, 8: 0x7b}
STORE_IMM = {1: 0x72, 2: 0x6a, 4: 0x62, 8: 0x7a}
ATOMIC = {4: 0xc3, 8: 0xdb}
ATOMIC_OPS = [0x00, 0x40, 0x50, 0xa0, 0x01, 0x41, 0x51, 0xa1, 0xe1, 0xf1, 0x100, 0x110]

ONE = struct.Struct("<BBhi")


def wrapped(v, bits):
    return (v + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)


def encoded(insns):
    return b"".join(ONE.pack(c & 255, d & 15 | (s & 15) << 4, wrapped(o, 16), wrapped(i, 32)) for c, d, s, o, i in insns)


def decoded(data):
    return [[c, r & 15, r >> 4, o, i] for c, r, o, i in ONE.iter_unpack(data)]


def jumps(code):
    return code & 7 in (JMP, JMP32) and code not in (CALL, EXIT)


def target_of(insns, at):
    """Where instruction `at` jumps to, calls, or whose address it takes; nothing if it does none of that."""
    code, _, src, off, imm = insns[at]
    if code == JA32 or (code == CALL and src == 1) or (code == LD64 and src == 4):
        return at + 1 + imm
    return at + 1 + off if jumps(code) else None


def retarget(insns, at, to):
    code, _, src, _, _ = insns[at]
    insns[at][4 if code == JA32 or code == CALL or code == LD64 else 3] = to - at - 1


class Types:
    """BTF as it is written; types count from 1."""
    INT, PTR, STRUCT, FUNC, PROTO, DECL_TAG, TYPE_TAG = 1, 2, 4, 12, 13, 17, 18
    ITEMS = {STRUCT: 3, PROTO: 2}  # so many words each, the second of which is a type
    REFER = (PTR, FUNC, PROTO, DECL_TAG, TYPE_TAG)  # the third word is one

    def __init__(self):
        self.types = [None]  # kind, name, third word, items, how many or which linkage

    def add(self, kind, name, third, *items, vlen=0):
        self.types.append((kind, name, third, items, vlen))
        return len(self.types) - 1

    def integer(self, name, size, signed=0):
        return self.add(self.INT, name, size, signed << 24 | size * 8)

    def pointer(self, to):
        return self.add(self.PTR, "", to)

    def struct(self, name, size, *members):
        items = [w for m, type_, offset in members for w in (m, type_, offset * 8)]
        return self.add(self.STRUCT, name, size, *items, vlen=len(members))

    def function(self, name, linkage, returns, *params):
        items = [w for n, p in enumerate(params) for w in (f"a{n}", p)]
        proto = self.add(self.PROTO, "", returns, *items, vlen=len(params))
        return self.add(self.FUNC, name, proto, vlen=linkage)

    def tag(self, name, of, component=-1):
        return self.add(self.DECL_TAG, name, of, component & 0xffffffff)

    def stands_on(self, number):
        kind, _, third, items, _ = self.types[number]
        return [*([third] if kind in self.REFER else []), *(items[1::self.ITEMS[kind]] if kind in self.ITEMS else [])]

    def part(self, wanted):
        """The types that these stand on, and tags of those with what they say is contained: BTF, and the new number of each."""
        kept, waiting = {0}, list(wanted)
        while waiting:
            number = waiting.pop()
            if number in kept:
                continue
            kept.add(number)
            waiting += self.stands_on(number)
            for tag, (kind, name, of, *_) in enumerate(self.types[1:], 1):
                if kind == self.DECL_TAG and of == number:
                    waiting += [tag, *(n for n, t in enumerate(self.types[1:], 1) if [self.STRUCT, name.split(":")[1]] == [*t[:2]])]
        new = {old: n for n, old in enumerate(sorted(kept))}
        out = Types()
        for kind, name, third, items, vlen in (self.types[n] for n in sorted(kept - {0})):
            if kind in self.ITEMS:
                items = [new[w] if n % self.ITEMS[kind] == 1 else w for n, w in enumerate(items)]
            out.add(kind, name, new[third] if kind in self.REFER else third, *items, vlen=vlen)
        return out.bytes(), new

    def bytes(self):
        strings, words = {"": 0}, []

        def string(text):
            return strings.setdefault(text, sum(len(s) + 1 for s in strings))

        for kind, name, third, items, vlen in self.types[1:]:
            words += [string(name), kind << 24 | vlen, third, *(string(w) if isinstance(w, str) else w for w in items)]
        types, text = struct.pack(f"<{len(words)}I", *words), "".join(s + "\0" for s in strings).encode()
        return struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(types), len(types), len(text)) + types + text
