// SPDX-License-Identifier: Apache-2.0
// What Linux says of single functions that tracing and LSM programs attach to: names in words, as an image of Linux
// 6.18.15 has them in its sets. Every other fact of such a function is its BTF.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace skep::facts {

constexpr bool has_word(std::string_view words, std::string_view word) {
  for (std::size_t at = 0; at < words.size();) {
    std::size_t end = std::min(words.find(' ', at), words.size());
    if (words.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

// LSM hooks whose programs may sleep.
inline constexpr std::string_view sleepable_lsm_hooks =
    "bpf_lsm_bpf bpf_lsm_bpf_map bpf_lsm_bpf_map_create bpf_lsm_bpf_map_free bpf_lsm_bpf_prog "
    "bpf_lsm_bpf_prog_free bpf_lsm_bpf_prog_load bpf_lsm_bpf_token_capable bpf_lsm_bpf_token_cmd "
    "bpf_lsm_bpf_token_create bpf_lsm_bpf_token_free bpf_lsm_bprm_check_security bpf_lsm_bprm_committed_creds "
    "bpf_lsm_bprm_committing_creds bpf_lsm_bprm_creds_for_exec bpf_lsm_bprm_creds_from_file bpf_lsm_capget "
    "bpf_lsm_capset bpf_lsm_cred_prepare bpf_lsm_file_ioctl bpf_lsm_file_lock bpf_lsm_file_open "
    "bpf_lsm_file_post_open bpf_lsm_file_receive bpf_lsm_inet_conn_established bpf_lsm_inode_create "
    "bpf_lsm_inode_free_security bpf_lsm_inode_getattr bpf_lsm_inode_getxattr bpf_lsm_inode_mknod "
    "bpf_lsm_inode_need_killpriv bpf_lsm_inode_post_removexattr bpf_lsm_inode_post_setxattr bpf_lsm_inode_readlink "
    "bpf_lsm_inode_removexattr bpf_lsm_inode_rename bpf_lsm_inode_rmdir bpf_lsm_inode_setattr "
    "bpf_lsm_inode_setxattr bpf_lsm_inode_symlink bpf_lsm_inode_unlink bpf_lsm_kernel_module_request "
    "bpf_lsm_kernel_read_file bpf_lsm_kernfs_init_security bpf_lsm_mmap_file bpf_lsm_netlink_send "
    "bpf_lsm_path_chmod bpf_lsm_path_chown bpf_lsm_path_link bpf_lsm_path_mkdir bpf_lsm_path_notify "
    "bpf_lsm_path_rename bpf_lsm_path_rmdir bpf_lsm_path_symlink bpf_lsm_path_truncate bpf_lsm_path_unlink "
    "bpf_lsm_release_secctx bpf_lsm_sb_alloc_security bpf_lsm_sb_eat_lsm_opts bpf_lsm_sb_kern_mount "
    "bpf_lsm_sb_mount bpf_lsm_sb_remount bpf_lsm_sb_set_mnt_opts bpf_lsm_sb_show_options bpf_lsm_sb_statfs "
    "bpf_lsm_sb_umount bpf_lsm_settime bpf_lsm_socket_accept bpf_lsm_socket_bind bpf_lsm_socket_connect "
    "bpf_lsm_socket_create bpf_lsm_socket_getpeername bpf_lsm_socket_getpeersec_dgram bpf_lsm_socket_getsockname "
    "bpf_lsm_socket_getsockopt bpf_lsm_socket_listen bpf_lsm_socket_post_create bpf_lsm_socket_recvmsg "
    "bpf_lsm_socket_sendmsg bpf_lsm_socket_shutdown bpf_lsm_socket_socketpair bpf_lsm_syslog bpf_lsm_task_alloc "
    "bpf_lsm_task_prctl bpf_lsm_task_setscheduler bpf_lsm_task_to_inode bpf_lsm_userns_create";

// Hooks that BPF programs may not attach to.
inline constexpr std::string_view disabled_lsm_hooks =
    "bpf_lsm_audit_rule_match bpf_lsm_getprocattr bpf_lsm_getselfattr bpf_lsm_inode_copy_up_xattr "
    "bpf_lsm_inode_getsecurity bpf_lsm_inode_listsecurity bpf_lsm_inode_need_killpriv bpf_lsm_ismaclabel "
    "bpf_lsm_key_getsecurity bpf_lsm_setprocattr bpf_lsm_vm_enough_memory";

// Hooks whose pointers are not trusted: what they point to is being made or freed.
inline constexpr std::string_view untrusted_lsm_hooks =
    "bpf_lsm_bpf_map_free bpf_lsm_bpf_prog_free bpf_lsm_file_alloc_security bpf_lsm_file_free_security "
    "bpf_lsm_sk_alloc_security bpf_lsm_sk_free_security bpf_lsm_task_free";

// Hooks that return a truth value, not an errno.
inline constexpr std::string_view bool_lsm_hooks =
    "bpf_lsm_audit_rule_known bpf_lsm_inode_xattr_skipcap bpf_lsm_xfrm_state_pol_flow_match";

// Hooks whose lsm_cgroup programs may call setsockopt and getsockopt.
inline constexpr std::string_view socket_option_lsm_hooks =
    "bpf_lsm_inet_conn_established bpf_lsm_inet_csk_clone bpf_lsm_sock_graft bpf_lsm_socket_post_create "
    "bpf_lsm_socket_socketpair";

// Hooks that hold the inode's lock: bpf_set_dentry_xattr and its like do not take it there.
inline constexpr std::string_view inode_locked_lsm_hooks =
    "bpf_lsm_inode_post_removexattr bpf_lsm_inode_post_setattr bpf_lsm_inode_post_setxattr "
    "bpf_lsm_inode_removexattr bpf_lsm_inode_rmdir bpf_lsm_inode_setattr bpf_lsm_inode_setxattr "
    "bpf_lsm_inode_unlink bpf_lsm_path_rmdir bpf_lsm_path_unlink";

// Functions at which tracing programs may call d_path.
inline constexpr std::string_view d_path_functions =
    "dentry_open filp_close security_file_open security_file_permission security_inode_getattr "
    "security_path_truncate vfs_fallocate vfs_getattr vfs_truncate";

// Functions that do not return: fexit and fmod_ret are refused.
inline constexpr std::string_view noreturn_functions =
    "__ia32_sys_exit __ia32_sys_exit_group __module_put_and_kthread_exit __x64_sys_exit __x64_sys_exit_group "
    "do_exit do_group_exit kthread_complete_and_exit kthread_exit make_task_dead";

// Functions whose answer programs may change (fmod_ret), besides all named security_…; and those of them whose
// programs may sleep.
inline constexpr std::string_view modifiable_functions =
    "bpf_fentry_test1 bpf_modify_return_test bpf_modify_return_test2 bpf_modify_return_test_tp update_socket_protocol";
inline constexpr std::string_view sleepable_functions = "bpf_fentry_test1";

// What trampolines themselves call: no program is attached there.
inline constexpr std::string_view untraceable_functions =
    "___migrate_enable __rcu_read_lock __rcu_read_unlock migrate_disable migrate_enable";

}  // namespace skep::facts
