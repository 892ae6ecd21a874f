// SPDX-License-Identifier: Apache-2.0
// What is refused of objects that programs allocate, of the lists and trees they are put into, and of what else kernel
// functions take that is neither a number nor memory: work, interrupt flags, locks.
#pragma once

#include <string>

#include "base/error.hpp"
#include "isa/insn.hpp"

namespace skep::verify {

// clang-format off
// V080x: objects of the program's own
#define SKEP_OWN_OBJECT_REJECTIONS(X) \
  X(TypeNumber, "SKEP-V0800", "type-number", EINVAL, (std::string, function), \
    "local type ID argument must be in range [0, U32_MAX]", \
    "{function} is asked for an object of a type whose number no type has", "bpf_core_type_id_local(struct …)") \
  X(NoProgramTypes, "SKEP-V0801", "no-program-types", EINVAL, (std::string, function), \
    "bpf_obj_new/bpf_percpu_obj_new requires prog BTF", \
    "{function} makes an object of a type of the program, which has no types", "compile with -g") \
  X(NoStructToMake, "SKEP-V0802", "no-struct-to-make", EINVAL, (std::string, function), \
    "bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct", \
    "{function} makes objects of structures, and this type is none", "put it into a struct") \
  X(PerCpuTooLarge, "SKEP-V0803", "per-cpu-too-large", EINVAL, (uint64_t, size)(uint64_t, most), \
    "bpf_percpu_obj_new type size ({size}) is greater than {most}", \
    "an object of {size} bytes for every CPU; {most} are the most", "keep it in a per-CPU map") \
  X(PerCpuPointers, "SKEP-V0804", "per-cpu-pointers", EINVAL, (std::string, type), \
    "bpf_percpu_obj_new type ID argument must be of a struct of scalars", \
    "struct {type} holds more than numbers, and objects of every CPU may not", "") \
  X(PerCpuFields, "SKEP-V0805", "per-cpu-fields", EINVAL, (std::string, type), \
    "bpf_percpu_obj_new type ID argument must not contain special fields", \
    "struct {type} has members that are the kernel's, which objects of every CPU may not", "") \
  X(NotAllocated, "SKEP-V0806", "not-allocated", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} expected pointer to allocated object", \
    "argument {arg} (from 0) is {kind}, and must be an object that bpf_obj_new() made", "") \
  X(OtherDrop, "SKEP-V0807", "other-drop", EINVAL, (uint64_t, arg)(std::string, right), \
    "arg#{arg} expected for {right}()", \
    "argument {arg} (from 0) is given back to the wrong function", "call {right}()") \
  X(NotCounted, "SKEP-V0809", "not-counted", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} doesn't point to a type with bpf_refcount field", \
    "argument {arg} (from 0) is {kind}, whose references nobody counts", "give the structure a member struct bpf_refcount") \
  X(NeitherOwnedNorBorrowed, "SKEP-V0810", "neither-owned-nor-borrowed", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} is neither owning or non-owning ref", \
    "argument {arg} (from 0) is {kind}, and must be an object that the program allocated", "") \
  X(RootNowhere, "SKEP-V0811", "root-nowhere", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} expected pointer to map value or allocated object", \
    "argument {arg} (from 0) is {kind}; lists and trees live in values of maps, global variables and allocated objects", "declare it as a global variable, beside its lock") \
  X(NoFieldThere, "SKEP-V0812", "no-field-there", EINVAL, (std::string, what)(int64_t, off), \
    "{what} not found at offset={off}", \
    "there is no {what} at offset {off}", "") \
  X(RootUnlocked, "SKEP-V0813", "root-unlocked", EINVAL, (std::string, what)(uint64_t, lock), \
    "bpf_spin_lock at off={lock} must be held for {what}", \
    "the {what} is used without its lock, the one beside it at offset {lock}", "bpf_spin_lock() before, bpf_spin_unlock() after") \
  X(NodeOfOther, "SKEP-V0814", "node-of-other", EINVAL, (std::string, root)(std::string, node)(uint64_t, at)(std::string, type)(int64_t, off)(std::string, has), \
    "operation on {root} expects arg#1 {node} at offset={at} in struct {type}, but arg is at offset={off} in struct {has}", \
    "the {root} holds struct {type}, and the {node} is of a struct {has}", "") \
  X(OtherNode, "SKEP-V0815", "other-node", EINVAL, (int64_t, off)(std::string, node)(uint64_t, at)(std::string, type), \
    "arg#1 offset={off}, but expected {node} at offset={at} in struct {type}", \
    "the argument points at offset {off}; what __contains() names is the {node} at {at} of struct {type}", "") \
  X(NoNodeToRemove, "SKEP-V0816", "no-node-to-remove", EINVAL, (std::string, function)(std::string, kind), \
    "{function} can only take non-owning or refcounted bpf_rb_node pointer", \
    "{function} takes a node of the tree, and the argument is {kind}", "look it up under the same lock") \
  X(NotInLess, "SKEP-V0817", "not-in-less", EINVAL, (std::string, function), \
    "{function} not allowed in rbtree cb", \
    "{function} in a function that compares nodes, while the tree is being changed", "") \
  X(LockInLess, "SKEP-V0818", "lock-in-less", EACCES, (isa::Reg, r)(std::string_view, either), \
    "can't spin_{either} in rbtree cb", \
    "{r} is a lock; a function that compares nodes may neither take nor give one back", "") \
  X(CountsUnknown, "SKEP-V0820", "counts-unknown", EFAULT, (uint64_t, arg), \
    "verifier bug: Couldn't find btf_record", \
    "argument {arg} (from 0) has no members that are the kernel's, so no reference count", "give the structure a member struct bpf_refcount")

