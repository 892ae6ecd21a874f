// SPDX-License-Identifier: Apache-2.0
// Calls libbpf's functions and prints what they answer. Compiled against libbpf and against skep, it prints the same.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHOW(call) (errno = 0, show(#call, (long long)(call)))
#define TEXT(call) printf("%s = %s\n", #call, or_null(call))

static const char *or_null(const char *s) { return s ? s : "(null)"; }
static void show(const char *what, long long answer) {
  if (answer < 0)
    printf("%s = %lld, errno %d\n", what, answer, errno);
  else
    printf("%s = %lld\n", what, answer);
}
static int silent(enum libbpf_print_level level, const char *format, va_list args) {
  (void)level, (void)format, (void)args;
  return 0;
}

static void library(void) {
  char text[64];
  SHOW(libbpf_major_version());
  SHOW(libbpf_minor_version());
  TEXT(libbpf_version_string());
  SHOW(libbpf_set_strict_mode(LIBBPF_STRICT_ALL));
  SHOW(libbpf_num_possible_cpus() > 0);
  errno = EPERM;
  printf("libbpf_get_error: %ld, %ld\n", libbpf_get_error(NULL), libbpf_get_error(text));
  for (int t = 0; t <= BPF_MAP_TYPE_USER_RINGBUF; ++t) TEXT(libbpf_bpf_map_type_str(t));
  for (int t = 0; t <= BPF_PROG_TYPE_SYSCALL; ++t) TEXT(libbpf_bpf_prog_type_str(t));
  for (int t = 0; t <= BPF_LSM_CGROUP; ++t) TEXT(libbpf_bpf_attach_type_str(t));
  for (int err = 0; err < 40; ++err) {
    SHOW(libbpf_strerror(-err, text, sizeof text));
    if (err > 0) TEXT(text);
  }
  SHOW(libbpf_strerror(EINVAL, text, 5));
  SHOW(libbpf_strerror(4099, text, sizeof text));
  const char *sections[] = {"xdp", "tracepoint/a/b", "kprobe/x", "fentry/x", "tc", "cgroup/connect4", "lsm/x", "nothing"};
  for (int i = 0; i < 8; ++i) {
    enum bpf_prog_type type = 0;
    enum bpf_attach_type attach = 0;
    printf("%s: ", sections[i]);
    SHOW(libbpf_prog_type_by_name(sections[i], &type, &attach));
    printf("%d %d\n", type, attach);
  }
  enum bpf_attach_type attach = 0;
  SHOW(libbpf_attach_type_by_name("cgroup/connect4", &attach));
  SHOW(attach);
  SHOW(libbpf_attach_type_by_name("nothing", &attach));
}

static void programs(struct bpf_object *o) {
  struct bpf_program *p, *last = NULL;
  int count = 0;
  bpf_object__for_each_program(p, o) {
    last = p, ++count;
    TEXT(bpf_program__name(p));
    TEXT(bpf_program__section_name(p));
    SHOW(bpf_program__type(p));
    SHOW(bpf_program__get_type(p));
    SHOW(bpf_program__expected_attach_type(p));
    SHOW(bpf_program__get_expected_attach_type(p));
    SHOW(bpf_program__autoload(p));
    SHOW(bpf_program__autoattach(p));
    SHOW(bpf_program__flags(p));
    SHOW(bpf_program__log_level(p));
    SHOW(bpf_program__insns(p) != NULL);
    SHOW(bpf_program__insn_cnt(p) > 0);
    SHOW(bpf_program__fd(p));
  }
  SHOW(count);
  for (p = NULL; (p = bpf_object__prev_program(o, p));) --count;
  SHOW(count);
  SHOW(bpf_object__prev_program(o, NULL) == last);
  SHOW(bpf_object__next_program(o, last) == NULL);
  SHOW(bpf_object__find_program_by_name(o, "nobody") == NULL);
  p = bpf_object__find_program_by_name(o, "target");
  TEXT(bpf_program__name(p));
  SHOW(bpf_program__set_type(p, BPF_PROG_TYPE_SCHED_CLS));
  SHOW(bpf_program__type(p));
  SHOW(bpf_program__set_type(p, BPF_PROG_TYPE_XDP));
  SHOW(bpf_program__set_expected_attach_type(p, BPF_XDP));
  SHOW(bpf_program__expected_attach_type(p));
  SHOW(bpf_program__set_flags(p, 0));
  SHOW(bpf_program__set_log_level(p, 1));
  SHOW(bpf_program__log_level(p));
  SHOW(bpf_program__set_log_level(p, 0));
  SHOW(bpf_program__set_attach_target(p, 0, NULL));
  bpf_program__set_autoattach(p, false);
  SHOW(bpf_program__autoattach(p));
  SHOW(bpf_program__set_autoload(bpf_object__find_program_by_name(o, "crash"), false));
}

