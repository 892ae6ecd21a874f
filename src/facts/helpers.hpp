// SPDX-License-Identifier: Apache-2.0
// Helper functions: ids, names, prototypes, and who may call them. Graded by the kernel, row by row (grade tests).
//
// A prototype is what the verifier asks of r1 to r5 and what it knows of r0. The argument columns are also what the
// checked interpreter compares memory with: `mem` is sized by the `size` or `size_or_zero` behind it, `map_key` and
// `map_value` by the map before them, `fixed_mem` by itself. Keyed by id. What a helper does lives in src/helpers.
//
// Surprises. One id may have several prototypes: get_socket_cookie takes a context in tc and a socket in tracing, so
// ask prototype(id, type) and not helper_by_id wherever arguments matter. `where` speaks of program types; what also
// depends on the attach type is a row of call_rules. An `ext` program is asked as the program it replaces. A struct_ops
// program has helpers only if its structure gives them: gives_helpers(name).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "facts/attach_types.hpp"
#include "facts/caps.hpp"
#include "facts/map_types.hpp"
#include "facts/prog_types.hpp"

namespace skep::facts {

enum class ArgKind : uint8_t {
  none,
  vararg,              // not looked at by the verifier: trace_printk's format says what is read
  anything,            // any initialised register
  ctx,                 // the program's context, unmoved
  const_map_ptr,       // a map
  map_key,             // memory of key_size bytes
  map_value,           // memory of value_size bytes
  mem,                 // memory of as many bytes as the next argument says
  fixed_mem,           // memory of `bytes` bytes, aligned to them where `aligned`
  size,                // of the memory before; 1 and more
  size_or_zero,        //
  alloc_size_or_zero,  // a constant: how large the memory in r0 is
  ringbuf_mem,         // a reserved record, its first byte
  spin_lock,           // the bpf_spin_lock of a map value or an allocated object
  sock_common,         // sock_common, socket, tcp_sock or xdp_sock
  socket,              // a full socket
  btf_sock_common,     // any of these, or a kernel pointer to a socket
  btf_id,              // a kernel pointer to struct `btf`; "" where a kptr field says which
  percpu_btf_id,       // a per-CPU kernel variable or object
  func,                // a subprogram, called as `callback` says
  stack,               // the stack
  const_str,           // a string in a read-only, frozen map value
  timer,               // the bpf_timer of a map value
  kptr,                // the kptr field of a map value or of an allocated object
  dynptr,              // a struct bpf_dynptr on the stack (or as a callback was given it)
};

// What a helper does with memory it is given.
enum class Use : uint8_t {
  none,
  reads,        // read-only memory will do
  wants_plain,  // reads, but read-only memory will not do
  writes,       // reads and writes: it must be initialised
  fills,        // writes: it need not be initialised
};

enum class Callback : uint8_t { none, loop, for_each_map_elem, find_vma, user_ringbuf, timer };

enum class Dynptr : uint8_t { any, local, ringbuf };

struct Arg {
  ArgKind kind = ArgKind::none;
  Use use = Use::none;
  bool or_null = false;
  bool release = false;  // gives the reference up
  bool aligned = false;
  uint8_t bytes = 0;
  Callback callback = Callback::none;
  Dynptr dynptr = Dynptr::any;
  std::string_view btf = {};
  constexpr bool operator==(const Arg&) const = default;
};

enum class RetKind : uint8_t {
  integer,
  nothing,  // r0 may not be read
  map_value,
  socket,
  sock_common,
  tcp_sock,
  mem,            // as large as the alloc_size_or_zero argument says
  btf_id,         // a kernel pointer to struct `btf`; "" where the kptr field says which
  mem_or_btf_id,  // what the per-CPU argument points to: a kernel pointer to a structure, memory where it is a scalar;
                  // never null where the object is the program's own (allocated)
};

struct Ret {
  RetKind kind = RetKind::integer;
  bool or_null = false;
  bool trusted = false;
  bool rdonly = false;
  bool ringbuf = false;
  std::string_view btf = {};
  constexpr bool operator==(const Ret&) const = default;
};

// What is known of an integer in r0.
enum class Range : uint8_t {
  any,
  error_or_size,  // -4095 to the largest value of the size argument
  cpu,            // 0 to the number of CPUs less one
};

struct Helper {
  uint16_t id;
  std::string_view name;
  Version since;
  Ret returns;
  std::array<Arg, 5> args;
  ProgTypes where;  // which program types may call it
  struct Rare {
    bool gpl_only = false;
    bool moves_packet = false;  // packet pointers from before the call are dead after it
    bool takes_packet = false;  // packet pointers are memory to its arguments
    bool might_sleep = false;   // only where sleeping is allowed
    bool fastcall = false;      // leaves r1 to r5 alone, so spills around it may be removed
    bool acquires = false;      // r0, unless null, is a reference that must be released
    bool same_object = false;   // r0 is the first argument's object under another type
    MapTypes maps = {};         // that the const_map_ptr may be
    ProgTypes sockets_in = {};  // where it may be a sockmap or a sockhash besides
    Range range = Range::any;
    std::optional<Cap> needs = {};  // where the program's type itself does not need it
  } rare = {};
};

// Every helper of Linux 6.18, ascending ids, 1 to 211. Where a helper has several prototypes, the first.
std::span<const Helper> helpers();

const Helper* helper_by_id(uint64_t id);                    // null: Linux 6.18 has none
const Helper* helper_by_name(std::string_view name);        // with or without "bpf_"; null: none
Result<const Helper*> helper_named(std::string_view name);  // an error that says which name is near

// What a program of this type calls by this id; null: its type cannot use the helper, whatever it is attached to.
const Helper* prototype(uint64_t id, ProgType type);

// Prototypes that differ from the helper's own, of the types that have these instead.
std::span<const Helper> other_prototypes();

// Where the program type is not all that decides. Of several rules about one helper and type, one must let it pass.
enum class Refusal : uint8_t {
  unknown,           // as if the type had no such helper
  not_in_probe,      // asked after the licence, before the arguments
  not_in_type,       // asked after the arguments, and so is
  only_trampolines,  // this: fentry, fexit and fmod_ret have it
};
struct CallRule {
  std::array<uint16_t, 3> helpers;
  ProgTypes types;
  AttachTypes only;
  Refusal otherwise = Refusal::unknown;
  std::string_view targets = {};  // functions it must be attached to, in words; empty: any
};
std::span<const CallRule> call_rules();
// Null: the attach type and the function attached to (empty: none) allow what the program type does.
const CallRule* refused_by_attach(uint64_t id, ProgType type, AttachType attach, std::string_view target);

// Whether a program of this type may pass a map of this type: "cannot pass map_type 3 into func bpf_map_lookup_elem#1".
// What goes into a sockmap or a sockhash is a btf_sock_common then, not a map_value.
bool takes_map(const Helper& h, MapType map, ProgType type, AttachType attach);

// Whether programs of this struct_ops structure have helpers at all.
bool gives_helpers(std::string_view struct_ops);

}  // namespace skep::facts
