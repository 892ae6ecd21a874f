// SPDX-License-Identifier: Apache-2.0
// Contexts and the structures behind pointers, graded by the kernel of this machine: every offset, width and direction,
// for every program type and attach type that it loads. What a read gives is compared with the register it prints.
// Not loaded here: lirc_mode2 (not configured), tracing, ext, lsm (forbidden by the machine), struct_ops (needs BTF).
#include <gtest/gtest.h>

#include <algorithm>

#include "facts/contexts.hpp"
#include "facts/grade.hpp"

namespace skep::facts {
namespace {

using namespace grade;
using isa::make_insn;

constexpr uint8_t ldx = 0x61, ldsx = 0x81, stx = 0x63;                // RFC 9669 section 5
constexpr uint8_t width[] = {0, 0x10, 0x08, 0, 0x00, 0, 0, 0, 0x18};  // size bits of a load or store, by bytes

isa::Insn instruction(Access access, unsigned size, int16_t at) {
  const uint8_t w = width[size];
  switch (access) {
    case Access::read: return make_insn(ldx | w, 2, 1, at, 0);
    case Access::read_sign_extended: return make_insn(ldsx | w, 2, 1, at, 0);
    case Access::write: return make_insn(stx | w, 1, 2, at, 0);
  }
  std::unreachable();
}

// The register's kind in the kernel's log.
std::string kernel_words(const FieldAccess& a) {
  switch (a.gives) {
    case Gives::scalar: return "scalar(";
    case Gives::packet: return "pkt(";
    case Gives::packet_meta: return "pkt_meta(";
    case Gives::packet_end: return "pkt_end(";
    case Gives::sock_common_or_null: return "sock_common_or_null(";
    case Gives::socket: return "sock(";
    case Gives::socket_or_null: return "sock_or_null(";
    case Gives::flow_keys: return "flow_keys(";
    case Gives::kernel_struct: return "trusted_ptr_" + std::string(a.field->rare.structure) + "(";
    case Gives::tp_buffer: return "tp_buffer(";
  }
  std::unreachable();
}

// What r2 became at the first "R2=" after the instruction of this number.
std::string register_2(const std::string& log, std::size_t insn) {
  auto at = log.find("\n" + std::to_string(insn) + ": (");
  at = log.find("; ", at);
  at = log.find("R2=", at);
  return at == std::string::npos ? "nothing" : log.substr(at + 3, log.find('\n', at) - at - 3);
}

using Ours = std::expected<FieldAccess, AccessRefusal>;

// One access, in a program that begins with `before` (which leaves the pointer in r1).
struct Question {
  ProgType type;
  AttachType attach;
  const Code& before;
  Access access;
  unsigned size;
  int16_t at;
  Code program() const {
    Code c = before;
    c.push_back(mov(2, 0));
    c.push_back(instruction(access, size, at));
    c.push_back(mov(0, 1));  // 1 is an answer that every type may give
    c.push_back(leave);
    return c;
  }
  std::string text() const {
    return std::string(name(type)) + " as " + std::string(name(attach)) +
           (access == Access::write ? " writes " : " reads ") + std::to_string(size) + " bytes at " +
           std::to_string(at) + (access == Access::read_sign_extended ? " with sign" : "");
  }
};

void compare(const Question& q, const Ours& ours) {
  const Code code = q.program();
  const bool kind = ours.has_value() && q.access == Access::read;
  const Loaded theirs = load({.type = q.type, .attach = q.attach, .code = code, .log_level = kind ? 2U : 0U});
  EXPECT_EQ(theirs.error == 0, ours.has_value()) << q.text() << ": " << errno_text(theirs.error);
  if (kind && theirs.error == 0) {
    const std::string r2 = register_2(theirs.log, q.before.size() + 1);
    EXPECT_TRUE(r2.starts_with(kernel_words(*ours))) << q.text() << " gives " << r2;
  }
}

// Linux lets the upper half of bytes_received and bytes_acked through a tcp_sock pointer, then cannot rewrite the
// access: EFAULT, and a warning in the kernel's log. Refused here, too, but better not asked of the machine one works
// on.
bool linux_trips(const Code& before, Access access, unsigned size, int at) {
  const bool tcp = std::ranges::any_of(before, [](isa::Insn i) { return i.code == 0x85 && i.imm == 96; });
  return tcp && access != Access::write && size == 4 && (at == 84 || at == 92);
}

unsigned asked = 0;

// Every access at offsets from `from` up to and without `to`.
template <class Answer>
void ask_all(ProgType type, AttachType attach, const Code& before, int from, int to, Answer&& answer) {
  for (unsigned size : {1U, 2U, 4U, 8U})
    for (int at = from; at < to; ++at)
      for (Access access : {Access::read, Access::read_sign_extended, Access::write}) {
        if (access == Access::read_sign_extended && size == 8) continue;  // there is no such instruction
        if (linux_trips(before, access, size, at)) continue;
        compare({type, attach, before, access, size, static_cast<int16_t>(at)}, answer(at, size, access));
        ++asked;
      }
}

// N where Linux 6.18.N runs.
unsigned running_patch() {
  utsname u{};
  uname(&u);
  unsigned patch = newest_patch;
  std::sscanf(u.release, "6.18.%u", &patch);
  return patch;
}

class GradedContexts : public Graded {};

TEST_F(GradedContexts, EveryAccess) {
  for (const ProgTypeRow& r : prog_types) {
    if (r.id == ProgType::unspec || !loads_when_empty(r.id)) continue;
    for (AttachType attach : attach_types_of(r.id)) {
      auto answer = [&](int at, unsigned size, Access access) {
        return access_field({r.id, attach, Caps::all(), running_patch()}, at, size, access);
      };
      const int end = static_cast<int>(layout(r.context).bytes) + 8;
      ask_all(r.id, attach, {}, -8, std::min(end, 240), answer);
      if (end > 240) ask_all(r.id, attach, {}, std::min(end, 32768) - 24, std::min(end, 32768), answer);
      if (layout(r.context).before) ask_all(r.id, attach, {}, -32768, -32752, answer);
    }
  }
  EXPECT_GT(asked, 69000U);
}

// r0 is compared with null; then it is in r1.
void not_null(Code& c) {
  c.push_back(make_insn(0x55, 0, 0, 2, 0));
  c.push_back(mov(0, 0));
  c.push_back(leave);
  c.push_back(copy(1, 0));
}

TEST_F(GradedContexts, EveryAccessThroughSocketPointers) {
  Code common{make_insn(0x79, 0, 1, 168, 0)};  // r0 = skb->sk
  not_null(common);
  Code socket = common, tcp = common;
  socket.push_back(call(95)), not_null(socket);  // sk_fullsock
  tcp.push_back(call(96)), not_null(tcp);        // tcp_sock
  for (auto [pointee, before] :
       {std::pair{Pointee::sock_common, &common}, {Pointee::socket, &socket}, {Pointee::tcp_sock, &tcp}})
    ask_all(ProgType::sched_cls, unsaid, *before, -8, static_cast<int>(layout(pointee).bytes) + 8,
            [&](int at, unsigned size, Access access) { return access_field(pointee, at, size, access); });
}

TEST_F(GradedContexts, EveryAccessToAnXdpSocket) {
  const Fd map =
      make_map({.type = static_cast<uint32_t>(MapType::xskmap), .key_size = 4, .value_size = 4, .max_entries = 1});
  Code before{make_insn(0x7a, 10, 0, -8, 0),       copy(2, 10), make_insn(0x07, 2, 0, 0, -8),
              make_insn(0x18, 1, 1, 0, map.get()), {},          call(1)};
  not_null(before);
  ask_all(ProgType::xdp, unsaid, before, -8, 16,
          [](int at, unsigned size, Access access) { return access_field(Pointee::xdp_sock, at, size, access); });
}

TEST_F(GradedContexts, EveryAccessToFlowKeys) {
  const Code before{make_insn(0x79, 1, 1, 144, 0)};  // r1 = skb->flow_keys
  ask_all(ProgType::flow_dissector, unsaid, before, -8, 64,
          [](int at, unsigned size, Access access) { return access_field(Pointee::flow_keys, at, size, access); });
}

}  // namespace
}  // namespace skep::facts
