// SPDX-License-Identifier: Apache-2.0
// Whatever parse() accepts is written as C or refused with the type's id, and the text does not outgrow the BTF. That
// it compiles is asked of compilers over the corpus: c_dump_peer_test.cpp.
#include <cstdlib>

#include "btf/c_dump.hpp"

namespace skep::btf {
namespace {

void check(const Result<std::string>& text, std::size_t size) {
  if (text ? text->size() > (8 << 20) + 256 * size : text.error().place().find("type ") == std::string::npos)
    std::abort();
}

}  // namespace
}  // namespace skep::btf

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace skep::btf;
  auto b = parse({data, size});
  if (!b) return -1;
  const Btf& btf = **b;
  check(c_header(btf), size);
  std::vector<TypeId> all;
  for (TypeId id = btf.count() - 1; id > 0; --id) all.push_back(id);
  check(c_definitions(btf, all, {.prefix = "p_"}), size);
  TypeId last = btf.count() - 1;
  check(c_declaration(btf, last, "name"), size);
  if (btf.type(last).kind == Kind::datasec) {
    std::vector<CVariable> variables;
    for (SectionVar v : btf.section_vars(btf.type(last)))
      variables.push_back({.name = btf.type(v.type).name, .type = v.type, .offset = v.offset});
    check(c_section(btf, variables, "section"), size);
  }
  return 0;
}
