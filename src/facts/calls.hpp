// SPDX-License-Identifier: Apache-2.0
// Calls of helpers as their rows ask for them, written as text: the tests that grade rows spoil one thing after the
// other. For tests.
//
// Values that take instructions to make wait in fp-8 … fp-40, a dynptr is at fp-56, memory is fp-128 … fp-65, r6 is the
// context.
#pragma once

#include "facts/asked.hpp"

namespace skep::facts {

inline Kernel& kernel() {
  static Kernel k;
  return k;
}

// Where helpers are asked, in the order of preference.
inline constexpr Where places[] = {
    {.type = ProgType::xdp},
    {.type = ProgType::sched_cls},
    {.type = ProgType::cgroup_skb},
    {.type = ProgType::socket_filter},
    {.type = ProgType::sock_ops, .attach = AttachType::cgroup_sock_ops},
    {.type = ProgType::cgroup_sock_addr, .attach = AttachType::cgroup_inet4_connect},
    {.type = ProgType::cgroup_sockopt, .attach = AttachType::cgroup_setsockopt},
    {.type = ProgType::cgroup_sock},
    {.type = ProgType::sk_msg},
    {.type = ProgType::sk_skb},
    {.type = ProgType::lwt_xmit},
    {.type = ProgType::lwt_seg6local},
    {.type = ProgType::sk_lookup, .attach = AttachType::sk_lookup},
    {.type = ProgType::sk_reuseport},
    {.type = ProgType::cgroup_sysctl},
    {.type = ProgType::kprobe},
    {.type = ProgType::kprobe, .flags = prog_flag::sleepable},
    {.type = ProgType::perf_event},
    {.type = ProgType::syscall, .flags = prog_flag::sleepable},
    {.type = ProgType::tracing, .attach = AttachType::trace_raw_tp, .target = "btf_trace_kfree_skb"},
    {.type = ProgType::tracing, .attach = AttachType::trace_iter, .target = "bpf_iter_task_file"},
    {.type = ProgType::tracing, .attach = AttachType::trace_iter, .target = "bpf_iter_cgroup"},
    {.type = ProgType::tracing, .attach = AttachType::trace_iter, .target = "bpf_iter_tcp"},
    {.type = ProgType::struct_ops, .target = "tcp_congestion_ops"},
    {.type = ProgType::tracing, .attach = AttachType::trace_fentry, .target = "bpf_fentry_test1"},
    {.type = ProgType::tracing, .attach = AttachType::trace_fexit, .target = "bpf_fentry_test1"},
    {.type = ProgType::tracing, .attach = AttachType::trace_fentry, .target = "xdp_do_redirect"},
    {.type = ProgType::tracing, .attach = AttachType::modify_return, .target = "bpf_modify_return_test"},
    {.type = ProgType::lsm, .attach = AttachType::lsm_mac, .target = "bpf_lsm_file_open"},
    {.type = ProgType::lsm,
     .attach = AttachType::lsm_mac,
     .target = "bpf_lsm_file_open",
     .flags = prog_flag::sleepable},
    {.type = ProgType::lsm, .attach = AttachType::lsm_mac, .target = "bpf_lsm_bprm_check_security"},
    {.type = ProgType::lsm, .attach = AttachType::lsm_cgroup, .target = "bpf_lsm_socket_post_create"},
    {.type = ProgType::lsm, .attach = AttachType::lsm_cgroup, .target = "bpf_lsm_socket_bind"},
    {.type = ProgType::lsm, .attach = AttachType::lsm_mac, .target = "bpf_lsm_inode_permission"},
    {.type = ProgType::lirc_mode2, .attach = AttachType::lirc_mode2},
};

// Text that makes an argument: what comes before the call, and what puts it into its register.
struct Made {
  std::string before;
  std::string load;
};

// r0, which `how` made and which is not null, is argument i.
inline Made waiting(unsigned i, std::string_view how) {
  int slot = 8 * static_cast<int>(i + 1);
  return {fmt::format("{}; if r0 == 0 goto none; *(u64 *)(r10 - {}) = r0;", how, slot),
          fmt::format("r{} = *(u64 *)(r10 - {});", i + 1, slot)};
}
inline std::string value_of(std::string_view map) {
  return fmt::format("r1 = map[{}]; r2 = r10; r2 += -128; call map_lookup_elem", map);
}
inline std::string local_dynptr() {
  return value_of("array") +
         "; if r0 == 0 goto none; r1 = r0; r2 = 8; r3 = 0; r4 = r10; r4 += -56; call dynptr_from_mem";
}

inline std::optional<std::string> socket_in(const Where& at) {
  if (prototype(84, at.type) != nullptr)  // sk_lookup_tcp
    return "r1 = r6; r2 = r10; r2 += -128; r3 = 12; r4 = -1; r5 = 0; call sk_lookup_tcp";
  if (at.target == "bpf_iter_tcp") return "r0 = *(u64 *)(r6 + 8)";
  constexpr std::pair<ProgType, int> fields[] = {{ProgType::sock_ops, 184},
                                                 {ProgType::sk_msg, 72},
                                                 {ProgType::cgroup_sockopt, 0},
                                                 {ProgType::struct_ops, 0},
                                                 {ProgType::sk_lookup, 0}};
  for (auto [type, offset] : fields)
    if (type == at.type) return fmt::format("r0 = *(u64 *)(r6 + {})", offset);
  return std::nullopt;
}

inline uint32_t offset_of(const btf::Btf& btf, btf::TypeId record, std::string_view member) {
  for (const btf::Member& m : btf.members(btf.resolve(record))) {
    if (m.name == member) return m.bit_offset / 8;
    if (m.name.empty())
      if (uint32_t within = offset_of(btf, m.type, member); within != UINT32_MAX) return m.bit_offset / 8 + within;
  }
  return UINT32_MAX;
}

inline std::optional<std::string> kernel_pointer(const Where& at, std::string_view to) {
  if (to == "task_struct") return "call get_current_task_btf";
  if (to == "sock_common") return at.type == ProgType::tracing ? socket_in(at) : std::nullopt;
  if (to == "sk_buff" && at.target == "btf_trace_kfree_skb") return "r0 = *(u64 *)(r6 + 0)";
  if (to == "seq_file" && at.attach == AttachType::trace_iter) return "r0 = *(u64 *)(r6 + 0); r0 = *(u64 *)(r0 + 0)";
  int file = at.target == "bpf_iter_task_file" ? 24 : at.target == "bpf_lsm_file_open" ? 0 : -1;
  if (file >= 0 && (to == "file" || to == "path" || to == "inode")) {
    std::string text = fmt::format("r0 = *(u64 *)(r6 + {})", file);
    auto in_file = [](std::string_view field) {
      const btf::Btf& k = kernel().vmlinux();
      return offset_of(k, *k.find("file", btf::Kind::struct_), field);
    };
    if (to == "path") text += fmt::format("; if r0 == 0 goto none; r0 += {}", in_file("f_path"));
    if (to == "inode") text += fmt::format("; if r0 == 0 goto none; r0 = *(u64 *)(r0 + {})", in_file("f_inode"));
    return text;
  }
  if (to == "xdp_buff" && at.target == "xdp_do_redirect") return "r0 = *(u64 *)(r6 + 8)";
  if (to == "linux_binprm" && at.target == "bpf_lsm_bprm_check_security") return "r0 = *(u64 *)(r6 + 0)";
  if (to == "cgroup" && at.target == "bpf_iter_cgroup") return "r0 = *(u64 *)(r6 + 8)";
  if (to == "tcp_sock" && at.type == ProgType::struct_ops) return "r0 = *(u64 *)(r6 + 0)";
  return std::nullopt;
}

inline std::string map_for(const Helper& h) {
  if (h.name == "timer_init") return "special";
  for (const MapTypeRow& m : map_types)
    if (h.rare.maps.has(m.id)) return std::string(m.name);
  return "array";
}

inline std::optional<Made> make_object(const Helper& h, unsigned i, const Where& at) {
  using enum ArgKind;
  const Arg& a = h.args[i];
  if (a.kind == ringbuf_mem) return waiting(i, "r1 = map[ringbuf]; r2 = 8; r3 = 0; call ringbuf_reserve");
  if (a.kind == timer) return waiting(i, value_of("special") + "; if r0 == 0 goto none; r0 += 8");
  if (a.kind == kptr) return waiting(i, value_of("special") + "; if r0 == 0 goto none; r0 += 24");
  if (a.kind == percpu_btf_id)
    return waiting(i, value_of("special") + "; if r0 == 0 goto none; r0 = *(u64 *)(r0 + 32)");
  if (a.kind == spin_lock) {
    Made m = waiting(i, value_of("special"));
    if (h.name == "spin_unlock") m.before += "r1 = r0; call spin_lock;";
    return m;
  }
  if (a.kind == sock_common || a.kind == socket || a.kind == btf_sock_common)
    if (auto sk = socket_in(at)) return waiting(i, *sk);
  if (a.kind == btf_id)
    if (auto p = kernel_pointer(at, a.btf)) return waiting(i, *p);
  if (a.kind != dynptr) return std::nullopt;
  Made m{"", fmt::format("r{0} = r10; r{0} += -56;", i + 1)};
  if (a.use == Use::fills) return m;
  m.before = a.dynptr == Dynptr::ringbuf
                 ? "r1 = map[ringbuf]; r2 = 8; r3 = 0; r4 = r10; r4 += -56; call ringbuf_reserve_dynptr;"
                 : local_dynptr() + ";";
  return m;
}

// What the row asks for in r(i+1); nothing where this place cannot make one.
inline std::optional<Made> make(const Helper& h, unsigned i, const Where& at) {
  using enum ArgKind;
  const Arg& a = h.args[i];
  unsigned reg = i + 1;
  switch (a.kind) {
    case none:
    case vararg: return Made{};
    case anything: return Made{"", fmt::format("r{} = 0;", reg)};
    case ctx: return Made{"", fmt::format("r{} = r6;", reg)};
    case const_map_ptr: return Made{"", fmt::format("r{} = map[{}];", reg, map_for(h))};
    case map_key:
    case map_value:
    case mem:
    case fixed_mem:
    case stack:
      if (h.name == "dynptr_from_mem") return waiting(i, value_of("array"));  // memory on the stack will not do
      return Made{"", fmt::format("r{0} = r10; r{0} += -128;", reg)};
    case size:
    case size_or_zero:
    case alloc_size_or_zero: return Made{"", fmt::format("r{} = 8;", reg)};
    case func: return Made{"", fmt::format("r{} = func[callback];", reg)};
    case const_str: return Made{"", fmt::format("r{} = map[const_str][0] + 0;", reg)};
    case dynptr:
    case kptr:
    case timer:
    case percpu_btf_id:
    case btf_id:
    case btf_sock_common:
    case socket:
    case sock_common:
    case spin_lock:
    case ringbuf_mem: break;
  }
  if (auto m = make_object(h, i, at)) return m;
  return a.or_null ? std::optional(Made{"", fmt::format("r{} = 0;", reg)}) : std::nullopt;
}

// A prototype at the place where most of its arguments can be made.
struct Row {
  const Helper* helper;
  Where at;
  std::vector<Made> args;  // as many as can be made there
  bool whole() const { return args.size() == 5; }
  std::string name() const { return fmt::format("{} in {}", helper->name, at.name()); }
};

// The places where this machine loads a program.
inline const std::vector<Where>& places_here() {
  static const std::vector<Where> here = [] {
    std::vector<Where> all(std::begin(places), std::end(places));
    std::erase_if(all, [](const Where& at) { return !kernel().loads(at); });
    return all;
  }();
  return here;
}

// Two helpers are not there where the machine is locked down, or the kernel was built without.
inline bool withheld(const Helper& h) {
  if (h.name != "probe_write_user" && h.name != "override_return") return false;
  return kernel().ask({.type = ProgType::kprobe}, fmt::format("call {}; exit", h.id)).has("cannot use helper");
}

inline bool can_be_asked(const Helper& h, const Where& at) {
  if (!h.where.has(at.type)) return false;
  if (withheld(h)) return false;
  if (h.rare.might_sleep && (at.flags & prog_flag::sleepable) == 0) return false;
  return refused_by_attach(h.id, at.type, at.attach, at.target) == nullptr;
}

inline Row row_at(const Helper& h, const Where& at) {
  Row r{&h, at, {}};
  while (r.args.size() < 5)
    if (auto m = make(h, static_cast<unsigned>(r.args.size()), at))
      r.args.push_back(*m);
    else
      break;
  return r;
}

inline std::optional<Row> placed(const Helper& h) {
  std::optional<Row> best;
  for (const Where& at : places_here()) {
    if (!can_be_asked(h, at)) continue;
    Row r = row_at(h, at);
    if (!best || best->args.size() < r.args.size()) best = r;
  }
  return best;
}

inline const std::vector<Row>& rows() {
  static const std::vector<Row> all = [] {
    std::vector<Row> rows;
    for (auto table : {helpers(), other_prototypes()})
      for (const Helper& h : table)
        if (auto r = placed(h)) rows.push_back(*r);
    return rows;
  }();
  return all;
}

// The call with another text for one argument; `before` and `after` surround it.
inline constexpr unsigned no_argument = 5;
struct Spoilt {
  unsigned argument = no_argument;
  Made by = {};
  std::string before = {}, after = "call 9999;";
};
inline std::string text_of(const Row& r, const Spoilt& s) {
  std::string text = "r6 = r1;";
  for (int at = -128; at < -64; at += 8) text += fmt::format("*(u64 *)(r10 {:+}) = 0;", at);
  text += s.before;
  auto arg = [&](unsigned i) -> const Made& { return i == s.argument ? s.by : r.args[i]; };
  unsigned count = s.argument == no_argument ? static_cast<unsigned>(r.args.size()) : s.argument + 1;
  for (unsigned i = 0; i < count; ++i) text += arg(i).before;
  for (unsigned i = 0; i < count; ++i) text += arg(i).load;
  text += fmt::format("call {}; {} none: r0 = 0; exit;", r.helper->id, s.after);
  return text.find("func[") == text.npos ? text : text + "callback: r0 = 0; exit";
}
inline Answer ask(const Row& r, const Spoilt& s, unsigned level = 1) {
  return kernel().ask(r.at, text_of(r, s), "GPL", level);
}

}  // namespace skep::facts
