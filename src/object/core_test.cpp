// SPDX-License-Identifier: Apache-2.0
// tests/core/*.case: types here, types in a target, what a program asks, and the relocated instructions or the refusal.
//
//     case field_byte_offset.found
//       local  struct $t { int a, b; };
//       target struct $t { long more; int a, b; };
//       c      return offset(p($t)->b);
//       => r0 = 12
//
// $ becomes a prefix of the case's own, so that all cases are one object and one target: two runs of clang. `=>` shows
// every relocated instruction in its order, or `! slug`; @local($t) and @target($t) are the numbers of types. libbpf is
// given the same object and the same target and must say the same: same instructions, or a refusal where we refuse.
// A name begins with KIND.CELL; a cell without a case is listed as impossible, with the reason.
// SKEP_BLESS=1 writes what was found into the files.
#include <gtest/gtest.h>

#include <cstdarg>
#include <fstream>
#include <iostream>
#include <regex>
#include <set>

#include "btf/minimise.hpp"
#include "isa/print.hpp"
#include "object/code.hpp"
#include "object/handlers.hpp"
#include "object/made.hpp"
#include "object/sent.hpp"

namespace skep::object {
namespace {

struct Case {
  std::string name, prefix, local = {}, target = {}, body = {}, expected = {};
};
struct Cases {
  std::vector<Case> cases;
  std::map<std::string, std::string> impossible;  // reasons by cell
};

std::string with_prefix(std::string text, const std::string& prefix) {
  for (auto at = text.find('$'); at != text.npos; at = text.find('$', at)) text.replace(at, 1, prefix);
  return text;
}

std::vector<std::string> case_files() {
  std::vector<std::string> files;
  for (const auto& f : std::filesystem::directory_iterator(SKEP_SOURCE_DIR "/tests/core")) files.push_back(f.path());
  std::ranges::sort(files);
  return files;
}

void read_cases(const std::string& file, Cases& to) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    auto begin = line.find_first_not_of(' ');
    if (begin == line.npos || line[begin] == '#') continue;
    auto word = line.substr(begin, line.find(' ', begin) - begin);
    auto rest = line.substr(std::min(line.size(), line.find_first_not_of(' ', begin + word.size())));
    if (word == "case") {
      to.cases.push_back({.name = rest, .prefix = "c" + std::to_string(to.cases.size()) + "_"});
      continue;
    }
    if (word == "impossible") {
      to.impossible.emplace(rest.substr(0, rest.find(':')), rest.substr(rest.find(':') + 2));
      continue;
    }
    Case& c = to.cases.back();
    rest = with_prefix(rest, c.prefix) + "\n";
    if (word == "local") c.local += rest;
    if (word == "target") c.target += rest;
    if (word == "c") c.body += "  " + rest;
    if (word == "=>" || word == "!") c.expected = word + " " + rest.substr(0, rest.size() - 1);
  }
}

constexpr const char* local_prelude = R"(
#define SEC(name) __attribute__((section(name), used))
#define p(T) ((struct T *)ctx)
#define pu(T) ((union T *)ctx)
#define offset(field) __builtin_preserve_field_info(field, 0)
#define size(field) __builtin_preserve_field_info(field, 1)
#define exists(field) __builtin_preserve_field_info(field, 2)
#define is_signed(field) __builtin_preserve_field_info(field, 3)
#define lshift(field) __builtin_preserve_field_info(field, 4)
#define rshift(field) __builtin_preserve_field_info(field, 5)
#define local_id(T) __builtin_btf_type_id(*(typeof(T) *)0, 0)
#define target_id(T) __builtin_btf_type_id(*(typeof(T) *)0, 1)
#define type_exists(T) __builtin_preserve_type_info(*(typeof(T) *)0, 0)
#define type_size(T) __builtin_preserve_type_info(*(typeof(T) *)0, 1)
#define type_matches(T) __builtin_preserve_type_info(*(typeof(T) *)0, 2)
#define value_exists(E, name) __builtin_preserve_enum_value(*(typeof(E) *)name, 0)
#define value(E, name) __builtin_preserve_enum_value(*(typeof(E) *)name, 1)
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef _Bool bool;
char _license[] SEC("license") = "GPL";
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
)";

std::string local_source(const Cases& all) {
  std::string out = local_prelude;
  for (const Case& c : all.cases)
    out += c.local + "SEC(\"raw_tp\") long " + c.prefix + "prog(void *ctx) {\n" + c.body + "}\n";
  return out + "#pragma clang attribute pop\n";
}

// A variable of every type keeps it in the BTF.
std::string target_source(const Cases& all) {
  std::string out =
      "typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32;"
      "typedef unsigned long long u64; typedef _Bool bool;\n";
  static const std::regex record("((?:struct|union|enum) c[0-9]+_\\w+) (?=\\{|: )"),
      other("typedef [^;{}]*?(c[0-9]+_\\w+)[^;{}]*;"), named("\\} (c[0-9]+_\\w+);"),
      forward("(?:^|; )((?:struct|union) c[0-9]+_\\w+);");
  int count = 0;
  for (const Case& c : all.cases) {
    out += c.target;
    for (const auto& [shape, star] : {std::pair(&record, " "), {&other, " *"}, {&named, " "}, {&forward, " *"}})
      for (std::sregex_iterator at(c.target.begin(), c.target.end(), *shape), end; at != end; ++at)
        out += (*at)[1].str() + star + "k" + std::to_string(count++) + ";\n";
  }
  return out;
}

