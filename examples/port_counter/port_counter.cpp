// SPDX-License-Identifier: Apache-2.0
// Opens the program that is inside of this one, sets its variables, runs packets through it, and reads what it counted.
#include <array>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <counter.skel.hpp>

using Packet = std::vector<uint8_t>;

// Ethernet, IPv4, UDP, and `payload` zeros.
static Packet udp_packet(uint16_t port, std::size_t payload) {
  Packet p(14 + 20 + 8 + payload);
  p[12] = 0x08;  // IPv4
  p[14] = 0x45;
  p[23] = 17;  // UDP
  p[36] = static_cast<uint8_t>(port >> 8);
  p[37] = static_cast<uint8_t>(port);
  return p;
}

static int complain(const skep::skeleton::Error& error) {
  std::fprintf(stderr, "port_counter: %s\n", error.text.c_str());
  return 1;
}

int main() {
  auto skel = counter::open();
  if (!skel) return complain(skel.error());
  skel->rodata().first_port = 50;
  if (auto done = skel->load(); !done) return complain(done.error());

  const Packet packets[] = {udp_packet(53, 20), udp_packet(53, 100), udp_packet(443, 1000), udp_packet(7, 0),
                            Packet(60)};
  for (const Packet& p : packets) {
    auto run = skel->progs.count.run(p.data(), p.size());
    if (!run) return complain(run.error());
  }

  const counter_types::bss& counted = skel->bss();
  std::printf("%llu packets, %llu bytes; %llu are others\n", counted.all.packets, counted.all.bytes, counted.others);
  const uint16_t ports[] = {53, 443};
  for (uint16_t port : ports) {
    auto traffic = skel->maps.by_port.lookup(port);
    if (!traffic) return complain(traffic.error());
    std::printf("port %u: %llu packets, %llu bytes\n", unsigned{port}, traffic->packets, traffic->bytes);
  }
  auto entries = skel->maps.by_port.entries();
  if (!entries) return complain(entries.error());
  std::printf("%zu of %u ports\n", entries->size(), skep_map_max_entries(skel->maps.by_port.get()));

  if (auto attached = skel->attach(); !attached) std::printf("not attached: %s\n", attached.error().text.c_str());
  return 0;
}
