// SPDX-License-Identifier: Apache-2.0
// skep gen object, skep gen min_core_btf: files made from object files.
#include "base/file.hpp"
#include "btf/minimise.hpp"
#include "cli/command.hpp"
#include "object/btf_file.hpp"
#include "object/join.hpp"
#include "object/types.hpp"

namespace skep::cli {
namespace {

Result<std::vector<object::Object>> read_objects(const std::vector<std::string>& paths) {
  std::vector<object::Object> out;
  for (const std::string& path : paths) out.push_back(TRY(object::Object::read(path)));
  return out;
}

Result<Exit> write_file(const std::string& path, const Buffer& bytes) {
  OutputFile out = TRY(OutputFile::create(path));
  TRY_VOID(out.write(bytes));
  TRY_VOID(out.commit());
  return Exit::yes;
}

class GenObject : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"OUT", "", "the object that is made; - is standard output", &out_, Flag::Needed::yes},
            {"FILE…", "", "the objects that are joined", &inputs_, Flag::Needed::yes}};
  }
  Result<Exit> run(const Talk&) override { return write_file(out_, TRY(object::join(TRY(read_objects(inputs_))))); }

 private:
  std::string out_;
  std::vector<std::string> inputs_;
};

class GenMinCoreBtf : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"IN", "", "the target's types: raw BTF, or an ELF file with it", &in_, Flag::Needed::yes},
            {"OUT", "", "where the raw BTF goes; - is standard output", &out_, Flag::Needed::yes},
            {"FILE…", "", "the objects whose CO-RE relocations it serves", &inputs_, Flag::Needed::yes}};
  }

  Result<Exit> run(const Talk&) override {
    btf::Minimal minimal(TRY(object::read_types(in_)));
    for (const object::Object& o : TRY(read_objects(inputs_))) {
      auto types = TRY_WITHIN(object::Types::read(o), o.name());
      for (uint32_t section : types.relocated())
        for (const btf::CoreRelo& r : types.relos(section, 0, UINT64_MAX))
          TRY_VOID_WITHIN(minimal.keep(*types.btf(), r), o.name());
    }
    return write_file(out_, minimal.bytes());
  }

 private:
  std::string in_, out_;
  std::vector<std::string> inputs_;
};

}  // namespace

std::unique_ptr<Verb> make_gen_min_core_btf() { return std::make_unique<GenMinCoreBtf>(); }
std::unique_ptr<Verb> make_gen_object() { return std::make_unique<GenObject>(); }

}  // namespace skep::cli
