// SPDX-License-Identifier: Apache-2.0
// All types of all inputs are written behind each other, then made one where they are equal (btf/dedup.hpp). On the
// way a global variable or function is written once, for the input that owns the name, and sections of one name become
// one, whose variables move with the bytes.
#include "object/join_types.hpp"

#include <algorithm>

#include "btf/dedup.hpp"

namespace skep::object {

using btf::Kind;
using btf::TypeId;

void find_names(Input& input) {
  for (uint32_t i = 1; i < input.object->sections().size(); ++i)
    input.sections.emplace(input.object->sections()[i].name, i);
  const btf::Btf* b = input.types.btf().get();
  if (b == nullptr) return;
  for (TypeId id = 1; id < b->count(); ++id)
    if (btf::Type t = b->type(id); (t.kind == Kind::var || t.kind == Kind::func) && !t.name.empty())
      if (b->linkage_of(t) != btf::Linkage::static_) input.globals.emplace(t.name, id);
  if (TypeId section = input.types.section_type(".maps"); section != 0)
    for (btf::SectionVar v : b->section_vars(b->type(section))) input.maps.insert(v.type);
}

namespace {

class TypeJoiner {
 public:
  TypeJoiner(std::span<const Input> inputs, const OwnerOf& owner, const Image& image)
      : inputs_(inputs), owner_(owner), image_(image), stands_for_(inputs.size()), ids_(inputs.size()) {}
  Result<JoinedTypes> join();

 private:
  struct Merged {  // a datasec
    std::string_view name;
    uint64_t size;
    std::vector<btf::SectionVar> vars;
  };
  struct Source {
    std::size_t input;
    TypeId id;
    bool operator==(const Source&) const = default;
  };
  void choose_owners();
  void find_stand_ins(std::size_t k);
  void drop_tags_of_replaced(std::size_t k);
  void give_ids();
  void copy();
  void merge_sections(std::size_t k);
  const Place* place_of(std::size_t k, std::string_view section) const;
  bool is_own(std::size_t k, TypeId id) const { return stands_for_[k][id] == Source{.input = k, .id = id}; }
  std::vector<btf::ExtSection> records(const std::vector<TypeId>& final_ids) const;

