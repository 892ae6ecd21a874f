// SPDX-License-Identifier: Apache-2.0
#include "judge/verdict_words.hpp"

#include "engine/kernel/verdict.hpp"

namespace skep::judge {

VerdictWords words_of(const verify::Verdict& verdict, const module::ProgDef& prog) {
  VerdictWords words{.result = verify::name_of(verdict.answer), .code = {}, .err = {}, .message = {}, .file = {}};
  if (!verdict.rejection) return words;
  const Error& e = verdict.rejection->error;
  words.code = e.row().code;
  words.err = kernel::errno_name(e.row().err);
  words.message = e.message();
  words.insn = verdict.rejection->insn;
  if (const auto* line = module::source_line(prog, words.insn); line != nullptr && line->line != 0) {
    words.file = line->file;
    words.line = line->line;
  }
  return words;
}

}  // namespace skep::judge
