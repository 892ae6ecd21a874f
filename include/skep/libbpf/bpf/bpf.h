/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbpf's functions over descriptors. A descriptor of skep's is a real one, of this process: it can be duplicated and
 * closed, and names a map or a program of the user engine to the functions here. The bpf(2) system call does not know
 * it. libbpf.h says what holds for all functions.
 */
#ifndef SKEP_LIBBPF_BPF_H
#define SKEP_LIBBPF_BPF_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libbpf_common.h"
#include "libbpf_legacy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Answers 0: the user engine's memory is the process's own. */
LIBBPF_API int libbpf_set_memlock_rlim(size_t memlock_bytes);

struct bpf_map_create_opts {
  size_t sz;
  __u32 btf_fd;
  __u32 btf_key_type_id;
  __u32 btf_value_type_id;
  __u32 btf_vmlinux_value_type_id;
  __u32 inner_map_fd;
  __u32 map_flags;
  __u64 map_extra;
  __u32 numa_node;
  __u32 map_ifindex;
};
/* A descriptor. The map goes when all copies of it are closed and no loaded program uses it. */
LIBBPF_API int bpf_map_create(enum bpf_map_type map_type, const char* map_name, __u32 key_size, __u32 value_size,
                              __u32 max_entries, const struct bpf_map_create_opts* opts);

struct bpf_prog_load_opts {
  size_t sz;
  int attempts;
  enum bpf_attach_type expected_attach_type;
  __u32 prog_btf_fd;
  __u32 prog_flags;
  __u32 prog_ifindex;
  __u32 kern_version;
  __u32 attach_btf_id;
  __u32 attach_prog_fd;
  __u32 attach_btf_obj_fd;
  const int* fd_array;
  const void* func_info;
  __u32 func_info_cnt;
  __u32 func_info_rec_size;
  const void* line_info;
  __u32 line_info_cnt;
  __u32 line_info_rec_size;
  __u32 log_level;
  __u32 log_size;
  char* log_buf;
};
/* A descriptor. ld_imm64 of src 1 and 2 name maps by descriptor. The log stays empty: nothing is verified yet. */
LIBBPF_API int bpf_prog_load(enum bpf_prog_type prog_type, const char* prog_name, const char* license,
                             const struct bpf_insn* insns, size_t insn_cnt, const struct bpf_prog_load_opts* opts);

#define BPF_LOG_BUF_SIZE (UINT32_MAX >> 8)

/* Content of maps: bpf(2)'s meaning, flags and errnos. Sizes are the map's own, per-CPU values have all lanes. */
LIBBPF_API int bpf_map_update_elem(int fd, const void* key, const void* value, __u64 flags);
LIBBPF_API int bpf_map_lookup_elem(int fd, const void* key, void* value);
LIBBPF_API int bpf_map_lookup_elem_flags(int fd, const void* key, void* value, __u64 flags);
LIBBPF_API int bpf_map_lookup_and_delete_elem(int fd, const void* key, void* value);
LIBBPF_API int bpf_map_lookup_and_delete_elem_flags(int fd, const void* key, void* value, __u64 flags);
LIBBPF_API int bpf_map_delete_elem(int fd, const void* key);
LIBBPF_API int bpf_map_delete_elem_flags(int fd, const void* key, __u64 flags);
LIBBPF_API int bpf_map_get_next_key(int fd, const void* key, void* next_key);
LIBBPF_API int bpf_map_freeze(int fd);

struct bpf_map_batch_opts {
  size_t sz;
  __u64 elem_flags;
  __u64 flags;
};
LIBBPF_API int bpf_map_delete_batch(int fd, const void* keys, __u32* count, const struct bpf_map_batch_opts* opts);
LIBBPF_API int bpf_map_lookup_batch(int fd, void* in_batch, void* out_batch, void* keys, void* values, __u32* count,
                                    const struct bpf_map_batch_opts* opts);
LIBBPF_API int bpf_map_lookup_and_delete_batch(int fd, void* in_batch, void* out_batch, void* keys, void* values,
                                               __u32* count, const struct bpf_map_batch_opts* opts);
LIBBPF_API int bpf_map_update_batch(int fd, const void* keys, const void* values, __u32* count,
                                    const struct bpf_map_batch_opts* opts);

struct bpf_test_run_opts {
  size_t sz;
  const void* data_in;
  void* data_out;
  __u32 data_size_in;
  __u32 data_size_out;
  const void* ctx_in;
  void* ctx_out;
  __u32 ctx_size_in;
  __u32 ctx_size_out;
  __u32 retval;
  int repeat;
  __u32 duration;
  __u32 flags;
  __u32 cpu;
  __u32 batch_size;
};
LIBBPF_API int bpf_prog_test_run_opts(int prog_fd, struct bpf_test_run_opts* opts);

/* Pins, links, ids: see docs/api-coverage.md for what each waits for. */
LIBBPF_API int bpf_obj_pin(int fd, const char* pathname);
LIBBPF_API int bpf_obj_get(const char* pathname);
LIBBPF_API int bpf_obj_get_info_by_fd(int bpf_fd, void* info, __u32* info_len);

struct bpf_prog_attach_opts {
  size_t sz;
  unsigned int flags;
  int replace_prog_fd;
};
LIBBPF_API int bpf_prog_attach(int prog_fd, int attachable_fd, enum bpf_attach_type type, unsigned int flags);
LIBBPF_API int bpf_prog_detach(int attachable_fd, enum bpf_attach_type type);
LIBBPF_API int bpf_prog_detach2(int prog_fd, int attachable_fd, enum bpf_attach_type type);

union bpf_iter_link_info;
struct bpf_link_create_opts {
  size_t sz;
  __u32 flags;
  union bpf_iter_link_info* iter_info;
  __u32 iter_info_len;
  __u32 target_btf_id;
  union {
    struct {
      __u64 bpf_cookie;
    } perf_event;
    struct {
      __u32 flags;
      __u32 cnt;
      const char** syms;
      const unsigned long* addrs;
      const __u64* cookies;
    } kprobe_multi;
    struct {
      __u64 cookie;
    } tracing;
  };
};
LIBBPF_API int bpf_link_create(int prog_fd, int target_fd, enum bpf_attach_type attach_type,
                               const struct bpf_link_create_opts* opts);
LIBBPF_API int bpf_link_detach(int link_fd);
LIBBPF_API int bpf_iter_create(int link_fd);
LIBBPF_API int bpf_raw_tracepoint_open(const char* name, int prog_fd);

LIBBPF_API int bpf_prog_get_next_id(__u32 start_id, __u32* next_id);
LIBBPF_API int bpf_map_get_next_id(__u32 start_id, __u32* next_id);
LIBBPF_API int bpf_link_get_next_id(__u32 start_id, __u32* next_id);
LIBBPF_API int bpf_prog_get_fd_by_id(__u32 id);
LIBBPF_API int bpf_map_get_fd_by_id(__u32 id);
LIBBPF_API int bpf_link_get_fd_by_id(__u32 id);

#ifdef __cplusplus
}
#endif
#endif
