// SPDX-License-Identifier: Apache-2.0
// Deduplication: types that nothing tells apart become one.
//
// Two types are the same if they say the same (kind, name, sizes, offsets, …) and refer, word by word, to types that
// are the same; types that go in circles are the same unless something on the way tells them apart. A forward
// declaration is the struct, union or enum of its name, where all types of that name are one. Variables and sections
// are never merged: each stands for a place of its own.
#pragma once

#include "btf/writer.hpp"

namespace skep::btf {

struct Deduplicated {
  Writer types;             // to which strings or types may still be added
  std::vector<TypeId> ids;  // by old id: the id in `types`
};

// Types keep the order in which they first occur. Not for split BTF.
Result<Deduplicated> dedup(const Btf& btf);

}  // namespace skep::btf
