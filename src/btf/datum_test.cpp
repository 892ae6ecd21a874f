// SPDX-License-Identifier: Apache-2.0
#include "btf/datum.hpp"

#include <gtest/gtest.h>

#include <random>

#include "btf/bits.hpp"
#include "btf/made.hpp"

namespace skep::btf {
namespace {

// Compiled once for all tests of this file.
const Btf& everything() {
  static Shared b = [] {
    made::Folder folder;
    made::compile(folder, "clang-19", made::every_kind);
    return *parse(*read_file(folder.path + "/btf"));
  }();
  return *b;
}
TypeId id_of(std::string_view name) { return *everything().find(name, Kind::struct_); }

const Datum* get(const Datum& d, std::string_view name) {
  for (const Named& n : *d.as<Record>())
    if (n.name == name) return &n.value;
  return nullptr;
}
Datum member(std::string name, Datum value) { return {Record{{std::move(name), std::move(value)}}}; }
Datum text(std::string s) { return {std::move(s)}; }
Datum number(int64_t v) { return {v}; }

// What a struct everything looks like with one member set, or the error.
std::string encoded(std::string name, Datum value) {
  auto r = encode(everything(), id_of("everything"), member(std::move(name), std::move(value)));
  if (!r) return r.error().text();
  auto end = std::find_if(r->rbegin(), r->rend(), [](uint8_t c) { return c != 0; }).base();
  auto begin = std::find_if(r->begin(), end, [](uint8_t c) { return c != 0; });
  return "+" + std::to_string(begin - r->begin()) + " " + to_hex(Bytes(&*begin, static_cast<std::size_t>(end - begin)));
}

TEST(Datum, EachShapeOfValue) {
  Buffer b(*everything().size_of(id_of("everything")));
  std::memcpy(b.data(), "eth0\0\0\0\0\xaa\xbb\xcc\0\0\1", 14);
  b[14] = 0xfd;  // a = 5, b = -1
  b[15] = 1;     // ok
  b[16] = 5;     // colour
  b[20] = 0xff, b[21] = 0xff, b[22] = 2;
  store(b.data() + 24, 1.5f);
  store(b.data() + 32, -2.0);
  store(b.data() + 40, uint64_t{0xffff888000001000});
  store(b.data() + 48, uint32_t{0x0100000a});
  auto d = decode(everything(), id_of("everything"), b);
  ASSERT_TRUE(d) << d.error().text();
  EXPECT_EQ(*get(*d, "name"), text("eth0"));
  EXPECT_EQ(
      *get(*d, "mac"),
      (Datum{List{{uint64_t{0xaa}}, {uint64_t{0xbb}}, {uint64_t{0xcc}}, {uint64_t{0}}, {uint64_t{0}}, {uint64_t{1}}}}));
  EXPECT_EQ(*get(*d, "a"), Datum{uint64_t{5}});
  EXPECT_EQ(*get(*d, "b"), number(-1));
  EXPECT_EQ(*get(*d, "ok"), Datum{true});
  EXPECT_EQ(*get(*d, "colour"), text("BLUE"));
  EXPECT_EQ(*get(*d, "x"), number(0x2ffff));
  EXPECT_EQ(*get(*d, "low"), number(-1)) << "members of anonymous structs belong to the struct around";
  EXPECT_EQ(*get(*d, "high"), number(2));
  EXPECT_EQ(*get(*d, "f"), Datum{1.5});
  EXPECT_EQ(*get(*d, "d"), Datum{-2.0});
  EXPECT_EQ(*get(*d, "next"), text("0xffff888000001000"));
  EXPECT_EQ(*get(*d, "ip"), Datum{uint64_t{0x0100000a}});
  EXPECT_EQ(*get(*d, "wide"), text("0x" + std::string(32, '0')));
  EXPECT_EQ(get(*d, "grid")->as<List>()->size(), 2u);
  EXPECT_EQ(*get(*d, "big"), Datum{int64_t{0}}) << "no enumerator is 0";
  EXPECT_EQ(*encode(everything(), id_of("everything"), *d), b);
}

TEST(Datum, WhatPeopleWrite) {
  EXPECT_EQ(encoded("name", text("lo")), "+0 6c6f");
  EXPECT_EQ(encoded("name", text("exactly8")), "+0 65786163746c7938");
  EXPECT_EQ(encoded("mac", text("aa:bb:cc:00:00:01")), "+8 aabbcc000001");
  EXPECT_EQ(encoded("mac", {List{number(1), text("0x10")}}), "+8 0110") << "the rest is zero";
  EXPECT_EQ(encoded("b", number(-16)), "+14 80");
  EXPECT_EQ(encoded("ok", {true}), "+15 01");
  EXPECT_EQ(encoded("colour", text("BLUE")), "+16 05");
  EXPECT_EQ(encoded("colour", number(9)), "+16 09") << "C enums hold other numbers too";
  EXPECT_EQ(encoded("high", number(3)), "+22 03");
  EXPECT_EQ(encoded("ip", text("10.0.0.1")), "+48 0a000001");
  EXPECT_EQ(encoded("ip", number(1)), "+48 01");
  EXPECT_EQ(encoded("addr", text("10.0.0.2")), "+52 0a000002");
  EXPECT_EQ(encoded("wide", text("0x0123")), "+64 2301");
  EXPECT_EQ(encoded("wide", number(-1)), "+64 " + std::string(32, 'f'));
  EXPECT_EQ(encoded("grid", {List{{List{}}, {List{number(0), text("7")}}}}), "+112 07");
  EXPECT_EQ(encoded("big", text("SMALL")), "+128 ffffffffffffffff");
  EXPECT_EQ(encoded("next", text("0xffff888000001000")), "+41 1000008088ffff");
  EXPECT_EQ(encoded("d", number(1)), "+38 f03f");
}

TEST(Datum, WhatDoesNotFitIsRefusedByName) {
  EXPECT_EQ(encoded("nam", number(1)),
            "struct everything has no member 'nam', it has name, mac, a, b, ok, colour, x, low and 11 more; did you "
            "mean name?");
  EXPECT_EQ(encoded("a", number(8)), "member 'a': 8 was given; unsigned int holds 0 to 7");
  EXPECT_EQ(encoded("a", number(-1)), "member 'a': -1 was given; unsigned int holds 0 to 7");
  EXPECT_EQ(encoded("b", number(16)), "member 'b': 16 was given; int holds -16 to 15");
  EXPECT_EQ(encoded("x", {UINT64_MAX}),
            "member 'x': 18446744073709551615 was given; int holds -2147483648 to 2147483647");
  EXPECT_EQ(encoded("mac", {List{number(256)}}), "member 'mac': element 0: 256 was given; __u8 holds 0 to 255");
  EXPECT_EQ(encoded("mac", {List(7, number(0))}), "member 'mac': 7 elements were given; __u8[6] holds at most 6");
  EXPECT_EQ(encoded("mac", text("aa:bb:cc")),
            "member 'mac': \"aa:bb:cc\" was given; __u8[6] takes a list or an address");
  EXPECT_EQ(encoded("name", text("ninechars")), "member 'name': 9 characters were given; char[8] holds at most 8");
  EXPECT_EQ(encoded("name", number(1)), "member 'name': 1 was given; char[8] takes a string or a list");
  EXPECT_EQ(encoded("colour", text("BLU")),
            "member 'colour': enum colour has no 'BLU', it has RED, BLUE; did you mean BLUE?");
  EXPECT_EQ(encoded("colour", {List{}}),
            "member 'colour': a list of 0 was given; enum colour takes a name or a number");
  EXPECT_EQ(encoded("f", {1e300}).substr(0, 20), "member 'f': 10000000");
  EXPECT_EQ(encoded("addr", number(1)), "member 'addr': 1 was given; struct in_addr takes a record or an address");
  EXPECT_EQ(encoded("wide", text("0x" + std::string(34, '1'))),
            "member 'wide': 17 bytes were given; __int128 holds at most 16");
  EXPECT_EQ(encoded("ip", text("10.0.0")), "member 'ip': \"10.0.0\" was given; __be32 takes a number or an address");
}

TEST(Datum, SectionsAreRecordsOfVariables) {
  auto b = made::Maker().integer(4).type(14, 0, 1).words({1}).type(15, 1, 0).words({2, 4, 4}).bytes();
  store(b.data() + 24 + 16, uint32_t{1});  // the variable's name is "name"
  auto btf = *parse(b);
  Buffer bytes{0, 0, 0, 0, 7, 0, 0, 0};
  auto d = decode(*btf, 3, bytes);
  ASSERT_TRUE(d) << d.error().text();
  EXPECT_EQ(*d, member("name", {uint64_t{7}}));
  EXPECT_EQ(decode(*btf, 3, Bytes(bytes).first(6)).error().text(), "member 'name': name needs 8 bytes, there are 6");
}

// encode(decode(b)) is b but for padding; what is padding, encode(decode(all ones)) tells.
std::size_t holds_for(const Btf& btf, TypeId id, std::minstd_rand& random) {
  auto size = btf.size_of(id);
  if (!size || *size > 512 || btf.type(id).kind == Kind::datasec) return 0;
  auto mask = encode(btf, id, *decode(btf, id, Buffer(*size, 0xff)));
  EXPECT_TRUE(mask) << btf.spelled(id) << ": " << mask.error().text();
  for (unsigned density : {1u, 2u, 255u}) {
    Buffer bytes(*size);
    for (std::size_t i = 0; i < bytes.size(); ++i)
      if (random() % density == 0) bytes[i] = static_cast<uint8_t>(random());
    auto d = decode(btf, id, bytes);
    EXPECT_TRUE(d) << d.error().text();
    auto again = encode(btf, id, *d);
    EXPECT_TRUE(again) << btf.spelled(id) << ": " << again.error().text();
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] &= (*mask)[i];
    EXPECT_EQ(to_hex(*again), to_hex(bytes)) << btf.spelled(id);
  }
  return 1;
}

TEST(Law, EncodeInvertsDecode) {
  std::minstd_rand random(1);
  std::size_t types = 0;
  for (TypeId id = 1; id < everything().count(); ++id) types += holds_for(everything(), id, random);
  EXPECT_GT(types, 20u);
  auto kernel = read_file("/sys/kernel/btf/vmlinux");
  ASSERT_TRUE(kernel) << "this kernel offers no BTF";
  auto vmlinux = *parse(*kernel);
  for (TypeId id = 1; id < vmlinux->count(); id += 7) types += holds_for(*vmlinux, id, random);
  std::printf("%zu types\n", types);
}

TEST(Hostile, OverlappingMembersDoNotMultiply) {
  made::Maker m;
  m.integer(4);
  for (uint32_t id = 1; id < 20; ++id)
    m.type(4, 8, 4).words({1, id, 0, 1, id, 0, 1, id, 0, 1, id, 0, 0, id, 0, 0, id, 0, 0, id, 0, 0, id, 0});
  auto btf = *parse(m.bytes());
  EXPECT_EQ(decode(*btf, 20, Buffer(4)).error().row().slug, "too-many-values");
  EXPECT_EQ(encode(*btf, 20, member("x", number(1))).error().row().slug, "too-many-values");
}

TEST(Hostile, ArraysOfNothingAreEmpty) {
  auto btf = *parse(made::Maker().type(4, 0, 0).type(3, 0, 0).words({1, 1, UINT32_MAX}).bytes());
  EXPECT_EQ(*decode(*btf, 2, {}), Datum{List{}});
}

TEST(Bits, SetThenGetForEveryOffsetAndWidth) {
  std::minstd_rand random(1);
  for (unsigned offset = 0; offset < 16; ++offset)
    for (unsigned width = 1; width <= 64; ++width) {
      Buffer b(10, 0xa5);
      uint64_t v = low_bits(uint64_t{random()} << 33 ^ random(), width);
      set_bits(b, offset, width, v);
      EXPECT_EQ(get_bits(b, offset, width), v);
      set_bits(b, offset, width, get_bits(Buffer(10, 0xa5), offset, width));
      EXPECT_EQ(b, Buffer(10, 0xa5)) << "other bits stay";
    }
}

}  // namespace
}  // namespace skep::btf
