# SPDX-License-Identifier: Apache-2.0
"""Pieces that call: helpers with the arguments their rows ask for, kernel functions, subprograms, callbacks; and what lies
between a call that takes something (a reference, a lock, an iterator) and the one that gives it back."""
import contextlib

import bpf
from blocks import found, forget, touch
from bpf import ALU64, JMP, LOAD, STORE, STORE_IMM
from program import BUFFER, CONTEXT, DYNPTR, ITERATOR, Label
from world import BY_TYPE, MAPS, PROBES, VALUES

SKB = ("socket_filter", "sched_cls", "sched_act", "cgroup_skb", "lwt_xmit", "sk_skb")

CHANGES = {"const": "map_update_elem", "read_only": "map_delete_elem"}  # what is tried in vain, now and then
ROLES = [None, "loop", "element", "vma", "drain", "timer"]  # by facts::Callback


@contextlib.contextmanager
def until_given_back(p):
    """What leaves early inside goes to where it is given back."""
    outer, p.bail = p.bail, Label()
    yield
    p.here(p.bail)
    p.bail = outer
    p.regs = {r: k for r, k in p.regs.items() if r in p.pinned or r == 10}


def spilled(n):
    return -8 * (n + 1)


# ---- arguments: each leaves code that makes it, and returns what loads it into a register; nothing if it cannot be ----

def stack_memory(p, size=64, initialised=True):
    if initialised and p.some(.8):
        for at in range(0, min(size, 64), 8):
            p.emit(STORE_IMM[8], 10, 0, BUFFER + at, p.pick([0, 0, 1, 64, 0x2a2a2a2a]))
    return lambda r: (p.mov(r, 10), p.add(r, BUFFER))


def kept(p, n):
    """What is in r0 waits on the stack."""
    p.emit(STORE[8], 10, 0, spilled(n))
    return lambda r: p.emit(LOAD[8], r, 10, spilled(n))


def memory(p, n, size=64):
    what = p.chance.random()
    if what < .2:
        found(p, p.pick([v for v in VALUES if MAPS[v]["value"] >= size] or ["hash"]), keep=False)
        return kept(p, n)
    if what < .25 and p.some(.5):
        return lambda r: p.load_map(r, "one", 2, 0)
    return stack_memory(p, size)


def number_argument(p, n, most=None, least=0):
    if p.some(.7):
        value = p.chance.randint(least, most) if most is not None else p.pick([0, 0, 0, 1, 2, 8, p.edge()])
        if p.slips():
            value = p.edge()
        return lambda r: p.const(r, value)
    p.fresh_number(0)
    if most is not None:
        p.bounded(0, 1 << (most.bit_length() - 1) if p.some(.3) else max(1, (1 << most.bit_length() - 1) - 1))
        if least and not p.slips():
            p.emit(ALU64 | bpf.OR, 0, imm=1)
            p.emit(ALU64 | bpf.AND, 0, imm=(1 << most.bit_length() - 1) - 1 | 1)
    return kept(p, n)


def timer(p, n, call):
    call["of_timer"] = p.pick(["timed", "timed_hash"])
    return field(p, n, call["of_timer"], 8)


def field(p, n, name, offset):
    found(p, name, keep=False)
    p.add(0, offset if not p.slips() else offset + p.pick([-8, 4, 8]))
    return kept(p, n)


SOCKET_FIELDS = (4, 5, 6)  # facts::Gives: what reads give sockets


def socket(p, n):
    fields = [(o, g) for o, s, g in p.accesses if s == 8 and g in SOCKET_FIELDS]
    if p.has("sk_lookup_tcp") and p.regs.get(CONTEXT) == ("ctx",) and p.some(.6):
        p.mov(1, CONTEXT)
        p.emit(STORE_IMM[8], 10, 0, BUFFER, 0)
        p.emit(STORE_IMM[8], 10, 0, BUFFER + 8, 0)
        p.mov(2, 10), p.add(2, BUFFER), p.const(3, 12), p.const(4, -1), p.const(5, 0)
        p.call(p.pick(["sk_lookup_tcp", "sk_lookup_udp", "skc_lookup_tcp"] if p.has("skc_lookup_tcp") else ["sk_lookup_tcp"]))
        p.not_null(0)
        load = kept(p, n)
        give_back_later(p, n, "sk_release")
        return load
    if fields and p.regs.get(CONTEXT) == ("ctx",):
        off, gives = p.pick(fields)
        p.emit(LOAD[8], 0, CONTEXT, off)
        if gives != 5:
            p.not_null(0)
        return kept(p, n)
    return None


