// SPDX-License-Identifier: Apache-2.0
// Declarations, from the name outwards: `*` before it, `[8]` and `(int)` after it, and what is left is the base.
//
//     ptr → array(4) → func_proto(int) → const → char     of "f" becomes     const char (*(*f)[4])(int)
#include <algorithm>

#include "btf/bits.hpp"
#include "btf/c_writer.hpp"

namespace skep::btf {

// The names that C gives to numbers; any other number is called by its size.
struct CNumber {
  std::string_view name;
  uint32_t size;
  bool is_signed;
};
static constexpr CNumber numbers[] = {
    {"signed char", 1, true},   {"unsigned char", 1, false},
    {"char", 1, true},          {"char", 1, false},
    {"short", 2, true},         {"unsigned short", 2, false},
    {"short int", 2, true},     {"short unsigned int", 2, false},
    {"int", 4, true},           {"unsigned int", 4, false},
    {"long long", 8, true},     {"unsigned long long", 8, false},
    {"long long int", 8, true}, {"long long unsigned int", 8, false},
    {"long", 8, true},          {"unsigned long", 8, false},
    {"long int", 8, true},      {"long unsigned int", 8, false},
    {"__int128", 16, true},     {"unsigned __int128", 16, false},
};
static std::string_view number_of(std::string_view name, uint32_t size, bool is_signed) {
  std::string_view by_size;
  for (const CNumber& n : numbers) {
    if (n.size != size || n.is_signed != is_signed) continue;
    if (n.name == name) return name;
    if (by_size.empty()) by_size = n.name;
  }
  return by_size;
}

// ---- declarators ------------------------------------------------------------------------------------------------

void CWriter::qualify(const Type& t, Declarator& d) const {
  if (where_ == Where::section && d.stars == 0) return;
  std::string word;
  if (t.kind == Kind::const_) word = "const ";
  if (t.kind == Kind::volatile_) word = "volatile ";
  if (t.kind == Kind::restrict_) {  // only pointers to objects
    Type p = btf_.resolve(t.size_or_type);
    if (p.kind == Kind::ptr && btf_.resolve(p.size_or_type).kind != Kind::func_proto) word = "__restrict ";
  }
  if (t.kind == Kind::type_tag && dialect_ == Dialect::bpf && t.name.size() < 256 &&
      std::ranges::all_of(t.name, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }))
    word = "__skep_type_tag(\"" + std::string(t.name) + "\") ";
  if (d.qualifiers.find(word) == std::string::npos) d.qualifiers += word;
}

void CWriter::enclose(Declarator& d, const std::string& suffix) const {
  if (d.after_star) d.text = "(" + d.text + ")";
  d.text += suffix;
  d.after_star = false;
}

static bool is_odd_float(const Type& t) { return t.kind == Kind::float_ && t.size_or_type != 4 && t.size_or_type != 8; }

// C++ defines no types within prototypes, and C makes them useless: what has no name there is `void` behind a pointer.
bool CWriter::is_unsayable(TypeId id) const {
  Type t = btf_.type(id);
  if (t.kind == Kind::array) return is_unsayable(btf_.array_of(t).element);
  if (t.kind == Kind::const_ || t.kind == Kind::volatile_ || t.kind == Kind::restrict_ || t.kind == Kind::type_tag)
    return is_unsayable(t.size_or_type);
  return is_odd_float(t) || (is_record(t) && t.name.empty());
}

// Takes one type off: d grows, id becomes what is left. No: t is the base.
bool CWriter::step(const Type& t, TypeId& id, Declarator& d) {
  id = t.size_or_type;
  switch (t.kind) {
    case Kind::const_:
    case Kind::volatile_:
    case Kind::restrict_:
    case Kind::type_tag: qualify(t, d); return true;
    case Kind::var: return true;
    case Kind::typedef_: return is_written_out(t) || is_hidden(t);
    case Kind::ptr:
      d.text = "*" + std::exchange(d.qualifiers, {}) + d.text;
      d.after_star = true;
      if (marks_[t.id].opaque || depth_ + ++d.stars > max_nesting) id = 0;
      return true;
    case Kind::array:
      id = btf_.array_of(t).element;
      if (where_ == Where::prototype && is_unsayable(id)) {
        d.text = "*" + d.text;
        d.after_star = true;
        id = 0;
        return true;
      }
      enclose(d, "[" + std::to_string(btf_.array_of(t).count) + "]");
      return true;
    case Kind::func_proto: {
      enclose(d, parameters(t));
      d.qualifiers.clear();
      where_ = Where::prototype;  // what is left is what it returns
      Kind result = value_type(btf_, id).kind;
      if (result == Kind::array || result == Kind::func_proto || marks_[t.id].opaque) id = 0;
      return true;
    }
    case Kind::void_:
    case Kind::int_:
    case Kind::struct_:
    case Kind::union_:
    case Kind::enum_:
    case Kind::fwd:
    case Kind::func:
    case Kind::datasec:
    case Kind::float_:
    case Kind::decl_tag:
    case Kind::enum64:
    case Kind::unknown: return false;
  }
  std::unreachable();
}

