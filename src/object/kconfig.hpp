// SPDX-License-Identifier: Apache-2.0
// The configuration of a kernel, and the values it gives to variables of section .kconfig:
//
//     extern bool CONFIG_BPF_JIT __kconfig;             CONFIG_BPF_JIT=y                       true
//     extern enum libbpf_tristate CONFIG_IPV6 __kconfig;   CONFIG_IPV6=m                       TRI_MODULE
//     extern int CONFIG_HZ __kconfig;                   CONFIG_HZ=250                          250
//     extern char CONFIG_DEFAULT_HOSTNAME[8] __kconfig;   CONFIG_DEFAULT_HOSTNAME="(none)"     cut to fit
//     extern int LINUX_KERNEL_VERSION __kconfig;        what the kernel says of itself         KERNEL_VERSION(6, 18,
//     44)
//
// Which values fit which types is libbpf's rule.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "btf/types.hpp"

namespace skep::object {

struct Kconfig {
  std::string from;                                        // "/proc/config.gz"
  std::map<std::string, std::string, std::less<>> values;  // as written: y, 250, "text"
  uint32_t version = 0;                                    // KERNEL_VERSION(a, b, c); 0: not known
};
Kconfig parse_kconfig(std::string from, std::string_view text);

using KconfigSource = std::function<Result<Kconfig>()>;
// A file, plain or compressed by gzip; "" is the running kernel's, from /boot or /proc.
KconfigSource kernel_config(std::string path);

// What has a value there, LINUX_KERNEL_VERSION and its like included.
std::vector<std::string> kconfig_names(const Kconfig& config);

// What a variable of this name and type is, `size` bytes of it. Nothing where the configuration does not say.
Result<std::optional<Buffer>> kconfig_value(const Kconfig& config, std::string_view name, const btf::Btf& btf,
                                            btf::TypeId type);

}  // namespace skep::object
