// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a batch line (SKEP-J00..), a case file (SKEP-J01..) and a packet in words (SKEP-J02..).
#pragma once

#include <string>

#include "base/error.hpp"

namespace skep::judge {

// clang-format off
#define SKEP_JUDGE_DIAGNOSTICS(X)                                                                                      \
  X(NotJson, "SKEP-J0001", "not-json", EINVAL, (std::size_t, byte)(std::string, why),                                  \
    "the line is no JSON: at byte {byte}: {why}", "a line is one JSON object")                                         \
  X(LineTooLong, "SKEP-J0002", "line-too-long", E2BIG, (std::size_t, most),                                            \
    "the line is longer than {most} bytes", "name large programs by \"object\"")                                       \
  X(UnknownMember, "SKEP-J0003", "unknown-member", EINVAL,                                                             \
    (std::string, name)(std::string, known)(std::string, suggestion),                                                  \
    "there is no member '{name}' here{suggestion}", "known: {known}")                                                  \
  X(UnknownWord, "SKEP-J0004", "unknown-word", EINVAL,                                                                 \
    (std::string, what)(std::string, word)(std::string, known)(std::string, suggestion),                               \
    "'{word}' is no {what}{suggestion}", "known: {known}")                                                             \
  X(WrongType, "SKEP-J0005", "wrong-type", EINVAL, (std::string, found)(std::string, expected),                        \
    "found {found}; expected {expected}", "")                                                                          \
  X(MissingMember, "SKEP-J0006", "missing-member", EINVAL, (std::string, name)(std::string, why),                      \
    "the member '{name}' is missing: {why}", "")                                                                       \
  X(Contradiction, "SKEP-J0007", "contradiction", EINVAL, (std::string, one)(std::string, other)(std::string, why),    \
    "'{one}' and '{other}' are both given; {why}", "leave one out")                                                    \
  X(NoSuchIndex, "SKEP-J0008", "no-such-index", EINVAL, (std::string, what)(uint64_t, found)(uint64_t, count),         \
    "{what} {found} is named; there are {count}, counted from 0", "")                                                  \
  X(MemberTwice, "SKEP-J0009", "member-twice", EINVAL, (std::string, name), "the member '{name}' is given twice", "leave one out")  \
  X(NotAvailable, "SKEP-J0010", "not-available", ENOTSUP, (std::string, what)(std::string, instead),                   \
    "{what} is not available yet", "{instead}")                                                                        \
  X(OverLimit, "SKEP-J0011", "limit", ELOOP, (uint64_t, most),                                                         \
    "the run did not reach its exit within {most} instructions", "raise max_insns")                                    \
  X(Unfit, "SKEP-J0012", "unfit-input", EINVAL, (std::string, what)(std::string, why), "{what}: {why}", "")            \
  X(BrokenStream, "SKEP-J0013", "broken-stream", EIO, (std::string, what)(std::string, why), "{what}: {why}", "")      \
  X(KernelRefuses, "SKEP-J0014", "kernel-refuses", EPERM, (std::string, why),                                          \
    "the kernel does not load an empty XDP program for this process: {why}", "run it as root")                         \
  X(NotAccepted, "SKEP-J0015", "not-accepted", EACCES, (std::string, why), "the verifier does not accept it: {why}", \
    "ask checked, which runs whatever it is given")                                                                    \
  X(CaseText, "SKEP-J0101", "case-text", EINVAL, (std::string, found)(std::string, expected),                          \
    "found '{found}'; expected {expected}", "")                                                                        \
  X(CaseOrder, "SKEP-J0102", "case-order", EINVAL, (std::string, what)(std::string, expected),                         \
    "{what} stands before any program", "{expected}")                                                                  \
  X(NameTwice, "SKEP-J0103", "name-twice", EEXIST, (std::string, what)(std::string, name),                             \
    "there are two {what}s of the name '{name}'", "rename one")                                                        \
  X(PacketText, "SKEP-J0201", "packet-text", EINVAL, (std::string, found)(std::string, expected),                      \
    "found '{found}' in a packet; expected {expected}", "eth ipv4(10.0.0.1 > 10.0.0.2) udp(1 > 53) \"hi\"")            \
  X(PacketOrder, "SKEP-J0202", "packet-order", EINVAL, (std::string, what)(std::string, outer),                        \
    "{what} cannot follow {outer}", "layers are written from the outside to the inside")                               \
  X(PacketTooLong, "SKEP-J0203", "packet-too-long", E2BIG, (std::size_t, most),                                        \
    "the packet is longer than {most} bytes", "")
// clang-format on
SKEP_JUDGE_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep::judge
