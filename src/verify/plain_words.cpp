// SPDX-License-Identifier: Apache-2.0
#include "verify/plain_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace skep::verify {
namespace {

std::string bytes(uint64_t n) { return grouped_number(n) + (n == 1 ? " byte" : " bytes"); }

// ", byte 4", ", byte 4 + (0 to 255)"; nothing at the beginning.
std::string distance(const Reg& r) {
  const int64_t fixed = r.off + (r.var.is_constant() ? static_cast<int64_t>(r.var.value()) : 0);
  if (r.var.is_constant()) return fixed == 0 ? "" : fmt::format(", byte {}", grouped_number(fixed));
  if (fixed == 0) return fmt::format(", byte {}", plain_number(r.var));
  return fmt::format(", byte {} + ({})", grouped_number(fixed), plain_number(r.var));
}

std::string map_name(const Reg& r, const module::Module& module) {
  return r.object < module.maps.size() ? "`" + module.maps[r.object].name + "`" : "an inner map";
}

// Of a map that holds global variables: the one it points to.
const module::Variable* variable(const Reg& r, const module::Module& module) {
  if (r.object >= module.maps.size()) return nullptr;
  const int64_t at = r.off + (r.var.is_constant() ? static_cast<int64_t>(r.var.value()) : 0);
  for (const module::Variable& v : module.maps[r.object].variables)
    if (at >= v.offset && at < int64_t{v.offset} + v.size) return &v;
  return nullptr;
}

std::string map_value(const Reg& r, const module::Module& module) {
  const module::Variable* v = variable(r, module);
  if (v == nullptr) return "a pointer to a value of " + map_name(r, module) + distance(r);
  Reg inside = r;
  inside.off -= static_cast<int32_t>(v->offset);
  return "a pointer to `" + v->name + "`" + distance(inside);
}

std::string pointee(const Reg& r, const module::Module& module) {
  switch (r.kind) {
    case RegKind::ctx: return "the context" + distance(r);
    case RegKind::map: return "the map " + map_name(r, module);
    case RegKind::map_value: return map_value(r, module);
    case RegKind::map_key: return "a pointer to a key of " + map_name(r, module) + distance(r);
    case RegKind::stack: {
      if (!r.var.is_constant())
        return fmt::format("a pointer to the stack, r10 {:+} + ({})", r.off, plain_number(r.var));
      const int64_t off = r.off + static_cast<int64_t>(r.var.value());
      return off == 0 ? "the top of the stack"
                      : fmt::format("a pointer to the stack, r10 {} {}", off < 0 ? '-' : '+', off < 0 ? -off : off);
    }
    case RegKind::packet:
    case RegKind::packet_meta:
      return fmt::format("a pointer to the packet{}{}", r.is(RegKind::packet) ? "" : "'s metadata", distance(r)) +
             (r.extra > 0 ? fmt::format("; {} are known to be there", bytes(static_cast<uint64_t>(r.extra)))
                          : "; nothing is known of its length");
    case RegKind::packet_end: return "the packet's end";
    case RegKind::flow_keys: return "a pointer to the flow keys" + distance(r);
    case RegKind::socket:
    case RegKind::sock_common:
    case RegKind::tcp_sock:
    case RegKind::xdp_sock: return "a socket" + distance(r);
    case RegKind::tp_buffer:
    case RegKind::buf: return "a buffer" + distance(r);
    case RegKind::btf: return "a pointer to a kernel object" + distance(r);
    case RegKind::mem: return fmt::format("a pointer to {} of memory", bytes(r.object)) + distance(r);
    case RegKind::arena: return "a pointer into the arena";
    case RegKind::func: return "a function";
    case RegKind::dynptr: return "a dynptr";
    case RegKind::scalar:
    case RegKind::not_init: break;
  }
  return "nothing";
}

struct KindWords {
  RegKind kind;
  std::string_view plain;
};
constexpr KindWords kind_words[] = {
    {RegKind::scalar, "a number"},
    {RegKind::ctx, "the context"},
    {RegKind::map, "a map"},
    {RegKind::map_value, "a pointer to a map value"},
    {RegKind::map_key, "a pointer to a map key"},
    {RegKind::stack, "a pointer to the stack"},
    {RegKind::packet, "a pointer to the packet"},
    {RegKind::packet_meta, "a pointer to the packet's metadata"},
    {RegKind::packet_end, "the packet's end"},
    {RegKind::flow_keys, "a pointer to the flow keys"},
    {RegKind::socket, "a socket"},
    {RegKind::sock_common, "a socket"},
    {RegKind::tcp_sock, "a TCP socket"},
    {RegKind::xdp_sock, "an XDP socket"},
    {RegKind::tp_buffer, "a tracepoint's buffer"},
    {RegKind::btf, "a pointer to a kernel object"},
    {RegKind::mem, "a pointer to memory"},
    {RegKind::arena, "a pointer into the arena"},
    {RegKind::buf, "a pointer to a buffer"},
    {RegKind::func, "a function"},
    {RegKind::dynptr, "a dynptr"},
};

// Of one word of the log; empty where it is none. What stands behind "ptr_" is the structure's name.
std::string plain_kind(std::string_view word) {
  const auto taken = [&word](std::string_view begin) {
    const bool is = word.starts_with(begin);
    if (is) word.remove_prefix(begin.size());
    return is;
  };
  std::string_view how;
  while (true) {
    if (taken("rdonly_"))
      how = ", read-only";
    else if (taken("untrusted_"))
      how = ", of which nobody knows whether it still lives";
    else if (taken("ringbuf_"))
      how = " of a ring buffer";
    else if (!taken("trusted_") && !taken("rcu_") && !taken("user_") && !taken("percpu_"))
      break;
  }
  if (taken("ptr_")) {
    const std::string_view null = taken("or_null_") ? ", or null" : "";
    if (word.empty()) return fmt::format("a pointer to a kernel object{}{}", how, null);
    return fmt::format("a pointer to a struct {}{}{}", word, how, null);
  }
  const bool null = word.ends_with("_or_null");
  if (null) word.remove_suffix(std::string_view("_or_null").size());
  for (const KindWords& k : kind_words)
    if (kernel_text(RegType{k.kind, {}}) == word) return fmt::format("{}{}{}", k.plain, how, null ? ", or null" : "");
  return {};
}

}  // namespace

