// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: BTF made by compilers, and BTF made by hand that no compiler would make.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>

#include "base/bytes.hpp"
#include "base/file.hpp"

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

// BTF written word by word. The strings are "", "name".
class Maker {
 public:
  Maker& words(std::initializer_list<uint32_t> list) {
    for (uint32_t w : list) {
      types_.resize(types_.size() + 4);
      store(types_.data() + types_.size() - 4, w);
    }
    return *this;
  }
  // 0x80 in the kind is kind_flag.
  Maker& type(uint32_t kind, uint32_t vlen, uint32_t size_or_type) {
    return words({0, kind << 24 | vlen, size_or_type});
  }
  Maker& integer(uint32_t size) { return type(1, 0, size).words({size * 8}); }
  Buffer bytes() const {
    auto size = static_cast<uint32_t>(types_.size());
    uint32_t header[] = {0x0001eb9f, 24, 0, size, size, 6};
    Buffer out(sizeof header + size + 6);
    std::memcpy(out.data(), header, sizeof header);
    std::memcpy(out.data() + sizeof header, types_.data(), size);
    std::memcpy(out.data() + sizeof header + size, "\0name", 6);
    return out;
  }

 private:
  Buffer types_;
};

}  // namespace skep::btf::made
