// SPDX-License-Identifier: Apache-2.0
#include "object/open.hpp"

#include <gtest/gtest.h>

#include "btf/types.hpp"
#include "object/made.hpp"
#include "object/maps.hpp"

namespace skep::object {
namespace {

using made::module_of;
using made::refusal_of;

const module::MapDef& map_named(const module::Module& m, const char* name) {
  return m.maps[*module::find_map(m, name)];
}
const module::ProgDef& prog_named(const module::Module& m, const char* name) {
  return m.progs[*module::find_program(m, name)];
}
std::vector<std::string> names(const auto& things) {
  std::vector<std::string> out;
  for (const auto& t : things) out.push_back(t.name);
  return out;
}
using Names = std::vector<std::string>;

// "data+8" for every address of global data, "call second" for every call, in order.
Names references(const module::Module& m, const module::ProgDef& p) {
  Names out;
  for (uint32_t i = 0; i < p.insns.size(); ++i) {
    isa::Insn insn = p.insns[i];
    if (insn.code == 0x85 && insn.src() == 1)
      out.push_back("call " + module::subprog_at(p, i + 1 + static_cast<uint32_t>(insn.imm))->name);
    if (insn.code != 0x18) continue;
    const auto& map = m.maps[static_cast<std::size_t>(insn.imm)];
    if (insn.src() == 1) out.push_back(map.name);
    if (insn.src() == 2) out.push_back(map.name + "+" + std::to_string(p.insns[i + 1].imm));
    ++i;
  }
  return out;
}

// ---- programs ---------------------------------------------------------------------------------------------------

TEST(Open, EveryObjectOfLibxdpAndIrKeytable) {
  std::size_t found = 0;
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu/bpf", "/usr/lib/udev/rc_keymaps/protocols"})
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      auto object = Object::read(entry.path().string());
      ASSERT_TRUE(object) << object.error().text();
      auto m = open(*object);
      ASSERT_TRUE(m) << m.error().text();
      for (const auto& p : m->progs) EXPECT_NE(p.type, facts::ProgType::unspec) << entry.path() << ": " << p.section;
      ++found;
    }
  EXPECT_EQ(found, 15u + 9u);
}

TEST(Open, LegacyMapsAndSectionNamesOfIrKeytable) {
  auto m = *open(*Object::read("/usr/lib/udev/rc_keymaps/protocols/raw.o"));
  EXPECT_EQ(names(m.maps), (Names{"decoder_state_map", "raw_map", ".data"}));
  EXPECT_EQ(map_named(m, "raw_map").max_entries, 1024u);
  EXPECT_EQ(prog_named(m, "bpf_decoder").type, facts::ProgType::lirc_mode2);
  EXPECT_EQ(prog_named(m, "bpf_decoder").attach_to, "raw");
}

TEST(Open, CoreRelocationsAreCountedNotApplied) {
  auto m = *open(*Object::read("/usr/lib/x86_64-linux-gnu/bpf/xdpdump_bpf.o"));
  EXPECT_EQ(prog_named(m, "trace_on_entry").core_relocations, 10u);
}

// Every compiler lays the object out in its own way; what the programs refer to is the same.
TEST(Open, GccAndClangMeanTheSame) {
  for (const char* compiler : {"clang-14", "clang-16", "clang-19", "bpf-gcc"}) {
    SCOPED_TRACE(compiler);
    auto m = module_of(compiler, made::linking);
    ASSERT_EQ(m.progs.size(), 3u);
    EXPECT_EQ(m.license, "Dual MIT/GPL");
    EXPECT_EQ(m.version, 0x60100u);
    EXPECT_EQ(prog_named(m, "first").subprogs.size(), 5u) << "first, outer, inner, more, twice";
    EXPECT_EQ(prog_named(m, "second").subprogs.size(), 3u);
    EXPECT_EQ(prog_named(m, "third").subprogs.size(), 2u);
    for (const auto& p : m.progs) EXPECT_EQ(p.subprogs[0].name, p.name);
    auto numbers = module::find_variable(m, "numbers")->variable;
    EXPECT_EQ(numbers.size, 32u);
    EXPECT_EQ(m.btf->spelled(numbers.type), "int[8]");
    auto at = [&](const char* variable) {
      auto v = *module::find_variable(m, variable);
      return m.maps[v.map].name + "+" + std::to_string(v.variable.offset);
    };
    auto third = references(m, prog_named(m, "third"));
    std::ranges::sort(third);
    Names expected = {"call twice", at("numbers"), at("pad")};
    std::ranges::sort(expected);
    EXPECT_EQ(third, expected);
    auto& data = map_named(m, ".data");
    EXPECT_EQ(load<int>(data.initial[0].value.data() + module::find_variable(m, "pad")->variable.offset), 3);
  }
}

// LLVM adds the element's offset with an instruction of its own; GCC puts it into the relocated one.
TEST(Open, AddressesOfElementsByGcc) {
  const char* source = R"(
int pad = 1, numbers[8] = {1}, other[8] = {3};
static int own[5] = {3}, own_too[7] = {5};
int *volatile keep;
__attribute__((section("xdp"))) int p(void *ctx) {
  keep = &other[3], keep = &numbers[2], keep = &own_too[3], keep = &own[1];
  return own[2]++ + own_too[2]++;
})";
  auto m = module_of("bpf-gcc", source);
  auto found = references(m, m.progs[0]);
  for (auto [variable, element] : {std::pair("other", 3u), {"numbers", 2u}, {"own_too", 3u}, {"own", 1u}}) {
    uint32_t offset = module::find_variable(m, variable)->variable.offset + element * 4;
    EXPECT_NE(std::ranges::find(found, ".data+" + std::to_string(offset)), found.end()) << variable;
  }
}

