// SPDX-License-Identifier: Apache-2.0
// `bpftool gen object` as judge: for every set of sources in tests/join/ the objects that we join and that it joins
// open to the same programs and maps, and their types are the same; each reads the other's file.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "btf/dedup.hpp"
#include "isa/op.hpp"
#include "isa/print.hpp"
#include "object/btf_file.hpp"
#include "object/join.hpp"
#include "object/made.hpp"
#include "object/sent.hpp"
#include "object/types.hpp"

namespace skep::object {
namespace {

struct Set {
  made::Folder folder;
  std::vector<std::string> paths;
  std::vector<Object> objects;

  std::string list() const {
    std::string out;
    for (const std::string& p : paths) out += " " + p;
    return out;
  }
  void add(const std::string& command) {
    paths.push_back(folder.path + "/" + std::to_string(paths.size() + 1) + ".o");
    btf::made::output_of(command + " -o " + paths.back());
    objects.push_back(*Object::read(paths.back()));
  }
  Buffer joined_by_bpftool() const {
    btf::made::output_of("bpftool gen object " + folder.path + "/theirs.o" + list());
    return *read_file(folder.path + "/theirs.o");
  }
};

// The first line of a set says "// 2 files. …": how many objects it makes, with PART=1, 2, …
int parts_of(const std::string& path) { return std::string(as_text(*read_file(path)))[3] - '0'; }
const Set& compiled(const std::string& path) {
  static std::map<std::string, Set> known;
  auto [set, is_new] = known.try_emplace(path);
  for (int part = 1; is_new && part <= parts_of(path); ++part)
    set->second.add("clang-19 -target bpf -O2 -g -mcpu=v3 -I/usr/include/x86_64-linux-gnu -DPART=" +
                    std::to_string(part) + " -c " + path);
  return set->second;
}

std::vector<std::string> sets() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(SKEP_SOURCE_DIR "/tests/join"))
    out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

Buffer joined(std::span<const Object> objects) {
  auto bytes = join(objects);
  if (!bytes) ADD_FAILURE() << bytes.error().text(), std::abort();
  return *bytes;
}

// What a Module says of its programs and maps, without ids of types, which may be numbered in other orders.
std::string described(const Buffer& bytes) {
  auto object = Object::parse("joined", bytes);
  if (!object) return object.error().text();
  auto m = open(*object, {.target = target_types(kernel_types)});
  if (!m) return m.error().text();
  std::string out = "license " + m->license + "\n";
  auto spelled = [&](btf::TypeId id) { return id == 0 ? "-" : m->btf->spelled(id); };
  for (const module::ProgDef& p : m->progs) {
    out += p.section + " " + p.name + " " +
           to_hex(Bytes(reinterpret_cast<const uint8_t*>(p.insns.data()), 8 * p.insns.size())) + "\n";
    for (const auto& s : p.subprogs)
      out += "  at " + std::to_string(s.first_insn) + " " + s.name + " " + spelled(s.type) + "\n";
    for (const auto& e : p.externs) out += "  extern " + e.name + " at " + std::to_string(e.insn) + "\n";
    for (const auto& l : p.lines)
      out += "  " + std::to_string(l.insn) + ": " + l.file + ":" + std::to_string(l.line) + " " + l.text + "\n";
    out += "  core " + std::to_string(p.core_relocations) + "\n";
  }
  for (const module::MapDef& d : m->maps) {
    out += d.name + " " + std::to_string(static_cast<int>(d.type)) + " " + std::to_string(d.key_size) + " " +
           std::to_string(d.value_size) + " " + std::to_string(d.max_entries) + " " + spelled(d.key_type) + " " +
           spelled(d.value_type) + "\n";
    for (const auto& v : d.variables) out += "  " + v.name + " at " + std::to_string(v.offset) + "\n";
    for (const auto& i : d.initial) out += "  = " + to_hex(i.value) + "\n";
    for (const auto& s : d.slots) out += "  " + std::to_string(s.slot) + " = " + std::to_string(s.index) + "\n";
  }
  return out;
}

std::map<std::string_view, int> count_by_kind(const btf::Btf& b) {
  std::map<std::string_view, int> out;
  for (btf::TypeId id = 1; id < b.count(); ++id) ++out[btf::name_of(b.type(id).kind)];
  return out;
}
btf::Shared deduplicated(const btf::Btf& b) { return *btf::parse(btf::dedup(b)->types.bytes()); }

// What is left of an extern function's parameters once a definition stands for it: nothing refers to it. bpftool keeps
// it where the definition came first.
btf::Shared without_orphans(const btf::Btf& b) {
  std::vector<bool> used(b.count());
  for (btf::TypeId id = 1; id < b.count(); ++id)
    btf::each_reference(btf::info_of(b.word(id, 1)), [&](uint32_t i, btf::Word role) {
      if (role == btf::Word::type) used[b.word(id, i)] = true;
    });
  std::vector<btf::TypeId> ids(b.count());
  btf::TypeId next = 1;
  for (btf::TypeId id = 1; id < b.count(); ++id)
    if (used[id] || b.type(id).kind != btf::Kind::func_proto) ids[id] = next++;
  btf::Writer w;
  for (btf::TypeId id = 1; id < b.count(); ++id)
    if (ids[id] != 0) w.copy(b, id, [&](btf::TypeId to) { return ids[to]; });
  return *btf::parse(w.bytes());
}

// Laid behind each other and deduplicated, all but variables and sections, and tags on these, fall together. Where a
// struct is only declared in one file, bpftool 7.1 keeps the declaration; ours is the definition, so what bpftool
// wrote is deduplicated first.
void expect_same_types(const Buffer& a, const Buffer& b) {
  auto types_of = [](const Buffer& bytes) { return Types::read(*Object::parse("o", bytes))->btf(); };
  btf::Shared x = without_orphans(*types_of(a)), y = deduplicated(*without_orphans(*types_of(b)));
  EXPECT_EQ(count_by_kind(*x), count_by_kind(*y));
  EXPECT_EQ(deduplicated(*x)->count(), x->count()) << "nothing is left to deduplicate";
  btf::Writer both;
  for (const btf::Shared& each : {x, y}) {
    btf::TypeId shift = both.next() - 1;
    for (btf::TypeId id = 1; id < each->count(); ++id) both.copy(*each, id, [&](btf::TypeId to) { return to + shift; });
  }
  auto is_place = [](btf::Kind k) { return k == btf::Kind::var || k == btf::Kind::datasec; };
  uint32_t alone = 0;
  for (btf::TypeId id = 1; id < x->count(); ++id)
    if (btf::Type t = x->type(id);
        is_place(t.kind) || (t.kind == btf::Kind::decl_tag && is_place(x->type(t.size_or_type).kind)))
      ++alone;
  EXPECT_EQ(deduplicated(**btf::parse(both.bytes()))->count(), x->count() + alone);
}

// What libbpf gives to the kernel, CO-RE relocations applied. Descriptors of maps become their place.
std::string sent_by_libbpf(const Buffer& bytes) {
  sent::Loaded all = sent::by_libbpf(bytes);
  std::string out = all.refusal + "\n";
  auto hex = [](const auto& list) {
    return to_hex(Bytes(reinterpret_cast<const uint8_t*>(list.data()), list.size() * sizeof list[0]));
  };
  for (std::size_t i = 0; i < all.maps.size(); ++i) {
    const bpf_attr& a = all.maps[i].attr;
    out += all.names[i] +
           fmt::format(" {} {} {} {} {}\n", a.map_type, a.key_size, a.value_size, a.max_entries, a.map_flags);
  }
  for (std::size_t i = 0; i < all.programs.size(); ++i) {
    sent::Program p = all.programs[i];
    for (std::size_t pc = 0; pc < p.insns.size(); pc += isa::slots_at(p.insns, pc))
      if (isa::is_ld_imm64(p.insns[pc]) && (p.insns[pc].src() == 1 || p.insns[pc].src() == 2)) {
        auto map = std::ranges::find(all.maps, p.insns[pc].imm, &sent::Map::fd);
        p.insns[pc].imm = static_cast<int32_t>(map - all.maps.begin());
      }
    for (auto& f : p.funcs) f.second = 0;  // types may be numbered in another order
    out += all.program_names[i] + " " + hex(p.insns) + " " + hex(p.funcs) + " " + hex(p.lines) + "\n";
  }
  return out;
}

TEST(JoinPeer, EverySetOpensAsWhatBpftoolJoins) {
  ASSERT_GE(sets().size(), 12u);
  for (const std::string& path : sets()) {
    SCOPED_TRACE(path);
    const Set& set = compiled(path);
    Buffer ours = joined(set.objects), theirs = set.joined_by_bpftool();
    EXPECT_EQ(described(ours), described(theirs));
    expect_same_types(ours, theirs);
    EXPECT_EQ(ours, joined(set.objects)) << "the same bytes each time";
    EXPECT_EQ(sent_by_libbpf(ours), sent_by_libbpf(theirs));
  }
}

TEST(JoinPeer, EachJoinsWhatTheOtherJoined) {
  for (const std::string& path : sets()) {
    if (parts_of(path) != 3) continue;
    SCOPED_TRACE(path);
    const Set& set = compiled(path);
    Set mixed;
    auto two = std::span(set.objects).first(2);
    mixed.paths = {mixed.folder.write("ours.o", as_text(joined(two))), set.paths[2]};
    Buffer after_ours = mixed.joined_by_bpftool();
    mixed.paths = {set.paths[0], set.paths[1]};
    std::vector<Object> theirs;
    theirs.push_back(*Object::parse("theirs", mixed.joined_by_bpftool()));
    theirs.push_back(*Object::read(set.paths[2]));
    EXPECT_EQ(described(joined(theirs)), described(after_ours));
    EXPECT_EQ(described(joined(theirs)), described(joined(set.objects)));
  }
}

TEST(JoinPeer, OneObjectStaysWhatItIs) {
  for (const std::string& path : sets()) {
    SCOPED_TRACE(path);
    const Set& set = compiled(path);
    for (std::size_t i = 0; i < set.objects.size(); ++i)
      EXPECT_EQ(described(joined(std::span(set.objects).subspan(i, 1))), described(*read_file(set.paths[i])));
  }
}

}  // namespace
}  // namespace skep::object
