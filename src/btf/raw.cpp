// SPDX-License-Identifier: Apache-2.0
// The fields are bpftool's JSON. Its text is made of them, with three exceptions that text_of() and items_of() name.
#include "btf/raw.hpp"

#include <algorithm>
#include <cctype>

#include "btf/bits.hpp"
#include "btf/errors.hpp"
#include "btf/layout.hpp"

namespace skep::btf {
namespace {

std::string_view or_anonymous(std::string_view name) { return name.empty() ? "(anon)" : name; }
RawField named(std::string_view name) { return {"name", or_anonymous(name)}; }
RawField number(std::string_view name, uint64_t v) { return {name, v}; }
RawField word(std::string_view name, std::string_view v) { return {name, v}; }

std::string upper(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

std::string_view encoding_of(uint32_t flags) {
  return flags == 0 ? "(none)" : flags == 1 ? "SIGNED" : flags == 2 ? "CHAR" : flags == 4 ? "BOOL" : "UNKN";
}
std::string_view word_of(Linkage l) {
  switch (l) {
    case Linkage::static_: return "static";
    case Linkage::global: return "global";
    case Linkage::extern_: return "extern";
  }
  return "(unknown)";  // any other number may be written
}

class Describer {
 public:
  Describer(const Btf& btf, TypeId id) : btf_(btf), t_(btf.type(id)) {}
  RawType describe() {
    out_.fields.push_back(named(t_.name));
    fields();
    return std::move(out_);
  }

 private:
  void add(auto... fields) { (out_.fields.push_back(fields), ...); }
  template <class Items, class Row>
  void list(std::string_view name, const Items& items, Row row) {
    add(number("vlen", t_.vlen));
    out_.list = name;
    for (const auto& item : items) out_.items.push_back(row(item));
  }
  RawField type_id() const { return number("type_id", t_.size_or_type); }
  RawField size() const { return number("size", t_.size_or_type); }

  void fields();
  void members();
  void enumerators();

  const Btf& btf_;
  Type t_;
  RawType out_{.id = t_.id, .kind = upper(name_of(t_.kind)), .fields = {}, .list = {}, .items = {}};
};

// Without kind_flag the offset is shown as it is written: member() would also know the bit-fields of old compilers.
void Describer::members() {
  add(size());
  list("members", std::views::iota(0u, t_.vlen), [&](uint32_t i) {
    Member m = btf_.member(t_, i);
    RawFields row{named(m.name), number("type_id", m.type),
                  number("bits_offset", t_.kind_flag ? m.bit_offset : btf_.word(t_.id, 3 + 3 * i + 2))};
    if (t_.kind_flag && m.bitfield_bits != 0) row.push_back(number("bitfield_size", m.bitfield_bits));
    return row;
  });
}

void Describer::enumerators() {
  add(word("encoding", t_.kind_flag ? "SIGNED" : "UNSIGNED"), size());
  list("values", btf_.enumerators(t_), [&](const Enumerator& e) -> RawFields {
    if (t_.kind_flag) return {named(e.name), {"val", static_cast<int64_t>(e.value)}};
    // bpftool's JSON extends the sign of unsigned enums of 32 bits, too; its text does not.
    if (t_.kind == Kind::enum_)
      return {named(e.name), number("val", static_cast<uint64_t>(sign_extended(e.value, 32)))};
    return {named(e.name), number("val", e.value)};
  });
}

void Describer::fields() {
  switch (t_.kind) {
    case Kind::int_: {
      Int i = btf_.int_of(t_);
      return add(size(), number("bits_offset", i.offset), number("nr_bits", i.bits),
                 word("encoding", encoding_of(btf_.word(t_.id, 3) >> 24 & 0xf)));
    }
    case Kind::array: {
      Array a = btf_.array_of(t_);
      return add(number("type_id", a.element), number("index_type_id", a.index), number("nr_elems", a.count));
    }
    case Kind::struct_:
    case Kind::union_: return members();
    case Kind::enum_:
    case Kind::enum64: return enumerators();
    case Kind::fwd: return add(word("fwd_kind", t_.kind_flag ? "union" : "struct"));
    case Kind::func:
    case Kind::var: return add(type_id(), word("linkage", word_of(btf_.linkage_of(t_))));
    case Kind::func_proto:
      add(number("ret_type_id", t_.size_or_type));
      return list("params", btf_.params(t_),
                  [](const Param& p) -> RawFields { return {named(p.name), number("type_id", p.type)}; });
    case Kind::datasec:
      add(size());
      return list("vars", btf_.section_vars(t_), [](const SectionVar& v) -> RawFields {
        return {number("type_id", v.type), number("offset", v.offset), number("size", v.size_bytes)};
      });
    case Kind::float_: return add(size());
    case Kind::decl_tag: return add(type_id(), RawField{"component_idx", int64_t{btf_.tagged_component(t_)}});
    case Kind::unknown: return add(number("kind", btf_.kind_number(t_.id)), number("vlen", t_.vlen));
    case Kind::ptr:
    case Kind::typedef_:
    case Kind::volatile_:
    case Kind::const_:
    case Kind::restrict_:
    case Kind::type_tag: return add(type_id());
    case Kind::void_: return;
  }
}

void append(std::string& out, const RawField& f) {
  if (const auto* n = std::get_if<uint64_t>(&f.value)) out += std::to_string(*n);
  if (const auto* n = std::get_if<int64_t>(&f.value)) out += std::to_string(*n);
  if (const auto* s = std::get_if<std::string_view>(&f.value)) out += *s;
}

// `'name' key=value …`
void append(std::string& out, const RawFields& fields, Kind kind) {
  std::string_view between = "";
  for (const RawField& f : fields) {
    out += kind == Kind::var && f.name == "linkage" ? ", " : between;
    between = " ";
    bool quoted = f.name == "name";
    if (quoted) {
      out += "'";
    } else {
      out += f.name;
      out += "=";
    }
    append(out, f);
    if (quoted) out += "'";
  }
}

// What stands at the end of an item's line in the text, and in no other form.
void append_remark(std::string& out, const Btf& btf, const Type& t, const RawFields& item) {
  if (t.kind == Kind::enum64) out += t.kind_flag ? "LL" : "ULL";
  if (t.kind != Kind::datasec) return;
  Type v = btf.type(static_cast<TypeId>(std::get<uint64_t>(item[0].value)));
  out += " (" + upper(name_of(v.kind)) + " '" + std::string(or_anonymous(v.name)) + "')";
}

}  // namespace

RawType raw_type(const Btf& btf, TypeId id) { return Describer(btf, id).describe(); }

Result<void> check_names_can_be_listed(const Btf& btf) {
  const uint64_t most = (uint64_t{64} << 20) + 64 * (uint64_t{btf.count()} + btf.string_bytes());
  uint64_t total = 0;
  for (TypeId id = btf.first_id(); id < btf.count(); ++id)
    each_reference(info_of(btf.word(id, 1)), [&](uint32_t i, Word role) {
      if (total > most) return;
      uint32_t word = btf.word(id, i);
      if (role == Word::name) total += btf.string(word)->size();
      if (role == Word::type && i >= 3) total += btf.type(word).name.size();  // of variables in sections
    });
  if (total > most) return fail(NamesTooLong{.most = most});
  return {};
}

Result<std::string> raw_text(const Btf& btf) {
  TRY_VOID(check_names_can_be_listed(btf));
  std::string out;
  for (TypeId id = btf.first_id(); id < btf.count(); ++id) {
    Type t = btf.type(id);
    RawType raw = raw_type(btf, id);
    out += "[" + std::to_string(id) + "] " + raw.kind + " ";
    append(out, raw.fields, t.kind);
    out += "\n";
    for (RawFields& item : raw.items) {
      if (t.kind == Kind::enum_ && !t.kind_flag)
        item[1].value = uint64_t{static_cast<uint32_t>(std::get<uint64_t>(item[1].value))};
      out += "\t";
      append(out, item, t.kind);
      append_remark(out, btf, t, item);
      out += "\n";
    }
  }
  return out;
}

}  // namespace skep::btf
