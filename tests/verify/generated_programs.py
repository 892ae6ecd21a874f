#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Generated programs through skep's verifier and Linux's: same verdict, errno, processed instructions and states.

Programs are written piece by piece (tests/verify/random: arithmetic, branches, loops, stack, contexts and packets of all
program types, maps of all types, every helper, kernel functions, iterators, subprograms, callbacks) or are cases from
tests/verify, and some are spoilt then. Program N of a seed is always the same. What is found is shrunk, and kept as a line
of tests/verify/random/found.jsonl, which every run asks again. What both accept runs in the interpreter and in the
checked one, where skep has its context; neither must find a fault.

usage: generated_programs.py SKEP FACTS [--guest 6.18.15 --agent AGENT] [--count N] [--seed N] [--first N] [--keep FOLDER]"""
import argparse
import collections
import itertools
import json
import os
import pathlib
import re
import select
import shlex
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "random"))
import bpf  # noqa: E402
import generate  # noqa: E402
import shrink  # noqa: E402
from world import Facts  # noqa: E402

# Helpers that a machine in lockdown, or a kernel built without, withholds.
LOCKED_DOWN = ("bpf_probe_write_user#36", "bpf_override_return#58")
# Linux 6.18.15 follows a null pointer where a number is stored into a kernel pointer's place; 6.18.44 refuses that, as skep
# does, by this code. Guests are not given programs of these names, nor what mutations make of them; what stores a number
# otherwise and ends a guest is counted.
NUMBER_FOR_POINTER = "SKEP-V0735"
END_GUESTS = ("kptr_store", "keeps_a_constant", "keeps_half_a_constant", "forgets_a_pointer", "borrowed_is_a_number_refused",
              "borrowed_is_any_number_refused", "borrowed_is_the_context_refused")
# Under emulation a million instructions take half a minute: what costs more than this is asked of the host alone.
LONG = 10_000
COMPARED = ("result", "errno", "insn", "processed", "states", "peak_states", "max_states_per_insn", "stack_depth")
WINDOW = 512  # lines under way
PATIENCE = 60  # seconds for one line
FRAME = "0200000000020200000000010800450000320000400040110000c0a80001c0a800020035003500200000" + "00112233445566778899" * 6


class Batch:
    """Lines answered in order; a line that hangs or ends the process answers None, and the next process goes on."""

    def __init__(self, command, restarts=True):
        self.command, self.restarts, self.process = command, restarts, None

    def start(self, lines):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.room = threading.Semaphore(WINDOW if self.restarts else 3 * 4096)
        self.asked = collections.deque()

        def write(process, room, asked):
            try:
                for line in lines:
                    room.acquire()
                    asked.append(line)
                    process.stdin.write(json.dumps(line).encode() + b"\n")
                    if len(asked) % 32 == 0:
                        process.stdin.flush()
                process.stdin.close()
            except (BrokenPipeError, ValueError):
                pass
        threading.Thread(target=write, args=(self.process, self.room, self.asked), daemon=True).start()

    def ask(self, lines):
        lines, silent = iter(lines), 0  # so many lives without an answer
        while True:
            self.start(lines)
            silent += 1
            for pair in self.answers():
                silent = 0
                yield pair
            if not self.asked or not self.restarts:
                return
            if silent == 3:
                sys.exit(f"{self.command[0]} answers nothing")
            lost = list(self.asked)
            yield lost[0], None
            lines = itertools.chain(lost[1:], lines)

    def answers(self):
        data, out = b"", self.process.stdout.fileno()
        while True:
            ready, _, _ = select.select([out], [], [], PATIENCE if self.restarts else None)
            block = os.read(out, 1 << 20) if ready else b""
            if not block:
                self.process.kill()
                self.process.wait()
                time.sleep(.1)
                return
            *whole, data = (data + block).split(b"\n")
            for answer in whole:
                yield self.asked.popleft(), json.loads(answer)
                self.room.release()


class BesideGuest:
    """skep here, with the guest's types as those of the running kernel; a guest there, which emulation makes slow."""

    def __init__(self, o):
        sys.path.insert(0, str(HERE.parent / "kernels"))
        import kernels
        types = kernels.or_skip(kernels.types, o.guest)
        # A mount namespace in which skep finds the guest's types and CPUs where it looks for the running kernel's.
        self.cpus = tempfile.NamedTemporaryFile("w")
        self.cpus.write("0\n")
        self.cpus.flush()
        mounts = {types: "/sys/kernel/btf/vmlinux", self.cpus.name: "/sys/devices/system/cpu/possible"}
        as_if = "".join(f"mount --bind {shlex.quote(str(a))} {b} && " for a, b in mounts.items())
        self.here = Batch(["unshare", "--mount", "sh", "-c", f"{as_if} exec {shlex.quote(o.skep)} batch"])
        self.there = Batch([sys.executable, HERE.parent / "kernels/run", o.guest, "--agent", o.agent, "--guests", str(o.guests)],
                           restarts=False)
        self.long = 0

    def ask(self, lines):
        ours = collections.deque()

        def judged_here():
            for line, answer in self.here.ask({**line, "do": ["verify"]} for line in lines):
                if answer and answer.get("verify", {}).get("processed", 0) > LONG:
                    self.long += 1
                    continue
                ours.append((line, answer))
                yield {**line, "do": ["kernel"]}

        for _, theirs in self.there.ask(judged_here()):
            line, answer = ours.popleft()
            yield line, both(answer, theirs)


