/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of the SMMUv3 and the rules for writing them (IHI 0070, 6.3). What
 * takes time has, until it is acknowledged, its old and its new value at once.
 * A lazy SMMU acknowledges one look at the register later than a prompt one.
 */
#include <stddef.h>
#include <string.h>

#include "../core/host.h"
#include "../core/oracle.h"
#include "../core/run.h"
#include "smmu-v3.h"

enum {
    IDR0 = 0x0, IDR1 = 0x4, IDR5 = 0x14, CR0 = 0x20, CR0ACK = 0x24,
    CR1 = 0x28, CR2 = 0x2c, GBPA = 0x44, IRQ_CTRL = 0x50, IRQ_CTRLACK = 0x54,
    GERROR = 0x60, GERRORN = 0x64, STRTAB_BASE = 0x80, STRTAB_BASE_CFG = 0x88,
    CMDQ_BASE = 0x90, CMDQ_PROD = 0x98, CMDQ_CONS = 0x9c, EVTQ_BASE = 0xa0,
    EVTQ_PROD = 0x100a8, EVTQ_CONS = 0x100ac,
};

#define EVTQEN      (1U << 2)
#define CMDQEN      (1U << 3)
#define GBPA_UPDATE (1U << 31)
#define GBPA_ABORT  (1U << 20)

bool v3_may_translate(const struct smmu_v3 *s)
{
    return (s->cr0 | s->cr0ack) & SMMUEN;
}

void v3_gerror(struct smmu_v3 *s, uint32_t bit)
{
    s->gerror ^= bit;
    if ( s->irq_ctrlack & 1 )
        run_interrupt(IRQ_GERROR(s));
}

static enum translating translating(const struct model_smmu *base)
{
    const struct smmu_v3 *s = to_v3(base);

    if ( !v3_may_translate(s) || s->firmware )
        return TRANSLATES_NOT;

    return s->cr0 & s->cr0ack & SMMUEN ? TRANSLATES : TRANSLATES_SOON;
}

/* --- Reading -------------------------------------------------------------------------- */

static uint32_t idr0(const struct smmu_v3 *s)
{
    const struct machine_smmu *d = s->base.desc;

    return 1U | 2U << 2 | (d->coherent ? 1U << 4 : 0) |
           (d->sev ? 1U << 14 : 0) | (d->vmid16 ? 1U << 18 : 0) | 2U << 21 |
           (d->two_level ? 1U << 27 : 0);
}

static uint32_t idr1(const struct smmu_v3 *s)
{
    const struct machine_smmu *d = s->base.desc;

    return d->sid_bits | d->evtq_log2 << 16 | d->cmdq_log2 << 21;
}

static uint32_t idr5(const struct smmu_v3 *s)
{
    static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48 };
    unsigned int i = 0;

    while ( bits[i] != s->base.desc->oas )
        i++;

    return i | 1U << 4;
}

/* A look at a register that is being updated: lazy ones take one more. */
static uint32_t acknowledge(const struct smmu_v3 *s, uint32_t *ack,
                            uint32_t value)
{
    uint32_t old = *ack;

    if ( old != value )
        oracle_changed();
    *ack = value;

    return s->base.desc->lazy ? old : value;
}

static void stop_answering(struct model_smmu *base, unsigned int n)
{
    struct smmu_v3 *s = to_v3(base);

    s->stop = n;
    s->base.stopped = false;
    s->base.looks = 0;
    s->answer_syncs = n ? n - 1 : 0;
    if ( !n )
        queues_consume(s, false);
}

static void stop_consuming(struct model_smmu *base, unsigned int n,
                           unsigned long looks)
{
    struct smmu_v3 *s = to_v3(base);

    s->consume = n ? n - 1 : 0;
    s->stop_consuming = n;
    s->looks = looks;
    stop_answering(base, 0);
}

/* Who waits for ever is found by what he does, not by how long it takes. */
static void look_at_cons(struct smmu_v3 *s)
{
    if ( !s->base.stopped )
        return;
    if ( ++s->base.looks == s->looks )
        stop_consuming(&s->base, 0, 0);
    else if ( s->base.looks > 5000 )
        run_fail("a queue that is stuck is polled for ever");
}

