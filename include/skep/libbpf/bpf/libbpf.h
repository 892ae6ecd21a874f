/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbpf's own names over skep: an application of libbpf 1.1 is compiled against this folder (-I…/skep/libbpf) and
 * linked with libskep_bpf, and its programs and maps live in this process instead of the kernel.
 *
 * Names, signatures, struct layouts and errors are libbpf 1.1's: int functions answer 0 (or a count or descriptor) or
 * -errno, pointer functions NULL, and errno is set. The sentence that says why goes to the function of
 * libbpf_set_print(), as libbpf's messages do. docs/api-coverage.md has a row for every function: it works, or it
 * answers ENOTSUPP (524) and its sentence says what it waits for. Objects are used by one thread at a time until they
 * are loaded; afterwards map operations and runs may come from any thread. The options of libbpf that steer the kernel
 * (log buffers, pin roots, relaxed maps) are taken and have no effect.
 */
#ifndef SKEP_LIBBPF_LIBBPF_H
#define SKEP_LIBBPF_LIBBPF_H

#include <linux/bpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "libbpf_common.h"
#include "libbpf_legacy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the library --------------------------------------------------------------------------------------------- */

LIBBPF_API __u32 libbpf_major_version(void);
LIBBPF_API __u32 libbpf_minor_version(void);
LIBBPF_API const char* libbpf_version_string(void);

enum libbpf_errno {
  __LIBBPF_ERRNO__START = 4000,
  LIBBPF_ERRNO__LIBELF = __LIBBPF_ERRNO__START,
  LIBBPF_ERRNO__FORMAT,
  LIBBPF_ERRNO__KVERSION,
  LIBBPF_ERRNO__ENDIAN,
  LIBBPF_ERRNO__INTERNAL,
  LIBBPF_ERRNO__RELOC,
  LIBBPF_ERRNO__LOAD,
  LIBBPF_ERRNO__VERIFY,
  LIBBPF_ERRNO__PROG2BIG,
  LIBBPF_ERRNO__KVER,
  LIBBPF_ERRNO__PROGTYPE,
  LIBBPF_ERRNO__WRNGPID,
  LIBBPF_ERRNO__INVSEQ,
  LIBBPF_ERRNO__NLPARSE,
  __LIBBPF_ERRNO__END,
};
LIBBPF_API int libbpf_strerror(int err, char* buf, size_t size);

enum libbpf_print_level {
  LIBBPF_WARN,
  LIBBPF_INFO,
  LIBBPF_DEBUG,
};
typedef int (*libbpf_print_fn_t)(enum libbpf_print_level level, const char*, va_list ap);
/* Who is told; NULL: nobody. At first warnings go to standard error. Answers who was told before. */
LIBBPF_API libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn);

/* The lanes of the user engine: how many values a per-CPU value has. */
LIBBPF_API int libbpf_num_possible_cpus(void);

LIBBPF_API const char* libbpf_bpf_attach_type_str(enum bpf_attach_type t);
LIBBPF_API const char* libbpf_bpf_map_type_str(enum bpf_map_type t);
LIBBPF_API const char* libbpf_bpf_prog_type_str(enum bpf_prog_type t);
LIBBPF_API int libbpf_prog_type_by_name(const char* name, enum bpf_prog_type* prog_type,
                                        enum bpf_attach_type* expected_attach_type);
LIBBPF_API int libbpf_attach_type_by_name(const char* name, enum bpf_attach_type* attach_type);
LIBBPF_API int libbpf_find_vmlinux_btf_id(const char* name, enum bpf_attach_type attach_type);

/* ---- objects ------------------------------------------------------------------------------------------------- */

struct bpf_object;
struct bpf_program;
struct bpf_map;
struct bpf_link;
struct btf;

/* What a .kconfig variable of this type says. */
enum libbpf_tristate {
  TRI_NO = 0,
  TRI_YES = 1,
  TRI_MODULE = 2,
};

