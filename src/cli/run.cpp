// SPDX-License-Identifier: Apache-2.0
// skep run: packets of a capture through a program.
#include "api/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "base/file.hpp"
#include "base/suggest.hpp"
#include "cli/command.hpp"
#include "cli/errors.hpp"
#include "cli/json.hpp"
#include "cli/map_table.hpp"
#include "cli/progress.hpp"
#include "cli/values.hpp"
#include "cli/verify_screen.hpp"
#include "facts/verdicts.hpp"

namespace skep::cli {
namespace {

constexpr std::size_t most_printk = 10'000;  // a program that prints in a loop shall not fill memory

std::unexpected<Error> not_a_setting(const std::string& found, std::string_view option, std::string_view form) {
  return fail_within(fail(NotASetting{.found = found, .form = std::string(form)}).error(), std::string(option));
}

// VAR=VALUE; a value that begins with { or [ is JSON, any other is text as it stands.
Result<object::Setting> setting(const std::string& word) {
  const auto equals = word.find('=');
  if (equals == word.npos || equals == 0) return not_a_setting(word, "--set", "VAR=VALUE");
  const std::string variable = word.substr(0, equals), text = word.substr(equals + 1);
  if (!text.starts_with('{') && !text.starts_with('[')) return object::Setting{variable, {text}};
  return object::Setting{variable, TRY_WITHIN(parse_json(text), "--set " + variable)};
}

Result<std::vector<api::Entry>> entries_of(const btf::Datum& document) {
  const auto* list = document.as<btf::List>();
  if (list == nullptr) return fail(NotEntries{.found = "found something that is no list"});
  std::vector<api::Entry> entries;
  for (const btf::Datum& d : *list) {
    const auto* record = d.as<btf::Record>();
    const auto member = [&](std::string_view name) -> const btf::Datum* {
      if (record == nullptr) return nullptr;
      const auto at = std::ranges::find(*record, name, &btf::Named::name);
      return at == record->end() ? nullptr : &at->value;
    };
    const btf::Datum *key = member("key"), *value = member("value");
    if (key == nullptr || value == nullptr)
      return fail(NotEntries{.found = fmt::format("element {} has no key or no value", entries.size() + 1)});
    for (const btf::Named& m : *record)
      if (m.name != "key" && m.name != "value" && m.name != "lanes")
        return fail(NotEntries{.found = fmt::format("element {} has a member '{}'", entries.size() + 1, m.name)});
    const btf::Datum* lanes = member("lanes");
    const auto* each = lanes == nullptr ? nullptr : lanes->as<btf::List>();
    entries.push_back({*key, *value, each == nullptr ? btf::List{} : *each});
  }
  return entries;
}

// What --map can mean: a size, content, or that all rows shall be shown.
struct MapWords {
  std::vector<object::Entries> sizes;
  std::vector<api::Filling> fillings;
  std::vector<std::string> shown_whole;
};

Result<void> read_map_word(const std::string& word, MapWords& into) {
  constexpr std::string_view form = "NAME, NAME:entries=N or NAME=@FILE.json";
  if (const auto at = word.find(":entries="); at != word.npos) {
    uint32_t count = 0;
    const std::string digits = word.substr(at + 9);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (end != digits.data() + digits.size() || digits.empty()) return not_a_setting(word, "--map", form);
    if (error != std::errc{})
      return fail_within(fail(NumberTooLarge{.found = digits, .most = std::to_string(UINT32_MAX)}).error(), "--map");
    into.sizes.push_back({word.substr(0, at), count});
  } else if (const auto equals = word.find('='); equals != word.npos) {
    if (word.substr(equals + 1, 1) != "@") return not_a_setting(word, "--map", form);
    const std::string path = word.substr(equals + 2);
    const Buffer text = TRY_WITHIN(read_file(path), "--map " + word.substr(0, equals));
    auto document = TRY_WITHIN(parse_json(as_text(text)), path);
    into.fillings.push_back({word.substr(0, equals), TRY_WITHIN(entries_of(document), path), path});
  } else {
    into.shown_whole.push_back(word);
  }
  return {};
}

class Run : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {
        {"FILE", "", "an object (.o), or C source (.c) to compile first", &path_, Flag::Needed::yes},
        {"--in", "CAPTURE", "packets: pcap or pcapng; - is standard input", &options_.capture, Flag::Needed::yes},
        {"--out", "CAPTURE", "write the packets that are let on (.pcapng: as pcapng)", &options_.out},
        {"--program", "GLOB", "which program, if there are several", &options_.program},
        {"--type", "TYPE", "its type, if the section's name does not tell: xdp, sched_cls …", &options_.type},
        {"--set", "VAR=VALUE", "give a global variable its value; several allowed", &set_},
        {"--map", "NAME:entries=N", "give a map its size; several allowed", &maps_},
        {"--map", "NAME=@FILE.json", "fill a map from a file", {}},
        {"--map", "NAME", "show all rows of a map", {}},
        {"--btf", "FILE", "relocate for these types: BTF, an ELF file, engine (default: the running kernel)", &btf_},
        {"--kconfig", "FILE", "kernel configuration for .kconfig variables, plain or .gz", &kconfig_},
        {"--filter", "EXPR", "only packets that tcpdump would select", &options_.filter},
        {"--limit", "N", "stop after N packets", &options_.limit},
        {"--repeat", "N", "run each packet N times, for timing", &options_.repeat},
        {"--max-insns", "N", "instructions a run may execute (default 100,000,000)", &options_.max_insns},
        {"--lanes", "N", "lanes: what stands for CPUs (default: 4 for each CPU, at least 16)", &lanes_},
        {"--target", "NAME", "run as this kernel would (default linux-6.18)", &target_},
        {"--executor", "NAME", "interp (default), checked: every access is checked again while it runs",
         &options_.executor},
        {"--engine", "NAME", "user (default)", &engine_},
    };
  }

