/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command queue and event queue (IHI 0070, 3.5, 4, 7.2, 7.3). Called from
 * regs.c.
 *
 * What can be fetched of a command may be older than what the CPU has written;
 * then the older is taken, since that is what a missing barrier or clean does.
 */
#include "../core/counts.h"
#include "../core/oracle.h"
#include "../core/run.h"
#include "../core/trace.h"
#include "smmu-v3.h"

#define CMDQEN   (1U << 3)
#define EVTQEN   (1U << 2)
#define CMDQ_ERR (1U << 0)

#define CERROR_ILL 1U
#define CERROR_ABT 2U

#define QBASE 0x000fffffffffffe0UL

static unsigned int log2size(uint64_t base)
{
    return base & 31;
}

/* The queue's memory is aligned to its size, or it is somewhere else (6.3.26). */
static uint64_t entry_at(uint64_t base, uint32_t index, unsigned int size)
{
    uint64_t bytes = (uint64_t)size << log2size(base);

    return (base & QBASE & ~(bytes - 1)) +
           (index & ((1U << log2size(base)) - 1)) * size;
}

static bool cmdq_empty(const struct smmu_v3 *s)
{
    uint32_t mask = (2U << log2size(s->cmdq_base)) - 1;

    return (s->cmdq_prod & mask) == (s->cmdq_cons & mask);
}

static void command_error(struct smmu_v3 *s, uint32_t reason)
{
    s->cmdq_cons = (s->cmdq_cons & ~0x7f000000U) | reason << 24;
    v3_gerror(s, CMDQ_ERR);
}

/* False: not consumed. */
static bool execute(struct smmu_v3 *s, uint64_t c0, uint64_t c1)
{
    unsigned int vmid = (c0 >> 32) & 0xffff;

    counts.commands++;
    trace(s->base.index, "command", c0, c1);
    switch ( c0 & 0xff )
    {
    case 0x01:                                   /* PREFETCH_CONFIG */
    case 0x20:                                   /* TLBI_EL2_ALL: not ours */
        break;
    case 0x03:                                   /* CFGI_STE */
        counts.cfgi++;
        config_invalidate(s, c0 >> 32, false, c1 & 1);
        break;
    case 0x04:                                   /* CFGI_ALL, by its range */
        if ( (c1 & 31) != 31 )
            return false;
        config_invalidate(s, 0, true, false);
        break;
    case 0x28:                                   /* TLBI_S12_VMALL */
        counts.tlbi++;
        s2_tlb_invalidate(&s->tlb, vmid);
        break;
    case 0x30:                                   /* TLBI_NSNH_ALL */
        s2_tlb_invalidate_all(&s->tlb);
        break;
    case 0x46:                                   /* SYNC, 4.7.3 */
        counts.syncs++;
        config_sync(s);
        s2_tlb_sync(&s->tlb);
        break;
    default:
        return false;
    }

    return true;
}

static bool consume_one(struct smmu_v3 *s)
{
    uint64_t at = entry_at(s->cmdq_base, s->cmdq_cons, 16);
    uint32_t mask = (2U << log2size(s->cmdq_base)) - 1;
    bool coherent = s->base.desc->coherent;
    struct mem_view c0, c1;

    if ( !(s->cr0ack & CMDQEN) || s->base.stopped || cmdq_empty(s) ||
         ((s->gerror ^ s->gerrorn) & CMDQ_ERR) )
        return false;

    if ( !mem_view(at, coherent, 0, &c0) ||
         !mem_view(at + 8, coherent, 0, &c1) )
    {
        command_error(s, CERROR_ABT);
        return false;
    }
    /* SMMU_CMDQ_CONS stays where the SMMU stops; at a SYNC until it is complete. */
    if ( (s->stop_consuming && !s->consume--) ||
         ((c0.v[0] & 0xff) == 0x46 && s->stop && !s->answer_syncs--) )
    {
        s->base.stopped = true;
        return false;
    }
    if ( !execute(s, c0.v[0], c1.v[0]) )
    {
        command_error(s, CERROR_ILL);
        return false;
    }
    s->cmdq_cons = (s->cmdq_cons & ~mask) | ((s->cmdq_cons + 1) & mask);
    oracle_changed();
    step("the SMMU consumes command", c0.v[0] & 0xff);

    return true;
}

void queues_consume(struct smmu_v3 *s, bool one)
{
    while ( consume_one(s) && !one )
        ;
}

/* 7.2: a full queue loses the event and says so by the overflow flag. */
void queues_event(struct smmu_v3 *s, uint32_t sid, uint64_t ipa)
{
    uint32_t size = 1U << log2size(s->evtq_base);
    uint32_t mask = 2 * size - 1;
    uint64_t at = entry_at(s->evtq_base, s->evtq_prod, 32);
    bool coherent = s->base.desc->coherent;

    if ( !(s->cr0ack & EVTQEN) )
        return;

    if ( ((s->evtq_prod ^ s->evtq_cons) & mask) == size )
    {
        if ( !((s->evtq_prod ^ s->evtq_cons) >> 31) )
            s->evtq_prod ^= 1U << 31;
        return;
    }

    /* F_TRANSLATION of a read, 7.3.13. */
    mem_device_store(at, coherent, 0x10 | (uint64_t)sid << 32);
    mem_device_store(at + 8, coherent, 1UL << 35);
    mem_device_store(at + 16, coherent, ipa);
    mem_device_store(at + 24, coherent, ipa & ~4095UL);
    s->evtq_prod = (s->evtq_prod & ~mask) | ((s->evtq_prod + 1) & mask);
    if ( s->irq_ctrlack & 4 )
        run_interrupt(IRQ_EVTQ(s));
}
