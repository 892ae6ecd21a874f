// SPDX-License-Identifier: Apache-2.0
#include "cli/diagnostics.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "api/c_errors.hpp"
#include "api/errors.hpp"
#include "base/errors.hpp"
#include "btf/errors.hpp"
#include "cli/errors.hpp"
#include "context/errors.hpp"
#include "engine/user/errors.hpp"
#include "facts/errors.hpp"
#include "isa/errors.hpp"
#include "judge/errors.hpp"
#include "maps/errors.hpp"
#include "module/errors.hpp"
#include "net/errors.hpp"
#include "object/errors.hpp"
#include "verify/rejections.hpp"

namespace skep {

// A table names its rows without their namespace.
static constexpr const Diagnostic* base_rows[] = {SKEP_BASE_DIAGNOSTICS(SKEP_DIAGNOSTIC_ROW)};
#define ROWS(layer, table)                                                  \
  namespace layer {                                                         \
  static constexpr const Diagnostic* rows[] = {table(SKEP_DIAGNOSTIC_ROW)}; \
  }
ROWS(api, SKEP_API_DIAGNOSTICS)
ROWS(btf, SKEP_BTF_DIAGNOSTICS)
ROWS(c_api, SKEP_C_DIAGNOSTICS)
ROWS(cli, SKEP_CLI_DIAGNOSTICS)
ROWS(context, SKEP_CONTEXT_DIAGNOSTICS)
ROWS(facts, SKEP_FACTS_DIAGNOSTICS)
ROWS(isa, SKEP_ISA_DIAGNOSTICS)
ROWS(judge, SKEP_JUDGE_DIAGNOSTICS)
ROWS(maps, SKEP_MAPS_DIAGNOSTICS)
ROWS(module, SKEP_MODULE_DIAGNOSTICS)
ROWS(net, SKEP_NET_DIAGNOSTICS)
ROWS(object, SKEP_OBJECT_DIAGNOSTICS)
ROWS(user, SKEP_USER_DIAGNOSTICS)
#undef ROWS

namespace cli {

std::span<const Diagnostic* const> diagnostics() {
  static const std::vector<const Diagnostic*> all = [] {
    std::vector<const Diagnostic*> found;
    const auto add = [&found](std::span<const Diagnostic* const> rows) {
      std::ranges::copy(rows, std::back_inserter(found));
    };
    add(verify::rejections());
    for (const auto rows : std::initializer_list<std::span<const Diagnostic* const>>{
             base_rows, api::rows, btf::rows, c_api::rows, cli::rows, context::rows, facts::rows, isa::rows,
             judge::rows, maps::rows, module::rows, net::rows, object::rows, user::rows})
      add(rows);
    return found;
  }();
  return all;
}

std::vector<const Diagnostic*> find_diagnostics(std::string_view asked) {
  std::string code;
  for (char c : asked) code += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!code.starts_with("SKEP-")) code = "SKEP-" + code;
  std::vector<const Diagnostic*> found;
  for (const Diagnostic* row : diagnostics())
    if (row->code == code || row->slug == asked) found.push_back(row);
  return found;
}

std::string_view subject_of(const Diagnostic& row) {
  switch (row.code[5]) {
    case 'A': return "what was asked for";
    case 'B': return "files";
    case 'C': return "contexts";
    case 'E': return "running";
    case 'F': return "Linux's names";
    case 'I': return "instructions";
    case 'J': return "lines of batch, and cases";
    case 'M': return "what a module has";
    case 'N': return "captures";
    case 'O': return "objects";
    case 'P': return "maps";
    case 'T': return "types";
    case 'U': return "the command line";
    case 'V': return verify::category_of(row);
    default: return "";
  }
}

}  // namespace cli
}  // namespace skep
