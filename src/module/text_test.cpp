// SPDX-License-Identifier: Apache-2.0
#include "module/text.hpp"

#include <gtest/gtest.h>

#include <random>

namespace skep::module {
namespace {

std::string map_again(std::string_view line) {
  auto d = parse_map_line(line);
  return d ? print_map_line(*d) : d.error().text();
}

TEST(MapLine, SaysWhatTheMapIs) {
  auto d =
      parse_map_line("map counts: percpu_hash key=4 value=16 entries=64 flags=no_prealloc extra=0x10 pinned").value();
  EXPECT_EQ("counts", d.map.name);
  EXPECT_EQ(facts::MapType::percpu_hash, d.map.type);
  EXPECT_EQ(4U, d.map.key_size);
  EXPECT_EQ(16U, d.map.value_size);
  EXPECT_EQ(64U, d.map.max_entries);
  EXPECT_EQ(facts::map_flag::no_prealloc, d.map.flags);
  EXPECT_EQ(16U, d.map.extra);
  EXPECT_EQ(facts::Pinning::by_name, d.map.pinning);
}

TEST(MapLine, DefaultsToWhatItsTypeDemands) {
  auto jumps = parse_map_line("map jumps: prog_array entries=8").value().map;
  EXPECT_EQ(4U, jumps.key_size);
  EXPECT_EQ(4U, jumps.value_size);
  EXPECT_EQ(0U, parse_map_line("map q: queue value=8 entries=1").value().map.key_size);
  EXPECT_EQ("map counts: array value=8 entries=1", map_again("map counts: array key=4 value=8 entries=1"));
}

TEST(MapLine, HoldsContents) {
  auto d = parse_map_line("map m: hash key=2 value=1 entries=4 init=0001:aa init=0002:BB frozen").value();
  EXPECT_EQ((std::vector<Entry>{{{0, 1}, {0xaa}}, {{0, 2}, {0xbb}}}), d.map.initial);
  EXPECT_EQ(Frozen::yes, d.map.frozen);
  EXPECT_EQ((std::vector<NamedSlot>{{3, "b"}, {0, "a"}}),
            parse_map_line("map j: prog_array entries=4 slot=3:b slot=0:a").value().slots);
}

TEST(ProgLine, SaysWhatTheProgramIs) {
  auto d = parse_prog_line(
               "prog count: cgroup_sock_addr attach=cgroup_inet4_connect license=\"Dual BSD/GPL\" "
               "caps=bpf,net_admin target=linux-6.18 flags=sleepable to=f  # why")
               .value();
  EXPECT_EQ("count", d.prog.name);
  EXPECT_EQ(facts::ProgType::cgroup_sock_addr, d.prog.type);
  EXPECT_EQ(facts::AttachType::cgroup_inet4_connect, d.prog.attach_type);
  EXPECT_EQ("Dual BSD/GPL", d.license);
  EXPECT_FALSE(d.caps->has(facts::Cap::perfmon));
  EXPECT_EQ("linux-6.18.44", d.target->name());
  EXPECT_EQ(facts::prog_flag::sleepable, d.prog.flags);
  EXPECT_EQ("f", d.prog.attach_to);
  EXPECT_EQ("GPL", parse_prog_line("prog a: xdp").value().license);
}

TEST(Lines, AreToldApart) {
  EXPECT_TRUE(declares_map("map a: array") && declares_prog("prog a: xdp"));
  EXPECT_FALSE(declares_map("maps a: array") || declares_map("map:") || declares_map(" map a: array") ||
               declares_map("map"));
}

TEST(Lines, WhatDoesNotReadSaysWhatWasExpected) {
  EXPECT_EQ("map 'a'", parse_map_line("map a: arry").error().place());
  auto message = [](std::string_view line) -> std::string {
    if (declares_map(line)) {
      auto d = parse_map_line(line);
      return d ? "accepted" : d.error().message();
    }
    auto d = parse_prog_line(line);
    return d ? "accepted" : d.error().message();
  };
  EXPECT_EQ("accepted", message("map a: array value=1 entries=1"));
  EXPECT_EQ("Linux has no map type 'arry'; did you mean array?", message("map a: arry"));
  EXPECT_EQ("the type of the map is expected, not 'the end of the line'", message("map a:"));
  EXPECT_EQ("NAME: TYPE is expected, not 'a array'", message("map a array"));
  EXPECT_EQ("NAME: TYPE is expected, not 'a:array'", message("map a:array"));
  EXPECT_EQ(
      "a map declaration has no 'size'; it has key, value, entries, flags, extra, inner, pinned, frozen, init, slot",
      message("map a: array size=4"));
  EXPECT_EQ("'key' is said twice", message("map a: hash key=4 key=4"));
  EXPECT_EQ("a number from 0 to 4294967295 is expected, not '4294967296'", message("map a: hash key=4294967296"));
  EXPECT_EQ("a number from 0 to 4294967295 is expected, not '-1'", message("map a: hash key=-1"));
  EXPECT_EQ("key=VALUE is expected, not 'key'", message("map a: hash key"));
  EXPECT_EQ("frozen is expected, not 'frozen=1'", message("map a: hash frozen=1"));
  EXPECT_EQ("KEY:VALUE in hex is expected, two digits a byte, not '0:00'", message("map a: hash init=0:00"));
  EXPECT_EQ("slot=NUMBER:NAME is expected, not '3'", message("map a: prog_array slot=3"));
  EXPECT_EQ("the quote that opens in '\"GPL' is never closed", message("prog a: xdp license=\"GPL"));
  EXPECT_EQ("WORD or WORD=VALUE is expected, not 'license=\"GPL\"x'", message("prog a: xdp license=\"GPL\"x"));
}

// print, parse, print: the text that comes out of the first print never changes.
TEST(Lines, ParseOfPrintIsTheIdentity) {
  std::mt19937 random(1);
  auto below = [&](std::size_t n) { return static_cast<uint32_t>(random() % n); };
  auto text = [&] {
    static constexpr std::string_view letters = "az09_.$/ \t\"\\:=#,-\x01\x7f\xc3\xa4";
    std::string s;
    for (uint32_t n = 1 + below(6); n > 0; --n) s += letters[below(letters.size())];
    return s;
  };
  auto bytes = [&] { return Buffer(below(5), static_cast<uint8_t>(random())); };
  for (int i = 0; i < 5000; ++i) {
    MapDecl d;
    d.map.name = text();
    d.map.type = *facts::map_type_by_id(below(34));
    d.map.key_size = below(3) * 4, d.map.value_size = static_cast<uint32_t>(random()), d.map.max_entries = below(2);
    d.map.flags = below(2) ? static_cast<uint32_t>(random()) : 0;
    d.map.extra = below(2) * (uint64_t{1} << 63);
    d.map.frozen = below(2) ? Frozen::yes : Frozen::no;
    d.map.pinning = below(2) ? facts::Pinning::by_name : facts::Pinning::none;
    if (below(2)) d.inner = text();
    for (uint32_t n = below(3); n > 0; --n) d.map.initial.push_back({bytes(), bytes()});
    for (uint32_t n = below(3); n > 0; --n) d.slots.push_back({below(9), text()});
    std::string line = print_map_line(d);
    auto again = parse_map_line(line);
    ASSERT_TRUE(again) << line << "\n" << again.error().text();
    ASSERT_EQ(line, print_map_line(*again));
    ASSERT_EQ(d.map.name, again->map.name);
    ASSERT_EQ(d.map.initial, again->map.initial);
    ASSERT_EQ(d.slots, again->slots);
    ASSERT_EQ(d.inner, again->inner);

    ProgDecl p;
    p.prog.name = text();
    p.prog.type = *facts::prog_type_by_id(below(33));
    p.prog.attach_type = *facts::attach_type_by_id(below(58));
    p.prog.flags = below(2) ? static_cast<uint32_t>(random()) : 0;
    if (below(2)) p.prog.attach_to = text();
    p.license = below(2) ? text() : "";
    if (below(2)) p.caps = below(2) ? facts::Caps::none() : facts::Caps::none().with(facts::Cap::bpf);
    if (below(2)) p.target = facts::Target(below(45), facts::Caps::all());
    line = print_prog_line(p);
    auto prog = parse_prog_line(line);
    ASSERT_TRUE(prog) << line << "\n" << prog.error().text();
    ASSERT_EQ(line, print_prog_line(*prog));
    ASSERT_EQ(p.prog, prog->prog);
    ASSERT_EQ(p.license, prog->license);
    ASSERT_EQ(p.caps, prog->caps);
  }
}

TEST(Resolve, NamesBecomeIndices) {
  ProgDef a, b;
  a.name = "a", b.name = "b";
  auto decls = [](auto... lines) { return std::vector<MapDecl>{parse_map_line(lines).value()...}; };
  auto maps = resolve(decls("map j: prog_array entries=2 slot=1:b", "map o: array_of_maps entries=1 inner=i slot=0:i",
                            "map i: array value=8 entries=1"),
                      {a, b})
                  .value();
  EXPECT_EQ((std::vector<Slot>{{1, 1}}), maps[0].slots);
  EXPECT_EQ((std::vector<Slot>{{0, 2}}), maps[1].slots);
  EXPECT_EQ(8U, maps[1].inner->value_size);
  EXPECT_EQ("map 'j': no program 'c'; this object has a, b",
            resolve(decls("map j: prog_array slot=0:c"), {a, b}).error().text());
  EXPECT_EQ("map 'o': no map 'k'; this object has o",
            resolve(decls("map o: hash_of_maps key=4 inner=k"), {}).error().text());
}

}  // namespace
}  // namespace skep::module
