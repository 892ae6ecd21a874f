// SPDX-License-Identifier: Apache-2.0
// What several map types ask of a definition, each in the words of the table. Types call them in the kernel's order,
// because the first refusal decides the errno.
#pragma once

#include "maps/map.hpp"

namespace skep::maps {

// Linux's limit of one per-CPU allocation (PCPU_MIN_UNIT_SIZE).
inline constexpr uint64_t per_cpu_limit = 32 << 10;

Result<void> only_flags(const Definition& d, uint32_t known);  // and not both BPF_F_RDONLY_PROG and _WRONLY_PROG
Result<void> not_zero(std::string_view field, uint32_t found);
Result<void> exactly(const Definition& d, std::string_view field, uint32_t found, uint32_t expected);
Result<void> at_most(std::string_view field, uint64_t found, uint64_t limit);
Result<Segment> reserve(uint64_t size);

// What all arrays ask, prog_array too.
Result<void> check_array(const Definition& d);

}  // namespace skep::maps
