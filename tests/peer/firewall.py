#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""progs/firewall.bpf.c drops what `tcpdump src host …` selects and passes the rest unchanged, in every Ethernet capture.

The blocklist is made for each capture: its two most frequent senders, in the form a user would write.

usage: firewall.py SKEP
"""
import collections
import ipaddress
import json
import pathlib
import sys
import tempfile

from captures import ROOT, Findings, ethernet_captures, frames, skep_json


def sender(frame):
    """The source address of an untagged IP packet."""
    kind = frame[12:14]
    if kind == b"\x08\x00" and len(frame) >= 34:
        return ipaddress.ip_address(frame[26:30])
    if kind == b"\x86\xdd" and len(frame) >= 54:
        return ipaddress.ip_address(frame[22:38])
    return None


def key_of(address):
    if address.version == 4:
        return {"bytes": [0] * 10 + [255, 255] + list(address.packed)}
    return {"bytes": list(address.packed)}


def sent_by(address):
    return f"{'ip' if address.version == 4 else 'ip6'} src host {address}"  # without ip, ARP is meant too


def main():
    findings = Findings()
    dropped = 0
    with tempfile.TemporaryDirectory() as folder:
        blocklist, out = pathlib.Path(folder) / "blocklist.json", pathlib.Path(folder) / "passed.pcap"
        for capture in ethernet_captures():
            counts = collections.Counter(filter(None, map(sender, frames(capture))))
            blocked = [address for address, _ in counts.most_common(2)]
            blocklist.write_text(json.dumps([{"key": key_of(a), "value": 0} for a in blocked]))
            answer = skep_json(sys.argv[1], "run", ROOT / "progs/firewall.bpf.c", "--map", f"blocklist=@{blocklist}",
                               "--in", capture, "--out", out)
            listed = " or ".join(map(sent_by, blocked)) or "less 0"
            one = f"({listed}) or (vlan and ({listed}))"
            findings.same(f"{capture.name}: dropped", answer["verdicts"].get("XDP_DROP", 0), len(frames(capture, one)))
            findings.same(f"{capture.name}: passed unchanged", frames(out) == frames(capture, f"not ({one})"), True)
            hits = {json.dumps(row["key"]): row["value"] for row in answer["maps"]["blocklist"]}
            for address in blocked:
                alone = sent_by(address)
                findings.same(f"{capture.name}: {address}", hits.get(json.dumps(key_of(address))),
                              len(frames(capture, f"({alone}) or (vlan and {alone})")))
            dropped += answer["verdicts"].get("XDP_DROP", 0)
    print(f"{dropped} packets dropped")
    findings.same("some were dropped", dropped > 500, True)
    return findings.finish()


if __name__ == "__main__":
    sys.exit(main())
