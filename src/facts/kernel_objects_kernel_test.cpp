// SPDX-License-Identifier: Apache-2.0
// What is known of the kernel's objects besides BTF, graded by the kernel of this machine.
#include "facts/kernel_objects.hpp"

#include "facts/calls.hpp"
#include "facts/grade.hpp"

namespace skep::facts {
namespace {

using btf::Kind;

class KernelObjectFacts : public testing::Test {
 protected:
  void SetUp() override {
    if (!kernel().loads({.type = ProgType::xdp})) GTEST_SKIP() << "bpf(2) cannot load an empty XDP program";
  }
  const btf::Btf& types() const { return kernel().vmlinux(); }

  struct Argument {
    std::string tracepoint;
    unsigned index;
  };
  // Some tracepoint's argument that is a trusted pointer to such a structure.
  std::optional<Argument> argument_of(std::string_view structure) const {
    for (const auto& [id, type_name, name, proto] : grade::tracepoints(types())) {
      for (uint32_t i = 1; i < proto.vlen; ++i) {
        const btf::Type param = types().resolve(types().param(proto, i).type);
        if (param.kind != Kind::ptr || types().resolve(param.size_or_type).name != structure) continue;
        const Answer said = read({.tracepoint = std::string(type_name), .index = i - 1}, "");
        if (said.has("R2=trusted_ptr_" + std::string(structure) + "(")) return Argument{std::string(type_name), i - 1};
      }
    }
    return std::nullopt;
  }
  static Answer read(const Argument& a, const std::string& then) {
    return kernel().ask({.type = ProgType::tracing, .attach = AttachType::trace_raw_tp, .target = a.tracepoint},
                        fmt::format("r2 = *(u64 *)(r1 + {}); {} r0 = 0; exit", a.index * 8, then), "GPL", 2);
  }
};

TEST_F(KernelObjectFacts, MapsAreTheStructuresOfTheTable) {
  unsigned asked = 0;
  for (const MapTypeRow& row : map_types) {
    if (row.id == MapType::unspec || row.id == MapType::struct_ops) continue;
    const Answer said = kernel().ask({.type = ProgType::sched_cls},
                                     fmt::format("r1 = map[{}]; r0 = *(u64 *)(r1 + 32760); exit", row.name));
    if (!said.has("access beyond struct ")) continue;
    EXPECT_TRUE(said.has(fmt::format("access beyond struct {} at off 32760", structure_of(row.id))))
        << row.name << ": " << said.last();
    ++asked;
  }
  EXPECT_GE(asked, 20U);
}

TEST_F(KernelObjectFacts, MembersAreTrustedAsTheKernelsTypesSay) {
  constexpr std::string_view words[] = {"rcu_ptr_", "rcu_ptr_or_null_", "trusted_ptr_", "trusted_ptr_or_null_"};
  unsigned asked = 0;
  for (const std::string_view structure :
       {"task_struct", "cgroup", "css_set", "cgroup_subsys_state", "mm_struct", "sk_buff", "request_sock",
        "linux_binprm", "file", "dentry", "socket", "vm_area_struct", "sock", "inode"}) {
    const auto id = types().find(structure, Kind::struct_);
    const auto argument = argument_of(structure);
    if (!id || !argument) continue;
    for (const btf::Member m : types().members(types().type(*id))) {
      const btf::Type t = types().resolve(m.type);
      if (t.kind != Kind::ptr || types().resolve(t.size_or_type).kind != Kind::struct_) continue;
      if (m.bit_offset / 8 > INT16_MAX) continue;
      const Answer said = read(*argument, fmt::format("r3 = *(u64 *)(r2 + {});", m.bit_offset / 8));
      const auto at = said.log.find("R3=");
      if (at == said.log.npos) continue;
      const std::string_view r3 = std::string_view(said.log).substr(at + 3);
      const auto trust = member_trust(types(), structure, m.name);
      if (trust) {
        EXPECT_TRUE(r3.starts_with(words[static_cast<std::size_t>(*trust)]))
            << structure << "." << m.name << " is " << r3.substr(0, 40);
      } else {
        EXPECT_FALSE(r3.starts_with("trusted_")) << structure << "." << m.name << " is " << r3.substr(0, 40);
      }
      ++asked;
    }
  }
  std::printf("%u members asked\n", asked);
  EXPECT_GE(asked, 50U);
}

TEST_F(KernelObjectFacts, NamesAreTheKernels) {
  for (const std::string_view name : freed_late)
    EXPECT_TRUE(name == "prog_test_ref_kfunc" || types().find(name, Kind::struct_)) << name;
}

}  // namespace
}  // namespace skep::facts
