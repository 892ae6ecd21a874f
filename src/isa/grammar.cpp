// SPDX-License-Identifier: Apache-2.0
#include "isa/grammar.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/suggest.hpp"
#include "isa/errors.hpp"
#include "isa/text.hpp"

namespace skep::isa {
namespace {

using Type = Token::Type;

// Spellings beside the table's own: what the kernel's disassembler and bpftool print.
struct Spelling {
  Op op;
  std::string_view text;
};
constexpr Spelling spellings[] = {
    {Op::atomic_fetch_add64, "$s = atomic64_fetch_add((u64 *)($d$o), $s)"},
    {Op::atomic_fetch_or64, "$s = atomic64_fetch_or((u64 *)($d$o), $s)"},
    {Op::atomic_fetch_and64, "$s = atomic64_fetch_and((u64 *)($d$o), $s)"},
    {Op::atomic_fetch_xor64, "$s = atomic64_fetch_xor((u64 *)($d$o), $s)"},
    {Op::xchg64, "$s = atomic64_xchg((u64 *)($d$o), $s)"},
    {Op::xchg32, "$s = atomic_xchg((u32 *)($d$o), $s)"},
    {Op::cmpxchg64, "r0 = atomic64_cmpxchg((u64 *)($d$o), r0, $s)"},
    {Op::cmpxchg32, "r0 = atomic_cmpxchg((u32 *)($d$o), r0, $s)"},
    {Op::ld_imm64, "$d = $y"},
    {Op::ld_func, "$d = subprog[$g]"},
};

struct Node;
struct Edge {
  char field;              // 0: a literal
  std::string_view words;  // the literal
  std::unique_ptr<Node> to;
};
struct Node {
  std::vector<Edge> edges;
  std::optional<Op> op;  // a pattern ends here
};

class Tree {
 public:
  Tree() {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Op::ld_imm64_high); ++i) add_row(static_cast<Op>(i));
    for (const Spelling& s : spellings) add(s.op, s.text);
  }
  const Node& root() const { return root_; }

 private:
  static std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t i = text.find(from); i != text.npos; i = text.find(from, i + to.size()))
      text.replace(i, from.size(), to);
    return text;
  }
  // Where an access is narrower than a register, its two names mean the same: LLVM writes w, the kernel r.
  void add_row(Op op) {
    const Row& r = row(op);
    const std::string text = pattern_of(r);
    add(op, text);
    if (r.shape == Shape::atomic && r.bits < 64) add(op, replaced(replaced(text, "$S", "$s"), "w0", "r0"));
    if (r.shape == Shape::load && r.bits < 64 && !r.sign_extends) add(op, replaced(text, "$d", "$D"));
    if (r.shape == Shape::store && r.bits < 64 && r.source == Source::reg) add(op, replaced(text, "$s", "$S"));
  }
  void add(Op op, std::string_view text) {
    texts_.push_back(std::make_unique<std::string>(text));  // edges point into it
    Node* node = &root_;
    for (std::string_view rest = *texts_.back(); !rest.empty();) {
      rest.remove_prefix(static_cast<std::size_t>(std::ranges::find_if_not(rest, is_space) - rest.begin()));
      const bool field = rest[0] == '$';
      const std::string_view words = field ? rest.substr(0, 2) : first_token(rest).text;
      node = child(*node, field ? words[1] : '\0', words);
      rest.remove_prefix(words.size());
    }
    node->op = op;
  }
  static Node* child(Node& node, char field, std::string_view words) {
    for (Edge& e : node.edges)
      if (e.field == field && e.words == words) return e.to.get();
    return node.edges.emplace_back(field, words, std::make_unique<Node>()).to.get();
  }

  Node root_;
  std::vector<std::unique_ptr<std::string>> texts_;
};

const Tree& tree() {
  static const Tree t;
  return t;
}

// What may stand where a pattern has one of these fields; a number where it has another.
constexpr std::pair<std::string_view, std::string_view> descriptions[] = {
    {"ds", "r0 … r10"},
    {"DS", "w0 … w10"},
    {"on", "+ or - and a number"},
    {"m", "a map"},
    {"b", "a variable"},
    {"jJ", "a label, +N or -N"},
    {"fg", "a subprogram"},
    {"hck", "a helper, a subprogram or a kfunc"},
};
std::string_view described(char field) {
  for (auto [fields, words] : descriptions)
    if (fields.find(field) != fields.npos) return words;
  return "a number";
}

std::string quoted(const Token& t) { return t.type == Type::end ? "the end" : "'" + shown(t.text) + "'"; }

constexpr uint64_t two_to(int n) { return uint64_t{1} << n; }

