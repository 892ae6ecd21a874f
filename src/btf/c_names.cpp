// SPDX-License-Identifier: Apache-2.0
#include "btf/c_names.hpp"

#include <algorithm>

#include "btf/bits.hpp"

namespace skep::btf {

// What C23 added is not here: kernels have `enum { false, true }` and `typedef _Bool bool`.
static constexpr std::string_view c_words[] = {"_Alignas",
                                               "_Alignof",
                                               "_Atomic",
                                               "_BitInt",
                                               "_Bool",
                                               "_Complex",
                                               "_Decimal128",
                                               "_Decimal32",
                                               "_Decimal64",
                                               "_ExtInt",
                                               "_Float16",
                                               "_Generic",
                                               "_Imaginary",
                                               "_Nonnull",
                                               "_Noreturn",
                                               "_Nullable",
                                               "_Static_assert",
                                               "_Thread_local",
                                               "__alignof",
                                               "__alignof__",
                                               "__arm_streaming",
                                               "__asm",
                                               "__asm__",
                                               "__attribute",
                                               "__attribute__",
                                               "__auto_type",
                                               "__bf16",
                                               "__cdecl",
                                               "__complex",
                                               "__complex__",
                                               "__const",
                                               "__const__",
                                               "__extension__",
                                               "__fastcall",
                                               "__float128",
                                               "__fp16",
                                               "__func__",
                                               "__ibm128",
                                               "__imag",
                                               "__imag__",
                                               "__inline",
                                               "__inline__",
                                               "__int128",
                                               "__int128_t",
                                               "__label__",
                                               "__module_private__",
                                               "__null",
                                               "__nullptr",
                                               "__objc_no",
                                               "__objc_yes",
                                               "__private_extern__",
                                               "__real",
                                               "__real__",
                                               "__restrict",
                                               "__restrict__",
                                               "__signed",
                                               "__signed__",
                                               "__stdcall",
                                               "__thiscall",
                                               "__thread",
                                               "__typeof",
                                               "__typeof__",
                                               "__uint128_t",
                                               "__unsigned",
                                               "__vectorcall",
                                               "__volatile",
                                               "__volatile__",
                                               "asm",
                                               "auto",
                                               "break",
                                               "case",
                                               "char",
                                               "const",
                                               "continue",
                                               "default",
                                               "do",
                                               "double",
                                               "else",
                                               "enum",
                                               "extern",
                                               "float",
                                               "for",
                                               "goto",
                                               "if",
                                               "inline",
                                               "int",
                                               "long",
                                               "register",
                                               "restrict",
                                               "return",
                                               "short",
                                               "signed",
                                               "sizeof",
                                               "static",
                                               "struct",
                                               "switch",
                                               "typedef",
                                               "typeof",
                                               "union",
                                               "unsigned",
                                               "void",
                                               "volatile",
                                               "while"};
static_assert(std::ranges::is_sorted(c_words));
// What C23, <stdbool.h> and the macros of GNU C on Linux add.
static constexpr std::string_view host_words[] = {"alignas",      "alignof", "bool",          "constexpr",
                                                  "false",        "linux",   "nullptr",       "static_assert",
                                                  "thread_local", "true",    "typeof_unqual", "unix"};
static_assert(std::ranges::is_sorted(host_words));
// What C++ adds.
static constexpr std::string_view cxx_words[] = {
    "and",       "and_eq",       "bitand",     "bitor",     "catch",     "char16_t",
    "char32_t",  "char8_t",      "class",      "co_await",  "co_return", "co_yield",
    "compl",     "concept",      "const_cast", "consteval", "constinit", "decltype",
    "delete",    "dynamic_cast", "explicit",   "export",    "friend",    "mutable",
    "namespace", "new",          "noexcept",   "not",       "not_eq",    "operator",
    "or",        "or_eq",        "private",    "protected", "public",    "reinterpret_cast",
    "requires",  "static_cast",  "template",   "this",      "throw",     "try",
    "typeid",    "typename",     "using",      "virtual",   "wchar_t",   "xor",
    "xor_eq"};
static_assert(std::ranges::is_sorted(cxx_words));

static bool is_reserved(std::string_view name, Dialect dialect) {
  if (name.starts_with("__builtin_")) return true;  // __builtin_va_list is a type of every compiler
  return std::ranges::binary_search(c_words, name) ||
         (dialect != Dialect::bpf && std::ranges::binary_search(host_words, name)) ||
         (dialect == Dialect::host && std::ranges::binary_search(cxx_words, name));
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::size_t most_letters = 255;  // more than Linux and compilers promise

static bool is_identifier(std::string_view name) {
  return name.size() <= most_letters && !name.empty() && !is_digit(name[0]) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c); });
}

