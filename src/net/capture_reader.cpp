// SPDX-License-Identifier: Apache-2.0
// libpcap reads from a FILE of ours (`Input`), which counts and remembers the first bytes: libpcap hides the snaplen a
// header claims and says in words only how much of a packet is missing.
#include <pcap/pcap.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>

#include "net/capture.hpp"
#include "net/errors.hpp"

namespace skep::net {
namespace {

constexpr std::size_t ethernet_bytes = 14;

// How a link type becomes Ethernet: its own header is `header_bytes` long, and what of it is kept stands where.
struct Link {
  int dlt;
  std::string_view name;
  std::size_t header_bytes, protocol_at, address_length_at, address_at;
};
constexpr Link links[] = {
    // dlt           name          bytes  protocol  address length  address
    {DLT_EN10MB, "EN10MB", 14, 12, 0, 6},
    {DLT_RAW, "RAW", 0, 0, 0, 0},
    {DLT_LINUX_SLL, "LINUX_SLL", 16, 14, 5, 6},
    {DLT_LINUX_SLL2, "LINUX_SLL2", 20, 0, 11, 12},
};

struct Input {
  Fd fd;
  uint64_t done = 0, total = 0;
  std::array<uint8_t, 4096> first{};  // a pcapng interface block, with the snaplen, is within these

  Bytes start() const { return {first.data(), static_cast<std::size_t>(std::min<uint64_t>(done, first.size()))}; }

  static ssize_t read(void* self, char* to, std::size_t size) {
    auto* in = static_cast<Input*>(self);
    // EINTR ends it: signals restart a read, but those with which somebody asks to stop.
    const ssize_t n = ::read(in->fd.get(), to, size);
    if (n <= 0) return n;
    if (in->done < in->first.size())
      std::copy_n(to, std::min(static_cast<std::size_t>(n), in->first.size() - in->done), &in->first[in->done]);
    in->done += static_cast<uint64_t>(n);
    return n;
  }
};

// The snaplen a capture's header claims; 0 where it claims none.
uint32_t claimed_snaplen(Bytes start) {
  auto word = [&](uint64_t at, bool swapped) {
    uint32_t w = load_at<uint32_t>(start, at).value_or(0);
    return swapped ? __builtin_bswap32(w) : w;
  };
  switch (word(0, false)) {
    case 0xa1b2c3d4:
    case 0xa1b23c4d: return word(16, false);
    case 0xd4c3b2a1:
    case 0x4d3cb2a1: return word(16, true);
    case 0x0a0d0d0a: {  // the section's length tells where the first interface block starts
      bool swapped = word(8, false) != 0x1a2b3c4d;
      uint64_t at = word(4, swapped);
      return word(at, swapped) == 1 ? word(at + 12, swapped) : 0;
    }
  }
  return 0;
}

std::string shown(const std::string& path) { return path == "-" ? "standard input" : path; }

std::string known_links() {
  std::string out;
  for (const Link& l : links) out += (out.empty() ? "" : ", ") + std::string(l.name);
  return out;
}

std::unexpected<Error> header_error(const Input& in, const char* reason) {
  if (in.done == 0) return fail(EmptyCapture{});
  std::size_t promised;
  if (std::sscanf(reason, "truncated dump file; tried to read %zu file header bytes", &promised) == 1)
    return fail(CutOff{.what = "the file header takes", .promised = {promised}, .left = {in.done}});
  std::string_view words = reason;
  if (words.starts_with("unknown file format"))
    return fail(NotACapture{.found = to_hex(in.start().first(std::min<std::size_t>(4, in.start().size())))});
  return fail(BrokenHeader{.reason = std::string(words)});
}

std::unexpected<Error> packet_error(uint64_t packet, const char* reason) {
  unsigned promised;
  std::size_t left;
  auto cut = [&](std::string what) {
    return fail(CutOff{.what = std::move(what), .promised = {promised}, .left = {left}});
  };
  auto says = [&](const char* form) { return std::sscanf(reason, form, &promised, &left) == 2; };
  if (says("truncated dump file; tried to read %u captured bytes, only got %zu"))
    return cut(fmt::format("packet {} says", packet));
  if (says("truncated dump file; tried to read %u header bytes, only got %zu"))
    return cut(fmt::format("the header of packet {} takes", packet));
  if (says("truncated pcapng dump file; tried to read %u bytes, only got %zu"))
    return cut(fmt::format("the block of packet {} takes", packet));
  return fail(BrokenCapture{.packet = packet, .reason = reason});
}

}  // namespace

struct CaptureReader::Open {
  std::string path;
  Input input;
  std::unique_ptr<pcap_t, decltype(&pcap_close)> pcap{nullptr, pcap_close};
  bpf_program filter{};
  const Link* link = nullptr;
  uint64_t packets = 0;
  Buffer frame;  // with the Ethernet header we made