def kernel_object(p, n, struct):
    if struct == "task_struct" and p.has("get_current_task_btf"):
        p.call("get_current_task_btf")
        return kept(p, n)
    if p.kind in ("tracing", "lsm", "struct_ops") and p.regs.get(CONTEXT) == ("ctx",):
        p.emit(LOAD[8], 0, CONTEXT, p.pick([0, 0, 8]))
        return kept(p, n)
    return None


def per_cpu_variable(p):
    if not p.facts.trampolines:  # nor does every kernel know where its variables are
        return None

    def load(r):
        p.ksyms[len(p.code)] = "runqueues"
        p.emit(bpf.LD64, r, 3)
        p.emit(0)
    return load


def dynptr(p, n, arg):
    address = lambda r: (p.mov(r, 10), p.add(r, DYNPTR))  # noqa: E731
    if arg["use"] == "fills":
        return address
    if arg["ringbuf"] or p.some(.3):
        p.load_map(1, "ringbuf"), p.const(2, p.pick([8, 16, 64])), p.const(3, 0)
        p.mov(4, 10), p.add(4, DYNPTR)
        p.call("ringbuf_reserve_dynptr")
        if not arg["release"]:
            give_back_later(p, None, "ringbuf_discard_dynptr")
        return address
    found(p, p.pick(["array", "hash"]), keep=False)
    p.mov(1, 0), p.const(2, p.pick([8, 16, 48])), p.const(3, 0), p.mov(4, 10), p.add(4, DYNPTR)
    p.call("dynptr_from_mem")
    return address


def record(p, n):
    p.load_map(1, "ringbuf"), p.const(2, p.pick([8, 16, 24])), p.const(3, 0)
    p.call("ringbuf_reserve")
    p.not_null(0)
    return kept(p, n)


def callback(p, role, size=64):
    label = p.function(role, lambda q: callback_body(q, role))

    def load(r):
        p.links.append((len(p.code), label))
        p.emit(bpf.LD64, r, 4)
        p.emit(0)
    return load


def callback_body(q, role):
    given = {"loop": {1: ("number",), 2: ("memory", 64)}, "element": {1: ("map",), 2: ("memory", 4), 3: ("memory", 48), 4: ("memory", 64)},
             "vma": {3: ("memory", 64)}, "drain": {2: ("memory", 64)}, "timer": {3: ("value", 24)}}[role]
    q.regs.update(given)
    for r, to in zip((r for r in given if given[r][0] in ("memory", "value")), (7, 8, 9)):
        q.mov(to, r)
        q.regs[to] = given[r]
    q.block(q.chance.randint(1, 2))
    return [0] if role in ("timer", "vma") else [0, 0, 1]


def argument(p, h, n, arg, call):
    kind = arg["kind"]
    if kind in ("anything", "vararg"):
        return number_argument(p, n)
    if kind == "ctx":
        return (lambda r: p.mov(r, CONTEXT)) if p.regs.get(CONTEXT) == ("ctx",) else None
    if kind == "map":
        names = [name for t in h["maps"] for name in BY_TYPE.get(t, []) if CHANGES.get(name) != h["name"]]
        call["map"] = call.get("of_timer") or p.pick_map(names)
        return lambda r: p.load_map(r, call["map"])
    if kind in ("key", "value"):
        return stack_memory(p, MAPS[call.get("map", "array")][kind], arg["use"] != "fills")
    if kind == "mem" and h["name"] == "dynptr_from_mem" and not p.slips():
        found(p, p.pick(["array", "hash"]), keep=False)
        call["most"] = 48
        return kept(p, n)
    if kind == "mem":
        call["most"] = p.pick([8, 16, 48])
        return memory(p, n, call["most"])
    if kind in ("fixed_mem", "stack"):
        return stack_memory(p, arg["bytes"] or 64, arg["use"] != "fills")
    if kind in ("size", "size_or_zero"):
        return number_argument(p, n, call.get("most", 8), kind == "size")
    if kind == "alloc_size":
        call["allocated"] = p.pick([0, 8, 16, 32])
        return lambda r: p.const(r, call["allocated"])
    if kind == "func":
        return callback(p, ROLES[arg["callback"]])
    if kind == "const_str":
        return lambda r: p.load_map(r, "const", 2, p.pick([0, 9]))
    makers = {"ringbuf_mem": lambda: record(p, n), "spin_lock": lambda: field(p, n, p.pick(["locked", "locked_hash"]), 0),
              "timer": lambda: timer(p, n, call), "kptr": lambda: field(p, n, "kept", 8),
              "dynptr": lambda: dynptr(p, n, arg), "percpu_btf_id": lambda: per_cpu_variable(p),
              "btf_id": lambda: kernel_object(p, n, arg["btf"])}
    if kind in ("timer", "spin_lock") and (p.kind in PROBES or p.kind == "socket_filter") and not p.slips():
        return None
    made = makers.get(kind, lambda: socket(p, n))()
    if made is None and (arg["or_null"] or p.slips()):
        return lambda r: p.const(r, 0)
    return made


