// SPDX-License-Identifier: Apache-2.0
// What a configuration gives to variables, line by line, and what libbpf makes of the same line; names that a target
// has or lacks. libbpf_test.cpp compares instructions for the running kernel's symbols.
#include "object/externs.hpp"

#include <gtest/gtest.h>
#include <sys/utsname.h>

#include "object/made.hpp"
#include "object/sent.hpp"

namespace skep::object {
namespace {

// Weak, so that a configuration of one line is enough.
constexpr const char* variables = R"(
#define OF(type, name) extern type CONFIG_SKEP_##name __attribute__((section(".kconfig"), weak))
enum libbpf_tristate { TRI_NO = 0, TRI_YES = 1, TRI_MODULE = 2 };
OF(_Bool, BOOL); OF(enum libbpf_tristate, TRISTATE); OF(char, CHAR); OF(signed char, S8); OF(unsigned char, U8);
OF(short, S16); OF(unsigned short, U16); OF(int, S32); OF(unsigned, U32); OF(long, S64); OF(unsigned long, U64);
typedef const int number; OF(number, TYPEDEF); extern char CONFIG_SKEP_TEXT[8] __attribute__((section(".kconfig"), weak));
extern int LINUX_KERNEL_VERSION __attribute__((section(".kconfig")));
extern _Bool LINUX_HAS_BPF_COOKIE __attribute__((section(".kconfig")));
extern int LINUX_NEVER_HEARD_OF __attribute__((section(".kconfig"), weak));
SEC("tc") int p(struct __sk_buff *c) {
#define V(name) + CONFIG_SKEP_##name
  return 0 V(BOOL) V(TRISTATE) V(CHAR) V(S8) V(U8) V(S16) V(U16) V(S32) V(U32) V(S64) V(U64) V(TYPEDEF) V(TEXT)[0] +
         LINUX_KERNEL_VERSION + LINUX_HAS_BPF_COOKIE + LINUX_NEVER_HEARD_OF;
})";

const Buffer& object_bytes() {
  static const Buffer bytes = made::compiled("clang-19", std::string(made::prelude) + variables);
  return bytes;
}

// The bytes of all variables, or "refused".
std::string by_libbpf(const std::string& config) {
  ::libbpf_set_print([](libbpf_print_level, const char*, va_list) { return 0; });
  bpf_object_open_opts options{};
  options.sz = sizeof options;
  options.kconfig = config.c_str();
  bpf_object* o = ::bpf_object__open_mem(object_bytes().data(), object_bytes().size(), &options);
  if (o == nullptr) return "refused";
  sent::Record record;
  sent::recording = &record;
  const int status = ::bpf_object__load(o);
  sent::recording = nullptr;
  std::string out = "refused";
  bpf_map* m;
  bpf_object__for_each_map(m, o) {
    std::size_t size = 0;
    const void* value = ::bpf_map__initial_value(m, &size);
    if (status == 0 && std::string_view(::bpf_map__name(m)).ends_with(".kconfig"))
      out = to_hex(Bytes(static_cast<const uint8_t*>(value), size));
  }
  ::bpf_object__close(o);
  return out;
}

uint32_t version_here() {
  static const uint32_t version = (*kernel_config("")()).version;
  return version;
}

Result<module::Module> opened(const std::string& config, std::vector<Setting> set = {}) {
  static const auto object = *Object::parse("o.o", object_bytes());
  return open(object, {.set = std::move(set), .kconfig = [&]() -> Result<Kconfig> {
                         Kconfig out = parse_kconfig("here", config);
                         out.version = version_here();
                         return out;
                       }});
}
std::string by_us(const std::string& config) {
  auto m = opened(config);
  return m ? to_hex(m->maps.back().initial[0].value) : "refused";
}

TEST(Kconfig, EveryValueForEveryTypeIsWhatLibbpfMakesOfIt) {
  std::size_t taken = 0, refused = 0;
  for (const char* type :
       {"BOOL", "TRISTATE", "CHAR", "S8", "U8", "S16", "U16", "S32", "U32", "S64", "U64", "TYPEDEF", "TEXT"})
    for (const char* value : {"y",
                              "n",
                              "m",
                              "0",
                              "1",
                              "2",
                              "-1",
                              "127",
                              "128",
                              "-128",
                              "-129",
                              "255",
                              "256",
                              "32767",
                              "32768",
                              "65535",
                              "65536",
                              "0x7fffffff",
                              "0x80000000",
                              "0xffffffff",
                              "0x100000000",
                              "010",
                              "18446744073709551615",
                              "\"\"",
                              "\"seven..\"",
                              "\"eight...\"",
                              "\"no end",
                              "1x",
                              "0x",
                              "99999999999999999999"}) {
      const std::string config = std::string("CONFIG_SKEP_") + type + "=" + value + "\n";
      const std::string ours = by_us(config), theirs = by_libbpf(config);
      EXPECT_EQ(ours, theirs) << config;
      ++(theirs == "refused" ? refused : taken);
    }
  std::cout << taken << " values are taken, " << refused << " refused, as by libbpf\n";
}

TEST(Kconfig, ErrorsSayWhatIsThereAndWhatIsWanted) {
  auto refusal = [](const std::string& config) { return opened(config).error().text(); };
  EXPECT_EQ(refusal("CONFIG_SKEP_BOOL=m\n"),
            "o.o: variable 'CONFIG_SKEP_BOOL': it is m in here; its type, _Bool, takes y or n. --set gives it another "
            "value");
  EXPECT_TRUE(refusal("CONFIG_SKEP_BOOL=yes\n").starts_with("o.o: variable 'CONFIG_SKEP_BOOL': it is yes in here"))
      << "libbpf reads the first letter";
  EXPECT_EQ(refusal("CONFIG_SKEP_S32=\"text\"\n"),
            "o.o: variable 'CONFIG_SKEP_S32': it is \"text\" in here; its type, int, takes a number. --set gives it "
            "another value");
}

TEST(Kconfig, WhatIsSetNeedsNoConfiguration) {
  auto m = opened("CONFIG_SKEP_BOOL=m\n", {{"CONFIG_SKEP_BOOL", {true}}});
  ASSERT_TRUE(m) << m.error().text();
  auto v = *module::find_variable(*m, "CONFIG_SKEP_BOOL");
  EXPECT_EQ(m->maps[v.map].initial[0].value[v.variable.offset], 1);
  EXPECT_TRUE(m->progs[0].externs.empty());
}

TEST(Kconfig, StrongOnesMustBeThere) {
  auto m = open(made::object_of("clang-19", std::string(made::prelude) + R"(
    extern int CONFIG_HZZ __attribute__((section(".kconfig")));
    SEC("tc") int p(struct __sk_buff *c) { return CONFIG_HZZ; })"),
                {.kconfig = [] { return Result<Kconfig>(parse_kconfig("here", "CONFIG_HZ=250\n")); }});
  ASSERT_FALSE(m);
  EXPECT_EQ(
      m.error().text(),
      "o.o: 'CONFIG_HZZ' is not set by here; did you mean CONFIG_HZ? declare it weak to get 0, or give it a value "
      "with --set");
}

TEST(Kconfig, FilesArePlainOrCompressed) {
  made::Folder folder;
  const char* text =
      "#\n# Linux/x86 6.1.20 Kernel Configuration\n#\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=\"=\"\n";
  const std::string plain = folder.write("config", text);
  ASSERT_EQ(std::system(("gzip -k " + plain).c_str()), 0);
  for (const std::string& path : {plain, plain + ".gz"}) {
    auto config = kernel_config(path)();
    ASSERT_TRUE(config) << config.error().text();
    EXPECT_EQ(config->values,
              (std::map<std::string, std::string, std::less<>>{{"CONFIG_A", "y"}, {"CONFIG_C", "\"=\""}}));
    EXPECT_EQ(config->version, 6u << 16 | 1u << 8 | 20u);
  }
  EXPECT_EQ(kernel_config(folder.path + "/confg")().error().row().slug, "no-such-file");
  Buffer broken = *read_file(plain + ".gz");
  broken.resize(broken.size() - 10);
  EXPECT_EQ(kernel_config(folder.write("broken", as_text(broken)))().error().row().slug, "not-a-kconfig");
}

// ---- .ksyms -----------------------------------------------------------------------------------------------------

std::string ksym_refusal(const std::string& declarations, const std::string& body) {
  static const auto target = Types::read(made::object_of("clang-19", std::string(made::prelude) + R"(
    struct task { int pid; };
    int task_of(struct task *t, int n) { return t->pid + n; }
    int runqueue;
    SEC("xdp") int p(void *c) { return task_of(c, runqueue); })"))
                                 ->btf();
  OpenOptions options{.target = [] { return Result<btf::core::Target>({.btf = target}); }};
  return made::refusal_of("clang-19",
                          std::string(made::prelude) + "#define __ksym __attribute__((section(\".ksyms\")))\n" +
                              declarations + "\nSEC(\"xdp\") int p(void *c) { " + body + " }",
                          options);
}

TEST(Ksyms, ThatTheTargetLacksAreNamed) {
  EXPECT_EQ(ksym_refusal("struct task { long pid; }; extern int task_of(struct task *t, int n) __ksym;",
                         "return task_of(c, 1);"),
            "accepted");
  EXPECT_EQ(ksym_refusal("extern int task_off(void *t, int n) __ksym;", "return task_off(c, 1);"),
            "o.o: program 'p': insn 1 (o.c:13): the types of the target have no function 'task_off'; did you mean "
            "task_of? where another object defines it, join them: skep gen object OUT FILE…; declare it weak if the "
            "program can do without; what kernel modules have is not searched yet");
  EXPECT_EQ(ksym_refusal("extern int task_of(int n) __ksym;", "return task_of(1);"),
            "o.o: program 'p': insn 1 (o.c:13): function 'task_of' is int (int) here, int (struct task *, int) in the "
            "target");
  EXPECT_EQ(ksym_refusal("extern const int runqueues __ksym;", "return (long)&runqueues;"),
            "o.o: program 'p': insn 0 (o.c:13): the types of the target have no variable 'runqueues'; did you mean "
            "runqueue? where another object defines it, join them: skep gen object OUT FILE…; declare it weak if the "
            "program can do without; what kernel modules have is not searched yet");
  EXPECT_EQ(ksym_refusal("extern const void no_such_symbol __ksym;", "return (long)&no_such_symbol;"),
            "o.o: program 'p': insn 0 (o.c:13): /proc/kallsyms shows no address of 'no_such_symbol', or several. "
            "addresses are shown to root only");
}

// Nothing can be compared with the target's then; libbpf refuses them, too.
TEST(Ksyms, ThatHaveNoTypeAreRefused) {
  const Object o = made::object_of("clang-19",
                                   "void f(void) __attribute__((section(\".ksyms\")));"
                                   "__attribute__((section(\"xdp\"))) int p(void *c) { f(); return 0; }",
                                   "-target bpf -O2");
  const auto target = made::object_of("clang-19", "int f(void) { return 0; }");
  OpenOptions options{.target = [&] { return Result<btf::core::Target>({.btf = Types::read(target)->btf()}); }};
  EXPECT_EQ(
      open(o, options).error().text(),
      "o.o: program 'p': insn 0: the object does not tell the type of function 'f'. declare it __ksym, and compile "
      "with -g");
}

}  // namespace
}  // namespace skep::object
