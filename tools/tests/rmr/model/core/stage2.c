/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage-2 walks and TLBs; see stage2.h. */
#include <string.h>

#include "run.h"
#include "stage2.h"

#define ADDRESS   0x0000fffffffff000UL
/* What does not come from memory: bits that an SMMU ignores in a leaf. */
#define IGNORED   (0xffUL << 55)

void s2_tlb_start(struct s2_tlb *t, bool coherent, unsigned int oas)
{
    t->coherent = coherent;
    t->oas = oas;
    t->nr_vmids = t->nr_regimes = 0;
    t->unknown = true;
    t->unknown_marked = false;
}

static struct s2_vmid *vmid_of(struct s2_tlb *t, unsigned int vmid)
{
    unsigned int i;

    for ( i = 0; i < t->nr_vmids; i++ )
        if ( t->vmid[i].vmid == vmid )
            return &t->vmid[i];

    if ( i == S2_MAX_VMIDS )
        run_fail("the model has not enough VMIDs");
    memset(&t->vmid[i], 0, sizeof(t->vmid[i]));
    t->vmid[i].vmid = vmid;
    if ( t->unknown )
        cache_take(&t->vmid[i].unknown, 0, 0, t->unknown_marked);
    t->nr_vmids++;

    return &t->vmid[i];
}

/* --- Walks ------------------------------------------------------------------- */

static unsigned int shift_of(unsigned int level)
{
    return 39 - 9 * level;
}

struct walk {
    const struct s2_tlb *t;
    struct s2_vmid *v;
    unsigned int probe;                /* index of the address */
    uint64_t ipa;
    struct cached_set tables;          /* of the level that is looked at */
    bool faults, astray, changed;
};

/* One entry that may be read: on to the next table, or into the TLB. */
static void take_entry(struct walk *w, unsigned int level, uint64_t e,
                       bool stale, struct cached_set *next)
{
    if ( !(e & 1) || (level == 3 && !(e & 2)) || (!level && !(e & 2)) )
        w->faults = true;
    else if ( level < 3 && (e & 2) )
    {
        w->changed |= cache_take(&w->v->table[w->probe][level + 1],
                                 e & ADDRESS, 0, stale);
        cache_take(next, e & ADDRESS, 0, stale);
    }
    else if ( !(e & (1UL << 10)) )     /* access flag */
        w->faults = true;
    else
        w->changed |= cache_take(&w->v->leaf[w->probe], e & ~IGNORED, level,
                                 stale);
}

static void walk_level(struct walk *w, unsigned int level,
                       struct cached_set *next)
{
    unsigned int i, j;
    struct mem_view view;

    for ( i = 0; i < w->tables.nr; i++ )
    {
        uint64_t index = (w->ipa >> shift_of(level)) & 511;

        if ( !mem_view(w->tables.c[i].v + index * 8, w->t->coherent, &view) )
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
        old = &w->v->table[w->probe][level + 1];
        for ( i = 0; i < old->nr; i++ )
            cache_take(&next, old->c[i].v, 0, old->c[i].marked);
        w->tables = next;
    }
}

/* All addresses; notes where a walk may fail. True if a TLB took something. */
static bool walk_all(struct s2_tlb *t, struct s2_regime *r)
{
    struct walk w = { .t = t, .v = vmid_of(t, r->s2.vmid) };

    for ( w.probe = 0; w.probe < machine.nr_ipas; w.probe++ )
    {
        w.ipa = machine.ipas[w.probe];
        walk(&w, &r->s2);
        r->faults[w.probe] = w.faults;
        r->astray[w.probe] = w.astray;
    }

    return w.changed;
}

static struct s2_regime *find_regime(struct s2_tlb *t, const struct stage2 *s2)
{
    unsigned int i;

    for ( i = 0; i < t->nr_regimes; i++ )
        if ( t->regime[i].s2.vmid == s2->vmid &&
             t->regime[i].s2.root == s2->root &&
             t->regime[i].s2.ipa_bits == s2->ipa_bits &&
             t->regime[i].s2.start_level == s2->start_level )
            return &t->regime[i];

