// SPDX-License-Identifier: Apache-2.0
// The rows of helpers, graded by the kernel of this machine, in both directions: every call is written with what its
// row asks for and must be accepted; then one thing is spoilt, and the verifier must complain exactly as the row
// predicts. What this machine cannot load (lirc, LSM, fentry) or make (an xdp_buff for tracing) is printed: "cannot
// tell".
#include <fcntl.h>
#include <sys/wait.h>

#include <algorithm>
#include <set>

#include "facts/calls.hpp"

namespace skep::facts {
namespace {

class HelperCalls : public testing::Test {
 protected:
  void SetUp() override {
    if (!kernel().loads({.type = ProgType::xdp})) GTEST_SKIP() << "bpf(2) cannot load an empty XDP program";
  }
};

TEST_F(HelperCalls, AreAcceptedWithWhatTheRowAsksFor) {
  unsigned whole = 0;
  for (const Row& r : rows()) {
    if (!r.whole()) {
      std::printf("cannot tell: %s, from r%zu on\n", r.name().c_str(), r.args.size() + 1);
      continue;
    }
    Answer a = ask(r, {});
    bool lock_held = r.helper->name == "spin_lock" && a.has("function calls are not allowed while holding a lock");
    EXPECT_TRUE(a.got_to_the_end() || lock_held) << r.name() << ": " << a.last();
    ++whole;
  }
  std::size_t prototypes = helpers().size() + other_prototypes().size();
  std::printf("%u of %zu prototypes are called\n", whole, prototypes);
  for (const Helper& h : helpers())
    if (std::ranges::none_of(rows(), [&](const Row& r) { return r.helper == &h; }))
      std::printf("cannot tell: %s, which no program that loads here can call\n", std::string(h.name).c_str());
  EXPECT_GE(whole, prototypes - 15);
}

// ---- who may call it ----------------------------------------------------------------------------------------------

bool has_rule(const Helper& h, ProgType type) {
  return std::ranges::any_of(
      call_rules(), [&](const CallRule& r) { return std::ranges::count(r.helpers, h.id) != 0 && r.types.has(type); });
}

// What the kernel says of a call with nothing but the context in r1, in the words of Refusal.
std::optional<Refusal> refusal(const Answer& a) {
  if (a.has("program of this type cannot use helper")) return Refusal::unknown;
  if (a.has("helper call is not allowed in probe")) return Refusal::not_in_probe;
  if (a.has("supported only for fentry/fexit/fmod_ret programs")) return Refusal::only_trampolines;
  if (a.has("not supported for program type")) return Refusal::not_in_type;
  return std::nullopt;
}

unsigned ask_who_may_call(const Where& at, bool only_ruled) {
  unsigned asked = 0;
  for (const Helper& h : helpers()) {
    if (withheld(h)) continue;
    if (only_ruled && !has_rule(h, at.type)) continue;
    std::optional<Refusal> ours;
    if (const CallRule* rule = refused_by_attach(h.id, at.type, at.attach, at.target)) ours = rule->otherwise;
    if (prototype(h.id, at.type) == nullptr || (at.type == ProgType::struct_ops && !gives_helpers(at.target)))
      ours = Refusal::unknown;
    Answer said = kernel().ask(at, fmt::format("call {}; r0 = 0; exit", h.id));
    EXPECT_EQ(ours, refusal(said)) << h.name << " in " << at.name() << " at " << name(at.attach) << ": " << said.last();
    ++asked;
  }
  return asked;
}

// Every helper, every program type, every attach type that the type is loaded with; where that is any of them, only the
// helpers that have a rule are asked with each.
TEST_F(HelperCalls, AreThereWhereTheTableSays) {
  unsigned asked = 0;
  for (const ProgTypeRow& r : prog_types) {
    uint32_t flags = r.id == ProgType::syscall ? prog_flag::sleepable : 0;
    AttachTypes at;
    for (const AttachTypeRow& a : attach_types)
      if (kernel().loads({.type = r.id, .attach = a.id, .flags = flags})) at = at | AttachTypes{a.id};
    for (const AttachTypeRow& a : attach_types)
      if (at.has(a.id))
        asked += ask_who_may_call({.type = r.id, .attach = a.id, .flags = flags},
                                  at == AttachTypes::all() && a.id != unsaid);
  }
  for (const Where& at : places_here())
    if (!at.target.empty()) asked += ask_who_may_call(at, false);
  asked += ask_who_may_call({.type = ProgType::struct_ops, .target = "bpf_dummy_ops"}, false);
  std::printf("%u pairs of helper and place\n", asked);
  EXPECT_GT(asked, 12000U);
}

// ---- what an argument may be --------------------------------------------------------------------------------------

// "R2 type=ctx expected=…": the words for each kind; empty where every register will do.
std::string_view expected(ArgKind kind) {
  using enum ArgKind;
  switch (kind) {
    case none:
    case vararg:
    case anything: return "";
    case ctx: return "ctx";
    case const_map_ptr: return "map_ptr";
    case map_key:
    case map_value:
    case mem:
    case fixed_mem: return "fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_";
    case size:
    case size_or_zero:
    case alloc_size_or_zero: return "scalar";
    case ringbuf_mem: return "ringbuf_mem";
    case spin_lock:
    case kptr: return "map_value, ptr_";
    case sock_common: return "sock_common, sock, tcp_sock, xdp_sock";
    case socket: return "sock";
    case btf_sock_common: return "sock_common, sock, tcp_sock, xdp_sock, ptr_, trusted_ptr_";
    case btf_id: return "ptr_, trusted_ptr_, rcu_ptr_";
    case percpu_btf_id: return "percpu_ptr_, percpu_rcu_ptr_, percpu_trusted_ptr_";
    case func: return "func";
    case stack: return "fp";
    case const_str:
    case timer: return "map_value";
    case dynptr: return "fp, dynptr_ptr";
  }
  std::unreachable();
}

TEST_F(HelperCalls, RefuseArgumentsOfAnotherKind) {
  constexpr std::pair<std::string_view, std::string_view> others[] = {
      {"scalar", "r{} = 7;"}, {"scalar", "r{} = 0;"}, {"ctx", "r{} = r6;"}, {"map_ptr", "r{} = map[array];"}};
  unsigned asked = 0;
  for (const Row& r : rows())
    for (unsigned i = 0; i < std::min<std::size_t>(r.args.size() + 1, 5); ++i) {
      const Arg& a = r.helper->args[i];
      std::string_view words = expected(a.kind);
      for (auto [type, load] : others) {
        bool null = load == "r{} = 0;";
        if (type == words || (null && a.or_null)) continue;
        Answer said = ask(r, {.argument = i, .by = {"", fmt::format(fmt::runtime(load), i + 1)}});
        std::string predicted = fmt::format("R{} type={} expected={}", i + 1, type, words);
        if (words.empty())
          EXPECT_FALSE(said.has(fmt::format("R{} type=", i + 1))) << r.name() << ": " << said.last();
        else
          EXPECT_EQ(predicted, said.last()) << r.name() << i;
        ++asked;
      }
      if (a.kind == ArgKind::none) break;
    }
  std::printf("%u arguments of a wrong kind\n", asked);
}

TEST_F(HelperCalls, TakeNullWhereTheRowSaysSo) {
  for (const Row& r : rows())
    for (unsigned i = 0; i < r.args.size(); ++i)
      if (r.helper->args[i].or_null) {
        Answer said = ask(r, {.argument = i, .by = {"", fmt::format("r{} = 0;", i + 1)}});
        EXPECT_FALSE(said.has(fmt::format("R{} type=", i + 1))) << r.name() << ": " << said.last();
      }
}

TEST_F(HelperCalls, RefuseASizeOfZeroWhereTheRowSaysSo) {
  for (const Row& r : rows())
    for (unsigned i = 0; i < r.args.size(); ++i) {
      ArgKind kind = r.helper->args[i].kind;
      if (kind != ArgKind::size && kind != ArgKind::size_or_zero) continue;
      Answer said = ask(r, {.argument = i, .by = {"", fmt::format("r{} = 0;", i + 1)}});
      EXPECT_EQ(kind == ArgKind::size, said.has("invalid zero-sized read")) << r.name() << ": " << said.last();
    }
}

// ---- memory -------------------------------------------------------------------------------------------------------

bool is_memory(const Row& r, unsigned i) {
  const Arg& a = r.helper->args[i];
  return a.use != Use::none && a.kind != ArgKind::dynptr && r.helper->name != "dynptr_from_mem";
}

// The call is whole up to the memory's size.
Answer ask_memory(const Row& r, unsigned i, Made by, std::string before = {}) {
  Row changed = r;
  changed.args[i] = std::move(by);
  bool sized = r.helper->args[i].kind == ArgKind::mem;
  unsigned last = i + (sized ? 1 : 0);
  if (changed.args.size() <= last) return {};
  return ask(changed, {.argument = last, .by = changed.args[last], .before = std::move(before)});
}

// Maps that programs may only write, and only read.
TEST_F(HelperCalls, ReadAndWriteMemoryAsTheRowSays) {
  unsigned asked = 0;
  for (const Row& r : rows())
    for (unsigned i = 0; i < r.args.size(); ++i) {
      const Arg& a = r.helper->args[i];
      if (!is_memory(r, i) || a.bytes > 32) continue;
      bool reads = a.use == Use::reads || a.use == Use::wants_plain;
      Answer unreadable = ask_memory(r, i, waiting(i, value_of("no_reads")));
      EXPECT_EQ(reads, unreadable.has("read from map forbidden")) << r.name() << " r" << i + 1 << unreadable.last();
      Answer unwritable = ask_memory(r, i, waiting(i, value_of("no_writes")));
      EXPECT_EQ(!reads, unwritable.has("write into map forbidden")) << r.name() << " r" << i + 1 << unwritable.last();
      ++asked;
    }
  EXPECT_GT(asked, 80U);
}

// Memory that is read-only by its type.
TEST_F(HelperCalls, TakeReadOnlyMemoryWhereTheyOnlyRead) {
  unsigned asked = 0;
  for (const Row& r : rows())
    for (unsigned i = 0; i < r.args.size(); ++i) {
      if (!is_memory(r, i) || r.helper->args[i].bytes > 8) continue;
      Made slice = waiting(i, local_dynptr() + "; r1 = r10; r1 += -56; r2 = 0; r3 = 0; r4 = 8; call bpf_dynptr_slice");
      Answer said = ask_memory(r, i, slice);
      if (said.has("calling kernel function")) continue;  // not in this program type
      std::string refused = fmt::format("R{} type=rdonly_mem expected=", i + 1);
      EXPECT_EQ(r.helper->args[i].use != Use::reads, said.has(refused)) << r.name() << ": " << said.last();
      ++asked;
    }
  EXPECT_GT(asked, 60U);
}

TEST_F(HelperCalls, TakePacketsAsMemoryWhereTheRowSaysSo) {
  unsigned asked = 0;
  for (const Row& own : rows())
    for (const Where& at : {places[0], places[1]})
      for (unsigned i = 0; can_be_asked(*own.helper, at) && i < own.args.size(); ++i) {
        Row r = row_at(*own.helper, at);
        if (i >= r.args.size() || !is_memory(r, i)) continue;
        int data = at.type == ProgType::xdp ? 0 : 76;
        std::string before = fmt::format(
            "r7 = *(u32 *)(r6 + {}); r8 = *(u32 *)(r6 + {}); r0 = r7; r0 += 64; if r0 > r8 goto none;", data, data + 4);
        Answer said = ask_memory(r, i, {"", fmt::format("r{} = r7;", i + 1)}, before);
        EXPECT_EQ(!r.helper->rare.takes_packet, said.has("helper access to the packet is not allowed"))
            << r.name() << ": " << said.last();
        ++asked;
      }
  EXPECT_GT(asked, 80U);
}

// Memory of a fixed size: so many bytes, no more, and aligned or not.
TEST_F(HelperCalls, WantAsManyBytesAsTheRowSays) {
  for (const Row& r : rows())
    for (unsigned i = 0; i < r.args.size(); ++i) {
      const Arg& a = r.helper->args[i];
      if (a.kind != ArgKind::fixed_mem) continue;
      auto stack = [&](int at) { return Made{"", fmt::format("r{0} = r10; r{0} += {1};", i + 1, at)}; };
      std::string zero =
          "*(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; *(u64 *)(r10 - 24) = 0; *(u64 *)(r10 - 32) = 0;"
          "*(u64 *)(r10 - 40) = 0;";
      EXPECT_TRUE(ask_memory(r, i, stack(-a.bytes), zero).has(" !read_ok") ||
                  ask_memory(r, i, stack(-a.bytes), zero).got_to_the_end())
          << r.name();
      EXPECT_TRUE(ask_memory(r, i, stack(1 - a.bytes), zero).has("stack")) << r.name();
      EXPECT_EQ(a.aligned, ask_memory(r, i, stack(-127), zero).has("misaligned")) << r.name();
    }
}

// ---- r0 -----------------------------------------------------------------------------------------------------------

// How the verifier's log shows r0 after the call.
std::string shown(const Helper& h) {
  using enum RetKind;
  const Ret& r = h.returns;
  std::string null = r.or_null ? "_or_null(id=" : "(";
  std::string name = r.btf.empty() ? "task_struct" : std::string(r.btf);  // of the test's kptr
  switch (r.kind) {
    case nothing: return "";
    case integer:
      if (h.rare.range == Range::error_or_size) return "scalar(id=,smin=smin32=-4095,smax=smax32=8)";
      return h.rare.range == Range::cpu ? "scalar(id=,smin=smin32=0," : "scalar(id=)";
    case map_value: return "map_value" + null;
    case socket: return "sock" + null;
    case sock_common: return "sock_common" + null;
    case tcp_sock: return "tcp_sock" + null;
    case mem: return (r.ringbuf ? "ringbuf_mem" : "mem") + null;
    case btf_id: return fmt::format("{}ptr_{}{}(", r.trusted ? "trusted_" : "", r.or_null ? "or_null_" : "", name);
    case mem_or_btf_id: return "rcu_ptr_plain(";  // what the test gives is allocated, so that it is on every CPU
  }
  std::unreachable();
}

std::string without_ids(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (out.ends_with("(id="))
      while (i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i + 1]))) ++i;
  }
  return out;
}

