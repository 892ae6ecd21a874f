// SPDX-License-Identifier: Apache-2.0
#include "judge/case_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/suggest.hpp"
#include "isa/lexer.hpp"
#include "judge/errors.hpp"
#include "judge/packet_words.hpp"

namespace skep::judge {
namespace {

constexpr std::size_t most_bytes = 1 << 20;

std::unexpected<Error> wrong(std::string_view found, std::string expected) {
  return fail(CaseText{.found = std::string(found.substr(0, 40)), .expected = std::move(expected)});
}

using isa::is_space, isa::trimmed;

// "-1", "42", "0xff", as 64 bits.
std::optional<uint64_t> to_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  uint64_t n = 0;
  auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), n, hex ? 16 : 10);
  if (text.empty() || error != std::errc{} || at != text.data() + text.size()) return std::nullopt;
  return negative ? 0 - n : n;
}

// Tells where a word stands that is outside quotes and parentheses; npos where it does not.
std::size_t find_outside(std::string_view text, std::string_view word) {
  bool quoted = false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!quoted && depth == 0 && text.substr(i).starts_with(word)) return i;
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted) {
      depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    }
  }
  return text.npos;
}

class Reader {
 public:
  Reader(std::string_view line, std::size_t prog, const module::Module& module)
      : line_(line), rest_(line), prog_(prog), module_(module) {}

  Result<CaseRun> run() {
    rest_.remove_prefix(std::string_view("run:").size());
    CaseRun run;
    run.input.prog = prog_;
    const std::size_t gives = find_outside(rest_, " gives ");
    if (gives == rest_.npos) return wrong(line_, "run: … gives …");
    std::string_view behind = rest_.substr(gives + std::string_view(" gives ").size());
    rest_ = rest_.substr(0, gives);
    for (skip_space(); !rest_.empty(); skip_space()) TRY_VOID(input(run.input));
    for (;;) {
      const std::size_t comma = find_outside(behind, ",");
      rest_ = trimmed(behind.substr(0, comma));
      const auto begin = static_cast<std::size_t>(rest_.data() - line_.data()), end = begin + rest_.size();
      Expectation e = TRY(expectation(run.input.cpu));
      e.begin = begin;
      e.end = end;
      run.gives.push_back(std::move(e));
      if (comma == behind.npos) return run;
      behind.remove_prefix(comma + 1);
    }
  }

 private:
  void skip_space() {
    while (!rest_.empty() && is_space(rest_[0])) rest_.remove_prefix(1);
  }
  std::string_view peek() {
    skip_space();
    return rest_.substr(0, std::min(rest_.find_first_of(" \t"), rest_.size()));
  }
  std::string_view word() {
    const std::string_view w = peek();
    rest_.remove_prefix(w.size());
    return w;
  }
  Result<void> want(std::string_view expected) {
    if (const std::string_view found = word(); found != expected)
      return wrong(found, "'" + std::string(expected) + "'");
    return {};
  }
  Result<uint64_t> number(uint64_t most) {
    const std::string_view found = word();
    const auto n = to_number(found);
    if (!n || *n > most) return wrong(found, "a number from 0 to " + std::to_string(most));
    return *n;
  }

