// SPDX-License-Identifier: Apache-2.0
// What a register holds, for somebody who met eBPF yesterday: "a pointer to a value of `counts`, or null".
#pragma once

#include <string>
#include <string_view>

#include "module/module.hpp"
#include "verify/reg.hpp"

namespace skep::verify {

std::string plain_number(const Scalar& s);  // "7", "0 to 1,023", "any number"
std::string plain_text(const Reg& r, const module::Module& module);
// What Linux's log calls registers ("scalar", "fp, pkt, map_value_or_null"); other words stay as they are.
std::string plain_kinds(std::string_view kernel_text);
std::string grouped_number(uint64_t n);  // 1,048,576
std::string grouped_number(int64_t n);

}  // namespace skep::verify
