# SPDX-License-Identifier: Apache-2.0
"""One generated program: code, what each register holds while it is written, and the line of `skep batch` it becomes.

Half of all programs are written with care; the others carelessly: now and then a check is left out or an argument is of
another kind. What is written so is then spoilt in some, instruction by instruction (mutate.py)."""
import bpf
from bpf import ALU64, BY_REG, JA, LOAD, MOV, STORE, STORE_IMM
from world import FUNCTIONS, MAPS, NOT_ASLEEP, NUMBERS, RETURNS, types_for

EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 511, 4095, 65535, 65536, 2**31 - 1, -1, -2,
         -8, -128, -2**31]
MOST = 110  # instructions, more or less
CONTEXT = 6  # the register that keeps it
SAVED = (7, 8, 9)
SCRATCH = 40  # bytes of stack for arguments that take code to make, then a dynptr, a buffer, and slots for anything
DYNPTR, BUFFER, SLOTS, ITERATOR = -56, -128, range(-136, -176, -8), -192


class Label:
    __slots__ = ("at",)

    def __init__(self):
        self.at = None


class Program:
    keys = [0, 0, 1, 3, 9]

    def __init__(self, chance, facts, kind=None):
        self.chance, self.facts = chance, facts
        self.kind = kind or chance.choices(facts.names, facts.weights)[0]
        self.type = facts.types[self.kind]
        self.code, self.links = [], []  # links: (instruction, label)
        self.maps, self.ksyms, self.functions = {}, {}, []
        self.regs, self.slots = {}, {}
        self.pinned = {CONTEXT}
        self.bail = None
        self.depth = 0
        self.careless = 0 if chance.random() < .5 else chance.choice([.03, .08, .2])
        self.sleepable = self.type["must_sleep"] or (self.type["sleeps"] and chance.random() < .4)
        self.attach, self.hook = chance.choice(facts.hooks.get(self.kind, [(None, None)]))
        by_attach = self.type["accesses"]
        if self.kind not in facts.hooks and "" not in by_attach:
            self.attach = chance.choice(list(by_attach))
        self.accesses = by_attach.get(self.attach) or by_attach.get("", [])
        if self.attach == "trace_uprobe_multi":
            self.hook = None
        elif self.kind == "kprobe" or self.attach in ("trace_raw_tp", "lsm_cgroup"):
            self.sleepable = False

    # ---- code ----

    def emit(self, code, dst=0, src=0, off=0, imm=0):
        self.code.append([code, dst, src, off, imm])

    def mov(self, dst, src):
        self.emit(ALU64 | MOV | BY_REG, dst, src)

    def const(self, dst, imm):
        self.emit(ALU64 | MOV, dst, imm=imm)

    def add(self, dst, imm):
        self.emit(ALU64, dst, imm=imm)

    def jump(self, code, label, dst=0, src=0, imm=0):
        self.links.append((len(self.code), label))
        self.emit(code, dst, src, 0, imm)

    def here(self, label):
        label.at = len(self.code)

    def load_map(self, dst, name, src=1, offset=0):
        index = self.maps.setdefault(name, len(self.maps))
        self.emit(bpf.LD64, dst, src, 0, index)
        self.emit(0, imm=offset)

    def helper(self, number):
        self.emit(bpf.CALL, imm=number)
        self.called()

    def kfunc(self, name):
        self.ksyms[len(self.code)] = name
        self.emit(bpf.CALL, src=2)
        self.called()

    def called(self):
        for r in range(6):
            self.regs.pop(r, None)

    def has(self, helper):
        return helper in self.facts.by_name[self.kind]

    def call(self, helper):
        self.helper(self.facts.by_name[self.kind][helper]["id"])

    def function(self, role, body):
        """A label where a function of this role will be; `body` writes it."""
        label = Label()
        self.functions.append((label, role, body))
        return label

    # ---- chance ----

    def some(self, share):
        return self.chance.random() < share

    def slips(self):
        return self.careless and self.chance.random() < self.careless

    def pick(self, of):
        return of[int(self.chance.random() * len(of))]

    def edge(self):
        return self.pick(EDGES) if self.some(.8) else self.chance.randint(-2**31, 2**31 - 1)

    def pick_map(self, names):
        """One of these that the program may name; any at all if it is careless."""
        if self.slips():
            return self.pick(list(MAPS))
        fit = [n for n in names if n not in NOT_ASLEEP] if self.sleepable else names
        return self.pick(fit or ["array"])

    @property
    def full(self):
        return len(self.code) > MOST

    # ---- registers ----

    def free(self, among=(0, 1, 2, 3, 4, 5, 7, 8, 9)):
        return self.pick([r for r in among if r not in self.pinned] or [0])

    def saved(self):
        """A register that calls leave alone and nobody has taken; none if there is none."""
        left = [r for r in SAVED if r not in self.pinned]
        return self.pick(left) if left else None

    def of_kind(self, *kinds):
        return [r for r, k in self.regs.items() if k[0] in kinds]

    def number(self):
        """A register with a number in it."""
        known = self.of_kind("number")
        if known and self.some(.85):
            return self.pick(known)
        r = self.free()
        self.fresh_number(r)
        return r

    def fresh_number(self, r):
        what = self.chance.random()
        if what < .4:
            self.const(r, self.edge())
        elif what < .5:
            self.emit(bpf.LD64, r, 0, 0, self.edge())
            self.emit(0, imm=self.pick([0, 0, 1, -1, 2**31 - 1]))
        elif what < .75 or not self.numbers_in_context():
            self.emit(LOAD[self.pick([1, 2, 4, 8])], r, 10, self.pick(SLOTS))
        else:
            offset, size = self.pick(self.numbers_in_context())
            self.emit(LOAD[size], r, CONTEXT, offset)
        self.regs[r] = ("number",)

    def numbers_in_context(self):
        if self.regs.get(CONTEXT) != ("ctx",):
            return []
        if self.kind in self.facts.hooks and self.kind != "kprobe":
            return [(offset, 8) for offset in NUMBERS.get(self.hook, ())]
        return [(o, s) for o, s, gives in self.accesses if s > 0 and gives == 0]

    def bounded(self, r, most):
        """Leaves a number from 0 to `most` in r."""
        if self.slips():
            return
        if self.some(.5) and most & (most + 1) == 0:
            self.emit(self.pick([ALU64, bpf.ALU32]) | bpf.AND, r, imm=most)
        elif self.bail:
            self.jump(self.pick([bpf.JMP, bpf.JMP | bpf.JGT]) if self.slips() else bpf.JMP | bpf.JGT, self.bail, r, imm=most)
        else:
            skip = Label()
            self.jump(bpf.JMP | bpf.JLE, skip, r, imm=most)
            self.const(r, self.pick([0, most]))
            self.here(skip)

    def not_null(self, r):
        """Beyond this r is not null; where it is, the code leaves, or gets around `body` if there is nowhere to go."""
        if not self.slips():
            self.jump(bpf.JMP | bpf.JEQ, self.bail, r)

    def join(self, before):
        """After a branch: what holds on both paths."""
        self.regs = {r: k for r, k in self.regs.items() if before.get(r) == k}

    def write(self, write_body):
        """The whole program: its begin, what `write_body` makes, its end; then the functions it uses."""
        self.mov(CONTEXT, 1)
        self.regs[1] = self.regs[CONTEXT] = ("ctx",)
        self.regs[10] = ("stack",)
        self.emit(STORE_IMM[8], 10, 0, self.pick(SLOTS), self.edge())
        self.bail = Label()
        write_body(self)
        self.here(self.bail)
        self.leave(RETURNS.get(self.kind, [1, 1, 1, 0]))
        written = 0
        while written < len(self.functions):
            label, _, body = self.functions[written]
            written += 1
            self.here(label)
            self.regs, self.slots, self.pinned, self.bail = {10: ("stack",)}, {}, set(), Label()
            self.depth = 3 if written > 3 else 2
            returns = body(self)
            self.here(self.bail)
            self.leave(returns or [0, 0, 1])
        for at, label in self.links:
            bpf.retarget(self.code, at, label.at)

    def leave(self, returns):
        self.const(0, self.pick(returns))
        self.emit(bpf.EXIT)

    # ---- as a line of `skep batch` ----

    def line(self):
        out = {"type": self.kind, "insns": bpf.encoded(self.code).hex()}
        if self.attach:
            out["attach_type"] = self.attach
        if self.hook:
            out["attach_to"] = self.hook
        if self.sleepable:
            out["flags"] = ["sleepable"]
        if self.ksyms:
            out["ksyms"] = {str(at): name for at, name in self.ksyms.items()}
        maps = list(self.maps)
        used = [MAPS[name] for name in maps]
        begins = sorted([(0, "entry")] + [(label.at, role) for label, role, _ in self.functions]) if self.functions else []
        wanted = {FUNCTIONS[role] for _, role in begins} | {m[t] for m in used for t in ("key_type", "value_type") if t in m}
        btf, number = types_for(frozenset(wanted)) if wanted else ("", {})
        if begins:
            out["func_info"] = b"".join(n.to_bytes(4, "little") for at, role in begins for n in (at, number[FUNCTIONS[role]])).hex()
        for m in used:  # the maps that those inside others are like stand behind
            if "inner" in m:
                maps.append(m["inner"])
        made, behind = [], len(self.maps)
        for name in maps:
            m = {k: number[v] if k in ("key_type", "value_type") else v for k, v in MAPS[name].items()}
            if "inner" in m:
                m["inner"], behind = behind, behind + 1
            made.append(m)
        return {"progs": [out], "maps": made, **({"btf": btf} if btf else {})}
