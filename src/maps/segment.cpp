// SPDX-License-Identifier: Apache-2.0
#include "maps/segment.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace skep::maps {
namespace {

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
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

}  // namespace skep::maps