    return NULL;
}

void s2_tlb_no_regimes(struct s2_tlb *t)
{
    t->nr_regimes = 0;
}

void s2_tlb_regime(struct s2_tlb *t, const struct stage2 *s2)
{
    if ( find_regime(t, s2) )
        return;

    if ( t->nr_regimes == S2_MAX_VMIDS )
        run_fail("the model has not enough translation regimes");
    t->regime[t->nr_regimes++].s2 = *s2;
}

/* Regimes of one VMID share walk caches: again, until none finds more. */
void s2_tlb_fill(struct s2_tlb *t)
{
    unsigned int i;
    bool changed;

    do {
        changed = false;
        for ( i = 0; i < t->nr_regimes; i++ )
            changed |= walk_all(t, &t->regime[i]);
    } while ( changed );
}

/* --- Invalidation ------------------------------------------------------------ */

static void each_set(struct s2_vmid *v, void (*fn)(struct cached_set *set))
{
    unsigned int i, l;

    for ( i = 0; i < machine.nr_ipas; i++ )
    {
        fn(&v->leaf[i]);
        for ( l = 0; l < 4; l++ )
            fn(&v->table[i][l]);
    }
    fn(&v->unknown);
}

void s2_tlb_invalidate(struct s2_tlb *t, unsigned int vmid)
{
    /* Whatever is there of a VMID that nobody has used yet, too. */
    each_set(vmid_of(t, vmid), cache_mark);
}

void s2_tlb_invalidate_all(struct s2_tlb *t)
{
    unsigned int i;

    t->unknown_marked = true;
    for ( i = 0; i < t->nr_vmids; i++ )
        each_set(&t->vmid[i], cache_mark);
}

void s2_tlb_sync(struct s2_tlb *t)
{
    unsigned int i;

    if ( t->unknown_marked )
        t->unknown = t->unknown_marked = false;
    for ( i = 0; i < t->nr_vmids; i++ )
        each_set(&t->vmid[i], cache_sync);
}

/* --- Answers ----------------------------------------------------------------- */

static void answer_leaf(const struct s2_tlb *t, const struct cached *leaf,
                        uint64_t ipa, answer_fn *fn, void *ctx)
{
    uint64_t span = 1UL << shift_of(leaf->level);
    struct translation to = {
        .pa = (leaf->v & ADDRESS & ~(span - 1)) | (ipa & (span - 1)),
        .attr = ((leaf->v >> 2) & 15) | ((leaf->v >> 8) & 3) << 4,
    };

    /* S2AP: reads and writes both. Output size: the SMMU's own. */
    if ( (leaf->v & 0xc0) != 0xc0 || to.pa >> t->oas )
        fn(ctx, ANSWER_FAULT, NULL);
    else
        fn(ctx, ANSWER_TRANSLATED, &to);
}

void s2_tlb_answers(struct s2_tlb *t, const struct stage2 *s2, uint64_t ipa,
                    answer_fn *fn, void *ctx)
{
    const struct s2_vmid *v = vmid_of(t, s2->vmid);
    const struct s2_regime *r = find_regime(t, s2);
    const struct cached_set *leaf;
    unsigned int probe = 0, i;

    while ( machine.ipas[probe] != ipa )
        probe++;
    leaf = &v->leaf[probe];

    if ( r->faults[probe] )
        fn(ctx, ANSWER_FAULT, NULL);
    if ( r->astray[probe] )
        fn(ctx, ANSWER_ASTRAY, NULL);
    if ( v->unknown.nr )
        fn(ctx, ANSWER_UNKNOWN, NULL);

    for ( i = 0; i < leaf->nr; i++ )
    {
        answer_leaf(t, &leaf->c[i], ipa, fn, ctx);
        /* Two entries that match one address and are not the same. */
        if ( i )
            fn(ctx, ANSWER_CONFLICT, NULL);
    }
}
