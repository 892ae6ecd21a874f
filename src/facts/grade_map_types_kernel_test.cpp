// SPDX-License-Identifier: Apache-2.0
// The columns of the map types and the fields of values, graded by the kernel of this machine.
// Not made here: maps of struct_ops, which need a structure of the kernel's.
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "btf/writer.hpp"
#include "facts/grade.hpp"
#include "facts/value_fields.hpp"

namespace skep::facts {
namespace {

using namespace grade;
using isa::make_insn;

// BTF with a value for each field.
class Values {
 public:
  Values() {
    auto number = [&](uint32_t bytes) {
      return w_.integer("u" + std::to_string(bytes * 8), {.size_bytes = bytes,
                                                          .bits = static_cast<uint8_t>(bytes * 8),
                                                          .offset = 0,
                                                          .is_signed = false,
                                                          .is_char = false,
                                                          .is_bool = false});
    };
    for (uint32_t bytes : {4U, 8U}) numbers_[bytes] = number(bytes);
    node_of_ = {{ValueField::list_head, node("bpf_list_node", 24)}, {ValueField::rb_root, node("bpf_rb_node", 32)}};
    lock_ = opaque("bpf_spin_lock", 4);
    for (const ValueFieldRow& f : value_fields) values_[f.id] = value(f);
    fd_ = sys::load_btf(w_.bytes()).fd;
  }
  int fd() const { return fd_.get(); }
  uint32_t key(uint32_t bytes) const { return bytes == 0 ? 0 : numbers_[bytes]; }
  uint32_t of(ValueField f) const { return values_.at(f); }
  uint32_t plain() const { return numbers_[8]; }

 private:
  btf::TypeId opaque(std::string_view type, uint32_t bytes) {
    const uint32_t each = bytes % 8 == 0 ? 8 : 4;
    const btf::TypeId inside = w_.array({.element = numbers_[each], .index = numbers_[4], .count = bytes / each});
    return w_.record(btf::Kind::struct_, type, bytes,
                     {{{.name = "opaque", .type = inside, .bit_offset = 0, .bitfield_bits = 0}}});
  }
  btf::TypeId node(std::string_view type, uint32_t bytes) {
    const btf::TypeId inside = opaque(type, bytes);
    return w_.record(btf::Kind::struct_, "of_" + std::string(type), bytes,
                     {{{.name = "node", .type = inside, .bit_offset = 0, .bitfield_bits = 0}}});
  }
  btf::TypeId pointer(const ValueFieldRow& f) {
    const bool own = f.id == ValueField::percpu_kptr || f.id == ValueField::uptr;
    const btf::TypeId to = opaque(own ? "mine" : "task_struct", 8);
    return w_.refer(btf::Kind::ptr, "", w_.refer(btf::Kind::type_tag, f.type, to));
  }
  // 32 bytes: the field, and a lock behind it where the field needs one.
  btf::TypeId value(const ValueFieldRow& f) {
    const bool head = node_of_.contains(f.id);
    const btf::TypeId field = is_pointer(f.id)                ? pointer(f)
                              : f.id == ValueField::spin_lock ? lock_
                                                              : opaque(f.type, f.bytes);
    std::vector<btf::Member> members{{.name = "field", .type = field, .bit_offset = 0, .bitfield_bits = 0}};
    if (head) members.push_back({.name = "lock", .type = lock_, .bit_offset = 128, .bitfield_bits = 0});
    const btf::TypeId v = w_.record(btf::Kind::struct_, "value_" + std::string(f.name), 32, members);
    if (head)
      w_.decl_tag(f.id == ValueField::list_head ? "contains:of_bpf_list_node:node" : "contains:of_bpf_rb_node:node", v,
                  0);
    return v;
  }

