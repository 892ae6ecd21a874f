// SPDX-License-Identifier: Apache-2.0
// The running kernel reads what Writer wrote: it checks BTF more strictly than parse() does.
#include "btf/made.hpp"
#include "btf/writer.hpp"
#include "sys/bpf.hpp"

namespace skep::btf {
namespace {

std::string load_into_kernel(const Buffer& bytes) {
  const auto loaded = sys::load_btf(bytes, 1);
  return loaded.err == 0 ? "accepted" : errno_text(-loaded.err) + "\n" + loaded.log;
}

TEST(WriterKernel, AcceptsEveryKind) {
  Writer w;
  Int number{.size_bytes = 4, .bits = 32, .offset = 0, .is_signed = true, .is_char = false, .is_bool = false};
  TypeId i = w.integer("int", number);
  TypeId a = w.array({.element = i, .index = i, .count = 4});
  TypeId s = w.next();
  Member members[] = {{.name = "next", .type = s + 1, .bit_offset = 0, .bitfield_bits = 0},
                      {.name = "few", .type = i, .bit_offset = 64, .bitfield_bits = 3},
                      {.name = "grid", .type = a, .bit_offset = 96, .bitfield_bits = 0}};
  w.record(Kind::struct_, "s", 32, members);
  w.refer(Kind::ptr, "", s);
  w.record(Kind::union_, "u", 4, {{{.name = "i", .type = i, .bit_offset = 0, .bitfield_bits = 0}}});
  w.enumeration(Kind::enum_, "e", 4, Writer::Sign::signed_, {{{.name = "E", .value = ~uint64_t{0}}}});
  w.enumeration(Kind::enum64, "e64", 8, Writer::Sign::unsigned_, {{{.name = "E64", .value = uint64_t{1} << 40}}});
  w.refer(Kind::ptr, "", w.forward(Kind::union_, "elsewhere"));
  TypeId t = w.refer(Kind::typedef_, "t", i);
  w.refer(Kind::ptr, "", w.refer(Kind::volatile_, "", w.refer(Kind::const_, "", t)));
  TypeId tag = w.refer(Kind::type_tag, "user", i);
  w.refer(Kind::restrict_, "", w.refer(Kind::ptr, "", tag));
  TypeId proto = w.function_proto(i, {{{.name = "x", .type = i}}});
  TypeId f = w.function("f", proto, Linkage::global);
  TypeId v = w.variable("v", i, Linkage::global);
  w.section(".data", 4, {{{.type = v, .offset = 0, .size_bytes = 4}}});
  w.floating("double", 8);
  w.decl_tag("about", f, 0);
  w.decl_tag("whole", v, -1);
  EXPECT_EQ(load_into_kernel(w.bytes()), "accepted");
}

TEST(WriterKernel, AcceptsCopiesOfWhatCompilersMade) {
  made::Folder folder;
  made::compile(folder, "clang-19",
                "struct list { struct list *next; int n : 3; };\n"
                "enum big { BIG = 1ll << 40 } big;\n"
                "int f(struct list *l, enum big b) { return l->n + b; }");
  Shared b = *parse(*read_file(folder.path + "/btf"));
  Writer w;
  for (TypeId id = 1; id < b->count(); ++id)
    if (b->type(id).kind != Kind::datasec && b->type(id).kind != Kind::var)
      w.copy(*b, id, [](TypeId to) { return to; });
  EXPECT_EQ(load_into_kernel(w.bytes()), "accepted");
}

}  // namespace
}  // namespace skep::btf
