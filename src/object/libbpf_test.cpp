// SPDX-License-Identifier: Apache-2.0
// libbpf is the judge of what is given to the kernel, down to the lines and the types of maps. tests/peer/foreign.py
// asks about many more objects, by the command line.
#include <gtest/gtest.h>

#include "object/made.hpp"
#include "object/sent.hpp"

namespace skep::object {
namespace {

// The same instructions, but for what names a map: descriptors there, indices here.
void expect_same_insns(const module::ProgDef& ours, const sent::Program& theirs, const sent::Loaded& all) {
  ASSERT_EQ(ours.insns.size(), theirs.insns.size());
  for (std::size_t i = 0; i < ours.insns.size(); ++i) {
    isa::Insn mine = ours.insns[i];
    if (mine.code == 0x18 && (mine.src() == 1 || mine.src() == 2))
      mine.imm = all.maps[static_cast<std::size_t>(mine.imm)].fd;
    EXPECT_EQ(to_hex(as_bytes({reinterpret_cast<const char*>(&mine), 8})),
              to_hex(as_bytes({reinterpret_cast<const char*>(&theirs.insns[i]), 8})))
        << "insn " << i;
    if (mine.code == 0x18) ++i;
  }
}

// The kernel verifies global functions alone, static ones where they are called.
std::vector<std::string> linkages(const btf::Btf& types, const module::ProgDef& p) {
  std::vector<std::string> out;
  for (const auto& s : p.subprogs)
    if (s.type != 0)
      out.push_back(s.name + (types.linkage_of(types.type(s.type)) == btf::Linkage::global ? " global" : " static"));
  return out;
}

void expect_same_program(const btf::Btf& types, const module::ProgDef& p, const sent::Program& theirs,
                         const sent::Loaded& all) {
  SCOPED_TRACE("program " + p.name);
  EXPECT_EQ(static_cast<uint32_t>(p.type), theirs.attr.prog_type);
  EXPECT_EQ(static_cast<uint32_t>(p.attach_type), theirs.attr.expected_attach_type);
  EXPECT_EQ(p.flags, theirs.attr.prog_flags);
  expect_same_insns(p, theirs, all);
  std::vector<std::pair<uint32_t, uint32_t>> funcs, lines;
  for (const auto& s : p.subprogs) funcs.emplace_back(s.first_insn, s.type);
  for (const auto& l : p.lines) lines.emplace_back(l.insn, l.line << 10 | l.column);
  EXPECT_EQ(funcs, theirs.funcs);
  auto sent = btf::parse(all.btf);
  ASSERT_TRUE(sent) << sent.error().text();
  EXPECT_EQ(linkages(types, p), linkages(**sent, p));
  EXPECT_EQ(lines, theirs.lines);
}

// Global data without content is zeros.
Buffer first_value(const module::MapDef& d) {
  if (!d.initial.empty()) return d.initial[0].value;
  return Buffer(d.data_section == module::DataSection::none ? 0 : d.value_size);
}

void expect_same_map(const module::MapDef& d, const sent::Map& theirs) {
  SCOPED_TRACE("map " + d.name);
  const bpf_attr& a = theirs.attr;
  EXPECT_EQ(to_hex(first_value(d)), to_hex(theirs.first));
  EXPECT_EQ(static_cast<uint32_t>(d.type), a.map_type);
  EXPECT_EQ(d.key_size, a.key_size);
  EXPECT_EQ(d.value_size, a.value_size);
  EXPECT_EQ(d.max_entries, a.max_entries);
  EXPECT_EQ(d.flags, a.map_flags);
  EXPECT_EQ(d.extra, a.map_extra);
  bool typed = a.btf_key_type_id != 0 || a.btf_value_type_id != 0;  // the kernel wants no types for maps of maps
  if (!typed) return;
  EXPECT_EQ(d.key_type, a.btf_key_type_id);
  EXPECT_EQ(d.value_type, a.btf_value_type_id);
}

std::vector<std::string> names(const auto& things) {
  std::vector<std::string> out;
  for (const auto& t : things) out.push_back(t.name);
  return out;
}

void expect_same_as_libbpf(Buffer bytes) {
  sent::Loaded all = sent::by_libbpf(bytes);
  ASSERT_EQ(all.refusal, "");
  auto object = Object::parse("o.o", std::move(bytes));
  ASSERT_TRUE(object) << object.error().text();
  auto m = open(*object, {.target = target_types(""), .kconfig = kernel_config("")});
  ASSERT_TRUE(m) << m.error().text();
  ASSERT_EQ(names(m->progs), all.program_names);
  ASSERT_EQ(names(m->maps), all.names);
  for (std::size_t i = 0; i < m->progs.size(); ++i) expect_same_program(*m->btf, m->progs[i], all.programs[i], all);
  for (std::size_t i = 0; i < m->maps.size(); ++i) expect_same_map(m->maps[i], all.maps[i]);
}

TEST(Libbpf, LoadsTheSameOfLibxdp) {
  std::size_t objects = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/x86_64-linux-gnu/bpf")) {
    SCOPED_TRACE(entry.path());
    expect_same_as_libbpf(*read_file(entry.path().string()));
    ++objects;
  }
  EXPECT_EQ(objects, 15u);
}

TEST(Libbpf, LinksTheSameForEveryClang) {
  for (const char* compiler : made::clangs) {
    SCOPED_TRACE(compiler);
    expect_same_as_libbpf(made::compiled(compiler, made::linking));
  }
}

TEST(Libbpf, DeclaresTheSameMapsForEveryClang) {
  for (const char* compiler : made::clangs) {
    SCOPED_TRACE(compiler);
    expect_same_as_libbpf(made::compiled(compiler, made::maps));
  }
}

TEST(Libbpf, MakesMapsFitTheSame) {
  expect_same_as_libbpf(made::compiled("clang-19", std::string(made::prelude) + R"(
#define RING(name, kind, bytes) struct { __uint(type, kind); __uint(max_entries, bytes); } name SEC(".maps")
RING(none, 27, 0); RING(one, 27, 1); RING(page, 27, 4096); RING(pages, 27, 3 * 4096); RING(from_user, 31, 5000);
RING(most, 27, 1u << 29); RING(odd, 27, 0x3fffffff);
extern int CONFIG_NOT_THERE __attribute__((section(".kconfig"), weak));
SEC("xdp") int p(struct xdp_md *c) { return CONFIG_NOT_THERE; })"));
}

TEST(Libbpf, ResolvesTheSameKernelSymbols) {
  expect_same_as_libbpf(made::compiled("clang-19", std::string(made::prelude) + R"(
#define __ksym __attribute__((section(".ksyms")))
#define __weak __attribute__((weak))
struct task_struct { int its_own; }; struct rq { int its_own; };
extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern int bpf_that_nobody_has(int) __ksym __weak;
extern const struct rq runqueues __ksym;
extern const int nobody_has_this_either __ksym __weak;
extern const void _stext __ksym;
extern const void nor_is_this_there __ksym __weak;
SEC("tc") int p(struct __sk_buff *c) {
  struct task_struct *t = bpf_task_from_pid(1);
  if (t) bpf_task_release(t);
  return (long)&runqueues + (long)&nobody_has_this_either + (long)&_stext + (long)&nor_is_this_there +
         (bpf_that_nobody_has ? bpf_that_nobody_has(3) : 1);
})"));
}

// "Is it there?", which bpf_ksym_exists() asks: the address of a function of the kernel.
TEST(Libbpf, FindsTheSameFunctionsOfTheKernel) {
  expect_same_as_libbpf(made::compiled("clang-19", std::string(made::prelude) + R"(
#define __ksym __attribute__((section(".ksyms")))
#define __weak __attribute__((weak))
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;
extern int bpf_that_nobody_has(int) __ksym __weak;
SEC("tc") int p(struct __sk_buff *c) {
  if (bpf_rcu_read_lock) bpf_rcu_read_lock(), bpf_rcu_read_unlock();
  return (long)&bpf_rcu_read_unlock + (bpf_that_nobody_has ? bpf_that_nobody_has(3) : 1);
})"));
}

TEST(Libbpf, CallsHiddenFunctionsStatic) {
  expect_same_as_libbpf(made::compiled("clang-19", std::string(made::prelude) + R"(
#define NOINLINE __attribute__((noinline))
#define HIDDEN __attribute__((visibility("hidden")))
HIDDEN NOINLINE int hidden(struct xdp_md *c) { return c->egress_ifindex; }
HIDDEN __attribute__((weak)) NOINLINE int weak(struct xdp_md *c) { return c->rx_queue_index; }
__attribute__((visibility("protected"))) NOINLINE int kept(struct xdp_md *c) { return c->data_meta; }
NOINLINE int open(struct xdp_md *c) { return c->data_meta; }
static NOINLINE int inner(struct xdp_md *c) { return c->ingress_ifindex; }
HIDDEN SEC("xdp") int p(struct xdp_md *c) { return hidden(c) + weak(c) + kept(c) + open(c) + inner(c); })"));
}

TEST(Libbpf, PassesTheSameCallbacks) {
  expect_same_as_libbpf(made::compiled("clang-19", std::string(made::prelude) + R"(
static int helper(int n) { return n * 7; }
static long cb(unsigned i, int *n) { return helper(*n) > i; }
static long cb2(unsigned i, int *n) { return bpf_loop(3, cb, n, 0); }
SEC("xdp") int p(struct xdp_md *c) { int n = c->rx_queue_index; return bpf_loop(10, cb2, &n, 0) + bpf_loop(4, cb, &n, 0); }
SEC("xdp.frags") int q(struct xdp_md *c) { return bpf_loop(10, cb, c, 0); }
SEC("cgroup/connect4") int r(void *c) { return 1; }
)"));
}

}  // namespace
}  // namespace skep::object
