// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace skep {
namespace {

struct FileTest : ::testing::Test {
  std::string folder = ::testing::TempDir() + "skep_file_test_" + std::to_string(::getpid());
  FileTest() { std::filesystem::create_directories(folder); }
  ~FileTest() override { std::filesystem::remove_all(folder); }
};

TEST_F(FileTest, OutputAppearsOnlyWhenComplete) {
  std::string path = folder + "/out";
  {
    auto f = OutputFile::create(path);
    ASSERT_TRUE(f);
    ASSERT_TRUE(f->write(as_bytes("half")));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  auto f = OutputFile::create(path);
  ASSERT_TRUE(f);
  ASSERT_TRUE(f->write(as_bytes("whole")));
  ASSERT_TRUE(f->commit());
  EXPECT_EQ(as_text(*read_file(path)), "whole");
}

TEST_F(FileTest, ErrorsNameTheFileAndTheNearestName) {
  auto f = OutputFile::create(folder + "/a.pcap");
  ASSERT_TRUE(f->commit());
  auto r = read_file(folder + "/a.pcp");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message(), "no such file '" + folder + "/a.pcp'; did you mean a.pcap?");
  EXPECT_EQ(read_file(folder).error().row().slug, "is-a-folder");
  EXPECT_EQ(OutputFile::create(folder + "/no/where").error().row().slug, "cannot-create");
}

TEST_F(FileTest, ALimitIsALimit) {
  auto f = OutputFile::create(folder + "/big");
  ASSERT_TRUE(f->write(Buffer(1000)));
  ASSERT_TRUE(f->commit());
  EXPECT_EQ(read_file(folder + "/big", 1000)->size(), 1000u);
  EXPECT_EQ(read_file(folder + "/big", 999).error().row().slug, "file-too-large");
}

}  // namespace
}  // namespace skep