static uint64_t read_reg(struct model_smmu *base, unsigned int offset,
                         unsigned int size)
{
    struct smmu_v3 *s = to_v3(base);
    uint32_t value;

    (void)size;
    switch ( offset )
    {
    case IDR0:            return idr0(s);
    case IDR1:            return idr1(s);
    case IDR5:            return idr5(s);
    case CR0:             return s->cr0;
    case CR0ACK:
        value = acknowledge(s, &s->cr0ack, s->cr0);
        if ( !s->base.desc->lazy )
            queues_consume(s, false);
        return value;
    case CR1:             return s->cr1;
    case CR2:             return s->cr2;
    case GBPA:
        value = s->gbpa | (s->gbpa_busy ? GBPA_UPDATE : 0);
        oracle_changed();
        s->gbpa_busy = false;
        s->gbpa_old = s->gbpa;
        return s->base.desc->lazy ? value : value & ~GBPA_UPDATE;
    case IRQ_CTRL:        return s->irq_ctrl;
    case IRQ_CTRLACK:     return acknowledge(s, &s->irq_ctrlack, s->irq_ctrl);
    case GERROR:          return s->gerror;
    case GERRORN:         return s->gerrorn;
    case STRTAB_BASE:     return s->strtab_base;
    case STRTAB_BASE_CFG: return s->strtab_cfg;
    case CMDQ_BASE:       return s->cmdq_base;
    case CMDQ_PROD:       return s->cmdq_prod;
    case CMDQ_CONS:
        value = s->cmdq_cons;
        look_at_cons(s);
        queues_consume(s, true);
        return s->base.desc->lazy ? value : s->cmdq_cons;
    case EVTQ_BASE:       return s->evtq_base;
    case EVTQ_PROD:       return s->evtq_prod;
    case EVTQ_CONS:       return s->evtq_cons;
    }

    run_fail("a read of register %#x, which the model does not have", offset);
}

/* --- Writing -------------------------------------------------------------------------- */

/*
 * Registers that must not be written while something is enabled or on its way
 * to or from it: what the SMMU does then is CONSTRAINED UNPREDICTABLE.
 */
static bool must_be_off(struct smmu_v3 *s, uint32_t enables)
{
    if ( (s->cr0 | s->cr0ack) & enables )
        s->broken = true;

    return !s->broken;
}

static void write_cr0(struct smmu_v3 *s, uint32_t value)
{
    /* 6.3.9: one update at a time. */
    if ( s->cr0 != s->cr0ack )
        s->broken = true;
    s->cr0 = value;
}

static void write_gbpa(struct smmu_v3 *s, uint32_t value)
{
    /* 6.3.14: nothing happens without Update, or while one is under way. */
    if ( !(value & GBPA_UPDATE) || s->gbpa_busy )
        return;
    s->gbpa_old = s->gbpa;
    s->gbpa = value & ~GBPA_UPDATE;
    s->gbpa_busy = true;
}

static void write_base(struct smmu_v3 *s, unsigned int offset, uint64_t value)
{
    switch ( offset )
    {
    case STRTAB_BASE:
        if ( must_be_off(s, SMMUEN) )
        {
            s->strtab_base = value;
            s->firmware = false;
        }
        break;
    case STRTAB_BASE_CFG:
        if ( must_be_off(s, SMMUEN) )
            s->strtab_cfg = value;
        break;
    case CMDQ_BASE:
        if ( must_be_off(s, CMDQEN) )
            s->cmdq_base = value;
        break;
    case EVTQ_BASE:
        if ( must_be_off(s, EVTQEN) )
            s->evtq_base = value;
        break;
    }
}

