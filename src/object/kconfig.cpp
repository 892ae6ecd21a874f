// SPDX-License-Identifier: Apache-2.0
// The only file that includes zlib.
#include "object/kconfig.hpp"

#include <sys/utsname.h>
#include <zlib.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/file.hpp"
#include "object/errors.hpp"

namespace skep::object {
namespace {

constexpr std::size_t most_text = std::size_t{1} << 24;  // a real one is 200 KB

constexpr uint32_t version_code(unsigned major, unsigned minor, unsigned patch) {
  return major << 16 | minor << 8 | (patch > 255 ? 255 : patch);
}

// gzopen reads what is not compressed, too.
Result<std::string> read_text(const std::string& path) {
  TRY(open_input(path));  // says why it cannot be opened
  struct Close {
    void operator()(gzFile_s* f) const { ::gzclose(f); }
  };
  std::unique_ptr<gzFile_s, Close> file(::gzopen(path.c_str(), "rb"));
  std::string out;
  char chunk[65536];
  for (int n = 1; file && n > 0;) {
    n = ::gzread(file.get(), chunk, sizeof chunk);
    if (n > 0) out.append(chunk, static_cast<std::size_t>(n));
    if (n < 0 || out.size() > most_text) return fail(NotAKconfig{.path = path});
  }
  if (::gzclose_r(file.release()) != Z_OK) return fail(NotAKconfig{.path = path});  // it ends in the middle
  return out;
}

// Distributions give the release a number of their own and say elsewhere which Linux it is.
uint32_t running_version() {
  utsname u{};
  ::uname(&u);
  unsigned major = 0, minor = 0, patch = 0;
  if (auto signature = read_file("/proc/version_signature"))
    if (std::string text(as_text(*signature));
        std::sscanf(text.c_str(), "%*s %*s %u.%u.%u", &major, &minor, &patch) == 3)
      return version_code(major, minor, patch);
  if (const char* debian = std::strstr(u.version, "Debian "))
    if (std::sscanf(debian, "Debian %u.%u.%u", &major, &minor, &patch) == 3) return version_code(major, minor, patch);
  if (std::sscanf(u.release, "%u.%u.%u", &major, &minor, &patch) < 2) return 0;
  return version_code(major, minor, patch);
}

// What a type can take, in libbpf's classes.
enum class Takes : uint8_t { boolean, tristate, character, integer, text, nothing };
Takes takes(const btf::Btf& btf, const btf::Type& t) {
  if (t.kind == btf::Kind::int_) {
    btf::Int i = btf.int_of(t);
    if (i.is_bool) return t.size_or_type == 1 ? Takes::boolean : Takes::nothing;
    if (t.size_or_type > 8) return Takes::nothing;
    return t.size_or_type == 1 ? Takes::character : Takes::integer;
  }
  if (t.kind == btf::Kind::enum_ && t.size_or_type == 4 && t.name == "libbpf_tristate") return Takes::tristate;
  if (t.kind != btf::Kind::array || btf.array_of(t).count == 0) return Takes::nothing;
  return takes(btf, btf.resolve(btf.array_of(t).element)) == Takes::character ? Takes::text : Takes::nothing;
}
std::string_view words_for(Takes t) {
  switch (t) {
    case Takes::boolean: return "y or n";
    case Takes::tristate: return "y, m or n";
    case Takes::character: return "y, m, n or a number";
    case Takes::integer: return "a number";
    case Takes::text: return "text in quotes";
    case Takes::nothing: return "nothing";
  }
  std::unreachable();
}

Buffer bytes_of(uint64_t value, uint32_t size) {
  Buffer out(size);
  std::memcpy(out.data(), &value, std::min<std::size_t>(size, 8));
  return out;
}

// Decimal, hex or octal, as configurations have it; of negative ones the two's complement.
std::optional<uint64_t> number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = text.starts_with("0x") || text.starts_with("0X") ? 16 : text.starts_with('0') && text.size() > 1 ? 8 : 10;
  if (base == 16) text.remove_prefix(2);
  uint64_t value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return negative ? 0 - value : value;
}
bool fits(uint64_t value, uint32_t size, bool is_signed) {
  if (size >= 8) return true;
  const uint64_t limit = uint64_t{1} << (size * 8);
  return is_signed ? value + limit / 2 < limit : value < limit;
}

std::optional<Buffer> number_value(uint64_t value, Takes t, uint32_t size, bool is_signed) {
  if ((t != Takes::integer && t != Takes::character) || !fits(value, size, is_signed)) return std::nullopt;
  return bytes_of(value, size);
}

std::optional<Buffer> text_value(std::string_view quoted, Takes t, uint32_t size) {
  if (t != Takes::text || quoted.size() < 2 || !quoted.ends_with('"')) return std::nullopt;
  quoted = quoted.substr(1, std::min<std::size_t>(quoted.size() - 2, size - 1));
  Buffer out(size);
  std::memcpy(out.data(), quoted.data(), quoted.size());
  return out;
}

std::optional<Buffer> letter_value(char letter, Takes t, uint32_t size) {
  if (t == Takes::character) return bytes_of(static_cast<uint8_t>(letter), size);
  if (t == Takes::tristate) return bytes_of(letter == 'y' ? 1 : letter == 'm' ? 2 : 0, size);
  if (t == Takes::boolean && letter != 'm') return bytes_of(letter == 'y', size);
  return std::nullopt;
}

// Values that no configuration has: whether a feature is there, which it is from a version on; without one the version.
struct Virtual {
  std::string_view name;
  std::optional<uint32_t> since = {};
};
constexpr Virtual virtuals[] = {{"LINUX_KERNEL_VERSION"},
                                {"LINUX_HAS_BPF_COOKIE", version_code(5, 15, 0)},
                                {"LINUX_HAS_SYSCALL_WRAPPER", version_code(4, 17, 0)}};

std::optional<uint64_t> virtual_value(std::string_view name, uint32_t version) {
  for (const Virtual& v : virtuals)
    if (v.name == name) return v.since ? version >= *v.since : version;
  return std::nullopt;
}

}  // namespace

