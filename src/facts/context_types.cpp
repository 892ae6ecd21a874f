// SPDX-License-Identifier: Apache-2.0
#include "facts/context_types.hpp"

#include "btf/writer.hpp"
#include "facts/contexts.hpp"

namespace skep::facts {
namespace {

using btf::TypeId;

// Linux's structures, whose last bytes may be padding.
struct Structure {
  Context context;
  std::string_view name;
  uint32_t size;
};
constexpr Structure structures[] = {{Context::sk_buff, "__sk_buff", 192}, {Context::xdp_md, "xdp_md", 24}};

class Maker {
 public:
  btf::Shared make() {
    for (uint32_t bytes : {1U, 2U, 4U, 8U})
      numbers_[bytes] = writer_.integer("__u" + std::to_string(bytes * 8), {.size_bytes = bytes,
                                                                            .bits = static_cast<uint8_t>(bytes * 8),
                                                                            .offset = 0,
                                                                            .is_signed = false,
                                                                            .is_char = false,
                                                                            .is_bool = false});
    pointer_ = writer_.refer(btf::Kind::ptr, "", 0);
    for (const Structure& s : structures) add(s);
    return *btf::parse(writer_.bytes());
  }

 private:
  TypeId type_of(const ContextField& f) {
    const bool pointer = f.value == CtxValue::flow_keys || f.value == CtxValue::sk;
    const TypeId element = pointer ? pointer_ : numbers_[f.size];
    return f.count == 1 ? element : writer_.array({.element = element, .index = numbers_[4], .count = f.count});
  }
  void add(const Structure& s) {
    std::vector<btf::Member> members;
    for (const ContextField& f : fields(s.context))
      members.push_back({.name = f.name, .type = type_of(f), .bit_offset = uint32_t{f.offset} * 8, .bitfield_bits = 0});
    writer_.record(btf::Kind::struct_, s.name, s.size, members);
  }

  btf::Writer writer_;
  TypeId numbers_[9] = {}, pointer_ = 0;
};

}  // namespace

btf::Shared context_types() {
  static const btf::Shared types = Maker().make();
  return types;
}

}  // namespace skep::facts
