// SPDX-License-Identifier: Apache-2.0
// Structures of functions that the kernel calls, such as a congestion control. Each variable of section .struct_ops
// (or .struct_ops.link) is a map of one value; that value is the kernel's own structure around the one that the
// variable has the type of, so only the target knows its size:
//
//     SEC(".struct_ops") struct tcp_congestion_ops steady    ->    struct bpf_struct_ops_tcp_congestion_ops
#pragma once

#include "module/module.hpp"
#include "object/types.hpp"

namespace skep::object {

bool has_struct_ops(const Types& types);
// `target` may be null: then a value is as large as the variable.
Result<std::vector<module::MapDef>> struct_ops_of(const Types& types, const btf::Btf* target);

}  // namespace skep::object
