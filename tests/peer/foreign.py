#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What skep would give to the kernel is what libbpf 1.1 gives: instructions and map definitions of objects that nobody
here wrote (tests/peer/debian_objects.py), and of every source in this repository, by several compilers.

The targets are the running kernel and Debian's Linux 6.1, for both. An object that one of them refuses is listed with
both answers; that they differ is a fault unless REFUSED says why.

usage: foreign.py SKEP LIBBPF_SENDS CACHE
"""
import concurrent.futures
import hashlib
import json
import pathlib
import subprocess
import sys

import debian_objects
from captures import ROOT, run

# Where libbpf says no and skep says yes: what of the object's name or of libbpf's words it is, and why.
REFUSED = {
    "bad map relo against 'decoder_state_map'": "legacy maps (struct bpf_map_def), which libbpf 1.0 gave up",
    "is static and not supported": "a static function in a section of programs is a subprogram",
}
# libbpf looks for functions and variables of the kernel, and for what struct_ops implement, in the running one whatever
# other types it is given.
RUNNING_KERNEL_ONLY = ["ksyms", "kfuncs", "congestion"]
LEAST_OBJECTS, LEAST_PROGRAMS = 110, 280

INCLUDES = ["-I", "/usr/include", "-I", "/usr/include/x86_64-linux-gnu"]
CLANG = ["-target", "bpf", "-D__TARGET_ARCH_x86", "-g", "-O2", *INCLUDES]
GCC = ["bpf-gcc", "-gbtf", "-O2", "-I", ROOT / "tests/peer/gcc", "-idirafter", "/usr/include",
       "-idirafter", "/usr/include/x86_64-linux-gnu"]
SOURCES = ["progs", "examples", "bench", "tests/peer/programs", "tests/objects"]
# libbpf 1.1 arrives beside a variable of these: binutils 2.40 writes its address into the instruction and names it in
# the relocation as well (tests/peer/gcc.py runs them).
GCC_SOURCES = ["progs/port_stats", "progs/firewall", "tests/peer/programs/lengths", "tests/peer/programs/mirror",
               "tests/peer/programs/ip_checksum"]


def vmlinux_h(folder, tool):
    """The running kernel's types as C, as the tool writes them: the folder of vmlinux.h."""
    folder.mkdir(parents=True, exist_ok=True)
    text = run(tool, "btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c")
    header = folder / "vmlinux.h"
    if not header.exists() or header.read_bytes() != text:
        header.write_bytes(text)
    return folder