  btf::Writer w_;
  btf::TypeId numbers_[9] = {}, lock_ = 0;
  std::map<ValueField, btf::TypeId> node_of_, values_;
  Fd fd_;
};

const Values& values() {
  static const Values all;
  return all;
}

struct Wanted {
  uint32_t value_size = 8, entries = 1, flags = 0;
  int btf = 0;
  uint32_t key_type = 0, value_type = 0;
};

// Key size, value size, entries and flags that the type cannot do without.
sys::MapSpec shape_of(MapType t, const Wanted& w) {
  sys::MapSpec a;
  const MapTypeRow& r = row(t);
  a.type = static_cast<uint32_t>(t);
  a.key_size = r.key == KeySize::none ? 0 : r.key == KeySize::four ? 4 : 8;
  a.value_size = r.value == ValueSize::none ? 0 : r.value == ValueSize::any ? w.value_size : 4;
  a.max_entries = w.entries, a.flags = w.flags;
  a.btf = w.btf, a.key_type = w.key_type, a.value_type = w.value_type;
  if (r.holds == Holds::stream) a.max_entries = 4096;
  const bool storage = field_groups::local.has(t);
  if (storage || t == MapType::cgroup_storage || t == MapType::percpu_cgroup_storage) a.max_entries = 0;
  if (storage && a.btf <= 0) {
    a.btf = values().fd();
    a.key_type = values().key(4), a.value_type = values().plain();
  }
  if (storage || t == MapType::lpm_trie) a.flags |= map_flag::no_prealloc;
  if (t == MapType::arena) a.flags |= map_flag::mmapable, a.extra = uint64_t{1} << 44;
  if (t == MapType::reuseport_sockarray) a.value_size = 8;
  return a;
}

Fd make(MapType t, const Wanted& w = {}) {
  sys::MapSpec a = shape_of(t, w);
  Fd inner;
  if (row(t).holds == Holds::maps) inner = make(MapType::array), a.inner = inner.get();
  return make_map(a);
}

Code naming(const Fd& map) { return {make_insn(0x18, 1, 1, 0, map.get()), {}, mov(0, 1), leave}; }

class GradedMapTypes : public Graded {
 protected:
  template <class Ask>
  static void each(Ask&& ask) {
    for (const MapTypeRow& r : map_types)
      if (r.id != MapType::unspec && r.id != MapType::struct_ops) ask(r.id);
  }
};

TEST_F(GradedMapTypes, AreNamedByEveryProgramType) {
  each([](MapType m) {
    for (const ProgTypeRow& p : prog_types) {
      Fd map = make(m);
      ASSERT_GE(map.get(), 0) << name(m) << ": " << errno_text(errno);
      if (p.id == ProgType::unspec || load_error(p.id, attach_for(p.id), {mov(0, 1), leave}) != 0) continue;
      const bool sleeps = p.rare.sleeps == Sleeps::must;
      EXPECT_EQ(load_error(p.id, attach_for(p.id), naming(map)) == 0, !sleeps || row(m).rare.sleepable)
          << name(m) << " in " << p.name;
    }
    Fd map = make(m);
    const Loaded asleep =
        load({.type = ProgType::kprobe, .attach = unsaid, .code = naming(map), .flags = prog_flag::sleepable});
    EXPECT_EQ(asleep.error == 0, row(m).rare.sleepable) << name(m) << " in a sleeping kprobe";
  });
}

TEST_F(GradedMapTypes, BelongToTheFirstProgramsTypeWhereTheirColumnSays) {
  each([](MapType m) {
    Fd map = make(m);
    EXPECT_EQ(load_error(ProgType::xdp, unsaid, naming(map)), 0) << name(m);
    EXPECT_EQ(load_error(ProgType::sched_cls, unsaid, naming(map)) == 0, !row(m).rare.bound) << name(m);
    EXPECT_EQ(load_error(ProgType::xdp, unsaid, naming(map)), 0) << name(m);
  });
}

TEST_F(GradedMapTypes, AreNamedOnceWhereOneIsAll) {
  each([](MapType m) {
    Fd a = make(m), b = make(m);
    Code c = naming(a);
    c.insert(c.begin(), {make_insn(0x18, 1, 1, 0, b.get()), {}});
    EXPECT_EQ(load_error(ProgType::sched_cls, unsaid, c) == 0, !row(m).rare.once) << name(m);
  });
}

TEST_F(GradedMapTypes, HaveAddressesInsideWhereTheirColumnSays) {
  each([](MapType m) {
    for (uint32_t entries : {1U, 2U}) {
      Fd map = make(m, {.value_size = 64, .entries = entries});
      for (uint32_t offset : {0U, 1U, 63U, 64U, 4095U, 4096U, 8192U, 1U << 29, 0xffffffffU}) {
        const uint32_t end = row(m).rare.direct == DirectAddress::one_value ? (entries == 1 ? 64 : 0)
                             : row(m).rare.direct == DirectAddress::arena   ? entries * 4096 + 1
                                                                            : 0;
        const Code c{make_insn(0x18, 1, 2, 0, map.get()), make_insn(0, 0, 0, 0, static_cast<int32_t>(offset)),
                     mov(0, 1), leave};
        EXPECT_EQ(load_error(ProgType::sched_cls, unsaid, c) == 0, offset < end)
            << name(m) << " of " << entries << " elements, offset " << offset;
      }
    }
  });
}

TEST_F(GradedMapTypes, AreInsideOthersWhereTheyMay) {
  each([](MapType m) {
    Fd inner = make(m);
    sys::MapSpec a = shape_of(MapType::array_of_maps, {});
    a.inner = inner.get();
    const Fd outer = make_map(a);
    EXPECT_EQ(outer.get() >= 0, row(m).rare.inner) << name(m) << ": " << errno_text(errno);
  });
}

// r0 = map_lookup_elem(map, key 0), then what `then` says. The key is written as one number: only then is it a
// constant.
Code lookup(const Fd& map, unsigned key_size, const Code& then) {
  Code c{make_insn(key_size == 4 ? 0x62 : 0x7a, 10, 0, -8, 0),
         copy(2, 10),
         make_insn(0x07, 2, 0, 0, -8),
         make_insn(0x18, 1, 1, 0, map.get()),
         {},
         call(1)};
  c.insert(c.end(), then.begin(), then.end());
  c.push_back(mov(0, 0));
  c.push_back(leave);
  return c;
}

std::string_view kernel_words(Finds f) {
  switch (f) {
    case Finds::nothing: return "nothing";
    case Finds::value: return "map_value(";
    case Finds::map: return "map_ptr(";
    case Finds::socket: return "sock(";
    case Finds::xdp_sock: return "xdp_sock(";
  }
  std::unreachable();
}

// What r0 is where it is not null. A socket is a reference, so the program is refused in the end.
TEST_F(GradedMapTypes, FindWhatTheirColumnSays) {
  each([](MapType m) {
    Fd map = make(m);
    const Code c = lookup(map, shape_of(m, {}).key_size, {make_insn(0x15, 0, 0, 1, 0), copy(3, 0)});
    const Loaded l = load({.type = ProgType::sched_cls, .attach = unsaid, .code = c, .log_level = 2});
    const auto at = l.log.find("R3=");
    const std::string found = at == std::string::npos ? "nothing" : l.log.substr(at + 3, 30);
    EXPECT_TRUE(found.starts_with(kernel_words(row(m).rare.finds))) << name(m) << " gives " << found;
  });
}

TEST_F(GradedMapTypes, NeverGiveNullForAConstantKeyWhereTheirColumnSays) {
  const Code deref{make_insn(0x71, 0, 0, 0, 0)};
  each([&](MapType m) {
    Fd map = make(m);
    EXPECT_EQ(load_error(ProgType::xdp, unsaid, lookup(map, shape_of(m, {}).key_size, deref)) == 0,
              row(m).rare.never_null)
        << name(m);
  });
}

TEST_F(GradedMapTypes, LetValuesBeWrittenWhereTheirColumnSays) {
  const Code write{make_insn(0x15, 0, 0, 1, 0), make_insn(0x72, 0, 0, 0, 0)};
  each([&](MapType m) {
    if (row(m).rare.finds != Finds::value) return;
    Fd map = make(m);
    EXPECT_EQ(load_error(ProgType::xdp, unsaid, lookup(map, shape_of(m, {}).key_size, write)) == 0,
              !row(m).rare.read_only)
        << name(m);
  });
}

TEST_F(GradedMapTypes, AreNamedWithTheCapabilitiesTheyNeed) {
  each([](MapType m) {
    Fd map = make(m);
    for (Caps caps : {Caps::none().with(Cap::bpf), Caps::none().with(Cap::bpf).with(Cap::perfmon)})
      std::thread([&] {
        keep_only(caps);
        const std::optional<Cap>& needs = row(m).rare.needs;
        EXPECT_EQ(load_error(ProgType::socket_filter, unsaid, naming(map)) == 0, !needs || caps.allows(*needs))
            << name(m) << " with " << caps.text();
      }).join();
  });
}

TEST_F(GradedMapTypes, FrozenReadOnlyArraysAreConstants) {
  for (bool frozen : {false, true})
    for (uint32_t flags : {0U, map_flag::rdonly_prog}) {
      const auto map = sys::Map::create(shape_of(MapType::array, {.flags = flags}));
      ASSERT_EQ(frozen ? map->freeze() : 0, 0);
      const Code c{make_insn(0x18, 1, 2, 0, map->fd()), {}, make_insn(0x61, 2, 1, 4, 0), mov(0, 1), leave};
      const Loaded l = load({.type = ProgType::xdp, .attach = unsaid, .code = c, .log_level = 2});
      EXPECT_EQ(l.log.find("R2=0\n") != std::string::npos, frozen && flags != 0) << l.log;
    }
}

Wanted with_field(MapType m, ValueField f) {
  return {.value_size = 32,
          .btf = values().fd(),
          .key_type = values().key(shape_of(m, {}).key_size),
          .value_type = values().of(f)};
}

TEST_F(GradedMapTypes, HoldFieldsWhereTheirRowSays) {
  ASSERT_GE(values().fd(), 0) << errno_text(errno);
  each([&](MapType m) {
    if (row(m).value != ValueSize::any || m == MapType::stack_trace) return;
    for (const ValueFieldRow& f : value_fields) {
      Fd map = make(m, with_field(m, f.id));
      EXPECT_EQ(map.get() >= 0, f.maps.has(m)) << name(m) << " with " << f.name << ": " << errno_text(errno);
    }
  });
}

TEST_F(GradedMapTypes, WithFieldsAreNotForEveryProgramType) {
  for (const ValueFieldRow& f : value_fields) {
    const MapType m = f.maps.has(MapType::array) ? MapType::array : MapType::task_storage;
    Fd map = make(m, with_field(m, f.id));
    for (const ProgTypeRow& p : prog_types) {
      if (p.id == ProgType::unspec || load_error(p.id, attach_for(p.id), {mov(0, 1), leave}) != 0) continue;
      EXPECT_EQ(load_error(p.id, attach_for(p.id), naming(map)) == 0, !f.not_in.has(p.id))
          << f.name << " in " << p.name;
    }
    Wanted readonly = with_field(m, f.id);
    readonly.flags = map_flag::rdonly_prog;
    EXPECT_LT(make(m, readonly).get(), 0) << f.name;
  }
}

}  // namespace
}  // namespace skep::facts
