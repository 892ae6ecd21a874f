#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""progs/port_stats.bpf.c counts what tcpdump expressions count, in every Ethernet capture.

usage: port_stats.py SKEP [PROGRAM]
"""
import sys

from captures import ROOT, Findings, ethernet_captures, frames, skep_json

# The names of `enum proto` in the program.
IP_PROTOCOLS = {"hopopt": 0, "icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "fragment": 44, "gre": 47, "esp": 50, "ah": 51,
                "icmp6": 58, "ospf": 89, "pim": 103, "sctp": 132}
ETHERTYPES = {"arp": 0x0806, "mpls": 0x8847, "lldp": 0x88cc, "ptp": 0x88f7}


def behind_tags(expression):
    """The expression for packets with up to two VLAN tags; it is given their number."""
    return f"({expression(0)}) or (vlan and (({expression(1)}) or (vlan and ({expression(2)}))))"


def of_protocol(name):
    if name == "length_field":
        return behind_tags(lambda tags: f"ether[{12 + 4 * tags}:2] <= 1500")
    number = IP_PROTOCOLS.get(name, ETHERTYPES.get(name, name))
    if not isinstance(number, int):
        sys.exit(f"by_proto has '{name}', for which this test knows no tcpdump expression")
    if number < 256:
        return behind_tags(lambda tags: f"ip proto {number} or ip6 proto {number}")
    return behind_tags(lambda tags: f"ether proto {number}")


def of_ports(protocol, ports):
    return behind_tags(lambda tags: f"{protocol} dst {ports}")


def compare(findings, capture, answer):
    def counted(expression):
        found = frames(capture, expression)
        return {"packets": len(found), "bytes": sum(map(len, found))}

    whole = frames(capture)
    findings.same(f"{capture.name}: packets", answer["packets"], len(whole))
    findings.same(f"{capture.name}: verdicts", answer["verdicts"], {"XDP_PASS": len(whole)})

    by_proto = answer["maps"]["by_proto"]
    for row in by_proto:
        findings.same(f"{capture.name}: {row['key']}", row["value"], counted(of_protocol(row["key"])))
    findings.same(f"{capture.name}: every packet once", sum(r["value"]["packets"] for r in by_proto), len(whole))

    by_port = sorted(answer["maps"]["by_port"], key=lambda row: -row["value"]["packets"])
    for row in by_port[:20]:
        key = row["key"]
        findings.same(f"{capture.name}: {key}", row["value"], counted(of_ports(key["proto"], f"port {key['port']}")))
    for protocol in ("tcp", "udp", "sctp"):  # so that no port is missing
        ours = sum(r["value"]["packets"] for r in by_port if r["key"]["proto"] == protocol)
        findings.same(f"{capture.name}: all {protocol} ports", ours,
                      counted(of_ports(protocol, "portrange 0-65535"))["packets"])


def main():
    skep = sys.argv[1]
    program = sys.argv[2] if len(sys.argv) > 2 else ROOT / "progs/port_stats.bpf.c"
    findings = Findings()
    for capture in ethernet_captures():
        compare(findings, capture, skep_json(skep, "run", program, "--in", capture))
    return findings.finish()


if __name__ == "__main__":
    sys.exit(main())
