// SPDX-License-Identifier: Apache-2.0
#include "familiar/btf.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "btf/bits.hpp"

using namespace skep;
using namespace skep::familiar;
using skep::btf::Kind;
using Info = ::btf;  // the C struct; skep::btf is the layer

namespace {

constexpr const char* vmlinux = "/sys/kernel/btf/vmlinux";

::btf* told_null_of(Error error) {
  tell(LIBBPF_WARN, error.text());
  return null(error.row().err);
}

::btf* made(Buffer bytes, const ::btf* base) {
  auto b = std::make_unique<Info>();
  b->base = base;
  return b->read(std::move(bytes)) ? b.release() : nullptr;
}
::btf* read_path(const char* path, const ::btf* base) {
  if (path == nullptr) return null(-EINVAL);
  auto bytes = read_file(path);
  return bytes ? made(*std::move(bytes), base) : told_null_of(std::move(bytes).error());
}

::btf* empty(const ::btf* base) {
  auto b = std::make_unique<Info>();
  b->base = base;
  b->writer = std::make_unique<skep::btf::Writer>(base != nullptr ? base->types : nullptr);
  return b->read(b->writer->bytes()) ? b.release() : nullptr;
}

// What is behind typedefs, modifiers and variables, and what size libbpf gives it; nothing for the rest.
std::optional<uint32_t> size_of(const skep::btf::Btf& types, uint32_t id) {
  for (skep::btf::Type t = types.type(id); t.kind == Kind::var || t.kind == Kind::decl_tag; t = types.type(id))
    id = t.size_or_type;
  return types.size_of(id);
}

int align_of(const skep::btf::Btf& types, uint32_t id);

// What does not lie as its members want is packed.
int align_of_record(const skep::btf::Btf& types, const skep::btf::Type& record) {
  int most = 1;
  for (const skep::btf::Member& m : types.members(record)) {
    const int align = align_of(types, m.type);
    if (align <= 0) return align;
    if (m.bitfield_bits == 0 && m.bit_offset % (8 * static_cast<uint32_t>(align)) != 0) return 1;
    most = std::max(most, align);
  }
  return record.size_or_type % static_cast<uint32_t>(most) == 0 ? most : 1;
}

int align_of(const skep::btf::Btf& types, uint32_t id) {
  const skep::btf::Type t = types.resolve(id);
  if (t.kind == Kind::ptr) return 8;
  if (t.kind == Kind::array) return align_of(types, types.array_of(t).element);
  if (t.kind == Kind::struct_ || t.kind == Kind::union_) return align_of_record(types, t);
  const bool number = skep::btf::is_number(t) || t.kind == Kind::float_;
  return number ? static_cast<int>(std::min(8u, t.size_or_type)) : 0;
}

int found(std::optional<uint32_t> id) { return id ? static_cast<int>(*id) : quietly(-ENOENT); }

}  // namespace

bool ::btf::read(Buffer bytes) {
  auto owned = std::make_shared<const Buffer>(std::move(bytes));
  auto parsed = skep::btf::adopt(*owned, owned, base != nullptr ? base->types : nullptr);
  if (!parsed) {
    told_null_of(std::move(parsed).error());
    return false;
  }
  types = *std::move(parsed);
  raw = std::move(owned);
  return true;
}

void btf__free(Info* b) { delete b; }
Info* btf__new(const void* data, __u32 size) { return btf__new_split(data, size, nullptr); }
Info* btf__new_split(const void* data, __u32 size, Info* base) {
  if (data == nullptr) return null(-EINVAL);
  const auto* first = static_cast<const uint8_t*>(data);
  return made(Buffer(first, first + size), base);
}
Info* btf__new_empty() { return empty(nullptr); }
Info* btf__new_empty_split(Info* base) { return empty(base); }
Info* btf__parse_raw(const char* path) { return read_path(path, nullptr); }
Info* btf__parse_raw_split(const char* path, Info* base) { return read_path(path, base); }
Info* btf__load_vmlinux_btf() { return read_path(vmlinux, nullptr); }
Info* libbpf_find_kernel_btf() { return btf__load_vmlinux_btf(); }
Info* btf__load_module_btf(const char* module, Info* base) {
  return read_path((std::string("/sys/kernel/btf/") + module).c_str(), base);
}

