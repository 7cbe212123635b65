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
    t->nr_vmids = t->nr_regimes = t->nr_ipas = 0;
    t->changed = 0;
    t->touched = true;
    t->unknown = true;
    t->unknown_marked = false;
}

/* Memory that is another run's is cleared where it is used. */
static void clear(struct s2_vmid *v, unsigned int vmid)
{
    unsigned int i, l;

    v->vmid = vmid;
    v->marked = v->touched = false;
    v->unknown.nr = 0;
    for ( i = 0; i < MAX_PROBES; i++ )
    {
        v->leaf[i].nr = 0;
        for ( l = 0; l < 4; l++ )
            v->table[i][l].nr = 0;
    }
}

static struct s2_vmid *vmid_of(struct s2_tlb *t, unsigned int vmid)
{
    unsigned int i;

    for ( i = 0; i < t->nr_vmids; i++ )
        if ( t->vmid[i].vmid == vmid )
            return &t->vmid[i];

    if ( i == S2_MAX_VMIDS )
        run_fail("the model has not enough VMIDs");
    clear(&t->vmid[i], vmid);
    if ( t->unknown )
        cache_take(&t->vmid[i].unknown, 0, 0, t->unknown_marked);
    t->vmid[i].marked = t->unknown_marked;
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

        if ( !mem_view(w->tables.c[i].v + index * 8, w->t->coherent,
                       PROBE_BIT(w->probe), &view) )
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

/* One address; true if a TLB took something. */
static bool walk_one(struct s2_tlb *t, struct s2_regime *r, unsigned int probe,
                     bool all)
{
    struct walk w = {
        .t = t, .v = r->v, .probe = probe, .ipa = machine.ipas[probe],
    };
    unsigned int leaves = r->v->leaf[probe].nr;

    walk(&w, &r->s2);
    /* More in the TLB, or another way to fail: there are other answers. */
    if ( r->v->leaf[probe].nr != leaves || r->faults[probe] != w.faults ||
         r->astray[probe] != w.astray || (all && w.changed) )
        t->changed |= PROBE_BIT(probe);
    r->faults[probe] = w.faults;
    r->astray[probe] = w.astray;

    return w.changed;
}

/*
 * Regimes of one VMID share walk caches: again, until none finds more. One
 * alone finds all at once, since it goes from level to level.
 */
static void fill_one(struct s2_tlb *t, const struct s2_vmid *v,
                     unsigned int probe, bool all)
{
    unsigned int i, sharing;
    bool changed;

    do {
        changed = false;
        sharing = 0;
        for ( i = 0; i < t->nr_regimes; i++ )
            if ( t->regime[i].v == v )
            {
                changed |= walk_one(t, &t->regime[i], probe, all);
                sharing++;
            }
    } while ( changed && sharing > 1 );
}

bool s2_same(const struct stage2 *a, const struct stage2 *b)
{
    return a->vmid == b->vmid && a->root == b->root &&
           a->ipa_bits == b->ipa_bits && a->start_level == b->start_level;
}

static struct s2_regime *find_regime(struct s2_tlb *t, const struct stage2 *s2)
{
    unsigned int i;

    for ( i = 0; i < t->nr_regimes; i++ )
        if ( s2_same(&t->regime[i].s2, s2) )
            return &t->regime[i];