TEST_F(HelperCalls, ReturnWhatTheRowSays) {
  unsigned asked = 0;
  for (const Row& r : rows()) {
    if (!r.whole() || r.helper->name == "tail_call" || r.helper->name == "spin_lock") continue;
    Answer a = ask(r, {.after = "r9 = r0; call 9999;"}, 2);
    std::string_view log = a.log;
    bool read = log.find("R9=") != log.npos;
    EXPECT_EQ(r.helper->returns.kind != RetKind::nothing, read) << r.name() << ": " << a.last();
    if (!read) continue;
    std::string_view r0 = log.substr(log.rfind("R9=") + 3);
    r0 = r0.substr(0, r0.find('\n'));
    std::string predicted = shown(*r.helper);
    EXPECT_EQ(without_ids(predicted), without_ids(r0).substr(0, without_ids(predicted).size())) << r.name();
    // A reference of its own, or the first argument's.
    bool referenced = r.helper->rare.acquires ||
                      (r.helper->rare.same_object && r.args[0].before.find("sk_lookup_tcp") != std::string::npos);
    EXPECT_EQ(referenced, r0.find("ref_obj_id=") != r0.npos) << r.name() << ": " << r0;
    ++asked;
  }
  std::printf("r0 of %u prototypes\n", asked);
}

