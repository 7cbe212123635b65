/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of SMMUv1/v2 (IHI 0062, the register chapters): global space 0 and
 * 1, and a page for each context bank. An access to what is not there, or that
 * the architecture does not allow, fails the run.
 */
#include <stddef.h>
#include <string.h>

#include "../core/counts.h"
#include "../core/oracle.h"
#include "../core/run.h"
#include "smmu-v2.h"

#define FSR_TF      (1U << 1)
#define FSR_MULTI   (1U << 31)
#define GFSR_ICF    (1U << 0)
#define GFSR_USF    (1U << 1)
#define GFSR_SMCF   (1U << 2)

static uint32_t id_code(unsigned int bits)
{
    static const uint8_t sizes[] = { 32, 36, 40, 42, 44, 48 };
    unsigned int i;

    for ( i = 0; i < sizeof(sizes); i++ )
        if ( sizes[i] == bits )
            return i;

    run_fail("no such address size: %u", bits);
}

/* --- Power-on --------------------------------------------------------------------- */

/* What nobody has cleared: entries that match everything, banks that walk. */
static void leave_junk(struct smmu_v2 *s)
{
    unsigned int i;

    for ( i = 0; i < v2_entries(s); i++ )
    {
        s->s2cr[i] = S2CR_BYPASS << 16;
        if ( s->base.desc->entries )
            s->smr[i] = SMR_VALID | 0x7fff0000;
    }
    for ( i = 0; i < s->base.desc->banks; i++ )
    {
        s->bank[i].sctlr = SCTLR_M;
        s->bank[i].ttbr0 = MEM_BASE + MEM_SIZE - MEM_PAGE;
        s->bank[i].tcr = 0xa5a5a5a5;
        s->bank[i].cbar = 0xff;
        s->bank[i].fsr = FSR_TF;
    }
    s->gfsr = GFSR_USF;
}

/*
 * Firmware translates each stream, by an entry of its own from 0 on and by bank
 * 0, and lets through what no entry matches. Transactions are under way.
 */
static void leave_running(struct smmu_v2 *s)
{
    unsigned int i, e;

    s->scr0 = 0;
    s->firmware = true;
    s->bank[0].sctlr = SCTLR_M;
    s->bank[0].firmware = true;
    for ( i = 0; i < s->nr_bound; i++ )
    {
        e = s->base.desc->entries ? i : s->bound[i].sid;
        s->s2cr[e] = 0;
        s->smr[e] = SMR_VALID | s->bound[i].sid;
        s->firmware_entry[e] = true;
    }
}

/* Streams and VMIDs, which are large, are cleared when they are used. */
static struct model_smmu *create(const struct machine_smmu *desc)
{
    static struct smmu_v2 all[MAX_SMMUS];
    struct smmu_v2 *s = &all[desc - machine.smmus];

    memset(s, 0, offsetof(struct smmu_v2, bound));
    s->base.ops = &smmu_v2_ops;
    s->base.desc = desc;
    s->scr0 = SCR0_CLIENTPD;
    s2_tlb_start(&s->tlb, desc->coherent, desc->oas);
    streams_start(s);
    s->touched = true;
    if ( desc->running )
        leave_running(s);
    else if ( desc->junk )
        leave_junk(s);

    return &s->base;
}

/* --- Identification ------------------------------------------------------------------ */

static uint32_t id_register(const struct smmu_v2 *s, unsigned int offset)
{
    const struct machine_smmu *d = s->base.desc;

    switch ( offset )
    {
    case 0x20: /* IDR0: S2TS, SMS, CTTW, NUMIRPT, NUMSIDB, NUMSMRG */
        return 1U << 29 | (d->entries ? 1U << 27 : 0) |
               (d->coherent ? 1U << 14 : 0) | d->banks << 16 |
               d->sid_bits << 9 | d->entries;
    case 0x24: /* IDR1: 4K pages, 16 of them in each half, NUMCB */
        return 3U << 28 | d->banks;
    case 0x28: /* IDR2: IAS, OAS, UBS, 4K granules */
        return id_code(d->oas) | id_code(d->oas) << 4 | 5U << 8 | 1U << 12;
    default:
        return 0;
    }
}

