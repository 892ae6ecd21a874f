// SPDX-License-Identifier: Apache-2.0
#include "verify/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "verify/object_errors.hpp"
#include "verify/plain_words.hpp"
#include "verify/profile.hpp"
#include "verify/rejections.hpp"
#include "verify/scene.hpp"
#include "verify/source_words.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {

std::optional<unsigned> Scene::reg() const {
  const std::string r = words("r");
  if (r.size() < 2 || r[0] != 'r') return {};
  return static_cast<unsigned>(std::atoi(r.c_str() + 1));
}

int64_t Scene::number(std::string_view field) const {
  for (const Field& f : rejection.error.fields())
    if (const auto* n = std::get_if<int64_t>(&f.value); f.name == field && n != nullptr) return *n;
  return 0;
}

std::string Scene::words(std::string_view field) const {
  for (const Field& f : rejection.error.fields())
    if (const auto* s = std::get_if<std::string>(&f.value); f.name == field && s != nullptr) return *s;
  return {};
}

const module::LineInfo* Scene::line(uint32_t insn) const {
  const module::LineInfo* l = module::source_line(prog(), insn);
  return l == nullptr || l->line == 0 ? nullptr : l;
}

std::string_view Scene::source(uint32_t insn) const {
  const module::LineInfo* l = line(insn);
  return l == nullptr ? std::string_view() : l->text;
}

std::string Scene::callee(uint32_t at) const {
  const isa::Insn& i = prog().insns[at];
  for (const module::Extern& e : prog().externs)
    if (e.insn == at) return e.name;
  if (isa::row(isa::decode(i)).shape != isa::Shape::call) return {};
  if (i.src() == 0) {
    const auto* helper = question.target.helper(static_cast<uint64_t>(i.imm));
    return helper == nullptr ? "" : "bpf_" + std::string(helper->name);
  }
  const auto* f = module::subprog_at(prog(), static_cast<uint32_t>(int64_t{at} + 1 + i.imm));
  return i.src() == 1 && f != nullptr ? f->name : "";
}

std::optional<Index> index_behind(const Scene& scene, unsigned pointer) {
  for (const Ancestor& a : scene.lineage_of(pointer))
    if (a.how == Ancestor::How::moved && a.amount && !scene.log.before(a.point, *a.amount).is_constant())
      return index_of(scene, a.point, *a.amount);
  return {};
}

// Back from the address: << and * by constants make a distance of an index; a shift to the left and one to the right
// behind it extend a sign, and what both leave over is a part of the scale. Anything else is the index's own business.
Index index_of(const Scene& scene, std::size_t point, unsigned amount) {
  Index index{.name = index_of(scene.source()), .point = point, .reg = amount};
  index.may_be_negative = scene.log.before(point, amount).var.smin < 0;
  int right = 0;  // the shift to the right that waits for its other half
  for (const Ancestor& a : lineage(scene.prog(), scene.log, point, amount)) {
    const isa::Insn& i = scene.prog().insns[scene.log[a.point].insn];
    const isa::Row& row = isa::row(isa::decode(i));
    if (a.how != Ancestor::How::computed) {
      if (index.name.empty()) index.name = assigned_name(scene.source(scene.log[a.point].insn));
      break;
    }
    if (!row.unary && isa::alu_of(row) == isa::Alu::mov) continue;
    if (row.unary || row.source != isa::Source::imm || i.imm < 0 || i.imm > 63) break;
    const isa::Alu op = isa::alu_of(row);
    if (op == isa::Alu::mul) {
      index.scale *= static_cast<uint64_t>(std::max(i.imm, 1));
    } else if (op == isa::Alu::lsh) {
      if (i.imm >= right) index.scale <<= i.imm - right;
      right = 0;
    } else if ((op == isa::Alu::arsh || op == isa::Alu::rsh) && right == 0) {
      right = i.imm;
      continue;
    } else {
      break;
    }
    index.may_be_negative |= scene.log.before(a.point, a.reg).var.smin < 0;
  }
  if (index.scale == 0 || index.scale > UINT32_MAX) index.scale = 1;
  return index;
}

