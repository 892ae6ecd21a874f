// SPDX-License-Identifier: Apache-2.0
#include "verify/source_words.hpp"

#include <algorithm>

namespace skep::verify {
namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

// The word that ends before `end`.
std::string_view word_before(std::string_view line, std::size_t end) {
  while (end > 0 && is_blank(line[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_word(line[begin - 1])) --begin;
  const std::string_view word = line.substr(begin, end - begin);
  return word.empty() || (word[0] >= '0' && word[0] <= '9') ? std::string_view() : word;
}

}  // namespace

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return line;
}

std::string_view indentation(std::string_view line) {
  return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
}

bool is_name(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_word(text[i]) || text[i] == '.') continue;
    if (text[i] != '-' || i + 1 == text.size() || text[i + 1] != '>') return false;
    ++i;
  }
  return true;
}

std::string assigned_name(std::string_view line) {
  for (std::size_t at = line.find('='); at != line.npos; at = line.find('=', at + 1)) {
    if (at + 1 < line.size() && line[at + 1] == '=') {
      ++at;
      continue;
    }
    if (at == 0 || std::string_view("=!<>+-*/%&|^").find(line[at - 1]) != std::string_view::npos) continue;
    const std::string_view name = word_before(line, at);
    if (name.empty()) continue;
    const std::size_t begin = static_cast<std::size_t>(name.data() - line.data());
    const bool member = begin > 0 && (line[begin - 1] == '.' || line[begin - 1] == '>');
    return member ? std::string() : std::string(name);
  }
  return {};
}

static std::size_t find_word(std::string_view line, std::string_view word, std::size_t from = 0) {
  for (std::size_t at = line.find(word, from); at != line.npos; at = line.find(word, at + 1))
    if ((at == 0 || !is_word(line[at - 1])) && (at + word.size() == line.size() || !is_word(line[at + word.size()])))
      return at;
  return line.npos;
}

bool has_word(std::string_view line, std::string_view word) { return find_word(line, word) != line.npos; }

std::string name_of_member(std::string_view line, std::string_view member) {
  for (std::size_t at = find_word(line, member); at != line.npos; at = find_word(line, member, at + 1)) {
    if (at < 2 || line.substr(at - 2, 2) != "->") continue;
    const std::size_t assigned = line.rfind('=', at);
    if (assigned != line.npos) return std::string(word_before(line, assigned));
  }
  return {};
}

bool declares_unsigned(std::string_view line, std::string_view variable) {
  constexpr std::string_view types[] = {"__u64", "__u32",    "__u16",    "__u8",     "u64",     "u32",      "u16",
                                        "u8",    "uint64_t", "uint32_t", "uint16_t", "uint8_t", "unsigned", "size_t"};
  line = trimmed(line);
  const std::string_view type = line.substr(0, line.find_first_of(" \t"));
  return std::ranges::find(types, type) != std::end(types) && has_word(line.substr(type.size()), variable);
}

std::vector<std::string> arguments_of(std::string_view line, std::string_view function) {
  std::vector<std::string> out;
  const std::size_t at = line.find(function);
  if (at == line.npos) return out;
  std::size_t i = line.find('(', at);
  if (i == line.npos) return out;
  std::size_t depth = 0, begin = i + 1;
  for (; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if ((c == ',' && depth == 1) || depth == 0) {
      out.emplace_back(trimmed(line.substr(begin, i - begin)));
      begin = i + 1;
    }
    if (depth == 0) return out;
  }
  return {};  // it goes on in the next line
}

std::string index_of(std::string_view line) {
  std::string found;
  for (std::size_t at = line.find('['); at != line.npos; at = line.find('[', at + 1)) {
    const std::size_t end = line.find(']', at);
    if (end == line.npos) break;
    if (const std::string_view inside = trimmed(line.substr(at + 1, end - at - 1)); is_name(inside)) found = inside;
  }
  return found;
}

std::string dereferenced_name(std::string_view line) {
  std::string found;
  auto add = [&](std::string_view name) {
    if (name.empty() || name == found) return true;
    if (!found.empty()) return false;
    found = name;
    return true;
  };
  for (std::size_t at = line.find("->"); at != line.npos; at = line.find("->", at + 2)) {
    const std::string_view name = word_before(line, at);
    if (name.empty()) continue;  // what an expression in brackets gives
    const std::size_t begin = static_cast<std::size_t>(name.data() - line.data());
    if (begin > 0 && (line[begin - 1] == '.' || line[begin - 1] == '>')) continue;
    if (!add(name)) return {};
  }
  for (std::size_t at = line.find('*'); at != line.npos; at = line.find('*', at + 1)) {
    std::size_t before = at;
    while (before > 0 && is_blank(line[before - 1])) --before;
    if (before > 0 && (is_word(line[before - 1]) || line[before - 1] == ')' || line[before - 1] == ']')) continue;
    std::size_t end = at + 1;
    while (end < line.size() && is_word(line[end])) ++end;
    if (!add(word_before(line.substr(0, end), end))) return {};
  }
  return found;
}

}  // namespace skep::verify
