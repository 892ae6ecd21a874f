// SPDX-License-Identifier: Apache-2.0
// skep verify: are programs safe, as Linux would say, and why not.
#include "api/verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "cli/command.hpp"
#include "cli/errors.hpp"
#include "cli/json.hpp"
#include "cli/values.hpp"
#include "cli/verify_dot.hpp"
#include "cli/verify_screen.hpp"
#include "judge/verdict_words.hpp"
#include "verify/kernel_log.hpp"

namespace skep::cli {
namespace {

void on_all_cpus(std::size_t n, const std::function<void(std::size_t)>& each) {
  const std::size_t workers = std::min<std::size_t>(n, std::max(1U, std::thread::hardware_concurrency()));
  std::atomic<std::size_t> next = 0;
  auto work = [&] {
    for (std::size_t i = next++; i < n; i = next++) each(i);
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work);
  work();
}

class Verify : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"FILE…", "", "objects (.o), C source (.c), cases (.case), folders, patterns", &options_.paths,
             Flag::Needed::yes},
            {"--program", "GLOB", "only these programs", &options_.program},
            {"--type", "TYPE", "their type, if sections' names do not tell: xdp, sched_cls …", &type_},
            {"--target", "NAME", "as this kernel would (default linux-6.18)", &target_},
            {"--btf", "FILE", "relocate for these types: BTF, an ELF file, engine (default: the running kernel)",
             &options_.types},
            {"--kconfig", "FILE", "kernel configuration for .kconfig variables, plain or .gz", &options_.kconfig},
            {"--stats", "", "a table of the effort it took", &stats_},
            {"--csv", "", "the same as comma-separated values, columns as veristat has them", &csv_},
            {"--profile", "", "how often each source line was walked", &profile_},
            {"--states", "", "what is known before each instruction, over all paths", &states_},
            {"--dot", "", "the same as a picture of the control flow, for Graphviz's dot", &dot_},
            {"--log",
             "FORM",
             "the verifier's log in this form; --verbose: of every path",
             &log_,
             Flag::Needed::no,
             {"kernel"}}};
  }

  Result<Exit> run(const Talk& talk) override {
    TRY_VOID(understand(talk));
    const api::VerifyReport report = TRY(api::verify(options_, on_all_cpus));
    for (const api::Unread& u : report.unread)
      if (talk.format == Format::text) fmt::print(stderr, "skep: {}\n", printable(u.error.text()));
    if (talk.format == Format::json)
      TRY_VOID(print(json(report) + "\n"));
    else if (csv_)
      TRY_VOID(print(csv(report)));
    else if (stats_)
      TRY_VOID(print(stats(report)));
    else if (dot_)
      TRY_VOID(print(pictures(report)));
    else if (profile_ || states_)
      TRY_VOID(print(walked_again(report, talk)));
    else if (!log_.empty())
      TRY_VOID(print(logs(report, talk)));
    else
      TRY_VOID(print(screen(report, talk)));
    return exit_of(report);
  }

 private:
  Result<void> understand(const Talk& talk) {
    options_.target = TRY(target(target_));
    if (!type_.empty()) options_.type = TRY_WITHIN(facts::prog_type_by_name(type_), "--type");
    std::vector<std::string> asked;
    if (csv_) asked.emplace_back("--csv");
    if (stats_) asked.emplace_back("--stats");
    if (profile_) asked.emplace_back("--profile");
    if (dot_ || states_) asked.emplace_back(dot_ ? "--dot" : "--states");  // two forms of one answer
    if (!log_.empty()) asked.emplace_back("--log");
    if (asked.size() > 1) return fail(TwoAnswers{.one = asked[0], .other = asked[1]});
    const bool json = talk.format == Format::json;
    if (json && !asked.empty() && !stats_) return fail(TextOnly{.what = asked[0]});
    if (json || asked.empty()) options_.witnesses = api::Witnesses::search;
    return {};
  }

  static Exit exit_of(const api::VerifyReport& report) {
    bool refused = false, unknown = !report.unread.empty();
    for (const api::ProgramVerdict& p : report.programs) {
      refused |= p.verdict.answer == verify::Answer::rejected || p.verdict.answer == verify::Answer::attr;
      unknown |= p.verdict.answer == verify::Answer::unknown;
    }
    return refused ? Exit::no : unknown ? Exit::no_answer : Exit::yes;
  }

  static std::string screen(const api::VerifyReport& report, const Talk& talk) {
    const bool one_object = report.objects.size() + report.unread.size() == 1;
    const auto accepted = [](const api::ProgramVerdict& p) { return p.verdict.answer == verify::Answer::accepted; };
    std::string out;
    if (!one_object || std::ranges::all_of(report.programs, accepted)) out = verdict_table(report, talk.out);
    if (report.programs.size() != 1 || !one_object) {
      if (one_object && out.empty()) {
        for (const api::ProgramVerdict& p : report.programs)
          if (!accepted(p)) out += explained(report, p, talk.out) + "\n";
      }
      out += sums(report) + ".";
      if (!one_object)
        if (const auto p = std::ranges::find_if_not(report.programs, accepted); p != report.programs.end())
          out += fmt::format("  skep verify {} explains it.", printable(report.objects[p->object].path));
      return out + "\n";
    }
    if (!accepted(report.programs.front())) out += explained(report, report.programs.front(), talk.out);
    return out;
  }

  std::string walked_again(const api::VerifyReport& report, const Talk& talk) const {
    std::string out;
    for (const api::ProgramVerdict& p : report.programs) {
      if (report.prog(p).type == facts::ProgType::unspec) continue;
      const verify::Question question = api::question_of(report, p);
      if (!out.empty()) out += "\n";
      out += profile_ ? profile_text(report, p, verify::profile(question), talk.out)
                      : states_text(report, p, verify::known_states(question), talk.out);
    }
    return out;
  }

  static std::string pictures(const api::VerifyReport& report) {
    std::string out;
    for (const api::ProgramVerdict& p : report.programs) {
      const bool is_walked = report.prog(p).type != facts::ProgType::unspec;
      out += dot_text(report, p,
                      is_walked ? verify::known_states(api::question_of(report, p)) : std::vector<verify::Known>());
    }
    return out;
  }

  std::string logs(const api::VerifyReport& report, const Talk& talk) const {
    const auto level = talk.detail == Detail::verbose ? verify::LogLevel::two : verify::LogLevel::one;
    std::string out;
    for (const api::ProgramVerdict& p : report.programs) {
      if (report.programs.size() > 1)
        out += fmt::format("# {} {}\n", report.objects[p.object].name, printable(report.prog(p).name));
      if (report.prog(p).type != facts::ProgType::unspec)
        out += printable_lines(verify::kernel_log(api::question_of(report, p), level));
    }
    return out;
  }

  // Source lines in a log are whatever the object says.
  static std::string printable_lines(std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      out += printable(text.substr(0, end)) + "\n";
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
  }

  static std::string_view veristat_verdict(verify::Answer a) {
    return a == verify::Answer::accepted ? "success" : a == verify::Answer::unknown ? "unknown" : "failure";
  }

  static std::string csv_word(std::string_view word) {
    if (word.find_first_of(",\"\n") == word.npos) return std::string(word);
    std::string out = "\"";
    for (char c : word) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
  }

  static std::string file_name(const api::Opened& object) {
    return std::filesystem::path(object.path).filename().string();
  }

  static std::string csv(const api::VerifyReport& report) {
    std::string out =
        "file_name,prog_name,verdict,duration,total_insns,total_states,peak_states,max_states_per_insn,prog_size,"
        "prog_type,attach_type,stack_depth,mem_peak\n";
    for (const api::ProgramVerdict& p : report.programs) {
      const verify::Effort& e = p.verdict.effort;
      const module::ProgDef& prog = report.prog(p);
      out += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_word(file_name(report.objects[p.object])),
                         csv_word(prog.name), veristat_verdict(p.verdict.answer), p.ns / 1000, e.processed, e.states,
                         e.peak_states, e.max_states_per_insn, prog.insns.size(), name(prog.type),
                         prog.attach_type == facts::unsaid ? "" : name(prog.attach_type), e.stack_depth,
                         (e.peak_bytes + (1U << 20) - 1) >> 20);
    }
    return out;
  }

  static std::string stats(const api::VerifyReport& report) {
    Table table;
    std::vector<Cell> titles;
    for (std::string_view t : {"object", "program", "verdict"}) titles.push_back({std::string(t)});
    for (std::string_view t : {"time", "insns", "states", "peak states", "most at one insn", "stack"})
      titles.push_back({std::string(t), Align::right});
    table.add(std::move(titles));
    for (const api::ProgramVerdict& p : report.programs) {
      const verify::Effort& e = p.verdict.effort;
      std::vector<Cell> row{{printable(report.objects[p.object].name)},
                            {printable(report.prog(p).name)},
                            {std::string(said(p.verdict.answer))},
                            {duration(p.ns), Align::right}};
      for (uint64_t n :
           {e.processed, e.states, e.peak_states, uint64_t{e.max_states_per_insn}, uint64_t{e.stack_depth}})
        row.push_back({grouped(n), Align::right});
      table.add(std::move(row));
    }
    return table.text("  ") + sums(report) + ".\n";
  }

  std::string json(const api::VerifyReport& report) const {
    Json j;
    j.object([&] {
      j.key("v").number(1).key("programs").list([&] {
        for (const api::ProgramVerdict& p : report.programs) program(j, report, p);
      });
      if (!report.unread.empty())
        j.key("unread").list([&] {
          for (const api::Unread& u : report.unread)
            j.object([&] { j.key("path").string(u.path).key("message").string(u.error.text()); });
        });
    });
    return j.text();
  }

  void program(Json& j, const api::VerifyReport& report, const api::ProgramVerdict& p) const {
    const module::ProgDef& prog = report.prog(p);
    const judge::VerdictWords words = judge::words_of(p.verdict, prog);
    const verify::Effort& e = p.verdict.effort;
    auto string_or_null = [&](std::string_view key, std::string_view value) {
      j.key(key);
      if (value.empty())
        j.null();
      else
        j.string(value);
    };
    j.object([&] {
      const api::Opened& object = report.objects[p.object];
      j.key("object").string(file_name(object));
      j.key("path").string(object.path).key("name").string(prog.name);
      j.key("type").string(name(prog.type));
      string_or_null("attach_type", prog.attach_type == facts::unsaid ? "" : name(prog.attach_type));
      j.key("target").string(p.target.name()).key("caps").string(caps_text(p.target));
      j.key("result").string(words.result);
      string_or_null("errno", words.err);
      string_or_null("code", words.code);
      string_or_null("message", words.message);
      string_or_null("file", words.file);
      j.key("line").number(words.line);
      j.key("insn").number(words.insn);
      j.key("processed").number(e.processed).key("states").number(e.states).key("peak_states").number(e.peak_states);
      j.key("max_states_per_insn").number(e.max_states_per_insn).key("stack_depth").number(e.stack_depth);
      j.key("peak_bytes").number(e.peak_bytes).key("time_us").number(p.ns / 1000);
      j.key("explanation");
      if (p.explanation)
        explanation(j, prog, *p.explanation);
      else
        j.null();
      j.key("witness");
      if (p.witness)
        j.document(judge::json(*p.witness));
      else
        j.null();
    });
  }

  static std::string caps_text(const facts::Target& target) {
    const std::string name = target.name();
    const std::size_t at = name.find("caps=");
    return at == name.npos ? "all" : name.substr(at + 5, name.find("+", at) - at - 5);
  }

  static void explanation(Json& j, const module::ProgDef& prog, const verify::Explanation& e) {
    j.object([&] {
      j.key("category").string(e.category).key("cause").string(e.cause).key("held").string(e.held);
      j.key("path").list([&] {
        for (const verify::Remark& r : e.path)
          j.object([&] {
            const module::LineInfo* line = module::source_line(prog, r.insn);
            j.key("insn").number(r.insn).key("line").number(line == nullptr ? 0 : line->line);
            j.key("file").string(line == nullptr ? "" : line->file).key("text").string(r.text);
          });
      });
      j.key("try").string(e.suggestion).key("fix");
      if (!e.fix) {
        j.null();
        return;
      }
      j.object([&] {
        j.key("file").string(e.fix->file).key("line").number(e.fix->line);
        j.key("old").string(e.fix->before).key("new").string(e.fix->after);
      });
    });
  }

  api::VerifyOptions options_;
  std::string target_, type_, log_;
  bool csv_ = false, stats_ = false, profile_ = false, states_ = false, dot_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_verify() { return std::make_unique<Verify>(); }

}  // namespace skep::cli
