// SPDX-License-Identifier: Apache-2.0
// The ELF half: where sections go, which definition a name means, and what that changes in instructions. Types are
// join_types.cpp's.
//
// A relocation names a symbol; what is added to it (the addend) lies in the instruction or the data itself. Where the
// symbol is a section, the addend counts from the section's begin and grows by what was laid before it. Objects of the
// GNU assembler, whose addends hold the symbol's value as well, are brought to LLVM's form, since one file can have
// but one.
#include "object/join.hpp"

#include <elf.h>

#include <algorithm>

#include "object/errors.hpp"
#include "object/join_types.hpp"

namespace skep::object {
namespace {

constexpr uint64_t most_bytes = uint64_t{1} << 30, most_align = 4096;
constexpr std::size_t most_sections = 30000;  // ELF counts to 65,280, and each may have relocations
// LLVM's numbers (llvm/BinaryFormat/ELFRelocs/BPF.def).
constexpr uint32_t rel_64_64 = 1, rel_64_abs64 = 2, rel_64_32 = 10;

// A symbol of the image before all local ones are known.
struct SymbolRef {
  enum class Of : uint8_t { nothing, locals, globals } of = Of::nothing;
  uint32_t index = 0;
};

struct Global {
  ImageSymbol symbol;
  std::size_t owner;  // the input that defines it, or declared it first
};

class Joiner {
 public:
  Result<Buffer> join(std::span<const Object> objects);

 private:
  Result<void> add(const Object& object);
  Result<void> add_section(Input& in, uint32_t index);
  Result<void> lay(Place& place, const Section& s);
  Result<SymbolRef> add_symbol(const Input& in, const Symbol& s);
  Result<SymbolRef> add_global(const Input& in, const Symbol& s);
  SymbolRef section_symbol(uint32_t section);
  Result<void> add_relocation(const Input& in, uint32_t index, const Relocation& r, SymbolRef ref);
  Result<Buffer> finish();