// One walk down the tree. Fields that fail for what they hold, not for what they are, leave an error of their own.
class Reader {
 public:
  Reader(std::span<const Token> tokens, const Names& names, std::optional<uint8_t> opcode)
      : tokens_(tokens), names_(names), opcode_(opcode) {}

  std::expected<Statement, Misread> read() {
    if (auto s = walk(tree().root(), {})) return *s;
    if (!error_) error_ = not_as_expected();
    return std::unexpected(Misread{&tokens_[furthest_], std::move(*error_)});
  }

 private:
  struct State {
    std::size_t at = 0;
    uint8_t seen = 0;  // registers that were read: 1 dst, 2 src
    bool short_imm64 = false;
    Statement s;
  };

  std::optional<Statement> walk(const Node& node, const State& state) {
    for (const Edge& e : node.edges) {
      if (e.field == 0 && !is_literal(e.words, token(state))) continue;
      State next = state;
      if (e.field == 0)
        ++next.at;
      else if (!field(e.field, next))
        continue;
      if (auto s = walk(*e.to, next)) return s;
    }
    if (node.op && token(state).type == Type::end) return finished(*node.op, state);
    if (state.at > furthest_) furthest_ = state.at, error_.reset(), stuck_.clear();
    if (state.at == furthest_ && !error_) stuck_.push_back(&node);
    return std::nullopt;
  }

  std::optional<Statement> finished(Op op, State state) {
    const Insn with = encode(op);
    const bool meant = opcode_ ? *opcode_ == with.code : !state.short_imm64 || needs_64_bits(state.s);
    if (!meant) {
      if (opcode_) refuse(state.at, fail(WrongOpcode{.said = hex_byte(*opcode_), .is = hex_byte(with.code)}));
      return std::nullopt;
    }
    Insn& i = state.s.insn;
    const Row& r = row(op);
    i.code = with.code;
    if (r.src.use == Use::selects) i.set_src(with.src());
    if (r.off.use == Use::selects) i.off = with.off;
    if (r.imm.use == Use::selects) i.imm = with.imm;
    return state.s;
  }
  static bool needs_64_bits(const Statement& s) {
    const bool fits_unsigned = s.high.imm == 0, fits_signed = s.high.imm == -1 && s.insn.imm < 0;
    return !fits_unsigned && !fits_signed;
  }

  const Token& token(const State& s) const { return tokens_[s.at]; }
  static bool is_literal(std::string_view words, const Token& t) {
    if (!t.text.empty() && t.text[0] == words[0] && t.text == words) return true;
    if (t.type != Type::number || (words != "0" && words != "1")) return false;
    const auto n = to_number(t.text);  // LLVM writes 0x1 where the pattern has 1
    return n && !n->huge && n->magnitude == static_cast<uint64_t>(words[0] - '0');
  }
  bool is(const State& s, std::string_view words) const { return token(s).text == words; }
  bool is_word(const State& s) const { return token(s).type == Type::word; }

  bool refuse(std::size_t at, std::unexpected<Error> why) {
    if (at >= furthest_) furthest_ = at, error_ = std::move(why).error();
    return false;
  }

  bool field(char c, State& s) {
    switch (c) {
      case 'd': return reg('r', 1, s);
      case 'D': return reg('w', 1, s);
      case 's': return reg('r', 2, s);
      case 'S': return reg('w', 2, s);
      case 'i': return imm32("immediate", s.s.insn.imm, s);
      case 'v': return imm32("offset", s.s.high.imm, s);
      case 'n': return imm_term(s);
      case 'o': return offset(s);
      case 'x': return imm64(s);
      case 'y': return s.short_imm64 = true, imm64(s);
      case 'j': return jump(Later::jump_by_off, s);
      case 'J': return jump(Later::jump_by_imm, s);
      case 'h': return helper(s);
      case 'c': return subprogram(Later::call, s);
      case 'f': return subprogram(Later::function, s);
      case 'g': return distance(s);
      case 'k': return kfunc(s);
      case 'm': return map(s);
      case 'b': return variable(s);
    }
    std::unreachable();  // patterns are ours; every row is read in a test
  }

  bool reg(char letter, uint8_t which, State& s) {
    const std::string_view t = token(s).text;
    const bool one = t.size() == 2 && t[1] >= '0' && t[1] <= '9', ten = t.size() == 3 && t[1] == '1' && t[2] == '0';
    if (t.empty() || t[0] != letter || (!one && !ten)) return false;
    const uint8_t n = ten ? 10 : static_cast<uint8_t>(t[1] - '0');
    const uint8_t before = which == 1 ? s.s.insn.dst() : s.s.insn.src();
    if ((s.seen & which) != 0 && n != before)
      return refuse(s.at, fail(NotAsExpected{.found = quoted(token(s)),
                                             .expected = letter + std::to_string(before) + ", the register to its left",
                                             .suggestion = ""}));
    if (which == 1)
      s.s.insn.set_dst(n);
    else
      s.s.insn.set_src(n);
    s.seen = static_cast<uint8_t>(s.seen | which);
    ++s.at;
    return true;
  }

