// SPDX-License-Identifier: Apache-2.0
// The least BTF that objects need, against `bpftool gen min_core_btf`: no larger, and as good for libbpf as the whole.
#include "btf/minimise.hpp"

#include "object/btf_file.hpp"
#include "object/made.hpp"
#include "object/types.hpp"

namespace skep::object {
namespace {

TEST(MinimisePeer, IsNoLargerThanBpftools) {
  made::Folder headers;
  btf::made::output_of("bpftool btf dump file " + std::string(kernel_types) + " format c > " + headers.path +
                       "/vmlinux.h");
  for (const char* source : {"join/core", "objects/fields", "objects/tracing"}) {
    SCOPED_TRACE(source);
    made::Folder folder;
    std::string o = folder.path + "/o.o", theirs = folder.path + "/theirs.btf";
    std::string flags =
        "-O2 -g -mcpu=v3 -DPART=1 -D__TARGET_ARCH_x86 -I/usr/include/x86_64-linux-gnu -I" + headers.path;
    btf::made::output_of("clang-19 -target bpf " + flags + " -c " SKEP_SOURCE_DIR "/tests/" + source + ".bpf.c -o " +
                         o);
    btf::made::output_of("bpftool gen min_core_btf " + std::string(kernel_types) + " " + theirs + " " + o);
    auto object = Object::read(o);
    ASSERT_TRUE(object);
    auto read = Types::read(*object);
    auto kernel = read_types(kernel_types);
    ASSERT_TRUE(read && kernel);
    const Types& types = *read;
    btf::Minimal minimal(*kernel);
    std::size_t relocations = 0;
    for (uint32_t section : types.relocated())
      for (const btf::CoreRelo& r : types.relos(section, 0, UINT64_MAX)) {
        ASSERT_TRUE(minimal.keep(*types.btf(), r));
        ++relocations;
      }
    Buffer ours = minimal.bytes();
    auto their_bytes = read_file(theirs);
    ASSERT_TRUE(their_bytes);
    EXPECT_LE(ours.size(), their_bytes->size());
    std::printf("%s: %zu relocations, %zu bytes, bpftool %zu\n", source, relocations, ours.size(), their_bytes->size());
  }
}

}  // namespace
}  // namespace skep::object
