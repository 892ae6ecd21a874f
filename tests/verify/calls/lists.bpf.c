// SPDX-License-Identifier: Apache-2.0
// Lists: an object that is pushed belongs to the list, the program's pointer to it is good as long as the lock is held.
#include "kernel.h"

struct node { __u64 key; struct bpf_list_node n; struct bpf_list_node other; };
struct shared { __u64 key; struct bpf_list_node n; struct bpf_refcount ref; };
struct inner { __u64 x; };
struct outer { __u64 key; struct bpf_list_node n; struct inner __kptr *p; };
struct holder { struct bpf_spin_lock lock; struct bpf_list_head head __contains(node, n); };
struct value { struct bpf_spin_lock lock; struct bpf_list_head head __contains(node, n); struct bpf_list_head second __contains(node, other); __u64 a; };
MAP(lists, ARRAY, 2, int, struct value);
MAP(hashed, HASH, 2, int, struct value);
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_list_head head __contains(node, n);
private(A) struct bpf_list_head sharing __contains(shared, n);
private(A) struct bpf_list_head owning __contains(outer, n);
private(B) struct bpf_spin_lock lock_b;
private(B) struct bpf_list_head head_b __contains(node, n);
#define VALUE int key = 0; struct value *v = bpf_map_lookup_elem(&lists, &key); if (!v) return 0
#define NEW struct node *p = bpf_obj_new(struct node); if (!p) return 0
#define P(name) SEC("tc") int name(struct __sk_buff *s)

P(pushes) { NEW; bpf_spin_lock(&lock); bpf_list_push_front(&head, &p->n); bpf_spin_unlock(&lock); return 0; }
P(pushes_back) { NEW; bpf_spin_lock(&lock); bpf_list_push_back(&head, &p->n); bpf_spin_unlock(&lock); return 0; }
P(pushes_into_a_value) { VALUE; NEW; bpf_spin_lock(&v->lock); bpf_list_push_back(&v->head, &p->n); bpf_spin_unlock(&v->lock); return 0; }
P(pushes_into_a_second_list) { VALUE; NEW; bpf_spin_lock(&v->lock); bpf_list_push_back(&v->second, &p->other); bpf_spin_unlock(&v->lock); return 0; }
P(pushes_without_lock_refused) { NEW; bpf_list_push_front(&head, &p->n); return 0; }
P(pushes_under_another_lock_refused) { NEW; bpf_spin_lock(&lock_b); bpf_list_push_front(&head, &p->n); bpf_spin_unlock(&lock_b); return 0; }
P(pushes_under_another_values_lock_refused) { VALUE; int one = 1; struct value *w = bpf_map_lookup_elem(&lists, &one); if (!w) return 0; NEW; bpf_spin_lock(&w->lock); bpf_list_push_front(&v->head, &p->n); bpf_spin_unlock(&w->lock); return 0; }
P(pushes_the_wrong_node_refused) { NEW; bpf_spin_lock(&lock); bpf_list_push_front(&head, &p->other); bpf_spin_unlock(&lock); return 0; }
P(pushes_no_node_refused) { NEW; bpf_spin_lock(&lock); bpf_list_push_front(&head, (void *)&p->key); bpf_spin_unlock(&lock); return 0; }
P(pushes_another_type_refused) { struct shared *p = bpf_obj_new(struct shared); if (!p) return 0; bpf_spin_lock(&lock); bpf_list_push_front(&head, &p->n); bpf_spin_unlock(&lock); return 0; }
P(pushes_the_head_refused) { bpf_spin_lock(&lock); bpf_list_push_front(&head, (void *)&head); bpf_spin_unlock(&lock); return 0; }
P(pushes_to_no_head_refused) { NEW; bpf_spin_lock(&lock); bpf_list_push_front((void *)&lock, &p->n); bpf_spin_unlock(&lock); return 0; }
P(pushes_to_the_stack_refused) { struct bpf_list_head h = {}; NEW; bpf_spin_lock(&lock); bpf_list_push_front(&h, &p->n); bpf_spin_unlock(&lock); return 0; }
P(pushes_twice_refused) { NEW; bpf_spin_lock(&lock); bpf_list_push_front(&head, &p->n); bpf_list_push_front(&head, &p->n); bpf_spin_unlock(&lock); return 0; }
P(drops_what_it_pushed_refused) { NEW; bpf_spin_lock(&lock); bpf_list_push_front(&head, &p->n); bpf_spin_unlock(&lock); bpf_obj_drop(p); return 0; }
P(reads_what_it_pushed) { NEW; int r; bpf_spin_lock(&lock); bpf_list_push_front(&head, &p->n); p->key = 1; r = p->key; bpf_spin_unlock(&lock); return r; }
P(reads_what_it_pushed_unlocked_refused) { NEW; bpf_spin_lock(&lock); bpf_list_push_front(&head, &p->n); bpf_spin_unlock(&lock); return *(volatile __u64 *)&p->key; }
P(spills_what_it_pushed_refused) { struct node *volatile kept; NEW; kept = p; bpf_spin_lock(&lock); bpf_list_push_front(&head, &p->n); bpf_spin_unlock(&lock); return kept->key; }
P(pushes_null_untested_refused) { struct node *p = bpf_obj_new(struct node); bpf_spin_lock(&lock); bpf_list_push_front(&head, &p->n); bpf_spin_unlock(&lock); return 0; }
P(somewhere_in_the_value_refused) { VALUE; NEW; __u32 i = s->len & 8; barrier_var(i); bpf_spin_lock(&v->lock); bpf_list_push_front((void *)((char *)&v->head + i), &p->n); bpf_spin_unlock(&v->lock); return 0; }
P(touches_a_head_refused) { return *(volatile __u64 *)&head; }

