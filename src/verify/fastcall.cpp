// SPDX-License-Identifier: Apache-2.0
#include "verify/fastcall.hpp"

#include <algorithm>

#include "verify/edges.hpp"

namespace skep::verify {
namespace {

bool is_spill(const isa::Insn& i) { return i.code == 0x7b && i.dst() == 10; }
bool is_fill(const isa::Insn& i) { return i.code == 0x79 && i.src() == 10; }

// How many pairs stand around the call; the innermost uses the lowest slot.
int pairs_around(const std::vector<isa::Insn>& insns, uint32_t call, const Callee& callee, int lowest) {
  unsigned lost = ((1U << callee.args) - 1) << 1 | (callee.returns_nothing ? 0 : 1);
  int pairs = 0;
  for (; pairs < 6; ++pairs) {
    const auto away = static_cast<uint32_t>(pairs + 1);
    if (call < away || call + away >= insns.size()) break;
    const isa::Insn spill = insns[call - away], fill = insns[call + away];
    const int off = lowest + 8 * pairs;
    if (!is_spill(spill) || !is_fill(fill) || spill.src() != fill.dst()) break;
    if (spill.src() > 5 || (lost >> spill.src() & 1) != 0 || spill.off != off || fill.off != off) break;
    lost |= 1U << spill.src();
  }
  return pairs;
}

void find_in(const Inputs& in, Flow& flow, Subprogram& s) {
  const auto& insns = in.prog.insns;
  int lowest = 0;
  for (uint32_t i = s.first; i < s.end; ++i)
    if (is_spill(insns[i])) lowest = std::min<int>(lowest, insns[i].off);
  if (lowest == 0) return;
  for (uint32_t i = s.first; i < s.end; ++i) {
    if (!is_call(insns[i])) continue;
    const auto known = callee(in, flow, i);
    const int pairs = known ? pairs_around(insns, i, *known, lowest) : 0;
    for (int k = 1; k <= pairs; ++k) {
      flow.at[i - static_cast<uint32_t>(k)].set(Mark::fastcall);
      flow.at[i + static_cast<uint32_t>(k)].set(Mark::fastcall);
    }
    if (pairs == 0) continue;
    if (known->fastcall)
      s.drops_fastcall = true;
    else
      s.keeps_fastcall = true;
    s.fastcall_offset = std::min(s.fastcall_offset, static_cast<int16_t>(lowest + 8 * pairs));
  }
}

}  // namespace

void find_fastcalls(const Inputs& in, Flow& flow) {
  for (Subprogram& s : flow.subprogs) find_in(in, flow, s);
}

}  // namespace skep::verify