TEST(Open, ProgramsOfOneFunctionWithoutSectionsOrNames) {
  auto m = *open(*Object::parse("o.o", made::compiled("clang-19", "int f(int *a) { return *a; }")));
  EXPECT_EQ(names(m.progs), (Names{"f"}));
  EXPECT_EQ(m.progs[0].type, facts::ProgType::unspec);
  auto typed = module_of("clang-19", "int f(int *a) { return *a; }", {.type = facts::ProgType::xdp});
  EXPECT_EQ(typed.progs[0].type, facts::ProgType::xdp);
  made::Folder folder;
  std::string s = folder.write("a.s", "r0 = 1\nexit\n");
  ASSERT_EQ(std::system(("llvm-mc-19 -triple bpf -filetype=obj " + s + " -o " + folder.path + "/a.o").c_str()), 0);
  EXPECT_EQ(names(open(*Object::read(folder.path + "/a.o"))->progs), (Names{".text"}));
}

TEST(Open, LocalFunctionsOfAnySectionAreSubprograms) {
  auto m = module_of("clang-19", std::string(made::prelude) + R"(
static __attribute__((noinline, section("xdp"))) int near(struct xdp_md *c) { return c->rx_queue_index; }
static __attribute__((noinline, section("elsewhere"))) int far(struct xdp_md *c) { return c->ingress_ifindex; }
__attribute__((weak, noinline)) int feeble(struct xdp_md *c) { return 2; }
__attribute__((visibility("hidden"), noinline)) int hidden(struct xdp_md *c) { return c->egress_ifindex; }
SEC("?xdp") int p(struct xdp_md *c) { return near(c) + far(c) + feeble(c) + hidden(c); })");
  EXPECT_EQ(names(m.progs), (Names{"p"}));
  EXPECT_EQ(names(m.progs[0].subprogs), (Names{"p", "near", "far", "feeble", "hidden"}));
  EXPECT_EQ(m.progs[0].autoload, module::Autoload::only_when_named);
}

