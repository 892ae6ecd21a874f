// SPDX-License-Identifier: Apache-2.0
// BTF: the C types of a program, as compilers write them into .BTF and Linux offers them in /sys/kernel/btf.
//
//     header | types: {name, kind+vlen, size or type id} {what the kind adds} … | strings
//
// A Btf owns its bytes and an index of where each type begins; a Type is a small view made on demand, whose name
// points into the Btf. Type ids count from 1; 0 is void. Everything else in memory is 32-bit words, so BTF of the
// other byte order is swapped once, word by word, while it is read, and nothing after parse() knows of it.
//
// Split BTF, as kernel modules have it, continues a base: its ids and its string offsets go on where those of the
// base end. It holds its base, and every function here serves the ids of both.
//
// From Linux 7.1 on BTF may carry a table of layouts: how long the description of each kind is. Kinds newer than
// this code are stepped over by it. They read as Kind::unknown, which has a name and nothing else.
//
// parse() believes nothing. After it: every id and name offset is in range, every member lies within its struct,
// no type contains itself by value, C could spell every type (only a struct or a union closes a loop of pointers),
// both kinds of nesting are at most max_depth (so recursion over values and over types is bounded), and the size of
// every type is known. Sizes are those of the BPF target: pointers have 8 bytes.
// Immutable and shared: every function may be called from any thread.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace skep::btf {

using TypeId = uint32_t;
inline constexpr int max_depth = 64;  // Linux resolves at most 32 deep

// Linux's BTF_KIND_*, in its order.
enum class Kind : uint8_t {
  void_,
  int_,
  ptr,
  array,
  struct_,
  union_,
  enum_,
  fwd,
  typedef_,
  volatile_,
  const_,
  restrict_,
  func,
  func_proto,
  var,
  datasec,
  float_,
  decl_tag,
  type_tag,
  enum64,
  unknown,  // newer than this code
};
inline constexpr uint32_t kind_count = 20;  // the known ones
std::string_view name_of(Kind);             // "struct", "func_proto", …

// The second word of a type. Kernels before 7.3 know 16 bits of vlen and 5 of kind; what they accept reads the same.
struct Info {
  Kind kind;
  bool kind_flag;
  uint32_t vlen;
};
inline constexpr uint32_t most_vlen = 0xffffff;
constexpr uint32_t raw_kind(uint32_t info) { return info >> 24 & 0x7f; }
constexpr Info info_of(uint32_t info) {
  return {.kind = static_cast<Kind>(std::min(raw_kind(info), kind_count)),
          .kind_flag = info >> 31 != 0,
          .vlen = info & most_vlen};
}

struct Type {
  TypeId id;
  Kind kind;
  bool kind_flag;         // struct: members have bit-field sizes; fwd: of a union; enum: signed
  uint32_t vlen;          // how many members, enumerators, parameters or variables; func: its linkage
  uint32_t size_or_type;  // which one depends on the kind
  std::string_view name;
};

struct Int {
  uint32_t size_bytes;
  uint8_t bits, offset;  // offset is 0 except in bit-fields of old compilers
  bool is_signed, is_char, is_bool;
};
struct Array {
  TypeId element, index;
  uint32_t count;
};
struct Member {
  std::string_view name;  // empty for an anonymous struct or union
  TypeId type;
  uint32_t bit_offset;
  uint8_t bitfield_bits;  // 0: not a bit-field
};
struct Enumerator {
  std::string_view name;
  uint64_t value;  // sign-extended where the enum is signed
};
struct Param {
  std::string_view name;
  TypeId type;
};
struct SectionVar {
  TypeId type;  // a var, or a func in .ksyms
  uint32_t offset, size_bytes;
};
enum class Linkage : uint32_t { static_, global, extern_ };

// The name without its flavour: CO-RE matches `task_struct___old` with what Linux calls `task_struct`.
std::string_view essential_name(std::string_view name);

class Btf;
struct Placement;
using Shared = std::shared_ptr<const Btf>;

class Btf {
  template <class T>
  auto each(const Type& t, T (Btf::*row)(const Type&, uint32_t) const) const {
    return std::views::iota(uint32_t{0}, t.vlen) |
           std::views::transform([this, t, row](uint32_t i) { return (this->*row)(t, i); });
  }

 public:
  // Ids are below count(), 0 (void) and those of the base included; its own begin at first_id().
  uint32_t count() const { return start_ + static_cast<uint32_t>(offsets_.size()); }
  TypeId first_id() const { return std::max(start_, 1u); }
  const Shared& base() const { return base_; }  // null where it is no split BTF

  Type type(TypeId id) const;
  uint32_t kind_number(TypeId id) const { return id == 0 ? 0 : raw_kind(word(id, 1)); }  // of an unknown kind, too
  std::optional<std::string_view> string(uint32_t offset) const;
  std::size_t string_bytes() const { return string_start_ + strings_.size(); }  // those of the base included