  ~Open() { pcap_freecode(&filter); }
  Bytes as_ethernet(Bytes captured);
};

// An Ethernet header, then what followed the capture's own. What a short packet lacks reads as zero.
Bytes CaptureReader::Open::as_ethernet(Bytes captured) {
  if (link->dlt == DLT_EN10MB) return captured;
  auto at = [&](std::size_t i) { return i < captured.size() ? captured[i] : uint8_t{0}; };
  Bytes payload = captured.subspan(std::min(link->header_bytes, captured.size()));
  frame.assign(ethernet_bytes, 0);
  uint32_t protocol = 0;
  if (link->header_bytes == 0) {
    uint8_t version = at(0) >> 4;
    protocol = version == 4 ? 0x0800 : version == 6 ? 0x86dd : 0;
  } else {
    protocol = static_cast<uint32_t>(at(link->protocol_at) << 8 | at(link->protocol_at + 1));
    // Linux's own numbers for 802.3 frames (ETH_P_802_3, ETH_P_802_2): on Ethernet their length stands there.
    if (protocol == 1 || protocol == 4) protocol = static_cast<uint32_t>(std::min<std::size_t>(payload.size(), 1500));
    if (at(link->address_length_at) == 6)
      for (std::size_t i = 0; i < 6; ++i) frame[6 + i] = at(link->address_at + i);
  }
  frame[12] = static_cast<uint8_t>(protocol >> 8);
  frame[13] = static_cast<uint8_t>(protocol);
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}

CaptureReader::CaptureReader(std::unique_ptr<Open> open) : open_(std::move(open)) {}
CaptureReader::CaptureReader(CaptureReader&&) noexcept = default;
CaptureReader& CaptureReader::operator=(CaptureReader&&) noexcept = default;
CaptureReader::~CaptureReader() = default;

Result<CaptureReader> CaptureReader::open(const std::string& path) {
  auto o = std::make_unique<Open>();
  o->path = shown(path);
  o->input.fd = TRY(open_input(path));
  struct stat st{};
  if (::fstat(o->input.fd.get(), &st) == 0 && S_ISREG(st.st_mode)) o->input.total = static_cast<uint64_t>(st.st_size);

  FILE* file =
      ::fopencookie(&o->input, "rb", {.read = Input::read, .write = nullptr, .seek = nullptr, .close = nullptr});
  char reason[PCAP_ERRBUF_SIZE] = "";
  if (file) o->pcap.reset(pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, reason));
  if (!o->pcap) {
    if (file) std::fclose(file);
    return fail_within(header_error(o->input, reason).error(), o->path);
  }
  if (uint32_t claimed = claimed_snaplen(o->input.start()); claimed > most_packet_bytes)
    return fail_within(fail(HugeSnaplen{.found = {claimed}, .most = {most_packet_bytes}}).error(), o->path);

  int dlt = pcap_datalink(o->pcap.get());
  o->link = std::ranges::find(links, dlt, &Link::dlt);
  if (o->link == std::end(links)) {
    const char* name = pcap_datalink_val_to_name(dlt);
    auto found = name ? std::string(name) : fmt::format("number {}", dlt);
    return fail_within(fail(UnsupportedLink{.found = found, .known = known_links()}).error(), o->path);
  }
  return CaptureReader(std::move(o));
}

Result<void> CaptureReader::keep_only(const std::string& filter) {
  bpf_program compiled{};
  if (pcap_compile(open_->pcap.get(), &compiled, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
    return fail(FilterRefused{.filter = filter, .reason = pcap_geterr(open_->pcap.get())});
  pcap_freecode(&open_->filter);
  open_->filter = compiled;
  return {};
}

Result<std::optional<Packet>> CaptureReader::next() {
  Open& o = *open_;
  for (;;) {
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    int answer = pcap_next_ex(o.pcap.get(), &header, &data);
    if (answer == PCAP_ERROR_BREAK) return std::nullopt;  // libpcap's word for the end of the file
    if (answer != 1) return fail_within(packet_error(o.packets + 1, pcap_geterr(o.pcap.get())).error(), o.path);
    ++o.packets;
    if (o.filter.bf_insns && pcap_offline_filter(&o.filter, header, data) == 0) continue;

    Bytes frame = o.as_ethernet({data, header->caplen});
    auto grown = static_cast<int64_t>(frame.size()) - static_cast<int64_t>(header->caplen);
    auto wire = std::clamp<int64_t>(header->len + grown, static_cast<int64_t>(frame.size()), UINT32_MAX);
    uint64_t time_ns =
        static_cast<uint64_t>(header->ts.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(header->ts.tv_usec);
    return Packet{.data = frame, .wire_length = static_cast<uint32_t>(wire), .time_ns = time_ns};
  }
}

std::string_view CaptureReader::link_name() const { return open_->link->name; }
uint32_t CaptureReader::snaplen() const { return static_cast<uint32_t>(pcap_snapshot(open_->pcap.get())); }
uint64_t CaptureReader::bytes_done() const { return open_->input.done; }
uint64_t CaptureReader::bytes_total() const { return open_->input.total; }

std::string CaptureReader::note() const {
  if (open_->link->dlt == DLT_EN10MB) return "";
  return fmt::format("{}: link type {}, shown as Ethernet with a header made for each packet", open_->path,
                     link_name());
}

}  // namespace skep::net
