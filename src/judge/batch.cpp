// SPDX-License-Identifier: Apache-2.0
#include "judge/batch.hpp"

#include <unistd.h>

#include <cstring>

#include "judge/answerer.hpp"
#include "judge/errors.hpp"

namespace skep::judge {
namespace {

// Lines of a descriptor. One that is too long is reported once and skipped to its end.
class Lines {
 public:
  explicit Lines(int fd) : fd_(fd) {}

  enum class Kind : uint8_t { line, too_long, end };
  struct Next {
    Kind kind;
    std::string_view text;  // until the next call
  };
  Result<Next> next() {
    buffer_.erase(0, std::exchange(used_, 0));
    bool skipping = false;
    for (std::size_t searched = 0;;) {
      if (const std::size_t end = buffer_.find('\n', searched); end != buffer_.npos) {
        used_ = end + 1;
        return Next{skipping || end > most_line_bytes ? Kind::too_long : Kind::line, {buffer_.data(), end}};
      }
      searched = buffer_.size();
      if (searched > most_line_bytes) {
        skipping = true;
        buffer_.clear();
        searched = 0;
      }
      if (!TRY(fill())) {
        used_ = buffer_.size();
        if (skipping) return Next{Kind::too_long, {}};
        return Next{buffer_.empty() ? Kind::end : Kind::line, buffer_};
      }
    }
  }

 private:
  Result<bool> fill() {
    char block[65536];
    ssize_t n;
    do n = ::read(fd_, block, sizeof block);
    while (n < 0 && errno == EINTR);
    if (n < 0) return fail(BrokenStream{.what = "the input cannot be read", .why = errno_text(errno)});
    buffer_.append(block, static_cast<std::size_t>(n));
    return n > 0;
  }

  int fd_;
  std::string buffer_;
  std::size_t used_ = 0;
};

Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(BrokenStream{.what = "the output cannot be written", .why = errno_text(errno)});
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

Batch::Batch(std::unique_ptr<Answerer> answerer) : answerer_(std::move(answerer)) {}
Batch::Batch(Batch&&) noexcept = default;
Batch::~Batch() = default;

Result<Batch> Batch::create(const BatchOptions& options) {
  if (!options.domain.empty())
    return fail(NotAvailable{.what = "a domain that processes share", .instead = "leave --domain out"});
  return Batch(std::make_unique<Answerer>(options));
}

std::string Batch::answer(std::string_view line) { return answerer_->answer(line); }

Result<void> Batch::stream(int in, int out) {
  Lines lines(in);
  for (;;) {
    const auto [kind, text] = TRY(lines.next());
    if (kind == Lines::Kind::end) return {};
    std::string answer = kind == Lines::Kind::line ? answerer_->answer(text) : answerer_->too_long();
    answer += '\n';
    TRY_VOID(write_all(out, answer));
  }
}

}  // namespace skep::judge
