// SPDX-License-Identifier: Apache-2.0
#include "facts/verdicts.hpp"

#include <utility>

namespace skep::facts {
namespace {

using enum Fate;

constexpr Verdict filter_verdicts[] = {{"DROP", 0, dropped}, {"KEEP", 1, passed}};
// clang-format off
constexpr Verdict tc_verdicts[] = {
  { "TC_ACT_UNSPEC",     -1, passed  },
  { "TC_ACT_OK",          0, passed  },
  { "TC_ACT_RECLASSIFY",  1, passed  },
  { "TC_ACT_SHOT",        2, dropped },
  { "TC_ACT_PIPE",        3, passed  },
  { "TC_ACT_STOLEN",      4, taken   },
  { "TC_ACT_QUEUED",      5, taken   },
  { "TC_ACT_REPEAT",      6, passed  },
  { "TC_ACT_REDIRECT",    7, sent    },
  { "TC_ACT_TRAP",        8, taken   },
};
constexpr Verdict xdp_verdicts[] = {
  { "XDP_ABORTED",  0, dropped },
  { "XDP_DROP",     1, dropped },
  { "XDP_PASS",     2, passed  },
  { "XDP_TX",       3, sent    },
  { "XDP_REDIRECT", 4, sent    },
};
constexpr Verdict lwt_verdicts[] = {
  { "BPF_OK",            0,   passed  },
  { "BPF_DROP",          2,   dropped },
  { "BPF_REDIRECT",      7,   sent    },
  { "BPF_LWT_REROUTE",   128, sent    },
};
// clang-format on
constexpr Verdict allow_verdicts[] = {{"DENY", 0, dropped}, {"ALLOW", 1, passed}};
constexpr Verdict sk_verdicts[] = {{"SK_DROP", 0, dropped}, {"SK_PASS", 1, passed}};
constexpr Verdict netfilter_verdicts[] = {{"NF_DROP", 0, dropped}, {"NF_ACCEPT", 1, passed}};

}  // namespace

std::span<const Verdict> verdicts(Verdicts kind) {
  switch (kind) {
    case Verdicts::number: return {};
    case Verdicts::filter: return filter_verdicts;
    case Verdicts::tc: return tc_verdicts;
    case Verdicts::xdp: return xdp_verdicts;
    case Verdicts::lwt: return lwt_verdicts;
    case Verdicts::allow: return allow_verdicts;
    case Verdicts::sk: return sk_verdicts;
    case Verdicts::netfilter: return netfilter_verdicts;
  }
  std::unreachable();
}

const Verdict* verdict(ProgType type, uint64_t r0) {
  Verdicts kind = row(type).verdicts;
  auto all = verdicts(kind);
  auto low = static_cast<uint32_t>(r0);  // hooks look at 32 bits
  if (kind == Verdicts::filter) return &filter_verdicts[low != 0];
  if (kind == Verdicts::allow) return &allow_verdicts[low & 1];
  for (const Verdict& v : all)
    if (static_cast<uint32_t>(v.value) == low) return &v;
  if (kind == Verdicts::lwt) return &lwt_verdicts[1];
  return all.empty() ? nullptr : &all[0];
}

}  // namespace skep::facts