namespace {

using How = Ancestor::How;

constexpr std::size_t most_remarks = 6;

std::string quoted(const std::string& name) { return name + "()"; }

// What an ancestor has to say; empty where it is of no interest.
std::string remark(const Scene& s, const Ancestor& a) {
  const uint32_t at = s.log[a.point].insn;
  const bool last = a.point == s.point();
  const Reg& before = s.log.before(a.point, a.reg);
  const Reg& after = last ? before : s.log.before(a.point + 1, a.reg);
  switch (a.how) {
    case How::returned: {
      const std::string name = s.callee(at);
      const std::string who = name.empty() ? "the call" : quoted(name);
      if (after.maybe_null()) return who + " may answer null";
      return who + " answers " + plain_text(after, s.question.module);
    }
    case How::read: return "read here: " + plain_text(after, s.question.module);
    case How::set: return after.is_scalar() ? "set here: " + plain_number(after.var) : "set here";
    case How::given: return fmt::format("r{} as the program begins: {}", a.reg, plain_text(before, s.question.module));
    case How::narrowed:
      if (!after.is_scalar()) return before.maybe_null() && !after.maybe_null() ? "tested: it is not null" : "";
      return "known from here on: " + plain_number(after.var);
    case How::computed: {
      const bool was_bounded = before.is_scalar() && plain_number(before.var).find("any") == std::string::npos;
      const bool is_bounded = plain_number(after.var).find("any") == std::string::npos;
      if (was_bounded && !is_bounded) return "its bounds are lost here: " + plain_number(after.var);
      return "";
    }
    case How::moved:
      if (!a.amount) return "";
      return "moved by " + plain_text(s.log.before(a.point, *a.amount), s.question.module);
    case How::forgotten: return "this call leaves nothing in r1 to r5";
    case How::unwritten: return "";
  }
  return "";
}

bool is_about_bounds(const Diagnostic& row) {
  for (std::string_view slug : {"may-be-negative", "outside-map-value", "outside-map-key", "outside-memory",
                                "unbounded", "stack-unbounded", "may-be-outside-stack", "packet-bounds"})
    if (row.slug == slug) return true;
  return false;
}

std::vector<Remark> way_to(const Scene& s, unsigned r) {
  std::vector<Ancestor> ancestors = s.lineage_of(r);
  // Where the distance is what is wrong, its history is of interest, not the pointer's.
  if (is_about_bounds(s.rejection.error.row()))
    if (const auto index = index_behind(s, r)) {
      ancestors = lineage(s.prog(), s.log, index->point, index->reg);
      ancestors.insert(ancestors.begin(), {How::moved, index->point, r, index->reg});
    }
  std::vector<Remark> remarks;
  for (const Ancestor& a : ancestors) {
    std::string text = remark(s, a);
    if (text.empty()) continue;
    const uint32_t insn = s.log[a.point].insn;
    if (!remarks.empty() && remarks.back().text == text) continue;
    remarks.push_back({insn, std::move(text)});
  }
  if (remarks.size() > most_remarks)
    remarks.erase(remarks.begin() + most_remarks - 1, remarks.end() - 1);  // the newest, and the origin
  std::ranges::reverse(remarks);
  return remarks;
}

}  // namespace

// The fields that call registers as Linux's log does; null: of every row.
static constexpr struct {
  const Diagnostic* row;
  std::string_view field;
} kinds_of_registers[] = {
    {nullptr, "kind"},
    {nullptr, "pointer"},
    {&ArgumentType::row, "type"},
    {&ArgumentType::row, "expected"},
    {&KptrStored::row, "type"},
    {&KptrStored::row, "expected"},
    {&DifferentPointers::row, "first"},
    {&DifferentPointers::row, "now"},
};

Error in_plain_words(const Error& error) {
  std::vector<Field> fields = error.fields();
  for (Field& f : fields)
    for (const auto& k : kinds_of_registers)
      if (auto* text = std::get_if<std::string>(&f.value);
          text != nullptr && f.name == k.field && (k.row == nullptr || k.row == &error.row()))
        *text = plain_kinds(*text);
  return Error(std::make_unique<Error::Body>(Error::Body{&error.row(), std::move(fields), {}, {}}));
}

// A program that is too large has no path that is wrong: where the effort went is what helps.
static Explanation too_large(const Question& question, const Rejection& rejection) {
  constexpr std::size_t most_lines = 6;
  const Profile effort = profile(question);
  Explanation e{.category = std::string(category_of(rejection.error.row())),
                .cause = rejection.error.message(),
                .path = {},
                .held = {},
                .suggestion = rejection.error.hint()};
  for (const Hot& line : std::span(effort.lines).first(std::min(effort.lines.size(), most_lines)))
    e.path.push_back(
        {line.insn, fmt::format("{} % of the instructions walked", line.processed * 100 / effort.processed)});
  e.path.push_back({rejection.insn, "refused"});
  return e;
}

Explanation explain(const Question& question, const Rejection& rejection) {
  if (&rejection.error.row() == &TooComplex::row) return too_large(question, rejection);
  PathLog log;
  verify(question, log);
  const Scene scene{question, rejection, log};
  const Diagnostic& row = rejection.error.row();
  Explanation e{.category = std::string(category_of(row)),
                .cause = in_plain_words(rejection.error).message(),
                .path = {},
                .held = {},
                .suggestion = rejection.error.hint()};
  const bool here = scene.walked() && log[scene.point()].insn == rejection.insn;
  if (here) {
    if (const auto r = scene.reg(); r && *r < 11) {
      e.path = way_to(scene, *r);
      if (scene.held(*r).kind != RegKind::not_init)
        e.held = fmt::format("r{}: {}", *r, plain_text(scene.held(*r), question.module));
    }
    advise(scene, e);
  } else if (!scene.walked()) {
    advise_unwalked(scene, e);
  }
  e.path.push_back({rejection.insn, "refused"});
  return e;
}

}  // namespace skep::verify
