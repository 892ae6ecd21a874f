// SPDX-License-Identifier: Apache-2.0
// The table of commands.
#include "cli/command.hpp"

namespace skep::cli {

static const Command table[] = {
    {.name = "run",
     .does = "Runs packets of a capture through a program and shows what it answered and counted.",
     .arguments = "FILE --in CAPTURE [options]",
     .examples = {{"skep run progs/port_stats.bpf.c --in a.pcap", "compile it, run it, show its maps"},
                  {"skep run fw.o --map blocklist=@list.json --in a.pcap --out passed.pcap", "fill a map first"},
                  {"tcpdump -w - -c 100 | skep run prog.o --in - --json", "one JSON document"}},
     .exits = "0 every packet was run, 1 the program faulted, 2 could not run it",
     .notes = R"(
FILE is an object, or C source whose name ends in `.c`: that is compiled with the newest clang there is. Until there is
a verifier the program is checked while it runs: an access outside what it may touch stops the command with the
instruction, the address and the source line.

- **Which program**: the only one, or the one that `--program` names.
- **Packets** are given to xdp, sched_cls, sched_act, socket_filter, cgroup_skb and the other types that see packets.
  Every packet starts fresh; maps and global variables stay from packet to packet. The program runs on lane 0.
- **`--out`** has, in order, the packets that the program lets on: those whose verdict passes them (XDP_PASS, TC_ACT_OK, 1
  of cgroup_skb …) or sends them elsewhere (XDP_TX, XDP_REDIRECT, TC_ACT_REDIRECT), as the program left them. A socket
  filter's packet is cut to the length it answers. Types whose answer is just a number let every packet on. The file
  appears when everything is done; after an error or Ctrl-C there is none.
- **`--repeat N`** runs each packet N times, each time as captured; verdicts count all runs, `--out` has the last.
- **Maps** are shown after the run: keys, then values, one column a member. Rows are sorted by their first counter,
  largest first, array elements by index; array elements that are all zero are left out. Values of per-CPU maps are
  summed over the lanes; in JSON `lanes` has each lane's value beside the sum. Maps of programs are not shown.
  Global variables that are not zero are shown; constants only with `--verbose`. Without BTF types, keys and values of 1, 2, 4
  or 8 bytes are numbers, all others hex.
- **`--map NAME=@FILE.json`**: a list of `{"key": …, "value": …}`, as `--json` prints it. Keys and values are given by
  their BTF type: records, lists, numbers, enumerators by name, text, addresses (`"10.0.0.1"`). Elements are put in before the first
  packet, over what the object itself puts in.
- **JSON**: `{"v":1,"object","program","packets","bytes","verdicts":{NAME:n},"maps":{NAME:[{"key","value"}]},"printk":[…],
  "events":[],"ns_per_run"}`; maps are sorted by the bytes of their keys. `printk` keeps the first 10,000 lines; without `--json` they go
  to standard error.
)",
     .listens = {.json = true, .verbose = true},
     .make = make_run},
    {.name = "dump",
     .does = "Shows what is in an object: programs, maps, instructions beside their source lines.",
     .arguments = "FILE [options]",
     .examples = {{"skep dump prog.o --program 'on_*'", "only some programs"},
                  {"skep dump --raw prog.bin", "instructions without an object around them"}},
     .exits = "0 shown, 2 could not read it",
     .notes = R"(
What is printed for an instruction assembles to the same bytes. Comments say what is known without verifying: the context
field that an access through the unchanged r1 of a program's begin touches.

`--relocated --json` is what would be given to the kernel: `{"v":1,"programs":[{"name","type","attach_type","insns":"<hex>"}],
"maps":[{"name","type","type_id","key","value","entries","flags"}]}`; the main program comes first, its subprograms behind it, and an
ld_imm64 of src 1 or 2 holds the index into `maps`.
)",
     .listens = {.json = true, .verbose = false},
     .make = make_dump},
    {.name = "asm",
     .does = "Assembles text to raw instructions.",
     .arguments = "FILE [-o OUT]",
     .examples = {{"skep asm drop.s", "writes drop.bin"},
                  {"skep asm drop.s -o - | skep exec --raw -", "assemble and run"}},
     .exits = "0 written, 2 the text does not assemble",
     .notes = R"(
The text may be skep's, LLVM's or bpftool's. Maps have no names here: `map[5]` is the map of that index.
)",
     .listens = {.json = true, .verbose = false},
     .make = make_asm},
    {.name = "exec",
     .does = "Runs a raw program once and prints r0.",
     .arguments = "--raw FILE [--mem FILE] [options]",
     .examples = {{"skep exec --raw prog.bin --mem in.bin", "r1 = the bytes of in.bin, r2 = how many"}},
     .exits = "0 it reached exit, 1 it faulted or was refused, 2 could not run it",
     .notes = R"(
A raw program is 8-byte instructions, little endian. r1 is the memory (null without `--mem`), r2 its length in bytes. r0 is printed
as `0x…`, 64 bits, and nothing else. Until there is a verifier it runs in the checked interpreter, with `--unchecked` or
without.
)",
     .listens = {.json = true, .verbose = false},
     .make = make_exec},
    {.name = "batch",
     .does = "Answers JSON lines: small programs, run by the thousand in one process.",
     .arguments = "[FILE] [options]",
     .examples = {{"skep batch questions.jsonl > answers.jsonl", "one line out for each line in"},
                  {R"(echo '{"hello":1}' | skep batch)", "what this skep can do"}},
     .exits = "0 every line has its answer (which may be an error), 2 could not read or write",
     .notes = "\nThe lines are described in [batch.md](batch.md).\n",
     .listens = {},
     .make = make_batch},
    {.name = "test",
     .does = "Runs case files: programs, and what must come of them.",
     .arguments = "FILE… [options]",
     .examples = {{"skep test tests/run/*.case", "every run through every executor, and all must agree"}},
     .exits = "0 all as expected, 1 not, 2 a file could not be read",
     .notes = "\nThe files are described in [case.md](case.md).\n",
     .listens = {.json = true, .verbose = false},
     .make = make_test},
};

std::span<const Command> commands() { return table; }

}  // namespace skep::cli