  // A number with an optional sign; the state stays where it was if there is none.
  std::optional<Number> number(State& s) const {
    State next = s;
    bool negative = false;
    if (is(next, "-") || is(next, "+")) negative = is(next, "-"), ++next.at;
    if (token(next).type != Type::number) return std::nullopt;
    auto n = to_number(token(next).text);
    if (!n) return std::nullopt;
    n->negative = negative;
    s.at = next.at + 1;
    return n;
  }
  std::optional<uint64_t> ranged(std::string_view what, Number n, const State& s, uint64_t below, uint64_t above,
                                 std::string_view remedy = "") {
    if (n.within(below, above)) return n.value();
    refuse(s.at - 1, fail(OutOfRange{.what = std::string(what),
                                     .value = (n.negative ? "-" : "") + shown(tokens_[s.at - 1].text),
                                     .bound = n.negative ? "at least -" + std::to_string(below)
                                                         : "at most " + std::to_string(above),
                                     .remedy = std::string(remedy)}));
    return std::nullopt;
  }
  bool imm32(std::string_view what, int32_t& into, State& s) {
    const auto n = number(s);
    if (!n) return false;
    const auto v = ranged(what, *n, s, two_to(31), two_to(32) - 1);
    if (v) into = static_cast<int32_t>(*v);
    return v.has_value();
  }
  bool imm64(State& s) {
    const auto n = number(s);
    if (!n) return false;
    const auto v = ranged("immediate", *n, s, two_to(63), ~uint64_t{0});
    if (!v) return false;
    s.s.insn.imm = static_cast<int32_t>(*v);
    s.s.high.imm = static_cast<int32_t>(*v >> 32);
    return true;
  }
  // "+ 4", "- 8", "+ -8" (the kernel's), or nothing at all, which is + 0.
  std::optional<Number> term(State& s) const {
    if (is(s, "+")) {
      State after = s;
      ++after.at;
      if (auto n = number(after)) return s = after, n;
    }
    if (is(s, "+") || is(s, "-")) return number(s);
    return Number{};
  }
  bool offset(State& s) {
    const auto n = term(s);
    if (!n) return false;
    const auto v = ranged("offset", *n, s, two_to(15), two_to(15) - 1);
    if (v) s.s.insn.off = static_cast<int16_t>(*v);
    return v.has_value();
  }
  bool imm_term(State& s) {
    const auto n = term(s);
    if (!n) return false;
    const auto v = ranged("immediate", *n, s, two_to(31), two_to(32) - 1);
    if (v) s.s.insn.imm = static_cast<int32_t>(*v);
    return v.has_value();
  }

  // "+3", "pc+3": in slots after the next instruction. A sign is needed, so that nobody takes it for an address.
  std::optional<Number> relative(State& s) const {
    State next = s;
    if (is(next, "pc")) ++next.at;
    if (!is(next, "+") && !is(next, "-")) return std::nullopt;
    const auto n = number(next);
    if (n) s = next;
    return n;
  }
  bool jump(Later how, State& s) {
    if (is_word(s) && tokens_[s.at + 1].type == Type::end) return named_later(how, s);
    const auto n = relative(s);
    if (!n) return false;
    const int bits = how == Later::jump_by_off ? 15 : 31;
    const auto v = ranged("jump", *n, s, two_to(bits), two_to(bits) - 1, bits == 15 ? "gotol reaches further" : "");
    if (!v) return false;
    if (how == Later::jump_by_off)
      s.s.insn.off = static_cast<int16_t>(*v);
    else
      s.s.insn.imm = static_cast<int32_t>(*v);
    return true;
  }
  bool distance(State& s) {
    const auto n = relative(s);
    if (!n) return false;
    const auto v = ranged("distance", *n, s, two_to(31), two_to(31) - 1);
    if (v) s.s.insn.imm = static_cast<int32_t>(*v);
    return v.has_value();
  }
  bool named_later(Later how, State& s) {
    s.s.later = how;
    s.s.name = &token(s);
    ++s.at;
    return true;
  }