  Image image_;
  std::vector<Input> inputs_;
  Agreement agreement_;
  std::unordered_map<std::string_view, uint32_t> sections_;  // of the image by name
  std::vector<std::size_t> first_input_;                     // by section of the image
  std::vector<std::optional<uint32_t>> section_symbols_;     // in locals_, by section of the image
  std::vector<ImageSymbol> locals_;
  std::vector<Global> globals_;
  std::unordered_map<std::string_view, uint32_t> global_index_;
  std::vector<std::vector<SymbolRef>> targets_;  // of the relocations of each section of the image
};

// ---- sections ---------------------------------------------------------------------------------------------------

// Loaders take these from one place, so they are not laid behind each other: all objects must agree.
bool is_said_once(std::string_view section) { return section == "license" || section == "version"; }

Result<void> Joiner::lay(Place& place, const Section& s) {
  ImageSection& out = image_.sections[place.section];
  std::string_view other = inputs_[first_input_[place.section]].object->name();
  if (s.type != out.type || s.flags != out.flags) return fail(SectionsDiffer{.other = other});
  if (out.size != 0 && is_said_once(s.name)) {
    if (!std::ranges::equal(s.data, out.data)) return fail(ContentsDiffer{.other = other});
    place.repeats = true;
    return {};
  }
  uint64_t align = std::max<uint64_t>(1, s.align);
  if (align > most_align || (align & (align - 1)) != 0) return fail(OddAlignment{.align = align});
  out.align = std::max(out.align, align);
  place.offset = round_up(out.size, align);
  if (s.size > most_bytes || place.offset + s.size > most_bytes)
    return fail(SectionTooLarge{.size = s.size, .most = most_bytes - out.size});
  out.size = place.offset + s.size;
  if (s.type == SHT_NOBITS) return {};
  out.data.resize(place.offset);
  out.data.insert(out.data.end(), s.data.begin(), s.data.end());
  return {};
}

Result<void> Joiner::add_section(Input& in, uint32_t index) {
  const Section& s = in.object->sections()[index];
  bool is_about_others = s.name == ".eh_frame" || s.name == ".BTF" || s.name == ".BTF.ext";  // whatever its flags say
  bool kept = s.holds_code() ? s.size != 0 : s.holds_data();
  if (!kept || is_about_others || s.name.empty()) return {};
  auto [at, is_new] = sections_.try_emplace(s.name, static_cast<uint32_t>(image_.sections.size()));
  if (is_new) {
    if (image_.sections.size() == most_sections) return fail(TooManySections{.most = most_sections});
    image_.sections.push_back({.name = std::string(s.name),
                               .type = s.type,
                               .flags = s.flags,
                               .align = 1,
                               .size = 0,
                               .data = {},
                               .relocations = {}});
    first_input_.push_back(inputs_.size() - 1);
    section_symbols_.emplace_back();
    targets_.emplace_back();
  }
  in.places[index].section = at->second;
  return lay(in.places[index], s);
}

// ---- symbols ----------------------------------------------------------------------------------------------------

SymbolRef Joiner::section_symbol(uint32_t section) {
  std::optional<uint32_t>& known = section_symbols_[section];
  if (!known) {
    known = static_cast<uint32_t>(locals_.size());
    locals_.push_back({.name = "",
                       .kind = SymbolKind::section,
                       .binding = SymbolBinding::local,
                       .visibility = STV_DEFAULT,
                       .section = section + 1,
                       .value = 0,
                       .size = 0});
  }
  return {.of = SymbolRef::Of::locals, .index = *known};
}

// The more constraining one, as the ELF specification (Symbol Table, visibility) wants: of internal, hidden and
// protected the lower number; default only if nobody says otherwise.
uint8_t merged_visibility(uint8_t a, uint8_t b) { return a == STV_DEFAULT || (b != STV_DEFAULT && b < a) ? b : a; }

Result<SymbolRef> Joiner::add_global(const Input& in, const Symbol& s) {
  std::size_t here = inputs_.size() - 1;
  const Place place = s.section < in.places.size() ? in.places[s.section] : Place{};
  bool defined = place.section != Place::nowhere;
  if (s.section != 0 && !defined) return SymbolRef{};
  auto known = global_index_.find(s.name);
  if (place.repeats && known == global_index_.end()) return SymbolRef{};
  ImageSymbol symbol{.name = std::string(s.name),
                     .kind = s.kind,
                     .binding = s.binding,
                     .visibility = s.visibility,
                     .section = defined ? place.section + 1 : 0,
                     .value = s.value + place.offset,
                     .size = s.size};
  if (known == global_index_.end()) {
    auto index = static_cast<uint32_t>(globals_.size());
    global_index_.emplace(s.name, index);
    globals_.push_back({.symbol = std::move(symbol), .owner = here});
    return SymbolRef{.of = SymbolRef::Of::globals, .index = index};
  }
  SymbolRef ref{.of = SymbolRef::Of::globals, .index = known->second};
  if (place.repeats) return ref;
  Global& old = globals_[known->second];
  const Input& owner = inputs_[old.owner];
  auto is_strong = [](const ImageSymbol& x) { return x.binding == SymbolBinding::global; };
  bool was_defined = old.symbol.section != 0;
  if (defined && was_defined && is_strong(symbol) && is_strong(old.symbol) && old.owner != here)
    return fail(DefinedTwice{.symbol = symbol.name, .other = owner.object->name()});
  if (old.owner != here) TRY_VOID(agreement_.check(s.name, owner, in));
  uint8_t visibility = merged_visibility(old.symbol.visibility, symbol.visibility);
  if (defined && (!was_defined || (is_strong(symbol) && !is_strong(old.symbol))))
    old = {.symbol = std::move(symbol), .owner = here};
  else if (!defined && !was_defined && is_strong(symbol))
    old.symbol.binding = SymbolBinding::global;  // somebody cannot do without it
  old.symbol.visibility = visibility;
  return ref;
}

Result<SymbolRef> Joiner::add_symbol(const Input& in, const Symbol& s) {
  if (s.binding != SymbolBinding::local) return add_global(in, s);
  const Place place = s.section < in.places.size() ? in.places[s.section] : Place{};
  if (place.section == Place::nowhere) return SymbolRef{};
  if (s.kind == SymbolKind::section) return section_symbol(place.section);
  if (place.repeats) return SymbolRef{};
  locals_.push_back({.name = std::string(s.name),
                     .kind = s.kind,
                     .binding = s.binding,
                     .visibility = s.visibility,
                     .section = place.section + 1,
                     .value = s.value + place.offset,
                     .size = s.size});
  return SymbolRef{.of = SymbolRef::Of::locals, .index = static_cast<uint32_t>(locals_.size() - 1)};
}

// ---- relocations ------------------------------------------------------------------------------------------------

template <class T>
Result<void> change(MutableBytes data, uint64_t at, T by) {
  auto old = load_at<T>(data, at);
  if (!old) return fail(RelocationOutside{.offset = at, .size = data.size()});
  store(data.data() + at, static_cast<T>(*old + by));
  return {};
}

// What the addend of a symbol changes by, in bytes.
uint64_t addend_change(const Input& in, const Symbol& s, const Relocation& r, uint32_t imm) {
  if (s.kind == SymbolKind::section) return in.places[s.section].offset;
  if (!in.object->addends_hold_values() || s.section == 0) return 0;
  if (r.type == rel_64_64) return -s.value;
  // A call to a function: the byte where it begins, less one, becomes "the symbol, no further".
  return r.type == rel_64_32 && uint64_t{imm} + 1 == s.value ? -(8 * s.value) : 0;
}

Result<void> Joiner::add_relocation(const Input& in, uint32_t index, const Relocation& r, SymbolRef ref) {
  const Object& object = *in.object;
  const Symbol& s = object.symbols()[r.symbol];
  if (ref.of == SymbolRef::Of::nothing)
    return fail(UnmappedSection{
        .symbol = std::string(s.name),
        .section = s.section < object.sections().size() ? std::string(object.sections()[s.section].name) : "none"});
  const Place place = in.places[index];
  ImageSection& out = image_.sections[place.section];
  uint64_t at = place.offset + r.offset;
  if (r.offset >= object.sections()[index].size)
    return fail(RelocationOutside{.offset = r.offset, .size = object.sections()[index].size});
  auto imm = load_at<uint32_t>(out.data, at + 4).value_or(0);
  uint64_t by = addend_change(in, s, r, imm);
  if (r.type == rel_64_64) TRY_VOID(change(out.data, at + 4, static_cast<uint32_t>(by)));
  if (r.type == rel_64_32) TRY_VOID(change(out.data, at + 4, static_cast<uint32_t>(static_cast<int64_t>(by) / 8)));
  if (r.type == rel_64_abs64) TRY_VOID(change(out.data, at, by));
  out.relocations.push_back({.offset = at, .symbol = 0, .type = r.type});
  targets_[place.section].push_back(ref);
  return {};
}

// ---- all of it --------------------------------------------------------------------------------------------------

std::string section_place(const Section& s) { return "section '" + std::string(s.name) + "'"; }

Result<void> Joiner::add(const Object& object) {
  Types types = TRY(Types::read(object));
  inputs_.push_back({.object = &object, .types = std::move(types), .places = {}});
  Input& in = inputs_.back();
  in.places.resize(object.sections().size());
  find_names(in);
  for (uint32_t i = 1; i < object.sections().size(); ++i)
    TRY_VOID_WITHIN(add_section(in, i), section_place(object.sections()[i]));
  std::vector<SymbolRef> refs;
  for (const Symbol& s : object.symbols()) refs.push_back(TRY(add_symbol(in, s)));
  for (uint32_t i = 1; i < object.sections().size(); ++i) {
    if (in.places[i].section == Place::nowhere || in.places[i].repeats) continue;
    for (const Relocation& r : object.relocations(i))
      TRY_VOID_WITHIN(add_relocation(in, i, r, refs[r.symbol]), section_place(object.sections()[i]));
  }
  return {};
}

Result<Buffer> Joiner::finish() {
  image_.locals = static_cast<uint32_t>(locals_.size());
  image_.symbols = std::move(locals_);
  OwnerOf owner;
  for (const auto& [name, index] : global_index_) owner.emplace(name, globals_[index].owner);
  for (Global& g : globals_) image_.symbols.push_back(std::move(g.symbol));
  for (std::size_t i = 0; i < image_.sections.size(); ++i)
    for (std::size_t k = 0; k < targets_[i].size(); ++k) {
      SymbolRef ref = targets_[i][k];
      uint32_t before = ref.of == SymbolRef::Of::globals ? image_.locals : 0;
      image_.sections[i].relocations[k].symbol = 1 + before + ref.index;  // [0] is the empty one ELF reserves
    }
  JoinedTypes types = TRY(join_types(inputs_, owner, image_));
  auto append = [&](std::string name, Buffer data) {
    if (data.empty()) return;
    image_.sections.push_back({.name = std::move(name),
                               .type = SHT_PROGBITS,
                               .flags = 0,
                               .align = 8,
                               .size = data.size(),
                               .data = std::move(data),
                               .relocations = {}});
  };
  append(".BTF", std::move(types.btf));
  append(".BTF.ext", std::move(types.ext));
  return bytes_of(image_);
}

Result<Buffer> Joiner::join(std::span<const Object> objects) {
  inputs_.reserve(objects.size());
  for (const Object& o : objects) TRY_VOID_WITHIN(add(o), o.name());
  return finish();
}

}  // namespace

Result<Buffer> join(std::span<const Object> objects) { return Joiner().join(objects); }

}  // namespace skep::object
