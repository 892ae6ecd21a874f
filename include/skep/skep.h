/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skep in C: open an eBPF object, change it, load it into this process, run its programs, use its maps.
 *
 *     struct skep_object *object = skep_object_open_file("count.bpf.o", NULL);
 *     if (!object || skep_object_load(object) != 0) {
 *       fprintf(stderr, "%s\n", skep_last_error()->text);    // with the place, what was found, what would be right
 *       skep_object_close(object);
 *       return 1;
 *     }
 *     struct skep_program *program = skep_object_find_program(object, "count");
 *     struct skep_run_options run = {.size = sizeof run, .packet = frame, .packet_size = length};
 *     struct skep_run_result result = {.size = sizeof result};
 *     skep_program_run(program, &run, &result);               // result.r0: XDP_PASS
 *     skep_object_close(object);
 *
 * This is skep's only stable ABI. What holds for every function, so that only exceptions are said below:
 *
 *   errors      int functions answer 0 or a negative errno, as Linux numbers it; pointer functions answer NULL. Then
 *               skep_last_error() has the sentence. What skep does not do yet is -SKEP_ENOTSUPP, with a sentence that
 *               says what it waits for. A getter that cannot fail says nothing about errors.
 *   ownership   an object owns its programs and maps: their pointers are good until skep_object_close(). Strings and
 *               memory that are returned belong to skep. Arguments are copied, never kept, unless it is said.
 *   threads     different objects may be used by different threads at once. One object is used by one thread at a time
 *               until it is loaded; after that, runs and map operations on it may come from any number of threads.
 *   cost        getters take a few ns and never allocate. Opening and loading take time and memory in proportion to
 *               the object (and to its maps' memory, which is reserved, not touched).
 *   units       sizes are bytes, times are ns, instructions are counted in 8-byte slots.
 *   options     structs begin with `size`: set it to sizeof, leave what you do not use zero. So a program that was
 *               compiled with an older skep.h keeps working; what a newer one asks for and this skep does not know is
 *               refused with -E2BIG, not ignored. NULL means all zero.
 *   numbers     program, attach and map types and flags are those of Linux's <linux/bpf.h>, which this header does not
 *               include.
 */
#ifndef SKEP_SKEP_H
#define SKEP_SKEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SKEP_API __attribute__((visibility("default")))
#else
#define SKEP_API
#endif

/* An object file, opened. */
struct skep_object;
/* One program of an object. */
struct skep_program;
/* One map of an object, or one made by skep_map_create(). */
struct skep_map;
/* A program attached to something: what is undone by skep_link_destroy(). */
struct skep_link;
/* A reader of one or more ring buffer maps. */
struct skep_ring_buffer;

/* Linux's ENOTSUPP, which its user headers lack: the answer to what skep does not do yet. */
#define SKEP_ENOTSUPP 524

/* The version of the library that runs: "0.1.0". */
SKEP_API const char* skep_version(void);

/* ---- errors -------------------------------------------------------------------------------------------------- */

/*
 * What went wrong, in parts. All strings are non-NULL; those that say nothing are empty.
 *
 * Why the thread and not the object holds it: opening fails before there is an object, and two threads that use one
 * loaded object would overwrite each other's sentence.
 */
struct skep_error {
  size_t size;         /* of this struct as the library knows it */
  int err;             /* a positive errno; 0 before the first error of this thread */
  const char* code;    /* "SKEP-O0012": stable, documented, one for each kind of error */
  const char* slug;    /* "wrong-machine": the same as a word */
  const char* place;   /* "count.bpf.o: program 'count': insn 12 (count.c:31)" */
  const char* message; /* what was found and what was expected */
  const char* hint;    /* what would be right */
  const char* text;    /* all of it on one line */
};

/*
 * The last error of the calling thread. Never NULL; good until the next skep function fails in this thread. Successes
 * leave it alone, so look at it only after a failure.
 */
SKEP_API const struct skep_error* skep_last_error(void);

/* ---- objects ------------------------------------------------------------------------------------------------- */

struct skep_open_options {
  size_t size;
  const char* name;    /* what errors call the object; NULL: the path, or "object" for memory */
  const char* btf;     /* whose types it is for: a path of raw BTF or of an ELF file, or "engine": the user engine's;
                          NULL: the running kernel's, or where it shows none the user engine's */
  const char* kconfig; /* path of a kernel configuration (.gz too) for .kconfig variables; NULL: this machine's */
};

/*
 * Opens an ELF object: maps, programs, types and relocations are resolved, nothing is alive yet. A path that ends in
 * ".c" is compiled with clang first. The caller closes it. Source: libbpf's bpf_object__open_file.
 */
SKEP_API struct skep_object* skep_object_open_file(const char* path, const struct skep_open_options* options);

/* The same from `length` bytes of memory, which are copied. Source: libbpf's bpf_object__open_mem. */
SKEP_API struct skep_object* skep_object_open_memory(const void* bytes, size_t length,
                                                     const struct skep_open_options* options);

struct skep_insns_options {
  size_t size;
  const char* name;    /* of the program; NULL: none */
  const char* license; /* NULL: none */
  uint32_t type, attach_type, flags;
  uint32_t reserved; /* zero */
  const void* insns; /* `count` times 8 bytes; ld_imm64 of src 1 and 2 holds an index into `maps` */
  size_t count;
  struct skep_map* const* maps; /* maps that are made; the object's maps are these, shared */
  size_t map_count;
};

/* An object of one program, out of instructions. Source: bpf(2) BPF_PROG_LOAD. */
SKEP_API struct skep_object* skep_object_from_insns(const struct skep_insns_options* options);

/*
 * Makes the maps, fills them and loads the programs whose autoload is set into the user engine of this process. They
 * are verified first, as Linux would: one that is refused fails all, with the errno of Linux and a sentence that says
 * at which instruction and source line and why. -EBUSY: it is loaded already. After a failure nothing is loaded and the
 * object may be changed and loaded again.
 */
SKEP_API int skep_object_load(struct skep_object* object);

/*
 * The same without verifying: skep_program_run_unchecked() is the only way to run its programs. For code that is to be
 * watched while it runs, as by a fuzzer or a judge of verifiers.
 */
SKEP_API int skep_object_load_unchecked(struct skep_object* object);

/* Whether skep_object_load() has succeeded. */
SKEP_API bool skep_object_is_loaded(const struct skep_object* object);

/* Ends it, its programs and maps. No run may be under way. NULL is fine. */
SKEP_API void skep_object_close(struct skep_object* object);

/* As skep_open_options said, or the path. */
SKEP_API const char* skep_object_name(const struct skep_object* object);

/* The text of its "license" section; may be empty. */
SKEP_API const char* skep_object_license(const struct skep_object* object);

/* The number of its "version" section, or 0. Source: LINUX_VERSION_CODE, which old kprobe programs had to state. */
SKEP_API uint32_t skep_object_kernel_version(const struct skep_object* object);

/*
 * Its types as BTF (the format of .BTF) with the ids that maps name, and the size in `size`. NULL without an error: it
 * has none. Costs time in proportion to the types at the first call.
 */
SKEP_API const void* skep_object_btf(const struct skep_object* object, size_t* size);

/* Its programs, one after the other: NULL gives the first, the last gives NULL (which is no error). */
SKEP_API struct skep_program* skep_object_next_program(const struct skep_object* object,
                                                       const struct skep_program* previous);

/* Its maps, global data among them, likewise. */
SKEP_API struct skep_map* skep_object_next_map(const struct skep_object* object, const struct skep_map* previous);

/* The program whose function has this name. -ENOENT: the sentence lists those there are. */
SKEP_API struct skep_program* skep_object_find_program(const struct skep_object* object, const char* name);

/*
 * The map of this name; global data is ".data", ".bss", ".rodata", ".kconfig" and what begins with them.
 * -ENOENT: the sentence lists those there are.
 */
SKEP_API struct skep_map* skep_object_find_map(const struct skep_object* object, const char* name);

/*
 * The memory of a global variable, and its size where `size` is not NULL: a part of skep_map_memory() of its section,
 * with the same rules. -ENOENT: the sentence lists those there are.
 */
SKEP_API void* skep_object_variable(const struct skep_object* object, const char* name, size_t* size);

/* ---- programs ------------------------------------------------------------------------------------------------ */

/* The name of its function. */
SKEP_API const char* skep_program_name(const struct skep_program* program);

/* The ELF section it stands in: "xdp", "tracepoint/sched/sched_switch". */
SKEP_API const char* skep_program_section(const struct skep_program* program);

/* The object it is of. */
SKEP_API struct skep_object* skep_program_object(const struct skep_program* program);

/* Linux's BPF_PROG_TYPE_*; 0 where the section's name says none. */
SKEP_API uint32_t skep_program_type(const struct skep_program* program);

/* Changes it. -EBUSY after load, -EINVAL for a number that is no type. */
SKEP_API int skep_program_set_type(struct skep_program* program, uint32_t type);

/* Linux's enum bpf_attach_type; 0 where the section's name says none. */
SKEP_API uint32_t skep_program_attach_type(const struct skep_program* program);

/* Changes it. -EBUSY after load, -EINVAL for a number that is no attach type. */
SKEP_API int skep_program_set_attach_type(struct skep_program* program, uint32_t type);

/* What it is to be attached to, as its section says: "sched/sched_switch", "tcp_connect"; may be empty. */
SKEP_API const char* skep_program_attach_target(const struct skep_program* program);

/* Changes it. -EBUSY after load. Source: libbpf's bpf_program__set_attach_target. */
SKEP_API int skep_program_set_attach_target(struct skep_program* program, const char* target);

/* Linux's BPF_F_* of BPF_PROG_LOAD. */
SKEP_API uint32_t skep_program_flags(const struct skep_program* program);

/* Changes them. -EBUSY after load. */
SKEP_API int skep_program_set_flags(struct skep_program* program, uint32_t flags);

/* Whether skep_object_load() loads it: yes unless its section begins with '?'. */
SKEP_API bool skep_program_autoload(const struct skep_program* program);

/* Changes it. -EBUSY after load. */
SKEP_API int skep_program_set_autoload(struct skep_program* program, bool autoload);

/* Whether it is loaded: a run works. */
SKEP_API bool skep_program_is_loaded(const struct skep_program* program);

/*
 * Its instructions, 8 bytes each, relocated: its own function first, then the subprograms it uses. ld_imm64 of src 1
 * and 2 holds an index into the object's maps. The number of instructions goes to `count`.
 */
SKEP_API const void* skep_program_insns(const struct skep_program* program, size_t* count);

struct skep_run_options {
  size_t size;
  const void* packet; /* from its Ethernet header on; what packet programs are run on */
  size_t packet_size;
  const void* context; /* xdp_md, __sk_buff: the fields Linux's test run lets one set; other types: what r1 points to */
  size_t context_size;
  void* packet_out; /* where the packet goes afterwards; may be `packet` */
  size_t packet_out_room;
  void* context_out; /* where the context goes afterwards */
  size_t context_out_room;
  uint32_t repeat;    /* runs, each on the packet as the one before left it; 0 means 1 */
  uint32_t flags;     /* SKEP_RUN_* */
  uint32_t cpu;       /* with SKEP_RUN_ON_CPU: the lane to run on, which the program sees as this CPU */
  uint32_t reserved;  /* zero */
  uint64_t max_insns; /* a run that executes more is stopped; 0 means 1,000,000,000 */
};
#define SKEP_RUN_ON_CPU 1u

struct skep_run_result {
  size_t size;
  uint64_t r0;         /* what the last run returned */
  uint64_t ns_per_run; /* the mean */
  uint64_t insns;      /* executed by the last run */
  size_t packet_size;  /* of the packet afterwards, whether there was room for it or not */
  size_t context_size; /* of the context afterwards, likewise */
};

/*
 * Runs a loaded program as Linux's BPF_PROG_TEST_RUN would, on the calling thread. `result` may be NULL.
 * -ENOENT: it is not loaded. -EPERM: it was loaded unchecked. -ENOSPC: packet_out or context_out has not enough room;
 * the result is filled in and as much as fits was written. -EFAULT, -ELOOP: it was stopped, and the sentence says at
 * which instruction and source line and why. -EINVAL: the packet or the context is none for this program type.
 * Thread-safe. Costs the program's own time and about 0.1 µs. Source: bpf(2) BPF_PROG_TEST_RUN.
 */
SKEP_API int skep_program_run(const struct skep_program* program, const struct skep_run_options* options,
                              struct skep_run_result* result);

/*
 * The same of a program that was loaded by skep_object_load_unchecked(): every access is checked, at a tenth of the
 * speed. A program that goes wrong is stopped: -EFAULT.
 */
SKEP_API int skep_program_run_unchecked(const struct skep_program* program, const struct skep_run_options* options,
                                        struct skep_run_result* result);

/* ---- maps: definitions --------------------------------------------------------------------------------------- */

/* The name of its declaration; of global data the section's: ".bss". */
SKEP_API const char* skep_map_name(const struct skep_map* map);

/* The object it is of; NULL for one of skep_map_create(). */
SKEP_API struct skep_object* skep_map_object(const struct skep_map* map);

/* Linux's BPF_MAP_TYPE_*, key and value size in bytes, the most elements, BPF_F_*, map_extra. */
SKEP_API uint32_t skep_map_type(const struct skep_map* map);
SKEP_API uint32_t skep_map_key_size(const struct skep_map* map);
SKEP_API uint32_t skep_map_value_size(const struct skep_map* map);
SKEP_API uint32_t skep_map_max_entries(const struct skep_map* map);
SKEP_API uint32_t skep_map_flags(const struct skep_map* map);
SKEP_API uint64_t skep_map_extra(const struct skep_map* map);

/* BTF ids of key and value in the object's BTF; 0: not known. */
SKEP_API uint32_t skep_map_key_type_id(const struct skep_map* map);
SKEP_API uint32_t skep_map_value_type_id(const struct skep_map* map);

/*
 * Change them: -EBUSY once the map is made. What makes no sense together is refused by skep_object_load().
 * skep_map_set_value_size() of global data resizes its memory, new bytes zero: pointers into it are void then.
 */
SKEP_API int skep_map_set_type(struct skep_map* map, uint32_t type);
SKEP_API int skep_map_set_key_size(struct skep_map* map, uint32_t bytes);
SKEP_API int skep_map_set_value_size(struct skep_map* map, uint32_t bytes);
SKEP_API int skep_map_set_max_entries(struct skep_map* map, uint32_t entries);
SKEP_API int skep_map_set_flags(struct skep_map* map, uint32_t flags);
SKEP_API int skep_map_set_extra(struct skep_map* map, uint64_t extra);

/*
 * Lets skep_object_load() make no map of its own but use the very map `other`, which is made: its content, type and
 * sizes. It stays in memory as long as one of the two needs it. -EBUSY after load. Source: bpf_map__reuse_fd.
 */
SKEP_API int skep_map_share(struct skep_map* map, const struct skep_map* other);

/* Whether skep_object_load() makes it: yes at first. */
SKEP_API bool skep_map_autocreate(const struct skep_map* map);

/* Changes it; a program that uses a map which is not made cannot be loaded. -EBUSY after load. */
SKEP_API int skep_map_set_autocreate(struct skep_map* map, bool autocreate);

/* Whether it is global data: .data, .bss, .rodata, .kconfig. */
SKEP_API bool skep_map_is_global_data(const struct skep_map* map);

/*
 * The memory of global data, and its size where `size` is not NULL. Before load: what the programs will find, to be
 * written. After load another address: the living memory of .data and .bss, which programs and the caller share as
 * two threads share variables; .rodata and .kconfig are then to be read only. Good until load or close.
 * -EINVAL: the map is no global data.
 */
SKEP_API void* skep_map_memory(const struct skep_map* map, size_t* size);

/* ---- maps: content ------------------------------------------------------------------------------------------- */

struct skep_map_options {
  size_t size;
  const char* name; /* NULL: none */
  uint32_t type, key_size, value_size, max_entries, flags;
  uint32_t reserved; /* zero */
  uint64_t extra;
};

/*
 * A map of its own, without an object. The caller ends it by skep_map_destroy().
 * Errors are those of bpf(2) BPF_MAP_CREATE.
 */
SKEP_API struct skep_map* skep_map_create(const struct skep_map_options* options);

/* Ends a map of skep_map_create(). NULL is fine. */
SKEP_API void skep_map_destroy(struct skep_map* map);

/* Whether it has been made: its content can be used. */
SKEP_API bool skep_map_is_created(const struct skep_map* map);

/* How many lanes there are: what the user engine's programs see as possible CPUs. */
SKEP_API unsigned skep_lanes(void);

/*
 * Bytes of a value here, outside of programs: value_size; for per-CPU types skep_lanes() values, each rounded up to
 * 8 bytes.
 */
SKEP_API size_t skep_map_user_value_size(const struct skep_map* map);

/*
 * Content, with the meaning, flags and errnos of bpf(2)'s commands. -EBADF: the map is not made yet. -EINVAL: key_size
 * or value_size is not the map's own (values: skep_map_user_value_size()). Thread-safe; an element is read and written
 * as programs do it, so that a large value may be seen half written, as in Linux.
 */
SKEP_API int skep_map_lookup(const struct skep_map* map, const void* key, size_t key_size, void* value,
                             size_t value_size, uint64_t flags);
SKEP_API int skep_map_update(const struct skep_map* map, const void* key, size_t key_size, const void* value,
                             size_t value_size, uint64_t flags);
SKEP_API int skep_map_delete(const struct skep_map* map, const void* key, size_t key_size, uint64_t flags);
SKEP_API int skep_map_lookup_and_delete(const struct skep_map* map, const void* key, size_t key_size, void* value,
                                        size_t value_size, uint64_t flags);

/* The key after `key` into `next`; NULL, or a key that is not there: the first. -ENOENT: there is no other. */
SKEP_API int skep_map_next_key(const struct skep_map* map, const void* key, void* next, size_t key_size);

/*
 * Many elements at once. `count` is how many there is room for, or that are given; afterwards how many were done, also
 * where an error stopped it. `in` is NULL for the first batch, then what the batch before wrote to `out`; both have
 * max(4, key_size) bytes. -ENOENT with a count: these were the last.
 * Source: bpf(2) BPF_MAP_LOOKUP_BATCH and its kin.
 */
SKEP_API int skep_map_lookup_batch(const struct skep_map* map, const void* in, void* out, void* keys, void* values,
                                   uint32_t* count, uint64_t flags);
SKEP_API int skep_map_lookup_and_delete_batch(const struct skep_map* map, const void* in, void* out, void* keys,
                                              void* values, uint32_t* count, uint64_t flags);
SKEP_API int skep_map_update_batch(const struct skep_map* map, const void* keys, const void* values, uint32_t* count,
                                   uint64_t flags);
SKEP_API int skep_map_delete_batch(const struct skep_map* map, const void* keys, uint32_t* count, uint64_t flags);

/* No more writing from outside of programs: -EPERM from then on. -EBUSY: it was frozen before. */
SKEP_API int skep_map_freeze(const struct skep_map* map);

/*
 * Puts a loaded program into element `index` of a prog_array, for tail calls; NULL takes out what is there. The
 * program's object stays in memory while it is in there.
 * -E2BIG past the end, -ENOENT nothing to take out, -EINVAL the map is no prog_array or the program is not loaded.
 */
SKEP_API int skep_map_set_program(const struct skep_map* map, uint32_t index, const struct skep_program* program);

/* ---- links and buffers: not there yet ------------------------------------------------------------------------ */

/*
 * Attaches a loaded program to what its section names. The caller destroys the link, before the object is closed.
 * Until the user engine has links: always NULL with -SKEP_ENOTSUPP.
 */
SKEP_API struct skep_link* skep_program_attach(struct skep_program* program);

/* Detaches and frees it. NULL is fine. */
SKEP_API int skep_link_destroy(struct skep_link* link);

/* One record of `length` bytes, in the order written. A negative answer stops the reading and is passed on. */
typedef int (*skep_sample_fn)(void* user, void* data, size_t length);

/*
 * A reader of a ring buffer map, which calls `sample` in the thread that polls. Until the user engine has ring buffers:
 * always NULL with -SKEP_ENOTSUPP.
 */
SKEP_API struct skep_ring_buffer* skep_ring_buffer_new(struct skep_map* map, skep_sample_fn sample, void* user);

/* Waits until there is something or the time is up (-1: for ever), then reads all; answers how many, or -errno. */
SKEP_API int skep_ring_buffer_poll(struct skep_ring_buffer* buffer, int timeout_ms);

/* Frees it. NULL is fine. */
SKEP_API void skep_ring_buffer_free(struct skep_ring_buffer* buffer);

#ifdef __cplusplus
}
#endif
#endif /* SKEP_SKEP_H */
