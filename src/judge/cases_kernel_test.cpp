// SPDX-License-Identifier: Apache-2.0
// The running kernel as judge of tests/run: what it loads must give the same r0, the same memory or packet and the same
// maps; what faults here it must refuse to load.
//
// A raw program becomes a function of a socket filter: memory is the value of an array, so that any access of any
// width and every atomic operation is allowed, and the 64 bits of r0 are kept in another array (a test run gives 32).
//
//     r1 = map[memory][0] + 0;  r2 = length;  call program
//     r1 = map[answer][0] + 0;  *(u64 *)(r1 + 0) = r0;  r0 = 0;  exit
//
// What Linux refuses although it runs here (division by an immediate 0, a ninth frame by the function around it, …) is
// listed, not compared.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/file.hpp"
#include "engine/kernel/kernel.hpp"
#include "judge/case.hpp"
#include "sys/kernel_judge.hpp"

namespace skep::judge {
namespace {

using isa::Insn, isa::make_insn;

// A map as the case declares it.
class KernelMap {
 public:
  explicit KernelMap(const module::MapDef& def) : map_(kernel::create(def)), name_(def.name) {
    EXPECT_TRUE(map_) << def.name;
    for (const module::Entry& e : def.initial) update(e.key, e.value);
  }
  int fd() const { return map_->fd(); }
  void update(const Buffer& key, const Buffer& value) const { EXPECT_EQ(map_->update(key, value), 0); }
  Buffer lookup(const Buffer& key) const { return *map_->lookup(key); }
  Content content() const {
    return *content_of({.map_name = name_,
                        .element_bytes = map_->key_size() + map_->value_size(),
                        .next = [this](std::optional<Bytes> key) { return map_->next_key(key); },
                        .lookup = [this](Bytes key) { return map_->lookup(key); }});
  }

 private:
  sys::Answer<sys::Map> map_;
  std::string name_;
};

module::MapDef one_value(std::size_t size) {
  module::MapDef def;
  def.type = facts::MapType::array;
  def.key_size = 4;
  def.value_size = static_cast<uint32_t>(size);
  def.max_entries = 1;
  return def;
}
const Buffer first_key(4);

// A map's direct value in a register: two slots.
void add_value(std::vector<Insn>& to, uint8_t reg, int map_fd) {
  to.push_back(make_insn(0x18, reg, 2, 0, map_fd));
  to.push_back({});
}

std::vector<Insn> as_function(const std::vector<Insn>& program, int memory_fd, std::size_t length, int answer_fd) {
  std::vector<Insn> all;
  if (memory_fd >= 0)
    add_value(all, 1, memory_fd);
  else
    all.push_back(make_insn(0xb7, 1, 0, 0, 0));
  all.push_back(make_insn(0xb7, 2, 0, 0, static_cast<int32_t>(length)));
  all.push_back(make_insn(0x85, 0, 1, 0, 5));
  add_value(all, 1, answer_fd);
  all.push_back(make_insn(0x7b, 1, 0, 0, 0));
  all.push_back(make_insn(0xb7, 0, 0, 0, 0));
  all.push_back(make_insn(0x95, 0, 0, 0, 0));
  all.insert(all.end(), program.begin(), program.end());
  return all;
}

class KernelCases : public sys::test::AsksKernel {
 protected:
  void file(const std::string& path) {
    const auto bytes = read_file(path);
    ASSERT_TRUE(bytes);
    const auto parsed = parse_case(path, as_text(*bytes));
    ASSERT_TRUE(parsed) << parsed.error().text();
    const CaseFile& f = *parsed;
    Rig rig(f.target, 4);
    for (const CaseProg& prog : f.progs) {
      const module::ProgDef& def = f.module->progs[prog.prog];
      if (std::ranges::any_of(prog.not_on, [](const NotOn& n) { return n.executor == "kernel"; })) continue;
      for (const CaseRun& run : prog.runs) {
        SCOPED_TRACE(path + ":" + std::to_string(run.line) + " " + def.name);
        if (!askable(f, def, run.input))
          ++not_asked_;
        else
          one_run(rig, f, def, run.input);
      }
    }
  }

