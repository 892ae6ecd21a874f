// SPDX-License-Identifier: Apache-2.0
// From bytes to a Btf that keeps its promises (types.hpp), in passes: the header finds the sections, index() finds
// where each type begins, check_references() looks at every id and name, measure() computes sizes and refuses what
// contains itself by value, check_spelling() refuses what C could not write down.
//
// A vmlinux has 5 MB and 130,000 types, so the passes ask words, never names (whose ends must be searched), and what
// they ask of other types is in arrays small enough for a cache: kind, size, depth.
#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "btf/errors.hpp"
#include "btf/layout.hpp"

namespace skep::btf {

constexpr uint32_t bit(Kind k) { return uint32_t{1} << static_cast<uint32_t>(k); }
template <class... Kinds>
constexpr uint32_t any_of(Kinds... kinds) {
  return (bit(kinds) | ... | bit(Kind::unknown));
}
constexpr uint32_t anything = (bit(Kind::unknown) << 1) - 1;
constexpr uint32_t types_of_c =
    anything & ~(bit(Kind::func) | bit(Kind::var) | bit(Kind::datasec) | bit(Kind::decl_tag));
constexpr uint32_t prototypes = any_of(Kind::func_proto), variables = any_of(Kind::var, Kind::func);

// What a kind may refer to.
constexpr uint32_t targets(Kind from) {
  return from == Kind::func       ? prototypes
         : from == Kind::datasec  ? variables
         : from == Kind::decl_tag ? anything
                                  : types_of_c;
}

// A description of an unknown kind, in bytes after its three words.
struct ForeignLayout {
  uint8_t bytes, bytes_per_item;
};

class Reader {
 public:
  Reader(Shared base) : btf_(new Btf) {
    if (!base) return;
    btf_->start_ = base->count();
    btf_->string_start_ = static_cast<uint32_t>(base->string_bytes());
    btf_->base_ = std::move(base);
  }
  Result<Shared> read(Bytes bytes, std::shared_ptr<const void> owner);

 private:
  Result<void> find_sections(Bytes bytes, std::shared_ptr<const void> owner);
  Result<void> read_layouts(Bytes table);
  Result<std::size_t> description_bytes(uint32_t info) const;
  Result<void> index();
  Result<void> check_references() const;
  Result<void> check_type(const Type& t) const;
  Result<void> check_items(const Type& t) const;
  Result<void> check_name(uint32_t offset) const;
  Result<void> check_id(TypeId id, uint32_t kinds) const;
  Result<void> measure();
  Result<uint32_t> own_size(const Type& t) const;
  Result<void> check_members(const Type& t) const;
  Result<void> check_member(const Type& t, uint32_t index, uint32_t size) const;
  Result<uint32_t> size_inside(TypeId inner) const;
  Result<void> check_spelling();
  template <class F>
  bool every_inner(const Type& t, F f) const;
  template <class F>
  bool every_spelled(const Type& t, F f) const;
  template <class Leaf, class Every, class Finish>
  Result<void> depth_first(uint8_t Btf::Depth::* depth, Leaf leaf, Every every, Finish finish);
  bool fits(TypeId id, uint32_t kinds) const { return id < btf_->count() && (kinds & bit(kind_of(id))) != 0; }
  Kind kind_of(TypeId id) const { return id >= btf_->start_ ? kinds_[id - btf_->start_] : btf_->nameless(id).kind; }

