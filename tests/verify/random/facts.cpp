// SPDX-License-Identifier: Apache-2.0
// The tables that generated programs are made of, as JSON: program types with what they may read and write, helpers
// with their arguments, kernel functions. So that what a row says is called and touched without anybody writing it
// again.
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "facts/contexts.hpp"
#include "facts/prog_types.hpp"
#include "facts/target.hpp"

namespace {

using namespace skep::facts;

constexpr const char* kinds[] = {"none",         "vararg",          "anything",    "ctx",           "map",
                                 "key",          "value",           "mem",         "fixed_mem",     "size",
                                 "size_or_zero", "alloc_size",      "ringbuf_mem", "spin_lock",     "sock_common",
                                 "socket",       "btf_sock_common", "btf_id",      "percpu_btf_id", "func",
                                 "stack",        "const_str",       "timer",       "kptr",          "dynptr"};
static_assert(std::size(kinds) == static_cast<std::size_t>(ArgKind::dynptr) + 1);
constexpr const char* results[] = {"integer",  "nothing", "map_value", "socket",       "sock_common",
                                   "tcp_sock", "mem",     "btf_id",    "mem_or_btf_id"};
static_assert(std::size(results) == static_cast<std::size_t>(RetKind::mem_or_btf_id) + 1);
constexpr const char* uses[] = {"", "reads", "wants_plain", "writes", "fills"};

template <class Range, class F>
std::string list(const Range& range, F text) {
  std::string out;
  for (const auto& one : range)
    if (std::string t = text(one); !t.empty()) out += (out.empty() ? "" : ",") + t;
  return "[" + out + "]";
}
std::string quoted(std::string_view s) { return fmt::format("\"{}\"", s); }

std::string arg(const Arg& a) {
  if (a.kind == ArgKind::none) return "";
  return fmt::format(
      R"({{"kind":"{}","use":"{}","or_null":{},"release":{},"bytes":{},"btf":"{}","callback":{},"ringbuf":{}}})",
      kinds[static_cast<int>(a.kind)], uses[static_cast<int>(a.use)], a.or_null, a.release, a.bytes, a.btf,
      static_cast<int>(a.callback), a.dynptr == Dynptr::ringbuf);
}

std::string helper(const Helper& h) {
  const auto types =
      list(prog_types, [&](const ProgTypeRow& t) { return prototype(h.id, t.id) == &h ? quoted(t.name) : ""; });
  const auto maps = list(map_types, [&](const MapTypeRow& m) {
    for (const ProgTypeRow& t : prog_types)
      if (h.where.has(t.id) && takes_map(h, m.id, t.id, unsaid)) return quoted(m.name);
    return std::string();
  });
  return fmt::format(
      R"({{"id":{},"name":"{}","types":{},"args":{},"gives":"{}","or_null":{},"maps":{},"sleeps":{},"moves_packet":{},"acquires":{}}})",
      h.id, h.name, types, list(h.args, arg), results[static_cast<int>(h.returns.kind)], h.returns.or_null, maps,
      h.rare.might_sleep, h.rare.moves_packet, h.rare.acquires);
}

// Offset, size and what a read gives (0: a number); negative sizes are writes. By attach type; "" where any is taken.
std::string accesses(const ProgTypeRow& t, AttachType attach) {
  std::string out;
  for (int offset = 0; offset < 400; ++offset)
    for (unsigned size : {1U, 2U, 4U, 8U})
      for (Access a : {Access::read, Access::write})
        if (const auto f = access_field(Accessor(t.id, attach), offset, size, a))
          out += fmt::format("{}[{},{},{}]", out.empty() ? "" : ",", offset,
                             a == Access::read ? static_cast<int>(size) : -static_cast<int>(size),
                             a == Access::read ? static_cast<int>(f->gives) : 0);
  return "[" + out + "]";
}

std::string prog_type(const ProgTypeRow& t) {
  std::string by_attach;
  for (const AttachTypeRow& a : attach_types)
    if (t.rare.attach.has(a.id) || (t.rare.attach.empty() && a.id == unsaid))
      by_attach += fmt::format("{}\"{}\":{}", by_attach.empty() ? "" : ",", t.rare.attach.empty() ? "" : a.name,
                               accesses(t, a.id));
  return fmt::format(R"("{}":{{"packets":{},"ld_abs":{},"sleeps":{},"must_sleep":{},"accesses":{{{}}}}})", t.name,
                     static_cast<int>(t.rare.packets), t.rare.ld_abs, t.rare.sleeps != Sleeps::never,
                     t.rare.sleeps == Sleeps::must, by_attach);
}

std::string kfunc(const Kfunc& k) {
  return fmt::format(R"("{}":{})", k.name,
                     list(prog_types, [&](const ProgTypeRow& t) { return k.where.has(t.id) ? quoted(t.name) : ""; }));
}

}  // namespace

int main() {
  auto inside = [](std::string l) { return "{" + l.substr(1, l.size() - 2) + "}"; };
  std::string all = list(helpers(), helper), more = list(other_prototypes(), helper);
  if (more.size() > 2) all = all.substr(0, all.size() - 1) + "," + more.substr(1);
  fmt::print("{{\"types\":{},\n\"helpers\":{},\n\"kfuncs\":{}}}\n", inside(list(prog_types, prog_type)), all,
             inside(list(kfuncs(), kfunc)));
}
