// SPDX-License-Identifier: Apache-2.0
// Red-black trees: add calls the program's `less`, a node in the tree is borrowed as long as the lock is held.
#include "kernel.h"

struct node { __u64 key; struct bpf_rb_node n; __u64 data; };
struct both { __u64 key; struct bpf_list_node l; struct bpf_rb_node r; struct bpf_refcount ref; };
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_rb_root root __contains(node, n);
private(A) struct bpf_rb_root shared __contains(both, r);
private(A) struct bpf_list_head list __contains(both, l);
private(B) struct bpf_spin_lock lock_b;
private(B) struct bpf_rb_root root_b __contains(node, n);
RING(ring);
struct holder { struct bpf_spin_lock lock; struct bpf_rb_root root __contains(node, n); };
#define node_of(p) container_of(p, struct node, n)
#define NEW struct node *p = bpf_obj_new(struct node); if (!p) return 0
#define P(name) SEC("tc") int name(struct __sk_buff *s)

static _Bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b) { return node_of(a)->key < node_of(b)->key; }
static _Bool less_both(struct bpf_rb_node *a, const struct bpf_rb_node *b) { return container_of(a, struct both, r)->key < container_of(b, struct both, r)->key; }
static _Bool less_writes(struct bpf_rb_node *a, const struct bpf_rb_node *b) { node_of(a)->data++; return node_of(a)->key < node_of(b)->key; }
static int less_five(struct bpf_rb_node *a, const struct bpf_rb_node *b) { return 5; }
static _Bool less_unlocks(struct bpf_rb_node *a, const struct bpf_rb_node *b) { bpf_spin_unlock(&lock); return 0; }
static _Bool less_adds(struct bpf_rb_node *a, const struct bpf_rb_node *b) { bpf_rbtree_add(&root, a, less); return 0; }
static _Bool less_removes(struct bpf_rb_node *a, const struct bpf_rb_node *b) { struct bpf_rb_node *n = bpf_rbtree_remove(&root, a); return n != 0; }
static _Bool less_first(struct bpf_rb_node *a, const struct bpf_rb_node *b) { struct bpf_rb_node *n = bpf_rbtree_first(&root); return n != 0; }
static _Bool less_drops(struct bpf_rb_node *a, const struct bpf_rb_node *b) { bpf_obj_drop(node_of(a)); return 0; }
static _Bool less_locks(struct bpf_rb_node *a, const struct bpf_rb_node *b) { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return 0; }
static _Bool less_branches(struct bpf_rb_node *a, const struct bpf_rb_node *b) { struct node *x = node_of(a), *y = node_of(b); if (x->key != y->key) return x->key < y->key; return x->data < y->data; }
static _Bool less_beyond(struct bpf_rb_node *a, const struct bpf_rb_node *b) { return *((volatile __u64 *)node_of(a) + 10) != 0; }
static _Bool less_touches(struct bpf_rb_node *a, const struct bpf_rb_node *b) { return *(volatile __u64 *)a != 0; }
noinline int less_global(struct bpf_rb_node *a, struct bpf_rb_node *b) { return 0; }

P(adds) { NEW; p->key = s->len; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less); bpf_spin_unlock(&lock); return 0; }
P(adds_two) { NEW; struct node *q = bpf_obj_new(struct node); if (!q) { bpf_obj_drop(p); return 0; } p->key = 1; q->key = 2; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less); bpf_rbtree_add(&root, &q->n, less); bpf_spin_unlock(&lock); return 0; }
P(less_may_write) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_writes); bpf_spin_unlock(&lock); return 0; }
P(less_may_branch) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_branches); bpf_spin_unlock(&lock); return 0; }
P(less_answers_five_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_five); bpf_spin_unlock(&lock); return 0; }
P(less_that_unlocks_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_unlocks); bpf_spin_unlock(&lock); return 0; }
P(less_that_adds_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_adds); bpf_spin_unlock(&lock); return 0; }
P(less_that_removes_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_removes); bpf_spin_unlock(&lock); return 0; }
P(less_that_asks_for_the_first) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_first); bpf_spin_unlock(&lock); return 0; }
P(less_that_drops_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_drops); bpf_spin_unlock(&lock); return 0; }
P(less_in_an_rcu_region_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_locks); bpf_spin_unlock(&lock); return 0; }
P(less_beyond_the_node_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_beyond); bpf_spin_unlock(&lock); return 0; }
P(less_that_touches_the_node_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_touches); bpf_spin_unlock(&lock); return 0; }
P(less_is_global_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less_global); bpf_spin_unlock(&lock); return 0; }
P(no_function_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, 0); bpf_spin_unlock(&lock); return 0; }
P(adds_without_lock_refused) { NEW; bpf_rbtree_add(&root, &p->n, less); return 0; }
P(adds_under_another_lock_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root_b, &p->n, less); bpf_spin_unlock(&lock); return 0; }
P(adds_another_type_refused) { struct both *p = bpf_obj_new(struct both); if (!p) return 0; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->r, less); bpf_spin_unlock(&lock); return 0; }
P(adds_a_list_node_refused) { struct both *p = bpf_obj_new(struct both); if (!p) return 0; bpf_spin_lock(&lock); bpf_rbtree_add(&shared, (void *)&p->l, less_both); bpf_spin_unlock(&lock); return 0; }
P(adds_to_a_list_refused) { struct both *p = bpf_obj_new(struct both); if (!p) return 0; bpf_spin_lock(&lock); bpf_rbtree_add((void *)&list, &p->r, less_both); bpf_spin_unlock(&lock); return 0; }
P(adds_twice_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less); bpf_rbtree_add(&root, &p->n, less); bpf_spin_unlock(&lock); return 0; }
P(reads_what_it_added) { NEW; int r; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less); r = p->data; bpf_spin_unlock(&lock); return r; }
P(reads_what_it_added_too_late_refused) { NEW; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less); bpf_spin_unlock(&lock); return *(volatile __u64 *)&p->data; }
P(removes_what_it_added) { NEW; struct bpf_rb_node *n; bpf_spin_lock(&lock); bpf_rbtree_add(&root, &p->n, less); n = bpf_rbtree_remove(&root, &p->n); bpf_spin_unlock(&lock); if (n) bpf_obj_drop(node_of(n)); return 0; }

