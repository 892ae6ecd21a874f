// SPDX-License-Identifier: Apache-2.0
// Why an access to a context is refused, as a sentence.
#include <fmt/format.h>

#include <utility>

#include "facts/contexts.hpp"

namespace skep::facts {
namespace {

// "mark (4 bytes at 8)"
std::string place(const ContextField& f) {
  return fmt::format("{} ({} at {})", f.name,
                     f.count == 1 ? fmt::format("{} bytes", f.size) : fmt::format("{} times {} bytes", f.count, f.size),
                     f.offset);
}

std::string widths(const ContextField& f) {
  std::string out;
  auto add = [&](unsigned bytes) { out += (out.empty() ? "" : ", ") + std::to_string(bytes); };
  const bool parts = f.shape != Shape::whole && f.shape != Shape::pointer;
  for (unsigned bytes : {1U, 2U, 4U, 8U})
    if (bytes == f.size || bytes == f.rare.also || (parts && bytes < f.size && bytes >= f.rare.least)) add(bytes);
  return out;
}

std::string attached(const AttachTypes& at) {
  std::string out;
  for (const AttachTypeRow& r : attach_types)
    if (at.has(r.id)) out.append(out.empty() ? "" : ", ").append(r.name);
  return out;
}

struct Words {
  std::string who, thing, readers;
};

std::string say(const AccessRefusal& r, const Words& w, const Layout& l, unsigned size) {
  const std::string field = r.field ? place(*r.field) : "";
  switch (r.why) {
    case NoAccess::outside: return fmt::format("{} ends after {} bytes", w.thing, l.bytes);
    case NoAccess::padding: return fmt::format("no field of {} is there", w.thing);
    case NoAccess::misaligned: return fmt::format("{} bytes are read and written at multiples of {}", size, size);
    case NoAccess::crossing: return fmt::format("{} bytes reach beyond {}", size, field);
    case NoAccess::width: return fmt::format("{} is read {} bytes wide, not {}", field, widths(*r.field), size);
    case NoAccess::sign_extension: return fmt::format("{} is a pointer and cannot be read with its sign", field);
    case NoAccess::unreadable: return fmt::format("{} may not be read {}", field, w.readers);
    case NoAccess::read_only: return fmt::format("{} may not be written {}", field, w.readers);
    case NoAccess::attach_type: {
      const AttachTypes both = r.field->rare.read_at | r.field->rare.written_at;
      return fmt::format("{} is there for {} programs attached as {}", field, w.who, attached(both));
    }
    case NoAccess::capability: return fmt::format("{} needs CAP_BPF", field);
  }
  std::unreachable();
}

}  // namespace

std::string text(const AccessRefusal& refusal, const Accessor& who, unsigned size) {
  const Layout& l = layout(row(who.type).context);
  std::string type(name(who.type));
  std::string thing = l.structure.empty() ? "the context of " + type + " programs" : std::string(l.structure);
  return say(refusal, {.who = type, .thing = thing, .readers = "by " + type + " programs"}, l, size);
}

std::string text(const AccessRefusal& refusal, Pointee pointee, unsigned size) {
  const Layout& l = layout(pointee);
  const bool common = pointee == Pointee::sock_common;
  return say(refusal,
             {.who = "",
              .thing = std::string(l.structure),
              .readers = common ? "through a pointer to a socket that may be half open" : "through a socket pointer"},
             l, size);
}

}  // namespace skep::facts