void CWriter::declare(TypeId id, std::string declarator) {
  Declarator d{.text = std::move(declarator), .qualifiers = {}};
  Where outer = where_;
  Type t = btf_.type(id);
  while (spend(8) && step(t, id, d)) t = btf_.type(id);
  if (spend(d.text.size())) {
    out_ += d.qualifiers;
    base(t);
  }
  where_ = outer;
  if (!d.text.empty()) (out_ += ' ') += d.text;
}

static bool is_void(Kind k) {
  return k == Kind::void_ || k == Kind::func || k == Kind::datasec || k == Kind::decl_tag || k == Kind::unknown;
}

std::string CWriter::parameters(const Type& proto) {
  bool any = proto.vlen == 1 && btf_.param(proto, 0).type == 0;  // `()`, or `...` alone, which only C23 has
  if (any || marks_[proto.id].opaque || depth_ >= max_nesting) return "()";
  if (proto.vlen == 0) return "(void)";
  std::string before = std::exchange(out_, "(");
  Where where = std::exchange(where_, Where::prototype);
  ++depth_;
  for (uint32_t i = 0; i < proto.vlen && left_ > 0; ++i) {
    Param p = btf_.param(proto, i);
    if (i > 0) out_ += ", ";
    Type value = value_type(btf_, p.type);
    if (p.type == 0 && p.name.empty() && i + 1 == proto.vlen)
      out_ += "...";
    else if (is_void(value.kind) || is_unsayable(p.type))
      out_ += "void *";
    else
      declare(p.type, "");
  }
  --depth_;
  where_ = where;
  out_ += ')';
  return std::exchange(out_, std::move(before));
}

// ---- bases ------------------------------------------------------------------------------------------------------

void CWriter::number(const Type& t) {
  if (t.kind != Kind::int_) {  // an anonymous enum
    out_ += number_of("", t.size_or_type, t.kind_flag);
    return;
  }
  Int i = btf_.int_of(t);
  if (i.is_bool && t.size_or_type == 1)
    out_ += dialect_ == Dialect::bpf ? "_Bool" : "bool";
  else
    out_ += number_of(t.name, t.size_or_type, i.is_signed);
}

void CWriter::base(const Type& t) {
  switch (t.kind) {
    case Kind::int_: number(t); return;
    case Kind::float_:
      if (!is_odd_float(t)) {
        out_ += t.size_or_type == 4 ? "float" : "double";
      } else if (where_ == Where::prototype) {
        out_ += "void";
      } else {
        out_ += "struct { unsigned char bytes[" + std::to_string(t.size_or_type) + "]; }";
      }
      return;
    case Kind::typedef_:
      if (tags_of_typedefs_) (out_ += name_of(btf_.resolve(t.id).kind)) += ' ';
      out_ += names_.of(t);
      return;
    case Kind::struct_:
    case Kind::union_:
      if (t.name.empty()) {
        if (where_ == Where::prototype) {
          out_ += "void";
          return;
        }
        out_ += name_of(t.kind);
        out_ += ' ';
        scoped_body(t, layout_.fields_of(t), "");
        return;
      }
      out_ += name_of(t.kind);
      (out_ += ' ') += names_.of(t);
      return;
    case Kind::fwd: (out_ += t.kind_flag ? "union " : "struct ") += names_.of(t); return;
    case Kind::enum_:
    case Kind::enum64:
      if (!t.name.empty()) {
        (out_ += "enum ") += names_.of(t);
      } else if (dialect_ != Dialect::bpf || where_ == Where::prototype || marks_[t.id].state == State::done) {
        number(t);
      } else {
        out_ += "enum ";
        enumerators(t);
      }
      return;
    case Kind::void_:
    case Kind::ptr:
    case Kind::array:
    case Kind::volatile_:
    case Kind::const_:
    case Kind::restrict_:
    case Kind::func:
    case Kind::func_proto:
    case Kind::var:
    case Kind::datasec:
    case Kind::decl_tag:
    case Kind::type_tag:
    case Kind::unknown: out_ += "void"; return;
  }
  std::unreachable();
}

