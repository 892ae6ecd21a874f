// SPDX-License-Identifier: Apache-2.0
#include "cli/json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/errors.hpp"
#include "cli/text.hpp"

namespace skep::cli {

// ---- writing ------------------------------------------------------------------------------------------------------

void Json::comma() {
  if (!first_) out_ += ',';
  first_ = false;
}

Json& Json::raw(std::string_view s) {
  comma();
  out_ += s;
  return *this;
}

void Json::quoted(std::string_view s) {
  out_ += '"';
  while (!s.empty()) {
    const std::size_t n = utf8_length(s);
    const auto b = static_cast<uint8_t>(s[0]);
    if (n == 0)
      out_ += "\ufffd";
    else if (b == '"' || b == '\\')
      (out_ += '\\') += s[0];
    else if (b == '\n')
      out_ += "\\n";
    else if (b < 0x20 || b == 0x7f)
      out_ += fmt::format("\\u{:04x}", b);
    else
      out_ += s.substr(0, n);
    s.remove_prefix(n == 0 ? 1 : n);
  }
  out_ += '"';
}

Json& Json::key(std::string_view name) {
  comma();
  quoted(name);
  out_ += ':';
  first_ = true;
  return *this;
}

Json& Json::string(std::string_view s) {
  comma();
  quoted(s);
  return *this;
}

Json& Json::real(double n) {
  if (!std::isfinite(n)) return null();  // JSON has no word for it
  std::string text = fmt::format("{}", n);
  if (text.find_first_of(".e") == text.npos) text += ".0";
  return raw(text);
}

Json& Json::datum(const btf::Datum& d) {
  struct Writer {
    Json& j;
    void operator()(std::monostate) { j.null(); }
    void operator()(bool b) { j.boolean(b); }
    void operator()(int64_t n) { j.number(n); }
    void operator()(uint64_t n) { j.number(n); }
    void operator()(double n) { j.real(n); }
    void operator()(const std::string& s) { j.string(s); }
    void operator()(const btf::List& l) {
      j.list([&] {
        for (const auto& e : l) j.datum(e);
      });
    }
    void operator()(const btf::Record& r) {
      j.object([&] {
        for (const auto& m : r) j.key(m.name).datum(m.value);
      });
    }
  };
  std::visit(Writer{*this}, d.value);
  return *this;
}

std::string error_document(const Error& e) {
  Json j;
  j.object([&] {
    j.key("error").object([&] {
      j.key("code").string(e.row().slug);
      j.key("message").string(e.message());
      j.key("place").string(e.place());
      j.key("hint").string(e.hint());
    });
  });
  return j.text();
}

// ---- reading ------------------------------------------------------------------------------------------------------

namespace {

constexpr std::size_t most_levels = 64;
constexpr std::size_t most_members = 4096;  // looking for a second one of a name is quadratic

// Builds a Datum while nlohmann reads; false stops it, and why() says why.
class Builder {
 public:
  bool null() { return put({}); }
  bool boolean(bool b) { return put({b}); }
  bool number_integer(int64_t n) { return put({n}); }
  bool number_unsigned(uint64_t n) { return put({n}); }
  bool number_float(double n, const std::string&) { return put({n}); }
  bool string(std::string& s) { return put({std::move(s)}); }
  bool binary(std::vector<uint8_t>&) { return false; }
  bool start_object(std::size_t) { return open({btf::Record{}}); }
  bool start_array(std::size_t) { return open({btf::List{}}); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    auto& record = std::get<btf::Record>(levels_.back().value);
    if (record.size() == most_members) return refuse(TooManyMembers{.most = most_members});
    for (const auto& member : record)
      if (member.name == name) return refuse(NotJson{.reason = "the member '" + name + "' is there twice"});
    record.push_back({std::move(name), {}});
    return true;
  }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception& e) {
    std::string_view what = e.what();  // "[json.exception.parse_error.101] parse error at line 1, column 2: …"
    if (auto i = what.find(" at line "); i != what.npos)
      what.remove_prefix(i + 1);
    else if (auto j = what.find("] "); j != what.npos)
      what.remove_prefix(j + 2);
    return refuse(NotJson{.reason = what.empty() ? fmt::format("at byte {}", at) : printable(what)});
  }

  Result<btf::Datum> take() {
    if (error_) return std::unexpected(std::move(*error_));
    return std::move(done_);
  }

 private:
  template <class D>
  bool refuse(const D& d) {
    error_ = fail(d).error();
    return false;
  }
  bool open(btf::Datum d) {
    if (levels_.size() == most_levels) return refuse(TooDeep{.most = most_levels});
    levels_.push_back(std::move(d));
    return true;
  }
  bool close() {
    btf::Datum d = std::move(levels_.back());
    levels_.pop_back();
    return put(std::move(d));
  }
  bool put(btf::Datum d) {
    if (levels_.empty())
      done_ = std::move(d);
    else if (auto* list = std::get_if<btf::List>(&levels_.back().value))
      list->push_back(std::move(d));
    else
      std::get<btf::Record>(levels_.back().value).back().value = std::move(d);
    return true;
  }

  std::vector<btf::Datum> levels_;
  btf::Datum done_;
  std::optional<Error> error_;
};

}  // namespace

Result<btf::Datum> parse_json(std::string_view text) {
  Builder builder;
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

}  // namespace skep::cli
