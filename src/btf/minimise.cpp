// SPDX-License-Identifier: Apache-2.0
#include "btf/minimise.hpp"

#include "btf/bits.hpp"
#include "btf/core_match.hpp"
#include "btf/writer.hpp"

namespace skep::btf {

using core::Ask, core::Candidate, core::Spec, core::Step;

Minimal::Minimal(Shared target) : target_(std::move(target)), kept_(target_->count()), members_(target_->count()) {}

// ---- what is needed ---------------------------------------------------------------------------------------------

// by_value: what is needed to know the type's sort and size. behind_pointers: also what it points to. members: also
// all members of records, up to the next pointer.
void Minimal::keep_type(TypeId first, Depth depth) {
  std::vector<std::pair<TypeId, Depth>> waiting = {{first, depth}};
  while (!waiting.empty()) {
    auto [id, how] = waiting.back();
    waiting.pop_back();
    auto reached = static_cast<uint8_t>(1 + static_cast<uint8_t>(how));
    if (id == 0 || kept_[id] >= reached) continue;
    kept_[id] = reached;
    Type t = target_->type(id);
    if (is_record(t)) {
      for (uint32_t i = 0; how == Depth::members && i < t.vlen; ++i) {
        members_[id].insert(i);
        waiting.emplace_back(target_->member(t, i).type, how);
      }
      continue;
    }
    if (t.kind == Kind::ptr && how == Depth::by_value) continue;
    Depth next = t.kind == Kind::ptr ? Depth::behind_pointers : how;
    each_reference(info_of(target_->word(id, 1)), [&](uint32_t i, Word role) {
      if (role == Word::type) waiting.emplace_back(target_->word(id, i), next);
    });
  }
}

// The member that a step takes, and the anonymous records on the way to it. `without` is known not to lead there.
bool Minimal::keep_member(TypeId record, const Step& step, std::set<TypeId>& without) {
  Type t = target_->resolve(record);
  if (!is_record(t) || without.contains(t.id)) return false;
  auto take = [&](uint32_t i) {
    keep_type(record, Depth::by_value);
    members_[t.id].insert(i);
    keep_type(target_->member(t, i).type, Depth::by_value);
    return true;
  };
  if (t.id == step.type) return take(step.index);
  for (uint32_t i = 0; i < t.vlen; ++i)
    if (Member m = target_->member(t, i); m.name.empty() && keep_member(m.type, step, without)) return take(i);
  without.insert(t.id);
  return false;
}

void Minimal::keep_path(const Spec& found) {
  keep_type(found.root, Depth::by_value);
  TypeId at = found.root;
  for (std::size_t i = 0; i < found.steps.size(); ++i) {
    const Step& s = found.steps[i];
    if (s.name.empty()) {
      at = s.type;
      continue;
    }
    std::set<TypeId> without;
    keep_member(at, s, without);
    at = target_->member(target_->type(s.type), s.index).type;
  }
}

Result<void> Minimal::keep(const Btf& local, const CoreRelo& relo) {
  Spec spec = TRY(core::spec_of(local, relo));
  for (const Candidate& c : core::candidates(spec, {.btf = target_})) {
    auto found = TRY(core::match(spec, c));
    if (!found.spec) continue;
    if (core::asks_field(spec.ask))
      keep_path(*found.spec);
    else
      keep_type(c.type, spec.ask == Ask::type_matches ? Depth::members : Depth::behind_pointers);
  }
  return {};
}

// ---- what is left -----------------------------------------------------------------------------------------------

Buffer Minimal::bytes() const {
  Writer w;
  std::vector<TypeId> ids(target_->count());  // what is not kept is void
  TypeId next = w.next();
  for (TypeId id = 1; id < target_->count(); ++id)
    if (kept_[id] != 0) ids[id] = next++;
  for (TypeId id = 1; id < target_->count(); ++id) {
    if (kept_[id] == 0) continue;
    Type t = target_->type(id);
    if (!is_record(t)) {
      w.copy(*target_, id, [&](TypeId to) { return ids[to]; });
      continue;
    }
    std::vector<Member> members;
    for (uint32_t i : members_[id]) {
      Member m = target_->member(t, i);
      m.type = ids[m.type];
      members.push_back(m);
    }
    w.record(t.kind, t.name, t.size_or_type, members);
  }
  return w.bytes();
}

}  // namespace skep::btf
