// SPDX-License-Identifier: Apache-2.0
// Kfuncs: functions of the kernel that programs call by name, and what calling them asks and gives.
//
// A kfunc's prototype is not here: it is BTF (the target's vmlinux), where the names of parameters say what they are
// (`mem__sz`, `p__ign`, `ptr__nullable` …). Here is what BTF does not say: Linux's flags, who may call it, and which of
// the verifier's own rules it is (`rule`), so that nobody asks for a kfunc by its name.
//
// Linux 6.18, which has more of them than one kernel: what a kernel was built without is not in its BTF, and a program
// that calls it is refused when it is loaded. Graded by the kernel for what it has.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "facts/attach_types.hpp"
#include "facts/prog_types.hpp"

namespace skep::facts {

// Linux's KF_*, in lower case.
enum class KfuncFlag : uint8_t {
  acquire,        // r0 is a reference that must be released
  release,        // gives the reference of its argument up
  ret_null,       // r0 may be null
  trusted_args,   // pointers must be trusted: referenced, or from where Linux knows them to live
  sleepable,      // only where the program may sleep
  destructive,    // needs CAP_SYS_BOOT
  rcu,            // pointers must be trusted or protected by RCU, and not null
  rcu_protected,  // only within an RCU section
  iter_new,
  iter_next,
  iter_destroy,
  fastcall,    // leaves r1 to r5 alone where its prototype does not use them
  arena_ret,   // r0 points into an arena
  arena_arg1,  // so does the first argument,
  arena_arg2,  // the second
};
using KfuncFlags = Set<KfuncFlag>;

// What the verifier does for some kfuncs beyond flags and prototype.
enum class KfuncRule : uint8_t {
  none,
  obj_new,         // r0 is a new object of the program's own type
  percpu_obj_new,  // one on every CPU
  obj_drop,
  percpu_obj_drop,
  refcount_acquire,
  list_push,  // takes the node over; r2 becomes a non-owning reference
  list_pop,
  list_peek,   // r0 is a non-owning reference
  rbtree_add,  // calls `less`
  rbtree_remove,
  rbtree_peek,       // of a root
  rbtree_step,       // of a node: left, right
  cast_to_kern_ctx,  // r0 is the kernel's structure behind the context
  rdonly_cast,       // r0 is an untrusted pointer to the type that r2 names
  rcu_lock,
  rcu_unlock,
  preempt_disable,
  preempt_enable,
  irq_save,  // writes the flag on the stack
  irq_restore,
  res_lock,  // r0 is 0, held, or an error, not held
  res_unlock,
  res_lock_irqsave,
  res_unlock_irqrestore,
  dynptr_from_skb,  // makes a dynptr of the packet; read-only where the packet is
  dynptr_from_xdp,
  dynptr_from_skb_meta,
  dynptr_slice,       // r0 is memory of r4 bytes, read-only
  dynptr_slice_rdwr,  // writable
  dynptr_clone,
  xdp_pull_data,      // packet pointers from before the call are dead after it
  throw_,             // does not return
  trap,               // the compiler's "this cannot be reached"
  wq_set_callback,    // its callback may sleep
  task_work,          // so may this
  iter_css_task_new,  // only in LSM, iterators and programs that may sleep
  session_cookie,     // r0 is 8 bytes to read and write
  get_kmem_cache,     // r0 is an untrusted pointer
  xdp_metadata,       // only in programs bound to a device
  set_dentry_xattr,   // the locked variant is called where the hook holds the inode's lock
  remove_dentry_xattr,
};

struct Kfunc {
  std::string_view name;
  ProgTypes where;
  KfuncFlags flags;
  struct Rare {
    KfuncRule rule = KfuncRule::none;
    AttachTypes only = {};             // empty: at any
    std::string_view struct_ops = {};  // of struct_ops programs, this structure's only
  } rare = {};

  constexpr bool is(KfuncFlag f) const { return flags.has(f); }
};

std::span<const Kfunc> kfuncs();

const Kfunc* kfunc_by_name(std::string_view name);  // null: Linux 6.18 has none

// "calling kernel function NAME is not allowed" where not. `target` is what the program is attached to: a structure's
// name for struct_ops.
bool may_call(const Kfunc& k, ProgType type, AttachType attach, std::string_view target);

}  // namespace skep::facts