/* --- Invalidation ------------------------------------------------------------------------ */

/* SMMU_sTLBGSYNC. */
static void start_sync(struct smmu_v2 *s)
{
    if ( s->stop && (!s->answer_syncs || !--s->answer_syncs) )
    {
        s->syncing = true;
        s->reads_left = ~0U;
        return;
    }

    s->syncing = true;
    s->reads_left = s->base.desc->lazy ? 2 : 0;
    if ( !s->reads_left )
    {
        streams_sync(s);
        s->syncing = false;
    }
}

/* SMMU_sTLBGSTATUS. */
static uint32_t sync_status(struct smmu_v2 *s)
{
    if ( s->syncing && s->reads_left != ~0U && !--s->reads_left )
    {
        oracle_changed();
        streams_sync(s);
        s->syncing = false;
    }

    return s->syncing;
}

/* --- Global space 0 ------------------------------------------------------------------------ */

/*
 * Of what there is once for each world a secure access finds the secure one,
 * where clients are off and nothing has faulted; ours is above it.
 */
static bool is_secure(const struct smmu_v2 *s, unsigned int *offset)
{
    unsigned int n = *offset & ~0x400U;

    if ( !s->base.desc->secure_alias || (n != 0x00 && (n < 0x48 || n > 0x58)) )
        return false;

    if ( n == *offset )
        return true;
    *offset = n;

    return false;
}

static uint32_t read_gr0(struct smmu_v2 *s, unsigned int offset)
{
    unsigned int n = (offset & 0x3ff) / 4;

    if ( is_secure(s, &offset) )
        return offset ? 0 : SCR0_CLIENTPD;

    if ( offset >= 0x20 && offset < 0x40 )
        return id_register(s, offset);

    switch ( offset )
    {
    case 0x00: return s->scr0;
    case 0x48: return s->gfsr;
    case 0x50: return s->gfsynr0;
    case 0x54: return s->gfsynr1;
    case 0x58: return 0;
    case 0x74: return sync_status(s);
    }

    if ( offset >= 0x800 && offset < 0xc00 && n < s->base.desc->entries )
        return s->smr[n];
    if ( offset >= 0xc00 && n < v2_entries(s) )
        return s->s2cr[n];

    run_fail("read of global register %#x, which is not there", offset);
}

/* Firmware's sCR0 is Xen's when it is written, and no entry is firmware's. */
static void write_scr0(struct smmu_v2 *s, uint32_t value)
{
    unsigned int i;

    s->scr0 = value;
    s->firmware = s->firmware && !(value & SCR0_CLIENTPD);
    for ( i = 0; i < v2_entries(s); i++ )
        if ( s->firmware_entry[i] )
            return;
    s->firmware = false;
}

/* SMMU_SMRn: bits that are not implemented read as zero. */
static void write_smr(struct smmu_v2 *s, unsigned int n, uint32_t value)
{
    unsigned int bits = s->base.desc->id_bits ? : s->base.desc->sid_bits;
    uint32_t ids = (1U << bits) - 1;
    unsigned int odd = s->base.desc->odd_smr;
    uint32_t masks = odd && n >= odd ? 0
                                     : (1U << s->base.desc->mask_bits) - 1;

    if ( s->firmware && s->firmware_entry[n] )
        run_fail("SMR %u is written while firmware's stream is matched by it",
                 n);
    s->smr[n] = value & (SMR_VALID | masks << 16 | ids);
}

static void write_gr0(struct smmu_v2 *s, unsigned int offset, uint32_t value)
{
    unsigned int n = (offset & 0x3ff) / 4;

    if ( is_secure(s, &offset) )
        run_fail("the secure copy of global register %#x is written", offset);

    switch ( offset )
    {
    case 0x00: write_scr0(s, value); return;
    case 0x48: s->gfsr &= ~value; return;
    case 0x60: case 0x6c: return;      /* not this world's TLBs */
    case 0x64:
        counts.tlbi++;
        streams_invalidate(s, value & 0xff, false);
        return;
    case 0x68: streams_invalidate(s, 0, true); return;
    case 0x70:
        counts.syncs++;
        start_sync(s);
        return;
    }

    if ( offset >= 0x800 && offset < 0xc00 && n < s->base.desc->entries )
        write_smr(s, n, value);
    else if ( offset >= 0xc00 && offset < 0x1000 && n < v2_entries(s) )
    {
        s->s2cr[n] = value;
        s->firmware_entry[n] = false;
    }
    else
        run_fail("write of global register %#x, which is not there", offset);
}

