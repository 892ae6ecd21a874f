// SPDX-License-Identifier: Apache-2.0
// Types as bpftool lists them: `btf dump … format raw` byte for byte, and the same fields for its JSON.
//
//     [7] STRUCT 'flow' size=8 vlen=2
//     	'port' type_id=3 bits_offset=0
//     	'kind' type_id=4 bits_offset=32 bitfield_size=3
//
// A kind that bpftool 7.1 does not know (it refuses such files) is an UNKNOWN with its number.
#pragma once

#include <variant>

#include "btf/types.hpp"

namespace skep::btf {

struct RawField {
  std::string_view name;
  std::variant<uint64_t, int64_t, std::string_view> value;  // text points into the Btf
};
using RawFields = std::vector<RawField>;

// `kind` is in capitals; fields and items are named and ordered as in bpftool's JSON.
struct RawType {
  TypeId id;
  std::string kind;
  RawFields fields;
  std::string_view list;  // what the items are: "members", "params" …; empty for kinds that have none
  std::vector<RawFields> items;
};
RawType raw_type(const Btf& btf, TypeId id);

// Every type but those of the base.
Result<std::string> raw_text(const Btf& btf);

// Whether the names of the types, written out, are of a size that the BTF's own explains: one name of a megabyte may
// stand in a million types. raw_text() asks it; who lists types otherwise should.
Result<void> check_names_can_be_listed(const Btf& btf);

}  // namespace skep::btf
