// SPDX-License-Identifier: Apache-2.0
// What stands behind a struct btf: BTF that was read; or BTF that strings are added to, read again when it is asked.
#pragma once

#include <skep/libbpf/bpf/btf.h>

#include <memory>

#include "btf/writer.hpp"
#include "familiar/report.hpp"

struct btf {
  std::shared_ptr<const skep::Buffer> raw = {};
  skep::btf::Shared types = {};
  const btf* base = nullptr;
  bool of_object = false;
  std::unique_ptr<skep::btf::Writer> writer = {};  // of btf__new_empty()

  // False where it was read and is none, which was told.
  bool read(skep::Buffer bytes);
};

namespace skep::familiar {

// As libbpf finds them: types are asked by id below the count, so nothing is asked of ids that are not there.
inline bool has(const ::btf& b, uint32_t id) { return id < b.types->count(); }

}  // namespace skep::familiar
