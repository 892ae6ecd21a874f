// SPDX-License-Identifier: Apache-2.0
// The judge of the C dump is the compiler that reads it: a generated file asks it for the size of every type and for
// the place and size of every member, those of anonymous structs and unions included; the bits of a bit-field are
// those that are set in a constant whose only initialised member it is.
#include <gtest/gtest.h>

#include <cstdio>
#include <ctime>
#include <deque>
#include <filesystem>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "base/file.hpp"
#include "btf/bits.hpp"
#include "btf/c_dump.hpp"
#include "btf/made.hpp"
#include "btf/writer.hpp"

namespace skep::btf {
namespace {

enum class Language { bpf, host };
enum class Names { all, unique };  // unique: not of types that share their name, which other dumpers suffix otherwise

const std::set<std::string_view> words_of_cpp = {
    "and",   "bool",    "catch",     "class",   "compl",     "constexpr",     "delete",   "explicit", "export",
    "false", "friend",  "linux",     "mutable", "namespace", "new",           "not",      "nullptr",  "operator",
    "or",    "private", "protected", "public",  "requires",  "static_assert", "template", "this",     "throw",
    "true",  "try",     "typename",  "unix",    "using",     "virtual",       "wchar_t",  "xor"};

// Knows the documented rule of names, and nothing of the writer.
class Judge {
 public:
  explicit Judge(const Btf& btf, Language language = Language::bpf, Names which = Names::all)
      : btf_(btf), language_(language) {
    text_ = R"(
#ifdef __cplusplus
#define _Static_assert static_assert
#endif
#undef offsetof
#define offsetof(T, m) __builtin_offsetof(T, m)
#define SIZE(T, size) _Static_assert(sizeof(T) == size, #T)
#define AT(T, m, at, size) _Static_assert(offsetof(T, m) == at && sizeof(((T *)0)->m) == size, #T " " #m)
#ifdef __cplusplus  // has no such initialisers
#define BITS(n, T, m)
#else
#define BITS(n, T, m) extern const T bits_##n __attribute__((section("bits"), used, aligned(64))); const T bits_##n = {m = -1};
#endif
)";
    if (which == Names::unique)
      for (TypeId id = 1; id < btf.count(); ++id) count(btf.type(id));
    std::map<std::string, int> tags = std::exchange(tags_, {}), ordinary = std::exchange(ordinary_, {});
    for (TypeId id = 1; id < btf.count(); ++id) {
      Type t = btf.type(id);
      if ((t.kind == Kind::typedef_ ? ordinary : tags)[std::string(t.name)] < 2) ask(t);
    }
  }
  const std::string& text() const { return text_; }
  std::size_t assertions() const { return assertions_ + bitfields_.size(); }
  std::size_t bitfields() const { return bitfields_.size(); }

  // How many bit-fields are not where they should be in the section `bits`.
  std::size_t wrong_bits(const Buffer& section) const {
    std::size_t wrong = 0, at = 0;
    for (const Bitfield& b : bitfields_) {
      at = (at + 63) / 64 * 64;
      Buffer wanted(b.record_bytes);
      set_bits(wanted, b.offset, b.bits, ~uint64_t{0});
      bool same = at + b.record_bytes <= section.size() &&
                  std::equal(wanted.begin(), wanted.end(), section.begin() + static_cast<std::ptrdiff_t>(at));
      if (!same && ++wrong < 10) ADD_FAILURE() << b.name;
      at += b.record_bytes;
    }
    return wrong + (at != section.size());
  }

 private:
  struct Bitfield {
    std::string name;
    uint32_t record_bytes, offset, bits;
  };

