// SPDX-License-Identifier: Apache-2.0
// Names of the running kernel as numbers of its types: functions to attach to, kernel functions to call, variables.
//
// Linux's own types are read once a process, when the first name is asked for: some 10 MB.
#pragma once

#include <optional>
#include <string_view>

#include "btf/types.hpp"
#include "facts/attach_types.hpp"
#include "facts/prog_types.hpp"

namespace skep::kernel {

// The types of the running kernel, or the error of reading /sys/kernel/btf/vmlinux.
const Result<btf::Shared>& vmlinux();

// What a program of this type attaches to by this name, in the kernel's types: `name` itself for fentry and its kin,
// btf_trace_NAME, bpf_iter_NAME and bpf_lsm_NAME where attach type or program type say so; "STRUCT.MEMBER" of a
// struct_ops gives the struct.
std::optional<btf::TypeId> attach_target(facts::ProgType type, facts::AttachType attach, std::string_view name);

// The index of the member in "STRUCT.MEMBER", which struct_ops programs state as their attach type.
std::optional<uint32_t> struct_ops_member(std::string_view name);

}  // namespace skep::kernel
