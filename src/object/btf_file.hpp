// SPDX-License-Identifier: Apache-2.0
// The types in a file, wherever they stand in it.
#pragma once

#include "btf/types.hpp"

namespace skep::object {

// Raw BTF (/sys/kernel/btf/vmlinux, a .btf file), or the section .BTF of an ELF file of any machine, word size and byte
// order: an eBPF object, a vmlinux, a kernel module. With a base it is split BTF. What /sys offers is mapped, not read.
Result<btf::Shared> read_types(const std::string& path, btf::Shared base = {});

// The running kernel's.
inline constexpr const char* kernel_types = "/sys/kernel/btf/vmlinux";

}  // namespace skep::object
