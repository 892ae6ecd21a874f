// SPDX-License-Identifier: Apache-2.0
#include "verify/path_formula.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "facts/contexts.hpp"
#include "facts/helper_ids.hpp"
#include "verify/plain_words.hpp"
#include "verify/scene.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {
namespace {

using isa::Alu, isa::Cmp;

constexpr uint32_t none = UINT32_MAX;
constexpr uint64_t longest_packet = 3000;

// A number, or a pointer: so many bytes behind the beginning of a region.
struct Value {
  Node number = 0;
  uint32_t region = none;
  bool is_pointer() const { return region != none; }
};

struct Region {
  enum class Kind : uint8_t { stack, context, packet, value, global, map } kind;
  uint32_t of = 0;  // value: the lookup; global, map: the map
  std::map<int64_t, Node> bytes = {};
  std::map<int64_t, Value> pointers = {};  // stored whole
};

class Tracer {
 public:
  explicit Tracer(const Scene& scene) : s_(scene), q_(scene.question) {}

  bool run() {
    constexpr std::size_t longest = 20'000;
    if (!s_.walked() || s_.log.size() > longest || s_.log[0].insn != 0) return false;
    context_ = region({.kind = Region::Kind::context});
    const facts::ProgTypeRow& row = facts::row(q_.type());
    const bool network = row.test_run == facts::TestRun::network;
    length_ = input({.kind = Input::Kind::packet_length}, network ? 0 : 14, longest_packet, network ? 46 : 60);
    packet_ = region({.kind = Region::Kind::packet});
    enter();
    regs()[1] = {f().constant(0), context_};
    for (point_ = 0; point_ + 1 < s_.log.size(); ++point_)
      if (!step()) return false;
    return true;
  }

  // What depends on addresses happens in one process and not in the next.
  bool is_repeatable() const {
    auto is_address = [&](const Condition& c) {
      return out_.formula.rests_on_address(c.a) || out_.formula.rests_on_address(c.b);
    };
    return std::ranges::none_of(out_.way, is_address) &&
           std::ranges::none_of(out_.goals, [&](const auto& goal) { return std::ranges::any_of(goal, is_address); });
  }

  PathFormula take() && { return std::move(out_); }

  // ---- what would break the rule ----------------------------------------------------------------------------------

  void aim() {
    const Diagnostic* row = &s_.rejection.error.row();
    const isa::Row& op = isa::row(isa::decode(insn()));
    const auto r = s_.reg();
    if (row == &ReturnsOutside::row && r) return aim_at_answer(regs()[*r]);
    if (row == &SizeNegative::row || row == &SizeZero::row || row == &SizeUnbounded::row) return aim_at_size(*r);
    if (row == &MovedOutside::row || row == &UnboundedBelow::row || row == &OffsetTooLarge::row) return aim_at_move();
    if (r && *r <= 10 && regs()[*r].is_pointer()) {
      if (row == &MaybeNull::row || row == &MovesMaybeNull::row) return aim_at_null(regs()[*r]);
      if (op.shape == isa::Shape::call && *r >= 1 && *r <= 5) return aim_at(regs()[*r], 0, argument_size(*r), {});
      if (op.shape == isa::Shape::load || op.shape == isa::Shape::store || op.shape == isa::Shape::atomic)
        return aim_at(regs()[*r], insn().off, f().constant(op.bits / 8U), {});
    }
    out_.goals.push_back({});
  }

  void name(const std::optional<Index>& index) {
    if (index && !index->name.empty() && named_) out_.named = {index->name, *named_};
  }
  // Remembers what the register holds at that point of the path, divided by the scale.
  void watch(const std::optional<Index>& index) { watched_ = index; }

 private:
  using Frame = std::array<Value, 11>;

  Formula& f() { return out_.formula; }
  Frame& regs() { return frames_.back(); }
  const isa::Insn& insn() const { return s_.prog().insns[s_.log[point_].insn]; }
  const Reg& known_before(unsigned r) const { return s_.log.before(point_, r); }
  const Reg& known_after(unsigned r) const { return s_.log.before(point_ + 1, r); }
  Value unknown() { return {f().unknown(), none}; }
  Value address() { return {f().address(), none}; }

  Node input(Input what, uint64_t least, uint64_t most, uint64_t at_first) {
    what.insn = s_.walked() ? s_.log[point_].insn : 0;
    out_.inputs.push_back(what);
    return f().input(least, most, at_first);
  }
  uint32_t region(Region r) {
    regions_.push_back(std::move(r));
    return static_cast<uint32_t>(regions_.size() - 1);
  }

