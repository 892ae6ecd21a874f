// SPDX-License-Identifier: Apache-2.0
// Checksums: the difference of two blocks, and updating a field in the packet.
//
// Packets here are as after reception without hardware help (Linux's CHECKSUM_NONE, as in a test run): the field in
// the packet is all there is, so pseudo_header changes nothing.
#include <optional>

#include "context/context.hpp"
#include "facts/uapi.hpp"
#include "helpers/arguments.hpp"
#include "helpers/sum.hpp"
#include "helpers/table.hpp"

namespace skep::helpers {
namespace {

namespace flag = facts::csum_flag;

uint64_t csum_diff(vm::Run&, uint64_t from, uint64_t from_size, uint64_t to, uint64_t to_size, uint64_t seed) {
  Bytes removed = memory(from, from_size), added = memory(to, to_size);
  uint32_t sum = low(seed);
  if (!removed.empty() && added.empty())
    sum = ~sum_of(removed, ~sum);
  else if (!added.empty())
    sum = sum_of(added, sum);
  if (!removed.empty() && !added.empty()) sum = sum_subtract(sum, sum_of(removed));
  return fold_sum(sum);
}

// The checksum field at an offset of the packet; null where there is none.
uint8_t* field_at(vm::Run& run, uint64_t offset) {
  if (low(offset) > 0xffff || (offset & 1) != 0) return nullptr;
  auto field = slice(run.context->packet().bytes(), low(offset), 2);
  return field ? run.context->packet().data() + low(offset) : nullptr;
}

// A checksum field of the packet after `from` became `to`, `size` bytes each; size 0: `to` is a csum_diff.
std::optional<uint16_t> replaced(uint16_t checksum, uint64_t from, uint64_t to, uint64_t size) {
  if (size == 4) return updated_checksum(checksum, low(from), low(to));
  if (size == 2) return updated_checksum(checksum, static_cast<uint16_t>(from), static_cast<uint16_t>(to));
  if (size == 0 && from == 0) return updated_checksum(checksum, 0xffffffff, low(to));
  return std::nullopt;
}

uint64_t l3_csum_replace(vm::Run& run, uint64_t, uint64_t offset, uint64_t from, uint64_t to, uint64_t flags) {
  if ((flags & ~flag::field_size) != 0) return vm::errno_result(EINVAL);
  uint8_t* field = field_at(run, offset);
  if (field == nullptr) return vm::errno_result(EFAULT);
  auto checksum = load<uint16_t>(field);
  auto updated = replaced(checksum, from, to, flags);
  // Linux sums 16 bits wide here, which can leave the other zero.
  if (flags == 2) updated = updated_checksum_16(checksum, static_cast<uint16_t>(from), static_cast<uint16_t>(to));
  if (!updated) return vm::errno_result(EINVAL);
  store(field, *updated);
  return 0;
}

uint64_t l4_csum_replace(vm::Run& run, uint64_t, uint64_t offset, uint64_t from, uint64_t to, uint64_t flags) {
  constexpr uint64_t known = flag::field_size | flag::pseudo_header | flag::mangled_0 | flag::enforce | flag::ipv6;
  if ((flags & ~known) != 0) return vm::errno_result(EINVAL);
  uint8_t* field = field_at(run, offset);
  if (field == nullptr) return vm::errno_result(EFAULT);
  auto checksum = load<uint16_t>(field);
  // In UDP 0 says "no checksum" (RFC 768): it stays so, unless enforced, and never results.
  bool udp = (flags & flag::mangled_0) != 0, enforce = (flags & flag::enforce) != 0;
  if (udp && !enforce && checksum == 0) return 0;
  auto updated = replaced(checksum, from, to, flags & flag::field_size);
  if (!updated) return vm::errno_result(EINVAL);
  store(field, udp && *updated == 0 ? uint16_t{0xffff} : *updated);
  return 0;
}

constexpr Row rows[] = {{10, l3_csum_replace}, {11, l4_csum_replace}, {28, csum_diff}};

}  // namespace

std::span<const Row> checksum() { return rows; }

}  // namespace skep::helpers
