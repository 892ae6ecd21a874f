// SPDX-License-Identifier: Apache-2.0
#include "btf/c_dump.hpp"

#include "btf/bits.hpp"
#include "btf/c_writer.hpp"

namespace skep::btf {

static constexpr std::string_view header_begin = R"(#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

#ifdef __has_attribute
#if __has_attribute(btf_type_tag)
#define __skep_type_tag(tag) __attribute__((btf_type_tag(tag)))
#endif
#endif
#ifndef __skep_type_tag
#define __skep_type_tag(tag)
#endif

)";
static constexpr std::string_view header_end = R"(#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* __VMLINUX_H__ */
)";

Result<std::string> c_header(const Btf& btf) {
  CWriter out(btf, Dialect::bpf, "");
  out.text(header_begin);
  for (TypeId id = btf.first_id(); id < btf.count(); ++id) {
    Type t = btf.type(id);
    bool named = (is_record(t) || is_enum(t)) && !t.name.empty();
    if (named) out.visit(id, CWriter::Use::by_value);
    if (t.kind == Kind::typedef_ || t.kind == Kind::fwd) out.visit(id, CWriter::Use::by_name);
    TRY_VOID(out.check(id));
  }
  out.left_over_enums(btf.first_id());
  TRY_VOID(out.check(btf.count() - 1));
  out.text(header_end);
  return out.take();
}

static Dialect dialect_of(const CDefinitions& options) {
  return options.keywords == Keywords::c ? Dialect::host_c : Dialect::host;
}

Result<std::string> c_definitions(const Btf& btf, std::span<const TypeId> roots, const CDefinitions& options) {
  CWriter out(btf, dialect_of(options), options.prefix);
  for (TypeId id : roots) {
    if (Type t = btf.type(id); t.kind == Kind::datasec)
      for (SectionVar v : btf.section_vars(t)) out.visit(v.type, CWriter::Use::by_value);
    else
      out.visit(id, CWriter::Use::by_value);
    TRY_VOID(out.check(id));
  }
  return out.take();
}

Result<std::string> c_declaration(const Btf& btf, TypeId id, std::string_view name, const CDefinitions& options) {
  CWriter out(btf, dialect_of(options), options.prefix);
  if (options.defined == CDefinitions::Defined::elsewhere) out.leave_typedefs_alone();
  out.visit(id, CWriter::Use::by_value);
  (void)out.take();  // what stands before it is c_definitions' to write
  out.declare(id, std::string(name));
  TRY_VOID(out.check(id));
  return out.take();
}

Result<std::string> c_section(const Btf& btf, std::span<const CVariable> variables, std::string_view tag,
                              const CDefinitions& options) {
  CWriter out(btf, dialect_of(options), options.prefix);
  if (options.defined == CDefinitions::Defined::elsewhere) out.leave_typedefs_alone();
  for (const CVariable& v : variables) out.visit(v.type, CWriter::Use::by_value);
  (void)out.take();
  out.section(variables, tag);
  TRY_VOID(out.check(variables.empty() ? 0 : variables.front().type));
  return out.take();
}

std::string c_identifier(std::string_view name, Keywords keywords) {
  return identifier(name, keywords == Keywords::c ? Dialect::host_c : Dialect::host);
}

}  // namespace skep::btf
