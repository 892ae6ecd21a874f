// SPDX-License-Identifier: Apache-2.0
// The table of kfuncs, by the sets in which Linux registers them. Flags are those that an image of Linux 6.18.15 has in
// its sets; of modules and of what neither kernel at hand has (tunnels, HID, nf_flow) those that the eBPF docs project
// has (BSD-2-Clause, LICENSE beside this file). kfuncs_kernel_test.cpp asks the running kernel.
#include "facts/kfuncs.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace skep::facts {
namespace {

using enum ProgType;
using enum KfuncFlag;
using Attach = AttachType;

// Linux registers kfuncs at hooks, which several program types share.
constexpr ProgTypes everywhere = ProgTypes::all();
constexpr ProgTypes typed{tracing, tracepoint, perf_event, lsm}, tc{sched_cls, sched_act};
constexpr ProgTypes cgroups{cgroup_skb,       cgroup_sock,   sock_ops,      cgroup_device,
                            cgroup_sock_addr, cgroup_sysctl, cgroup_sockopt};
constexpr ProgTypes general = typed | cgroups | ProgTypes{sched_cls, xdp, struct_ops, syscall};
constexpr ProgTypes maskers = typed | ProgTypes{struct_ops, syscall};
constexpr ProgTypes skb_holders = typed | cgroups | tc | ProgTypes{socket_filter, sk_skb,        lwt_in,    lwt_out,
                                                                   lwt_xmit,      lwt_seg6local, netfilter, struct_ops};
constexpr ProgTypes finders{sched_cls, xdp}, ciphers = tc | ProgTypes{xdp},
                                             tested = typed | ProgTypes{sched_cls, syscall};
constexpr ProgTypes schedulers{struct_ops, syscall}, scheduler_users = typed | schedulers;

// clang-format off
constexpr Kfunc table[] = {
//   name                                     where           flags, rare facts
  // in every program
  { "__bpf_trap",                            everywhere,     {}, {.rule = KfuncRule::trap} },
  { "bpf_arena_alloc_pages",                 everywhere,     {trusted_args, sleepable, arena_ret, arena_arg2} },
  { "bpf_arena_free_pages",                  everywhere,     {trusted_args, sleepable, arena_arg2} },
  { "bpf_arena_reserve_pages",               everywhere,     {trusted_args, sleepable, arena_arg2} },
  { "bpf_cast_to_kern_ctx",                  everywhere,     {fastcall}, {.rule = KfuncRule::cast_to_kern_ctx} },
  { "bpf_cgroup_read_xattr",                 everywhere,     {rcu} },
  { "bpf_copy_from_user_dynptr",             everywhere,     {sleepable} },
  { "bpf_copy_from_user_str",                everywhere,     {sleepable} },
  { "bpf_copy_from_user_str_dynptr",         everywhere,     {sleepable} },
  { "bpf_copy_from_user_task_dynptr",        everywhere,     {trusted_args, sleepable} },
  { "bpf_copy_from_user_task_str",           everywhere,     {sleepable} },
  { "bpf_copy_from_user_task_str_dynptr",    everywhere,     {trusted_args, sleepable} },
  { "bpf_dynptr_adjust",                     everywhere,     {} },
  { "bpf_dynptr_clone",                      everywhere,     {}, {.rule = KfuncRule::dynptr_clone} },
  { "bpf_dynptr_copy",                       everywhere,     {} },
  { "bpf_dynptr_is_null",                    everywhere,     {} },
  { "bpf_dynptr_is_rdonly",                  everywhere,     {} },
  { "bpf_dynptr_memset",                     everywhere,     {} },
  { "bpf_dynptr_size",                       everywhere,     {} },
  { "bpf_dynptr_slice",                      everywhere,     {ret_null}, {.rule = KfuncRule::dynptr_slice} },
  { "bpf_dynptr_slice_rdwr",                 everywhere,     {ret_null}, {.rule = KfuncRule::dynptr_slice_rdwr} },
  { "bpf_get_kmem_cache",                    everywhere,     {}, {.rule = KfuncRule::get_kmem_cache} },
  { "bpf_iter_bits_destroy",                 everywhere,     {iter_destroy} },
  { "bpf_iter_bits_new",                     everywhere,     {iter_new} },
  { "bpf_iter_bits_next",                    everywhere,     {ret_null, iter_next} },
  { "bpf_iter_css_destroy",                  everywhere,     {iter_destroy} },
  { "bpf_iter_css_new",                      everywhere,     {trusted_args, rcu_protected, iter_new} },
  { "bpf_iter_css_next",                     everywhere,     {ret_null, iter_next} },
  { "bpf_iter_css_task_destroy",             everywhere,     {iter_destroy} },
  { "bpf_iter_css_task_new",                 everywhere,     {trusted_args, iter_new}, {.rule = KfuncRule::iter_css_task_new} },
  { "bpf_iter_css_task_next",                everywhere,     {ret_null, iter_next} },
  { "bpf_iter_dmabuf_destroy",               everywhere,     {sleepable, iter_destroy} },
  { "bpf_iter_dmabuf_new",                   everywhere,     {sleepable, iter_new} },
  { "bpf_iter_dmabuf_next",                  everywhere,     {ret_null, sleepable, iter_next} },
  { "bpf_iter_kmem_cache_destroy",           everywhere,     {sleepable, iter_destroy} },
  { "bpf_iter_kmem_cache_new",               everywhere,     {sleepable, iter_new} },
  { "bpf_iter_kmem_cache_next",              everywhere,     {ret_null, sleepable, iter_next} },
  { "bpf_iter_num_destroy",                  everywhere,     {iter_destroy} },
  { "bpf_iter_num_new",                      everywhere,     {iter_new} },
  { "bpf_iter_num_next",                     everywhere,     {ret_null, iter_next} },
  { "bpf_iter_task_destroy",                 everywhere,     {iter_destroy} },
  { "bpf_iter_task_new",                     everywhere,     {trusted_args, rcu_protected, iter_new} },
  { "bpf_iter_task_next",                    everywhere,     {ret_null, iter_next} },
  { "bpf_iter_task_vma_destroy",             everywhere,     {iter_destroy} },
  { "bpf_iter_task_vma_new",                 everywhere,     {rcu, iter_new} },
  { "bpf_iter_task_vma_next",                everywhere,     {ret_null, iter_next} },
  { "bpf_local_irq_restore",                 everywhere,     {}, {.rule = KfuncRule::irq_restore} },
  { "bpf_local_irq_save",                    everywhere,     {}, {.rule = KfuncRule::irq_save} },
  { "bpf_map_sum_elem_count",                everywhere,     {trusted_args} },
  { "bpf_modify_return_test_tp",             everywhere,     {} },
  { "bpf_preempt_disable",                   everywhere,     {}, {.rule = KfuncRule::preempt_disable} },
  { "bpf_preempt_enable",                    everywhere,     {}, {.rule = KfuncRule::preempt_enable} },
  { "bpf_probe_read_kernel_dynptr",          everywhere,     {} },
  { "bpf_probe_read_kernel_str_dynptr",      everywhere,     {} },
  { "bpf_probe_read_user_dynptr",            everywhere,     {} },
  { "bpf_probe_read_user_str_dynptr",        everywhere,     {} },
  { "bpf_rcu_read_lock",                     everywhere,     {}, {.rule = KfuncRule::rcu_lock} },
  { "bpf_rcu_read_unlock",                   everywhere,     {}, {.rule = KfuncRule::rcu_unlock} },
  { "bpf_rdonly_cast",                       everywhere,     {fastcall}, {.rule = KfuncRule::rdonly_cast} },
  { "bpf_res_spin_lock",                     everywhere,     {ret_null}, {.rule = KfuncRule::res_lock} },
  { "bpf_res_spin_lock_irqsave",             everywhere,     {ret_null}, {.rule = KfuncRule::res_lock_irqsave} },
  { "bpf_res_spin_unlock",                   everywhere,     {}, {.rule = KfuncRule::res_unlock} },
  { "bpf_res_spin_unlock_irqrestore",        everywhere,     {}, {.rule = KfuncRule::res_unlock_irqrestore} },
  { "bpf_strcasecmp",                        everywhere,     {} },
  { "bpf_strchr",                            everywhere,     {} },
  { "bpf_strchrnul",                         everywhere,     {} },
  { "bpf_strcmp",                            everywhere,     {} },
  { "bpf_strcspn",                           everywhere,     {} },
  { "bpf_stream_vprintk_impl",               everywhere,     {trusted_args} },
  { "bpf_strlen",                            everywhere,     {} },
  { "bpf_strnchr",                           everywhere,     {} },
  { "bpf_strnlen",                           everywhere,     {} },
  { "bpf_strnstr",                           everywhere,     {} },
  { "bpf_strrchr",                           everywhere,     {} },
  { "bpf_strspn",                            everywhere,     {} },
  { "bpf_strstr",                            everywhere,     {} },
  { "bpf_task_work_schedule_resume_impl",    everywhere,     {trusted_args}, {.rule = KfuncRule::task_work} },
  { "bpf_task_work_schedule_signal_impl",    everywhere,     {trusted_args}, {.rule = KfuncRule::task_work} },
  { "bpf_wq_init",                           everywhere,     {} },
  { "bpf_wq_set_callback_impl",              everywhere,     {}, {.rule = KfuncRule::wq_set_callback} },
  { "bpf_wq_start",                          everywhere,     {} },
  // XDP's metadata, which only programs bound to a device get; others may name them
  { "bpf_xdp_metadata_rx_hash",              everywhere,     {trusted_args}, {.rule = KfuncRule::xdp_metadata} },
  { "bpf_xdp_metadata_rx_timestamp",         everywhere,     {trusted_args}, {.rule = KfuncRule::xdp_metadata} },
  { "bpf_xdp_metadata_rx_vlan_tag",          everywhere,     {trusted_args}, {.rule = KfuncRule::xdp_metadata} },
  // objects, tasks, cgroups, keys
  { "bpf_cgroup_acquire",                    general,        {acquire, ret_null, rcu} },
  { "bpf_cgroup_ancestor",                   general,        {acquire, ret_null, rcu} },
  { "bpf_cgroup_from_id",                    general,        {acquire, ret_null} },
  { "bpf_cgroup_release",                    general,        {release} },
  { "bpf_key_put",                           general,        {release} },
  { "bpf_list_back",                         general,        {ret_null}, {.rule = KfuncRule::list_peek} },
  { "bpf_list_front",                        general,        {ret_null}, {.rule = KfuncRule::list_peek} },
  { "bpf_list_pop_back",                     general,        {acquire, ret_null}, {.rule = KfuncRule::list_pop} },
  { "bpf_list_pop_front",                    general,        {acquire, ret_null}, {.rule = KfuncRule::list_pop} },
  { "bpf_list_push_back_impl",               general,        {}, {.rule = KfuncRule::list_push} },
  { "bpf_list_push_front_impl",              general,        {}, {.rule = KfuncRule::list_push} },
  { "bpf_lookup_system_key",                 general,        {acquire, ret_null} },
  { "bpf_lookup_user_key",                   general,        {acquire, ret_null, sleepable} },
  { "bpf_obj_drop_impl",                     general,        {release}, {.rule = KfuncRule::obj_drop} },
  { "bpf_obj_new_impl",                      general,        {acquire, ret_null}, {.rule = KfuncRule::obj_new} },
  { "bpf_percpu_obj_drop_impl",              general,        {release}, {.rule = KfuncRule::percpu_obj_drop} },
  { "bpf_percpu_obj_new_impl",               general,        {acquire, ret_null}, {.rule = KfuncRule::percpu_obj_new} },
  { "bpf_rbtree_add_impl",                   general,        {}, {.rule = KfuncRule::rbtree_add} },
  { "bpf_rbtree_first",                      general,        {ret_null}, {.rule = KfuncRule::rbtree_peek} },
  { "bpf_rbtree_left",                       general,        {ret_null}, {.rule = KfuncRule::rbtree_step} },
  { "bpf_rbtree_remove",                     general,        {acquire, ret_null}, {.rule = KfuncRule::rbtree_remove} },
  { "bpf_rbtree_right",                      general,        {ret_null}, {.rule = KfuncRule::rbtree_step} },
  { "bpf_rbtree_root",                       general,        {ret_null}, {.rule = KfuncRule::rbtree_peek} },
  { "bpf_refcount_acquire_impl",             general,        {acquire, ret_null, rcu}, {.rule = KfuncRule::refcount_acquire} },
  { "bpf_send_signal_task",                  general,        {trusted_args} },
  { "bpf_task_acquire",                      general,        {acquire, ret_null, rcu} },
  { "bpf_task_from_pid",                     general,        {acquire, ret_null} },
  { "bpf_task_from_vpid",                    general,        {acquire, ret_null} },
  { "bpf_task_get_cgroup1",                  general,        {acquire, ret_null, rcu} },
  { "bpf_task_release",                      general,        {release} },
  { "bpf_task_under_cgroup",                 general,        {rcu} },
  { "bpf_throw",                             general,        {}, {.rule = KfuncRule::throw_} },
  { "bpf_verify_pkcs7_signature",            general,        {sleepable} },
  { "crash_kexec",                           general,        {destructive} },
  // masks of CPUs
  { "bpf_cpumask_acquire",                   maskers,        {acquire, trusted_args} },
  { "bpf_cpumask_and",                       maskers,        {rcu} },
  { "bpf_cpumask_any_and_distribute",        maskers,        {rcu} },
  { "bpf_cpumask_any_distribute",            maskers,        {rcu} },
  { "bpf_cpumask_clear",                     maskers,        {rcu} },
  { "bpf_cpumask_clear_cpu",                 maskers,        {rcu} },
  { "bpf_cpumask_copy",                      maskers,        {rcu} },
  { "bpf_cpumask_create",                    maskers,        {acquire, ret_null} },
  { "bpf_cpumask_empty",                     maskers,        {rcu} },
  { "bpf_cpumask_equal",                     maskers,        {rcu} },
  { "bpf_cpumask_first",                     maskers,        {rcu} },
  { "bpf_cpumask_first_and",                 maskers,        {rcu} },
  { "bpf_cpumask_first_zero",                maskers,        {rcu} },
  { "bpf_cpumask_full",                      maskers,        {rcu} },
  { "bpf_cpumask_intersects",                maskers,        {rcu} },
  { "bpf_cpumask_or",                        maskers,        {rcu} },
  { "bpf_cpumask_populate",                  maskers,        {rcu} },
  { "bpf_cpumask_release",                   maskers,        {release} },
  { "bpf_cpumask_set_cpu",                   maskers,        {rcu} },
  { "bpf_cpumask_setall",                    maskers,        {rcu} },
  { "bpf_cpumask_subset",                    maskers,        {rcu} },
  { "bpf_cpumask_test_and_clear_cpu",        maskers,        {rcu} },
  { "bpf_cpumask_test_and_set_cpu",          maskers,        {rcu} },
  { "bpf_cpumask_test_cpu",                  maskers,        {rcu} },
  { "bpf_cpumask_weight",                    maskers,        {rcu} },
  { "bpf_cpumask_xor",                       maskers,        {rcu} },
  // packets
  { "bpf_dynptr_from_skb",                   skb_holders,    {trusted_args}, {.rule = KfuncRule::dynptr_from_skb, .struct_ops = "Qdisc_ops"} },
  { "bpf_dynptr_from_skb_meta",              tc,             {trusted_args}, {.rule = KfuncRule::dynptr_from_skb_meta} },
  { "bpf_dynptr_from_xdp",                   {xdp},          {}, {.rule = KfuncRule::dynptr_from_xdp} },
  { "bpf_xdp_pull_data",                     {xdp},          {}, {.rule = KfuncRule::xdp_pull_data} },
  { "bpf_xdp_get_xfrm_state",                {xdp},          {acquire, ret_null} },
  { "bpf_xdp_xfrm_state_release",            {xdp},          {release} },
  { "bpf_sk_assign_tcp_reqsk",               {sched_cls},    {trusted_args} },
  { "bpf_sock_addr_set_sun_path",            cgroups,        {} },
  { "bpf_sock_ops_enable_tx_tstamp",         cgroups,        {trusted_args} },
  // connection tracking
  { "bpf_xdp_ct_alloc",                      finders,        {acquire, ret_null} },
  { "bpf_xdp_ct_lookup",                     finders,        {acquire, ret_null} },
  { "bpf_skb_ct_alloc",                      finders,        {acquire, ret_null} },
  { "bpf_skb_ct_lookup",                     finders,        {acquire, ret_null} },
  { "bpf_ct_insert_entry",                   finders,        {acquire, release, ret_null} },
  { "bpf_ct_release",                        finders,        {release} },
  { "bpf_ct_set_timeout",                    finders,        {trusted_args} },
  { "bpf_ct_change_timeout",                 finders,        {trusted_args} },
  { "bpf_ct_set_status",                     finders,        {trusted_args} },
  { "bpf_ct_change_status",                  finders,        {trusted_args} },
  { "bpf_ct_set_nat_info",                   finders,        {trusted_args} },
  { "bpf_xdp_flow_lookup",                   {xdp},          {ret_null, trusted_args} },
  // tunnels, which are modules
  { "bpf_skb_set_fou_encap",                 {sched_cls},    {} },
  { "bpf_skb_get_fou_encap",                 {sched_cls},    {} },
  { "bpf_skb_get_xfrm_info",                 {sched_cls},    {} },
  { "bpf_skb_set_xfrm_info",                 {sched_cls},    {} },
  // cryptography
  { "bpf_crypto_ctx_acquire",                {syscall},      {acquire, ret_null, rcu} },
  { "bpf_crypto_ctx_create",                 {syscall},      {acquire, ret_null, sleepable} },
  { "bpf_crypto_ctx_release",                {syscall},      {release} },
  { "bpf_crypto_decrypt",                    ciphers,        {rcu} },
  { "bpf_crypto_encrypt",                    ciphers,        {rcu} },
  // tracing, LSM
  { "css_rstat_flush",                       typed,          {sleepable} },
  { "css_rstat_updated",                     typed,          {} },
  { "bpf_get_fsverity_digest",               {lsm},          {trusted_args} },
  { "bpf_sock_destroy",                      {tracing},      {trusted_args}, {.only = {Attach::trace_iter}} },
  { "bpf_session_cookie",                    {kprobe},       {}, {.rule = KfuncRule::session_cookie, .only = {Attach::trace_kprobe_session, Attach::trace_uprobe_session}} },
  { "bpf_session_is_return",                 {kprobe},       {}, {.only = {Attach::trace_kprobe_session, Attach::trace_uprobe_session}} },
  { "bpf_get_dentry_xattr",                  {lsm},          {trusted_args, sleepable} },
  { "bpf_get_file_xattr",                    {lsm},          {trusted_args, sleepable} },
  { "bpf_get_task_exe_file",                 {lsm},          {acquire, ret_null, trusted_args} },
  { "bpf_path_d_path",                       {lsm},          {trusted_args} },
  { "bpf_put_file",                          {lsm},          {release} },
  { "bpf_remove_dentry_xattr",               {lsm},          {trusted_args, sleepable}, {.rule = KfuncRule::remove_dentry_xattr} },
  { "bpf_set_dentry_xattr",                  {lsm},          {trusted_args, sleepable}, {.rule = KfuncRule::set_dentry_xattr} },
  // congestion control
  { "tcp_cong_avoid_ai",                     {struct_ops},   {} },
  { "tcp_reno_cong_avoid",                   {struct_ops},   {} },
  { "tcp_reno_ssthresh",                     {struct_ops},   {} },
  { "tcp_reno_undo_cwnd",                    {struct_ops},   {} },
  { "tcp_slow_start",                        {struct_ops},   {} },
  { "cubictcp_acked",                        {struct_ops},   {} },
  { "cubictcp_cong_avoid",                   {struct_ops},   {} },
  { "cubictcp_cwnd_event",                   {struct_ops},   {} },
  { "cubictcp_init",                         {struct_ops},   {} },
  { "cubictcp_recalc_ssthresh",              {struct_ops},   {} },
  { "cubictcp_state",                        {struct_ops},   {} },
  { "bbr_init",                              {struct_ops},   {} },
  { "bbr_main",                              {struct_ops},   {} },
  { "bbr_sndbuf_expand",                     {struct_ops},   {} },
  { "bbr_undo_cwnd",                         {struct_ops},   {} },
  { "bbr_cwnd_event",                        {struct_ops},   {} },
  { "bbr_ssthresh",                          {struct_ops},   {} },
  { "bbr_min_tso_segs",                      {struct_ops},   {} },
  { "bbr_set_state",                         {struct_ops},   {} },
  { "dctcp_init",                            {struct_ops},   {} },
  { "dctcp_update_alpha",                    {struct_ops},   {} },
  { "dctcp_cwnd_event",                      {struct_ops},   {} },
  { "dctcp_ssthresh",                        {struct_ops},   {} },
  { "dctcp_cwnd_undo",                       {struct_ops},   {} },
  { "dctcp_state",                           {struct_ops},   {} },
  // queueing disciplines
  { "bpf_kfree_skb",                         {struct_ops},   {release}, {.struct_ops = "Qdisc_ops"} },
  { "bpf_qdisc_bstats_update",               {struct_ops},   {trusted_args}, {.struct_ops = "Qdisc_ops"} },
  { "bpf_qdisc_init_prologue",               {struct_ops},   {trusted_args}, {.struct_ops = "Qdisc_ops"} },
  { "bpf_qdisc_reset_destroy_epilogue",      {struct_ops},   {trusted_args}, {.struct_ops = "Qdisc_ops"} },
  { "bpf_qdisc_skb_drop",                    {struct_ops},   {release}, {.struct_ops = "Qdisc_ops"} },
  { "bpf_qdisc_watchdog_schedule",           {struct_ops},   {trusted_args}, {.struct_ops = "Qdisc_ops"} },
  { "bpf_skb_get_hash",                      {struct_ops},   {trusted_args}, {.struct_ops = "Qdisc_ops"} },
  // the extensible scheduler
  { "scx_bpf_create_dsq",                    schedulers,     {sleepable} },
  { "scx_bpf_dsq_move",                      schedulers,     {rcu} },
  { "scx_bpf_dsq_move_set_slice",            schedulers,     {rcu} },
  { "scx_bpf_dsq_move_set_vtime",            schedulers,     {rcu} },
  { "scx_bpf_dsq_move_vtime",                schedulers,     {rcu} },
  { "scx_bpf_dsq_insert",                    {struct_ops},   {rcu} },
  { "scx_bpf_dsq_insert_vtime",              {struct_ops},   {rcu} },
  { "scx_bpf_dispatch_cancel",               {struct_ops},   {} },
  { "scx_bpf_dispatch_nr_slots",             {struct_ops},   {} },
  { "scx_bpf_dsq_move_to_local",             {struct_ops},   {} },
  { "scx_bpf_reenqueue_local",               {struct_ops},   {} },
  { "bpf_iter_scx_dsq_destroy",              scheduler_users, {iter_destroy} },
  { "bpf_iter_scx_dsq_new",                  scheduler_users, {rcu_protected, iter_new} },
  { "bpf_iter_scx_dsq_next",                 scheduler_users, {ret_null, iter_next} },
  { "scx_bpf_cpu_curr",                      scheduler_users, {ret_null, rcu_protected} },
  { "scx_bpf_cpu_rq",                        scheduler_users, {} },
  { "scx_bpf_cpuperf_cap",                   scheduler_users, {} },
  { "scx_bpf_cpuperf_cur",                   scheduler_users, {} },
  { "scx_bpf_cpuperf_set",                   scheduler_users, {} },
  { "scx_bpf_destroy_dsq",                   scheduler_users, {} },
  { "scx_bpf_dsq_nr_queued",                 scheduler_users, {} },
  { "scx_bpf_dump_bstr",                     scheduler_users, {trusted_args} },
  { "scx_bpf_error_bstr",                    scheduler_users, {trusted_args} },
  { "scx_bpf_events",                        scheduler_users, {trusted_args} },
  { "scx_bpf_exit_bstr",                     scheduler_users, {trusted_args} },
  { "scx_bpf_get_online_cpumask",            scheduler_users, {acquire} },
  { "scx_bpf_get_possible_cpumask",          scheduler_users, {acquire} },
  { "scx_bpf_kick_cpu",                      scheduler_users, {} },
  { "scx_bpf_locked_rq",                     scheduler_users, {ret_null} },
  { "scx_bpf_now",                           scheduler_users, {} },
  { "scx_bpf_nr_cpu_ids",                    scheduler_users, {} },
  { "scx_bpf_nr_node_ids",                   scheduler_users, {} },
  { "scx_bpf_put_cpumask",                   scheduler_users, {release} },
  { "scx_bpf_task_cgroup",                   scheduler_users, {acquire, rcu} },
  { "scx_bpf_task_cpu",                      scheduler_users, {rcu} },
  { "scx_bpf_task_running",                  scheduler_users, {rcu} },
  { "scx_bpf_cpu_node",                      scheduler_users, {} },
  { "scx_bpf_get_idle_cpumask",              scheduler_users, {acquire} },
  { "scx_bpf_get_idle_cpumask_node",         scheduler_users, {acquire} },
  { "scx_bpf_get_idle_smtmask",              scheduler_users, {acquire} },
  { "scx_bpf_get_idle_smtmask_node",         scheduler_users, {acquire} },
  { "scx_bpf_pick_any_cpu",                  scheduler_users, {rcu} },
  { "scx_bpf_pick_any_cpu_node",             scheduler_users, {rcu} },
  { "scx_bpf_pick_idle_cpu",                 scheduler_users, {rcu} },
  { "scx_bpf_pick_idle_cpu_node",            scheduler_users, {rcu} },
  { "scx_bpf_put_idle_cpumask",              scheduler_users, {release} },
  { "scx_bpf_select_cpu_and",                scheduler_users, {rcu} },
  { "scx_bpf_select_cpu_dfl",                scheduler_users, {rcu} },
  { "scx_bpf_test_and_clear_cpu_idle",       scheduler_users, {} },
  // HID devices
  { "hid_bpf_get_data",                      {struct_ops},   {ret_null} },
  { "hid_bpf_try_input_report",              {struct_ops},   {} },
  { "hid_bpf_allocate_context",              schedulers,     {acquire, ret_null, sleepable} },
  { "hid_bpf_release_context",               schedulers,     {release, sleepable} },
  { "hid_bpf_hw_request",                    schedulers,     {sleepable} },
  { "hid_bpf_hw_output_report",              schedulers,     {sleepable} },
  { "hid_bpf_input_report",                  schedulers,     {sleepable} },
  // Linux's own tests
  { "bpf_kfunc_call_memb_release",           tested,         {release} },
  { "bpf_kfunc_call_test_release",           tested,         {release} },
};
// clang-format on
static_assert(names_are_unique(table));

// Places in the table, by name.
constexpr auto by_name = [] {
  std::array<uint16_t, std::size(table)> order{};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<uint16_t>(i);
  std::ranges::sort(order, {}, [](uint16_t i) { return table[i].name; });
  return order;
}();

}  // namespace

std::span<const Kfunc> kfuncs() { return table; }

const Kfunc* kfunc_by_name(std::string_view name) {
  auto at = std::ranges::lower_bound(by_name, name, {}, [](uint16_t i) { return table[i].name; });
  return at != by_name.end() && table[*at].name == name ? &table[*at] : nullptr;
}

bool may_call(const Kfunc& k, ProgType type, AttachType attach, std::string_view target) {
  if (!k.where.has(type) || (!k.rare.only.empty() && !k.rare.only.has(attach))) return false;
  return type != struct_ops || k.rare.struct_ops.empty() || k.rare.struct_ops == target;
}

}  // namespace skep::facts
