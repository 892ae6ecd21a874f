// SPDX-License-Identifier: Apache-2.0
#include "judge/kernel_trial.hpp"

#include <sched.h>

#include <algorithm>

#include "facts/contexts.hpp"
#include "judge/errors.hpp"

namespace skep::judge {
namespace {

using facts::Holds, facts::ProgType;

// This thread on one CPU for a while, so that "this CPU's value" is always the same one.
class OnCpu {
 public:
  static Result<OnCpu> enter(unsigned cpu) {
    OnCpu here;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu % CPU_SETSIZE, &one);
    if (cpu >= sys::possible_cpus() || ::sched_getaffinity(0, sizeof here.before_, &here.before_) != 0 ||
        ::sched_setaffinity(0, sizeof one, &one) != 0)
      return fail(Unfit{.what = "cpu " + std::to_string(cpu),
                        .why = "this machine has " + std::to_string(sys::possible_cpus())});
    here.inside_ = true;
    return here;
  }
  OnCpu(OnCpu&& other) noexcept : before_(other.before_), inside_(std::exchange(other.inside_, false)) {}
  OnCpu& operator=(OnCpu&&) = delete;
  ~OnCpu() {
    if (inside_) ::sched_setaffinity(0, sizeof before_, &before_);
  }

 private:
  OnCpu() = default;
  cpu_set_t before_{};
  bool inside_ = false;
};

// The structure with these fields set: "mark", "cb[2]".
Result<Buffer> structure_of(facts::Context context, const std::vector<std::pair<std::string, uint64_t>>& values) {
  const auto rows = facts::fields(context);
  Buffer structure(rows.empty() ? 0 : rows.back().offset + rows.back().bytes());
  for (const auto& [field, value] : values) {
    bool found = false;
    for (const facts::ContextField& row : rows)
      for (unsigned i = 0; i < row.count; ++i) {
        const std::string element =
            row.count == 1 ? std::string(row.name) : std::string(row.name) + "[" + std::to_string(i) + "]";
        if (element != field) continue;
        std::memcpy(&structure[row.offset + i * row.size], &value, row.size);  // little endian, cut to the field
        found = true;
      }
    if (!found) return fail(Unfit{.what = "ctx: " + field, .why = "there is no such field"});
  }
  return structure;
}

}  // namespace

KernelTrial::KernelTrial(const Question& q)
    : q_(q),
      loaded_(kernel::load(*q.module,
                           {.log = q.log, .caps = q.target.caps(), .written = &q.written, .foreseen = q.foreseen})) {
  bool programs = false, maps = false;
  for (const module::MapDef& def : q.module->maps) {
    per_cpu_ |= facts::row(def.type).copies == facts::Copies::per_cpu;
    programs |= facts::row(def.type).holds == Holds::programs;
    maps |= facts::row(def.type).holds == Holds::maps;
  }
  for (uint32_t i = 0; programs && i < loaded_.programs.size(); ++i)
    if (const auto id = sys::program_id(loaded_.programs[i].fd.get())) program_ids_.emplace_back(*id, i + 1);
  for (uint32_t i = 0; maps && i < loaded_.maps.size(); ++i)
    if (loaded_.maps[i])
      if (const auto id = loaded_.maps[i]->id()) map_ids_.emplace_back(*id, i + 1);
}

std::optional<KernelTrial::Verdict> KernelTrial::verdict() const {
  if (loaded_.programs.empty()) return std::nullopt;
  Verdict all{.prog = 0, .verdict = {.outcome = kernel::Outcome::accepted, .effort = kernel::Effort{}}};
  for (std::size_t i = 0; i < std::min(loaded_.programs.size(), q_.judged); ++i) {
    const kernel::Verdict& one = loaded_.programs[i].verdict;
    if (one.outcome != kernel::Outcome::accepted) return Verdict{i, one};
    all.verdict.log += one.log;
    if (!one.effort) continue;
    kernel::Effort& sum = *all.verdict.effort;
    sum.processed += one.effort->processed;
    sum.states += one.effort->states;
    sum.peak_states = std::max(sum.peak_states, one.effort->peak_states);
    sum.max_states_per_insn = std::max(sum.max_states_per_insn, one.effort->max_states_per_insn);
    sum.stack_depth += one.effort->stack_depth;
    sum.time_us += one.effort->time_us;
  }
  return all;
}

