/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cache may hold; see cache.h. */
#include "cache.h"
#include "run.h"

bool cache_take(struct cached_set *set, uint64_t v, unsigned int level,
                bool stale)
{
    unsigned int i;

    for ( i = 0; i < set->nr; i++ )
        if ( set->c[i].v == v && set->c[i].level == level )
        {
            bool was = set->c[i].marked;

            set->c[i].marked &= stale;
            return set->c[i].marked != was;
        }

    if ( set->nr == MAX_CACHED )
        run_fail("the model's caches are too small");
    set->c[set->nr++] = (struct cached){ v, level, stale };

    return true;
}

void cache_mark(struct cached_set *set)
{
    unsigned int i;

    for ( i = 0; i < set->nr; i++ )
        set->c[i].marked = true;
}

bool cache_sync(struct cached_set *set)
{
    unsigned int i, was = set->nr;

    for ( i = set->nr; i-- > 0; )
        if ( set->c[i].marked )
            set->c[i] = set->c[--set->nr];

    return set->nr != was;
}
