// SPDX-License-Identifier: Apache-2.0
// What calls of functions of the program and of the kernel are refused for (walk_errors.hpp has the helpers').
#pragma once

#include <string>

#include "base/error.hpp"
#include "isa/insn.hpp"

namespace skep::verify {

using isa::Pc;

// clang-format off
// V043x: functions verified on their own
#define SKEP_FUNCTION_REJECTIONS(X) \
  X(ManyParams, "SKEP-V0430", "many-params", EINVAL, (std::string, function)(uint64_t, count)(uint64_t, most), \
    "Global function {function}() with {count} > {most} args. Buggy compiler.", \
    "{function} takes {count} arguments; {most} fit into registers", "pass a pointer to a structure") \
  X(ReturnsNoNumber, "SKEP-V0431", "returns-no-number", EINVAL, (std::string, function), \
    "Global function {function}() doesn't return scalar. Only those are supported.", \
    "{function} is a global function and does not return an integer", "return int, or declare it static") \
  X(UnknownTag, "SKEP-V0432", "unknown-tag", EOPNOTSUPP, (uint64_t, arg)(std::string, tag), \
    "arg#{arg} has unsupported set of tags", \
    "argument {arg} (from 0) has the tag arg:{tag}, which means nothing", "") \
  X(TagsDisagree, "SKEP-V0433", "tags-disagree", EINVAL, (uint64_t, arg), \
    "arg#{arg} has invalid combination of tags", \
    "the tags of argument {arg} (from 0) cannot be put together", "") \
  X(TagOnNumber, "SKEP-V0434", "tag-on-number", EINVAL, (uint64_t, arg), \
    "arg#{arg} has pointer tag, but is not a pointer type", \
    "argument {arg} (from 0) has a tag that is for pointers, and it is none", "") \
  X(UnsizedParam, "SKEP-V0435", "unsized-param", EINVAL, (uint64_t, arg)(std::string, kind)(std::string, name)(std::string, type), \
    "arg#{arg} reference type('{kind} {name}') size cannot be determined: -22", \
    "argument {arg} (from 0) points to {type}, whose size is not known: what may be accessed through it is not, either", \
    "point to a complete type, or declare the function static") \
  X(ParamType, "SKEP-V0436", "param-type", EINVAL, (uint64_t, arg)(std::string, kind)(std::string, function), \
    "Arg#{arg} type {kind} in {function}() is not supported yet.", \
    "argument {arg} (from 0) of {function} is a {kind}; a global function takes numbers and pointers", "pass a pointer to it") \
  X(ParamContext, "SKEP-V0437", "param-context", EINVAL, (uint64_t, arg)(std::string, context), \
    "arg#{arg} should be `struct {context} *`", \
    "argument {arg} (from 0) has the tag arg:ctx and another type than the context of this program, struct {context}", "") \
  X(ParamContextVoid, "SKEP-V0438", "param-context-void", EINVAL, (uint64_t, arg), \
    "arg#{arg} should be void pointer", \
    "argument {arg} (from 0) has the tag arg:ctx; the context of such programs has no type", "declare it void *") \
  X(ParamContextNameless, "SKEP-V0439", "param-context-nameless", EINVAL, (uint64_t, arg), \
    "arg#{arg} type doesn't have a name", \
    "argument {arg} (from 0) has the tag arg:ctx and a type without a name", "") \
  X(NotANumber, "SKEP-V0440", "not-a-number", EINVAL, (isa::Reg, r)(std::string, kind)(std::string, function), \
    "{r} is not a scalar", \
    "{r} is {kind}; {function} takes a number there", "") \
  X(NotTheContext, "SKEP-V0441", "not-the-context", EINVAL, (uint64_t, arg)(std::string, kind)(std::string, function), \
    "arg#{arg} expects pointer to ctx", \
    "argument {arg} (from 0) is {kind}; {function} takes the program's context there", "") \
  X(MayBeNullArgument, "SKEP-V0442", "may-be-null-argument", EINVAL, (uint64_t, arg)(std::string, function), \
    "arg#{arg} is expected to be non-NULL", \
    "argument {arg} (from 0) may be null; {function} promises its body that it is not", "compare it with 0 first") \
  X(NotArena, "SKEP-V0443", "not-arena", EINVAL, (isa::Reg, r)(std::string, kind), \
    "{r} is not a pointer to arena or scalar.", \
    "{r} is {kind}; the function takes a pointer into the arena there", "") \
  X(NoMemoryForFunction, "SKEP-V0444", "no-memory-for-function", EINVAL, (std::string, function)(isa::Reg, r)(uint64_t, size)(std::string, why)(std::string, as_for_any_access), \
    "{as_for_any_access}", \
    "{function} reads and writes {size} bytes through {r}, and there they are not: {why}", "") \
  X(GlobalUnderLock, "SKEP-V0445", "global-under-lock", EINVAL, (std::string, function), \
    "global function calls are not allowed while holding a lock,\nuse static function instead", \
    "{function} is a global function, called while a lock is held; what it does was not looked at with the lock", "declare it static, or unlock first") \
  X(GlobalMaySleep, "SKEP-V0446", "global-may-sleep", EINVAL, (std::string, function), \
    "global functions that may sleep are not allowed in non-sleepable context,\ni.e., in a RCU/IRQ/preempt-disabled section, or in\n" \
    "a non-sleepable BPF program context", \
    "{function} may sleep, and here nothing may", "call it from a sleepable program, outside of RCU, IRQ and preemption regions") \
  X(HandlerParams, "SKEP-V0447", "handler-params", EINVAL, (std::string, function), \
    "exception cb only supports single integer argument", \
    "the exception callback {function} takes one integer, and nothing else", "declare it int name(u64 cookie)") \
  X(NoElements, "SKEP-V0449", "no-elements", 524, (std::string, type), \
    "callback function not allowed for map", \
    "bpf_for_each_map_elem() does not visit {type} maps", "") \
  X(NoKernelType, "SKEP-V0489", "no-kernel-type", ENOENT, (uint64_t, arg)(std::string, type), \
    "", \
    "argument {arg} (from 0) points to a kernel object, and the kernel has no '{type}'", "")

// V045x to V047x: functions of the kernel
#define SKEP_KFUNC_REJECTIONS(X) \
  X(KfuncNeedsGpl, "SKEP-V0450", "kfunc-needs-gpl", EINVAL, (Pc, at), \
    "cannot call kernel function from non-GPL compatible program", \
    "{at} calls a kernel function, which only programs under a licence compatible with the GPL may", "char LICENSE[] SEC(\"license\") = \"GPL\";") \
  X(TooManyKfuncs, "SKEP-V0451", "too-many-kfuncs", E2BIG, (Pc, at)(uint64_t, most), \
    "too many different kernel function calls", \
    "{at} calls one kernel function more than the {most} that a program may call", "") \
  X(NoKfunc, "SKEP-V0452", "no-kfunc", EINVAL, (Pc, at)(uint64_t, id), \
    "kernel btf_id {id} is not a function", \
    "{at} calls type {id} of the kernel, which is no function", "") \
  X(KfuncNotAllowed, "SKEP-V0453", "kfunc-not-allowed", EACCES, (std::string, function), \
    "calling kernel function {function} is not allowed", \
    "programs of this type may not call {function}", "") \
  X(KfuncMissing, "SKEP-V0454", "kfunc-missing", EINVAL, (Pc, at), \
    "invalid kernel function call not eliminated in verifier pass", \
    "{at} calls a kernel function that the target lacks, and can be reached", "test first whether it exists: bpf_ksym_exists()") \
  X(Trapped, "SKEP-V0455", "trapped", EFAULT, (Pc, at), \
    "unexpected __bpf_trap() due to uninitialized variable?", \
    "{at} is reached, where the compiler found that nothing sensible can happen", "initialise the variables that lead here") \
  X(KfuncDestroys, "SKEP-V0456", "kfunc-destroys", EACCES, (std::string, function), \
    "destructive kfunc calls require CAP_SYS_BOOT capability", \
    "{function} may bring the machine down, which takes CAP_SYS_BOOT", "") \
  X(KfuncSleeps, "SKEP-V0457", "kfunc-sleeps", EACCES, (std::string, function), \
    "program must be sleepable to call sleepable kfunc {function}", \
    "{function} may sleep, and this program may not", "make it sleepable: a section name with .s") \
  X(KfuncSleepsInRegion, "SKEP-V0459", "kfunc-sleeps-in-region", EACCES, (std::string, function)(std::string, region), \
    "kernel func {function} is sleepable within {region} region", \
    "{function} may sleep, and this is a {region} region", "end the region first") \
  X(NestedRcu, "SKEP-V0460", "nested-rcu", EINVAL, (std::string, function), \
    "nested rcu read lock (kernel function {function})", \
    "{function} inside of a region that another one began", "one region is enough") \
  X(UnmatchedRcu, "SKEP-V0461", "unmatched-rcu", EINVAL, (std::string, function), \
    "unmatched rcu read unlock (kernel function {function})", \
    "{function} ends a region that did not begin", "") \
  X(UnmatchedPreempt, "SKEP-V0462", "unmatched-preempt", EINVAL, (std::string, function), \
    "unmatched attempt to enable preemption (kernel function {function})", \
    "{function}, and preemption was not disabled", "") \
  X(NeedsRcu, "SKEP-V0463", "needs-rcu", EACCES, (std::string, function), \
    "kernel func {function} requires RCU critical section protection", \
    "{function} may only be called in an RCU region", "bpf_rcu_read_lock() before it") \
  X(KfuncNotNumber, "SKEP-V0465", "kfunc-not-number", EINVAL, (isa::Reg, r)(std::string, kind), \
    "{r} is not a scalar", \
    "{r} is {kind}, and the kernel function takes a number there", "") \
  X(KfuncNotConstant, "SKEP-V0466", "kfunc-not-constant", EINVAL, (isa::Reg, r), \
    "{r} must be a known constant", \
    "{r} must be known here, and it is not", "use a constant") \
  X(KfuncMaybeNull, "SKEP-V0468", "kfunc-maybe-null", EACCES, (uint64_t, arg), \
    "Possibly NULL pointer passed to trusted arg{arg}", \
    "argument {arg} (from 0) may be null, which this kernel function does not take", "compare it with 0 first") \
  X(NotTrusted, "SKEP-V0469", "not-trusted", EINVAL, (isa::Reg, r)(std::string, kind), \
    "{r} must be referenced or trusted", \
    "{r} is {kind}; nobody knows whether the object it points to still lives", "acquire a reference, or use what the context gives") \
  X(NotRcu, "SKEP-V0470", "not-rcu", EINVAL, (isa::Reg, r)(std::string, kind), \
    "{r} must be a rcu pointer", \
    "{r} is {kind}: neither trusted nor protected by RCU", "read it within bpf_rcu_read_lock()") \
  X(KfuncNotContext, "SKEP-V0471", "kfunc-not-context", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} expected pointer to ctx, but got {kind}", \
    "argument {arg} (from 0) is {kind}, and must be the program's context", "") \
  X(KfuncNotObject, "SKEP-V0472", "kfunc-not-object", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} is {kind} expected {kind} or socket", \
    "argument {arg} (from 0) is {kind}, and must be a kernel object", "") \
  X(KfuncOtherObject, "SKEP-V0473", "kfunc-other-object", EINVAL, (std::string, function)(uint64_t, arg)(std::string, expected)(isa::Reg, r)(std::string, has), \
    "kernel function {function} args#{arg} expected pointer to STRUCT {expected} but {r} has a pointer to STRUCT {has}", \
    "{function} takes a pointer to struct {expected} as argument {arg} (from 0); {r} points to a struct {has}", "") \
  X(KfuncPointer, "SKEP-V0474", "kfunc-pointer", EINVAL, (std::string, function)(uint64_t, arg)(std::string, type)(std::string, kind)(std::string, name), \
    "kernel function {function} args#{arg} pointer type {kind} {name} is not supported", \
    "argument {arg} (from 0) of {function} points to {type}, which programs cannot give", "") \
  X(KfuncNotPlain, "SKEP-V0475", "kfunc-not-plain", EINVAL, (uint64_t, arg)(std::string, type)(std::string, kind)(std::string, name)(std::string, or_void), \
    "arg#{arg} pointer type {kind} {name} must point to {or_void}scalar, or struct with scalar", \
    "argument {arg} (from 0) points to {type}, which is no plain data, so the register must be a kernel object", "") \
  X(KfuncNotFunction, "SKEP-V0478", "kfunc-not-function", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg{arg} expected pointer to func", \
    "argument {arg} (from 0) is {kind}, and must be a function of the program", "") \
  X(KfuncReleasesNothing, "SKEP-V0479", "kfunc-releases-nothing", EINVAL, (std::string, function), \
    "release kernel function {function} expects refcounted PTR_TO_BTF_ID", \
    "{function} gives a reference up, and none was given to it", "") \
  X(NotOnStack, "SKEP-V0481", "iterator-not-on-stack", EINVAL, (uint64_t, arg)(std::string, kind), \
    "arg#{arg} expected pointer to an iterator on stack", \
    "argument {arg} (from 0) is {kind}; iterators live on the stack", "declare it as a local variable") \
  X(IteratorBusy, "SKEP-V0482", "iterator-busy", EINVAL, (uint64_t, arg)(std::string, iterator), \
    "expected uninitialized {iterator} as arg #{arg}", \
    "argument {arg} (from 0) is a place on the stack where an iterator lives already, or no place for a {iterator}", "destroy the other one first") \
  X(IteratorNotMade, "SKEP-V0483", "iterator-not-made", EINVAL, (uint64_t, arg)(std::string, iterator), \
    "expected an initialized {iterator} as arg #{arg}", \
    "argument {arg} (from 0) is no {iterator} that was made and not yet destroyed", "call its new function first") \
  X(IteratorNeedsRcu, "SKEP-V0484", "iterator-needs-rcu", EPROTO, (std::string, function), \
    "expected an RCU CS when using {function}", \
    "the RCU region in which the iterator was made has ended before {function}", "keep the region open until it is destroyed") \
  X(WalksTasks, "SKEP-V0486", "walks-tasks", EINVAL, (std::string, function), \
    "css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs", \
    "{function} is for LSM programs, iterators and programs that may sleep", "") \
  X(KfuncNeedsDevice, "SKEP-V0488", "kfunc-needs-device", EINVAL, (Pc, at), \
    "metadata kfuncs require device-bound program", \
    "{at} asks for what a network device knows of a packet, which only programs bound to one device may", "")
// clang-format on
SKEP_KFUNC_REJECTIONS(SKEP_REJECTION)
SKEP_FUNCTION_REJECTIONS(SKEP_REJECTION)

}  // namespace skep::verify