def both(ours, theirs):
    """The answers of two, as one that was asked both gives them."""
    if ours is None or "verify" not in ours or "verify" not in theirs.get("kernel", {}):
        return {**ours, **theirs} if ours else None
    one, other = ours["verify"], theirs["kernel"]["verify"]
    differs = [f"verify.{c}" for c in COMPARED if None not in (one.get(c), other.get(c)) and one[c] != other[c]]
    return {**theirs, **ours, "differs": differs}


def verdicts(answer):
    if answer is None or "verify" not in answer or "verify" not in answer.get("kernel", {}):
        return None, None
    return answer["verify"], answer["kernel"]["verify"]


def ends_kernel(answer):
    """A fault of the kernel's own that ends it, where skep refuses the program."""
    return bool(answer) and answer.get("error", {}).get("code") == "guest-died" \
        and answer.get("verify", {}).get("code") == NUMBER_FOR_POINTER


def how(answer):
    """In which way the two differ; nothing if they do not, or one of them cannot tell."""
    ours, theirs = verdicts(answer)
    if ends_kernel(answer):
        return None
    if ours is None:
        return "skep does not answer" if answer is None else f"no answer: {answer.get('error') or answer}"
    if "unknown" in (ours["result"], theirs["result"]) or not answer["differs"]:
        return None
    if any(helper in theirs.get("message", "") for helper in LOCKED_DOWN):
        return None
    if ours["result"] != theirs["result"]:
        return f"{ours['result']} by skep, {theirs['result']} by Linux"
    differs = [d.removeprefix("verify.") for d in answer["differs"]]
    if theirs.get("errno") == "EFAULT":  # a fault of its own, told by where Linux has moved the instruction
        differs = [d for d in differs if d not in ("insn", "stack_depth")]
    return "others: " + " ".join(differs) if differs else None


