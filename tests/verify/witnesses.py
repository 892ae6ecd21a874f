#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Witnesses are true: each input that skep prints for a refused program is given to the checked interpreter, and does
what it is said to do. And there are enough: for 60 % at least of the programs that are refused because of values, in the
case files, in fixes/ and among random ones.

usage: witnesses.py SKEP FACTS [--random N] [--seed N] [--list]"""
import argparse
import collections
import functools
import json
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "random"))
from generate import Plain  # noqa: E402
from world import Facts  # noqa: E402

LEAST = .6
TYPES = ["socket_filter", "xdp", "sched_cls", "raw_tracepoint", "tracepoint", "cgroup_skb", "perf_event", "kprobe"]


def batch(skep, questions):
    done = subprocess.run([skep, "batch"], input="".join(json.dumps(q) + "\n" for q in questions), text=True,
                          capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@functools.cache
def row(skep, code):
    return json.loads(subprocess.run([skep, "explain", code, "--json"], text=True, capture_output=True, check=True).stdout)


def from_files(skep, files):
    """(name, code, witness) of every refused program."""
    done = subprocess.run([skep, "verify", *files, "--json"], text=True, capture_output=True, check=False)
    return [(f"{p['object']} {p['name']}", p["code"], p["witness"]) for p in json.loads(done.stdout)["programs"]
            if p["result"] == "rejected"]


def from_chance(skep, facts, count, seed):
    chance, facts = random.Random(seed), Facts(facts)
    questions = []
    for n in range(count):
        p = Plain(chance, facts, chance.choice(TYPES))
        p.write(Plain.body)
        questions.append({"id": n, "do": ["verify", "witness"], **p.line()})
    return [(f"random {a['id']}", a["verify"]["code"], a["witness"]) for a in batch(skep, questions)
            if a["verify"]["result"] == "rejected"]


def is_shown(witness, answer):
    run = answer["checked"]["runs"][0]
    if "fault" not in witness:
        return run.get("r0") == witness["r0"]
    return {k: run.get("fault", {}).get(k) for k in ("kind", "insn")} == witness["fault"]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("skep")
    options.add_argument("facts")
    options.add_argument("--random", type=int, default=1500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--list", action="store_true")
    options = options.parse_args()
    groups = {"cases": from_files(options.skep, sorted(map(str, HERE.glob("**/*.case")))),
              "fixes": from_files(options.skep, sorted(map(str, (HERE / "fixes").glob("*.bpf.c")))),
              "random": from_chance(options.skep, options.facts, options.random, options.seed)}
    failed = 0
    for group, programs in groups.items():
        shown = [(name, w) for name, _, w in programs if w]
        for (name, w), answer in zip(shown, batch(options.skep, [w["question"] for _, w in shown]), strict=True):
            if "checked" not in answer or not is_shown(w, answer):
                failed += 1
                print(f"{name}: {w['text']}\n  {answer}")
        of_values = [(name, row(options.skep, code)["slug"], w) for name, code, w in programs
                     if row(options.skep, code)["about_values"]]
        have = sum(w is not None for _, _, w in of_values)
        share = have / max(1, len(of_values))
        print(f"{group}: {len(programs)} refused, {len(shown)} with a witness; of {len(of_values)} refused because of values "
              f"{have} ({share:.0%})")
        without = collections.Counter(slug for _, slug, w in of_values if w is None)
        print("  without: " + ", ".join(f"{slug} {n}" for slug, n in without.most_common()))
        if options.list:
            for name, slug, w in of_values:
                print(f"    {name}: {slug}: {w['text'] if w else '-'}")
        failed += share < LEAST
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