  std::span<const Input> inputs_;
  OwnerOf owner_;
  const Image& image_;
  btf::Writer all_;
  std::vector<Merged> merged_;
  std::unordered_map<std::string_view, std::size_t> merged_index_;
  std::vector<std::vector<Source>> stands_for_;  // what is written for each input's types; id 0: nothing
  std::vector<std::vector<TypeId>> ids_;         // of each input's types in all_
};

// A name that the symbols do not have, or whose owner has no types, belongs to the first input that describes it.
void TypeJoiner::choose_owners() {
  std::erase_if(owner_, [&](const auto& o) { return !inputs_[o.second].globals.contains(o.first); });
  for (std::size_t k = 0; k < inputs_.size(); ++k)
    for (const auto& [name, id] : inputs_[k].globals) owner_.try_emplace(name, k);
}

// A variable or function that another input owns is written there, and so is what compilers make of an extern
// function's parameters, which have no names: where no function of this input has them, too.
void TypeJoiner::find_stand_ins(std::size_t k) {
  const btf::Btf& b = *inputs_[k].types.btf();
  auto& stands_for = stands_for_[k];
  std::vector<bool> is_used(b.count());
  for (TypeId id = 0; id < b.count(); ++id) {
    btf::Type t = b.type(id);
    stands_for.push_back({.input = k, .id = t.kind == Kind::datasec ? 0 : id});
    auto global = t.kind == Kind::func ? inputs_[k].globals.find(t.name) : inputs_[k].globals.end();
    bool other_owns = global != inputs_[k].globals.end() && global->second == id && owner_.at(t.name) != k;
    if (t.kind == Kind::func && !other_owns) is_used[t.size_or_type] = true;
  }
  for (const auto& [name, id] : inputs_[k].globals) {
    std::size_t owner = owner_.at(name);
    if (owner == k) continue;
    TypeId there = inputs_[owner].globals.at(name);
    if (inputs_[owner].types.btf()->type(there).kind != b.type(id).kind) continue;  // names that no symbol has
    stands_for[id] = {.input = owner, .id = there};
    if (b.type(id).kind != Kind::func) continue;
    TypeId proto = b.type(id).size_or_type;
    btf::Type proto_there = inputs_[owner].types.btf()->type(inputs_[owner].types.btf()->type(there).size_or_type);
    if (!is_used[proto] && b.type(proto).kind == Kind::func_proto && proto_there.kind == Kind::func_proto)
      stands_for[proto] = {.input = owner, .id = proto_there.id};
  }
  drop_tags_of_replaced(k);
}

// What a definition is tagged with goes with it, else a program would be tagged with two exception callbacks.
void TypeJoiner::drop_tags_of_replaced(std::size_t k) {
  const btf::Btf& b = *inputs_[k].types.btf();
  for (TypeId id = 1; id < b.count(); ++id) {
    if (b.type(id).kind != Kind::decl_tag) continue;
    const btf::Type tagged = b.type(b.type(id).size_or_type);
    const bool names_symbol = tagged.kind == Kind::func || tagged.kind == Kind::var;
    if (!names_symbol || is_own(k, tagged.id) || b.linkage_of(tagged) == btf::Linkage::extern_) continue;
    stands_for_[k][id] = {.input = k, .id = 0};
  }
}

void TypeJoiner::give_ids() {
  for (std::size_t k = 0; k < inputs_.size(); ++k)
    if (inputs_[k].types.btf()) find_stand_ins(k);
  TypeId next = 1;
  for (std::size_t k = 0; k < inputs_.size(); ++k) {
    ids_[k].resize(stands_for_[k].size());
    for (TypeId id = 1; id < ids_[k].size(); ++id)
      if (is_own(k, id)) ids_[k][id] = next++;
  }
  for (std::size_t k = 0; k < inputs_.size(); ++k)
    for (TypeId id = 1; id < ids_[k].size(); ++id)
      if (Source s = stands_for_[k][id]; s.id != 0) ids_[k][id] = ids_[s.input][s.id];
}

const Place* TypeJoiner::place_of(std::size_t k, std::string_view section) const {
  auto at = inputs_[k].sections.find(section);
  if (at == inputs_[k].sections.end()) return nullptr;
  const Place& place = inputs_[k].places[at->second];
  return place.section == Place::nowhere ? nullptr : &place;
}

void TypeJoiner::merge_sections(std::size_t k) {
  const btf::Btf& b = *inputs_[k].types.btf();
  for (TypeId id = 1; id < b.count(); ++id) {
    btf::Type t = b.type(id);
    if (t.kind != Kind::datasec) continue;
    const Place* place = place_of(k, t.name);
    auto [at, is_new] = merged_index_.try_emplace(t.name, merged_.size());
    if (is_new) merged_.push_back({.name = t.name, .size = 0, .vars = {}});
    Merged& m = merged_[at->second];
    if (place != nullptr) m.size = image_.sections[place->section].size;
    if (place != nullptr && place->repeats) continue;
    for (btf::SectionVar v : b.section_vars(t)) {
      if (!is_own(k, v.type)) continue;
      v.type = ids_[k][v.type];
      if (place != nullptr) v.offset += static_cast<uint32_t>(place->offset);
      m.vars.push_back(v);
    }
  }
}

void TypeJoiner::copy() {
  for (std::size_t k = 0; k < inputs_.size(); ++k) {
    if (!inputs_[k].types.btf()) continue;
    const btf::Btf& b = *inputs_[k].types.btf();
    for (TypeId id = 1; id < b.count(); ++id)
      if (is_own(k, id)) all_.copy(b, id, [&](TypeId to) { return ids_[k][to]; });
    merge_sections(k);
  }
  for (const Merged& m : merged_) all_.section(m.name, static_cast<uint32_t>(m.size), m.vars);
}

std::vector<btf::ExtSection> TypeJoiner::records(const std::vector<TypeId>& final_ids) const {
  std::vector<btf::ExtSection> out;
  for (const ImageSection& s : image_.sections) out.push_back({.name = s.name, .funcs = {}, .lines = {}, .relos = {}});
  for (std::size_t k = 0; k < inputs_.size(); ++k)
    for (uint32_t i = 0; i < inputs_[k].places.size() && inputs_[k].types.btf(); ++i) {
      const Place& place = inputs_[k].places[i];
      if (place.section == Place::nowhere || place.repeats) continue;
      auto moved = [&](auto record) {
        record.insn_off += static_cast<uint32_t>(place.offset);
        if constexpr (requires { record.type; }) record.type = final_ids[ids_[k][record.type]];
        return record;
      };
      const btf::ExtSection& in = inputs_[k].types.all_of(i);
      btf::ExtSection& to = out[place.section];
      for (const auto& r : in.funcs) to.funcs.push_back(moved(r));
      for (const auto& r : in.lines) to.lines.push_back(moved(r));
      for (const auto& r : in.relos) to.relos.push_back(moved(r));
    }
  return out;
}

Result<JoinedTypes> TypeJoiner::join() {
  choose_owners();
  give_ids();
  if (std::ranges::none_of(inputs_, [](const Input& in) { return in.types.btf() != nullptr; })) return JoinedTypes{};
  copy();
  auto written = TRY_WITHIN(btf::parse(all_.bytes()), "the joined types");
  auto single = TRY_WITHIN(btf::dedup(*written), "the joined types");
  Buffer ext = btf::ext_bytes(records(single.ids), single.types);
  return JoinedTypes{.btf = single.types.bytes(), .ext = std::move(ext)};
}

}  // namespace

Result<JoinedTypes> join_types(std::span<const Input> inputs, const OwnerOf& owner, const Image& image) {
  return TypeJoiner(inputs, owner, image).join();
}

}  // namespace skep::object