class Little:
    """A few lines at a time, of one process that stays."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, lines):
        for line in lines:  # one by one: neither pipe fills
            self.process.stdin.write(json.dumps(line).encode() + b"\n")
            self.process.stdin.flush()
            yield line, json.loads(self.process.stdout.readline())


class Figures:
    def __init__(self, facts):
        self.facts, self.count, self.start = facts, 0, time.monotonic()
        self.results, self.types, self.unknown = collections.Counter(), collections.Counter(), collections.Counter()
        self.messages, self.kinds, self.processed = collections.Counter(), set(), []
        self.different, self.ran, self.faults, self.ended = collections.Counter(), 0, 0, 0

    def take(self, line, answer):
        self.count += 1
        self.ended += ends_kernel(answer)
        ours, theirs = verdicts(answer)
        if ours is None:
            return
        self.results[theirs["result"]] += 1
        if ours["result"] == "unknown":
            self.unknown[ours.get("message", "")] += 1
        if theirs["result"] == "rejected":
            self.messages[re.sub(r"0x[0-9a-f]+|-?\d+", "N", theirs["message"])] += 1
            self.processed.append(theirs["processed"])
        elif theirs["result"] == "accepted":
            kind = line["progs"][0]["type"]
            self.types[kind] += 1
            for insn in bpf.decoded(bytes.fromhex(line["progs"][0]["insns"])):
                if insn[0] == bpf.CALL and insn[2] == 0:
                    self.kinds |= self.facts.argument_kinds(kind, insn[4])

    def fails(self):
        """What differs is more than one in a thousand, or accepted by skep alone, or not answered, or faults."""
        alone = sum(n for what, n in self.different.items() if what.startswith("accepted by skep"))
        lost = sum(n for what, n in self.different.items() if "answer" in what)
        return alone or lost or self.faults or sum(self.different.values()) > self.count / 1000

    def say(self):
        judged = self.results["accepted"] + self.results["rejected"] + self.results["attr"]
        compared = judged - sum(self.unknown.values())
        different = sum(self.different.values())
        median = sorted(self.processed)[len(self.processed) // 2] if self.processed else 0
        seconds = time.monotonic() - self.start
        print(f"{self.count} programs in {seconds:.0f} s ({self.count / seconds:.0f} a second): "
              f"{100 * self.results['accepted'] / max(1, judged):.1f} % accepted, of {len(self.types)} types; "
              f"refused with {len(self.messages)} different messages after {median} instructions (median); "
              f"arguments of {len(self.kinds)} kinds: {' '.join(sorted(self.kinds))}")
        if self.results["unknown"]:
            print(f"{self.results['unknown']} that this kernel cannot judge")
        for what, n in self.unknown.most_common():
            print(f"  unknown to skep: {n} × {what}")
        print(f"{compared} compared: {100 * (compared - different) / max(1, compared):.3f} % the same, {different} different"
              + "".join(f"\n  {n} × {what}" for what, n in self.different.most_common()))
        if self.ended:
            print(f"{self.ended} that end this kernel (a null pointer of its own) and that skep refuses: {NUMBER_FOR_POINTER}")
        if self.ran:
            print(f"{self.ran} accepted programs run in the interpreter and in the checked one: {self.faults} faults")


class Findings:
    """Each way to differ shrunk once or a few times, and told."""

    def __init__(self, judge, keep, most=3):
        self.judge, self.keep, self.most, self.told = judge, keep, most, collections.Counter()

    def add(self, line, answer, what):
        ours, _ = verdicts(answer)
        key = (what, (ours or {}).get("code"))
        self.told[key] += 1
        if self.told[key] > self.most:
            return
        small = line
        if answer is not None and self.judge:
            small = shrink.smallest(line, lambda lines: [how(a) == what for _, a in self.judge.ask(lines)])
            answer = next(a for _, a in self.judge.ask([small]))
        print(f"program {line['id']}: {what}\n  {json.dumps(small)}\n  {json.dumps(answer)}", flush=True)
        if self.keep:
            self.keep.mkdir(parents=True, exist_ok=True)
            (self.keep / f"{line['id']}.json".replace(":", "-")).write_text(json.dumps(small) + "\n")


def loses_its_handler(line):
    """Linux 6.18 reads beyond its functions, and ends, where the handler of exceptions stands behind a function that is
    never reached: what mutations easily make of a program with a handler and another function."""
    functions = len(line["progs"][0].get("func_info", "")) // 16
    return functions > 2 and b"exception_callback:".hex() in line.get("btf", "")


def as_question(line, name, guest):
    return {"id": name, "do": ["verify", "kernel"], "runs": [], **({"target": f"linux-{guest}"} if guest else {}), **line}


def runs_of(line):
    kind = line["progs"][0]["type"]
    if kind == "syscall":
        return [{"ctx": "2a" * 4096, "max_insns": 100000}]
    return [{"packet": FRAME, "max_insns": 100000}, {"packet": FRAME[:80], "seed": 7, "max_insns": 100000}]


# What the checked interpreter does not have yet, and values that nobody wrote, which these capabilities may read.
CANNOT_TELL = ("not-executable", "uninitialised")
RUNNABLE = {"xdp", "sched_cls", "sched_act", "socket_filter", "cgroup_skb", "lwt_in", "lwt_out", "lwt_xmit", "syscall"}


def run_checked(skep, lines, figures):
    """What both accepted, run: faults are what the verifier should have seen. The interpreter that rests on its proof
    stops where Linux reads with care what may be anywhere, and at the constant 0 that Linux takes for a global
    function's __arg_nonnull; the checked one, which knows of neither, faults there."""
    asked = ({**{k: v for k, v in line.items() if k != "target"}, "do": ["interp", "checked"], "runs": runs_of(line)} for line in lines)
    for line, answer in Batch([skep, "batch"]).ask(asked):
        if answer is None:
            figures.faults += 1
            print(f"accepted, and ended skep: {json.dumps(line)}", flush=True)
            continue
        fast, checked = (answer.get(executor, {}).get("runs", []) for executor in ("interp", "checked"))
        runs = list(zip(fast or [{}] * len(checked), checked, strict=True))
        figures.ran += any("r0" in run for pair in runs for run in pair)
        for fast, checked in runs:
            kind = checked.get("fault", {"kind": "not-executable"})["kind"]
            stopped = fast.get("fault", {"kind": "", "region": ""})
            foreseen = stopped["kind"] == "not-executable" or stopped["region"].startswith("null in r")
            if kind not in CANNOT_TELL and not foreseen:
                figures.faults += 1
                print(f"accepted, and {checked['fault']}: {json.dumps(line)}", flush=True)


