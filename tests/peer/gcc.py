#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Objects of gcc-bpf do what objects of clang do: six programs, each over several captures, answer the same.

One of them, progs/tc_rewrite.bpf.c, libbpf cannot load: binutils 2.40 writes a variable's address into the instruction
and names the variable in the relocation, so a loader that adds both arrives beside it.

usage: gcc.py SKEP
"""
import pathlib
import sys
import tempfile

from captures import ROOT, Findings, run, skep_json

PROGRAMS = ["progs/port_stats", "progs/firewall", "progs/tc_rewrite", "tests/peer/programs/lengths",
            "tests/peer/programs/mirror", "tests/peer/programs/ip_checksum"]
CAPTURES = ["afs.pcap", "dnssec.pcap", "icmpv6.pcap", "nfs-attr-oobr.pcap", "various_gre.pcap"]
INCLUDES = ["-idirafter", "/usr/include", "-idirafter", "/usr/include/x86_64-linux-gnu"]
COMPILERS = {
    "clang": ["clang-19", "-target", "bpf", "-mcpu=v3", "-g", "-O2", *INCLUDES],
    "gcc": ["bpf-gcc", "-gbtf", "-O2", "-I", ROOT / "tests/peer/gcc", *INCLUDES],
}


def answer_of(skep, compiler, program, folder):
    """What skep answers about each capture, and the packets it lets through."""
    compiled = folder / f"{pathlib.Path(program).name}.{compiler}.o"
    run(*COMPILERS[compiler], "-c", ROOT / f"{program}.bpf.c", "-o", compiled)
    answers = {}
    for capture in CAPTURES:
        out = folder / f"{compiled.name}.{capture}"
        answer = skep_json(skep, "run", compiled, "--in", ROOT / "tests/data" / capture, "--out", out)
        # Which section a variable is in, and where, is the compiler's choice.
        maps = {name: sorted(map(str, rows)) for name, rows in answer["maps"].items() if not name.startswith(".")}
        answers[capture] = {"packets": answer["packets"], "verdicts": answer["verdicts"], "maps": maps,
                            "out": out.read_bytes()}
    return answers


def main():
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder:
        for program in PROGRAMS:
            clang, gcc = (answer_of(sys.argv[1], c, program, pathlib.Path(folder)) for c in COMPILERS)
            for capture in CAPTURES:
                for member in clang[capture]:
                    findings.same(f"{program} on {capture}: {member}", gcc[capture][member], clang[capture][member])
    print(f"{len(PROGRAMS)} programs compiled by gcc-bpf")
    return findings.finish()


if __name__ == "__main__":
    sys.exit(main())
