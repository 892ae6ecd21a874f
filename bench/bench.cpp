// SPDX-License-Identifier: Apache-2.0
// The rows of bench/*.bpf.c, natively and in the user engine's executors.
//
//     scripts/bench [--json FILE] [ROW…]      measures; --smoke only compares what the columns compute
//
// First every column of a row runs once from the same memory, and values and memory are compared. Then Google
// Benchmark measures, repetitions of all columns in random order, because single shots differ by more than what is to
// be seen; the median counts. Exit: 0, 1 if a row's columns differ or a required figure is missing, 2 for the rest.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/file.hpp"
#include "base/suggest.hpp"
#include "engine/user/engine.hpp"
#include "object/open.hpp"
#include "report.hpp"

extern "C" {
#define EACH_ROW(name) uint64_t native_##name(uint8_t* mem, uint64_t len);
#include "rows.inc"
#undef EACH_ROW
}

namespace skep::bench {
namespace {

using Native = uint64_t (*)(uint8_t*, uint64_t);
struct Source {
  std::string name;
  volatile Native native;  // opaque: nothing of the row is known to this unit
};
Source sources[] = {
#define EACH_ROW(name) {#name, native_##name},
#include "rows.inc"
#undef EACH_ROW
};

constexpr std::size_t memory_bytes = 4096;

// The same bytes for every column (xorshift, Marsaglia 2003).
Buffer fresh_memory() {
  Buffer memory(memory_bytes);
  uint64_t x = 0x2545f4914f6cdd1d;
  for (uint8_t& byte : memory) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    byte = static_cast<uint8_t>(x >> 32);
  }
  return memory;
}

// A row that is loaded for both executors, and what a run of it needs. They are called directly: what the engine does
// around a run is not the row's. Rows that the verifier refuses run in fast as well, lowered as verified code is; each
// was seen to end well in checked.
class Loaded {
 public:
  static Result<Loaded> open(const Source& source, user::Engine& engine) {
    auto object = TRY(object::Object::read(SKEP_ROWS "/" + source.name + ".bpf.o"));
    auto module = std::make_shared<const module::Module>(TRY(object::open(object)));
    std::size_t at = TRY(module::find_program(*module, "row"));
    auto watched = TRY(engine.load_unchecked(module));
    auto verified = verify::verify(module, engine.target(), {.program = at, .memory_bytes = memory_bytes});
    auto proven = verified ? TRY(engine.load(*verified, user::Executor::interp)) : watched;
    return Loaded(std::move(watched), std::move(proven), at, engine);
  }

  vm::Outcome interp(MutableBytes memory) {
    vm::Run run = new_run();
    return vm::run_fast(run, proven_->programs()[at_]->code(), limits_, stack_, arguments(memory));
  }
  vm::Outcome checked(MutableBytes memory) {
    vm::Run run = new_run();
    return vm::run_checked(run, *watched_->programs()[at_]->unchecked(), limits_, stack_, {memory}, arguments(memory),
                           vm::UninitStack::fault);
  }

 private:
  Loaded(std::shared_ptr<user::Loaded> watched, std::shared_ptr<user::Loaded> proven, std::size_t at,
         const user::Engine& engine)
      : watched_(std::move(watched)),
        proven_(std::move(proven)),
        at_(at),
        limits_(engine.target().limits()),
        stack_(limits_),
        host_(vm::this_machine()) {}
  static vm::Arguments arguments(MutableBytes m) {
    return {.r1 = reinterpret_cast<uint64_t>(m.data()), .r2 = m.size()};
  }
  vm::Run new_run() {
    vm::Run run;
    run.host = &host_;
    run.max_insns = 1'000'000'000;
    return run;
  }