    return NULL;
}

void s2_tlb_no_regimes(struct s2_tlb *t)
{
    unsigned int i;

    for ( i = 0; i < t->nr_regimes; i++ )
        t->regime[i].used = false;
    t->touched = true;
}

void s2_tlb_regime(struct s2_tlb *t, const struct stage2 *s2)
{
    struct s2_regime *r = find_regime(t, s2);

    if ( !r )
    {
        if ( t->nr_regimes == S2_MAX_REGIMES )
            run_fail("the model has not enough translation regimes");
        r = &t->regime[t->nr_regimes++];
        memset(r, 0, sizeof(*r));
        r->s2 = *s2;
        r->v = vmid_of(t, s2->vmid);
        r->v->touched = t->touched = r->fresh = true;
    }
    r->used = true;
}

/* True if there are others than before. */
static bool update_regimes(struct s2_tlb *t)
{
    bool others = false;
    unsigned int i;

    for ( i = t->nr_regimes; i-- > 0; )
    {
        others |= !t->regime[i].used || t->regime[i].fresh;
        t->regime[i].fresh = false;
        if ( !t->regime[i].used )
            t->regime[i] = t->regime[--t->nr_regimes];
    }

    return others;
}

uint64_t s2_tlb_fill(struct s2_tlb *t, uint64_t dirty, bool all)
{
    bool nothing = !t->touched && !all && !(dirty & PROBE_BITS) &&
                   t->nr_ipas == machine.nr_ipas;
    uint64_t changed;
    unsigned int i, p;

    if ( t->touched && update_regimes(t) && all )
        t->changed = EVERYTHING;
    for ( i = 0; i < t->nr_vmids && !nothing; i++ )
    {
        struct s2_vmid *v = &t->vmid[i];

        for ( p = 0; p < machine.nr_ipas; p++ )
            if ( v->touched || all || dirty & PROBE_BIT(p) || p >= t->nr_ipas )
                fill_one(t, v, p, all);
        v->touched = false;
    }
    t->touched = false;
    t->nr_ipas = machine.nr_ipas;
    changed = t->changed;
    t->changed = 0;

    return changed;
}

/* --- Invalidation ------------------------------------------------------------ */

static void invalidate(struct s2_tlb *t, struct s2_vmid *v)
{
    unsigned int i, l;

    for ( i = 0; i < machine.nr_ipas; i++ )
    {
        cache_mark(&v->leaf[i]);
        for ( l = 0; l < 4; l++ )
            cache_mark(&v->table[i][l]);
    }
    cache_mark(&v->unknown);
    v->marked = v->touched = t->touched = true;
}

void s2_tlb_invalidate(struct s2_tlb *t, unsigned int vmid)
{
    /* Whatever is there of a VMID that nobody has used yet, too. */
    invalidate(t, vmid_of(t, vmid));
}

void s2_tlb_invalidate_all(struct s2_tlb *t)
{
    unsigned int i;

    t->unknown_marked = true;
    for ( i = 0; i < t->nr_vmids; i++ )
        invalidate(t, &t->vmid[i]);
}

static void sync_one(struct s2_tlb *t, struct s2_vmid *v)
{
    unsigned int i, l;

    for ( i = 0; i < machine.nr_ipas; i++ )
    {
        if ( cache_sync(&v->leaf[i]) )
            t->changed |= PROBE_BIT(i);
        for ( l = 0; l < 4; l++ )
            cache_sync(&v->table[i][l]);
    }
    if ( cache_sync(&v->unknown) )
        t->changed |= PROBE_BITS;
    v->marked = false;
    v->touched = t->touched = true;
}

void s2_tlb_sync(struct s2_tlb *t)
{
    unsigned int i;

    if ( t->unknown_marked )
        t->unknown = t->unknown_marked = false;
    for ( i = 0; i < t->nr_vmids; i++ )
        if ( t->vmid[i].marked )
            sync_one(t, &t->vmid[i]);
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

void s2_tlb_answers(struct s2_tlb *t, const struct stage2 *s2,
                    unsigned int probe, answer_fn *fn, void *ctx)
{
    const struct s2_regime *r = find_regime(t, s2);
    const struct s2_vmid *v = r->v;
    const struct cached_set *leaf = &v->leaf[probe];
    unsigned int i;

    if ( r->faults[probe] )
        fn(ctx, ANSWER_FAULT, NULL);
    if ( r->astray[probe] )
        fn(ctx, ANSWER_ASTRAY, NULL);
    if ( v->unknown.nr )
        fn(ctx, ANSWER_UNKNOWN, NULL);

    for ( i = 0; i < leaf->nr; i++ )
    {
        answer_leaf(t, &leaf->c[i], machine.ipas[probe], fn, ctx);
        /* Two entries that match one address and are not the same. */
        if ( i )
            fn(ctx, ANSWER_CONFLICT, NULL);
    }
}
