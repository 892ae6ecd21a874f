// SPDX-License-Identifier: Apache-2.0
#include "verify/subprograms.hpp"

#include <algorithm>

#include "facts/helper_ids.hpp"
#include "verify/edges.hpp"
#include "verify/errors.hpp"

namespace skep::verify {
namespace {

constexpr std::string_view handler_tag = "exception_callback:";

// The first instructions of subprograms, ascending. They are few: a sorted vector is searched faster than it is hashed.
class Starts {
 public:
  explicit Starts(std::size_t most) : most_(most) {}
  bool add(uint32_t at) {
    auto place = std::ranges::lower_bound(all_, at);
    if (place != all_.end() && *place == at) return true;
    if (all_.size() == most_) return false;
    all_.insert(place, at);
    return true;
  }
  const std::vector<uint32_t>& all() const { return all_; }

 private:
  std::vector<uint32_t> all_{0};
  std::size_t most_;
};

bool has_types(const Inputs& in) {
  return in.module.btf != nullptr &&
         std::ranges::any_of(in.prog.subprogs, [](const module::Subprog& s) { return s.type != 0; });
}

// The name that the program's own function gives for its exception callback, which may be empty; nothing: none.
Judged<std::optional<std::string_view>> handler_name(const btf::Btf& types, btf::TypeId main,
                                                     std::string_view function) {
  std::optional<std::string_view> name;
  for (btf::TypeId id = types.first_id(); id < types.count(); ++id) {
    if (types.kind_number(id) != static_cast<uint32_t>(btf::Kind::decl_tag)) continue;
    const btf::Type tag = types.type(id);
    if (tag.size_or_type != main || types.tagged_component(tag) != -1) continue;
    if (!tag.name.starts_with(handler_tag)) continue;
    if (name) return refuse(0, HandlersDiffer{.function = std::string(function)});
    name = tag.name.substr(handler_tag.size());
  }
  return name;
}

// Where the exception callback begins; nothing: the program has none.
Judged<std::optional<uint32_t>> handler_start(const Inputs& in) {
  if (!has_types(in)) return std::nullopt;
  const btf::Btf& types = *in.module.btf;
  const module::Subprog& main = in.prog.subprogs.front();
  const auto named = TRY(handler_name(types, main.type, main.name));
  if (!named) return std::nullopt;
  const std::string name{*named};
  const auto id = types.find(name, btf::Kind::func);
  if (!id) return refuse(0, NoSuchHandler{.name = name});
  if (types.linkage_of(types.type(*id)) != btf::Linkage::global) return refuse(0, HandlerNotGlobal{.name = name});
  const auto row = std::ranges::find(in.prog.subprogs, *id, &module::Subprog::type);
  if (row == in.prog.subprogs.end()) return refuse(0, HandlerMissing{.name = name});
  if (row->first_insn == 0) return refuse(0, HandlerIsMain{.name = name});
  return row->first_insn;
}

bool returns_number(const btf::Btf& types, btf::TypeId func) {
  const btf::Type proto = types.type(types.type(func).size_or_type);
  btf::TypeId id = proto.size_or_type;
  for (auto skipped = {btf::Kind::typedef_, btf::Kind::const_, btf::Kind::volatile_, btf::Kind::restrict_};
       std::ranges::find(skipped, types.type(id).kind) != skipped.end();)
    id = types.type(id).size_or_type;
  const btf::Type returned = types.type(id);
  if (returned.kind == btf::Kind::enum_ || returned.kind == btf::Kind::enum64) return true;
  return returned.kind == btf::Kind::int_ && types.int_of(returned).size_bytes <= 8;
}

Judged<void> check_untyped(const Flow& flow) {
  for (const Subprogram& s : std::span(flow.subprogs).subspan(1)) {
    if (s.loads_packet) return refuse(s.first, PacketLoadWithoutTypes{.in = {s.first}});
    if (s.tail_calls) return refuse(s.first, TailCallWithoutTypes{.in = {s.first}});
  }
  return {};
}

}  // namespace

Judged<void> find_subprograms(const Inputs& in, Flow& flow) {
  const auto& insns = in.prog.insns;
  const std::size_t most = in.target.limits().subprograms;
  Starts starts(most);
  for (uint32_t i = 0; i < insns.size(); ++i) {
    const bool kfunc = is_kfunc_call(insns[i]);
    if (!kfunc && !names_subprogram(insns[i])) continue;
    if (!in.target.privileges().bpf_capable) return refuse(i, FunctionsNeedBpf{.at = {i}});
    if (kfunc) {
      if (!in.kfunc) continue;
      auto known = in.kfunc(i);
      if (!known) return std::unexpected(Rejection{std::move(known).error(), i});
      if (*known) flow.kfuncs.push_back({i, **known});
      continue;
    }
    const int64_t to = callee_start(insns[i], i);
    if (to < 0 || to >= std::ssize(insns)) return refuse(i, CallOutside{.at = {i}, .to = to, .last = insns.size() - 1});
    if (!starts.add(static_cast<uint32_t>(to))) return refuse(i, TooManySubprograms{.at = {i}, .most = most});
  }
  const auto handler = TRY(handler_start(in));
  if (handler) {
    if (*handler >= insns.size()) return refuse(0, CallOutside{.at = {0}, .to = *handler, .last = insns.size() - 1});
    if (!starts.add(*handler)) return refuse(0, TooManySubprograms{.at = {0}, .most = most});
  }
  for (uint32_t first : starts.all()) {
    if (!flow.subprogs.empty()) flow.subprogs.back().end = first;
    flow.subprogs.push_back({.first = first, .catches = handler == first});
  }
  flow.subprogs.back().end = static_cast<uint32_t>(insns.size());
  return {};
}

Judged<void> check_jumps(const Inputs& in, Flow& flow) {
  const auto& insns = in.prog.insns;
  for (std::size_t n = 0; n < flow.subprogs.size(); ++n) {
    Subprogram& s = flow.subprogs[n];
    for (uint32_t i = s.first; i < s.end; ++i) {
      flow.at[i].subprog = static_cast<uint8_t>(n);
      s.tail_calls |= is_helper_call(insns[i]) && insns[i].imm == facts::helper_id::tail_call;
      s.loads_packet |= loads_packet(insns[i]);
      if (!moves_on(insns[i])) continue;
      const int64_t to = jump_target(insns[i], i);
      if (to < s.first || to >= s.end)
        return refuse(i, JumpOutside{.from = {i}, .to = to, .first = s.first, .last = s.end - 1});
    }
    const isa::Insn last = insns[s.end - 1];
    if (last.code != 0x95 && !is_goto(last)) return refuse(s.end - 1, FallsOff{.at = {s.end - 1}});
  }
  return {};
}

Judged<void> check_types(const Inputs& in, Flow& flow) {
  flow.has_types = has_types(in);
  if (!flow.has_types) return check_untyped(flow);
  const auto& typed = in.prog.subprogs;
  if (typed.size() != flow.subprogs.size())
    return refuse(0, FunctionCount{.typed = typed.size(), .found = flow.subprogs.size()});
  const btf::Btf& types = *in.module.btf;
  for (std::size_t n = 0; n < typed.size(); ++n) {
    Subprogram& s = flow.subprogs[n];
    if (typed[n].first_insn != s.first)
      return refuse(0, FunctionPlace{.typed = {typed[n].first_insn}, .found = {s.first}});
    s.type = typed[n].type;
    if (s.type == 0) continue;
    s.linkage = types.linkage_of(types.type(s.type));
    if (n == 0 || returns_number(types, s.type)) continue;
    const std::string function = typed[n].name;
    if (s.loads_packet) return refuse(0, PacketLoadNeedsInt{.function = function});
    if (s.tail_calls) return refuse(0, TailCallNeedsInt{.function = function});
  }
  return {};
}

Judged<void> check_lines(const Inputs& in) {
  if (in.module.btf == nullptr) return {};
  for (std::size_t n = 0; n < in.prog.lines.size(); ++n)
    if (const uint32_t at = in.prog.lines[n].insn; at < in.prog.insns.size() && in.prog.insns[at].code == 0)
      return refuse(0, LineInConstant{.at = {at}, .line = n});
  return {};
}

}  // namespace skep::verify
