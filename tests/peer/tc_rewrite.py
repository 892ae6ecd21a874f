#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""progs/tc_rewrite.bpf.c leaves no wrong checksum behind, says tshark, in every Ethernet capture.

Captures hold packets whose checksum was wrong from the start (offloaded, cut short, malformed): what was good must
stay good, what was not is left out. Only the outermost headers count: a tunnel's payload is not rewritten, and is no
longer dissected once its port has changed.

usage: tc_rewrite.py SKEP [PROGRAM]
"""
import pathlib
import sys
import tempfile

from captures import ROOT, Findings, ethernet_captures, run

CHECKSUMS = ["ip.checksum.status", "tcp.checksum.status", "udp.checksum.status"]
FIELDS = ["frame.protocols", "ip.dst", "ipv6.dst", "ip.ttl", "ipv6.hlim", "tcp.dstport", "udp.dstport"]
HOPS = {"ip": "ip.ttl", "ipv6": "ipv6.hlim"}
TO = {"ip": "192.0.2.1", "ipv6": "2001:db8::1"}
GOOD = "1"


def dissect(capture):
    options = ["ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE", "ip.defragment:FALSE",
               "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE"]
    command = ["tshark", "-n", "-r", capture, "-T", "fields", "-E", "occurrence=f"]
    for o in options:
        command += ["-o", o]
    for f in CHECKSUMS + FIELDS:
        command += ["-e", f]
    lines = run(*command).decode().split("\n")[:-1]
    return [dict(zip(CHECKSUMS + FIELDS, line.split("\t"))) for line in lines]


def outermost(packet):
    """(network, transport) of an untagged packet: ("ip", "udp"), ("ipv6", None), (None, None)."""
    names = packet["frame.protocols"].split(":")  # eth:ethertype:ip:udp:dns
    network = names[2] if len(names) > 2 and names[2] in ("ip", "ipv6") else None
    transport = names[3] if network and len(names) > 3 and names[3] in ("tcp", "udp") else None
    return network, transport


def main():
    skep = sys.argv[1]
    program = sys.argv[2] if len(sys.argv) > 2 else ROOT / "progs/tc_rewrite.bpf.c"
    findings = Findings()
    redirected = hops = 0
    with tempfile.TemporaryDirectory() as folder:
        for capture in ethernet_captures():
            out = pathlib.Path(folder) / ("out" + capture.suffix)
            run(skep, "run", program, "--in", capture, "--out", out, "--json")
            before, after = dissect(capture), dissect(out)
            findings.same(f"{capture.name}: packets", len(after), len(before))
            for number, (b, a) in enumerate(zip(before, after), 1):
                def same(what, ours, theirs):
                    findings.same(f"{capture.name}: packet {number}: {what}", ours, theirs)

                network, transport = outermost(b)
                for layer in filter(None, (network, transport)):
                    if b.get(f"{layer}.checksum.status") == GOOD:
                        same(f"{layer} checksum", a[f"{layer}.checksum.status"], GOOD)
                if network and int(b[HOPS[network]]) > 1:
                    hops += 1
                    same(HOPS[network], int(a[HOPS[network]]), int(b[HOPS[network]]) - 1)
                if transport and b[f"{network}.dst"] != a[f"{network}.dst"]:
                    redirected += 1
                    same("sent to", a[f"{network}.dst"], TO[network])
                    if b[f"{transport}.dstport"]:  # tshark shows no TCP of an IPv6 packet whose length field is 0
                        same("sent to port", a[f"{transport}.dstport"], "8080")
    print(f"{redirected} packets redirected, {hops} lost a hop")
    findings.same("some packets were redirected", redirected > 100 and hops > redirected, True)
    return findings.finish()


if __name__ == "__main__":
    sys.exit(main())
