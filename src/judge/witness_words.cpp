// SPDX-License-Identifier: Apache-2.0
#include "judge/witness_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "facts/contexts.hpp"
#include "isa/op.hpp"
#include "judge/json_writer.hpp"
#include "verify/plain_words.hpp"

namespace skep::judge {
namespace {

using verify::Input, verify::grouped_number;

constexpr std::size_t most_said = 3;

std::string quantity(uint64_t v) {
  return v <= UINT32_MAX ? grouped_number(v) : grouped_number(static_cast<int64_t>(v));
}

// Inputs of one kind that follow one another and were read by one instruction are one number.
struct Said {
  Input input;
  unsigned bytes = 0;
  uint64_t value = 0;
};

bool goes_on(const Said& s, const Input& i) {
  return s.input.kind == i.kind && s.input.of == i.of && s.input.insn == i.insn && i.at == s.input.at + s.bytes &&
         s.bytes < 8;
}

class Words {
 public:
  Words(const verify::Question& q, const verify::PathFormula& path, const verify::Inputs64& inputs)
      : q_(q), path_(path), inputs_(inputs) {}

  std::string when(std::span<const verify::Condition> goal) const {
    verify::Values values(path_.formula, goal,
                          path_.named ? std::span(&path_.named->second, 1) : std::span<const verify::Node>());
    values.compute(inputs_);
    std::vector<std::string> parts;
    if (path_.named && path_.formula.is_known(path_.named->second))
      parts.push_back(path_.named->first + " = " + quantity(values[path_.named->second]));
    if (path_.deed.value) parts.push_back(missing(path_.lookups[*path_.deed.value]));
    add(parts, values.inputs());
    // What decides is not among what is wrong: it is the way there.
    if (parts.empty()) add(parts, verify::Values(path_.formula, path_.way).inputs());
    std::string out;
    for (std::size_t i = 0; i < std::min(parts.size(), most_said); ++i) out += (i == 0 ? "" : ", ") + parts[i];
    if (parts.size() > most_said) out += fmt::format(" and {} more", parts.size() - most_said);
    return out;
  }

 private:
  void add(std::vector<std::string>& parts, const std::vector<uint32_t>& numbers) const {
    std::vector<Said> all;
    for (const uint32_t n : numbers) {
      const Input& i = path_.inputs[n];
      const bool byte = i.kind == Input::Kind::packet_byte || i.kind == Input::Kind::value_byte ||
                        i.kind == Input::Kind::global_byte ||
                        (i.kind == Input::Kind::context_field && verify::context_is_bytes(q_.type()));
      if (byte && !all.empty() && goes_on(all.back(), i)) {
        all.back().value |= inputs_[n] << (8 * all.back().bytes++);
        continue;
      }
      all.push_back({i, byte ? 1U : 0U, inputs_[n]});
    }
    for (const Said& s : all)
      if (std::string text = words(s); !text.empty() && std::ranges::find(parts, text) == parts.end())
        parts.push_back(std::move(text));
  }

  std::string missing(const verify::Lookup& l) const {
    const std::string map = "`" + q_.module.maps[l.map].name + "`";
    if (l.key.empty() || l.key.size() > 8 ||
        std::ranges::any_of(l.key, [&](verify::Node n) { return !path_.formula.is_known(n); }))
      return map + " has no such element";
    verify::Values values(path_.formula, {}, l.key);
    values.compute(inputs_);
    uint64_t key = 0;
    for (std::size_t i = 0; i < l.key.size(); ++i) key |= values[l.key[i]] << (8 * i);
    return map + " has no element " + quantity(key);
  }
  bool is_field(uint32_t at, unsigned bytes) const {
    return std::ranges::any_of(facts::fields(facts::row(q_.type()).context), [&](const facts::ContextField& f) {
      return f.size == bytes && at >= f.offset && at < f.offset + f.bytes() && (at - f.offset) % f.size == 0 &&
             f.shape != facts::Shape::buffer;
    });
  }

  std::string words(const Said& s) const {
    const Input& i = s.input;
    switch (i.kind) {
      case Input::Kind::context_field:
        if (s.bytes != 0 && !is_field(i.at, s.bytes))
          return fmt::format("the context holds {} at byte {}", quantity(s.value), i.at);
        return fmt::format("ctx->{} = {}", context_field_name(q_.type(), i.at), quantity(s.value));
      case Input::Kind::packet_byte: return fmt::format("the packet holds {} at byte {}", quantity(s.value), i.at);
      case Input::Kind::packet_length: return fmt::format("the packet has {} bytes", quantity(s.value));
      case Input::Kind::value_byte:
        return fmt::format("the value of `{}` holds {} at byte {}", q_.module.maps[path_.lookups[i.of].map].name,
                           quantity(s.value), i.at);
      case Input::Kind::global_byte: return global(q_.module.maps[i.of], s);
      case Input::Kind::found: return s.value != 0 ? "" : missing(path_.lookups[i.of]);
      case Input::Kind::clock: return fmt::format("bpf_ktime_get_ns() answers {}", quantity(s.value));
      case Input::Kind::random_number: return fmt::format("bpf_get_prandom_u32() answers {}", quantity(s.value));
      case Input::Kind::processor: return fmt::format("it runs on CPU {}", s.value);
    }
    return "";
  }

  static std::string global(const module::MapDef& map, const Said& s) {
    for (const module::Variable& v : map.variables)
      if (s.input.at == v.offset && s.bytes == v.size) return fmt::format("{} = {}", v.name, quantity(s.value));
    return fmt::format("`{}` holds {} at byte {}", map.name, quantity(s.value), s.input.at);
  }