// What C23 made words of the language would not compile as names.
static bool is_c23_word(const Btf& btf, const Type& t) {
  if (t.kind == Kind::typedef_) return t.name == "bool";
  return is_enum(t) && t.name.empty() &&
         std::ranges::any_of(btf.enumerators(t), [](const Enumerator& e) { return e.name == "true"; });
}

void CWriter::definition(const Type& t) {
  if (is_enum(t) && marks_[t.id].state == State::done) return;
  bool guarded = dialect_ == Dialect::bpf && is_c23_word(btf_, t);
  if (guarded) out_ += "#if !defined(__STDC_VERSION__) || __STDC_VERSION__ < 202311L\n";
  std::string name(names_.of(t));
  if (t.kind == Kind::typedef_ && dialect_ != Dialect::bpf) {
    Type record = btf_.resolve(t.id);
    (((out_ += "typedef ") += name_of(record.kind)) += ' ') += name + ' ';
    scoped_body(record, layout_.fields_of(record), name);
    (out_ += ' ') += name;
  } else if (t.kind == Kind::typedef_) {
    out_ += "typedef ";
    declare(t.size_or_type, name);
  } else {
    out_ += is_enum(t) ? "enum" : name_of(t.kind);
    out_ += ' ';
    if (!t.name.empty()) out_ += name + ' ';
    if (is_enum(t))
      enumerators(t);
    else
      scoped_body(t, layout_.fields_of(t), name);
  }
  out_ += guarded ? ";\n#endif\n\n" : ";\n\n";
}

void CWriter::enumerators(const Type& t) {
  static constexpr std::string_view modes[] = {"", "QI", "HI", "", "SI", "", "", "", "DI"};
  marks_[t.id].state = State::done;
  unsigned bits = t.size_or_type * 8;
  bool any_wide = false;
  out_ += "{\n";
  for (uint32_t i = 0; i < std::max(t.vlen, 1U) && spend(16); ++i) {
    uint64_t value = low_bits(t.vlen == 0 ? 0 : btf_.enumerator(t, i).value, bits);
    int64_t as_signed = sign_extended(value, bits);
    any_wide |= t.kind_flag ? as_signed < INT32_MIN || as_signed > UINT32_MAX : value > UINT32_MAX;
    out_.append(static_cast<std::size_t>(depth_) + 1, '\t');
    std::string_view name = names_.enumerator(t, i);
    spend(name.size());
    (out_ += name) += " = ";
    if (!t.kind_flag) {
      out_ += std::to_string(value) + (value > INT64_MAX ? "ULL" : value > UINT32_MAX ? "LL" : "");
    } else {
      out_ += as_signed == INT64_MIN ? "-9223372036854775807LL - 1" : std::to_string(as_signed);
    }
    out_ += ",\n";
  }
  line();
  out_ += '}';
  // Without a word C takes the first of int, unsigned int and long that holds all values.
  if (t.size_or_type < 4 || (t.size_or_type == 8 && !any_wide))
    ((out_ += " __attribute__((mode(") += modes[t.size_or_type]) += ")))";
}

// ---- structs and unions -----------------------------------------------------------------------------------------

// Holes are bytes, and single bits before and after them: these never move, on any machine.
void CWriter::hole(uint64_t begin, uint64_t end) {
  auto bits = [&](uint64_t count) {
    if (count == 0) return;
    line();
    out_ += "unsigned char : " + std::to_string(count) + ";\n";
  };
  uint64_t first = std::min(round_up(begin, 8), end);
  bits(first - begin);
  if (uint64_t bytes = (end - first) / 8; bytes != 0 || end == 0) {
    line();
    out_ += "unsigned char ";
    out_ += names_.hole(first / 8, scopes_.back());
    out_ += "[" + std::to_string(bytes) + "];\n";
  }
  bits((end - first) % 8);
}

