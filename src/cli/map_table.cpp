// SPDX-License-Identifier: Apache-2.0
#include "cli/map_table.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

namespace skep::cli {
namespace {

constexpr std::size_t top_rows = 20;

// One value without members: its column, its text, and its size where it is a counter.
struct Leaf {
  std::string column, text;
  std::optional<double> counter;
};
enum class Role : uint8_t { key, value };

class Flattener {
 public:
  Flattener(const btf::Btf* btf, Role role) : btf_(btf), role_(role) {}

  std::vector<Leaf> of(btf::TypeId type, const btf::Datum& d, std::string_view only_name) {
    leaves_.clear();
    walk(btf_ != nullptr ? type : 0, d, std::string(only_name), "", "");
    return std::move(leaves_);
  }

  // Whether a member's bytes are all zero; of an enum that cannot be told from its name.
  bool is_zero(btf::TypeId around, const btf::Named& m) const {
    const btf::TypeId type = btf_ != nullptr ? member_type(around, m.name) : 0;
    const auto bytes = type != 0 ? btf::encode(*btf_, type, m.value) : Result<Buffer>(Buffer{1});
    return bytes && std::ranges::all_of(*bytes, [](uint8_t b) { return b == 0; });
  }

 private:
  // `name` is what the column is called if this is a leaf, `prefix` what stands before the names of its members;
  // `around` has the names of types and members on the way to here.
  void walk(btf::TypeId type, const btf::Datum& d, const std::string& name, const std::string& prefix,
            std::string around) {
    around += type_names(type);
    const auto* record = d.as<btf::Record>();
    if (record == nullptr || record->empty()) return leaf(type, d, name, around);
    for (const btf::Named& m : *record)
      walk(member_type(type, m.name), m.value, prefix + m.name, prefix + m.name + ".", around + " " + m.name);
  }

  void leaf(btf::TypeId type, const btf::Datum& d, const std::string& name, std::string_view around) {
    Leaf l{.column = name, .text = address(type, d, around), .counter = {}};
    if (l.text.empty()) l.text = text(d);
    if (const auto* u = d.as<uint64_t>()) l.counter = static_cast<double>(*u);
    if (const auto* i = d.as<int64_t>()) l.counter = static_cast<double>(*i);
    if (const auto* f = d.as<double>()) l.counter = *f;
    if (is_be32(type)) l.counter.reset();
    leaves_.push_back(std::move(l));
  }

  std::string text(const btf::Datum& d) const {
    if (const auto* b = d.as<bool>()) return *b ? "true" : "false";
    if (const auto* u = d.as<uint64_t>()) return role_ == Role::value ? grouped(*u) : fmt::format("{}", *u);
    if (const auto* i = d.as<int64_t>()) {
      if (role_ == Role::key) return fmt::format("{}", *i);
      return (*i < 0 ? "-" : "") + grouped(*i < 0 ? 0 - static_cast<uint64_t>(*i) : static_cast<uint64_t>(*i));
    }
    if (const auto* f = d.as<double>()) return fmt::format("{}", *f);
    if (const auto* s = d.as<std::string>()) return printable(*s);
    if (const auto* l = d.as<btf::List>()) return list(*l);
    return "-";
  }
  std::string list(const btf::List& l) const {
    constexpr std::size_t most = 16;
    std::string out = "[";
    for (std::size_t i = 0; i < l.size() && i < most; ++i) {
      if (i != 0) out += ", ";
      if (const auto* record = l[i].as<btf::Record>()) {
        out += "{";
        for (const auto& m : *record) out += (&m == record->data() ? "" : ", ") + m.name + ": " + text(m.value);
        out += "}";
      } else {
        out += text(l[i]);
      }
    }
    return out + (l.size() > most ? fmt::format(", … {} more]", l.size() - most) : "]");
  }

  bool is_be32(btf::TypeId type) const {
    while (type != 0 && btf_ != nullptr) {
      const btf::Type t = btf_->type(type);
      if (t.name == "__be32") return true;
      if (t.kind != btf::Kind::typedef_ && t.kind != btf::Kind::const_ && t.kind != btf::Kind::volatile_) return false;
      type = t.size_or_type;
    }
    return false;
  }

  // " ipv4_t in_addr": the names a type has through its typedefs.
  std::string type_names(btf::TypeId type) const {
    std::string names;
    while (type != 0 && btf_ != nullptr) {
      const btf::Type t = btf_->type(type);
      (names += " ") += t.name;
      if (t.kind != btf::Kind::typedef_ && t.kind != btf::Kind::const_ && t.kind != btf::Kind::volatile_) break;
      type = t.size_or_type;
    }
    return names;
  }
  static bool speaks_of_addresses(std::string_view names) {
    for (std::string_view word : {"addr", "Addr", "mac", "hardware", "eth", "ipv4", "ipv6", " ip4", " ip6"})
      if (names.find(word) != names.npos) return true;
    return (std::string(names) + " ").find(" ip ") != names.npos;
  }

