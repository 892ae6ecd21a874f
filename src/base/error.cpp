// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

namespace skep {

static std::string words(std::string_view text, const std::vector<Field>& fields) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '{') {
      out += text[i++];
      continue;
    }
    auto end = text.find('}', i);
    auto name = text.substr(i + 1, end - i - 1);
    for (const Field& f : fields)
      if (f.name == name)
        out += std::holds_alternative<int64_t>(f.value) ? std::to_string(std::get<int64_t>(f.value))
                                                        : std::get<std::string>(f.value);
    i = end + 1;
  }
  return out;
}

std::string Error::place() const {
  std::string out;
  for (auto p = body_->places.rbegin(); p != body_->places.rend(); ++p) {
    if (!out.empty()) out += ": ";
    out += *p;
  }
  return out;
}

std::string Error::message() const { return words(row().message, fields()); }
std::string Error::hint() const { return words(row().hint, fields()); }

std::string Error::text() const {
  std::string out = place();
  if (!out.empty()) out += ": ";
  out += message();
  if (auto h = hint(); !h.empty()) {
    out += out.ends_with('.') || out.ends_with('?') ? " " : ". ";
    out += h;
  }
  return out;
}

}  // namespace skep
