// SPDX-License-Identifier: Apache-2.0
// btf_dump__dump_type_data: bytes by type, as text of the kind that C initialisers have.
//
//     (struct flow){
//         .from = (__u32)16777226,
//         .name = (char[4])[
//             'e',
//             't',
//         ],
//     }
//
// The form is libbpf's to the byte, its habits included: what is zero is left out below the top, bit-fields are
// hexadecimal, a char array ends at its first zero, and one that has ended stops every array after it. Where the data
// is shorter than the type, what is there is shown, and the answer is -E2BIG. tests/apps/parity.c compares it.
#include <cctype>
#include <cinttypes>
#include <cstdio>

#include "familiar/btf.hpp"

using namespace skep;
using namespace skep::familiar;
using skep::btf::Kind;
using skep::btf::Type;
using skep::btf::TypeId;

struct btf_dump {
  const ::btf* types;
  btf_dump_printf_fn_t print;
  void* context;
};

namespace {

bool is_enum(Kind k) { return k == Kind::enum_ || k == Kind::enum64; }
bool is_record(Kind k) { return k == Kind::struct_ || k == Kind::union_; }
bool is_single(Kind k) { return k == Kind::int_ || k == Kind::float_ || k == Kind::ptr || is_enum(k); }

// What is behind const and its kin, which are left out here; typedefs are not.
TypeId without_modifiers(const skep::btf::Btf& types, TypeId id) {
  for (Type t = types.type(id);; t = types.type(id)) {
    if (t.kind != Kind::const_ && t.kind != Kind::volatile_ && t.kind != Kind::restrict_ && t.kind != Kind::type_tag)
      return id;
    id = t.size_or_type;
  }
}

// ---- casts ----------------------------------------------------------------------------------------------------------

// "char[4]", "char *", "int (*)(void *)", and libbpf's "int(*)[4]".
std::string joined(const std::string& base, const std::string& declarator) {
  const bool close = declarator.empty() || declarator.front() == '[' || declarator.starts_with("(*)[");
  return close ? base + declarator : base + " " + declarator;
}

// As C begins a type of this kind that has a name.
std::string_view keyword(const Type& t) {
  if (t.kind == Kind::struct_) return "struct";
  if (t.kind == Kind::union_) return "union";
  if (is_enum(t.kind)) return "enum";
  if (t.kind == Kind::fwd) return t.kind_flag ? "union" : "struct";
  return "";
}

// Writes a type around a declarator, without const and its kin: "int (*)(struct flow *)". Hostile functions of
// functions double at each step, so there is a number of steps after which all is void.
class Declaration {
 public:
  explicit Declaration(const skep::btf::Btf& types) : types_(types) {}

  std::string of(TypeId id, std::string inner) {
    id = without_modifiers(types_, id);
    const Type t = types_.type(id);
    if (t.kind == Kind::void_ || ++steps_ > most_steps)
      return joined("void", inner.starts_with(' ') ? inner.substr(1) : inner);
    if (t.kind == Kind::ptr) {
      const Kind to = types_.type(without_modifiers(types_, t.size_or_type)).kind;
      if (to == Kind::array) return of(t.size_or_type, "(*" + inner + ")");
      if (to == Kind::func_proto) return of(t.size_or_type, " (*" + inner + ")");  // apart from a '*', too
      return of(t.size_or_type, "*" + inner);
    }
    if (t.kind == Kind::array) {
      const skep::btf::Array a = types_.array_of(t);
      return of(a.element, inner + "[" + std::to_string(a.count) + "]");
    }
    if (t.kind == Kind::func_proto) return of(t.size_or_type, inner + parameters(t));
    std::string base(keyword(t));
    if (!base.empty() && (!t.name.empty() || is_enum(t.kind))) base += ' ';  // "(enum )" is libbpf's
    return joined(base.append(t.name), inner.starts_with(' ') ? inner.substr(1) : inner);
  }

 private:
  static constexpr int most_steps = 1000;

  std::string parameters(const Type& proto) {
    std::string out;
    for (const skep::btf::Param& p : types_.params(proto)) {
      if (steps_ > most_steps) break;
      if (!out.empty()) out += ", ";
      out += p.type == 0 && p.name.empty() ? "..." : of(p.type, std::string(p.name));
    }
    return "(" + out + ")";
  }

  const skep::btf::Btf& types_;
  int steps_ = 0;
};

// ---- values ---------------------------------------------------------------------------------------------------------

// Where a value begins: `bit` is below 8. bits 0: no bit-field.
struct Place {
  std::size_t byte;
  unsigned bit = 0, bits = 0;
};

class Printer {
 public:
  Printer(const btf_dump& to, const btf_dump_type_data_opts& options, Bytes data)
      : to_(to), types_(*to.types->types), options_(options), data_(data) {
    indent_ = options.indent_str != nullptr ? std::string(options.indent_str).substr(0, 31) : "\t";
  }
  int value(const char* name, TypeId id, Place at);