static void maps(struct bpf_object *o) {
  struct bpf_map *m;
  int count = 0;
  size_t size = 0;
  bpf_object__for_each_map(m, o) {
    ++count;
    TEXT(bpf_map__name(m));
    SHOW(bpf_map__type(m));
    SHOW(bpf_map__key_size(m));
    SHOW(bpf_map__value_size(m));
    SHOW(bpf_map__max_entries(m));
    SHOW(bpf_map__map_flags(m));
    SHOW(bpf_map__map_extra(m));
    SHOW(bpf_map__btf_key_type_id(m) > 0);
    SHOW(bpf_map__btf_value_type_id(m) > 0);
    SHOW(bpf_map__is_internal(m));
    SHOW(bpf_map__is_pinned(m));
    SHOW(bpf_map__autocreate(m));
    SHOW(bpf_map__fd(m));
    SHOW(bpf_map__initial_value(m, &size) != NULL);
    SHOW(bpf_map__initial_value(m, &size) ? (long long)size : -1);
  }
  for (m = NULL; (m = bpf_object__prev_map(o, m));) --count;
  SHOW(count);
  SHOW(bpf_object__next_map(o, bpf_object__prev_map(o, NULL)) == NULL);
  SHOW(bpf_object__find_map_by_name(o, "nothing") == NULL);
  SHOW(bpf_object__find_map_fd_by_name(o, "nothing"));
  TEXT(bpf_map__name(bpf_object__find_map_by_name(o, ".bss")));
  TEXT(bpf_map__name(bpf_object__find_map_by_name(o, "hits")));
  m = bpf_object__find_map_by_name(o, "hits");
  const __u32 key = 0;
  __u64 value = 0;
  SHOW(bpf_map__lookup_elem(m, &key, 4, &value, 8, 0));
  SHOW(bpf_map__set_initial_value(m, &value, 8));
  SHOW(bpf_map__set_type(m, BPF_MAP_TYPE_ARRAY));
  SHOW(bpf_map__type(m));
  SHOW(bpf_map__set_type(m, BPF_MAP_TYPE_HASH));
  SHOW(bpf_map__set_key_size(m, 4));
  SHOW(bpf_map__set_value_size(m, 8));
  SHOW(bpf_map__set_max_entries(m, 3));
  SHOW(bpf_map__max_entries(m));
  SHOW(bpf_map__set_map_flags(m, BPF_F_NO_PREALLOC));
  SHOW(bpf_map__set_map_extra(m, 0));
  SHOW(bpf_map__set_autocreate(m, true));
  m = bpf_object__find_map_by_name(o, ".data");
  value = 77;
  SHOW(bpf_map__set_initial_value(m, &value, 4));
  SHOW(bpf_map__set_initial_value(m, &value, 8));
  SHOW(*(const __u64 *)bpf_map__initial_value(m, &size));
}