  std::string survived(std::string_view name) const {
    return std::string(name) + (language_ == Language::host && words_of_cpp.contains(name) ? "_" : "");
  }
  std::string unique(std::map<std::string, int>& names, std::string name) {
    int n = ++names[name];
    return n == 1 ? name : name + "___" + std::to_string(n);
  }
  void size(const std::string& type, uint32_t bytes) {
    text_ += "SIZE(" + type + ", " + std::to_string(bytes) + ");\n";
    ++assertions_;
  }
  void count(const Type& t) {
    if (is_record(t) || is_enum(t) || t.kind == Kind::fwd) ++tags_[std::string(t.name)];
    if (t.kind == Kind::typedef_) ++ordinary_[std::string(t.name)];
  }
  void ask(const Type& t) {
    if ((is_record(t) || is_enum(t)) && !t.name.empty()) {
      std::string name(is_enum(t) ? "enum" : name_of(t.kind));
      (name += ' ') += unique(tags_, survived(t.name));
      size(name, t.size_or_type);
      if (is_record(t)) members(name, t, "", 0, t.size_or_type);
    }
    if (is_enum(t))
      for (Enumerator e : btf_.enumerators(t)) ++ordinary_[std::string(e.name)];
    if (t.kind != Kind::typedef_) return;
    std::string name = unique(ordinary_, std::string(t.name));
    if (language_ == Language::host || t.name.starts_with("__builtin_")) return;
    if (auto bytes = btf_.size_of(t.id)) size(name, *bytes);
    if (Type target = btf_.type(t.size_or_type); is_record(target) && target.name.empty())
      members(name, target, "", 0, target.size_or_type);
  }
  void members(const std::string& type, const Type& record, const std::string& path, uint32_t at, uint32_t bytes) {
    for (Member m : btf_.members(record)) {
      Type value = btf_.type(m.type);
      while (value.kind == Kind::const_ || value.kind == Kind::volatile_) value = btf_.type(value.size_or_type);
      uint32_t offset = at + m.bit_offset;
      bool nameless = is_record(value) && value.name.empty();
      if (m.name.empty()) {
        if (nameless) members(type, value, path, offset, bytes);
        continue;
      }
      std::string name = path + survived(m.name);
      if (m.bitfield_bits != 0) {
        text_ += "BITS(" + std::to_string(bitfields_.size()) + ", " + type + ", ." + name + ")\n";
        bitfields_.push_back({type + " " + name, bytes, offset, m.bitfield_bits});
        continue;
      }
      text_ += "AT(" + type + ", " + name + ", " + std::to_string(offset / 8) + ", " +
               std::to_string(*btf_.size_of(m.type)) + ");\n";
      ++assertions_;
      if (nameless) members(type, value, name + ".", offset, bytes);
    }
  }

