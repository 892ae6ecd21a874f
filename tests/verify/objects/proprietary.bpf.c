// What a licence that is not compatible with the GPL keeps a program from.
typedef unsigned long long u64;
#define SEC(n) __attribute__((section(n), used))
char LICENSE[] SEC("license") = "Proprietary";
SEC("tp_btf/kfree_skb") int reads_number(u64 *args) { return (int)args[1] == 0; }
SEC("tp_btf/kfree_skb") int reads_object(u64 *args) { return *(volatile int *)args[0] == 0; }
SEC("iter/task") int iterates(u64 *args) { return 0; }
SEC("tc") int returns(void *ctx) { return 0; }
