// SPDX-License-Identifier: Apache-2.0
// skep btf dump.
#include "btf/c_dump.hpp"
#include "btf/raw.hpp"
#include "cli/command.hpp"
#include "cli/errors.hpp"
#include "cli/json.hpp"
#include "cli/values.hpp"
#include "object/btf_file.hpp"

namespace skep::cli {
namespace {

void put(Json& j, const btf::RawFields& fields) {
  for (const btf::RawField& f : fields) {
    j.key(f.name);
    if (const auto* text = std::get_if<std::string_view>(&f.value)) j.string(*text);
    if (const auto* n = std::get_if<uint64_t>(&f.value)) j.number(*n);
    if (const auto* n = std::get_if<int64_t>(&f.value)) j.number(*n);
  }
}

Result<std::string> document(const btf::Btf& types) {
  TRY_VOID(btf::check_names_can_be_listed(types));
  Json j;
  j.object([&] {
    j.key("types").list([&] {
      for (btf::TypeId id = types.first_id(); id < types.count(); ++id)
        j.object([&] {
          btf::RawType t = btf::raw_type(types, id);
          j.key("id").number(id).key("kind").string(t.kind);
          put(j, t.fields);
          if (t.list.empty()) return;
          j.key(t.list).list([&] {
            for (const btf::RawFields& item : t.items) j.object([&] { put(j, item); });
          });
        });
    });
  });
  return j.text() + "\n";
}

class BtfDump : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"file", "", "what is dumped; other sources are not available yet", &source_, Flag::Needed::yes, {"file"}},
            {"FILE", "", "raw BTF, or an ELF file with it; - is standard input", &input_, Flag::Needed::yes},
            {"format", "", "before the format", &word_, Flag::Needed::no, {"format"}},
            {"FORMAT", "", "raw (default): bpftool's list; c: a header", &format_, Flag::Needed::no, {"raw", "c"}},
            {"-B, --base", "FILE", "the types that those of FILE continue (split BTF)", &base_}};
  }

  Result<Exit> run(const Talk& talk) override {
    if (!word_.empty() && format_.empty())
      return fail(MissingArgument{.what = "raw or c", .usage = "skep btf dump file FILE format raw|c"});
    if (format_ == "c" && talk.format == Format::json) return fail(TextOnly{.what = "a C header"});
    btf::Shared base;
    if (base_.empty() && input_.starts_with("/sys/kernel/btf/") && input_ != object::kernel_types)
      base_ = object::kernel_types;
    if (!base_.empty()) base = TRY(object::read_types(base_));
    btf::Shared types = TRY(object::read_types(input_, base));
    auto written = talk.format == Format::json ? document(*types)
                   : format_ == "c"            ? btf::c_header(*types)
                                               : btf::raw_text(*types);
    const std::string text = TRY_WITHIN(std::move(written), file_name(input_));
    TRY_VOID(print(text));
    return Exit::yes;
  }

 private:
  std::string source_, input_, word_, format_, base_;
};

}  // namespace

std::unique_ptr<Verb> make_btf_dump() { return std::make_unique<BtfDump>(); }

}  // namespace skep::cli