  Result<void> input(RunInput& in) {
    const std::string_view before = rest_, what = word();
    if (what == "mem") {
      in.mem = TRY(bytes());
    } else if (what == "raw_ctx") {
      in.ctx = TRY(bytes());
    } else if (what == "packet") {
      in.packet = TRY(packet_from_words(rest_));
      rest_ = {};
    } else if (what == "ctx") {
      for (auto eq = peek().find('='); eq != peek().npos; eq = peek().find('=')) {
        const std::string_view set = word();
        const auto n = to_number(set.substr(eq + 1));
        if (!n) return wrong(set, "FIELD=NUMBER");
        in.ctx_fields.emplace_back(set.substr(0, eq), *n);
      }
    } else if (what == "from") {
      const std::string_view layer = word();
      if (layer != "link" && layer != "network") return wrong(layer, "link or network");
      in.start = layer == "link" ? facts::Packet::link : facts::Packet::network;
    } else if (what == "cpu") {
      in.cpu = static_cast<unsigned>(TRY(number(UINT32_MAX)));
    } else if (what == "now_ns") {
      in.now_ns = TRY(number(UINT64_MAX));
    } else if (what == "seed") {
      in.seed = TRY(number(UINT64_MAX));
    } else if (what == "max_insns") {
      in.max_insns = TRY(number(1'000'000'000));
    } else {
      return wrong(before, "mem, packet, ctx, raw_ctx, from, cpu, now_ns, seed, max_insns or gives");
    }
    return {};
  }

  Result<Expectation> expectation(unsigned cpu) {
    using Kind = Expectation::Kind;
    const std::string_view before = rest_, what = word();
    Expectation e{.cpu = cpu};
    if (what == "r0" || what == "mem" || what == "ctx" || what == "packet") TRY_VOID(want("="));
    if (what == "r0") {
      e.number = TRY(number(UINT64_MAX));
    } else if (what == "mem" || what == "ctx") {
      e.kind = what == "mem" ? Kind::mem : Kind::ctx;
      e.bytes = TRY(bytes());
    } else if (what == "packet") {
      e.kind = Kind::packet;
      e.bytes = TRY(packet_from_words(rest_));
      rest_ = {};
    } else if (what == "printk") {
      e.kind = Kind::printk;
      e.text = as_text(TRY(bytes()));
    } else if (what == "limit") {
      e.kind = Kind::limit;
    } else if (what == "fault") {
      TRY_VOID(fault(e));
    } else if (what == "map") {
      TRY_VOID(map(e));
    } else {
      return wrong(before, "r0, mem, ctx, packet, printk, limit, fault or map");
    }
    if (!peek().empty()) return wrong(rest_, "',' or the end of the line");
    return e;
  }

  Result<void> fault(Expectation& e) {
    using vm::FaultKind;
    e.kind = Expectation::Kind::fault;
    e.text = word();
    std::vector<std::string> known;
    for (FaultKind k :
         {FaultKind::out_of_bounds, FaultKind::uninitialised, FaultKind::too_deep, FaultKind::not_executable})
      known.emplace_back(vm::name(k));
    if (std::ranges::find(known, e.text) == known.end())
      return wrong(e.text, "a kind of fault: " + listed(known) + did_you_mean(e.text, known));
    if (peek().empty()) return {};
    TRY_VOID(want("at"));
    e.insn = static_cast<uint32_t>(TRY(number(UINT32_MAX)));
    return {};
  }

  Result<void> map(Expectation& e) {
    using Kind = Expectation::Kind;
    e.map = TRY(module::find_map(module_, word()));
    const module::MapDef& def = module_.maps[e.map];
    const std::string_view verb = word();
    if (verb == "is") {
      e.kind = Kind::map_empty;
      return want("empty");
    }
    if (verb != "has" && verb != "lacks") return wrong(verb, "has, lacks or is");
    e.kind = verb == "has" ? Kind::map_has : Kind::map_lacks;
    e.key = TRY(bytes(def.key_size));
    if (e.kind == Kind::map_lacks) return {};
    TRY_VOID(want("="));
    e.bytes = TRY(bytes(def.value_size));
    if (peek() != "on") return {};
    word();
    e.cpu = static_cast<unsigned>(TRY(number(UINT32_MAX)));
    return {};
  }

  // Pieces one after the other, up to a word that is none. `width`: how wide a number without a word before it is.
  Result<Buffer> bytes(std::size_t width = 0) {
    Buffer all;
    for (bool first = true;; first = false) {
      const std::string_view before = rest_;
      auto piece = TRY(one_piece(first ? width : 0));
      if (!piece) {
        rest_ = before;
        if (first) return wrong(peek(), "bytes: hex pairs, u8 to u64 and a number, zeros N or \"text\"");
        return all;
      }
      all.insert(all.end(), piece->begin(), piece->end());
      if (all.size() > most_bytes) return wrong(before, "at most " + std::to_string(most_bytes) + " bytes");
    }
  }

  Result<std::optional<Buffer>> one_piece(std::size_t width) {
    skip_space();
    if (rest_.starts_with('"')) return TRY(quoted());
    const std::string_view w = word();
    constexpr std::array<std::pair<std::string_view, unsigned>, 4> ints{
        {{"u8", 1}, {"u16", 2}, {"u32", 4}, {"u64", 8}}};
    for (const auto& [name, size] : ints)
      if (w == name) return TRY(integer(word(), size));
    if (w == "zeros") return Buffer(TRY(number(most_bytes)));
    if (w == "ones") return Buffer(TRY(number(most_bytes)), 0xff);
    const bool leading_zero = w.size() > 1 && w[0] == '0' && w[1] != 'x';  // then it is bytes
    if (width != 0 && !leading_zero && to_number(w)) return TRY(integer(w, width));
    if (w.empty()) return std::nullopt;
    return from_hex(w);
  }

  // Little endian; a value that the width cannot hold is an error.
  static Result<Buffer> integer(std::string_view text, std::size_t width) {
    const auto n = to_number(text);
    if (!n) return wrong(text, "a number");
    const bool negative = text.starts_with('-');
    if (width < 8 && (negative ? -static_cast<int64_t>(*n) > int64_t{1} << (8 * width - 1) : *n >> (8 * width) != 0))
      return wrong(text, "a number of " + std::to_string(width) + " bytes");
    Buffer b(width, negative ? 0xff : 0);
    for (std::size_t i = 0; i < width && i < 8; ++i) b[i] = static_cast<uint8_t>(*n >> (8 * i));
    return b;
  }

  Result<Buffer> quoted() {
    const std::string_view whole = rest_;
    Buffer b;
    rest_.remove_prefix(1);
    while (!rest_.starts_with('"')) {
      if (rest_.starts_with('\\')) rest_.remove_prefix(1);
      if (rest_.empty()) return wrong(whole, "a quote that ends");
      b.push_back(static_cast<uint8_t>(rest_[0]));
      rest_.remove_prefix(1);
    }
    rest_.remove_prefix(1);
    return b;
  }

  std::string_view line_, rest_;
  std::size_t prog_;
  const module::Module& module_;
};

}  // namespace

Result<CaseRun> parse_run_line(std::string_view line, std::size_t prog, const module::Module& module) {
  return Reader(line, prog, module).run();
}

}  // namespace skep::judge
