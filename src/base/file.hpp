// SPDX-License-Identifier: Apache-2.0
// Files: whole reads, and writes that appear only when they are complete.
#pragma once

#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace skep {

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// A file opened for reading, or standard input for "-". Errors: no such file (naming the nearest name in its folder),
// a folder, no permission.
Result<Fd> open_input(const std::string& path);

// The whole of a regular file, or of standard input for "-". Errors: those of open_input, and larger than `limit`.
Result<Buffer> read_file(const std::string& path, std::size_t limit = std::size_t{1} << 30);

// An output file that appears at `path` only by commit(): until then the bytes are in a temporary file beside it,
// which the destructor removes. A link is followed, and what stood there keeps its mode. "-" writes through to
// standard output, and a path that is a device or a FIFO is written in place.
class OutputFile {
 public:
  static Result<OutputFile> create(std::string path);
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  const std::string& temporary_path() const { return temporary_; }  // for libraries that open files by name
  Result<void> write(Bytes bytes);
  Result<void> commit();

 private:
  OutputFile() = default;
  std::string path_, temporary_;
  Fd fd_;
};

}  // namespace skep
