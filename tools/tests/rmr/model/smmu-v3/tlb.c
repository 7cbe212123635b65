/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks of stage-2 tables, TLB and walk caches by VMID (IHI 0070, 3.17, 4.4;
 * ARM DDI 0487 for the tables). Called from regs.c and queues.c.
 *
 * Any device may access any address at any time, and the SMMU may prefetch. So
 * each address that the oracle tries is in the TLB of each VMID in use, as soon
 * as it can be. Faults are never cached.
 */
#include <string.h>

#include "../core/run.h"
#include "smmu-v3.h"

#define ADDRESS   0x0000fffffffff000UL
/* A walk may reach this many tables of one level, old ones included. */
#define MAX_TABLES MAX_CACHED

/* What does not come from memory: bits that the SMMU ignores in a leaf. */
#define IGNORED   0xffUL << 55

static struct context *context_of(struct smmu_v3 *s, unsigned int vmid)
{
    unsigned int i;

    for ( i = 0; i < s->nr_contexts; i++ )
        if ( s->context[i].vmid == vmid )
            return &s->context[i];

    if ( s->nr_contexts == MAX_VMIDS )
        run_fail("the model has not enough VMIDs");
    memset(&s->context[i], 0, sizeof(s->context[i]));
    s->context[i].vmid = vmid;
    if ( s->tlb_unknown )
        cache_take(&s->context[i].unknown, 0, 0, s->tlb_unknown_marked);
    s->nr_contexts++;

    return &s->context[i];
}

static unsigned int shift_of(unsigned int level)
{
    return 39 - 9 * level;
}

struct walk {
    struct smmu_v3 *s;
    struct context *c;
    unsigned int probe;                /* index of the address */
    uint64_t ipa;
    struct cached_set tables;          /* of the level that is looked at */
    bool faults, astray;
};

/* One entry that may be read: on to the next table, or into the TLB. */
static void take_entry(struct walk *w, unsigned int level, uint64_t e,
                       bool stale, struct cached_set *next)
{
    if ( !(e & 1) || (level == 3 && !(e & 2)) || (!level && !(e & 2)) )
    {
        w->faults = true;
        return;
    }
    if ( level < 3 && (e & 2) )
    {
        cache_take(&w->c->table[w->probe][level + 1], e & ADDRESS, 0, stale);
        cache_take(next, e & ADDRESS, 0, stale);
        return;
    }
    /* Access flag; a fault that is not cached. */
    if ( !(e & (1UL << 10)) )
    {
        w->faults = true;
        return;
    }
    cache_take(&w->c->leaf[w->probe], e & ~(IGNORED), level, stale);
}

static void walk_level(struct walk *w, unsigned int level,
                       struct cached_set *next)
{
    unsigned int i, j;
    struct mem_view view;

    for ( i = 0; i < w->tables.nr; i++ )
    {
        uint64_t index = (w->ipa >> shift_of(level)) & 511;

        if ( !mem_view(w->tables.c[i].v + index * 8,
                       w->s->base.desc->coherent, &view) )
        {
            w->astray = true;
            continue;
        }
        for ( j = 0; j < view.nr; j++ )
            take_entry(w, level, view.v[j], w->tables.c[i].marked, next);
    }
}

/* Every way that a walk for one address can go now. */
static void walk(struct walk *w, const struct stage2 *s2)
{
    unsigned int level = s2->start_level, i;
    uint64_t first = w->ipa >> (shift_of(level) + 9);

    w->faults = w->astray = false;
    if ( w->ipa >> s2->ipa_bits )
    {
        w->faults = true;
        return;
    }

    memset(&w->tables, 0, sizeof(w->tables));
    cache_take(&w->tables, s2->root + first * 4096, 0, false);
    for ( ; level <= 3; level++ )
    {
        struct cached_set next = { 0 };
        const struct cached_set *old;

        walk_level(w, level, &next);
        if ( level == 3 )
            break;
        old = &w->c->table[w->probe][level + 1];
        for ( i = 0; i < old->nr; i++ )
            cache_take(&next, old->c[i].v, 0, old->c[i].marked);
        w->tables = next;
    }
}

/* --- Ageing, invalidation ---------------------------------------------------------- */

static struct regime *find_regime(struct smmu_v3 *s, const struct stage2 *s2)
{
    unsigned int i;

    for ( i = 0; i < s->nr_regimes; i++ )
        if ( s->regime[i].s2.vmid == s2->vmid &&
             s->regime[i].s2.root == s2->root &&
             s->regime[i].s2.ipa_bits == s2->ipa_bits &&
             s->regime[i].s2.start_level == s2->start_level )
            return &s->regime[i];

    return NULL;
}