def helper_call(p, h=None):
    h = h or p.pick(p.facts.helpers[p.kind])
    if h["sleeps"] and not p.sleepable and not p.slips():
        return
    if any(a["kind"] in ("dynptr", "ringbuf_mem") for a in h["args"]) and not p.has("ringbuf_reserve"):
        return
    before, outer, p.bail, p.after = len(p.code), p.bail, Label(), []
    call, loads = {}, []
    for n, arg in enumerate(h["args"]):
        if p.slips():
            arg = dict(arg, kind=p.pick(["anything", "ctx", "map", "mem", "key", "size", "dynptr"]))
        load = argument(p, h, n, arg, call)
        if load is None:  # what it wants is not to be had here: the code so far stays
            call = None
            break
        loads.append(load)
    if call is not None:
        for n, load in enumerate(loads):
            load(n + 1)
        p.helper(h["id"])
        answered(p, h, call)
    after, p.after = p.after, []
    for n, release, leave in reversed(after):
        give_back(p, n, release, leave)
    p.here(p.bail)
    p.bail = outer
    if len(p.code) != before:
        p.regs = {r: k for r, k in p.regs.items() if r in p.pinned or r == 10}


def give_back_later(p, n, release):
    """From here on what leaves early goes to where it is given back, after the call."""
    p.after.append((n, release, p.bail))
    p.bail = Label()


def give_back(p, n, release, outer):
    p.here(p.bail)
    p.bail = outer
    p.called()
    if n is None:
        p.mov(1, 10), p.add(1, DYNPTR), p.const(2, 0)
    else:
        p.emit(LOAD[8], 1, 10, spilled(n))
    p.call(release)


def answered(p, h, call):
    gives = h["gives"]
    if h["name"] == "ringbuf_reserve":
        return hold_record(p, call.get("allocated", 8))
    if gives == "integer":
        if p.some(.3):
            p.jump(JMP | p.pick(bpf.COMPARE), p.bail, 0, imm=p.pick([0, 0, 1, -1]))
        return None
    if gives == "nothing":
        return None
    if h["or_null"]:
        p.not_null(0)
    if h["acquires"]:
        p.emit(STORE[8], 10, 0, spilled(5))
        if gives in ("socket", "sock_common", "tcp_sock") and not p.slips():
            p.emit(LOAD[4], 1, 0, p.pick([0, 4, 8, 16, 20]))
            p.mov(1, 0)
            p.call("sk_release")
        return None
    size = MAPS[call["map"]]["value"] if gives == "map_value" and "map" in call else 8
    p.regs[0] = ("value", size)
    touch(p, 0, size)
    return None


def hold_record(p, size):
    p.not_null(0)
    r = p.saved()
    if r is None:
        r = 0
    else:
        p.mov(r, 0)
    p.pinned.add(r)
    with until_given_back(p):
        touch(p, r, size)
        if r != 0:
            p.block(1)
    p.pinned.discard(r)
    if not p.slips():
        p.mov(1, r), p.const(2, 0)
        p.call(p.pick(["ringbuf_submit", "ringbuf_discard"]))


def reserve(p):
    if p.has("ringbuf_reserve"):
        size = p.pick([8, 16, 48])
        p.load_map(1, "ringbuf"), p.const(2, size), p.const(3, 0)
        p.call("ringbuf_reserve")
        hold_record(p, size)


