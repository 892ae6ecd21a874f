// SPDX-License-Identifier: Apache-2.0
// The table of commands, behind what the reference page says of each beyond its help screen.
#include "cli/command.hpp"

namespace skep::cli {

// Each in the command's own file.
std::unique_ptr<Verb> make_asm();
std::unique_ptr<Verb> make_batch();
std::unique_ptr<Verb> make_btf_dump();
std::unique_ptr<Verb> make_dump();
std::unique_ptr<Verb> make_exec();
std::unique_ptr<Verb> make_explain();
std::unique_ptr<Verb> make_gen_min_core_btf();
std::unique_ptr<Verb> make_gen_object();
std::unique_ptr<Verb> make_gen_skeleton();
std::unique_ptr<Verb> make_run();
std::unique_ptr<Verb> make_test();
std::unique_ptr<Verb> make_verify();

namespace {

constexpr std::string_view run_notes = R"(
FILE is an object, or C source whose name ends in `.c`: that is compiled with the newest clang there is. The program is
verified first, together with those that its tail calls reach; what is refused is explained as `skep verify` does it, and no
packet is run.

- **Which program**: the only one, or the one that `--program` names.
- **Packets** are given to xdp, sched_cls, sched_act, socket_filter, cgroup_skb and the other types that see packets.
  Every packet starts fresh; maps and global variables stay from packet to packet. The program runs on lane 0.
- **`--out`** has, in order and as the program left them, the packets that it lets on: those whose verdict passes them
  (XDP_PASS, TC_ACT_OK, ALLOW …) or sends them elsewhere (XDP_TX, XDP_REDIRECT, TC_ACT_REDIRECT). A socket filter's
  packet is cut to the length it answers. Types whose answer is just a number let every packet on. The file appears
  when everything is done; after an error, a fault or Ctrl-C there is none. It is never the capture that is read.
- **`--repeat N`** runs each packet N times, each time as captured; verdicts count all runs, `--out` has the last.
- **`--type TYPE`** stands over what the section says, and a note tells so.
- **Maps** are shown after the run: keys, then values, one column a member; on a terminal, lines are cut to its width.
  Rows are sorted by their first counter, largest first; elements of arrays stay in order, and those that are all zero
  are left out. Of more than 20 rows the rest is announced; `--map NAME` shows all, and the elements that are zero, too.
  Values of per-CPU maps are summed over the lanes. Maps of programs and of maps are not shown.
- **Global variables** are shown where they are not zero; constants only with `--verbose`, which also shows all rows of
  all maps and how clang was called.
- **Addresses** are shown as such where the type is `__be32`, or bytes whose type or member has a name that says so
  (`in6_addr`, `saddr`, `mac`).
- **Types** are BTF's. Without them keys and values of 1, 2, 4 or 8 bytes are unsigned numbers, all others hex.
- **`--map NAME=@FILE.json`** puts elements in before the first packet, over what the object itself puts in. The file is
  a list of `{"key": …, "value": …}`, as `--json` prints it.
  Of a per-CPU map `lanes` counts, or else lane 0 gets the `value`. Members left out are zero; numbers may be text (`"0x10"`),
  enumerators are given by name, addresses as `"10.0.0.1"` (a `__be32`), `"2001:db8::1"` or `"02:00:00:00:00:01"`.
- **`--set VAR=VALUE`** takes the same values; one that begins with `{` or `[` is JSON.
- **`.kconfig` variables** come from `--kconfig FILE`, or the running kernel's /boot/config-RELEASE or /proc/config.gz;
  `--set` wins. `.ksyms` are resolved in the target's types and /proc/kallsyms.
- **CO-RE** relocations are resolved against the types of the running kernel, of `--btf FILE`, or (`--btf engine`, and
  where nothing else is there) of the contexts that skep knows. `--verbose` lists what the target lacks.
- **JSON**: `{"v":1,"object","program","packets","bytes","verdicts":{NAME:n},"maps":{NAME:[{"key","value"}]},
  "printk":[…],"events":[],"ns_per_run"}`; elements are sorted by key. Elements of per-CPU maps have `lanes`, too: the
  value of each lane. `printk` keeps the first 10,000 lines; without `--json` they go to standard error.
)";

constexpr std::string_view dump_notes = R"(
What is printed for an instruction assembles to the same bytes. Comments say what is known without verifying: the context
field that an access through the unchanged r1 of the program's begin touches.

`--json` has the same: `{"v":1,"object","endian","compiler","btf_types","license","sections":[{"name","size"}],"programs":
[{"name","section","type","attach_type","attach_to","core_relocations","poisoned","insns":"<hex>","subprograms","externs","lines","text"}],
"maps":[{"name","type","type_id","key","value","entries","flags"}]}`.

`--raw --json` is `{"v":1,"insns":"<hex>","text":[{"insn","text"}]}`.

`--relocated --json` is what would be given to the kernel: `{"v":1,"programs":[{"name","type","attach_type","insns":
"<hex>"}],"maps":[{"name","type","type_id","key","value","entries","flags"}]}`. The main program comes first, its
subprograms behind it, and an ld_imm64 of src 1 or 2 holds the index into `maps`. `attach_type` is null where the
section says none.

`--batch` prints each program as a line of `skep batch` that asks for the verdicts of skep and of the kernel: relocated, with
the maps it names, its types and the names of what it uses of the kernel.

**CO-RE**: instructions are shown as compiled, unless `--btf` or `--relocated` asks what becomes of them for a target.
Without `--btf` that is the running kernel, or where it shows no types (/sys/kernel/btf), the user engine. What the target
lacks makes `call 195896080` of an instruction, as libbpf does: Linux refuses it only where it can be reached. The comment
beside it, and `poisoned` in `--json`, say what is missing and what is there instead.

**Externs** are resolved with them: variables of `.kconfig` from `--kconfig FILE` (without it /boot/config-RELEASE or
/proc/config.gz), functions and typed variables of `.ksyms` in the target's types, others in /proc/kallsyms. What is not
there and not weak is an error; a weak function that is missing stays a call of number 0.
)";

