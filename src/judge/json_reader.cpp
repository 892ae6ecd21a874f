// SPDX-License-Identifier: Apache-2.0
#include "judge/json_reader.hpp"

#include <charconv>

namespace skep::judge {
namespace {

// Asked only about text that is no JSON: where it stops being so.
struct FirstError final : nlohmann::json_sax<json> {
  std::size_t byte = 0;
  std::string why;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception& e) override {
    byte = at;
    why = e.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while …": ours says the place.
    if (auto words = why.find(": "); words != why.npos) why.erase(0, words + 2);
    return false;
  }
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

Result<json> parse_json(std::string_view text) {
  json v = json::parse(text.begin(), text.end(), nullptr, false);
  if (!v.is_discarded()) return v;
  FirstError first;
  json::sax_parse(text.begin(), text.end(), &first);
  return fail(NotJson{.byte = first.byte, .why = first.why});
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