std::string plain_kinds(std::string_view words) {
  std::vector<std::string> kinds;
  for (std::string_view rest = words; !rest.empty();) {
    const std::size_t end = std::min(rest.find(", "), rest.size());
    std::string plain = plain_kind(rest.substr(0, end));
    if (plain.empty()) return std::string(words);
    if (std::ranges::find(kinds, plain) == kinds.end()) kinds.push_back(std::move(plain));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  std::string out;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    constexpr std::string_view pointer = "a pointer to ";
    std::string_view kind = kinds[i];
    if (i != 0 && kind.starts_with(pointer) && kinds[i - 1].starts_with(pointer)) kind.remove_prefix(pointer.size());
    out += fmt::format("{}{}", i == 0 ? "" : i + 1 == kinds.size() ? " or " : ", ", kind);
  }
  return out;
}

std::string grouped_number(uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string grouped_number(int64_t n) {
  return n < 0 ? "-" + grouped_number(uint64_t{0} - static_cast<uint64_t>(n))
               : grouped_number(static_cast<uint64_t>(n));
}

std::string plain_number(const Scalar& s) {
  if (s.is_constant()) return grouped_number(static_cast<int64_t>(s.value()));
  if (s.umin == 0 && s.umax == UINT32_MAX) return "any 32-bit number";
  if (s.smin == INT32_MIN && s.smax == INT32_MAX) return "any 32-bit number, negative ones included";
  if (s.smin == INT64_MIN && s.smax == INT64_MAX) {
    if (s.umin == 0 && s.umax == UINT64_MAX) return "any number";
    return fmt::format("{} to {}, unsigned", grouped_number(s.umin), grouped_number(s.umax));
  }
  if (s.smin == INT64_MIN) return fmt::format("any number up to {}", grouped_number(s.smax));
  if (s.smax == INT64_MAX) return fmt::format("{} or more", grouped_number(s.smin));
  return fmt::format("{} to {}", grouped_number(s.smin), grouped_number(s.smax));
}

std::string plain_text(const Reg& r, const module::Module& module) {
  if (r.kind == RegKind::not_init) return "nothing: no instruction wrote it";
  if (r.is_scalar()) return plain_number(r.var);
  return pointee(r, module) + (r.maybe_null() ? ", or null" : "");
}

}  // namespace skep::verify
