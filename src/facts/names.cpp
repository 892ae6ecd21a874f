// SPDX-License-Identifier: Apache-2.0
// From names to rows, for the tables whose enumerators are the names.
#include "base/suggest.hpp"
#include "facts/attach_types.hpp"
#include "facts/errors.hpp"
#include "facts/map_types.hpp"
#include "facts/prog_types.hpp"

namespace skep::facts {

template <class Unknown, class Row, std::size_t N>
static Result<decltype(Row::id)> by_name(const Row (&rows)[N], std::string_view name) {
  if (const Row* r = find_row(rows, name)) return r->id;
  return fail(Unknown{.name = std::string(name), .suggestion = did_you_mean(name, names(rows))});
}

Result<ProgType> prog_type_by_name(std::string_view name) { return by_name<UnknownProgType>(prog_types, name); }
Result<AttachType> attach_type_by_name(std::string_view name) { return by_name<UnknownAttachType>(attach_types, name); }
Result<MapType> map_type_by_name(std::string_view name) { return by_name<UnknownMapType>(map_types, name); }

}  // namespace skep::facts
