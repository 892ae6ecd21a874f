// SPDX-License-Identifier: Apache-2.0
// Descriptors that name maps and programs of this process.
//
// Each is the end of a pipe whose other end is kept here: a real descriptor, so it collides with none, and dup() and
// close() do what they do; its inode says what it names, so copies of it name the same. When all copies are closed the
// kept end hangs up. Thread-safe. A look-up costs one fstat().
#pragma once

#include <skep/skep.h>

#include <memory>
#include <string>

namespace skep::familiar {

struct Named {
  skep_map* map = nullptr;
  skep_program* program = nullptr;
  std::shared_ptr<void> owner = {};  // keeps it alive where no object does
};

// What the descriptor names; nothing where it is not one of these.
Named named(int fd);
// Why it does not: -EBADF where it is no descriptor at all, -EINVAL where it is another's.
int not_named(int fd);

// A descriptor of somebody else's map or program, closed with this.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(Named what);
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int number() const { return fd_; }  // or -1

 private:
  int fd_ = -1;
};

// A descriptor for the caller to close; until all copies are closed it keeps `what` alive. Or a negative errno.
int publish(Named what);

}  // namespace skep::familiar