 private:
  __attribute__((format(printf, 2, 3))) void print(const char* format, ...) const {
    va_list arguments;
    va_start(arguments, format);
    to_.print(to_.context, format, arguments);
    va_end(arguments);
  }
  const char* newline() const { return options_.compact || depth_ == 0 ? "" : "\n"; }
  void finish(const std::string& text) const { print("%s%s%s", text.c_str(), depth_ == 0 ? "" : ",", newline()); }
  void indent() const {
    if (options_.compact) return;
    for (int i = 0; i < options_.indent_level + depth_; ++i) print("%s", indent_.c_str());
  }

  bool holds(const Place& at, std::size_t size) const {
    return at.byte <= data_.size() && data_.size() - at.byte >= size;
  }
  uint64_t integer(const Place& at, std::size_t size) const {  // what is not there is zero
    uint64_t v = 0;
    if (at.byte < data_.size())
      std::memcpy(&v, data_.data() + at.byte, std::min({size, sizeof v, data_.size() - at.byte}));
    return v;
  }
  uint64_t bit_field(const Place& at) const {
    const std::size_t size = (at.bit + at.bits + 7) / 8;
    unsigned __int128 v = 0;
    if (at.byte < data_.size())
      std::memcpy(&v, data_.data() + at.byte, std::min({size, sizeof v, data_.size() - at.byte}));
    v >>= at.bit;
    return static_cast<uint64_t>(at.bits < 64 ? v & ((uint64_t{1} << at.bits) - 1) : v);
  }

  bool is_zero(TypeId id, Place at) const;
  bool is_zero_array(const Type& t, Place at) const;
  int one(const Type& t, Place at);
  int number(const Type& t, const Place& at);
  int enumerator(const Type& t, const Place& at);
  int floating(const Type& t, const Place& at);
  int record(const Type& t, const Place& at);
  int array(const Type& t, Place at);
  bool is_char(TypeId element) const {
    const Type t = types_.resolve(element);
    return t.kind == Kind::int_ && types_.size_of(element) == 1;
  }

