// SPDX-License-Identifier: Apache-2.0
#include "sys/caps.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace skep::sys {
namespace {

struct Header {
  uint32_t version = 0x20080522;  // 64 capabilities
  int thread = 0;                 // this one
};

}  // namespace

WithoutCaps::WithoutCaps(uint64_t set) {
  Header header;
  if (set == 0 || ::syscall(SYS_capget, &header, before_.data()) != 0) return;
  auto fewer = before_;
  fewer[0].effective &= ~static_cast<uint32_t>(set);
  fewer[1].effective &= ~static_cast<uint32_t>(set >> 32);
  changed_ = ::syscall(SYS_capset, &header, fewer.data()) == 0;
}

WithoutCaps::~WithoutCaps() {
  Header header;
  if (changed_) ::syscall(SYS_capset, &header, before_.data());
}

}  // namespace skep::sys