  void enter() {
    Frame frame;
    frame.fill(unknown());
    frame[10] = {f().constant(0), region({.kind = Region::Kind::stack})};
    frames_.push_back(frame);
  }

  // One instruction of the path, and the way to the next; false where it is not followed.
  bool step() {
    const auto& here = s_.log[point_];
    const auto& next = s_.log[point_ + 1];
    const isa::Row& row = isa::row(isa::decode(insn()));
    if (watched_ && watched_->point == point_)
      named_ = f().alu(Alu::sdiv, 64, regs()[watched_->reg].number, f().constant(watched_->scale));
    if (next.insn == here.insn && next.frame == here.frame && row.shape == isa::Shape::alu) return true;  // forked here
    switch (row.shape) {
      case isa::Shape::alu: alu(row); return true;
      case isa::Shape::load: load(row); return followed_;
      case isa::Shape::store: store(row); return true;
      case isa::Shape::atomic: atomic(row); return true;
      case isa::Shape::constant: constant(); return true;
      case isa::Shape::branch: branch(row); return true;
      case isa::Shape::jump:
      case isa::Shape::none: return true;
      case isa::Shape::packet:
        for (unsigned r = 0; r <= 5; ++r) regs()[r] = unknown();
        return true;
      case isa::Shape::call: return call(here.frame, next.frame);
      case isa::Shape::exit: return leave(here.frame, next.frame);
    }
    return false;
  }

  Value operand(const isa::Row& row) {
    if (row.source == isa::Source::reg) return regs()[insn().src()];
    return {f().constant(static_cast<uint64_t>(int64_t{insn().imm})), none};
  }

  void alu(const isa::Row& row) {
    const Alu op = isa::alu_of(row);
    Value& dst = regs()[insn().dst()];
    const Value b = row.unary && row.src.use != isa::Use::rd ? dst : operand(row);
    const Value a = row.unary || op == Alu::mov ? b : dst;  // what was there before does not matter then
    if (!row.unary && op == Alu::mov && row.bits == 64) {
      dst = b;
      return;
    }
    if (!a.is_pointer() && !b.is_pointer()) {
      dst = {f().alu(op, row.bits, a.number, b.number), none};
      return;
    }
    if (op == Alu::mov || row.unary || row.bits != 64) {
      dst = address();
    } else if (op == Alu::add) {
      dst = a.is_pointer() && b.is_pointer()
                ? address()
                : Value{f().alu(op, 64, a.number, b.number), a.is_pointer() ? a.region : b.region};
    } else if (op == Alu::sub && a.is_pointer() && (!b.is_pointer() || a.region == b.region)) {
      dst = {f().alu(op, 64, a.number, b.number), b.is_pointer() ? none : a.region};
    } else {
      dst = address();
    }
  }

  // ---- memory -----------------------------------------------------------------------------------------------------

  // Where an access is, if that is known.
  std::optional<int64_t> place(const Value& pointer) const {
    if (!pointer.is_pointer() || !out_.formula.is_constant(pointer.number)) return {};
    return static_cast<int64_t>(out_.formula.value(pointer.number)) + insn().off;
  }

  Node byte_at(uint32_t region, int64_t at) {
    const auto known = regions_[region].bytes.find(at);
    if (known != regions_[region].bytes.end()) return known->second;
    const Node n = first_byte(regions_[region], at);
    return regions_[region].bytes.try_emplace(at, n).first->second;
  }

  // A byte that nothing on the path has written.
  Node first_byte(Region& r, int64_t at) {
    const auto off = static_cast<uint32_t>(at);
    switch (r.kind) {
      case Region::Kind::stack:
      case Region::Kind::map: break;
      case Region::Kind::context: return context_byte(r, at);
      case Region::Kind::packet:
        if (at < 0 || at >= static_cast<int64_t>(longest_packet)) break;
        return input({.kind = Input::Kind::packet_byte, .at = off}, 0, 255, 0);
      case Region::Kind::value: {
        const module::MapDef& map = q_.module.maps[out_.lookups[r.of].map];
        if (at < 0 || at >= int64_t{map.value_size}) break;
        return input({.kind = Input::Kind::value_byte, .of = r.of, .at = off}, 0, 255, 0);
      }
      case Region::Kind::global: {
        const module::MapDef& map = q_.module.maps[r.of];
        if (at < 0 || at >= int64_t{map.value_size}) break;
        const uint8_t now = !map.initial.empty() && off < map.initial[0].value.size() ? map.initial[0].value[off] : 0;
        if (map.frozen == module::Frozen::yes) return f().constant(now);
        return input({.kind = Input::Kind::global_byte, .of = r.of, .at = off}, 0, 255, now);
      }
    }
    return f().unknown();
  }

