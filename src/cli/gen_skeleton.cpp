// SPDX-License-Identifier: Apache-2.0
// skep gen skeleton: a header that has an object inside.
#include "base/file.hpp"
#include "cli/command.hpp"
#include "object/compile.hpp"
#include "object/skeleton.hpp"

namespace skep::cli {
namespace {

class GenSkeleton : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"FILE", "", "an object (.o), or C source (.c) to compile first", &input_, Flag::Needed::yes},
            {"--lang", "LANG", "c++ (default), or c: as bpftool has it", &language_, Flag::Needed::no, {"c", "c++"}},
            {"--name", "NAME", "what the class or struct is called (default: as the file)", &name_},
            {"--types",
             "WHOSE",
             "who defines the variables' types: header (default), or includer: as bpftool has it",
             &types_,
             Flag::Needed::no,
             {"header", "includer"}},
            {"-o, --out", "FILE", "where the header goes (default: standard output)", &output_}};
  }

  Result<Exit> run(const Talk&) override {
    const object::Object object = TRY(read());
    const std::string text = TRY(object::skeleton(
        object,
        {.name = name_,
         .language = language_ == "c" ? object::SkeletonLanguage::c : object::SkeletonLanguage::cxx,
         .types = types_ == "includer" ? object::SkeletonTypes::of_includer : object::SkeletonTypes::in_header}));
    OutputFile out = TRY(OutputFile::create(output_.empty() ? "-" : output_));
    TRY_VOID(out.write(as_bytes(text)));
    TRY_VOID(out.commit());
    return Exit::yes;
  }

 private:
  Result<object::Object> read() const {
    if (object::is_source(input_)) return std::move(TRY(object::compile(input_)).object);
    return object::Object::read(input_);
  }

  std::string input_, language_, name_, types_, output_;
};

}  // namespace

std::unique_ptr<Verb> make_gen_skeleton() { return std::make_unique<GenSkeleton>(); }

}  // namespace skep::cli
