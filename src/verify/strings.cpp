// SPDX-License-Identifier: Apache-2.0
// Strings that must be constants: they lie in a map that nobody can write any more, so the verifier reads them.
#include <algorithm>

#include "verify/object_errors.hpp"
#include "verify/walk.hpp"

namespace skep::verify {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_print(char c) { return c >= ' ' && c <= '~'; }
bool is_punct(char c) { return is_print(c) && c != ' ' && !is_digit(c) && !is_letter(c); }
bool ends_word(char c) { return c == 0 || is_space(c) || is_punct(c); }

// The format of bpf_snprintf and its kin: printf's without floating point, and the kernel's %p in some of its forms.
class Format {
 public:
  explicit Format(std::string_view text) : text_(text) {}

  // How many arguments it takes; nothing: it is no such format, or takes more than that.
  std::optional<std::size_t> arguments(std::size_t most) {
    std::size_t taken = 0;
    for (; at_ < text_.size(); ++at_) {
      if (!is_print(text_[at_]) && !is_space(text_[at_])) return std::nullopt;
      if (text_[at_] != '%') continue;
      if (next(1) == '%') {
        ++at_;
        continue;
      }
      if (taken >= most || !conversion()) return std::nullopt;
      ++taken;
    }
    return taken;
  }

 private:
  char next(std::size_t by) const { return at_ + by < text_.size() ? text_[at_ + by] : '\0'; }

  // Stops at the conversion's last character.
  bool conversion() {
    ++at_;
    while (next(0) == '0' || next(0) == '+' || next(0) == '-' || next(0) == ' ') ++at_;
    if (next(0) >= '1' && next(0) <= '9')
      while (is_digit(next(0))) ++at_;
    if (next(0) == 'p') return pointer();
    if (next(0) == 's') return ends_word(next(1));
    if (next(0) == 'c') return true;
    for (int l = 0; l < 2 && next(0) == 'l'; ++l) ++at_;
    return std::string_view("diuxX").find(next(0)) != std::string_view::npos && next(0) != 0;
  }

  bool pointer() {
    const char how = next(1);
    if ((how == 'k' || how == 'u') && next(2) == 's') {
      at_ += 2;
      return ends_word(next(1));
    }
    if (ends_word(how)) return true;
    if (std::string_view("KxsSB").find(how) != std::string_view::npos) {
      ++at_;
      return true;
    }
    if ((how != 'i' && how != 'I') || (next(2) != '4' && next(2) != '6')) return false;
    at_ += 2;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<void> Walk::string_argument(unsigned regno) {
  const Reg r = reg(regno);
  const module::MapDef& map = *maps_[r.object].def;
  const bool constant = (map.flags & facts::map_flag::rdonly_prog) != 0 && map.frozen == module::Frozen::yes;
  if (!constant) return fail(StringWritable{.r = to_reg(regno)});
  if (!r.var.is_constant()) return fail(StringSomewhere{.r = to_reg(regno)});
  if (maps_[r.object].row->rare.direct != facts::DirectAddress::one_value)
    return fail(StringNoAddress{.r = to_reg(regno)});
  TRY_VOID(within_map_value(regno, r.off, map.value_size - static_cast<uint64_t>(static_cast<int64_t>(r.off)),
                            Zero::refused, Direct::no));
  const std::string all = TRY(constant_string(r));
  if (all.find('\0') == std::string::npos) return fail(StringEndless{.r = to_reg(regno)});
  return {};
}

// From where it points to the end of the value.
Result<std::string> Walk::constant_string(const Reg& r) const {
  const module::MapDef& map = *maps_[r.object].def;
  std::string value(map.value_size, '\0');
  if (!map.initial.empty()) {
    const Buffer& b = map.initial[0].value;
    std::copy_n(b.begin(), std::min<std::size_t>(b.size(), value.size()), value.begin());
  }
  const auto at = static_cast<std::size_t>(r.off + static_cast<int64_t>(r.constant()));
  return at < value.size() ? value.substr(at) : std::string();
}

// bpf_snprintf: the format is known, so the number of its arguments is checked.
Result<void> Walk::check_format(Call&) {
  const Reg &format = reg(3), &size = reg(5);
  if (size.constant() % 8 != 0) return fail(FormatSize{.size = size.constant()});
  std::string text = TRY(constant_string(format));
  text.resize(std::min(text.size(), text.find('\0')));
  if (!Format(text).arguments(size.constant() / 8)) return fail(FormatInvalid{.format = text});
  return {};
}

}  // namespace skep::verify
