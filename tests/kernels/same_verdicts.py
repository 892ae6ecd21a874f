#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs through this machine's kernel and through a guest's: same verdict, same reason, same counts.

What the host may forbid (fentry, fexit, fmod_ret, LSM) is asked of the guest alone. Then a guest is killed and another one
hung, and every line still gets its answer. Skipped, with the reason, only where the kernel's package cannot be had.

usage: same_verdicts.py SKEP AGENT
"""
import json
import struct
import subprocess
import sys
import threading
import time

import guest
import kernels

VERSION = "6.18.15"
FRAME = "0200000000020200000000010806" + "00" * 50
LOOKUP = """
  *(u32 *)(r10 - 4) = 0
  r2 = r10
  r2 += -4
  r1 = map[0]
  call map_lookup_elem
"""
COUNTS = [{"type": "hash", "key": 4, "value": 8, "entries": 1}]

# Members of a line, the program as text, and what is answered: "" is accepted, else the reason.
BOTH = [
    ({"type": "xdp"}, "r0 = 2; exit", ""),
    ({"type": "socket_filter"}, "r0 = 0; exit", ""),
    ({"type": "sched_act"}, "r0 = 0; exit", ""),
    ({"type": "cgroup_skb"}, "r0 = 1; exit", ""),
    ({"type": "lwt_xmit"}, "r0 = 0; exit", ""),
    ({"type": "tracepoint"}, "r0 = 0; exit", ""),
    ({"type": "raw_tracepoint"}, "r0 = 0; exit", ""),
    ({"type": "perf_event"}, "r0 = 0; exit", ""),
    ({"type": "sk_lookup", "attach_type": "sk_lookup"}, "r0 = 1; exit", ""),
    ({"type": "syscall", "flags": ["sleepable"]}, "r0 = 0; exit", ""),
    ({"type": "tracing", "attach_type": "trace_raw_tp", "attach_to": "sched_switch"}, "r0 = *(u64 *)(r1 + 8); r0 = 0; exit", ""),
    ({"type": "syscall"}, "r0 = 0; exit", "Syscall programs can only be sleepable"),
    ({"type": "cgroup_sock_addr"}, "r0 = 1; exit", "refused before verification: invalid argument (EINVAL)"),
    ({"type": "xdp"}, "r0 = r2; exit", "R2 !read_ok"),
    ({"type": "xdp"}, "r0 = *(u64 *)(r10 + 0); exit", "invalid read from stack R10 off=0 size=8"),
    ({"type": "xdp"}, "r0 = 0; r10 = 1; exit", "frame pointer is read only"),
    ({"type": "xdp"}, "r0 = 1; goto -2; exit", "unreachable insn 2"),
    ({"type": "xdp"}, "r0 = *(u32 *)(r1 + 24); exit", "invalid bpf_context access off=24 size=4"),
    ({"type": "xdp"}, "call 4000; exit", "invalid func unknown#4000"),
    ({"type": "xdp"}, "r0 = *(u32 *)(r1 + 0); r0 = *(u8 *)(r0 + 0); exit",
     "R0 offset is outside of the packet"),
    ({"type": "xdp", "license": "MIT"}, "r1 = 0; r2 = 0; r3 = 0; call trace_printk; exit",
     "cannot call GPL-restricted function from non-GPL compatible program"),
    ({"type": "xdp", "maps": COUNTS}, LOOKUP + "if r0 == 0 goto +1; r0 = *(u64 *)(r0 + 0); exit", ""),
    ({"type": "xdp", "maps": COUNTS}, LOOKUP + "r0 = *(u64 *)(r0 + 0); exit", "R0 invalid mem access 'map_value_or_null'"),
    ({"type": "xdp", "maps": COUNTS}, LOOKUP + "if r0 == 0 goto +1; r0 = *(u64 *)(r0 + 8); exit",
     "R0 min value is outside of the allowed memory range"),
    ({"type": "xdp"}, "r0 = 0; again: r0 += 1; if r0 < 1000 goto again; exit", ""),
    ({"type": "xdp"}, "again: r0 = 0; goto again", "infinite loop detected at insn 0"),
    ({"type": "sched_cls"}, "call 0; call 1; r0 = 0; exit", ""),
    ({"type": "sched_cls", "caps": "bpf+net_admin"}, "r0 = r1; exit", "R0 leaks addr as return value"),
    ({"type": "sched_cls"}, "r0 = r1; exit", ""),
]
KSYMS = {"0": "bpf_rcu_read_lock", "1": "bpf_rcu_read_unlock"}  # of "call 0; call 1"
GUEST_ALONE = [
    ({"type": "tracing", "attach_type": "trace_fentry", "attach_to": "do_unlinkat"}, "r0 = *(u64 *)(r1 + 8); r0 = 0; exit", ""),
    ({"type": "tracing", "attach_type": "trace_fexit", "attach_to": "do_unlinkat"}, "r0 = 0; exit", ""),
    ({"type": "tracing", "attach_type": "modify_return", "attach_to": "bpf_modify_return_test"}, "r0 = 0; exit", ""),
    ({"type": "tracing", "attach_type": "trace_fentry", "attach_to": "do_unlinkat"}, "r0 = *(u64 *)(r1 + 64); exit",
     "invalid bpf_context access off=64 size=8"),
    ({"type": "lsm", "attach_type": "lsm_mac", "attach_to": "file_open"}, "r0 = 0; exit", ""),
    ({"type": "lsm", "attach_type": "lsm_mac", "attach_to": "file_open"}, "r0 = 1; exit",
     "At program exit the register R0 has smin=1 smax=1 should have been in [-4095, 0]"),
    ({"type": "kprobe"}, "r0 = *(u64 *)(r1 + 112); r0 = 0; exit", ""),
    ({"type": "kprobe", "attach_type": "trace_kprobe_multi"}, "r0 = 0; exit", ""),
]
COMPARED = ("result", "errno", "message", "insn", "processed", "states", "peak_states", "max_states_per_insn", "stack_depth")

# bpf_loop of 8 million rounds, each of which does the same: a day under emulation.
ENDLESS = """
  r1 = 8388608
  r2 = func[outer]
  r3 = 0
  r4 = 0
  call loop
  r0 = 0
  exit
