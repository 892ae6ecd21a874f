// SPDX-License-Identifier: Apache-2.0
// BTF.ext beside a fixed BTF in which every type is a function and every name is empty, so that what compilers
// wrote for other types is accepted too.
#include "btf/ext.hpp"

static skep::btf::Shared all_functions() {
  constexpr uint32_t types = 100, strings = 1024;
  skep::Buffer bytes(24 + 12 * types + strings);
  const uint32_t header[] = {0x0001eb9f, 24, 0, 12 * types, 12 * types, strings};
  std::memcpy(bytes.data(), header, sizeof header);
  for (uint32_t i = 0; i < types; ++i) skep::store(bytes.data() + 24 + 12 * i + 4, uint32_t{12} << 24);
  return *skep::btf::parse(bytes);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const skep::btf::Shared btf = all_functions();
  auto ext = skep::btf::parse_ext(btf, {data, size});
  if (!ext) return ext.error().text().empty();
  std::size_t records = 0;
  for (const auto& s : ext->sections) records += s.funcs.size() + s.lines.size() + s.relos.size();
  if (records * 8 > size) __builtin_trap();  // records come from the file, not from its counts
  return 0;
}