  Node context_byte(Region& r, int64_t at) {
    if (context_is_bytes(q_.type())) {
      if (at < 0) return f().unknown();
      return input({.kind = Input::Kind::context_field, .at = static_cast<uint32_t>(at)}, 0, 255, 0);
    }
    for (const facts::ContextField& field : facts::fields(facts::row(q_.type()).context)) {
      if (at < field.offset || at >= int64_t{field.offset} + field.bytes() || field.size > 8) continue;
      const auto first = static_cast<uint32_t>(at - (at - field.offset) % field.size);
      const bool is_length = field.value == facts::CtxValue::len;
      const bool is_interface =  // which is never 0
          field.value == facts::CtxValue::ingress_ifindex || field.value == facts::CtxValue::ifindex;
      const uint64_t most = field.size == 8 ? UINT64_MAX : (uint64_t{1} << (8 * field.size)) - 1;
      const uint64_t least = is_interface ? 1 : 0, at_first = is_interface ? 2 : 0;
      const Node whole =
          is_length ? length_ : input({.kind = Input::Kind::context_field, .at = first}, least, most, at_first);
      for (unsigned i = 0; i < field.size; ++i) r.bytes.try_emplace(first + i, f().byte(whole, i));
      return r.bytes[at];
    }
    return f().unknown();
  }

  void load(const isa::Row& row) {
    const Value from = regs()[insn().src()];
    Value& dst = regs()[insn().dst()];
    const Reg& now = known_after(insn().dst());
    const auto at = place(from);
    const unsigned size = row.bits / 8U;
    if (now.is_pointer()) {
      // Bytes can stand for a context that holds numbers only.
      followed_ &=
          !(from.is_pointer() && regions_[from.region].kind == Region::Kind::context && context_is_bytes(q_.type()));
      if (from.is_pointer() && regions_[from.region].kind == Region::Kind::context &&
          (now.is_packet() || now.is(RegKind::packet_end))) {
        dst = {now.is(RegKind::packet_end) ? length_ : f().constant(0), packet_};
        return;
      }
      const auto kept = at ? regions_[from.region].pointers.find(*at) : std::map<int64_t, Value>::iterator{};
      dst = at && kept != regions_[from.region].pointers.end() ? kept->second : unknown();
      return;
    }
    if (!at) {
      dst = unknown();
      return;
    }
    std::vector<Node> parts;
    for (unsigned i = 0; i < size; ++i) parts.push_back(byte_at(from.region, *at + i));
    Node n = f().bytes(parts);
    if (row.sign_extends)
      n = f().alu(size == 1 ? Alu::movsx64_8 : size == 2 ? Alu::movsx64_16 : Alu::movsx64_32, 64, n, n);
    dst = {n, none};
  }

  void write(const Value& to, std::optional<int64_t> at, unsigned size, const Value& what) {
    if (!to.is_pointer()) return;
    Region& r = regions_[to.region];
    if (!at) {  // anywhere in it
      for (auto& [where, n] : r.bytes) n = f().unknown();
      r.pointers.clear();
      return;
    }
    r.pointers.erase(r.pointers.lower_bound(*at - 7), r.pointers.lower_bound(*at + size));
    for (unsigned i = 0; i < size; ++i) r.bytes[*at + i] = what.is_pointer() ? f().address() : f().byte(what.number, i);
    if (what.is_pointer() && size == 8) r.pointers[*at] = what;
  }

  void store(const isa::Row& row) {
    const Value to = regs()[insn().dst()];
    write(to, place(to), row.bits / 8U, operand(row));
  }

  void atomic(const isa::Row& row) {
    const Value to = regs()[insn().dst()];
    write(to, place(to), row.bits / 8U, unknown());
    if (row.fetch == isa::Fetch::into_src) regs()[insn().src()] = unknown();
    if (row.fetch == isa::Fetch::into_r0) regs()[0] = unknown();
  }