static void loaded(struct bpf_object *o) {
  struct bpf_map *hits = bpf_object__find_map_by_name(o, "hits"), *data = bpf_object__find_map_by_name(o, ".data");
  struct bpf_program *count = bpf_object__find_program_by_name(o, "count");
  size_t size = 0;
  SHOW(bpf_object__load(o));
  SHOW(bpf_object__load(o));
  SHOW(bpf_map__fd(hits) > 2);
  SHOW(bpf_object__find_map_fd_by_name(o, "hits") == bpf_map__fd(hits));
  SHOW(bpf_program__fd(count) > 2);
  SHOW(bpf_program__fd(bpf_object__find_program_by_name(o, "only_when_named")));
  SHOW(bpf_map__set_max_entries(hits, 5));
  SHOW(bpf_map__set_key_size(hits, 5));
  SHOW(bpf_map__set_type(hits, BPF_MAP_TYPE_ARRAY));
  SHOW(bpf_map__set_autocreate(hits, false));
  SHOW(bpf_program__set_type(count, BPF_PROG_TYPE_XDP));
  SHOW(bpf_program__set_autoload(count, false));
  SHOW(bpf_program__set_log_level(count, 1));
  SHOW(bpf_map__set_initial_value(data, &size, sizeof size));

  __u32 key = 1, next = 0;
  __u64 value = 5;
  SHOW(bpf_map__update_elem(hits, &key, 4, &value, 8, BPF_EXIST));
  SHOW(bpf_map__update_elem(hits, &key, 4, &value, 8, BPF_NOEXIST));
  SHOW(bpf_map__update_elem(hits, &key, 4, &value, 8, BPF_NOEXIST));
  SHOW(bpf_map__update_elem(hits, &key, 3, &value, 8, 0));
  SHOW(bpf_map__update_elem(hits, &key, 4, &value, 9, 0));
  SHOW(bpf_map__lookup_elem(hits, &key, 4, &value, 4, 0));
  SHOW(bpf_map__lookup_elem(hits, &key, 4, &value, 8, 0));
  SHOW(bpf_map__get_next_key(hits, NULL, &next, 4));
  SHOW(next);
  SHOW(bpf_map__get_next_key(hits, &key, &next, 4));

  char frame[64] = {0}, out[64];
  LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = sizeof frame, .data_out = out,
              .data_size_out = sizeof out, .repeat = 2);
  SHOW(bpf_prog_test_run_opts(bpf_program__fd(count), &run));
  SHOW(run.retval);
  SHOW(run.data_size_out);
  SHOW(out[0]);
  run.data_size_out = 5;
  SHOW(bpf_prog_test_run_opts(bpf_program__fd(count), &run));
  SHOW(run.data_size_out);
  SHOW(bpf_prog_test_run_opts(-1, &run));
  SHOW(bpf_map__lookup_elem(hits, &key, 4, &value, 8, 0));
  SHOW(value);
  // bpf_map__initial_value: libbpf's is what was loaded, skep's is alive (that of a skeleton is alive in both).
  SHOW(bpf_map__lookup_and_delete_elem(hits, &key, 4, &value, 8, 0));
  SHOW(value);
  SHOW(bpf_map__delete_elem(hits, &key, 4, 0));

  // A tail call's table.
  const int calls = bpf_object__find_map_fd_by_name(o, "calls");
  const int jump = bpf_program__fd(bpf_object__find_program_by_name(o, "jump"));
  const int target = bpf_program__fd(bpf_object__find_program_by_name(o, "target"));
  LIBBPF_OPTS(bpf_test_run_opts, plain, .data_in = frame, .data_size_in = sizeof frame);
  key = 1;
  SHOW(bpf_prog_test_run_opts(jump, &plain));
  SHOW(plain.retval);
  SHOW(bpf_map_delete_elem(calls, &key));
  SHOW(bpf_map_delete_elem(calls, &key));
  SHOW(bpf_prog_test_run_opts(jump, &plain));
  SHOW(plain.retval);
  SHOW(bpf_map_update_elem(calls, &key, &target, 0));
  SHOW(bpf_prog_test_run_opts(jump, &plain));
  SHOW(plain.retval);
  const int nothing = -1;
  SHOW(bpf_map_update_elem(calls, &key, &nothing, 0));
  key = 99;
  SHOW(bpf_map_update_elem(calls, &key, &target, 0));
}

