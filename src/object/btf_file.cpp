// SPDX-License-Identifier: Apache-2.0
#include "object/btf_file.hpp"

#include <gelf.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/file.hpp"
#include "object/errors.hpp"

namespace skep::object {
namespace {

struct Content {
  std::shared_ptr<const void> owner;
  Bytes bytes;
};

// A file in /sys does not change while it is there, unlike others, and Linux from 6.16 on lets its BTF be mapped.
std::optional<Content> map_of_sysfs(const std::string& path) {
  auto file = open_input(path);
  struct statfs fs{};
  struct stat st{};
  if (!file || ::fstatfs(file->get(), &fs) != 0 || fs.f_type != SYSFS_MAGIC || ::fstat(file->get(), &st) != 0)
    return std::nullopt;
  auto size = static_cast<std::size_t>(st.st_size);
  void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file->get(), 0);
  if (at == MAP_FAILED) return std::nullopt;
  return Content{.owner = {at, [size](void* p) { ::munmap(p, size); }}, .bytes = {static_cast<uint8_t*>(at), size}};
}

Result<Content> content_of(const std::string& path) {
  if (path != "-")
    if (auto mapped = map_of_sysfs(path)) return *mapped;
  auto buffer = std::make_shared<const Buffer>(TRY(read_file(path)));
  return Content{.owner = buffer, .bytes = *buffer};
}

// Not Object::read: types are also in files of other machines, and in programs.
Result<Bytes> section_of_elf(Bytes file) {
  struct End {
    void operator()(Elf* e) const { ::elf_end(e); }
  };
  ::elf_version(EV_CURRENT);
  std::unique_ptr<Elf, End> elf(::elf_memory(const_cast<char*>(as_text(file).data()), file.size()));
  std::size_t names = 0;
  if (!elf || ::elf_getshdrstrndx(elf.get(), &names) != 0)
    return fail(BrokenElf{.part = "section table", .reason = ::elf_errmsg(-1)});
  for (Elf_Scn* s = nullptr; (s = ::elf_nextscn(elf.get(), s)) != nullptr;) {
    GElf_Shdr header;
    if (::gelf_getshdr(s, &header) == nullptr) continue;
    const char* name = ::elf_strptr(elf.get(), names, header.sh_name);
    if (name == nullptr || std::string_view(name) != ".BTF" || header.sh_type == SHT_NOBITS) continue;
    if (auto bytes = slice(file, header.sh_offset, header.sh_size)) return *bytes;
    return fail_within(
        fail(SectionOutside{.size = header.sh_size, .begin = header.sh_offset, .file = file.size()}).error(),
        "section '.BTF'");
  }
  return fail(NoTypesHere{});
}

}  // namespace

Result<btf::Shared> read_types(const std::string& path, btf::Shared base) {
  const std::string place = path == "-" ? "standard input" : path;
  Content content = TRY(content_of(path));
  if (!as_text(content.bytes).starts_with(ELFMAG))
    return TRY_WITHIN(btf::adopt(content.bytes, content.owner, std::move(base)), place);
  Bytes section = TRY_WITHIN(section_of_elf(content.bytes), place);
  // A copy: the rest of the file may be a hundred times as large.
  return TRY_WITHIN(btf::parse(section, std::move(base)), place + ": section '.BTF'");
}

}  // namespace skep::object
