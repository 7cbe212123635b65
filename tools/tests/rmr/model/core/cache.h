/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that a cache of an SMMU may hold for one thing. For the models of SMMUs,
 * and for stage2.c.
 *
 * Whatever can be fetched is taken in at once. An invalidation marks what it
 * covers; what can be fetched still is taken in again, which removes the mark;
 * the sync after it drops what is marked.
 */
#ifndef MODEL_CACHE_H
#define MODEL_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_CACHED 8

struct cached {
    uint64_t v;
    uint8_t level;                     /* of a leaf */
    bool marked;                       /* goes with the next sync */
};

struct cached_set {
    unsigned int nr;
    struct cached c[MAX_CACHED];
};

/* @stale: fetched by way of what is being invalidated. True if @set changed. */
bool cache_take(struct cached_set *set, uint64_t v, unsigned int level,
                bool stale);
void cache_mark(struct cached_set *set);
/* True if something went. */
bool cache_sync(struct cached_set *set);

#endif /* MODEL_CACHE_H */