  // "10.0.0.1", "2001:db8::1" or "aa:bb:cc:dd:ee:ff" where type or names say that it is one: four bytes may be
  // anything.
  std::string address(btf::TypeId type, const btf::Datum& d, std::string_view names) const {
    if (is_be32(type)) {
      const uint32_t n = static_cast<uint32_t>(d.as<uint64_t>() ? *d.as<uint64_t>() : 0);
      return ip(AF_INET, &n);
    }
    const auto* l = d.as<btf::List>();
    if (l == nullptr || type == 0 || btf_->size_of(type) != l->size()) return {};
    Buffer bytes;
    for (const btf::Datum& e : *l)
      if (const auto* u = e.as<uint64_t>(); u != nullptr && *u < 256) bytes.push_back(static_cast<uint8_t>(*u));
    if (bytes.size() != l->size()) return {};
    const bool address = speaks_of_addresses(names);
    if (address && bytes.size() == 4) return ip(AF_INET, bytes.data());
    if (address && bytes.size() == 16) return ip(AF_INET6, bytes.data());
    if (!address || bytes.size() != 6) return bytes.size() > 8 ? "0x" + to_hex(bytes) : "";
    return fmt::format("{:02x}", fmt::join(bytes, ":"));
  }
  static std::string ip(int family, const void* bytes) {
    char out[INET6_ADDRSTRLEN];
    return ::inet_ntop(family, bytes, out, sizeof out);
  }

  btf::TypeId member_type(btf::TypeId type, std::string_view name) const {
    if (type == 0) return 0;
    const btf::Type t = btf_->resolve(type);
    if (t.kind == btf::Kind::datasec)
      for (const btf::SectionVar& v : btf_->section_vars(t))
        if (const btf::Type variable = btf_->type(v.type); variable.name == name) return variable.size_or_type;
    if (t.kind != btf::Kind::struct_ && t.kind != btf::Kind::union_) return 0;
    for (const btf::Member& m : btf_->members(t)) {
      if (m.name == name) return m.type;
      if (m.name.empty())
        if (const btf::TypeId inner = member_type(m.type, name); inner != 0) return inner;
    }
    return 0;
  }

  const btf::Btf* btf_;
  Role role_;
  std::vector<Leaf> leaves_;
};

bool is_array(facts::MapType type) { return type == facts::MapType::array || type == facts::MapType::percpu_array; }

struct Row {
  std::vector<Leaf> key, value;
  double counter() const {
    for (const Leaf& l : value)
      if (l.counter) return *l.counter;
    return 0;
  }
};

std::vector<Row> rows_of(const module::Module& module, const api::Content& content, Rows which) {
  const module::MapDef& def = module.maps[content.map];
  Flattener keys(module.btf.get(), Role::key), values(module.btf.get(), Role::value);
  std::vector<Row> rows;
  for (const api::Element& e : content.elements)
    if (which == Rows::all || !is_array(def.type) || !e.zero)
      rows.push_back({keys.of(def.key_type, e.key, "key"), values.of(def.value_type, e.value, "value")});
  if (!is_array(def.type))
    std::ranges::stable_sort(rows, std::ranges::greater(), [](const Row& r) { return r.counter(); });
  return rows;
}

std::string head(const module::MapDef& def, const api::Content& content, const Paint& paint) {
  std::string what = fmt::format("{}, ", name(def.type));
  if (is_array(def.type)) {
    what += plural(def.max_entries, "entry");
    const auto filled = static_cast<std::size_t>(std::ranges::count(content.elements, false, &api::Element::zero));
    if (filled == 0)
      what += ", all zero";
    else if (filled != def.max_entries)
      what += fmt::format(", {} not zero", grouped(filled));
  } else {
    what += fmt::format("{} of {}", grouped(content.elements.size()), plural(def.max_entries, "entry"));
  }
  return fmt::format("map {}  {}\n", printable(def.name), paint.dim("(" + what + ")"));
}

void add(std::vector<Cell>& cells, const std::vector<Leaf>& leaves, Role role) {
  for (const Leaf& l : leaves) cells.push_back({l.text, role == Role::value && l.counter ? Align::right : Align::left});
}

}  // namespace

std::string map_table(const module::Module& module, const api::Content& content, Rows which, const Paint& paint) {
  const module::MapDef& def = module.maps[content.map];
  const std::vector<Row> rows = rows_of(module, content, which);
  std::string out = head(def, content, paint);
  if (rows.empty()) return out;
  // One row more than the limit is shown rather than announced.
  const std::size_t shown = which == Rows::all || rows.size() <= top_rows + 1 ? rows.size() : top_rows;
  Table table;
  std::vector<Cell> titles;
  for (const Leaf& l : rows.front().key) titles.push_back({paint.dim(printable(l.column))});
  for (const Leaf& l : rows.front().value)
    titles.push_back({paint.dim(printable(l.column)), l.counter ? Align::right : Align::left});
  table.add(std::move(titles));
  for (std::size_t i = 0; i < shown; ++i) {
    std::vector<Cell> cells;
    add(cells, rows[i].key, Role::key);
    add(cells, rows[i].value, Role::value);
    table.add(std::move(cells));
  }
  out += table.text("  ");
  if (shown < rows.size())
    out += paint.dim(fmt::format("  … {} more: --map {}", grouped(rows.size() - shown), printable(def.name))) + "\n";
  return out;
}

std::string variables(const module::Module& module, const api::Content& content, const Paint& paint) {
  const module::MapDef& def = module.maps[content.map];
  if (content.elements.empty() || content.elements.front().zero) return {};
  Flattener values(module.btf.get(), Role::value);
  Table table;
  const btf::Datum& all = content.elements.front().value;
  const auto show = [&](const btf::Datum& d) {
    for (const Leaf& l : values.of(def.value_type, d, "value")) table.add({{printable(l.column)}, {l.text}});
  };
  // A variable is shown whole or not at all.
  if (const auto* record = all.as<btf::Record>()) {
    for (const btf::Named& variable : *record)
      if (!values.is_zero(def.value_type, variable)) show({btf::Record{variable}});
  } else {
    show(all);
  }
  return fmt::format("variables  {}\n{}", paint.dim("(" + printable(def.name) + ")"), table.text("  "));
}

}  // namespace skep::cli
