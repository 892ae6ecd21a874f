// SPDX-License-Identifier: Apache-2.0
#include <skep/libbpf/bpf/bpf.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "facts/prog_types.hpp"
#include "familiar/handles.hpp"

using namespace skep;
using namespace skep::familiar;

// What is attached by its section alone has a place named there, or needs none.
bool skep::familiar::attaches_itself(const bpf_program& program) {
  using enum facts::ProgType;
  const auto type = static_cast<facts::ProgType>(skep_program_type(program.inner));
  const bool traces = type == kprobe || type == tracepoint || type == raw_tracepoint ||
                      type == raw_tracepoint_writable || type == tracing || type == lsm || type == ext;
  return traces && *skep_program_attach_target(program.inner) != '\0';
}

const char* bpf_program__name(const bpf_program* p) { return skep_program_name(p->inner); }
const char* bpf_program__section_name(const bpf_program* p) {
  const char* name = skep_program_section(p->inner);
  return *name == '?' ? name + 1 : name;  // which is autoload's, not the name's
}
bool bpf_program__autoload(const bpf_program* p) { return skep_program_autoload(p->inner); }
int bpf_program__set_autoload(bpf_program* p, bool autoload) {
  return quietly(skep_program_set_autoload(p->inner, autoload) != 0 ? -EINVAL : 0);
}
bool bpf_program__autoattach(const bpf_program* p) { return p->autoattach; }
void bpf_program__set_autoattach(bpf_program* p, bool autoattach) { p->autoattach = autoattach; }
const bpf_insn* bpf_program__insns(const bpf_program* p) {
  return static_cast<const bpf_insn*>(skep_program_insns(p->inner, nullptr));
}
size_t bpf_program__insn_cnt(const bpf_program* p) {
  size_t count = 0;
  skep_program_insns(p->inner, &count);
  return count;
}

int bpf_program__fd(const bpf_program* p) {
  if (p == nullptr) return quietly(-EINVAL);
  return p->descriptor.number() >= 0 ? p->descriptor.number() : quietly(-ENOENT);
}

bpf_prog_type bpf_program__type(const bpf_program* p) {
  return static_cast<bpf_prog_type>(skep_program_type(p->inner));
}
bpf_prog_type bpf_program__get_type(const bpf_program* p) { return bpf_program__type(p); }
int bpf_program__set_type(bpf_program* p, bpf_prog_type type) { return quietly(skep_program_set_type(p->inner, type)); }
bpf_attach_type bpf_program__expected_attach_type(const bpf_program* p) {
  return static_cast<bpf_attach_type>(skep_program_attach_type(p->inner));
}
bpf_attach_type bpf_program__get_expected_attach_type(const bpf_program* p) {
  return bpf_program__expected_attach_type(p);
}
int bpf_program__set_expected_attach_type(bpf_program* p, bpf_attach_type type) {
  return quietly(skep_program_set_attach_type(p->inner, type));
}
__u32 bpf_program__flags(const bpf_program* p) { return skep_program_flags(p->inner); }
int bpf_program__set_flags(bpf_program* p, __u32 flags) { return quietly(skep_program_set_flags(p->inner, flags)); }
__u32 bpf_program__log_level(const bpf_program* p) { return p->log_level; }
int bpf_program__set_log_level(bpf_program* p, __u32 level) {
  if (skep_object_is_loaded(p->object->inner)) return quietly(-EBUSY);
  p->log_level = level;
  return 0;
}

int bpf_program__set_attach_target(bpf_program* p, int program_fd, const char* function) {
  if (p == nullptr || program_fd < 0 || (program_fd == 0 && function == nullptr)) return quietly(-EINVAL);
  if (program_fd > 0) return waits<int>("a program as attach target", "links of the user engine");
  return quietly(skep_program_set_attach_target(p->inner, function) != 0 ? -EINVAL : 0);
}

// ---- by descriptor --------------------------------------------------------------------------------------------------

namespace {

// Maps named by descriptor become indices into `maps`. False where a descriptor names no map.
bool index_maps(std::vector<bpf_insn>& insns, std::vector<Named>& maps) {
  for (std::size_t i = 0; i < insns.size(); ++i) {
    bpf_insn& insn = insns[i];
    if (insn.code != (BPF_LD | BPF_IMM | BPF_DW)) continue;
    ++i;
    if (insn.src_reg != BPF_PSEUDO_MAP_FD && insn.src_reg != BPF_PSEUDO_MAP_VALUE) continue;
    Named map = named(insn.imm);
    if (map.map == nullptr) return false;
    const auto known = std::ranges::find(maps, map.map, &Named::map);
    insn.imm = static_cast<int>(known - maps.begin());
    if (known == maps.end()) maps.push_back(std::move(map));
  }
  return true;
}

}  // namespace

int bpf_prog_load(bpf_prog_type type, const char* name, const char* license, const bpf_insn* insns, size_t count,
                  const bpf_prog_load_opts* opts) {
  const auto with = given(opts);
  if (!with || (insns == nullptr && count != 0)) return quietly(-EINVAL);
  if (count == 0) return quietly(-E2BIG);
  std::vector<bpf_insn> code(insns, insns + count);
  std::vector<Named> maps;
  if (!index_maps(code, maps)) return quietly(-EBADF);
  std::vector<skep_map*> given_maps;
  for (const Named& m : maps) given_maps.push_back(m.map);
  skep_insns_options o{};
  o.size = sizeof o;
  o.name = name;
  o.license = license;
  o.type = type;
  o.attach_type = with->expected_attach_type;
  o.flags = with->prog_flags;
  o.insns = code.data();
  o.count = count;
  o.maps = given_maps.data();
  o.map_count = given_maps.size();
  const std::shared_ptr<skep_object> object(skep_object_from_insns(&o), skep_object_close);
  if (object == nullptr) return told(-skep_last_error()->err);
  if (const int err = skep_object_load(object.get()); err != 0) return told(err);
  if (with->log_buf != nullptr && with->log_size != 0) *with->log_buf = '\0';
  return quietly(publish({.program = skep_object_next_program(object.get(), nullptr), .owner = object}));
}

int bpf_prog_test_run_opts(int fd, bpf_test_run_opts* opts) {
  const auto with = given(opts);
  if (!with) return quietly(-EINVAL);
  const Named program = named(fd);
  if (program.program == nullptr) return quietly(not_named(fd));
  skep_run_options o{};
  o.size = sizeof o;
  o.packet = with->data_in;
  o.packet_size = with->data_size_in;
  o.packet_out = with->data_out;
  o.packet_out_room = with->data_size_out;
  o.context = with->ctx_in;
  o.context_size = with->ctx_size_in;
  o.context_out = with->ctx_out;
  o.context_out_room = with->ctx_size_out;
  o.repeat = with->repeat > 0 ? static_cast<uint32_t>(with->repeat) : 1;
  skep_run_result result{};
  result.size = sizeof result;
  const int err = skep_program_run(program.program, &o, &result);
  if (err != 0 && err != -ENOSPC) return told(err);
  bpf_test_run_opts out = *with;
  out.sz = opts->sz;
  out.retval = static_cast<__u32>(result.r0);
  out.duration = static_cast<__u32>(std::min<uint64_t>(result.ns_per_run, std::numeric_limits<__u32>::max()));
  out.data_size_out = static_cast<__u32>(result.packet_size);
  if (with->ctx_out != nullptr) out.ctx_size_out = static_cast<__u32>(result.context_size);
  std::memcpy(static_cast<void*>(opts), &out, std::min(opts->sz, sizeof out));
  return quietly(err);
}