TEST(Open, SectionsSayTypeAndMore) {
  auto m = module_of("clang-19", std::string(made::prelude) + R"(
SEC("tracepoint/syscalls/sys_enter_openat") int a(void *c) { return 0; }
SEC("cgroup/connect6") int b(void *c) { return 1; }
SEC("xdp.frags") int c(struct xdp_md *c) { return 1; }
SEC("nonsense") int d(struct xdp_md *c) { return 1; })");
  EXPECT_EQ(prog_named(m, "a").type, facts::ProgType::tracepoint);
  EXPECT_EQ(prog_named(m, "a").attach_to, "syscalls/sys_enter_openat");
  EXPECT_EQ(prog_named(m, "b").attach_type, facts::AttachType::cgroup_inet6_connect);
  EXPECT_EQ(prog_named(m, "c").flags, facts::prog_flag::xdp_frags);
  EXPECT_EQ(prog_named(m, "d").type, facts::ProgType::unspec);
}

TEST(Open, LinesAndFunctionsFollowTheCode) {
  auto m = module_of("clang-19", made::linking);
  const auto& p = prog_named(m, "first");
  for (const auto& s : p.subprogs) {
    const module::LineInfo* l = module::source_line(p, s.first_insn);
    ASSERT_NE(l, nullptr) << s.name;
    EXPECT_TRUE(l->file.ends_with("o.c"));
    std::string_view source = made::linking;
    EXPECT_EQ(std::ranges::count(source.substr(0, source.find(l->text)), '\n') + 1, l->line) << l->text;
    EXPECT_EQ(m.btf->type(s.type).name, s.name);
  }
}

// ---- externs ----------------------------------------------------------------------------------------------------

constexpr const char* externs = R"(
extern int bpf_kernel_function(int) __attribute__((section(".ksyms")));
extern int maybe_there(int) __attribute__((section(".ksyms"), weak));
extern const int bpf_prog_active __attribute__((section(".ksyms")));
extern int CONFIG_HZ __attribute__((section(".kconfig"), weak));
extern char CONFIG_BPF __attribute__((section(".kconfig")));
SEC("tc") int p(struct __sk_buff *c) {
  return bpf_kernel_function(1) + maybe_there(2) + (long)&bpf_prog_active + CONFIG_HZ + CONFIG_BPF;
})";

TEST(Externs, AreNamedWhereTheyAreUsed) {
  auto m = module_of("clang-19", std::string(made::prelude) + externs);
  std::vector<std::string> found;
  for (const auto& e : m.progs[0].externs) {
    isa::Insn i = m.progs[0].insns[e.insn];
    found.push_back(e.name + (e.kind == module::ExternKind::kfunc ? " kfunc" : " ksym") +
                    (e.binding == module::Binding::weak ? " weak" : "") + " src " + std::to_string(i.src()));
  }
  std::ranges::sort(found);
  EXPECT_EQ(found, (Names{"CONFIG_BPF ksym src 2", "CONFIG_HZ ksym weak src 2", "bpf_kernel_function kfunc src 2",
                          "bpf_prog_active ksym src 0", "maybe_there kfunc weak src 2"}));
  const auto& kconfig = map_named(m, ".kconfig");
  EXPECT_EQ(kconfig.data_section, module::DataSection::kconfig);
  EXPECT_EQ(names(kconfig.variables), (Names{"CONFIG_HZ", "CONFIG_BPF"})) << "the larger alignment first";
  EXPECT_EQ(kconfig.value_size, 5u);
}

TEST(Externs, OfKconfigCanBeSet) {
  OpenOptions options{.set = {{"CONFIG_HZ", {int64_t{250}}}}};
  auto m = module_of("clang-19", std::string(made::prelude) + externs, options);
  for (const auto& e : m.progs[0].externs) EXPECT_NE(e.name, "CONFIG_HZ");
  EXPECT_EQ(to_hex(map_named(m, ".kconfig").initial[0].value), "fa00000000");
}

// ---- maps -------------------------------------------------------------------------------------------------------

