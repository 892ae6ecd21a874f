# SPDX-License-Identifier: Apache-2.0
"""What the peer tests share: the captures of tests/data, and other programs' answers. Standard library only.

A tool that is missing, or answers with an error, fails the test: a comparison that did not happen is no success.
"""
import json
import pathlib
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK_ETHERNET = 1


def run(*command, expect=0):
    """Standard output of a command; anything but the expected exit code ends the test with its words."""
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, timeout=300)
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not installed; scripts/packages.txt names its package")
    if done.returncode != expect:
        words = done.stderr.decode(errors="replace").strip()
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}, expected {expect}: {words}")
    return done.stdout


def skep_json(*command):
    return json.loads(run(*command, "--json"))


def frames(capture, expression=""):
    """The captured bytes of each packet that tcpdump selects."""
    data = run("tcpdump", "-n", "-r", capture, "-w", "-", *([expression] if expression else []))
    found, at = [], 24
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        found.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return found


def link_type(capture):
    """As the file says, in tcpdump's translation to pcap; the upper bits tell of frame check sequences."""
    return struct.unpack_from("<I", run("tcpdump", "-r", capture, "-w", "-", "-c", "1"), 20)[0] & 0xffff


def ethernet_captures():
    every = sorted(p for p in (ROOT / "tests/data").iterdir() if p.suffix in (".pcap", ".pcapng"))
    ethernet = [p for p in every if link_type(p) == LINK_ETHERNET]
    print(f"{len(ethernet)} of {len(every)} captures are Ethernet")
    if len(ethernet) < 23:
        sys.exit("there should be 23: tests/data is incomplete")
    return ethernet


class Findings:
    """Differences, printed as they are found; finish() is the exit code."""

    def __init__(self):
        self.compared = self.different = 0

    def same(self, what, ours, theirs):
        self.compared += 1
        if ours != theirs:
            self.different += 1
            print(f"DIFFERENT {what}: skep {ours}, peer {theirs}")

    def finish(self):
        print(f"{self.compared} comparisons, {self.different} different")
        return 1 if self.different or not self.compared else 0