def own_objects(cache, skep):
    """{file: source}: every source by clang 19; some for the oldest instruction set, with skep's header, and by GCC."""
    theirs, ours = vmlinux_h(cache / "bpftool", "bpftool"), vmlinux_h(cache / "skep", skep)
    headers = (theirs / "vmlinux.h").read_bytes() + (ours / "vmlinux.h").read_bytes()
    wanted = []
    for folder in SOURCES:
        for source in sorted((ROOT / folder).glob("*.bpf.c")):
            clang = ["clang-19", *CLANG, "-I", source.parent]
            wanted.append((source, "clang", [*clang, "-mcpu=v3", "-I", theirs]))
            if folder == "tests/objects":
                wanted.append((source, "clang-v1", [*clang, "-mcpu=v1", "-I", ours]))
    wanted += [(ROOT / f"{name}.bpf.c", "gcc", GCC) for name in GCC_SOURCES]

    def compiled(entry):
        source, compiler, command = entry
        text = source.read_bytes() + str(command).encode() + headers
        target = cache / "own" / f"{source.name.removesuffix('.bpf.c')}.{compiler}.o"
        mark = target.with_suffix(".sha256")
        digest = hashlib.sha256(text).hexdigest()
        if not target.exists() or not mark.exists() or mark.read_text() != digest:
            run(*command, "-c", source, "-o", target)
            mark.write_text(digest)
        return target, str(source.relative_to(ROOT))

    (cache / "own").mkdir(exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(pool.map(compiled, wanted))


def answer(*command):
    """(answer, None) or (None, why not), of either program."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60)
    if done.returncode < 0 or not done.stdout.startswith("{"):
        return None, f"exit {done.returncode}: {done.stderr.strip()}"
    out = json.loads(done.stdout)
    if "error" in out:
        return None, f"{out['error']['place']}: {out['error']['message']}"
    return (None, out["refused"]) if "refused" in out else (out, None)


def described(out):
    """In the order in which they are given to the kernel: {(kind, name): what it is}."""
    things = [("program", p["name"], {m: p[m] for m in ("type", "attach_type", "insns")}) for p in out["programs"]]
    things += [("map", m["name"], {k: m[k] for k in ("type_id", "key", "value", "entries", "flags")})
               for m in out["maps"]]
    return things


def difference(ours, theirs):
    """Where two programs or maps differ, instruction by instruction."""
    out = [f"{k} {ours[k]} instead of {theirs[k]}" for k in ours if k != "insns" and ours[k] != theirs[k]]
    a, b = ([o["insns"][i:i + 16] for i in range(0, len(o["insns"]), 16)] if "insns" in o else [] for o in (ours, theirs))
    if len(a) != len(b):
        return out + [f"{len(a)} instructions instead of {len(b)}"]
    return out + [f"insn {i} {x} instead of {y}" for i, (x, y) in enumerate(zip(a, b)) if x != y][:5]


def screen_lacks(skep, file, programs):
    """The programs that `skep dump` does not show to people; all of them where it fails."""
    done = subprocess.run([skep, "dump", file], capture_output=True, text=True, timeout=60)
    return [p["name"] for p in programs if done.returncode or f": program {p['name']}, " not in done.stdout]


class Count:
    def __init__(self):
        self.objects = self.programs = self.maps = self.refused = self.different = 0

    def compare(self, name, ours, theirs):
        self.objects += 1
        self.programs += len(theirs["programs"])
        self.maps += len(theirs["maps"])
        ours, theirs = described(ours), described(theirs)
        names = [[thing[:2] for thing in things] for things in (ours, theirs)]
        if names[0] != names[1]:
            self.differs(name, f"skep has {names[0]}, libbpf {names[1]}")
            return
        for (kind, thing, mine), (_, _, its) in zip(ours, theirs):
            if mine != its:
                self.differs(name, f"{kind} {thing}: {'; '.join(difference(mine, its))}")

    def refusal(self, name, ours, theirs):
        self.refused += 1
        why = next((reason for words, reason in REFUSED.items() if words in (theirs or "")), None)
        print(f"refused {name}\n    libbpf: {theirs or 'loads it'}\n    skep: {ours or f'loads it: {why}'}")
        if not theirs or not (ours or why):
            self.differs(name, "only one of them refuses it")

    def differs(self, name, how):
        self.different += 1
        print(f"DIFFERENT {name}: {how}")

    def finish(self, target):
        print(f"{target}: {self.objects} objects, {self.programs} programs, {self.maps} maps compared: "
              f"{self.different} different; {self.refused} objects refused")
        return self.objects >= LEAST_OBJECTS and self.programs >= LEAST_PROGRAMS and not self.different


def compare_all(objects, skep, sends, types):
    """One comparison for each object; `types` is the file of the target's, or nothing for the running kernel."""
    def both(item):
        file, name = item
        ours = answer(skep, "dump", file, "--relocated", "--json", *(["--btf", types] if types else []))
        theirs = answer(sends, file, *([types] if types else []))
        lacks = screen_lacks(skep, file, ours[0]["programs"]) if ours[0] and not types else []
        return f"{name} ({file.name})", ours, theirs, lacks

    count = Count()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, (ours, our_reason), (theirs, their_reason), lacks in pool.map(both, objects.items()):
            if our_reason or their_reason:
                count.refusal(name, our_reason, their_reason)
            else:
                count.compare(name, ours, theirs)
            if lacks:
                count.differs(name, f"its screen does not show {lacks}")
    return count.finish("Linux 6.1" if types else "the running kernel")


def main():
    skep, sends, cache = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve()
    objects = debian_objects.objects(cache) | own_objects(cache, skep)
    same = compare_all(objects, skep, sends, None)
    anywhere = {f: name for f, name in objects.items() if f.name.split(".")[0] not in RUNNING_KERNEL_ONLY}
    return 0 if compare_all(anywhere, skep, sends, debian_objects.kernel_types(cache)) and same else 1


if __name__ == "__main__":
    sys.exit(main())