TEST(Maps, SayWhatTheirDeclarationsSay) {
  for (const char* compiler : {"clang-14", "clang-19"}) {
    SCOPED_TRACE(compiler);
    auto m = module_of(compiler, made::maps);
    EXPECT_EQ(names(m.maps), (Names{"one", "two", "tables", "stages", "flows", "totals", "seen"}));
    const auto& flows = map_named(m, "flows");
    EXPECT_EQ(flows.pinning, facts::Pinning::by_name);
    EXPECT_EQ(flows.flags, facts::map_flag::no_prealloc);
    EXPECT_EQ(m.btf->spelled(flows.key_type), "flow_t");
    EXPECT_EQ(m.btf->spelled(flows.value_type), "count_t");
    EXPECT_EQ(map_named(m, "seen").extra, 3u);
    const auto& tables = map_named(m, "tables");
    ASSERT_TRUE(tables.inner);
    EXPECT_EQ(tables.inner->value_size, 8u);
    EXPECT_EQ(tables.slots, (std::vector<module::Slot>{{.slot = 0, .index = 0}, {.slot = 2, .index = 1}}));
    const auto& stages = map_named(m, "stages");
    ASSERT_EQ(stages.slots.size(), 1u);
    EXPECT_EQ(stages.slots[0].slot, 2u);
    EXPECT_EQ(m.progs[stages.slots[0].index].name, "stage");
  }
}

TEST(Maps, OfGcc) {
  auto m = module_of("bpf-gcc", R"(
#define SEC(name) __attribute__((section(name), used))
static void *(*lookup)(void *, const void *) = (void *)1;
int stage(void *ctx);
struct { int (*type)[1]; int *key; long *value; int (*max_entries)[9]; } first SEC(".maps"), second SEC(".maps");
struct { int (*type)[3]; int *key; int (*max_entries)[4]; int (*values[])(void *); } stages SEC(".maps") =
  {.values = {[1] = stage}};
SEC("socket") int stage(void *ctx) { return 0; }
SEC("socket") int p(void *ctx) { void *volatile m[3] = {&first, &second, &stages}; return m[0] != m[1]; })");
  EXPECT_EQ(map_named(m, "second").value_size, 8u);
  EXPECT_EQ(map_named(m, "stages").slots.size(), 1u);
  Names wanted = names(m.maps), found = references(m, prog_named(m, "p"));
  std::ranges::sort(wanted), std::ranges::sort(found);
  EXPECT_EQ(found, wanted);
}

TEST(Maps, EachFaultInADeclaration) {
  const std::string good = "__uint(type, 1); __type(key, int); __type(value, int); __uint(max_entries, 1);";
  const std::pair<std::string, const char*> cases[] = {
      {good, "accepted"},
      {good + "enum { five = 5 } map_extra;", "accepted"},  // __ulong of newer headers
      {"__uint(typ, 1);",
       "a map has no 'typ', it has type, max_entries, map_flags, map_extra, key, value, key_size, "
       "value_size, values, numa_node, pinning; did you mean type?"},
      {"__uint(type, 99);", "its type is 99, which is no map type of Linux"},
      {"__type(key, int);", "it is m4; a map has a type"},
      {"int type;", "it is int; __uint gives a pointer to an array"},
      {"__uint(type, 1); int key;", "it is int; __type gives a pointer"},
      {"__uint(type, 1); void *key;", "it is void; keys and values have a size"},
      {good + "__uint(key_size, 8);", "its key type is 4 bytes, its key_size says 8"},
      {"__uint(type, 1); __uint(value_size, 8); __type(value, int);",
       "its value type is 4 bytes, its value_size says 8"},
      {good + "__uint(pinning, 2);", "its pinning is 2; 0 (none) and 1 (by name) are known"},
      {good + "int values;", "it is int; __array(values, …) gives an array of pointers, once"},
      {"__uint(type, 12); __array(values, struct s);", "it is struct s; a map has a type"},
      {"__uint(type, 12); __type(value, long); __array(values, struct s);",
       "its value type is 4 bytes, its value_size says 8"},
  };
  std::string source = std::string(made::prelude) + "struct s { int *key; }; int not_a_struct;";
  std::size_t i = 0;
  for (const auto& c : cases) source += "struct {" + c.first + "} m" + std::to_string(i++) + ";";
  auto m = module_of("clang-19", source + "SEC(\"xdp\") int p(void *c) { return 0; }");
  auto refusal = [&](const std::string& name) {
    auto d = declaration_of(*m.btf, *m.btf->find(name, btf::Kind::var), name);
    return d ? "accepted" : d.error().message();
  };
  i = 0;
  for (const auto& c : cases) EXPECT_EQ(refusal("m" + std::to_string(i++)), c.second) << c.first;
  EXPECT_EQ(refusal("not_a_struct"), "it is not_a_struct; a map is a struct");
}

