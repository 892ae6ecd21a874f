// SPDX-License-Identifier: Apache-2.0
// skep explain: what a verifier's code means.
#include <fmt/format.h>

#include "base/suggest.hpp"
#include "cli/command.hpp"
#include "cli/error_page.hpp"
#include "cli/errors.hpp"
#include "cli/json.hpp"
#include "verify/rejections.hpp"

namespace skep::cli {
namespace {

class Explain : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"CODE", "", "a code (SKEP-V0301, V0301) or its name (maybe-null)", &code_, Flag::Needed::yes}};
  }

  Result<Exit> run(const Talk& talk) override {
    const Diagnostic* row = find_rejection(code_);
    if (row == nullptr) {
      std::vector<std::string> slugs;
      for (const Diagnostic* d : verify::rejections()) slugs.emplace_back(d->slug);
      return fail(NoSuchCode{.found = code_, .suggestion = did_you_mean(code_, slugs)});
    }
    TRY_VOID(print(talk.format == Format::json ? json(*row) + "\n" : error_screen(*row)));
    return Exit::yes;
  }

 private:
  static std::string json(const Diagnostic& row) {
    Json j;
    j.object([&] {
      j.key("v").number(1).key("code").string(row.code).key("slug").string(row.slug);
      j.key("category").string(verify::category_of(row)).key("message").string(without_fields(row.message));
      j.key("about_values").boolean(verify::is_about_values(row));
      j.key("hint").string(without_fields(row.hint)).key("linux").string(without_fields(row.kernel));
    });
    return j.text();
  }

  std::string code_;
};

}  // namespace

std::unique_ptr<Verb> make_explain() { return std::make_unique<Explain>(); }

}  // namespace skep::cli
