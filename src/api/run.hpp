// SPDX-License-Identifier: Apache-2.0
// Packets of a capture through a program that the verifier accepts: what it answered, what it counted, which packets it
// lets on.
//
//     auto opened = TRY(api::open({.path = "port_stats.bpf.c"}));
//     auto report = TRY(api::run(opened, {.capture = "a.pcap", .out = "passed.pcap"}));
//
// Every packet starts fresh; maps and global variables stay from packet to packet. The program runs on lane 0. The
// output file is there only when everything was done: an error, a fault or somebody who says stop leaves none.
#pragma once

#include <functional>

#include "api/content.hpp"
#include "api/open.hpp"
#include "api/stop.hpp"
#include "facts/target.hpp"

namespace skep::api {

struct Filling {
  std::string map;
  std::vector<Entry> entries;
  std::string from;  // where they were written, for errors
};

struct RunOptions {
  std::string program;  // a pattern; empty: the only one
  std::string type;     // empty: as its section says
  std::string capture, filter, out;
  std::vector<Filling> fillings;
  uint64_t repeat = 1;
  uint64_t limit = 0;  // packets; 0: all
  uint64_t max_insns = 100'000'000;
  unsigned lanes = 0;  // 0: lane::default_lanes()
  std::string executor = "interp";
  facts::Target target = {};
  std::function<btf::Shared()> kernel_types;  // asked where a program is not accepted without them
  std::function<void(std::string_view)> printk;
};

struct VerdictCount {
  std::string name;
  uint64_t count = 0;
};

struct RunReport {
  std::string program;
  facts::ProgType type = {};
  std::string note;  // how packets are shown, if not as they are captured; what stands over the object's own word
  uint64_t packets = 0, bytes = 0, runs = 0, ns = 0, written = 0;
  std::vector<VerdictCount> verdicts;   // most first
  std::vector<Content> maps;            // as in the module
  std::optional<Stop> stop = {};        // it did not reach its exit, so there is no more than this
  std::optional<Refusal> refused = {};  // it was not accepted: nothing was run, and there is nothing else
  uint64_t verify_ns = 0;
};

// Asked several times a second.
struct Progress {
  uint64_t packets, runs, bytes_done, bytes_total;  // bytes of the capture; total 0: not known
};
enum class Go : uint8_t { on, stop };
using Watch = std::function<Go(const Progress&)>;

Result<RunReport> run(const Opened& opened, const RunOptions& options, const Watch& watch);

}  // namespace skep::api
