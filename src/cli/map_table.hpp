// SPDX-License-Identifier: Apache-2.0
// A map's content as a table: keys, then values, one column for each member that is no record itself.
//
//     map by_port  (hash, 14 of 1,024 entries)
//       proto  port  packets    bytes
//       udp    7001      402  154,210
//       …      12 more: --map by_port
//
// Keys are names: left, as they are. Values are counts: right, with separators, the largest of the first counter first;
// elements of arrays stay in order, and those that are all zero are left out. Four octets, addresses and hardware
// addresses look as btf::encode takes them.
#pragma once

#include "api/content.hpp"
#include "cli/text.hpp"

namespace skep::cli {

enum class Rows : uint8_t { top, all };

std::string map_table(const module::Module& module, const api::Content& content, Rows rows, const Paint& paint);

// The variables of a global-data map that are not zero, one a line; empty where there are none.
std::string variables(const module::Module& module, const api::Content& content, const Paint& paint);

}  // namespace skep::cli
