// SPDX-License-Identifier: Apache-2.0
// What BTF says of a function's arguments, for functions that are verified on their own: a global one is walked once
// with every value its prototype allows, and every call has to keep the promise.
//
//     int f(struct __sk_buff *skb, int n, struct pair *p)     ctx, number, memory of 8 bytes or null
//
// A declaration tag "arg:…" (the macros __arg_ctx, __arg_nonnull, …) says more than the type does.
#pragma once

#include <array>
#include <cstdint>

#include "base/error.hpp"
#include "btf/types.hpp"
#include "facts/prog_types.hpp"
#include "module/module.hpp"

namespace skep::verify {

enum class ParamKind : uint8_t {
  number,
  ctx,
  memory,            // of `size` bytes, read and written
  dynptr,            // read
  arena,             // a pointer into the program's arena, or a number
  kernel_object,     // a trusted pointer to struct `type` of the kernel
  untrusted_object,  // a pointer to one that is only probed
  untrusted_memory,  // a pointer to something that is only probed
};

struct Param {
  ParamKind kind = ParamKind::number;
  bool or_null = false;
  uint32_t size = 0;
  btf::TypeId type = 0;
};

struct Signature {
  std::array<Param, 5> params = {};
  uint8_t count = 0;
};

struct FunctionQuestion {
  const btf::Btf& types;   // of the module
  const btf::Btf* kernel;  // the target's; null: not known
  btf::TypeId function;    // a func
  facts::ProgType type;    // of the program it is part of
  facts::AttachType attach;
};

// Of a global function; Linux's errno and words where it cannot be verified on its own.
Result<Signature> signature_of(const FunctionQuestion& q);

// How Linux's messages name a type behind its qualifiers: "STRUCT" and "pair", "UNKNOWN" and "" for void.
std::string kernel_kind(const btf::Btf& types, btf::TypeId type);
std::string kernel_name(const btf::Btf& types, btf::TypeId type);

// Whether a pointer to this type is what programs of that type call their context, by its name.
bool is_context(const btf::Btf& types, btf::TypeId pointed, facts::ProgType type);

}  // namespace skep::verify
