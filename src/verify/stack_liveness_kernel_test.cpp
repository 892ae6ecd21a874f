// SPDX-License-Identifier: Apache-2.0
// The running kernel tells (log level 2) which instructions it walks and how what it knows of live slots changes. The
// same walk is replayed here: after each path the sets must be the same where it always tells them, which is at prune
// points and where functions begin.
#include "verify/stack_liveness.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <map>
#include <random>

#include "isa/assemble.hpp"
#include "isa/print.hpp"
#include "verify/kernel_asked.hpp"

namespace skep::verify {
namespace {

using isa::Insn;

// What the walk has to know here: who called, to which frame r1 and each frame's r6 point, and which slot of its own
// frame each frame's r9 is below.
struct Where {
  CallChain chain;
  unsigned r1 = 0;
  std::array<unsigned, CallChain::most> r6 = {};
  std::array<int, CallChain::most> r9 = {};
};
struct Aside {
  uint32_t from, to;
  Where where;
};

// Numbers in a text, one after the other.
class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(text) {}
  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  std::optional<int> number() {
    int n = 0;
    const auto [end, err] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), n);
    if (err != std::errc{}) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return n;
  }
  std::string_view until(char c) {
    const auto at = rest_.find(c);
    const auto out = rest_.substr(0, at);
    rest_.remove_prefix(at == rest_.npos ? rest_.size() : at);
    return out;
  }

 private:
  std::string_view rest_;
};

class Replay {
 public:
  Replay(const std::vector<Insn>& insns, const Flow& flow) : insns_(insns), flow_(flow), ours_(insns, flow) {}

  // Empty: the same to the end.
  std::string run(std::string_view log) {
    while (!log.empty()) {
      const auto line = log.substr(0, log.find('\n'));
      log.remove_prefix(std::min(line.size() + 1, log.size()));
      take(line);
      if (!fault_.empty()) return fault_ + "\nat: " + std::string(line);
    }
    end_path();
    compare();
    return fault_;
  }
  std::size_t updates = 0, compared = 0;

 private:
  void take(std::string_view line) {
    Scan s(line);
    if (s.skip("(")) return take_change(line);
    if (s.skip("from ")) {
      const auto from = static_cast<uint32_t>(*s.number());
      s.skip(" to ");
      const auto to = static_cast<uint32_t>(*s.number());
      if (insns_[from].code != 0x95) pop(from, to);
      return;
    }
    const auto at = s.number();
    if (!at || !s.skip(": (")) return;
    step(static_cast<uint32_t>(*at), line.find("; ") != line.npos);
  }

  void end_path() { ours_.update(now_.chain); }

  void pop(uint32_t from, uint32_t to) {
    end_path();
    compare();
    while (!aside_.empty() && !(aside_.back().from == from && aside_.back().to == to)) aside_.pop_back();
    if (aside_.empty()) {
      fault_ = "nothing put aside";
      return;
    }
    now_ = aside_.back().where;
    aside_.pop_back();
  }

  // Where a comparison could go both ways the line goes on with what is known now.
  void step(uint32_t at, bool open) {
    if (!ours_.stands()) ours_.stand(now_.chain);
    ours_.begin(at);
    const Insn i = insns_[at];
    CallChain& chain = now_.chain;
    const unsigned base = i.code == 0x79 ? i.src() : i.dst();
    const unsigned frame = base == 6 ? now_.r6[chain.top] : chain.top;
    const SlotSet slot = SlotSet{1} << (((base == 9 ? now_.r9[chain.top] : 0) - i.off - 1) / 8 & 63);
    if (i.code == 0x7b || i.code == 0x7a) ours_.write(frame, slot);
    if (i.code == 0x79) ours_.read(frame, slot);
    if (i.code == 0xbf && i.dst() == 1) now_.r1 = i.src() == 10 ? chain.top : now_.r6[chain.top];
    if (i.code == 0xbf && i.dst() == 6) now_.r6[chain.top] = i.src() == 10 ? chain.top : now_.r1;
    if (i.code == 0xbf && i.dst() == 9) now_.r9[chain.top] = i.src() == 7 ? 8 : 0;
    if (open && (i.code == 0x25 || i.code == 0x55)) {
      const auto to = static_cast<uint32_t>(int64_t{at} + 1 + i.off);
      aside_.push_back({at, to, now_});
    }
    if (i.code == 0xe5) aside_.push_back({at, at + 1, now_});
    if (i.code == 0x85 && i.src() == 1) {
      const auto to = static_cast<uint32_t>(int64_t{at} + 1 + i.imm);
      chain.calls[++chain.top] = {.callsite = at, .subprog = flow_.at[to].subprog};
      ours_.leave();
    }
    if (i.code == 0x95 && chain.top > 0) {
      ours_.update(chain);
      --chain.top;
    }
    ours_.commit();
  }