static void age_one(struct smmu_v3 *s, void *ctx, enum answer a,
                    const struct stage2 *s2)
{
    struct walk w = { .s = s };
    struct regime *r;
    unsigned int i;

    (void)ctx;
    if ( a != ANSWER_TRANSLATED || find_regime(s, s2) )
        return;

    if ( s->nr_regimes == MAX_VMIDS )
        run_fail("the model has not enough translation regimes");
    r = &s->regime[s->nr_regimes++];
    r->s2 = *s2;
    w.c = context_of(s, s2->vmid);
    for ( i = 0; i < machine.nr_ipas; i++ )
    {
        w.probe = i;
        w.ipa = machine.ipas[i];
        walk(&w, s2);
        r->faults[i] = w.faults;
        r->astray[i] = w.astray;
    }
}

void tlb_age(struct smmu_v3 *s)
{
    unsigned int i;

    s->nr_regimes = 0;
    if ( !v3_may_translate(s) || s->firmware )
        return;

    for ( i = 0; i < s->nr_streams; i++ )
        config_meanings(s, &s->stream[i], age_one, NULL);
}

static void each_set(struct smmu_v3 *s, struct context *c, unsigned int ipa,
                     void (*fn)(struct cached_set *set))
{
    unsigned int l;

    (void)s;
    fn(&c->leaf[ipa]);
    for ( l = 0; l < 4; l++ )
        fn(&c->table[ipa][l]);
}

void tlb_invalidate(struct smmu_v3 *s, unsigned int vmid, bool all)
{
    unsigned int i, j;

    /* Whatever is there of a VMID that nobody has used yet, too. */
    if ( !all )
        context_of(s, vmid);
    else
        s->tlb_unknown_marked = true;

    for ( i = 0; i < s->nr_contexts; i++ )
        if ( all || s->context[i].vmid == vmid )
        {
            for ( j = 0; j < machine.nr_ipas; j++ )
                each_set(s, &s->context[i], j, cache_mark);
            cache_mark(&s->context[i].unknown);
        }
}

/* CMD_TLBI_S2_IPA; without Leaf the walk caches go as well, with it they stay. */
void tlb_invalidate_ipa(struct smmu_v3 *s, unsigned int vmid, uint64_t ipa)
{
    struct context *c = context_of(s, vmid);
    unsigned int j;

    for ( j = 0; j < machine.nr_ipas; j++ )
        if ( (machine.ipas[j] ^ ipa) >> 12 == 0 )
            cache_mark(&c->leaf[j]);
}

void tlb_sync(struct smmu_v3 *s)
{
    unsigned int i, j;

    if ( s->tlb_unknown_marked )
        s->tlb_unknown = s->tlb_unknown_marked = false;
    for ( i = 0; i < s->nr_contexts; i++ )
    {
        for ( j = 0; j < machine.nr_ipas; j++ )
            each_set(s, &s->context[i], j, cache_sync);
        cache_sync(&s->context[i].unknown);
    }
}

/* --- Answers ------------------------------------------------------------------------- */

static void answer_leaf(struct smmu_v3 *s, const struct cached *leaf,
                        uint64_t ipa, answer_fn *fn, void *ctx)
{
    uint64_t span = 1UL << shift_of(leaf->level);
    struct translation t = {
        .pa = (leaf->v & ADDRESS & ~(span - 1)) | (ipa & (span - 1)),
        .attr = ((leaf->v >> 2) & 15) | ((leaf->v >> 8) & 3) << 4,
    };

    /* S2AP: reads and writes both. Output size: STE.S2PS is the SMMU's. */
    if ( (leaf->v & 0xc0) != 0xc0 || t.pa >> s->base.desc->oas )
        fn(ctx, ANSWER_FAULT, NULL);
    else
        fn(ctx, ANSWER_TRANSLATED, &t);
}

void tlb_answers(struct smmu_v3 *s, const struct stage2 *s2, uint64_t ipa,
                 answer_fn *fn, void *ctx)
{
    const struct context *c = context_of(s, s2->vmid);
    const struct regime *r = find_regime(s, s2);
    const struct cached_set *leaf;
    unsigned int probe = 0, i;

    while ( machine.ipas[probe] != ipa )
        probe++;
    leaf = &c->leaf[probe];

    /* Every regime has been found by the ageing before this. */
    if ( r->faults[probe] )
        fn(ctx, ANSWER_FAULT, NULL);
    if ( r->astray[probe] )
        fn(ctx, ANSWER_ASTRAY, NULL);
    if ( c->unknown.nr )
        fn(ctx, ANSWER_UNKNOWN, NULL);

    for ( i = 0; i < leaf->nr; i++ )
    {
        answer_leaf(s, &leaf->c[i], ipa, fn, ctx);
        /* Two entries that match one address and are not the same (3.17). */
        if ( i )
            fn(ctx, ANSWER_CONFLICT, NULL);
    }
}
