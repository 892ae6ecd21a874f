// SPDX-License-Identifier: Apache-2.0
// A skeleton in C, of the shape that applications know from bpftool: names, members and what the functions answer are
// the same. `@` stands for the skeleton's name, `$` for that in capital letters.
#include <fmt/format.h>

#include "object/skeleton_plan.hpp"

namespace skep::object {
namespace {

constexpr std::string_view begin = R"(/* Made by `skep gen skeleton --lang c`; do not edit. */
#ifndef __$_SKEL_H__
#define __$_SKEL_H__

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <bpf/libbpf.h>

)";

constexpr std::string_view methods = R"(
#ifdef __cplusplus
	static inline struct @ *open(const struct bpf_object_open_opts *opts = nullptr);
	static inline struct @ *open_and_load();
	static inline int load(struct @ *skel);
	static inline int attach(struct @ *skel);
	static inline void detach(struct @ *skel);
	static inline void destroy(struct @ *skel);
	static inline const void *elf_bytes(size_t *size);
#endif
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
static inline const void *@__elf_bytes(size_t *size)
{
	static const char bytes[] __attribute__((aligned(8))) =
)";

constexpr std::string_view functions = R"(
	*size = sizeof(bytes) - 1;
	return bytes;
}
#pragma GCC diagnostic pop

/* Ends everything; NULL is fine. */
static inline void @__destroy(struct @ *skel)
{
	if (skel && skel->skeleton)
		bpf_object__destroy_skeleton(skel->skeleton);
	free(skel);
}

static inline int @__create_skeleton(struct @ *skel)
{
	struct bpf_object_skeleton *s = (struct bpf_object_skeleton *)calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	skel->skeleton = s;
	s->sz = sizeof(*s);
	s->name = "@";
	s->obj = &skel->obj;
	s->data = (void *)@__elf_bytes(&s->data_sz);
)";

constexpr std::string_view life = R"(	return 0;
}

/* NULL and errno, or a skeleton whose variables can be set. */
static inline struct @ *@__open_opts(const struct bpf_object_open_opts *opts)
{
	struct @ *skel = (struct @ *)calloc(1, sizeof(*skel));
	int err = skel ? @__create_skeleton(skel) : -ENOMEM;

	if (!err)
		err = bpf_object__open_skeleton(skel->skeleton, opts);
	if (!err)
		return skel;
	@__destroy(skel);
	errno = -err;
	return NULL;
}

static inline struct @ *@__open(void)
{
	return @__open_opts(NULL);
}

static inline int @__load(struct @ *skel)
{
	return bpf_object__load_skeleton(skel->skeleton);
}

static inline struct @ *@__open_and_load(void)
{
	struct @ *skel = @__open();
	int err = skel ? @__load(skel) : 0;

	if (!err)
		return skel;
	@__destroy(skel);
	errno = -err;
	return NULL;
}

static inline int @__attach(struct @ *skel)
{
	return bpf_object__attach_skeleton(skel->skeleton);
}

static inline void @__detach(struct @ *skel)
{
	bpf_object__detach_skeleton(skel->skeleton);
}

#ifdef __cplusplus
inline struct @ *@::open(const struct bpf_object_open_opts *opts) { return @__open_opts(opts); }
inline struct @ *@::open_and_load() { return @__open_and_load(); }
inline int @::load(struct @ *skel) { return @__load(skel); }
inline int @::attach(struct @ *skel) { return @__attach(skel); }
inline void @::detach(struct @ *skel) { @__detach(skel); }
inline void @::destroy(struct @ *skel) { @__destroy(skel); }
inline const void *@::elf_bytes(size_t *size) { return @__elf_bytes(size); }
#endif
)";

// A table of the skeleton: room for its rows, then each row.
constexpr std::string_view table = R"(
	s->{0}_cnt = {1};
	s->{0}_skel_sz = sizeof(*s->{0}s);
	s->{0}s = (struct bpf_{0}_skeleton *)calloc({1}, sizeof(*s->{0}s));
	if (!s->{0}s)
		return -ENOMEM;
)";

// The text of a C string.
std::string quoted(std::string_view s) { return string_literal(as_bytes(s)); }