  void constant() {
    const uint32_t at = s_.log[point_].insn;
    Value& dst = regs()[insn().dst()];
    const Reg& now = known_after(insn().dst());
    if (now.is_scalar() && now.var.is_constant()) {
      dst = {f().constant(now.constant()), none};
    } else if (now.is(RegKind::map)) {
      dst = {f().constant(0), region({.kind = Region::Kind::map, .of = now.object})};
    } else if (now.is(RegKind::map_value) && now.object < q_.module.maps.size()) {
      const auto [global, is_new] = globals_.try_emplace(now.object, 0);
      if (is_new) global->second = region({.kind = Region::Kind::global, .of = now.object});
      dst = {f().constant(static_cast<uint64_t>(int64_t{s_.prog().insns[at + 1].imm})), global->second};
    } else {
      dst = unknown();
    }
  }

  // ---- control ----------------------------------------------------------------------------------------------------

  void branch(const isa::Row& row) {
    const uint32_t at = s_.log[point_].insn, next = s_.log[point_ + 1].insn;
    if (insn().off == 0) return;
    const bool jumped = next == at + 1 + static_cast<uint32_t>(int32_t{insn().off});
    const Value a = regs()[insn().dst()], b = operand(row);
    const Cmp op = isa::cmp_of(row);
    if (!a.is_pointer() && !b.is_pointer()) return condition(op, row.bits, a.number, b.number, jumped);
    if (a.is_pointer() && b.is_pointer() && a.region == b.region) {
      // Both are addresses, far above zero.
      const Node base = f().constant(uint64_t{1} << 40);
      return condition(op, 64, f().alu(Alu::add, 64, a.number, base), f().alu(Alu::add, 64, b.number, base), jumped);
    }
    const bool null_test = a.is_pointer() && !b.is_pointer() && f().is_constant(b.number) && f().value(b.number) == 0;
    if (!null_test) return condition(op, row.bits, f().address(), f().address(), jumped);
    if (regions_[a.region].kind == Region::Kind::value && (op == Cmp::jeq || op == Cmp::jne))
      condition(op, 64, out_.lookups[regions_[a.region].of].found, b.number, jumped);
  }

  void condition(Cmp op, unsigned bits, Node a, Node b, bool holds) {
    if (!f().is_constant(a) || !f().is_constant(b)) out_.way.push_back({op, bits, a, b, holds});
  }

  bool call(uint8_t frame, uint8_t next_frame) {
    if (insn().src() == 1) {
      if (next_frame != frame + 1) {  // a global function: what it answers is not known
        clear_caller_saved();
        return next_frame == frame;
      }
      const Frame caller = regs();
      enter();
      for (unsigned r = 1; r <= 5; ++r) regs()[r] = caller[r];
      return true;
    }
    if (next_frame != frame) return false;  // a callback
    const facts::Helper* helper = insn().src() == 0 ? q_.target.helper(static_cast<uint64_t>(insn().imm)) : nullptr;
    const Value answer = helper == nullptr ? unknown() : helper_answers(*helper);
    clear_caller_saved();
    regs()[0] = answer;
    return true;
  }

  void clear_caller_saved() {
    for (unsigned r = 0; r <= 5; ++r) regs()[r] = unknown();
  }

  bool leave(uint8_t frame, uint8_t next_frame) {
    if (frame == 0 || next_frame + 1 != frame) return false;
    const Value answer = regs()[0];
    frames_.pop_back();
    clear_caller_saved();
    regs()[0] = answer;
    return true;
  }

  Value helper_answers(const facts::Helper& helper) {
    const std::string_view name = helper.name;
    if (insn().imm == facts::helper_id::map_lookup_elem) return lookup();
    for (unsigned i = 0; i < helper.args.size(); ++i)
      if (helper.args[i].use == facts::Use::fills || helper.args[i].use == facts::Use::writes) filled(helper, i + 1);
    if (name == "ktime_get_ns") {
      if (!clock_) clock_ = input({.kind = Input::Kind::clock}, 0, INT64_MAX, 1);
      return {*clock_, none};
    }
    if (name == "get_prandom_u32")
      return {input({.kind = Input::Kind::random_number, .of = randoms_++}, 0, UINT32_MAX, 0), none};
    if (name == "get_smp_processor_id") {
      if (!processor_) processor_ = input({.kind = Input::Kind::processor}, 0, 3, 0);
      return {*processor_, none};
    }
    return unknown();
  }