Kconfig parse_kconfig(std::string from, std::string_view text) {
  Kconfig out{.from = std::move(from), .values = {}, .version = 0};
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (auto equals = line.find('='); line.starts_with("CONFIG_") && equals != line.npos)
      out.values.emplace(line.substr(0, equals), line.substr(equals + 1));
    unsigned major = 0, minor = 0, patch = 0;  // "# Linux/x86 6.18.44 Kernel Configuration"
    if (out.version == 0 && line.starts_with("# Linux/") &&
        std::sscanf(std::string(line).c_str(), "# Linux/%*s %u.%u.%u", &major, &minor, &patch) >= 2)
      out.version = version_code(major, minor, patch);
  }
  return out;
}

std::vector<std::string> kconfig_names(const Kconfig& config) {
  std::vector<std::string> names;
  for (const Virtual& v : virtuals) names.emplace_back(v.name);
  for (const auto& [name, value] : config.values) names.push_back(name);
  return names;
}

KconfigSource kernel_config(std::string path) {
  return [path = std::move(path)]() -> Result<Kconfig> {
    if (!path.empty()) return parse_kconfig(path, TRY(read_text(path)));
    utsname u{};
    ::uname(&u);
    Kconfig out{
        .from = "the running kernel, which shows no configuration in /boot or /proc", .values = {}, .version = 0};
    for (const std::string& place : {"/boot/config-" + std::string(u.release), std::string("/proc/config.gz")})
      if (auto text = read_text(place)) {
        out = parse_kconfig(place, *text);
        break;
      }
    out.version = running_version();
    return out;
  };
}

Result<std::optional<Buffer>> kconfig_value(const Kconfig& config, std::string_view name, const btf::Btf& btf,
                                            btf::TypeId type) {
  const btf::Type t = btf.resolve(type);
  const Takes kind = takes(btf, t);
  const uint32_t size = btf.size_of(t.id).value_or(0);
  const bool is_signed = t.kind == btf::Kind::int_ && btf.int_of(t).is_signed;
  std::string found;
  std::optional<Buffer> value;
  if (auto known = virtual_value(name, config.version); known && config.version != 0) {
    found = std::to_string(*known);
    value =
        kind == Takes::boolean && *known <= 1 ? bytes_of(*known, size) : number_value(*known, kind, size, is_signed);
  } else {
    auto at = config.values.find(name);
    if (at == config.values.end()) return std::nullopt;
    found = at->second;
    if (found == "y" || found == "m" || found == "n")
      value = letter_value(found[0], kind, size);
    else if (found.starts_with('"'))
      value = text_value(found, kind, size);
    else if (auto n = number(found))
      value = number_value(*n, kind, size, is_signed);
  }
  if (value) return value;
  return fail(KconfigValue{.found = found, .from = config.from, .type = btf.spelled(type), .wanted = words_for(kind)});
}

}  // namespace skep::object
