// SPDX-License-Identifier: Apache-2.0
// What compilers, bpftool and libbpf say to skeletons. All skeletons of a language stand in one source file: they must
// also get along with each other, and with the system's headers before them.
#include <gmock/gmock.h>

#include <algorithm>
#include <regex>

#include "object/made.hpp"
#include "object/skeleton.hpp"

namespace skep::object {
namespace {

using made::Folder;

// Objects whose names and types are as unlucky as C allows. The program of each is added.
struct Nasty {
  const char* name;
  const char* source;
};
constexpr Nasty nasty[] = {
    {"words", R"(
int class = 1, new = 2, this, template_, operator;
static struct { int private; } namespace;
struct { __uint(type, 1); __uint(max_entries, 1); __type(key, int); __type(value, int); } delete SEC(".maps"), try SEC(".maps");
SEC("xdp") int using(struct xdp_md *ctx) { return namespace.private; }
SEC("xdp") int typename(struct xdp_md *ctx) { return 0; })"},
    {"types", R"(
struct inner { char c; long l; };
struct packed { char c; long l; } __attribute__((packed));
struct bits { unsigned a : 3, : 2, b : 7; long long wide : 40; _Bool yes : 1; };
enum mode { NEGATIVE = -1, POSITIVE = 1 };
struct list { struct list *next; struct unknown *what; int (*call)(struct list *, enum mode *); };
enum big { HUGE_ONE = 1ULL << 40 };
typedef struct { int a; union { int b; struct { short c, d; }; }; } nameless_t;
typedef int four_t[4];
typedef nameless_t nested_t[2];
char c = 1; struct inner i; struct packed p; struct bits b; struct list l; enum mode m = 1; enum big g; nameless_t n;
four_t f; nested_t nn; const volatile four_t cf = {1}; struct inner table[2][3]; int (*pointer_to_array)[4];
struct { int x; struct { char y[3]; } z[2]; } anonymous[2]; union { long a; char b[9]; } u; _Bool flag = 1;
__int128 wide __attribute__((aligned(16))); long aligned_64 __attribute__((aligned(64)));
const volatile struct inner *const volatile cp; float real; double twice; short after_it = 3; void *nowhere;
struct inner flexible_friend; volatile unsigned char last = 7; enum { ONE, TWO } unnamed; unsigned char mac[6] = {1};)"},
    {"sections", R"(
int a SEC(".data.a-b") = 1; int b SEC(".data.a_b") = 2; int c SEC(".data.c.d") = 3; const volatile int r SEC(".rodata.mine") = 1;
struct { } nothing; int linux = 1, maps = 1, progs, links, skeleton, obj, open, load = 2, section, elf;
struct { __uint(type, 1); __uint(max_entries, 1); __type(key, int); __type(value, int); } data SEC(".maps"), bss SEC(".maps"),
    maps_ SEC(".maps"), Maps SEC(".maps");
static int hidden_1, hidden_2 = 1;
SEC("xdp") int sections(struct xdp_md *ctx) { return hidden_1++ + hidden_2++; }
SEC("xdp") int strings(struct xdp_md *ctx) { bpf_trace_printk("%d", 3, 1); return 0; })"},
    {"taken", R"(
struct bss { int a; }; struct data { int a; }; struct taken { int a; }; struct taken_types { int a; };
struct counts_key { int a; }; struct Object { int a; }; struct skep { int a; }; struct std { int a; };
enum e { rodata, kconfig, counts_value, skeleton }; typedef struct { int a; } Map;
struct bss v1; struct data v2; struct taken v3; struct taken_types v4; struct counts_key v5; struct Object v6;
struct skep v7; struct std v8; enum e v9; Map v10; const volatile int v11 = 1;
struct { __uint(type, 1); __uint(max_entries, 1); __type(key, int); __type(value, int); } counts SEC(".maps");)"},
    {"system", R"(
struct in6_addr { unsigned char a[16]; }; struct timespec { long s, ns; }; enum xdp_action { XDP_ABORTED, XDP_DROP };
struct bpf_spin_lock { unsigned val; }; typedef unsigned long long uint64_t; typedef struct { int x; } div_t;
struct stat { long a; }; union sigval { int a; }; struct sk_buff;
struct in6_addr address; struct timespec when; enum xdp_action action; uint64_t counter; div_t quotient; struct stat status;
union sigval signal; struct sk_buff *skb; struct bpf_spin_lock lock;)"},
    {"keys", R"(
struct flow { unsigned from, to; }; typedef struct { char name[16]; } label_t; typedef const struct flow flow_t;
enum state { CLOSED, OPEN };
#define MAP(name, kind, k, v) \
  struct { __uint(type, kind); __uint(max_entries, 4); __type(key, k); __type(value, v); } name SEC(".maps")
MAP(by_flow, 1, flow_t, unsigned long long); MAP(by_label, 1, label_t, struct flow); MAP(by_mac, 1, unsigned char[6], const char[3]);
MAP(by_state, 1, enum state, _Bool); MAP(per_cpu, 5, struct flow, struct flow[2]); MAP(pointers, 1, int, void *);
MAP(anonymous, 1, struct { int a; }, struct { short b; }); MAP(per_cpu_array, 6, int, short);
struct { __uint(type, 22); __uint(max_entries, 4); __type(value, int); } queue SEC(".maps");
struct { __uint(type, 1); __uint(max_entries, 4); __uint(key_size, 3); __uint(value_size, 5); } untyped SEC(".maps");)"},
};

struct Sample {
  std::string name;
  Buffer bytes;
  Object object() const { return *Object::parse(name + ".o", bytes); }
};

Sample sample_of(const Nasty& n) {
  const std::string source = std::string(made::prelude) +
                             "static long (*bpf_trace_printk)(const char *, unsigned, ...) = (void *)6;\n" + n.source +
                             "\nSEC(\"xdp\") int run(struct xdp_md *ctx) { return 2; }\n";
  return {.name = n.name, .bytes = made::compiled("clang-19", source)};
}

std::vector<Sample> samples() {
  std::vector<Sample> out;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/x86_64-linux-gnu/bpf"))
    out.push_back({.name = entry.path().stem().string(), .bytes = *read_file(entry.path().string())});
  for (const Nasty& n : nasty) out.push_back(sample_of(n));
  return out;
}

// A file that includes a skeleton of each.
std::string all_of_them(const Folder& folder, SkeletonLanguage language) {
  std::string source =
      "#include <netinet/in.h>\n#include <signal.h>\n#include <stdint.h>\n#include <stdlib.h>\n#include <sys/stat.h>\n"
      "#include <time.h>\n#include <linux/bpf.h>\n";
  for (const Sample& s : samples()) {
    auto text = skeleton(s.object(), {.language = language});
    if (!text) ADD_FAILURE() << text.error().text(), std::abort();
    source += "#include \"" + folder.write(s.name + ".skel.h", *text) + "\"\n";
  }
  return source;
}

void expect_compiles(const std::string& command) { EXPECT_EQ(std::system(command.c_str()), 0) << command; }

constexpr const char* warnings = " -Wall -Wextra -Werror -fsyntax-only ";

TEST(Skeletons, CompileAsC) {
  Folder folder;
  const std::string file = folder.write("all.c", all_of_them(folder, SkeletonLanguage::c));
  for (const char* compiler : {"gcc-12 -std=c11", "gcc-12 -std=gnu2x", "clang-19 -std=c11", "clang-14 -std=c11"})
    for (const char* headers : {"", "-I" SKEP_SOURCE_DIR "/include/skep/libbpf"})
      expect_compiles(compiler + std::string(warnings) + headers + " " + file);
}

TEST(Skeletons, CompileAsCxx) {
  Folder folder;
  const std::string file = folder.write("all.cpp", all_of_them(folder, SkeletonLanguage::cxx));
  for (const char* compiler : {"g++-12 -std=c++17", "clang++-19 -std=c++20"})
    expect_compiles(compiler + std::string(warnings) + "-I" SKEP_SOURCE_DIR "/include " + file);
}

// ---- the shape that applications know ---------------------------------------------------------------------------

std::vector<std::string> matches(const std::string& text, const char* pattern) {
  const std::regex r(pattern);
  std::vector<std::string> out;
  for (std::sregex_iterator i(text.begin(), text.end(), r), end; i != end; ++i) {
    out.emplace_back((*i)[1]);
    for (std::size_t group = 2; group < i->size(); ++group) out.back() += " " + (*i)[group].str();
  }
  return out;
}

// Members of maps, progs and links, variables with their sizes, functions: as bpftool has them.
TEST(Skeletons, HaveTheShapeOfBpftools) {
  constexpr const char *members = R"(\n\t\tstruct (bpf_map|bpf_program|bpf_link) \*(\w+);)",
                       *sizes = R"(sizeof\(\w+->(\w+->\w+)\) == (\d+))", *structs = R"(\n\tstruct (\w+__\w+) \{\n\t\t)";
  Folder folder;
  std::size_t variables = 0;
  for (const Sample& s : samples()) {
    if (s.name == "sections") continue;  // bpftool makes two members of one name of it
    SCOPED_TRACE(s.name);
    const std::string path = folder.write(s.name + ".o", as_text(s.bytes));
    const std::string theirs = btf::made::output_of("bpftool gen skeleton " + path + " 2>/dev/null");
    const std::string ours = *skeleton(s.object(), {.language = SkeletonLanguage::c});
    EXPECT_EQ(matches(ours, members), matches(theirs, members));
    EXPECT_EQ(matches(ours, sizes), matches(theirs, sizes));
    EXPECT_EQ(matches(ours, structs), matches(theirs, structs));
    variables += matches(ours, sizes).size();
  }
  EXPECT_GE(variables, 50u);
}

constexpr const char* counter = R"(
struct flow { int from, to; };
struct flow last = {1, 2};
int total;
const volatile int limit = 9;
struct { __uint(type, 1); __uint(max_entries, 8); __type(key, int); __type(value, int); } counts SEC(".maps");)";

// One application, which asks for everything that such headers have.
constexpr const char* application = R"(
#include <stdio.h>
struct flow { int from, to; };
#include <counter.skel.h>
static int use(struct counter *skel)
{
	struct counter__bss *bss = skel->bss;
	struct flow last = skel->data->last;

	skel->rodata->limit = 10;
	bss->total = last.from;
	bpf_map__set_max_entries(skel->maps.counts, 16);
	bpf_program__set_autoload(skel->progs.run, false);
	printf("%d %d %s %s %d %d\n", last.to, bss->total, bpf_map__name(skel->maps.counts),
	       bpf_program__name(skel->progs.run), skel->links.run == NULL, skel->obj == *skel->skeleton->obj);
	return 0;
}
int main(int argc, char **argv)
{
	struct counter *skel = argc > 2 ? counter__open_and_load() : counter__open();
	size_t size;

	(void)argv;
	if (!skel || !counter__elf_bytes(&size))
		return 1;
	use(skel);
	if (argc > 1 && (counter__load(skel) || counter__attach(skel)))
		return 1;
	counter__detach(skel);
	counter__destroy(skel);
	skel = counter__open_opts(NULL);
	counter__destroy(skel);
	counter__destroy(NULL);
	return !skel;
}
)";

TEST(Skeletons, AnApplicationOfLibbpfSeesNoDifference) {
  const Sample sample = sample_of({.name = "counter", .source = counter});
  Folder folder;
  const std::string theirs =
      btf::made::output_of("bpftool gen skeleton " + folder.write("counter.o", as_text(sample.bytes)));
  const std::string ours =
      *skeleton(sample.object(), {.language = SkeletonLanguage::c, .types = SkeletonTypes::of_includer});
  for (const auto& [who, text] : {std::pair("bpftool", theirs), std::pair("skep", ours)}) {
    SCOPED_TRACE(who);
    folder.write("counter.skel.h", text);
    const std::string program = folder.path + "/" + who;
    expect_compiles("gcc-12 -Wall -Wextra -Werror -Wno-unused-function -I" + folder.path + " " +
                    folder.write("app.c", application) + " -o " + program + " -lbpf");
    EXPECT_EQ(btf::made::output_of(program), "2 1 counts run 1 1\n");
  }
}

}  // namespace
}  // namespace skep::object
