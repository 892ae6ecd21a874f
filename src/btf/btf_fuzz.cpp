// SPDX-License-Identifier: Apache-2.0
// Whatever parse() accepts keeps its promises: every type can be looked at, spelled, found, decoded and encoded.
#include <cstdlib>

#include "btf/datum.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace skep::btf;
  auto b = parse({data, size});
  if (!b) return b.error().text().empty();
  const Btf& btf = **b;
  const skep::Buffer bytes(4096, data[size - 1]);
  std::size_t values = 1 << 16;
  for (TypeId id = 0; id < btf.count(); ++id) {
    Type t = btf.type(id);
    if (!t.name.empty() && id != 0 && !btf.find(t.name, t.kind)) std::abort();
    (void)btf.spelled(id);
    auto bytes_of_type = btf.size_of(id);
    if (!bytes_of_type || *bytes_of_type > bytes.size() || values < *bytes_of_type + 1024) continue;
    values -= *bytes_of_type + 1024;
    auto d = decode(btf, id, bytes);
    if (!d) continue;
    auto again = encode(btf, id, *d);
    if (!again || t.kind == Kind::datasec) continue;
    if (again->size() != *bytes_of_type) std::abort();
  }
  return 0;
}