// ---- what the row says of the whole call --------------------------------------------------------------------------

TEST_F(HelperCalls, NeedALicenceWhereTheyAreGplOnly) {
  for (const Row& r : rows()) {
    Answer a = kernel().ask(r.at, fmt::format("call {}; exit", r.helper->id), "MIT");
    EXPECT_EQ(r.helper->rare.gpl_only, a.has("cannot call GPL-restricted function from non-GPL compatible program"))
        << r.name() << ": " << a.last();
  }
}

TEST_F(HelperCalls, KillPacketPointersWhereTheyMoveThePacket) {
  constexpr Where packets[] = {places[0], places[1], places[2], places[8], places[9], places[10], places[11]};
  std::set<std::string_view> moving;
  for (const Row& own : rows())
    for (const Where& at : packets) {
      if (!can_be_asked(*own.helper, at)) continue;
      Row r = row_at(*own.helper, at);
      if (!r.whole() || own.helper->name == "tail_call" || own.helper->name == "spin_lock") continue;
      bool msg = at.type == ProgType::sk_msg, xdp = at.type == ProgType::xdp;
      std::string before =
          fmt::format("r9 = *(u{0} *)(r6 + {1}); r8 = *(u{0} *)(r6 + {2}); r0 = r9; r0 += 1; if r0 > r8 goto none;",
                      msg ? 64 : 32, xdp || msg ? 0 : 76,
                      xdp   ? 4
                      : msg ? 8
                            : 80);
      Answer a = ask(r, {.before = before, .after = "r0 = *(u8 *)(r9 + 0); call 9999;"});
      EXPECT_EQ(r.helper->rare.moves_packet, a.has("R9 invalid mem access 'scalar'")) << r.name() << ": " << a.last();
      EXPECT_EQ(!r.helper->rare.moves_packet, a.got_to_the_end()) << r.name() << ": " << a.last();
      if (r.helper->rare.moves_packet) moving.insert(r.helper->name);
    }
  EXPECT_GE(moving.size(), 20U);
}