def compiled(skep, guest):
    """Every program of the sources beside this file, but for those that take long and those that only a guest knows."""
    lines = []
    for source in sorted(HERE.glob("*/*.bpf.c")):
        if source.parent.name not in ("effort", "" if guest else "guest"):
            lines += subprocess.run([skep, "dump", source, "--batch"], check=True, capture_output=True, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def options():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("skep")
    p.add_argument("facts")
    p.add_argument("--guest", help="ask this kernel under emulation, not the running one")
    p.add_argument("--guests", type=int, default=1)
    p.add_argument("--agent", default="")
    p.add_argument("--count", type=int, default=2000)
    p.add_argument("--seed", default="1")
    p.add_argument("--first", type=int, default=0)
    p.add_argument("--keep", type=pathlib.Path)
    return p.parse_args()


def main():
    o = options()
    facts = Facts(o.facts, trampolines=bool(o.guest))
    found = [json.loads(line) for line in (HERE / "random/found.jsonl").read_text().splitlines() if line]
    corpus = [{k: line[k] for k in ("progs", "maps", "btf", "license") if k in line} for line in found + compiled(o.skep, o.guest)
              if not loses_its_handler(line) and not (o.guest and line["progs"][0].get("name", "").startswith(END_GUESTS))]
    judge = BesideGuest(o) if o.guest else Batch([o.skep, "batch"])
    figures, findings = Figures(facts), Findings(None if o.guest else Little(judge.command), o.keep)
    lines = itertools.chain(
        (as_question({k: v for k, v in line.items() if k in ("progs", "maps", "btf")}, f"found:{n}", o.guest) for n, line in enumerate(found)),
        (as_question(generate.program(facts, o.seed, n, corpus), f"{o.seed}:{n}", o.guest) for n in range(o.first, o.first + o.count)))
    accepted = []
    for line, answer in judge.ask(lines):
        figures.take(line, answer)
        what = how(answer)
        if what:
            figures.different[what] += 1
            findings.add(line, answer, what)
        elif verdicts(answer)[1] and verdicts(answer)[1]["result"] == "accepted" and line["progs"][0]["type"] in RUNNABLE:
            accepted.append(line)
            if len(accepted) == 20000:
                run_checked(o.skep, accepted, figures)
                accepted = []
    run_checked(o.skep, accepted, figures)
    figures.say()
    left_out = judge.long if o.guest else 0
    if o.guest:
        print(f"{left_out} that cost more than {LONG} instructions are not asked of the guest")
    whole = figures.count + left_out == o.count + len(found)
    return 0 if whole and not figures.fails() else 1


if __name__ == "__main__":
    sys.exit(main())