  struct Sets {
    SlotSet live = 0, written = 0;
  };
  using Place = std::tuple<std::vector<uint32_t>, unsigned, uint32_t>;  // callsites, frame, instruction
  struct Change {
    Place at;
    bool live, add;
    SlotSet changed;
  };
  // "(6,8) frame 1 insn 10 +live -16 "
  void take_change(std::string_view line) {
    Scan s(line);
    s.skip("(");
    CallChain chain;
    std::vector<uint32_t> sites{static_cast<uint32_t>(*s.number())};
    while (s.skip(",")) sites.push_back(static_cast<uint32_t>(*s.number()));
    if (s.skip(") live stack update")) {
      ++updates;
      return apply_changes(sites);
    }
    if (!s.skip(") frame ")) return;
    chain.top = static_cast<unsigned>(sites.size() - 1);
    for (unsigned f = 0; f < sites.size(); ++f) {
      chain.calls[f].subprog = flow_.at[sites[f]].subprog;
      if (f > 0) chain.calls[f].callsite = sites[f - 1];
    }
    const auto frame = static_cast<unsigned>(*s.number());
    s.skip(" insn ");
    const auto insn = static_cast<uint32_t>(*s.number());
    chains_[sites] = chain;
    while (s.skip(" ")) {
      const bool add = s.skip("+");
      if (!add && !s.skip("-")) return;
      const bool live = s.skip("live ");
      if (!live) s.skip("written ");
      SlotSet changed = 0;
      do changed |= SlotSet{1} << ((-*s.number() - 1) / 8);
      while (s.skip(","));
      changes_.push_back({{sites, frame, insn}, live, add, changed});
    }
  }

  // Before a function's writes are computed anew they are emptied without a word: then some are added that were there.
  void apply_changes(const std::vector<uint32_t>& sites) {
    const bool anew = std::ranges::any_of(
        changes_, [&](const Change& c) { return !c.live && c.add && (kernel_[c.at].written & c.changed) != 0; });
    if (anew)
      for (auto& [at, sets] : kernel_)
        if (std::get<0>(at) == sites) sets.written = 0;
    for (const Change& c : changes_) {
      SlotSet& set = c.live ? kernel_[c.at].live : kernel_[c.at].written;
      set = c.add ? set | c.changed : set & ~c.changed;
    }
    changes_.clear();
  }

  void compare() {
    for (const auto& [sites, chain] : chains_) {
      const Subprogram& sub = flow_.subprogs[chain.calls[chain.top].subprog];
      for (unsigned f = 0; f <= chain.top; ++f)
        for (uint32_t at = sub.first; at < sub.end; ++at) {
          if (at != sub.first && !flow_.at[at].is(Mark::prune)) continue;
          const auto kernel = kernel_.find({sites, f, at});
          const Sets theirs = kernel == kernel_.end() ? Sets{} : kernel->second;
          const auto m = ours_.masks(chain, f, at);
          ++compared;
          const bool emptied = m.written == 0 && theirs.written != 0;  // and nothing was added again
          if (m.live == theirs.live && (m.written == theirs.written || emptied)) continue;
          fault_ = fmt::format("chain {} frame {} insn {}: live {:x} here, {:x} there; written {:x} here, {:x} there",
                               sites.front(), f, at, m.live, theirs.live, m.written, theirs.written);
        }
    }
  }

  const std::vector<Insn>& insns_;
  const Flow& flow_;
  StackLiveness ours_;
  Where now_;
  std::vector<Aside> aside_;
  std::map<Place, Sets> kernel_;
  std::vector<Change> changes_;
  std::map<std::vector<uint32_t>, CallChain> chains_;
  std::string fault_;
};