static void descriptors(void) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
  LIBBPF_OPTS(bpf_map_batch_opts, batch);
  SHOW(bpf_map_create(BPF_MAP_TYPE_HASH, "broken", 0, 8, 8, NULL));
  SHOW(bpf_map_create(BPF_MAP_TYPE_ARRAY, "broken", 3, 8, 8, NULL));
  const int map = bpf_map_create(BPF_MAP_TYPE_HASH, "own", 4, 8, 8, &options);
  SHOW(map > 2);
  __u32 keys[8] = {1, 2, 3}, count = 3, token = 0;
  __u64 values[8] = {10, 20, 30};
  SHOW(bpf_map_update_batch(map, keys, values, &count, &batch));
  SHOW(count);
  count = 8;
  SHOW(bpf_map_lookup_batch(map, NULL, &token, keys, values, &count, &batch));
  SHOW(count);
  SHOW(values[0] + values[1] + values[2]);
  keys[0] = 2, keys[1] = 3, count = 2;
  SHOW(bpf_map_delete_batch(map, keys, &count, &batch));
  SHOW(count);
  count = 8;
  SHOW(bpf_map_lookup_and_delete_batch(map, NULL, &token, keys, values, &count, &batch));
  SHOW(count);
  SHOW(keys[0]);
  SHOW(bpf_map_get_next_key(map, NULL, keys));
  SHOW(bpf_map_update_elem(map, keys, values, 0));
  SHOW(bpf_map_lookup_elem(map, keys, values));
  SHOW(bpf_map_lookup_elem_flags(map, keys, values, 8));
  SHOW(bpf_map_lookup_and_delete_elem(map, keys, values));
  SHOW(bpf_map_lookup_and_delete_elem_flags(map, keys, values, 0));
  SHOW(bpf_map_delete_elem_flags(map, keys, 0));
  SHOW(bpf_map_lookup_elem(-1, keys, values));
  SHOW(bpf_map_lookup_elem(1, keys, values));
  keys[0] = 7, values[0] = 42;
  SHOW(bpf_map_update_elem(map, keys, values, 0));

  // r1 = map, key 7 on the stack, look it up, return what is there.
  const struct bpf_insn insns[] = {
      {.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = 10, .off = -4, .imm = 7},
      {.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10},
      {.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -4},
      {.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
      {0},
      {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem},
      {.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 0, .off = 1},
      {.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 0, .src_reg = 0},
      {.code = BPF_JMP | BPF_EXIT},
  };
  LIBBPF_OPTS(bpf_prog_load_opts, load, .expected_attach_type = BPF_XDP);
  const int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "own", "GPL", insns, sizeof insns / sizeof *insns, &load);
  SHOW(program > 2);
  const int copy = dup(program);
  close(program);
  close(map);
  char frame[64] = {0};
  LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = sizeof frame);
  SHOW(bpf_prog_test_run_opts(copy, &run));
  SHOW(run.retval);
  close(copy);
  SHOW(bpf_prog_test_run_opts(copy, &run));
  SHOW(bpf_prog_load(BPF_PROG_TYPE_XDP, "own", "GPL", NULL, 0, &load));

  const int frozen = bpf_map_create(BPF_MAP_TYPE_ARRAY, "frozen", 4, 8, 1, NULL);
  keys[0] = 0;
  SHOW(bpf_map_freeze(frozen));
  SHOW(bpf_map_update_elem(frozen, keys, values, 0));
  close(frozen);
}

static void reuse(const char *path) {
  struct bpf_object *o = bpf_object__open(path);
  const int map = bpf_map_create(BPF_MAP_TYPE_HASH, "shared", 4, 8, 9, NULL);
  struct bpf_map *hits = bpf_object__find_map_by_name(o, "hits");
  SHOW(bpf_program__set_autoload(bpf_object__find_program_by_name(o, "crash"), false));
  SHOW(bpf_map__reuse_fd(hits, map));
  SHOW(bpf_map__max_entries(hits));
  SHOW(bpf_object__load(o));
  const __u32 key = 1;
  __u64 value = 4;
  SHOW(bpf_map_update_elem(map, &key, &value, 0));
  SHOW(bpf_map__lookup_elem(hits, &key, 4, &value, 8, 0));
  SHOW(value);
  close(map);
  bpf_object__close(o);
}

static void types_of(const struct btf *b) {
  SHOW(btf__type_cnt(b));
  SHOW(btf__pointer_size(b));
  SHOW(btf__endianness(b));
  SHOW(btf__base_btf(b) == NULL);
  for (__u32 id = 0; id < btf__type_cnt(b) + 1; ++id) {
    const struct btf_type *t = btf__type_by_id(b, id);
    if (!t) {
      printf("%u: none, errno %d\n", id, errno);
      continue;
    }
    printf("%u: %u %u %d '%s' size %" PRId64 " type %d align %d\n", id, btf_kind(t), btf_vlen(t), btf_kflag(t),
           or_null(btf__name_by_offset(b, t->name_off)), (int64_t)btf__resolve_size(b, id), btf__resolve_type(b, id),
           btf__align_of(b, id));
    if (btf_is_composite(t))
      for (int i = 0; i < btf_vlen(t); ++i)
        printf("  %s %u %u %u\n", or_null(btf__str_by_offset(b, btf_members(t)[i].name_off)), btf_members(t)[i].type,
               btf_member_bit_offset(t, i), btf_member_bitfield_size(t, i));
  }
}

