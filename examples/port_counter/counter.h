// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#pragma once

#ifndef MOST_PORTS
#define MOST_PORTS 64
#endif

struct traffic {
    unsigned long long packets, bytes;
};
