#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/port_counter is built with an installed skep, as its reader would, and counts; a changed header of its
eBPF program makes it anew. The same program with a C skeleton serves an application over skep and over libbpf.

usage: example.py BUILD_FOLDER
"""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from command import run

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXPECTED = """\
5 packets, 1348 bytes; 2 are others
port 53: 2 packets, 204 bytes
port 443: 1 packets, 1042 bytes
2 of 64 ports
not attached: attaching program 'count' is not supported yet: it waits for links of the user engine
"""
OPENED = "by_port count 8 0\n"


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        run("cmake", "--install", sys.argv[1], "--prefix", work / "prefix")
        source, build = work / "port_counter", work / "build"
        shutil.copytree(ROOT / "examples/port_counter", source)
        run("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={work / 'prefix'}")
        run("cmake", "--build", build)
        found = [run(build / "port_counter")]
        header = source / "counter.h"
        header.write_text(header.read_text().replace("MOST_PORTS 64", "MOST_PORTS 32"))
        run("cmake", "--build", build)
        found.append(run(build / "port_counter"))
        build = work / "c_build"
        run("cmake", "-S", ROOT / "tests/install/c_skeleton", "-B", build, "-G", "Ninja",
            f"-DCMAKE_PREFIX_PATH={work / 'prefix'}", f"-DPROGRAM={source / 'counter.bpf.c'}")
        run("cmake", "--build", build)
        found += [run(build / "over_libbpf"), run(build / "over_skep", "run")]
    expected = [EXPECTED, EXPECTED.replace("2 of 64", "2 of 32"), OPENED, OPENED + "2 1 60 1\nattach: 0\n"]
    if found != expected:
        print(f"example: found {found}, expected {expected}")
        return 1
    return 0


sys.exit(main())
