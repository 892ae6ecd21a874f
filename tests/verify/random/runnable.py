# SPDX-License-Identifier: Apache-2.0
"""Programs that do the same wherever they run: what they do not know when they are verified comes from packet, context
and maps, all that they read was written, and in the end they store and return what they computed."""
import blocks
import bpf
from bpf import LOAD, STORE, STORE_IMM
from generate import Written, main_body, pieces
from program import BUFFER, CONTEXT, SLOTS

TYPES = ["xdp", "sched_cls", "sched_act", "cgroup_skb", "lwt_in", "lwt_out", "lwt_xmit", "socket_filter", "syscall"]
SKB_READ = [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 44, 48, 52, 56, 60, 64, 68, 160, 164, 176]  # all but addresses
SKB_WRITTEN = [8, 12, 32, 44, 48, 52, 56, 60, 64]
OF_CONTEXT = 64  # bytes of a syscall program's
MAPS = ("array", "hash")
ARGUMENT = BUFFER + 64  # a number on the stack


def is_repeatable(kind, offset, size, gives):
    if gives:
        return gives in (1, 2, 3)  # the packet
    if kind == "syscall":
        return offset + abs(size) <= OF_CONTEXT
    if kind == "xdp":
        return offset in (12, 16)
    return offset // 4 * 4 in (SKB_READ if size > 0 else SKB_WRITTEN)


def update(p):
    blocks.key_on_stack(p, 4)
    for at in range(8, 64, 8):
        p.emit(STORE_IMM[8], 10, 0, BUFFER + at, p.edge())
    p.mov(3, 10), p.add(3, BUFFER), p.const(4, p.pick([0, 0, 1, 2]))
    p.load_map(1, p.pick(MAPS))
    p.helper(2)
    p.regs[0] = ("number",)


def delete(p):
    blocks.key_on_stack(p, 4)
    p.load_map(1, "hash")
    p.helper(3)
    p.regs[0] = ("number",)


def checksum(p):
    if not p.has("csum_diff"):
        return
    p.emit(STORE_IMM[8], 10, 0, ARGUMENT, p.edge())
    p.const(1, 0), p.const(2, 0), p.mov(3, 10), p.add(3, ARGUMENT), p.const(4, p.pick([4, 8])), p.const(5, p.pick([0, 7, -1]))
    p.call("csum_diff")
    p.regs[0] = ("number",)


def move_packet(p):
    if p.kind != "xdp" or p.regs.get(CONTEXT) != ("ctx",):
        return
    for r in p.of_kind("packet", "packet_end"):
        del p.regs[r]
    p.mov(1, CONTEXT), p.const(2, p.pick([-4, -8, 4, 14, 0, -300, 100]))
    p.call(p.pick(["xdp_adjust_head", "xdp_adjust_meta", "xdp_adjust_tail"]))
    p.regs[0] = ("number",)


def load_bytes(p):
    if not p.has("skb_load_bytes") or p.regs.get(CONTEXT) != ("ctx",):
        return
    p.emit(STORE_IMM[8], 10, 0, ARGUMENT, 0)
    p.mov(1, CONTEXT), p.const(2, p.pick([0, 1, 6, 12, 100, -1])), p.mov(3, 10), p.add(3, ARGUMENT), p.const(4, p.pick([1, 2, 4, 8]))
    p.call("skb_load_bytes")
    p.emit(LOAD[8], 0, 10, ARGUMENT)
    p.regs[0] = ("number",)


def loop(p):
    """One: without CAP_PERFMON the verifier walks what a processor might guess, which in loops of loops has no end."""
    if not p.loops:
        p.loops = 1
        blocks.counted_loop(p)


class Runnable(Written):
    ALL = pieces([(f, w) for f, w in blocks.PIECES if f not in (blocks.may_goto_loop, blocks.counted_loop)] +
                 [(loop, 2), (update, 2), (delete, 1), (checksum, 2), (move_packet, 2), (load_bytes, 2)])

    def __init__(self, chance, facts, kind):
        super().__init__(chance, facts, kind)
        self.careless, self.sleepable, self.loops = 0, kind == "syscall", 0
        self.accesses = [a for a in self.accesses if is_repeatable(kind, *a)]

    def pick_map(self, names):
        return self.pick([n for n in MAPS if n in names])

    def body(self):
        for at in [*range(BUFFER, BUFFER + 72, 8), *SLOTS]:
            self.emit(STORE_IMM[8], 10, 0, at, self.edge())
        main_body(self)
        numbers = [r for r in self.of_kind("number") if r != 1]
        if numbers and self.some(.8):
            self.load_map(1, "one", 2)
            for at, r in enumerate(self.chance.sample(numbers, min(3, len(numbers)))):
                self.emit(STORE[8], 1, r, 8 * at)
        if numbers and self.kind != "cgroup_skb" and self.some(.7):
            self.mov(0, self.pick(numbers))
            self.emit(bpf.EXIT)


def runnable(chance, facts, kind):
    p = Runnable(chance, facts, kind)
    p.write(Runnable.body)
    return p.line()