/* --- Global space 1 ---------------------------------------------------------------------------- */

/* SMMU_CBARn, SMMU_CBA2Rn; the latter is SMMUv2's. */
static void write_gr1(struct smmu_v2 *s, unsigned int offset, uint32_t value)
{
    bool second = offset >= 0x800;
    unsigned int n = (second ? offset - 0x800 : offset) / 4;
    struct bank *b = n < V2_MAX_BANKS ? &s->bank[n] : NULL;

    if ( !b || n >= s->base.desc->banks || (second && s->base.desc->v1) )
        run_fail("write of global register 1/%#x, which is not there", offset);

    if ( second )
        b->cba2r = value;
    else
        b->cbar = value;
}

/* --- Context banks ------------------------------------------------------------------------------- */

static struct bank *bank_at(struct smmu_v2 *s, unsigned int offset)
{
    unsigned int n = (offset - V2_CB_BASE) / V2_PAGE;

    if ( n >= s->base.desc->banks )
        run_fail("access to context bank %u of %u", n, s->base.desc->banks);

    return &s->bank[n];
}

static uint32_t read_cb(const struct bank *b, unsigned int offset)
{
    switch ( offset )
    {
    case 0x00: return b->sctlr;
    case 0x20: return b->ttbr0;
    case 0x24: return b->ttbr0 >> 32;
    case 0x30: return b->tcr;
    case 0x58: return b->fsr;
    case 0x60: return b->far;
    case 0x64: return b->far >> 32;
    case 0x68: return b->fsynr0;
    }

    run_fail("read of context bank register %#x, which is not there", offset);
}

static void write_cb(struct bank *b, unsigned int offset, uint32_t value)
{
    switch ( offset )
    {
    case 0x00:
        b->sctlr = value;
        b->firmware = b->firmware && !(value & SCTLR_M);
        return;
    case 0x08: return;                 /* RESUME: nothing stalls */
    case 0x20: b->ttbr0 = (b->ttbr0 & ~0xffffffffUL) | value; return;
    case 0x24: b->ttbr0 = (b->ttbr0 & 0xffffffff) | (uint64_t)value << 32; return;
    case 0x30: b->tcr = value; return;
    case 0x58: b->fsr &= ~value; return;
    }

    run_fail("write of context bank register %#x, which is not there", offset);
}

/* --- All registers --------------------------------------------------------------------------------- */

static uint64_t v2_read(struct model_smmu *smmu, unsigned int offset,
                        unsigned int size)
{
    struct smmu_v2 *s = to_v2(smmu);

    if ( size != 4 )
        run_fail("a read of %u bytes at %#x", size, offset);
    if ( offset < V2_PAGE )
        return read_gr0(s, offset);
    if ( offset < V2_CB_BASE )
        run_fail("a read of global space 1, %#x", offset);

    return read_cb(bank_at(s, offset), offset % V2_PAGE);
}

static void write_32(struct smmu_v2 *s, unsigned int offset, uint32_t value)
{
    oracle_changed();
    s->touched = true;
    if ( offset < V2_PAGE )
        write_gr0(s, offset, value);
    else if ( offset < V2_CB_BASE )
        write_gr1(s, offset - V2_PAGE, value);
    else
        write_cb(bank_at(s, offset), offset % V2_PAGE, value);
}

/*
 * A 64-bit register is taken as a whole, or in halves, in either order: nothing
 * says which.
 */
