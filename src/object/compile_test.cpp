// SPDX-License-Identifier: Apache-2.0
#include "object/compile.hpp"

#include <gtest/gtest.h>

#include "object/made.hpp"

namespace skep::object {
namespace {

// Shows compile() another PATH for as long as it lives.
struct Path {
  std::string before = std::getenv("PATH");
  explicit Path(const std::string& now) { ::setenv("PATH", now.c_str(), 1); }
  ~Path() { ::setenv("PATH", before.c_str(), 1); }
};

TEST(Compile, ASourceBecomesAnObjectByTheNewestClang) {
  made::Folder folder;
  folder.write("own.h", "#define ANSWER 2\n");
  auto c = compile(folder.write("a.bpf.c",
                                "#include <linux/bpf.h>\n#include \"own.h\"\n"
                                "__attribute__((section(\"xdp\"))) int p(void *c) { return ANSWER; }\n"));
  ASSERT_TRUE(c) << c.error().text();
  EXPECT_EQ(c->compiler, "clang-19");
  EXPECT_TRUE(c->command.starts_with("clang-19 -target bpf -O2 -g -mcpu=v3 -I " + folder.path)) << c->command;
  EXPECT_TRUE(c->command.ends_with("-o a.bpf.o")) << c->command;
  EXPECT_EQ(c->warnings, "");
  EXPECT_EQ(c->object.name(), folder.path + "/a.bpf.c");
  EXPECT_TRUE(c->object.compiler().starts_with("clang 19.")) << c->object.compiler();
  EXPECT_EQ(open(c->object)->progs[0].name, "p");
}

TEST(Compile, WhatClangSaysIsPassedOn) {
  made::Folder folder;
  auto c = compile(folder.write("a.c", "int f(void) { return x; }\n"));
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().row().slug, "compiler-fails");
  EXPECT_NE(c.error().text().find("error: use of undeclared identifier 'x'"), std::string::npos) << c.error().text();
  auto warned = compile(folder.write("b.c", "#warning so\nint f(void) { return 1; }\n"));
  ASSERT_TRUE(warned);
  EXPECT_NE(warned->warnings.find("warning: so"), std::string::npos);
}

TEST(Compile, WithoutClangAPackageIsNamed) {
  made::Folder folder;
  auto source = folder.write("a.c", "int f(void) { return 1; }\n");
  Path nothing(folder.path);
  auto c = compile(source);
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().text(), source +
                                  ": no clang is installed, which compiles C to eBPF. install the package clang-19 "
                                  "(apt-get install clang-19)");
}

// Whatever a program called clang does, nobody is sent to a temporary file.
TEST(Compile, AClangThatSaysNothingIsToldOf) {
  made::Folder folder;
  auto source = folder.write("a.c", "int f(void) { return 1; }\n");
  auto with = [&](const char* script) {
    const std::string clang = folder.write("clang", std::string("#!/bin/sh\n") + script + "\n");
    std::filesystem::permissions(clang, std::filesystem::perms::owner_all);
    Path only(folder.path);
    return compile(source).error().message();
  };
  EXPECT_EQ(with("exit 7"), "clang refuses it:\nit exits with 7 and says nothing");
  EXPECT_EQ(with("exit 0"), "clang refuses it:\nit exits with 0, but has written no object");
}

TEST(Compile, NothingIsLeftBehind) {
  made::Folder folder;
  std::filesystem::create_directory(folder.path + "/tmp");
  ::setenv("TMPDIR", (folder.path + "/tmp").c_str(), 1);
  EXPECT_TRUE(compile(folder.write("a.c", "int f(void) { return 1; }\n")));
  EXPECT_FALSE(compile(folder.write("a.c", "int f(void) {\n")));
  ::unsetenv("TMPDIR");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path + "/tmp"));
}

TEST(Compile, MissingSourcesAreNamed) {
  EXPECT_EQ(compile("/nowhere/a.c").error().row().slug, "no-such-file");
  EXPECT_TRUE(is_source("a.bpf.c"));
  EXPECT_FALSE(is_source("a.bpf.o"));
}

}  // namespace
}  // namespace skep::object
