// SPDX-License-Identifier: Apache-2.0
// Values by type: bytes that BTF describes, as data that JSON or a table can show, and back.
//
//     struct flow { __be32 addr; char name[8]; enum state state; };
//     0a000001 65746830 00000000 02000000  <->  {addr: 16777226, name: "eth0", state: "open"}
//
// Integers are int64 or uint64 by their sign, bool when they are 0 or 1 of a bool type; 16-byte integers, pointers,
// NaNs and odd floats are hex strings "0x…"; enums are the enumerator's name where one fits. Arrays of char are
// strings when they are printable UTF-8 and only zeros follow the first zero. Members of an anonymous struct or union
// count as members of the one around it. A union shows all its members.
// Bytes are in this machine's byte order.
//
// encode() is the inverse: encode(decode(bytes)) is bytes but for padding, which becomes zero. It takes more than
// decode() gives: numbers as text ("0x10", "-3", "1.5", "true"); records that leave members out, lists that end early
// (the rest is zero, as in a C initialiser; where members of a union are given, later ones are written over earlier
// ones); and network addresses, written in network byte order: "10.0.0.1" for a __be32, a struct of 4 bytes named
// in_addr, or 4 unsigned chars; "2001:db8::1" for 16 bytes named in6_addr, 16 unsigned chars or 4 __be32;
// "aa:bb:cc:dd:ee:ff" for 6 unsigned chars.
#pragma once

#include <variant>

#include "btf/types.hpp"

namespace skep::btf {

struct Datum;
struct Named;
using List = std::vector<Datum>;
using Record = std::vector<Named>;  // in the order of the type's members

struct Datum {
  std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, List, Record> value;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }
  friend bool operator==(const Datum&, const Datum&);
};
struct Named {
  std::string name;
  Datum value;
  friend bool operator==(const Named&, const Named&) = default;
};

// Reads size_of(type) bytes; more may be given. A datasec is a record of its variables.
Result<Datum> decode(const Btf&, TypeId, Bytes);
// Gives exactly size_of(type) bytes. Errors name the member.
Result<Buffer> encode(const Btf&, TypeId, const Datum&);

// The integer somebody gave, as its lowest `width` bits; nothing where it is none or does not fit.
std::optional<uint64_t> integer_of(const Datum&, unsigned width);

}  // namespace skep::btf