constexpr std::string_view btf_dump_notes = R"(
FILE is raw BTF, or an ELF file with a section .BTF: an object, a vmlinux, a kernel module; either byte order. Words and
output are bpftool's: `raw` is the same text, and `--json` the same document, which is always that of `raw`. Only the
types of FILE itself are shown, not those of `--base`. Files of /sys/kernel/btf but vmlinux have that as their base.
)";

constexpr std::string_view gen_object_notes = R"(
Sections of one name are laid one behind the other; code finds functions, variables and maps of other files by name. A
strong definition goes before weak ones, two strong ones are refused, and so are declarations that differ (functions by
their parameters, maps by what they declare). Static names stay apart. `license` and `version` must be the same in all
files. Types become one BTF without duplicates, and .BTF.ext (functions, lines, CO-RE relocations) goes with the code.
Names that nobody defines stay externs. Equal files in equal order give equal bytes. Unlike with bpftool 7.1 a struct
that is only declared in one file is the one that another defines, a map may be extern before it is defined, kernel
functions may be used in several files, and objects of bpf-gcc can be joined.
)";

constexpr std::string_view gen_min_core_btf_notes = R"(
Only types and members that a CO-RE relocation of one of the objects finds in IN are kept: `skep dump FILE --relocated
--btf OUT` gives the same instructions as with IN, but for `bpf_core_type_id_kernel`, which asks for a number.
)";

constexpr std::string_view asm_notes = R"(
The text may be skep's, LLVM's or bpftool's. Maps have no names here: `map[5]` is the map of that index.
)";

constexpr std::string_view exec_notes = R"(
A raw program is 8-byte instructions, little endian. r1 is the memory (null without `--mem`), r2 its length in bytes. r0
is printed as `0x…`, 64 bits, and nothing else; with `--json` it is `{"v":1,"r0":"0x…"}`. Program and memory cannot both
be standard input. It is verified first, for memory of this very size: r1 is that memory or, where there is none, the
number 0; r2 is a known number; helpers are those that every program has. A program that is refused, as `skep verify` would
say, is not run: exit 1. With `--unchecked` nothing is verified; it runs in the checked interpreter, which stops it where
it goes wrong.
)";

constexpr std::string_view batch_notes = "\nThe lines are described in [batch.md](batch.md).\n";

