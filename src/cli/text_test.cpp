// SPDX-License-Identifier: Apache-2.0
#include "cli/text.hpp"

#include <gtest/gtest.h>

namespace skep::cli {

TEST(Text, numbers_people_read) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(UINT64_MAX), "18,446,744,073,709,551,615");
  EXPECT_EQ(duration(99), "99 ns");
  EXPECT_EQ(duration(512), "0.5 µs");
  EXPECT_EQ(duration(312'400), "0.3 ms");
  EXPECT_EQ(duration(999'900'000), "999.9 ms");
  EXPECT_EQ(duration(2'291'200'000), "2.3 s");
  EXPECT_EQ(duration(12'100'000'000), "12.1 s");
  EXPECT_EQ(plural(1, "entry"), "1 entry");
  EXPECT_EQ(plural(2048, "entry"), "2,048 entries");
  EXPECT_EQ(plural(0, "program"), "0 programs");
  EXPECT_EQ(in_short(2'100'000), "2.1 M");
  EXPECT_EQ(in_short(9'999), "9999");
}

// 100.0 and 0.0 are promises.
TEST(Text, percent_says_all_and_none_only_where_it_is) {
  EXPECT_EQ(percent(601, 601), "100.0 %");
  EXPECT_EQ(percent(999'999, 1'000'000), "99.9 %");
  EXPECT_EQ(percent(1, 1'000'000), "0.1 %");
  EXPECT_EQ(percent(0, 7), "0.0 %");
  EXPECT_EQ(percent(0, 0), "0.0 %");
}

TEST(Text, width_counts_what_a_terminal_shows) {
  EXPECT_EQ(width("µs"), 2U);
  EXPECT_EQ(width(Paint(Colour::on).red("abc")), 3U);
  EXPECT_EQ(Paint(Colour::off).red("abc"), "abc");
}

TEST(Text, nothing_from_a_file_moves_the_cursor) {
  EXPECT_EQ(printable("a\033[2Jb\n\x7f"), "a\\x1b[2Jb\\x0a\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");  // the one-byte form of ESC [
  EXPECT_EQ(printable("grün … │"), "grün … │");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\xe0\x80\xaf\xed\xa0\x80\xf4\x90\x80\x80"),  // overlong, a surrogate, beyond U+10FFFF
            "\\xe0\\x80\\xaf\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80");
}

TEST(Text, lines_fit_the_terminal) {
  const std::string wide = " " + std::string(29, 'x');
  EXPECT_EQ(fitted(wide + "\n" + wide, 0), wide + "\n" + wide);
  EXPECT_EQ(fitted(wide + "\nshort\n", 30), wide + "\nshort\n");
  EXPECT_EQ(fitted(wide + "\nshort", 29), wide.substr(0, 28) + "…\nshort");
  EXPECT_EQ(fitted(" µ" + wide, 20), " µ" + wide.substr(0, 17) + "…");
  EXPECT_EQ(fitted(" " + Paint(Colour::on).red(wide), 20), " \033[31m" + wide.substr(0, 18) + "\033[0m…");
  EXPECT_EQ(fitted("a sentence of some length", 20), "a sentence of some length");
}

TEST(Text, columns_are_as_wide_as_their_widest_cell) {
  Table t;
  t.add({{"proto"}, {"packets", Align::right}});
  t.add({{"µ"}, {"1,402", Align::right}});
  t.add({{"a note"}});
  EXPECT_EQ(t.text("  "),
            "  proto   packets\n"
            "  µ         1,402\n"
            "  a note\n");
}

}  // namespace skep::cli