  // What the kind adds. Each may be asked of its own kinds only.
  Int int_of(const Type&) const;
  Array array_of(const Type&) const;
  Linkage linkage_of(const Type&) const;                      // var, func
  int32_t tagged_component(const Type&) const;                // decl_tag: index of the member or parameter, or -1
  Member member(const Type&, uint32_t index) const;           // struct, union
  Enumerator enumerator(const Type&, uint32_t index) const;   // enum, enum64
  Param param(const Type&, uint32_t index) const;             // func_proto
  SectionVar section_var(const Type&, uint32_t index) const;  // datasec
  auto members(const Type& t) const { return each(t, &Btf::member); }
  auto enumerators(const Type& t) const { return each(t, &Btf::enumerator); }
  auto params(const Type& t) const { return each(t, &Btf::param); }
  auto section_vars(const Type& t) const { return each(t, &Btf::section_var); }

  // The type behind typedefs, const, volatile, restrict and type tags.
  Type resolve(TypeId id) const;
  // Its size in bytes; nothing for void, functions, forward declarations and arrays of 4 GiB and more.
  std::optional<uint32_t> size_of(TypeId id) const;

  // The first type of this name, of any kind or of one. The index is built by the first call to ask by name.
  std::optional<TypeId> find(std::string_view name) const;
  std::optional<TypeId> find(std::string_view name, Kind kind) const;
  // All of this name; all whose essential name it is. Ids ascend.
  std::vector<TypeId> named(std::string_view name) const;
  std::vector<TypeId> flavours(std::string_view essential) const;

  // As C spells it: "struct flow *", "__u32", "char[16]".
  std::string spelled(TypeId id) const;

  // Where a type is written, in this machine's byte order, as long as the Btf lives; not of void.
  const uint8_t* at(TypeId id) const { return id >= start_ ? types_.data() + offsets_[id - start_] : base_->at(id); }
  // A word of it; layout.hpp says what each means.
  uint32_t word(TypeId id, uint32_t index) const { return load<uint32_t>(at(id) + std::size_t{4} * index); }

  Btf(const Btf&) = delete;
  Btf& operator=(const Btf&) = delete;

 private:
  friend class Reader;
  friend Shared place_variables(const Btf&, const Placement&);
  Btf() = default;

  static constexpr uint32_t no_size = UINT32_MAX;
  struct Depth {
    uint8_t by_value, spelled;
  };
  std::string_view text(uint32_t offset) const {
    if (offset < string_start_) return base_->text(offset);
    return reinterpret_cast<const char*>(strings_.data()) + (offset - string_start_);
  }
  uint32_t size_or_none(TypeId id) const { return id >= start_ ? sizes_[id - start_] : base_->size_or_none(id); }
  Depth depth(TypeId id) const { return id >= start_ ? depths_[id - start_] : base_->depth(id); }
  // type() without looking for the end of the name, which takes most of its time
  Type nameless(TypeId id) const {
    if (id == 0) return {.id = 0, .kind = Kind::void_, .kind_flag = false, .vlen = 0, .size_or_type = 0, .name = {}};
    Info info = info_of(word(id, 1));
    return {.id = id,
            .kind = info.kind,
            .kind_flag = info.kind_flag,
            .vlen = info.vlen,
            .size_or_type = word(id, 2),
            .name = {}};
  }
  void index_names() const;
  template <class F>
  bool each_in_slot(std::size_t hash, F f) const;

  Shared base_;
  std::shared_ptr<const void> bytes_;  // keeps what the spans point into
  Bytes types_, strings_;
  uint32_t start_ = 0, string_start_ = 0;  // where the base ends
  std::vector<uint32_t> offsets_;          // of each type in types_, by id - start_; [0] is unused without a base
  std::vector<uint32_t> sizes_;            // of each type in bytes, or no_size
  std::vector<Depth> depths_;
  mutable std::once_flag names_once_;
  // Ids by hash of the essential name: the first of each slot, and for each the next of the same slot. 0 ends.
  mutable std::vector<TypeId> slots_, next_;
};

// Errors name the type id. The bytes are copied.
Result<Shared> parse(Bytes bytes, Shared base = {});
// The same without the copy: `owner` keeps the bytes, which nobody changes.
Result<Shared> adopt(Bytes bytes, std::shared_ptr<const void> owner, Shared base = {});

// What a compiler leaves to the linker: how large each section is, and where its variables are. Answers of nothing
// leave the BTF as it was.
struct Placement {
  std::function<std::optional<uint32_t>(std::string_view section)> size;
  std::function<std::optional<uint32_t>(std::string_view section, std::string_view variable)> offset;
};
// A copy whose datasecs say so, their variables by rising offset.
Shared place_variables(const Btf&, const Placement&);

}  // namespace skep::btf