// Everything that is compiled, and both readings of it.
class Bench {
 public:
  Bench() {
    for (const auto& file : case_files()) read_cases(file, all);
    bytes_ = made::compiled("clang-19", local_source(all), "-target bpf -O2 -g -mcpu=v3 -Wno-all");
    Buffer target = made::compiled("clang-19", target_source(all), "-target bpf -O2 -g");
    target_path_ = folder_.write("target.o", as_text(target));
    auto o = Object::parse("target.o", std::move(target));
    target_.btf = *btf::parse(o->sections()[o->find_section(".BTF")].data);
    object_.emplace(*Object::parse("o.o", bytes_));
    types_ = *Types::read(*object_);
    maps_.emplace(*Maps::read(*object_, types_));
    code_ = *Code::read(*object_);
    core_.emplace(types_, target_);
  }

  const std::string& ours(const Case& c) {
    auto [at, is_new] = ours_.try_emplace(c.name);
    if (is_new) at->second = linked(c, *core_);
    return at->second;
  }
  // Against no more of the target than all relocations together need.
  std::string ours_minimised(const Case& c) {
    if (!minimised_) {
      btf::Minimal minimal(target_.btf);
      for (uint32_t section : types_.relocated())
        for (const btf::CoreRelo& r : types_.relos(section, 0, UINT64_MAX))
          (void)minimal.keep(*types_.btf(), r);  // some are refused: that is their case
      minimised_.emplace(types_, btf::core::Target{.btf = *btf::parse(minimal.bytes())});
    }
    return linked(c, *minimised_);
  }
  std::string theirs(const Case& c) {
    auto insns = by_libbpf(c.prefix + "prog");
    return insns.empty() ? "!" : "=> " + shown(c, insns);
  }
  // @target($t): its number.
  std::string with_numbers(std::string text) const {
    static const std::regex id("@(local|target)\\((\\w+)\\)");
    for (std::smatch m; std::regex_search(text, m, id);) {
      const btf::Btf& btf = m[1] == "local" ? *types_.btf() : *target_.btf;
      text.replace(static_cast<std::size_t>(m.position()), static_cast<std::size_t>(m.length()),
                   std::to_string(btf.find(m[2].str()).value_or(0)));
    }
    return text;
  }

  Cases all;

 private:
  std::string linked(const Case& c, Core& core) {
    const Function* f = function(c);
    Budget budget;
    auto p =
        link(*f, {.object = *object_, .types = types_, .code = code_, .maps = *maps_, .handlers = {}, .core = &core},
             budget);
    if (!p) return "! " + std::string(p.error().row().slug);
    return "=> " + shown(c, p->insns);
  }

  const Function* function(const Case& c) const {
    auto f = std::ranges::find(code_.entries(), c.prefix + "prog", &Function::name);
    return f == code_.entries().end() ? nullptr : &*f;
  }

  std::string shown(const Case& c, const std::vector<isa::Insn>& insns) const {
    const Function* f = function(c);
    std::string out;
    for (const btf::CoreRelo& r : types_.relos(f->section, f->begin * 8, f->end * 8))
      out += (out.empty() ? "" : "; ") + isa::print(insns, r.insn_off / 8 - f->begin);
    return out;
  }

  std::vector<isa::Insn> by_libbpf(const std::string& program) const {
    ::libbpf_set_print([](libbpf_print_level, const char* format, va_list list) {
      return std::getenv("SKEP_LIBBPF_LOG") != nullptr ? std::vfprintf(stderr, format, list) : 0;
    });
    bpf_object_open_opts options{};
    options.sz = sizeof options;
    options.btf_custom_path = target_path_.c_str();
    bpf_object* o = ::bpf_object__open_mem(bytes_.data(), bytes_.size(), &options);
    if (o == nullptr) return {};
    bpf_program* p;
    bpf_object__for_each_program(p, o)::bpf_program__set_autoload(p, ::bpf_program__name(p) == program);
    sent::Record record;
    sent::recording = &record;
    const int status = ::bpf_object__load(o);
    sent::recording = nullptr;
    ::bpf_object__close(o);
    return status == 0 && !record.programs.empty() ? record.programs.back().insns : std::vector<isa::Insn>{};
  }

  made::Folder folder_;
  std::string target_path_;
  Buffer bytes_;
  btf::core::Target target_;
  std::optional<Object> object_;
  Types types_;
  std::optional<Maps> maps_;
  Code code_;
  std::optional<Core> core_;
  std::optional<Core> minimised_;
  std::map<std::string, std::string> ours_;
};

Bench& bench() {
  static Bench b;
  return b;
}

