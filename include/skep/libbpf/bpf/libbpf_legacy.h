/* SPDX-License-Identifier: Apache-2.0 */
/* What libbpf keeps for programs that were written for versions before 1.0. */
#ifndef SKEP_LIBBPF_LEGACY_H
#define SKEP_LIBBPF_LEGACY_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libbpf_common.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Without effect since 1.0. */
enum libbpf_strict_mode {
  LIBBPF_STRICT_ALL = 0xffffffff,
  LIBBPF_STRICT_NONE = 0x00,
  LIBBPF_STRICT_CLEAN_PTRS = 0x01,
  LIBBPF_STRICT_DIRECT_ERRS = 0x02,
  LIBBPF_STRICT_SEC_NAME = 0x04,
  LIBBPF_STRICT_NO_OBJECT_LIST = 0x08,
  LIBBPF_STRICT_AUTO_RLIMIT_MEMLOCK = 0x10,
  LIBBPF_STRICT_MAP_DEFINITIONS = 0x20,
  __LIBBPF_STRICT_LAST,
};
LIBBPF_API int libbpf_set_strict_mode(enum libbpf_strict_mode mode);

/* -errno for NULL, 0 for any other pointer. */
LIBBPF_API long libbpf_get_error(const void* ptr);

#ifdef __cplusplus
}
#endif
#endif
