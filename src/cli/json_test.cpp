// SPDX-License-Identifier: Apache-2.0
#include "cli/json.hpp"

#include <gtest/gtest.h>

#include "base/errors.hpp"

namespace skep::cli {

static std::string again(std::string_view text) {
  auto d = parse_json(text);
  if (!d) return d.error().text();
  return Json().datum(*d).text();
}

TEST(Json, what_is_read_is_written_again) {
  for (std::string_view text :
       {"null", "true", "-3", "18446744073709551615", "1.5", "[]", "{}", "[1,[2,{}],\"x\"]",
        R"({"key":{"proto":"udp","port":53},"value":[0,-1,false,null]})", R"("\"\\\n\u001b µ")"})
    EXPECT_EQ(again(text), text);
}

TEST(Json, bytes_that_are_no_text_become_the_replacement_character) {
  EXPECT_EQ(Json().string("a\xff\xc3").text(), "\"a\ufffd\ufffd\"");
}

TEST(Json, what_is_not_json_is_refused_with_its_place) {
  EXPECT_EQ(again(""),
            "not JSON: at line 1, column 1: syntax error while parsing value - unexpected end of input; "
            "expected '[', '{', or a literal");
  EXPECT_EQ(again(R"({"a":1,"a":2})"), "not JSON: the member 'a' is there twice");
  EXPECT_EQ(again("[1] 2").substr(0, 31), "not JSON: at line 1, column 5: ");
  EXPECT_EQ(again(std::string(64, '[') + std::string(64, ']')), std::string(64, '[') + std::string(64, ']'));
  EXPECT_EQ(again(std::string(100'000, '[')), "values are nested more than 64 deep");
}

TEST(Json, an_error_is_a_document_of_four_parts) {
  auto e = fail_within(fail(IsAFolder{.path = "x"}).error(), "run");
  EXPECT_EQ(
      error_document(e.error()),
      R"({"error":{"code":"is-a-folder","message":"'x' is a folder, not a file","place":"run","hint":"name a file in it"}})");
}

}  // namespace skep::cli