  std::shared_ptr<Btf> btf_;
  std::vector<ForeignLayout> foreign_;  // by kind, from kind_count on
  std::vector<Kind> kinds_;             // of each type, by id - start_
};

static std::unexpected<Error> in_type(Error&& e, TypeId id) {
  return fail_within(std::move(e), "type " + std::to_string(id));
}

// ---- sections ---------------------------------------------------------------------------------------------------

static void swap_words(MutableBytes words) {
  for (std::size_t at = 0; at < words.size(); at += 4)
    store(words.data() + at, __builtin_bswap32(load<uint32_t>(words.data() + at)));
}

Result<void> Reader::find_sections(Bytes bytes, std::shared_ptr<const void> owner) {
  constexpr std::size_t least_header = 24, with_layouts = 32;
  uint16_t magic = load_at<uint16_t>(bytes, 0).value_or(0xeb9f);
  bool foreign = magic == 0x9feb;
  if (magic != 0xeb9f && !foreign) return fail(NotBtf{.found = to_hex(bytes.first(2))});
  if (bytes.size() < least_header)
    return fail(SectionCutOff{.part = "header", .begin = 0, .length = least_header, .size = bytes.size()});
  if (bytes[2] != 1) return fail(UnknownVersion{.version = bytes[2]});

  auto field = [&](std::size_t index) {
    uint32_t v = load<uint32_t>(bytes.data() + 4 + 4 * index);
    return foreign ? __builtin_bswap32(v) : v;
  };
  uint32_t header = field(0), type_begin = field(1), type_length = field(2), string_begin = field(3),
           string_length = field(4);
  auto section = [&](std::string_view part, uint32_t begin, uint32_t length) -> Result<Bytes> {
    std::size_t at = std::size_t{header} + begin;
    if (auto s = slice(bytes, at, length)) return *s;
    return fail(SectionCutOff{.part = part, .begin = at, .length = length, .size = bytes.size()});
  };
  if (header < least_header) return fail(SectionMisplaced{.part = "header", .rule = "is shorter than 24 bytes"});
  btf_->types_ = TRY(section("type section", type_begin, type_length));
  btf_->strings_ = TRY(section("string section", string_begin, string_length));
  if (header % 4 != 0 || type_begin % 4 != 0 || type_length % 4 != 0)
    return fail(SectionMisplaced{.part = "type section", .rule = "does not begin and end at a multiple of 4 bytes"});
  if (string_begin < uint64_t{type_begin} + type_length && type_begin < uint64_t{string_begin} + string_length)
    return fail(SectionMisplaced{.part = "string section", .rule = "overlaps the type section"});
  Bytes strings = btf_->strings_;
  if (!btf_->base_ && (strings.empty() || strings.front() != 0 || strings.back() != 0))
    return fail(SectionMisplaced{.part = "string section", .rule = "does not begin and end with a zero byte"});
  if (btf_->base_ && !strings.empty() && strings.back() != 0)  // its first is the base's
    return fail(SectionMisplaced{.part = "string section", .rule = "does not end with a zero byte"});
  if (string_length > UINT32_MAX - btf_->string_start_)
    return fail(SectionMisplaced{.part = "string section", .rule = "ends beyond the offsets that names can have"});
  if (header >= with_layouts && bytes.size() >= with_layouts) {
    Bytes table = TRY(section("layout section", field(5), field(6)));
    TRY_VOID(read_layouts(table));
  }

  btf_->bytes_ = std::move(owner);
  if (foreign) {
    auto swapped = std::make_shared<Buffer>(btf_->types_.begin(), btf_->types_.end());
    swap_words(*swapped);
    btf_->types_ = *swapped;
    btf_->bytes_ = std::make_shared<std::pair<decltype(swapped), std::shared_ptr<const void>>>(swapped, btf_->bytes_);
  }
  return {};
}

// Per kind, from 0: {bytes after the three words, bytes per item, 2 bytes of flags}. What this code knows, it knows
// better.
Result<void> Reader::read_layouts(Bytes table) {
  if (table.size() % 4 != 0)
    return fail(SectionMisplaced{.part = "layout section", .rule = "is no multiple of 4 bytes"});
  for (std::size_t at = 4 * std::size_t{kind_count}; at < table.size(); at += 4)
    foreign_.push_back({.bytes = table[at], .bytes_per_item = table[at + 1]});
  return {};
}

// ---- where each type begins -------------------------------------------------------------------------------------

Result<std::size_t> Reader::description_bytes(uint32_t info) const {
  uint32_t kind = raw_kind(info);
  uint32_t vlen = info_of(info).vlen;
  if (kind != 0 && kind < kind_count) return 4 * layouts[kind].words_of(vlen);
  if (kind < kind_count || kind - kind_count >= foreign_.size())
    return fail(UnknownKind{.kind = static_cast<int>(kind)});
  const ForeignLayout& layout = foreign_[kind - kind_count];
  std::size_t bytes = 12 + layout.bytes + std::size_t{layout.bytes_per_item} * vlen;
  if (bytes % 4 != 0) return fail(UnevenKind{.kind = static_cast<int>(kind), .bytes = bytes});
  return bytes;
}

Result<void> Reader::index() {
  Bytes types = btf_->types_;
  btf_->offsets_.reserve(types.size() / 24 + 1);
  kinds_.reserve(types.size() / 24 + 1);
  if (!btf_->base_) {
    btf_->offsets_.push_back(0);
    kinds_.push_back(Kind::void_);
  }
  for (std::size_t at = 0; at < types.size();) {
    TypeId id = btf_->count();
    std::size_t left = types.size() - at;
    if (left < 12) return in_type(std::move(fail(TypeCutOff{.needs = 12, .left = left}).error()), id);
    uint32_t info = load<uint32_t>(types.data() + at + 4);
    auto needs = description_bytes(info);
    if (!needs) return in_type(std::move(needs.error()), id);
    if (left < *needs) return in_type(std::move(fail(TypeCutOff{.needs = *needs, .left = left}).error()), id);
    btf_->offsets_.push_back(static_cast<uint32_t>(at));
    kinds_.push_back(info_of(info).kind);
    at += *needs;
  }
  return {};
}

// ---- every id and name ------------------------------------------------------------------------------------------

Result<void> Reader::check_name(uint32_t offset) const {
  if (offset < btf_->string_bytes()) return {};
  return fail(NameOutside{.offset = offset, .size = btf_->string_bytes()});
}

Result<void> Reader::check_id(TypeId id, uint32_t kinds) const {
  if (fits(id, kinds)) return {};
  if (id >= btf_->count()) return fail(TypeOutside{.refers_to = id, .count = btf_->count() - 1});
  return fail(WrongKind{.type = id,
                        .found = name_of(kind_of(id)),
                        .wanted = kinds == prototypes  ? "func_proto"
                                  : kinds == variables ? "var or func"
                                                       : "type of C"});
}

Result<void> Reader::check_items(const Type& t) const {
  const Layout& layout = layout_of(t.kind);
  bool named = layout.item[0] == Word::name, typed = layout.item[named ? 1 : 0] == Word::type;
  const std::size_t strings = btf_->string_bytes(), at = named ? 4 : 0;
  const uint32_t kinds = targets(t.kind);
  const uint8_t* item = btf_->at(t.id) + 12;
  for (uint32_t i = 0; i < t.vlen; ++i, item += std::size_t{4} * layout.words_per_item) {
    if (named && load<uint32_t>(item) >= strings) return check_name(load<uint32_t>(item));
    if (const TypeId id = typed ? load<uint32_t>(item + at) : 0; typed && !fits(id, kinds)) return check_id(id, kinds);
  }
  return {};
}

Result<void> Reader::check_type(const Type& t) const {
  TRY_VOID(check_name(btf_->word(t.id, 0)));
  const Layout& layout = layout_of(t.kind);
  if (layout.third == Word::type) TRY_VOID(check_id(t.size_or_type, targets(t.kind)));
  if (t.kind == Kind::array) {
    TRY_VOID(check_id(btf_->word(t.id, 3), types_of_c));
    TRY_VOID(check_id(btf_->word(t.id, 4), types_of_c));
  }
  if (layout.words_per_item != 0) TRY_VOID(check_items(t));
  return {};
}

Result<void> Reader::check_references() const {
  for (TypeId id = btf_->first_id(); id < btf_->count(); ++id)
    if (auto r = check_type(btf_->nameless(id)); !r) return in_type(std::move(r.error()), id);
  return {};
}

// ---- loops and depth --------------------------------------------------------------------------------------------

// Visits every type after those that `every(type, f)` names to f, with a stack of its own. A depth of 0 is a type
// not yet seen; what it stands on must be finished, and `open` on the way back is a loop. Most types stand on nothing:
// `leaf(id)` finishes those by their kind, and they are not looked at.
template <class Leaf, class Every, class Finish>
Result<void> Reader::depth_first(uint8_t Btf::Depth::* depth, Leaf leaf, Every every, Finish finish) {
  constexpr uint8_t unseen = 0, open = 255;
  auto state = [&](TypeId id) -> uint8_t& {
    uint8_t& s = btf_->depths_[id - btf_->start_].*depth;
    if (s == unseen && leaf(id)) s = 1;
    return s;
  };
  std::vector<TypeId> stack;
  for (TypeId root = btf_->first_id(); root < btf_->count(); ++root) {
    if (state(root) != unseen) continue;
    stack.push_back(root);
    while (!stack.empty()) {
      TypeId id = stack.back(), loop = 0;
      if (state(id) != unseen && state(id) != open) {
        stack.pop_back();
        continue;
      }
      Type t = btf_->nameless(id);
      std::size_t before = stack.size();
      int deepest = 0;
      state(id) = open;
      every(t, [&](TypeId inner) {
        if (inner == 0) return true;
        uint8_t its = inner >= btf_->start_ ? state(inner) : btf_->depth(inner).*depth;
        if (its == open) loop = inner;
        if (its == unseen) stack.push_back(inner);
        deepest = std::max<int>(deepest, its);
        return loop == 0;
      });
      if (loop != 0) return in_type(std::move(fail(TypeLoop{.through = loop}).error()), id);
      if (stack.size() > before) continue;
      if (deepest >= max_depth) return in_type(std::move(fail(TooDeep{.most = max_depth}).error()), id);
      if (Result<void> done = finish(t); !done) return in_type(std::move(done.error()), id);
      state(id) = static_cast<uint8_t>(deepest + 1);
      stack.pop_back();
    }
  }
  return {};
}

// ---- what is held by value, and sizes ---------------------------------------------------------------------------

// Calls f(id) for each type that t holds by value, until f says no.
template <class F>
bool Reader::every_inner(const Type& t, F f) const {
  switch (t.kind) {
    case Kind::typedef_:
    case Kind::volatile_:
    case Kind::const_:
    case Kind::restrict_:
    case Kind::type_tag:
    case Kind::var: return f(t.size_or_type);
    case Kind::array: return f(btf_->word(t.id, 3));
    case Kind::struct_:
    case Kind::union_:
      for (uint32_t i = 0; i < t.vlen; ++i)
        if (!f(btf_->word(t.id, 3 + 3 * i + 1))) return false;
      return true;
    case Kind::void_:
    case Kind::int_:
    case Kind::ptr:
    case Kind::enum_:
    case Kind::fwd:
    case Kind::func:
    case Kind::func_proto:
    case Kind::datasec:
    case Kind::float_:
    case Kind::decl_tag:
    case Kind::enum64:
    case Kind::unknown: return true;
  }
  std::unreachable();
}

Result<uint32_t> Reader::size_inside(TypeId inner) const {
  if (uint32_t size = btf_->size_or_none(inner); size != Btf::no_size) return size;
  if (btf_->resolve(inner).kind == Kind::array) return fail(TypeTooLarge{});
  return fail(NoSize{.inner = btf_->spelled(inner)});
}

Result<void> Reader::check_member(const Type& t, uint32_t index, uint32_t size) const {
  Member m = btf_->member(t, index);
  if (m.bitfield_bits != 0)
    if (Kind k = btf_->resolve(m.type).kind;
        (k != Kind::int_ && k != Kind::enum_ && k != Kind::enum64) || m.bitfield_bits > std::min(size * 8, 64u))
      return fail(BitfieldShape{.member = std::string(m.name), .bits = m.bitfield_bits, .type = btf_->spelled(m.type)});
  uint64_t end = m.bit_offset + (m.bitfield_bits != 0 ? m.bitfield_bits : uint64_t{size} * 8);
  if (end > uint64_t{t.size_or_type} * 8)
    return fail(MemberOutside{.member = std::string(m.name), .end = end, .size = uint64_t{t.size_or_type} * 8});
  return {};
}

Result<void> Reader::check_members(const Type& t) const {
  uint32_t most_bits = t.kind_flag ? 0xffffff : UINT32_MAX;  // above them is the size of a bit-field
  for (uint32_t i = 0; i < t.vlen; ++i) {
    uint32_t size = TRY(size_inside(btf_->word(t.id, 3 + 3 * i + 1)));
    uint32_t where = btf_->word(t.id, 3 + 3 * i + 2);
    if (where <= most_bits && where + uint64_t{size} * 8 <= uint64_t{t.size_or_type} * 8) continue;  // nearly all
    TRY_VOID(check_member(t, i, size));
  }
  return {};
}

// An array of more is no type of C. Pointers to such of 4 GiB and more are how maps say their number of entries, so
// these are types like any other, but without a size that others could count on.
constexpr uint64_t most_array = uint64_t{1} << 60;
constexpr uint32_t pointer_bytes = 8;

// The size of t, whose inner types have been measured.
Result<uint32_t> Reader::own_size(const Type& t) const {
  switch (t.kind) {
    case Kind::int_: {
      Int i = btf_->int_of(t);
      if (!std::has_single_bit(i.size_bytes) || i.size_bytes > 16 || i.bits == 0 ||
          i.offset + i.bits > static_cast<int>(i.size_bytes * 8))
        return fail(IntShape{.bits = i.bits, .offset = i.offset, .size = i.size_bytes});
      return i.size_bytes;
    }
    case Kind::struct_:
    case Kind::union_: TRY_VOID(check_members(t)); return t.size_or_type;
    case Kind::array: {
      Array a = btf_->array_of(t);
      uint64_t size = uint64_t{TRY(size_inside(a.element))} * a.count;
      if (size >= most_array) return fail(TypeTooLarge{});
      return size < Btf::no_size ? static_cast<uint32_t>(size) : Btf::no_size;
    }
    case Kind::typedef_:
    case Kind::volatile_:
    case Kind::const_:
    case Kind::restrict_:
    case Kind::type_tag:
    case Kind::var: return btf_->size_or_none(t.size_or_type);
    case Kind::ptr: return pointer_bytes;
    case Kind::enum_:
    case Kind::enum64:
      if (!std::has_single_bit(t.size_or_type) || t.size_or_type > 8)
        return fail(IntShape{.bits = static_cast<int>(t.size_or_type * 8), .offset = 0, .size = t.size_or_type});
      return t.size_or_type;
    case Kind::datasec:
    case Kind::float_: return std::min(t.size_or_type, Btf::no_size - 1);
    case Kind::void_:
    case Kind::fwd:
    case Kind::func:
    case Kind::func_proto:
    case Kind::decl_tag:
    case Kind::unknown: return Btf::no_size;
  }
  std::unreachable();
}

Result<void> Reader::measure() {
  btf_->sizes_.assign(btf_->offsets_.size(), Btf::no_size);
  auto leaf = [&](TypeId id) {
    constexpr uint32_t unsized = bit(Kind::fwd) | bit(Kind::func) | bit(Kind::func_proto) | bit(Kind::decl_tag);
    const Kind kind = kinds_[id - btf_->start_];
    if (kind == Kind::ptr) btf_->sizes_[id - btf_->start_] = pointer_bytes;
    return kind == Kind::ptr || (bit(kind) & unsized) != 0;
  };
  return depth_first(
      &Btf::Depth::by_value, leaf, [&](const Type& t, auto f) { every_inner(t, f); },
      [&](const Type& t) -> Result<void> {
        btf_->sizes_[t.id - btf_->start_] = TRY(own_size(t));
        return {};
      });
}

// ---- what C writes out to name a type: everything up to a name that C can declare beforehand ---------------------

template <class F>
bool Reader::every_spelled(const Type& t, F f) const {
  if (layout_of(t.kind).third == Word::type && !f(t.size_or_type)) return false;
  if (t.kind == Kind::array) return f(btf_->word(t.id, 3));
  if (t.kind == Kind::func_proto)
    for (uint32_t i = 0; i < t.vlen; ++i)
      if (!f(btf_->word(t.id, 3 + 2 * i + 1))) return false;
  return true;
}

Result<void> Reader::check_spelling() {
  auto leaf = [&](TypeId id) {
    const Kind kind = kinds_[id - btf_->start_];
    return layout_of(kind).third != Word::type && kind != Kind::array && kind != Kind::func_proto;
  };
  return depth_first(
      &Btf::Depth::spelled, leaf, [&](const Type& t, auto f) { every_spelled(t, f); },
      [](const Type&) -> Result<void> { return {}; });
}

Result<Shared> Reader::read(Bytes bytes, std::shared_ptr<const void> owner) {
  TRY_VOID(find_sections(bytes, std::move(owner)));
  TRY_VOID(index());
  TRY_VOID(check_references());
  btf_->depths_.assign(btf_->offsets_.size(), {});
  TRY_VOID(measure());
  TRY_VOID(check_spelling());
  return Shared(std::move(btf_));
}

Result<Shared> adopt(Bytes bytes, std::shared_ptr<const void> owner, Shared base) {
  return Reader(std::move(base)).read(bytes, std::move(owner));
}
Result<Shared> parse(Bytes bytes, Shared base) {
  auto copy = std::make_shared<Buffer>(bytes.begin(), bytes.end());
  return adopt(*copy, copy, std::move(base));
}

}  // namespace skep::btf