  // What a helper leaves behind an argument.
  void filled(const facts::Helper& helper, unsigned regno) {
    const Value& to = regs()[regno];
    if (!to.is_pointer()) return;
    const bool sized = helper.args[regno - 1].kind == facts::ArgKind::mem;
    const Node size = sized ? regs()[regno + 1].number : f().constant(helper.args[regno - 1].bytes);
    if (!f().is_constant(to.number) || !f().is_constant(size) || f().value(size) > 4096) return write(to, {}, 0, {});
    for (uint64_t i = 0; i < f().value(size); ++i)
      write(to, static_cast<int64_t>(f().value(to.number) + i), 1, unknown());
  }

  Value lookup() {
    const Value map = regs()[1], key = regs()[2];
    if (!map.is_pointer() || regions_[map.region].kind != Region::Kind::map) return unknown();
    const uint32_t index = regions_[map.region].of;
    if (index >= q_.module.maps.size()) return unknown();
    const module::MapDef& def = q_.module.maps[index];
    Lookup l{.map = index, .insn = s_.log[point_].insn, .key = {}, .found = 0};
    if (key.is_pointer() && f().is_constant(key.number))
      for (uint32_t i = 0; i < def.key_size; ++i)
        l.key.push_back(byte_at(key.region, static_cast<int64_t>(f().value(key.number)) + i));
    const auto number = static_cast<uint32_t>(out_.lookups.size());
    const bool array = facts::row(def.type).rare.never_null || def.type == facts::MapType::array;
    if (array && l.key.size() == 4)
      l.found = f().below(f().bytes(l.key), f().constant(def.max_entries));
    else
      l.found = input({.kind = Input::Kind::found, .of = number}, 0, 1, 1);
    out_.lookups.push_back(std::move(l));
    return {f().constant(0), region({.kind = Region::Kind::value, .of = number})};
  }

  // ---- goals ------------------------------------------------------------------------------------------------------

  void goal(std::initializer_list<Condition> conditions) { out_.goals.emplace_back(conditions); }

  void aim_at_answer(const Value& r0) {
    out_.deed.kind = Deed::Kind::answers;
    out_.deed.number = r0.number;
    if (r0.is_pointer()) return out_.goals.push_back({});
    const auto least = static_cast<uint64_t>(s_.number("least")), most = static_cast<uint64_t>(s_.number("most"));
    goal({{Cmp::jsgt, 64, r0.number, f().constant(most), true}});
    goal({{Cmp::jslt, 64, r0.number, f().constant(least), true}});
  }

  void aim_at_null(const Value& pointer) {
    if (regions_[pointer.region].kind != Region::Kind::value) return out_.goals.push_back({});
    out_.deed.value = regions_[pointer.region].of;
    goal({{Cmp::jeq, 64, out_.lookups[*out_.deed.value].found, f().constant(0), true}});
  }

  // The pointer that is moved too far is used behind this instruction, where a run shows what comes of it.
  void aim_at_move() {
    const Value a = regs()[insn().dst()], b = operand(isa::row(isa::decode(insn())));
    const Value amount = a.is_pointer() ? b : a;
    for (const uint64_t far : {uint64_t{1} << 29, uint64_t{4096}})
      goal({{Cmp::jsgt, 64, amount.number, f().constant(far), true}});
    goal({{Cmp::jslt, 64, amount.number, f().constant(0), true}});
    goal({{Cmp::jsgt, 64, amount.number, f().constant(0), true}});
  }

  void aim_at_size(unsigned r) {
    const Node size = regs()[r].number;
    const Diagnostic* row = &s_.rejection.error.row();
    std::vector<std::vector<Condition>> first;
    if (row == &SizeZero::row) first.push_back({{Cmp::jeq, 64, size, f().constant(0), true}});
    if (row == &SizeNegative::row) first.push_back({{Cmp::jslt, 64, size, f().constant(0), true}});
    if (regs()[r - 1].is_pointer()) return aim_at(regs()[r - 1], 0, size, std::move(first));
    out_.goals = std::move(first);
    goal({{Cmp::jgt, 64, size, f().constant(uint64_t{1} << 29), true}});
  }

  Node argument_size(unsigned r) {
    const facts::Helper* helper = insn().src() == 0 ? q_.target.helper(static_cast<uint64_t>(insn().imm)) : nullptr;
    if (helper == nullptr) return f().constant(1);
    const facts::Arg& arg = helper->args[r - 1];
    const Value& map = regs()[1];
    const bool with_map = map.is_pointer() && regions_[map.region].kind == Region::Kind::map;
    if (arg.kind == facts::ArgKind::mem && r < 5) return regs()[r + 1].number;
    if (arg.kind == facts::ArgKind::fixed_mem) return f().constant(arg.bytes);
    if (!with_map || regions_[map.region].of >= q_.module.maps.size()) return f().constant(1);
    const module::MapDef& def = q_.module.maps[regions_[map.region].of];
    return f().constant(arg.kind == facts::ArgKind::map_key ? def.key_size : def.value_size);
  }

