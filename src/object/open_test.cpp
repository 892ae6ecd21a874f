// SPDX-License-Identifier: Apache-2.0
#include "object/open.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace skep::object {
namespace {

TEST(Foreign, EveryObjectOfLibxdpAndIrKeytableOpens) {
  struct Corpus {
    const char* folder;
    std::size_t objects;
  };
  for (Corpus c : {Corpus{"/usr/lib/x86_64-linux-gnu/bpf", 15}, Corpus{"/usr/lib/udev/rc_keymaps/protocols", 9}}) {
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(c.folder)) {
      auto object = Object::read(entry.path().string());
      ASSERT_TRUE(object) << object.error().text();
      auto m = open(*object);
      ASSERT_TRUE(m) << m.error().text();
      for (const auto& p : m->progs) EXPECT_NE(p.type, facts::ProgType::unspec) << entry.path() << ": " << p.section;
      ++found;
    }
    EXPECT_GE(found, c.objects) << c.folder;
  }
}

}  // namespace
}  // namespace skep::object