TEST_F(HelperCalls, SleepWhereTheRowSaysSo) {
  for (const Row& r : rows())
    for (const Where& at : places_here()) {
      if (at.flags != 0 || !r.helper->where.has(at.type)) continue;
      if (refused_by_attach(r.helper->id, at.type, at.attach, at.target) != nullptr) continue;
      Answer a = kernel().ask(at, fmt::format("call {}; exit", r.helper->id));
      if (a.has("program of this type cannot use helper")) continue;
      EXPECT_EQ(r.helper->rare.might_sleep, a.has("helper call might sleep")) << r.helper->name << " in " << at.name();
    }
  for (const Where& at : places_here())
    for (const Row& r : rows()) {
      if ((at.flags & prog_flag::sleepable) == 0 || !can_be_asked(*r.helper, at)) continue;
      Row here = row_at(*r.helper, at);
      if (!here.whole()) continue;
      Answer a = ask(here, {.before = "call bpf_rcu_read_lock;"});
      EXPECT_EQ(r.helper->rare.might_sleep, a.has("sleepable helper")) << here.name() << ": " << a.last();
    }
}

// A spill and a fill around the call, which nobody needs if the call leaves r5 alone: the stack is as deep as it was.
TEST_F(HelperCalls, AreFastWhereTheRowSaysSo) {
  for (const Row& r : rows()) {
    if (r.helper->args[4].kind != ArgKind::none || !r.whole()) continue;
    std::string text = text_of(r, {.after = "r5 = *(u64 *)(r10 - 512); r0 = 0; exit;"});
    std::string call = fmt::format("call {}; r5", r.helper->id);
    text.insert(text.rfind(call), "r5 = 1; *(u64 *)(r10 - 512) = r5;");
    Answer a = kernel().ask(r.at, text, "GPL", 4);
    EXPECT_TRUE(a.error != 0 || r.helper->rare.fastcall != a.has("stack depth 512")) << r.name() << ": " << a.log;
  }
}

