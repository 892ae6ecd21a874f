# SPDX-License-Identifier: Apache-2.0
"""What generated programs may name: maps of every type, types of values and functions, hooks. Helpers, contexts and
kernel functions come from skep's own tables (facts.cpp)."""
import functools
import json
import subprocess

from bpf import Types

T = Types()
INT, U32, U64 = T.integer("int", 4, 1), T.integer("unsigned int", 4), T.integer("unsigned long", 8)
VOID_PTR = T.pointer(0)
PLAIN = T.struct("plain", 48, *((c, U64, 8 * n) for n, c in enumerate("abcdef")))
LOCK, RES_LOCK = T.struct("bpf_spin_lock", 4, ("val", U32, 0)), T.struct("bpf_res_spin_lock", 4, ("val", U32, 0))
TIMER, WORK = (T.struct(name, 16, ("a", U64, 0), ("b", U64, 8)) for name in ("bpf_timer", "bpf_wq"))
LIST_HEAD, RB_ROOT = (T.struct(name, 16, ("a", U64, 0), ("b", U64, 8)) for name in ("bpf_list_head", "bpf_rb_root"))
LIST_NODE, RB_NODE = (T.struct(name, size, *((c, U64, 8 * n) for n, c in enumerate("abcd"[:size // 8])))
                      for name, size in (("bpf_list_node", 24), ("bpf_rb_node", 32)))
REFCOUNT = T.struct("bpf_refcount", 4, ("a", U32, 0))
TASK = T.struct("task_struct", 4, ("x", INT, 0))
KPTR = T.pointer(T.add(T.TYPE_TAG, "kptr", TASK))
KPTR_UNTRUSTED = T.pointer(T.add(T.TYPE_TAG, "kptr_untrusted", TASK))
NODE = T.struct("node", 72, ("list", LIST_NODE, 0), ("tree", RB_NODE, 24), ("count", REFCOUNT, 56), ("n", U64, 64))
LOCKED = T.struct("locked", 24, ("lock", LOCK, 0), ("n", U32, 4), ("a", U64, 8), ("b", U64, 16))
RES_LOCKED = T.struct("res_locked", 24, ("lock", RES_LOCK, 0), ("n", U32, 4), ("a", U64, 8), ("b", U64, 16))
TIMED, QUEUED = T.struct("timed", 24, ("a", U64, 0), ("t", TIMER, 8)), T.struct("queued", 24, ("a", U64, 0), ("q", WORK, 8))
KEPT = T.struct("kept", 24, ("a", U64, 0), ("p", KPTR, 8), ("u", KPTR_UNTRUSTED, 16))
LISTED = T.struct("listed", 24, ("lock", LOCK, 0), ("head", LIST_HEAD, 8))
T.tag("contains:node:list", LISTED, 1)
TREE = T.struct("tree", 24, ("lock", LOCK, 0), ("root", RB_ROOT, 8))
T.tag("contains:node:tree", TREE, 1)
SKB = T.pointer(T.struct("__sk_buff", 4, ("len", U32, 0)))
XDP = T.pointer(T.struct("xdp_md", 4, ("data", U32, 0)))
STATIC, GLOBAL = 0, 1
FUNCTIONS = {
    "entry": T.function("entry", GLOBAL, INT, VOID_PTR),
    "numbers": T.function("numbers", STATIC, INT, U64, U64, U64),
    "memory": T.function("memory", STATIC, INT, VOID_PTR, U64),
    "loop": T.function("loop", STATIC, INT, U32, VOID_PTR),
    "element": T.function("element", STATIC, INT, VOID_PTR, VOID_PTR, VOID_PTR, VOID_PTR),
    "vma": T.function("vma", STATIC, INT, VOID_PTR, VOID_PTR, VOID_PTR),
    "drain": T.function("drain", STATIC, INT, VOID_PTR, VOID_PTR),
    "timer": T.function("timer", STATIC, INT, VOID_PTR, VOID_PTR, VOID_PTR),
    "global_numbers": T.function("global_numbers", GLOBAL, INT, INT, U64),
    "global_memory": T.function("global_memory", GLOBAL, INT, T.pointer(PLAIN), U32),
    "global_skb": T.function("global_skb", GLOBAL, INT, SKB),
    "global_xdp": T.function("global_xdp", GLOBAL, INT, XDP),
    "less": T.function("less", STATIC, T.integer("_Bool", 1), T.pointer(RB_NODE), T.pointer(RB_NODE)),
}


@functools.cache
def types_for(wanted):
    """BTF for the functions and values that a program names, and their numbers in it."""
    types, numbers = T.part(wanted)
    return types.hex(), numbers


def a_map(kind, key, value, entries, **more):
    return {"type": kind, "key": key, "value": value, "entries": entries, **more}


def typed(kind, value, size, entries=1, **more):
    return a_map(kind, 4, size, entries, key_type=U32 if kind == "array" else INT, value_type=value, **more)


TEXT = (b"%d of %u\0plain\0" + bytes(range(40))).ljust(64, b"\0")
MAPS = {
    "array": a_map("array", 4, 48, 4), "hash": a_map("hash", 4, 64, 8), "one": a_map("array", 4, 48, 1),
    "const": a_map("array", 4, 64, 1, flags=["rdonly_prog"], frozen=True, init=[["00000000", TEXT.hex()]]),
    "read_only": a_map("array", 4, 16, 2, flags=["rdonly_prog"]), "write_only": a_map("array", 4, 16, 2, flags=["wronly_prog"]),
    "percpu_array": a_map("percpu_array", 4, 16, 2), "percpu_hash": a_map("percpu_hash", 8, 16, 4),
    "lru_hash": a_map("lru_hash", 8, 24, 4), "lru_percpu_hash": a_map("lru_percpu_hash", 4, 8, 4),
    "lpm_trie": a_map("lpm_trie", 8, 8, 4, flags=["no_prealloc"]), "prog_array": a_map("prog_array", 4, 4, 4),
    "perf_event_array": a_map("perf_event_array", 4, 4, 2), "cgroup_array": a_map("cgroup_array", 4, 4, 2),
    "stack_trace": a_map("stack_trace", 4, 80, 4), "ringbuf": a_map("ringbuf", 0, 0, 4096),
    "user_ringbuf": a_map("user_ringbuf", 0, 0, 4096), "queue": a_map("queue", 0, 16, 4), "stack": a_map("stack", 0, 8, 4),
    "bloom_filter": a_map("bloom_filter", 0, 8, 4), "array_of_maps": a_map("array_of_maps", 4, 4, 2, inner="array"),
    "hash_of_maps": a_map("hash_of_maps", 4, 4, 2, inner="hash"), "devmap": a_map("devmap", 4, 4, 4),
    "devmap_hash": a_map("devmap_hash", 4, 8, 4), "cpumap": a_map("cpumap", 4, 4, 2), "xskmap": a_map("xskmap", 4, 4, 4),
    "sockmap": a_map("sockmap", 4, 4, 4), "sockhash": a_map("sockhash", 4, 8, 4),
    "reuseport_sockarray": a_map("reuseport_sockarray", 4, 8, 4), "cgroup_storage": a_map("cgroup_storage", 16, 16, 0),
    "percpu_cgroup_storage": a_map("percpu_cgroup_storage", 16, 16, 0), "arena": a_map("arena", 0, 0, 4, flags=["mmapable"]),
    "locked": typed("array", LOCKED, 24, 4), "locked_hash": typed("hash", LOCKED, 24, 4), "timed": typed("array", TIMED, 24),
    "timed_hash": typed("hash", TIMED, 24, 4), "queued": typed("array", QUEUED, 24), "kept": typed("array", KEPT, 24),
    "res_locked": typed("array", RES_LOCKED, 24), "listed": typed("array", LISTED, 24), "tree": typed("array", TREE, 24),
    **{kind: typed(kind, PLAIN, 48, 0, flags=["no_prealloc"])
       for kind in ("sk_storage", "task_storage", "inode_storage", "cgrp_storage")},
}
BY_TYPE = {}
for name, m in MAPS.items():
    BY_TYPE.setdefault(m["type"], []).append(name)
# Lookups give memory of so many bytes.
VALUES = [n for n, m in MAPS.items() if "value_type" not in m and n not in ("const", "read_only", "write_only") and m["type"] in (
    "array", "hash", "percpu_array", "percpu_hash", "lru_hash", "lru_percpu_hash", "lpm_trie")]

# What a program attaches to, and at which offsets of its context numbers are.
HOOKS = {
    "tracing": [("trace_raw_tp", "sched_switch"), ("trace_iter", "task"), ("trace_iter", "bpf_map_elem"), ("trace_raw_tp", "kfree_skb"),
                ("trace_fentry", "bpf_fentry_test1"), ("trace_fexit", "bpf_fentry_test2"), ("modify_return", "bpf_modify_return_test"),
                ("trace_fentry", "do_unlinkat")],
    "lsm": [("lsm_mac", "file_open"), ("lsm_mac", "bprm_check_security"), ("lsm_cgroup", "socket_bind")],
    "struct_ops": [(None, "tcp_congestion_ops.ssthresh"), (None, "tcp_congestion_ops.undo_cwnd")],
    "kprobe": [(None, None), (None, None), ("trace_kprobe_multi", None), ("trace_uprobe_multi", None)],
}
NUMBERS = {"sched_switch": [0, 24], "kfree_skb": [16], "bpf_fentry_test1": [0], "bpf_fentry_test2": [0, 8, 16],
           "bpf_modify_return_test": [0, 16]}
TRAMPOLINES = ("trace_fentry", "trace_fexit", "modify_return", "lsm_mac", "lsm_cgroup")  # not loaded on every machine
WEIGHTS = {"xdp": 5, "sched_cls": 5, "socket_filter": 3, "cgroup_skb": 3, "tracing": 5, "lsm": 3, "kprobe": 3, "syscall": 3,
           "raw_tracepoint": 2, "tracepoint": 2, "sk_msg": 2, "sk_skb": 2, "sock_ops": 2, "lwt_xmit": 2}
NEVER = ("unspec", "ext", "lirc_mode2")
RETURNS = {"tracing": [0], "lsm": [0], "struct_ops": [0], "netfilter": [0, 1], "flow_dissector": [0, 129]}


PROBES = ("kprobe", "tracepoint", "perf_event", "raw_tracepoint", "raw_tracepoint_writable")
NOT_ASLEEP = {n for n, m in MAPS.items() if m["type"] not in (
    "array", "hash", "percpu_array", "percpu_hash", "lru_hash", "lru_percpu_hash", "array_of_maps", "hash_of_maps", "ringbuf",
    "user_ringbuf", "queue", "stack", "arena", "sk_storage", "task_storage", "inode_storage", "cgrp_storage")}


class Facts:
    """`trampolines`: whether the kernel that is asked loads fentry, fexit, fmod_ret and LSM programs."""

    def __init__(self, program, trampolines=True):
        tables = json.loads(subprocess.run([program], check=True, capture_output=True).stdout)
        self.types = {n: t for n, t in tables["types"].items() if n not in NEVER}
        self.helpers = {n: [h for h in tables["helpers"] if n in h["types"]] for n in self.types}
        self.by_name = {n: {h["name"]: h for h in of} for n, of in self.helpers.items()}
        self.kfuncs = {n: [k for k, types in tables["kfuncs"].items() if n in types] for n in self.types}
        self.by_number, self.trampolines = {}, trampolines
        self.hooks = {kind: [h for h in hooks if trampolines or h[0] not in TRAMPOLINES] for kind, hooks in HOOKS.items()}
        for kind in [k for k, hooks in self.hooks.items() if not hooks]:
            del self.types[kind]
        self.names, self.weights = list(self.types), [WEIGHTS.get(n, 1) for n in self.types]

    def argument_kinds(self, kind, number):
        if kind not in self.by_number:
            self.by_number[kind] = {h["id"]: {a["kind"] for a in h["args"]} for h in self.helpers[kind]}
        return self.by_number[kind].get(number, set())
