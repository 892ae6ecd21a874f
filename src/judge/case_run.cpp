// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "judge/case.hpp"
#include "judge/case_facts.hpp"
#include "judge/case_verify.hpp"
#include "judge/errors.hpp"

namespace skep::judge {
namespace {

// Every executor there is. A run that one of them cannot make (`not-available`) is made by the others; at least one
// must.
struct ExecutorRow {
  user::Executor id;
  std::string_view name;
};
constexpr ExecutorRow executors[] = {{user::Executor::interp, "interp"}, {user::Executor::checked, "checked"}};

// What a run left behind, all of it, so that executors can be compared.
struct Left {
  bool refused = false;  // before it began: there is nothing else
  bool over_limit = false;
  RunResult result;
  std::vector<Content> maps;
};

Result<Left> run_once(Rig& rig, const CaseFile& file, const CaseProg& prog, user::Executor executor,
                      const RunInput& input) {
  auto module = file.module;
  if (module->license != prog.license) {
    auto licensed = std::make_shared<module::Module>(*module);
    licensed->license = prog.license;
    module = std::move(licensed);
  }
  Trial trial = TRY(
      Trial::begin(rig, std::move(module),
                   {.executor = executor, .program = prog.prog, .memory_bytes = input.mem ? input.mem->size() : 0}));
  Left left;
  left.refused = trial.refused().has_value();
  if (left.refused) return left;
  auto result = trial.run(input);
  if (result)
    left.result = *std::move(result);
  else if (result.error().row().slug == OverLimit::row.slug)
    left.over_limit = true;
  else
    return std::unexpected(std::move(result).error());
  for (const auto& map : trial.maps()) left.maps.push_back(TRY(content_of(*map)));
  return left;
}

std::string fault_text(const vm::Fault& f) {
  if (f.kind == vm::FaultKind::none) return "no fault";
  return fmt::format("fault {} at {} ({})", vm::name(f.kind), f.insn, f.region);
}

// As people write it: small numbers are counts, large ones are bits.
std::string number_text(uint64_t n) { return n < 10'000 ? std::to_string(n) : fmt::format("{:#x}", n); }

// How a run ended, for messages.
std::string ending(const Left& left) {
  if (left.over_limit) return "limit";
  const vm::Outcome& out = left.result.outcome;
  return out.fault.kind == vm::FaultKind::none ? "r0 = " + number_text(out.r0) : fault_text(out.fault);
}

const Buffer* find(const Content& content, const Buffer& key) {
  for (const auto& [k, v] : content)
    if (k == key) return &v;
  return nullptr;
}

// The value as the expectation means it: where each CPU has its own, that CPU's.
Buffer value_for(const Buffer& value, const module::MapDef& def, unsigned cpu) {
  if (facts::row(def.type).copies != facts::Copies::per_cpu) return value;
  const auto own = slice(value, cpu * round_up(def.value_size, 8), def.value_size);
  return own ? Buffer(own->begin(), own->end()) : Buffer{};
}

std::string bytes_text(std::string_view what, const std::optional<Buffer>& bytes) {
  return std::string(what) + (bytes ? " = " + (bytes->empty() ? "\"\"" : to_hex(*bytes)) : ": none");
}

// What came, in the words of the expectation; equal texts mean that it was met.
std::string actual(const Expectation& e, const CaseFile& file, const Left& left) {
  using Kind = Expectation::Kind;
  const RunResult& r = left.result;
  switch (e.kind) {
    case Kind::r0:
    case Kind::limit: return ending(left);
    case Kind::fault: {
      const vm::Fault& f = r.outcome.fault;
      if (f.kind == vm::FaultKind::none) return ending(left);
      return fmt::format("fault {}", vm::name(f.kind)) + (e.insn ? fmt::format(" at {}", f.insn) : "");
    }
    case Kind::mem: return bytes_text("mem", r.mem);
    case Kind::ctx: return bytes_text("ctx", r.ctx);
    case Kind::packet: return bytes_text("packet", r.packet);
    case Kind::printk: {
      for (const std::string& line : r.printk)
        if (line == e.text) return "printk \"" + line + "\"";
      return r.printk.empty() ? "nothing printed" : "printk \"" + r.printk[0] + "\"";
    }
    case Kind::map_empty: return fmt::format("{} elements", left.maps[e.map].size());
    case Kind::map_lacks: return find(left.maps[e.map], e.key) != nullptr ? "it has it" : "it lacks it";
    case Kind::map_has: {
      const Buffer* value = find(left.maps[e.map], e.key);
      if (value == nullptr) return "no such element";
      return "= " + to_hex(value_for(*value, file.module->maps[e.map], e.cpu));
    }
  }
  std::unreachable();
}

std::string expected(const Expectation& e) {
  using Kind = Expectation::Kind;
  switch (e.kind) {
    case Kind::r0: return "r0 = " + number_text(e.number);
    case Kind::limit: return "limit";
    case Kind::fault: return "fault " + e.text + (e.insn ? fmt::format(" at {}", *e.insn) : "");
    case Kind::mem: return bytes_text("mem", e.bytes);
    case Kind::ctx: return bytes_text("ctx", e.bytes);
    case Kind::packet: return bytes_text("packet", e.bytes);
    case Kind::printk: return "printk \"" + e.text + "\"";
    case Kind::map_empty: return "0 elements";
    case Kind::map_lacks: return "it lacks it";
    case Kind::map_has: return "= " + to_hex(e.bytes);
  }
  std::unreachable();
}

// What can be written back as it came out: the forms whose text is also their grammar.
bool renewable(const Expectation& e) {
  using Kind = Expectation::Kind;
  return e.kind == Kind::r0 || e.kind == Kind::mem || e.kind == Kind::fault || e.kind == Kind::limit;
}

// Where two executors left different things, or empty.
std::string disagreement(const Left& a, const Left& b) {
  const RunResult &x = a.result, &y = b.result;
  if (ending(a) != ending(b)) return ending(a) + " and " + ending(b);
  if (x.mem != y.mem) return bytes_text("mem", x.mem) + " and " + bytes_text("mem", y.mem);
  if (x.packet != y.packet) return bytes_text("packet", x.packet) + " and " + bytes_text("packet", y.packet);
  if (x.ctx != y.ctx) return bytes_text("ctx", x.ctx) + " and " + bytes_text("ctx", y.ctx);
  if (x.printk != y.printk) return "other lines printed";
  if (x.outcome.insns != y.outcome.insns)
    return fmt::format("{} and {} instructions", x.outcome.insns, y.outcome.insns);
  return a.maps != b.maps ? "other map contents" : "";
}

class Runner {
 public:
  explicit Runner(const CaseOptions& options) : options_(options) {}

  Result<void> file(const std::string& path) {
    const Buffer bytes = TRY(read_file(path));
    const CaseFile file = TRY(parse_case(path, as_text(bytes)));
    Rig rig(file.target, options_.lanes);
    CaseVerdicts verdicts(file);
    ++summary_.files;
    renewals_.clear();
    if (file.progs.empty()) summary_.failures.push_back({path, "there is no program in it, so it shows nothing"});
    for (const CaseProg& prog : file.progs) {
      ++summary_.progs;
      for (const NotOn& n : prog.not_on) {
        const std::string place = path + ":" + std::to_string(n.line);  // one line may stand for all programs
        if (summary_.exceptions.empty() || summary_.exceptions.back().place != place)
          summary_.exceptions.push_back({place, n.executor, n.because});
      }
      for (const CaseRun& run : prog.runs) one_run(rig, file, prog, run);
      for (Failure& f : verdicts.ask(prog)) summary_.failures.push_back(std::move(f));
      if (!prog.facts.empty()) facts(file, prog, verdicts.known(prog));
    }
    summary_.verdicts += verdicts.asked();
    summary_.by_kernel += verdicts.asked_kernel();
    return renew(path, as_text(bytes));
  }

  Summary summary() && {
    summary_.executors = std::size(executors);
    return std::move(summary_);
  }

 private:
  struct Renewal {
    uint32_t line;
    std::size_t begin, end;
    std::string text;
  };

  void one_run(Rig& rig, const CaseFile& file, const CaseProg& prog, const CaseRun& run) {
    ++summary_.runs;
    const std::string place = file.path + ":" + std::to_string(run.line);
    std::optional<Left> first;
    std::string_view first_name;
    for (const ExecutorRow& e : executors) {
      if (std::ranges::any_of(prog.not_on, [&](const NotOn& n) { return n.executor == e.name; })) continue;
      auto left = run_once(rig, file, prog, e.id, run.input);
      const std::string here = place + ": " + std::string(e.name);
      if (!left) {
        if (left.error().row().slug != NotAvailable::row.slug || e.id == user::Executor::checked)
          summary_.failures.push_back({here, left.error().text()});
        continue;
      }
      // What the verifier does not accept is a question for checked alone.
      if (left->refused) {
        ++summary_.checked_only;
        continue;
      }
      if (first) {
        if (const std::string d = disagreement(*first, *left); !d.empty())
          summary_.failures.push_back({here, "differs from " + std::string(first_name) + ": " + d});
        continue;
      }
      compare(file, run, *left, here);
      first = *std::move(left);
      first_name = e.name;
    }
    if (!first) summary_.failures.push_back({place, "no executor made this run"});
  }

  void compare(const CaseFile& file, const CaseRun& run, const Left& left, const std::string& place) {
    bool ends = false;
    for (const Expectation& e : run.gives) {
      ends |= e.kind == Expectation::Kind::fault || e.kind == Expectation::Kind::limit;
      const std::string want = expected(e), came = actual(e, file, left);
      if (want == came) continue;
      if (options_.bless == Bless::yes && renewable(e)) {
        renewals_.push_back({run.line, e.begin, e.end, came.substr(0, came.find(" ("))});
        continue;
      }
      std::string why = "expected " + want + "; came " + came;
      if (left.result.outcome.fault.kind != vm::FaultKind::none) why += "; " + fault_text(left.result.outcome.fault);
      summary_.failures.push_back({place, std::move(why)});
    }
    // A fault that nobody expects is never what a case means, even if its memory is as it should be.
    if (!ends && (left.over_limit || left.result.outcome.fault.kind != vm::FaultKind::none) &&
        std::ranges::none_of(run.gives, [](const auto& e) { return e.kind == Expectation::Kind::r0; }))
      summary_.failures.push_back({place, "it ends in " + ending(left)});
  }

  void facts(const CaseFile& file, const CaseProg& prog, std::span<const std::string> known) {
    summary_.facts += known.size();
    for (std::size_t i = 0; i < known.size(); ++i) {
      const Fact& fact = prog.facts[i];
      if (says_no_more(fact, known[i])) continue;
      if (options_.bless == Bless::yes && !known[i].empty()) {
        renewals_.push_back({fact.line, fact.begin, fact.end, fact.name + " " + known[i]});
        continue;
      }
      summary_.failures.push_back(
          {fmt::format("{}:{}", file.path, fact.line),
           fmt::format("expected {} {}; {}", fact.name, fact.says,
                       known[i].empty() ? "no path comes there" : "known is " + fact.name + " " + known[i])});
    }
  }

  // Writes the lines whose expectations are renewed; from the last column to the first, so that columns stay true.
  Result<void> renew(const std::string& path, std::string_view text) {
    if (renewals_.empty()) return {};
    std::vector<std::string> lines;
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      lines.emplace_back(text.substr(at, end - at));
      at = end + 1;
    }
    std::ranges::sort(renewals_, [](const Renewal& a, const Renewal& b) {
      return std::pair(a.line, a.begin) > std::pair(b.line, b.begin);
    });
    for (const Renewal& r : renewals_) lines[r.line - 1].replace(r.begin, r.end - r.begin, r.text);
    summary_.renewed += renewals_.size();
    OutputFile out = TRY(OutputFile::create(path));
    TRY_VOID(out.write(as_bytes(fmt::format("{}", fmt::join(lines, "\n")))));
    return out.commit();
  }

  CaseOptions options_;
  Summary summary_;
  std::vector<Renewal> renewals_;
};

}  // namespace

Result<Summary> run_cases(std::span<const std::string> paths, const CaseOptions& options) {
  Runner runner(options);
  for (const std::string& path : paths) TRY_VOID(runner.file(path));
  return std::move(runner).summary();
}

std::string text(const Summary& s) {
  std::string out;
  for (const Failure& f : s.failures) out += f.place + ": " + f.text + "\n";
  for (const Exception& e : s.exceptions) out += e.place + ": not on " + e.executor + ": because " + e.because + "\n";
  auto count = [](std::size_t n, std::string_view what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); };
  out +=
      count(s.files, "file") + ", " + count(s.progs, "program") + ", " + count(s.runs, "run") + " through " +
      count(s.executors, "executor") + (s.facts == 0 ? "" : ", " + count(s.facts, "fact")) +
      (s.verdicts == 0 ? "" : ", " + count(s.verdicts, "verdict") + fmt::format(" ({} by Linux, too)", s.by_kernel)) +
      ": " + (s.failures.empty() ? "all as expected" : count(s.failures.size(), "failure"));
  if (s.checked_only != 0) out += "; " + count(s.checked_only, "run") + " in checked only: not accepted";
  if (!s.exceptions.empty()) out += "; " + count(s.exceptions.size(), "exception");
  if (s.renewed != 0) out += "; " + count(s.renewed, "expectation") + " renewed";
  return out + "\n";
}

}  // namespace skep::judge
