// SPDX-License-Identifier: Apache-2.0
// Errors are values with four parts: where, what was found, what was expected, what would be right.
//
// The call site gives fields, the row of a table gives words, the compiler checks that they agree:
//
//     return fail(CutOff{.packet = 118, .promised = 1514, .left = 60});
//     // in the layer's table (net/errors.hpp):
//     X(CutOff, "SKEP-N0003", "cut-off", EINVAL, (uint64_t, packet)(uint64_t, promised)(uint64_t, left),
//       "cut off: packet {packet} says {promised} bytes, the file holds {left} more", "copy the file again")
//
// Whoever passes an error on prepends one step of the place: `return std::move(error).within("section 'xdp'")`.
// A misspelt {pakcet}, or a field no words use, does not compile. An Error is one pointer; it is moved, never
// copied, and belongs to one thread at a time. Making one allocates; a Result that holds a value does not.
#pragma once

#include <cerrno>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace skep {

// A row of a layer's table of diagnostics. `err` is the errno the kernel would answer; `kernel` are words in the form
// of its log, where it has some.
struct Diagnostic {
  std::string_view code, slug;
  int err;
  std::string_view message, hint, kernel = {};
};

using Value = std::variant<int64_t, std::string>;
// A type of a higher layer becomes a field by an overload of to_value beside that type.
template <class T>
  requires std::is_integral_v<T>
Value to_value(T v) {
  if constexpr (std::is_unsigned_v<T>)
    if (v > static_cast<uint64_t>(INT64_MAX)) return std::to_string(v);
  return static_cast<int64_t>(v);
}
inline Value to_value(std::string_view s) { return std::string(s); }

struct Field {
  std::string_view name;
  Value value;
};

class Error {
 public:
  struct Body {
    const Diagnostic* row;
    std::vector<Field> fields;
    std::vector<std::string> places;  // innermost first
    std::string log_goes_on;
  };

  explicit Error(std::unique_ptr<Body> body) : body_(std::move(body)) {}

  // Says where, one step further out: "insn 12 (count.c:31)", then "program 'count'", then "count.bpf.o".
  [[nodiscard]] Error within(std::string place) && {
    body_->places.push_back(std::move(place));
    return std::move(*this);
  }
  // What else Linux's log says of it, on a line of its own.
  [[nodiscard]] Error and_in_log(std::string line) && {
    body_->log_goes_on = std::move(line);
    return std::move(*this);
  }
  const Diagnostic& row() const { return *body_->row; }
  const std::vector<Field>& fields() const { return body_->fields; }

  std::string place() const;    // "count.bpf.o: program 'count': insn 12"; empty if nobody said
  std::string message() const;  // found and expected
  std::string hint() const;     // what would be right; may be empty
  std::string text() const;     // all of it on one line
  std::string kernel() const;   // the same as Linux's log has it; may be empty

 private:
  std::unique_ptr<Body> body_;
};
static_assert(sizeof(Error) == sizeof(void*));

// "no space left on device (ENOSPC)": an errno for people.
std::string errno_text(int err);

template <class T>
using Result = std::expected<T, Error>;
static_assert(sizeof(Result<void*>) <= 16);

template <class D>
[[nodiscard]] std::unexpected<Error> fail(const D& d) {
  return std::unexpected(Error{std::make_unique<Error::Body>(Error::Body{&D::row, d.fields(), {}, {}})});
}

// Passes an error on with a step of the place: return fail_within(std::move(error), "map 'counts'").
[[nodiscard]] inline std::unexpected<Error> fail_within(Error&& e, std::string place) {
  return std::unexpected(std::move(e).within(std::move(place)));
}

consteval bool words_use_exactly(std::string_view names, std::string_view message, std::string_view hint,
                                 std::string_view kernel = {}) {
  auto declared_as = [&](std::string_view n) {  // names = " reg; from; made_at;"
    for (std::size_t i = names.find(n); i != names.npos; i = names.find(n, i + 1))
      if (i > 0 && names[i - 1] == ' ' && i + n.size() < names.size() && names[i + n.size()] == ';') return true;
    return false;
  };
  std::size_t used = 0, declared = 0;
  for (char c : names) declared += c == ';';
  std::string_view seen[16];
  for (auto text : {message, hint, kernel})
    for (std::size_t i = text.find('{'); i != text.npos; i = text.find('{', i + 1)) {
      auto n = text.substr(i + 1, text.find('}', i) - i - 1);
      if (!declared_as(n)) return false;
      bool again = false;
      for (std::size_t k = 0; k < used; ++k) again |= seen[k] == n;
      if (!again) seen[used++] = n;
    }
  return used == declared;
}

}  // namespace skep

