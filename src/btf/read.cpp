// SPDX-License-Identifier: Apache-2.0
// From bytes to a Btf that keeps its promises (types.hpp), in four passes: the header finds the sections, index()
// finds where each type begins, check_references() looks at every id and name, measure() computes sizes and
// refuses what contains itself.
#include <algorithm>
#include <bit>

#include "btf/errors.hpp"
#include "btf/layout.hpp"

namespace skep::btf {

class Reader {
 public:
  Result<Shared> read(Bytes bytes);

 private:
  Result<void> find_sections(Bytes bytes);
  Result<void> index();
  Result<void> check_references() const;
  Result<void> check_items(const Type& t) const;
  Result<void> check_name(uint32_t offset) const;
  Result<void> check_id(TypeId id) const;
  Result<void> measure();
  Result<uint32_t> own_size(const Type& t) const;
  Result<void> check_members(const Type& t) const;
  Result<uint32_t> size_inside(TypeId inner) const;
  Result<void> finish(const Type& t);
  template <class F>
  bool every_inner(const Type& t, F f) const;

  std::shared_ptr<Btf> btf_;
  std::vector<uint8_t> depths_;
};

static std::unexpected<Error> in_type(Error&& e, TypeId id) {
  return fail_within(std::move(e), "type " + std::to_string(id));
}

// ---- sections ---------------------------------------------------------------------------------------------------

Result<void> Reader::find_sections(Bytes bytes) {
  constexpr std::size_t header_size = 24;
  if (bytes.size() < header_size)
    return fail(SectionCutOff{.part = "header", .begin = 0, .length = header_size, .size = bytes.size()});
  uint16_t magic = load<uint16_t>(bytes.data());
  bool foreign = magic == 0x9feb;
  if (magic != 0xeb9f && !foreign) return fail(NotBtf{.found = to_hex(bytes.first(2))});
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
  if (header < header_size) return fail(SectionMisplaced{.part = "header", .rule = "is shorter than 24 bytes"});
  Bytes types = TRY(section("type section", type_begin, type_length));
  Bytes strings = TRY(section("string section", string_begin, string_length));
  if (header % 4 != 0 || type_begin % 4 != 0 || type_length % 4 != 0)
    return fail(SectionMisplaced{.part = "type section", .rule = "does not begin and end at a multiple of 4 bytes"});
  if (string_begin < uint64_t{type_begin} + type_length && type_begin < uint64_t{string_begin} + string_length)
    return fail(SectionMisplaced{.part = "string section", .rule = "overlaps the type section"});
  if (strings.empty() || strings.front() != 0 || strings.back() != 0)
    return fail(SectionMisplaced{.part = "string section", .rule = "does not begin and end with a zero byte"});

  btf_->bytes_.reserve(types.size() + strings.size());
  btf_->bytes_.assign(types.begin(), types.end());
  btf_->bytes_.insert(btf_->bytes_.end(), strings.begin(), strings.end());
  if (foreign)
    for (std::size_t at = 0; at < types.size(); at += 4)
      store(btf_->bytes_.data() + at, __builtin_bswap32(load<uint32_t>(btf_->bytes_.data() + at)));
  btf_->types_ = Bytes(btf_->bytes_).first(types.size());
  btf_->strings_ = Bytes(btf_->bytes_).subspan(types.size());
  return {};
}

// ---- where each type begins -------------------------------------------------------------------------------------

Result<void> Reader::index() {
  Bytes types = btf_->types_;
  btf_->offsets_.reserve(types.size() / 24 + 1);
  btf_->offsets_.push_back(0);
  for (std::size_t at = 0; at < types.size();) {
    TypeId id = btf_->count();
    std::size_t left = types.size() - at;
    if (left < 12) return in_type(std::move(fail(TypeCutOff{.needs = 12, .left = left}).error()), id);
    uint32_t info = load<uint32_t>(types.data() + at + 4), kind = raw_kind(info);
    if (kind == 0 || kind >= kind_count)
      return in_type(std::move(fail(UnknownKind{.kind = static_cast<int>(kind)}).error()), id);
    std::size_t needs = 4 * layouts[kind].words_of(info_of(info).vlen);
    if (left < needs) return in_type(std::move(fail(TypeCutOff{.needs = needs, .left = left}).error()), id);
    btf_->offsets_.push_back(static_cast<uint32_t>(at));
    at += needs;
  }
  return {};
}

// ---- every id and name ------------------------------------------------------------------------------------------

Result<void> Reader::check_name(uint32_t offset) const {
  if (offset < btf_->strings_.size()) return {};
  return fail(NameOutside{.offset = offset, .size = btf_->strings_.size()});
}
Result<void> Reader::check_id(TypeId id) const {
  if (id < btf_->count()) return {};
  return fail(TypeOutside{.refers_to = id, .count = btf_->count() - 1});
}

Result<void> Reader::check_items(const Type& t) const {
  const Layout& layout = layout_of(t.kind);
  bool named = layout.item[0] == Word::name, typed = layout.item[named ? 1 : 0] == Word::type;
  for (uint32_t i = 0, at = 3; i < t.vlen; ++i, at += layout.words_per_item) {
    if (named) TRY_VOID(check_name(btf_->word(t.id, at)));
    if (typed) TRY_VOID(check_id(btf_->word(t.id, named ? at + 1 : at)));
  }
  return {};
}

Result<void> Reader::check_references() const {
  for (TypeId id = 1; id < btf_->count(); ++id) {
    if (auto r = check_name(btf_->word(id, 0)); !r) return in_type(std::move(r.error()), id);
    Type t = btf_->nameless(id);
    const Layout& layout = layout_of(t.kind);
    Result<void> r;
    if (layout.third == Word::type) r = check_id(t.size_or_type);
    if (r && t.kind == Kind::array) r = check_id(btf_->word(id, 3));
    if (r && t.kind == Kind::array) r = check_id(btf_->word(id, 4));
    if (r && layout.words_per_item != 0) r = check_items(t);
    if (!r) return in_type(std::move(r.error()), id);
  }
  return {};
}

// ---- sizes, loops, depth ----------------------------------------------------------------------------------------

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
    case Kind::enum64: return true;
  }
  std::unreachable();
}

