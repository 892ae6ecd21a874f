/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of libbpf that these headers have. */
#ifndef SKEP_LIBBPF_VERSION_H
#define SKEP_LIBBPF_VERSION_H

#define LIBBPF_MAJOR_VERSION 1
#define LIBBPF_MINOR_VERSION 1

#endif
