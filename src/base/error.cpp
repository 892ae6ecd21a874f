// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <cstring>

namespace skep {

std::string errno_text(int err) {
  constexpr int enotsupp = 524;  // Linux's own, which C does not know
  if (err == enotsupp) return "operation not supported (ENOTSUPP)";
  const char *words = strerrordesc_np(err), *name = strerrorname_np(err);
  if (words == nullptr || name == nullptr) return "errno " + std::to_string(err);
  std::string text = words;
  if (text.size() > 1 && text[1] >= 'a') text[0] = static_cast<char>(text[0] | 0x20);  // "RFS specific error" stays
  return text + " (" + name + ")";
}

// "1 bytes" is "1 byte": where a 1 was filled in, what it counts is one.
static std::size_t plural_ending(std::string_view rest) {
  for (std::string_view noun :
       {" bytes", " entries", " packets", " instructions", " lanes", " types", " CO-RE relocations"})
    if (rest.starts_with(noun)) return noun.size() - 1;
  return 0;
}

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
    for (const Field& f : fields)
      if (const auto* n = std::get_if<int64_t>(&f.value); f.name == name && n != nullptr && *n == 1)
        if (const std::size_t noun = plural_ending(text.substr(i)); noun != 0) {
          const bool y = text.substr(i, noun + 1).ends_with("ies");
          (out += text.substr(i, y ? noun - 2 : noun)) += y ? "y" : "";
          i += noun + 1;
        }
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
// Linux writes registers as R3, instructions as numbers.
static Value as_in_log(const Value& v) {
  const auto* text = std::get_if<std::string>(&v);
  if (text == nullptr) return v;
  auto number = [](std::string_view s) {
    return !s.empty() && s.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (text->starts_with('r') && number(std::string_view(*text).substr(1))) return "R" + text->substr(1);
  if (text->starts_with("insn ") && number(std::string_view(*text).substr(5))) return text->substr(5);
  return v;
}

std::string Error::kernel() const {
  std::vector<Field> in_log = fields();
  for (Field& f : in_log) f.value = as_in_log(f.value);
  return words(row().kernel, in_log) + (body_->log_goes_on.empty() ? "" : "\n" + body_->log_goes_on);
}

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
