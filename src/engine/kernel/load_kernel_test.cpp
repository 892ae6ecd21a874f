// SPDX-License-Identifier: Apache-2.0
// Modules in the running kernel: what it is given, and that each kind of answer is told apart.
#include "btf/writer.hpp"
#include "engine/kernel/kernel.hpp"
#include "engine/kernel/vmlinux.hpp"
#include "sys/kernel_judge.hpp"

namespace skep::kernel {
namespace {

using facts::AttachType, facts::MapType, facts::ProgType;
using KernelEngine = sys::test::AsksKernel;

module::Module one(ProgType type, std::string_view text) {
  module::Module m;
  m.license = "GPL";
  auto& prog = m.progs.emplace_back();
  prog.name = "one";
  prog.type = type;
  prog.insns = sys::test::assembled(text).insns;
  return m;
}
Verdict verdict(const module::Module& m, const Options& options = {}) {
  return std::move(load(m, options).programs[0].verdict);
}
module::MapDef array_of(uint32_t value_size, uint32_t entries = 1) {
  module::MapDef def;
  def.type = MapType::array;
  def.key_size = 4;
  def.value_size = value_size;
  def.max_entries = entries;
  return def;
}

TEST_F(KernelEngine, TellsItsAnswersApart) {
  EXPECT_EQ(verdict(one(ProgType::xdp, "r0 = 0; exit")).outcome, Outcome::accepted);
  const Verdict rejected = verdict(one(ProgType::xdp, "r3 = 1; r0 = r2; exit"));
  EXPECT_EQ(rejected.outcome, Outcome::rejected);
  EXPECT_EQ(rejected.err, -EACCES);
  EXPECT_EQ(rejected.message, "R2 !read_ok");
  EXPECT_EQ(rejected.insn, 1u);
  EXPECT_EQ(verdict(one(ProgType::cgroup_sock_addr, "r0 = 1; exit")).outcome, Outcome::attr);
  module::Module nowhere = one(ProgType::tracing, "r0 = 0; exit");
  nowhere.progs[0].attach_type = AttachType::trace_fentry;
  nowhere.progs[0].attach_to = "no_such_function";
  EXPECT_EQ(verdict(nowhere).outcome, Outcome::unknown);
  EXPECT_EQ(verdict(nowhere).message, "nothing here to attach to is named 'no_such_function'");
}

TEST_F(KernelEngine, CountsAndLogs) {
  const module::Module loop = one(ProgType::xdp, "r0 = 0; again: r0 += 1; if r0 < 1000 goto again; r0 = 0; exit");
  const Verdict quiet = verdict(loop), told = verdict(loop, {.log = 2});
  EXPECT_EQ(quiet.effort->processed, 2003u);
  EXPECT_EQ(told.effort->processed, 2003u);
  EXPECT_GT(told.log.size(), 65536u) << "a log that the first buffer cannot hold";
  EXPECT_EQ(quiet.log.find("r0 += 1"), quiet.log.npos);
  EXPECT_EQ(verdict(loop, {.log = 1}).log.find("(b7)"), quiet.log.npos) << "level 1 forgets what was accepted";
}

TEST_F(KernelEngine, LoadsWithoutSomeCapabilities) {
  const module::Module leak = one(ProgType::sched_cls, "r0 = r1; exit");
  EXPECT_EQ(verdict(leak).outcome, Outcome::accepted);
  const facts::Caps few = facts::Caps::none().with(facts::Cap::bpf).with(facts::Cap::net_admin);
  const Verdict without_perfmon = verdict(leak, {.caps = few});
  EXPECT_EQ(without_perfmon.outcome, Outcome::rejected) << without_perfmon.message;
  EXPECT_EQ(verdict(leak).outcome, Outcome::accepted) << "they come back";
}

TEST_F(KernelEngine, FillsMapsAndNamesThem) {
  module::Module m = one(ProgType::xdp, R"(
    r1 = map[1][0] + 4
    r0 = *(u32 *)(r1 + 0)
    r2 = map[0]
    exit
  )");
  m.maps = {array_of(8), array_of(8)};
  m.maps[1].initial = {{Buffer(4), Buffer{0, 0, 0, 0, 42, 0, 0, 0}}};
  m.maps[1].frozen = module::Frozen::yes;
  m.maps.push_back(array_of(4));
  m.maps[2].type = MapType::percpu_array;
  m.maps[2].initial = {{Buffer(4), Buffer{7, 0, 0, 0}}};
  m.maps.push_back(array_of(0));  // Linux has no such map
  const Loaded live = load(m, {});
  ASSERT_EQ(live.programs[0].verdict.message, "");
  const Buffer frame(64);
  EXPECT_EQ(sys::test_run(live.programs[0].fd.get(), {.packet = frame}).r0, 42u);
  EXPECT_EQ(live.maps[1]->update(Buffer(4), Buffer(8)), -EPERM) << "frozen";
  const auto everywhere = live.maps[2]->lookup(Buffer(4));
  for (std::size_t cpu = 0; cpu < sys::possible_cpus(); ++cpu) EXPECT_EQ((*everywhere)[8 * cpu], 7);
  EXPECT_EQ(live.maps[3].error(), -EINVAL);
}

TEST_F(KernelEngine, MapsOfMapsAndOfPrograms) {
  module::Module m = one(ProgType::xdp, R"(
    r2 = map[0]
    r3 = 0
    call 12
    r0 = 1
    exit
  )");
  m.progs.push_back(one(ProgType::xdp, "r0 = 5; exit").progs[0]);
  m.maps = {array_of(4, 2), array_of(4, 2), array_of(8)};
  m.maps[0].type = MapType::prog_array;
  m.maps[0].slots = {{.slot = 0, .index = 1}};
  m.maps[1].type = MapType::array_of_maps;
  m.maps[1].inner = std::make_shared<const module::MapDef>(m.maps[2]);
  m.maps[1].slots = {{.slot = 1, .index = 2}};
  const Loaded live = load(m, {});
  const Buffer frame(64);
  EXPECT_EQ(sys::test_run(live.programs[0].fd.get(), {.packet = frame}).r0, 5u);
  EXPECT_EQ(skep::load<uint32_t>(live.maps[1]->lookup(Buffer{1, 0, 0, 0})->data()), *live.maps[2]->id());
}

// A callback is known to the kernel by the types of its function.
TEST_F(KernelEngine, GivesFunctionsTheirTypes) {
  module::Module m = one(ProgType::xdp, R"(
    r1 = 3
    r2 = func[body]
    r3 = 0
    r4 = 0
    call 181
    exit
  body:
    r0 = 0
    exit
  )");
  const Verdict untyped = verdict(m);
  EXPECT_EQ(untyped.message, "missing btf func_info");
  btf::Writer w;
  const btf::TypeId number = w.integer(
      "int", {.size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false});
  const btf::TypeId proto = w.function_proto(number, {});
  const btf::TypeId main = w.function("main", proto, btf::Linkage::global);
  const btf::TypeId body = w.function("body", proto, btf::Linkage::static_);
  m.btf = *btf::parse(w.bytes());
  m.progs[0].subprogs = {{.name = "main", .first_insn = 0, .type = main},
                         {.name = "body", .first_insn = 7, .type = body}};
  m.progs[0].lines = {{.insn = 0, .file = "a.c", .line = 3, .column = 1, .text = "loop(3);"},
                      {.insn = 7, .file = "a.c", .line = 9, .column = 1, .text = "return 0;"}};
  const Verdict typed = verdict(m, {.log = 2});
  EXPECT_EQ(typed.outcome, Outcome::accepted) << typed.log;
  EXPECT_NE(typed.log.find("; loop(3); @ a.c:3"), typed.log.npos) << typed.log;
}

TEST_F(KernelEngine, NamesWhatIsTheKernels) {
  module::Module m = one(ProgType::sched_cls, "call 0; call 0; r0 = 0; exit");
  m.progs[0].externs = {{.insn = 0, .kind = module::ExternKind::kfunc, .binding = {}, .name = "bpf_rcu_read_lock"},
                        {.insn = 1, .kind = module::ExternKind::kfunc, .binding = {}, .name = "bpf_rcu_read_unlock"}};
  EXPECT_EQ(verdict(m).message, "");
  m.progs[0].externs.pop_back();
  m.progs[0].insns.erase(m.progs[0].insns.begin() + 1);
  EXPECT_EQ(verdict(m).outcome, Outcome::rejected) << "the lock is still held";
  m.progs[0].externs[0].name = "bpf_no_such_function";
  EXPECT_EQ(verdict(m).message, "this kernel has no kernel function 'bpf_no_such_function'");
}

TEST_F(KernelEngine, KnowsWhatItIs) {
  EXPECT_EQ(availability(), 0);
  EXPECT_EQ(running_target(), "linux-" + sys::kernel_release().substr(0, running_target().size() - 6));
  EXPECT_TRUE(attach_target(ProgType::tracing, AttachType::trace_raw_tp, "sched_switch"));
  EXPECT_TRUE(attach_target(ProgType::lsm, AttachType::lsm_mac, "file_open"));
  EXPECT_EQ(struct_ops_member("tcp_congestion_ops.no_such_member"), std::nullopt);
}

}  // namespace
}  // namespace skep::kernel
