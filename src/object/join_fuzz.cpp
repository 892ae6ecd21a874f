// SPDX-License-Identifier: Apache-2.0
// Two objects of whatever form, joined: an error that says why, or a file that reads, opens and joins again.
// Input: the length of the first object (4 bytes), both objects.
#include <cstdio>
#include <cstdlib>

#include "object/join.hpp"
#include "object/open.hpp"
#include "object/types.hpp"

namespace {

using namespace skep;

[[noreturn]] void broken(const Error& e) {
  std::fprintf(stderr, "%s\n", e.text().c_str());
  std::abort();
}

object::Object parsed(const Buffer& bytes) {
  auto o = object::Object::parse("joined", bytes);
  if (!o) broken(o.error());
  return std::move(*o);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  Bytes input(data + 4, size - 4);
  std::size_t first = load<uint32_t>(data) % (input.size() + 1);
  std::vector<object::Object> objects;
  for (Bytes part : {input.first(first), input.subspan(first)}) {
    auto o = object::Object::parse("input", Buffer(part.begin(), part.end()));
    if (!o) continue;  // one object alone is joined, too
    objects.push_back(std::move(*o));
  }
  auto bytes = object::join(objects);
  if (!bytes) return bytes.error().text().empty();
  std::vector<object::Object> alone;
  alone.push_back(parsed(*bytes));
  if (auto types = object::Types::read(alone[0]); !types) broken(types.error());
  if (auto m = object::open(alone[0]); !m && m.error().text().empty()) std::abort();
  auto again = object::join(alone);
  if (!again) broken(again.error());
  parsed(*again);
  return 0;
}
