// SPDX-License-Identifier: Apache-2.0
#include "engine/kernel/vmlinux.hpp"

#include "base/file.hpp"

namespace skep::kernel {

const Result<btf::Shared>& vmlinux() {
  static const Result<btf::Shared> types = []() -> Result<btf::Shared> {
    auto bytes = std::make_shared<const Buffer>(TRY(read_file("/sys/kernel/btf/vmlinux")));
    return btf::adopt(*bytes, bytes);
  }();
  return types;
}

std::optional<btf::TypeId> attach_target(facts::ProgType type, facts::AttachType attach, std::string_view name) {
  if (!vmlinux()) return std::nullopt;
  const btf::Btf& types = **vmlinux();
  auto prefixed = [name](const char* prefix) { return prefix + std::string(name); };
  if (type == facts::ProgType::struct_ops) return types.find(name.substr(0, name.find('.')), btf::Kind::struct_);
  if (type == facts::ProgType::lsm) return types.find(prefixed("bpf_lsm_"), btf::Kind::func);
  if (attach == facts::AttachType::trace_raw_tp) return types.find(prefixed("btf_trace_"), btf::Kind::typedef_);
  if (attach == facts::AttachType::trace_iter) return types.find(prefixed("bpf_iter_"), btf::Kind::func);
  return types.find(name, btf::Kind::func);
}

std::optional<uint32_t> struct_ops_member(std::string_view name) {
  const auto dot = name.find('.');
  if (dot == name.npos || !vmlinux()) return std::nullopt;
  const btf::Btf& types = **vmlinux();
  const auto id = types.find(name.substr(0, dot), btf::Kind::struct_);
  if (!id) return std::nullopt;
  const btf::Type record = types.type(*id);
  for (uint32_t i = 0; i < record.vlen; ++i)
    if (types.member(record, i).name == name.substr(dot + 1)) return i;
  return std::nullopt;
}

}  // namespace skep::kernel