// The one way to pass an error on (libstdc++ 12 has no and_then): auto x = TRY(parse(bytes));
#define TRY(...)                                       \
  __extension__({                                      \
    auto&& try_ = (__VA_ARGS__);                       \
    if (!try_) [[unlikely]]                            \
      return std::unexpected(std::move(try_).error()); \
    *std::move(try_);                                  \
  })
// The same for Result<void>, which has no value to take.
#define TRY_VOID(...)                                    \
  do {                                                   \
    if (auto&& try_ = (__VA_ARGS__); !try_) [[unlikely]] \
      return std::unexpected(std::move(try_).error());   \
  } while (false)
// And with a step of the place, computed only when needed: TRY_WITHIN(parse(bytes), "section 'xdp'").
#define TRY_WITHIN(expression, place)                             \
  __extension__({                                                 \
    auto&& try_ = (expression);                                   \
    if (!try_) [[unlikely]]                                       \
      return ::skep::fail_within(std::move(try_).error(), place); \
    *std::move(try_);                                             \
  })
// The same where the value is not wanted, or is void.
#define TRY_VOID_WITHIN(expression, place)                        \
  do {                                                            \
    if (auto&& try_ = (expression); !try_) [[unlikely]]           \
      return ::skep::fail_within(std::move(try_).error(), place); \
  } while (false)

#define SKEP_END(...) SKEP_END_(__VA_ARGS__)
#define SKEP_END_(...) __VA_ARGS__##_END
#define SKEP_MEMBER_A(type, name) \
  type name;                      \
  SKEP_MEMBER_B
#define SKEP_MEMBER_B(type, name) \
  type name;                      \
  SKEP_MEMBER_A
#define SKEP_MEMBER_A_END
#define SKEP_MEMBER_B_END
#define SKEP_NAME_A(type, name) " " #name ";" SKEP_NAME_B
#define SKEP_NAME_B(type, name) " " #name ";" SKEP_NAME_A
#define SKEP_NAME_A_END
#define SKEP_NAME_B_END
#define SKEP_FIELD_A(type, name) ::skep::Field{#name, to_value(name)}, SKEP_FIELD_B
#define SKEP_FIELD_B(type, name) ::skep::Field{#name, to_value(name)}, SKEP_FIELD_A
#define SKEP_FIELD_A_END
#define SKEP_FIELD_B_END

// A table of diagnostics is an X-macro: SKEP_X_DIAGNOSTICS(SKEP_DIAGNOSTIC) defines one struct a row.
#define SKEP_DIAGNOSTIC(Struct, code, slug, err, fields_, message, hint) \
  SKEP_DIAGNOSTIC_OF(Struct, code, slug, err, fields_, message, hint, "")
// One that the kernel has words for too: verify's tables name them before ours.
#define SKEP_REJECTION(Struct, code, slug, err, fields_, kernel, message, hint) \
  SKEP_DIAGNOSTIC_OF(Struct, code, slug, err, fields_, message, hint, kernel)
#define SKEP_DIAGNOSTIC_OF(Struct, code, slug, err, fields_, message, hint, kernel)                 \
  struct Struct {                                                                                   \
    SKEP_END(SKEP_MEMBER_A fields_)                                                                 \
    static constexpr ::skep::Diagnostic row{code, slug, err, message, hint, kernel};                \
    std::vector<::skep::Field> fields() const {                                                     \
      using ::skep::to_value;                                                                       \
      return {SKEP_END(SKEP_FIELD_A fields_)};                                                      \
    }                                                                                               \
  };                                                                                                \
  static_assert(::skep::words_use_exactly("" SKEP_END(SKEP_NAME_A fields_), message, hint, kernel), \
                #Struct ": words and fields differ");
#define SKEP_DIAGNOSTIC_ROW(Struct, ...) &Struct::row,
