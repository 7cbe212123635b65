/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stream table as the SMMU sees it, and all that may be cached of it
 * (IHI 0070, 3.3, 3.21, 5.1, 5.2). Called from regs.c and queues.c.
 */
#include <string.h>

#include "../core/run.h"
#include "smmu-v3.h"

#define BITS(v, hi, lo) (((v) >> (lo)) & (~0UL >> (63 - ((hi) - (lo)))))

/* SMMU_STRTAB_BASE_CFG, 6.3.25 */
#define CFG_LOG2SIZE(s) BITS((s)->strtab_cfg, 5, 0)
#define CFG_SPLIT(s)    BITS((s)->strtab_cfg, 10, 6)
#define CFG_FMT(s)      BITS((s)->strtab_cfg, 17, 16)

void config_start(struct smmu_v3 *s)
{
    unsigned int i, j;

    for ( i = 0; i < machine.nr_masters; i++ )
        if ( &machine.smmus[machine.masters[i].smmu] == s->base.desc )
            for ( j = 0; j < machine.masters[i].nr_sids; j++ )
            {
                struct stream *st = &s->stream[s->nr_streams++];

                memset(st, 0, sizeof(*st));
                st->sid = machine.masters[i].sids[j];
                cache_take(&st->unknown, 0, 0, false);
            }
}

struct stream *config_stream(struct smmu_v3 *s, uint32_t sid)
{
    unsigned int i;

    for ( i = 0; i < s->nr_streams; i++ )
        if ( s->stream[i].sid == sid )
            return &s->stream[i];

    return NULL;
}

/* --- Fetching --------------------------------------------------------------------- */

static void take(struct stream *st, struct cached_set *set, uint64_t v)
{
    unsigned int before = set->nr;

    st->took |= cache_take(set, v, 0, false);
    st->grew |= set->nr != before;
}

static void fetch_ste(struct smmu_v3 *s, struct stream *st, uint64_t pa)
{
    struct mem_view view;
    unsigned int w, i;

    for ( w = 0; w < STE_WORDS; w++ )
    {
        if ( !mem_view(pa + w * 8, s->base.desc->coherent,
                       STREAM_BIT(st->sid), &view) )
        {
            take(st, &st->astray, 0);
            return;
        }
        for ( i = 0; i < view.nr; i++ )
            take(st, &st->word[w], view.v[i]);
    }
}

/*
 * A table that is not aligned to its size is read from where it would be if it
 * were (6.3.24): then, unless that is the same object, it is somebody else's.
 */
static uint64_t table_base(struct smmu_v3 *s, struct stream *st, uint64_t size)
{
    uint64_t align = size > 64 ? size : 64;
    uint64_t base = s->strtab_base & 0x000fffffffffffc0UL & ~(align - 1);

    if ( !mem_is_one_object(base, size, STREAM_BIT(st->sid)) )
        take(st, &st->astray, 0);

    return base;
}

static void fetch_linear(struct smmu_v3 *s, struct stream *st)
{
    uint64_t base;

    if ( st->sid >> CFG_LOG2SIZE(s) )
    {
        take(st, &st->no_table, 0);
        return;
    }
    base = table_base(s, st, 64UL << CFG_LOG2SIZE(s));
    fetch_ste(s, st, base + st->sid * 64UL);
}

static void fetch_by_l1(struct smmu_v3 *s, struct stream *st, uint64_t desc)
{
    unsigned int span = BITS(desc, 4, 0), split = CFG_SPLIT(s);
    uint32_t index = st->sid & ((1U << split) - 1);

    /* 5.1: 0 is invalid, and so is more than the split. */
    if ( !span || span > split + 1 || index >> (span - 1) )
    {
        take(st, &st->no_table, 0);
        return;
    }
    fetch_ste(s, st, (desc & 0x000fffffffffffc0UL) + index * 64UL);
}

