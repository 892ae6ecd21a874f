// SPDX-License-Identifier: Apache-2.0
#include "verify/replacement.hpp"

#include <algorithm>

#include "btf/bits.hpp"
#include "verify/functions.hpp"
#include "verify/kfuncs.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {
namespace {

using btf::Kind;

// Two functions of one BTF, argument by argument. Names of arguments and what only qualifies a type do not matter.
class Match {
 public:
  Match(const btf::Btf& types, btf::TypeId own, btf::TypeId replaced)
      : types_(types), own_(types.type(own)), replaced_(types.type(replaced)) {}

  Result<void> check() const {
    for (const btf::Type& f : {own_, replaced_})
      if (types_.linkage_of(f) != btf::Linkage::global) return fail(NotGlobal{.function = std::string(f.name)});
    const btf::Type mine = types_.type(own_.size_or_type), theirs = types_.type(replaced_.size_or_type);
    if (mine.vlen != theirs.vlen)
      return fail(
          OtherArgCount{.own = name(own_), .count = mine.vlen, .function = name(replaced_), .wanted = theirs.vlen});
    const btf::TypeId answer = mine.size_or_type, wanted = theirs.size_or_type;
    if (!alike(answer, wanted))
      return fail(OtherAnswer{.kind = kernel_kind(types_, answer),
                              .own = name(own_),
                              .wanted = kernel_kind(types_, wanted),
                              .function = name(replaced_)});
    for (uint32_t i = 0; i < mine.vlen; ++i)
      TRY_VOID(argument(i, types_.param(mine, i).type, types_.param(theirs, i).type));
    return {};
  }

 private:
  static std::string name(const btf::Type& f) { return std::string(f.name); }
  // Of one kind, and with as many members or values.
  bool alike(btf::TypeId a, btf::TypeId b) const {
    const btf::Type x = types_.resolve(a), y = types_.resolve(b);
    return x.kind == y.kind && x.vlen == y.vlen && x.kind_flag == y.kind_flag;
  }

  Result<void> argument(uint32_t arg, btf::TypeId mine, btf::TypeId theirs) const {
    if (!alike(mine, theirs))
      return fail(OtherArgKind{.arg = arg,
                               .own = name(own_),
                               .kind = kernel_kind(types_, mine),
                               .function = name(replaced_),
                               .wanted = kernel_kind(types_, theirs)});
    const btf::Type t = types_.resolve(mine);
    const auto size = types_.size_of(mine), wanted = types_.size_of(theirs);
    if (size != wanted)
      return fail(OtherArgSize{.arg = arg,
                               .own = name(own_),
                               .size = size.value_or(0),
                               .function = name(replaced_),
                               .wanted = wanted.value_or(0)});
    if (btf::is_number(t)) return {};
    if (t.kind != Kind::ptr) return fail(ArgNotReplaceable{.arg = arg, .own = name(own_)});
    const btf::Type to = types_.resolve(t.size_or_type);
    const btf::Type wanted_to = types_.resolve(types_.resolve(theirs).size_or_type);
    if (!btf::is_record(to)) return fail(ArgNotContext{.arg = arg, .own = name(own_)});
    if (to.name == wanted_to.name && btf::is_record(wanted_to)) return {};
    return fail(OtherArgStruct{.arg = arg,
                               .own = name(own_),
                               .type = std::string(to.name),
                               .function = name(replaced_),
                               .wanted = std::string(wanted_to.name)});
  }

  const btf::Btf& types_;
  btf::Type own_, replaced_;
};

// Whether the program itself is declared as what it is called as: with its context. Of what replaces others Linux
// knows.
bool is_entry(const btf::Btf& types, const module::ProgDef& program) {
  const btf::Type proto = types.type(types.type(program.subprogs[0].type).size_or_type);
  if (program.type == facts::ProgType::ext) return true;
  if (proto.vlen != 1) return false;
  const btf::Type t = types.resolve(types.param(proto, 0).type);
  return t.kind == Kind::ptr && is_context(types, t.size_or_type, program.type);
}

bool moves_packet(const Question& q, const module::ProgDef& program, btf::TypeId function) {
  const Question of{.module = q.module, .prog = program, .target = q.target, .kernel_types = q.kernel_types};
  Kfuncs kfuncs(of);
  const auto flow = analyse({.module = q.module, .prog = program, .target = q.target, .kfunc = [&](uint32_t insn) {
                               return kfuncs.callee(insn);
                             }});
  if (!flow) return false;
  const auto known = std::ranges::find(flow->subprogs, function, &Subprogram::type);
  return known != flow->subprogs.end() && known->moves_packet;
}

}  // namespace

Result<void> check_replacement(const Question& q, const Flow& flow) {
  const auto to = module::attached_program(q.module, q.prog);
  if (!to) return fail(ReplacedElsewhere{.function = q.prog.attach_to});
  const btf::TypeId own = flow.subprogs[0].type;
  if (own == 0) return fail(ReplacementUntyped{.program = q.prog.name});
  const module::ProgDef& program = q.module.progs[to->prog];
  if (program.subprogs.empty() || program.subprogs[0].type == 0) return fail(ReplacedUntyped{.program = program.name});
  const auto known = std::ranges::find(program.subprogs, to->function, &module::Subprog::type);
  if (to->function == 0 || known == program.subprogs.end())
    return fail(ReplacesNothing{.function = to->name, .program = program.name});
  if (to->function == program.subprogs[0].type && !is_entry(*q.module.btf, program))
    return fail(ReplacesOddEntry{.program = program.name});
  if (flow.subprogs[0].moves_packet && !moves_packet(q, program, to->function))
    return fail(MovesPacket{.function = to->name});
  if (program.type == facts::ProgType::ext) return fail(ReplacesReplacement{.program = program.name});
  using enum facts::AttachType;
  const bool traces = program.attach_type == trace_fentry || program.attach_type == trace_fexit;
  if (program.type == facts::ProgType::tracing && traces) return fail(ReplacesTracing{.program = program.name});
  return Match(*q.module.btf, own, to->function).check();
}

}  // namespace skep::verify
