// SPDX-License-Identifier: Apache-2.0
// The words of a declaration line: NAME, ':' and WORD=VALUE, any of them quoted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace skep::module {

struct Word {
  std::string text;
  bool has_value = false;
  std::string value;  // after '='
};

class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  // "NAME:", or an error that says what was found.
  Result<std::string> name();
  // The next word, or nothing at the end of the line.
  Result<std::optional<Word>> next();

 private:
  void skip_space();
  // Up to white space or one of `stops`, quotes taken away.
  Result<std::string> piece(std::string_view stops);
  std::string_view rest_;
};

// As it must be written to be read back as a name or a value.
std::string quoted_name(std::string_view text);
std::string quoted_value(std::string_view text);

}  // namespace skep::module