  std::shared_ptr<user::Loaded> watched_, proven_;
  std::size_t at_;
  vm::Limits limits_;
  vm::Stack stack_;
  vm::Host host_;
};

// Runs every column once; says what differs.
Row compared(const Source& source, Loaded& loaded) {
  Row row{.name = source.name};
  Buffer native_memory = fresh_memory(), interp_memory = fresh_memory(), checked_memory = fresh_memory();
  uint64_t native = source.native(native_memory.data(), native_memory.size());
  vm::Outcome checked = loaded.checked(checked_memory);
  if (checked.fault.kind != vm::FaultKind::none) {
    fmt::print(stderr, "{}: checked: insn {}: {}: {}\n", row.name, checked.fault.insn, name(checked.fault.kind),
               checked.fault.region);
    return row;  // fast asks nothing: what checked refuses it must not run
  }
  vm::Outcome interp = loaded.interp(interp_memory);
  row.insns = interp.insns;
  row.agreed = interp.r0 == native && checked.r0 == native && interp_memory == native_memory &&
               checked_memory == native_memory && interp.insns == checked.insns;
  if (!row.agreed)
    fmt::print(stderr, "{}: native {:#x}, interp {:#x} ({} insns), checked {:#x} ({} insns){}\n", row.name, native,
               interp.r0, interp.insns, checked.r0, checked.insns,
               interp_memory == native_memory && checked_memory == native_memory ? "" : "; memory differs");
  return row;
}

void measure_in_turns(const Source& source, Loaded& loaded) {
  auto add = [&](const char* column, auto run) {
    benchmark::RegisterBenchmark((source.name + "/" + column).c_str(), [run](benchmark::State& state) {
      Buffer memory = fresh_memory();
      for (auto _ : state) benchmark::DoNotOptimize(run(MutableBytes(memory)));
    });
  };
  add("native", [&](MutableBytes m) { return source.native(m.data(), m.size()); });
  add("interp", [&](MutableBytes m) { return loaded.interp(m).r0; });
  add("checked", [&](MutableBytes m) { return loaded.checked(m).r0; });
}

// Keeps the median of each benchmark's repetitions and prints nothing.
class Medians : public benchmark::BenchmarkReporter {
 public:
  std::map<std::string, double> of;  // by "row/column"

  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Aggregate && run.aggregate_name == "median")
        of[run.run_name.function_name] = run.GetAdjustedCPUTime();
  }
};

Figure figure(const Medians& medians, const std::string& name) {
  auto at = medians.of.find(name);
  return at == medians.of.end() ? std::nullopt : Figure(at->second);
}

struct Asked {
  std::string json;
  bool smoke = false;
  std::vector<const Source*> rows;
};

void measure(std::vector<Row>& rows) {
  const char* options[] = {"bench", "--benchmark_enable_random_interleaving=true", "--benchmark_repetitions=9",
                           "--benchmark_min_time=0.02"};
  int count = std::size(options);
  benchmark::Initialize(&count, const_cast<char**>(options));
  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  for (Row& row : rows) {
    row.native = figure(medians, row.name + "/native");
    row.interp = figure(medians, row.name + "/interp");
    row.checked = figure(medians, row.name + "/checked");
  }
}

Result<int> run(const Asked& asked) {
  user::Engine engine;
  std::vector<Loaded> loaded;
  std::vector<Row> rows;
  loaded.reserve(asked.rows.size());
  for (const Source* source : asked.rows) {
    loaded.push_back(TRY(Loaded::open(*source, engine)));
    rows.push_back(compared(*source, loaded.back()));
    if (!asked.smoke && rows.back().insns != 0) measure_in_turns(*source, loaded.back());
  }
  if (asked.smoke) {
    auto agreed = std::ranges::count(rows, true, &Row::agreed);
    fmt::print("{} rows, {} computed the same natively, in interp and in checked\n", rows.size(), agreed);
    return static_cast<std::size_t>(agreed) == rows.size() ? 0 : 1;
  }
  measure(rows);
  fmt::print("{}", as_table(rows));
  if (!asked.json.empty()) {
    auto file = TRY(OutputFile::create(asked.json));
    TRY_VOID(file.write(as_bytes(as_json(rows))));
    TRY_VOID(file.commit());
  }
  return std::ranges::all_of(rows, complete) ? 0 : 1;
}

int usage(const std::string& what) {
  fmt::print(stderr, "bench: {}\nusage: bench [--json FILE] [--smoke] [ROW…]\n", what);
  return 2;
}

}  // namespace
}  // namespace skep::bench

int main(int argc, char** argv) {
  using namespace skep;
  using namespace skep::bench;
  Asked asked;
  std::vector<std::string> names;
  for (const Source& s : sources) names.push_back(s.name);
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (word == "--smoke") {
      asked.smoke = true;
    } else if (word == "--json") {
      if (++i == argc) return usage("--json needs a file");
      asked.json = argv[i];
    } else {
      auto at = std::ranges::find(names, word);
      if (at == names.end()) return usage(fmt::format("no row '{}'{}", word, did_you_mean(word, names)));
      asked.rows.push_back(&sources[at - names.begin()]);
    }
  }
  if (asked.rows.empty())
    for (const Source& s : sources) asked.rows.push_back(&s);
  auto result = bench::run(asked);
  if (!result) fmt::print(stderr, "bench: {}\n", result.error().text());
  return result ? *result : 2;
}