  const verify::Question& q_;
  const verify::PathFormula& path_;
  const verify::Inputs64& inputs_;
};

std::string verb(const isa::Row& row) {
  if (row.shape == isa::Shape::load) return "reads";
  if (row.shape == isa::Shape::store) return "writes";
  return row.shape == isa::Shape::atomic ? "changes" : "is given";
}

std::string byte_range(int64_t first, uint64_t size) {
  if (size == 1) return "byte " + grouped_number(first);
  return fmt::format("bytes {} to {}", grouped_number(first), grouped_number(first + static_cast<int64_t>(size) - 1));
}

std::string accessed(const verify::Question& q, const verify::PathFormula& path, const verify::Inputs64& inputs,
                     const isa::Insn& insn) {
  const verify::Deed& d = path.deed;
  const std::vector<verify::Node> nodes{d.offset, d.size, d.end};
  verify::Values values(path.formula, {}, nodes);
  values.compute(inputs);
  const isa::Row& row = isa::row(isa::decode(insn));
  const auto off = static_cast<int64_t>(values[d.offset]);
  const auto size = static_cast<int64_t>(values[d.size]);
  std::string who = "this";
  if (row.shape == isa::Shape::call && insn.src() == 0)
    if (const auto* helper = q.target.helper(static_cast<uint64_t>(insn.imm)))
      who = "bpf_" + std::string(helper->name) + "()";
  if (size <= 0) return fmt::format("{} {} {} bytes", who, verb(row), grouped_number(size));
  if (d.region == "the stack")
    return fmt::format("{} {} {} byte{} at r10 {} {}; the stack is the 512 bytes below r10", who, verb(row),
                       grouped_number(size), size == 1 ? "" : "s", off < 0 ? '-' : '+',
                       grouped_number(off < 0 ? -off : off));
  return fmt::format("{} {} {} of {}, which has {}", who, verb(row), byte_range(off, static_cast<uint64_t>(size)),
                     d.region, grouped_number(values[d.end]));
}

}  // namespace

std::string context_field_name(facts::ProgType type, uint32_t at) {
  for (const facts::ContextField& f : facts::fields(facts::row(type).context))
    if (at >= f.offset && at < f.offset + f.bytes())
      return f.count == 1 ? std::string(f.name) : fmt::format("{}[{}]", f.name, (at - f.offset) / f.size);
  return std::to_string(at);
}

void say(const verify::Question& q, const verify::Rejection& rejection, const verify::PathFormula& path,
         const verify::Inputs64& inputs, std::span<const verify::Condition> goal, Witness& w) {
  using Kind = verify::Deed::Kind;
  w.when = Words(q, path, inputs).when(goal);
  const verify::Deed& d = path.deed;
  if (d.kind == Kind::answers)
    w.then = fmt::format("the program answers {}", grouped_number(static_cast<int64_t>(w.r0)));
  else if (w.fault.insn != rejection.insn)
    w.then = fmt::format("insn {} then touches {}", w.fault.insn, w.fault.region);
  else if (d.value)
    w.then = "this touches address 0";
  else if (d.kind == Kind::accesses && path.formula.is_known(d.offset) && path.formula.is_known(d.size))
    w.then = accessed(q, path, inputs, q.prog.insns[rejection.insn]);
  else if (w.fault.kind == vm::FaultKind::uninitialised)
    w.then = "this uses what was never written: " + w.fault.region;
  else
    w.then = "this touches " + w.fault.region;
}

std::string text(const Witness& w) {
  return w.when.empty() ? "in every run " + w.then : "when " + w.when + ", " + w.then;
}

static Json map_json(const module::MapDef& m) {
  Json out{{"type", facts::name(m.type)}, {"key", m.key_size}, {"value", m.value_size}, {"entries", m.max_entries}};
  if (m.flags != 0) out["flags"] = m.flags;
  if (m.extra != 0) out["extra"] = m.extra;
  if (m.frozen == module::Frozen::yes) out["frozen"] = true;
  for (const module::Entry& e : m.initial) out["init"].push_back({to_hex(e.key), to_hex(e.value)});
  return out;
}

static Json run_json(const RunInput& in) {
  Json run = Json::object();
  if (in.packet) run["packet"] = to_hex(*in.packet);
  if (in.ctx) run["ctx"] = to_hex(*in.ctx);
  if (in.mem) run["mem"] = to_hex(*in.mem);
  for (const auto& [field, value] : in.ctx_fields) run["ctx"][field] = value;
  if (!in.random.empty()) run["random"] = in.random;
  if (in.now_ns != 0) run["now_ns"] = in.now_ns;
  if (in.cpu != 0) run["cpu"] = in.cpu;
  return run;
}

std::string json(const Witness& w) {
  const module::ProgDef& prog = w.module->progs[0];
  Json question{{"id", 1}, {"do", {"checked"}}, {"target", w.target}, {"type", facts::name(prog.type)}};
  question["insns"] =
      to_hex({reinterpret_cast<const uint8_t*>(prog.insns.data()), prog.insns.size() * sizeof prog.insns[0]});
  question["maps"] = Json::array();
  for (const module::MapDef& m : w.module->maps) question["maps"].push_back(map_json(m));
  question["runs"] = Json::array({run_json(w.run)});
  Json out{{"text", text(w)}, {"question", std::move(question)}};
  if (w.fault.kind == vm::FaultKind::none)
    out["r0"] = fmt::format("{:#x}", w.r0);
  else
    out["fault"] = {{"kind", vm::name(w.fault.kind)}, {"insn", w.fault.insn}};
  return to_line(out);
}

}  // namespace skep::judge