struct bpf_object_open_opts {
  size_t sz;
  const char* object_name;
  bool relaxed_maps;
  const char* pin_root_path;
  __u32 : 32;
  const char* kconfig; /* CONFIG_ lines, instead of the machine's */
  const char* btf_custom_path;
  char* kernel_log_buf;
  size_t kernel_log_size;
  __u32 kernel_log_level;
  size_t : 0;
};
LIBBPF_API struct bpf_object* bpf_object__open(const char* path);
LIBBPF_API struct bpf_object* bpf_object__open_file(const char* path, const struct bpf_object_open_opts* opts);
LIBBPF_API struct bpf_object* bpf_object__open_mem(const void* obj_buf, size_t obj_buf_sz,
                                                   const struct bpf_object_open_opts* opts);
LIBBPF_API int bpf_object__load(struct bpf_object* obj);
LIBBPF_API void bpf_object__close(struct bpf_object* object);
LIBBPF_API const char* bpf_object__name(const struct bpf_object* obj);
LIBBPF_API unsigned int bpf_object__kversion(const struct bpf_object* obj);
LIBBPF_API struct btf* bpf_object__btf(const struct bpf_object* obj);
LIBBPF_API int bpf_object__btf_fd(const struct bpf_object* obj);
LIBBPF_API int bpf_object__pin_maps(struct bpf_object* obj, const char* path);
LIBBPF_API int bpf_object__unpin_maps(struct bpf_object* obj, const char* path);
LIBBPF_API int bpf_object__pin_programs(struct bpf_object* obj, const char* path);
LIBBPF_API int bpf_object__unpin_programs(struct bpf_object* obj, const char* path);

LIBBPF_API struct bpf_program* bpf_object__find_program_by_name(const struct bpf_object* obj, const char* name);
LIBBPF_API struct bpf_program* bpf_object__next_program(const struct bpf_object* obj, struct bpf_program* prog);
LIBBPF_API struct bpf_program* bpf_object__prev_program(const struct bpf_object* obj, struct bpf_program* prog);
#define bpf_object__for_each_program(pos, obj) \
  for ((pos) = bpf_object__next_program((obj), NULL); (pos) != NULL; (pos) = bpf_object__next_program((obj), (pos)))

LIBBPF_API struct bpf_map* bpf_object__find_map_by_name(const struct bpf_object* obj, const char* name);
LIBBPF_API int bpf_object__find_map_fd_by_name(const struct bpf_object* obj, const char* name);
LIBBPF_API struct bpf_map* bpf_object__next_map(const struct bpf_object* obj, const struct bpf_map* map);
LIBBPF_API struct bpf_map* bpf_object__prev_map(const struct bpf_object* obj, const struct bpf_map* map);
#define bpf_object__for_each_map(pos, obj) \
  for ((pos) = bpf_object__next_map((obj), NULL); (pos) != NULL; (pos) = bpf_object__next_map((obj), (pos)))
#define bpf_map__for_each bpf_object__for_each_map

/* ---- programs ------------------------------------------------------------------------------------------------ */