static void write_reg(struct model_smmu *base, unsigned int offset,
                      uint64_t value, unsigned int size)
{
    struct smmu_v3 *s = to_v3(base);

    (void)size;
    oracle_changed();
    switch ( offset )
    {
    case CR0:         write_cr0(s, value); break;
    case CR1:
        if ( must_be_off(s, SMMUEN | CMDQEN | EVTQEN) )
            s->cr1 = value;
        break;
    case CR2:
        if ( must_be_off(s, SMMUEN) )
            s->cr2 = value;
        break;
    case GBPA:        write_gbpa(s, value); break;
    case IRQ_CTRL:    s->irq_ctrl = value; break;
    case GERRORN:     s->gerrorn = value; break;
    case STRTAB_BASE:
    case STRTAB_BASE_CFG:
    case CMDQ_BASE:
    case EVTQ_BASE:   write_base(s, offset, value); break;
    case CMDQ_PROD:
        s->cmdq_prod = value;
        if ( !s->base.desc->lazy )
        {
            step("a write of register", offset);
            queues_consume(s, false);
        }
        break;
    case CMDQ_CONS:
        if ( must_be_off(s, CMDQEN) )
            s->cmdq_cons = value;
        break;
    case EVTQ_PROD:
        if ( must_be_off(s, EVTQEN) )
            s->evtq_prod = value;
        break;
    case EVTQ_CONS:   s->evtq_cons = value; break;
    default:
        run_fail("a write of register %#x, which the model does not have",
                 offset);
    }
}

/* --- Answers --------------------------------------------------------------------------- */

struct asked {
    unsigned int probe;
    answer_fn *fn;
    void *ctx;
};

static void answer_meaning(struct smmu_v3 *s, void *ctx, enum answer a,
                           const struct stage2 *s2)
{
    struct asked *asked = ctx;

    if ( a == ANSWER_TRANSLATED )
        s2_tlb_answers(&s->tlb, s2, asked->probe, asked->fn, asked->ctx);
    else
        asked->fn(asked->ctx, a, NULL);
}

/* Without translation GBPA decides (6.3.14); both values while it changes. */
static void answers_disabled(const struct smmu_v3 *s, answer_fn *fn, void *ctx)
{
    uint32_t both[2] = { s->gbpa, s->gbpa_busy ? s->gbpa_old : s->gbpa };
    unsigned int i;

    for ( i = 0; i < 2; i++ )
        fn(ctx, both[i] & GBPA_ABORT ? ANSWER_ABORT : ANSWER_BYPASS, NULL);
}

static void answers(struct model_smmu *base, uint32_t sid, unsigned int probe,
                    answer_fn *fn, void *ctx)
{
    struct smmu_v3 *s = to_v3(base);
    struct asked asked = { probe, fn, ctx };
    struct stream *st = config_stream(s, sid);

    if ( s->broken )
        fn(ctx, ANSWER_UNKNOWN, NULL);
    if ( !(s->cr0 & s->cr0ack & SMMUEN) )
        answers_disabled(s, fn, ctx);
    if ( !v3_may_translate(s) )
        return;
    if ( s->firmware )
        fn(ctx, ANSWER_UNKNOWN, NULL);
    else
        config_meanings(s, st, answer_meaning, &asked);
}

static uint64_t age(struct model_smmu *base, bool all)
{
    return config_age(to_v3(base), all);
}

static void event(struct model_smmu *base, uint32_t sid, uint64_t ipa)
{
    queues_event(to_v3(base), sid, ipa);
}

/* Streams and VMIDs, which are large, are cleared when they are used. */
static struct model_smmu *create(const struct machine_smmu *desc)
{
    static struct smmu_v3 all[MAX_SMMUS];
    struct smmu_v3 *s = &all[desc - machine.smmus];

    memset(s, 0, offsetof(struct smmu_v3, stream));
    s->base.ops = &smmu_v3_ops;
    s->base.desc = desc;
    s->gbpa = desc->gbpa_abort ? GBPA_ABORT : 0;
    s2_tlb_start(&s->tlb, desc->coherent, desc->oas);
    config_start(s);
    if ( desc->running )
    {
        s->cr0 = s->cr0ack = SMMUEN | CMDQEN | EVTQEN;
        s->firmware = true;
    }

    return &s->base;
}

const struct model_smmu_ops smmu_v3_ops = {
    .create = create,
    .age = age,
    .answers = answers,
    .translating = translating,
    .read = read_reg,
    .write = write_reg,
    .event = event,
    .stop_answering = stop_answering,
    .stop_consuming = stop_consuming,
};
