// SPDX-License-Identifier: Apache-2.0
// Any bytes are read to their end or refused with words; what is read can be written.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "net/capture.hpp"

using namespace skep;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  Fd file(::memfd_create("capture", MFD_CLOEXEC));
  if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  auto in = net::CaptureReader::open("/proc/self/fd/" + std::to_string(file.get()));
  if (!in) return in.error().text().empty() ? (std::abort(), 0) : 0;
  if (size % 2 == 0 && !in->keep_only("udp or port 53")) std::abort();
  auto out = net::CaptureWriter::create("/dev/shm/capture_fuzz." + std::to_string(::getpid()) + ".pcapng");
  if (!out) return 0;
  for (;;) {
    auto packet = in->next();
    if (!packet && packet.error().text().empty()) std::abort();
    if (!packet || !*packet) return 0;
    if ((*packet)->wire_length < (*packet)->data.size() || (*packet)->data.size() > net::most_packet_bytes + 14)
      std::abort();
    if (!out->write(**packet)) return 0;
  }
}