  const Btf& btf_;
  Language language_;
  std::map<std::string, int> tags_, ordinary_;
  std::string text_;
  std::size_t assertions_ = 0;
  std::vector<Bitfield> bitfields_;
};

std::size_t count_of(const std::string& text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++n;
  return n;
}

Shared vmlinux() { return *parse(*read_file("/sys/kernel/btf/vmlinux")); }

// GCC's note on its own past is about every packed bit-field.
const std::string quiet = " -w -Wno-packed-bitfield-compat ";

struct Answer {
  std::string errors;
  std::size_t wrong_bits;
};
Answer ask_clang(const Judge& judge, const std::string& header, const std::string& compiler = "clang-19 -target bpf") {
  made::Folder folder;
  folder.write("header.h", header);
  std::string c = folder.write("judge.c", "#include \"header.h\"\n" + judge.text());
  std::string o = folder.path + "/judge.o";
  Answer a;
  a.errors = made::output_of(compiler + quiet + "-c " + c + " -o " + o + " 2>&1 || true");
  a.wrong_bits = 0;
  if (!a.errors.empty() || judge.bitfields() == 0 || compiler.find("++") != std::string::npos) return a;
  made::output_of("llvm-objcopy-19 --dump-section bits=" + folder.path + "/bits " + o + " " + o + ".copy");
  a.wrong_bits = judge.wrong_bits(*read_file(folder.path + "/bits"));
  return a;
}

void expect_none_wrong(const char* what, const Judge& judge, const std::string& header,
                       const std::string& compiler = "clang-19 -target bpf") {
  Answer a = ask_clang(judge, header, compiler);
  EXPECT_EQ(a.errors.substr(0, 4000), "") << what;
  EXPECT_EQ(a.wrong_bits, 0U) << what;
  std::printf("%s: %zu assertions, of them %zu bit-fields; %zu bytes of text\n", what, judge.assertions(),
              judge.bitfields(), header.size());
}

TEST(CDump, VmlinuxIsLaidOutAsItIs) {
  auto btf = vmlinux();
  std::clock_t begin = std::clock();  // of this process: compilers of other tests may run beside it
  auto header = c_header(*btf);
  std::clock_t took = std::clock() - begin;
  ASSERT_TRUE(header) << header.error().text();
  Judge judge(*btf);
  EXPECT_GE(judge.assertions(), 13000U);
  expect_none_wrong("vmlinux", judge, *header);
  std::printf("written in %ld ms\n", took * 1000 / CLOCKS_PER_SEC);
  EXPECT_LT(took, 2 * CLOCKS_PER_SEC);  // with sanitizers
}

// The judge can fail: bpftool 7.1 writes enums of one byte without saying so.
TEST(CDump, TheJudgeFindsWhatBpftoolHasWrong) {
  auto btf = vmlinux();
  Judge judge(*btf, Language::bpf, Names::unique);
  std::string header = made::output_of("bpftool btf dump file /sys/kernel/btf/vmlinux format c");
  Answer a = ask_clang(judge, header, "clang-19 -target bpf -ferror-limit=0");
  std::size_t wrong = count_of(a.errors, "error: static assertion failed");
  std::printf("bpftool: %zu of %zu assertions wrong, %zu of them sizes of enums\n", wrong,
              judge.assertions() - judge.bitfields(), count_of(a.errors, "requirement 'sizeof(enum "));
  EXPECT_GT(wrong, 0U);
  EXPECT_EQ(wrong, count_of(a.errors, "error:")) << a.errors.substr(0, 4000);
}

TEST(CDump, DefinitionsAreLaidOutAsTheyAreByHostCompilersInBothLanguages) {
  auto btf = vmlinux();
  std::vector<TypeId> roots;
  for (TypeId id = 1; id < btf->count(); ++id) roots.push_back(id);
  auto text = c_definitions(*btf, roots);
  ASSERT_TRUE(text) << text.error().text();
  Judge judge(*btf, Language::host);
  for (const char* compiler :
       {"gcc-12 -std=c11", "g++-12 -x c++ -std=c++17", "clang-19 -std=c11", "clang++-19 -x c++ -std=c++17"})
    expect_none_wrong(compiler, judge, "#include <stdbool.h>\n" + *text, compiler);
}

// ---- objects ----------------------------------------------------------------------------------------------------

void expect_none_wrong_anywhere(const char* what, const Btf& btf) {
  auto header = c_header(btf);
  ASSERT_TRUE(header) << what << ": " << header.error().text();
  expect_none_wrong(what, Judge(btf), *header);
  std::vector<TypeId> roots(btf.count() - 1);
  std::iota(roots.begin(), roots.end(), TypeId{1});
  auto text = c_definitions(btf, roots);
  ASSERT_TRUE(text) << what << ": " << text.error().text();
  Judge judge(btf, Language::host);
  for (const char* compiler : {"gcc-12 -std=c11", "g++-12 -x c++ -std=c++17"})
    expect_none_wrong(what, judge, "#include <stdbool.h>\n" + *text, compiler);
}

constexpr const char* odd_layouts = R"(
#define packed __attribute__((packed))
#define aligned(n) __attribute__((aligned(n)))
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64;
enum tiny { TINY } packed;
enum middle { MIDDLE = 1000 } packed;
enum large { LARGE = 1ll << 40 };
typedef enum { ANONYMOUS = 7 } anonymous_t;
struct empty {};
struct wire { u8 a; u32 b; u64 c; } packed;
struct half_packed { u8 a; u32 b packed; u64 c; };
struct packed_and_aligned { u8 a; u32 b; } packed aligned(4);
struct line { int a; } aligned(64);
struct two_lines { char c; struct line l; u32 after aligned(32); };
struct on_odd_place { u8 a; struct line l packed; struct wire w; } packed;
struct bits { u32 a : 3, : 5, b : 20, : 0, c : 1; u64 d : 40, e : 24; u8 f : 3; u16 g : 9; _Bool h : 1; enum tiny i : 2; long long j : 33; };
struct packed_bits { u8 a : 3; u32 b : 30; u64 c : 63; u8 d; u32 e : 1; } packed;
struct bits_after_bytes { u8 a; u32 b : 24; u16 c; u32 d : 16; u64 e : 9; };
union either { u8 bytes[5]; u32 word; struct { u16 low, high; }; u64 bits : 7; } ;
union narrow { u8 bytes[5]; u32 word; } packed;
struct flexible { u32 count; struct { u8 key; u64 value; } items[]; };
struct zero { u32 none[0]; u8 a; u64 tail[0]; };
struct matrix { u8 rows[3][5]; void *pointers[2][2]; int (*calls[4])(struct matrix *, ...); int (*(*deep)(int))[7]; };
struct nested { struct { struct { u8 a; union { u32 b; struct { u16 c : 3; u16 d; }; }; }; }; struct { u64 e; } named; };
struct tinies { enum tiny a; enum middle b; enum large c; enum tiny d[3]; anonymous_t e; enum { INLINE = 1 } f; };
struct wide { __int128 a; u8 b; unsigned __int128 c; double d; float e; _Bool f; } ;
struct wide_odd { u8 a; __int128 b; } packed;
struct list { struct list *next, **previous; const volatile struct opaque *restrict const o; };
struct holder { struct empty none; struct wire w; u8 x; struct packed_and_aligned y; struct bits z; struct flexible end; };
typedef struct { u8 a; u64 b; } pair_t;
struct pairs { pair_t a[2]; pair_t *b; };
struct everything {
  enum tiny a; enum middle b; enum large c; anonymous_t d; struct empty e; struct wire f; struct half_packed g;
  struct packed_and_aligned h; struct line i; struct two_lines j; struct on_odd_place k; struct bits l;
  struct packed_bits m; struct bits_after_bytes n; union either o; union narrow p; struct zero r;
  struct matrix s; struct nested t; struct tinies u; struct wide v; struct wide_odd w; struct list x; struct pairs z;
  struct holder y;
};
struct everything everything;
int f(void) { return everything.a; }
)";

