// SPDX-License-Identifier: Apache-2.0
#include <skep/libbpf/bpf/bpf.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>

#include "facts/attach_types.hpp"
#include "facts/map_types.hpp"
#include "facts/prog_types.hpp"
#include "facts/sections.hpp"
#include "familiar/report.hpp"

using namespace skep;
using namespace skep::familiar;

namespace {

int to_stderr(libbpf_print_level level, const char* format, va_list arguments) {
  return level == LIBBPF_DEBUG ? 0 : std::vfprintf(stderr, format, arguments);
}
std::atomic<libbpf_print_fn_t> print = to_stderr;

__attribute__((format(printf, 2, 3))) void print_to(libbpf_print_level level, const char* format, ...) {
  const libbpf_print_fn_t to = print.load();
  if (to == nullptr) return;
  va_list arguments;
  va_start(arguments, format);
  to(level, format, arguments);
  va_end(arguments);
}

// The name of row `id` of a table of facts. Names are whole literals, so data() ends with a zero.
template <class Row, std::size_t N>
const char* name_in(const Row (&rows)[N], std::size_t id) {
  return id < N ? rows[id].name.data() : nullptr;
}

constexpr const char* own_errors[] = {
    "libelf cannot read it",
    "the format is not known",
    "the kernel's version is wrong",
    "the byte order is another",
    "internal",
    "a relocation is wrong",
    "loading was refused",
    "the verifier refused it",
    "the program is too large",
    "the kernel is too old",
    "the program type is wrong",
    "a netlink answer is for another process",
    "a netlink answer is late",
    "a netlink answer is broken",
};
static_assert(std::size(own_errors) == __LIBBPF_ERRNO__END - __LIBBPF_ERRNO__START);

}  // namespace

void skep::familiar::tell(libbpf_print_level level, const std::string& sentence) {
  const int before = errno;
  print_to(level, "skep: %s\n", sentence.c_str());
  errno = before;
}

std::string skep::familiar::waiting(const char* function, const char* capability) {
  return std::string(function) + " is not supported yet: it waits for " + capability;
}

libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn) { return print.exchange(fn); }
long libbpf_get_error(const void* pointer) { return pointer != nullptr ? 0 : -errno; }
int libbpf_num_possible_cpus() { return static_cast<int>(skep_lanes()); }
__u32 libbpf_major_version() { return LIBBPF_MAJOR_VERSION; }
__u32 libbpf_minor_version() { return LIBBPF_MINOR_VERSION; }
const char* libbpf_version_string() { return "v1.1"; }
int libbpf_set_strict_mode(libbpf_strict_mode) { return 0; }
int libbpf_set_memlock_rlim(size_t) { return 0; }

int libbpf_strerror(int err, char* buf, size_t size) {
  if (buf == nullptr || size == 0) return quietly(-EINVAL);
  if (err < 0) err = -err;
  std::string text;
  if (err >= __LIBBPF_ERRNO__START && err < __LIBBPF_ERRNO__END)
    text = own_errors[err - __LIBBPF_ERRNO__START];
  else if (err == SKEP_ENOTSUPP)
    text = "Not supported yet";
  else if (const char* known = strerrordesc_np(err); known != nullptr)
    text = known;
  const bool unknown = text.empty();
  if (unknown) text = (err < __LIBBPF_ERRNO__START ? "Unknown error " : "Unknown libbpf error ") + std::to_string(err);
  std::snprintf(buf, size, "%s", text.c_str());
  if (unknown) return quietly(err < __LIBBPF_ERRNO__START ? -EINVAL : -ENOENT);
  return text.size() < size ? 0 : ERANGE;  // without a sign, as libbpf
}

const char* libbpf_bpf_attach_type_str(bpf_attach_type t) { return name_in(facts::attach_types, t); }
const char* libbpf_bpf_map_type_str(bpf_map_type t) { return name_in(facts::map_types, t); }
const char* libbpf_bpf_prog_type_str(bpf_prog_type t) { return name_in(facts::prog_types, t); }

int libbpf_prog_type_by_name(const char* name, bpf_prog_type* type, bpf_attach_type* attach) {
  if (name == nullptr) return quietly(-EINVAL);
  const auto section = facts::section_by_name(name);
  if (!section) return told(-ESRCH, std::string("section '") + name + "' tells no program type");
  *type = static_cast<bpf_prog_type>(section->row->type);
  *attach = static_cast<bpf_attach_type>(section->row->attach);
  return 0;
}

int libbpf_attach_type_by_name(const char* name, bpf_attach_type* attach) {
  if (name == nullptr) return quietly(-EINVAL);
  const auto section = facts::section_by_name(name);
  if (!section) return told(-EINVAL, std::string("section '") + name + "' tells no attach type");
  *attach = static_cast<bpf_attach_type>(section->row->attach);
  return 0;
}