constexpr std::string_view test_notes = "\nThe files are described in [case.md](case.md).\n";

constexpr std::string_view verify_notes = R"(
FILE is an object, C source (compiled first), a folder (its objects, and `.bpf.c` sources that have none beside them), or
a pattern. Programs are verified on all CPUs at once. The answer is that of the target kernel: what Linux accepts is
accepted; what it refuses is refused at the same instruction, for the same reason. `unknown` is an answer, too: the program
needs something that skep's verifier does not know yet, which is named.

- **One object**: one screen for each refused program: the reason, the source lines on the way there, what the register
  held, and what would be right. Lines come from the object (`clang -g`); without them instructions are shown.
- **Several**: one line a program. A file of a folder is called by its path in it; of two with one name the whole path is
  shown. A folder that cannot be read is said to be, and is no success.
- **`--type TYPE`** stands over what sections say, for all programs, or those that `--program` names.
- **`--profile`** counts what was walked, and where a path ended because as much was known there before: their sum is the
  number of instructions in `--stats`.
- **`--states`** has, before each instruction, what is known of each register on all paths that come there.
- **`--dot`** is the same as a picture, in the language of Graphviz: one digraph a program, in it one cluster a function and
  one box a basic block. At the head of a box is what is known there of the registers that are read later, beside an
  instruction what it changed of that, unless it says so itself. Blue edges go back (a loop), dashed ones call; grey boxes
  were never walked; what is refused is red, with the reason. `dot -Tsvg -O` makes a file of each digraph.
- **`--log kernel`** is the log in Linux's form: the same instructions, last line and counts; of the refused path, or
  with `--verbose` of every path. What it says of registers is what changed, in skep's own order.
- **`--csv`** has veristat's columns, but for those of the JIT; `file_name` is the file's name without folders, as there.
- **JSON**: `{"v":1,"programs":[{"object","path","name","type","attach_type","target","caps","result","errno","code","message",
  "file","line","insn","processed","states","peak_states","max_states_per_insn","stack_depth","peak_bytes","time_us",
  "explanation":{"category","cause","held","path":[{"insn","line","file","text"}],"try","fix"}}]}`; `result` is accepted,
  rejected, attr or unknown. `fix` is null, or `{"file","line","old","new"}`: line `line` is `old`, and with `new` instead
  the program is past this rejection; `line` 0 is wherever `old` stands. `unread` lists files and folders without an answer.
  `object` is the file's name, `path` where it is.
)";

