// SPDX-License-Identifier: Apache-2.0
// %[0+- ][width] and one of d i u x X with l and ll before them, c, s, and pointers:
//   %p %px %pK %ps %pS %pB   the address, 16 digits (Linux hides or names it; here there is nothing to hide or name)
//   %pks %pus                a string, like %s
//   %pi4 %pI4 %pi6 %pI6      the 4 or 16 bytes there as an address; i: with leading zeros or without colons
// Linux reads the format twice, first to check it and copy what arguments point to into 512 bytes, then to print. So
// a format is refused as a whole, and letters and digits that follow a pointer conversion are swallowed.
// Memory is read through the kernel, because a program may pass any number as an address: what cannot be read is an
// empty string, or zeros.
#include "helpers/format.hpp"

#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>

namespace skep::helpers {
namespace {

constexpr std::size_t most_text = 1023, argument_space = 512, page = 4096;
constexpr unsigned most_width = (1U << 23) - 1;

bool one_of(char c, std::string_view set) { return c != 0 && set.find(c) != set.npos; }
// Linux's character classes: ASCII, and Latin-1 where that has spaces and punctuation.
bool alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0'; }
bool punctuation(char c) {
  auto u = static_cast<uint8_t>(c);
  return (c > ' ' && c <= '~' && !alphanumeric(c)) || (u > 0xa0 && u < 0xc0) || u == 0xd7 || u == 0xf7;
}
bool ends_conversion(char c) { return c == 0 || space(c) || punctuation(c); }
bool text_character(char c) { return (c >= ' ' && c <= '~') || space(c) || static_cast<uint8_t>(c) >= 0x80; }

std::size_t read_once(uint64_t address, MutableBytes into) {
  iovec to{into.data(), into.size()}, from{reinterpret_cast<void*>(address), into.size()};
  ssize_t n = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
  return n < 0 ? 0 : static_cast<std::size_t>(n);
}

// The string at an address, at most `most` characters; a page at a time, because the next one may not be there.
std::string string_at(uint64_t address, std::size_t most) {
  std::string text;
  std::array<uint8_t, argument_space> part;
  while (text.size() < most) {
    std::size_t wanted = std::min({most - text.size(), part.size(), static_cast<std::size_t>(page - address % page)});
    if (read_once(address, MutableBytes(part).first(wanted)) != wanted) return {};
    auto got = as_text(Bytes(part).first(wanted));
    text += got.substr(0, got.find('\0'));
    if (got.find('\0') != got.npos) break;
    address += wanted;
  }
  return text;
}

std::string ip_at(uint64_t address, char kind, char version) {
  std::array<uint8_t, 16> b{};
  read_once(address, MutableBytes(b).first(version == '4' ? 4 : 16));
  bool plain = kind == 'i';
  if (version == '4')
    return plain ? fmt::format("{:03}.{:03}.{:03}.{:03}", b[0], b[1], b[2], b[3])
                 : fmt::format("{}.{}.{}.{}", b[0], b[1], b[2], b[3]);
  std::string text;
  for (std::size_t i = 0; i < 16; i += 2)
    text += fmt::format("{}{:02x}{:02x}", plain || i == 0 ? "" : ":", b[i], b[i + 1]);
  return text;
}

class Formatter {
 public:
  Formatter(std::string_view format, std::span<const uint64_t> arguments) : rest_(format), arguments_(arguments) {}

  std::expected<Formatted, int> all() {
    for (char c : rest_)
      if (!text_character(c)) return std::unexpected(-EINVAL);
    while (!rest_.empty()) {
      if (rest_[0] != '%') {
        put(rest_.substr(0, 1));
        rest_.remove_prefix(1);
      } else if (int err = conversion(); err != 0) {
        return std::unexpected(err);
      }
    }
    return Formatted{.text = text_.substr(0, most_text), .length = length_};
  }

 private:
  char at(std::size_t i) const { return i < rest_.size() ? rest_[i] : '\0'; }

  void put(std::string_view s) {
    length_ += static_cast<uint32_t>(s.size());
    if (text_.size() < most_text) text_ += s.substr(0, most_text);
  }
  void put_padded(std::string_view s) {
    std::size_t padding = width_ > s.size() ? width_ - s.size() : 0;
    if (flags_.find('-') == flags_.npos) put_spaces(padding);
    put(s);
    if (flags_.find('-') != flags_.npos) put_spaces(padding);
  }
  void put_spaces(std::size_t n) {
    length_ += static_cast<uint32_t>(n);
    text_.append(std::min(n, most_text), ' ');
  }

