// SPDX-License-Identifier: Apache-2.0
#include "object/code.hpp"

#include <algorithm>

#include "isa/op.hpp"
#include "object/errors.hpp"
#include "object/handlers.hpp"

namespace skep::object {
namespace {

using isa::Insn;

// Calls differ from one another in src, and so do 64-bit immediates (RFC 9669 sections 4.3 and 5.4).
void become(Insn& i, isa::Op op) { i.set_src(isa::encode(op).src()); }

std::string section_place(const Object& object, uint32_t section) {
  return "section '" + std::string(object.sections()[section].name) + "'";
}

std::string function_place(const Object& object, const Function& f) {
  return section_place(object, f.section) + ": function '" + std::string(f.name) + "'";
}

std::vector<Insn> insns_of(const Object& object, const Function& f) {
  std::vector<Insn> out(f.end - f.begin);
  std::memcpy(out.data(), object.sections()[f.section].data.data() + std::size_t{f.begin} * 8, out.size() * 8);
  return out;
}

}  // namespace

// ---- functions --------------------------------------------------------------------------------------------------

const Function* Code::function_at(uint32_t section, uint64_t insn) const {
  auto at = functions_.find(std::pair(section, insn));
  return at == functions_.end() ? nullptr : &at->second;
}

static Result<Function> function_of(const Symbol& s) {
  if (s.value % 8 != 0 || s.size % 8 != 0) return fail(UnevenFunction{.begin = s.value, .size = s.size});
  return Function{.name = s.name,
                  .section = s.section,
                  .begin = static_cast<uint32_t>(s.value / 8),
                  .end = static_cast<uint32_t>((s.value + s.size) / 8),
                  .binding = s.binding,
                  .is_hidden = s.is_hidden()};
}

Result<Code> Code::read(const Object& object) {
  Code out;
  for (const Symbol& s : object.symbols()) {
    if (s.kind != SymbolKind::func || s.section == 0 || s.section >= object.sections().size() || s.size == 0) continue;
    if (!object.sections()[s.section].holds_code()) continue;
    auto f = function_of(s);
    if (!f) return fail_within(std::move(f.error()), "function '" + std::string(s.name) + "'");
    auto [at, is_new] = out.functions_.try_emplace(std::pair(f->section, f->begin), *f);
    if (!is_new && at->second.binding == SymbolBinding::local) at->second = *f;  // an alias that others can see
  }
  for (uint32_t i = 1; i < object.sections().size(); ++i) {
    const Section& s = object.sections()[i];
    if (!s.holds_code() || s.size == 0) continue;
    if (s.size % 8 != 0)
      return fail_within(std::move(fail(SectionUneven{.size = s.size, .unit = 8}).error()), section_place(object, i));
    auto first = out.functions_.lower_bound(std::pair(i, uint64_t{0}));
    if (first != out.functions_.end() && first->first.first == i) continue;
    Function whole{.name = s.name,
                   .section = i,
                   .begin = 0,
                   .end = static_cast<uint32_t>(s.size / 8),
                   .binding = SymbolBinding::global};
    out.functions_.emplace(std::pair(i, uint64_t{0}), whole);  // an assembler that names no functions
  }
  uint32_t text = object.find_section(".text");
  std::vector<Function> in_text;
  for (const auto& [place, f] : out.functions_)
    if (f.section == text)
      in_text.push_back(f);
    else if (f.binding != SymbolBinding::local)
      out.entries_.push_back(f);
  if (out.entries_.empty() && in_text.size() == 1) out.entries_ = std::move(in_text);
  return out;
}

Result<void> Budget::spend(uint64_t bytes) {
  if (bytes > most - spent_) return fail(ProgramsTooLarge{.most = most});
  spent_ += bytes;
  return {};
}

// ---- linking ----------------------------------------------------------------------------------------------------

namespace {

class Linker {
 public:
  Linker(const Parts& parts, Budget& budget)
      : object_(parts.object),
        types_(parts.types),
        code_(parts.code),
        maps_(parts.maps),
        handlers_(parts.handlers),
        core_(parts.core),
        budget_(budget) {}
  Result<module::ProgDef> link(const Function& entry);

