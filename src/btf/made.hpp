// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: BTF made by compilers, and BTF made by hand that no compiler would make.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "btf/types.hpp"

namespace skep::btf::made {

struct Folder {
  std::string path = ::testing::TempDir() + "skep_btf_XXXXXX";
  Folder() {
    if (::mkdtemp(path.data()) == nullptr) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  std::string write(const std::string& name, std::string_view text) const {
    auto f = *OutputFile::create(path + "/" + name);
    EXPECT_TRUE(f.write(as_bytes(text)));
    EXPECT_TRUE(f.commit());
    return path + "/" + name;
  }
};

inline Shared parsed(const Buffer& bytes) {
  auto b = parse(bytes);
  if (!b) ADD_FAILURE() << b.error().text(), std::abort();
  return *b;
}

inline std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) std::abort();
  char chunk[65536];
  while (std::size_t n = std::fread(chunk, 1, sizeof chunk, pipe)) out.append(chunk, n);
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return out;
}

// Leaves o.o and its sections `btf` and `ext` in the folder.
inline void compile(const Folder& folder, const std::string& compiler, const char* source) {
  folder.write("o.c", source);
  std::string flags = compiler == "bpf-gcc" ? " -O2 -gbtf" : " -target bpf -O2 -g";
  output_of(compiler + flags + " -c " + folder.path + "/o.c -o " + folder.path + "/o.o");
  output_of("llvm-objcopy-19 --dump-section .BTF=" + folder.path + "/btf --dump-section .BTF.ext=" + folder.path +
            "/ext " + folder.path + "/o.o " + folder.path + "/copy.o");
}

inline constexpr const char* every_kind = R"(
#ifdef __clang__
#define section(s) __attribute__((section(s), used))
#define decl_tag(t) __attribute__((btf_decl_tag(t)))
#define type_tag(t) __attribute__((btf_type_tag(t)))
enum big { SMALL = -1, BIG = 1ll << 40 };
typedef __int128 wide_t;
#else
#define section(s) __attribute__((section(s)))
#define decl_tag(t)
#define type_tag(t)
enum big { SMALL = -1 };
typedef long long wide_t;
#endif
typedef unsigned char __u8;
typedef unsigned int __u32;
typedef __u32 __be32;
typedef long long counter_t;
struct in_addr { __be32 s_addr; };
struct elsewhere;
enum colour { RED, BLUE = 5 };
struct everything {
  char name[8];
  __u8 mac[6];
  unsigned a : 3;
  int b : 5;
  _Bool ok;
  enum colour colour;
  union { int x; struct { short low, high; }; };
  float f;
  double d;
  struct everything *next;
  __be32 ip;
  struct in_addr addr;
  wide_t wide;
  unsigned long grid[2][3];
  enum big big;
  const volatile struct elsewhere *opaque;
  char letter;
};
struct everything state decl_tag("tagged");
const volatile counter_t limit = 7;
__u8 type_tag("user") *restrict volatile tagged_pointer;
int also(struct everything *e) decl_tag("f");
__attribute__((noinline)) int also(struct everything *e) { return e->b + e->ok; }
section("socket") int entry(void *ctx) { return also(&state) + (int)limit + (tagged_pointer != 0); }
)";

// BTF written word by word. The strings are "", "name" unless others are given; with layouts the header is that of
// Linux 7.1, with a table of {bytes, bytes per item} by kind.
class Maker {
 public:
  Maker& words(std::initializer_list<uint32_t> list) {
    for (uint32_t w : list) append(types_, w);
    return *this;
  }
  // 0x80 in the kind is kind_flag.
  Maker& type(uint32_t kind, uint32_t vlen, uint32_t size_or_type) { return named(0, kind, vlen, size_or_type); }
  Maker& named(uint32_t name, uint32_t kind, uint32_t vlen, uint32_t size_or_type) {
    return words({name, kind << 24 | vlen, size_or_type});
  }
  Maker& integer(uint32_t size) { return type(1, 0, size).words({size * 8}); }
  Maker& strings(std::string_view s) {
    strings_ = s;
    return *this;
  }
  Maker& layout(uint32_t kind, uint8_t bytes, uint8_t bytes_per_item) {
    layouts_.resize(std::max<std::size_t>(layouts_.size(), 4 * (kind + 1)));
    layouts_[4 * kind] = bytes;
    layouts_[4 * kind + 1] = bytes_per_item;
    return *this;
  }
  Buffer bytes() const {
    auto size = [](const auto& part) { return static_cast<uint32_t>(part.size()); };
    Buffer out;
    for (uint32_t w :
         {0x0001eb9fu, layouts_.empty() ? 24u : 32u, 0u, size(types_), size(types_) + size(layouts_), size(strings_)})
      append(out, w);
    if (!layouts_.empty()) append(out, size(types_)), append(out, size(layouts_));
    out.insert(out.end(), types_.begin(), types_.end());
    out.insert(out.end(), layouts_.begin(), layouts_.end());
    Bytes strings = as_bytes(strings_);
    out.insert(out.end(), strings.begin(), strings.end());
    return out;
  }

 private:
  static void append(Buffer& to, uint32_t word) {
    to.resize(to.size() + 4);
    store(to.data() + to.size() - 4, word);
  }
  Buffer types_, layouts_;
  std::string strings_ = {"\0name", 6};
};

}  // namespace skep::btf::made