// V083x: work, interrupts, locks, casts
#define SKEP_REGION_REJECTIONS(X) \
  X(NoMapValue, "SKEP-V0830", "no-map-value", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} doesn't point to a map value", \
    "argument {arg} (from 0) is {kind}; work to be done later lives in values of maps", "") \
  X(NotTheMap, "SKEP-V0831", "not-the-map", EINVAL, (isa::Reg, r)(std::string, kind), \
    "pointer in {r} isn't map pointer", \
    "{r} is {kind}, and must be a map", "") \
  X(WorkOfOtherMap, "SKEP-V0832", "work-of-other-map", EINVAL, (isa::Reg, r)(uint64_t, map)(isa::Reg, work)(uint64_t, map_of_work)(std::string_view, what), \
    "{what} pointer in {work} map_uid={map_of_work} doesn't match map pointer in {r} map_uid={map}", \
    "{work} is work that a value of another map than {r} holds", "give the map that the value is of") \
  X(NoIrqFlag, "SKEP-V0833", "no-irq-flag", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} doesn't point to an irq flag on stack", \
    "argument {arg} (from 0) is {kind}; the state of interrupts is kept in a local variable", "unsigned long flags;") \
  X(IrqFlagTaken, "SKEP-V0834", "irq-flag-taken", EINVAL, (uint64_t, arg), \
    "expected uninitialized irq flag as arg#{arg}", \
    "argument {arg} (from 0) keeps a state of interrupts already, or is no place for one", "a variable for every save") \
  X(IrqFlagEmpty, "SKEP-V0835", "irq-flag-empty", EINVAL, (uint64_t, arg), \
    "expected an initialized irq flag as arg#{arg}", \
    "argument {arg} (from 0) keeps no state of interrupts", "save it first") \
  X(IrqFlagOther, "SKEP-V0836", "irq-flag-other", EINVAL, (std::string, saved)(std::string, restored), \
    "irq flag acquired by {saved} kfuncs cannot be restored with {restored} kfuncs", \
    "the state of interrupts was saved by a function of kind {saved}, and is restored by one of kind {restored}", "bpf_local_irq_save() goes with bpf_local_irq_restore(), bpf_res_spin_lock_irqsave() with its unlock") \
  X(IrqOrder, "SKEP-V0837", "irq-order", EACCES, (uint64_t, newest)(uint64_t, insn), \
    "cannot restore irq state out of order, expected id={newest} acquired at insn_idx={insn}", \
    "another state of interrupts was saved after this one, and not yet restored", "restore in the opposite order of saving") \
  X(LockNowhere, "SKEP-V0838", "lock-nowhere", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} doesn't point to map value or allocated object", \
    "argument {arg} (from 0) is {kind}; locks live in values of maps and in allocated objects", "") \
  X(NoSuchType, "SKEP-V0839", "no-such-type", EINVAL, (int64_t, id)(std::string, function), \
    "Unknown type ID {id} passed to kfunc {function}", \
    "{function} is asked for type {id}, which the kernel does not have", "bpf_core_type_id_kernel(struct …)") \
  X(CastToNumber, "SKEP-V0840", "cast-to-number", EINVAL, (std::string, type)(std::string, function), \
    "kfunc {function} type ID argument must be of a struct or void", \
    "{function} casts to structures and to void, and '{type}' is neither", "") \
  X(NotAString, "SKEP-V0841", "not-a-string", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} doesn't point to a const string", \
    "argument {arg} (from 0) is {kind}, and must be a constant string", "static const char name[] = \"…\";") \
  X(DynptrNowhere, "SKEP-V0842", "dynptr-nowhere", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} expected pointer to stack or const struct bpf_dynptr", \
    "argument {arg} (from 0) is {kind}; dynptrs live on the stack", "declare it as a local variable") \
  X(DynptrInTheWay, "SKEP-V0843", "dynptr-in-the-way", EFAULT, (isa::Reg, r), \
    "verifier bug: misconfigured dynptr helper type flags", \
    "{r} is where a dynptr is to be made, and the one that the program was given is there", "make it on the stack") \
  X(SliceOfReadOnly, "SKEP-V0844", "slice-of-read-only", EINVAL, (std::string, function), \
    "the prog does not allow writes to packet data", \
    "{function} gives memory to write, and programs of this type only read packets", "bpf_dynptr_slice()") \
  X(KfuncWithoutContext, "SKEP-V0845", "kfunc-without-context", EINVAL, (std::string, function)(uint64_t, id), \
    "kern ctx type id {id} is not a struct", \
    "{function}: programs of this type have no context that is a structure of the kernel", "")
// clang-format on
SKEP_OWN_OBJECT_REJECTIONS(SKEP_REJECTION)
SKEP_REGION_REJECTIONS(SKEP_REJECTION)

}  // namespace skep::verify