LIBBPF_API const char* bpf_program__name(const struct bpf_program* prog);
LIBBPF_API const char* bpf_program__section_name(const struct bpf_program* prog);
LIBBPF_API bool bpf_program__autoload(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_autoload(struct bpf_program* prog, bool autoload);
LIBBPF_API bool bpf_program__autoattach(const struct bpf_program* prog);
LIBBPF_API void bpf_program__set_autoattach(struct bpf_program* prog, bool autoattach);
struct bpf_insn;
LIBBPF_API const struct bpf_insn* bpf_program__insns(const struct bpf_program* prog);
LIBBPF_API size_t bpf_program__insn_cnt(const struct bpf_program* prog);
LIBBPF_API int bpf_program__fd(const struct bpf_program* prog);
LIBBPF_API enum bpf_prog_type bpf_program__type(const struct bpf_program* prog);
LIBBPF_API enum bpf_prog_type bpf_program__get_type(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_type(struct bpf_program* prog, enum bpf_prog_type type);
LIBBPF_API enum bpf_attach_type bpf_program__expected_attach_type(const struct bpf_program* prog);
LIBBPF_API enum bpf_attach_type bpf_program__get_expected_attach_type(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_expected_attach_type(struct bpf_program* prog, enum bpf_attach_type type);
LIBBPF_API __u32 bpf_program__flags(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_flags(struct bpf_program* prog, __u32 flags);
LIBBPF_API __u32 bpf_program__log_level(const struct bpf_program* prog);
LIBBPF_API int bpf_program__set_log_level(struct bpf_program* prog, __u32 log_level);
LIBBPF_API int bpf_program__set_attach_target(struct bpf_program* prog, int attach_prog_fd,
                                              const char* attach_func_name);
LIBBPF_API int bpf_program__pin(struct bpf_program* prog, const char* path);
LIBBPF_API int bpf_program__unpin(struct bpf_program* prog, const char* path);

/* ---- maps ---------------------------------------------------------------------------------------------------- */

LIBBPF_API int bpf_map__fd(const struct bpf_map* map);
LIBBPF_API int bpf_map__reuse_fd(struct bpf_map* map, int fd);
LIBBPF_API const char* bpf_map__name(const struct bpf_map* map);
LIBBPF_API bool bpf_map__autocreate(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_autocreate(struct bpf_map* map, bool autocreate);
LIBBPF_API enum bpf_map_type bpf_map__type(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_type(struct bpf_map* map, enum bpf_map_type type);
LIBBPF_API __u32 bpf_map__max_entries(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_max_entries(struct bpf_map* map, __u32 max_entries);
LIBBPF_API __u32 bpf_map__map_flags(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_map_flags(struct bpf_map* map, __u32 flags);
LIBBPF_API __u32 bpf_map__key_size(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_key_size(struct bpf_map* map, __u32 size);
LIBBPF_API __u32 bpf_map__value_size(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_value_size(struct bpf_map* map, __u32 size);
LIBBPF_API __u32 bpf_map__btf_key_type_id(const struct bpf_map* map);
LIBBPF_API __u32 bpf_map__btf_value_type_id(const struct bpf_map* map);
LIBBPF_API __u64 bpf_map__map_extra(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_map_extra(struct bpf_map* map, __u64 map_extra);
LIBBPF_API int bpf_map__set_initial_value(struct bpf_map* map, const void* data, size_t size);
LIBBPF_API const void* bpf_map__initial_value(struct bpf_map* map, size_t* psize);
LIBBPF_API bool bpf_map__is_internal(const struct bpf_map* map);
LIBBPF_API bool bpf_map__is_pinned(const struct bpf_map* map);
LIBBPF_API int bpf_map__set_pin_path(struct bpf_map* map, const char* path);
LIBBPF_API int bpf_map__pin(struct bpf_map* map, const char* path);
LIBBPF_API int bpf_map__unpin(struct bpf_map* map, const char* path);
LIBBPF_API int bpf_map__set_inner_map_fd(struct bpf_map* map, int fd);
LIBBPF_API int bpf_map__lookup_elem(const struct bpf_map* map, const void* key, size_t key_sz, void* value,
                                    size_t value_sz, __u64 flags);
LIBBPF_API int bpf_map__update_elem(const struct bpf_map* map, const void* key, size_t key_sz, const void* value,
                                    size_t value_sz, __u64 flags);
LIBBPF_API int bpf_map__delete_elem(const struct bpf_map* map, const void* key, size_t key_sz, __u64 flags);
LIBBPF_API int bpf_map__lookup_and_delete_elem(const struct bpf_map* map, const void* key, size_t key_sz, void* value,
                                               size_t value_sz, __u64 flags);
LIBBPF_API int bpf_map__get_next_key(const struct bpf_map* map, const void* cur_key, void* next_key, size_t key_sz);

/* ---- links --------------------------------------------------------------------------------------------------- */

LIBBPF_API struct bpf_link* bpf_link__open(const char* path);
LIBBPF_API int bpf_link__fd(const struct bpf_link* link);
LIBBPF_API int bpf_link__pin(struct bpf_link* link, const char* path);
LIBBPF_API int bpf_link__unpin(struct bpf_link* link);
LIBBPF_API int bpf_link__update_program(struct bpf_link* link, struct bpf_program* prog);
LIBBPF_API void bpf_link__disconnect(struct bpf_link* link);
LIBBPF_API int bpf_link__detach(struct bpf_link* link);
LIBBPF_API int bpf_link__destroy(struct bpf_link* link);

LIBBPF_API struct bpf_link* bpf_program__attach(const struct bpf_program* prog);

struct bpf_perf_event_opts {
  size_t sz;
  __u64 bpf_cookie;
};
LIBBPF_API struct bpf_link* bpf_program__attach_perf_event(const struct bpf_program* prog, int pfd);
LIBBPF_API struct bpf_link* bpf_program__attach_perf_event_opts(const struct bpf_program* prog, int pfd,
                                                                const struct bpf_perf_event_opts* opts);

struct bpf_kprobe_opts {
  size_t sz;
  __u64 bpf_cookie;
  size_t offset;
  bool retprobe;
  size_t : 0;
};
LIBBPF_API struct bpf_link* bpf_program__attach_kprobe(const struct bpf_program* prog, bool retprobe,
                                                       const char* func_name);
LIBBPF_API struct bpf_link* bpf_program__attach_kprobe_opts(const struct bpf_program* prog, const char* func_name,
                                                            const struct bpf_kprobe_opts* opts);

struct bpf_kprobe_multi_opts {
  size_t sz;
  const char** syms;
  const unsigned long* addrs;
  const __u64* cookies;
  size_t cnt;
  bool retprobe;
  size_t : 0;
};
LIBBPF_API struct bpf_link* bpf_program__attach_kprobe_multi_opts(const struct bpf_program* prog, const char* pattern,
                                                                  const struct bpf_kprobe_multi_opts* opts);

struct bpf_ksyscall_opts {
  size_t sz;
  __u64 bpf_cookie;
  bool retprobe;
  size_t : 0;
};
LIBBPF_API struct bpf_link* bpf_program__attach_ksyscall(const struct bpf_program* prog, const char* syscall_name,
                                                         const struct bpf_ksyscall_opts* opts);

struct bpf_uprobe_opts {
  size_t sz;
  size_t ref_ctr_offset;
  __u64 bpf_cookie;
  bool retprobe;
  const char* func_name;
  size_t : 0;
};
LIBBPF_API struct bpf_link* bpf_program__attach_uprobe(const struct bpf_program* prog, bool retprobe, pid_t pid,
                                                       const char* binary_path, size_t func_offset);
LIBBPF_API struct bpf_link* bpf_program__attach_uprobe_opts(const struct bpf_program* prog, pid_t pid,
                                                            const char* binary_path, size_t func_offset,
                                                            const struct bpf_uprobe_opts* opts);

struct bpf_usdt_opts {
  size_t sz;
  __u64 usdt_cookie;
  size_t : 0;
};
LIBBPF_API struct bpf_link* bpf_program__attach_usdt(const struct bpf_program* prog, pid_t pid, const char* binary_path,
                                                     const char* usdt_provider, const char* usdt_name,
                                                     const struct bpf_usdt_opts* opts);

struct bpf_tracepoint_opts {
  size_t sz;
  __u64 bpf_cookie;
};
LIBBPF_API struct bpf_link* bpf_program__attach_tracepoint(const struct bpf_program* prog, const char* tp_category,
                                                           const char* tp_name);
LIBBPF_API struct bpf_link* bpf_program__attach_tracepoint_opts(const struct bpf_program* prog, const char* tp_category,
                                                                const char* tp_name,
                                                                const struct bpf_tracepoint_opts* opts);
LIBBPF_API struct bpf_link* bpf_program__attach_raw_tracepoint(const struct bpf_program* prog, const char* tp_name);

struct bpf_trace_opts {
  size_t sz;
  __u64 cookie;
};
LIBBPF_API struct bpf_link* bpf_program__attach_trace(const struct bpf_program* prog);
LIBBPF_API struct bpf_link* bpf_program__attach_trace_opts(const struct bpf_program* prog,
                                                           const struct bpf_trace_opts* opts);
LIBBPF_API struct bpf_link* bpf_program__attach_lsm(const struct bpf_program* prog);
LIBBPF_API struct bpf_link* bpf_program__attach_cgroup(const struct bpf_program* prog, int cgroup_fd);
LIBBPF_API struct bpf_link* bpf_program__attach_netns(const struct bpf_program* prog, int netns_fd);
LIBBPF_API struct bpf_link* bpf_program__attach_xdp(const struct bpf_program* prog, int ifindex);
LIBBPF_API struct bpf_link* bpf_program__attach_freplace(const struct bpf_program* prog, int target_fd,
                                                         const char* attach_func_name);
LIBBPF_API struct bpf_link* bpf_map__attach_struct_ops(const struct bpf_map* map);

struct bpf_iter_attach_opts {
  size_t sz;
  union bpf_iter_link_info* link_info;
  __u32 link_info_len;
};
LIBBPF_API struct bpf_link* bpf_program__attach_iter(const struct bpf_program* prog,
                                                     const struct bpf_iter_attach_opts* opts);

struct bpf_xdp_attach_opts {
  size_t sz;
  int old_prog_fd;
  size_t : 0;
};
struct bpf_xdp_query_opts {
  size_t sz;
  __u32 prog_id;
  __u32 drv_prog_id;
  __u32 hw_prog_id;
  __u32 skb_prog_id;
  __u8 attach_mode;
  size_t : 0;
};
LIBBPF_API int bpf_xdp_attach(int ifindex, int prog_fd, __u32 flags, const struct bpf_xdp_attach_opts* opts);
LIBBPF_API int bpf_xdp_detach(int ifindex, __u32 flags, const struct bpf_xdp_attach_opts* opts);
LIBBPF_API int bpf_xdp_query(int ifindex, int flags, struct bpf_xdp_query_opts* opts);
LIBBPF_API int bpf_xdp_query_id(int ifindex, int flags, __u32* prog_id);

enum bpf_tc_attach_point {
  BPF_TC_INGRESS = 1 << 0,
  BPF_TC_EGRESS = 1 << 1,
  BPF_TC_CUSTOM = 1 << 2,
};
#define BPF_TC_PARENT(a, b) ((((a) << 16) & 0xFFFF0000U) | ((b) & 0x0000FFFFU))
enum bpf_tc_flags {
  BPF_TC_F_REPLACE = 1 << 0,
};
struct bpf_tc_hook {
  size_t sz;
  int ifindex;
  enum bpf_tc_attach_point attach_point;
  __u32 parent;
  size_t : 0;
};
struct bpf_tc_opts {
  size_t sz;
  int prog_fd;
  __u32 flags;
  __u32 prog_id;
  __u32 handle;
  __u32 priority;
  size_t : 0;
};
LIBBPF_API int bpf_tc_hook_create(struct bpf_tc_hook* hook);
LIBBPF_API int bpf_tc_hook_destroy(struct bpf_tc_hook* hook);
LIBBPF_API int bpf_tc_attach(const struct bpf_tc_hook* hook, struct bpf_tc_opts* opts);
LIBBPF_API int bpf_tc_detach(const struct bpf_tc_hook* hook, const struct bpf_tc_opts* opts);
LIBBPF_API int bpf_tc_query(const struct bpf_tc_hook* hook, struct bpf_tc_opts* opts);

/* ---- buffers ------------------------------------------------------------------------------------------------- */

struct ring_buffer;
typedef int (*ring_buffer_sample_fn)(void* ctx, void* data, size_t size);
struct ring_buffer_opts {
  size_t sz;
};
LIBBPF_API struct ring_buffer* ring_buffer__new(int map_fd, ring_buffer_sample_fn sample_cb, void* ctx,
                                                const struct ring_buffer_opts* opts);
LIBBPF_API void ring_buffer__free(struct ring_buffer* rb);
LIBBPF_API int ring_buffer__add(struct ring_buffer* rb, int map_fd, ring_buffer_sample_fn sample_cb, void* ctx);
LIBBPF_API int ring_buffer__poll(struct ring_buffer* rb, int timeout_ms);
LIBBPF_API int ring_buffer__consume(struct ring_buffer* rb);
LIBBPF_API int ring_buffer__epoll_fd(const struct ring_buffer* rb);

struct user_ring_buffer;
struct user_ring_buffer_opts {
  size_t sz;
};
LIBBPF_API struct user_ring_buffer* user_ring_buffer__new(int map_fd, const struct user_ring_buffer_opts* opts);
LIBBPF_API void* user_ring_buffer__reserve(struct user_ring_buffer* rb, __u32 size);
LIBBPF_API void* user_ring_buffer__reserve_blocking(struct user_ring_buffer* rb, __u32 size, int timeout_ms);
LIBBPF_API void user_ring_buffer__submit(struct user_ring_buffer* rb, void* sample);
LIBBPF_API void user_ring_buffer__discard(struct user_ring_buffer* rb, void* sample);
LIBBPF_API void user_ring_buffer__free(struct user_ring_buffer* rb);

struct perf_buffer;
typedef void (*perf_buffer_sample_fn)(void* ctx, int cpu, void* data, __u32 size);
typedef void (*perf_buffer_lost_fn)(void* ctx, int cpu, __u64 cnt);
struct perf_buffer_opts {
  size_t sz;
};
LIBBPF_API struct perf_buffer* perf_buffer__new(int map_fd, size_t page_cnt, perf_buffer_sample_fn sample_cb,
                                                perf_buffer_lost_fn lost_cb, void* ctx,
                                                const struct perf_buffer_opts* opts);

enum bpf_perf_event_ret {
  LIBBPF_PERF_EVENT_DONE = 0,
  LIBBPF_PERF_EVENT_ERROR = -1,
  LIBBPF_PERF_EVENT_CONT = -2,
};
struct perf_event_header;
typedef enum bpf_perf_event_ret (*perf_buffer_event_fn)(void* ctx, int cpu, struct perf_event_header* event);
struct perf_buffer_raw_opts {
  size_t sz;
  long : 0;
  long : 0;
  int cpu_cnt;
  int* cpus;
  int* map_keys;
};
struct perf_event_attr;
LIBBPF_API struct perf_buffer* perf_buffer__new_raw(int map_fd, size_t page_cnt, struct perf_event_attr* attr,
                                                    perf_buffer_event_fn event_cb, void* ctx,
                                                    const struct perf_buffer_raw_opts* opts);
LIBBPF_API void perf_buffer__free(struct perf_buffer* pb);
LIBBPF_API int perf_buffer__epoll_fd(const struct perf_buffer* pb);
LIBBPF_API int perf_buffer__poll(struct perf_buffer* pb, int timeout_ms);
LIBBPF_API int perf_buffer__consume(struct perf_buffer* pb);

/* ---- skeletons ----------------------------------------------------------------------------------------------- */

/* What the code that `bpftool gen skeleton` and `skep gen skeleton --lang c` write fills in. */
struct bpf_map_skeleton {
  const char* name;
  struct bpf_map** map;
  void** mmaped;
  struct bpf_link** link; /* as of libbpf 1.5; those that are older do not know it */
};
struct bpf_prog_skeleton {
  const char* name;
  struct bpf_program** prog;
  struct bpf_link** link;
};
struct bpf_object_skeleton {
  size_t sz;
  const char* name;
  const void* data;
  size_t data_sz;
  struct bpf_object** obj;
  int map_cnt;
  int map_skel_sz;
  struct bpf_map_skeleton* maps;
  int prog_cnt;
  int prog_skel_sz;
  struct bpf_prog_skeleton* progs;
};
LIBBPF_API int bpf_object__open_skeleton(struct bpf_object_skeleton* s, const struct bpf_object_open_opts* opts);
LIBBPF_API int bpf_object__load_skeleton(struct bpf_object_skeleton* s);
LIBBPF_API int bpf_object__attach_skeleton(struct bpf_object_skeleton* s);
LIBBPF_API void bpf_object__detach_skeleton(struct bpf_object_skeleton* s);
LIBBPF_API void bpf_object__destroy_skeleton(struct bpf_object_skeleton* s);

#ifdef __cplusplus
}
#endif
#endif
