// SPDX-License-Identifier: Apache-2.0
// Opens, sets and reads through a C skeleton; with an argument it also loads, runs and attaches (nothing: an XDP program
// does not say to what).
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "counter.skel.h"

int main(int argc, char **argv)
{
	struct counter *skel = counter__open();
	unsigned char packet[60] = {0};
	struct bpf_test_run_opts run = {.sz = sizeof(run), .data_in = packet, .data_size_in = sizeof(packet)};
	struct counter_traffic all;
	int err;

	(void)argv;
	if (!skel)
		return 1;
	skel->rodata->first_port = 50;
	printf("%s %s %u %llu\n", bpf_map__name(skel->maps.by_port), bpf_program__name(skel->progs.count),
	       bpf_map__max_entries(skel->maps.by_port), skel->bss->others);
	if (argc > 1) {
		err = counter__load(skel);
		if (!err)
			err = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.count), &run);
		if (err)
			return 1;
		all = skel->bss->all;
		printf("%u %llu %llu %llu\n", run.retval, all.packets, all.bytes, skel->bss->others);
		printf("attach: %d\n", counter__attach(skel));
	}
	counter__destroy(skel);
	return 0;
}
