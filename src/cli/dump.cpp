// SPDX-License-Identifier: Apache-2.0
// skep dump: what is in an object, or in a raw program.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/context_fields.hpp"
#include "api/names.hpp"
#include "api/open.hpp"
#include "api/raw.hpp"
#include "base/file.hpp"
#include "btf/types.hpp"
#include "cli/command.hpp"
#include "cli/errors.hpp"
#include "cli/json.hpp"
#include "cli/values.hpp"
#include "isa/print.hpp"
#include "judge/line.hpp"

namespace skep::cli {
namespace {

Bytes bytes_of(const module::ProgDef& program) {
  return {reinterpret_cast<const uint8_t*>(program.insns.data()), program.insns.size() * sizeof(isa::Insn)};
}

std::string_view without_folders(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

// "tracepoint, syscalls/sys_enter_openat": the type and what the section adds to it.
std::string kind_of(const module::ProgDef& program) {
  if (program.type == facts::ProgType::unspec) return "of unknown type";
  std::string kind(name(program.type));
  if (program.attach_type != facts::unsaid && name(program.attach_type) != kind)
    kind += fmt::format(", {}", name(program.attach_type));
  if (!program.attach_to.empty()) kind += fmt::format(", {}", program.attach_to);
  return kind;
}

// The instructions with their source lines, labels and what is known of each.
class Listing {
 public:
  Listing(const module::ProgDef& program, const module::Module* module, const Paint& paint)
      : program_(program), names_(program, module), fields_(api::context_fields(program)), paint_(paint) {}

  std::string text() {
    const auto& insns = program_.insns;
    for (std::size_t pc = 0; pc < insns.size(); pc += isa::slots_at(insns, pc)) {
      landmarks(static_cast<uint32_t>(pc));
      std::string line =
          fmt::format("  {}   {}", paint_.dim(fmt::format("{:>4}", pc)), printable(isa::print(insns, pc, names_)));
      const std::string comment = comment_at(static_cast<uint32_t>(pc));
      if (!comment.empty()) line = padded(line, 48) + "  " + paint_.dim(comment);
      out_ += line + "\n";
    }
    return std::move(out_);
  }

 private:
  // What stands before an instruction: a subprogram's or label's name, and its source line if it is another one.
  void landmarks(uint32_t pc) {
    const isa::NameId here{.id = static_cast<int32_t>(pc)};
    const std::string subprogram = pc == 0 ? "" : names_.name(isa::Kind::subprogram, here);
    if (!subprogram.empty()) out_ += fmt::format("\n{}:\n", printable(subprogram));
    const module::LineInfo* line = module::source_line(program_, pc);
    if (line != nullptr && (line->file != file_ || line->line != line_)) {
      std::string_view text = line->text;
      text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
      std::string shown = fmt::format("  {}:{}", printable(without_folders(line->file)), line->line);
      if (!text.empty()) shown += "  " + printable(text);
      out_ += paint_.dim(shown) + "\n";
      file_ = line->file;
      line_ = line->line;
    }
    if (const std::string label = names_.name(isa::Kind::label, here); !label.empty()) out_ += label + ":\n";
  }

  std::string comment_at(uint32_t pc) const {
    for (const module::Extern& e : program_.externs)
      if (e.insn == pc)
        return fmt::format("{} {}", e.kind == module::ExternKind::kfunc ? "kfunc" : "ksym", printable(e.name));
    for (const module::Poisoned& p : program_.poisoned)
      if (p.insn == pc) return printable(fmt::format("{}: {}", p.spec, p.missing));
    return fields_[pc];
  }

  const module::ProgDef& program_;
  api::ProgramNames names_;
  std::vector<std::string> fields_;
  const Paint& paint_;
  std::string out_, file_;
  uint32_t line_ = 0;
};

class Dump : public Verb {
 public:
  std::vector<Flag> flags() override {
    return {{"FILE", "", "an object (.o), or C source (.c) to compile first; - is standard input", &path_,
             Flag::Needed::yes},
            {"--raw", "", "FILE is a raw program: 8-byte instructions", &raw_},
            {"--program", "GLOB", "only these programs", &pattern_},
            {"--btf", "FILE", "relocate for these types: BTF, an ELF file, or engine (the user engine's)", &btf_},
            {"--kconfig", "FILE", "the kernel configuration for .kconfig variables, plain or .gz", &kconfig_},
            {"--relocated", "", "with --json: only what would be given to the kernel", &relocated_},
            {"--batch", "", "each program as a line of skep batch, relocated", &batch_}};
  }

  Result<Exit> run(const Talk& talk) override {
    if (raw_) {
      const module::ProgDef program = TRY(raw_program());
      TRY_VOID(print(talk.format == Format::json ? json(program) + "\n" : Listing(program, nullptr, talk.out).text()));
      return Exit::yes;
    }
    if (relocated_ && talk.format != Format::json)
      return fail(MissingArgument{.what = "--json", .usage = "skep dump FILE --relocated --json"});
    // As it was compiled, unless somebody wants to know what becomes of it.
    const bool relocates = relocated_ || batch_ || !btf_.empty() || !kconfig_.empty();
    api::OpenOptions opening{.path = path_, .kconfig = {}, .target = {}};
    if (relocates) opening.target = object::target_types(btf_), opening.kconfig = object::kernel_config(kconfig_);
    const api::Opened opened = TRY(api::open(opening));
    std::vector<std::size_t> which =
        TRY_WITHIN(module::find_programs(*opened.module, pattern_.empty() ? "*" : pattern_), opened.name);
    if (batch_) {
      std::string lines;
      for (const std::size_t i : which)
        lines +=
            judge::line_of(*opened.module, i, opened.module->progs[i].name, {judge::Ask::verify, judge::Ask::kernel}) +
            "\n";
      TRY_VOID(print(lines));
      return Exit::yes;
    }
    TRY_VOID(print(talk.format == Format::json ? json(opened, which) + "\n" : screen(opened, which, talk.out)));
    return Exit::yes;
  }

 private:
  Result<module::ProgDef> raw_program() const {
    module::ProgDef program;
    program.insns = TRY_WITHIN(api::instructions(TRY(read_file(path_))), file_name(path_));
    return program;
  }

  // ---- for people -------------------------------------------------------------------------------------------------

  static std::string screen(const api::Opened& opened, const std::vector<std::size_t>& which, const Paint& paint) {
    const module::Module& module = *opened.module;
    std::string out = fmt::format("{}   eBPF, little endian", printable(opened.name));
    if (!opened.made_by.empty()) out += ", " + printable(opened.made_by);
    out += module.btf != nullptr ? fmt::format(", BTF {} types", grouped(module.btf->count() - 1)) : ", no BTF";
    out += module.license.empty() ? ", no licence" : ", licence " + printable(module.license);
    out += "\n" + sections(opened, paint) + maps(module, paint);
    for (const std::size_t i : which) {
      const module::ProgDef& program = module.progs[i];
      out += fmt::format("\n  section {}: program {}, {}, {}", printable(program.section), printable(program.name),
                         printable(kind_of(program)), plural(program.insns.size(), "insn"));
      if (program.core_relocations != 0)
        out += fmt::format(", {} not applied", plural(program.core_relocations, "CO-RE relocation"));
      out += "\n\n" + Listing(program, &module, paint).text();
    }
    return out;
  }

  static bool one_per_cpu(const module::MapDef& map) {
    return map.type == facts::MapType::perf_event_array && map.max_entries == 0;
  }

  // Sections that say nothing of the program that is not shown anyway.
  static bool serves_the_linker(std::string_view name) {
    for (std::string_view prefix : {".rel", ".debug", ".strtab", ".symtab", ".shstrtab", ".llvm", ".comment"})
      if (name.starts_with(prefix)) return true;
    return false;
  }

  static std::string sections(const api::Opened& opened, const Paint& paint) {
    constexpr std::size_t widest = 100;
    std::string out, line = "  sections";
    for (const api::SectionFacts& s : opened.sections) {
      if (serves_the_linker(s.name)) continue;
      const std::string word = fmt::format(" {} {},", printable(s.name), grouped(s.size));
      if (line.size() + word.size() > widest) out += paint.dim(std::exchange(line, std::string(10, ' '))) + "\n";
      line += word;
    }
    if (line.ends_with(',')) line.back() = ' ';
    return out + paint.dim(line + "bytes") + "\n";
  }

  static std::string sized(const module::Module& module, btf::TypeId type, uint32_t size) {
    if (size == 0) return "";  // a ring has no keys
    if (module.btf == nullptr || type == 0) return plural(size, "byte");
    const std::string spelled = printable(module.btf->spelled(type));
    return fmt::format("{} ({})", spelled.empty() ? "struct" : spelled, plural(size, "byte"));
  }

  static std::string maps(const module::Module& module, const Paint& paint) {
    if (module.maps.empty()) return {};
    Table table;
    std::vector<Cell> titles;
    for (std::string_view title : {"map", "type", "key", "value", "entries", "flags"})
      titles.push_back({paint.dim(title), title == "entries" ? Align::right : Align::left});
    table.add(std::move(titles));
    for (const module::MapDef& map : module.maps)
      table.add({{printable(map.name)},
                 {std::string(name(map.type))},
                 {sized(module, map.key_type, map.key_size)},
                 {map.variables.empty() ? sized(module, map.value_type, map.value_size)
                                        : fmt::format("{} ({})", plural(map.variables.size(), "variable"),
                                                      plural(map.value_size, "byte"))},
                 {one_per_cpu(map) ? "one per CPU" : grouped(map.max_entries), Align::right},
                 {facts::flags_text(facts::map_flags, map.flags)}});
    return "\n" + table.text("  ");
  }

  // ---- for programs -----------------------------------------------------------------------------------------------

  static std::string json(const module::ProgDef& program) {
    Json j;
    j.object([&] {
      j.key("v").number(1).key("insns").string(to_hex(bytes_of(program)));
      text_of(j, program, nullptr);
    });
    return j.text();
  }

  std::string json(const api::Opened& opened, const std::vector<std::size_t>& which) const {
    const module::Module& module = *opened.module;
    Json j;
    j.object([&] {
      j.key("v").number(1);
      if (!relocated_) about(j, opened);
      j.key("programs").list([&] {
        for (const std::size_t i : which) program_of(j, module, module.progs[i]);
      });
      j.key("maps").list([&] {
        for (const module::MapDef& map : module.maps) map_of(j, map);
      });
    });
    return j.text();
  }

  static void about(Json& j, const api::Opened& opened) {
    const module::Module& module = *opened.module;
    j.key("object").string(opened.name).key("endian").string("little").key("compiler").string(opened.made_by);
    j.key("btf_types");
    if (module.btf != nullptr)
      j.number(module.btf->count() - 1);
    else
      j.null();
    j.key("license").string(module.license);
    j.key("sections").list([&] {
      for (const api::SectionFacts& s : opened.sections)
        j.object([&] { j.key("name").string(s.name).key("size").number(s.size); });
    });
  }

  void program_of(Json& j, const module::Module& module, const module::ProgDef& program) const {
    j.object([&] {
      j.key("name").string(program.name);
      if (!relocated_) j.key("section").string(program.section);
      j.key("type").string(name(program.type)).key("attach_type");
      if (program.attach_type == facts::unsaid && program.type != facts::ProgType::cgroup_skb)
        j.null();
      else
        j.string(name(program.attach_type));
      if (!relocated_) {
        j.key("attach_to").string(program.attach_to);
        j.key("core_relocations").number(program.core_relocations);
        j.key("poisoned").list([&] {
          for (const module::Poisoned& p : program.poisoned)
            j.object([&] { j.key("insn").number(p.insn).key("spec").string(p.spec).key("missing").string(p.missing); });
        });
      }
      j.key("insns").string(to_hex(bytes_of(program)));
      if (!relocated_) details(j, module, program);
    });
  }

  static void details(Json& j, const module::Module& module, const module::ProgDef& program) {
    j.key("subprograms").list([&] {
      for (const module::Subprog& s : program.subprogs)
        j.object([&] { j.key("name").string(s.name).key("insn").number(s.first_insn); });
    });
    j.key("externs").list([&] {
      for (const module::Extern& e : program.externs)
        j.object([&] {
          j.key("insn").number(e.insn).key("name").string(e.name);
          j.key("kind").string(e.kind == module::ExternKind::kfunc ? "kfunc" : "ksym");
          j.key("weak").boolean(e.binding == module::Binding::weak);
          j.key("resolved").boolean(e.resolved == module::Resolved::yes);
        });
    });
    j.key("lines").list([&] {
      for (const module::LineInfo& l : program.lines)
        j.object([&] {
          j.key("insn").number(l.insn).key("file").string(l.file).key("line").number(l.line);
          j.key("column").number(l.column).key("text").string(l.text);
        });
    });
    text_of(j, program, &module);
  }

  static void text_of(Json& j, const module::ProgDef& program, const module::Module* module) {
    const api::ProgramNames names(program, module);
    j.key("text").list([&] {
      for (std::size_t pc = 0; pc < program.insns.size(); pc += isa::slots_at(program.insns, pc))
        j.object([&] { j.key("insn").number(pc).key("text").string(isa::print(program.insns, pc, names)); });
    });
  }

  // Of "0-3,8-11".
  static uint64_t cpus() {
    uint64_t count = 0;
    const auto file = read_file("/sys/devices/system/cpu/possible");
    const std::string_view text = file ? as_text(*file) : "";
    const char *at = text.data(), *end = at + text.size();
    for (uint64_t first = 0; at < end; ++at) {  // at a comma, or the end of the line
      const auto begin = std::from_chars(at, end, first);
      if (begin.ec != std::errc{}) break;
      uint64_t last = first;
      at = begin.ptr;
      if (at < end && *at == '-') at = std::from_chars(at + 1, end, last).ptr;
      count += last - first + 1;
    }
    return count;
  }
  uint64_t entries_of(const module::MapDef& map) const {
    return relocated_ && one_per_cpu(map) ? cpus() : map.max_entries;
  }

  void map_of(Json& j, const module::MapDef& map) const {
    j.object([&] {
      j.key("name").string(map.name).key("type").string(name(map.type));
      j.key("type_id").number(static_cast<unsigned>(map.type));
      j.key("key").number(map.key_size).key("value").number(map.value_size);
      j.key("entries").number(entries_of(map)).key("flags").number(map.flags);
    });
  }

  std::string path_, pattern_, btf_, kconfig_;
  bool raw_ = false, relocated_ = false, batch_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_dump() { return std::make_unique<Dump>(); }

}  // namespace skep::cli
