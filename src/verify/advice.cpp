// SPDX-License-Identifier: Apache-2.0
// What would be right, by rejection: words, and where one statement in front of one line does it, that line.
//
// A statement is put in front of a line only where the line begins one itself; what nobody can tell from lines alone
// (names in scope, a condition that goes on) is left to the reader, who sees the words.
#include <fmt/format.h>

#include <algorithm>

#include "facts/returns.hpp"
#include "verify/errors.hpp"
#include "verify/plain_words.hpp"
#include "verify/scene.hpp"
#include "verify/source_words.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {
namespace {

using module::LineInfo;

// The program's way out: what lets a packet or a call go on, or, in a function of its own, nothing in particular.
std::string leave(const Scene& s) {
  const module::Subprog* f = module::subprog_at(s.prog(), s.rejection.insn);
  if (f != nullptr && f->first_insn != 0) {
    const btf::Btf* btf = s.question.module.btf.get();
    if (btf == nullptr || f->type == 0) return "return 0;";
    const btf::Type proto = btf->type(btf->type(f->type).size_or_type);
    return proto.size_or_type == 0 ? "return;" : "return 0;";
  }
  const facts::ReturnRule& rule = facts::return_rule(s.question.type(), s.question.attach_type());
  if (s.question.type() == facts::ProgType::xdp) return "return XDP_PASS;";
  if (rule.answer == facts::Answer::range)
    return fmt::format("return {};", rule.max == 1 ? 1 : std::max<int64_t>(rule.min, 0));
  return "return 0;";
}

// The source line before `line`, where any instruction came from it.
std::string_view line_above(const Scene& s, const LineInfo& line) {
  for (const LineInfo& l : s.prog().lines)
    if (l.line + 1 == line.line && l.file == line.file) return trimmed(l.text);
  return {};
}

bool begins_statement(const Scene& s, const LineInfo& line) {
  const std::string_view text = trimmed(line.text), above = line_above(s, line);
  if (text.empty() || text[0] == '}' || text[0] == '{' || text[0] == '.' || text[0] == '&' || text[0] == '|' ||
      text.starts_with("else") || text.starts_with("case ") || text.starts_with("for ") || text.starts_with("for(") ||
      text.starts_with("while"))
    return false;
  if (above.empty()) return true;
  const bool control =
      above.starts_with("if") || above.starts_with("else") || above.starts_with("for") || above.starts_with("while");
  return above.ends_with(';') || above.ends_with('{') || above.ends_with('}') || above.ends_with("*/") ||
         (!control && above.ends_with(':'));
}

// Says the statement, and makes the patch where the line allows.
void put_before(const Scene& s, Explanation& e, const LineInfo* line, const std::string& statement) {
  e.suggestion = statement;
  if (line == nullptr) return;
  e.before_line = line->line;
  if (line->text.empty() || !begins_statement(s, *line)) return;
  e.fix = Fix{line->file, line->line, line->text, std::string(indentation(line->text)) + statement + "\n" + line->text};
}

// The newest line on the path, after `from`, that is nothing but a return.
const LineInfo* returning_line(const Scene& s, std::size_t from) {
  for (std::size_t i = s.log.size(); i-- > from;)
    if (const LineInfo* l = s.line(s.log[i].insn); l != nullptr && trimmed(l->text).starts_with("return")) return l;
  return nullptr;
}

// The newest line on the path, after `from`, that is one plain statement.
const LineInfo* statement_line(const Scene& s, std::size_t from) {
  for (std::size_t i = s.log.size(); i-- > from;) {
    const LineInfo* l = s.line(s.log[i].insn);
    if (l == nullptr || !trimmed(l->text).ends_with(';') || !begins_statement(s, *l)) continue;
    if (!has_word(l->text, "if") && !has_word(l->text, "return") && !has_word(l->text, "goto")) return l;
  }
  return nullptr;
}

// ---- one function a rejection -------------------------------------------------------------------------------------

void maybe_null(const Scene& s, Explanation& e) {
  const auto r = s.reg();
  if (!r) return;
  std::string name, from;
  for (const Ancestor& a : s.lineage_of(*r)) {
    if (a.how != Ancestor::How::returned && a.how != Ancestor::How::read) continue;
    const uint32_t made = s.log[a.point].insn;
    name = assigned_name(s.source(made));
    from = a.how == Ancestor::How::returned ? s.callee(made) : "";
  }
  if (name.empty()) name = dereferenced_name(s.source());
  if (name.empty()) return;
  e.cause = name + " may be null here" + (from.empty() ? "" : ": " + from + "() answers null where it finds nothing");
  put_before(s, e, s.line(), fmt::format("if (!{}) {}", name, leave(s)));
}

// The variable that holds a field of the context, and whether it is a plain pointer.
struct Named {
  std::string name;
  bool plain = false;
};
Named context_variable(const Scene& s, std::string_view field) {
  for (const LineInfo& l : s.prog().lines) {
    if (const std::string name = name_of_member(l.text, field); !name.empty())
      return {name, l.text.find("void *") != l.text.npos};
  }
  return {};
}

// The newest comparison of a packet pointer with the packet's end on the path.
std::optional<uint32_t> comparison_with_end(const Scene& s) {
  for (std::size_t i = s.point(); i-- > 0;) {
    const isa::Insn& insn = s.prog().insns[s.log[i].insn];
    const isa::Row& row = isa::row(isa::decode(insn));
    if (row.shape != isa::Shape::branch || row.source != isa::Source::reg) continue;
    if (isa::cmp_of(row) == isa::Cmp::jeq || isa::cmp_of(row) == isa::Cmp::jne) continue;
    const Reg &a = s.log.before(i, insn.dst()), &b = s.log.before(i, insn.src());
    if ((a.is_packet() && b.is(RegKind::packet_end)) || (b.is_packet() && a.is(RegKind::packet_end)))
      return s.log[i].insn;
  }
  return {};
}

void packet_bounds(const Scene& s, Explanation& e) {
  const auto r = s.reg();
  if (!r) return;
  const Reg& p = s.held(*r);
  const auto compared = comparison_with_end(s);
  if (const LineInfo* line = compared ? s.line(*compared) : nullptr; line != nullptr && p.id == 0 && p.extra <= 0) {
    e.cause = fmt::format("the comparison in line {} leads here where the packet is too short", line->line);
    e.path.insert(e.path.end(), {*compared, "goes on where the packet is too short"});
    e.suggestion = fmt::format("turn the comparison in line {} round", line->line);
    return;
  }
  const auto needs = s.number("off") + s.number("size");
  if (p.extra <= 0)
    e.cause = fmt::format("nothing has shown that the packet reaches byte {}", needs);
  else
    e.cause = fmt::format("the packet may end before byte {}; {} bytes of it are known to be there", needs, p.extra);
  Named end = context_variable(s, "data_end");
  if (end.name.empty()) return;
  const std::string to = end.plain ? end.name : "(void *)" + end.name;
  if (const std::string through = dereferenced_name(s.source()); !through.empty() && through != end.name)
    return put_before(s, e, s.line(), fmt::format("if ((void *)({} + 1) > {}) {}", through, to, leave(s)));
  if (p.id != 0) return;
  const Named data = context_variable(s, "data");
  if (data.name.empty()) return;
  put_before(s, e, s.line(),
             fmt::format("if ({}{} + {} > {}) {}", data.plain ? "" : "(void *)", data.name, needs, to, leave(s)));
}

// Where what lies `fixed` bytes behind the beginning ends: the variable there, or the region; 0 where that is not
// known.
int64_t end_of(const Scene& s, const Reg& p, int64_t fixed) {
  if (p.is(RegKind::mem)) return p.object;
  if (!p.is(RegKind::map_value) || p.object >= s.question.module.maps.size()) return 0;
  const module::MapDef& map = s.question.module.maps[p.object];
  for (const module::Variable& v : map.variables)
    if (fixed >= v.offset && fixed < int64_t{v.offset} + v.size) return int64_t{v.offset} + v.size;
  return map.value_size;
}

// How many elements fit between the access and that end: 0 where that cannot be told.
uint64_t elements(const Scene& s, const Reg& p, int64_t fixed, uint64_t size, const Index& index) {
  const int64_t left = end_of(s, p, fixed) - fixed;
  if (left < static_cast<int64_t>(size)) return 0;
  return (static_cast<uint64_t>(left) - size) / index.scale + 1;
}

// What C says of the variable; the verifier sees 64 bits that may be anything.
bool is_unsigned(const Scene& s, std::string_view variable) {
  return std::ranges::any_of(s.prog().lines, [&](const LineInfo& l) { return declares_unsigned(l.text, variable); });
}

void bound_index(const Scene& s, Explanation& e, const Index& index, uint64_t count) {
  if (index.name.empty() || count == 0) return;
  const std::string negative = index.may_be_negative && !is_unsigned(s, index.name) ? index.name + " < 0 || " : "";
  put_before(s, e, s.line(), fmt::format("if ({}{} >= {}) {}", negative, index.name, count, leave(s)));
}

// A map value or other memory, at a place that a number decides.
void outside(const Scene& s, Explanation& e) {
  const auto r = s.reg();
  const auto index = r ? index_behind(s, *r) : std::nullopt;
  if (!index) return;
  const Reg& p = s.held(*r);
  const isa::Row& row = isa::row(isa::decode(s.insn()));
  const bool direct =
      row.shape == isa::Shape::load || row.shape == isa::Shape::store || row.shape == isa::Shape::atomic;
  const uint64_t size = direct ? row.bits / 8U : index->scale;
  const int64_t fixed = p.off + (direct ? s.insn().off : 0);
  const uint64_t count = elements(s, p, fixed, size, *index);
  if (!index->name.empty() && count != 0)
    e.cause = fmt::format("{} may be too large here: only {} elements are there", index->name, count) +
              (index->may_be_negative && !is_unsigned(s, index->name) ? ", and it may be negative" : "");
  bound_index(s, e, *index, count);
}

// The same where the pointer is moved, before anything is accessed.
void moved(const Scene& s, Explanation& e) {
  const isa::Insn& i = s.insn();
  if (isa::row(isa::decode(i)).source != isa::Source::reg) return;
  const unsigned pointer = s.held(i.dst()).is_pointer() ? i.dst() : i.src();
  const unsigned amount = pointer == i.dst() ? i.src() : i.dst();
  Index index = index_of(s, s.point(), amount);
  index.may_be_negative = true;
  const Reg& p = s.held(pointer);
  if (!index.name.empty())
    e.cause = fmt::format("{} has no bounds here, and a pointer is moved by it: it may be {}", index.name,
                          plain_number(s.held(amount).var));
  bound_index(s, e, index, elements(s, p, p.off, index.scale, index));
}

void size_argument(const Scene& s, Explanation& e) {
  const auto r = s.reg();
  if (!r || *r < 2 || *r > 5) return;
  const auto arguments = arguments_of(s.source(), s.callee(s.rejection.insn));
  if (arguments.size() < *r || !is_name(arguments[*r - 1])) return;
  const std::string &size = arguments[*r - 1], &memory = arguments[*r - 2];
  const Reg& p = s.held(*r - 1);
  std::string most;
  if (const int64_t end = end_of(s, p, p.off); end > p.off && p.off >= 0 && p.var.is_constant())
    most = std::to_string(end - p.off);
  else if (p.is(RegKind::stack) && memory.starts_with('&') && is_name(std::string_view(memory).substr(1)))
    most = "sizeof(" + memory.substr(1) + ")";
  else if (p.is(RegKind::stack) && is_name(memory))
    most = "sizeof(" + memory + ")";
  if (most.empty()) return;
  // An int that was read with 32 bits is no negative number to the verifier, but to C it is, and it is C that compares:
  // with sizeof as what is unsigned, which a compiler does narrowly where it can, and then widens what it let pass.
  const Scalar& held = s.held(*r).var;
  const bool maybe_signed = !is_unsigned(s, size) && (held.smin < 0 || held.umax > INT32_MAX);
  e.cause = fmt::format("{} may be {} here, and it is how much {}() takes", size,
                        !maybe_signed   ? "too large"
                        : held.smin < 0 ? "negative"
                                        : "negative or too large",
                        s.callee(s.rejection.insn));
  if (maybe_signed && most.starts_with("sizeof")) most = "(int)" + most;
  put_before(s, e, s.line(),
             fmt::format("if ({}{} > {}) {}", maybe_signed ? size + " < 0 || " : "", size, most, leave(s)));
}

struct Pair {
  std::string_view acquires, releases;
};
constexpr Pair pairs[] = {
    {"bpf_ringbuf_reserve", "bpf_ringbuf_discard({}, 0);"},
    {"bpf_sk_lookup_tcp", "bpf_sk_release({});"},
    {"bpf_sk_lookup_udp", "bpf_sk_release({});"},
    {"bpf_skc_lookup_tcp", "bpf_sk_release({});"},
    {"bpf_task_acquire", "bpf_task_release({});"},
    {"bpf_task_from_pid", "bpf_task_release({});"},
    {"bpf_task_from_vpid", "bpf_task_release({});"},
    {"bpf_cgroup_acquire", "bpf_cgroup_release({});"},
    {"bpf_cgroup_from_id", "bpf_cgroup_release({});"},
    {"bpf_cgroup_ancestor", "bpf_cgroup_release({});"},
    {"bpf_cpumask_create", "bpf_cpumask_release({});"},
    {"bpf_cpumask_acquire", "bpf_cpumask_release({});"},
    {"bpf_obj_new_impl", "bpf_obj_drop({});"},
};

// Whether the program calls anything that releases.
bool gives_something_back(const Scene& s) {
  for (uint32_t at = 0; at < s.prog().insns.size(); ++at) {
    const std::string callee = s.callee(at);
    if (callee.ends_with("_release") || callee.ends_with("_submit") || callee.ends_with("_discard") ||
        callee.ends_with("_drop"))
      return true;
  }
  return false;
}

void unreleased(const Scene& s, Explanation& e) {
  const auto made = static_cast<uint32_t>(s.number("insn"));
  const std::string name = assigned_name(s.source(made)), by = s.callee(made);
  std::size_t from = s.log.size();
  while (from > 0 && s.log[from - 1].insn != made) --from;
  e.path.push_back({made, by.empty() ? "acquired here" : by + "() acquires it"});
  if (!name.empty())
    e.cause = fmt::format("{} is not given back on this path", name) + (by.empty() ? "" : ": " + by + "() acquired it");
  const auto* pair = std::ranges::find(pairs, std::string_view(by), &Pair::acquires);
  if (pair == std::end(pairs) || name.empty()) return;
  e.suggestion = fmt::format("if ({}) {}", name, fmt::format(fmt::runtime(pair->releases), name));
  if (gives_something_back(s)) return;  // on another path, which must not do it twice
  if (const LineInfo* line = returning_line(s, from); line != nullptr && dereferenced_name(line->text) == name) {
    e.suggestion += fmt::format("   after line {} has taken what it needs of {}", line->line, name);
    return;
  } else if (line != nullptr) {
    return put_before(s, e, line, e.suggestion);
  }
  if (const LineInfo* line = statement_line(s, from)) {
    e.suggestion += " after line " + std::to_string(line->line);
    e.fix = Fix{line->file, line->line, line->text,
                fmt::format("{}\n{}if ({}) {}", line->text, indentation(line->text), name,
                            fmt::format(fmt::runtime(pair->releases), name))};
  }
}

void returns_outside(const Scene& s, Explanation& e) {
  const int64_t least = s.number("least"), most = s.number("most");
  if (const auto answer = s.reg())
    e.cause =
        fmt::format("the program answers {}; {} to {} is allowed", plain_number(s.held(*answer).var), least, most);
  const std::string value = std::to_string(most == 1 ? 1 : std::clamp<int64_t>(0, least, most));
  e.suggestion = fmt::format("return {}", value);
  const LineInfo* line = returning_line(s, 0);
  const auto r = s.reg();
  if (line == nullptr || !r) return;
  const std::string_view text = line->text;
  const std::size_t at = text.find("return"), end = text.find(';', at);
  if (end == text.npos) return;
  // The line is the right one where it says the number that came, or where the number is not known.
  const Reg& came = s.held(*r);
  const std::string_view says = trimmed(text.substr(at + 6, end - at - 6));
  if (came.is_constant() && says != std::to_string(static_cast<int64_t>(came.constant())) &&
      says != std::to_string(static_cast<int32_t>(came.constant())))
    return;
  e.before_line = 0;
  e.fix = Fix{line->file, line->line, line->text,
              std::string(text.substr(0, at)) + "return " + value + std::string(text.substr(end))};
}

void needs_gpl(const Scene& s, Explanation& e) {
  const std::string& licence = s.question.module.license;
  if (licence.empty() || s.prog().lines.empty()) return;
  e.fix = Fix{s.prog().lines.front().file, 0, "\"" + licence + "\"", "\"GPL\""};
}

void not_initialised(const Scene& s, Explanation& e) {
  const auto r = s.reg();
  if (!r) return;
  const isa::Row& row = isa::row(isa::decode(s.insn()));
  if (*r == 0 && row.shape == isa::Shape::exit) {
    e.cause = "the program ends without a return value";
    e.suggestion = "return a value on every path";
    return;
  }
  for (const Ancestor& a : s.lineage_of(*r))
    if (a.how == Ancestor::How::forgotten)
      e.suggestion =
          fmt::format("keep the value in r6 to r9 over the call of {}()",
                      s.callee(s.log[a.point].insn).empty() ? "the function" : s.callee(s.log[a.point].insn));
}

// The call, after which a pointer that was kept is none any more: the packet has moved, or the object was given away.
std::optional<std::size_t> invalidated(const Scene& s, unsigned r) {
  for (std::size_t i = s.point(); i-- > 0;) {
    if (s.log[i].frame != s.log[s.point()].frame) continue;
    const isa::Insn& insn = s.prog().insns[s.log[i].insn];
    const bool call = isa::row(isa::decode(insn)).shape == isa::Shape::call;
    if (s.log.before(i, r).is_pointer()) return call ? std::optional(i) : std::nullopt;
    if (!call && insn.dst() == r && isa::row(isa::decode(insn)).dst.use != isa::Use::rd) return {};
  }
  return {};
}

void not_memory(const Scene& s, Explanation& e) {
  const auto r = s.reg();
  if (!r || !s.held(*r).is_scalar()) return;
  if (const auto call = invalidated(s, *r)) {
    const std::string by = s.callee(s.log[*call].insn), name = dereferenced_name(s.source());
    const std::string what = name.empty() ? fmt::format("r{}", *r) : name;
    const bool packet = s.log.before(*call, *r).is_packet();
    e.path.insert(e.path.end(), {s.log[*call].insn, packet ? by + "() may move the packet" : by + "() takes it"});
    e.held.clear();
    e.cause = packet ? fmt::format("{} points to where the packet was before {}()", what, by)
                     : fmt::format("{} was given away by {}() and may not be used any more", what, by);
    e.suggestion = packet ? fmt::format("read data and data_end again after {}(), and compare them again", by)
                          : fmt::format("use it before {}()", by);
    return;
  }
  e.cause = fmt::format("r{} is a number here, and no address that may be used directly", *r);
  e.suggestion = "memory of the kernel is read with bpf_probe_read_kernel(), or through types: BPF_CORE_READ()";
}

void no_context_field(const Scene& s, Explanation& e) { e.cause = "the context: " + s.words("why"); }

// An instruction that needs what the target's types lack was made a call of no helper when the object was opened.
void no_such_helper(const Scene& s, Explanation& e) {
  for (const module::Poisoned& p : s.prog().poisoned) {
    if (p.insn != s.rejection.insn) continue;
    e.cause = p.spec + " is not there: " + p.missing;
    e.suggestion = "ask bpf_core_field_exists() or bpf_core_type_exists() first, or verify for other types: --btf FILE";
    e.held.clear();
  }
}

// Compilers make these of function pointers; Linux has no operation for it.
void unknown_opcode(const Scene& s, Explanation& e) {
  constexpr uint8_t call_register = 0x8d;
  if (s.insn().code != call_register) return;
  e.cause = "it calls a function through a register; eBPF calls functions by name only";
  e.suggestion =
      "compile with -O2, which calls by name what it knows; what it cannot know, write as if (…) f(); else g();";
}

struct Advice {
  const Diagnostic* row;
  void (*give)(const Scene&, Explanation&);
};
const Advice advices[] = {
    {&MaybeNull::row, maybe_null},
    {&MovesMaybeNull::row, maybe_null},
    {&OutsidePacket::row, packet_bounds},
    {&OutsideMapValue::row, outside},
    {&OutsideMemory::row, outside},
    {&MayBeNegative::row, outside},
    {&Unbounded::row, outside},
    {&UnboundedBelow::row, moved},
    {&MovedOutside::row, moved},
    {&SizeNegative::row, size_argument},
    {&SizeUnbounded::row, size_argument},
    {&Unreleased::row, unreleased},
    {&ReturnsOutside::row, returns_outside},
    {&NeedsGpl::row, needs_gpl},
    {&NotInitialised::row, not_initialised},
    {&NotMemory::row, not_memory},
    {&NoContextField::row, no_context_field},
    {&NoSuchHelper::row, no_such_helper},
};

}  // namespace

void advise(const Scene& scene, Explanation& e) {
  for (const Advice& a : advices)
    if (a.row == &scene.rejection.error.row()) return a.give(scene, e);
}

void advise_unwalked(const Scene& scene, Explanation& e) {
  if (&scene.rejection.error.row() == &UnknownOpcode::row) unknown_opcode(scene, e);
}

}  // namespace skep::verify
