// SPDX-License-Identifier: Apache-2.0
#include "verify/reg.hpp"

#include <fmt/format.h>

#include <array>

namespace skep::verify {

std::string_view kernel_structure(RegKind k) {
  if (k == RegKind::socket) return "sock";
  if (k == RegKind::sock_common) return "sock_common";
  if (k == RegKind::tcp_sock) return "tcp_sock";
  return k == RegKind::map ? "bpf_map" : "";
}

bool is_trusted(const Reg& r) {
  if (r.ref != 0) return true;
  return (r.flags.any(trusting) || !kernel_structure(r.kind).empty()) && !has_unsafe_flags(r);
}

std::string kernel_text(RegType t) {
  static constexpr std::array words = {
#define X(name, text) std::string_view(text),
      SKEP_REG_KINDS(X)
#undef X
  };
  static constexpr struct {
    RegFlag flag;
    std::string_view text;
  } prefixes[] = {
#define X(name, bit, text) {RegFlag::name, text},
      SKEP_REG_FLAGS(X)
#undef X
  };
  std::string out;
  for (const auto& p : prefixes)
    if (t.flags.has(p.flag)) out += p.text;
  out += words[static_cast<std::size_t>(t.kind)];
  if (t.flags.has(RegFlag::maybe_null)) out += t.kind == RegKind::btf ? "or_null_" : "_or_null";
  return out;
}

std::string kernel_tnum(const Tnum& t) { return fmt::format("({:#x}; {:#x})", t.value, t.mask); }

std::string kernel_text(const Reg& r) {
  if (r.kind == RegKind::not_init) return "";
  if (r.is_scalar()) {
    if (r.is_constant()) return (r.precise ? "P" : "") + kernel_text(r.var);
    std::string in = r.id != 0 ? "id=" + std::to_string(r.id & ~id_adds) : "";
    if ((r.id & id_adds) != 0) in += (r.off < 0 ? "" : "+") + std::to_string(r.off);
    const std::string ranges = kernel_ranges(r.var);
    if (!in.empty() && !ranges.empty()) in += ",";
    return (r.precise ? "Pscalar(" : "scalar(") + in + ranges + ")";
  }
  std::string in;
  auto add = [&](std::string_view name, int64_t v) {
    in += (in.empty() ? "" : ",") + std::string(name) + "=" + std::to_string(v);
  };
  if (r.id != 0) add("id", r.id & ~id_adds);
  if (r.ref != 0) add("ref_obj_id", r.ref);
  if (r.is_packet()) {
    if (r.off != 0) add("off", r.off);
    add("r", r.extra);
  } else if (r.off != 0 && !r.is(RegKind::stack)) {
    add("off", r.off);
  }
  if (const std::string ranges = kernel_ranges(r.var); !r.var.is_constant() && !ranges.empty())
    in += (in.empty() ? "" : ",") + ranges;
  std::string out = kernel_text(r.type());
  if (r.is(RegKind::stack) && r.var.is_constant())
    return out + std::to_string(r.off + static_cast<int64_t>(r.var.value()));
  return out + "(" + in + ")";
}

}  // namespace skep::verify