static void fetch_two_level(struct smmu_v3 *s, struct stream *st)
{
    struct mem_view view;
    unsigned int split = CFG_SPLIT(s), i;
    uint64_t base;

    if ( st->sid >> CFG_LOG2SIZE(s) )
    {
        take(st, &st->no_table, 0);
        return;
    }

    base = table_base(s, st, 8UL << (CFG_LOG2SIZE(s) - split));
    if ( !mem_view(base + (st->sid >> split) * 8, s->base.desc->coherent,
                   STREAM_BIT(st->sid), &view) )
        take(st, &st->astray, 0);
    else
        for ( i = 0; i < view.nr; i++ )
            take(st, &st->l1, view.v[i]);

    for ( i = 0; i < st->l1.nr; i++ )
        fetch_by_l1(s, st, st->l1.c[i].v);
}

static void name_regime(struct smmu_v3 *s, void *ctx, enum answer a,
                        const struct stage2 *s2)
{
    (void)ctx;
    if ( a == ANSWER_TRANSLATED )
        s2_tlb_regime(&s->tlb, s2);
}

/* True if its registers are not what they were, as far as they matter here. */
static bool gate_moved(struct smmu_v3 *s)
{
    struct gate now;

    memset(&now, 0, sizeof(now));
    now.enabled = (s->cr0 & SMMUEN) << 1 | (s->cr0ack & SMMUEN);
    now.gbpa = s->gbpa;
    now.gbpa_old = s->gbpa_old;
    now.gbpa_busy = s->gbpa_busy;
    now.firmware = s->firmware;
    now.broken = s->broken;
    now.strtab_base = s->strtab_base;
    now.strtab_cfg = s->strtab_cfg;
    if ( !memcmp(&now, &s->gate, sizeof(now)) )
        return false;
    s->gate = now;

    return true;
}

/* True if there may be other meanings than before. */
static bool fetch(struct smmu_v3 *s, struct stream *st, bool all)
{
    st->took = st->grew = st->touched = false;
    if ( CFG_FMT(s) )
        fetch_two_level(s, st);
    else
        fetch_linear(s, st);
    if ( !st->grew && !(all && st->took) )
        return false;
    s->changed |= STREAM_BIT(st->sid);

    return true;
}

static void name_regimes(struct smmu_v3 *s)
{
    unsigned int i;

    s2_tlb_no_regimes(&s->tlb);
    for ( i = 0; i < s->nr_streams; i++ )
        config_meanings(s, &s->stream[i], name_regime, NULL);
}

/*
 * What can be fetched of the stream table, and all that it leads to: by streams
 * of which a word may be read as another, or was invalidated. A fetch of any
 * other would find what is cached.
 */
uint64_t config_age(struct smmu_v3 *s, bool all)
{
    uint64_t dirty = mem_dirty(s->base.index), changed;
    bool moved = gate_moved(s), renamed = all || s->changed;
    unsigned int i;

    if ( moved )
        s->changed = EVERYTHING;
    if ( !v3_may_translate(s) || s->firmware )
        s2_tlb_no_regimes(&s->tlb);
    else if ( moved || all || s->touched || dirty & ~PROBE_BITS )
    {
        for ( i = 0; i < s->nr_streams; i++ )
        {
            struct stream *st = &s->stream[i];

            if ( moved || all || st->touched || dirty & STREAM_BIT(st->sid) )
                renamed |= fetch(s, st, all);
        }
        s->touched = false;
        if ( moved || renamed )
            name_regimes(s);
    }
    changed = s->changed | s2_tlb_fill(&s->tlb, dirty, all);
    s->changed = 0;

    return changed;
}

/* CMD_CFGI_STE, CMD_CFGI_ALL (4.3): level 1 descriptors only without Leaf. */
void config_invalidate(struct smmu_v3 *s, uint32_t sid, bool all, bool leaf)
{
    unsigned int i, w;

    for ( i = 0; i < s->nr_streams; i++ )
    {
        struct stream *st = &s->stream[i];

        if ( !all && st->sid != sid )
            continue;
        for ( w = 0; w < STE_WORDS; w++ )
            cache_mark(&st->word[w]);
        cache_mark(&st->no_table);
        cache_mark(&st->astray);
        cache_mark(&st->unknown);
        if ( all || !leaf )
            cache_mark(&st->l1);
        st->touched = s->touched = true;
    }
}

