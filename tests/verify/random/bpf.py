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

    def __init__(self):
        self.words, self.strings, self.count = [], b"\0", 0

    def string(self, text):
        if not text:
            return 0
        at = self.strings.find(b"\0" + text.encode() + b"\0")
        if at < 0:
            at = len(self.strings) - 1
            self.strings += text.encode() + b"\0"
        return at + 1

    def add(self, kind, name, third, *more, vlen=0):
        self.words += [self.string(name), kind << 24 | vlen, third, *more]
        self.count += 1
        return self.count

    def integer(self, name, size, signed=0):
        return self.add(self.INT, name, size, signed << 24 | size * 8)

    def pointer(self, to):
        return self.add(self.PTR, "", to)

    def struct(self, name, size, *members):
        words = [w for m, type_, offset in members for w in (self.string(m), type_, offset * 8)]
        return self.add(self.STRUCT, name, size, *words, vlen=len(members))

    def function(self, name, linkage, returns, *params):
        words = [w for n, p in enumerate(params) for w in (self.string(f"a{n}"), p)]
        proto = self.add(self.PROTO, "", returns, *words, vlen=len(params))
        return self.add(self.FUNC, name, proto, vlen=linkage)

    def tag(self, name, of, component=-1):
        return self.add(self.DECL_TAG, name, of, component & 0xffffffff)

    def bytes(self):
        types = struct.pack(f"<{len(self.words)}I", *self.words)
        return struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(types), len(types), len(self.strings)) + types + self.strings
