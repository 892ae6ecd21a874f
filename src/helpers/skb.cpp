// SPDX-License-Identifier: Apache-2.0
// Bytes of a socket buffer. Here its packet is always linear, so nothing has to be pulled.
#include <algorithm>
#include <climits>

#include "context/context.hpp"
#include "facts/uapi.hpp"
#include "helpers/arguments.hpp"
#include "helpers/table.hpp"

namespace skep::helpers {
namespace {

namespace flag = facts::csum_flag;

// `length` bytes at an offset of the packet, or nothing.
std::optional<MutableBytes> part(vm::Run& run, uint64_t offset, uint64_t length) {
  MutableBytes packet = run.context->packet().bytes();
  if (low(offset) > INT_MAX || !slice(packet, low(offset), low(length))) return std::nullopt;
  return packet.subspan(low(offset), low(length));
}

uint64_t skb_load_bytes(vm::Run& run, uint64_t, uint64_t offset, uint64_t to, uint64_t length, uint64_t) {
  MutableBytes into = writable_memory(to, length);
  auto from = part(run, offset, length);
  if (!from) {
    std::ranges::fill(into, uint8_t{0});  // so that a program never reads what it has not written
    return vm::errno_result(EFAULT);
  }
  std::ranges::copy(*from, into.begin());
  return 0;
}

uint64_t skb_store_bytes(vm::Run& run, uint64_t, uint64_t offset, uint64_t from, uint64_t length, uint64_t flags) {
  if ((flags & ~(flag::recompute_csum | flag::invalidate_hash)) != 0) return vm::errno_result(EINVAL);
  auto into = part(run, offset, length);
  if (!into) return vm::errno_result(EFAULT);
  Bytes bytes = memory(from, length);
  std::memmove(into->data(), bytes.data(), bytes.size());
  // recompute_csum keeps a sum beside the packet, which there is none of (checksum.cpp).
  if ((flags & flag::invalidate_hash) != 0) run.context->put(facts::CtxValue::hash, 0);
  return 0;
}

uint64_t skb_pull_data(vm::Run& run, uint64_t, uint64_t length, uint64_t, uint64_t, uint64_t) {
  return low(length) > run.context->packet().size() ? vm::errno_result(ENOMEM) : 0;
}

constexpr Row rows[] = {{9, skb_store_bytes}, {26, skb_load_bytes}, {39, skb_pull_data}};

}  // namespace

std::span<const Row> skb() { return rows; }

}  // namespace skep::helpers
