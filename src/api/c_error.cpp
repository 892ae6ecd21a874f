// SPDX-License-Identifier: Apache-2.0
#include "api/c_error.hpp"

#include <array>
#include <string>

namespace skep::c_api {
namespace {

struct Last {
  std::string code, slug, place, message, hint, text;
  skep_error shown{
      .size = sizeof(skep_error), .err = 0, .code = "", .slug = "", .place = "", .message = "", .hint = "", .text = ""};
};
Last& last() {
  static thread_local Last last;
  return last;
}

struct Operation {
  int err;
  const char* slug;
  const char* words;
};
constexpr Operation operations[] = {
    {ENOENT, "no-element", "there is no such element"},
    {EEXIST, "element-exists", "the element is there already, and BPF_NOEXIST was given"},
    {E2BIG, "map-full", "the map is full, or the index is past its end"},
    {EPERM, "map-permission", "the map's flags, or freezing, forbid it"},
    {EBUSY, "map-frozen", "the map is frozen already"},
    {EBADF, "not-made", "the map is not made yet, or a value is no program"},
    {ENOMEM, "no-memory", "there is not enough memory"},
    {ENOSPC, "no-room", "the batch has no room"},
    {EINVAL, "operation", "a flag, or the size of a key or value, does not fit this map"},
    {enotsupp, "not-for-type", "maps of this type do not have this operation"},
};
constexpr Operation other{0, "operation", "the map refuses the operation"};

int show_operation(int err, const Operation& row) noexcept {
  last().shown = {.size = sizeof(skep_error),
                  .err = err,
                  .code = "SKEP-A0100",
                  .slug = row.slug,
                  .place = "",
                  .message = row.words,
                  .hint = "",
                  .text = row.words};
  return -err;
}

// Linux would answer some errno of its own to what the user engine does not have yet; to a C program both are one.
int errno_of(const Diagnostic& row) {
  return row.slug == "not-available" || row.slug == "core-not-applied" ? enotsupp : row.err;
}

}  // namespace

int remember(Error error) {
  Last& l = last();
  l.code = error.row().code;
  l.slug = error.row().slug;
  l.place = error.place();
  l.message = error.message();
  l.hint = error.hint();
  l.text = error.text();
  const int err = errno_of(error.row());
  l.shown = {.size = sizeof(skep_error),
             .err = err,
             .code = l.code.c_str(),
             .slug = l.slug.c_str(),
             .place = l.place.c_str(),
             .message = l.message.c_str(),
             .hint = l.hint.c_str(),
             .text = l.text.c_str()};
  return -err;
}

int remember_operation(int err) noexcept {
  if (err >= 0) return err;
  for (const Operation& row : operations)
    if (row.err == -err) return show_operation(-err, row);
  return show_operation(-err, other);
}

}  // namespace skep::c_api

const skep_error* skep_last_error() { return &skep::c_api::last().shown; }
const char* skep_version() { return SKEP_VERSION; }
