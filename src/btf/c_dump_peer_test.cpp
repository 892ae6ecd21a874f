// SPDX-License-Identifier: Apache-2.0
// The judge of the C dump is the compiler that reads it: a generated file asks it for the size of every type and for
// the place and size of every member, those of anonymous structs and unions included; the bits of a bit-field are
// those that are set in a constant whose only initialised member it is.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <set>

#include "base/file.hpp"
#include "btf/bits.hpp"
#include "btf/c_dump.hpp"
#include "btf/made.hpp"

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
#define BITS(n, T, m) extern const T bits_##n __attribute__((section("bits"), used, aligned(16))); const T bits_##n = {m = -1};
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
      at = (at + 15) / 16 * 16;
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
  a.errors = made::output_of(compiler + " -w -c " + c + " -o " + o + " 2>&1 || true");
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
  auto begin = std::chrono::steady_clock::now();
  auto header = c_header(*btf);
  auto took = std::chrono::steady_clock::now() - begin;
  ASSERT_TRUE(header) << header.error().text();
  Judge judge(*btf);
  EXPECT_GE(judge.assertions(), 13000U);
  expect_none_wrong("vmlinux", judge, *header);
  std::printf("written in %lld ms\n", static_cast<long long>(took / std::chrono::milliseconds(1)));
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
       {"gcc -std=c11", "g++ -x c++ -std=c++17", "clang-19 -std=c11", "clang++-19 -x c++ -std=c++17"})
    expect_none_wrong(compiler, judge, "#include <stdbool.h>\n" + *text, compiler);
}

}  // namespace
}  // namespace skep::btf
