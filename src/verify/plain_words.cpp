// SPDX-License-Identifier: Apache-2.0
#include "verify/plain_words.hpp"

#include <fmt/format.h>

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

}  // namespace

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