  // Whether the kernel can be given the same: not another clock, lane, chance or context.
  static bool askable(const CaseFile& f, const module::ProgDef& def, const RunInput& in) {
    if (in.cpu != 0 || in.now_ns != 0 || in.seed != 0 || in.start || in.ctx || !in.ctx_fields.empty()) return false;
    if (f.target.caps() != facts::Caps::all()) return false;
    for (const Insn& i : def.insns) {
      if (!isa::is_ld_imm64(i) || (i.src() != 1 && i.src() != 2)) {
        if (i.code == 0x85 && i.src() == 0 && (i.imm == 5 || i.imm == 7 || i.imm == 8)) return false;
        continue;
      }
      const facts::MapType type = f.module->maps[static_cast<uint32_t>(i.imm)].type;
      if (type != facts::MapType::array && type != facts::MapType::hash) return false;
    }
    return true;
  }

  void one_run(Rig& rig, const CaseFile& f, const module::ProgDef& def, const RunInput& in) {
    auto trial = Trial::begin(rig, f.module, {.executor = user::Executor::checked});
    ASSERT_TRUE(trial) << trial.error().text();
    const auto ours = trial->run(in);
    if (!ours) {  // stopped at its limit, which is ours alone
      ++not_asked_;
      return;
    }
    const bool good = ours->outcome.fault.kind == vm::FaultKind::none;

    std::map<int32_t, KernelMap> maps;  // by index: those the program uses
    std::vector<Insn> insns = def.insns;
    for (Insn& i : insns)
      if (isa::is_ld_imm64(i) && (i.src() == 1 || i.src() == 2))
        i.imm = maps.try_emplace(i.imm, f.module->maps[static_cast<uint32_t>(i.imm)]).first->second.fd();
    const bool raw = def.type == facts::ProgType::unspec;
    const bool has_memory = in.mem && !in.mem->empty();
    std::optional<KernelMap> memory, answer;
    if (raw) {
      answer.emplace(one_value(8));
      if (has_memory) memory.emplace(one_value(in.mem->size())).update(first_key, *in.mem);
      insns = as_function(insns, has_memory ? memory->fd() : -1, has_memory ? in.mem->size() : 0, answer->fd());
    }
    sys::ProgramSpec spec{.type = static_cast<uint32_t>(raw ? facts::ProgType::socket_filter : def.type),
                          .insns = insns};
    auto loaded = sys::load_program(spec);
    if (!good) {
      EXPECT_FALSE(loaded.fd) << "it faults here, and Linux loads it";
      ++refused_by_both_;
      return;
    }
    if (!loaded.fd) {
      spec.log_level = 1;
      loaded = sys::load_program(spec);
      refused_[def.name] = kernel::verdict_of(loaded.err, std::move(loaded.log)).message;
      return;
    }
    ++compared_;
    Buffer packet(64);
    packet[12] = 0x08;
    packet[13] = 0x06;
    const sys::TestRun theirs = sys::test_run(loaded.fd.get(), {.packet = raw ? packet : *in.packet});
    ASSERT_EQ(theirs.err, 0);
    if (raw) {
      EXPECT_EQ(to_hex(answer->lookup(first_key)),
                to_hex(Bytes(reinterpret_cast<const uint8_t*>(&ours->outcome.r0), 8)));
      if (has_memory) {
        EXPECT_EQ(to_hex(memory->lookup(first_key)), to_hex(*ours->mem));
      }
    } else {
      EXPECT_EQ(theirs.r0, static_cast<uint32_t>(ours->outcome.r0));
      EXPECT_EQ(to_hex(theirs.packet), to_hex(*ours->packet));
    }
    for (const auto& [index, map] : maps)
      EXPECT_EQ(map.content(), *content_of(*trial->maps()[static_cast<uint32_t>(index)]));
  }

  std::size_t compared_ = 0, refused_by_both_ = 0, not_asked_ = 0;
  std::map<std::string, std::string> refused_;
};

TEST_F(KernelCases, GiveTheSame) {
  for (const auto& entry : std::filesystem::directory_iterator(SKEP_SOURCE_DIR "/tests/run"))
    if (entry.path().extension() == ".case") file(entry.path().string());
  for (const auto& [name, why] : refused_) fmt::print("Linux refuses {}: {}\n", name, why);
  fmt::print("{} runs compared, {} refused here and there, {} programs refused by Linux only, {} runs not asked\n",
             compared_, refused_by_both_, refused_.size(), not_asked_);
  EXPECT_GE(compared_, 400u);
}

}  // namespace
}  // namespace skep::judge