  // Linux copies numbers and strings into one small space; ENOSPC where it is full.
  bool take_space(std::size_t size, std::size_t alignment) {
    used_ = round_up(used_, alignment);
    if (argument_space - std::min(used_, argument_space) < size) return false;
    used_ += size;
    return true;
  }

  int conversion();
  int pointer(uint64_t value);
  int string(uint64_t address);
  int number(uint64_t value);

  std::string_view rest_;
  std::span<const uint64_t> arguments_;
  std::string text_;
  uint32_t length_ = 0;
  std::size_t used_ = 0;
  std::string flags_;  // of the conversion at hand
  std::size_t width_ = 0;
};

int Formatter::conversion() {
  rest_.remove_prefix(1);
  if (at(0) == '%') {
    put("%");
    rest_.remove_prefix(1);
    return 0;
  }
  if (arguments_.empty()) return -EINVAL;
  uint64_t value = arguments_.front();
  arguments_ = arguments_.subspan(1);
  flags_.clear();
  width_ = 0;
  for (; one_of(at(0), "0+- "); rest_.remove_prefix(1)) flags_ += at(0);
  for (; one_of(at(0), "0123456789"); rest_.remove_prefix(1))
    width_ = std::min<std::size_t>(width_ * 10 + static_cast<std::size_t>(at(0) - '0'), most_width);

  char kind = at(0);
  if (kind == 'p') return pointer(value);
  if (kind == 's') {
    if (!ends_conversion(at(1))) return -EINVAL;
    rest_.remove_prefix(1);
    return string(value);
  }
  if (kind == 'c') {
    rest_.remove_prefix(1);
    if (!take_space(1, 1)) return -ENOSPC;
    char c = static_cast<char>(value);
    put_padded({&c, 1});
    return 0;
  }
  return number(value);
}

int Formatter::pointer(uint64_t value) {
  char a = at(1), b = at(2);
  bool is_string = one_of(a, "ku") && b == 's' && ends_conversion(at(3)), is_ip = one_of(a, "iI") && one_of(b, "46");
  if (a == 'B' || is_string || is_ip) width_ = 0;  // printed before Linux looks at the width
  int err = 0;
  if (is_string) {
    err = string(value);
  } else if (is_ip) {
    std::string address = ip_at(value, a, b);
    if (!take_space(address.size() + 1, 1)) return -ENOSPC;
    put_padded(address);
  } else if (ends_conversion(a) || one_of(a, "KxsSB")) {
    if (!take_space(8, 4)) return -ENOSPC;
    put_padded(one_of(a, "sSB") ? fmt::format("{:#x}", value) : fmt::format("{:016x}", value));
  } else {
    return -EINVAL;
  }
  rest_.remove_prefix(1);
  while (alphanumeric(at(0))) rest_.remove_prefix(1);
  return err;
}

int Formatter::string(uint64_t address) {
  if (used_ >= argument_space) return -ENOSPC;
  std::string s = string_at(address, argument_space - used_ - 1);
  take_space(s.size() + 1, 1);
  put_padded(s);
  return 0;
}

int Formatter::number(uint64_t value) {
  unsigned longs = 0;
  for (; longs < 2 && at(0) == 'l'; rest_.remove_prefix(1)) ++longs;
  char kind = at(0);
  if (!one_of(kind, "diuxX")) return -EINVAL;
  rest_.remove_prefix(1);
  if (!take_space(longs == 0 ? 4 : 8, 4)) return -ENOSPC;
  bool is_signed = kind == 'd' || kind == 'i';
  if (longs == 0)
    value = is_signed ? static_cast<uint64_t>(int64_t{static_cast<int32_t>(value)}) : static_cast<uint32_t>(value);
  std::string spec = "%" + flags_ + "*ll" + kind;
  std::array<char, most_text + 1> out;
  int n = std::snprintf(out.data(), out.size(), spec.c_str(), static_cast<int>(width_), value);
  auto length = static_cast<uint32_t>(std::max(n, 0));
  put(std::string_view(out.data(), std::min<std::size_t>(length, most_text)));
  length_ += length - std::min<uint32_t>(length, most_text);
  return 0;
}

}  // namespace

std::expected<Formatted, int> format(Bytes format, std::span<const uint64_t> arguments) {
  std::string_view text = as_text(format);
  std::size_t end = text.find('\0');
  if (end == text.npos) return std::unexpected(-EINVAL);
  return Formatter{text.substr(0, end), arguments}.all();
}

}  // namespace skep::helpers
