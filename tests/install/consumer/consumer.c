// SPDX-License-Identifier: Apache-2.0
// Runs every_part.bpf.o's program `count` twice and prints what it returned and counted.
#include <skep/skep.h>
#include <stdio.h>

int main(int argc, char **argv) {
  struct skep_object *object = argc == 2 ? skep_object_open_file(argv[1], NULL) : NULL;
  if (!object || skep_object_load(object) != 0) {
    fprintf(stderr, "%s\n", skep_last_error()->text);
    return 1;
  }
  unsigned char packet[64] = {0};
  struct skep_run_options run = {.size = sizeof run, .packet = packet, .packet_size = sizeof packet, .repeat = 2};
  struct skep_run_result result = {.size = sizeof result};
  if (skep_program_run(skep_object_find_program(object, "count"), &run, &result) != 0) return 1;
  printf("%s r0=%llu seen=%u\n", skep_version(), (unsigned long long)result.r0,
         *(unsigned *)skep_object_variable(object, "seen", NULL));
  skep_object_close(object);
  return 0;
}