  Result<Exit> run(const Talk& talk) override {
    if (talk.format == Format::json && options_.out == "-")
      return not_a_setting("-", "--out", "a file, where --json has standard output");
    api::OpenOptions opening{
        .path = path_, .kconfig = object::kernel_config(kconfig_), .target = object::target_types(btf_)};
    TRY_VOID(understand(opening));
    const api::Opened opened = TRY(api::open(opening));
    tell_of_compiling(opened, talk);
    if (talk.detail == Detail::verbose) tell_of_poison(*opened.module, talk);
    for (const std::string& map : words_.shown_whole)
      TRY_VOID_WITHIN(module::find_map(*opened.module, map), opened.name);
    options_.printk = [&](std::string_view line) { keep(line, talk); };
    auto report = [&] {
      ProgressLine progress;
      return api::run(opened, options_, [&](const api::Progress& p) { return progress.show(p); });
    }();
    if (!report) return std::unexpected(std::move(report.error()));
    if (report->refused) return refuse(opened, *std::move(report->refused), talk);
    if (report->stop) {
      stop_ = std::move(report->stop);
      return std::unexpected(std::move(stop_->error));
    }
    if (talk.format == Format::json) {
      TRY_VOID(print(json(opened, *report) + "\n"));
    } else {
      const std::string text = screen(opened, *report, talk);
      if (options_.out == "-")
        fmt::print(stderr, "{}", fitted(text, columns_of(STDERR_FILENO)));
      else
        TRY_VOID(print(fitted(text, columns_of(STDOUT_FILENO))));
    }
    return Exit::yes;
  }

  std::string illustrate(const Error&, const Paint& paint) const override {
    if (!stop_ || stop_->insn.empty()) return {};
    const std::string number = stop_->line != 0 ? std::to_string(stop_->line) : "";
    std::string out;
    if (!stop_->source.empty()) out += fmt::format("  {} │ {}\n", paint.dim(number), printable(stop_->source));
    return out + fmt::format("  {} │ {}\n", std::string(number.size(), ' '), paint.dim(printable(stop_->insn)));
  }

 private:
  // What `skep verify` shows of it; nothing was run.
  Result<Exit> refuse(const api::Opened& opened, api::Refusal refusal, const Talk& talk) const {
    const Exit exit = refusal.verdict.answer == verify::Answer::unknown ? Exit::no_answer : Exit::no;
    if (talk.format == Format::json) return std::unexpected(api::error_of(std::move(refusal)).within(opened.name));
    api::VerifyReport shown{.objects = {opened}, .programs = {}, .unread = {}, .kernel_types = options_.kernel_types()};
    shown.objects.front().module = refusal.module;
    shown.programs.push_back(
        {.object = 0, .prog = refusal.prog, .target = options_.target, .verdict = std::move(refusal.verdict)});
    api::explain(shown, shown.programs.front(), api::Witnesses::search);
    fmt::print(stderr, "{}", explained(shown, shown.programs.front(), talk.err));
    return exit;
  }

  Result<void> understand(api::OpenOptions& opening) {
    if (engine_ != "user") return fail(NotAvailable{.what = "engine " + engine_, .instead = "use user"});
    options_.target = TRY(target(target_));
    options_.lanes = TRY(lanes(lanes_));
    options_.kernel_types = [source = opening.target]() -> btf::Shared {
      auto found = source();
      return found ? found->btf : nullptr;
    };
    for (const std::string& word : set_) opening.set.push_back(TRY(setting(word)));
    for (const std::string& word : maps_) TRY_VOID(read_map_word(word, words_));
    opening.entries = words_.sizes;
    options_.fillings = std::move(words_.fillings);
    return {};
  }

  void tell_of_compiling(const api::Opened& opened, const Talk& talk) const {
    if (!opened.compiling) return;
    if (talk.detail == Detail::verbose) fmt::print(stderr, "{}\n", talk.err.dim(opened.compiling->command));
    fmt::print(stderr, "{}", opened.compiling->warnings);
  }

