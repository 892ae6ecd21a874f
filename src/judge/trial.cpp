// SPDX-License-Identifier: Apache-2.0
#include "judge/trial.hpp"

#include <algorithm>
#include <chrono>

#include "engine/kernel/vmlinux.hpp"
#include "judge/errors.hpp"

namespace skep::judge {
namespace {

// A program that prints in a loop shall not fill memory; what is left out is said in a last line.
constexpr std::size_t most_lines = 10'000;

// The world of one run: a clock that stands still, numbers that follow from the seed, lines that are kept.
class World {
 public:
  explicit World(const RunInput& input) : now_(input.now_ns), first_(input.random), random_(input.seed) {}

  vm::Host host() {
    return {.now_ns = [this] { return now_; },
            .random = [this] { return next(); },
            .printk = [this](std::string_view line) { keep(line); }};
  }
  std::vector<std::string> lines() && {
    if (left_out_ != 0) lines_.push_back("… " + std::to_string(left_out_) + " more lines");
    return std::move(lines_);
  }

 private:
  // splitmix64, https://prng.di.unimi.it/splitmix64.c
  uint32_t next() {
    if (used_ < first_.size()) return first_[used_++];
    uint64_t z = random_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<uint32_t>((z ^ (z >> 31)) >> 32);
  }
  void keep(std::string_view line) {
    if (lines_.size() < most_lines)
      lines_.emplace_back(line);
    else
      ++left_out_;
  }

