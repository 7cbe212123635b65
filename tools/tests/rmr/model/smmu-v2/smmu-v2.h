/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of SMMUv1 and v2 (MMU-400, MMU-401, MMU-500), private to this folder
 * (IHI 0062; registers are cited where their rules are). Non-secure, stage 2
 * only, 4K pages, as Xen uses it.
 *
 *   regs.c     registers and their write rules; the ops for core/
 *   streams.c  which entry and which context bank a transaction comes to
 *
 * All that decides about a stream is in registers, and registers are written in
 * order. Two things last longer than what is written: TLBs (core/stage2.c), and
 * transactions, which stay with the bank that they were bound to until an
 * invalidation of its VMID has completed.
 */
#ifndef MODEL_SMMU_V2_H
#define MODEL_SMMU_V2_H

#include "../core/stage2.h"

#define V2_PAGE        0x1000U
#define V2_CB_BASE     0x10000U
#define V2_MAX_BANKS   15
#define V2_MAX_ENTRIES 128
#define MAX_TRACKED    (MAX_MASTERS * MAX_SIDS)

#define SCR0_CLIENTPD  (1U << 0)
#define SCR0_GFIE      (1U << 2)
#define SCR0_USFCFG    (1U << 10)
#define SMR_VALID      (1U << 31)
#define SCTLR_M        (1U << 0)
#define SCTLR_CFIE     (1U << 6)

enum { S2CR_TRANS, S2CR_BYPASS, S2CR_FAULT };

struct bank {
    uint32_t sctlr, tcr, fsr, fsynr0;
    uint64_t ttbr0, far;
    uint32_t cbar, cba2r;
    bool firmware;                     /* where it leads is not known */
};

/* What a bank makes of a transaction. */
struct bank_view {
    bool enabled, legal;
    bool firmware;                     /* where it leads is not known */
    struct stage2 s2;
};

/* A StreamID that a master sends, and the banks that transactions of it may
 * still be bound to. */
struct bound {
    uint32_t sid;
    /* The entry that it came to when age() looked last. */
    int entry;
    uint32_t s2cr;
    bool to[V2_MAX_BANKS], marked[V2_MAX_BANKS];
};

struct smmu_v2 {
    struct model_smmu base;

    uint32_t scr0, gfsr, gfsynr0, gfsynr1;
    uint32_t smr[V2_MAX_ENTRIES], s2cr[V2_MAX_ENTRIES];
    struct bank bank[V2_MAX_BANKS];

    bool firmware;                     /* its sCR0 is in use, with clients on */
    bool firmware_entry[V2_MAX_ENTRIES];

    bool syncing;                      /* GSACTIVE */
    unsigned int reads_left;           /* of sTLBGSTATUS until it is done */
    unsigned int answer_syncs;
    bool stop;

    /* What age() found when it looked last; what is not the same now? */
    struct bank_view view[V2_MAX_BANKS];
    uint32_t gate;                     /* of sCR0 */
    bool touched;                      /* by anything but memory */
    uint64_t changed;                  /* answers */

    unsigned int nr_bound;
    struct bound bound[MAX_TRACKED];
    struct s2_tlb tlb;
};

static inline struct smmu_v2 *to_v2(const struct model_smmu *s)
{
    return (struct smmu_v2 *)s;
}

/* streams.c */
void streams_start(struct smmu_v2 *s);
uint64_t streams_age(struct smmu_v2 *s, bool all);
void streams_invalidate(struct smmu_v2 *s, unsigned int vmid, bool all);
void streams_sync(struct smmu_v2 *s);
void streams_settle(struct smmu_v2 *s);
void streams_answers(struct smmu_v2 *s, uint32_t sid, unsigned int probe,
                     answer_fn *fn, void *ctx);
/* The entry that @sid matches now; -1 none, -2 more than one. */
int streams_match(const struct smmu_v2 *s, uint32_t sid);

unsigned int v2_entries(const struct smmu_v2 *s);
static inline unsigned int bank_vmid(const struct bank *b)
{
    return b->cbar & 0xff;
}

#define V2_IRQ_GLOBAL(s)   V2_IRQ((s)->base.index)
#define V2_IRQ_BANK(s, n)  (V2_IRQ((s)->base.index) + 1 + (n))

#endif /* MODEL_SMMU_V2_H */