  // Instructions that the target's types make impossible: a run that reaches one ends there.
  static void tell_of_poison(const module::Module& module, const Talk& talk) {
    for (const module::ProgDef& program : module.progs)
      for (const module::Poisoned& p : program.poisoned)
        fmt::print(stderr, "{}\n",
                   talk.err.dim(printable(fmt::format("program '{}': {}: {}: {}", program.name,
                                                      module::place_of(program, p.insn), p.spec, p.missing))));
  }

  void keep(std::string_view line, const Talk& talk) {
    if (talk.format == Format::text)
      fmt::print(stderr, "{}\n", printable(line));
    else if (printk_.size() < most_printk)
      printk_.emplace_back(line);
    else if (++printk_left_out_ == 1)
      printk_.emplace_back("… and more");
  }

  std::string screen(const api::Opened& opened, const api::RunReport& report, const Talk& talk) const {
    const module::Module& module = *opened.module;
    std::string out = printable(opened.name) + ": ";
    if (opened.compiling) out += fmt::format("compiled with {}, ", opened.compiling->compiler);
    std::size_t maps = 0;
    for (const module::MapDef& map : module.maps) maps += map.data_section == module::DataSection::none;
    out += plural(module.progs.size(), "program") + ", " + plural(maps, "map");
    if (module.progs.size() > 1) out += fmt::format("; {} ({})", printable(report.program), name(report.type));
    out += fmt::format("; accepted in {}\n", duration(report.verify_ns));
    if (!report.note.empty()) out += talk.out.dim(printable(report.note)) + "\n";
    out += plural(report.packets, "packet") + ", " + plural(report.bytes, "byte");
    if (report.runs != 0) {
      out += fmt::format(" in {}", duration(report.ns));
      if (options_.repeat > 1) out += fmt::format(", each run {} times", grouped(options_.repeat));
      out += fmt::format(" ({} per {})", duration(report.ns / report.runs), options_.repeat > 1 ? "run" : "packet");
    }
    if (!options_.out.empty())
      out += fmt::format("; {} written to {}", grouped(report.written), printable(options_.out));
    out += "\n";
    if (!report.verdicts.empty()) out += "\n" + verdicts(report);
    for (const api::Content& content : report.maps)
      if (const std::string text = map_text(module, content, talk); !text.empty()) out += "\n" + text;
    return out;
  }

  static std::string verdicts(const api::RunReport& report) {
    const bool just_numbers = facts::verdicts(facts::row(report.type).verdicts).empty();
    Table table;
    for (const api::VerdictCount& v : report.verdicts)
      table.add({{(just_numbers ? "r0 = " : "") + v.name},
                 {grouped(v.count), Align::right},
                 {percent(v.count, report.runs), Align::right}});
    return table.text("  ");
  }

  std::string map_text(const module::Module& module, const api::Content& content, const Talk& talk) const {
    const module::MapDef& def = module.maps[content.map];
    if (facts::row(def.type).holds != facts::Holds::bytes) return {};
    if (def.data_section == module::DataSection::none) {
      const bool whole =
          talk.detail == Detail::verbose || std::ranges::find(words_.shown_whole, def.name) != words_.shown_whole.end();
      return map_table(module, content, whole ? Rows::all : Rows::top, talk.out);
    }
    const bool constant = def.frozen == module::Frozen::yes;
    return constant && talk.detail != Detail::verbose ? "" : variables(module, content, talk.out);
  }

  std::string json(const api::Opened& opened, const api::RunReport& report) const {
    const module::Module& module = *opened.module;
    Json j;
    j.object([&] {
      j.key("v").number(1);
      j.key("object").string(opened.name);
      j.key("program").string(report.program);
      j.key("packets").number(report.packets);
      j.key("bytes").number(report.bytes);
      j.key("verdicts").object([&] {
        for (const api::VerdictCount& v : report.verdicts) j.key(v.name).number(v.count);
      });
      j.key("maps").object([&] {
        for (const api::Content& content : report.maps)
          j.key(module.maps[content.map].name).list([&] { elements(j, content); });
      });
      j.key("printk").list([&] {
        for (const std::string& line : printk_) j.string(line);
      });
      j.key("events").list([] {});
      j.key("ns_per_run");
      if (report.runs == 0)
        j.null();
      else
        j.real(static_cast<double>(report.ns) / static_cast<double>(report.runs));
    });
    return j.text();
  }

  static void elements(Json& j, const api::Content& content) {
    for (const api::Element& e : content.elements)
      j.object([&] {
        j.key("key").datum(e.key).key("value").datum(e.value);
        if (e.lanes.empty()) return;
        j.key("lanes").list([&] {
          for (const btf::Datum& lane : e.lanes) j.datum(lane);
        });
      });
  }

  api::RunOptions options_;
  std::string path_, target_, btf_, kconfig_, engine_ = "user";
  std::vector<std::string> set_, maps_;
  uint64_t lanes_ = 0;
  MapWords words_;
  std::vector<std::string> printk_;
  uint64_t printk_left_out_ = 0;
  std::optional<api::Stop> stop_;
};

}  // namespace

std::unique_ptr<Verb> make_run() { return std::make_unique<Run>(); }

}  // namespace skep::cli