void config_sync(struct smmu_v3 *s)
{
    unsigned int i, w;

    for ( i = 0; i < s->nr_streams; i++ )
    {
        struct stream *st = &s->stream[i];
        bool gone = cache_sync(&st->no_table);

        for ( w = 0; w < STE_WORDS; w++ )
            gone |= cache_sync(&st->word[w]);
        gone |= cache_sync(&st->astray);
        gone |= cache_sync(&st->unknown);
        gone |= cache_sync(&st->l1);
        if ( !gone )
            continue;
        st->touched = s->touched = true;
        s->changed |= STREAM_BIT(st->sid);
    }
}

/* --- Meaning ------------------------------------------------------------------------ */

/* STE.S2*, 5.2 and 3.4: a stage 2 of 4K granules, or an illegal STE. */
static bool stage2_of(const struct smmu_v3 *s, uint64_t w2, uint64_t w3,
                      struct stage2 *s2)
{
    unsigned int t0sz = BITS(w2, 37, 32), sl0 = BITS(w2, 39, 38);
    unsigned int tg = BITS(w2, 47, 46), ps = BITS(w2, 50, 48), top;
    static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48, 52, 52 };

    s2->vmid = BITS(w2, 15, 0);
    if ( !s->base.desc->vmid16 && s2->vmid > 255 )
        return false;
    /* S2AA64; S2ENDI; S2AFFD is not set by anyone. */
    if ( !BITS(w2, 51, 51) || BITS(w2, 52, 52) || tg || sl0 == 3 )
        return false;

    s2->ipa_bits = 64 - t0sz;
    s2->start_level = 2 - sl0;
    if ( t0sz > 39 || t0sz < 16 ||
         s2->ipa_bits > (bits[ps] < s->base.desc->oas ? bits[ps]
                                                       : s->base.desc->oas) )
        return false;
    /* The first level resolves at least one bit, with up to 16 tables. */
    top = 39 - 9 * s2->start_level;
    if ( s2->ipa_bits <= top || s2->ipa_bits > top + 9 + 4 ||
         (!s2->start_level && s2->ipa_bits > top + 9) )
        return false;

    s2->root = w3 & 0x000ffffffffffff0UL;
    if ( s2->ipa_bits > top + 9 )
        s2->root &= ~((4096UL << (s2->ipa_bits - top - 9)) - 1);
    else
        s2->root &= ~4095UL;

    return true;
}

void config_meanings(struct smmu_v3 *s, const struct stream *st,
                     void (*fn)(struct smmu_v3 *s, void *ctx, enum answer a,
                                const struct stage2 *s2), void *ctx)
{
    unsigned int i, j, k;
    struct stage2 s2;

    if ( st->unknown.nr )
        fn(s, ctx, ANSWER_UNKNOWN, NULL);
    if ( st->no_table.nr )
        fn(s, ctx, ANSWER_FAULT, NULL);
    if ( st->astray.nr )
        fn(s, ctx, ANSWER_ASTRAY, NULL);

    for ( i = 0; i < st->word[0].nr; i++ )
    {
        uint64_t w0 = st->word[0].c[i].v;

        if ( !(w0 & 1) )
            fn(s, ctx, ANSWER_ILLEGAL, NULL);
        else if ( !BITS(w0, 3, 3) )
            fn(s, ctx, ANSWER_ABORT, NULL);
        else if ( BITS(w0, 3, 1) == 4 )
            fn(s, ctx, ANSWER_BYPASS, NULL);
        else if ( BITS(w0, 3, 1) != 6 )
            fn(s, ctx, ANSWER_ILLEGAL, NULL); /* no stage 1 here */
        else
            for ( j = 0; j < st->word[2].nr; j++ )
                for ( k = 0; k < st->word[3].nr; k++ )
                    if ( stage2_of(s, st->word[2].c[j].v, st->word[3].c[k].v,
                                   &s2) )
                        fn(s, ctx, ANSWER_TRANSLATED, &s2);
                    else
                        fn(s, ctx, ANSWER_ILLEGAL, NULL);
    }
}