// ---- maps ---------------------------------------------------------------------------------------------------------

// Nothing where it cannot be told: the value that goes into a map of sockets is a socket, which not every type has.
std::optional<bool> takes(Row r, unsigned argument, std::string_view map) {
  r.args[argument].load = fmt::format("r{} = map[{}];", argument + 1, map);
  if (r.helper->name == "map_update_elem" && map.starts_with("sock")) {
    auto socket = socket_in(r.at);
    if (!socket) return std::nullopt;
    r.args[2] = waiting(2, *socket);
  }
  return ask(r, {}).got_to_the_end();
}

TEST_F(HelperCalls, TakeTheMapsThatTheRowSays) {
  unsigned asked = 0;
  for (const Row& own : rows()) {
    auto arg = std::ranges::find(own.helper->args, ArgKind::const_map_ptr, &Arg::kind);
    if (arg == own.helper->args.end() || own.helper->name == "timer_init") continue;  // its map has the timer
    auto i = static_cast<unsigned>(arg - own.helper->args.begin());
    for (const Where& at : places_here()) {
      Row r = row_at(*own.helper, at);
      if (!can_be_asked(*own.helper, at) || !r.whole()) continue;
      if (at.flags != 0 && own.at.flags == 0) continue;  // programs that may sleep have fewer maps
      for (const MapTypeRow& m : map_types) {
        if (m.id == MapType::unspec || kernel().map(m.name) < 0) continue;
        if (at.type != own.at.type && !own.helper->rare.sockets_in.has(ProgType::xdp)) continue;
        auto theirs = takes(r, i, m.name);
        if (!theirs) continue;
        EXPECT_EQ(takes_map(*r.helper, m.id, at.type, at.attach), *theirs) << r.name() << " of " << m.name;
        ++asked;
      }
    }
  }
  std::printf("%u triples of helper, map type and program type\n", asked);
  EXPECT_GT(asked, 1000U);
}