std::string identifier(std::string_view name, Dialect dialect) {
  std::string out(name.substr(0, most_letters));
  for (char& c : out)
    if (!is_letter(c) && !is_digit(c)) c = '_';
  if (is_reserved(out, dialect)) out += '_';
  if (out.empty() || is_digit(out[0])) out.insert(0, "_");
  return out;
}

std::string_view CNames::identifier(std::string_view name) {
  return is_identifier(name) && !is_reserved(name, dialect_) ? name : keep(btf::identifier(name, dialect_));
}

std::string_view CNames::claim(std::string_view name, Scope& scope) {
  if (scope.taken.insert(name).second) return name;
  for (uint32_t& n = scope.next.try_emplace(name, 2).first->second;; ++n) {
    std::string with_suffix = std::string(name) + "___" + std::to_string(n);
    if (scope.taken.contains(with_suffix)) continue;
    return *scope.taken.insert(keep(std::move(with_suffix))).first;
  }
}

std::string_view CNames::member(std::string_view name, Scope& scope) { return claim(identifier(name), scope); }

std::string_view CNames::hole(uint64_t byte, Scope& scope) {
  return claim(keep("__hole_" + std::to_string(byte)), scope);
}

std::string_view CNames::global(std::string_view name, Scope& scope) {
  return claim(prefix_.empty() ? identifier(name) : identifier(keep(std::string(prefix_) + std::string(name))), scope);
}

void CNames::remember(uint64_t key, std::string_view wanted, std::string_view given) {
  if (wanted != given) changed_.emplace(key, given);
}

bool is_nameless_record(const Btf& btf, TypeId id) {
  Type t = btf.type(id);
  while (t.kind == Kind::const_ || t.kind == Kind::volatile_ || t.kind == Kind::restrict_ || t.kind == Kind::type_tag)
    t = btf.type(t.size_or_type);
  return is_record(t) && t.name.empty();
}

// Tags first: for hosts a typedef is written only if it is a tag, too.
CNames::CNames(const Btf& btf, Dialect dialect, std::string_view prefix)
    : btf_(btf), dialect_(dialect), prefix_(prefix) {
  std::vector<TypeId> typedefs_and_enums, fwds;
  std::unordered_map<std::string_view, TypeId> structs, unions;
  for (TypeId id = 1; id < btf.count(); ++id) {
    Type t = btf.type(id);
    if (t.kind == Kind::typedef_ || is_enum(t)) typedefs_and_enums.push_back(id);
    if (t.kind == Kind::fwd) fwds.push_back(id);
    if (t.name.empty() || !(is_record(t) || is_enum(t))) continue;
    remember(key_of(id), t.name, global(t.name, tags_));
    if (is_record(t)) (t.kind == Kind::struct_ ? structs : unions).try_emplace(t.name, id);
  }
  for (TypeId id : fwds) {  // after the definitions, and the first of several stands for all
    Type t = btf.type(id);
    auto [record, is_first] = (t.kind_flag ? unions : structs).try_emplace(t.name, id);
    definitions_.emplace(id, record->second);
    if (is_first) remember(key_of(id), t.name, global(t.name, tags_));
  }
  for (TypeId id : typedefs_and_enums) {
    Type t = btf.type(id);
    if (t.kind == Kind::typedef_)
      name_typedef(t);
    else
      name_enumerators(t);
  }
}

void CNames::name_typedef(const Type& t) {
  if (dialect_ != Dialect::bpf && !is_nameless_record(btf_, t.size_or_type)) return;  // it is written out
  std::string_view given = global(t.name, ordinary_);
  while (dialect_ != Dialect::bpf && !tags_.taken.insert(given).second) given = global(t.name, ordinary_);
  remember(key_of(t.id), t.name, given);
}

void CNames::name_enumerators(const Type& t) {
  for (uint32_t i = 0; i < t.vlen; ++i) {
    std::string_view name = btf_.enumerator(t, i).name;
    remember(key_of(t.id, i), name, global(name, ordinary_));
  }
  if (t.vlen == 0) remember(key_of(t.id, 0), "", global(keep("__no_" + std::string(t.name)), ordinary_));
}

std::string_view CNames::of(const Type& t) const {
  auto it = changed_.find(key_of(t.kind == Kind::fwd ? definition_of(t) : t.id));
  return it == changed_.end() ? t.name : it->second;
}
std::string_view CNames::enumerator(const Type& t, uint32_t i) const {
  auto it = changed_.find(key_of(t.id, i));
  return it == changed_.end() ? btf_.enumerator(t, i).name : it->second;
}

}  // namespace skep::btf