TEST(CDump, OddLayoutsOfClangAreLaidOutAsTheyAre) {
  made::Folder folder;
  for (const char* source : {odd_layouts, made::every_kind}) {
    made::compile(folder, "clang-19", source);
    expect_none_wrong_anywhere("odd layouts", **parse(*read_file(folder.path + "/btf")));
  }
}

TEST(CDump, TheObjectsOfThisRepositoryAreLaidOutAsTheyAre) {
  namespace fs = std::filesystem;
  made::Folder folder;
  std::size_t count = 0, assertions = 0;
  std::string headers, judges, objects;
  for (const char* where : {"bench", "progs", "examples", "tests/peer/programs"})
    for (const auto& entry : fs::directory_iterator(std::string(SKEP_SOURCE_DIR) + "/" + where)) {
      if (!entry.path().string().ends_with(".bpf.c")) continue;
      std::string o = folder.path + "/" + std::to_string(count++);
      made::output_of("clang-19 -target bpf -O2 -g -mcpu=v3 -idirafter /usr/include/x86_64-linux-gnu -c " +
                      entry.path().string() + " -o " + o + ".o");
      made::output_of("llvm-objcopy-19 --dump-section .BTF=" + o + ".btf " + o + ".o " + o + ".copy");
      auto btf = *parse(*read_file(o + ".btf"));
      auto header = c_header(*btf);
      ASSERT_TRUE(header) << entry << ": " << header.error().text();
      Judge judge(*btf);
      assertions += judge.assertions();
      folder.write(std::to_string(count) + ".c", *header + judge.text());
      judges += " " + folder.path + "/" + std::to_string(count) + ".c";
    }
  EXPECT_EQ(made::output_of("clang-19 -target bpf -w -fsyntax-only" + judges + " 2>&1 || true"), "");
  std::printf("%zu objects, %zu assertions\n", count, assertions);
  EXPECT_GE(count, 20U);
}

// ---- types that nobody wrote ------------------------------------------------------------------------------------

// Records of random members at random places: in the order C has, with gaps, off their alignment, over each other.
class RandomTypes {
 public:
  explicit RandomTypes(unsigned seed) : random_(seed) {
    for (uint32_t size : {1u, 2u, 4u, 8u, 16u})
      for (bool is_signed : {true, false})
        numbers_.push_back(w_.integer("number", {.size_bytes = size,
                                                 .bits = static_cast<uint8_t>(size * 8),
                                                 .offset = 0,
                                                 .is_signed = is_signed,
                                                 .is_char = false,
                                                 .is_bool = false}));
    numbers_.push_back(w_.integer(
        "bool", {.size_bytes = 1, .bits = 8, .offset = 0, .is_signed = false, .is_char = false, .is_bool = true}));
    for (uint32_t size : {1u, 2u, 4u, 8u})
      numbers_.push_back(w_.enumeration(size == 8 ? Kind::enum64 : Kind::enum_, keep("e" + std::to_string(size)), size,
                                        Writer::Sign::unsigned_,
                                        std::vector<Enumerator>{{keep("V" + std::to_string(size)), size}}));
    types_ = numbers_;
    for (TypeId t :
         {w_.floating("float", 4), w_.floating("double", 8), w_.floating("odd", 10), w_.refer(Kind::ptr, "", 0)})
      types_.push_back(t);
  }
  Shared records(int count) {
    for (int i = 0; i < count; ++i) {
      Shared so_far = *parse(w_.bytes());
      for (int k = 0; k < 20; ++k) record(*so_far);
    }
    return *parse(w_.bytes());
  }

 private:
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  std::string_view keep(std::string s) { return strings_.emplace_back(std::move(s)); }
  std::string_view name() { return keep("m" + std::to_string(strings_.size())); }

