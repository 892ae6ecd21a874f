// SPDX-License-Identifier: Apache-2.0
// What can be wrong with BTF, and with values given for its types.
#pragma once

#include "base/error.hpp"

namespace skep::btf {

// clang-format off
#define SKEP_BTF_DIAGNOSTICS(X)                                                                                       \
  X(NotBtf, "SKEP-T0001", "not-btf", EINVAL, (std::string, found),                                                    \
    "not BTF: it begins with {found}, BTF begins with 9feb or eb9f", "")                                              \
  X(UnknownVersion, "SKEP-T0002", "unknown-btf-version", ENOTSUP, (int, version),                                     \
    "BTF of version {version}; only version 1 is known", "")                                                          \
  X(SectionCutOff, "SKEP-T0003", "btf-cut-off", EINVAL,                                                               \
    (std::string_view, part)(std::size_t, begin)(std::size_t, length)(std::size_t, size),                             \
    "the {part} should be {length} bytes at byte {begin}; there are {size} bytes", "the file may be cut off")         \
  X(SectionMisplaced, "SKEP-T0004", "btf-misplaced", EINVAL, (std::string_view, part)(std::string_view, rule),        \
    "the {part} {rule}", "")                                                                                          \
  X(TypeCutOff, "SKEP-T0005", "type-cut-off", EINVAL, (std::size_t, needs)(std::size_t, left),                        \
    "its description needs {needs} bytes, the type section has {left} left", "the file may be cut off")               \
  X(UnknownKind, "SKEP-T0006", "unknown-kind", EINVAL, (int, kind), "its kind is {kind}; kinds 1 to 19 are known", "")\
  X(UnevenKind, "SKEP-T0025", "uneven-kind", EINVAL, (int, kind)(std::size_t, bytes),                                  \
    "its kind is {kind}, of which the layout table makes {bytes} bytes; types are multiples of 4 bytes", "")          \
  X(NameOutside, "SKEP-T0007", "name-outside", EINVAL, (uint32_t, offset)(std::size_t, size),                         \
    "a name is at byte {offset} of the strings, which are {size} bytes", "")                                          \
  X(TypeOutside, "SKEP-T0008", "type-outside", EINVAL, (uint32_t, refers_to)(uint32_t, count),                        \
    "it refers to type {refers_to}; the types are 0 to {count}", "")                                                  \
  X(TypeLoop, "SKEP-T0009", "type-loop", ELOOP, (uint32_t, through),                                                  \
    "it contains itself, through type {through}", "only a pointer in a struct or union can close a loop")                    \
  X(TooDeep, "SKEP-T0010", "type-too-deep", E2BIG, (int, most),                                                       \
    "types are nested in it more than {most} deep", "")                                                               \
  X(NoSize, "SKEP-T0011", "type-without-size", EINVAL, (std::string, inner),                                          \
    "{inner} has no size, so it cannot be stored by value", "")                                                       \
  X(TypeTooLarge, "SKEP-T0012", "type-too-large", E2BIG, ,                                                            \
    "an array of 4 GiB or more cannot be stored by value, and 1 EiB is no array", "")                                 \
  X(MemberOutside, "SKEP-T0013", "member-outside", EINVAL, (std::string, member)(uint64_t, end)(uint64_t, size),      \
    "member '{member}' ends at bit {end} of {size}", "")                                                              \
  X(IntShape, "SKEP-T0014", "int-shape", EINVAL, (int, bits)(int, offset)(uint32_t, size),                            \
    "an integer of {size} bytes with {bits} bits at bit {offset}",                                                      \
    "an integer is 1, 2, 4, 8 or 16 bytes and its bits lie within")                                                   \
  X(BitfieldShape, "SKEP-T0024", "bitfield-shape", EINVAL, (std::string, member)(int, bits)(std::string, type),        \
    "member '{member}' is a bit-field of {bits} bits of {type}",                                                      \
    "a bit-field is an integer or enum and at most 64 bits")                                                          \
  X(RecordTooSmall, "SKEP-T0015", "record-too-small", EINVAL,                                                         \
    (std::string_view, part)(uint32_t, found)(uint32_t, least),                                                       \
    "{part} records are {found} bytes; they are at least {least} and a multiple of 4", "")                            \
  X(ValueCutOff, "SKEP-T0016", "value-cut-off", EINVAL, (std::string, type)(uint64_t, needs)(std::size_t, found),     \
    "{type} needs {needs} bytes, there are {found}", "")                                                              \
  X(TooManyValues, "SKEP-T0017", "too-many-values", E2BIG, (std::size_t, size),                                       \
    "the type describes many more values than {size} bytes can hold", "")                                             \
  X(WrongShape, "SKEP-T0018", "wrong-shape", EINVAL, (std::string, found)(std::string, type)(std::string, wanted),    \
    "{found} was given; {type} takes {wanted}", "")                                                                   \
  X(OutOfRange, "SKEP-T0019", "out-of-range", ERANGE,                                                                 \
    (std::string, found)(std::string, type)(std::string, least)(std::string, most),                                   \
    "{found} was given; {type} holds {least} to {most}", "")                                                          \
  X(NoSuchMember, "SKEP-T0020", "no-such-member", ENOENT,                                                             \
    (std::string, name)(std::string, type)(std::string, members)(std::string, suggestion),                            \
    "{type} has no member '{name}', it has {members}{suggestion}", "")                                                \
  X(NoSuchEnumerator, "SKEP-T0021", "no-such-enumerator", ENOENT,                                                     \
    (std::string, name)(std::string, type)(std::string, names)(std::string, suggestion),                              \
    "{type} has no '{name}', it has {names}{suggestion}", "")                                                         \
  X(WrongKind, "SKEP-T0023", "wrong-kind", EINVAL,                                                                    \
    (uint32_t, type)(std::string_view, found)(std::string_view, wanted),                                              \
    "type {type} is a {found}; a {wanted} is needed here", "")                                                        \
  X(TypesCollide, "SKEP-T0040", "types-collide", EINVAL, (uint32_t, type)(uint32_t, other),                           \
    "types {type} and {other} differ, but not in a way that can be told apart", "the types were made to collide")      \
  X(CoreUnknownAsk, "SKEP-T0060", "core-unknown-kind", EINVAL, (uint32_t, kind),                                      \
    "a CO-RE relocation of kind {kind}; kinds 0 to 12 are known", "")                                                 \
  X(CoreAccess, "SKEP-T0061", "core-access", EINVAL, (std::string, access),                                           \
    "its path is '{access}'; a path is up to 64 numbers like 0:1:2, and only a field's has more than one", "")        \
  X(CoreOutside, "SKEP-T0062", "core-outside", EINVAL, (uint32_t, index)(std::string, type)(uint32_t, count),         \
    "its path leads to number {index} of {type}, which has {count}", "")                                              \
  X(CoreNoMembers, "SKEP-T0063", "core-no-members", EINVAL, (uint32_t, index)(std::string, type),                     \
    "its path leads to number {index} of {type}, which has no parts of the sort it asks for", "")                     \
  X(CoreNoSize, "SKEP-T0064", "core-no-size", EINVAL, (std::string, type),                                            \
    "{type} has no size, so nothing can be said of what is in it or behind it", "")                                   \
  X(CoreAnonymous, "SKEP-T0065", "core-anonymous", ENOTSUP, (std::string_view, ask)(std::string_view, kind),          \
    "{ask} of a {kind} without a name; types of the target are found by name", "give it a name or a typedef")         \
  X(CoreElement, "SKEP-T0066", "core-element", EINVAL, (std::string_view, ask)(std::string, spec),                    \
    "{ask} of {spec}, which is an element of an array; only its offset, size and existence can be asked for", "")     \
  X(CoreBitfield, "SKEP-T0067", "core-bitfield", E2BIG, (uint32_t, bits)(uint64_t, offset),                           \
    "a bit-field of {bits} bits at bit {offset} does not lie within any aligned load of 8 bytes", "")                 \
  X(CoreTooDeep, "SKEP-T0068", "core-too-deep", E2BIG, (std::size_t, most),                                           \
    "the way into the target's type has more than {most} steps", "")                                                  \
  X(CoreTooLarge, "SKEP-T0069", "core-too-large", E2BIG, (uint32_t, most),                                            \
    "after {most} comparisons of members it is still not known whether the target's type matches", "")                \
  X(CoreAmbiguous, "SKEP-T0070", "core-ambiguous", EINVAL,                                                            \
    (std::string, spec)(std::string_view, ask)(uint32_t, first)(std::string, one)(uint32_t, second)(std::string, other),\
    "several types of the target may be {spec} and they differ in {ask}: it is {one} in type {first}, {other} in type {second}",\
    "")                                                                                                               \
  X(TooLong, "SKEP-T0022", "too-long", E2BIG,                                                                         \
    (std::size_t, found)(std::string, type)(uint64_t, most)(std::string_view, what),                                  \
    "{found} {what} were given; {type} holds at most {most}", "")                                                     \
  X(TooMuchText, "SKEP-T0042", "too-much-text", E2BIG, (int64_t, most),                                               \
    "written as C it would take more than {most} bytes of text and steps", "anonymous types are nested without end")  \
  X(NamesTooLong, "SKEP-T0041", "names-too-long", E2BIG, (uint64_t, most),                                             \
    "with every name written out the list takes more than {most} bytes", "one long name is used again and again")
// clang-format on
SKEP_BTF_DIAGNOSTICS(SKEP_DIAGNOSTIC)
inline constexpr const Diagnostic* diagnostics[] = {SKEP_BTF_DIAGNOSTICS(SKEP_DIAGNOSTIC_ROW)};

}  // namespace skep::btf
