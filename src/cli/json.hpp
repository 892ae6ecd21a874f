// SPDX-License-Identifier: Apache-2.0
// JSON: documents written in the order they are told, and read as Datum, the form typed values have.
//
//     Json j;
//     j.object([&] { j.key("v").number(1).key("maps").list([&] { … }); });
//     fwrite(j.text()…);
//
// What is written is one line of valid UTF-8: bytes that are none become U+FFFD. Integers are written whole (a
// 64-bit counter is a number, not a string). What is read may be hostile: at most 64 levels deep, no name twice.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "btf/datum.hpp"

namespace skep::cli {

class Json {
 public:
  template <class Members>
  Json& object(Members members) {
    return nested('{', '}', members);
  }
  template <class Elements>
  Json& list(Elements elements) {
    return nested('[', ']', elements);
  }
  Json& key(std::string_view name);
  Json& string(std::string_view s);
  Json& number(std::integral auto n) { return raw(std::to_string(n)); }
  Json& real(double n);
  Json& boolean(bool b) { return raw(b ? "true" : "false"); }
  Json& null() { return raw("null"); }
  Json& datum(const btf::Datum& d);
  Json& document(std::string_view json) { return raw(json); }  // JSON already

  const std::string& text() const { return out_; }

 private:
  template <class Inside>
  Json& nested(char open, char close, Inside& inside) {
    comma();
    out_ += open;
    first_ = true;
    inside();
    out_ += close;
    first_ = false;
    return *this;
  }
  Json& raw(std::string_view s);
  void quoted(std::string_view s);
  void comma();

  std::string out_;
  bool first_ = true;
};

Result<btf::Datum> parse_json(std::string_view text);

// {"error":{"code","message","place","hint"}}
std::string error_document(const Error& e);

}  // namespace skep::cli