  const btf_dump& to_;
  const skep::btf::Btf& types_;
  const btf_dump_type_data_opts& options_;
  Bytes data_;
  std::string indent_;
  int depth_ = 0;
  uint32_t left_ = 1 << 20;  // values; hostile unions of unions show the same bytes without end
  bool in_array_ = false, of_chars_ = false, ended_ = false;
};

bool Printer::is_zero_array(const Type& t, Place at) const {
  const skep::btf::Array a = types_.array_of(t);
  const std::size_t step = types_.size_of(a.element).value_or(0);
  if (a.count != 0 && is_char(a.element) && integer(at, 1) == 0) return true;
  for (uint32_t i = 0; i < a.count && at.byte < data_.size(); ++i, at.byte += step)
    if (!is_zero(a.element, at)) return false;
  return true;
}

// Zero below the top is not shown, but for elements of arrays, whose neighbours would move.
bool Printer::is_zero(TypeId id, Place at) const {
  if (options_.emit_zeroes || depth_ == 0 || (in_array_ && !of_chars_)) return false;
  const Type t = types_.resolve(id);
  if (at.bits != 0) return bit_field(at) == 0;
  if (is_single(t.kind)) {
    const std::size_t size = t.kind == Kind::ptr ? 8 : t.size_or_type;
    return integer(at, size) == 0 && (size <= 8 || integer({.byte = at.byte + 8}, size - 8) == 0);
  }
  if (t.kind == Kind::array) return is_zero_array(t, at);
  if (!is_record(t.kind)) return false;
  if (t.vlen == 0) return true;
  const skep::btf::Member first = types_.member(t, 0);  // which speaks for all, in libbpf
  return is_zero(first.type, {at.byte + first.bit_offset / 8, first.bit_offset % 8, first.bitfield_bits});
}

int Printer::number(const Type& t, const Place& at) {
  char text[48];
  const std::size_t size = t.size_or_type;
  const skep::btf::Int i = types_.int_of(t);
  const uint64_t v = integer(at, size);
  if (size == 16) {
    const uint64_t high = integer({.byte = at.byte + 8}, 8);
    std::snprintf(text, sizeof text, high != 0 ? "0x%" PRIx64 "%016" PRIx64 : "0x%.0" PRIx64 "%" PRIx64, high, v);
    finish(text);
    return 0;
  }
  if (size == 1 && of_chars_) {
    if (ended_) return 0;
    if (v == 0) {
      ended_ = true;
      return 0;
    }
    if (std::isprint(static_cast<int>(v)) != 0) {
      finish(std::string("'") + static_cast<char>(v) + "'");
      return 0;
    }
  }
  const unsigned unused = 64 - 8 * static_cast<unsigned>(size);
  if (i.is_signed)
    finish(std::to_string(static_cast<int64_t>(v << unused) >> unused));
  else
    finish(std::to_string(v));
  return 0;
}

int Printer::enumerator(const Type& t, const Place& at) {
  const auto size = t.size_or_type;
  const unsigned unused = 64 - 8 * size;
  uint64_t v = at.bits != 0 ? bit_field(at) : integer(at, size);
  const bool is_signed = t.kind_flag;
  if (is_signed && at.bits == 0) v = static_cast<uint64_t>(static_cast<int64_t>(v << unused) >> unused);
  for (const skep::btf::Enumerator& e : types_.enumerators(t))
    if (e.value == v) {
      finish(std::string(e.name));
      return 0;
    }
  if (t.kind == Kind::enum64)
    finish(is_signed ? std::to_string(static_cast<int64_t>(v)) + "LL" : std::to_string(v) + "ULL");
  else if (is_signed)
    print("%d", static_cast<int32_t>(v));  // without a comma, as libbpf
  else
    finish(std::to_string(static_cast<uint32_t>(v)));
  return 0;
}

int Printer::floating(const Type& t, const Place& at) {
  char text[64];
  const uint8_t* from = data_.data() + at.byte;
  if (t.size_or_type == 4)
    std::snprintf(text, sizeof text, "%f", static_cast<double>(load<float>(from)));
  else if (t.size_or_type == 8)
    std::snprintf(text, sizeof text, "%f", load<double>(from));
  else if (t.size_or_type == 16)
    std::snprintf(text, sizeof text, "%Lf", load<long double>(from));
  else
    return -EINVAL;
  finish(text);
  return 0;
}

int Printer::record(const Type& t, const Place& at) {
  ++depth_;  // before the newline: there is none at the top
  print("{%s", newline());
  for (const skep::btf::Member& m : types_.members(t)) {
    const std::string name(m.name);
    const int done = value(name.c_str(), m.type, {at.byte + m.bit_offset / 8, m.bit_offset % 8, m.bitfield_bits});
    if (done < 0) return done;
  }
  --depth_;
  indent();
  finish("}");
  return 0;
}

int Printer::array(const Type& t, Place at) {
  const skep::btf::Array a = types_.array_of(t);
  const std::size_t step = types_.size_of(a.element).value_or(0);
  if (step == 0) return -EINVAL;
  if (is_char(a.element)) of_chars_ = true;
  ++depth_;
  print("[%s", newline());
  const bool outer = in_array_;
  in_array_ = true;
  for (uint32_t i = 0; i < a.count && !ended_ && at.byte < data_.size(); ++i, at.byte += step)
    value(nullptr, a.element, at);
  in_array_ = outer;
  --depth_;
  indent();
  finish("]");
  return 0;
}

int Printer::one(const Type& t, Place at) {
  char text[32];
  if (t.kind == Kind::int_ && at.bits != 0) {
    std::snprintf(text, sizeof text, "0x%" PRIx64, bit_field(at));
    finish(text);
    return 0;
  }
  if (t.kind == Kind::ptr) {
    const uint64_t v = integer(at, 8);
    const bool aligned = reinterpret_cast<uintptr_t>(data_.data() + at.byte) % 8 == 0;
    std::snprintf(text, sizeof text, v == 0 && aligned ? "(nil)" : "0x%" PRIx64, v);
    finish(text);
    return 0;
  }
  if (t.kind == Kind::int_) return number(t, at);
  if (t.kind == Kind::array) return array(t, at);
  if (is_record(t.kind)) return record(t, at);
  if (is_enum(t.kind)) return enumerator(t, at);
  if (t.kind == Kind::float_) return floating(t, at);
  if (t.kind == Kind::var || t.kind == Kind::datasec)
    return waits<int>("btf_dump__dump_type_data of variables", "the printing of variables");
  print("<unsupported kind:%u> ", static_cast<unsigned>(t.kind));
  return -ENOTSUP;
}

int Printer::value(const char* name, TypeId id, Place at) {
  if (left_ == 0) return -E2BIG;
  --left_;
  const Type t = types_.resolve(id);
  const auto size = types_.size_of(id);
  const std::size_t bytes = at.bits != 0 ? (at.bit + at.bits + 7) / 8 : size.value_or(0);
  if (at.bits == 0 && (!size || *size >= INT32_MAX)) return -EINVAL;
  if ((is_single(t.kind) || at.bits != 0) && !holds(at, bytes)) return -E2BIG;
  if (is_zero(id, at)) return static_cast<int>(bytes);
  indent();
  if (!options_.skip_names) {
    if (name != nullptr && *name != '\0') print(".%s = ", name);
    if (!in_array_) print("(%s)", Declaration(types_).of(id, "").c_str());
  }
  const int done = one(t, at);
  return done < 0 ? done : static_cast<int>(bytes);
}

}  // namespace

btf_dump* btf_dump__new(const ::btf* types, btf_dump_printf_fn_t print, void* context, const btf_dump_opts* opts) {
  if (!given(opts) || print == nullptr) return null(-EINVAL);
  return new btf_dump{.types = types, .print = print, .context = context};
}

void btf_dump__free(btf_dump* d) { delete d; }

int btf_dump__dump_type_data(btf_dump* d, __u32 id, const void* data, size_t size,
                             const btf_dump_type_data_opts* opts) {
  const auto options = given(opts);
  if (!options || !has(*d->types, id) || id == 0) return quietly(-EINVAL);
  return quietly(Printer(*d, *options, {static_cast<const uint8_t*>(data), size}).value(nullptr, id, {.byte = 0}));
}
