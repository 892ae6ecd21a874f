// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/errors.hpp"
#include "base/suggest.hpp"

namespace skep {

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

static std::string nearest_in_folder(const std::filesystem::path& path) {
  std::vector<std::string> names;
  std::error_code ignored;
  auto folder = path.parent_path().empty() ? std::filesystem::path(".") : path.parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    names.push_back(entry.path().filename().string());
    if (names.size() > 10'000) break;
  }
  return did_you_mean(path.filename().string(), names);
}

static std::unexpected<Error> cannot_write(const std::string& path, int err) {
  const bool full = err == ENOSPC || err == EDQUOT || err == EFBIG;
  return fail(CannotCreate{.path = path == "-" ? "standard output" : path,
                           .reason = errno_text(err),
                           .remedy = full          ? "make room, or name a path on another device"
                                     : path == "-" ? ""
                                                   : "name a path in a folder you may write to"});
}

static std::unexpected<Error> cannot_open(const std::string& path, int err) {
  if (err == ENOENT) return fail(NoSuchFile{.path = path, .suggestion = nearest_in_folder(path)});
  return fail(CannotOpen{.path = path, .reason = errno_text(err)});
}

Result<Fd> open_input(const std::string& path) {
  Fd opened(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat st{};
  if (!opened || ::fstat(opened.get(), &st) != 0) return cannot_open(path, errno);
  if (S_ISDIR(st.st_mode)) return fail(IsAFolder{.path = path});
  return opened;
}

Result<Buffer> read_file(const std::string& path, std::size_t limit) {
  Fd opened = TRY(open_input(path));
  int fd = opened.get();
  struct stat st{};
  if (::fstat(fd, &st) != 0) return cannot_open(path, errno);
  Buffer out;
  if (S_ISREG(st.st_mode)) out.resize(std::min(limit, static_cast<std::size_t>(st.st_size)) + 1);
  constexpr std::size_t chunk = 1 << 16;
  for (std::size_t had = 0;;) {
    if (out.size() == had) out.resize(had + std::max(had, chunk));  // not at each read: /sys gives a page at a time
    ssize_t n = ::read(fd, out.data() + had, out.size() - had);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_open(path, errno);
    had += static_cast<std::size_t>(n);
    if (had > limit) return fail(FileTooLarge{.path = path, .limit = limit});
    if (n == 0) {
      out.resize(had);
      return out;
    }
  }
}

Result<OutputFile> OutputFile::create(std::string path) {
  OutputFile f;
  f.path_ = std::move(path);
  if (f.path_ == "-") {
    f.fd_ = Fd(::dup(STDOUT_FILENO));
    return f;
  }
  mode_t mode = 0644;
  if (struct stat there{}; ::stat(f.path_.c_str(), &there) == 0) {
    if (S_ISDIR(there.st_mode)) return fail(IsAFolder{.path = f.path_});
    if (!S_ISREG(there.st_mode)) {  // a device or a FIFO has no content that could be half
      f.fd_ = Fd(::open(f.path_.c_str(), O_WRONLY | O_CLOEXEC));
      if (!f.fd_) return cannot_write(f.path_, errno);
      return f;
    }
    mode = there.st_mode & 07777;
    std::error_code unresolved;
    auto target = std::filesystem::canonical(f.path_, unresolved);  // a link stays one
    if (!unresolved) f.path_ = target.string();
  }
  f.temporary_ = f.path_ + ".XXXXXX";
  f.fd_ = Fd(::mkostemp(f.temporary_.data(), O_CLOEXEC));
  if (!f.fd_) {
    const int err = errno;
    f.temporary_.clear();
    return cannot_write(f.path_, err);
  }
  ::fchmod(f.fd_.get(), mode);
  return f;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})), fd_(std::move(other.fd_)) {}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> OutputFile::write(Bytes bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_write(path_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> OutputFile::commit() {
  if (temporary_.empty()) return {};
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return cannot_write(path_, errno);
  temporary_.clear();
  return {};
}

}  // namespace skep
