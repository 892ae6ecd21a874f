// SPDX-License-Identifier: Apache-2.0
#include "familiar/descriptors.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "base/file.hpp"

namespace skep::familiar {
namespace {

using Inode = std::pair<dev_t, ino_t>;
enum class Held : uint8_t { by_object, by_caller };
struct Entry {
  Named what;
  Fd kept;
  Held held;
};

struct Table {
  std::shared_mutex mutex;
  std::map<Inode, Entry> entries;
};
Table& table() {
  static auto& table = *new Table;  // descriptors may be used until the process ends
  return table;
}

std::optional<Inode> inode_of(int fd) {
  struct stat s{};
  if (fd < 0 || ::fstat(fd, &s) != 0 || !S_ISFIFO(s.st_mode)) return std::nullopt;
  return Inode{s.st_dev, s.st_ino};
}

bool hung_up(const Fd& kept) {
  pollfd p{.fd = kept.get(), .events = 0, .revents = 0};
  return ::poll(&p, 1, 0) > 0 && (p.revents & POLLHUP) != 0;
}

// Callers close what is theirs without saying so. What a program held goes after the lock is gone: it may hold more.
std::vector<Entry> take_closed(Table& t) {
  std::vector<Entry> closed;
  for (auto it = t.entries.begin(); it != t.entries.end();)
    if (it->second.held == Held::by_caller && hung_up(it->second.kept)) {
      closed.push_back(std::move(it->second));
      it = t.entries.erase(it);
    } else {
      ++it;
    }
  return closed;
}

int enter(Named what, Held held) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return -errno;
  Entry entry{.what = std::move(what), .kept = Fd(ends[0]), .held = held};
  const auto inode = inode_of(ends[1]);
  std::vector<Entry> closed;
  std::unique_lock lock(table().mutex);
  closed = take_closed(table());
  table().entries.insert_or_assign(*inode, std::move(entry));
  lock.unlock();
  return ends[1];
}

}  // namespace

Named named(int fd) {
  const auto inode = inode_of(fd);
  if (!inode) return {};
  std::shared_lock lock(table().mutex);
  auto it = table().entries.find(*inode);
  return it != table().entries.end() ? it->second.what : Named{};
}

int not_named(int fd) { return ::fcntl(fd, F_GETFD) < 0 ? -EBADF : -EINVAL; }

Descriptor::Descriptor(Named what) : fd_(enter(std::move(what), Held::by_object)) {}
Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
Descriptor::~Descriptor() {
  if (const auto inode = inode_of(fd_)) {
    std::unique_lock lock(table().mutex);
    table().entries.erase(*inode);
  }
  if (fd_ >= 0) ::close(fd_);
}

int publish(Named what) { return enter(std::move(what), Held::by_caller); }

}  // namespace skep::familiar
