// SPDX-License-Identifier: Apache-2.0
#include "object/handlers.hpp"

#include <algorithm>

#include "base/suggest.hpp"
#include "object/errors.hpp"

namespace skep::object {
namespace {

constexpr std::string_view tag_begin = "exception_callback:";

bool is_static(const Function& f) { return f.binding == SymbolBinding::local; }

bool is_global_function(const btf::Btf& types, const btf::Type& t) {
  return t.kind == btf::Kind::func && types.linkage_of(t) == btf::Linkage::global;
}

}  // namespace

Result<Handlers> Handlers::read(const Object& object, const Types& types, const Code& code) {
  Handlers out;
  out.object_ = &object;
  out.code_ = &code;
  const uint32_t text = object.find_section(".text");
  for (const auto& [place, f] : code.functions())
    if (f.section == text)
      if (auto [at, is_new] = out.in_text_.emplace(f.name, &f); !is_new && is_static(*at->second)) at->second = &f;
  if (!types.btf()) return out;
  const btf::Btf& btf = *types.btf();
  for (btf::TypeId id = btf.first_id(); id < btf.count(); ++id) {
    if (btf.kind_number(id) != static_cast<uint32_t>(btf::Kind::decl_tag)) continue;
    const btf::Type tag = btf.type(id);
    if (!tag.name.starts_with(tag_begin) || btf.tagged_component(tag) != -1) continue;
    const btf::Type tagged = btf.type(tag.size_or_type);
    const std::string_view handler = tag.name.substr(tag_begin.size());
    if (!is_global_function(btf, tagged))
      return fail(HandlerOfNoProgram{.tagged = std::string(tagged.name), .handler = std::string(handler)});
    out.tags_.emplace(tagged.id, handler);
  }
  return out;
}

Result<const Function*> Handlers::named(std::string_view handler) const {
  if (handler.empty()) return fail(HandlerUnnamed{});
  const auto at = in_text_.find(handler);
  if (at != in_text_.end()) {
    const Function& f = *at->second;
    if (!is_static(f) && !f.is_hidden) return &f;
    return fail(HandlerUnseen{.name = std::string(handler), .how = is_static(f) ? "static" : "hidden"});
  }
  for (const auto& [place, f] : code_->functions())
    if (f.name == handler)
      return fail(
          HandlerElsewhere{.name = std::string(handler), .section = std::string(object_->sections()[f.section].name)});
  std::vector<std::string> known;
  for (const auto& [name, f] : in_text_)
    if (!is_static(*f) && !f->is_hidden) known.emplace_back(name);
  return fail(
      NoHandler{.name = std::string(handler), .known = listed(known, 12), .suggestion = did_you_mean(handler, known)});
}

Result<const Function*> Handlers::of(btf::TypeId program) const {
  const auto [begin, end] = tags_.equal_range(program);
  if (program == 0 || std::distance(begin, end) != 1) return nullptr;
  return named(begin->second);
}

}  // namespace skep::object
