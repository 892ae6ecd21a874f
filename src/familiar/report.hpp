// SPDX-License-Identifier: Apache-2.0
// How libbpf's functions fail: an errno, and a sentence for the function of libbpf_set_print().
//
// What a map operation answers is told to nobody, as in libbpf: programs ask by the million and look at the errno.
#pragma once

#include <skep/libbpf/bpf/libbpf.h>
#include <skep/skep.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>

namespace skep::familiar {

void tell(libbpf_print_level level, const std::string& sentence);

// `err` is 0 or more, or a negative errno.
inline int quietly(int err) {
  if (err < 0) errno = -err;
  return err;
}
// With skep's own sentence.
inline int told(int err) {
  if (err < 0) tell(LIBBPF_WARN, skep_last_error()->text);
  return quietly(err);
}
inline int told(int err, const std::string& sentence) {
  tell(LIBBPF_WARN, sentence);
  return quietly(err);
}
inline std::nullptr_t null(int err) {
  errno = err < 0 ? -err : err;
  return nullptr;
}
inline std::nullptr_t told_null() {
  tell(LIBBPF_WARN, skep_last_error()->text);
  return null(skep_last_error()->err);
}

// What a row of familiar.def that waits answers.
std::string waiting(const char* function, const char* capability);
template <class T>
T waits(const char* function, const char* capability) {
  const int err = told(-SKEP_ENOTSUPP, waiting(function, capability));
  if constexpr (std::is_pointer_v<T>)
    return nullptr;
  else
    return static_cast<T>(err);
}

// libbpf's option structs begin with their size, as skep's do. Nothing where it is none.
template <class Options>
std::optional<Options> given(const Options* from) {
  Options options{};
  options.sz = sizeof options;
  if (from == nullptr) return options;
  if (from->sz < sizeof from->sz) return std::nullopt;
  const auto* bytes = reinterpret_cast<const unsigned char*>(from);
  for (std::size_t i = sizeof options; i < from->sz; ++i)
    if (bytes[i] != 0) return std::nullopt;
  std::memcpy(static_cast<void*>(&options), from, from->sz < sizeof options ? from->sz : sizeof options);
  return options;
}

}  // namespace skep::familiar
