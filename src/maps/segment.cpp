// SPDX-License-Identifier: Apache-2.0
#include "maps/segment.hpp"

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
  for (std::size_t offset = 0; offset < bytes_.size(); offset += page_size()) {
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
