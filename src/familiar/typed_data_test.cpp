// SPDX-License-Identifier: Apache-2.0
// What parity.c cannot show: types that no compiler writes.
#include <gtest/gtest.h>
#include <skep/libbpf/bpf/btf.h>

#include <memory>

#include "btf/writer.hpp"
#include "familiar/report.hpp"

namespace skep::familiar {
namespace {

using skep::btf::Kind;
using skep::btf::Member;
using skep::btf::TypeId;

struct Free {
  void operator()(::btf* b) const { btf__free(b); }
  void operator()(btf_dump* d) const { btf_dump__free(d); }
};

Member member(std::string_view name, TypeId type) {
  return {.name = name, .type = type, .bit_offset = 0, .bitfield_bits = 0};
}

void count(void* calls, const char*, va_list) { ++*static_cast<uint64_t*>(calls); }

enum class Names { shown, skipped };

// What it answers; `calls` counts what it says.
int printed(const skep::btf::Writer& w, TypeId type, Names names, uint64_t& calls) {
  const Buffer bytes = w.bytes();
  const std::unique_ptr<::btf, Free> types(btf__new(bytes.data(), static_cast<__u32>(bytes.size())));
  if (types == nullptr) return -EINVAL;
  const std::unique_ptr<btf_dump, Free> dump(btf_dump__new(types.get(), count, &calls, nullptr));
  const uint64_t data = UINT64_MAX;
  btf_dump_type_data_opts options{};
  options.sz = sizeof options;
  options.compact = options.skip_names = names == Names::skipped;
  return btf_dump__dump_type_data(dump.get(), type, &data, sizeof data, &options);
}

skep::btf::Writer with_int() {
  skep::btf::Writer w;
  w.integer("int", {.size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false});
  return w;
}

// Each union shows the one below it twice: 2^40 values, of which a million are shown.
TEST(TypedData, UnionsOfUnionsEnd) {
  skep::btf::Writer w = with_int();
  TypeId last = 1;
  for (int i = 0; i < 40; ++i) {
    const Member twice[] = {member("a", last), member("b", last)};
    last = w.record(Kind::union_, "", 4, twice);
  }
  uint64_t calls = 0;
  EXPECT_EQ(printed(w, last, Names::skipped, calls), -E2BIG);
  EXPECT_LT(calls, 10'000'000u);
}

// Each function takes the one before it twice: the cast would be 2^30 words long.
TEST(TypedData, FunctionsOfFunctionsEnd) {
  skep::btf::Writer w = with_int();
  TypeId last = w.refer(Kind::ptr, "", 1);
  for (int i = 0; i < 30; ++i) {
    const skep::btf::Param twice[] = {{.name = "", .type = last}, {.name = "", .type = last}};
    last = w.refer(Kind::ptr, "", w.function_proto(1, twice));
  }
  uint64_t calls = 0;
  EXPECT_EQ(printed(w, last, Names::shown, calls), 8);
}

}  // namespace
}  // namespace skep::familiar