Result<uint32_t> Reader::size_inside(TypeId inner) const {
  if (uint32_t size = btf_->sizes_[inner]; size != Btf::no_size) return size;
  return fail(NoSize{.inner = btf_->spelled(inner)});
}

Result<void> Reader::check_members(const Type& t) const {
  for (uint32_t i = 0; i < t.vlen; ++i) {
    uint32_t size = TRY(size_inside(btf_->word(t.id, 3 + 3 * i + 1)));
    uint32_t where = btf_->word(t.id, 3 + 3 * i + 2);
    if (!t.kind_flag && where + uint64_t{size} * 8 <= uint64_t{t.size_or_type} * 8) continue;  // nearly all of them
    Member m = btf_->member(t, i);
    if (m.bitfield_bits != 0)
      if (Kind k = btf_->resolve(m.type).kind;
          (k != Kind::int_ && k != Kind::enum_ && k != Kind::enum64) || m.bitfield_bits > std::min(size * 8, 64u))
        return fail(
            BitfieldShape{.member = std::string(m.name), .bits = m.bitfield_bits, .type = btf_->spelled(m.type)});
    uint64_t end = m.bit_offset + (m.bitfield_bits != 0 ? m.bitfield_bits : uint64_t{size} * 8);
    if (end > uint64_t{t.size_or_type} * 8)
      return fail(MemberOutside{.member = std::string(m.name), .end = end, .size = uint64_t{t.size_or_type} * 8});
  }
  return {};
}

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
      if (size >= Btf::no_size) return fail(TypeTooLarge{.size = size});
      return static_cast<uint32_t>(size);
    }
    case Kind::typedef_:
    case Kind::volatile_:
    case Kind::const_:
    case Kind::restrict_:
    case Kind::type_tag:
    case Kind::var: return btf_->sizes_[t.size_or_type];
    case Kind::ptr: return 8u;
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
    case Kind::decl_tag: return Btf::no_size;
  }
  std::unreachable();
}

Result<void> Reader::finish(const Type& t) {
  uint8_t inner_depth = 0;
  TypeId section = 0;
  every_inner(t, [&](TypeId inner) {
    inner_depth = std::max(inner_depth, depths_[inner]);
    if (btf_->nameless(inner).kind == Kind::datasec) section = inner;
    return true;
  });
  if (section != 0) return fail(NoSize{.inner = "datasec " + btf_->spelled(section)});
  if (inner_depth >= max_depth) return fail(TooDeep{.most = max_depth});
  btf_->sizes_[t.id] = TRY(own_size(t));
  depths_[t.id] = static_cast<uint8_t>(inner_depth + 1);
  return {};
}

// Depth first over what is held by value, with a stack of our own: a type is finished after its inner types.
Result<void> Reader::measure() {
  enum : uint8_t { untouched, open, finished };
  std::vector<uint8_t> state(btf_->count(), untouched);
  btf_->sizes_.assign(btf_->count(), Btf::no_size);
  depths_.assign(btf_->count(), 0);
  state[0] = finished;
  std::vector<TypeId> stack;
  for (TypeId root = 1; root < btf_->count(); ++root) {
    stack.push_back(root);
    while (!stack.empty()) {
      TypeId id = stack.back();
      if (state[id] == finished) {
        stack.pop_back();
        continue;
      }
      Type t = btf_->nameless(id);
      std::size_t before = stack.size();
      TypeId loop = 0;
      every_inner(t, [&](TypeId inner) {
        if (state[inner] == untouched && inner != id) stack.push_back(inner);
        if (state[inner] == open || inner == id) loop = inner;
        return loop == 0;
      });
      if (loop != 0) return in_type(std::move(fail(TypeLoop{.through = loop}).error()), id);
      state[id] = open;
      if (stack.size() > before) continue;
      if (auto done = finish(t); !done) return in_type(std::move(done.error()), id);
      state[id] = finished;
    }
  }
  return {};
}

Result<Shared> Reader::read(Bytes bytes) {
  btf_ = std::shared_ptr<Btf>(new Btf);
  TRY_VOID(find_sections(bytes));
  TRY_VOID(index());
  TRY_VOID(check_references());
  TRY_VOID(measure());
  return Shared(std::move(btf_));
}

Result<Shared> parse(Bytes bytes) { return Reader{}.read(bytes); }

}  // namespace skep::btf
