/* SPDX-License-Identifier: Apache-2.0 */
/* What the headers of this folder share; libbpf.h says what they are. */
#ifndef SKEP_LIBBPF_COMMON_H
#define SKEP_LIBBPF_COMMON_H

#include <string.h>

#include "libbpf_version.h"

/* So that an application can tell that it is compiled against skep. */
#define LIBBPF_IS_SKEP 1

#ifndef LIBBPF_API
#define LIBBPF_API __attribute__((visibility("default")))
#endif

/* An options struct of this type and name: all zero, padding too, but for its size and what is given. */
#define LIBBPF_OPTS(TYPE, NAME, ...)                       \
  struct TYPE NAME = ({                                    \
    memset(&NAME, 0, sizeof(struct TYPE));                 \
    (struct TYPE){.sz = sizeof(struct TYPE), __VA_ARGS__}; \
  })
#define DECLARE_LIBBPF_OPTS LIBBPF_OPTS

#endif
