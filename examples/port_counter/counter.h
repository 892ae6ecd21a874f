// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#pragma once

#define MOST_PORTS 64

struct traffic {
    unsigned long long packets, bytes;
};
