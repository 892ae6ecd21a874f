// SPDX-License-Identifier: Apache-2.0
// What can go wrong with files, whoever reads them.
#pragma once

#include "base/error.hpp"

namespace skep {

// clang-format off
#define SKEP_BASE_DIAGNOSTICS(X)                                                                                   \
  X(NoSuchFile, "SKEP-B0001", "no-such-file", ENOENT, (std::string, path)(std::string, suggestion),                \
    "no such file '{path}'{suggestion}", "")                                                                       \
  X(CannotOpen, "SKEP-B0002", "cannot-open", EACCES, (std::string, path)(std::string, reason),                     \
    "'{path}' cannot be read: {reason}", "check its permissions")                                                  \
  X(IsAFolder, "SKEP-B0003", "is-a-folder", EISDIR, (std::string, path),                                           \
    "'{path}' is a folder, not a file", "name a file in it")                                                       \
  X(FileTooLarge, "SKEP-B0004", "file-too-large", EFBIG, (std::string, path)(std::size_t, limit),                  \
    "'{path}' is larger than {limit} bytes", "")                                                                   \
  X(CannotCreate, "SKEP-B0005", "cannot-create", EACCES, (std::string, path)(std::string, reason)(std::string, remedy), \
    "'{path}' cannot be written: {reason}", "{remedy}")
// clang-format on
SKEP_BASE_DIAGNOSTICS(SKEP_DIAGNOSTIC)

}  // namespace skep
