// SPDX-License-Identifier: Apache-2.0
// Whatever parse() accepts keeps its promises: every type can be looked at, spelled, found, listed, decoded, encoded,
// copied, deduplicated, and asked about by CO-RE. The input is tried as BTF, as split BTF over itself, and over a base
// of a few types.
#include <cstdio>
#include <cstdlib>
#include <source_location>

#include "btf/by_value.hpp"
#include "btf/core.hpp"
#include "btf/datum.hpp"
#include "btf/dedup.hpp"
#include "btf/minimise.hpp"
#include "btf/raw.hpp"

namespace skep::btf {
namespace {

void must(bool law, std::source_location at = std::source_location::current()) {
  if (law) return;
  std::fprintf(stderr, "the law in line %u is broken\n", at.line());
  std::abort();
}

void check_names(const Btf& btf) {
  for (TypeId id = 0; id < btf.count(); ++id) {
    (void)btf.spelled(id);
    Type t = btf.type(id);
    if (id == 0 || t.name.empty()) continue;
    must(btf.find(t.name, t.kind).value_or(UINT32_MAX) <= id);
    must(btf.find(t.name).value_or(UINT32_MAX) <= id);
    if (id > 64) continue;  // hostile names may all be the same
    must(std::ranges::count(btf.named(t.name), id) == 1);
    must(std::ranges::count(btf.flavours(essential_name(t.name)), id) == 1);
  }
}

// Lines are types and items, so names are what can make the list long, and those are bounded.
void check_list(const Btf& btf, std::size_t size) {
  if (auto text = raw_text(btf))
    must(text->size() < (std::size_t{64} << 20) + 400 * (size + btf.string_bytes() + btf.count()));
  else
    must(!text.error().text().empty());
}

const std::vector<Datum>& shapes() {
  static const std::vector<Datum> all = {
      {false},
      {int64_t{-1}},
      {uint64_t{300}},
      {1.5},
      {"0x10"},
      {"10.0.0.1"},
      {"2001:db8::1"},
      {"aa:bb:cc:dd:ee:ff"},
      {"text"},
      {List{{int64_t{1}}, {int64_t{2}}}},
      {Record{{"name", {int64_t{1}}}, {"x", {List{}}}}},
  };
  return all;
}

void check_values(const Btf& btf, uint8_t fill) {
  const Buffer bytes(4096, fill);
  std::size_t left = 1 << 16;
  for (TypeId id = 0; id < btf.count(); ++id) {
    auto size = btf.size_of(id);
    if (!size || *size > bytes.size() || left < *size + 1024) continue;
    left -= *size + 1024;
    for (const Datum& shape : shapes())
      if (auto encoded = encode(btf, id, shape)) must(encoded->size() == *size);
    auto d = decode(btf, id, bytes);
    if (!d) continue;
    auto again = encode(btf, id, *d);
    must(!again || btf.type(id).kind == Kind::datasec || again->size() == *size);
  }
}

// What is written from values is of the same kinds; unknown kinds have no values, arrays and pointers no names.
void check_writer(const Btf& btf) {
  Writer w(btf.base());
  for (TypeId id = btf.first_id(); id < btf.count(); ++id)
    if (made::by_value(w, btf, btf.type(id)) != id) return;
  auto again = parse(w.bytes(Writer::Layouts::with), btf.base());
  if (!again) return;  // bit-fields of old compilers, which the values of members tell as those of new ones
  must((*again)->count() == btf.count());
  for (TypeId id = 1; id < btf.count(); ++id) must((*again)->type(id).kind == btf.type(id).kind);
}

void check_placement(const Btf& btf) {
  auto placed = place_variables(btf, {.size = [](std::string_view) { return 64; },
                                      .offset = [](std::string_view, std::string_view v) -> std::optional<uint32_t> {
                                        return v.empty() ? std::nullopt : std::optional(uint32_t{7});
                                      }});
  must(placed->count() == btf.count());
  for (TypeId id = btf.first_id(); id < btf.count(); ++id)
    if (btf.type(id).kind == Kind::datasec)
      must(placed->size_of(id) == 64 && placed->type(id).vlen == btf.type(id).vlen);
}

void check_dedup(const Btf& btf) {
  auto once = dedup(btf);
  if (!once) return;
  auto smaller = parse(once->types.bytes());
  must(smaller && (*smaller)->count() <= btf.count());
  auto twice = dedup(**smaller);
  must(twice && twice->types.next() == (*smaller)->count());
}

void check_core(const Shared& btf, const Shared& few) {
  Minimal least(btf);
  TypeId step = std::max(1u, btf->count() / 24);
  for (TypeId id = 1; id < btf->count(); id += step)
    for (uint32_t ask = 0; ask <= core::ask_count; ++ask)
      for (std::string_view access : {"0", "1", "0:0", "0:1", "0:0:0", "0:2:1", "0:0:2", "0:9", "x"}) {
        const CoreRelo relo{.insn_off = 0, .type = id, .access = access, .kind = ask};
        auto spec = core::spec_of(*btf, relo);
        if (!spec) continue;
        (void)core::text(*spec);
        (void)least.keep(*btf, relo);
        core::Target target{.btf = btf, .modules = {}};
        if ((id + ask) % 4 == 0) target = {.btf = few, .modules = [&] { return std::vector{btf}; }};
        auto d = core::decide(*spec, core::candidates(*spec, target), ask % 2 ? std::endian::big : std::endian::little);
        must(d || !d.error().text().empty());
      }
  must(parse(least.bytes()).has_value());
}

Shared few_types() {
  Writer w;
  TypeId number = w.integer(
      "int", {.size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false});
  w.refer(Kind::ptr, "", number);
  w.forward(Kind::struct_, "name");
  return *parse(w.bytes());
}

void check(const Result<Shared>& parsed, Bytes input, const Shared& few) {
  if (!parsed) return must(!parsed.error().text().empty());
  const Btf& btf = **parsed;
  check_names(btf);
  check_list(btf, input.size());
  check_values(btf, input.back());
  if (!btf.base()) check_dedup(btf);
  check_writer(btf);
  check_placement(btf);
  check_core(*parsed, few);
}

}  // namespace
}  // namespace skep::btf

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace skep::btf;
  static const Shared base = few_types();
  const skep::Bytes input(data, size);
  auto alone = parse(input);
  check(alone, input, base);
  if (alone) check(parse(input, *alone), input, base);
  check(parse(input, base), input, base);
  return 0;
}
