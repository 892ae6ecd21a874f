// SPDX-License-Identifier: Apache-2.0
// Why a program is refused: the words of Linux's log (a form of our own that says the same), then ours.
#pragma once

#include <string>

#include "base/error.hpp"
#include "isa/insn.hpp"

namespace skep::verify {

using isa::Pc;

// clang-format off
// V01xx: control flow
#define SKEP_FLOW_REJECTIONS(X)                                                                                    \
  X(TooLong, "SKEP-V0100", "too-long", E2BIG, (uint64_t, count)(uint64_t, most),                                   \
    "",                                                                                                            \
    "the program has {count} instructions; at most {most} are allowed", "split it: tail calls or global functions") \
  X(Empty, "SKEP-V0101", "empty", E2BIG, (uint64_t, least), \
    "", \
    "the program has no instructions; it needs {least}", "the shortest one is: r0 = 0; exit") \
  X(FunctionsNeedBpf, "SKEP-V0102", "functions-need-bpf", EPERM, (Pc, at), \
    "loading/calling other bpf or kernel functions are allowed for CAP_BPF and CAP_SYS_ADMIN", \
    "{at} names another function, which only loaders with CAP_BPF may do", "inline the function, or load with CAP_BPF") \
  X(CallOutside, "SKEP-V0103", "call-outside", EINVAL, (Pc, at)(int64_t, to)(uint64_t, last), \
    "call to invalid destination", \
    "{at} calls instruction {to}; the program has instructions 0 to {last}", "") \
  X(TooManySubprograms, "SKEP-V0104", "too-many-subprograms", E2BIG, (Pc, at)(uint64_t, most), \
    "too many subprograms", \
    "{at} calls one subprogram more than the {most} that a program may have", "inline small functions") \
  X(JumpOutside, "SKEP-V0105", "jump-outside", EINVAL, (Pc, from)(int64_t, to)(int64_t, first)(int64_t, last), \
    "jump out of range from insn {from} to {to}", \
    "{from} jumps to instruction {to}, outside of its function, which is instructions {first} to {last}", "") \
  X(FallsOff, "SKEP-V0106", "falls-off", EINVAL, (Pc, at), \
    "last insn is not an exit or jmp", \
    "{at} is the last of its function and goes on to the next instruction", \
    "end the function with exit; in C, return a value on every path") \
  X(TailCallWithoutTypes, "SKEP-V0107", "tail-call-without-types", EINVAL, (Pc, in), \
    "tail_call is not allowed in subprogs without BTF", \
    "the subprogram at {in} makes a tail call, and the program has no BTF that says what it returns", \
    "compile with -g, or make the tail call in the main program") \
  X(PacketLoadWithoutTypes, "SKEP-V0108", "packet-load-without-types", EINVAL, (Pc, in), \
    "LD_ABS is not allowed in subprogs without BTF", \
    "the subprogram at {in} loads packet bytes with skb[…], and the program has no BTF that says what it returns", \
    "compile with -g, or use bpf_skb_load_bytes") \
  X(TailCallNeedsInt, "SKEP-V0109", "tail-call-needs-int", EINVAL, (std::string, function), \
    "tail_call is only allowed in functions that return 'int'.", \
    "{function} makes a tail call but does not return an integer", "declare it as returning int") \
  X(PacketLoadNeedsInt, "SKEP-V0110", "packet-load-needs-int", EINVAL, (std::string, function), \
    "LD_ABS is only allowed in functions that return 'int'.", \
    "{function} loads packet bytes with skb[…] but does not return an integer", "declare it as returning int") \
  X(FunctionCount, "SKEP-V0111", "function-count", EINVAL, (uint64_t, typed)(uint64_t, found), \
    "number of funcs in func_info doesn't match number of subprogs", \
    "the types describe {typed} functions; the instructions have {found}", "") \
  X(FunctionPlace, "SKEP-V0112", "function-place", EINVAL, (Pc, typed)(Pc, found), \
    "func_info BTF section doesn't match subprog layout in BPF program", \
    "the types describe a function at {typed}; the instructions have it at {found}", "") \
  X(UnknownOpcode, "SKEP-V0113", "unknown-opcode", EINVAL, (Pc, at)(std::string, opcode), \
    "unknown opcode {opcode}", \
    "{at} has opcode 0x{opcode}, which is no operation", "") \
  X(LoadFields, "SKEP-V0114", "load-fields", EINVAL, (Pc, at), \
    "BPF_LDX uses reserved fields", \
    "{at} is a load whose mode or imm field means nothing", "") \
  X(BrokenConstant, "SKEP-V0115", "broken-constant", EINVAL, (Pc, at), \
    "invalid bpf_ld_imm64 insn", \
    "{at} begins a 64-bit constant, and what follows is not its second half", "") \
  X(UnknownConstant, "SKEP-V0116", "unknown-constant", EINVAL, (Pc, at)(int64_t, src)(int64_t, imm), \
    "unrecognized bpf_ld_imm64 insn", \
    "{at} is a 64-bit constant of kind {src} with {imm} in its second half, which means nothing", "") \
  X(NoSuchMap, "SKEP-V0117", "no-such-map", EBADF, (Pc, at)(int64_t, index)(uint64_t, count), \
    "fd {index} is not pointing to valid bpf_map", \
    "{at} names map {index}; the program has {count} maps, counted from 0", "") \
  X(Unreachable, "SKEP-V0118", "unreachable", EINVAL, (int64_t, at), \
    "unreachable insn {at}", \
    "no path leads to instruction {at}", "remove it; compilers do with -O2") \
  X(JumpIntoConstant, "SKEP-V0119", "jump-into-constant", EINVAL, (int64_t, at), \
    "jump into the middle of ldimm64 insn {at}", \
    "a jump leads into the second half of the 64-bit constant at instruction {at}", "jumps count 8-byte slots, and a constant takes two") \
  X(BackEdge, "SKEP-V0120", "back-edge", EINVAL, (Pc, from)(Pc, to), \
    "back-edge from insn {from} to {to}", \
    "{from} goes back to {to}: a loop, which only loaders with CAP_BPF may load", "unroll it, or load with CAP_BPF") \
  X(HandlersDiffer, "SKEP-V0121", "handlers-differ", EEXIST, (std::string, function), \
    "multiple exception callback tags for main subprog", \
    "{function} names more than one exception callback", "keep one __exception_cb") \
  X(NoSuchHandler, "SKEP-V0122", "no-such-handler", ENOENT, (std::string, name), \
    "exception callback '{name}' could not be found in BTF", \
    "the exception callback '{name}' is no function of the program's types", "") \
  X(HandlerNotGlobal, "SKEP-V0123", "handler-not-global", EINVAL, (std::string, name), \
    "exception callback '{name}' must have global linkage", \
    "the exception callback '{name}' is static", "make it a global function") \
  X(HandlerIsMain, "SKEP-V0124", "handler-is-main", EINVAL, (std::string, name), \
    "invalid exception callback insn_off in func_info: 0", \
    "the exception callback '{name}' is the program itself", "") \
  X(HandlerMissing, "SKEP-V0125", "handler-missing", EINVAL, (std::string, name), \
    "exception callback type id not found in func_info", \
    "the exception callback '{name}' is not part of the program", "") \
  X(LineInConstant, "SKEP-V0126", "line-in-constant", EINVAL, (Pc, at)(uint64_t, line), \
    "Invalid insn code at line_info[{line}].insn_off", \
    "source line record {line} begins at {at}, which is the second half of a constant", "")

// V013x: the stack of all frames together
#define SKEP_DEPTH_REJECTIONS(X)                                                                                   \
  X(StackTooDeep, "SKEP-V0130", "stack-too-deep", EACCES, (uint64_t, calls)(uint64_t, bytes)(uint64_t, most)(std::string, chain), \
    "combined stack size of {calls} calls is {bytes}. Too large", \
    "the {calls} functions {chain} use {bytes} bytes of stack together; {most} are allowed", \
    "keep large data in a per-CPU array map, or let one of them be inlined") \
  X(TailCallTooDeep, "SKEP-V0132", "tail-call-too-deep", EACCES, (uint64_t, bytes)(uint64_t, most)(std::string, chain), \
    "tail_calls are not allowed when call stack of previous frames is {bytes} bytes. Too large", \
    "the last of {chain} makes a tail call while the functions above it use {bytes} bytes of stack; less than {most} are allowed", \
    "make the tail call in the main program, or keep large data in a per-CPU array map") \
  X(TooManyFrames, "SKEP-V0133", "too-many-frames", E2BIG, (uint64_t, frames)(std::string, chain), \
    "the call stack of {frames} frames is too deep !", \
    "the calls {chain} would be {frames} frames and one more; {frames} are allowed", \
    "inline some of them; recursion is not possible") \
  X(ThrowInCallback, "SKEP-V0134", "throw-in-callback", EINVAL, (int64_t, at)(int64_t, subprog), \
    "bpf_throw kfunc (insn {at}) cannot be called from callback subprog {subprog}", \
    "instruction {at} throws an exception, and subprogram {subprog} runs as a callback", \
    "return a value from the callback and throw after it") \
  X(CallsHandler, "SKEP-V0135", "calls-handler", EINVAL, (int64_t, at), \
    "insn {at} cannot call exception cb directly", \
    "instruction {at} calls the exception callback itself", "throw, or call another function") \
  X(TailCallInHandler, "SKEP-V0136", "tail-call-in-handler", EINVAL, (int64_t, subprog), \
    "cannot tail call within exception cb", \
    "the exception callback calls subprogram {subprog}, which makes a tail call", "") \
  X(TailCallInAsync, "SKEP-V0137", "tail-call-in-async", EFAULT, (int64_t, subprog), \
    "verifier bug: subprog has tail_call and async cb", \
    "subprogram {subprog} runs on its own later and makes a tail call", "")
// clang-format on
SKEP_FLOW_REJECTIONS(SKEP_REJECTION)
SKEP_DEPTH_REJECTIONS(SKEP_REJECTION)

}  // namespace skep::verify
