// SPDX-License-Identifier: Apache-2.0
#include "object/skeleton.hpp"

#include <algorithm>
#include <set>

#include "object/errors.hpp"
#include "object/open.hpp"
#include "object/skeleton_plan.hpp"
#include "object/strip.hpp"

namespace skep::object {
namespace {

// Gives each name once.
class Names {
 public:
  explicit Names(btf::Keywords keywords) : keywords_(keywords) {}
  std::string claim(std::string_view wanted) {
    const std::string name = btf::c_identifier(wanted, keywords_);
    std::string out = name;
    for (unsigned n = 2; !taken_.insert(out).second; ++n) out = name + "_" + std::to_string(n);
    return out;
  }

 private:
  btf::Keywords keywords_;
  std::set<std::string> taken_;
};

// "some/where/count.bpf.o" -> "count.bpf"
std::string_view stem_of(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0
  if (path.ends_with(".o") || path.ends_with(".c")) path.remove_suffix(2);
  return path;
}

// A class cannot be called as what it has inside, or as what it is made of.
std::string name_for_class(std::string_view wanted, btf::Keywords keywords) {
  static constexpr std::string_view taken[] = {"Object", "attach",  "bss",     "data", "detach", "elf",
                                               "get",    "kconfig", "load",    "maps", "open",   "open_and_load",
                                               "progs",  "rodata",  "section", "skep", "std"};
  std::string name = btf::c_identifier(wanted, keywords);
  if (keywords == btf::Keywords::cxx && std::ranges::find(taken, name) != std::end(taken)) name += '_';
  return name;
}

Result<std::string> name_for(const Object& object, const SkeletonOptions& options, btf::Keywords keywords) {
  if (options.name.empty()) return name_for_class(stem_of(object.name()), keywords);
  if (std::string would_be = name_for_class(options.name, keywords); would_be != options.name)
    return fail(NotAName{.found = options.name, .suggestion = std::move(would_be)});
  return options.name;
}

// Variables that other files could name.
std::set<std::string_view> shared_names(const btf::Btf& btf, btf::TypeId datasec) {
  std::set<std::string_view> out;
  for (btf::SectionVar v : btf.section_vars(btf.type(datasec)))
    if (btf::Type t = btf.type(v.type); t.kind == btf::Kind::var && btf.linkage_of(t) != btf::Linkage::static_)
      out.insert(t.name);
  return out;
}

std::vector<PlannedVariable> variables_of(const module::Module& module, const module::MapDef& map,
                                          btf::Keywords keywords) {
  std::vector<PlannedVariable> out;
  if (map.data_section == module::DataSection::none || map.value_type == 0) return out;
  Names names(keywords);
  const auto shared = shared_names(*module.btf, map.value_type);
  std::vector<module::Variable> variables = map.variables;
  std::ranges::sort(variables, {}, [](const auto& v) { return std::pair(v.offset, std::string_view(v.name)); });
  uint64_t end = 0;
  for (const module::Variable& v : variables) {
    if (v.type == 0 || v.offset < end || !shared.contains(v.name)) continue;  // of two at one place the first
    out.push_back({.name = names.claim(v.name), .at = v});
    end = uint64_t{v.offset} + v.size;
  }
  return out;
}

std::string_view name_of_map(const module::MapDef& map) {
  std::string_view name = map.name;
  if (map.data_section != module::DataSection::none) name.remove_prefix(name.find_first_not_of('.'));
  return name;
}

Result<Plan> plan_of(const Object& object, const module::Module& module, const SkeletonOptions& options) {
  const auto keywords = options.language == SkeletonLanguage::c ? btf::Keywords::c : btf::Keywords::cxx;
  std::string name = TRY(name_for(object, options, keywords));
  const bool prefixed = options.language == SkeletonLanguage::c && options.types == SkeletonTypes::in_header;
  Plan plan{.name = name,
            .types = options.types,
            .btf = module.btf,
            .style = {.prefix = prefixed ? name + "_" : "",
                      .keywords = keywords,
                      .defined = options.types == SkeletonTypes::in_header ? btf::CDefinitions::Defined::here
                                                                           : btf::CDefinitions::Defined::elsewhere},
            .maps = {},
            .programs = {},
            .bytes = TRY(stripped(object))};
  Names maps(keywords), programs(keywords);
  for (const module::MapDef& m : module.maps)
    plan.maps.push_back(
        {.name = maps.claim(name_of_map(m)), .map = &m, .variables = variables_of(module, m, keywords)});
  for (const module::ProgDef& p : module.progs)
    plan.programs.push_back({.name = programs.claim(p.name), .program = &p});
  return plan;
}

}  // namespace

std::string replaced(std::string_view text, char mark, std::string_view by) {
  std::string out;
  for (char c : text)
    if (c == mark)
      out += by;
    else
      out += c;
  return out;
}

std::string indented(std::string_view text, std::string_view by) {
  std::string out;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (!line.empty()) (out += by) += line;
    if (line.size() < text.size()) out += '\n';
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return out;
}

std::string string_literal(Bytes bytes) {
  if (bytes.empty()) return "\"\"";
  constexpr std::size_t most_on_line = 110;
  std::string out;
  for (std::size_t i = 0; i < bytes.size();) {
    std::string line = "\"";
    for (; i < bytes.size() && line.size() < most_on_line; ++i) {
      const uint8_t b = bytes[i];
      const bool digit_follows = i + 1 < bytes.size() && bytes[i + 1] >= '0' && bytes[i + 1] <= '9';
      if (b >= ' ' && b <= '~' && b != '"' && b != '\\' && b != '?' && b != '@') {  // no trigraphs, no mark
        line += static_cast<char>(b);
        continue;
      }
      const char digits[] = {static_cast<char>('0' + (b >> 6)), static_cast<char>('0' + (b >> 3 & 7)),
                             static_cast<char>('0' + (b & 7))};
      const std::size_t first = digit_follows || b >= 64 ? 0 : b >= 8 ? 1 : 2;
      (line += '\\').append(digits + first, 3 - first);
    }
    (out += line) += "\"\n";
  }
  out.pop_back();
  return out;
}

Result<std::string> section_struct(const Plan& plan, const PlannedMap& map, std::string_view tag) {
  std::vector<btf::CVariable> variables;
  for (const PlannedVariable& v : map.variables)
    variables.push_back({.name = v.name, .type = v.at.type, .offset = v.at.offset});
  return btf::c_section(*plan.btf, variables, tag, plan.style);
}

std::vector<btf::TypeId> variable_types(const Plan& plan) {
  std::vector<btf::TypeId> out;
  for (const PlannedMap& m : plan.maps)
    for (const PlannedVariable& v : m.variables) out.push_back(v.at.type);
  return out;
}

Result<std::string> skeleton(const Object& object, const SkeletonOptions& options) {
  const module::Module module = TRY(open(object));
  auto text = [&]() -> Result<std::string> {
    const Plan plan = TRY(plan_of(object, module, options));
    return options.language == SkeletonLanguage::c ? c_skeleton(plan) : cxx_skeleton(plan);
  }();
  if (!text) return fail_within(std::move(text.error()), object.name());
  return text;
}

}  // namespace skep::object