__s32 btf__find_by_name(const Info* b, const char* name) {
  if (std::string_view(name) == "void") return 0;
  return found(b->types->find(name));
}
__s32 btf__find_by_name_kind(const Info* b, const char* name, __u32 kind) {
  if (kind == BTF_KIND_UNKN || std::string_view(name) == "void") return 0;
  return kind < skep::btf::kind_count ? found(b->types->find(name, static_cast<Kind>(kind))) : quietly(-ENOENT);
}

__u32 btf__type_cnt(const Info* b) { return b->types->count(); }
const Info* btf__base_btf(const Info* b) { return b->base; }
const btf_type* btf__type_by_id(const Info* b, __u32 id) {
  static constexpr btf_type nothing{};  // void
  if (!has(*b, id)) return null(-EINVAL);
  return id == 0 ? &nothing : reinterpret_cast<const btf_type*>(b->types->at(id));
}

// That of a long; of an object without one, that of its machine; else unknown.
size_t btf__pointer_size(const Info* b) {
  for (const char* name : {"long int", "long", "long unsigned int", "unsigned long", "int long", "signed long",
                           "signed long int", "unsigned long int", "long unsigned", "long signed int"})
    if (const auto id = b->types->find(name, Kind::int_)) return b->types->type(*id).size_or_type;
  return b->base != nullptr ? btf__pointer_size(b->base) : b->of_object ? 8 : 0;
}
btf_endianness btf__endianness(const Info*) { return BTF_LITTLE_ENDIAN; }
int btf__fd(const Info*) { return -1; }

__s64 btf__resolve_size(const Info* b, __u32 id) {
  if (!has(*b, id)) return quietly(-EINVAL);
  const auto size = size_of(*b->types, id);
  return size ? __s64{*size} : quietly(-EINVAL);
}

int btf__resolve_type(const Info* b, __u32 id) {
  if (!has(*b, id)) return quietly(-EINVAL);
  if (b->types->type(id).kind == Kind::var) id = b->types->type(id).size_or_type;
  const skep::btf::Type t = b->types->resolve(id);
  return t.kind != Kind::void_ && t.kind != Kind::fwd ? static_cast<int>(t.id) : quietly(-EINVAL);
}

int btf__align_of(const Info* b, __u32 id) {
  const int align = has(*b, id) ? align_of(*b->types, id) : 0;
  if (align == 0) errno = EINVAL;
  return align;
}

const void* btf__raw_data(const Info* b, __u32* size) {
  *size = static_cast<__u32>(b->raw->size());
  return b->raw->data();
}

const char* btf__str_by_offset(const Info* b, __u32 offset) {
  const auto text = b->types->string(offset);
  return text ? text->data() : static_cast<const char*>(null(-EINVAL));
}
const char* btf__name_by_offset(const Info* b, __u32 offset) { return btf__str_by_offset(b, offset); }

int btf__add_str(Info* b, const char* text) {
  if (text == nullptr) return quietly(-EINVAL);
  if (b->writer == nullptr) return waits<int>("btf__add_str to BTF that was read", "BTF that is changed");
  const uint32_t offset = b->writer->string(text);
  return b->read(b->writer->bytes()) ? static_cast<int>(offset) : quietly(-EINVAL);
}

int libbpf_find_vmlinux_btf_id(const char* name, bpf_attach_type type) {
  const std::unique_ptr<Info> b(btf__load_vmlinux_btf());
  if (b == nullptr) return quietly(-EINVAL);
  std::string prefix;
  Kind kind = Kind::func;
  if (type == BPF_TRACE_RAW_TP) prefix = "btf_trace_", kind = Kind::typedef_;
  if (type == BPF_LSM_MAC || type == BPF_LSM_CGROUP) prefix = "bpf_lsm_";
  if (type == BPF_TRACE_ITER) prefix = "bpf_iter_";
  const int id = found(b->types->find(prefix + name, kind));
  return id >= 0 ? id : told(id, prefix + name + " is not in the running kernel's BTF");
}