def hold_socket(p):
    r = p.saved()
    if not p.has("sk_lookup_tcp") or r is None or p.regs.get(CONTEXT) != ("ctx",):
        return
    p.mov(1, CONTEXT)
    stack_memory(p)(2)
    p.const(3, p.pick([12, 36])), p.const(4, -1), p.const(5, 0)
    p.call(p.pick(["sk_lookup_tcp", "sk_lookup_udp"]))
    p.not_null(0)
    p.mov(r, 0)
    p.pinned.add(r)
    with until_given_back(p):
        p.emit(LOAD[4], 1, r, p.pick([0, 4, 8, 12, 16, 20, 24]))
        p.block(1)
        if p.some(.3) and p.has("tcp_sock"):
            p.mov(1, r)
            p.call("tcp_sock")
            p.not_null(0)
            p.emit(LOAD[4], 1, 0, p.pick([0, 4, 8, 40]))
    p.pinned.discard(r)
    if not p.slips():
        p.mov(1, r)
        p.call("sk_release")


def common(p):
    """Helpers that most programs call, more often than their share of all would have it."""
    for name in p.chance.sample(["get_prandom_u32", "ktime_get_ns", "map_update_elem", "map_delete_elem", "get_smp_processor_id",
                                 "loop", "for_each_map_elem", "tail_call", "trace_printk", "dynptr_from_mem", "dynptr_read",
                                 "dynptr_data", "timer_init", "probe_read_kernel", "kptr_xchg", "snprintf", "perf_event_output"], 3):
        if p.has(name):
            return helper_call(p, p.facts.by_name[p.kind][name])


def lock(p):
    if not p.has("spin_lock") or (p.kind in (*PROBES, "socket_filter") and not p.slips()):
        return
    r = found(p, p.pick(["locked", "locked_hash"]))
    p.pinned.add(r)
    p.mov(1, r)
    p.call("spin_lock")
    with until_given_back(p):
        for _ in range(p.chance.randint(1, 3)):
            p.emit(p.pick([LOAD, STORE])[8], *((1, r) if p.some(.5) else (r, r)), 8) if p.slips() else p.emit(LOAD[8], 1, r, p.pick([8, 16]))
        if p.some(.3):
            p.block(1, quiet=not p.slips())
    if not p.slips():
        p.mov(1, r)
        p.call("spin_unlock")
    p.pinned.discard(r)


# ---- kernel functions ----

def region(p):
    begin, end = p.pick([("bpf_rcu_read_lock", "bpf_rcu_read_unlock"), ("bpf_preempt_disable", "bpf_preempt_enable"),
                         ("bpf_local_irq_save", "bpf_local_irq_restore")])
    if begin not in p.facts.kfuncs[p.kind]:
        return

    def call(name):
        if "irq" in name:
            p.mov(1, 10), p.add(1, DYNPTR)
        p.kfunc(name)
    call(begin)
    with until_given_back(p):
        p.block(1)
    if not p.slips():
        call(end)


def iterator(p):
    r = p.saved()
    if "bpf_iter_num_new" not in p.facts.kfuncs[p.kind]:
        return
    again, done = Label(), Label()
    address = lambda: (p.mov(1, 10), p.add(1, ITERATOR))  # noqa: E731
    address(), p.const(2, p.pick([0, 0, 1, -3])), p.const(3, p.pick([0, 3, 10, 1000, 2**31 - 1]))
    p.kfunc("bpf_iter_num_new")
    forget(p)
    outer, p.bail = p.bail, done
    p.here(again)
    kinds = dict(p.regs)
    address()
    p.kfunc("bpf_iter_num_next")
    if not p.slips():
        p.jump(JMP | bpf.JEQ, done, 0)
    to = 1 if r is None else r
    p.emit(LOAD[4], to, 0)
    p.regs[to] = ("number",)
    if p.some(.3):
        p.bounded(to, 15)
    p.block(1)
    p.jump(bpf.JA, again)
    p.here(done)
    p.bail = outer
    p.join(kinds)
    p.regs = {r: k for r, k in p.regs.items() if r in p.pinned or r == 10}
    if not p.slips():
        address()
        p.kfunc("bpf_iter_num_destroy")


def task(p):
    r = p.saved()
    if "bpf_task_from_pid" not in p.facts.kfuncs[p.kind] or r is None:
        return
    p.const(1, 1)
    p.kfunc("bpf_task_from_pid")
    p.not_null(0)
    p.mov(r, 0)
    p.pinned.add(r)
    with until_given_back(p):
        if p.some(.5):
            p.mov(1, r)
            p.kfunc("bpf_task_acquire")
            p.not_null(0)
            p.mov(1, 0)
            p.kfunc("bpf_task_release")
        p.block(1)
    p.pinned.discard(r)
    if not p.slips():
        p.mov(1, r)
        p.kfunc("bpf_task_release")


