// SPDX-License-Identifier: Apache-2.0
// What is refused of maps by what they hold, of kernel objects, of locks and of dynptrs. The words of Linux's log stand
// first, as in walk_errors.hpp.
#pragma once

#include <string>

#include "base/error.hpp"
#include "isa/insn.hpp"

namespace skep::verify {

inline constexpr int enotsupp = 524;  // Linux's own, which no header for programs has

// clang-format off
// V070x: maps that a program names
#define SKEP_MAP_REJECTIONS(X) \
  X(MapNotNameable, "SKEP-V0700", "map-not-nameable", EINVAL, (std::string, type), \
    "bpf_struct_ops map cannot be used in prog", \
    "no program may name a {type} map", "") \
  X(MapNotSleepable, "SKEP-V0701", "map-not-sleepable", EINVAL, (std::string, type), \
    "Sleepable programs can only use array, hash, ringbuf and local storage maps", \
    "sleepable programs cannot name a {type} map", "use a hash or an array, or let the program not sleep") \
  X(SecondStorage, "SKEP-V0702", "second-storage", EBUSY, (std::string, type), \
    "only one cgroup storage of each type is allowed", \
    "the program names a second {type} map", "keep both in one value") \
  X(SecondArena, "SKEP-V0703", "second-arena", EBUSY, (std::string, type), \
    "Only one arena per program", \
    "the program names a second {type}", "share one") \
  X(FieldNotForType, "SKEP-V0704", "field-not-for-type", EINVAL, (std::string, who)(std::string, what), \
    "{who} progs cannot use {what} yet", \
    "values of this map hold a {what}, and {who} programs may not name such maps", "use another map") \
  X(ArenaPrivilege, "SKEP-V0705", "arena-privilege", EPERM, (std::string, type), \
    "CAP_BPF and CAP_PERFMON are required to use arena", \
    "an {type} needs CAP_BPF and CAP_PERFMON", "") \
  X(ArenaNeedsJit, "SKEP-V0706", "arena-needs-jit", EOPNOTSUPP, (std::string, type), \
    "JIT is required to use arena", \
    "an {type} needs the JIT compiler, which is off", "sysctl net.core.bpf_jit_enable=1") \
  X(ArenaUnplaced, "SKEP-V0707", "arena-unplaced", EINVAL, (std::string, type), \
    "arena's user address must be set via map_extra or mmap()", \
    "nobody said where the {type} lies", "set map_extra, or mmap it first") \
  X(AddressTooFar, "SKEP-V0708", "address-too-far", EINVAL, (uint64_t, off), \
    "direct value offset of {off} is not allowed", \
    "offset {off} into a value; below 2^29 is allowed", "") \
  X(NoAddresses, "SKEP-V0709", "no-addresses", EINVAL, (std::string, type), \
    "no direct value access support for this map type", \
    "a constant names an address inside of a {type} map, which has none", "look the value up") \
  X(AddressOutside, "SKEP-V0710", "address-outside", EINVAL, (uint64_t, size)(uint64_t, off), \
    "invalid access to map value pointer, value_size={size} off={off}", \
    "offset {off} of a value of {size} bytes", "") \
  X(AddressOfMany, "SKEP-V0711", "address-of-many", enotsupp, (uint64_t, size)(uint64_t, off)(uint64_t, count), \
    "invalid access to map value pointer, value_size={size} off={off}", \
    "offset {off} of a value of {size} bytes: the array has {count} of them, and constants name addresses in arrays of one only", "look the value up") \
  X(AddressBeyondArena, "SKEP-V0716", "address-beyond-arena", ERANGE, (uint64_t, size)(uint64_t, off), \
    "invalid access to map value pointer, value_size=0 off={off}", \
    "offset {off} of an arena of {size} bytes", "") \
  X(ProgramGpl, "SKEP-V0717", "program-gpl", EINVAL, (std::string, what), \
    "{what} programs must have a GPL compatible license", \
    "{what} programs need a licence compatible with the GPL", "char LICENSE[] SEC(\"license\") = \"GPL\";") \
  X(MapReadOnly, "SKEP-V0718", "map-read-only", EACCES, (std::string, helper), \
    "write into map forbidden", \
    "{helper} changes the map's elements, which programs may only read (the flag rdonly_prog)", "") \
  X(NoArena, "SKEP-V0715", "no-arena", EINVAL, (isa::Reg, r), \
    "addr_space_cast insn can only be used in a program that has an associated arena", \
    "{r} becomes an address in an arena, and the program names none", "") \
  X(NoProgArray, "SKEP-V0714", "no-prog-array", EINVAL, (std::string, type), \
    "expected prog array map for tail call", \
    "a tail call through a {type} map; only a prog_array holds programs", "") \
  X(NotForType, "SKEP-V0712", "not-for-type", enotsupp, (std::string, helper)(int64_t, id)(int64_t, type), \
    "func {helper}#{id} not supported for program type {type}", \
    "{helper} (helper {id}) answers nothing in programs of type {type}", "") \
  X(OnlyTrampolines, "SKEP-V0713", "only-trampolines", enotsupp, (std::string, helper)(int64_t, id), \
    "func {helper}#{id} supported only for fentry/fexit/fmod_ret programs", \
    "{helper} (helper {id}) answers in fentry, fexit and fmod_ret programs only", "")

// V072x: fields of values
#define SKEP_FIELD_REJECTIONS(X) \
  X(FieldMoves, "SKEP-V0720", "field-moves", EINVAL, (isa::Reg, r)(std::string, what), \
    "{r} doesn't have constant offset. {what} has to be at the constant offset", \
    "{r} points to a place in the value that is not known, and must be its {what}", "") \
  X(FieldWithoutTypes, "SKEP-V0721", "field-without-types", EINVAL, (std::string, map)(std::string, what), \
    "map '{map}' has to have BTF in order to use {what}", \
    "{map} is a map without BTF, so nobody knows where its {what} is", "declare the map's value with __type()") \
  X(NoSuchField, "SKEP-V0722", "no-such-field", EINVAL, (std::string, map)(std::string, what), \
    "{map} has no valid {what}", \
    "values of {map} hold no {what}", "") \
  X(OtherField, "SKEP-V0723", "other-field", EINVAL, (int64_t, off)(std::string, what)(uint64_t, at), \
    "off {off} doesn't point to 'struct {what}' that is at {at}", \
    "the argument points at offset {off} of the value; its {what} is at {at}", "") \
  X(SameLock, "SKEP-V0725", "same-lock", EINVAL, (std::string, what), \
    "Acquiring the same lock again, AA deadlock detected", \
    "this {what} is held already", "") \
  X(UnlockUnlocked, "SKEP-V0726", "unlock-unlocked", EINVAL, (std::string, what), \
    "{what}_unlock without taking a lock", \
    "no {what} is held here", "") \
  X(UnlockOther, "SKEP-V0727", "unlock-other", EINVAL, (std::string, what), \
    "{what}_unlock of different lock", \
    "another {what} than this one is held", "a second lookup gives a second value: keep the pointer that was locked") \
  X(UnlockOrder, "SKEP-V0728", "unlock-order", EINVAL, (std::string, what), \
    "{what}_unlock cannot be out of order", \
    "this {what} is not the one that was taken last", "unlock in the opposite order of locking") \
  X(NotKptr, "SKEP-V0729", "not-kptr", EACCES, (int64_t, off), \
    "off={off} doesn't point to kptr", \
    "offset {off} of the value is no kernel pointer", "") \
  X(PlainKptr, "SKEP-V0730", "plain-kptr", EACCES, (int64_t, off), \
    "off={off} kptr isn't referenced kptr", \
    "the kernel pointer at offset {off} owns nothing", "tag it __kptr, not __kptr_untrusted") \
  X(KptrStore, "SKEP-V0731", "kptr-store", EACCES, (std::string, what), \
    "store to {what} disallowed", \
    "{what} is written by a plain store", "bpf_kptr_xchg()") \
  X(KptrConstant, "SKEP-V0732", "kptr-constant", EACCES, (uint64_t, off), \
    "BPF_ST imm must be 0 when storing to kptr at off={off}", \
    "a constant other than 0 is written to the kernel pointer at offset {off}", "") \
  X(KptrMode, "SKEP-V0733", "kptr-mode", EACCES, (uint64_t, off), \
    "kptr in map can only be accessed using BPF_MEM instruction mode", \
    "the kernel pointer at offset {off} is no operand of such an instruction", "load it, and work with the copy") \
  X(KptrStored, "SKEP-V0735", "kptr-stored", EACCES, (isa::Reg, r)(std::string, type)(std::string, expected), \
    "invalid kptr access, {r} type={type} expected={expected}", \
    "{r} is {type}, and the field holds {expected}", "") \
  X(FieldIndirectly, "SKEP-V0736", "field-indirectly", EACCES, (std::string, what), \
    "{what} cannot be accessed indirectly by helper", \
    "a helper function would read or write the value's {what}", "give it the rest of the value only") \
  X(FieldDirectly, "SKEP-V0737", "field-directly", EACCES, (std::string, what), \
    "{what} cannot be accessed directly by load/store", \
    "the value's {what} belongs to the kernel", "it has helper functions of its own") \
  X(FieldSomewhere, "SKEP-V0738", "field-somewhere", EACCES, (std::string, what), \
    "{what} access cannot have variable offset", \
    "the access may hit the value's {what}, at a place that is not known", "use constant offsets") \
  X(FieldMisaligned, "SKEP-V0739", "field-misaligned", EACCES, (std::string, what)(uint64_t, at)(int64_t, off), \
    "{what} access misaligned expected={at} off={off}", \
    "the {what} at offset {at} is accessed at {off}", "") \
  X(FieldPart, "SKEP-V0740", "field-part", EACCES, (std::string, what), \
    "{what} access size must be BPF_DW", \
    "part of the {what} is accessed; only all 8 bytes are", "")

// V075x: kernel objects
#define SKEP_OBJECT_REJECTIONS(X) \
  X(ObjectPrivilege, "SKEP-V0750", "object-privilege", EPERM, (std::string, type), \
    "'struct {type}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN", \
    "reading a struct {type} of the kernel needs CAP_PERFMON", "") \
  X(ObjectGpl, "SKEP-V0751", "object-gpl", EINVAL, (std::string, type), \
    "Cannot access kernel 'struct {type}' from non-GPL compatible program", \
    "reading a struct {type} of the kernel needs a licence compatible with the GPL", "char LICENSE[] SEC(\"license\") = \"GPL\";") \
  X(ObjectNegative, "SKEP-V0752", "object-negative", EACCES, (isa::Reg, r)(std::string, type)(int64_t, off), \
    "{r} is ptr_{type} invalid negative access: off={off}", \
    "{r} points {off} bytes before a struct {type}", "") \
  X(ObjectSomewhere, "SKEP-V0753", "object-somewhere", EACCES, (isa::Reg, r)(std::string, type)(int64_t, off)(std::string, var), \
    "{r} is ptr_{type} invalid variable offset: off={off}, var_off={var}", \
    "{r} points into a struct {type} at {off} + {var}, which is not known", "read through bpf_probe_read_kernel()") \
  X(ObjectElsewhere, "SKEP-V0754", "object-elsewhere", EACCES, (isa::Reg, r)(std::string, type)(std::string, where)(int64_t, off), \
    "{r} is ptr_{type} access {where} memory: off={off}", \
    "{r} points to {where} memory (struct {type}, offset {off}), which is not read directly", "bpf_probe_read_user(), bpf_per_cpu_ptr()") \
  X(ObjectReadOnly, "SKEP-V0755", "object-read-only", EACCES, (isa::Reg, r), \
    "only read is supported", \
    "{r} points to a kernel object, which programs only read", "") \
  X(ObjectBeyond, "SKEP-V0756", "object-beyond", EACCES, (std::string, type)(uint64_t, off)(uint64_t, size), \
    "access beyond struct {type} at off {off} size {size}", \
    "{size} bytes at offset {off} lie beyond the end of struct {type}", "") \
  X(ObjectHole, "SKEP-V0757", "object-hole", EINVAL, (std::string, type)(uint64_t, off), \
    "struct {type} doesn't have field at offset {off}", \
    "struct {type} has no member at offset {off}", "") \
  X(PartOfMember, "SKEP-V0758", "part-of-member", EACCES, (std::string, member)(uint64_t, at)(std::string, type)(uint64_t, off)(uint64_t, size), \
    "cannot access ptr member {member} with moff {at} in struct {type} with off {off} size {size}", \
    "member {member} of struct {type} is a pointer at offset {at}; {size} bytes at {off} are part of it", "") \
  X(BeyondMember, "SKEP-V0759", "beyond-member", EACCES, (std::string, member)(uint64_t, end)(std::string, type)(uint64_t, off)(uint64_t, size), \
    "access beyond the end of member {member} (mend:{end}) in struct {type} with off {off} size {size}", \
    "member {member} of struct {type} ends at {end}; {size} bytes at {off} go on", "") \
  X(OtherStruct, "SKEP-V0761", "other-struct", EACCES, (isa::Reg, r)(std::string, type)(std::string, expected), \
    "{r} is of type {type} but {expected} is expected", \
    "{r} points to a struct {type}; the function takes a struct {expected}", "") \
  X(MaybeNullToHelper, "SKEP-V0762", "maybe-null-to-helper", EACCES, (isa::Reg, r)(uint64_t, number), \
    "Possibly NULL pointer passed to helper arg{number}", \
    "{r}, argument {number}, may be null", "compare it with 0 first") \
  X(NoArgument, "SKEP-V0763", "no-argument", EACCES, (int64_t, off)(uint64_t, size)(std::string, why), \
    "invalid bpf_context access off={off} size={size}", \
    "{size} bytes of the context at offset {off}: {why}", "") \
  X(NoSuchVariable, "SKEP-V0764", "no-such-variable", ENOENT, (int64_t, id), \
    "ldimm64 insn specifies invalid btf_id {id}.", \
    "the kernel has no type {id}, and a variable should be there", "") \
  X(NotVariable, "SKEP-V0774", "not-a-variable", EINVAL, (int64_t, id), \
    "pseudo btf_id {id} in ldimm64 isn't KIND_VAR or KIND_FUNC", \
    "type {id} of the kernel is neither a variable nor a function", "") \
  X(MapObjectWrite, "SKEP-V0766", "map-object-write", EACCES, (std::string, type), \
    "only read from {type} is supported", \
    "{type} belongs to the kernel; programs only read it", "") \
  X(FieldOfObject, "SKEP-V0767", "field-of-object", EACCES, (std::string, what), \
    "direct access to {what} is disallowed", \
    "the object's {what} belongs to the kernel", "it has functions of its own") \
  X(NotWritable, "SKEP-V0770", "not-writable", EACCES, (std::string, type)(uint64_t, off), \
    "no write support to {type} at off {off}", \
    "operations may write some members of struct {type}, and none begins at offset {off}", "") \
  X(BeyondWritable, "SKEP-V0771", "beyond-writable", EACCES, (std::string, type)(uint64_t, off)(uint64_t, size)(uint64_t, end), \
    "write access at off {off} with size {size} beyond the member of {type} ended at {end}", \
    "the member of struct {type} that operations may write at offset {off} ends at {end}; {size} bytes go on", "") \
  X(WantsZeroFlags, "SKEP-V0768", "wants-zero-flags", EINVAL, (isa::Reg, r), \
    "get_local_storage() doesn't support non-zero flags", \
    "{r} are flags, of which there are none: it must be the constant 0", "") \
  X(RetvalOfVoid, "SKEP-V0769", "retval-of-void", EINVAL, (std::string, hook), \
    "BPF_LSM_CGROUP that attach to void LSM hooks can't modify return value!", \
    "{hook} returns nothing, so there is nothing to set", "")

// V078x: dynptrs and strings
#define SKEP_DYNPTR_REJECTIONS(X) \
  X(DynptrSomewhere, "SKEP-V0780", "dynptr-somewhere", EINVAL, (isa::Reg, r)(std::string, what)(std::string, asked), \
    "{what} has to be at a constant offset\n{asked}", \
    "{r} must be a {what} on the stack, and where it points is not known", "") \
  X(DynptrOffset, "SKEP-V0781", "dynptr-offset", EINVAL, (isa::Reg, r)(std::string, what)(int64_t, off)(std::string, asked), \
    "cannot pass in {what} at an offset={off}\n{asked}", \
    "{r} must be a {what}: 16 bytes of the stack, aligned; it is r10 + {off}", "") \
  X(DynptrMissing, "SKEP-V0782", "dynptr-missing", EINVAL, (isa::Reg, r)(uint64_t, number), \
    "Expected an initialized dynptr as arg #{number}", \
    "{r}, argument {number}, must be a dynptr, and there is none", "") \
  X(DynptrUnowned, "SKEP-V0785", "dynptr-unowned", EINVAL, (isa::Reg, r)(uint64_t, number), \
    "arg {number} is an unacquired reference", \
    "{r}, argument {number}, is given up, but it is nothing that was acquired", "") \
  X(DynptrConstReleased, "SKEP-V0786", "dynptr-const-released", EINVAL, (isa::Reg, r), \
    "cannot release unowned const bpf_dynptr", \
    "{r} is a dynptr that a callback was lent", "") \
  X(DynptrOverwritten, "SKEP-V0787", "dynptr-overwritten", EINVAL, (int64_t, off), \
    "cannot overwrite referenced dynptr", \
    "the dynptr at r10 + {off} holds a record, which would be lost", "submit or discard it first") \
  X(DynptrMemory, "SKEP-V0788", "dynptr-memory", EACCES, (std::string, type), \
    "Unsupported reg type {type} for bpf_dynptr_from_mem data", \
    "a dynptr is made of {type}; memory of map values only will do", "") \
  X(StringWritable, "SKEP-V0789", "string-writable", EACCES, (isa::Reg, r), \
    "{r} does not point to a readonly map'", \
    "{r} must be a constant string, and the map it points into can change", "static const char fmt[] = \"…\";") \
  X(StringSomewhere, "SKEP-V0790", "string-somewhere", EACCES, (isa::Reg, r), \
    "{r} is not a constant address'", \
    "{r} must be a constant string, and where it points is not known", "") \
  X(StringNoAddress, "SKEP-V0791", "string-no-address", EACCES, (isa::Reg, r), \
    "no direct value access support for this map type", \
    "{r} must be a constant string, and the map it points into has no constants", "") \
  X(StringEndless, "SKEP-V0792", "string-endless", EINVAL, (isa::Reg, r), \
    "string is not zero-terminated", \
    "{r} must be a constant string, and no 0 ends it", "") \
  X(FormatSize, "SKEP-V0793", "format-size", EINVAL, (uint64_t, size), \
    "", \
    "{size} bytes of arguments: each takes 8", "") \
  X(FormatInvalid, "SKEP-V0794", "format-invalid", EINVAL, (std::string, format), \
    "Invalid format string", \
    "\"{format}\" is no format that bpf_snprintf knows, or asks for more arguments than there are", "")
// clang-format on
SKEP_MAP_REJECTIONS(SKEP_REJECTION)
SKEP_FIELD_REJECTIONS(SKEP_REJECTION)
SKEP_OBJECT_REJECTIONS(SKEP_REJECTION)
SKEP_DYNPTR_REJECTIONS(SKEP_REJECTION)

}  // namespace skep::verify
