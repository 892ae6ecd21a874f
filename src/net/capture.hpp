// SPDX-License-Identifier: Apache-2.0
// Packets from and to capture files, one at a time.
//
// Reading is libpcap's: pcap and pcapng, either byte order, micro- or nanoseconds. Every packet a reader gives starts
// with an Ethernet header. Captures of tcpdump -i any (SLL, SLL2) and of raw IP have none, so one is made: address
// bytes zero except the sender's where the capture knows it, the EtherType of the capture or of the IP version;
// note() says so. Other link types are refused by name. A capture is hostile input: memory stays within what libpcap
// takes for one packet (at most 262,144 bytes) or one pcapng block (16 MB).
//
// Writing is ours: libpcap writes no pcapng and notices a full disk late. A name that ends in .pcapng gives pcapng
// with nanoseconds, every other one pcap with microseconds, as tcpdump writes it. The file appears when commit() is
// called; until then, and without it, there is none.
//
//     auto in = TRY(CaptureReader::open("a.pcap"));
//     TRY_VOID(in.keep_only("udp port 53"));
//     while (auto packet = TRY(in.next())) use(packet->data);
//
// One thread at a time. Nothing throws.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/file.hpp"

namespace skep::net {

constexpr uint32_t most_packet_bytes = 262'144;

struct Packet {
  Bytes data;            // what was captured, from its Ethernet header; lives until the next call of next()
  uint32_t wire_length;  // how long it was on the wire: at least data.size()
  uint64_t time_ns;      // since 1970
};

class CaptureReader {
 public:
  // "-" is standard input.
  static Result<CaptureReader> open(const std::string& path);
  CaptureReader(CaptureReader&&) noexcept;
  CaptureReader& operator=(CaptureReader&&) noexcept;
  ~CaptureReader();

  // From now on next() gives only packets that the expression (pcap-filter(7)) selects. It speaks about the capture's
  // own link type, so it selects what tcpdump selects.
  Result<void> keep_only(const std::string& filter);
  // The next packet, or nothing at the end of the file.
  Result<std::optional<Packet>> next();

  std::string_view link_name() const;  // EN10MB, RAW, LINUX_SLL, LINUX_SLL2
  uint32_t snaplen() const;
  std::string note() const;      // one sentence if frames are not shown as captured, else empty
  uint64_t bytes_done() const;   // of the file, for a progress bar
  uint64_t bytes_total() const;  // 0 where unknown: a pipe

 private:
  struct Open;
  explicit CaptureReader(std::unique_ptr<Open> open);
  std::unique_ptr<Open> open_;
};

class CaptureWriter {
 public:
  // "-" is standard output, where packets appear as they are written.
  static Result<CaptureWriter> create(const std::string& path);
  Result<void> write(const Packet& packet);  // an Ethernet frame; beyond most_packet_bytes it is cut
  Result<void> commit();

 private:
  enum class Format : uint8_t { pcap, pcapng };
  CaptureWriter(OutputFile file, Format format) : file_(std::move(file)), format_(format) {}
  Result<void> flush();

  OutputFile file_;
  Format format_;
  Buffer buffer_;
};

}  // namespace skep::net