TEST(Maps, NeedTypesAndNames) {
  std::string source =
      std::string(made::prelude) +
      "struct { __uint(type, 1); } counts SEC(\".maps\"); extern struct { int a; } cunts;"
      "SEC(\"xdp\") int p(void *c) { return bpf_map_lookup_elem(&cunts, c) != bpf_map_lookup_elem(&counts, c); }";
  EXPECT_EQ(refusal_of("clang-19", source),
            "o.o: program 'p': section 'xdp': function 'p': insn 1: it names 'cunts', which is not defined here; "
            "maps here: counts; did you mean counts? rename it, define it, or join the object that has it: "
            "skep gen object OUT FILE…");
  auto object = made::object_of("clang-19", source, "-target bpf -O2");
  EXPECT_EQ(
      open(object).error().text(),
      "o.o: section '.maps': maps in section .maps are described by BTF; this object has none. compile it with -g");
}

TEST(Maps, LegacyDefinitionsAreChecked) {
  auto with = [](const char* words) {
    return refusal_of("clang-19",
                      std::string(made::prelude) + "int counts[] SEC(\"xdp/maps\") = {" + words +
                          "}; SEC(\"xdp\") int p(void *c) { return bpf_map_lookup_elem(&counts, c) != 0; }");
  };
  EXPECT_EQ(with("1, 4, 4, 7, 0"), "accepted");
  EXPECT_EQ(with("1, 4, 4, 7, 0, 0"), "accepted");
  EXPECT_EQ(with("1, 4, 4, 7"), "o.o: map 'counts': its struct bpf_map_def is 16 bytes; at least 20 are needed");
  EXPECT_EQ(with("1, 4, 4, 7, 0, 9"),
            "o.o: map 'counts': its struct bpf_map_def has 9 at byte 20; only type, sizes, entries and flags are "
            "understood. declare the map in section .maps");
  EXPECT_EQ(with("77, 4, 4, 7, 0"), "o.o: map 'counts': its type is 77, which is no map type of Linux");
}

// ---- what users set ---------------------------------------------------------------------------------------------

constexpr const char* settable = R"(
const volatile unsigned short port = 53;
enum mode { OFF, ON } mode = OFF;
struct { unsigned char mac[6]; _Bool on; } config = {{1}};
static volatile long hidden;
int big_bss[100];
double ratio = 1;
SEC("xdp") int p(void *c) { return port + mode + config.on + hidden + big_bss[3] + *(long *)&ratio; })";
const Object& settable_object() {
  static const Object object = made::object_of("clang-19", std::string(made::prelude) + settable);
  return object;
}

TEST(Set, ValuesByTheTypeOfTheVariable) {
  using btf::Datum;
  OpenOptions options{.set = {{"port", {std::string("8080")}},
                              {"mode", {std::string("ON")}},
                              {"config", {btf::Record{{"mac", {std::string("aa:bb:cc:dd:ee:ff")}}, {"on", {true}}}}},
                              {"hidden", {int64_t{-2}}},
                              {"ratio", {std::string("2.5")}}}};
  auto m = *open(settable_object(), options);
  auto value = [&](const char* name) {
    auto v = *module::find_variable(m, name);
    return to_hex(Bytes(m.maps[v.map].initial[0].value).subspan(v.variable.offset, v.variable.size));
  };
  EXPECT_EQ(value("port"), "901f");
  EXPECT_EQ(value("mode"), "01000000");
  EXPECT_EQ(value("config"), "aabbccddeeff01");
  EXPECT_EQ(value("hidden"), "feffffffffffffff");
  EXPECT_EQ(value("ratio"), "0000000000000440");
  EXPECT_EQ(map_named(m, ".rodata").frozen, module::Frozen::yes);
}

