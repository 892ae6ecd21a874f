// SPDX-License-Identifier: Apache-2.0
// Sends packets of its own through the program and prints what it made of them.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <stdlib.h>

#include "shield.h"
#include "shield.skel.h"

struct packet {
  struct ether_header eth;
  struct iphdr ip;
  char payload[66];
} __attribute__((packed));

static struct packet packet_from(const char *address, unsigned char protocol) {
  struct packet p = {.eth = {.ether_type = htons(ETHERTYPE_IP)}, .ip = {.version = 4, .ihl = 5, .protocol = protocol}};
  p.ip.saddr = inet_addr(address);
  return p;
}

static int send_one(int program, const char *address, unsigned char protocol, int times) {
  struct packet in = packet_from(address, protocol), out;
  LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &in, .data_size_in = sizeof in, .data_out = &out,
              .data_size_out = sizeof out, .repeat = times);
  const int err = bpf_prog_test_run_opts(program, &run);
  if (err) return fprintf(stderr, "the run: %d\n", err), err;
  printf("%s %u: %u, %u bytes out\n", address, protocol, run.retval, run.data_size_out);
  return 0;
}

static void print_flows(int map) {
  struct flow at, next, *from = NULL;
  struct counted c, total = {};
  int count = 0;
  for (; bpf_map_get_next_key(map, from, &next) == 0; at = next, from = &at, ++count)
    if (bpf_map_lookup_elem(map, &next, &c) == 0) total.packets += c.packets, total.bytes += c.bytes;
  printf("%d flows, %llu packets, %llu bytes\n", count, total.packets, total.bytes);
}

static unsigned long long sum_of_lanes(int map) {
  const int lanes = libbpf_num_possible_cpus();
  __u64 *values = calloc(lanes, sizeof *values), sum = 0;
  const __u32 key = 0;
  if (bpf_map_lookup_elem(map, &key, values) == 0)
    for (int i = 0; i < lanes; ++i) sum += values[i];
  free(values);
  return sum;
}

int main(void) {
  struct shield_bpf *skel = shield_bpf__open();
  if (!skel) return 1;
  skel->rodata->smallest = 20;
  skel->bss->seen = 100;
  bpf_map__set_max_entries(skel->maps.blocked, 2);

  int err = shield_bpf__load(skel);
  if (err) goto out;
  const int program = bpf_program__fd(skel->progs.shield), blocked = bpf_map__fd(skel->maps.blocked);

  const char *enemies[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
  for (int i = 0; i < 3; ++i) {
    const __u32 address = inet_addr(enemies[i]);
    const __u8 yes = 1;
    printf("blocking %s: %d\n", enemies[i], bpf_map_update_elem(blocked, &address, &yes, BPF_ANY));
  }
  if ((err = send_one(program, "192.0.2.1", IPPROTO_UDP, 1)) || (err = send_one(program, "10.0.0.1", IPPROTO_UDP, 3)) ||
      (err = send_one(program, "10.0.0.1", IPPROTO_TCP, 1)) || (err = send_one(program, "192.0.2.2", IPPROTO_TCP, 5)))
    goto out;
  print_flows(bpf_map__fd(skel->maps.flows));
  printf("%llu dropped, %llu seen\n", sum_of_lanes(bpf_map__fd(skel->maps.dropped)),
         (unsigned long long)skel->bss->seen);
  err = shield_bpf__attach(skel);  // nothing attaches itself
  printf("attach: %d\n", err);
  if (skel->bss->hz != skel->kconfig->CONFIG_HZ) printf("hz: %u, %u\n", skel->bss->hz, skel->kconfig->CONFIG_HZ);

out:
  shield_bpf__destroy(skel);
  return err ? 1 : 0;
}
