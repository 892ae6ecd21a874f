// SPDX-License-Identifier: Apache-2.0
#include "verify/source_words.hpp"

#include <gtest/gtest.h>

namespace skep::verify {

TEST(SourceWords, the_variable_that_a_line_sets) {
  EXPECT_EQ(assigned_name("  __u64 *hits = bpf_map_lookup_elem(&counts, &key);"), "hits");
  EXPECT_EQ(assigned_name("i = a == b;"), "i");
  EXPECT_EQ(assigned_name("if (x == 3) y = 1;"), "y");
  EXPECT_EQ(assigned_name("if (x >= 3)"), "");
  EXPECT_EQ(assigned_name("x += 3;"), "");
  EXPECT_EQ(assigned_name("s->x = 3;"), "");  // a member is no variable
  EXPECT_EQ(assigned_name("call(1)"), "");
  EXPECT_EQ(assigned_name("="), "");
  EXPECT_EQ(assigned_name(""), "");
}

TEST(SourceWords, arguments_of_a_call) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(arguments_of("x = f(&a, b[1, 2], g(c, d));", "f"), (Words{"&a", "b[1, 2]", "g(c, d)"}));
  EXPECT_EQ(arguments_of("f()", "f"), (Words{""}));
  EXPECT_EQ(arguments_of("f(a,", "f"), Words{});  // it goes on in the next line
  EXPECT_EQ(arguments_of("h(a)", "f"), Words{});
  EXPECT_EQ(arguments_of("f)(", "f"), Words{});
}

TEST(SourceWords, the_index_that_is_a_plain_name) {
  EXPECT_EQ(index_of("v->at[i] = w[3];"), "i");
  EXPECT_EQ(index_of("v->at[v->n] = 1;"), "v->n");
  EXPECT_EQ(index_of("v->at[i + 1] = 1;"), "");
  EXPECT_EQ(index_of("at[i"), "");
}

TEST(SourceWords, the_pointer_that_a_line_goes_through) {
  EXPECT_EQ(dereferenced_name("  *hits += 1;"), "hits");
  EXPECT_EQ(dereferenced_name("if (eth->h_proto == 8) return 1;"), "eth");
  EXPECT_EQ(dereferenced_name("a->b.c->d = 1;"), "a");
  EXPECT_EQ(dereferenced_name("a->x = b->y;"), "");  // one of two
  EXPECT_EQ(dereferenced_name("n = a * b;"), "");
  EXPECT_EQ(dereferenced_name("first_of(list)->next = 0;"), "");
  EXPECT_EQ(dereferenced_name("*"), "");
}

TEST(SourceWords, what_is_a_name) {
  for (const char* name : {"len", "x->len", "a.b", "_x1"}) EXPECT_TRUE(is_name(name)) << name;
  for (const char* other : {"", "1", "a+b", "a-", "f(x)", "&x"}) EXPECT_FALSE(is_name(other)) << other;
}

}  // namespace skep::verify
