/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a StreamID to an entry (SMMU_SMRn, SMMU_S2CRn), to a context bank, to a
 * translation. Called from regs.c.
 */
#include <string.h>

#include "../core/run.h"
#include "smmu-v2.h"

#define BITS(v, hi, lo) (((v) >> (lo)) & (~0UL >> (63 - ((hi) - (lo)))))

unsigned int v2_entries(const struct smmu_v2 *s)
{
    const struct machine_smmu *d = s->base.desc;

    return d->entries ? d->entries : 1U << d->sid_bits;
}

void streams_start(struct smmu_v2 *s)
{
    unsigned int i, j;

    for ( i = 0; i < machine.nr_masters; i++ )
        if ( &machine.smmus[machine.masters[i].smmu] == s->base.desc )
            for ( j = 0; j < machine.masters[i].nr_sids; j++ )
            {
                memset(&s->bound[s->nr_bound], 0, sizeof(s->bound[0]));
                s->bound[s->nr_bound++].sid = machine.masters[i].sids[j];
            }
}

int streams_match(const struct smmu_v2 *s, uint32_t sid)
{
    unsigned int i;
    int found = -1;

    if ( !s->base.desc->entries )
        return sid < v2_entries(s) ? (int)sid : -1;

    for ( i = 0; i < s->base.desc->entries; i++ )
        if ( (s->smr[i] & SMR_VALID) &&
             !((sid ^ s->smr[i]) & ~(s->smr[i] >> 16) & 0x7fff) )
        {
            if ( found >= 0 )
                return -2;
            found = i;
        }

    return found;
}

/* --- Context banks ------------------------------------------------------------- */

/*
 * SMMU_CBARn, SMMU_CBn_TCR, SMMU_CBn_TTBR0 for stage 2: 4K granules, AArch64's
 * format if CBA2R.RW64 says so, else AArch32's long descriptors, which have a
 * T0SZ of four bits and a sign.
 */
static bool stage2_of(const struct smmu_v2 *s, const struct bank *b,
                      struct stage2 *s2)
{
    const struct machine_smmu *d = s->base.desc;
    static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48, 0, 0 };
    unsigned int sl0 = BITS(b->tcr, 7, 6), top;

    if ( BITS(b->cbar, 17, 16) )
        return false;

    s2->vmid = bank_vmid(b);
    s2->start_level = 2 - sl0;
    if ( !d->v1 && (b->cba2r & 1) )
    {
        s2->ipa_bits = 64 - BITS(b->tcr, 5, 0);
        if ( BITS(b->tcr, 15, 14) || bits[BITS(b->tcr, 18, 16)] > d->oas ||
             !bits[BITS(b->tcr, 18, 16)] )
            return false;
    }
    else
    {
        int t0sz = BITS(b->tcr, 3, 0) - (BITS(b->tcr, 4, 4) ? 16 : 0);

        if ( !(b->tcr >> 31) || BITS(b->tcr, 4, 4) != BITS(b->tcr, 3, 3) )
            return false;
        s2->ipa_bits = 32 - t0sz;
    }

    top = 39 - 9 * s2->start_level;
    if ( sl0 == 3 || s2->ipa_bits > d->oas || s2->ipa_bits <= top ||
         s2->ipa_bits > top + 9 + 4 )
        return false;

    s2->root = b->ttbr0 & 0x0000fffffffff000UL;
    if ( s2->ipa_bits > top + 9 )
        s2->root &= ~((4096UL << (s2->ipa_bits - top - 9)) - 1);

    return true;
}

/* SMMU_CBn_SCTLR.M: without it there is no translation, and no check. */
static struct bank_view bank_view(const struct smmu_v2 *s, const struct bank *b)
{
    struct bank_view v = {
        .enabled = b->sctlr & SCTLR_M,
        .firmware = b->firmware,
    };

    v.legal = v.enabled && !v.firmware && stage2_of(s, b, &v.s2);

    return v;
}

static void answer_by_bank(struct smmu_v2 *s, unsigned int n,
                           unsigned int probe, answer_fn *fn, void *ctx)
{
    struct bank_view v = bank_view(s, &s->bank[n]);

    if ( !v.enabled )
        fn(ctx, ANSWER_BYPASS, NULL);
    else if ( v.firmware )
        fn(ctx, ANSWER_UNKNOWN, NULL);
    else if ( !v.legal )
        fn(ctx, ANSWER_ILLEGAL, NULL);
    else
        s2_tlb_answers(&s->tlb, &v.s2, probe, fn, ctx);
}

/* --- What may be ----------------------------------------------------------------- */

/* A bank that is enabled may be walked at any time, whether a stream leads to
 * it or not. */
static void look_at_banks(struct smmu_v2 *s)
{
    unsigned int i, n;

    s2_tlb_no_regimes(&s->tlb);
    for ( n = 0; n < s->base.desc->banks; n++ )
    {
        struct bank_view now = bank_view(s, &s->bank[n]), *was = &s->view[n];

        if ( now.legal )
            s2_tlb_regime(&s->tlb, &now.s2);
        if ( now.enabled == was->enabled && now.legal == was->legal &&
             now.firmware == was->firmware &&
             (!now.legal || s2_same(&now.s2, &was->s2)) )
            continue;
        *was = now;
        for ( i = 0; i < s->nr_bound; i++ )
            if ( s->bound[i].to[n] )
                s->changed |= STREAM_BIT(s->bound[i].sid);
    }
}

