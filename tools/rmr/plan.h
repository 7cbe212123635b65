/* SPDX-License-Identifier: GPL-2.0-only */
/* The address map that plan.c makes and svg.c draws. */
#ifndef XEN_RMR_PLAN_H
#define XEN_RMR_PLAN_H

#include <stdint.h>

#include "xen-rmr.h"

enum side {
    HOST,
    GUEST,
};

enum kind {
    RAM,
    RESERVED,
    REGION,
    FIXED,
    NR_KINDS,
};

struct mapped {
    enum side side;
    enum kind kind;
    uint64_t start, size;
    uint64_t pa;                       /* REGION of the guest; or NO_PA */
    const char *what;
};

#define NO_PA (~UINT64_C(0))

struct map {
    struct mapped *list;               /* ascending, the host's first */
    unsigned int nr;
    bool guest;
};

void svg(FILE *to, const struct map *map);

#endif /* XEN_RMR_PLAN_H */
