/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage-2 walks and TLBs; see stage2.h. */
#include <string.h>

#include "run.h"
#include "stage2.h"

#define ADDRESS   0x0000fffffffff000UL
/* What does not come from memory: bits that an SMMU ignores in a leaf. */
#define IGNORED   (0xffUL << 55)

/* @stale: reached by way of what is being invalidated. */
static void take(struct s2_set *set, uint64_t v, unsigned int level, bool stale)
{
    unsigned int i;

    for ( i = 0; i < set->nr; i++ )
        if ( set->k[i].v == v && set->k[i].level == level )
        {
            set->k[i].marked &= stale;
            return;
        }

    if ( set->nr == S2_MAX_KEPT )
        run_fail("the model's TLB is too small");
    set->k[set->nr++] = (struct s2_kept){ v, level, stale };
}

static void mark(struct s2_set *set)
{
    unsigned int i;

    for ( i = 0; i < set->nr; i++ )
        set->k[i].marked = true;
}

static void drop_marked(struct s2_set *set)
{
    unsigned int i;

    for ( i = set->nr; i-- > 0; )
        if ( set->k[i].marked )
            set->k[i] = set->k[--set->nr];
}

void s2_tlb_start(struct s2_tlb *t, bool coherent, unsigned int oas)
{
    memset(t, 0, sizeof(*t));
    t->coherent = coherent;
    t->oas = oas;
    t->unknown = true;
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
        take(&t->vmid[i].unknown, 0, 0, t->unknown_marked);
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
    struct s2_set tables;              /* of the level that is looked at */
    bool faults, astray;
};

/* One entry that may be read: on to the next table, or into the TLB. */
static void take_entry(struct walk *w, unsigned int level, uint64_t e,
                       bool stale, struct s2_set *next)
{
    if ( !(e & 1) || (level == 3 && !(e & 2)) || (!level && !(e & 2)) )
        w->faults = true;
    else if ( level < 3 && (e & 2) )
    {
        take(&w->v->table[w->probe][level + 1], e & ADDRESS, 0, stale);
        take(next, e & ADDRESS, 0, stale);
    }
    else if ( !(e & (1UL << 10)) )     /* access flag */
        w->faults = true;
    else
        take(&w->v->leaf[w->probe], e & ~IGNORED, level, stale);
}

static void walk_level(struct walk *w, unsigned int level, struct s2_set *next)
{
    unsigned int i, j;
    struct mem_view view;

    for ( i = 0; i < w->tables.nr; i++ )
    {
        uint64_t index = (w->ipa >> shift_of(level)) & 511;

        if ( !mem_view(w->tables.k[i].v + index * 8, w->t->coherent, &view) )
        {
            w->astray = true;
            continue;
        }
        for ( j = 0; j < view.nr; j++ )
            take_entry(w, level, view.v[j], w->tables.k[i].marked, next);
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
    take(&w->tables, s2->root + first * 4096, 0, false);
    for ( ; level <= 3; level++ )
    {
        struct s2_set next = { 0 };
        const struct s2_set *old;

        walk_level(w, level, &next);
        if ( level == 3 )
            break;
        old = &w->v->table[w->probe][level + 1];
        for ( i = 0; i < old->nr; i++ )
            take(&next, old->k[i].v, 0, old->k[i].marked);
        w->tables = next;
    }
}

void s2_tlb_fill(struct s2_tlb *t, const struct stage2 *s2)
{
    struct walk w = { .t = t, .v = vmid_of(t, s2->vmid) };

    for ( w.probe = 0; w.probe < machine.nr_ipas; w.probe++ )
    {
        w.ipa = machine.ipas[w.probe];
        walk(&w, s2);
    }
}

/* --- Invalidation ------------------------------------------------------------ */

static void each_set(struct s2_vmid *v, void (*fn)(struct s2_set *set))
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
    each_set(vmid_of(t, vmid), mark);
}

void s2_tlb_invalidate_all(struct s2_tlb *t)
{
    unsigned int i;

    t->unknown_marked = true;
    for ( i = 0; i < t->nr_vmids; i++ )
        each_set(&t->vmid[i], mark);
}

void s2_tlb_sync(struct s2_tlb *t)
{
    unsigned int i;

    if ( t->unknown_marked )
        t->unknown = t->unknown_marked = false;
    for ( i = 0; i < t->nr_vmids; i++ )
        each_set(&t->vmid[i], drop_marked);
}

/* --- Answers ----------------------------------------------------------------- */

static void answer_leaf(const struct s2_tlb *t, const struct s2_kept *leaf,
                        uint64_t ipa, answer_fn *fn, void *ctx)
{
    uint64_t span = 1UL << shift_of(leaf->level);
    struct translation to = {
        .pa = (leaf->v & ADDRESS & ~(span - 1)) | (ipa & (span - 1)),
        .attr = ((leaf->v >> 2) & 15) | ((leaf->v >> 8) & 3) << 4,
    };

    /* S2AP: reads and writes both. */
    if ( (leaf->v & 0xc0) != 0xc0 || to.pa >> t->oas )
        fn(ctx, ANSWER_FAULT, NULL);
    else
        fn(ctx, ANSWER_TRANSLATED, &to);
}

void s2_tlb_answers(struct s2_tlb *t, const struct stage2 *s2, uint64_t ipa,
                    answer_fn *fn, void *ctx)
{
    struct walk w = { .t = t, .v = vmid_of(t, s2->vmid), .ipa = ipa };
    const struct s2_set *leaf;
    unsigned int i;

    while ( machine.ipas[w.probe] != ipa )
        w.probe++;
    leaf = &w.v->leaf[w.probe];

    walk(&w, s2);
    if ( w.faults )
        fn(ctx, ANSWER_FAULT, NULL);
    if ( w.astray )
        fn(ctx, ANSWER_ASTRAY, NULL);
    if ( w.v->unknown.nr )
        fn(ctx, ANSWER_UNKNOWN, NULL);

    for ( i = 0; i < leaf->nr; i++ )
    {
        answer_leaf(t, &leaf->k[i], ipa, fn, ctx);
        /* Two entries that match one address and are not the same. */
        if ( i )
            fn(ctx, ANSWER_CONFLICT, NULL);
    }
}