P(pops) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front(&head); bpf_spin_unlock(&lock); if (!n) return 0; struct node *p = container_of(n, struct node, n); int r = p->key; bpf_obj_drop(p); return r; }
P(pops_back) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_back(&head); bpf_spin_unlock(&lock); if (!n) return 0; bpf_obj_drop(container_of(n, struct node, n)); return 0; }
P(pops_and_pushes) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front(&head); if (n) bpf_list_push_back(&head, n); bpf_spin_unlock(&lock); return 0; }
P(pops_to_another) { VALUE; bpf_spin_lock(&v->lock); struct bpf_list_node *n = bpf_list_pop_front(&v->head); bpf_spin_unlock(&v->lock); if (!n) return 0; bpf_spin_lock(&lock); bpf_list_push_back(&head, n); bpf_spin_unlock(&lock); return 0; }
P(pops_to_the_other_node_refused) { VALUE; bpf_spin_lock(&v->lock); struct bpf_list_node *n = bpf_list_pop_front(&v->head); if (n) bpf_list_push_back(&v->second, n); bpf_spin_unlock(&v->lock); return 0; }
P(pops_and_keeps_refused) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front(&head); bpf_spin_unlock(&lock); return n != 0; }
P(pops_without_lock_refused) { struct bpf_list_node *n = bpf_list_pop_front(&head); if (n) bpf_obj_drop(container_of(n, struct node, n)); return 0; }
P(drops_the_node_refused) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front(&head); bpf_spin_unlock(&lock); if (!n) return 0; bpf_obj_drop(n); return 0; }
P(pops_untested_refused) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front(&head); bpf_spin_unlock(&lock); bpf_obj_drop(container_of(n, struct node, n)); return 0; }
P(reads_the_node_refused) { int r = 0; bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front(&head); bpf_spin_unlock(&lock); if (!n) return 0; r = *(volatile __u64 *)n; bpf_obj_drop(container_of(n, struct node, n)); return r; }
P(pops_of_a_node_refused) { NEW; bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front((void *)&p->n); bpf_spin_unlock(&lock); bpf_obj_drop(p); return 0; }
P(drops_under_lock_refused) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front(&head); if (n) bpf_obj_drop(container_of(n, struct node, n)); bpf_spin_unlock(&lock); return 0; }
P(allocates_under_lock_refused) { bpf_spin_lock(&lock); NEW; bpf_spin_unlock(&lock); bpf_obj_drop(p); return 0; }

P(looks_at_the_first) { int r = 0; bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_front(&head); if (n) r = container_of(n, struct node, n)->key; bpf_spin_unlock(&lock); return r; }
P(writes_the_last) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_back(&head); if (n) container_of(n, struct node, n)->key = 1; bpf_spin_unlock(&lock); return 0; }
P(looks_at_the_first_too_late_refused) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_front(&head); bpf_spin_unlock(&lock); if (!n) return 0; return container_of(n, struct node, n)->key; }
P(pushes_the_first_refused) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_front(&head); if (n) bpf_list_push_back(&head, n); bpf_spin_unlock(&lock); return 0; }
P(drops_the_first_refused) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_front(&head); bpf_spin_unlock(&lock); if (n) bpf_obj_drop(container_of(n, struct node, n)); return 0; }
P(looks_without_lock_refused) { struct bpf_list_node *n = bpf_list_front(&head); return n != 0; }

