// SPDX-License-Identifier: Apache-2.0
#include "cli/verify_dot.hpp"

#include <gtest/gtest.h>

namespace skep::cli {

TEST(Dot, nothing_in_a_label_is_markup) {
  EXPECT_EQ(dot_label("if (a < b && b->c)"), "if (a &lt; b &amp;&amp; b-&gt;c)");
  EXPECT_EQ(dot_label("\"&amp;\"</table>"), "&quot;&amp;amp;&quot;&lt;/table&gt;");
  EXPECT_EQ(dot_label("\\G\\N"), "\\\\G\\\\N");  // the names of graph and box
  EXPECT_EQ(dot_label("grün …"), "grün …");
}

TEST(Dot, labels_have_only_characters_of_xml) {
  EXPECT_EQ(dot_label("a\nb\t\x7f\xff"), "a\\\\x0ab\\\\x09\\\\x7f\\\\xff");
  EXPECT_EQ(dot_label("\xef\xbf\xbe\xef\xbf\xbf"), "\uFFFD\uFFFD");
  EXPECT_EQ(dot_label("\xef\xbf\xbd"), "\uFFFD");
}

TEST(Dot, names_stay_inside_their_quotes) {
  EXPECT_EQ(dot_name("a\" [label=b]; \\"), "a\\\" [label=b]; \\\\");
  EXPECT_EQ(dot_name("\n<&>"), "\\\\x0a<&>");
  EXPECT_EQ(dot_name("\xef\xbf\xbe"), "\uFFFD");
}

}  // namespace skep::cli
