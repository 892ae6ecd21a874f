// SPDX-License-Identifier: Apache-2.0
// Section names, asked of our table and of libbpf. The judge is the libbpf that is installed, which may know names
// that ours calls newer; a name it knows and we do not, or the other way round, is a difference only below 1.2.
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "facts/sections.hpp"

namespace skep::facts {
namespace {

int be_quiet(enum libbpf_print_level, const char*, va_list) { return 0; }

// "xdp xdp_devmap", or "none".
std::string theirs(const std::string& name) {
  bpf_prog_type type{};
  bpf_attach_type attach{};
  libbpf_set_print(be_quiet);
  if (libbpf_prog_type_by_name(name.c_str(), &type, &attach) != 0) return "none";
  return std::to_string(type) + " " + std::to_string(attach);
}
std::string ours(const std::string& name) {
  const SectionRow* r = section_row(name);
  if (!r ||
      r->since > Version{static_cast<uint8_t>(libbpf_major_version()), static_cast<uint8_t>(libbpf_minor_version())})
    return "none";
  return std::to_string(static_cast<int>(r->type)) + " " + std::to_string(static_cast<int>(r->attach));
}

// Every row's word as it is, with something behind it, and with the usual slips of the pen.
std::vector<std::string> around(const SectionRow& row) {
  std::string w(row.pattern.substr(0, row.pattern.find('+')));
  return {w,          w + "/",  w + "/x", w + "/x/y",       w + "x", w + ".s",
          w + ".s/x", "?" + w,  " " + w,  w.substr(1) + "", w + "+", w.substr(0, w.size() - 1),
          w + "//",   w + "_x", w + ":x", w + " "};
}

TEST(Sections, AnswerAsLibbpfDoes) {
  std::size_t known = 0;
  for (const SectionRow& row : sections())
    for (const std::string& name : around(row)) {
      EXPECT_EQ(theirs(name), ours(name)) << "section '" << name << "'";
      known += theirs(name) != "none";
    }
  EXPECT_GT(known, 150U);
}

TEST(Sections, AnswerAsLibbpfDoesForNamesThatAreNobodys) {
  for (const char* name : {"",
                           "/",
                           "+",
                           "text",
                           ".text",
                           ".maps",
                           "maps",
                           "license",
                           "xdp_prog",
                           "xdp/foo",
                           "prog",
                           "socket1",
                           "socket/x",
                           "cgroup",
                           "cgroup/",
                           "cgroup/connect",
                           "tc_cls",
                           "sk_skb/",
                           "lwt",
                           "kretprobe.s/x",
                           "raw_tracepoint.s",
                           "struct_ops.link",
                           "freplace.s/x",
                           "SYSCALL",
                           "perf_event/x",
                           "sched_cls"})
    EXPECT_EQ(theirs(name), ours(name)) << "section '" << name << "'";
}

TEST(Sections, SayWhatToAttachTo) {
  auto s = section_by_name("tracepoint/syscalls/sys_enter_openat");
  ASSERT_TRUE(s);
  EXPECT_EQ(ProgType::tracepoint, s->row->type);
  EXPECT_EQ("syscalls/sys_enter_openat", s->attach_to);
  EXPECT_TRUE(s->autoload);
  EXPECT_EQ("", section_by_name("kprobe")->attach_to);
  EXPECT_EQ("/lib/libc.so:malloc", section_by_name("uprobe//lib/libc.so:malloc")->attach_to);
}

TEST(Sections, AQuestionMarkMeansOnlyWhenAsked) {
  auto s = section_by_name("?xdp");
  ASSERT_TRUE(s);
  EXPECT_EQ(ProgType::xdp, s->row->type);
  EXPECT_FALSE(s->autoload);
  EXPECT_FALSE(section_by_name("??xdp"));
}

TEST(Sections, NewerNamesAreKnown) {
  EXPECT_EQ(AttachType::tcx_ingress, section_row("tcx/ingress")->attach);
  EXPECT_EQ(AttachType::netkit_peer, section_row("netkit/peer")->attach);
  EXPECT_EQ(AttachType::trace_uprobe_multi, section_row("uprobe.multi//bin/sh:main")->attach);
  EXPECT_EQ(AttachType::trace_kprobe_session, section_row("kprobe.session/x")->attach);
  EXPECT_EQ(AttachType::netfilter, section_row("netfilter")->attach);
  EXPECT_EQ(AttachType::cgroup_unix_connect, section_row("cgroup/connect_unix")->attach);
  EXPECT_EQ(Trait::sleepable, section_row("uprobe.multi.s/x")->trait);
  EXPECT_EQ(Trait::frags, section_row("xdp.frags")->trait);
}

}  // namespace
}  // namespace skep::facts
