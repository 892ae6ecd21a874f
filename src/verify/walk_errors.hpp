// SPDX-License-Identifier: Apache-2.0
// What the walk refuses (errors.hpp has what is refused before it), by subject. The words of Linux's log stand first.
#pragma once

#include <string>

#include "base/error.hpp"
#include "facts/attach_types.hpp"
#include "facts/prog_types.hpp"
#include "isa/insn.hpp"

namespace skep::verify {

using isa::Pc;

// clang-format off
// V02xx: values and arithmetic
#define SKEP_VALUE_REJECTIONS(X) \
  X(NotInitialised, "SKEP-V0200", "not-initialised", EACCES, (isa::Reg, r), \
    "{r} !read_ok", \
    "{r} is read here, and on this path nothing has written it", "set it on every path; calls leave nothing in r1 to r5") \
  X(NoSuchRegister, "SKEP-V0201", "no-such-register", EINVAL, (isa::Reg, r), \
    "{r} is invalid", \
    "{r} is no register; there are r0 to r10", "") \
  X(FrameIsReadOnly, "SKEP-V0202", "frame-is-read-only", EACCES, (isa::Reg, r), \
    "frame pointer is read only", \
    "{r} is the frame pointer, which cannot be written", "copy it to another register first") \
  X(ReservedFields, "SKEP-V0203", "reserved-fields", EINVAL, (std::string, what), \
    "BPF_{what} uses reserved fields", \
    "a field of this {what} instruction that means nothing must be 0 and is not", "") \
  X(DividesByZero, "SKEP-V0204", "divides-by-zero", EINVAL, (isa::Reg, r), \
    "div by zero", \
    "{r} is divided by the constant 0", "") \
  X(ShiftsTooFar, "SKEP-V0205", "shifts-too-far", EINVAL, (int64_t, amount)(int64_t, most), \
    "invalid shift {amount}", \
    "a shift by {amount}; the constant may be 0 to {most}", "") \
  X(PointerArithmetic, "SKEP-V0206", "pointer-arithmetic", EACCES, (isa::Reg, r), \
    "{r} pointer arithmetic prohibited", \
    "{r} is a pointer, and this operation would show its value", "") \
  X(PartOfPointer, "SKEP-V0207", "part-of-pointer", EACCES, (isa::Reg, r)(std::string, how), \
    "{r} {how} of pointer", \
    "half of the pointer in {r} would be copied as a number", "copy all of it") \
  X(PointerWithPointer, "SKEP-V0208", "pointer-with-pointer", EACCES, (isa::Reg, r)(std::string, op), \
    "{r} pointer {op} pointer prohibited", \
    "{r} and the other operand of {op} are both pointers", "pointers of one kind may be compared or subtracted") \
  X(MovedTooFar, "SKEP-V0209", "moved-too-far", EINVAL, (std::string, pointer)(int64_t, by), \
    "math between {pointer} pointer and {by} is not allowed", \
    "{pointer} is moved by {by}; at most 2^29 - 1 either way is allowed", "") \
  X(OffsetTooLarge, "SKEP-V0210", "offset-too-large", EINVAL, (std::string, pointer)(int64_t, off), \
    "{pointer} pointer offset {off} is not allowed", \
    "{pointer} was moved by {off} bytes already; at most 2^29 - 1 either way is allowed", "") \
  X(UnboundedBelow, "SKEP-V0211", "unbounded-below", EINVAL, (std::string, pointer), \
    "math between {pointer} pointer and register with unbounded min value is not allowed", \
    "{pointer} is moved by a number that may be any negative one", "use an unsigned type, or compare with 0 first") \
  X(MovedOutside, "SKEP-V0212", "moved-outside", EINVAL, (std::string, pointer)(int64_t, by), \
    "value {by} makes {pointer} pointer be out of bounds", \
    "{pointer} is moved by {by} or more; at most 2^29 - 1 either way is allowed", "bound the number before adding it") \
  X(MovesMaybeNull, "SKEP-V0213", "moves-maybe-null", EACCES, (isa::Reg, r)(std::string, pointer), \
    "{r} pointer arithmetic on {pointer} prohibited, null-check it first", \
    "{r} is moved before it is compared with 0: it is {pointer}", "compare the pointer with 0 before moving it") \
  X(CannotMove, "SKEP-V0214", "cannot-move", EACCES, (isa::Reg, r)(std::string, pointer), \
    "{r} pointer arithmetic on {pointer} prohibited", \
    "{r} is {pointer}, which stays where it is", "") \
  X(HalfOfPointer, "SKEP-V0215", "half-of-pointer", EACCES, (isa::Reg, r), \
    "{r} 32-bit pointer arithmetic prohibited", \
    "a 32-bit operation on the pointer in {r} would cut it off", "use the 64-bit operation") \
  X(BitsOfPointer, "SKEP-V0216", "bits-of-pointer", EACCES, (isa::Reg, r)(std::string, op), \
    "{r} bitwise operator {op} on pointer prohibited", \
    "{r} is a pointer; {op} would change its bits", "") \
  X(PointerOperator, "SKEP-V0217", "pointer-operator", EACCES, (isa::Reg, r)(std::string, op), \
    "{r} pointer arithmetic with {op} operator prohibited", \
    "{r} is a pointer; {op} makes no address of it", "only += and -= move pointers") \
  X(SubtractsPointer, "SKEP-V0218", "subtracts-pointer", EACCES, (isa::Reg, r), \
    "{r} tried to subtract pointer from scalar", \
    "a pointer is subtracted from the number in {r}", "subtract the number from the pointer") \
  X(SubtractsFromStack, "SKEP-V0219", "subtracts-from-stack", EACCES, (isa::Reg, r), \
    "{r} subtraction from stack pointer prohibited", \
    "{r} becomes a stack pointer less something", "add a negative number") \
  X(ComparesPointer, "SKEP-V0220", "compares-pointer", EACCES, (isa::Reg, r), \
    "{r} pointer comparison prohibited", \
    "comparing the pointer in {r} would show its value", "") \
  X(LeaksInto, "SKEP-V0221", "leaks-pointer", EACCES, (isa::Reg, r)(std::string, where), \
    "{r} leaks addr into {where}", \
    "the pointer in {r} would become readable in {where}", "") \
  X(LeaksReturn, "SKEP-V0222", "returns-pointer-value", EACCES, (isa::Reg, r), \
    "{r} leaks addr as return value", \
    "{r} is a pointer, and the program would return its value", "return a number") \
  X(NoSuchAtomic, "SKEP-V0226", "no-such-atomic", EINVAL, (std::string, operation), \
    "BPF_ATOMIC uses invalid atomic opcode {operation}", \
    "there is no atomic operation 0x{operation}", "") \
  X(AtomicWidth, "SKEP-V0227", "atomic-width", EINVAL, (uint64_t, bits), \
    "invalid atomic operand size", \
    "an atomic operation on {bits} bits; all but load_acquire and store_release work on 32 or 64", "") \
  X(NoSuchBudget, "SKEP-V0228", "no-such-budget", EINVAL, (int64_t, imm), \
    "invalid may_goto imm {imm}", \
    "a field of this may_goto that means nothing must be 0 and is not (its imm is {imm})", "") \
  X(StackMovesVariably, "SKEP-V0223", "stack-moves-variably", EACCES, (isa::Reg, r)(std::string, var)(int64_t, off), \
    "{r} variable stack access prohibited for !root, var_off={var} off={off}", \
    "{r} becomes a pointer to a place of the stack that is not known ({var}); without CAP_PERFMON that is refused", "use constant offsets") \
  X(StackMovesOutside, "SKEP-V0224", "stack-moves-outside", EACCES, (isa::Reg, r)(int64_t, off), \
    "{r} stack pointer arithmetic goes out of range, prohibited for !root; off={off}", \
    "{r} becomes r10 + {off}, outside of the 512 bytes below r10; without CAP_PERFMON that is refused even of a pointer that is not used", "keep the pointer inside") \
  X(ValueMovesOutside, "SKEP-V0225", "value-moves-outside", EACCES, (isa::Reg, r)(uint64_t, size), \
    "{r} pointer arithmetic of map value goes out of range, prohibited for !root", \
    "{r} may become a pointer outside of the map value's {size} bytes; without CAP_PERFMON that is refused even of a pointer that is not used", "bound the offset before adding it") \
  X(MaskedSign, "SKEP-V0229", "masked-sign", EACCES, (isa::Reg, r), \
    "{r} has unknown scalar with mixed signed bounds, pointer arithmetic with it prohibited for !root", \
    "{r} may be negative or not, and moves a pointer; without CAP_PERFMON its sign must be known", "compare it with 0 first, signed") \
  X(MaskedKind, "SKEP-V0230", "masked-kind", EACCES, (isa::Reg, r), \
    "{r} has pointer with unsupported alu operation, pointer arithmetic with it prohibited for !root", \
    "{r} is moved by a register; without CAP_PERFMON only pointers into the stack and into map values are, for only these are masked", "move it by constants") \
  X(MasksDiffer, "SKEP-V0231", "masks-differ", EACCES, (isa::Reg, r)(std::string, verb), \
    "{r} tried to {verb} from different maps, paths or scalars, pointer arithmetic with it prohibited for !root", \
    "{r} comes here as another pointer, at another distance to its end, or with another number than on a path before; without CAP_PERFMON one mask must do for all", "one addition for each of the paths") \
  X(MaskedOutside, "SKEP-V0232", "masked-outside", EACCES, (isa::Reg, r)(std::string, verb), \
    "{r} tried to {verb} beyond pointer bounds, pointer arithmetic with it prohibited for !root", \
    "{r} is moved by a register from or to a place outside of its memory; without CAP_PERFMON that is refused", "keep the pointer inside")

// V03xx: memory
#define SKEP_MEMORY_REJECTIONS(X) \
  X(NotMemory, "SKEP-V0300", "not-memory", EACCES, (isa::Reg, r)(std::string, kind), \
    "{r} invalid mem access '{kind}'", \
    "{r} is {kind} here, and no memory that may be touched through it", "") \
  X(MaybeNull, "SKEP-V0301", "maybe-null", EACCES, (isa::Reg, r)(std::string, kind), \
    "{r} invalid mem access '{kind}'", \
    "{r} may be null here ({kind}), and nothing has tested it", "compare it with 0 before using it") \
  X(CannotWrite, "SKEP-V0302", "read-only", EACCES, (isa::Reg, r)(std::string, kind), \
    "{r} cannot write into {kind}", \
    "{r} is {kind}, which may only be read", "") \
  X(WritesKey, "SKEP-V0303", "writes-key", EACCES, (isa::Reg, r), \
    "write to change key {r} not allowed", \
    "{r} points to a map's key, which may not be changed in place", "delete the element and insert another") \
  X(CannotWritePacket, "SKEP-V0304", "packet-read-only", EACCES, (facts::ProgType, type), \
    "cannot write into packet", \
    "{type} programs may not write into the packet", "") \
  X(MayBeNegative, "SKEP-V0305", "may-be-negative", EACCES, (isa::Reg, r)(int64_t, least), \
    "{r} min value is negative, either use unsigned index or do a if (index >=0) check.", \
    "the offset in {r} may be negative: as low as {least}", "use an unsigned type, or compare with 0 first") \
  X(OutsideMapValue, "SKEP-V0306", "outside-map-value", EACCES, (isa::Reg, r)(std::string, which)(int64_t, off)(uint64_t, size)(uint64_t, region), \
    "invalid access to map value, value_size={region} off={off} size={size}\n{r} {which} value is outside of the allowed memory range", \
    "through {r}, {size} bytes at byte {off} of a map value that has {region} bytes", "bound the offset before the access") \
  X(OutsideMapKey, "SKEP-V0307", "outside-map-key", EACCES, (isa::Reg, r)(std::string, which)(int64_t, off)(uint64_t, size)(uint64_t, region), \
    "invalid access to map key, key_size={region} off={off} size={size}\n{r} {which} value is outside of the allowed memory range", \
    "through {r}, {size} bytes at byte {off} of a map key that has {region} bytes", "bound the offset before the access") \
  X(OutsideMemory, "SKEP-V0308", "outside-memory", EACCES, (isa::Reg, r)(std::string, which)(int64_t, off)(uint64_t, size)(uint64_t, region), \
    "invalid access to memory, mem_size={region} off={off} size={size}\n{r} {which} value is outside of the allowed memory range", \
    "through {r}, {size} bytes at byte {off} of memory that has {region} bytes", "bound the offset before the access") \
  X(Unbounded, "SKEP-V0309", "unbounded", EACCES, (isa::Reg, r)(uint64_t, most), \
    "{r} unbounded memory access, make sure to bounds check any such access", \
    "the offset in {r} has no useful upper bound: it may be {most}", "compare it with the size first") \
  X(OutsidePacket, "SKEP-V0310", "packet-bounds", EACCES, (isa::Reg, r)(int64_t, off)(uint64_t, size)(uint64_t, id)(int64_t, range), \
    "invalid access to packet, off={off} size={size}, {r}(id={id},off={off},r={range})\n{r} offset is outside of the packet", \
    "{size} bytes at offset {off} through {r}, which is known to reach {range} bytes into the packet (as pointer {id})", \
    "compare this pointer plus its length with data_end first") \
  X(BehindPacket, "SKEP-V0311", "behind-packet", EINVAL, (isa::Reg, r)(int64_t, off)(uint64_t, size), \
    "{r} offset is outside of the packet", \
    "{size} bytes at offset {off} through {r}, which was found to be at the packet's end or behind it", \
    "access the packet on the other side of the comparison") \
  X(NegativeOffset, "SKEP-V0312", "negative-offset", EACCES, (isa::Reg, r)(std::string, kind)(int64_t, off), \
    "negative offset {kind} ptr {r} off={off} disallowed", \
    "{r} is {kind}, moved to {off}, in front of its object", "") \
  X(Moved, "SKEP-V0313", "moved-pointer", EACCES, (isa::Reg, r)(std::string, kind)(int64_t, off), \
    "dereference of modified {kind} ptr {r} off={off} disallowed", \
    "{r} is {kind}, moved by {off}; it must be used unmoved", "put the offset into the access itself") \
  X(MovedVariably, "SKEP-V0314", "moved-variably", EACCES, (isa::Reg, r)(std::string, kind)(std::string, var), \
    "variable {kind} access var_off={var} disallowed", \
    "{r} is {kind}, moved by a number that is not known ({var})", "use constant offsets") \
  X(NoContextField, "SKEP-V0315", "no-context-field", EACCES, (int64_t, off)(uint64_t, size)(std::string, why), \
    "invalid bpf_context access off={off} size={size}", \
    "{size} bytes at {off} of the context: {why}", "") \
  X(NoSocketField, "SKEP-V0316", "no-socket-field", EACCES, (isa::Reg, r)(std::string, kind)(int64_t, off)(uint64_t, size)(std::string, why), \
    "{r} invalid {kind} access off={off} size={size}", \
    "{size} bytes at {off} of {r}, which is {kind}: {why}", "") \
  X(OutsideFlowKeys, "SKEP-V0317", "outside-flow-keys", EACCES, (int64_t, off)(uint64_t, size), \
    "invalid access to flow keys off={off} size={size}", \
    "{size} bytes at {off} of the flow keys, which end before that", "") \
  X(BufferOffset, "SKEP-V0318", "buffer-offset", EACCES, (std::string, kind)(isa::Reg, r)(int64_t, off)(uint64_t, size), \
    "{r} invalid {kind} buffer access: off={off}, size={size}", \
    "{size} bytes at {off} of the {kind} buffer in {r}, in front of it", "") \
  X(BufferMoved, "SKEP-V0319", "buffer-moved", EACCES, (isa::Reg, r)(int64_t, off)(std::string, var), \
    "{r} invalid variable buffer offset: off={off}, var_off={var}", \
    "the buffer in {r} is read at {off} plus a number that is not known ({var})", "use constant offsets") \
  X(MapForbids, "SKEP-V0320", "map-forbids", EACCES, (std::string, how)(uint64_t, value_size)(int64_t, off)(uint64_t, size), \
    "{how} map forbidden, value_size={value_size} off={off} size={size}", \
    "programs may not {how} this map ({size} bytes at {off} of {value_size})", "make the map without that flag") \
  X(Misaligned, "SKEP-V0322", "misaligned", EACCES, (std::string, pointer)(std::string, words)(std::string, var)(int64_t, fixed)(int64_t, off)(uint64_t, size), \
    "misaligned {words}access off {var}+{fixed}+{off} size {size}", \
    "{size} bytes through {pointer} at {var} + {fixed} + {off}, which is no multiple of the size", "access it byte by byte, or align it") \
  X(DifferentPointers, "SKEP-V0323", "different-pointers", EINVAL, (std::string, first)(std::string, now), \
    "same insn cannot be used with different pointers", \
    "this instruction gets {now} on one path and {first} on another, and Linux rewrites it for one of them", "use two instructions") \
  X(NoAtomics, "SKEP-V0324", "no-atomics", EACCES, (isa::Reg, r)(std::string, pointer)(std::string, how), \
    "BPF_ATOMIC {how} {r} {pointer} is not allowed", \
    "an atomic operation {how} {r}, which is {pointer}", "use plain loads and stores there") \
  X(NotModelled, "SKEP-V0399", "not-modelled", EOPNOTSUPP, (std::string, what), \
    "", \
    "skep's verifier does not know {what} yet", "verify on a kernel") \
  X(ReplacedElsewhere, "SKEP-V0398", "replaced-elsewhere", ENOENT, (std::string, function), \
    "", \
    "the program replaces the function '{function}', which no other program here has", \
    "join it with the object that has it: skep gen object JOINED.o THIS.o THAT.o")

// V035x: the stack
#define SKEP_STACK_REJECTIONS(X) \
  X(StackUnbounded, "SKEP-V0350", "stack-unbounded", EACCES, (isa::Reg, r)(std::string, how), \
    "invalid unbounded variable-offset {how} stack {r}", \
    "{how} the stack at a place that has no bounds (in {r})", "bound the index first") \
  X(StackBounds, "SKEP-V0351", "outside-stack", EACCES, (isa::Reg, r)(std::string, how)(int64_t, off)(int64_t, size), \
    "invalid {how} stack {r} off={off} size={size}", \
    "{how} the stack through {r}: {size} bytes at r10 + {off}, and the stack is the 512 bytes below r10", "") \
  X(StackBoundsAbove, "SKEP-V0352", "above-stack", EINVAL, (isa::Reg, r)(std::string, how)(int64_t, off)(int64_t, size), \
    "invalid {how} stack {r} off={off} size={size}", \
    "{how} the stack through {r}: {size} bytes at r10 + {off} reach above r10", "") \
  X(StackBoundsVariable, "SKEP-V0353", "may-be-outside-stack", EACCES, (isa::Reg, r)(std::string, how)(std::string, var)(int64_t, off)(int64_t, size), \
    "invalid variable-offset {how} stack {r} var_off={var} off={off} size={size}", \
    "{how} the stack through {r}: {size} bytes at r10 + {off} + {var} may lie outside of the 512 bytes below r10", "bound the index first") \
  X(StackBoundsVariableAbove, "SKEP-V0368", "may-be-above-stack", EINVAL, (isa::Reg, r)(std::string, how)(std::string, var)(int64_t, off)(int64_t, size), \
    "invalid variable-offset {how} stack {r} var_off={var} off={off} size={size}", \
    "{how} the stack through {r}: {size} bytes at r10 + {off} + {var} may reach above r10", "bound the index first") \
  X(StackVariableToHelper, "SKEP-V0355", "stack-variable-argument", EACCES, (std::string, var)(int64_t, off)(int64_t, size), \
    "variable offset stack pointer cannot be passed into helper function; var_off={var} off={off} size={size}", \
    "{size} bytes of the stack at r10 + {off} + {var}, a place that is not known", "use constant offsets") \
  X(CorruptsSpill, "SKEP-V0356", "corrupts-spill", EACCES, (int64_t, off)(uint64_t, size), \
    "attempt to corrupt spilled pointer on stack", \
    "{size} bytes written at r10 + {off} overwrite part of a pointer kept there", "") \
  X(SpillSize, "SKEP-V0357", "spill-size", EACCES, (uint64_t, size), \
    "invalid size of register spill", \
    "{size} bytes of a pointer are stored; only all 8 can be", "") \
  X(FillSize, "SKEP-V0358", "fill-size", EACCES, (uint64_t, size), \
    "invalid size of register fill", \
    "{size} bytes of a stored pointer are read; only all 8 can be", "") \
  X(SpillsStackToCaller, "SKEP-V0359", "stack-to-caller", EINVAL, (isa::Reg, r), \
    "cannot spill pointers to stack into stack frame of the caller", \
    "{r} points into this function's stack, which is gone when its caller reads it", "") \
  X(ReadsUnwritten, "SKEP-V0360", "reads-unwritten", EACCES, (int64_t, off)(int64_t, at)(uint64_t, size), \
    "invalid read from stack off {off}+{at} size {size}", \
    "of the {size} bytes at r10 + {off}, byte {at} was never written", "initialise it: memset it, or give it an initialiser") \
  X(ArgumentUnwritten, "SKEP-V0361", "argument-unwritten", EACCES, (isa::Reg, r)(int64_t, off)(int64_t, at)(uint64_t, size), \
    "invalid read from stack {r} off {off}+{at} size {size}", \
    "{r} hands {size} bytes at r10 + {off} to a helper function; byte {at} was never written or is a pointer", "initialise it, padding included, as memset does") \
  X(ArgumentUnwrittenVariable, "SKEP-V0362", "argument-unwritten-variable", EACCES, (isa::Reg, r)(std::string, var)(int64_t, at)(uint64_t, size), \
    "invalid read from stack {r} var_off {var}+{at} size {size}", \
    "{size} bytes of the stack at {r} + {var}; byte {at} was never written or is a pointer", "initialise all of it") \
  X(SpillInVariableWrite, "SKEP-V0363", "spill-in-variable-write", EINVAL, (Pc, insn)(int64_t, off), \
    "spilled ptr in range of var-offset stack write; {insn}, ptr off: {off}", \
    "{insn} writes the stack at a place that is not known; a pointer kept at r10 + {off} may be hit", "") \
  X(LeaksFromStack, "SKEP-V0365", "leaks-from-stack", EACCES, (int64_t, off), \
    "leaking pointer from stack off {off}", \
    "the pointer kept at r10 + {off} would be used as a number", "") \
  X(ZeroSized, "SKEP-V0366", "zero-sized", EACCES, (isa::Reg, r), \
    "invalid zero-sized read", \
    "{r} hands no bytes to a helper function that needs some", "") \
  X(WritesDynptr, "SKEP-V0367", "writes-dynptr", EACCES, (int64_t, off), \
    "potential write to dynptr at off={off} disallowed", \
    "a helper function would write over the dynptr at r10 + {off}", "")

// V04xx: calls
#define SKEP_CALL_REJECTIONS(X) \
  X(NoSuchHelper, "SKEP-V0400", "no-such-helper", EINVAL, (int64_t, id), \
    "invalid func unknown#{id}", \
    "there is no helper function {id}", "") \
  X(HelperNotForType, "SKEP-V0401", "helper-not-for-type", EINVAL, (std::string, helper)(int64_t, id)(facts::ProgType, type), \
    "program of this type cannot use helper {helper}#{id}", \
    "{type} programs cannot call {helper} (helper {id})", "") \
  X(NeedsGpl, "SKEP-V0402", "needs-gpl", EINVAL, (std::string, helper), \
    "cannot call GPL-restricted function from non-GPL compatible program", \
    "{helper} is for programs under a licence compatible with the GPL", "char LICENSE[] SEC(\"license\") = \"GPL\";") \
  X(NotInProbe, "SKEP-V0403", "not-in-probe", EINVAL, (std::string, helper), \
    "helper call is not allowed in probe", \
    "{helper} may not be called where this program is attached", "") \
  X(MightSleep, "SKEP-V0404", "might-sleep", EINVAL, (std::string, helper), \
    "helper call might sleep in a non-sleepable prog", \
    "{helper} may sleep, and this program may not", "make it sleepable: a section name with .s") \
  X(SleepsInRegion, "SKEP-V0405", "sleeps-in-region", EINVAL, (std::string, helper)(int64_t, id)(std::string, region), \
    "sleepable helper {helper}#{id} in {region}", \
    "{helper} (helper {id}) may sleep, and this is a {region}", "call it outside of the region") \
  X(CallUnderLock, "SKEP-V0406", "call-under-lock", EINVAL, (std::string, callee), \
    "function calls are not allowed while holding a lock", \
    "{callee} is called while a bpf_spin_lock is held", "unlock first") \
  X(ArgumentType, "SKEP-V0407", "argument-type", EACCES, (isa::Reg, r)(std::string, type)(std::string, expected), \
    "{r} type={type} expected={expected}", \
    "{r} is {type}; the function takes {expected}", "") \
  X(PacketToHelper, "SKEP-V0408", "packet-to-helper", EACCES, (isa::Reg, r), \
    "helper access to the packet is not allowed", \
    "{r} points into the packet, which this function does not take from such programs", "copy the bytes to the stack first") \
  X(ReleaseOffset, "SKEP-V0409", "release-offset", EINVAL, (isa::Reg, r), \
    "{r} must have zero offset when passed to release func or trusted arg to kfunc", \
    "{r} was moved; what is released must be the pointer that was acquired", "keep a copy of the pointer") \
  X(ReleaseUnowned, "SKEP-V0410", "release-unowned", EINVAL, (isa::Reg, r), \
    "{r} must be referenced when passed to release function", \
    "{r} is given up, but it is nothing that was acquired", "") \
  X(TwoReferences, "SKEP-V0411", "two-references", EACCES, (isa::Reg, r)(uint64_t, first)(uint64_t, second), \
    "more than one arg with ref_obj_id {r} {first} {second}", \
    "{r} is an acquired object ({second}), and so is another argument ({first})", "") \
  X(OtherMap, "SKEP-V0412", "other-map", EINVAL, (int64_t, first)(int64_t, second), \
    "timer pointer in R1 map_uid={first} doesn't match map pointer in R2 map_uid={second}", \
    "the first argument lives in another map ({first}) than the one that is named ({second})", "") \
  X(NotConstant, "SKEP-V0413", "not-constant", EACCES, (isa::Reg, r), \
    "{r} is not a known constant'", \
    "{r} is a size that must be known here, and it is not", "use a constant") \
  X(SizeNegative, "SKEP-V0414", "size-negative", EACCES, (isa::Reg, r)(int64_t, least), \
    "{r} min value is negative, either use unsigned or 'var &= const'", \
    "{r} is a size, and it may be negative: as low as {least}", "use an unsigned type, or mask it: len &= MAX") \
  X(SizeZero, "SKEP-V0415", "size-zero", EACCES, (isa::Reg, r)(uint64_t, umin)(uint64_t, umax), \
    "{r} invalid zero-sized read: u64=[{umin},{umax}]", \
    "{r} is a size between {umin} and {umax}, and 0 is not allowed", "test it for 0 first") \
  X(SizeUnbounded, "SKEP-V0416", "size-unbounded", EACCES, (isa::Reg, r)(uint64_t, most), \
    "{r} unbounded memory access, use 'var &= const' or 'if (var < const)'", \
    "{r} is a size without a useful upper bound: it may be {most}", "compare it with a constant: if (len > MAX) return 0;") \
  X(WritesKernelMemory, "SKEP-V0417", "writes-kernel-memory", EACCES, (std::string, helper)(isa::Reg, r)(std::string, type), \
    "{helper}() may write into memory pointed by {r} type={type}", \
    "{helper} may write, and {r} is a kernel object ({type})", "") \
  X(MapNotForHelper, "SKEP-V0418", "map-not-for-helper", EINVAL, (int64_t, type_id)(std::string, type)(std::string, helper)(int64_t, id), \
    "cannot pass map_type {type_id} into func {helper}#{id}", \
    "{helper} (helper {id}) does not work on {type} maps (type {type_id})", "") \
  X(SocketsAreNoBytes, "SKEP-V0421", "sockets-are-no-bytes", EINVAL, (std::string, helper)(std::string, type), \
    "invalid arg_type for sockmap/sockhash", \
    "{helper} takes or gives a value as bytes, and {type} maps hold sockets", "look them up") \
  X(TooDeep, "SKEP-V0419", "too-deep", E2BIG, (uint64_t, frames)(uint64_t, most), \
    "the call stack of {frames} frames is too deep", \
    "this call makes {frames} frames; {most} are allowed, the program itself included", "inline some functions") \
  X(ReturnsStack, "SKEP-V0420", "returns-stack", EINVAL, (isa::Reg, r), \
    "cannot return stack pointer to the caller", \
    "{r} points to the stack and is returned", "") \
  X(NoTypesForCallback, "SKEP-V0422", "callback-without-types", EINVAL, (Pc, at), \
    "missing btf func_info", \
    "{at} takes the address of a function, and the program has no BTF", "compile with -g") \
  X(CallbackNotStatic, "SKEP-V0423", "callback-not-static", EINVAL, (std::string, function), \
    "callback function not static", \
    "{function} is called back and is a global function", "declare it static")

// V05xx: what is held
#define SKEP_HELD_REJECTIONS(X) \
  X(Unreleased, "SKEP-V0500", "unreleased", EINVAL, (uint64_t, id)(int64_t, insn)(std::string, who), \
    "Unreleased reference id={id} alloc_insn={insn}\n{who} would lead to reference leak", \
    "what instruction {insn} acquired (reference {id}) is not given back on this path", "release it on every path, early returns included") \
  X(LeavesLocked, "SKEP-V0502", "leaves-locked", EINVAL, (std::string, who)(std::string, what), \
    "{who} cannot be used inside {what}-ed region", \
    "{who} inside of a {what} region", "end the region first")

// V06xx: the program as a whole
#define SKEP_PROGRAM_REJECTIONS(X) \
  X(TooComplex, "SKEP-V0600", "too-complex", E2BIG, (uint64_t, most)(uint64_t, processed), \
    "BPF program is too large. Processed {processed} insn", \
    "after {most} instructions the paths are not exhausted ({processed} were walked)", "bpf_loop(), or fewer branches that differ in data nobody needs") \
  X(TooManyBranches, "SKEP-V0601", "too-many-branches", EFAULT, (uint64_t, count)(uint64_t, most)(std::string, of), \
    "The sequence of {count} jumps is too complex{of}.", \
    "{count} branches wait to be walked; {most} may", "break the function into smaller ones") \
  X(EndlessLoop, "SKEP-V0602", "endless-loop", EINVAL, (int64_t, insn), \
    "infinite loop detected at insn {insn}", \
    "the loop at instruction {insn} comes back with nothing changed, so it never ends", "let a counter decide when it ends") \
  X(ReturnsPointer, "SKEP-V0603", "returns-pointer", EINVAL, (std::string, when)(isa::Reg, r)(std::string, kind)(std::string_view, value), \
    "{when} the register {r} is not a {value} value ({kind})", \
    "{when} {r} must be a number and is {kind}", "") \
  X(CallbackReturnsPointer, "SKEP-V0604", "callback-returns-pointer", EACCES, (isa::Reg, r)(std::string, kind), \
    "{r} not a scalar value", \
    "a callback answers with {r}, which must be a number and is {kind}", "") \
  X(ReturnsOutside, "SKEP-V0605", "returns-outside", EINVAL, (std::string, when)(isa::Reg, r)(std::string, bounds)(std::string, has)(int64_t, least)(int64_t, most), \
    "{when} the register {r} has{bounds} should have been in [{least}, {most}]", \
    "{when} {r} has {has}; from {least} to {most} is allowed", "return a value in that range") \
  X(NoPacketLoads, "SKEP-V0606", "no-packet-loads", EINVAL, (facts::ProgType, type), \
    "BPF_LD_[ABS|IND] instructions not allowed for this program type", \
    "{type} programs may not load packet bytes with skb[…]", "use packet pointers or bpf_skb_load_bytes") \
  X(PacketLoadContext, "SKEP-V0607", "packet-load-context", EINVAL, (isa::Reg, r), \
    "at the time of BPF_LD_ABS|IND {r} != pointer to skb", \
    "loads of packet bytes need the context in {r}", "keep the context in r6") \
  X(NeedsCapability, "SKEP-V0608", "needs-capability", EPERM, (facts::ProgType, type), \
    "", \
    "{type} programs are loaded with capabilities that this loader does not have", "") \
  X(AttachTypeNotTaken, "SKEP-V0609", "attach-type-not-taken", EINVAL, (facts::ProgType, type)(facts::AttachType, attach), \
    "", \
    "{type} programs are not loaded for attach type {attach}", "name one in the section, as SEC(\"cgroup/connect4\") does") \
  X(MayNotSleep, "SKEP-V0610", "may-not-sleep", EINVAL, (facts::ProgType, type), \
    "Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable", \
    "the program is to be sleepable, which {type} programs at this place are not", "a section name without .s") \
  X(MustSleep, "SKEP-V0611", "must-sleep", EINVAL, (facts::ProgType, type), \
    "Syscall programs can only be sleepable", \
    "{type} programs are sleepable, and this one is not loaded as such", "load it with the flag BPF_F_SLEEPABLE") \
  X(NamesNoTarget, "SKEP-V0612", "names-no-target", EINVAL, (facts::ProgType, type), \
    "Tracing programs must provide btf_id", \
    "{type} programs are attached to a function or tracepoint, and this one names none", \
    "name it in the section, as SEC(\"tp_btf/sched_switch\") does") \
  X(NoPlaceToSleep, "SKEP-V0613", "no-place-to-sleep", EINVAL, (std::string, function), \
    "{function} is not sleepable", \
    "the program is to be sleepable, and {function} is called where nothing may sleep", "a section name without .s") \
  X(NotModifiable, "SKEP-V0614", "not-modifiable", EINVAL, (std::string, function), \
    "{function}() is not modifiable", \
    "no program may change what {function} answers", "attach to its end with fexit, which only sees the answer") \
  X(NotTraceable, "SKEP-V0615", "not-traceable", EINVAL, (std::string, function), \
    "Attaching tracing programs to function '{function}' is rejected.", \
    "{function} is what tracing itself is made of, and takes no programs", "") \
  X(NeverReturns, "SKEP-V0616", "never-returns", EINVAL, (std::string, function), \
    "Attaching fexit/fmod_ret to __noreturn function '{function}' is rejected.", \
    "{function} never returns, so that nothing can run at its end", "attach to its begin with fentry") \
  X(HookDisabled, "SKEP-V0617", "hook-disabled", EINVAL, (std::string, function), \
    "points to disabled hook {function}", \
    "no program may be attached to {function}", "") \
  X(TooManyRounds, "SKEP-V0618", "too-many-rounds", ENOMEM, (uint64_t, count)(uint64_t, most)(std::string, what)(std::string, then), \
    "The sequence of {count} jumps is too complex.{then}", \
    "{count} branches wait to be walked, the last with {what}; {most} may", "fewer branches before this place, or more functions") \
  X(ReplacesNothing, "SKEP-V0619", "replaces-nothing", EINVAL, (std::string, function)(std::string, program), \
    "Subprog {function} doesn't exist", \
    "program {program} has no function {function} to be replaced", "") \
  X(NotGlobal, "SKEP-V0620", "not-global", EINVAL, (std::string, function), \
    "{function}() is not a global function", \
    "{function} is static: its callers were verified with its body, so that it cannot be replaced", "declare it without static") \
  X(OtherArgCount, "SKEP-V0621", "other-arg-count", EINVAL, (std::string, own)(uint64_t, count)(std::string, function)(uint64_t, wanted), \
    "{own}() has {count} args while {function}() has {wanted} args", \
    "{own} takes {count} arguments, and {function}, which it replaces, takes {wanted}", "declare it as that is declared") \
  X(OtherAnswer, "SKEP-V0622", "other-answer", EINVAL, (std::string, kind)(std::string, own)(std::string, wanted)(std::string, function), \
    "Return type {kind} of {own}() doesn't match type {wanted} of {function}()", \
    "{own} answers with {kind}, and {function}, which it replaces, with {wanted}", "declare it as that is declared") \
  X(OtherArgKind, "SKEP-V0623", "other-arg-kind", EINVAL, (uint64_t, arg)(std::string, own)(std::string, kind)(std::string, function)(std::string, wanted), \
    "arg{arg} in {own}() is {kind} while {function}() has {wanted}", \
    "argument {arg} (from 0) of {own} is of kind {kind}, and that of {function}, which it replaces, of {wanted}", "declare it as that is declared") \
  X(OtherArgSize, "SKEP-V0624", "other-arg-size", EINVAL, (uint64_t, arg)(std::string, own)(uint64_t, size)(std::string, function)(uint64_t, wanted), \
    "arg{arg} in {own}() has size {size} while {function}() has {wanted}", \
    "argument {arg} (from 0) of {own} has {size} bytes, and that of {function}, which it replaces, {wanted}", "declare it as that is declared") \
  X(ArgNotReplaceable, "SKEP-V0625", "arg-not-replaceable", EINVAL, (uint64_t, arg)(std::string, own), \
    "arg{arg} in {own}() has unrecognized type", \
    "argument {arg} (from 0) of {own} is neither a number nor a pointer", "") \
  X(ArgNotContext, "SKEP-V0626", "arg-not-context", EINVAL, (uint64_t, arg)(std::string, own), \
    "arg{arg} in {own}() is not a pointer to context", \
    "argument {arg} (from 0) of {own} points to what is no structure; such functions cannot be replaced", "") \
  X(OtherArgStruct, "SKEP-V0627", "other-arg-struct", EINVAL, (uint64_t, arg)(std::string, own)(std::string, type)(std::string, function)(std::string, wanted), \
    "arg{arg} {own}(struct {type} *) doesn't match {function}(struct {wanted} *)", \
    "argument {arg} (from 0) of {own} points to a {type}, and that of {function}, which it replaces, to a {wanted}", "declare it as that is declared") \
  X(MovesPacket, "SKEP-V0628", "moves-packet", EINVAL, (std::string, function), \
    "Extension program changes packet data, while original does not", \
    "the program may move the packet, and the callers of {function}, which it replaces, rely on it staying where it is", \
    "a function that moves the packet already, or no such helper") \
  X(ReplacementUntyped, "SKEP-V0629", "replacement-untyped", EINVAL, (std::string, program), \
    "Program extension requires BTF", \
    "nothing says which function's prototype {program} has, which replaces another program's", "compile with -g") \
  X(ReplacedUntyped, "SKEP-V0630", "replaced-untyped", EINVAL, (std::string, program), \
    "FENTRY/FEXIT program can only be attached to another program annotated with BTF", \
    "nothing says which functions program {program} has, so that none of them can be replaced", "compile it with -g") \
  X(ReplacesReplacement, "SKEP-V0631", "replaces-replacement", EINVAL, (std::string, program), \
    "Cannot recursively attach", \
    "{program} is itself in the place of a function", "replace the function that it replaces") \
  X(ReplacesTracing, "SKEP-V0632", "replaces-tracing", EINVAL, (std::string, program), \
    "Cannot extend fentry/fexit", \
    "{program} traces a function; it cannot be replaced", "") \
  X(ReplacesOddEntry, "SKEP-V0633", "replaces-odd-entry", EINVAL, (std::string, program), \
    "Cannot replace static functions", \
    "{program} is not declared with its context as its argument, so that nothing says how it is called", "declare it as its type's programs are declared") \
  X(LinuxFault, "SKEP-V0698", "linux-fault", EFAULT, (std::string, what), \
    "verifier bug: {what}", \
    "Linux gives up here, by a fault of its own: {what}", "") \
  X(InternalFault, "SKEP-V0699", "internal-fault", EFAULT, (std::string, what)(Pc, at), \
    "verifier bug: {what}", \
    "a fault in skep at {at}: {what}", "please report the program")
// clang-format on
SKEP_VALUE_REJECTIONS(SKEP_REJECTION)
SKEP_MEMORY_REJECTIONS(SKEP_REJECTION)
SKEP_STACK_REJECTIONS(SKEP_REJECTION)
SKEP_CALL_REJECTIONS(SKEP_REJECTION)
SKEP_HELD_REJECTIONS(SKEP_REJECTION)
SKEP_PROGRAM_REJECTIONS(SKEP_REJECTION)

}  // namespace skep::verify
