// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

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

TEST_F(FileTest, WhatStandsThereStaysWhatItIs) {
  namespace fs = std::filesystem;
  const std::string target = folder + "/target", link = folder + "/link";
  auto replace = [](const std::string& path) {
    auto f = OutputFile::create(path);
    return f && f->write(as_bytes("new")) && f->commit();
  };
  ASSERT_TRUE(replace(target));
  fs::permissions(target, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink(target, link);
  EXPECT_TRUE(replace(link));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(fs::status(target).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_EQ(::mkfifo((folder + "/fifo").c_str(), 0600), 0);
  const Fd reader(::open((folder + "/fifo").c_str(), O_RDONLY | O_NONBLOCK));
  EXPECT_TRUE(replace(folder + "/fifo"));
  EXPECT_TRUE(fs::is_fifo(folder + "/fifo"));
  char got[4] = {};
  EXPECT_EQ(::read(reader.get(), got, 3), 3);
  EXPECT_STREQ(got, "new");
  EXPECT_EQ(OutputFile::create(folder).error().row().slug, "is-a-folder");
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
