// SPDX-License-Identifier: Apache-2.0
// Context layouts: what a program may read and write through r1, field by field.
//
// A program sees a structure that does not exist: Linux rewrites each access into one of its own. A row says where
// the field seems to be and which accesses are allowed; `value` says what it is, for the layer that has the packet.
// Rules: an access never crosses a field, and its offset is a multiple of its size. Beyond that a field's `shape`
// decides. Writes are whole elements, but in `anywhere`. Kernel 6.18, read in its answers; rules of 6.12 agree.
#pragma once

#include <optional>

#include "facts/prog_types.hpp"

namespace skep::facts {

// What a field is. Names are Linux's. Numbers in the packet's byte order are so in the field too: protocol,
// vlan_proto, remote_ip4, local_ip4, remote_ip6, local_ip6, remote_port; local_port is in the machine's.
enum class CtxValue : uint8_t {
  data,      // pointer to the first byte of the packet
  data_end,  // pointer past the last byte in the linear part
  data_meta,
  len,
  pkt_type,
  mark,
  queue_mapping,
  protocol,
  vlan_present,
  vlan_tci,
  vlan_proto,
  priority,
  ingress_ifindex,
  egress_ifindex,
  ifindex,
  rx_queue_index,
  tc_index,
  cb,
  hash,
  tc_classid,
  napi_id,
  family,
  remote_ip4,
  local_ip4,
  remote_ip6,
  local_ip6,
  remote_port,
  local_port,
  flow_keys,
  tstamp,
  wire_len,
  gso_segs,
  sk,
  gso_size,
  tstamp_type,
  hwtstamp,
};

// Which reads a field allows.
enum class Shape : uint8_t {
  whole,     // exactly one element
  pointer,   // the same, and no sign-extending load: what is read is a pointer, however narrow the field is
  narrow,    // a naturally aligned part of one element too
  anywhere,  // any aligned range of the whole array, reads and writes
};

struct ContextField {
  std::string_view name;
  uint16_t offset;
  uint8_t size;   // of one element
  uint8_t count;  // elements: cb is an array of five
  CtxValue value;
  Shape shape;
  ProgTypes readable, writable;
  Version since;
  constexpr unsigned bytes() const { return unsigned{size} * count; }
};

// The fields of a context, ascending offsets; empty where nobody has filled them in yet.
std::span<const ContextField> fields(Context context);

enum class Access : uint8_t { read, read_sign_extended, write };

// What an access of `size` bytes at `offset` from r1 touches: bytes first to first + size of the field's element
// `element` (of the whole array for Shape::anywhere).
struct FieldAccess {
  const ContextField* field;
  unsigned element, first;
};

// The field that an access by a program of this type touches, or nothing where Linux refuses it. `type` must be one
// of the types whose context this is.
std::optional<FieldAccess> access_field(ProgType type, int64_t offset, unsigned size, Access access);

}  // namespace skep::facts