// ---- without CAP_PERFMON ------------------------------------------------------------------------------------------

// What a child process that has kept CAP_BPF and CAP_NET_ADMIN alone found; it begins with "ok" or is a list of faults.
std::string without_perfmon(std::string (*found)()) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  if (pid_t child = fork(); child != 0) {
    close(ends[1]);
    std::string text;
    char piece[4096];
    for (ssize_t n; (n = read(ends[0], piece, sizeof piece)) > 0;) text.append(piece, static_cast<std::size_t>(n));
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return text;
  }
  constexpr uint32_t net_admin = 1 << 12, bpf_of_the_high_word = 1 << 7;  // 12 and 39
  struct {
    uint32_t version;
    int pid;
  } header{0x20080522, 0};
  struct {
    uint32_t effective, permitted, inheritable;
  } sets[2] = {{net_admin, net_admin, 0}, {bpf_of_the_high_word, bpf_of_the_high_word, 0}};
  std::string text = syscall(SYS_capset, &header, sets) == 0 ? found() : "capset: " + errno_text(errno);
  for (std::size_t at = 0; at < text.size();) {
    ssize_t n = write(ends[1], text.data() + at, text.size() - at);
    if (n <= 0) break;
    at += static_cast<std::size_t>(n);
  }
  _exit(0);
}

TEST_F(HelperCalls, NeedPerfmonWhereTheRowSaysSo) {
  EXPECT_EQ("ok", without_perfmon([] {
              std::string faults;
              for (ProgType t : {ProgType::socket_filter, ProgType::cgroup_skb, ProgType::xdp, ProgType::sched_cls})
                for (const Helper& own : helpers()) {
                  const Helper* h = prototype(own.id, t);
                  Answer a = kernel().ask({.type = t}, fmt::format("call {}; exit", own.id));
                  bool theirs = !a.has("program of this type cannot use helper");
                  if (theirs != (h != nullptr && h->rare.needs != Cap::perfmon))
                    faults += fmt::format("{} in {}: {}\n", own.name, name(t), a.last());
                }
              return faults.empty() ? "ok" : faults;
            }));
}

// Stack that nobody has written: only what the helper fills may point there. With CAP_PERFMON Linux does not ask.
TEST_F(HelperCalls, ReadNoStackThatNobodyWroteWhereTheyOnlyFillIt) {
  EXPECT_EQ("ok", without_perfmon([] {
              std::string faults;
              unsigned asked = 0;
              for (const Row& r : rows())
                for (unsigned i = 0; i < r.args.size(); ++i) {
                  if (!is_memory(r, i) || r.helper->rare.needs == Cap::perfmon) continue;
                  Answer a = ask_memory(r, i, {"", fmt::format("r{0} = r10; r{0} += -256;", i + 1)});
                  if (a.log.empty() || a.has("cannot use helper")) continue;  // what needs CAP_PERFMON
                  bool refused = a.has("invalid read from stack") || a.has("invalid indirect read from stack");
                  if (refused == (r.helper->args[i].use == Use::fills))
                    faults += fmt::format("{}, r{}: {}\n", r.name(), i + 1, a.last());
                  ++asked;
                }
              if (asked < 40) faults += "too few were asked";
              return faults.empty() ? "ok" : faults;
            }));
}

}  // namespace
}  // namespace skep::facts