 private:
  // A function whose instructions are being walked: `next` of them are done.
  struct Walk {
    const Function* function;
    uint32_t first_insn, next;
  };
  Result<uint32_t> place(const Function& f);  // where it begins in the program; appends it where it is new
  Result<void> append(const Function& f);
  Result<void> walk();  // what was appended, and what that uses
  Result<void> relocate(const Function& f, uint32_t first);
  Result<void> step(const Function& f, uint32_t pc, uint32_t insn);
  Result<void> immediate(const Function& f, uint32_t pc, const Relocation* r);
  Result<void> call(const Function& f, uint32_t pc, uint32_t insn, const Relocation* r);
  Result<void> refer(uint32_t pc, const Function& target);
  Result<const Function*> called(const Symbol& symbol, uint32_t section, uint64_t insn) const;
  uint64_t target_insn(const Symbol& symbol, int32_t imm) const;
  void external(uint32_t pc, module::ExternKind kind, const Symbol& symbol);
  const Relocation* relocation(const Function& f, uint32_t insn) const;

  const Object& object_;
  const Types& types_;
  const Code& code_;
  const Maps& maps_;
  const Handlers& handlers_;
  Core* core_;
  Budget& budget_;
  module::ProgDef out_;
  std::map<const Function*, uint32_t> placed_;
  std::vector<Walk> walks_;
};

const Relocation* Linker::relocation(const Function& f, uint32_t insn) const {
  const auto& list = object_.relocations(f.section);
  auto at = std::ranges::lower_bound(list, uint64_t{insn} * 8, {}, &Relocation::offset);
  return at != list.end() && at->offset < (uint64_t{insn} + 1) * 8 ? &*at : nullptr;
}

Result<void> Linker::append(const Function& f) {
  auto first = static_cast<uint32_t>(out_.insns.size());
  uint64_t begin = uint64_t{f.begin} * 8, end = uint64_t{f.end} * 8;
  auto lines = types_.lines(f.section, begin, end);
  uint64_t bytes = end - begin + f.name.size() + sizeof(module::Subprog);
  for (const btf::LineInfo& l : lines) bytes += sizeof(module::LineInfo) + l.file.size() + l.text.size();
  TRY_VOID(budget_.spend(bytes));

  auto insns = insns_of(object_, f);
  out_.insns.insert(out_.insns.end(), insns.begin(), insns.end());
  out_.subprogs.push_back(
      {.name = std::string(f.name), .first_insn = first, .type = types_.function_at(f.section, begin)});
  for (const btf::LineInfo& l : lines)
    out_.lines.push_back({.insn = first + (l.insn_off / 8 - f.begin),
                          .file = std::string(l.file),
                          .line = l.line,
                          .column = l.column,
                          .text = std::string(l.text)});
  if (auto r = relocate(f, first); !r) return fail_within(std::move(r.error()), function_place(object_, f));
  placed_.emplace(&f, first);
  walks_.push_back({.function = &f, .first_insn = first, .next = 0});
  return {};
}

Result<void> Linker::relocate(const Function& f, uint32_t first) {
  if (core_ == nullptr) {
    out_.core_relocations += types_.relos(f.section, uint64_t{f.begin} * 8, uint64_t{f.end} * 8).size();
    return {};
  }
  auto poisoned = TRY(core_->apply(f.section, f.begin, std::span(out_.insns).subspan(first), first));
  std::ranges::move(poisoned, std::back_inserter(out_.poisoned));
  return {};
}

Result<uint32_t> Linker::place(const Function& f) {
  if (auto at = placed_.find(&f); at != placed_.end()) return at->second;
  TRY_VOID(append(f));
  return placed_.at(&f);
}

// Both a call and the address of a function count from the next slot.
Result<void> Linker::refer(uint32_t pc, const Function& target) {
  uint32_t first = TRY(place(target));
  out_.insns[pc].imm = static_cast<int32_t>(first) - static_cast<int32_t>(pc) - 1;
  return {};
}

void Linker::external(uint32_t pc, module::ExternKind kind, const Symbol& symbol) {
  bool weak = symbol.binding == SymbolBinding::weak;
  out_.externs.push_back({.insn = pc,
                          .kind = kind,
                          .binding = weak ? module::Binding::weak : module::Binding::strong,
                          .name = std::string(symbol.name)});
}

// LLVM counts from the symbol, in instructions, and one less. The GNU assembler does so for sections; for a function
// it stores the byte at which it begins, less one.
uint64_t Linker::target_insn(const Symbol& symbol, int32_t imm) const {
  uint64_t addend = static_cast<uint64_t>(int64_t{imm} + 1);
  if (symbol.kind != SymbolKind::section && addend == symbol.value) addend = 0;
  return symbol.value / 8 + addend;
}

Result<const Function*> Linker::called(const Symbol& symbol, uint32_t section, uint64_t insn) const {
  if (section < object_.sections().size())
    if (const Function* f = code_.function_at(section, insn)) return f;
  return fail(NotAFunction{
      .symbol = std::string(symbol.name),
      .offset = insn * 8,
      .section = section < object_.sections().size() ? std::string(object_.sections()[section].name) : "none"});
}

Result<void> Linker::call(const Function& f, uint32_t pc, uint32_t insn, const Relocation* r) {
  Insn& i = out_.insns[pc];
  if (r == nullptr) {
    if (decode(i) != isa::Op::call_local) return {};
    static const Symbol here{
        .name = "", .kind = SymbolKind::section, .binding = SymbolBinding::local, .section = 0, .value = 0, .size = 0};
    uint64_t target = static_cast<uint64_t>(int64_t{insn} + 1 + i.imm);
    return refer(pc, *TRY(called(here, f.section, target)));
  }
  const Symbol& symbol = object_.symbols()[r->symbol];
  if (symbol.section == 0) {
    external(pc, module::ExternKind::kfunc, symbol);
    become(i, isa::Op::call_kfunc);
    i.imm = 0;
    return {};
  }
  become(i, isa::Op::call_local);
  return refer(pc, *TRY(called(symbol, symbol.section, target_insn(symbol, i.imm))));
}

Result<void> Linker::immediate(const Function& f, uint32_t pc, const Relocation* r) {
  if (r == nullptr) return {};
  uint32_t end = placed_.at(&f) + (f.end - f.begin);
  if (pc + 1 >= end) return fail(HalfImmediate{});
  Insn &low = out_.insns[pc], &high = out_.insns[pc + 1];
  const Symbol& symbol = object_.symbols()[r->symbol];
  bool defined = symbol.section != 0 && symbol.section < object_.sections().size();
  if (defined && object_.sections()[symbol.section].holds_code()) {
    uint64_t offset = object_.addends_hold_values() ? 0 : symbol.value;
    offset += static_cast<uint64_t>(int64_t{low.imm});
    const Function* target = offset % 8 == 0 ? TRY(called(symbol, symbol.section, offset / 8)) : nullptr;
    if (target == nullptr) return fail(UnevenFunction{.begin = offset, .size = 0});
    become(low, isa::Op::ld_func);
    high.imm = 0;
    return refer(pc, *target);
  }
  if (symbol.section == 0 && types_.is_ksym(symbol.name)) {
    external(pc, module::ExternKind::ksym, symbol);
    return {};
  }
  auto kconfig = symbol.section == 0 ? maps_.kconfig(symbol.name) : std::nullopt;
  if (kconfig) external(pc, module::ExternKind::ksym, symbol);
  MapAddress a = kconfig ? *kconfig : TRY(maps_.address(symbol, static_cast<uint64_t>(int64_t{low.imm})));
  become(low, a.offset ? isa::Op::ld_map_value : isa::Op::ld_map_fd);
  low.imm = static_cast<int32_t>(a.map);
  high.imm = static_cast<int32_t>(a.offset.value_or(0));
  return {};
}

Result<void> Linker::step(const Function& f, uint32_t pc, uint32_t insn) {
  const Relocation* r = relocation(f, insn);
  if (isa::is_ld_imm64(out_.insns[pc])) return immediate(f, pc, r);
  if (out_.insns[pc].code == isa::row(isa::Op::call_helper).code) return call(f, pc, insn, r);
  if (r != nullptr) return fail(NoRelocationHere{.symbol = std::string(object_.symbols()[r->symbol].name)});
  return {};
}

Result<void> Linker::walk() {
  while (!walks_.empty()) {
    Walk& w = walks_.back();
    const Function& f = *w.function;
    uint32_t insn = f.begin + w.next, pc = w.first_insn + w.next;
    if (insn >= f.end) {
      walks_.pop_back();
      continue;
    }
    w.next += isa::is_ld_imm64(out_.insns[pc]) ? 2U : 1U;
    if (auto r = step(f, pc, insn); !r)
      return fail_within(std::move(r.error()).within("insn " + std::to_string(insn)), function_place(object_, f));
  }
  return {};
}

Result<module::ProgDef> Linker::link(const Function& entry) {
  TRY_VOID(append(entry));
  TRY_VOID(walk());
  if (const Function* handler = TRY(handlers_.of(out_.subprogs[0].type))) {
    if (!placed_.contains(handler)) TRY_VOID(append(*handler));
    TRY_VOID(walk());
  }
  std::ranges::sort(out_.externs, {}, &module::Extern::insn);
  return std::move(out_);
}

}  // namespace

Result<module::ProgDef> link(const Function& entry, const Parts& parts, Budget& budget) {
  const Function* f = parts.code.function_at(entry.section, entry.begin);
  auto out = TRY(Linker(parts, budget).link(*f));
  out.name = entry.name;
  out.section = parts.object.sections()[entry.section].name;
  return out;
}

}  // namespace skep::object
