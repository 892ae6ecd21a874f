// SPDX-License-Identifier: Apache-2.0
// pcap: draft-ietf-opsawg-pcap, sections 4 and 5. pcapng: draft-ietf-opsawg-pcapng, section 4: one section header, one
// interface, then an enhanced packet block a packet. Both in this machine's byte order, which their magic tells.
#include <algorithm>

#include "net/capture.hpp"

namespace skep::net {
namespace {

constexpr uint32_t link_ethernet = 1;
constexpr std::size_t flush_bytes = 1 << 16;

template <class... Words>
void put(Buffer& to, Words... words) {
  ((to.resize(to.size() + sizeof words), store(to.data() + to.size() - sizeof words, words)), ...);
}

Buffer file_header(uint32_t magic) {
  Buffer b;  // version 2.4, two words of zero, longest packet, link type
  put(b, magic, uint16_t{2}, uint16_t{4}, uint32_t{0}, uint32_t{0}, most_packet_bytes, link_ethernet);
  return b;
}

Buffer section_and_interface() {
  Buffer b;
  put(b, 0x0a0d0d0au, 28u, 0x1a2b3c4du, uint16_t{1}, uint16_t{0}, ~uint64_t{0}, 28u);
  put(b, 1u, 32u, uint16_t{link_ethernet}, uint16_t{0}, most_packet_bytes);
  put(b, uint16_t{9}, uint16_t{1}, 9u);  // if_tsresol: times count 10^-9 s
  put(b, 0u, 32u);                       // end of options
  return b;
}

}  // namespace

Result<CaptureWriter> CaptureWriter::create(const std::string& path) {
  Format format = path.ends_with(".pcapng") ? Format::pcapng : Format::pcap;
  CaptureWriter w(TRY(OutputFile::create(path)), format);
  w.buffer_ = format == Format::pcap ? file_header(0xa1b2c3d4) : section_and_interface();
  return w;
}

Result<void> CaptureWriter::write(const Packet& packet) {
  auto captured = static_cast<uint32_t>(std::min<std::size_t>(packet.data.size(), most_packet_bytes));
  uint32_t wire = std::max(captured, packet.wire_length);
  auto padding = static_cast<uint32_t>(format_ == Format::pcapng ? round_up(captured, 4) - captured : 0);
  if (format_ == Format::pcap)
    put(buffer_, static_cast<uint32_t>(packet.time_ns / 1'000'000'000),
        static_cast<uint32_t>(packet.time_ns % 1'000'000'000 / 1000), captured, wire);
  else
    put(buffer_, 6u, 32 + captured + padding, 0u, static_cast<uint32_t>(packet.time_ns >> 32),
        static_cast<uint32_t>(packet.time_ns), captured, wire);
  buffer_.insert(buffer_.end(), packet.data.begin(), packet.data.begin() + captured);
  if (format_ == Format::pcapng) {
    buffer_.resize(buffer_.size() + padding);
    put(buffer_, 32 + captured + padding);
  }
  return buffer_.size() < flush_bytes ? Result<void>{} : flush();
}

Result<void> CaptureWriter::flush() {
  TRY_VOID(file_.write(buffer_));
  buffer_.clear();
  return {};
}

Result<void> CaptureWriter::commit() {
  TRY_VOID(flush());
  return file_.commit();
}

}  // namespace skep::net