std::string members(const Plan& plan) {
  std::string maps, programs, links;
  for (const PlannedMap& m : plan.maps) maps += fmt::format("\t\tstruct bpf_map *{};\n", m.name);
  for (const PlannedProgram& p : plan.programs) {
    programs += fmt::format("\t\tstruct bpf_program *{};\n", p.name);
    links += fmt::format("\t\tstruct bpf_link *{};\n", p.name);
  }
  std::string out = "\tstruct bpf_object_skeleton *skeleton;\n\tstruct bpf_object *obj;\n";
  if (!maps.empty()) out += fmt::format("\tstruct {{\n{}\t}} maps;\n", maps);
  return out + fmt::format("\tstruct {{\n{}\t}} progs;\n\tstruct {{\n{}\t}} links;\n", programs, links);
}

Result<std::string> sections(const Plan& plan) {
  std::string out;
  for (const PlannedMap& m : plan.maps) {
    if (m.variables.empty()) continue;
    const std::string text = TRY(section_struct(plan, m, plan.name + "__" + m.name));
    out += indented(text, "\t") + " *" + m.name + ";\n";
  }
  return out;
}

std::string rows(const Plan& plan) {
  std::string out;
  if (!plan.maps.empty()) out += fmt::format(table, "map", plan.maps.size());
  for (std::size_t i = 0; i < plan.maps.size(); ++i) {
    const PlannedMap& m = plan.maps[i];
    out += fmt::format("\ts->maps[{}].name = {};\n", i, quoted(m.map->name));
    out += fmt::format("\ts->maps[{}].map = &skel->maps.{};\n", i, m.name);
    if (!m.variables.empty()) out += fmt::format("\ts->maps[{}].mmaped = (void **)&skel->{};\n", i, m.name);
  }
  out += fmt::format(table, "prog", plan.programs.size());
  for (std::size_t i = 0; i < plan.programs.size(); ++i) {
    const PlannedProgram& p = plan.programs[i];
    out += fmt::format("\ts->progs[{}].name = {};\n", i, quoted(p.program->name));
    out += fmt::format("\ts->progs[{}].prog = &skel->progs.{};\n", i, p.name);
    out += fmt::format("\ts->progs[{}].link = &skel->links.{};\n", i, p.name);
  }
  return out;
}

// What the compiler makes of the structs is what the object says.
std::string assertions(const Plan& plan) {
  std::string out;
  for (const PlannedMap& m : plan.maps)
    for (const PlannedVariable& v : m.variables) {
      out += fmt::format("\t_Static_assert(__builtin_offsetof(__typeof__(*skel->{}), {}) == {}, \"place of '{}'\");\n",
                         m.name, v.name, v.at.offset, v.name);
      out += fmt::format("\t_Static_assert(sizeof(skel->{}->{}) == {}, \"size of '{}'\");\n", m.name, v.name, v.at.size,
                         v.name);
    }
  if (out.empty()) return out;
  return "\n__attribute__((unused)) static inline void @__assert(struct @ *skel __attribute__((unused)))\n{\n"
         "#ifdef __cplusplus\n#define _Static_assert static_assert\n#endif\n" +
         out + "#ifdef __cplusplus\n#undef _Static_assert\n#endif\n}\n";
}

}  // namespace

Result<std::string> c_skeleton(const Plan& plan) {
  std::string capitals = plan.name;
  for (char& c : capitals)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  std::string out = replaced(replaced(begin, '$', capitals), '@', plan.name);
  if (plan.types == SkeletonTypes::in_header && plan.btf)
    out += TRY(btf::c_definitions(*plan.btf, variable_types(plan), plan.style));
  out += "struct " + plan.name + " {\n" + members(plan) + TRY(sections(plan));
  out += replaced(methods, '@', plan.name) + indented(string_literal(plan.bytes), "\t\t") + ";\n";
  out += replaced(functions, '@', plan.name) + rows(plan) + replaced(life, '@', plan.name);
  out += replaced(assertions(plan), '@', plan.name);
  return out + "\n#endif\n";
}

}  // namespace skep::object
