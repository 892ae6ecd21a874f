// SPDX-License-Identifier: Apache-2.0
// What can be wrong with an object file, and with compiling one. Whoever opens the file says its name; sections,
// relocations, programs and maps are steps of the place.
#pragma once

#include "base/error.hpp"

namespace skep::object {

// clang-format off
#define SKEP_OBJECT_DIAGNOSTICS(X)                                                                                   \
  X(NotElf, "SKEP-O0001", "not-elf", ENOEXEC, (std::string, found),                                                  \
    "not an ELF file: it {found}", "compile it with clang -target bpf -g -O2 -c")                                    \
  X(NotElf64, "SKEP-O0002", "not-elf64", ENOEXEC, , "a 32-bit ELF file; eBPF objects are 64-bit",                    \
    "compile it with clang -target bpf")                                                                             \
  X(BigEndian, "SKEP-O0003", "big-endian", ENOTSUP, , "a big-endian ELF file; skep reads little-endian eBPF objects",\
    "compile it with -target bpfel")                                                                                 \
  X(WrongMachine, "SKEP-O0004", "wrong-machine", ENOEXEC, (int, machine)(std::string_view, name),                    \
    "an ELF file for machine {machine}{name}; eBPF objects are for machine 247", "compile it with clang -target bpf")\
  X(NotRelocatable, "SKEP-O0005", "not-relocatable", ENOEXEC, (int, type)(std::string_view, name),                   \
    "an ELF file of type {type}{name}; eBPF objects are relocatable files, type 1", "compile it with -c")            \
  X(BrokenElf, "SKEP-O0006", "broken-elf", EINVAL, (std::string_view, part)(std::string, reason),                    \
    "the {part} cannot be read: {reason}", "the file may be cut off")                                                \
  X(SectionOutside, "SKEP-O0007", "section-outside", EINVAL, (uint64_t, size)(uint64_t, begin)(uint64_t, file),      \
    "{size} bytes at byte {begin}; the file has {file}", "the file may be cut off")                                  \
  X(SectionUneven, "SKEP-O0008", "section-uneven", EINVAL, (uint64_t, size)(unsigned, unit),                         \
    "it is {size} bytes, which is no multiple of {unit}", "the file may be damaged")                                 \
  X(SectionTooLarge, "SKEP-O0009", "section-too-large", E2BIG, (uint64_t, size)(uint64_t, most),                     \
    "it is {size} bytes; at most {most} are possible", "")                                                           \
  X(NoPrograms, "SKEP-O0010", "no-programs", ENOENT, (std::string, sections),                                        \
    "there are no programs; its sections are {sections}", "programs are functions with SEC(\"xdp\") or the like")    \
  X(SymbolOutside, "SKEP-O0011", "symbol-outside", EINVAL,                                                           \
    (std::string, name)(uint64_t, begin)(uint64_t, size)(uint64_t, section),                                         \
    "symbol '{name}' is {size} bytes at byte {begin}; the section has {section}", "the file may be damaged")         \
  X(NoSuchSymbol, "SKEP-O0012", "no-such-symbol", EINVAL, (uint32_t, symbol)(std::size_t, count),                    \
    "it names symbol {symbol}; there are {count}", "the file may be damaged")                                        \
  X(UnevenFunction, "SKEP-O0013", "uneven-function", EINVAL, (uint64_t, begin)(uint64_t, size),                      \
    "it is {size} bytes at byte {begin}; instructions are 8 bytes", "the file may be damaged")                       \
  X(NoRelocationHere, "SKEP-O0014", "no-relocation-here", EINVAL, (std::string, symbol),                             \
    "a relocation against '{symbol}' on an instruction that takes none",                                             \
    "a 64-bit immediate and a call are relocated, nothing else")                                                     \
  X(NoAddend, "SKEP-O0015", "relocation-with-addend", ENOTSUP, ,                                                     \
    "a relocation section with addends; eBPF objects have none",                                                     \
    "compile it with clang or bpf-gcc")                                                                              \
  X(HalfImmediate, "SKEP-O0016", "half-immediate", EINVAL, ,                                                         \
    "a 64-bit immediate is cut off at the end of its function", "")                                                  \
  X(NoSuchMapHere, "SKEP-O0017", "no-such-map-here", ENOENT,                                                         \
    (std::string, symbol)(std::string, maps)(std::string, suggestion),                                               \
    "it names '{symbol}', which is not defined here; maps here: {maps}{suggestion}",                                 \
    "rename it, define it, or join the object that has it: skep gen object OUT FILE…")                               \
  X(UnmappedSection, "SKEP-O0018", "unmapped-section", EINVAL, (std::string, symbol)(std::string, section),          \
    "it takes the address of '{symbol}' in section '{section}', which no program can reach",                         \
    "global data is in .data, .rodata and .bss; maps are in .maps")                                                  \
  X(NotAFunction, "SKEP-O0019", "not-a-function", EINVAL,                                                            \
    (std::string, symbol)(uint64_t, offset)(std::string, section),                                                   \
    "it calls '{symbol}' at byte {offset} of section '{section}', where no function begins", "")                     \
  X(OffsetOutside, "SKEP-O0020", "offset-outside", EINVAL, (uint64_t, offset)(std::string, map)(uint64_t, size),     \
    "it takes the address of byte {offset} of '{map}', which is {size} bytes", "")                                   \
  X(ProgramsTooLarge, "SKEP-O0021", "programs-too-large", E2BIG, (uint64_t, most),                                   \
    "with the subprograms each of them uses the programs take more than {most} bytes", "")                           \
  X(NoTypes, "SKEP-O0022", "maps-without-types", EINVAL, ,                                                           \
    "maps in section .maps are described by BTF; this object has none",                                              \
    "compile it with -g")                                                                                            \
  X(NotInTypes, "SKEP-O0023", "map-not-in-types", EINVAL, ,                                                          \
    "the BTF of this object does not describe it", "compile it with -g")                                             \
  X(NotAMap, "SKEP-O0024", "not-a-map", EINVAL, (std::string, type)(std::string_view, wanted),                       \
    "it is {type}; {wanted}", "declare it with __uint, __type and SEC(\".maps\")")                                   \
  X(UnknownMapField, "SKEP-O0025", "unknown-map-field", EINVAL,                                                      \
    (std::string, name)(std::string, known)(std::string, suggestion),                                                \
    "a map has no '{name}', it has {known}{suggestion}", "")                                                         \
  X(SizesDiffer, "SKEP-O0026", "map-sizes-differ", EINVAL, (std::string_view, what)(uint32_t, type)(uint32_t, size), \
    "its {what} type is {type} bytes, its {what}_size says {size}", "leave one of them out")                         \
  X(UnknownTypeNumber, "SKEP-O0027", "unknown-type-number", EINVAL,                                                  \
    (uint64_t, type), "its type is {type}, which is no map type of Linux", "")                                       \
  X(UnknownPinning, "SKEP-O0028", "unknown-pinning", EINVAL, (uint64_t, pinning),                                    \
    "its pinning is {pinning}; 0 (none) and 1 (by name) are known", "")                                              \
  X(LegacyMapSize, "SKEP-O0029", "legacy-map-size", EINVAL, (uint64_t, size),                                        \
    "its struct bpf_map_def is {size} bytes; at least 20 are needed", "")                                            \
  X(LegacyMapExtra, "SKEP-O0030", "legacy-map-extra", ENOTSUP, (uint32_t, value)(unsigned, offset),                  \
    "its struct bpf_map_def has {value} at byte {offset}; only type, sizes, entries and flags are understood",       \
    "declare the map in section .maps")                                                                              \
  X(SlotOutside, "SKEP-O0031", "slot-outside", EINVAL, (uint64_t, offset),                                           \
    "a value is given at byte {offset}, where it has none", "")                                                      \
  X(NotAValue, "SKEP-O0032", "not-a-value", EINVAL, (std::string, symbol)(std::string_view, wanted),                 \
    "'{symbol}' is given as a value; {wanted}", "")                                                                  \
  X(NotAnInteger, "SKEP-O0033", "not-an-integer", EINVAL, (uint32_t, size),                                          \
    "its type is not known, and what was given is no integer of {size} bytes", "compile the object with -g")         \
  X(EntriesOfData, "SKEP-O0034", "entries-of-data", EINVAL, ,                                                        \
    "it holds global variables, which is always 1 entry", "")                                                        \
  X(SectionTwice, "SKEP-O0035", "section-twice", EINVAL, , "two sections have this name", "the file may be damaged") \
  X(SectionsOverlap, "SKEP-O0036", "sections-overlap", EINVAL, (uint64_t, total)(uint64_t, file),                    \
    "the sections are {total} bytes together; the file has {file}", "the file may be damaged")                       \
  X(NotStructOps, "SKEP-O0037", "not-struct-ops", ENOENT, (std::string, type),                                       \
    "the target has no {type} that programs could implement", "")                                                    \
  X(CoreNotHere, "SKEP-O0050", "core-not-here", EINVAL, (std::string, code),                                         \
    "a CO-RE relocation of an instruction with code {code}, which holds nothing that could be relocated",            \
    "an immediate operand and the offset of a load or store are relocated, nothing else")                            \
  X(CoreOriginal, "SKEP-O0051", "core-original", EINVAL, (std::string, found)(std::string, expected),                \
    "the instruction holds {found}, but the types of this object make it {expected}",                                \
    "compile it again; a tool may have changed its types or its code")                                               \
  X(CoreOffset, "SKEP-O0052", "core-offset", ERANGE, (std::string, offset),                                          \
    "the field is at byte {offset} of the target's type; a load or store reaches 32767", "")                         \
  X(CoreWidth, "SKEP-O0053", "core-width", EINVAL, (uint32_t, access)(uint32_t, local)(uint32_t, target),            \
    "it reads or writes {access} bytes of a field that has {local} bytes here and {target} in the target",           \
    "read the field with BPF_CORE_READ_BITFIELD or bpf_core_field_size")                                             \
  X(DefinedTwice, "SKEP-O0070", "defined-twice", EEXIST, (std::string, symbol)(std::string_view, other),             \
    "'{symbol}' is defined here and in {other}", "make one of them static or __weak")                                \
  X(DeclaredOtherwise, "SKEP-O0071", "declared-otherwise", EINVAL,                                                   \
    (std::string, symbol)(std::string, here)(std::string_view, other)(std::string, there),                           \
    "'{symbol}' is {here} here and {there} in {other}", "declare it in a header that both include")                  \
  X(SectionsDiffer, "SKEP-O0072", "sections-differ", EINVAL, (std::string_view, other),                              \
    "it holds something else than in {other}: its type or its flags differ", "give one of them another name")        \
  X(ContentsDiffer, "SKEP-O0073", "contents-differ", EINVAL, (std::string_view, other),                              \
    "it says something else than in {other}", "a loader takes one for all programs, so they must be the same")       \
  X(OddAlignment, "SKEP-O0074", "odd-alignment", EINVAL, (uint64_t, align),                                          \
    "it is aligned to {align} bytes; powers of two up to 4096 are possible", "the file may be damaged")              \
  X(RelocationOutside, "SKEP-O0075", "relocation-outside", EINVAL, (uint64_t, offset)(uint64_t, size),               \
    "a relocation at byte {offset}; there are {size} bytes", "the file may be damaged")                              \
  X(TooManySections, "SKEP-O0076", "too-many-sections", E2BIG, (std::size_t, most),                                  \
    "there are more than {most} sections", "")                                                                       \
  X(NotAKconfig, "SKEP-O0060", "not-a-kconfig", EINVAL, (std::string, path),                                         \
    "'{path}' is no configuration of a kernel: it is cut off, or larger than 16 MB", "")                             \
  X(KconfigValue, "SKEP-O0061", "kconfig-value", EINVAL,                                                             \
    (std::string, found)(std::string, from)(std::string, type)(std::string_view, wanted),                            \
    "it is {found} in {from}; its type, {type}, takes {wanted}", "--set gives it another value")                     \
  X(NoKconfig, "SKEP-O0062", "no-kconfig", ENOENT, (std::string, name)(std::string, from)(std::string, suggestion),  \
    "'{name}' is not set by {from}{suggestion}", "declare it weak to get 0, or give it a value with --set")          \
  X(NoKsym, "SKEP-O0063", "no-ksym", ENOENT, (std::string_view, what)(std::string, name)(std::string, suggestion),   \
    "the types of the target have no {what} '{name}'{suggestion}",                                                   \
    "where another object defines it, join them: skep gen object OUT FILE…; declare it weak if the program can do "  \
    "without; what kernel modules have is not searched yet")                                                         \
  X(OtherKsym, "SKEP-O0064", "other-ksym", EINVAL,                                                                   \
    (std::string_view, what)(std::string, name)(std::string, here)(std::string, there),                              \
    "{what} '{name}' is {here} here, {there} in the target", "")                                                     \
  X(NoAddress, "SKEP-O0065", "no-address", ENOENT, (std::string, name),                                              \
    "/proc/kallsyms shows no address of '{name}', or several", "addresses are shown to root only")                   \
  X(KsymWithoutType, "SKEP-O0066", "ksym-without-type", EINVAL, (std::string_view, what)(std::string, name),          \
    "the object does not tell the type of {what} '{name}'", "declare it __ksym, and compile with -g")                \
  X(NotAName, "SKEP-O0080", "not-a-name", EINVAL, (std::string, found)(std::string, suggestion),                     \
    "'{found}' is no name that C and C++ allow", "call it {suggestion}")                                             \
  X(HandlerOfNoProgram, "SKEP-O0090", "handler-of-no-program", EINVAL, (std::string, tagged)(std::string, handler),    \
    "'{tagged}' is tagged exception_callback:{handler}, but it is no program, nor any other global function",          \
    "tag the program that throws: __exception_cb({handler}) SEC(\"tc\") int …")                                        \
  X(HandlerUnnamed, "SKEP-O0091", "handler-unnamed", EINVAL, ,                                                         \
    "its tag exception_callback: names no function", "write the function's name: __exception_cb(handler)")             \
  X(NoHandler, "SKEP-O0092", "no-handler", ENOENT,                                                                     \
    (std::string, name)(std::string, known)(std::string, suggestion),                                                  \
    "its exception callback '{name}' is not defined here; functions that could be: {known}{suggestion}",               \
    "define it, without SEC(), or join the object that has it: skep gen object OUT FILE…")                             \
  X(HandlerElsewhere, "SKEP-O0093", "handler-elsewhere", ENOENT, (std::string, name)(std::string, section),            \
    "its exception callback '{name}' is in section '{section}'; exception callbacks are functions of .text",           \
    "leave out the SEC() of '{name}'")                                                                                 \
  X(HandlerUnseen, "SKEP-O0094", "handler-unseen", EINVAL, (std::string, name)(std::string_view, how),                 \
    "its exception callback '{name}' is {how}; the kernel takes global functions that are not hidden",                 \
    "declare it without static and __hidden")                                                                          \
  X(NoClang, "SKEP-O0040", "no-clang", ENOENT, , "no clang is installed, which compiles C to eBPF",                  \
    "install the package clang-19 (apt-get install clang-19)")                                                       \
  X(CompilerFails, "SKEP-O0041", "compiler-fails", EINVAL, (std::string, compiler)(std::string, text),               \
    "{compiler} refuses it:\n{text}", "")                                                                            \
  X(CannotRun, "SKEP-O0042", "cannot-run", ENOENT, (std::string, program)(std::string, reason),                      \
    "{program} cannot be run: {reason}", "")                                                                         \
  X(NoTypesHere, "SKEP-O0043", "no-types-here", ENOENT, , "an ELF file without section .BTF", "compile it with -g")
// clang-format on
SKEP_OBJECT_DIAGNOSTICS(SKEP_DIAGNOSTIC)
inline constexpr const Diagnostic* diagnostics[] = {SKEP_OBJECT_DIAGNOSTICS(SKEP_DIAGNOSTIC_ROW)};

}  // namespace skep::object
