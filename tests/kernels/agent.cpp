// SPDX-License-Identifier: Apache-2.0
// skep-agent: the first and only program of a guest. It answers lines as `skep batch` does, on a virtio port.
//
// Static, and without libelf: programs come as instructions, not as objects. A write to the port costs a switch to the
// host, so answers are held back while more lines wait; a host that wants to know which line ended a guest sends one
// at a time.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "judge/batch.hpp"
#include "sys/bpf.hpp"

namespace {

void mount_all() {
  constexpr struct {
    const char *type, *at;
  } all[] = {{"proc", "/proc"},
             {"sysfs", "/sys"},
             {"devtmpfs", "/dev"},
             {"tracefs", "/sys/kernel/tracing"},
             {"securityfs", "/sys/kernel/security"},
             {"cgroup2", "/sys/fs/cgroup"},
             {"bpf", "/sys/fs/bpf"}};
  for (const auto& [type, at] : all) {
    ::mkdir(at, 0755);
    if (::mount("none", at, type, 0, nullptr) != 0) std::perror(at);
  }
}

int open_port() {
  for (int tries = 0; tries < 500; ++tries) {
    if (const int fd = ::open("/dev/vport0p1", O_RDWR | O_CLOEXEC); fd >= 0) return fd;
    ::usleep(10'000);
  }
  std::perror("/dev/vport0p1");
  return -1;
}

bool write_all(int fd, std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t n = ::write(fd, text.data() + at, text.size() - at);
    if (n <= 0) return false;
    at += static_cast<std::size_t>(n);
  }
  text.clear();
  return true;
}

void serve(int port, skep::judge::Batch& batch) {
  constexpr std::size_t enough = 1 << 16;
  std::string in, out, block(1 << 15, '\0');
  for (;;) {
    const ssize_t n = ::read(port, block.data(), block.size());
    if (n <= 0) return;
    std::size_t begin = 0, searched = in.size();
    in.append(block, 0, static_cast<std::size_t>(n));
    for (std::size_t end; (end = in.find('\n', searched)) != in.npos; begin = searched = end + 1) {
      out += batch.answer(std::string_view(in).substr(begin, end - begin));
      out += '\n';
      if (out.size() > enough && !write_all(port, out)) return;
    }
    in.erase(0, begin);
    if (!write_all(port, out)) return;
  }
}

}  // namespace

int main() {
  mount_all();
  const rlimit everything{RLIM_INFINITY, RLIM_INFINITY};
  ::setrlimit(RLIMIT_MEMLOCK, &everything);  // counted against maps and programs before 5.11
  if (const int port = open_port(); port >= 0) {
    auto batch = skep::judge::Batch::create({.lanes = skep::sys::possible_cpus()});
    serve(port, *batch);
  }
  ::sync();
  ::reboot(RB_POWER_OFF);
}
