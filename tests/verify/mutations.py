#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The quality of the verifier's cases: switch off each refusal in turn, and ask whether any case notices.

Every `return fail(X{…})` of src/verify is numbered in a copy of the sources, where it asks first whether its number is
off. mutant.cpp then asks each program of the corpus (case files and C files under tests/verify) for skep's verdict, once
for each number. A rule is a distinct diagnostic; it is noticed if one of its places is.

usage: mutations.py BUILD [--sample N] [--keep FOLDER]     BUILD: a release build; N: only every N-th place
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LEAST = 95  # of 100 rules
# What skep lacks, what only a fault in skep can cause, and the walk's end after a million instructions.
NO_RULES = {"NotModelled", "InternalFault", "TooComplex"}
TOO_SLOW = {"too-long.case"}  # to be asked about once a rule
PER_FILE = 64  # places
SUBJECTS = ["calls", "objects", "fixes", "guest"]  # C files
COMPILER = ["ccache"] if os.path.exists("/usr/bin/ccache") else []
FLAGS = ["-std=c++23", "-O0", "-DFMT_SHARED", "-w"]
HEADER = """#pragma once
#include <fmt/format.h>
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <ranges>
#include <vector>
#include "base/error.hpp"
extern int skep_site_off;
extern bool skep_reached[8192];
inline bool skep_off(int site) { skep_reached[site] = true; return skep_site_off == site; }
namespace skep::verify {
struct Mutant {  // a refusal that may be none, as any Result
  std::optional<Error> error;
  Mutant() = default;
  Mutant(std::unexpected<Error>&& e) : error(std::move(e).error()) {}
  template <class T> operator Result<T>() && {
    if (error) return std::unexpected(std::move(*error));
    return Result<T>{};
  }
};
}
#include "verify/walk.hpp"
"""


def end_of_statement(text, at):
    depth = 0
    while text[at] != ";" or depth:
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(text[at], 0)
        at += 1
    return at + 1


def transformed(name, text, number, sites):
    """The file with every refusal numbered from `number` on; `sites` gets (rule, file:line) by number."""
    out, done = "", 0
    # A lambda that only refuses may now do nothing; so may one that says which error it makes.
    text = re.sub(r"(\[[^\[\]\n]*\])(\([^()]*\))?( \{\s*return fail\()",
                  lambda m: f"{m[1]}{m[2] or '()'} -> Mutant{m[3]}", text)
    text = text.replace("-> std::unexpected<Error> {", "-> Mutant {")
    for m in re.finditer(r"(return |refuse\((?:std::move\()?)fail\(\s*(\w+)\{", text):
        if m[2] in NO_RULES or m.start() < done:
            continue
        end = end_of_statement(text, m.start())
        sites[number] = (m[2], f"{name}:{text.count(chr(10), 0, m.start()) + 1}")
        statement = f"if (!skep_off({number})) {text[m.start():end]}"
        number += 1
        # Behind a condition the next statement follows; elsewhere none is meant to.
        before = text[:m.start()].rstrip()
        follows = before.endswith((")", "else")) or m[1] != "return "
        out += text[done:m.start()] + "{ " + statement + (" }" if follows else " return {}; }")
        done = end
    return out + text[done:]


def compile_one(job):
    source, target, newest, flags = job
    if os.path.exists(target) and os.path.getmtime(target) > max(os.path.getmtime(source), newest):
        return None
    done = subprocess.run([*COMPILER, "g++-12", *FLAGS, *flags, "-c", source, "-o", target], capture_output=True, text=True)
    return (source, done.stderr) if done.returncode else None


def write_if_new(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def build(folder, release):
    sites, sources = {}, folder / "src" / "verify"
    sources.mkdir(parents=True, exist_ok=True)
    for gone in sources.iterdir():
        if not (ROOT / "src/verify" / gone.name).exists():
            gone.unlink()
    # Numbers by file, so that a change of one leaves the others as they were compiled.
    for index, path in enumerate(p for p in sorted((ROOT / "src/verify").glob("*.[ch]pp")) if "_test" not in p.name):
        text = path.read_text()
        if not path.name.endswith("errors.hpp"):
            text = transformed(path.name, text, PER_FILE * index, sites)
        write_if_new(sources / path.name, text)
    include = [f"-I{folder / 'src'}", f"-I{ROOT / 'src'}"]
    header = folder / "mutants.hpp"
    write_if_new(header, HEADER)
    headers = [header, *sources.glob("*.hpp"), *(p for p in (ROOT / "src").glob("*/*.hpp") if p.parent.name != "verify")]
    newest = max(p.stat().st_mtime for p in headers)
    if error := compile_one((str(header), f"{header}.gch", newest, ["-xc++-header", *include])):
        sys.exit(error[1])
    include += ["-include", str(header)]
    jobs = [(str(p), str(folder / (p.stem + ".o")), newest, include) for p in sorted(sources.glob("*.cpp"))]
    jobs.append((str(ROOT / "tests/verify/mutant.cpp"), str(folder / "mutant.o"), newest, include))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        failed = [f for f in pool.map(compile_one, jobs) if f]
    for source, errors in failed:
        print(f"{source}\n{errors}")
    if failed:
        sys.exit(f"{len(failed)} files of the test build do not compile")
    archives = [str(a) for a in sorted(release.glob("libskep_*.a")) if a.name != "libskep_verify.a"]
    program = folder / "mutant"
    subprocess.run(["g++-12", *(job[1] for job in jobs), "-Wl,--start-group", *archives, "-Wl,--end-group", "-lfmt", "-lelf",
                    "-lz", "-lpthread", "-o", program], check=True, stderr=subprocess.DEVNULL)
    return program, sites


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build", type=pathlib.Path)
    options.add_argument("--sample", type=int, default=1)
    options.add_argument("--keep", type=pathlib.Path)
    options = options.parse_args()
    release = options.build.resolve()
    folder = options.keep or release / "mutants"
    program, sites = build(folder.resolve(), release)
    corpus = sorted(p for p in (ROOT / "tests/verify").glob("*/*.case") if p.name not in TOO_SLOW)
    for subject in SUBJECTS:
        corpus += sorted((ROOT / "tests/verify" / subject).glob("*.bpf.c"))
    files = [str(p.relative_to(ROOT)) for p in corpus]
    out = subprocess.run([program, ",".join(map(str, list(sites)[::options.sample])), *files], cwd=ROOT, capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(out.stderr)
    rules = collections.defaultdict(list)
    places = survivors = 0
    for line in out.stdout.splitlines():
        number, reached, by = line.split(" ", 2)
        rule, place = sites[int(number)]
        rules[rule].append(by != "-")
        places += 1
        survivors += by == "-"
        print(f"{rule:28} {place:28} {by if by != '-' else 'NOBODY NOTICES' if reached == 'reached' else 'NOBODY REACHES IT'}")
    noticed = sum(any(r) for r in rules.values())
    print(f"{out.stderr.strip()}; {noticed} of {len(rules)} rules noticed, {places - survivors} of {places} places")
    return 0 if noticed * 100 >= LEAST * len(rules) else 1


if __name__ == "__main__":
    sys.exit(main())
