// SPDX-License-Identifier: Apache-2.0
#include "api/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "api/errors.hpp"
#include "base/suggest.hpp"
#include "context/context.hpp"
#include "facts/sections.hpp"
#include "facts/verdicts.hpp"
#include "net/capture.hpp"

namespace skep::api {
namespace {

using Clock = std::chrono::steady_clock;

uint64_t ns_since(Clock::time_point start) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now() - start).count());
}

// Verdicts by name. Answers that are just numbers can be many: from most_names on they are counted together.
class Tally {
 public:
  explicit Tally(facts::ProgType type) : type_(type) {}

  // The verdict's row, or null where the answer is just a number.
  const facts::Verdict* count(uint64_t r0) {
    const facts::Verdict* verdict = facts::verdict(type_, r0);
    if (last_ < counts_.size() && last_r0_ == r0) {
      ++counts_[last_].count;
      return verdict;
    }
    std::string name = verdict != nullptr ? std::string(verdict->name) : fmt::format("{}", static_cast<uint32_t>(r0));
    auto at = std::ranges::find(counts_, name, &VerdictCount::name);
    if (at == counts_.end() && counts_.size() >= most_names) {
      name = "other";
      at = std::ranges::find(counts_, name, &VerdictCount::name);
    }
    if (at == counts_.end()) at = counts_.insert(counts_.end(), {.name = name});
    ++at->count;
    last_ = static_cast<std::size_t>(at - counts_.begin());
    last_r0_ = r0;
    return verdict;
  }
  std::vector<VerdictCount> most_first() && {
    std::ranges::stable_sort(counts_, std::ranges::greater(), &VerdictCount::count);
    return std::move(counts_);
  }

 private:
  static constexpr std::size_t most_names = 64;
  facts::ProgType type_;
  std::vector<VerdictCount> counts_;
  std::size_t last_ = SIZE_MAX;
  uint64_t last_r0_ = 0;
};

// A capture that is replaced by what is left of it is gone, so nobody means that.
bool is_same_file(const std::string& in, const std::string& out) {
  namespace fs = std::filesystem;
  std::error_code not_there;
  return fs::equivalent(in == "-" ? "/dev/stdin" : in, out, not_there) && fs::is_regular_file(out, not_there);
}

// The part of the packet that goes on, or nothing.
std::optional<Bytes> passed_on(facts::ProgType type, const facts::Verdict* verdict, uint64_t r0, Bytes packet) {
  if (verdict == nullptr) return packet;
  if (verdict->fate != facts::Fate::passed && verdict->fate != facts::Fate::sent) return std::nullopt;
  if (facts::row(type).verdicts == facts::Verdicts::filter)
    packet = packet.first(std::min<std::size_t>(packet.size(), static_cast<uint32_t>(r0)));
  return packet;
}

class PacketRun {
 public:
  PacketRun(const RunOptions& options, const Watch& watch, user::Engine& engine, const user::Loaded& loaded,
            const user::Program& program)
      : options_(options),
        watch_(watch),
        engine_(engine),
        loaded_(loaded),
        program_(program),
        context_(program.definition().type),
        tally_(program.definition().type),
        host_(vm::this_machine()) {
    if (options.printk) host_.printk = options.printk;
    host_.asked_to_stop = [this] { return is_time() && wants_stop(); };
  }

  Result<RunReport> all() {
    in_ = TRY(opened_capture());
    net::CaptureReader& in = *in_;
    std::optional<net::CaptureWriter> out;
    if (is_same_file(options_.capture, options_.out))
      return fail_within(fail(WritesItsInput{.path = options_.out}).error(), "--out");
    if (!options_.out.empty()) out.emplace(TRY_WITHIN(net::CaptureWriter::create(options_.out), "--out"));
    report_.program = program_.definition().name;
    report_.type = context_.type();
    while (options_.limit == 0 || report_.packets < options_.limit) {
      auto packet = in.next();
      TRY_VOID(packet ? look_up() : ask());  // reading stops with an error when Ctrl-C comes
      if (!packet) return std::unexpected(std::move(packet.error()));
      if (!*packet) break;
      if (auto done = one(**packet, out); !done)
        return fail_within(std::move(done.error()),
                           fmt::format("{}: packet {}", options_.capture, report_.packets + 1));
      if (report_.stop) return std::move(report_);
      ++report_.packets;
      report_.bytes += (*packet)->data.size();
    }
    if (out) TRY_VOID(out->commit());
    report_.note = in.note();
    report_.verdicts = std::move(tally_).most_first();
    return std::move(report_);
  }

 private:
  Result<net::CaptureReader> opened_capture() {
    auto in = net::CaptureReader::open(options_.capture);
    if (!in) TRY_VOID(ask());
    // What is wrong with a capture begins with its name; what is wrong with the name has no place yet.
    if (!in && in.error().place().empty()) return fail_within(std::move(in.error()), "--in");
    if (in && !options_.filter.empty())
      if (auto kept = in->keep_only(options_.filter); !kept) return fail_within(std::move(kept.error()), "--filter");
    return in;
  }