// A function of `size` instructions or a few more: stores, loads, coin tosses with jumps both ways, calls of those
// behind.
std::vector<Insn> function(std::mt19937& random, int size, int functions_behind) {
  auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  auto slot = [&] { return static_cast<int16_t>(-8 * (1 + below(4))); };
  const uint8_t bases[] = {10, 10, 6};
  const bool counts = below(2) != 0;
  bool looped = false;
  std::vector<Insn> out;
  while (static_cast<int>(out.size()) < size) {
    const uint8_t base = bases[below(3)];
    switch (below(11)) {
      case 0:
      case 1: out.push_back(isa::make_insn(0x7a, base, 0, slot(), below(2))); break;
      case 2: out.push_back(isa::make_insn(0x62, base, 0, slot(), below(2))); break;
      case 3:
      case 4: out.push_back(isa::make_insn(0x79, 3, base, slot(), 0)); break;
      case 5:
      case 6:
        out.push_back(isa::make_insn(0x85, 0, 0, 0, 7));
        out.push_back(isa::make_insn(below(2) != 0 ? 0x25 : 0x55, 0, 0, 0, below(100)));  // to be aimed
        break;
      case 7:
        if (functions_behind == 0) break;
        out.push_back(isa::make_insn(0xbf, 1, base, 0, 0));
        out.push_back(isa::make_insn(0x85, 0, 1, 0, 1 + below(functions_behind)));  // to be aimed
        break;
      case 8: out.push_back(isa::make_insn(0xbf, 9, 7, 0, 0)); break;
      case 9: out.push_back(isa::make_insn(0x7a, 9, 0, slot(), 0)); break;
      case 10:
        if (looped || out.empty()) break;
        looped = true;
        const auto back = static_cast<int16_t>(-below(static_cast<int>(out.size())));
        if (counts) {  // a loop of at most three rounds
          out.push_back(isa::make_insn(0x07, 8, 0, 0, 1));
          out.push_back(isa::make_insn(0xa5, 8, 0, static_cast<int16_t>(back - 1), 3));
        } else {  // a loop that may_goto leaves
          out.insert(out.end() + back - 1, isa::make_insn(0xe5, 0, 0, static_cast<int16_t>(1 - back), 0));
          out.push_back(isa::make_insn(0x05, 0, 0, static_cast<int16_t>(back - 2), 0));
        }
        break;
    }
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].code != 0x25 && out[i].code != 0x55) continue;
    out[i].off = static_cast<int16_t>(below(static_cast<int>(out.size() - i)));
  }
  return out;
}

std::vector<Insn> program(std::mt19937& random) {
  const int functions = 1 + static_cast<int>(random() % 3);
  std::vector<Insn> all;
  std::vector<std::size_t> starts;
  for (int f = 0; f < functions; ++f) {
    starts.push_back(all.size());
    all.push_back(isa::make_insn(0xbf, 6, f == 0 ? 10 : 1, 0, 0));
    all.push_back(isa::make_insn(0xb7, 8, 0, 0, 0));
    all.push_back(isa::make_insn(0xbf, 9, 10, 0, 0));
    all.push_back(isa::make_insn(0xbf, 7, 10, 0, 0));
    all.push_back(isa::make_insn(0x07, 7, 0, 0, -8));
    const auto body = function(random, 3 + static_cast<int>(random() % 8), functions - f - 1);
    all.insert(all.end(), body.begin(), body.end());
    all.push_back(isa::make_insn(0xb7, 0, 0, 0, 0));
    all.push_back(isa::make_insn(0x95, 0, 0, 0, 0));
  }
  std::size_t f = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (f + 1 < starts.size() && starts[f + 1] == i) ++f;
    if (all[i].code != 0x85 || all[i].src() != 1) continue;
    const std::size_t to = starts[f + static_cast<std::size_t>(all[i].imm)];
    all[i].imm = static_cast<int32_t>(to) - static_cast<int32_t>(i) - 1;
  }
  return all;
}

TEST(StackLivenessKernel, SameSetsAfterEveryPath) {
  if (!test::Kernel::is_6_18()) GTEST_SKIP() << "the kernel is not 6.18";
  test::Kernel kernel;
  std::mt19937 random(3);
  const module::Module none;
  std::size_t walked = 0, updates = 0, compared = 0, loops = 0, different = 0;
  for (int n = 0; n < 8000 && different < 3; ++n) {
    module::ProgDef prog;
    prog.type = facts::ProgType::socket_filter;
    prog.insns = program(random);
    const auto flow = analyse({.module = none, .prog = prog, .target = {}});
    if (!flow) continue;
    const auto said = kernel.ask(prog.insns, prog.type, 2);
    if (said.err != 0) continue;
    ++walked;
    loops += std::ranges::any_of(flow->at, [](const At& a) { return a.loop != 0; });
    Replay replay(prog.insns, *flow);
    const std::string fault = replay.run(said.log.substr(said.log.find("\n0: ") + 1));
    updates += replay.updates;
    compared += replay.compared;
    if (fault.empty()) continue;
    ++different;
    ADD_FAILURE() << isa::print_program(prog.insns) << fault << "\n" << said.log.substr(0, 20000);
  }
  std::printf("%zu walks (%zu with loops), %zu updates, %zu sets compared\n", walked, loops, updates, compared);
  EXPECT_GT(walked, 1000u);
  EXPECT_GT(loops, 100u);
}

}  // namespace
}  // namespace skep::verify