// ---- runs ---------------------------------------------------------------------------------------------------------

Result<sys::TestInput> KernelTrial::prepare(const module::ProgDef& def, const RunInput& input, Buffer& ctx) const {
  const facts::ProgTypeRow& type = facts::row(def.type);
  if (def.type == ProgType::unspec)
    return fail(NotAvailable{.what = "a raw program in the kernel", .instead = "say its type"});
  if (input.mem) return fail(Unfit{.what = "mem", .why = "a program with a type takes a packet or a context"});
  const bool sees_link = type.test_run == facts::TestRun::link;
  if (input.start && (*input.start == facts::Packet::link) != sees_link)
    return fail(Unfit{.what = "l2", .why = "the kernel's test run shows this type the other one"});
  sys::TestInput to;
  const bool takes_packet = sees_link || type.test_run == facts::TestRun::network;
  if (takes_packet && !input.packet)
    return fail(
        MissingMember{.name = "packet", .why = "a program of type " + std::string(type.name) + " is given one"});
  if (input.packet) to.packet = *input.packet;
  if (input.ctx) ctx = *input.ctx;
  if (!input.ctx_fields.empty()) ctx = TRY(structure_of(type.context, input.ctx_fields));
  if (!input.args.empty()) {
    ctx.resize(input.args.size() * sizeof(uint64_t));
    std::memcpy(ctx.data(), input.args.data(), ctx.size());
  }
  if (ctx.empty()) return to;
  to.context = ctx;
  const bool copied = takes_packet || def.type == ProgType::sk_lookup;
  to.context_out = def.type == ProgType::syscall ? sys::ContextOut::in_place
                   : copied                      ? sys::ContextOut::copied
                                                 : sys::ContextOut::none;
  return to;
}

Result<KernelRun> KernelTrial::run(const RunInput& input) const {
  Buffer ctx;
  const sys::TestInput to = TRY(prepare(q_.module->progs[input.prog], input, ctx));
  std::optional<OnCpu> here;
  if (per_cpu_ || input.cpu != 0) here.emplace(TRY(OnCpu::enter(input.cpu)));
  sys::TestRun run = sys::test_run(loaded_.programs[input.prog].fd.get(), to);
  if (run.err != 0) return KernelRun{.err = run.err};
  auto where = [](bool wanted, Buffer& bytes) { return wanted ? std::optional(std::move(bytes)) : std::nullopt; };
  return KernelRun{.r0 = run.r0,
                   .ns = run.duration_ns,
                   .packet = where(to.packet.has_value(), run.packet),
                   .ctx = where(to.context_out != sys::ContextOut::none, run.context)};
}

// ---- maps ---------------------------------------------------------------------------------------------------------

sys::Answer<Buffer> KernelTrial::told(std::size_t map, sys::Answer<Buffer> value) const {
  const Holds holds = facts::row(q_.module->maps[map].type).holds;
  if (!value || (holds != Holds::programs && holds != Holds::maps) || value->size() != 4) return value;
  const auto& ids = holds == Holds::programs ? program_ids_ : map_ids_;
  const auto at = std::ranges::find(ids, load<uint32_t>(value->data()), &std::pair<uint32_t, uint32_t>::first);
  store(value->data(), at == ids.end() ? uint32_t{0} : at->second);
  return value;
}