def mask(p):
    r = p.saved()
    if "bpf_cpumask_create" not in p.facts.kfuncs[p.kind] or r is None:
        return
    p.kfunc("bpf_cpumask_create")
    p.not_null(0)
    p.mov(r, 0)
    p.pinned.add(r)
    with until_given_back(p):
        p.const(1, p.pick([0, 1, 64])), p.mov(2, r)
        p.kfunc(p.pick(["bpf_cpumask_set_cpu", "bpf_cpumask_clear_cpu", "bpf_cpumask_test_cpu"]))
        p.block(1)
    p.pinned.discard(r)
    if not p.slips():
        p.mov(1, r)
        p.kfunc("bpf_cpumask_release")


def slice_of_packet(p):
    maker = {"xdp": "bpf_dynptr_from_xdp"}.get(p.kind, "bpf_dynptr_from_skb")
    if p.kind not in (*SKB, "xdp") and not p.slips():
        return
    if maker not in p.facts.kfuncs[p.kind] or p.regs.get(CONTEXT) != ("ctx",):
        return
    p.mov(1, CONTEXT), p.const(2, 0), p.mov(3, 10), p.add(3, DYNPTR)
    p.kfunc(maker)
    p.mov(1, 10), p.add(1, DYNPTR), p.const(2, p.pick([0, 4, 14])), p.mov(3, 10), p.add(3, BUFFER), p.const(4, p.pick([8, 16, 64]))
    p.kfunc(p.pick(["bpf_dynptr_slice", "bpf_dynptr_slice_rdwr", "bpf_dynptr_slice"]))
    p.not_null(0)
    p.regs[0] = ("memory", 8)
    touch(p, 0, 8)


def any_kfunc(p):
    """One with whatever is at hand: mostly refused."""
    if not p.careless:
        return
    for r in range(1, 6):
        what = p.chance.random()
        if what < .3:
            p.const(r, p.edge())
        elif what < .6:
            p.mov(r, 10), p.add(r, p.pick([BUFFER, DYNPTR]))
        elif what < .75 and CONTEXT in p.regs:
            p.mov(r, CONTEXT)
        elif what < .85:
            p.load_map(r, p.pick(list(MAPS)))
        else:
            p.load_map(r, "one", 2)
    p.kfunc(p.pick(p.facts.kfuncs[p.kind]))


# ---- subprograms ----

def numbers_body(q):
    q.regs.update({1: ("number",), 2: ("number",)})
    q.block(q.chance.randint(1, 3))


def memory_body(q, checked):
    q.regs.update({1: ("memory", 48), 2: ("number",)})
    q.mov(7, 1)
    q.regs[7] = ("memory", 48)
    if checked:
        q.not_null(7)
    q.block(q.chance.randint(1, 3))


def context_body(q):
    q.mov(CONTEXT, 1)
    q.regs[CONTEXT] = ("ctx",)
    q.pinned.add(CONTEXT)
    q.block(q.chance.randint(1, 2))


def subprogram(p):
    if len(p.functions) > 4:
        return
    skb = p.kind in SKB
    what = p.pick(["numbers", "memory", "global_numbers", "global_memory"] + ["global_skb"] * skb + ["global_xdp"] * (p.kind == "xdp"))
    p.const(2, p.edge())
    if "memory" in what:
        if p.some(.3):
            p.load_map(1, "one", 2)
        else:
            stack_memory(p)(1)
        body = lambda q: memory_body(q, what == "global_memory")  # noqa: E731
    elif "numbers" in what:
        p.mov(1, p.number())
        p.const(3, p.edge())
        body = numbers_body
    else:
        if p.regs.get(CONTEXT) != ("ctx",):
            return
        p.mov(1, CONTEXT)
        body = context_body
    known = [label for label, role, _ in p.functions if role == what]
    label = p.pick(known) if known and p.some(.5) else p.function(what, body)
    p.links.append((len(p.code), label))
    p.emit(bpf.CALL, src=1)
    p.called()
    p.regs[0] = ("number",)


PIECES = [(helper_call, 6), (common, 6), (reserve, 2), (hold_socket, 2), (lock, 1), (region, 2), (iterator, 2), (task, 1), (mask, 1),
          (slice_of_packet, 1), (any_kfunc, 1), (subprogram, 3)]
