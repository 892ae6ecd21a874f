// SPDX-License-Identifier: Apache-2.0
// skep explain: what a code means.
#include <fmt/format.h>

#include "base/suggest.hpp"
#include "cli/command.hpp"
#include "cli/diagnostics.hpp"
#include "cli/error_page.hpp"
#include "cli/errors.hpp"
#include "cli/json.hpp"
#include "verify/rejections.hpp"

namespace skep::cli {
namespace {

class Explain : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"CODE", "", "a code (SKEP-V0301, V0301) or its name, as --json has it (maybe-null)", &code_,
             Flag::Needed::yes}};
  }

  Result<Exit> run(const Talk& talk) override {
    const std::vector<const Diagnostic*> rows = find_diagnostics(code_);
    if (rows.empty()) {
      std::vector<std::string> slugs;
      for (const Diagnostic* d : diagnostics()) slugs.emplace_back(d->slug);
      return fail(NoSuchCode{.found = code_, .suggestion = did_you_mean(code_, slugs)});
    }
    std::string text;
    for (const Diagnostic* row : rows) text += (text.empty() ? "" : "\n") + error_screen(*row);
    TRY_VOID(print(talk.format == Format::json ? json(rows) + "\n" : text));
    return Exit::yes;
  }

 private:
  // The first of that name; where several have it, the codes of all.
  static std::string json(const std::vector<const Diagnostic*>& rows) {
    const Diagnostic& row = *rows.front();
    Json j;
    j.object([&] {
      j.key("v").number(1).key("code").string(row.code).key("slug").string(row.slug);
      j.key("category").string(subject_of(row)).key("message").string(without_fields(row.message));
      j.key("about_values").boolean(verify::is_about_values(row));
      j.key("hint").string(without_fields(row.hint)).key("linux").string(without_fields(row.kernel));
      j.key("exit").number(static_cast<uint64_t>(exit_of(row)));
      if (rows.size() == 1) return;
      j.key("codes").list([&] {
        for (const Diagnostic* d : rows) j.string(d->code);
      });
    });
    return j.text();
  }

  std::string code_;
};

}  // namespace

std::unique_ptr<Verb> make_explain() { return std::make_unique<Explain>(); }

}  // namespace skep::cli
