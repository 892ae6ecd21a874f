// SPDX-License-Identifier: Apache-2.0
#include "facts/lsm_hooks.hpp"

#include <algorithm>

namespace skep::facts {
namespace {

struct Row {
  std::string_view name;
  LsmHook hook;
};
// Hooks that something is to be said of; of the others nothing.
// clang-format off
constexpr Row hooks[] = {
  { "audit_rule_known",             {.yes_or_no = true} },
  { "audit_rule_match",             {.disabled = true} },
  { "bpf",                          {.sleepable = true} },
  { "bpf_map",                      {.sleepable = true} },
  { "bpf_map_create",               {.sleepable = true} },
  { "bpf_map_free",                 {.sleepable = true, .plain = true} },
  { "bpf_prog",                     {.sleepable = true} },
  { "bpf_prog_free",                {.sleepable = true, .plain = true} },
  { "bpf_prog_load",                {.sleepable = true} },
  { "bpf_token_capable",            {.sleepable = true} },
  { "bpf_token_cmd",                {.sleepable = true} },
  { "bpf_token_create",             {.sleepable = true} },
  { "bpf_token_free",               {.sleepable = true} },
  { "bprm_check_security",          {.sleepable = true} },
  { "bprm_committed_creds",         {.sleepable = true} },
  { "bprm_committing_creds",        {.sleepable = true} },
  { "bprm_creds_for_exec",          {.sleepable = true} },
  { "bprm_creds_from_file",         {.sleepable = true} },
  { "capget",                       {.sleepable = true} },
  { "capset",                       {.sleepable = true} },
  { "cred_prepare",                 {.sleepable = true} },
  { "file_alloc_security",          {.plain = true} },
  { "file_free_security",           {.plain = true} },
  { "file_ioctl",                   {.sleepable = true} },
  { "file_lock",                    {.sleepable = true} },
  { "file_open",                    {.sleepable = true} },
  { "file_post_open",               {.sleepable = true} },
  { "file_receive",                 {.sleepable = true} },
  { "getprocattr",                  {.disabled = true} },
  { "getselfattr",                  {.disabled = true} },
  { "inet_conn_established",        {.sleepable = true} },
  { "inode_copy_up_xattr",          {.disabled = true} },
  { "inode_create",                 {.sleepable = true} },
  { "inode_free_security",          {.sleepable = true} },
  { "inode_getattr",                {.sleepable = true} },
  { "inode_getsecurity",            {.disabled = true} },
  { "inode_getxattr",               {.sleepable = true} },
  { "inode_listsecurity",           {.disabled = true} },
  { "inode_mknod",                  {.sleepable = true} },
  { "inode_need_killpriv",          {.disabled = true} },
  { "inode_post_removexattr",       {.sleepable = true} },
  { "inode_post_setxattr",          {.sleepable = true} },
  { "inode_readlink",               {.sleepable = true} },
  { "inode_removexattr",            {.sleepable = true} },
  { "inode_rename",                 {.sleepable = true} },
  { "inode_rmdir",                  {.sleepable = true} },
  { "inode_setattr",                {.sleepable = true} },
  { "inode_setxattr",               {.sleepable = true} },
  { "inode_symlink",                {.sleepable = true} },
  { "inode_unlink",                 {.sleepable = true} },
  { "inode_xattr_skipcap",          {.yes_or_no = true} },
  { "ismaclabel",                   {.disabled = true} },
  { "kernel_module_request",        {.sleepable = true} },
  { "kernel_read_file",             {.sleepable = true} },
  { "kernfs_init_security",         {.sleepable = true} },
  { "key_getsecurity",              {.disabled = true} },
  { "mmap_file",                    {.sleepable = true} },
  { "netlink_send",                 {.sleepable = true} },
  { "path_chmod",                   {.sleepable = true} },
  { "path_chown",                   {.sleepable = true} },
  { "path_link",                    {.sleepable = true} },
  { "path_mkdir",                   {.sleepable = true} },
  { "path_notify",                  {.sleepable = true} },
  { "path_rename",                  {.sleepable = true} },
  { "path_rmdir",                   {.sleepable = true} },
  { "path_symlink",                 {.sleepable = true} },
  { "path_truncate",                {.sleepable = true} },
  { "path_unlink",                  {.sleepable = true} },
  { "release_secctx",               {.sleepable = true} },
  { "sb_alloc_security",            {.sleepable = true} },
  { "sb_eat_lsm_opts",              {.sleepable = true} },
  { "sb_kern_mount",                {.sleepable = true} },
  { "sb_mount",                     {.sleepable = true} },
  { "sb_remount",                   {.sleepable = true} },
  { "sb_set_mnt_opts",              {.sleepable = true} },
  { "sb_show_options",              {.sleepable = true} },
  { "sb_statfs",                    {.sleepable = true} },
  { "sb_umount",                    {.sleepable = true} },
  { "setprocattr",                  {.disabled = true} },
  { "settime",                      {.sleepable = true} },
  { "sk_alloc_security",            {.plain = true} },
  { "sk_free_security",             {.plain = true} },
  { "socket_accept",                {.sleepable = true} },
  { "socket_bind",                  {.sleepable = true} },
  { "socket_connect",               {.sleepable = true} },
  { "socket_create",                {.sleepable = true} },
  { "socket_getpeername",           {.sleepable = true} },
  { "socket_getpeersec_dgram",      {.sleepable = true} },
  { "socket_getsockname",           {.sleepable = true} },
  { "socket_getsockopt",            {.sleepable = true} },
  { "socket_listen",                {.sleepable = true} },
  { "socket_post_create",           {.sleepable = true} },
  { "socket_recvmsg",               {.sleepable = true} },
  { "socket_sendmsg",               {.sleepable = true} },
  { "socket_shutdown",              {.sleepable = true} },
  { "socket_socketpair",            {.sleepable = true} },
  { "syslog",                       {.sleepable = true} },
  { "task_alloc",                   {.sleepable = true} },
  { "task_free",                    {.plain = true} },
  { "task_prctl",                   {.sleepable = true} },
  { "task_setscheduler",            {.sleepable = true} },
  { "task_to_inode",                {.sleepable = true} },
  { "userns_create",                {.sleepable = true} },
  { "vm_enough_memory",             {.disabled = true} },
  { "xfrm_state_pol_flow_match",    {.yes_or_no = true} },
};
// clang-format on
static_assert(std::ranges::is_sorted(hooks, {}, &Row::name));

}  // namespace

LsmHook lsm_hook(std::string_view name) {
  const auto* found = std::ranges::lower_bound(hooks, name, {}, &Row::name);
  return found != std::end(hooks) && found->name == name ? found->hook : LsmHook{};
}

ReturnRule lsm_return_rule(AttachType attach, std::string_view hook, LsmReturns returns) {
  const bool nothing = returns == LsmReturns::nothing;
  if (attach == AttachType::lsm_cgroup) return {ProgType::lsm, {}, Answer::range, nothing ? 1 : 0, 1};
  if (nothing) return {ProgType::lsm, {}, Answer::any};
  if (lsm_hook(hook).yes_or_no) return {ProgType::lsm, {}, Answer::low_range, 0, 1};
  return {ProgType::lsm, {}, Answer::low_range, -4095, 0};
}

}  // namespace skep::facts
