// SPDX-License-Identifier: Apache-2.0
// The writer behind c_dump.hpp: visit() puts what a type needs before it, declare() writes one declaration.
//
// Both recurse over hostile data and are bounded by three things: what is held by value nests at most max_depth deep
// (parse() saw to it), pointers and prototypes are crossed at most max_crossings times before they become opaque,
// and every step takes from a budget that grows with the BTF.
#pragma once

#include "btf/c_dump.hpp"
#include "btf/c_layout.hpp"
#include "btf/c_names.hpp"

namespace skep::btf {

class CWriter {
 public:
  CWriter(const Btf& btf, Dialect dialect, std::string_view prefix);

  enum class Use { by_value, by_name };  // whether the type must be complete, or a declaration of its name will do
  // Writes whatever must stand before a use of the type. No: C cannot say it here, because of what is being written.
  bool visit(TypeId id, Use use);
  // Writes `type declarator`; an empty declarator leaves the type's name.
  void declare(TypeId id, std::string declarator);
  void section(std::span<const CVariable> variables, std::string_view tag);
  void left_over_enums(TypeId from);

  // On hosts an anonymous struct gets the tag of its typedef, unless it is defined by somebody else.
  void leave_typedefs_alone() { tags_of_typedefs_ = false; }

  void text(std::string_view s) { out_ += s; }
  Result<void> check(TypeId id) const;  // whether the budget has lasted so far
  std::string take() { return std::move(out_); }

 private:
  enum class State : uint8_t { untouched, open, done };
  struct Mark {
    State state = State::untouched;
    bool declared = false;  // ahead of its definition
    bool opaque = false;    // pointers and prototypes that end here
  };
  static constexpr int max_crossings = 32;
  static constexpr int max_nesting = 60;  // clang takes 256 brackets; by value come up to max_depth more

  bool spend(std::size_t amount);
  bool visit_record(const Type& t, Use use);
  bool visit_typedef(const Type& t, Use use);
  bool visit_behind(const Type& t);
  void forward(const Type& t);
  bool is_written_out(const Type& typedef_type) const;
  bool is_unsayable(TypeId id) const;
  bool is_hidden(const Type& typedef_type) const;

  struct Declarator {
    std::string text, qualifiers;  // qualifiers of what comes next inwards
    int stars = 0;
    bool after_star = false;
  };
  bool step(const Type& t, TypeId& id, Declarator& d);
  void qualify(const Type& t, Declarator& d) const;
  void enclose(Declarator& d, const std::string& suffix) const;
  std::string parameters(const Type& proto);
  void base(const Type& t);
  void number(const Type& t);
  void definition(const Type& t);
  void scoped_body(const Type& record, const std::vector<CField>& fields, std::string_view tag);
  void body(const Type& record, const std::vector<CField>& fields);
  void overlapping(const Type& record, const std::vector<CField>& fields);
  void field(const CField& f);
  void hole(uint64_t begin, uint64_t end);
  void enumerators(const Type& t);
  void line() { out_.append(static_cast<std::size_t>(depth_), '\t'); }

  const Btf& btf_;
  Dialect dialect_;
  bool tags_of_typedefs_ = dialect_ != Dialect::bpf;
  CNames names_;
  CLayout layout_;
  std::string out_;
  std::vector<Mark> marks_;
  int64_t budget_ = 0, left_ = 0;
  TypeId current_ = 0;  // the record whose members are looked at: its own name needs no declaration
  int crossings_ = 0, depth_ = 0;
  std::deque<CNames::Scope> scopes_;  // of the structs that are being written, the innermost last
  int anonymous_ = 0;                 // how many anonymous members of the innermost are open
  enum class Where { plain, section, prototype } where_ = Where::plain;
};

}  // namespace skep::btf
