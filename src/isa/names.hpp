// SPDX-License-Identifier: Apache-2.0
// How instructions name what lies outside the instruction set. Higher layers know helpers, maps and functions; they
// tell printer and assembler by overriding these three functions. The class itself knows no names: then numbers are
// printed, and only numbers (and labels of the same text) are understood.
//
//     kind         id is                            written
//     helper       its number                       call map_lookup_elem     call 300
//     map          imm of ld_map_*                  map[counts]              map[5]
//     subprogram   the slot it starts at            call lookup              call pc+7
//     kfunc        its BTF id, btf: off of the call  call bpf_rcu_read_lock   call kfunc#123  kfunc#123@1
//     variable     its BTF id                       var[runqueues]           var[123]
//     label        the slot it stands before        goto +3 <out>            goto +3
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep::isa {

enum class Kind : uint8_t { helper, map, subprogram, kfunc, variable, label };

struct NameId {
  int32_t id = 0;
  int16_t btf = 0;  // kfuncs: which BTF object
  bool operator==(const NameId&) const = default;
};

class Names {
 public:
  virtual ~Names() = default;
  // Empty where it has none. Names that are no single word are not printed.
  virtual std::string name(Kind, NameId) const { return {}; }
  virtual std::optional<NameId> find(Kind, std::string_view) const { return std::nullopt; }
  // For "did you mean".
  virtual std::vector<std::string> known(Kind) const { return {}; }
};

inline const Names no_names;

}  // namespace skep::isa