  // "#5" after a name.
  std::optional<Number> hash_number(State& s) const {
    if (!is(s, "#")) return std::nullopt;
    State next = s;
    ++next.at;
    const auto n = number(next);
    if (n) s = next;
    return n;
  }
  bool same_id(const State& name, std::optional<Number> said, int32_t id, const State& s) {
    if (!said || (said->within(two_to(31), two_to(32) - 1) && static_cast<int32_t>(said->value()) == id)) return true;
    return refuse(s.at - 1,
                  fail(WrongId{.name = shown(token(name).text), .found = shown(tokens_[s.at - 1].text), .id = id}));
  }
  bool helper(State& s) {
    if (!is_word(s)) return !is(s, "+") && imm32("helper", s.s.insn.imm, s);
    const State name = s;
    const auto id = find_helper(names_, token(s).text);
    if (!id && !is(s, "unknown")) return false;
    ++s.at;
    if (!id) {  // the kernel writes a helper it has no name for as unknown#5
      const auto n = hash_number(s);
      const auto v = n ? ranged("helper", *n, s, two_to(31), two_to(32) - 1) : std::nullopt;
      if (v) s.s.insn.imm = static_cast<int32_t>(*v);
      return v.has_value();
    }
    s.s.insn.imm = id->id;
    return same_id(name, hash_number(s), id->id, s);
  }
  bool subprogram(Later how, State& s) {
    if (State next = s; is(s, "pc") && distance(next)) {
      s = next;
      if (is(s, "#")) ++s.at, s.at += is_word(s) || token(s).type == Type::number;  // pc+7#bpf_prog_…, the kernel's
      return true;
    }
    return is_word(s) && tokens_[s.at + 1].text != "#" && named_later(how, s);
  }
  // "kfunc#123@1", or as the kernel writes it, a name with its id.
  bool kfunc(State& s) {
    if (!is_word(s) || tokens_[s.at + 1].text != "#") return false;
    if (!is(s, "kfunc")) {
      const State name = s;
      if (!known_name(Kind::kfunc, s)) return false;
      return same_id(name, hash_number(s), s.s.insn.imm, s);
    }
    State next = s;
    ++next.at;
    const auto id = hash_number(next);
    if (!id) return false;
    const auto v = ranged("kfunc", *id, next, two_to(31), two_to(32) - 1);
    if (!v) return false;
    next.s.insn.imm = static_cast<int32_t>(*v);
    s = next;
    if (!is(s, "@")) return true;
    ++s.at;
    const auto btf = number(s);
    if (!btf) return false;
    const auto off = ranged("BTF index", *btf, s, two_to(15), two_to(15) - 1);
    if (off) s.s.insn.off = static_cast<int16_t>(*off);
    return off.has_value();
  }

  bool known_name(Kind kind, State& s) {
    const Token& t = token(s);
    if (const auto id = names_.find(kind, t.text)) {
      s.s.insn.imm = id->id;
      if (kind == Kind::kfunc) s.s.insn.off = id->btf;
      s.s.named = kind;
      s.s.name = &t;
      ++s.at;
      return true;
    }
    return refuse(s.at, kind == Kind::kfunc
                            ? no_such_name(t.text, "helper or kfunc", {Kind::helper, kind}, names_)
                            : no_such_name(t.text, kind == Kind::map ? "map" : "variable", {kind}, names_));
  }
  bool map(State& s) {
    const bool kernels = is(s, "id") && tokens_[s.at + 1].text == ":";  // map[id:12]
    if (kernels) s.at += 2;
    if (is_word(s)) return known_name(Kind::map, s);
    return imm32("map", s.s.insn.imm, s);
  }
  bool variable(State& s) {
    if (is_word(s)) return known_name(Kind::variable, s);
    if (!imm32("variable", s.s.insn.imm, s)) return false;
    return !is(s, "@") || (++s.at, imm32("BTF object", s.s.high.imm, s));
  }

  Error not_as_expected() const {
    std::vector<std::string> fields, words, expected;
    bool may_end = false;
    for (const Node* node : stuck_) {
      may_end |= node->op.has_value();
      for (const Edge& e : node->edges)
        (e.field != 0 ? fields : words).emplace_back(e.field != 0 ? described(e.field) : e.words);
    }
    auto add = [&](std::string text) {
      if (std::ranges::find(expected, text) == expected.end()) expected.push_back(std::move(text));
    };
    if (may_end) add("the end");
    for (const std::string& f : fields) add(f);
    for (const std::string& w : words) add("'" + w + "'");
    const Token& found = tokens_[furthest_];
    return fail(NotAsExpected{.found = quoted(found),
                              .expected = listed(expected),
                              .suggestion = found.type == Type::word ? did_you_mean(found.text, words) : ""})
        .error();
  }

  std::span<const Token> tokens_;
  const Names& names_;
  std::optional<uint8_t> opcode_;
  std::size_t furthest_ = 0;
  std::optional<Error> error_;
  std::vector<const Node*> stuck_;  // where nothing fitted, as far right as the walk came
};

}  // namespace

std::expected<Statement, Misread> read_statement(std::span<const Token> tokens, const Names& names,
                                                 std::optional<uint8_t> opcode) {
  return Reader(tokens, names, opcode).read();
}

}  // namespace skep::isa
