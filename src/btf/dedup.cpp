// SPDX-License-Identifier: Apache-2.0
// Partition refinement. All types that say the same begin in one class; a class is split when its types refer to
// types of different classes, until none is. What remains together is the same (the coarsest bisimulation).
//
// Every type has a signature: the sum of a hash of what it says and of mix(word, class) for each type id in it. When a
// type moves to another class, its users' signatures change by a difference, in O(1) each, and the users are marked.
// Of the parts of a class that is split the largest keeps the number, so a type moves at most log(n) times and
// the whole takes O(words × log(types)), whatever the graph. Signatures may collide; so every type is compared with
// the one it was merged into before anything is written.
//
// Forward declarations are taken for a definition of their name from the begin. Where the definitions turn out to be
// several, this is taken back, which can only split more classes; then refinement goes on.
#include "btf/dedup.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "btf/errors.hpp"

namespace skep::btf {
namespace {

using Class = uint32_t;
constexpr int most_passes = 32;  // one name made ambiguous by another, and so on; compilers' types need two

uint64_t mix(uint64_t a, uint64_t b) {  // the finisher of splitmix64
  uint64_t z = a * 0x9e3779b97f4a7c15 + b + 0x632be59bd9b4e019;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

// The types by class; within a class the marked ones first.
class Partition {
 public:
  explicit Partition(const std::vector<uint64_t>& labels);

  Class of(TypeId id) const { return class_[id]; }
  std::span<const TypeId> members(Class c) const { return part(bounds_[c].begin, bounds_[c].end); }
  std::span<const TypeId> marked(Class c) const { return part(bounds_[c].begin, bounds_[c].unmarked); }
  std::span<const TypeId> unmarked(Class c) const { return part(bounds_[c].unmarked, bounds_[c].end); }
  std::size_t count() const { return bounds_.size(); }

  bool mark(TypeId id);  // whether it is the first marked one of its class
  void unmark_all(Class c) { bounds_[c].unmarked = bounds_[c].begin; }
  // Makes so many members at an end of class c, which has no marked ones, a class of its own.
  enum class End : uint8_t { front, back };
  Class cut_off(Class c, uint32_t count, End end);
  template <class Key>
  void sort_marked(Class c, Key key);

 private:
  struct Bounds {
    uint32_t begin, unmarked, end;
  };
  std::span<const TypeId> part(uint32_t begin, uint32_t end) const {
    return std::span(members_).subspan(begin, end - begin);
  }
  std::vector<TypeId> members_;
  std::vector<uint32_t> place_;  // of each type in members_
  std::vector<Class> class_;
  std::vector<Bounds> bounds_;
};

Partition::Partition(const std::vector<uint64_t>& labels)
    : members_(labels.size()), place_(labels.size()), class_(labels.size()) {
  for (uint32_t i = 0; i < labels.size(); ++i) members_[i] = i;
  std::ranges::sort(members_, {}, [&](TypeId id) { return std::pair(labels[id], id); });
  for (uint32_t i = 0; i < members_.size(); ++i) {
    TypeId id = members_[i];
    if (i == 0 || labels[members_[i - 1]] != labels[id]) bounds_.push_back({.begin = i, .unmarked = i, .end = i});
    bounds_.back().end = i + 1;
    place_[id] = i;
    class_[id] = static_cast<Class>(bounds_.size() - 1);
  }
}

bool Partition::mark(TypeId id) {
  Bounds& b = bounds_[class_[id]];
  if (b.end - b.begin == 1 || place_[id] < b.unmarked) return false;
  TypeId other = members_[b.unmarked];
  std::swap(members_[place_[id]], members_[b.unmarked]);
  std::swap(place_[id], place_[other]);
  return ++b.unmarked == b.begin + 1;
}

Class Partition::cut_off(Class c, uint32_t count, End end) {
  auto made = static_cast<Class>(bounds_.size());
  Bounds& b = bounds_[c];
  uint32_t begin = end == End::front ? b.begin : b.end - count;
  (end == End::front ? b.begin += count : b.end -= count);
  b.unmarked = b.begin;
  bounds_.push_back({.begin = begin, .unmarked = begin, .end = begin + count});
  for (uint32_t i = begin; i < begin + count; ++i) class_[members_[i]] = made;
  return made;
}

template <class Key>
void Partition::sort_marked(Class c, Key key) {
  std::span<TypeId> list = std::span(members_).subspan(bounds_[c].begin, bounds_[c].unmarked - bounds_[c].begin);
  std::ranges::sort(list, {}, key);
  for (std::size_t i = 0; i < list.size(); ++i) place_[list[i]] = bounds_[c].begin + static_cast<uint32_t>(i);
}

class Dedup {
 public:
  explicit Dedup(const Btf& btf) : btf_(btf) {}
  Result<Deduplicated> run();

 private:
  struct Use {
    TypeId by;
    uint32_t word;
  };
  struct Declared {  // forward declarations of one name, and what may be meant
    std::vector<TypeId> forwards, definitions;
  };
  uint32_t name_of_word(uint32_t offset);
  void read_types();
  void read_declared();
  void start();
  void refine();
  void split(Class c);
  void move(TypeId id, Class from, Class to);
  void change(const Use& use, Class from, Class to);
  enum class Which : uint8_t { ambiguous, all };
  bool take_back(Which which);
  Result<void> check() const;
  Result<void> check(TypeId id, TypeId first) const;
  TypeId meant(TypeId id) const { return meant_[id]; }
  template <class F>
  void each_use(TypeId of, F f) const {
    for (uint32_t i = uses_begin_[of]; i < uses_begin_[of + 1]; ++i) f(uses_[i]);
  }

  const Btf& btf_;
  std::unordered_map<std::string_view, uint32_t> names_;
  std::vector<uint32_t> name_at_;  // by offset in the strings: number of the name + 1
  std::vector<uint64_t> signatures_;
  std::vector<Use> uses_;  // grouped by what is used
  std::vector<uint32_t> uses_begin_;
  std::vector<Declared> declared_;
  std::vector<TypeId> meant_;  // of a forward declaration its definition, else the type itself
  std::unordered_map<TypeId, std::vector<TypeId>> forwards_of_;
  std::optional<Partition> classes_;
  std::vector<Class> waiting_;  // classes with marked types
};

// ---- what types say ---------------------------------------------------------------------------------------------

uint32_t Dedup::name_of_word(uint32_t offset) {
  uint32_t& known = name_at_[offset];
  if (known == 0)
    known = names_.try_emplace(*btf_.string(offset), static_cast<uint32_t>(names_.size() + 1)).first->second;
  return known;
}

bool stands_for_itself(Kind k) { return k == Kind::var || k == Kind::datasec; }

// Words that mean something but are neither name nor type.
bool ignored(Kind k, uint32_t index) {
  return index == 2 && (k == Kind::fwd || k == Kind::array);  // unused; GCC fills it
}

void Dedup::read_types() {
  name_at_.assign(btf_.string_bytes(), 0);
  signatures_.assign(btf_.count(), 0);
  uses_begin_.assign(btf_.count() + 1, 0);
  std::vector<std::pair<TypeId, Use>> found;
  for (TypeId id = 1; id < btf_.count(); ++id) {
    Info info = info_of(btf_.word(id, 1));
    uint64_t label = stands_for_itself(info.kind) ? mix(0, id) : 0;
    auto words = static_cast<uint32_t>(layout_of(info.kind).words_of(info.vlen));
    uint32_t done = 0;
    auto numbers_until = [&](uint32_t end) {
      for (; done < end; ++done)
        if (!ignored(info.kind, done)) label = mix(label, btf_.word(id, done));
    };
    each_reference(info, [&](uint32_t i, Word role) {
      numbers_until(i);
      done = i + 1;
      uint32_t word = btf_.word(id, i);
      if (role == Word::name)
        label = mix(label, name_of_word(word));
      else
        found.push_back({word, {.by = id, .word = i}});
    });
    numbers_until(words);
    signatures_[id] = label;
  }
  for (const auto& [of, use] : found) ++uses_begin_[of + 1];
  for (std::size_t i = 1; i < uses_begin_.size(); ++i) uses_begin_[i] += uses_begin_[i - 1];
  uses_.resize(found.size());
  std::vector<uint32_t> next(uses_begin_.begin(), uses_begin_.end() - 1);
  for (const auto& [of, use] : found) uses_[next[of]++] = use;
}

// ---- forward declarations ---------------------------------------------------------------------------------------

void Dedup::read_declared() {
  std::unordered_map<uint64_t, Declared> by_name;  // enums apart from structs and unions
  for (TypeId id = 1; id < btf_.count(); ++id) {
    Type t = btf_.type(id);
    bool is_enum = t.kind == Kind::enum_ || t.kind == Kind::enum64;
    bool is_record = t.kind == Kind::struct_ || t.kind == Kind::union_;
    if ((!is_enum && !is_record && t.kind != Kind::fwd) || t.name.empty()) continue;
    Declared& d = by_name[uint64_t{name_of_word(btf_.word(id, 0))} << 1 | uint64_t{is_enum}];
    (t.kind == Kind::fwd || (is_enum && t.vlen == 0) ? d.forwards : d.definitions).push_back(id);
  }
  for (auto& [name, d] : by_name)
    if (!d.forwards.empty() && !d.definitions.empty()) declared_.push_back(std::move(d));
  std::ranges::sort(declared_, {}, [](const Declared& d) { return d.forwards[0]; });
}

// Definitions of one name are one type, of the kind that was declared.
bool may_mean(const Btf& btf, TypeId forward, TypeId definition) {
  Type f = btf.type(forward), d = btf.type(definition);
  if (f.kind == Kind::fwd) return d.kind == (f.kind_flag ? Kind::union_ : Kind::struct_);
  return f.size_or_type == d.size_or_type;
}

void Dedup::start() {
  meant_.resize(btf_.count());
  for (TypeId id = 0; id < btf_.count(); ++id) meant_[id] = id;
  for (const Declared& d : declared_)
    for (TypeId f : d.forwards)
      if (may_mean(btf_, f, d.definitions[0])) {
        meant_[f] = d.definitions[0];
        forwards_of_[d.definitions[0]].push_back(f);
      }
  classes_.emplace(signatures_);
  for (TypeId of = 0; of < btf_.count(); ++of)
    each_use(of, [&](const Use& use) { signatures_[use.by] += mix(use.word, classes_->of(meant(of))); });
  for (TypeId id = 0; id < btf_.count(); ++id)
    if (classes_->mark(id)) waiting_.push_back(classes_->of(id));
}

// Whether anything was.
bool Dedup::take_back(Which which) {
  bool any = false;
  std::erase_if(declared_, [&](const Declared& d) {
    Class first = classes_->of(d.definitions[0]);
    if (which == Which::ambiguous &&
        std::ranges::all_of(d.definitions, [&](TypeId id) { return classes_->of(id) == first; }))
      return false;
    for (TypeId f : d.forwards) {
      if (meant_[f] == f) continue;
      any = true;
      meant_[f] = f;
      each_use(f, [&](const Use& use) { change(use, first, classes_->of(f)); });
    }
    forwards_of_.erase(d.definitions[0]);
    return true;
  });
  return any;
}

// ---- refinement -------------------------------------------------------------------------------------------------

void Dedup::change(const Use& use, Class from, Class to) {
  signatures_[use.by] += mix(use.word, to) - mix(use.word, from);
  if (classes_->mark(use.by)) waiting_.push_back(classes_->of(use.by));
}

void Dedup::move(TypeId id, Class from, Class to) {
  auto moved = [&](const Use& use) { change(use, from, to); };
  if (meant(id) == id) each_use(id, moved);
  if (auto also = forwards_of_.find(id); also != forwards_of_.end())
    for (TypeId f : also->second) each_use(f, moved);
}

void Dedup::split(Class c) {
  auto unmarked = classes_->unmarked(c);
  std::optional<uint64_t> rest;  // the signature that all unmarked ones have; marked ones with it go beside them
  if (!unmarked.empty()) rest = signatures_[unmarked[0]];
  classes_->sort_marked(c, [&](TypeId id) { return std::pair(signatures_[id] == rest, signatures_[id]); });
  auto all = classes_->members(c);
  std::size_t marked = all.size() - unmarked.size();
  classes_->unmark_all(c);

  std::vector<uint32_t> sizes;  // of the groups of one signature
  uint32_t begin = 0;
  for (uint32_t i = 1; i <= marked && i < all.size(); ++i)
    if (signatures_[all[i - 1]] != signatures_[all[i]]) sizes.push_back(i - std::exchange(begin, i));
  sizes.push_back(static_cast<uint32_t>(all.size()) - begin);
  auto largest = std::ranges::max_element(sizes);
  std::vector<Class> made;
  for (auto size = sizes.begin(); size != largest; ++size)
    made.push_back(classes_->cut_off(c, *size, Partition::End::front));
  for (auto size = sizes.end() - 1; size != largest; --size)
    made.push_back(classes_->cut_off(c, *size, Partition::End::back));
  for (Class m : made) {
    auto members = classes_->members(m);
    for (TypeId id : std::vector(members.begin(), members.end())) move(id, c, m);  // marking reorders the members
  }
}

void Dedup::refine() {
  while (!waiting_.empty()) {
    Class c = waiting_.back();
    waiting_.pop_back();
    split(c);
  }
}

// ---- the result -------------------------------------------------------------------------------------------------

Result<void> Dedup::check(TypeId id, TypeId first) const {
  auto differ = [&] { return fail(TypesCollide{.type = id, .other = first}); };
  Info info = info_of(btf_.word(id, 1));
  if (btf_.word(id, 1) != btf_.word(first, 1) || stands_for_itself(info.kind)) return differ();
  auto words = static_cast<uint32_t>(layout_of(info.kind).words_of(info.vlen));
  std::vector<Word> roles(words, Word::number);
  each_reference(info, [&](uint32_t i, Word role) { roles[i] = role; });
  for (uint32_t i = 0; i < words; ++i) {
    uint32_t a = btf_.word(id, i), b = btf_.word(first, i);
    if (a == b || ignored(info.kind, i)) continue;
    if (roles[i] == Word::name && name_at_[a] == name_at_[b]) continue;
    if (roles[i] == Word::type && a != 0 && b != 0 && classes_->of(meant(a)) == classes_->of(meant(b))) continue;
    return differ();
  }
  return {};
}

Result<Deduplicated> Dedup::run() {
  for (TypeId id = 1; id < btf_.count(); ++id)
    if (info_of(btf_.word(id, 1)).kind == Kind::unknown)  // whether it refers to others nobody can say
      return fail_within(std::move(fail(UnknownKind{.kind = static_cast<int>(btf_.kind_number(id))}).error()),
                         "type " + std::to_string(id));
  read_types();
  read_declared();
  start();
  refine();
  for (int pass = 0; take_back(pass < most_passes ? Which::ambiguous : Which::all); ++pass) refine();
  Deduplicated out{.types = Writer(), .ids = std::vector<TypeId>(btf_.count())};
  std::vector<TypeId> first_of(classes_->count());  // the first type of each class
  std::vector<TypeId> firsts;
  for (TypeId id = 1; id < btf_.count(); ++id) {
    if (meant(id) != id) continue;
    TypeId& first = first_of[classes_->of(id)];
    if (first == 0) {
      first = id;
      firsts.push_back(id);
      out.ids[id] = static_cast<TypeId>(firsts.size());
    } else {
      TRY_VOID(check(id, first));
      out.ids[id] = out.ids[first];
    }
  }
  for (TypeId id = 1; id < btf_.count(); ++id)
    if (meant(id) != id) out.ids[id] = out.ids[meant(id)];
  for (TypeId id : firsts) out.types.copy(btf_, id, [&](TypeId to) { return out.ids[to]; });
  return out;
}

}  // namespace

Result<Deduplicated> dedup(const Btf& btf) { return Dedup(btf).run(); }

}  // namespace skep::btf