TEST(Set, WithoutTypesIntegersOfTheSymbolsSize) {
  auto object = made::object_of("clang-19",
                                "volatile short port = 1; volatile char big[12] = {1};"
                                "int p(void) { return port + big[2]; }",
                                "-target bpf -O2");
  auto m = open(object, {.set = {{"port", {int64_t{-1}}}}});
  ASSERT_TRUE(m) << m.error().text();
  EXPECT_EQ(to_hex(Bytes(map_named(*m, ".data").initial[0].value).first(2)), "ffff");
  auto error = [&](const char* name, int64_t v) { return open(object, {.set = {{name, {v}}}}).error().text(); };
  EXPECT_EQ(error("port", 70000),
            "o.o: variable 'port': its type is not known, and what was given is no integer of 2 "
            "bytes. compile the object with -g");
  EXPECT_EQ(error("big", 1),
            "o.o: variable 'big': its type is not known, and what was given is no integer of 12 bytes. "
            "compile the object with -g");
}

TEST(Set, FaultsAreNamed) {
  auto error = [](OpenOptions o) { return open(settable_object(), o).error().text(); };
  EXPECT_EQ(error({.set = {{"prot", {int64_t{1}}}}}).substr(0, 43), "o.o: no global variable 'prot'; this object");
  EXPECT_EQ(error({.set = {{"port", {int64_t{70000}}}}}),
            "o.o: variable 'port': 70000 was given; unsigned short holds 0 to 65535");
  EXPECT_EQ(error({.entries = {{".data", 2}}}), "o.o: map '.data': it holds global variables, which is always 1 entry");
  EXPECT_TRUE(error({.entries = {{"cuonts", 2}}}).starts_with("o.o: no map 'cuonts'"));
}

TEST(Set, EntriesOfAMap) {
  auto m = module_of("clang-19", made::maps, {.entries = {{"flows", 7}}});
  EXPECT_EQ(map_named(m, "flows").max_entries, 7u);
}

// ---- struct_ops -------------------------------------------------------------------------------------------------

constexpr const char* struct_ops = R"(
struct plan { int (*begin)(void *); char name[16]; };
SEC("struct_ops/begin") int begin(void *ctx) { return 1; }
SEC(".struct_ops") struct plan steady = {.begin = (void *)begin, .name = "steady"};
)";

TEST(StructOps, AreMapsAsLargeAsTheTargetMakesThem) {
  auto options = [](std::string_view kernel) {
    auto types = made::object_of("clang-19", std::string(made::prelude) + std::string(kernel));
    auto btf = Types::read(types)->btf();
    return OpenOptions{.target = [btf]() -> Result<btf::core::Target> { return btf::core::Target{.btf = btf}; }};
  };
  std::string source = std::string(made::prelude) + struct_ops;
  auto sizes = [](const module::Module& m) {
    const module::MapDef& d = map_named(m, "steady");
    EXPECT_EQ(d.type, facts::MapType::struct_ops);
    return std::pair(d.key_size, d.value_size);
  };
  EXPECT_EQ(sizes(module_of("clang-19", source)), std::pair(4u, 24u)) << "its own size where there is no target";
  auto kernel = options("struct bpf_struct_ops_plan { long refs; char padding[56]; char data[24]; } v;");
  EXPECT_EQ(sizes(module_of("clang-19", source, kernel)), std::pair(4u, 88u));
  EXPECT_EQ(refusal_of("clang-19", source, options("int v;")),
            "o.o: map 'steady': the target has no struct plan that programs could implement");
}

}  // namespace
}  // namespace skep::object
