#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Graphviz draws what `skep verify --dot` says: each program one picture without a complaint, with every instruction of
it once, as `--states` has it. Asked for programs of this repository, for objects that nobody here wrote, and for names
and source lines that would like to be something else.

usage: dot.py SKEP CACHE
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

import debian_objects
from captures import ROOT, Findings, run

OURS = ["progs/port_stats.bpf.c", "progs/firewall.bpf.c", "tests/cli/programs/refused.bpf.c",
        "tests/verify/calls/callbacks.bpf.c", "tests/verify/calls/faults.bpf.c"]
THEIRS = ["libbpf-tools.opensnoop.o", "libbpf-tools.filelife.o", "libxdp1.xdpfilt_alw_ip.o", "pcp.tcpconnect_so.o"]

SOURCE = r"""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
static __attribute__((noinline)) int hostile_name_called(int n) { return n * 2; }
SEC("xdp") int hostile_name(struct xdp_md *ctx) {
  /* hostile_name */ return hostile_name_called(ctx->ingress_ifindex) & 1;
}
char LICENSE[] SEC("license") = "GPL";
"""
# In place of "hostile_name", and how it is shown.
HOSTILE = {
    b'</b>"&lt;\\G\\': '</b>"&lt;\\G\\',
    b"\xff\xef\xbf\xbe\x1b[2J-->\n": "\\xff\ufffd\\x1b[2J-->\\x0a",
    b'"]}; i0->i0;': '"]}; i0->i0;',
}


def instructions(lines):
    found = [re.fullmatch(r" *(\d+) +(.*?) *", line) for line in lines]
    return sorted((int(m[1]), m[2][:60]) for m in found if m)


def answer(*command, stdin=None):
    done = subprocess.run([str(c) for c in command], input=stdin, capture_output=True, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def pictures(findings, skep, file):
    """The texts of each program's picture, line by line."""
    states, dot = answer(skep, "verify", file, "--states"), answer(skep, "verify", file, "--dot")
    findings.same(f"{file}: exit code", dot[0], states[0])
    code, svg, complaints = answer("dot", "-Tsvg", stdin=dot[1].encode())
    findings.same(f"{file}: dot's answer", (code, complaints), (0, ""))
    graphs = [xml.fromstring(document.encode()) for document in re.split(r"(?=<\?xml )", svg)[1:]]
    drawn = [[t.text.replace("\xa0", " ") for t in graph.iter("{http://www.w3.org/2000/svg}text")] for graph in graphs]
    programs = states[1].split("\n\n")
    findings.same(f"{file}: programs", len(drawn), len(programs))
    for texts, program in zip(drawn, programs):
        lines = program.splitlines()
        findings.same(f"{file}: {lines[0]}", instructions(texts), instructions(lines[1:]))
    return drawn


def hostile(findings, skep, folder):
    source, plain = folder / "source.c", folder / "plain.o"
    source.write_text(SOURCE)
    run("clang-19", "-target", "bpf", "-g", "-O2", "-idirafter", "/usr/include/x86_64-linux-gnu", "-c", source, "-o", plain)
    for name, shown in HOSTILE.items():
        file = folder / 'a<i>&"\\N.o'
        assert len(name) == len("hostile_name"), name
        file.write_bytes(plain.read_bytes().replace(b"hostile_name", name))
        texts, = pictures(findings, skep, file)
        for part in [f'{file.name} {shown}: accepted', f"{shown}_called", f"/* {shown} */ return"]:
            findings.same(f"{name}: {part} is shown", any(part in t for t in texts), True)


def main():
    skep, cache = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    findings = Findings()
    theirs = [file for file in debian_objects.objects(cache) if file.name in THEIRS]
    findings.same("objects", len(theirs), len(THEIRS))
    for file in [ROOT / name for name in OURS] + theirs:
        pictures(findings, skep, file)
    with tempfile.TemporaryDirectory() as folder:
        hostile(findings, skep, pathlib.Path(folder))
    return findings.finish()


if __name__ == "__main__":
    sys.exit(main())
