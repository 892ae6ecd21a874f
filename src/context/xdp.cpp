// SPDX-License-Identifier: Apache-2.0
// xdp_md. Its raw form, in and out of a test run, holds lengths where programs see addresses: `data` is the length of
// the metadata in front of the frame, `data_end` where the linear part ends, both counted from the metadata's start.
#include "context/context.hpp"
#include "context/errors.hpp"

namespace skep::context {

using facts::CtxValue;

namespace {
constexpr std::size_t most_in_a_test_run = 69'632;  // 17 pages
enum Offset : std::size_t {
  data = 0,
  data_end = 4,
  data_meta = 8,
  ingress_ifindex = 12,
  rx_queue_index = 16,
  egress_ifindex = 20
};
}  // namespace

Result<void> Context::assign_xdp(Bytes frame, Setting setting) {
  bool test_run = setting == Setting::test_run;
  if (test_run && frame.size() > most_in_a_test_run)
    return fail(FrameTooLong{.size = frame.size(), .who = "a test run of xdp", .most = most_in_a_test_run});
  // A hook gives a program that has not asked for fragments a linear packet, whatever its size.
  packet_.assign(frame, test_run ? Packet::Layout::paged : Packet::Layout::linear);
  return {};
}

Result<void> Context::divide(std::string_view field, uint64_t value) {
  bool fits = field == "data"       ? packet_.metadata() == 0 && packet_.divide_metadata(value)
              : field == "data_end" ? packet_.divide_linear(value)
                                    : value == 0;
  if (fits) return {};
  std::string expected = field == "data"       ? "the length of metadata before the frame: a multiple of 4, at most 216"
                         : field == "data_end" ? "the length of metadata and linear part together"
                                               : "0";
  return fail(OutOfPlace{.field = std::string(field), .value = value, .expected = std::move(expected)});
}

Result<void> Context::set_raw_xdp(Bytes structure) {
  auto at = [&](std::size_t offset) { return load<uint32_t>(&structure[offset]); };
  if (at(egress_ifindex) != 0)
    return fail(NotTaken{.offset = egress_ifindex, .field = "egress_ifindex", .taken = "no egress_ifindex"});
  if (at(rx_queue_index) != 0 && at(ingress_ifindex) == 0)
    return fail(
        OutOfPlace{.field = "rx_queue_index", .value = at(rx_queue_index), .expected = "an ingress_ifindex with it"});
  TRY_VOID(divide("data_meta", at(data_meta)));
  TRY_VOID(divide("data", at(data)));
  TRY_VOID(divide("data_end", at(data_end)));
  interface_given_ = at(ingress_ifindex);
  put(CtxValue::ingress_ifindex, interface_given_);
  put(CtxValue::rx_queue_index, at(rx_queue_index));
  return {};
}

Buffer Context::raw_xdp() const {
  Buffer out(size_);
  auto put_at = [&](std::size_t offset, uint64_t v) { store(&out[offset], static_cast<uint32_t>(v)); };
  put_at(data, packet_.metadata());
  put_at(data_end, static_cast<uint64_t>(packet_.data_end() - packet_.data_meta()));
  put_at(ingress_ifindex, interface_given_);
  put_at(rx_queue_index, get(CtxValue::rx_queue_index));
  return out;
}

}  // namespace skep::context