static void types(struct bpf_object *o) {
  types_of(bpf_object__btf(o));
  struct btf *b = btf__load_vmlinux_btf(), *kernel = libbpf_find_kernel_btf();
  SHOW(b != NULL);
  types_of(b);
  SHOW(btf__type_cnt(kernel) == btf__type_cnt(b));
  btf__free(kernel);
  SHOW(btf__find_by_name(b, "void"));
  SHOW(btf__find_by_name(b, "task_struct"));
  SHOW(btf__find_by_name(b, "no such type"));
  SHOW(btf__find_by_name_kind(b, "task_struct", BTF_KIND_STRUCT));
  SHOW(btf__find_by_name_kind(b, "task_struct", BTF_KIND_UNION));
  SHOW(btf__find_by_name_kind(b, "vfs_read", BTF_KIND_FUNC));
  SHOW(btf__find_by_name_kind(b, "list_head", BTF_KIND_STRUCT));
  SHOW(btf__find_by_name_kind(b, "x", BTF_KIND_UNKN));
  SHOW(btf__name_by_offset(b, 0xfffffff) == NULL);
  SHOW(libbpf_find_vmlinux_btf_id("vfs_read", BPF_TRACE_FENTRY));
  SHOW(libbpf_find_vmlinux_btf_id("sched_switch", BPF_TRACE_RAW_TP));
  SHOW(libbpf_find_vmlinux_btf_id("file_open", BPF_LSM_MAC));
  SHOW(libbpf_find_vmlinux_btf_id("no_such_function", BPF_TRACE_FENTRY));
  SHOW(btf__load_module_btf("no_such_module", b) == NULL);
  __u32 size = 0;
  const void *raw = btf__raw_data(b, &size);
  struct btf *again = btf__new(raw, size), *split = btf__new_empty_split(b);
  SHOW(btf__type_cnt(again) == btf__type_cnt(b));
  SHOW(btf__type_cnt(split) == btf__type_cnt(b));
  SHOW(btf__base_btf(split) == b);
  SHOW(btf__fd(b));
  btf__free(split);
  btf__free(again);
  btf__free(b);
  b = btf__parse_raw("/sys/kernel/btf/vmlinux");
  SHOW(btf__find_by_name_kind(b, "task_struct", BTF_KIND_STRUCT) > 0);
  SHOW(btf__parse_raw("/nowhere") == NULL);
  SHOW(errno);
  SHOW(btf__parse_raw_split("/nowhere", b) == NULL);
  btf__free(b);
  SHOW(btf__new("nonsense", 8) == NULL);

  b = btf__new_empty();
  SHOW(btf__type_cnt(b));
  SHOW(btf__add_str(b, ""));
  SHOW(btf__add_str(b, "one"));
  SHOW(btf__add_str(b, "three"));
  SHOW(btf__add_str(b, "one"));
  TEXT(btf__str_by_offset(b, 1));
  TEXT(btf__str_by_offset(b, 5));
  btf__free(b);
}

// What typed printing says, and how long it is; the text is printed where there is little of it, else its hash.
struct text {
  char bytes[1 << 16];
  size_t length;
};
static void collect(void *ctx, const char *format, va_list args) {
  struct text *t = ctx;
  const int n = vsnprintf(t->bytes + t->length, sizeof t->bytes - t->length, format, args);
  t->length += (size_t)n < sizeof t->bytes - t->length ? (size_t)n : sizeof t->bytes - t->length - 1;
}
static unsigned hash(const struct text *t) {
  unsigned h = 2166136261u;
  for (size_t i = 0; i < t->length; ++i) h = (h ^ (unsigned char)t->bytes[i]) * 16777619u;
  return h;
}

enum content { ZEROS, SPARSE, LETTERS, NOISE };
static void fill(unsigned char *data, size_t size, unsigned seed, enum content content) {
  for (size_t i = 0; i < size; ++i) {
    seed = seed * 1103515245u + 12345u;
    const unsigned char byte = seed >> 16;
    data[i] = content == ZEROS    ? 0
              : content == SPARSE ? (byte < 20 ? byte : 0)
              : content == LETTERS ? (byte < 30 ? 0 : 'a' + byte % 26)
                                   : byte;
  }
}

static struct text text;

