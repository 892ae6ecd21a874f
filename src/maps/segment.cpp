// SPDX-License-Identifier: Apache-2.0
#include "maps/segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace skep::maps {
namespace {

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

bool all_zero(Bytes bytes) {
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

// One bit for each page: whether it may be other than zeros. Linux's Documentation/admin-guide/mm/pagemap.rst: 8 bytes
// a page, of which bit 63 says "in memory" and bit 62 "swapped out". All bits are set where that cannot be asked.
std::vector<bool> touched_pages(Bytes bytes) {
  constexpr uint64_t present_or_swapped = uint64_t{3} << 62;
  std::vector<bool> touched;
  touched.reserve(bytes.size() / page_size());
  const int fd = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  const std::size_t first = reinterpret_cast<uintptr_t>(bytes.data()) / page_size(), count = bytes.size() / page_size();
  std::vector<uint64_t> entries(std::min<std::size_t>(count, 8192));
  while (touched.size() < count) {
    const std::size_t wanted = std::min(entries.size(), count - touched.size()) * sizeof(uint64_t);
    const ssize_t n =
        ::pread(fd, entries.data(), wanted, static_cast<off_t>((first + touched.size()) * sizeof(uint64_t)));
    if (n <= 0) break;
    for (std::size_t i = 0; i < static_cast<std::size_t>(n) / sizeof(uint64_t); ++i)
      touched.push_back((entries[i] & present_or_swapped) != 0);
  }
  if (fd >= 0) ::close(fd);
  touched.resize(count, true);
  return touched;
}

}  // namespace

std::optional<Segment> Segment::reserve(uint64_t size) {
  if (size == 0) return Segment(MutableBytes{});
  static const uint64_t memory = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * page_size();
  if (size > memory) return std::nullopt;  // vmalloc() refuses the same
  size = round_up(size, page_size());
  void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return std::nullopt;
  return Segment(MutableBytes{static_cast<uint8_t*>(at), size});
}

Segment::~Segment() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

Snapshot Segment::snapshot() const {
  Snapshot s;
  // Of a small segment it costs less to look than to ask.
  const bool ask = bytes_.size() > 64 * page_size();
  const std::vector<bool> touched = ask ? touched_pages(bytes_) : std::vector<bool>(bytes_.size() / page_size(), true);
  for (std::size_t i = 0; i < touched.size(); ++i) {
    if (!touched[i]) continue;
    const std::size_t offset = i * page_size();
    Bytes page = Bytes(bytes_).subspan(offset, page_size());
    if (!all_zero(page)) s.pages.push_back({offset, Buffer(page.begin(), page.end())});
  }
  return s;
}

// Dropping private anonymous pages makes them zeros again, so what was touched since needs no search.
void Segment::restore(const Snapshot& s) {
  if (bytes_.empty()) return;
  madvise(bytes_.data(), bytes_.size(), MADV_DONTNEED);
  for (const Snapshot::Page& page : s.pages) std::ranges::copy(page.bytes, at(page.offset));
}

}  // namespace skep::maps
