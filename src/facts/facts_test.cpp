// SPDX-License-Identifier: Apache-2.0
// The tables against the machine's header and libbpf, where those know the rows; lookups in both directions.
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <set>

#include "facts/attach_types.hpp"
#include "facts/contexts.hpp"
#include "facts/helper_ids.hpp"
#include "facts/helpers.hpp"
#include "facts/map_types.hpp"
#include "facts/uapi.hpp"
#include "facts/verdicts.hpp"

namespace skep::facts {
namespace {

// Ids and names, row by row: what libbpf calls the number. It is older than the tables and knows their beginning.
TEST(Types, EqualLibbpfs) {
  unsigned known = 0;
  auto equal = [&](const char* theirs, std::string_view ours) {
    if (!theirs) return;
    EXPECT_EQ(theirs, ours);
    ++known;
  };
  for (const auto& r : prog_types) equal(libbpf_bpf_prog_type_str(static_cast<bpf_prog_type>(r.id)), r.name);
  for (const auto& r : attach_types) equal(libbpf_bpf_attach_type_str(static_cast<bpf_attach_type>(r.id)), r.name);
  for (const auto& r : map_types) equal(libbpf_bpf_map_type_str(static_cast<bpf_map_type>(r.id)), r.name);
  EXPECT_GE(known, 32U + 44U + 32U);
  EXPECT_EQ(33U, std::size(prog_types));
  EXPECT_EQ(58U, std::size(attach_types));
  EXPECT_EQ(34U, std::size(map_types));
}

TEST(Names, AreFoundInBothDirections) {
  for (const auto& r : prog_types) EXPECT_EQ(r.id, prog_type_by_name(name(r.id)).value());
  for (const auto& r : attach_types) EXPECT_EQ(r.id, attach_type_by_name(name(r.id)).value());
  for (const auto& r : map_types) EXPECT_EQ(r.id, map_type_by_name(name(r.id)).value());
  EXPECT_EQ(ProgType::netfilter, prog_type_by_id(32));
  EXPECT_FALSE(prog_type_by_id(33) || attach_type_by_id(58) || map_type_by_id(34));
}

TEST(Names, UnknownOnesSayWhatIsNear) {
  EXPECT_EQ("Linux has no program type 'sched_clss'; did you mean sched_cls?",
            prog_type_by_name("sched_clss").error().message());
  EXPECT_EQ("Linux has no map type 'arry'; did you mean array?", map_type_by_name("arry").error().message());
  EXPECT_EQ("Linux has no attach type 'q'", attach_type_by_name("q").error().message());
}

// Every helper the header knows, by its own list of names and numbers.
TEST(Helpers, EqualTheHeaders) {
  struct Known {
    std::string_view name;
    unsigned id;
  };
  constexpr Known header[] = {
#define X(name) {#name, BPF_FUNC_##name}
      __BPF_FUNC_MAPPER(X)
#undef X
  };
  ASSERT_GE(std::size(header), 200U);
  for (const Known& k : header) {
    if (k.id == 0) continue;
    ASSERT_TRUE(helper_by_id(k.id)) << k.name;
    EXPECT_EQ(k.name, helper_by_id(k.id)->name);
    EXPECT_EQ(k.id, helper_by_name(k.name)->id);
  }
}

TEST(Helpers, AreFoundWithAndWithoutTheirPrefix) {
  EXPECT_EQ(211U, helpers().size());
  EXPECT_EQ(helper_by_id(1), helper_by_name("bpf_map_lookup_elem"));
  EXPECT_EQ(nullptr, helper_by_id(0));
  EXPECT_EQ(nullptr, helper_by_id(212));
  EXPECT_EQ("Linux has no helper function 'map_lookup_elm'; did you mean map_lookup_elem?",
            helper_named("map_lookup_elm").error().message());
}

TEST(Helpers, KnownByNameInCodeHaveTheIdsOfTheTable){
#define X(name, id) EXPECT_EQ(helper_by_id(id), helper_by_name(#name)) << #name;
    SKEP_HELPER_IDS(X)
#undef X
}

TEST(Helpers, WhereTheyMayBeCalled) {
  auto where = [](std::string_view name) { return helper_by_name(name)->where; };
  EXPECT_TRUE(where("map_lookup_elem").has(ProgType::kprobe));
  EXPECT_TRUE(where("xdp_adjust_head") == ProgTypes{ProgType::xdp});
  EXPECT_TRUE(where("skb_load_bytes").has(ProgType::socket_filter));
  EXPECT_FALSE(where("skb_store_bytes").has(ProgType::socket_filter));
  EXPECT_TRUE(where("csum_diff").has(ProgType::xdp));
}

TEST(Helpers, HaveAPrototypeForEachType) {
  const Helper* of_skb = prototype(46, ProgType::sched_cls);  // get_socket_cookie
  const Helper* of_sock = prototype(46, ProgType::tracing);
  ASSERT_TRUE(of_skb && of_sock);
  EXPECT_EQ(ArgKind::ctx, of_skb->args[0].kind);
  EXPECT_EQ(ArgKind::btf_sock_common, of_sock->args[0].kind);
  EXPECT_EQ(nullptr, prototype(46, ProgType::xdp));
  EXPECT_EQ(nullptr, prototype(212, ProgType::xdp));
}

TEST(Helpers, AreRefusedByAttachType) {
  constexpr uint16_t setsockopt = 49, d_path = 147;
  EXPECT_EQ(nullptr, refused_by_attach(setsockopt, ProgType::sock_ops, AttachType::cgroup_sock_ops, {}));
  EXPECT_NE(nullptr, refused_by_attach(setsockopt, ProgType::cgroup_sockopt, AttachType::cgroup_getsockopt, {}));
  EXPECT_EQ(nullptr, refused_by_attach(setsockopt, ProgType::tracing, AttachType::trace_iter, "bpf_iter_tcp"));
  EXPECT_NE(nullptr, refused_by_attach(setsockopt, ProgType::tracing, AttachType::trace_iter, "bpf_iter_tc"));
  EXPECT_EQ(nullptr, refused_by_attach(d_path, ProgType::tracing, AttachType::trace_iter, "bpf_iter_task"));
  EXPECT_EQ(nullptr, refused_by_attach(d_path, ProgType::tracing, AttachType::trace_fentry, "filp_close"));
  EXPECT_EQ(Refusal::not_in_probe,
            refused_by_attach(d_path, ProgType::tracing, AttachType::trace_fentry, "do_exit")->otherwise);
}

// Offsets at which reads of a size are allowed, all of them.
std::set<int64_t> allowed(ProgType type, unsigned size, Access access) {
  std::set<int64_t> at;
  for (int64_t offset = -16; offset < 256; ++offset)
    if (access_field(type, offset, size, access)) at.insert(offset);
  return at;
}

TEST(Contexts, XdpReadsWholeFieldsAndWritesNothing) {
  EXPECT_EQ((std::set<int64_t>{0, 4, 8, 12, 16, 20}), allowed(ProgType::xdp, 4, Access::read));
  EXPECT_EQ((std::set<int64_t>{12, 16, 20}), allowed(ProgType::xdp, 4, Access::read_sign_extended));
  for (unsigned size : {1U, 2U, 8U}) EXPECT_TRUE(allowed(ProgType::xdp, size, Access::read).empty());
  for (unsigned size : {1U, 2U, 4U, 8U}) EXPECT_TRUE(allowed(ProgType::xdp, size, Access::write).empty());
}

TEST(Contexts, SocketFiltersWriteTheirControlBlockOnly) {
  EXPECT_EQ((std::set<int64_t>{48, 52, 56, 60, 64}), allowed(ProgType::socket_filter, 4, Access::write));
  EXPECT_EQ((std::set<int64_t>{48, 56}), allowed(ProgType::socket_filter, 8, Access::write));
  auto reads = allowed(ProgType::socket_filter, 4, Access::read);
  for (int64_t refused : {72, 76, 80, 88, 92, 100, 136, 140, 144, 152, 160}) EXPECT_FALSE(reads.contains(refused));
  for (int64_t open : {0, 4, 8, 12, 16, 44, 48, 68, 84, 164, 176}) EXPECT_TRUE(reads.contains(open)) << open;
}

TEST(Contexts, TcWritesWholeFields) {
  EXPECT_EQ((std::set<int64_t>{8, 12, 32, 44, 48, 52, 56, 60, 64, 72}), allowed(ProgType::sched_cls, 4, Access::write));
  EXPECT_EQ((std::set<int64_t>{48, 56, 152}), allowed(ProgType::sched_cls, 8, Access::write));
  EXPECT_EQ((std::set<int64_t>{48, 56, 152, 168, 184}), allowed(ProgType::sched_cls, 8, Access::read));
}

TEST(Contexts, NarrowReadsStayInsideTheirElement) {
  auto a = access_field(ProgType::sched_cls, 18, 2, Access::read);  // the upper half of protocol
  ASSERT_TRUE(a);
  EXPECT_EQ("protocol", a->field->name);
  EXPECT_EQ(2U, a->first);
  EXPECT_FALSE(access_field(ProgType::sched_cls, 17, 2, Access::read));
  EXPECT_FALSE(access_field(ProgType::sched_cls, 18, 2, Access::write));
  EXPECT_FALSE(access_field(ProgType::sched_cls, 76, 2, Access::read));  // half of a pointer
  EXPECT_FALSE(access_field(ProgType::sched_cls, 64, 8, Access::read));  // past cb
  EXPECT_FALSE(access_field(ProgType::sched_cls, int64_t{1} << 40, 4, Access::read));
  EXPECT_EQ(3U, access_field(ProgType::cgroup_skb, 112, 4, Access::read)->element);  // remote_ip6[3]
}

TEST(Contexts, TheFlowDissectorSeesThreeFields) {
  EXPECT_EQ((std::set<int64_t>{76, 80}), allowed(ProgType::flow_dissector, 4, Access::read));
  EXPECT_EQ((std::set<int64_t>{144}), allowed(ProgType::flow_dissector, 8, Access::read));
}

TEST(Contexts, SayWhyAnAccessIsRefused) {
  using enum Access;
  auto why = [](const Accessor& who, int64_t offset, unsigned size, Access access) {
    auto a = access_field(who, offset, size, access);
    return a ? "allowed: " + std::string(a->field->name) : text(a.error(), who, size);
  };
  EXPECT_EQ("xdp_md ends after 24 bytes", why(ProgType::xdp, 24, 4, read));
  EXPECT_EQ("xdp_md ends after 24 bytes", why(ProgType::xdp, -4, 4, read));
  EXPECT_EQ("no field of __sk_buff is there", why(ProgType::sched_cls, 181, 1, read));
  EXPECT_EQ("2 bytes are read and written at multiples of 2", why(ProgType::sched_cls, 17, 2, read));
  EXPECT_EQ("20 bytes from 48 on are cb, and 8 bytes reach beyond", why(ProgType::sched_cls, 64, 8, read));
  EXPECT_EQ("data (4 bytes at 0) is read 4 bytes wide, not 8", why(ProgType::xdp, 0, 8, read));
  EXPECT_EQ("protocol (4 bytes at 16) is read 1, 2 or 4 bytes wide, not 8", why(ProgType::sched_cls, 16, 8, read));
  EXPECT_EQ("mark (4 bytes at 8) is written 4 bytes wide, not 2", why(ProgType::sched_cls, 8, 2, write));
  EXPECT_EQ("data (4 bytes at 76) is a pointer and cannot be read with its sign",
            why(ProgType::sched_cls, 76, 4, read_sign_extended));
  EXPECT_EQ("tc_classid (4 bytes at 72) may not be read by socket_filter programs",
            why(ProgType::socket_filter, 72, 4, read));
  EXPECT_EQ("data (4 bytes at 0) may not be written by xdp programs", why(ProgType::xdp, 0, 4, write));
  EXPECT_EQ("egress_ifindex (4 bytes at 20) is for xdp programs loaded as xdp_devmap",
            why({ProgType::xdp, unsaid}, 20, 4, read));
  EXPECT_EQ("allowed: egress_ifindex", why({ProgType::xdp, AttachType::xdp_devmap}, 20, 4, read));
  EXPECT_EQ("allowed: egress_ifindex", why(ProgType::xdp, 20, 4, read));  // attached nobody knows where
  EXPECT_EQ("level (4 bytes at 24) is for cgroup_sockopt programs loaded as cgroup_setsockopt",
            why({ProgType::cgroup_sockopt, AttachType::cgroup_getsockopt}, 24, 4, write));
  EXPECT_EQ("data (4 bytes at 76) needs the capability bpf",
            why({ProgType::cgroup_skb, unsaid, Caps::none()}, 76, 4, read));
  EXPECT_EQ("allowed: bound_dev_if", why({ProgType::cgroup_sock, unsaid}, 0, 4, write));
}

TEST(Contexts, SayWhyAnAccessThroughAPointerIsRefused) {
  auto why = [](Pointee p, int64_t offset, unsigned size, Access access) {
    auto a = access_field(p, offset, size, access);
    return a ? "allowed: " + std::string(a->field->name) : text(a.error(), p, size);
  };
  EXPECT_EQ("mark (4 bytes at 16) may not be read through a sock_common pointer; sk_fullsock() gives the whole socket",
            why(Pointee::sock_common, 16, 4, Access::read));
  EXPECT_EQ("allowed: mark", why(Pointee::socket, 16, 4, Access::read));
  EXPECT_EQ("mark (4 bytes at 16) may not be written through a socket pointer",
            why(Pointee::socket, 16, 4, Access::write));
  EXPECT_EQ("bpf_flow_keys ends after 56 bytes", why(Pointee::flow_keys, 53, 4, Access::write));
  EXPECT_EQ("bytes_received (8 bytes at 80) is read 8 bytes wide, not 4", why(Pointee::tcp_sock, 80, 4, Access::read));
}

TEST(Verdicts, HaveLinuxNames) {
  EXPECT_EQ("XDP_PASS", verdict(ProgType::xdp, XDP_PASS)->name);
  EXPECT_EQ("XDP_REDIRECT", verdict(ProgType::xdp, XDP_REDIRECT)->name);
  EXPECT_EQ("XDP_ABORTED", verdict(ProgType::xdp, 77)->name);
  EXPECT_EQ("TC_ACT_UNSPEC", verdict(ProgType::sched_cls, 0xffffffff)->name);
  EXPECT_EQ("TC_ACT_SHOT", verdict(ProgType::sched_act, 2)->name);
  EXPECT_EQ("TC_ACT_UNSPEC", verdict(ProgType::sched_act, 99)->name);
  EXPECT_EQ("BPF_DROP", verdict(ProgType::lwt_in, 99)->name);
  EXPECT_EQ("KEEP", verdict(ProgType::socket_filter, 1500)->name);
  EXPECT_EQ("DROP", verdict(ProgType::socket_filter, uint64_t{1} << 32)->name);
  EXPECT_EQ(nullptr, verdict(ProgType::kprobe, 0));
}

TEST(MapFlags, AreTheHeaders) {
  EXPECT_EQ(+BPF_F_NO_PREALLOC, map_flag::no_prealloc);
  EXPECT_EQ(+BPF_F_RDONLY_PROG, map_flag::rdonly_prog);
  EXPECT_EQ(+BPF_F_MMAPABLE, map_flag::mmapable);
  EXPECT_EQ(+BPF_F_INNER_MAP, map_flag::inner_map);
  EXPECT_EQ(+BPF_F_SLEEPABLE, prog_flag::sleepable);
  EXPECT_EQ(+BPF_F_XDP_HAS_FRAGS, prog_flag::xdp_frags);
  EXPECT_EQ(+BPF_NOEXIST, update_noexist);
}

TEST(Flags, TextAndBackIsTheIdentity) {
  for (uint32_t flags = 1; flags != 0; flags <<= 1)
    for (uint32_t more : {0U, 1U, 0x80000081U})
      EXPECT_EQ(flags | more, flags_by_name(map_flags, flags_text(map_flags, flags | more)).value());
  EXPECT_EQ("no_prealloc,rdonly_prog,0x100000", flags_text(map_flags, 0x100081));
  EXPECT_EQ(
      "'readonly' is no flag; there are strict_alignment, any_alignment, rnd_hi32, state_freq, sleepable, xdp_frags, "
      "xdp_dev_bound, reg_invariants",
      flags_by_name(prog_flags, "sleepable,readonly").error().message());
  EXPECT_FALSE(flags_by_name(map_flags, "") || flags_by_name(map_flags, "clone,") || flags_by_name(map_flags, "0x"));
}

}  // namespace
}  // namespace skep::facts
