// SPDX-License-Identifier: Apache-2.0
#include "api/content.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "api/errors.hpp"

namespace skep::api {
namespace {

bool is_number_size(std::size_t n) { return n <= 8 && std::has_single_bit(n); }

Result<btf::Datum> typed(const module::Module& module, btf::TypeId type, Bytes bytes) {
  if (module.btf != nullptr && type != 0 && module.btf->size_of(type) == bytes.size())
    return btf::decode(*module.btf, type, bytes);
  if (!is_number_size(bytes.size())) return btf::Datum{"0x" + to_hex(bytes)};
  uint64_t n = 0;
  std::memcpy(&n, bytes.data(), bytes.size());  // little endian: the low bytes
  return btf::Datum{n};
}

Result<Buffer> untyped(const btf::Datum& d, uint32_t size) {
  std::optional<uint64_t> n;
  if (const auto* u = d.as<uint64_t>()) n = *u;
  if (const auto* i = d.as<int64_t>()) n = static_cast<uint64_t>(*i);
  if (n && is_number_size(size)) {
    const auto sign = static_cast<int64_t>(*n << (64 - 8 * size)) >> (64 - 8 * size);
    if (size == 8 || *n >> (8 * size) == 0 || (d.as<int64_t>() && sign == *d.as<int64_t>())) {
      const auto* first = reinterpret_cast<const uint8_t*>(&*n);
      return Buffer(first, first + size);
    }
  }
  if (const auto* text = d.as<std::string>(); text != nullptr && text->starts_with("0x"))
    if (auto bytes = from_hex(std::string_view(*text).substr(2)); bytes && bytes->size() == size) return *bytes;
  std::string found = "a record or list";
  if (n) found = fmt::format("{}", *n);
  if (const auto* text = d.as<std::string>()) found = "'" + *text + "'";
  return fail(ValueSize{.found = found, .size = size});
}

Result<Buffer> encoded(const module::Module& module, btf::TypeId type, uint32_t size, const btf::Datum& d) {
  if (module.btf != nullptr && type != 0 && module.btf->size_of(type) == size) return btf::encode(*module.btf, type, d);
  return untyped(d, size);
}

// What lanes counted together: integers add up, of everything else the first lane's counts.
btf::Datum sum(const std::vector<btf::Datum>& lanes) {
  btf::Datum total = lanes.front();
  for (std::size_t lane = 1; lane < lanes.size(); ++lane) {
    struct Add {
      void operator()(btf::Datum& into, const btf::Datum& d) const {
        if (into.value.index() != d.value.index()) return;
        if (auto* u = std::get_if<uint64_t>(&into.value)) *u += std::get<uint64_t>(d.value);
        if (auto* i = std::get_if<int64_t>(&into.value))
          *i = static_cast<int64_t>(static_cast<uint64_t>(*i) + static_cast<uint64_t>(std::get<int64_t>(d.value)));
        if (auto* list = std::get_if<btf::List>(&into.value)) {
          const auto& other = std::get<btf::List>(d.value);
          for (std::size_t i = 0; i < list->size() && i < other.size(); ++i) (*this)((*list)[i], other[i]);
        }
        if (auto* record = std::get_if<btf::Record>(&into.value)) {
          const auto& other = std::get<btf::Record>(d.value);
          for (std::size_t i = 0; i < record->size() && i < other.size(); ++i)
            (*this)((*record)[i].value, other[i].value);
        }
      }
    };
    Add{}(total, lanes[lane]);
  }
  return total;
}

bool all_zero(Bytes b) {
  return std::ranges::all_of(b, [](uint8_t byte) { return byte == 0; });
}

// Numbers by size, text by letters, lists and records member by member.
std::partial_ordering compare(const btf::Datum& a, const btf::Datum& b);

template <class T>
std::partial_ordering compare_values(const T& a, const T& b) {
  return a <=> b;
}
std::partial_ordering compare_values(const btf::List& a, const btf::List& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    if (auto c = compare(a[i], b[i]); c != 0) return c;
  return a.size() <=> b.size();
}
std::partial_ordering compare_values(const btf::Record& a, const btf::Record& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    if (auto c = compare(a[i].value, b[i].value); c != 0) return c;
  return a.size() <=> b.size();
}
std::partial_ordering compare(const btf::Datum& a, const btf::Datum& b) {
  if (a.value.index() != b.value.index()) return a.value.index() <=> b.value.index();
  return std::visit(
      [&](const auto& x) -> std::partial_ordering {
        return compare_values(x, std::get<std::remove_cvref_t<decltype(x)>>(b.value));
      },
      a.value);
}

Result<Element> element(const module::Module& module, const module::MapDef& def, const maps::Map& map, Buffer key,
                        const Buffer& value) {
  Element e{.raw_key = std::move(key), .key = {}, .value = {}, .lanes = {}, .zero = all_zero(value)};
  e.key = TRY(typed(module, def.key_type, e.raw_key));
  if (facts::row(map.type()).copies == facts::Copies::one) {
    e.value = TRY(typed(module, def.value_type, value));
    return e;
  }
  const std::size_t stride = round_up(def.value_size, 8);
  for (std::size_t at = 0; at + def.value_size <= value.size(); at += stride)
    e.lanes.push_back(TRY(typed(module, def.value_type, Bytes(value).subspan(at, def.value_size))));
  if (!e.lanes.empty()) e.value = sum(e.lanes);
  return e;
}

}  // namespace

Result<Content> content_of(const module::Module& module, std::size_t index, maps::Map& map) {
  const module::MapDef& def = module.maps[index];
  Content content{.map = index, .elements = {}};
  if (facts::row(def.type).holds != facts::Holds::bytes) return content;
  auto key = map.sys_next_key(std::nullopt);
  while (key && content.elements.size() < def.max_entries) {
    auto next = map.sys_next_key(Bytes(*key));
    if (auto value = map.sys_lookup(*key))
      content.elements.push_back(
          TRY_WITHIN(element(module, def, map, *std::move(key), *value), "map '" + def.name + "'"));
    key = std::move(next);
  }
  std::ranges::stable_sort(content.elements,
                           [](const Element& a, const Element& b) { return compare(a.key, b.key) < 0; });
  return content;
}

static Result<void> put(const module::Module& module, const module::MapDef& def, maps::Map& map, const Entry& entry) {
  const Buffer key = TRY_WITHIN(encoded(module, def.key_type, def.key_size, entry.key), "key");
  Buffer value(map.sys_value_size());
  if (entry.lanes.empty() || value.size() == def.value_size) {  // per-CPU: lane 0 has it all, so the sum is right
    const Buffer one = TRY_WITHIN(encoded(module, def.value_type, def.value_size, entry.value), "value");
    std::ranges::copy(one, value.begin());
  }
  const std::size_t stride = round_up(def.value_size, 8), lanes = value.size() / stride;
  if (entry.lanes.size() > lanes && facts::row(def.type).copies != facts::Copies::one)
    return fail(TooManyLanes{.found = entry.lanes.size(), .lanes = lanes});
  for (std::size_t lane = 0; lane < entry.lanes.size() && lane < lanes; ++lane) {
    const Buffer one = TRY_WITHIN(encoded(module, def.value_type, def.value_size, entry.lanes[lane]), "lanes");
    std::ranges::copy(one, value.begin() + static_cast<std::ptrdiff_t>(lane * stride));
  }
  if (const int err = map.sys_update(key, value); err != 0)
    return fail(UpdateRefused{.err = err == -E2BIG ? "there is no room (E2BIG)" : errno_text(-err),
                              .entries = def.max_entries});
  return {};
}

Result<void> fill(const module::Module& module, std::size_t index, maps::Map& map, const std::vector<Entry>& entries) {
  const module::MapDef& def = module.maps[index];
  if (facts::row(def.type).holds != facts::Holds::bytes) return fail(CannotFill{.type = std::string(name(def.type))});
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (auto done = put(module, def, map, entries[i]); !done)
      return fail_within(std::move(done.error()), fmt::format("element {}", i + 1));
  return {};
}

}  // namespace skep::api