static void dump_type(const struct btf *b, struct btf_dump *d, __u32 id, enum content content, int missing, bool whole,
                      const struct btf_dump_type_data_opts *options) {
  static unsigned char data[1 << 14];
  const int64_t size = btf__resolve_size(b, id);
  if (size <= 0 || size > 2000 || size <= missing) return;
  fill(data, sizeof data, id, content);
  text.length = 0;
  text.bytes[0] = 0;
  const int answer = btf_dump__dump_type_data(d, id, data, size - missing, options);
  if (whole)
    printf("%u %d: %d\n%s\n", id, content, answer, text.bytes);
  else
    printf("%u %d: %d, %zu %08x\n", id, content, answer, text.length, hash(&text));
}

// libbpf 1.1.2 takes such a member for zero where it is not aligned as the enum is.
static bool has_enum_bits(const struct btf *b, const struct btf_type *t) {
  for (int i = 0; btf_is_composite(t) && i < btf_vlen(t); ++i)
    if (btf_member_bitfield_size(t, i) && btf_is_any_enum(btf__type_by_id(b, btf_members(t)[i].type))) return true;
  return false;
}

static void typed_data(struct bpf_object *o) {
  const struct btf *own = bpf_object__btf(o);
  struct btf *b = btf__load_vmlinux_btf();
  LIBBPF_OPTS(btf_dump_type_data_opts, plain);
  LIBBPF_OPTS(btf_dump_type_data_opts, zeroes, .emit_zeroes = true, .indent_str = "  ", .indent_level = 1);
  LIBBPF_OPTS(btf_dump_type_data_opts, compact, .compact = true);
  LIBBPF_OPTS(btf_dump_type_data_opts, nameless, .skip_names = true);
  const struct btf_dump_type_data_opts *all[] = {&plain, &zeroes, &compact, &nameless};
  struct btf_dump *d = btf_dump__new(own, collect, &text, NULL);
  for (__u32 id = 1; id < btf__type_cnt(own); ++id) {
    const struct btf_type *t = btf__type_by_id(own, id);
    if (btf_is_var(t) || btf_is_datasec(t)) continue;  // skep's wait
    for (enum content c = ZEROS; c <= NOISE; ++c) dump_type(own, d, id, c, 0, true, all[c]);
    for (int missing = 1; missing < 5; ++missing) dump_type(own, d, id, NOISE, missing, true, &plain);
  }
  btf_dump__free(d);
  d = btf_dump__new(b, collect, &text, NULL);
  for (__u32 id = 1; id < btf__type_cnt(b); id += 7) {
    const struct btf_type *t = btf__type_by_id(b, id);
    if (btf_is_var(t) || btf_is_datasec(t)) continue;
    if (has_enum_bits(b, t)) continue;
    // Of types that share a name libbpf numbers all but one.
    if (t->name_off && btf__find_by_name_kind(b, btf__name_by_offset(b, t->name_off), btf_kind(t)) != (int)id) continue;
    // libbpf 1.1.2 takes bit-fields for as long as their types: there is more data than they need.
    dump_type(b, d, id, id % 4, -16, id % 500 == 0, all[id / 4 % 4]);
  }
  btf_dump__free(d);
  SHOW(btf_dump__new(b, NULL, NULL, NULL) == NULL);
  btf__free(b);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  libbpf_set_print(silent);
  library();
  SHOW(bpf_object__open("/nowhere.bpf.o") == NULL);
  SHOW(errno);
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "a name");
  struct bpf_object *o = bpf_object__open_file(argv[1], &options);
  TEXT(bpf_object__name(o));
  // bpf_object__kversion: libbpf answers the running kernel's where the object says none.
  bpf_object__close(o);
  o = bpf_object__open(argv[1]);
  TEXT(bpf_object__name(o));
  programs(o);
  maps(o);
  loaded(o);
  types(o);
  typed_data(o);
  bpf_object__close(o);
  descriptors();
  reuse(argv[1]);

  FILE *file = fopen(argv[1], "rb");
  static char bytes[1 << 20];
  const size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  o = bpf_object__open_mem(bytes, size, &options);
  TEXT(bpf_object__name(o));
  bpf_object__close(o);
  SHOW(bpf_object__open_mem(bytes, 7, NULL) == NULL);

  SHOW(bpf_link__destroy(NULL));
  bpf_object__close(NULL);
  btf__free(NULL);
  btf_dump__free(NULL);
  ring_buffer__free(NULL);
  user_ring_buffer__free(NULL);
  perf_buffer__free(NULL);
  return 0;
}