outer:
  r1 = 8388608
  r2 = func[inner]
  r3 = 0
  r4 = 0
  call loop
  r0 = 0
  exit
inner:
  r0 = 0
  exit
"""


def functions_without_arguments(*names):
    """BTF of an int and of functions that return it: ids from 3."""
    strings = b"\0int\0" + b"".join(n.encode() + b"\0" for n in names)
    at = lambda name: strings.index(b"\0" + name.encode() + b"\0") + 1
    types = struct.pack("<IIII", at("int"), 1 << 24, 4, 0x01000020) + struct.pack("<III", 0, 13 << 24, 1)
    for linkage, name in enumerate(names):
        types += struct.pack("<III", at(name), 12 << 24 | (linkage == 0), 2)
    header = struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(types), len(types), len(strings))
    return (header + types + strings).hex()


def assembled(skep, text):
    done = subprocess.run([skep, "asm", "-", "-o", "-"], input=text.replace("; ", "\n").encode(), capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{text}\n{done.stderr.decode()}")
    return done.stdout.hex()


def line(skep, number, members, text):
    question = {"id": number, "do": ["kernel"], "runs": [], **members, "insns": assembled(skep, text)}
    if text.startswith("call 0"):
        question["ksyms"] = KSYMS
    return json.dumps(question).encode()


def verdicts(answers):
    return [json.loads(a)["kernel"]["verify"] for a in answers]


def check(where, questions, found):
    wrong = 0
    for (members, text, reason), verdict in zip(questions, found, strict=True):
        said = "" if verdict["result"] == "accepted" else verdict["message"]
        if said != reason:
            print(f"{where}: {members['type']}: {text.strip()}\n  wanted {reason or 'accepted'}\n  found  {verdict}")
            wrong += 1
    return wrong


def survives(g, lines):
    """A guest that is killed under way, and one that hangs: every line is answered."""
    threading.Timer(0.2, lambda: g.qemu.kill()).start()
    many = [lines[0]] * 2000
    wrong = sum(b'"accepted"' not in a for a in g.ask(many))
    program = {"type": "xdp", "insns": assembled(sys.argv[1], ENDLESS), "func_info": struct.pack("<6I", 0, 3, 8, 4, 16, 5).hex()}
    hang = json.dumps({"id": "h", "do": ["kernel"], "progs": [program], "packet": FRAME,
                       "btf": functions_without_arguments("entry", "outer", "inner")}).encode()
    g.patience = 20  # other lines on a busy machine take seconds
    answers = g.ask([lines[0], hang, lines[1]])
    print("killed and hung:", g.deaths, "guests ended;", answers[1].decode()[:120])
    wrong += b'"accepted"' not in answers[0] or b'"accepted"' not in answers[2]
    return wrong + (json.loads(answers[1]).get("error", {}).get("code") != "guest-hung") + (g.deaths < 2)


def main():
    skep, agent = sys.argv[1:]
    image = kernels.or_skip(kernels.image, VERSION)
    lines = [line(skep, i, members, text) for i, (members, text, _) in enumerate(BOTH + GUEST_ALONE)]
    g = guest.Guest(image, agent)
    try:
        start = time.monotonic()
        hello = g.boot()
        print(f"{hello['kernel']['release']} answers after {time.monotonic() - start:.1f} s")
        there = verdicts(g.ask(lines))
        wrong = check("guest", BOTH + GUEST_ALONE, there)
        out = subprocess.run([skep, "batch", "-"], input=b"\n".join([b'{"hello":1}', *lines[:len(BOTH)]]),
                             capture_output=True, check=True).stdout.splitlines()
        if json.loads(out[0])["kernel"].get("target", "").startswith("linux-6.18."):
            here = verdicts(out[1:])
            wrong += check("host", BOTH, here)
            for (members, text, _), h, t in zip(BOTH, here, there):
                for name in COMPARED:
                    if h.get(name) != t.get(name):
                        print(f"{members['type']}: {text.strip()}: {name} is {h.get(name)} here and {t.get(name)} there")
                        wrong += 1
        else:
            print("this machine's kernel is not 6.18: the guest alone was asked")
        wrong += survives(g, lines)
        if g.said:
            print("\n".join(g.said))
    finally:
        g.close()
    print(f"{len(lines)} programs, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
