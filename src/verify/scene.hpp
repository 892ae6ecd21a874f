// SPDX-License-Identifier: Apache-2.0
// A rejection with everything that an explanation asks about it. Private to explanations.
#pragma once

#include "verify/explain.hpp"
#include "verify/lineage.hpp"
#include "verify/path_log.hpp"

namespace skep::verify {

struct Scene {
  const Question& question;
  const Rejection& rejection;
  const PathLog& log;

  const module::ProgDef& prog() const { return question.prog; }
  bool walked() const { return log.size() != 0; }
  std::size_t point() const { return log.size() - 1; }
  const isa::Insn& insn() const { return prog().insns[rejection.insn]; }
  const Reg& held(unsigned r) const { return log.before(point(), r); }

  // Fields of the diagnostic.
  std::optional<unsigned> reg() const;  // that it is about
  int64_t number(std::string_view field) const;
  std::string words(std::string_view field) const;

  const module::LineInfo* line(uint32_t insn) const;
  const module::LineInfo* line() const { return line(rejection.insn); }
  std::string_view source(uint32_t insn) const;  // the text of the line
  std::string_view source() const { return source(rejection.insn); }

  // "bpf_map_lookup_elem" of a call; empty where the instruction calls nothing that has a name.
  std::string callee(uint32_t insn) const;

  std::vector<Ancestor> lineage_of(unsigned r) const { return lineage(prog(), log, point(), r); }
};

// The number that moves a pointer by a distance that is not known, as it is in C.
struct Index {
  std::string name;   // empty where the source does not tell
  std::size_t point;  // where it was added
  unsigned reg;
  uint64_t scale = 1;  // bytes an element
  bool may_be_negative = false;
};
std::optional<Index> index_behind(const Scene& scene, unsigned pointer);
Index index_of(const Scene& scene, std::size_t point, unsigned amount);  // that a pointer is moved by at this point

// What would be right: fills in suggestion and fix, and says the cause in words of the source where it can.
void advise(const Scene& scene, Explanation& e);
void advise_unwalked(const Scene& scene, Explanation& e);  // where nothing was walked, so there is no path

}  // namespace skep::verify
