// SPDX-License-Identifier: Apache-2.0
// BTF.ext beside a fixed split BTF in which nearly every type is a function and every name is empty, so that what
// compilers wrote for other types is accepted too.
#include "btf/ext.hpp"
#include "btf/writer.hpp"

// A func_proto without a base, then functions of it.
static skep::btf::Shared functions(uint32_t types, uint32_t strings, skep::btf::Shared base) {
  skep::Buffer bytes(24 + 12 * types + strings);
  const uint32_t header[] = {0x0001eb9f, 24, 0, 12 * types, 12 * types, strings};
  std::memcpy(bytes.data(), header, sizeof header);
  for (uint32_t i = 0; i < types; ++i) {
    const bool proto = i == 0 && !base;
    skep::store(bytes.data() + 24 + 12 * i + 4, uint32_t{proto ? 13u : 12u} << 24);
    skep::store(bytes.data() + 24 + 12 * i + 8, uint32_t{proto ? 0u : 1u});
  }
  return *skep::btf::parse(bytes, std::move(base));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const skep::btf::Shared btf = functions(80, 512, functions(20, 512, {}));
  auto ext = skep::btf::parse_ext(btf, {data, size});
  if (!ext) return ext.error().text().empty();
  std::size_t records = 0;
  for (const auto& s : ext->sections) {
    records += s.funcs.size() + s.lines.size() + s.relos.size();
    if (ext->section(s.name) == nullptr) __builtin_trap();
  }
  if (records * 8 > size) __builtin_trap();  // records come from the file, not from its counts

  // Written again beside types that have its strings, it says the same.
  skep::btf::Writer types(btf);
  const skep::Buffer bytes = skep::btf::ext_bytes(ext->sections, types);
  if (bytes.empty()) return 0;
  auto again = skep::btf::parse_ext(*skep::btf::parse(types.bytes(), btf), bytes);
  if (!again) __builtin_trap();
  for (const auto& s : again->sections) records -= s.funcs.size() + s.lines.size() + s.relos.size();
  if (records != 0) __builtin_trap();
  return 0;
}
