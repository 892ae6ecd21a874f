// SPDX-License-Identifier: Apache-2.0
// Any instructions, as a program of any type: a verdict, within memory and time.
//
//     program type | attach type | flags | hook | types of functions, 4 bytes | instructions …
//
// Maps and types of functions are those of sample_world.hpp; calls of kernel functions name them by number. Types of
// the kernel are the running one's, where it offers them.
#include <cstdlib>

#include "base/file.hpp"
#include "facts/kfuncs.hpp"
#include "verify/sample_world.hpp"
#include "verify/verify.hpp"

namespace {

using namespace skep;

constexpr std::size_t head = 8;
constexpr std::string_view hooks[] = {
    "",           "file_open", "bpf_fentry_test1", "sched_switch",          "task", "tcp_congestion_ops.ssthresh",
    "task_alloc", "kfree_skb", "bpf_map_elem",     "bpf_modify_return_test"};

const btf::Shared& kernel_types() {
  static const btf::Shared types = [] {
    const auto bytes = read_file("/sys/kernel/btf/vmlinux");
    return bytes ? btf::parse(*bytes).value_or(nullptr) : nullptr;
  }();
  return types;
}

module::ProgDef program(const uint8_t* data, std::size_t size) {
  module::ProgDef p;
  p.type = static_cast<facts::ProgType>(data[0] % std::size(facts::prog_types));
  p.attach_type = static_cast<facts::AttachType>(data[1] % std::size(facts::attach_types));
  if ((data[2] & 1) != 0) p.flags |= facts::prog_flag::sleepable;
  p.attach_to = hooks[data[3] % std::size(hooks)];
  p.insns.resize((size - head) / sizeof(isa::Insn));
  if (!p.insns.empty()) std::memcpy(p.insns.data(), data + head, p.insns.size() * sizeof(isa::Insn));
  for (uint32_t i = 0; i < p.insns.size(); ++i)
    if (p.insns[i].code == 0x85 && p.insns[i].src() == 2) {
      const auto& row = facts::kfuncs()[static_cast<uint32_t>(p.insns[i].imm) % facts::kfuncs().size()];
      p.externs.push_back({.insn = i, .kind = module::ExternKind::kfunc, .name = std::string(row.name)});
    }
  if ((data[2] & 2) == 0) return p;
  unsigned n = 0;
  for (uint32_t at : verify::sample::functions_of(p.insns)) {
    const uint8_t what = at == 0 ? uint8_t{0} : data[4 + n++ % 4];
    const auto f = static_cast<verify::sample::Function>(what % verify::sample::function_count);
    p.subprogs.push_back({.name = {}, .first_insn = at, .type = verify::sample::world().type_of(f)});
  }
  return p;
}

}  // namespace

// Reading the kernel's types takes seconds under sanitizers: no input's time.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  kernel_types();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size < head) return 0;
  module::Module m;
  m.progs.push_back(program(data, size));
  m.maps = verify::sample::world().maps;
  m.btf = verify::sample::world().types;
  m.license = (data[2] & 4) != 0 ? "MIT" : "GPL";
  const facts::Caps caps = (data[2] & 8) != 0 ? *facts::caps_by_name("bpf,net_admin") : facts::Caps::all();
  const facts::Target target((data[2] & 16) != 0 ? 15 : facts::newest_patch, caps,
                             (data[2] & 32) != 0 ? facts::Jit::off : facts::Jit::on);
  const verify::Question q{
      .module = m,
      .prog = m.progs[0],
      .target = target,
      .options = {.keep_every_state = (data[2] & 64) != 0, .strict_alignment = (data[2] & 128) != 0},
      .kernel_types = kernel_types()};
  const verify::Verdict v = verify::verify(q);
  if ((v.answer == verify::Answer::accepted) == v.rejection.has_value()) std::abort();
  if (v.rejection && v.rejection->error.text().empty()) std::abort();
  return 0;
}
