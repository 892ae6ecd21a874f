// SPDX-License-Identifier: Apache-2.0
#include "judge/json_reader.hpp"

#include <charconv>
#include <deque>

namespace skep::judge {
namespace {

// Builds a value while nlohmann-json reads. Why it is refused is an error of ours.
class Builder {
 public:
  bool null() { return put({}); }
  bool boolean(bool b) { return put(b); }
  bool number_integer(int64_t n) { return put(n); }
  bool number_unsigned(uint64_t n) { return put(n); }
  bool number_float(double n, const std::string&) { return put(n); }
  bool string(std::string& s) { return put(std::move(s)); }
  bool binary(json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(json::object()); }
  bool start_array(std::size_t) { return open(json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    Level& object = open_.back();
    auto [at, fresh] = object.value->get_ref<json::object_t&>().try_emplace(std::move(name));
    if (!fresh && !twice_) {
      twice_ = fail(MemberTwice{.name = at->first}).error();
      if (open_.size() > 1) twice_ = std::move(*twice_).within(place());
    }
    object.member = fresh ? &*at : &ignored_.emplace_back();
    return true;
  }
  bool parse_error(std::size_t byte, const std::string& token, const nlohmann::detail::exception& e) {
    constexpr int out_of_range = 406;  // the only other one is a syntax error
    if (e.id == out_of_range) {
      error_ = fail(WrongType{.found = "the number " + token, .expected = "one that a double can hold"}).error();
      return false;
    }
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while …": ours says the place.
    std::string why = e.what();
    if (auto words = why.find(": "); words != why.npos) why.erase(0, words + 2);
    error_ = fail(NotJson{.byte = byte, .why = why}).error();
    return false;
  }

  Result<Parsed> take() {
    if (error_) return std::unexpected(*std::move(error_));
    return Parsed{std::move(root_), std::move(twice_)};
  }

 private:
  struct Level {
    json* value;
    json::object_t::value_type* member;  // of an object: the one that is being read
  };

  json* add(json v) {
    if (open_.empty()) return &(root_ = std::move(v));
    const auto [value, member] = open_.back();
    if (value->is_object()) return &(member->second = std::move(v));
    value->push_back(std::move(v));
    return &value->back();
  }
  bool put(json v) {
    add(std::move(v));
    return true;
  }
  bool open(json v) {
    open_.push_back({add(std::move(v)), nullptr});
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  // Of the innermost object, as readers of members say it.
  std::string place() const {
    std::string text;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      const auto [value, member] = open_[i];
      if (i != 0) text += ": ";
      text += value->is_object() ? member->first : "[" + std::to_string(value->size() - 1) + "]";
    }
    return text;
  }

  json root_;
  std::vector<Level> open_;  // outermost first; what they point to stays where it is while they are open
  std::deque<json::object_t::value_type> ignored_;  // members said twice, which may hold more of them
  std::optional<Error> error_, twice_;
};

std::unexpected<Error> wrong(const json& v, std::string_view expected) {
  return fail(WrongType{.found = kind_of(v), .expected = std::string(expected)});
}

constexpr std::size_t most_quoted = 40;
std::string quote(std::string text) {
  if (text.size() > most_quoted) text = text.substr(0, most_quoted) + "…";
  return "'" + text + "'";
}

}  // namespace

std::string kind_of(const json& v) {
  switch (v.type()) {
    case json::value_t::null: return "null";
    case json::value_t::boolean: return v.get<bool>() ? "true" : "false";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float: return "the number " + v.dump();
    case json::value_t::string: return "the text " + quote(v.get_ref<const std::string&>());
    case json::value_t::array: return "a list";
    case json::value_t::object: return "an object";
    case json::value_t::binary:
    case json::value_t::discarded: break;
  }
  return "nothing";
}

Result<Parsed> parse_json(std::string_view text) {
  Builder builder;
  json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

std::string_view member_text(std::string_view object, std::string_view name) {
  unsigned depth = 0;
  std::string_view key, last;  // what was read at depth 1: the member's name, and the newest text or number
  for (std::size_t i = 0; i < object.size(); ++i) {
    const char c = object[i];
    const std::size_t begin = i;
    if (c == '"') {
      while (object[++i] != '"') i += object[i] == '\\';
    } else if (c == '{' || c == '[') {
      ++depth;
      continue;
    } else if (c == '}' || c == ']' || c == ',' || c == ':' || c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (c == ':' && depth == 1) key = last.substr(1, last.size() - 2);
      if ((c == ',' || c == '}') && depth == 1 && key == name) return last;
      depth -= c == '}' || c == ']';
      continue;
    } else {
      i = std::min(object.find_first_of("}], \t\r\n", i), object.size()) - 1;
    }
    if (depth == 1) last = object.substr(begin, i + 1 - begin);
  }
  return {};
}

Result<bool> to_bool(const json& v) {
  if (!v.is_boolean()) return wrong(v, "true or false");
  return v.get<bool>();
}

Result<std::string> to_text(const json& v) {
  if (!v.is_string()) return wrong(v, "a text");
  return v.get<std::string>();
}

Result<Buffer> to_bytes(const json& v) {
  if (v.is_string())
    if (auto bytes = from_hex(v.get_ref<const std::string&>())) return *std::move(bytes);
  return wrong(v, "bytes as hex, two digits each");
}

Result<uint64_t> to_number(const json& v, uint64_t most) {
  std::string expected = "a number from 0 to " + std::to_string(most);
  uint64_t n = 0;
  if (v.is_number_unsigned()) {
    n = v.get<uint64_t>();
  } else if (v.is_string()) {
    const auto& text = v.get_ref<const std::string&>();
    const bool hex = text.starts_with("0x");
    const char* end = text.data() + text.size();
    auto [at, error] = std::from_chars(text.data() + (hex ? 2 : 0), end, n, hex ? 16 : 10);
    if (error != std::errc{} || at != end) return wrong(v, expected);
  } else {
    return wrong(v, expected);
  }
  if (n > most) return wrong(v, expected);
  return n;
}

Result<void> want_list(const json& v, std::string_view of) {
  if (!v.is_array()) return wrong(v, "a list of " + std::string(of));
  return {};
}

}  // namespace skep::judge