void CWriter::field(const CField& f) {
  line();
  Type value = value_type(btf_, f.type);
  if (f.name.empty()) {
    (out_ += name_of(value.kind)) += ' ';
    ++anonymous_;
    body(value, layout_.fields_of(value));
    --anonymous_;
  } else {
    CNames::Scope& scope = scopes_.back();
    std::string_view given = names_.member(f.name, scope);
    if (anonymous_ != 0 && dialect_ == Dialect::host && given == scope.tag) given = names_.member(f.name, scope);
    if (anonymous_ != 0) scope.injected.insert(given);
    std::string name(given);
    if (f.is_bitfield) name += " : " + std::to_string(f.width);
    if (f.is_bitfield && f.width > 1 && value.kind == Kind::int_ && btf_.int_of(value).is_bool &&
        value.size_or_type == 1)
      out_ += "unsigned char " + name;
    else
      declare(f.type, std::move(name));
  }
  out_ += ";\n";
}

void CWriter::overlapping(const Type& record, const std::vector<CField>& fields) {
  ++anonymous_;
  for (const CField& f : fields) {
    if (left_ <= 0) break;
    if (f.begin == 0) {
      field(f);
      continue;
    }
    line();
    out_ += "struct {\n";
    ++depth_;
    hole(0, f.begin);
    field(f);
    --depth_;
    line();
    out_ += "} __attribute__((packed));\n";
  }
  hole(0, uint64_t{record.size_or_type} * 8);
  --anonymous_;
}

// A struct or union whose members are names of their own. In C++ those of anonymous members must not have its name.
void CWriter::scoped_body(const Type& record, const std::vector<CField>& fields, std::string_view tag) {
  scopes_.emplace_back().tag = tag;
  int outer = std::exchange(anonymous_, 0);
  body(record, fields);
  anonymous_ = outer;
  scopes_.pop_back();
}

void CWriter::body(const Type& record, const std::vector<CField>& fields) {
  bool is_union = record.kind == Kind::union_;
  auto [form, align, is_aligned] = layout_.shape_of(record, fields);
  uint64_t size = uint64_t{record.size_or_type} * 8, end = 0;
  out_ += "{\n";
  ++depth_;
  if (form == Form::overlapping && !is_union) {
    line();
    out_ += "union {\n";
    ++depth_;
    overlapping(record, fields);
    --depth_;
    line();
    out_ += "} __attribute__((packed));\n";
    end = size;
  } else if (form == Form::overlapping) {
    overlapping(record, fields);
    end = size;
  } else {
    for (const CField& f : fields) {
      if (!spend(32)) return;
      if (!is_union && layout_.natural_begin(f, end, form) != f.begin) hole(end, f.begin);
      field(f);
      end = is_union ? std::max(end, f.width) : f.begin + f.width;
    }
  }
  if (round_up(end, uint64_t{align} * 8) != size) hole(is_union ? 0 : end, size);
  if (dialect_ != Dialect::bpf && fields.empty() && size == 0) hole(0, 0);  // C++ gives it a byte otherwise
  --depth_;
  line();
  out_ += form == Form::plain ? "}" : "} __attribute__((packed))";
  if (is_aligned) out_ += " __attribute__((aligned(" + std::to_string(align) + ")))";
}

void CWriter::section(std::span<const CVariable> variables, std::string_view tag) {
  Type record{.id = 0, .kind = Kind::struct_, .kind_flag = false, .vlen = 0, .size_or_type = 0, .name = tag};
  constexpr uint64_t most_section = UINT32_MAX - 16;
  std::vector<CField> fields;
  uint64_t end = 0;
  for (const CVariable& v : variables) {
    auto size = btf_.size_of(v.type);
    if (v.name.empty() || !size || uint64_t{v.offset} + *size > most_section) continue;
    fields.push_back({.name = v.name,
                      .type = v.type,
                      .begin = uint64_t{v.offset} * 8,
                      .width = uint64_t{*size} * 8,
                      .is_bitfield = false});
    end = std::max(end, uint64_t{v.offset} + *size);
  }
  std::ranges::sort(fields, {}, [](const CField& f) { return std::tuple(f.begin, f.width, f.name); });
  // It ends where C lets it end: rounded up to what the variables ask for, or where nothing can be asked for.
  record.size_or_type = static_cast<uint32_t>(end);
  for (uint64_t align : {2U, 4U, 8U, 16U}) {
    if (layout_.shape_of(record, fields).form == Form::plain) break;
    record.size_or_type = static_cast<uint32_t>(round_up(end, align));
  }
  if (layout_.shape_of(record, fields).form != Form::plain) record.size_or_type = static_cast<uint32_t>(end);
  where_ = Where::section;
  (out_ += "struct ") += tag;
  out_ += ' ';
  scoped_body(record, fields, tag);
  where_ = Where::plain;
}

}  // namespace skep::btf
