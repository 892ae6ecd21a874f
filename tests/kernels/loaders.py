# SPDX-License-Identifier: Apache-2.0
"""What the tools of Debian's packages do to their objects before they load them, and the objects alone do not say.

A line of `skep dump --batch` in, the lines to ask out. Where this kernel lacks what a tool attaches to, the program goes
to a function of the same arguments: what is judged is the program, not where it is.
"""
import copy
import pathlib
import struct
import subprocess
import tempfile

ENTRIES, FRAMES = 1024, 127  # where a tool counts CPUs, processes or frames, and writes the number into its map

# A file system's operations, chosen with the file system (fsdist, fsslower): those of ext4.
FILES = {"dummy_file_read": "ext4_file_read_iter", "dummy_file_write": "ext4_file_write_iter",
         "dummy_file_open": "ext4_file_open", "dummy_file_sync": "ext4_sync_file", "dummy_getattr": "ext4_file_getattr"}
# What 6.18 has under another name; where it has it inline, in a module or no more, something of the same arguments.
MOVED = {"migrate_misplaced_page": "migrate_misplaced_folio", "xdp_redirect_map": "xdp_redirect",
           "xdp_redirect_map_err": "xdp_redirect_err", "__page_cache_alloc": "find_get_pid",
           "do_page_cache_ra": "page_cache_ra_unbounded", "account_page_dirtied": "__folio_mark_dirty",
           "blk_account_io_done": "blk_account_io_start", "md_flush_request": "blk_rq_append_bio"}

# No kernel of Debian's has CONFIG_BPF_LIRC_MODE2, which wants RC_CORE in the kernel and not as a module. The programs
# are judged as sched_cls, whose context begins with a readable u32 as well, with helpers that take the same arguments:
# rc_repeat, rc_keydown, rc_pointer_rel as get_cgroup_classid, clone_redirect, skb_change_head.
STAND_INS = {77: 17, 78: 13, 92: 43}

TRACED = "traced"
SOURCE = f"""struct xdp_md {{ unsigned data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; }};
__attribute__((section("xdp"), used)) int {TRACED}(struct xdp_md *ctx) {{ return 2; }}
"""


def with_a_traced_program(skep, file, folder):
    """xdpdump's programs trace an XDP program that is there already: an object with one of those beside them."""
    source, compiled, joined = (pathlib.Path(folder) / name for name in ("traced.c", "traced.o", file.name))
    source.write_text(SOURCE)
    subprocess.run(["clang-19", "-target", "bpf", "-O2", "-g", "-c", source, "-o", compiled], check=True)
    subprocess.run([skep, "gen", "object", joined, compiled, file], check=True)
    return joined


def sized(line):
    for m in line.get("maps", []):
        if m["entries"] == 0 and m["type"] != "perf_event_array":
            m["entries"] = ENTRIES
        if m["value"] == 0 and m["type"] == "stack_trace":
            m["value"] = 8 * FRAMES


def insns_of(prog):
    return list(struct.iter_unpack("<BBhi", bytes.fromhex(prog["insns"])))


def hex_of(insns):
    return b"".join(struct.pack("<BBhi", *insn) for insn in insns).hex()


def with_parameters(line):
    """ir-keytable puts the number that a variable holds where the object has its address."""
    prog = line["progs"][0]
    insns = insns_of(prog)
    for i, (code, registers, off, index) in enumerate(insns):
        if code == 0x18 and registers >> 4 == 2:
            held = bytes.fromhex(line["maps"][index].get("init", [["", "00" * line["maps"][index]["value"]]])[0][1])
            number, = struct.unpack_from("<i", held, insns[i + 1][3])
            insns[i], insns[i + 1] = (code, registers & 15, off, number), (0, 0, 0, 0)
    prog["insns"] = hex_of(insns)


def stand_in(line):
    out = copy.deepcopy(line)
    prog = out["progs"][0]
    prog["type"] = "sched_cls"
    prog.pop("attach_to", None)
    prog["insns"] = hex_of([(code, registers, off, STAND_INS.get(imm, imm) if (code, registers >> 4) == (0x85, 0) else imm)
                            for code, registers, off, imm in insns_of(prog)])
    return out


def prepared(line, traced):
    """The line as the tool has it loaded, and what to say of that."""
    sized(line)
    prog = line["progs"][0]
    if prog["type"] == "lirc_mode2":
        with_parameters(line)
        return "judged as sched_cls"
    if prog["type"] != "tracing":
        return ""
    if prog["attach_to"] == "func":
        line["progs"].insert(0, {k: v for k, v in traced["progs"][0].items() if k != "line_info"})  # whose source is elsewhere
        prog["attach_to"] = "prog:0"
        return "attached to an XDP program"
    to = FILES.get(prog["attach_to"]) or MOVED.get(prog["attach_to"])
    prog["attach_to"] = to or prog["attach_to"]
    return f"attached to {to}" if to else ""
