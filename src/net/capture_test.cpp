// SPDX-License-Identifier: Apache-2.0
#include "net/capture.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace skep::net {
namespace {

// Captures are written by hand, as words of 32 bits, so that each test shows the bytes it speaks about.
template <class... Words>
std::string words(Words... w) {
  std::string out;
  (out.append(reinterpret_cast<const char*>(&w), sizeof w), ...);
  return out;
}
std::string pcap(uint32_t link, uint32_t snaplen = 65535) {
  return words(0xa1b2c3d4u, 0x00040002u, 0u, 0u, snaplen, link);
}
std::string record(const std::string& data, uint32_t wire) {
  return words(7u, 1u, static_cast<uint32_t>(data.size()), wire) + data;
}
const std::string ethernet_frame = std::string(12, '\x11') + "\x08\x06" + std::string(30, 'a');

struct CaptureTest : ::testing::Test {
  std::string folder = ::testing::TempDir() + "skep_capture_test_" + std::to_string(::getpid());
  CaptureTest() { std::filesystem::create_directories(folder); }
  ~CaptureTest() override { std::filesystem::remove_all(folder); }

  std::string file(const std::string& bytes, const std::string& name = "a.pcap") {
    std::ofstream(folder + "/" + name, std::ios::binary) << bytes;
    return folder + "/" + name;
  }
  // What opening and reading to the end answers, without the folder.
  std::string error_of(const std::string& bytes) {
    auto in = CaptureReader::open(file(bytes));
    if (!in) return without_folder(in.error().text());
    for (;;) {
      auto packet = in->next();
      if (!packet) return without_folder(packet.error().text());
      if (!*packet) return "";
    }
  }
  std::string without_folder(std::string text) {
    for (std::size_t at; (at = text.find(folder + "/")) != text.npos;) text.erase(at, folder.size() + 1);
    return text;
  }
  // The frames of a capture, as text.
  std::vector<std::string> frames(CaptureReader& in) {
    std::vector<std::string> out;
    for (;;) {
      auto packet = in.next();
      EXPECT_TRUE(packet) << packet.error().text();
      if (!packet || !*packet) return out;
      out.emplace_back(as_text((*packet)->data));
    }
  }
};

TEST_F(CaptureTest, GivesBytesLengthAndTime) {
  auto in = CaptureReader::open(file(pcap(1) + record(ethernet_frame, 1500)));
  ASSERT_TRUE(in);
  EXPECT_EQ(in->link_name(), "EN10MB");
  EXPECT_EQ(in->snaplen(), 65535u);
  EXPECT_EQ(in->note(), "");
  auto p = in->next();
  ASSERT_TRUE(p && *p);
  EXPECT_EQ(as_text((*p)->data), ethernet_frame);
  EXPECT_EQ((*p)->wire_length, 1500u);
  EXPECT_EQ((*p)->time_ns, 7'000'001'000u);
  auto end = in->next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
  EXPECT_EQ(in->bytes_done(), in->bytes_total());
}

TEST_F(CaptureTest, AWireLengthBelowTheCapturedOneIsRaised) {
  auto in = CaptureReader::open(file(pcap(1) + record(ethernet_frame, 3)));
  EXPECT_EQ((**in->next()).wire_length, ethernet_frame.size());
}

TEST_F(CaptureTest, OtherLinksAreShownAsEthernet) {
  std::string zero6(6, '\0'), ip4 = "\x45" + std::string(19, 'x'), ip6 = "\x60" + std::string(39, 'x');
  struct {
    uint32_t link;
    std::string captured, shown;
  } cases[] = {
      {101, ip4, zero6 + zero6 + std::string("\x08\x00", 2) + ip4},
      {101, ip6, zero6 + zero6 + "\x86\xdd" + ip6},
      {101, "", zero6 + zero6 + std::string(2, '\0')},
      // to us, ARPHRD_ETHER, 6 address bytes, IPv4
      {113, words(0x01000000u, uint16_t{0x0600}) + "ABCDEF" + std::string("\0\0\x08\x00", 4) + ip4,
       zero6 + "ABCDEF" + std::string("\x08\x00", 2) + ip4},
      // an 802.2 frame: its length stands where the EtherType would
      {113, words(0x01000000u, uint16_t{0}) + std::string(8, '\0') + std::string("\x00\x04", 2) + "LLC",
       zero6 + zero6 + std::string("\x00\x03", 2) + "LLC"},
      // IPv6, reserved, interface, ARPHRD_ETHER, to us, 6 address bytes
      {276, std::string("\x86\xdd\0\0\0\0\0\x02\0\x01\0\x06", 12) + "ABCDEF" + std::string(2, '\0') + ip6,
       zero6 + "ABCDEF" + "\x86\xdd" + ip6},
      {276, "\x86", zero6 + zero6 + std::string("\x86\0", 2)},  // cut within its header
  };
  for (auto& c : cases) {
    auto in = CaptureReader::open(file(pcap(c.link) + record(c.captured, static_cast<uint32_t>(c.captured.size()))));
    ASSERT_TRUE(in) << in.error().text();
    EXPECT_EQ(frames(*in), std::vector{c.shown}) << c.link;
  }
  auto in = CaptureReader::open(file(pcap(113)));
  EXPECT_EQ(without_folder(in->note()),
            "a.pcap: link type LINUX_SLL, shown as Ethernet with a header made for each packet");
}

TEST_F(CaptureTest, AFilterSelectsOrIsRefusedInLibpcapsWords) {
  std::string path = std::string(SKEP_SOURCE_DIR) + "/tests/data/dns_udp.pcap";
  auto in = CaptureReader::open(path);
  ASSERT_TRUE(in->keep_only("udp dst port 53"));
  EXPECT_EQ(frames(*in).size(), 1u);
  auto refused = in->keep_only("udp and and");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(),
            "'udp and and' is not a filter expression; libpcap says: can't parse filter expression: syntax error. man "
            "pcap-filter has the words it "
            "may use");
}

TEST_F(CaptureTest, WhatIsCutOffIsCounted) {
  std::string whole = pcap(1) + record(ethernet_frame, 44);
  EXPECT_EQ(
      error_of(whole + words(7u, 1u, 1514u, 1514u) + std::string(60, 'b')),
      "a.pcap: cut off: packet 2 says 1,514 bytes, the file holds 60 more. Everything before it was processed; nothing "
      "was written.");
  EXPECT_EQ(error_of(whole + words(7u, 1u)),
            "a.pcap: cut off: the header of packet 2 takes 16 bytes, the file holds 8 more. Everything before it was "
            "processed; nothing was written.");
  EXPECT_EQ(error_of(pcap(1).substr(0, 10)),
            "a.pcap: cut off: the file header takes 24 bytes, the file holds 10 more. Everything before it was "
            "processed; nothing was written.");
}

// Every prefix of a capture is read or refused with a place: none crashes, none is silent about a cut packet.
TEST_F(CaptureTest, EveryPrefixIsAnswered) {
  for (const char* name : {"dns_udp.pcap", "LINKTYPE_RAW_ipv6.pcap"}) {
    Buffer all = *read_file(std::string(SKEP_SOURCE_DIR) + "/tests/data/" + name);
    std::size_t whole = 0;
    for (std::size_t n = 0; n <= all.size(); ++n) {
      auto error = error_of(std::string(as_text(Bytes(all).first(n))));
      if (error.empty())
        ++whole;
      else
        EXPECT_TRUE(error.starts_with("a.pcap: ")) << error;
    }
    EXPECT_LE(whole, 3u);  // after the header, and after each packet
  }
}

TEST_F(CaptureTest, WhatIsNoCaptureSaysWhatItIs) {
  EXPECT_EQ(error_of(""),
            "a.pcap: the file is empty; a capture has at least its header. give a capture as tcpdump -w writes it");
  EXPECT_EQ(
      error_of("\x7f"
               "ELF and more of it, enough for a header"),
      "a.pcap: it starts with 7f454c46; a capture starts with d4c3b2a1, 4d3cb2a1 (pcap) or 0a0d0d0a (pcapng). give a "
      "capture as tcpdump -w writes it, unpacked");
  EXPECT_EQ(
      error_of(pcap(129)),
      "a.pcap: its link type is ARCNET_LINUX; skep reads EN10MB, RAW, LINUX_SLL, LINUX_SLL2. capture on an Ethernet "
      "interface, or with tcpdump -i any");
  EXPECT_EQ(CaptureReader::open(folder + "/no").error().row().slug, "no-such-file");
}

TEST_F(CaptureTest, HostileLengthsAreRefusedBeforeMemoryIsTaken) {
  EXPECT_EQ(error_of(pcap(1, 0x7fffffff)),
            "a.pcap: its header says packets of up to 2,147,483,647 bytes (snaplen); captures of network packets have "
            "at most "
            "262,144. if the packets are sound, rewrite it: editcap -s 262144 IN OUT");
  EXPECT_EQ(error_of(pcap(1, 262144)), "");
  EXPECT_EQ(error_of(pcap(1, 0)), "");  // no claim
  auto swapped = words(0xd4c3b2a1u, 0x04000200u, 0u, 0u, 0xffffff7fu, 0x01000000u);
  EXPECT_NE(error_of(swapped).find("2,147,483,647"), std::string::npos);
  auto section = words(0x0a0d0d0au, 28u, 0x1a2b3c4du, 1u, ~uint64_t{0}, 28u);
  EXPECT_NE(error_of(section + words(1u, 20u, 1u, 0x7fffffffu, 20u)).find("2,147,483,647"), std::string::npos);
  EXPECT_EQ(error_of(section + words(1u, 20u, 1u, 0u, 20u)), "");
  for (uint32_t length : {262145u, 0x7fffffffu, 0xffffffffu})
    EXPECT_NE(error_of(pcap(1) + words(7u, 1u, length, length)).find("packet 1 "), std::string::npos) << length;
  for (uint32_t length : {0u, 13u, 0x7ffffffcu, 0xfffffffcu})
    EXPECT_NE(error_of(section + words(1u, 20u, 1u, 0u, 20u) + words(6u, length)).find("packet 1 "), std::string::npos);
}

TEST_F(CaptureTest, WhatIsWrittenIsReadAgain) {
  for (const char* name : {"out.pcap", "out.pcapng"}) {
    std::string path = folder + "/" + name;
    auto out = CaptureWriter::create(path);
    ASSERT_TRUE(out);
    for (std::size_t n : {0u, 1u, 14u, 60u, 61u, 62u, 63u, 262144u}) {
      Buffer data(n, static_cast<uint8_t>(n));
      ASSERT_TRUE(out->write(
          {.data = data, .wire_length = static_cast<uint32_t>(n + 5), .time_ns = 1'700'000'000'123'456'000}));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(out->commit());
    auto in = CaptureReader::open(path);
    ASSERT_TRUE(in) << in.error().text();
    for (std::size_t n : {0u, 1u, 14u, 60u, 61u, 62u, 63u, 262144u}) {
      auto p = in->next();
      ASSERT_TRUE(p && *p);
      EXPECT_EQ(to_hex((*p)->data), to_hex(Buffer(n, static_cast<uint8_t>(n))));
      EXPECT_EQ((*p)->wire_length, n + 5);
      EXPECT_EQ((*p)->time_ns, 1'700'000'000'123'456'000u);
    }
    auto end = in->next();
    EXPECT_TRUE(end && !*end);
  }
}

TEST_F(CaptureTest, NothingAppearsWithoutCommit) {
  {
    ASSERT_TRUE(CaptureWriter::create(folder + "/out.pcap")->write({.data = {}, .wire_length = 0, .time_ns = 0}));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

}  // namespace
}  // namespace skep::net