  uint64_t now_;
  std::span<const uint32_t> first_;
  std::size_t used_ = 0;
  uint64_t random_;
  std::vector<std::string> lines_;
  std::size_t left_out_ = 0;
};

bool has_ctx(const RunInput& input) { return input.ctx || !input.ctx_fields.empty(); }

// Input that a program of this type does not take is an error, never ignored.
Result<void> check_memory_only(const RunInput& input, bool raw) {
  constexpr std::string_view why = "a raw program takes memory; say the program's type";
  if (input.packet || input.start) return fail(Unfit{.what = input.packet ? "packet" : "l2", .why = std::string(why)});
  if (raw && has_ctx(input)) return fail(Unfit{.what = "ctx", .why = std::string(why)});
  if (!raw && (input.mem || !input.ctx_fields.empty()))
    return fail(Unfit{.what = "mem", .why = "a program of this type takes its context as bytes"});
  return {};
}

}  // namespace

context::Context& Rig::context_of(facts::ProgType type) {
  auto& context = contexts_[static_cast<std::size_t>(type)];
  if (!context) context = std::make_unique<context::Context>(type);
  return *context;
}

Result<Trial> Trial::begin(Rig& rig, std::shared_ptr<const module::Module> module, const Trying& what) {
  auto loaded = TRY(rig.engine().load_unchecked(std::move(module)));
  // A map that is declared frozen is so from the first run on; one that Linux would not freeze stays as it is.
  for (std::size_t i = 0; i < loaded->maps().size(); ++i)
    if (loaded->module().maps[i].frozen == module::Frozen::yes) loaded->maps()[i]->sys_freeze();
  Trial trial(rig, std::move(loaded), what);
  if (what.executor == user::Executor::interp) trial.refused_ = TRY(trial.verify(what.memory_bytes));
  return trial;
}

// The programs for interp, on the same maps. A raw program is another one where its memory has another size.
Result<std::optional<verify::Refused>> Trial::verify(uint64_t memory_bytes) {
  const verify::Terms terms{
      .program = what_.program, .judged = what_.judged, .memory_bytes = memory_bytes, .kernel_types = [] {
        return kernel::vmlinux().value_or(nullptr);
      }};
  auto verified = verify::verify(loaded_->module_of(), rig_->engine().target(), terms);
  if (!verified) return std::move(verified).error();
  verified_[memory_bytes] = TRY(rig_->engine().load(*verified, user::Executor::interp, loaded_->maps()));
  return std::nullopt;
}

Result<vm::Outcome> Trial::execute(const RunInput& input, const user::Input& to) {
  user::Engine& engine = rig_->engine();
  if (what_.executor == user::Executor::checked) return engine.run_unchecked(*programs()[input.prog], to);
  const bool raw = programs()[input.prog]->definition().type == facts::ProgType::unspec;
  const uint64_t memory_bytes = raw ? to.memory.size() : what_.memory_bytes;
  if (refused_) return fail(NotAccepted{.why = refused_->verdict.rejection->error.text()});
  if (!verified_.contains(memory_bytes))
    if (auto no = TRY(verify(memory_bytes)); no) return fail(NotAccepted{.why = no->verdict.rejection->error.text()});
  return engine.run(*verified_[memory_bytes]->programs()[input.prog], to);
}

// `result` holds the memory that the run works on, and keeps it afterwards.
Result<user::Input> Trial::prepare(facts::ProgType type, const RunInput& input, RunResult& result) {
  user::Input to{.max_insns = input.max_insns, .cpu = input.cpu};
  if (!input.args.empty()) return fail(NotAvailable{.what = "a context of arguments", .instead = ""});
  const bool raw = type == facts::ProgType::unspec;
  // A syscall program's context is memory of the caller; Linux's test run copies it in and out. Other contexts that are
  // not modelled may be given as the bytes that the program is to read.
  const bool modelled = raw || type == facts::ProgType::syscall || context::Context::exists_for(type);
  if (raw || type == facts::ProgType::syscall || (!modelled && input.ctx)) {
    TRY_VOID(check_memory_only(input, raw));
    auto& memory = raw ? result.mem : result.ctx;
    memory = raw ? input.mem : input.ctx;
    if (memory) to.memory = *memory;
    return to;
  }
  if (!modelled)
    return fail(NotAvailable{.what = "running a program of type " + std::string(facts::name(type)), .instead = ""});
  if (input.mem)
    return fail(Unfit{.what = "mem", .why = "a program with a type takes a packet or a context, not memory"});
  if (!input.packet)
    return fail(MissingMember{.name = "packet",
                              .why = "a program of type " + std::string(facts::name(type)) + " is given one"});
  context::Context& context = rig_->context_of(type);
  TRY_VOID(context.assign(*input.packet, {.setting = context::Setting::test_run, .start = input.start}));
  if (input.ctx) TRY_VOID(context.set_raw(*input.ctx));
  for (const auto& [field, value] : input.ctx_fields) TRY_VOID(context.set(field, value));
  to.context = &context;
  return to;
}

Result<RunResult> Trial::run(const RunInput& input) {
  const user::Program& program = *programs()[input.prog];
  RunResult result;
  user::Input to = TRY(prepare(program.definition().type, input, result));
  World world(input);
  const vm::Host host = world.host();
  to.host = &host;
  const auto start = std::chrono::steady_clock::now();
  result.outcome = TRY(execute(input, to));
  const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - start;
  result.ns = static_cast<uint64_t>(took.count());
  const vm::Fault& fault = result.outcome.fault;
  if (fault.kind == vm::FaultKind::limit)
    return fail_within(fail(OverLimit{.most = input.max_insns}).error(), "insn " + std::to_string(fault.insn));
  result.printk = std::move(world).lines();
  if (to.context != nullptr) {
    const Bytes packet = to.context->result();
    result.packet.emplace(packet.begin(), packet.end());
    if (has_ctx(input)) result.ctx = to.context->raw();
  }
  return result;
}

maps::Definition definition_of(const module::MapDef& def) {
  return {.name = def.name,
          .type = def.type,
          .key_size = def.key_size,
          .value_size = def.value_size,
          .max_entries = def.max_entries,
          .flags = def.flags,
          .extra = def.extra};
}

Result<std::vector<Buffer>> sorted_keys(const Walk& walk) {
  std::vector<Buffer> keys;
  auto key = walk.next(std::nullopt);
  while (key) {
    keys.push_back(*std::move(key));
    if (keys.size() * (walk.element_bytes + 2 * sizeof(Buffer)) > most_content_bytes)
      return fail(Unfit{.what = "the content of map '" + walk.map_name + "'",
                        .why = "it is larger than " + std::to_string(most_content_bytes) + " bytes"});
    key = walk.next(Bytes(keys.back()));
  }
  std::ranges::sort(keys);
  return keys;
}

Result<Content> content_of(const Walk& walk) {
  Content content;
  for (Buffer& key : TRY(sorted_keys(walk)))
    if (auto value = walk.lookup(key)) content.emplace_back(std::move(key), *std::move(value));
  return content;
}

Walk walk_of(maps::Map& map) {
  return {.map_name = map.definition().name,
          .element_bytes = map.definition().key_size + map.sys_value_size(),
          .next = [&map](std::optional<Bytes> key) { return map.sys_next_key(key); },
          .lookup = [&map](Bytes key) { return map.sys_lookup(key); }};
}

}  // namespace skep::judge