  Member member(const Btf& btf, uint32_t at) {
    Member m{.name = name(),
             .type = types_[below(static_cast<uint32_t>(types_.size()))],
             .bit_offset = at,
             .bitfield_bits = 0};
    if (below(3) == 0) {
      m.type = numbers_[below(static_cast<uint32_t>(numbers_.size()))];
      m.bitfield_bits = static_cast<uint8_t>(1 + below(std::min(64u, *btf.size_of(m.type) * 8)));
      if (below(2) != 0) m.bit_offset += below(9);
    } else {
      m.bit_offset = (at + 7) / 8 * 8;
      uint32_t align = 8u << below(4);
      if (below(3) != 0) m.bit_offset = (at + align - 1) / align * align;
    }
    return m;
  }
  void record(const Btf& btf) {
    bool is_union = below(4) == 0, overlaps = below(12) == 0;
    uint32_t at = 0, end = 0;
    std::vector<Member> members;
    for (uint32_t n = below(7); n > 0; --n) {
      Member m = member(btf, at);
      if (is_union && !overlaps) m.bit_offset = 0;
      uint32_t stop = m.bit_offset + (m.bitfield_bits != 0 ? m.bitfield_bits : *btf.size_of(m.type) * 8);
      end = std::max(end, stop);
      at = is_union ? 0 : overlaps ? below(end + 1) : stop;
      members.push_back(m);
    }
    if (!nameless_.empty() && below(3) == 0) {  // an anonymous member, of a type that is used once
      uint32_t begin = (end + 63) / 64 * (is_union ? 0 : 64);
      members.push_back({.name = "", .type = nameless_.back().first, .bit_offset = begin, .bitfield_bits = 0});
      end = std::max(end, begin + nameless_.back().second * 8);
      nameless_.pop_back();
    }
    uint32_t size = (end + 7) / 8, align = 1u << below(4);
    size = below(4) == 0 ? size + below(20) : (size + align - 1) / align * align;
    bool named = below(4) != 0;
    TypeId id = w_.record(is_union ? Kind::union_ : Kind::struct_, named ? name() : "", size, members);
    if (named && size < 256) next_.push_back(id);
    if (!named) nameless_.emplace_back(id, size);
    if (next_.size() > 40)
      types_.insert(types_.end(), next_.begin(), next_.begin() + 20), next_.erase(next_.begin(), next_.begin() + 20);
  }

  std::mt19937 random_;
  Writer w_;
  std::deque<std::string> strings_;
  std::vector<TypeId> numbers_, types_, next_;
  std::vector<std::pair<TypeId, uint32_t>> nameless_;
};

TEST(CDump, RandomRecordsAreLaidOutAsTheyAre) { expect_none_wrong_anywhere("random", *RandomTypes(1).records(50)); }

// Every BTF that fuzzing found and parse() accepts. SKEP_C_CORPUS names a folder with more of it.
TEST(CDump, WhatFuzzingFoundCompiles) {
  namespace fs = std::filesystem;
  made::Folder folder;
  std::string headers, definitions;
  std::size_t count = 0, refused = 0;
  const char* more = std::getenv("SKEP_C_CORPUS");
  std::vector<std::string> folders = {SKEP_SOURCE_DIR "/tests/fuzz/c_dump", SKEP_SOURCE_DIR "/tests/fuzz/btf"};
  if (more != nullptr) folders.push_back(more);
  for (const std::string& where : folders)
    for (const auto& entry : fs::directory_iterator(where)) {
      auto btf = parse(*read_file(entry.path().string()));
      if (!btf) continue;
      std::vector<TypeId> roots((*btf)->count() - 1);
      std::iota(roots.begin(), roots.end(), TypeId{1});
      auto header = c_header(**btf), text = c_definitions(**btf, roots);
      if (!header || !text) {
        ++refused;
        continue;
      }
      std::string name = entry.path().filename().string();
      headers += " " + folder.write(name + ".header.c", *header);
      definitions += " " + folder.write(name + ".host.c", "#include <stdbool.h>\n" + *text);
      ++count;
    }
  for (const std::string& command :
       {"clang-19 -target bpf" + headers, "gcc-12 -std=c11" + definitions, "g++-12 -x c++" + definitions}) {
    std::string errors = made::output_of(command + quiet + "-fsyntax-only 2>&1 || true");
    EXPECT_EQ(errors.substr(0, 4000), "") << command.substr(0, 20);
  }
  std::printf("%zu compiled, %zu refused\n", count, refused);
  EXPECT_GE(count, 5U);
}

}  // namespace
}  // namespace skep::btf