  Result<void> one(const net::Packet& packet, std::optional<net::CaptureWriter>& out) {
    const facts::Verdict* verdict = nullptr;
    uint64_t r0 = 0;
    const auto start = Clock::now();
    for (uint64_t i = 0; i < options_.repeat; ++i) {
      if (i % 1024 == 1023) TRY_VOID(look_up());
      TRY_VOID(context_.assign(packet.data));
      const vm::Outcome done =
          TRY(engine_.run(program_, {.context = &context_, .max_insns = options_.max_insns, .cpu = 0, .host = &host_}));
      if (done.fault.kind == vm::FaultKind::interrupted) return fail(Interrupted{.packets = report_.packets});
      if (done.fault.kind != vm::FaultKind::none) {
        report_.stop = stop_of(loaded_, done.fault, options_.max_insns);
        report_.stop->error =
            std::move(report_.stop->error).within(fmt::format("{}: packet {}", options_.capture, report_.packets + 1));
        return {};
      }
      ++report_.runs;
      r0 = done.r0;
      verdict = tally_.count(r0);
    }
    report_.ns += ns_since(start);
    if (!out) return {};
    const auto on = passed_on(context_.type(), verdict, r0, context_.result());
    if (!on) return {};
    // A packet that was captured in part stays so: what was not captured is added to its new length.
    const auto lost = packet.wire_length - static_cast<uint32_t>(packet.data.size());
    const auto length = static_cast<uint32_t>(on->size());
    TRY_VOID(out->write({.data = *on, .wire_length = length + lost, .time_ns = packet.time_ns}));
    ++report_.written;
    return {};
  }

  // Lets somebody see how far it is, and stop it, several times a second.
  Result<void> look_up() { return is_time() ? ask() : Result<void>(); }
  bool is_time() {
    if (Clock::now() - looked_up_ < std::chrono::milliseconds(100)) return false;
    looked_up_ = Clock::now();
    return true;
  }
  Result<void> ask() {
    if (wants_stop()) return fail(Interrupted{.packets = report_.packets});
    return {};
  }
  bool wants_stop() {
    Progress progress{.packets = report_.packets, .runs = report_.runs, .bytes_done = 0, .bytes_total = 0};
    if (in_) progress.bytes_done = in_->bytes_done(), progress.bytes_total = in_->bytes_total();
    return watch_ && watch_(progress) == Go::stop;
  }

  const RunOptions& options_;
  const Watch& watch_;
  user::Engine& engine_;
  const user::Loaded& loaded_;
  const user::Program& program_;
  context::Context context_;
  Tally tally_;
  vm::Host host_;
  RunReport report_;
  std::optional<net::CaptureReader> in_;
  Clock::time_point looked_up_ = Clock::now();
};

std::string types_with_packets() {
  std::vector<std::string> names;
  for (const facts::ProgTypeRow& row : facts::prog_types)
    if (context::Context::exists_for(row.id)) names.emplace_back(row.name);
  return listed(names, names.size());
}

Result<void> check_type(const module::ProgDef& program) {
  if (program.type == facts::ProgType::unspec) {
    std::vector<std::string> known;
    for (const facts::SectionRow& row : facts::sections())
      known.emplace_back(row.pattern.substr(0, row.pattern.find('+')));
    return fail(UnknownProgramType{.section = program.section, .suggestion = did_you_mean(program.section, known)});
  }
  if (!context::Context::exists_for(program.type))
    return fail(NoPackets{.type = std::string(name(program.type)), .known = types_with_packets()});
  return {};
}

Result<RunReport> run_module(const Opened& opened, const RunOptions& options, const Watch& watch,
                             std::shared_ptr<const module::Module> module, std::size_t which) {
  const user::Executor executor = TRY(executor_by_name(options.executor));
  const auto start = Clock::now();
  auto verified = verify::verify(module, options.target, {.program = which, .kernel_types = options.kernel_types});
  if (!verified) {
    RunReport report;
    report.refused = Refusal{module, verified.error().prog, std::move(verified.error().verdict)};
    return report;
  }
  const uint64_t verify_ns = ns_since(start);
  user::Engine engine(options.target, options.lanes == 0 ? lane::default_lanes() : options.lanes);
  auto loaded = TRY_WITHIN(engine.load(*verified, executor), opened.name);
  for (const Filling& f : options.fillings) {
    const std::size_t map = TRY(module::find_map(*module, f.map));
    if (auto filled = fill(*module, map, *loaded->maps()[map], f.entries); !filled)
      return fail_within(std::move(filled.error()), f.from + ": map '" + f.map + "'");
  }
  for (std::size_t i = 0; i < module->maps.size(); ++i)
    if (module->maps[i].frozen == module::Frozen::yes) loaded->maps()[i]->sys_freeze();
  RunReport report = TRY(PacketRun(options, watch, engine, *loaded, *loaded->programs()[which]).all());
  report.verify_ns = verify_ns;
  for (std::size_t i = 0; !report.stop && i < module->maps.size(); ++i)
    report.maps.push_back(TRY_WITHIN(content_of(*module, i, *loaded->maps()[i]), opened.name));
  return report;
}

}  // namespace

Result<RunReport> run(const Opened& opened, const RunOptions& options, const Watch& watch) {
  const std::size_t which = TRY_WITHIN(choose_program(*opened.module, options.program), opened.name);
  const facts::ProgType type =
      options.type.empty() ? facts::ProgType::unspec : TRY_WITHIN(facts::prog_type_by_name(options.type), "--type");
  auto module = with_type(opened.module, opened.module->progs[which].name, type);
  const module::ProgDef& program = module->progs[which];
  if (auto fits = check_type(program); !fits)
    return fail_within(std::move(fits.error()), opened.name + ": program '" + program.name + "'");
  const module::ProgDef& as_read = opened.module->progs[which];
  RunReport report = TRY(run_module(opened, options, watch, module, which));
  if (as_read.type != program.type && as_read.type != facts::ProgType::unspec)
    report.note += fmt::format("{}section '{}' says {}; --type {} stands over it", report.note.empty() ? "" : "; ",
                               as_read.section, name(as_read.type), name(program.type));
  return report;
}

}  // namespace skep::api
