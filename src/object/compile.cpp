// SPDX-License-Identifier: Apache-2.0
#include "object/compile.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.hpp"
#include "object/errors.hpp"

extern char** environ;

namespace skep::object {
namespace {

// Removed with everything in it.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> create() {
    std::error_code ignored;
    auto base = std::filesystem::temp_directory_path(ignored);
    TemporaryFolder f;
    f.path_ = (base.empty() ? "/tmp" : base.string()) + "/skep-XXXXXX";
    if (::mkdtemp(f.path_.data()) == nullptr) {
      int err = errno;
      return fail(CannotRun{.program = "clang", .reason = std::exchange(f.path_, {}) + ": " + errno_text(err)});
    }
    return f;
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  TemporaryFolder() = default;
  std::string path_;
};

std::string on_path(const std::string& program) {
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable != nullptr ? variable : "/usr/bin:/bin";
  while (!rest.empty()) {
    auto folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    std::string path = std::string(folder.empty() ? "." : folder) + "/" + program;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

struct Compiler {
  std::string name, path;
};
std::optional<Compiler> newest_clang() {
  constexpr int newest = 29, oldest = 14;
  for (int version = newest; version >= oldest; --version) {
    std::string name = "clang-" + std::to_string(version);
    if (auto path = on_path(name); !path.empty()) return Compiler{.name = name, .path = path};
  }
  if (auto path = on_path("clang"); !path.empty()) return Compiler{.name = "clang", .path = path};
  return std::nullopt;
}

// What libbpf's bpf_tracing.h asks which registers hold arguments of: the machine that the program is for, this one.
constexpr std::string_view machine_define =
#if defined(__x86_64__)
    "-D__TARGET_ARCH_x86";
#elif defined(__aarch64__)
    "-D__TARGET_ARCH_arm64";
#else
    "";
#endif

// The folder of <asm/types.h>, which clang does not look into when it compiles for another machine.
std::string machine_headers() {
  for (const char* triple : {"x86_64-linux-gnu", "aarch64-linux-gnu", "riscv64-linux-gnu", "s390x-linux-gnu"})
    if (auto folder = std::string("/usr/include/") + triple; ::access((folder + "/asm/types.h").c_str(), R_OK) == 0)
      return folder;
  return "";
}

std::vector<std::string> arguments(const std::string& source, const std::string& object, std::string folder) {
  std::vector<std::string> out = {"-target", "bpf", "-O2", "-g", "-mcpu=v3", "-I", folder.empty() ? "." : folder};
  if (auto headers = machine_headers(); !headers.empty()) out.insert(out.end(), {"-I", headers});
  if (!machine_define.empty()) out.emplace_back(machine_define);
  out.insert(out.end(), {"-c", source, "-o", object});
  return out;
}

// Runs a program; its standard error goes to a file. Gives the exit status.
Result<int> run(const Compiler& compiler, const std::vector<std::string>& arguments, const std::string& errors) {
  std::vector<char*> argv = {const_cast<char*>(compiler.name.c_str())};
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t child = 0;
  int err = ::posix_spawn(&child, compiler.path.c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (err != 0) return fail(CannotRun{.program = compiler.path, .reason = errno_text(err)});
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return fail(CannotRun{.program = compiler.path, .reason = errno_text(errno)});
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// A string of C that means these characters.
std::string c_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// `source` is what clang reads; `path` is what people call it, and beside it are the headers.
Result<Compiled> compiled(const std::string& path, const std::string& source, const TemporaryFolder& folder) {
  auto compiler = newest_clang();
  if (!compiler) return fail_within(std::move(fail(NoClang{}).error()), path);
  std::string object = folder.path() + "/out.o", errors = folder.path() + "/errors";
  auto args = arguments(source, object, std::filesystem::path(path).parent_path().string());
  int status = TRY(run(*compiler, args, errors));
  auto said = TRY(read_file(errors));
  std::string text(as_text(said));
  if (status != 0) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.empty()) text = "it exits with " + std::to_string(status) + " and says nothing";
    return fail_within(std::move(fail(CompilerFails{.compiler = compiler->name, .text = text}).error()), path);
  }
  if (!std::filesystem::exists(object))
    return fail_within(std::move(fail(CompilerFails{.compiler = compiler->name,
                                                    .text = text + "it exits with 0, but has written no object"})
                                     .error()),
                       path);
  std::string command = compiler->name;
  args.back() = std::filesystem::path(path).stem().string() + ".o";
  for (const std::string& a : args) command += " " + a;
  return Compiled{.object = TRY(Object::parse(path, TRY(read_file(object)))),
                  .compiler = compiler->name,
                  .command = std::move(command),
                  .warnings = std::move(text)};
}

}  // namespace

bool is_source(std::string_view path) { return path.ends_with(".c"); }

Result<Compiled> compile(const std::string& path) {
  TRY_VOID(read_file(path));  // the usual words for a file that is not there
  return compiled(path, path, TRY(TemporaryFolder::create()));
}

Result<Compiled> compile_part(const std::string& path, std::string_view text) {
  const auto folder = TRY(TemporaryFolder::create());
  const std::string source = folder.path() + "/part.bpf.c";
  OutputFile file = TRY(OutputFile::create(source));
  TRY_VOID(file.write(as_bytes("#line 1 " + c_string(path) + "\n" + std::string(text))));
  TRY_VOID(file.commit());
  return compiled(path, source, folder);
}

}  // namespace skep::object
