// SPDX-License-Identifier: Apache-2.0
// XDP packets: moving their ends, and bytes that may lie in fragments.
#include <algorithm>

#include "context/context.hpp"
#include "helpers/arguments.hpp"
#include "helpers/table.hpp"

namespace skep::helpers {
namespace {

int32_t signed_low(uint64_t reg) { return static_cast<int32_t>(reg); }

uint64_t xdp_adjust_head(vm::Run& run, uint64_t, uint64_t by, uint64_t, uint64_t, uint64_t) {
  return answer(run.context->packet().adjust_head(signed_low(by)));
}
uint64_t xdp_adjust_meta(vm::Run& run, uint64_t, uint64_t by, uint64_t, uint64_t, uint64_t) {
  return answer(run.context->packet().adjust_meta(signed_low(by)));
}
uint64_t xdp_adjust_tail(vm::Run& run, uint64_t, uint64_t by, uint64_t, uint64_t, uint64_t) {
  return answer(run.context->packet().adjust_tail(signed_low(by)));
}

// Why `length` bytes at `offset` cannot be moved; 0: they can.
int refusal(vm::Run& run, uint64_t offset, uint64_t length) {
  if (low(offset) > 0xffff || low(length) > 0xffff) return -EFAULT;
  return low(offset) + low(length) > run.context->packet().size() ? -EINVAL : 0;
}

uint64_t xdp_load_bytes(vm::Run& run, uint64_t, uint64_t offset, uint64_t to, uint64_t length, uint64_t) {
  int err = refusal(run, offset, length);
  if (err == 0) std::memmove(pointer<void>(to), run.context->packet().data() + low(offset), low(length));
  return answer(err);
}

uint64_t xdp_store_bytes(vm::Run& run, uint64_t, uint64_t offset, uint64_t from, uint64_t length, uint64_t) {
  int err = refusal(run, offset, length);
  if (err == 0) std::memmove(run.context->packet().data() + low(offset), pointer<const void>(from), low(length));
  return answer(err);
}

constexpr Row rows[] = {
    {44, xdp_adjust_head}, {54, xdp_adjust_meta}, {65, xdp_adjust_tail}, {189, xdp_load_bytes}, {190, xdp_store_bytes}};

}  // namespace

std::span<const Row> xdp() { return rows; }

}  // namespace skep::helpers