/* There may be transactions under way to bank @n. */
static void bind_to(struct smmu_v2 *s, struct bound *b, unsigned int n,
                    bool all)
{
    if ( !b->to[n] || (all && b->marked[n]) )
        s->changed |= STREAM_BIT(b->sid);
    b->to[n] = true;
    b->marked[n] = false;
}

static void look_at_stream(struct smmu_v2 *s, struct bound *b, bool all)
{
    int e = streams_match(s, b->sid);
    uint32_t s2cr = e < 0 ? 0 : s->s2cr[e];

    if ( e != b->entry || s2cr != b->s2cr )
        s->changed |= STREAM_BIT(b->sid);
    b->entry = e;
    b->s2cr = s2cr;

    if ( e >= 0 && !(s->scr0 & SCR0_CLIENTPD) &&
         BITS(s2cr, 17, 16) == S2CR_TRANS &&
         (s2cr & 0xff) < s->base.desc->banks )
        bind_to(s, b, s2cr & 0xff, all);
}

/*
 * Unless a register was written, an invalidation completed or transactions
 * ended, banks and entries are what they were, and all is bound already to
 * where they lead.
 */
uint64_t streams_age(struct smmu_v2 *s, bool all)
{
    uint32_t gate = s->scr0 & (SCR0_CLIENTPD | SCR0_USFCFG);
    uint64_t changed;
    unsigned int i;

    if ( gate != s->gate )
        s->changed = EVERYTHING;
    s->gate = gate;

    if ( s->touched || all )
    {
        look_at_banks(s);
        for ( i = 0; i < s->nr_bound; i++ )
            look_at_stream(s, &s->bound[i], all);
        s->touched = false;
    }
    changed = s->changed | s2_tlb_fill(&s->tlb, mem_dirty(s->base.index), all);
    s->changed = 0;

    return changed;
}

/* SMMU_TLBIVMID and others. Until the sync it is not known to be done. */
void streams_invalidate(struct smmu_v2 *s, unsigned int vmid, bool all)
{
    unsigned int i, n;

    if ( all )
        s2_tlb_invalidate_all(&s->tlb);
    else
        s2_tlb_invalidate(&s->tlb, vmid);
    s->touched = true;

    for ( i = 0; i < s->nr_bound; i++ )
        for ( n = 0; n < s->base.desc->banks; n++ )
            if ( all || bank_vmid(&s->bank[n]) == vmid )
                s->bound[i].marked[n] = true;
}

void streams_sync(struct smmu_v2 *s)
{
    unsigned int i, n;

    s2_tlb_sync(&s->tlb);
    for ( i = 0; i < s->nr_bound; i++ )
        for ( n = 0; n < s->base.desc->banks; n++ )
            if ( s->bound[i].marked[n] )
            {
                s->bound[i].to[n] = s->bound[i].marked[n] = false;
                s->changed |= STREAM_BIT(s->bound[i].sid);
            }
    s->touched = true;
}

/* No transaction is under way; the next age() has new ones. */
void streams_settle(struct smmu_v2 *s)
{
    unsigned int i;

    for ( i = 0; i < s->nr_bound; i++ )
    {
        memset(s->bound[i].to, 0, sizeof(s->bound[i].to));
        memset(s->bound[i].marked, 0, sizeof(s->bound[i].marked));
        s->changed |= STREAM_BIT(s->bound[i].sid);
    }
    s->touched = true;
}

static void answer_by_entry(struct smmu_v2 *s, int e, answer_fn *fn, void *ctx)
{
    if ( e == -2 )
        fn(ctx, ANSWER_FAULT, NULL);   /* stream match conflict */
    else if ( e < 0 )
        fn(ctx, s->scr0 & SCR0_USFCFG ? ANSWER_FAULT : ANSWER_BYPASS, NULL);
    else
        switch ( BITS(s->s2cr[e], 17, 16) )
        {
        case S2CR_TRANS:
            /* To a bank that is not there: a fault. Else it is bound to it. */
            if ( (s->s2cr[e] & 0xff) >= s->base.desc->banks )
                fn(ctx, ANSWER_FAULT, NULL);
            break;
        case S2CR_BYPASS: fn(ctx, ANSWER_BYPASS, NULL); break;
        case S2CR_FAULT:  fn(ctx, ANSWER_ABORT, NULL); break;
        default:          fn(ctx, ANSWER_ILLEGAL, NULL); break;
        }
}

void streams_answers(struct smmu_v2 *s, uint32_t sid, unsigned int probe,
                     answer_fn *fn, void *ctx)
{
    unsigned int i, n;

    if ( s->scr0 & SCR0_CLIENTPD )
    {
        fn(ctx, ANSWER_BYPASS, NULL);
        return;
    }

    answer_by_entry(s, streams_match(s, sid), fn, ctx);

    for ( i = 0; i < s->nr_bound; i++ )
        for ( n = 0; s->bound[i].sid == sid && n < s->base.desc->banks; n++ )
            if ( s->bound[i].to[n] )
                answer_by_bank(s, n, probe, fn, ctx);
}
