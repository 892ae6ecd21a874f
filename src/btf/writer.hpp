// SPDX-License-Identifier: Apache-2.0
// From types to BTF: types are added one after the other and get the next id; equal strings are kept once.
//
//     Writer w;
//     TypeId number = w.integer("int", {.size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, …});
//     TypeId list = w.next();                                              // ids are known beforehand, so types
//     w.record(Kind::struct_, "list", 8, {{{"next", list + 1, 0, 0}}});    // may refer to what comes later
//     w.refer(Kind::ptr, "", list);
//     parse(w.bytes());
//
// What is given is written, not checked: parse() does that. With a base the ids go on after the base's, and strings
// that the base has are the base's (split BTF). One thread at a time.
#pragma once

#include <optional>
#include <span>

#include "btf/layout.hpp"

namespace skep::btf {

class Writer {
 public:
  explicit Writer(Shared base = {});

  TypeId next() const { return first_ + static_cast<TypeId>(offsets_.size()); }

  TypeId integer(std::string_view name, const Int&);
  TypeId floating(std::string_view name, uint32_t size_bytes);
  TypeId array(const Array&);
  TypeId record(Kind struct_or_union, std::string_view name, uint32_t size_bytes, std::span<const Member>);
  enum class Sign : uint8_t { unsigned_, signed_ };
  TypeId enumeration(Kind enum_or_enum64, std::string_view name, uint32_t size_bytes, Sign,
                     std::span<const Enumerator>);
  TypeId forward(Kind struct_or_union, std::string_view name);
  // ptr, typedef, volatile, const, restrict, type_tag; only typedefs and tags have a name.
  TypeId refer(Kind, std::string_view name, TypeId to);
  TypeId function(std::string_view name, TypeId proto, Linkage);
  TypeId function_proto(TypeId returns, std::span<const Param>);
  TypeId variable(std::string_view name, TypeId type, Linkage);
  TypeId section(std::string_view name, uint32_t size_bytes, std::span<const SectionVar>);
  TypeId decl_tag(std::string_view name, TypeId of, int32_t component);

  // A type of other BTF as it is there, the ids in it being what map(id) says they are here. void stays void.
  template <class F>
  TypeId copy(const Btf& from, TypeId id, F map);
  // Gives every type id in the own types, void but, the value of map(id).
  template <class F>
  void renumber(F map);

  // The offset of this string, which is added where it is new. BTF.ext shares the strings.
  uint32_t string(std::string_view text);

  // The table of layouts is for readers that do not know all kinds; Linux before 7.1 refuses it.
  enum class Layouts : uint8_t { without, with };
  Buffer bytes(Layouts = Layouts::without) const;

 private:
  TypeId add(Info info, std::string_view name, uint32_t third);
  void put(uint32_t word) { words_.push_back(word); }
  std::string_view text(uint32_t offset) const;
  std::size_t slot_of(std::string_view text) const;
  void enter(uint32_t offset);
  void grow();

  Shared base_;
  TypeId first_ = 1;
  uint32_t first_string_ = 0;
  std::vector<uint32_t> words_;
  std::vector<std::size_t> offsets_;  // of each own type in words_
  std::string strings_;
  std::vector<uint32_t> slots_;  // open-addressing table of strings, the base's too: offset + 1, or 0
  std::size_t used_ = 0;
};

template <class F>
TypeId Writer::copy(const Btf& from, TypeId id, F map) {
  TypeId here = next();
  Info info = info_of(from.word(id, 1));
  std::size_t at = words_.size();
  offsets_.push_back(at);
  auto count = static_cast<uint32_t>(layout_of(info.kind).words_of(info.vlen));
  for (uint32_t i = 0; i < count; ++i) put(from.word(id, i));
  each_reference(info, [&](uint32_t i, Word role) {
    uint32_t& word = words_[at + i];
    if (role == Word::name)
      word = string(*from.string(word));
    else if (word != 0)
      word = map(word);
  });
  return here;
}

template <class F>
void Writer::renumber(F map) {
  for (std::size_t at : offsets_)
    each_reference(info_of(words_[at + 1]), [&](uint32_t i, Word role) {
      if (role == Word::type && words_[at + i] != 0) words_[at + i] = map(words_[at + i]);
    });
}

}  // namespace skep::btf