P(shares) { struct shared *p = bpf_obj_new(struct shared), *q; if (!p) return 0; q = bpf_refcount_acquire(p); bpf_spin_lock(&lock); bpf_list_push_front(&sharing, &p->n); bpf_spin_unlock(&lock); if (q) bpf_obj_drop(q); return 0; }
P(shares_what_it_pushed) { struct shared *p = bpf_obj_new(struct shared), *q; if (!p) return 0; bpf_spin_lock(&lock); bpf_list_push_front(&sharing, &p->n); q = bpf_refcount_acquire(p); bpf_spin_unlock(&lock); if (q) bpf_obj_drop(q); return 0; }
P(shares_the_first) { struct shared *q = 0; bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_front(&sharing); if (n) q = bpf_refcount_acquire(container_of(n, struct shared, n)); bpf_spin_unlock(&lock); if (q) bpf_obj_drop(q); return 0; }
P(reads_a_shared_one_unlocked_refused) { struct shared *p = bpf_obj_new(struct shared); if (!p) return 0; bpf_spin_lock(&lock); bpf_list_push_front(&sharing, &p->n); bpf_spin_unlock(&lock); return *(volatile __u64 *)&p->key; }
P(exchanges_inside_refused) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_front(&owning); struct inner *old = 0; if (n) old = bpf_kptr_xchg(&container_of(n, struct outer, n)->p, 0); bpf_spin_unlock(&lock); if (old) bpf_obj_drop(old); return 0; }
P(pushes_one_with_another) { struct outer *p = bpf_obj_new(struct outer); if (!p) return 0; struct inner *i = bpf_obj_new(struct inner); if (!i) { bpf_obj_drop(p); return 0; } i = bpf_kptr_xchg(&p->p, i); if (i) bpf_obj_drop(i); bpf_spin_lock(&lock); bpf_list_push_back(&owning, &p->n); bpf_spin_unlock(&lock); return 0; }
P(allocates_a_list) { struct holder *h = bpf_obj_new(struct holder); if (!h) return 0; struct node *p = bpf_obj_new(struct node); if (!p) { bpf_obj_drop(h); return 0; } bpf_spin_lock(&h->lock); bpf_list_push_back(&h->head, &p->n); bpf_spin_unlock(&h->lock); bpf_obj_drop(h); return 0; }
P(allocates_a_list_not_locked_refused) { struct holder *h = bpf_obj_new(struct holder); if (!h) return 0; struct node *p = bpf_obj_new(struct node); if (!p) { bpf_obj_drop(h); return 0; } bpf_spin_lock(&lock); bpf_list_push_back(&h->head, &p->n); bpf_spin_unlock(&lock); bpf_obj_drop(h); return 0; }
P(two_allocated_lists_refused) { struct holder *h = bpf_obj_new(struct holder), *g; if (!h) return 0; g = bpf_obj_new(struct holder); if (!g) { bpf_obj_drop(h); return 0; } struct node *p = bpf_obj_new(struct node); if (!p) { bpf_obj_drop(h); bpf_obj_drop(g); return 0; } bpf_spin_lock(&h->lock); bpf_list_push_back(&g->head, &p->n); bpf_spin_unlock(&h->lock); bpf_obj_drop(h); bpf_obj_drop(g); return 0; }
P(pushes_in_a_loop) { for (int i = 0; i < 4; ++i) { NEW; p->key = i; bpf_spin_lock(&lock); bpf_list_push_back(&head, &p->n); bpf_spin_unlock(&lock); } return 0; }
P(one_of_two_paths) { NEW; bpf_spin_lock(&lock); if (s->len > 7) bpf_list_push_front(&head, &p->n); else bpf_list_push_back(&head, &p->n); bpf_spin_unlock(&lock); return 0; }
P(one_path_only_refused) { NEW; bpf_spin_lock(&lock); if (s->len > 7) bpf_list_push_front(&head, &p->n); bpf_spin_unlock(&lock); return 0; }
static noinline int push(struct node *p) { bpf_spin_lock(&lock); bpf_list_push_front(&head, &p->n); bpf_spin_unlock(&lock); return 0; }
P(pushes_in_a_function) { NEW; return push(p); }
SEC("socket") int not_in_socket_filters_refused(struct __sk_buff *s) { bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front(&head); bpf_spin_unlock(&lock); if (n) bpf_obj_drop(container_of(n, struct node, n)); return 0; }
