// SPDX-License-Identifier: Apache-2.0
// What stands behind libbpf's pointers: skep's object, program or map, and what only libbpf's users know of it.
#pragma once

#include <deque>
#include <string>

#include "familiar/btf.hpp"
#include "familiar/descriptors.hpp"
#include "familiar/report.hpp"

struct bpf_program {
  bpf_object* object;
  skep_program* inner;
  bool autoattach = true;
  __u32 log_level = 0;
  skep::familiar::Descriptor descriptor = {};  // once it is loaded
};

struct bpf_map {
  bpf_object* object;
  skep_map* inner;
  std::string name;                            // global data has the object's in front: "count.bss"
  skep::familiar::Descriptor descriptor = {};  // once it is made
};

struct bpf_object {
  std::string name;
  skep_object* inner = nullptr;
  std::deque<bpf_program> programs = {};  // their addresses are handed out
  std::deque<bpf_map> maps = {};
  std::unique_ptr<::btf> types = {};  // once somebody asked

  bpf_object() = default;
  bpf_object(const bpf_object&) = delete;
  bpf_object& operator=(const bpf_object&) = delete;
  ~bpf_object() {
    maps.clear();
    programs.clear();
    skep_object_close(inner);
  }
};

namespace skep::familiar {

// Whether libbpf attaches programs of this type by what their section says.
bool attaches_itself(const bpf_program& program);

}  // namespace skep::familiar