  // An access of `size` bytes through the pointer shall leave its region; `goals` are tried before.
  void aim_at(const Value& pointer, int64_t off, Node size, std::vector<std::vector<Condition>> goals) {
    const Region& r = regions_[pointer.region];
    out_.goals = std::move(goals);
    if (r.kind == Region::Kind::map) return;  // it is not the program's memory; a run would show something else
    if (r.kind == Region::Kind::context) return out_.goals.push_back({});
    out_.deed = {.kind = Deed::Kind::accesses,
                 .offset = f().alu(Alu::add, 64, pointer.number, f().constant(static_cast<uint64_t>(off))),
                 .size = size,
                 .region = region_name(r),
                 .begin = r.kind == Region::Kind::stack ? -512 : 0,
                 .end = end_of(r),
                 .value = {}};
    const Deed& d = out_.deed;
    const Node last = f().alu(Alu::sub, 64, d.end, size), begin = f().constant(static_cast<uint64_t>(d.begin));
    const Condition behind{Cmp::jsgt, 64, d.offset, last, true}, before{Cmp::jslt, 64, d.offset, begin, true};
    const bool negative_first = &s_.rejection.error.row() == &MayBeNegative::row;
    if (negative_first) goal({before});
    if (r.kind == Region::Kind::value) {
      // Behind the last element of an array lies nothing; behind another one the next.
      const Lookup& l = out_.lookups[r.of];
      const uint32_t entries = q_.module.maps[l.map].max_entries;
      if (l.key.size() == 4 && entries != 0)
        goal({behind, {Cmp::jeq, 64, f().bytes(l.key), f().constant(entries - 1), true}});
      goal({behind, {Cmp::jsgt, 64, d.offset, f().constant(uint64_t{entries} * (f().value(d.end) + 8)), true}});
    }
    goal({behind});
    if (!negative_first) goal({before});
  }

  std::string region_name(const Region& r) const {
    switch (r.kind) {
      case Region::Kind::stack: return "the stack";
      case Region::Kind::context: return "the context";
      case Region::Kind::packet: return "the packet";
      case Region::Kind::value: return "a value of `" + q_.module.maps[out_.lookups[r.of].map].name + "`";
      case Region::Kind::global: return "`" + q_.module.maps[r.of].name + "`";
      case Region::Kind::map: return "a map";
    }
    return "";
  }

  Node end_of(const Region& r) {
    if (r.kind == Region::Kind::packet) return length_;
    if (r.kind == Region::Kind::value) return f().constant(q_.module.maps[out_.lookups[r.of].map].value_size);
    if (r.kind == Region::Kind::global) return f().constant(q_.module.maps[r.of].value_size);
    return f().constant(0);
  }

  const Scene& s_;
  const Question& q_;
  PathFormula out_;
  std::size_t point_ = 0;
  std::vector<Region> regions_;
  std::vector<Frame> frames_;
  std::map<uint32_t, uint32_t> globals_;  // regions, by map
  uint32_t context_ = none, packet_ = none, randoms_ = 0;
  Node length_ = 0;
  std::optional<Node> clock_, processor_, named_;
  std::optional<Index> watched_;
  bool followed_ = true;
};

}  // namespace

bool context_is_bytes(facts::ProgType type) {
  const facts::Context context = facts::row(type).context;
  return context != facts::Context::sk_buff && context != facts::Context::xdp_md;
}

std::optional<PathFormula> path_formula(const Question& question, const Rejection& rejection) {
  PathLog log;
  verify(question, log);
  const Scene scene{question, rejection, log};
  if (!scene.walked() || log[scene.point()].insn != rejection.insn) return {};
  const auto r = scene.reg();
  const auto index = r && *r <= 10 ? index_behind(scene, *r) : std::nullopt;
  Tracer tracer(scene);
  tracer.watch(index);
  if (!tracer.run()) return {};
  tracer.aim();
  if (!tracer.is_repeatable()) return {};
  tracer.name(index);
  return std::move(tracer).take();
}

}  // namespace skep::verify