P(first) { int r = 0; bpf_spin_lock(&lock); struct bpf_rb_node *n = bpf_rbtree_first(&root); if (n) r = node_of(n)->key; bpf_spin_unlock(&lock); return r; }
P(first_too_late_refused) { bpf_spin_lock(&lock); struct bpf_rb_node *n = bpf_rbtree_first(&root); bpf_spin_unlock(&lock); if (!n) return 0; return node_of(n)->key; }
P(first_without_lock_refused) { struct bpf_rb_node *n = bpf_rbtree_first(&root); return n != 0; }
P(first_untested_refused) { int r; bpf_spin_lock(&lock); struct bpf_rb_node *n = bpf_rbtree_first(&root); r = node_of(n)->key; bpf_spin_unlock(&lock); return r; }
P(first_of_a_list_refused) { bpf_spin_lock(&lock); struct bpf_rb_node *n = bpf_rbtree_first((void *)&list); bpf_spin_unlock(&lock); return n != 0; }
P(removes_the_first) { struct bpf_rb_node *n; bpf_spin_lock(&lock); n = bpf_rbtree_first(&root); if (!n) { bpf_spin_unlock(&lock); return 0; } n = bpf_rbtree_remove(&root, n); bpf_spin_unlock(&lock); if (!n) return 0; bpf_obj_drop(node_of(n)); return 0; }
P(removes_untested_refused) { struct bpf_rb_node *n; bpf_spin_lock(&lock); n = bpf_rbtree_first(&root); n = bpf_rbtree_remove(&root, n); bpf_spin_unlock(&lock); if (n) bpf_obj_drop(node_of(n)); return 0; }
P(removes_and_keeps_refused) { struct bpf_rb_node *n; bpf_spin_lock(&lock); n = bpf_rbtree_first(&root); if (n) n = bpf_rbtree_remove(&root, n); bpf_spin_unlock(&lock); return 0; }
P(removes_the_answer_untested_refused) { struct bpf_rb_node *n; bpf_spin_lock(&lock); n = bpf_rbtree_first(&root); if (!n) { bpf_spin_unlock(&lock); return 0; } n = bpf_rbtree_remove(&root, n); bpf_spin_unlock(&lock); bpf_obj_drop(node_of(n)); return 0; }
P(removes_of_another_tree_refused) { struct bpf_rb_node *n; bpf_spin_lock(&lock); n = bpf_rbtree_first(&root); if (n) n = bpf_rbtree_remove(&shared, n); bpf_spin_unlock(&lock); if (n) bpf_obj_drop(node_of(n)); return 0; }
P(uses_the_first_after_removing) { struct bpf_rb_node *n, *m; int r = 0; bpf_spin_lock(&lock); n = bpf_rbtree_first(&root); if (!n) { bpf_spin_unlock(&lock); return 0; } m = bpf_rbtree_remove(&root, n); r = *(volatile __u64 *)&node_of(n)->key; bpf_spin_unlock(&lock); if (m) bpf_obj_drop(node_of(m)); return r; }
P(removes_one_of_two_borrowed) { struct bpf_rb_node *n, *m, *o; int r = 0; bpf_spin_lock(&lock); n = bpf_rbtree_first(&root); m = bpf_rbtree_first(&root); if (!n || !m) { bpf_spin_unlock(&lock); return 0; } o = bpf_rbtree_remove(&root, n); r = node_of(m)->key; bpf_spin_unlock(&lock); if (o) bpf_obj_drop(node_of(o)); return r; }
P(adds_back_what_it_removed) { struct bpf_rb_node *n; bpf_spin_lock(&lock); n = bpf_rbtree_first(&root); if (!n) goto out; n = bpf_rbtree_remove(&root, n); if (!n) goto out; bpf_rbtree_add(&root, n, less); out: bpf_spin_unlock(&lock); return 0; }
P(removes_an_owned_one) { NEW; struct bpf_rb_node *n; bpf_spin_lock(&lock); n = bpf_rbtree_remove(&root, &p->n); bpf_spin_unlock(&lock); if (n) bpf_obj_drop(node_of(n)); bpf_obj_drop(p); return 0; }
P(removes_a_number_refused) { struct bpf_rb_node *n; bpf_spin_lock(&lock); n = bpf_rbtree_remove(&root, (void *)8); bpf_spin_unlock(&lock); if (n) bpf_obj_drop(node_of(n)); return 0; }
P(removes_a_record_refused) { struct bpf_rb_node *n; char *r = bpf_ringbuf_reserve(&ring, 64, 0); if (!r) return 0; bpf_spin_lock(&lock); n = bpf_rbtree_remove(&root, (void *)r); bpf_spin_unlock(&lock); bpf_ringbuf_discard(r, 0); if (n) bpf_obj_drop(node_of(n)); return 0; }  // no-field-there
P(removes_somewhere_in_a_record_refused) { struct bpf_rb_node *n; char *r = bpf_ringbuf_reserve(&ring, 64, 0); if (!r) return 0; __u64 i = s->len & 8; bpf_spin_lock(&lock); n = bpf_rbtree_remove(&root, (void *)(r + i)); bpf_spin_unlock(&lock); bpf_ringbuf_discard(r, 0); if (n) bpf_obj_drop(node_of(n)); return 0; }  // field-moves
P(drops_the_first_refused) { struct bpf_rb_node *n; bpf_spin_lock(&lock); n = bpf_rbtree_first(&root); bpf_spin_unlock(&lock); if (n) bpf_obj_drop(node_of(n)); return 0; }
P(goes_down) { struct bpf_rb_node *n; int r = 0; bpf_spin_lock(&lock); n = bpf_rbtree_root(&root); if (n) n = s->len > 3 ? bpf_rbtree_left(&root, n) : bpf_rbtree_right(&root, n); if (n) r = node_of(n)->key; bpf_spin_unlock(&lock); return r; }
P(tests_a_borrowed_one_twice) { struct bpf_rb_node *n; int r = 0; bpf_spin_lock(&lock); n = bpf_rbtree_root(&root); if (n) { barrier_var(n); if (n) r = node_of(n)->key; else r = s->len; } bpf_spin_unlock(&lock); return r; }
P(goes_down_untested_refused) { struct bpf_rb_node *n; int r = 0; bpf_spin_lock(&lock); n = bpf_rbtree_root(&root); n = bpf_rbtree_left(&root, n); if (n) r = node_of(n)->key; bpf_spin_unlock(&lock); return r; }
P(goes_down_too_late_refused) { struct bpf_rb_node *n; bpf_spin_lock(&lock); n = bpf_rbtree_root(&root); bpf_spin_unlock(&lock); if (n) { bpf_spin_lock(&lock); n = bpf_rbtree_left(&root, n); bpf_spin_unlock(&lock); } return 0; }
P(goes_down_in_a_loop) { struct bpf_rb_node *n; int r = 0; bpf_spin_lock(&lock); n = bpf_rbtree_root(&root); for (int i = 0; i < 5 && n; ++i) { r += node_of(n)->key; n = bpf_rbtree_left(&root, n); } bpf_spin_unlock(&lock); return r; }

