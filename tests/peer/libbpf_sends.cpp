// SPDX-License-Identifier: Apache-2.0
// What libbpf 1.1 would give to the kernel for an object, in the form of `skep dump OBJ --relocated --json`.
//
//     libbpf_sends OBJECT [TYPES]     TYPES: a file of BTF for CO-RE; without, the running kernel's
//
// Where libbpf refuses the object the answer is {"refused": why}.
#include <fmt/format.h>

#include <cstdio>

#include "base/file.hpp"
#include "object/sent.hpp"

using namespace skep;

namespace {

// A load of a map's address names it by its descriptor; here by its place, as skep has it.
std::string insns_of(object::sent::Program p, const std::vector<object::sent::Map>& maps) {
  for (std::size_t i = 0; i < p.insns.size(); ++i) {
    isa::Insn& insn = p.insns[i];
    if (insn.code != 0x18) continue;
    if (insn.src() == 1 || insn.src() == 2)
      insn.imm = static_cast<int32_t>(std::ranges::find(maps, insn.imm, &object::sent::Map::fd) - maps.begin());
    ++i;
  }
  return to_hex({reinterpret_cast<const uint8_t*>(p.insns.data()), p.insns.size() * 8});
}

// 0 says nothing, but for the programs whose first attach type it is; of struct_ops it is the number of a member.
std::string attach_type_of(const bpf_attr& a) {
  bool says_nothing = a.expected_attach_type == 0 && a.prog_type != BPF_PROG_TYPE_CGROUP_SKB;
  if (says_nothing || a.prog_type == BPF_PROG_TYPE_STRUCT_OPS) return "null";
  return fmt::format("\"{}\"", ::libbpf_bpf_attach_type_str(static_cast<bpf_attach_type>(a.expected_attach_type)));
}

std::string json(const object::sent::Loaded& loaded) {
  std::string programs, maps;
  for (std::size_t i = 0; i < loaded.programs.size(); ++i) {
    const auto& p = loaded.programs[i];
    programs += fmt::format(
        R"({}{{"name":"{}","type":"{}","attach_type":{},"flags":{},"attach_btf_id":{},"funcs":{},"lines":{},"insns":"{}"}})",
        i == 0 ? "" : ",\n ", loaded.program_names[i], ::libbpf_bpf_prog_type_str(loaded.types[i]),
        attach_type_of(p.attr), p.attr.prog_flags, p.attr.attach_btf_id, p.funcs.size(), p.lines.size(),
        insns_of(p, loaded.maps));
  }
  for (std::size_t i = 0; i < loaded.maps.size(); ++i) {
    const bpf_attr& a = loaded.maps[i].attr;
    maps += fmt::format(R"({}{{"name":"{}","type_id":{},"key":{},"value":{},"entries":{},"flags":{},"extra":{}}})",
                        i == 0 ? "" : ",\n ", loaded.names[i], a.map_type, a.key_size, a.value_size, a.max_entries,
                        a.map_flags, uint64_t{a.map_extra});
  }
  return fmt::format("{{\"programs\":[{}],\n\"maps\":[{}]}}\n", programs, maps);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '"' || c == '\\' ? fmt::format("\\{}", c) : std::string(1, c < ' ' ? ' ' : c);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("usage: libbpf_sends OBJECT [TYPES]\n", stderr), 2;
  auto bytes = read_file(argv[1]);
  if (!bytes) return fmt::print(stderr, "{}\n", bytes.error().text()), 2;
  auto loaded = object::sent::by_libbpf(*bytes, argc > 2 ? argv[2] : nullptr);
  if (!loaded.refusal.empty()) return fmt::print("{{\"refused\":\"{}\"}}\n", escaped(loaded.refusal)), 0;
  fmt::print("{}", json(loaded));
}