const Command table[] = {
    {.name = "verify",
     .does = "Says whether programs are safe, as Linux would, and why not.",
     .arguments = "FILE… [options]",
     .examples = {{"skep verify lb.bpf.o", "one screen for each refused program"},
                  {"skep verify build/ --csv > effort.csv", "columns as veristat has them"},
                  {"skep verify lb.bpf.o --dot | dot -Tsvg -O", "a picture of each program's control flow"}},
     .exits = "0 all accepted, 1 something refused, 2 could not answer",
     .notes = verify_notes,
     .listens = {.json = true, .verbose = true},
     .make = make_verify},
    {.name = "explain",
     .does = "Says what the code of a rejection or of any other error means.",
     .arguments = "CODE",
     .examples = {{"skep explain maybe-null", "or SKEP-V0301, or V0301"}},
     .exits = "0 it is known, 2 it is not",
     .notes = "\nRejections, V0101 and on, have pages with examples, too: [docs/errors](../errors/README.md).\n",
     .listens = {.json = true, .verbose = false},
     .make = make_explain},
    {.name = "run",
     .does = "Runs packets of a capture through a program and shows what it answered and counted.",
     .arguments = "FILE --in CAPTURE [options]",
     .examples = {{"skep run progs/port_stats.bpf.c --in a.pcap", "compile it, run it, show its maps"},
                  {"skep run fw.o --map blocklist=@list.json --in a.pcap --out passed.pcap", "fill a map first"},
                  {"tcpdump -w - -c 100 | skep run prog.o --in - --json", "one JSON document"}},
     .exits = "0 every packet was run, 1 the program was refused or faulted, 2 could not run it",
     .notes = run_notes,
     .listens = {.json = true, .verbose = true},
     .make = make_run},
    {.name = "dump",
     .does = "Shows what is in an object: programs, maps, instructions beside their source lines.",
     .arguments = "FILE [options]",
     .examples = {{"skep dump prog.o --program 'on_*'", "only some programs"},
                  {"skep dump --raw prog.bin", "instructions without an object around them"}},
     .exits = "0 shown, 2 could not read it",
     .notes = dump_notes,
     .listens = {.json = true, .verbose = false},
     .make = make_dump},
    {.name = "btf dump",
     .does = "Shows the types in a file.",
     .arguments = "file FILE [format raw|c] [options]",
     .examples = {{"skep btf dump file prog.o", "one line a type, as bpftool has them"},
                  {"skep btf dump file /sys/kernel/btf/vmlinux format c > vmlinux.h", "as C, to compile with"}},
     .exits = "0 shown, 2 could not read it",
     .notes = btf_dump_notes,
     .listens = {.json = true, .verbose = false},
     .make = make_btf_dump},
    {.name = "gen object",
     .does = "Joins object files into one.",
     .arguments = "OUT FILE…",
     .examples = {{"skep gen object all.o parse.o count.o", "what one file leaves extern another defines"}},
     .exits = "0 written, 2 they cannot be joined",
     .notes = gen_object_notes,
     .listens = {},
     .make = make_gen_object},
    {.name = "gen min_core_btf",
     .does = "Makes the least BTF that objects' CO-RE relocations need.",
     .arguments = "IN OUT FILE…",
     .examples = {{"skep gen min_core_btf /sys/kernel/btf/vmlinux small.btf prog.o", "kilobytes instead of megabytes"}},
     .exits = "0 written, 2 something could not be read",
     .notes = gen_min_core_btf_notes,
     .listens = {},
     .make = make_gen_min_core_btf},
    {.name = "gen skeleton",
     .does = "Makes a header for applications: an object with a member for each map, program and variable.",
     .arguments = "FILE [options]",
     .examples = {{"skep gen skeleton count.bpf.o > count.skel.hpp", "C++, over <skep/skeleton.hpp>"},
                  {"skep gen skeleton count.bpf.o --lang c > count.skel.h", "C, over <bpf/libbpf.h>"}},
     .exits = "0 written, 2 could not read the object",
     .notes = "\nWhat is in it is described in [skeletons.md](skeletons.md).\n",
     .listens = {},
     .make = make_gen_skeleton},
    {.name = "asm",
     .does = "Assembles text to raw instructions.",
     .arguments = "FILE [-o OUT]",
     .examples = {{"skep asm drop.s", "writes drop.bin"},
                  {"skep asm drop.s -o - | skep exec --raw -", "assemble and run"}},
     .exits = "0 written, 2 the text does not assemble",
     .notes = asm_notes,
     .listens = {.json = true, .verbose = false},
     .make = make_asm},
    {.name = "exec",
     .does = "Runs a raw program once and prints r0.",
     .arguments = "--raw FILE [--mem FILE] [options]",
     .examples = {{"skep exec --raw prog.bin --mem in.bin", "r1 = the bytes of in.bin, r2 = how many"}},
     .exits = "0 it reached exit, 1 it faulted or was refused, 2 could not run it",
     .notes = exec_notes,
     .listens = {.json = true, .verbose = false},
     .make = make_exec},
    {.name = "batch",
     .does = "Answers JSON lines: small programs, run by the thousand in one process.",
     .arguments = "[FILE] [options]",
     .examples = {{"skep batch questions.jsonl > answers.jsonl", "one line out for each line in"},
                  {R"(echo '{"hello":1}' | skep batch)", "what this skep can do"}},
     .exits = "0 every line has its answer (which may be an error), 2 could not read or write",
     .notes = batch_notes,
     .listens = {},
     .make = make_batch},
    {.name = "test",
     .does = "Runs case files: programs, and what must come of them.",
     .arguments = "FILE… [options]",
     .examples = {{"skep test tests/run/*.case", "every run through every executor, and all must agree"}},
     .exits = "0 all as expected, 1 not, 2 a file could not be read",
     .notes = test_notes,
     .listens = {.json = true, .verbose = false},
     .make = make_test},
};

}  // namespace

std::span<const Command> commands() { return table; }

}  // namespace skep::cli