P(adds_a_shared_one_to_both) { struct both *p = bpf_obj_new(struct both), *q; if (!p) return 0; q = bpf_refcount_acquire(p); if (!q) { bpf_obj_drop(p); return 0; } bpf_spin_lock(&lock); bpf_rbtree_add(&shared, &p->r, less_both); bpf_list_push_back(&list, &q->l); bpf_spin_unlock(&lock); return 0; }
P(removes_a_shared_one_while_counted) { struct bpf_rb_node *n; struct both *b = 0; bpf_spin_lock(&lock); n = bpf_rbtree_first(&shared); if (n) b = bpf_refcount_acquire(container_of(n, struct both, r)); bpf_spin_unlock(&lock); if (!b) return 0; bpf_spin_lock(&lock); n = bpf_rbtree_remove(&shared, &b->r); bpf_spin_unlock(&lock); if (n) bpf_obj_drop(container_of(n, struct both, r)); bpf_obj_drop(b); return 0; }
P(in_an_allocated_tree) { struct holder *h = bpf_obj_new(struct holder); if (!h) return 0; struct node *p = bpf_obj_new(struct node); if (!p) { bpf_obj_drop(h); return 0; } bpf_spin_lock(&h->lock); bpf_rbtree_add(&h->root, &p->n, less); bpf_spin_unlock(&h->lock); bpf_obj_drop(h); return 0; }
