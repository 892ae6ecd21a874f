// SPDX-License-Identifier: Apache-2.0
// Context layouts: what a program may read and write through r1, field by field, and what a read gives.
//
// A program sees a structure that does not exist: Linux rewrites each access into one of its own. A row says where
// the field seems to be and which accesses are allowed; `value` says what it is, for the layer that has the packet.
// Rules: an access never crosses a field, and its offset is a multiple of its size. Beyond that a field's `shape`
// decides. Writes are whole elements, but in `anywhere` and `buffer`. Every answer is graded on 6.18.44: each offset,
// width, direction, program type and attach type that this kernel loads.
//
// The socket structures and bpf_flow_keys are not contexts: a program reaches them through a pointer that a context
// or a helper function gave. Their rows are here because they are read by the same rules.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "facts/attach_types.hpp"
#include "facts/caps.hpp"
#include "facts/prog_types.hpp"

namespace skep::facts {

// What a field is, where a run-time context (src/context) holds it. Names are Linux's. Numbers in the packet's byte
// order are so in the field too: protocol, vlan_proto, remote_ip4, local_ip4, remote_ip6, local_ip6, remote_port;
// local_port is in the machine's.
enum class CtxValue : uint8_t {
  unheld,    // no run-time context holds it yet
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

// Which accesses a field allows.
enum class Shape : uint8_t {
  whole,     // exactly one element
  pointer,   // the same, and no sign-extending load: what is read is a pointer, however narrow the field is
  narrow,    // a naturally aligned part of one element too
  head,      // a part too, but only the one that begins with the element's first byte
  tail,      // the whole element, which is a pointer; or a part that does not begin with it, which is a number
  anywhere,  // any aligned range of the whole array, reads and writes
  buffer,    // any aligned access that begins inside, reads and writes
};

// What a read gives.
enum class Gives : uint8_t {
  scalar,
  packet,
  packet_meta,
  packet_end,
  sock_common_or_null,
  socket,
  socket_or_null,
  flow_keys,
  kernel_struct,  // a trusted pointer to the kernel's own structure of the name `structure`
  tp_buffer,      // a raw tracepoint's writable buffer
};

struct ContextField {
  std::string_view name;
  uint16_t offset;
  uint8_t size;    // of one element
  uint16_t count;  // elements: cb is an array of five
  CtxValue value;
  Shape shape;
  ProgTypes readable, writable;
  Version since;
  struct Rare {
    Gives gives = Gives::scalar;
    std::string_view structure = {};
    AttachTypes read_at = {}, written_at = {};  // the only attach types; empty: all
    std::optional<Cap> read_needs = {}, write_needs = {};
    uint8_t written_until = 0;  // the last patch of 6.18 known to allow writes; 0: all do
    uint8_t also = 0;           // as many aligned bytes as well, where they begin in the field; the rest is padding
    uint8_t written_elements = 255;  // only the first so many
    uint8_t least = 1;               // no part is narrower
    uint8_t declared = 0;      // bytes in Linux's header, where they are fewer: the rest is padding that may be read
    bool full_socket = false;  // not through a sock_common pointer
  } rare = {};
  constexpr unsigned bytes() const { return unsigned{size} * count; }
};

// A structure of Linux's headers and its fields, at ascending offsets.
struct Layout {
  std::string_view structure;  // Linux's name; empty: bytes without one
  uint32_t bytes = 0;
  std::span<const ContextField> fields;
  bool before = false;  // reads in front of it are accepted: 6.18 asks a tracepoint only for the upper end
};
const Layout& layout(Context context);
inline std::span<const ContextField> fields(Context context) { return layout(context).fields; }

// What pointers of these kinds read (and, for flow_keys, write).
enum class Pointee : uint8_t { flow_keys, sock_common, socket, tcp_sock, xdp_sock };
const Layout& layout(Pointee pointee);

enum class Access : uint8_t { read, read_sign_extended, write };

// What an access of `size` bytes at `offset` touches: bytes first to first + size of the field's element `element`
// (of the whole array for Shape::anywhere and Shape::buffer).
struct FieldAccess {
  const ContextField* field;
  unsigned element, first;
  Gives gives;
};

// Why there is none. Linux says the same of all of them: "invalid bpf_context access off= size=".
enum class NoAccess : uint8_t {
  outside,         // of the structure
  padding,         // no field is there
  misaligned,      // the offset is no multiple of the size
  crossing,        // it reaches beyond the field
  width,           // the field has other widths
  sign_extension,  // what is read is a pointer
  unreadable,      // this program type may not read it
  read_only,       // this program type may not write it
  attach_type,     // programs attached elsewhere may
  capability,      // it needs rare.read_needs or rare.write_needs
};
struct AccessRefusal {
  NoAccess why;
  const ContextField* field;  // that lies there; null: outside, padding
  Access access;
};

// Who asks. Where the attach type is not known, what any attach type may is allowed.
struct Accessor {
  constexpr Accessor(ProgType t) : type(t) {}  // NOLINT(google-explicit-constructor): a program type is one
  constexpr Accessor(ProgType t, AttachType a, Caps c = Caps::all(), unsigned p = newest_patch)
      : type(t), attach(a), caps(c), patch(p) {}
  ProgType type;
  std::optional<AttachType> attach = {};
  Caps caps = Caps::all();
  unsigned patch = newest_patch;  // of Linux 6.18
};

// The field that an access to the context touches, or why Linux refuses it. The context is that of `who.type`; for
// btf_args only offset and size are answered: what is there follows from the attach target's prototype (hook_args.hpp
// says which of its pointers may be null), and pointers among the arguments are read whole.
std::expected<FieldAccess, AccessRefusal> access_field(const Accessor& who, int64_t offset, unsigned size,
                                                       Access access);
// The same through a pointer. flow_keys may be read and written at any offset and width inside.
std::expected<FieldAccess, AccessRefusal> access_field(Pointee pointee, int64_t offset, unsigned size, Access access);

// The reason as a sentence: "mark (4 bytes at 8) may not be written by socket_filter programs".
std::string text(const AccessRefusal& refusal, const Accessor& who, unsigned size);
std::string text(const AccessRefusal& refusal, Pointee pointee, unsigned size);

}  // namespace skep::facts
