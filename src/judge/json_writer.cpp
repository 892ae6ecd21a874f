// SPDX-License-Identifier: Apache-2.0
#include "judge/json_writer.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace skep::judge {
namespace {

Json keys_json(const std::vector<Buffer>& keys) {
  Json out = Json::array();
  for (const Buffer& k : keys) out.push_back(to_hex(k));
  return out;
}

Json batch_json(const BatchResult& b) {
  Json out{{"errno", b.err}, {"count", b.count}};
  if (b.elements) {
    out["elements"] = Json::array();
    for (const auto& [k, v] : *b.elements) out["elements"].push_back({to_hex(k), to_hex(v)});
  }
  return out;
}

// ---- differences --------------------------------------------------------------------------------------------------

constexpr std::string_view never_compared[] = {"ns", "bits", "verify"};
constexpr std::string_view known_to_some[] = {"printk", "events", "insns"};

template <std::size_t N>
bool one_of(const std::string_view (&names)[N], std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

// r0 of two runs, whose "bits" say how much of it each engine shows.
bool same_r0(const Json& a, const Json& b) {
  auto number = [](const Json& run) {
    const auto& text = run["r0"].get_ref<const std::string&>();
    uint64_t n = 0;
    std::from_chars(text.data() + 2, text.data() + text.size(), n, 16);
    return n;
  };
  const auto bits = std::min(a["bits"].get<unsigned>(), b["bits"].get<unsigned>());
  return (number(a) ^ number(b)) << (64 - bits) == 0;
}

void find(const Json& a, const Json& b, const std::string& place, std::set<std::string>& found);

void find_in_objects(const Json& a, const Json& b, const std::string& place, std::set<std::string>& found) {
  auto inside = [&place](const std::string& name) { return place.empty() ? name : place + "." + name; };
  for (const auto& [name, value] : a.items()) {
    if (one_of(never_compared, name)) continue;
    const auto other = b.find(name);
    if (other == b.end()) {
      if (!one_of(known_to_some, name)) found.insert(inside(name));
    } else if (name == "r0") {
      if (!same_r0(a, b)) found.insert(inside(name));
    } else {
      find(value, *other, inside(name), found);
    }
  }
  for (const auto& [name, value] : b.items())
    if (!a.contains(name) && !one_of(never_compared, name) && !one_of(known_to_some, name)) found.insert(inside(name));
}

// A list of another length is one difference.
void find(const Json& a, const Json& b, const std::string& place, std::set<std::string>& found) {
  if (a.is_object() && b.is_object()) {
    find_in_objects(a, b, place, found);
  } else if (a.is_array() && b.is_array() && a.size() == b.size()) {
    for (std::size_t i = 0; i < a.size(); ++i) find(a[i], b[i], place + "[" + std::to_string(i) + "]", found);
  } else if (a != b) {
    found.insert(place);
  }
}

}  // namespace

std::string to_line(const Json& v) { return v.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json error_json(const Error& e) {
  return {{"error", {{"code", e.row().slug}, {"message", e.message()}, {"place", e.place()}, {"hint", e.hint()}}}};
}

Json content_json(const Result<Content>& content) {
  if (!content) return error_json(content.error());
  Json out = Json::array();
  for (const auto& [key, value] : *content) out.push_back({to_hex(key), to_hex(value)});
  return out;
}

Json op_json(const Result<OpResult>& r) {
  if (!r) return error_json(r.error());
  if (const auto* n = std::get_if<int>(&*r)) return *n;
  if (const auto* bytes = std::get_if<Buffer>(&*r)) return to_hex(*bytes);
  if (const auto* keys = std::get_if<std::vector<Buffer>>(&*r)) return keys_json(*keys);
  return batch_json(std::get<BatchResult>(*r));
}

std::set<std::string> verdict_differences(const Json& a, const Json& b) {
  constexpr const char* compared[] = {
      "result", "errno", "insn", "processed", "states", "peak_states", "max_states_per_insn", "stack_depth"};
  std::set<std::string> found;
  if (a["result"] == "unknown" || b["result"] == "unknown") return found;
  for (const char* name : compared) {
    const Json one = a.value(name, Json()), other = b.value(name, Json());
    const bool said_by_both = !one.is_null() && !other.is_null();
    if (said_by_both && one != other) found.insert(std::string("verify.") + name);
  }
  return found;
}

std::set<std::string> differences(const Json& a, const Json& b) {
  std::set<std::string> found;
  find(a, b, "", found);
  return found;
}

}  // namespace skep::judge
