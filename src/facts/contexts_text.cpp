// SPDX-License-Identifier: Apache-2.0
// Why an access to a context is refused, as a sentence.
#include <fmt/format.h>

#include <utility>

#include "base/suggest.hpp"
#include "facts/contexts.hpp"

namespace skep::facts {
namespace {

// "mark (4 bytes at 8)", "remote_ip6 (4 times 4 bytes at 100)"
std::string place(const ContextField& f) {
  const std::string size =
      f.count == 1 ? fmt::format("{} bytes", f.size) : fmt::format("{} times {} bytes", f.count, f.size);
  return fmt::format("{} ({} at {})", f.name, size, f.offset);
}

// "4", "1, 2 or 4"
std::string widths(const ContextField& f, Access access) {
  const bool parts = access != Access::write && f.shape != Shape::whole && f.shape != Shape::pointer;
  std::vector<std::string> all;
  for (unsigned bytes : {1U, 2U, 4U, 8U})
    if (bytes == f.size || bytes == f.rare.also || (parts && bytes < f.size && bytes >= f.rare.least))
      all.push_back(std::to_string(bytes));
  const std::string last = all.back();
  all.pop_back();
  return all.empty() ? last : fmt::format("{} or {}", fmt::join(all, ", "), last);
}

std::string loaded_as(const AttachTypes& at) {
  std::vector<std::string> all;
  for (const AttachTypeRow& r : attach_types)
    if (at.has(r.id)) all.emplace_back(r.name);
  return listed(all, all.size());
}

// Whose structure it is, and who may not.
struct Asked {
  const Layout& layout;
  std::string type, thing, by;
};

std::string say(const AccessRefusal& r, const Asked& a, unsigned size) {
  const ContextField* f = r.field;
  const bool writes = r.access == Access::write;
  switch (r.why) {
    case NoAccess::outside: return fmt::format("{} ends after {} bytes", a.thing, a.layout.bytes);
    case NoAccess::padding: return fmt::format("no field of {} is there", a.thing);
    case NoAccess::misaligned: return fmt::format("{} bytes are read and written at multiples of {}", size, size);
    case NoAccess::crossing:
      return fmt::format("{} bytes from {} on are {}, and {} bytes reach beyond", f->bytes(), f->offset, f->name, size);
    case NoAccess::width:
      return fmt::format("{} is {} {} bytes wide, not {}", place(*f), writes ? "written" : "read", widths(*f, r.access),
                         size);
    case NoAccess::sign_extension: return fmt::format("{} is a pointer and cannot be read with its sign", place(*f));
    case NoAccess::unreadable: return fmt::format("{} may not be read {}", place(*f), a.by);
    case NoAccess::read_only: return fmt::format("{} may not be written {}", place(*f), a.by);
    case NoAccess::attach_type:
      return fmt::format("{} is for {} programs loaded as {}", place(*f), a.type,
                         loaded_as(writes ? f->rare.written_at : f->rare.read_at));
    case NoAccess::capability: return fmt::format("{} needs the capability bpf", place(*f));
  }
  std::unreachable();
}

}  // namespace

std::string text(const AccessRefusal& refusal, const Accessor& who, unsigned size) {
  const Layout& l = layout(row(who.type).context);
  const std::string type(name(who.type));
  const std::string thing = l.structure.empty() ? "the context of " + type + " programs" : std::string(l.structure);
  return say(refusal, {.layout = l, .type = type, .thing = thing, .by = "by " + type + " programs"}, size);
}

std::string text(const AccessRefusal& refusal, Pointee pointee, unsigned size) {
  const Layout& l = layout(pointee);
  const bool half = refusal.why == NoAccess::unreadable;
  return say(
      refusal,
      {.layout = l,
       .type = "",
       .thing = std::string(l.structure),
       .by = half ? "through a sock_common pointer; sk_fullsock() gives the whole socket" : "through a socket pointer"},
      size);
}

}  // namespace skep::facts
