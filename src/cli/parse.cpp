// SPDX-License-Identifier: Apache-2.0
// Flags filled from a command line. CLI11 splits words; its exceptions end here.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "base/suggest.hpp"
#include "cli/command.hpp"
#include "cli/errors.hpp"

namespace skep::cli {
namespace {

bool is_argument(const Flag& f) { return !f.names.starts_with('-'); }
// An argument that is always the same: "file" of skep btf dump file FILE.
bool is_word(const Flag& f) { return is_argument(f) && f.choices.size() == 1 && f.choices[0] == f.names; }
bool is_switch(const Flag& f) { return std::holds_alternative<bool*>(f.into); }
bool is_list(const Flag& f) { return std::holds_alternative<std::vector<std::string>*>(f.into); }

std::string usage(const Command& command) {
  return "skep " + std::string(command.name) + " " + std::string(command.arguments);
}

std::string without_spaces(std::string_view names) {
  std::string out(names);
  std::erase(out, ' ');
  return out;
}

// "-o, --out" -> "--out"
std::string last_name(const Flag& f) {
  auto at = f.names.rfind(' ');
  return std::string(at == f.names.npos ? f.names : f.names.substr(at + 1));
}

Result<uint64_t> number(std::string_view text) {
  std::string_view digits = text;
  int base = 10;
  if (digits.starts_with("0x")) digits.remove_prefix(2), base = 16;
  uint64_t n = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n, base);
  if (error == std::errc::result_out_of_range && end == digits.data() + digits.size())
    return fail(NumberTooLarge{.found = std::string(text), .most = std::to_string(UINT64_MAX)});
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty())
    return fail(NotANumber{.found = std::string(text)});
  if (n == 0) return fail(NotASetting{.found = "0", .form = "a number from 1"});  // each one counts something
  return n;
}

Result<void> store_value(const Flag& f, const std::vector<std::string>& values) {
  if (!f.choices.empty() && std::ranges::find(f.choices, values.back()) == f.choices.end())
    return fail(NotAChoice{
        .found = values.back(), .known = listed(f.choices), .suggestion = did_you_mean(values.back(), f.choices)});
  if (auto* text = std::get_if<std::string*>(&f.into)) {
    // Nobody who writes --out '' means the default.
    if (values.back().empty() && !is_argument(f)) return fail(NotASetting{.found = "", .form = std::string(f.value)});
    **text = values.back();
  }
  if (auto* list = std::get_if<std::vector<std::string>*>(&f.into)) **list = values;
  if (auto* n = std::get_if<uint64_t*>(&f.into)) **n = TRY(number(values.back()));
  return {};
}

std::unexpected<Error> extra(const Command& command, const std::vector<Flag>& flags, const std::string& word) {
  if (!word.starts_with('-') || word == "-") return fail(TooManyArguments{.found = word, .usage = usage(command)});
  std::vector<std::string> known;
  for (const Flag& f : flags)
    if (!is_argument(f)) known.push_back(last_name(f));
  std::string found = word.substr(0, word.find('='));
  return fail(
      UnknownOption{.found = found, .verb = std::string(command.name), .suggestion = did_you_mean(found, known)});
}

}  // namespace

static Result<void> split(CLI::App& app, const Command& command, const std::vector<Flag>& flags,
                          std::span<const std::string> words) {
  try {
    std::vector<std::string> backwards(words.rbegin(), words.rend());  // as CLI11 wants them
    app.parse(backwards);
  } catch (const CLI::ExtrasError&) {
    return extra(command, flags, app.remaining().front());
  } catch (const CLI::ArgumentMismatch& e) {
    // "--in: 1 required FILE missing": the option's name is what stands before the colon.
    std::string_view what = e.what();
    std::string name(what.substr(0, what.find_first_of(": ")));
    for (const Flag& f : flags)
      if (last_name(f) == name && !is_switch(f))
        return fail_within(fail(MissingValue{.value = std::string(f.value)}).error(), name);
    return fail_within(fail(GivenTwice{}).error(), name);
  } catch (const CLI::Error& e) {
    return fail(UnknownOption{.found = e.what(), .verb = std::string(command.name), .suggestion = ""});
  }
  return {};
}

Result<void> parse(const Command& command, std::vector<Flag> flags, std::span<const std::string> words) {
  std::erase_if(flags, [](const Flag& f) { return std::holds_alternative<std::monostate>(f.into); });
  CLI::App app;
  app.set_help_flag("");
  std::vector<CLI::Option*> options;
  for (const Flag& f : flags) {
    CLI::Option* o = is_switch(f) ? app.add_flag(without_spaces(f.names)) : app.add_option(without_spaces(f.names));
    if (!is_switch(f)) o->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (!is_switch(f)) o->expected(1);
    if (is_argument(f) && is_list(f)) o->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
    options.push_back(o);
  }
  TRY_VOID(split(app, command, flags, words));
  bool asks_for_help = false;
  for (std::size_t i = 0; i < flags.size(); ++i)
    if (is_switch(flags[i])) {
      *std::get<bool*>(flags[i].into) = options[i]->count() > 0;
      asks_for_help |= flags[i].names.ends_with("--help") && options[i]->count() > 0;
    }
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const Flag& f = flags[i];
    if (is_switch(f)) continue;
    const auto& values = options[i]->results();
    if (values.empty()) {
      if (f.needed == Flag::Needed::yes && !asks_for_help)
        return fail(MissingArgument{.what = std::string(f.names), .usage = usage(command)});
      continue;
    }
    if (is_word(f) && values.front() != f.names)
      return fail(
          MissingArgument{.what = fmt::format("'{}' before '{}'", f.names, values.front()), .usage = usage(command)});
    if (values.size() > 1 && !is_list(f)) return fail_within(fail(GivenTwice{}).error(), last_name(f));
    if (auto stored = store_value(f, values); !stored) return fail_within(std::move(stored.error()), last_name(f));
  }
  return {};
}

}  // namespace skep::cli
