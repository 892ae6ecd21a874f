#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` leaves behind serves strangers: find_package, pkg-config, C11 and C++, and no symbol but skep's.

usage: package.py BUILD_FOLDER     SKEP_BLESS=1 renews tests/install/*_symbols.txt
"""
import os
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from command import run

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAM = ROOT / "tests/api/every_part.bpf.c"
findings = []


def same(what, found, expected):
    if found != expected:
        findings.append(f"{what}: found {found}, expected {expected}")


def symbols(library):
    """What it defines for others."""
    return sorted({line.split()[-1] for line in run("nm", "-D", "--defined-only", library).splitlines()})


def declared(*headers):
    declaration = re.compile(r"(?m)^(?:SKEP|LIBBPF)_API\b[^;(]*?(\w+)\s*\(")
    return sorted({name for h in headers for name in declaration.findall(h.read_text())})


def check_surface(prefix, library, golden, *headers):
    found = symbols(prefix / "lib" / library)
    both = set(found) ^ set(declared(*headers))
    same(f"{library}: exported and not declared, or declared and not exported", sorted(both), [])
    if os.environ.get("SKEP_BLESS"):
        golden.write_text("\n".join(found) + "\n")
    promised = set(golden.read_text().split())
    same(f"{library}: other than {golden.name} promises", sorted(promised ^ set(found)), [])


def check_headers(prefix):
    for header in sorted((prefix / "include/skep").glob("*.h")):
        for compiler in ("gcc-12 -std=c11 -x c", "clang-19 -std=c11 -x c", "g++-12 -std=c++17 -x c++",
                         "clang++-19 -std=c++11 -x c++"):
            run(*compiler.split(), "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-fsyntax-only", header)


def check_consumers(prefix, work):
    """CMake's way, then pkg-config's, with the shared library and the archive."""
    version = (ROOT / "VERSION").read_text().strip()
    expected = f"{version} r0=2 seen=2\n"
    object_file = work / "every_part.bpf.o"
    run("clang-19", "-target", "bpf", "-O2", "-g", "-I/usr/include/x86_64-linux-gnu", "-c", PROGRAM, "-o", object_file)
    run("cmake", "-S", HERE / "consumer", "-B", work / "consumer", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", work / "consumer")
    for program in ("c_skep", "c_skep_static", "cxx_skep", "cxx_skep_static"):
        same(program, run(work / "consumer" / program, object_file), expected)

    environment = os.environ | {"PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig"), "LD_LIBRARY_PATH": str(prefix / "lib")}
    flags = run("pkg-config", "--cflags", "--libs", "skep", env=environment).split()
    run("gcc-12", HERE / "consumer/consumer.c", "-o", work / "by_pkg_config", *flags)
    same("pkg-config", run(work / "by_pkg_config", object_file, env=environment), expected)


def main():
    build = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        prefix = work / "prefix"
        run("cmake", "--install", build, "--prefix", prefix)
        check_headers(prefix)
        check_surface(prefix, "libskep.so", HERE / "libskep_symbols.txt", prefix / "include/skep/skep.h")
        check_surface(prefix, "libskep_bpf.so", HERE / "libskep_bpf_symbols.txt",
                      *(prefix / "include/skep/libbpf/bpf").glob("*.h"))
        check_consumers(prefix, work)
        same("the command", run(prefix / "bin/skep", "--version").split()[-1], (ROOT / "VERSION").read_text().strip())
    for f in findings:
        print(f)
    print(f"package: {len(findings)} findings")
    return 1 if findings else 0


sys.exit(main())
