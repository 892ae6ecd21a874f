// SPDX-License-Identifier: Apache-2.0
// A Module becomes live maps and programs of the running kernel, or the kernel's words why not.
//
//     auto live = kernel::load(*module, {});
//     live.programs[0].verdict      // accepted, rejected …, whatever became of the others
//     sys::test_run(live.programs[0].fd.get(), {.packet = frame})
//
// Everything is tried: a map that cannot be made is an errno in its place, and a program that names it is refused by
// the kernel itself. Instructions name maps and what is the kernel's as module.hpp says; here they get descriptors and
// type ids. Nothing outlives the Loaded. Raw bpf(2) only: no ELF, no libbpf.
#pragma once

#include <string>
#include <vector>

#include "engine/kernel/verdict.hpp"
#include "facts/target.hpp"
#include "module/module.hpp"
#include "sys/bpf.hpp"

namespace skep::kernel {

// Types as somebody has written them, given to the kernel byte for byte, whatever is wrong with them. Without a `btf`
// they are written from the Module's.
struct WrittenTypes {
  struct OfProgram {
    Buffer func_info, line_info;
  };
  Buffer btf;
  std::vector<OfProgram> programs;  // by index; may be shorter
};

// The Module's types and what they say of its programs, as the kernel wants them.
WrittenTypes write_types(const module::Module& module);

// What somebody thinks the kernel will say. Where a program will be refused, the log of its walk is asked for at once,
// not by loading it again.
enum class Foreseen : uint8_t { nothing, refused };

struct Options {
  uint32_t log = 0;                       // the log to keep: bits 1, 2, 4 as the kernel has them
  facts::Caps caps = facts::Caps::all();  // of the loader; all: as this process has them
  const WrittenTypes* written = nullptr;
  Foreseen foreseen = Foreseen::nothing;
};

struct Program {
  Fd fd;  // only where it was accepted
  Verdict verdict;
};

struct Loaded {
  std::vector<sys::Answer<sys::Map>> maps;  // by index of the Module; frozen and filled as it says
  std::vector<Program> programs;
  Verdict types;  // of the BTF, where there is any
};

Loaded load(const module::Module& module, const Options& options);

// One map, empty.
sys::Answer<sys::Map> create(const module::MapDef& def, int btf = -1);

// Whether this kernel loads an empty XDP program for this process: 0 or a negative errno.
int availability();

// "linux-6.18.44": the running kernel as a Target is named.
std::string running_target();

}  // namespace skep::kernel