sys::Answer<Buffer> KernelTrial::taken(std::size_t map, const Buffer& value) const {
  const Holds holds = facts::row(q_.module->maps[map].type).holds;
  if ((holds != Holds::programs && holds != Holds::maps) || value.size() != 4) return value;
  const std::size_t index = load<uint32_t>(value.data()) - std::size_t{1};
  int fd = -1;
  if (holds == Holds::programs && index < loaded_.programs.size()) fd = loaded_.programs[index].fd.get();
  if (holds == Holds::maps && index < loaded_.maps.size() && loaded_.maps[index]) fd = loaded_.maps[index]->fd();
  if (fd < 0) return std::unexpected(-EBADF);
  Buffer out(4);
  store(out.data(), fd);
  return out;
}

Walk KernelTrial::walk(std::size_t index) const {
  const sys::Map& map = *loaded_.maps[index];
  return {.map_name = q_.module->maps[index].name,
          .element_bytes = map.key_size() + map.value_size(),
          .next = [&map](std::optional<Bytes> key) { return map.next_key(key); },
          .lookup = [this, index, &map](Bytes key) { return told(index, map.lookup(key)); }};
}

Result<Content> KernelTrial::content(std::size_t map) const {
  if (!loaded_.maps[map]) return Content{};
  return content_of(walk(map));
}

Result<OpResult> KernelTrial::apply_batch(const sys::Map& map, const Op& op) const {
  if (op.kind == OpKind::batch_lookup) {
    // More than there can be would only take memory.
    const auto most = static_cast<uint32_t>(most_content_bytes / (map.key_size() + map.value_size() + 1));
    const sys::Batch got = map.lookup_batch(std::min(op.count, most));
    return OpResult(
        BatchResult{.err = got.err,
                    .count = got.count,
                    .elements = elements_of(got.keys, got.values, got.count, map.key_size(), map.value_size())});
  }
  const Packed p = packed(op, map.key_size(), map.value_size());
  const auto count = static_cast<uint32_t>(op.many.size());
  if (!p.fits) return OpResult(BatchResult{.err = -EINVAL});
  const sys::Batch done = op.kind == OpKind::batch_update ? map.update_batch(p.keys, p.values, count, op.flags)
                                                          : map.remove_batch(p.keys, count, op.flags);
  return OpResult(BatchResult{.err = done.err, .count = done.err == -EINVAL ? 0 : done.count});
}

Result<OpResult> KernelTrial::apply(const Op& op) const {
  const sys::Map& map = *loaded_.maps[op.map];
  auto result = [this, &op](sys::Answer<Buffer> value) -> OpResult {
    auto t = told(op.map, std::move(value));
    if (!t) return t.error();
    return *std::move(t);
  };
  switch (op.kind) {
    case OpKind::update: {
      const auto value = taken(op.map, op.value);
      return value ? map.update(*op.key, *value, op.flags) : value.error();
    }
    case OpKind::lookup: return result(map.lookup(*op.key));
    case OpKind::delete_: return map.remove(*op.key);
    case OpKind::lookup_delete: return result(map.lookup_remove(*op.key));
    case OpKind::next: {
      auto key = map.next_key(op.key ? std::optional(Bytes(*op.key)) : std::nullopt);
      if (!key) return OpResult(key.error());
      return OpResult(*std::move(key));
    }
    case OpKind::keys: return OpResult(TRY(sorted_keys(walk(op.map))));
    case OpKind::push: return map.update(std::nullopt, op.value, op.flags);
    case OpKind::pop: return result(map.lookup_remove(std::nullopt));
    case OpKind::peek: return result(map.lookup(std::nullopt));
    case OpKind::batch_lookup:
    case OpKind::batch_update:
    case OpKind::batch_delete: return apply_batch(map, op);
    case OpKind::freeze: return map.freeze();
    case OpKind::consume: return fail(NotAvailable{.what = "consuming a ring buffer", .instead = ""});
    case OpKind::run: break;
  }
  std::unreachable();
}

}  // namespace skep::judge
