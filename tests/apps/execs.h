/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXECS_H
#define EXECS_H

#define NAME_LENGTH 16

struct event {
  unsigned int pid;
  unsigned long long seen_ns;
  char name[NAME_LENGTH];
};

#endif
