// SPDX-License-Identifier: Apache-2.0
// The border between C and the rest: Results become 0, -errno or NULL and a sentence the thread keeps.
//
// No exception crosses it; running out of memory is an errno there like any other. This thread-local is the only one
// outside of lanes: skep.h says why the thread and not the object holds the error.
#pragma once

#include <skep/skep.h>

#include <cstring>
#include <new>

#include "api/c_errors.hpp"
#include "base/bytes.hpp"

namespace skep::c_api {

// Keeps the error for skep_last_error() and answers its negative errno.
int remember(Error error);
// The same for the errnos of map operations, which happen by the million: no allocation, a sentence from a table.
int remember_operation(int err) noexcept;

template <class F>
int answer(F&& f) noexcept try {
  Result<void> done = f();
  return done ? 0 : remember(std::move(done).error());
} catch (const std::bad_alloc&) {
  return remember_operation(-ENOMEM);
}

// Of a Result<T*>.
template <class F>
auto pointer(F&& f) noexcept -> typename decltype(f())::value_type try {
  auto made = f();
  if (made) return *made;
  remember(std::move(made).error());
  return nullptr;
} catch (const std::bad_alloc&) {
  remember_operation(-ENOMEM);
  return nullptr;
}

// What a versioned struct says: shorter ones are of older callers, in longer ones the unknown end must be zero.
template <class Options>
Result<Options> given(const Options* from) {
  Options options{};
  if (from == nullptr) return options;
  if (from->size < sizeof from->size) return fail(OptionsSize{.size = from->size});
  const auto* bytes = reinterpret_cast<const uint8_t*>(from);
  for (std::size_t i = sizeof options; i < from->size; ++i)
    if (bytes[i] != 0) return fail(NewerOptions{.size = from->size, .known = sizeof options});
  std::memcpy(&options, from, std::min(from->size, sizeof options));
  return options;
}

// Fills in as much as the caller knows.
template <class Report>
void report(Report* to, Report values) {
  if (to == nullptr || to->size < sizeof to->size) return;
  values.size = to->size;
  std::memcpy(static_cast<void*>(to), &values, std::min(to->size, sizeof values));
}

}  // namespace skep::c_api
