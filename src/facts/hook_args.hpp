// SPDX-License-Identifier: Apache-2.0
// What the prototype in a kernel's BTF does not say about the arguments of tracing programs: which of their pointers
// may be null, and what an iterator's are. A pointer to a structure that no row here speaks of is trusted and not null;
// other pointers, and numbers, are numbers.
//
// Every tracepoint and iterator of the graded 6.18.44 was asked; tracepoints of parts that it lacks are as_typed here,
// whatever another kernel says of them.
#pragma once

#include <cstdint>
#include <string_view>

namespace skep::facts {

enum class HookArg : uint8_t {
  as_typed,
  trusted_or_null,
  plain_or_null,  // neither trusted nor untrusted: older iterators
  buffer_or_null,
  rdonly_buffer_or_null,
};

// Argument `index` of an iterator (expected attach type trace_iter); `target` without "bpf_iter_". 0 is the
// bpf_iter_meta.
HookArg iterator_arg(std::string_view target, unsigned index);
// Argument `index` of a tracepoint's program (trace_raw_tp), named as in btf_trace_NAME.
HookArg tracepoint_arg(std::string_view tracepoint, unsigned index);

}  // namespace skep::facts
