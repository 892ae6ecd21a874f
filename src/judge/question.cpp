// SPDX-License-Identifier: Apache-2.0
// Tables of members, one for each object a line may hold. What one member says about another is looked at when the
// whole line is read, because JSON objects have no order.
#include "judge/question.hpp"

#include <algorithm>

#include "facts/attach_types.hpp"
#include "facts/uapi.hpp"
#include "judge/json_reader.hpp"
#include "judge/object_input.hpp"

namespace skep::judge {
namespace {

struct AskRow {
  Ask id;
  std::string_view name;
};
constexpr AskRow ask_rows[] = {
#define X(name) {Ask::name, #name},
    SKEP_BATCH_ASKS(X)
#undef X
};
static_assert(facts::complete(ask_rows));

struct OpRow {
  OpKind id;
  std::string_view name, operands;
};
constexpr OpRow op_rows[] = {
#define X(name, operands) {OpKind::name, facts::word(#name), operands},
    SKEP_BATCH_OPS(X)
#undef X
};
static_assert(facts::complete(op_rows));

constexpr uint64_t most_runs_a_line = 1'000'000'000;

// ---- programs -----------------------------------------------------------------------------------------------------

Result<facts::ProgType> to_prog_type(const json& v) {
  if (!v.is_number()) {
    std::string word = TRY(to_text(v));
    if (word == "raw") return facts::ProgType::unspec;  // memory in r1, its length in r2
    return facts::prog_type_by_name(word);
  }
  return *facts::prog_type_by_id(TRY(to_number(v, std::size(facts::prog_types) - 1)));
}

Result<facts::AttachType> to_attach_type(const json& v) {
  if (!v.is_number()) return facts::attach_type_by_name(TRY(to_text(v)));
  return *facts::attach_type_by_id(TRY(to_number(v, std::size(facts::attach_types) - 1)));
}

Result<std::vector<isa::Insn>> to_insns(const json& v) {
  Buffer bytes = TRY(to_bytes(v));
  if (bytes.size() % sizeof(isa::Insn) != 0)
    return fail(WrongType{.found = std::to_string(bytes.size()) + " bytes", .expected = "a multiple of 8 bytes"});
  std::vector<isa::Insn> insns(bytes.size() / sizeof(isa::Insn));
  if (!bytes.empty()) std::memcpy(insns.data(), bytes.data(), bytes.size());
  return insns;
}

// A list of words, "a,b" or a number: flags of programs and maps.
Result<uint32_t> to_flags(const json& v, std::span<const facts::FlagRow> rows) {
  if (v.is_number()) return to_u32(v);
  if (v.is_string()) return facts::flags_by_name(rows, v.get_ref<const std::string&>());
  uint32_t flags = 0;
  for (uint32_t one : TRY(read_list(v, "flags", [&](const json& word) -> Result<uint32_t> {
         return facts::flags_by_name(rows, TRY(to_text(word)));
       })))
    flags |= one;
  return flags;
}

// {"12": "bpf_rcu_read_lock"}: by instruction.
Result<std::vector<module::Extern>> to_ksyms(const json& v) {
  if (!v.is_object()) return fail(WrongType{.found = kind_of(v), .expected = "an object"});
  std::vector<module::Extern> all;
  for (const auto& [insn, name] : v.items())
    all.push_back({.insn = static_cast<uint32_t>(TRY_WITHIN(to_number(json(insn), UINT32_MAX), insn)),
                   .kind = module::ExternKind::kfunc,
                   .binding = module::Binding::strong,
                   .name = TRY_WITHIN(to_text(name), insn)});
  return all;
}

// Bytes that are records of one size each.
Result<Buffer> to_records(const json& v, std::size_t size) {
  Buffer bytes = TRY(to_bytes(v));
  if (bytes.size() % size != 0)
    return fail(WrongType{.found = std::to_string(bytes.size()) + " bytes",
                          .expected = "records of " + std::to_string(size) + " bytes"});
  return bytes;
}

#define READ(Type, ...) []([[maybe_unused]] Type& it, const json& v) -> Result<void> { __VA_ARGS__ return {}; }

struct ProgDraft {
  module::ProgDef def;
  kernel::WrittenTypes::OfProgram written;
};
constexpr std::size_t func_record = 8, line_record = 16;

constexpr Member<ProgDraft> prog_members[] = {
    {"name", READ(ProgDraft, it.def.name = TRY(to_text(v));)},
    {"type", READ(ProgDraft, it.def.type = TRY(to_prog_type(v));)},
    {"attach_type", READ(ProgDraft, it.def.attach_type = TRY(to_attach_type(v));)},
    {"attach_to", READ(ProgDraft, it.def.attach_to = TRY(to_text(v));)},
    {"insns", READ(ProgDraft, it.def.insns = TRY(to_insns(v));)},
    {"license", READ(ProgDraft, TRY_VOID(to_text(v));)},
    {"flags", READ(ProgDraft, it.def.flags = TRY(to_flags(v, facts::prog_flags));)},
    {"func_info", READ(ProgDraft, it.written.func_info = TRY(to_records(v, func_record));)},
    {"line_info", READ(ProgDraft, it.written.line_info = TRY(to_records(v, line_record));)},
    {"ksyms", READ(ProgDraft, it.def.externs = TRY(to_ksyms(v));)},
};

// ---- maps ---------------------------------------------------------------------------------------------------------

Result<facts::MapType> to_map_type(const json& v) {
  if (!v.is_number()) return facts::map_type_by_name(TRY(to_text(v)));
  return *facts::map_type_by_id(TRY(to_number(v, std::size(facts::map_types) - 1)));
}

template <class Pair>
Result<Pair> to_pair(const json& v) {
  TRY_VOID(want_list(v, "a key and a value"));
  if (v.size() != 2)
    return fail(WrongType{.found = "a list of " + std::to_string(v.size()), .expected = "a key and a value"});
  return Pair{TRY_WITHIN(to_bytes(v[0]), "[0]"), TRY_WITHIN(to_bytes(v[1]), "[1]")};
}

struct MapDraft {
  module::MapDef def;
  std::optional<uint32_t> inner;
  std::vector<std::string> unavailable;
};

// Programs of a prog_array by index; null leaves a slot empty.
Result<void> read_slots(MapDraft& it, const json& v) {
  TRY_VOID(want_list(v, "programs by index"));
  for (uint32_t slot = 0; slot < v.size(); ++slot) {
    if (v[slot].is_null()) continue;
    const uint32_t prog = TRY_WITHIN(to_u32(v[slot]), "[" + std::to_string(slot) + "]");
    it.def.slots.push_back({.slot = slot, .index = prog});
  }
  return {};
}

constexpr Member<MapDraft> map_members[] = {
    {"type", READ(MapDraft, it.def.type = TRY(to_map_type(v));)},
    {"key", READ(MapDraft, it.def.key_size = TRY(to_u32(v));)},
    {"value", READ(MapDraft, it.def.value_size = TRY(to_u32(v));)},
    {"entries", READ(MapDraft, it.def.max_entries = TRY(to_u32(v));)},
    {"flags", READ(MapDraft, it.def.flags = TRY(to_flags(v, facts::map_flags));)},
    {"extra", READ(MapDraft, it.def.extra = TRY(to_number(v, UINT64_MAX));)},
    {"name", READ(MapDraft, it.def.name = TRY(to_text(v));)},
    {"inner", READ(MapDraft, it.inner = TRY(to_u32(v));)},
    {"key_type", READ(MapDraft, it.def.key_type = TRY(to_u32(v));)},
    {"value_type", READ(MapDraft, it.def.value_type = TRY(to_u32(v));)},
    {"frozen", READ(MapDraft, it.def.frozen = TRY(to_bool(v)) ? module::Frozen::yes : module::Frozen::no;)},
    {"init", READ(MapDraft, it.def.initial = TRY(read_list(v, "[key, value]", to_pair<module::Entry>));)},
    {"progs", read_slots},
    {"pin", READ(MapDraft, TRY_VOID(to_text(v)); it.unavailable.emplace_back("a pinned map");)},
};

// ---- runs ---------------------------------------------------------------------------------------------------------

Result<void> read_ctx(RunInput& it, const json& v) {
  if (!v.is_object()) {
    it.ctx = TRY(to_bytes(v));
    return {};
  }
  for (const auto& [name, value] : v.items())
    it.ctx_fields.emplace_back(name, TRY_WITHIN(to_number(value, UINT64_MAX), name));
  return {};
}

Result<void> read_l2(RunInput& it, const json& v) {
  it.start = TRY(to_bool(v)) ? facts::Packet::link : facts::Packet::network;
  return {};
}

constexpr Member<RunInput> run_members[] = {
    {"prog", READ(RunInput, it.prog = TRY(to_u32(v));)},
    {"packet", READ(RunInput, it.packet = TRY(to_bytes(v));)},
    {"l2", read_l2},
    {"ctx", read_ctx},
    {"mem", READ(RunInput, it.mem = TRY(to_bytes(v));)},
    {"args",
     READ(RunInput, it.args = TRY(read_list(v, "numbers", [](const json& n) { return to_number(n, UINT64_MAX); }));)},
    {"cpu", READ(RunInput, it.cpu = TRY(to_u32(v));)},
    {"now_ns", READ(RunInput, it.now_ns = TRY(to_number(v, UINT64_MAX));)},
    {"random", READ(RunInput, it.random = TRY(read_list(v, "numbers", to_u32));)},
    {"seed", READ(RunInput, it.seed = TRY(to_number(v, UINT64_MAX));)},
    {"max_insns", READ(RunInput, it.max_insns = TRY(to_number(v, most_runs_a_line));)},
};

Result<RunInput> to_run(const json& v) { return read_object(v, run_members); }

// ---- operations on maps -------------------------------------------------------------------------------------------

// The operands of ["update", MAP, K, V, FLAGS], one after the other.
class Operands {
 public:
  explicit Operands(const json& list) : list_(list) {}

