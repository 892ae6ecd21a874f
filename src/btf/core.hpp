// SPDX-License-Identifier: Apache-2.0
// CO-RE: what an instruction that was compiled for one layout of a type says for another.
//
// The compiler writes into .BTF.ext what it asked of a type of its own (the local one): a type, a path into it
// ("0:1:2": element 0 of a pointer to it, member 1, member 2 of that), and which fact about it the instruction holds.
// Here the same question is put to the types of a target that have the same name, and the two answers become a
// decision:
//
//     spec_of(local BTF, relocation)     -> Spec         struct task_struct.mm.pgd, its byte offset
//     candidates(Spec, target)           -> types of the target that may be meant
//     decide(Spec, candidates)           -> Decision     the instruction holds 1024; let it hold 1096
//
// Pure: no ELF, no instructions. What the rules are is Linux's libbpf, whose answers the tests of src/object compare:
//   - names agree without what follows the last ___ (flavours of one type in one program);
//   - a member is found by name, through anonymous structs and unions; its type must be of the same sort;
//   - every candidate that has what is asked for must answer the same, otherwise the relocation is refused;
//   - no such candidate is an answer too for the questions "exists" and "size of type", and poison for the others:
//     an instruction that may stand in the program as long as nothing reaches it.
#pragma once

#include <bit>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "btf/ext.hpp"

namespace skep::btf::core {

// Linux's enum bpf_core_relo_kind, in its order.
enum class Ask : uint8_t {
  field_byte_offset,
  field_byte_size,
  field_exists,
  field_signed,
  field_lshift_u64,
  field_rshift_u64,
  type_id_local,
  type_id_target,
  type_exists,
  type_size,
  enumval_exists,
  enumval_value,
  type_matches,
};
inline constexpr uint32_t ask_count = 13;
std::string_view name_of(Ask);  // "field_byte_offset"
bool asks_field(Ask);
bool asks_enumerator(Ask);

// A way into a type, in one BTF.
struct Step {
  TypeId type;            // the struct, union or enum that has the name; of an array's element: the element's type
  uint32_t index;         // which member, enumerator or element
  std::string_view name;  // empty: an element
};
struct Spec {
  const Btf* btf;
  Ask ask;
  TypeId root;
  std::vector<Step> steps;  // anonymous members are no steps; empty where a type is asked for
  uint64_t bit_offset;
};
Result<Spec> spec_of(const Btf& local, const CoreRelo& relo);
// "struct task_struct.mm.pgd[3]", "enum state::RUNNING", "struct pt_regs".
std::string text(const Spec&);

// Who answers. Modules are asked for, and asked, only where the kernel itself has no type of the name; whoever gives
// them keeps them.
struct Target {
  Shared btf;
  std::function<std::vector<Shared>()> modules = {};
  std::endian order = std::endian::little;  // where the bits of bit-fields are counted from
};
struct Candidate {
  const Btf* btf;
  TypeId type;
};
std::vector<Candidate> candidates(const Spec& local, const Target& target);

// Whether two types are the same as "exists" understands it: of the same sort, as is what they point to or hold.
Result<bool> compatible(const Btf& local, TypeId type, const Candidate& candidate);

enum class Verdict : uint8_t { patch, poison };
enum class Expect : uint8_t { original, anything };  // what the instruction holds so far
enum class Resize : uint8_t { allowed, refused };    // of a load or store, where the field's size is another

struct Decision {
  Verdict verdict = Verdict::patch;
  Expect expect = Expect::original;
  uint64_t original = 0, value = 0;
  // Of a field's offset: its size here and there, 0 where it does not matter. Only what is read with zeros above it
  // (unsigned integers, pointers) may be read with another width.
  uint32_t original_bytes = 0, bytes = 0;
  Resize resize = Resize::allowed;
  std::vector<Candidate> matched = {};  // that have what is asked for
  std::string missing = {};             // poison: what the target lacks, and what it has instead
};
Result<Decision> decide(const Spec& local, std::span<const Candidate> candidates,
                        std::endian order = std::endian::little);

}  // namespace skep::btf::core