static void v2_write(struct model_smmu *smmu, unsigned int offset,
                     uint64_t value, unsigned int size)
{
    struct smmu_v2 *s = to_v2(smmu);
    unsigned int first = s->base.desc->high_first ? 4 : 0;

    if ( size == 4 )
    {
        write_32(s, offset, value);
        return;
    }

    if ( offset % V2_PAGE != 0x20 || offset < V2_CB_BASE )
        run_fail("a write of 64 bits at %#x", offset);
    write_32(s, offset + first, value >> (first * 8));
    if ( s->base.desc->halves )
        step("half a write of register", offset);
    write_32(s, offset + (4 - first), value >> ((4 - first) * 8));
}

/* --- Transactions -------------------------------------------------------------------------------------- */

static uint64_t age(struct model_smmu *s, bool all)
{
    return streams_age(to_v2(s), all);
}

static void settle(struct model_smmu *s)
{
    streams_settle(to_v2(s));
}

static void answers(struct model_smmu *s, uint32_t sid, unsigned int probe,
                    answer_fn *fn, void *ctx)
{
    streams_answers(to_v2(s), sid, probe, fn, ctx);
}

/* Firmware's clients are let in, but it is not Xen that translates. */
static enum translating translating(const struct model_smmu *smmu)
{
    const struct smmu_v2 *s = to_v2(smmu);

    return (s->scr0 & SCR0_CLIENTPD) || s->firmware ? TRANSLATES_NOT
                                                    : TRANSLATES;
}

static void raise_bank(struct smmu_v2 *s, unsigned int n)
{
    const struct bank *b = &s->bank[n];

    if ( !(b->sctlr & SCTLR_CFIE) || !b->fsr )
        return;

    run_interrupt(V2_IRQ_BANK(s, s->base.desc->v1 ? b->cbar >> 24 : n));
    if ( b->fsr )
        run_fail("the interrupt of context bank %u is still raised", n);
}

/* SMMU_CBn_FSR, FAR, FSYNR0: the first fault stays until it is cleared. */
static void context_fault(struct smmu_v2 *s, unsigned int n, uint64_t ipa)
{
    struct bank *b = &s->bank[n];

    if ( b->fsr )
        b->fsr |= FSR_MULTI;
    else
    {
        b->fsr = FSR_TF;
        b->far = ipa;
        b->fsynr0 = 1U << 4;
    }
    raise_bank(s, n);
}

static void raise_global(struct smmu_v2 *s)
{
    if ( !(s->scr0 & SCR0_GFIE) || !s->gfsr )
        return;

    run_interrupt(V2_IRQ_GLOBAL(s));
    if ( s->gfsr )
        run_fail("the global interrupt is still raised");
}

/* Interrupts are levels. */
static void raise(struct model_smmu *smmu)
{
    struct smmu_v2 *s = to_v2(smmu);
    unsigned int n;

    for ( n = 0; n < s->base.desc->banks; n++ )
        raise_bank(s, n);
    raise_global(s);
}

static void event(struct model_smmu *smmu, uint32_t sid, uint64_t ipa)
{
    struct smmu_v2 *s = to_v2(smmu);
    int e = streams_match(s, sid);

    if ( e >= 0 && !(s->s2cr[e] >> 16 & 3) )
    {
        context_fault(s, s->s2cr[e] & 0xff, ipa);
        return;
    }

    /* SMMU_sGFSR, sGFSYNR1 */
    s->gfsr |= s->gfsr ? FSR_MULTI : e == -2 ? GFSR_SMCF
                                  : e == -1 ? GFSR_USF : GFSR_ICF;
    if ( !(s->gfsr & FSR_MULTI) )
        s->gfsynr1 = sid;
    raise_global(s);
}

static void stop_answering(struct model_smmu *smmu, unsigned int n)
{
    struct smmu_v2 *s = to_v2(smmu);

    s->stop = n;
    s->answer_syncs = n;
}

const struct model_smmu_ops smmu_v2_ops = {
    .create = create,
    .age = age,
    .settle = settle,
    .answers = answers,
    .translating = translating,
    .read = v2_read,
    .write = v2_write,
    .event = event,
    .raise = raise,
    .stop_answering = stop_answering,
};
