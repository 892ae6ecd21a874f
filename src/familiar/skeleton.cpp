// SPDX-License-Identifier: Apache-2.0
// What generated skeletons call. The records they fill in may be longer or shorter than ours, so each is found by the
// size the skeleton gives, and a member is looked at only where the record has it.
#include <cstddef>
#include <cstdlib>

#include "familiar/handles.hpp"

using namespace skep::familiar;

namespace {

template <class Record>
Record* record(Record* first, int size, int index) {
  return reinterpret_cast<Record*>(reinterpret_cast<char*>(first) + std::ptrdiff_t{size} * index);
}
bpf_map_skeleton* map_of(const bpf_object_skeleton* s, int i) { return record(s->maps, s->map_skel_sz, i); }
bpf_prog_skeleton* program_of(const bpf_object_skeleton* s, int i) { return record(s->progs, s->prog_skel_sz, i); }

// Where the skeleton's pointer to a section's variables leads: to what will be loaded, then to what is alive.
void lay_memory(const bpf_object_skeleton* s) {
  for (int i = 0; i < s->map_cnt; ++i) {
    const bpf_map_skeleton* m = map_of(s, i);
    if (m->mmaped != nullptr) *m->mmaped = skep_map_memory((*m->map)->inner, nullptr);
  }
}

}  // namespace

int bpf_object__open_skeleton(bpf_object_skeleton* s, const bpf_object_open_opts* opts) {
  auto with = given(opts);
  if (!with) return quietly(-EINVAL);
  if (with->object_name == nullptr) with->object_name = s->name;
  bpf_object* object = bpf_object__open_mem(s->data, s->data_sz, &*with);
  if (object == nullptr) return quietly(-errno);
  *s->obj = object;
  for (int i = 0; i < s->map_cnt; ++i) {
    const bpf_map_skeleton* m = map_of(s, i);
    *m->map = bpf_object__find_map_by_name(object, m->name);
    if (*m->map == nullptr)
      return told(-ESRCH, std::string("the skeleton's map '") + m->name + "' is not in its object");
  }
  for (int i = 0; i < s->prog_cnt; ++i) {
    const bpf_prog_skeleton* p = program_of(s, i);
    *p->prog = bpf_object__find_program_by_name(object, p->name);
    if (*p->prog == nullptr)
      return told(-ESRCH, std::string("the skeleton's program '") + p->name + "' is not in its object");
  }
  lay_memory(s);
  return 0;
}

int bpf_object__load_skeleton(bpf_object_skeleton* s) {
  if (const int err = bpf_object__load(*s->obj); err != 0) return err;
  lay_memory(s);
  return 0;
}

int bpf_object__attach_skeleton(bpf_object_skeleton* s) {
  for (int i = 0; i < s->prog_cnt; ++i) {
    const bpf_prog_skeleton* p = program_of(s, i);
    const bpf_program& program = **p->prog;
    if (!bpf_program__autoload(&program) || !program.autoattach || *p->link != nullptr) continue;
    if (!attaches_itself(program)) continue;
    *p->link = bpf_program__attach(&program);
    if (*p->link == nullptr) return quietly(-errno);
  }
  return 0;
}

void bpf_object__detach_skeleton(bpf_object_skeleton* s) {
  for (int i = 0; i < s->prog_cnt; ++i) {
    const bpf_prog_skeleton* p = program_of(s, i);
    bpf_link__destroy(*p->link);
    *p->link = nullptr;
  }
}

void bpf_object__destroy_skeleton(bpf_object_skeleton* s) {
  if (s == nullptr) return;
  if (s->progs != nullptr) bpf_object__detach_skeleton(s);
  if (s->obj != nullptr) bpf_object__close(*s->obj);
  std::free(s->maps);
  std::free(s->progs);
  std::free(s);
}