// Replaces the expectation of each case by what was found.
void bless(const std::map<std::string, std::string>& found) {
  for (const auto& file : case_files()) {
    std::string text, name;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("case ")) name = line.substr(5);
      bool expectation = line.starts_with("  => ") || line.starts_with("  ! ");
      if (expectation && line.find('@') == line.npos) line = "  " + found.at(name);
      text += line + "\n";
    }
    std::ofstream(file) << text;
  }
}

TEST(Core, EveryCaseGivesItsInstructions) {
  std::map<std::string, std::string> found;
  for (const Case& c : bench().all.cases) {
    found[c.name] = bench().ours(c);
    if (std::getenv("SKEP_BLESS") != nullptr) continue;
    EXPECT_EQ(found[c.name], bench().with_numbers(c.expected)) << c.name;
  }
  EXPECT_EQ(found.size(), bench().all.cases.size()) << "two cases have one name";
  if (std::getenv("SKEP_BLESS") != nullptr) bless(found);
}

TEST(Core, LibbpfDoesTheSame) {
  std::size_t same = 0, refused = 0;
  for (const Case& c : bench().all.cases) {
    const std::string ours = bench().ours(c), theirs = bench().theirs(c);
    EXPECT_EQ(ours.starts_with("!") ? "!" : ours, theirs) << c.name;
    ++(theirs == "!" ? refused : same);
  }
  std::cout << same + refused << " CO-RE cases: " << same << " give libbpf's instructions, " << refused
            << " are refused by both\n";
}

TEST(Core, TheLeastBtfGivesTheSame) {
  for (const Case& c : bench().all.cases) {
    if (c.name.starts_with("type_id_target")) continue;  // it has other numbers
    EXPECT_EQ(bench().ours_minimised(c), bench().ours(c)) << c.name;
  }
}

TEST(Core, EveryCellHasACaseOrAReason) {
  std::set<std::string> cells;
  for (const Case& c : bench().all.cases) cells.insert(c.name.substr(0, c.name.find('.', c.name.find('.') + 1)));
  for (uint32_t kind = 0; kind < btf::core::ask_count; ++kind)
    for (const char* cell : {"found", "flavour", "missing_guarded", "missing", "ambiguous", "bitfield", "anonymous"}) {
      std::string name = std::string(name_of(static_cast<btf::core::Ask>(kind))) + "." + cell;
      EXPECT_EQ(cells.contains(name) + bench().all.impossible.contains(name), 1) << name;
    }
  std::cout << 13 * 7 - bench().all.impossible.size() << " cells have cases, " << bench().all.impossible.size()
            << " are impossible\n";
}

// ---- of an object -------------------------------------------------------------------------------------------------

constexpr const char* asks = R"(
struct t { int a, b; } __attribute__((preserve_access_index));
static __attribute__((noinline)) int inner(struct t *t) { return t->b; }
SEC("tc") int p(struct t *t) {
  return inner(t);
})";

OpenOptions options_for(const std::string& types) {
  auto btf = Types::read(made::object_of("clang-19", std::string(made::prelude) + types))->btf();
  return {.target = [btf]() -> Result<btf::core::Target> { return btf::core::Target{.btf = btf}; }};
}

TEST(Core, PoisonIsSaidWhereItIs) {
  const std::string source = std::string(made::prelude) + asks;
  auto m = made::module_of("clang-19", source, options_for("struct t { int a, bb; } x;"));
  ASSERT_EQ(m.progs[0].subprogs.size(), 2u);
  EXPECT_EQ(m.progs[0].poisoned,
            (std::vector<module::Poisoned>{{.insn = m.progs[0].subprogs[1].first_insn,
                                            .spec = "struct t.b",
                                            .missing = "the target's struct t has no member 'b'; it has a, bb"}}));
  EXPECT_EQ(m.progs[0].core_relocations, 0u);
  EXPECT_EQ(made::module_of("clang-19", source).progs[0].core_relocations, 1u) << "nobody said for whose types";
}

TEST(Core, FaultsNameProgramLineAndSpec) {
  EXPECT_EQ(made::refusal_of("clang-19", std::string(made::prelude) + asks,
                             options_for("struct t { int a, b; } x; struct t___2 { int b; } y;")),
            "o.o: program 'p': section 'tc': function 'p': insn 0: section '.text': function 'inner': insn 0 (o.c:13): "
            "struct t.b: several types of the target may be struct t.b and they differ in field_byte_offset: it is 4 "
            "(bit 32) "
            "in type 5, 0 (bit 0) in type 8");
}

// Nobody is asked for types that nothing needs.
TEST(Core, TheTargetIsAskedForOnlyWhereItIsNeeded) {
  int asked = 0;
  OpenOptions options{.target = [&]() -> Result<btf::core::Target> {
    ++asked;
    return btf::core::Target{};
  }};
  made::module_of("clang-19", made::linking, options);
  EXPECT_EQ(asked, 0);
  made::module_of("clang-19", std::string(made::prelude) + asks, options);
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace skep::object