  bool more() const { return at_ < list_.size(); }
  Result<const json*> next(std::string_view what) {
    if (!more()) return fail(WrongType{.found = "the end of the list", .expected = std::string(what)});
    return &list_[at_++];
  }
  Result<uint32_t> index(std::string_view what) { return within(to_u32(*TRY(next(what)))); }
  Result<Buffer> bytes(std::string_view what) { return within(to_bytes(*TRY(next(what)))); }
  Result<uint64_t> flags() { return more() ? within(to_number(list_[at_++], UINT64_MAX)) : Result<uint64_t>(0); }

  template <class T>
  Result<T> within(Result<T> r) const {
    if (!r) return fail_within(std::move(r).error(), "[" + std::to_string(at_ - 1) + "]");
    return r;
  }

 private:
  const json& list_;
  std::size_t at_ = 1;
};

Result<Op> read_operands(OpKind kind, Operands& from) {
  Op op{.kind = kind};
  op.map = TRY(from.index(kind == OpKind::run ? "the index of a program" : "the index of a map"));
  switch (kind) {
    case OpKind::update:
      op.key = TRY(from.bytes("a key"));
      op.value = TRY(from.bytes("a value"));
      op.flags = TRY(from.flags());
      break;
    case OpKind::lookup:
    case OpKind::delete_:
    case OpKind::lookup_delete: op.key = TRY(from.bytes("a key")); break;
    case OpKind::next: {
      const json& key = *TRY(from.next("a key or null"));
      if (!key.is_null()) op.key = TRY(from.within(to_bytes(key)));
      break;
    }
    case OpKind::push:
      op.value = TRY(from.bytes("a value"));
      op.flags = TRY(from.flags());
      break;
    case OpKind::batch_lookup: op.count = TRY(from.index("how many")); break;
    case OpKind::batch_update:
      op.many = TRY(from.within(
          read_list(*TRY(from.next("[[key, value]]")), "[key, value]", to_pair<std::pair<Buffer, Buffer>>)));
      op.flags = TRY(from.flags());
      break;
    case OpKind::batch_delete:
      for (Buffer& key : TRY(from.within(read_list(*TRY(from.next("a list of keys")), "keys", to_bytes))))
        op.many.emplace_back(std::move(key), Buffer{});
      break;
    case OpKind::run:
      if (from.more()) op.run = TRY(from.within(to_run(*TRY(from.next("a run")))));
      op.run.prog = op.map;
      break;
    case OpKind::keys:
    case OpKind::pop:
    case OpKind::peek:
    case OpKind::freeze:
    case OpKind::consume: break;
  }
  return op;
}

Result<Op> to_op(const json& v) {
  TRY_VOID(want_list(v, "an operation and its operands"));
  if (v.empty()) return fail(WrongType{.found = "an empty list", .expected = "an operation and its operands"});
  const OpRow& row = *TRY_WITHIN(to_word(v[0], op_rows, "operation"), "[0]");
  Operands operands(v);
  Op op = TRY(read_operands(row.id, operands));
  if (operands.more())
    return fail(WrongType{.found = std::to_string(v.size()) + " elements",
                          .expected = "[" + std::string(row.name) + "," + std::string(row.operands) + "]"});
  return op;
}

// ---- values of global variables ----------------------------------------------------------------------------------

constexpr unsigned deepest_value = 64;

Result<btf::Datum> to_datum(const json& v, unsigned depth) {
  if (depth > deepest_value)
    return fail(WrongType{.found = "a deeper value", .expected = std::to_string(deepest_value) + " levels at most"});
  if (v.is_boolean()) return btf::Datum{v.get<bool>()};
  if (v.is_number_unsigned()) return btf::Datum{v.get<uint64_t>()};
  if (v.is_number_integer()) return btf::Datum{v.get<int64_t>()};
  if (v.is_number_float()) return btf::Datum{v.get<double>()};
  if (v.is_string()) return btf::Datum{v.get<std::string>()};
  if (v.is_null()) return fail(WrongType{.found = kind_of(v), .expected = "a value"});
  if (v.is_array()) {
    btf::List list;
    for (const json& element : v) list.push_back(TRY(to_datum(element, depth + 1)));
    return btf::Datum{std::move(list)};
  }
  btf::Record record;
  for (const auto& [name, member] : v.items()) record.push_back({name, TRY_WITHIN(to_datum(member, depth + 1), name)});
  return btf::Datum{std::move(record)};
}

// ---- what a line says, before its parts are put together ----------------------------------------------------------

struct Draft {
  Question q;
  bool has_id = false, has_do = false;
  module::Module module;
  std::vector<ProgDraft> progs;
  ProgDraft short_form;
  std::vector<std::optional<uint32_t>> inner;  // of each map, which other map those inside are like
  std::vector<std::string> short_members;      // which members of the short form were given
  std::vector<std::string> members;            // every one of the line
  RunInput top;                                // packet, ctx and mem at top level mean one run
  bool has_top_run = false, has_runs = false, has_progs = false;
  std::optional<std::string> caps;
  std::optional<std::string> target;
  std::optional<std::vector<std::string>> targets;
  bool proof = false, has_threads = false, history = false;
  std::optional<ObjectInput> object;
  std::string license = "GPL";
};

// ---- the line -----------------------------------------------------------------------------------------------------

Result<void> read_id(Draft& d, const json& v) {
  if (!v.is_string() && !v.is_number()) return fail(WrongType{.found = kind_of(v), .expected = "a number or a text"});
  d.has_id = true;
  return {};
}

Result<void> read_do(Draft& d, const json& v) {
  d.has_do = true;
  for (const AskRow* row : TRY(read_list(v, "words", [](const json& w) { return to_word(w, ask_rows, "executor"); })))
    if (std::ranges::find(d.q.asks, row->id) == d.q.asks.end()) d.q.asks.push_back(row->id);
  return {};
}

Result<void> read_on(Draft& d, const json& v) {
  constexpr struct {
    std::string_view name;
  } engines[] = {{"user"}, {"kernel"}};
  d.q.on_user = d.q.on_kernel = false;
  for (const auto* row : TRY(read_list(v, "engines", [&](const json& w) { return to_word(w, engines, "engine"); })))
    (row == engines ? d.q.on_user : d.q.on_kernel) = true;
  return {};
}

Result<void> read_hello(Draft& d, const json& v) {
  if (v != 1) return fail(WrongType{.found = kind_of(v), .expected = "the number 1"});
  d.q.hello = true;
  return {};
}

Result<void> read_threads(Draft& d, const json& v) {
  TRY(read_list(v, "lists of operations", [](const json& ops) { return read_list(ops, "operations", to_op); }));
  d.q.unavailable.emplace_back("several threads in one line");
  d.has_threads = true;
  return {};
}

Result<void> read_maps(Draft& d, const json& v) {
  for (MapDraft& m : TRY(read_list(v, "maps", [](const json& one) { return read_object(one, map_members); }))) {
    if (m.def.name.empty()) m.def.name = std::to_string(d.module.maps.size());  // for errors
    d.module.maps.push_back(std::move(m.def));
    d.inner.push_back(m.inner);
    std::ranges::move(m.unavailable, std::back_inserter(d.q.unavailable));
  }
  return {};
}

Result<void> read_progs(Draft& d, const json& v) {
  d.progs = TRY(read_list(v, "programs", [](const json& one) { return read_object(one, prog_members); }));
  d.has_progs = true;
  for (std::size_t i = 0; i < d.progs.size(); ++i)
    for (std::size_t k = 0; k < i && !d.progs[i].def.name.empty(); ++k)
      if (d.progs[k].def.name == d.progs[i].def.name)
        return fail_within(fail(NameTwice{.what = "program", .name = d.progs[i].def.name}).error(),
                           "[" + std::to_string(i) + "]");
  return {};
}

Result<void> read_log(Draft& d, const json& v) {
  uint64_t level = TRY(to_number(v, 4));
  if (level == 3) return fail(WrongType{.found = "3", .expected = "0, 1, 2 or 4"});
  d.q.log = static_cast<uint32_t>(level);
  return {};
}

ObjectInput& object_of(Draft& d) { return d.object ? *d.object : d.object.emplace(); }

Result<void> read_set(Draft& d, const json& v) {
  if (!v.is_object()) return fail(WrongType{.found = kind_of(v), .expected = "an object"});
  for (const auto& [name, value] : v.items()) object_of(d).set.emplace_back(name, TRY_WITHIN(to_datum(value, 0), name));
  return {};
}

// A member of the short form, or of the one run at top level: as in a program or a run of its own.
template <class T, std::size_t N>
Result<void> read_as(const Member<T> (&members)[N], std::string_view name, T& into, const json& v) {
  return facts::find_row(members, name)->read(into, v);
}
#define SHORT(member)                                       \
  {member, [](Draft& d, const json& v) -> Result<void> {    \
     d.short_members.emplace_back(member);                  \
     return read_as(prog_members, member, d.short_form, v); \
   }}
#define TOP_RUN(member)                                  \
  {member, [](Draft& d, const json& v) -> Result<void> { \
     d.has_top_run = true;                               \
     return read_as(run_members, member, d.top, v);      \
   }}

constexpr Member<Draft> line_members[] = {
    {"id", read_id},
    {"do", read_do},
    {"hello", read_hello},
    {"on", read_on},
    SHORT("type"),
    SHORT("attach_type"),
    SHORT("attach_to"),
    SHORT("flags"),
    SHORT("insns"),
    SHORT("ksyms"),
    {"license", READ(Draft, it.license = TRY(to_text(v));)},
    {"progs", read_progs},
    {"btf", READ(Draft, it.q.written.btf = TRY(to_bytes(v)); it.module.btf = TRY(btf::parse(it.q.written.btf));)},
    {"object", READ(Draft, object_of(it).path = TRY(to_text(v));)},
    {"program", READ(Draft, object_of(it).program = TRY(to_text(v));)},
    {"set", read_set},
    {"caps", READ(Draft, it.caps = TRY(to_text(v)); TRY(facts::caps_by_name(*it.caps));)},
    {"target", READ(Draft, it.target = TRY(to_text(v));)},
    {"targets", READ(Draft, it.targets = TRY(read_list(v, "targets", to_text));)},
    {"log", read_log},
    {"proof", READ(Draft, it.proof = TRY(to_bool(v));)},
    {"maps", read_maps},
    {"runs", READ(Draft, it.q.runs = TRY(read_list(v, "runs", to_run)); it.has_runs = true;)},
    // clang-format off
    TOP_RUN("packet"), TOP_RUN("l2"), TOP_RUN("ctx"), TOP_RUN("mem"), TOP_RUN("args"),
    TOP_RUN("cpu"), TOP_RUN("now_ns"), TOP_RUN("seed"), TOP_RUN("max_insns"),
    // clang-format on
    {"ops", READ(Draft, it.q.ops = TRY(read_list(v, "operations", to_op));)},
    {"threads", read_threads},
    {"history", READ(Draft, it.history = TRY(to_bool(v));)},
};

// ---- putting it together ------------------------------------------------------------------------------------------

Result<void> assemble_target(Draft& d) {
  if (d.target && d.targets)
    return fail(Contradiction{.one = "target", .other = "targets", .why = "one list says all of them"});
  if (d.targets && d.targets->empty())
    return fail_within(fail(WrongType{.found = "an empty list", .expected = "one target at least"}).error(), "targets");
  const std::vector<std::string> names = d.targets ? *d.targets : std::vector{d.target.value_or("linux-6.18")};
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name = names[i];
    if (d.caps && name.find("+caps=") != name.npos)
      return fail(Contradiction{.one = "caps", .other = name, .why = "the target says its capabilities itself"});
    if (d.caps) {
      std::ranges::replace(*d.caps, '+', ',');  // in a target's name the plus is between options
      name += "+caps=" + *d.caps;
    }
    auto target =
        TRY_WITHIN(facts::target_by_name(name), d.targets ? "targets: [" + std::to_string(i) + "]" : "target");
    if (i == 0) d.q.target = target;  // runs are for the first; the verifier answers for each
  }
  return {};
}

// The n-th word of a record.
uint32_t word_of(const Buffer& records, std::size_t at, std::size_t n) { return load<uint32_t>(&records[at + 4 * n]); }

// Records ascend by instruction, within the program. Others only the kernel gets to see.
bool in_order(const Buffer& records, std::size_t size, std::size_t insns) {
  for (std::size_t at = 0; at < records.size(); at += size)
    if (word_of(records, at, 0) >= insns ||
        (at == 0 ? word_of(records, 0, 0) != 0 : word_of(records, at, 0) <= word_of(records, at - size, 0)))
      return false;
  return true;
}

// What the records of a program say, for whoever does not read them as they are written.
void read_records(ProgDraft& p, const btf::Btf& types) {
  const auto& [funcs, lines] = p.written;
  if (!in_order(funcs, func_record, p.def.insns.size()) || !in_order(lines, line_record, p.def.insns.size())) return;
  for (std::size_t at = 0; at < funcs.size(); at += func_record) {
    const btf::TypeId type = word_of(funcs, at, 1);
    module::Subprog s{.name = {}, .first_insn = word_of(funcs, at, 0), .type = 0};
    if (type < types.count() && types.type(type).kind == btf::Kind::func) s.type = type, s.name = types.type(type).name;
    p.def.subprogs.push_back(std::move(s));
  }
  for (std::size_t at = 0; at < lines.size(); at += line_record) {
    auto text = [&](std::size_t n) { return std::string(types.string(word_of(lines, at, n)).value_or("")); };
    const uint32_t place = word_of(lines, at, 3);
    p.def.lines.push_back({.insn = word_of(lines, at, 0),
                           .file = text(1),
                           .line = place >> 10,
                           .column = place & 0x3ff,
                           .text = text(2)});
  }
}

void add_program(Draft& d, ProgDraft&& p) {
  if (d.module.btf != nullptr) read_records(p, *d.module.btf);
  d.module.progs.push_back(std::move(p.def));
  d.q.written.programs.push_back(std::move(p.written));
}

Result<void> assemble_programs(Draft& d, OpenObject open) {
  if (d.object) {
    if (d.has_progs || !d.short_members.empty() || !d.module.maps.empty())
      return fail(Contradiction{.one = "object",
                                .other = d.has_progs               ? "progs"
                                         : d.short_members.empty() ? "maps"
                                                                   : d.short_members[0],
                                .why = "programs and maps come from the object"});
    if (open == nullptr)
      return fail(NotAvailable{.what = "opening objects", .instead = "give the programs themselves"});
    d.module = TRY(open(*d.object));
    if (!d.object->program.empty()) d.q.judged = 1;
    return {};
  }
  if (d.has_progs && !d.short_members.empty())
    return fail(Contradiction{.one = "progs", .other = d.short_members[0], .why = "each program says it itself"});
  for (ProgDraft& p : d.progs) add_program(d, std::move(p));
  if (!d.short_members.empty()) add_program(d, std::move(d.short_form));
  d.module.license = d.license;
  return {};
}

Result<void> assemble_runs(Draft& d) {
  if (d.has_runs && d.has_top_run)
    return fail(Contradiction{.one = "runs", .other = "packet, ctx or mem", .why = "each run says its input itself"});
  // One run without input is what a program alone means; a program that needs a packet will say so.
  if (d.has_top_run || (!d.has_runs && d.q.ops.empty() && !d.module.progs.empty()))
    d.q.runs.push_back(std::move(d.top));
  return {};
}

Result<void> check_indices(const Draft& d) {
  const uint64_t progs = d.module.progs.size(), maps = d.module.maps.size();
  auto check = [](std::string_view what, uint64_t found, uint64_t count, auto place) -> Result<void> {
    if (found < count) return {};
    return fail_within(fail(NoSuchIndex{.what = std::string(what), .found = found, .count = count}).error(), place());
  };
  auto nth = [](std::string_view of, std::size_t i) {
    return [of, i] { return std::string(of) + ": [" + std::to_string(i) + "]"; };
  };
  for (std::size_t i = 0; i < d.q.runs.size(); ++i) TRY_VOID(check("program", d.q.runs[i].prog, progs, nth("runs", i)));
  for (std::size_t i = 0; i < d.q.ops.size(); ++i) {
    const bool run = d.q.ops[i].kind == OpKind::run;
    TRY_VOID(check(run ? "program" : "map", d.q.ops[i].map, run ? progs : maps, nth("ops", i)));
  }
  for (std::size_t i = 0; i < d.inner.size(); ++i)
    if (d.inner[i]) TRY_VOID(check("map", *d.inner[i], maps, nth("maps", i)));
  for (std::size_t i = 0; i < maps; ++i)
    for (const module::Slot& s : d.module.maps[i].slots) TRY_VOID(check("program", s.index, progs, nth("maps", i)));
  return {};
}

// What says something about a thing that is not there.
Result<void> check_company(const Draft& d) {
  if (d.q.asks.empty())
    return fail_within(fail(WrongType{.found = "an empty list", .expected = "what is asked"}).error(), "do");
  if (d.proof && std::ranges::find(d.q.asks, Ask::verify) == d.q.asks.end())
    return fail(MissingMember{.name = "verify", .why = "'proof' is about it, and 'do' does not ask for it"});
  if (d.history && !d.has_threads) return fail(MissingMember{.name = "threads", .why = "'history' is about them"});
  return {};
}

Result<void> finish(Draft& d, OpenObject open) {
  if (d.q.hello) {
    for (const std::string& member : d.members)
      if (member != "hello" && member != "id")
        return fail(Contradiction{.one = "hello", .other = member, .why = "it is asked alone"});
    return {};
  }
  if (!d.has_id) return fail(MissingMember{.name = "id", .why = "the answer gives it back"});
  if (!d.has_do) return fail(MissingMember{.name = "do", .why = "a list of what is asked"});
  TRY_VOID(check_company(d));
  TRY_VOID(assemble_target(d));
  TRY_VOID(assemble_programs(d, open));
  TRY_VOID(assemble_runs(d));
  TRY_VOID(check_indices(d));
  for (std::size_t i = 0; i < d.inner.size(); ++i)
    if (d.inner[i]) d.module.maps[i].inner = std::make_shared<const module::MapDef>(d.module.maps[*d.inner[i]]);
  d.q.module = std::make_shared<const module::Module>(std::move(d.module));
  return {};
}

// As it is written, so that 1.50, -0 and numbers beyond 64 bits come back as they are.
std::string id_of(const json& v, std::string_view line) {
  if (!v.is_object()) return "null";
  const auto id = v.find("id");
  if (id == v.end() || (!id->is_string() && !id->is_number())) return "null";
  const std::string_view written = member_text(line, "id");
  return written.empty() ? id->dump() : std::string(written);
}

}  // namespace

std::string_view name(Ask ask) { return ask_rows[static_cast<std::size_t>(ask)].name; }

std::vector<std::string> every_word() {
  std::vector<std::string> all;
  auto add = [&all](const auto& rows) { std::ranges::move(facts::names(rows), std::back_inserter(all)); };
  add(ask_rows), add(op_rows), add(line_members), add(prog_members), add(map_members), add(run_members);
  return all;
}

std::expected<Question, BadLine> read_question(std::string_view line, OpenObject open) {
  auto parsed = parse_json(line);
  if (!parsed) return std::unexpected(BadLine{"null", std::move(parsed).error()});
  const json& v = parsed->value;
  const std::string id = id_of(v, line);
  if (parsed->twice) return std::unexpected(BadLine{id, *std::move(parsed->twice)});
  Draft draft;
  if (v.is_object())
    for (const auto& [name, value] : v.items()) draft.members.push_back(name);
  auto read = read_object<Draft>(v, line_members, std::move(draft));
  if (!read) return std::unexpected(BadLine{id, std::move(read).error()});
  if (auto done = finish(*read, open); !done) return std::unexpected(BadLine{id, std::move(done).error()});
  read->q.id = id;
  return std::move(read->q);
}

}  // namespace skep::judge
