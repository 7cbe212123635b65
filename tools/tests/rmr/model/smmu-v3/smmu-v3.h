/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of the SMMUv3, private to this folder (IHI 0070; sections are cited
 * where their rules are). Non-secure, stage 2 only, as Xen uses it.
 *
 *   regs.c    registers and their write rules; the ops for core/
 *   queues.c  command and event queues
 *   config.c  stream table, and what may be cached of it
 *
 * At each step everything that could be fetched is taken into the caches
 * (core/cache.h), translations by core/stage2.c. So a cache holds all that any
 * SMMU may hold at that moment.
 */
#ifndef MODEL_SMMU_V3_H
#define MODEL_SMMU_V3_H

#include "../core/stage2.h"

#define SMMUEN      (1U << 0)              /* SMMU_CR0, SMMU_CR0ACK */
#define STE_WORDS   8
#define MAX_TRACKED (MAX_MASTERS * MAX_SIDS)

/* What may be cached for one StreamID. */
struct stream {
    uint32_t sid;
    bool touched;                         /* invalidated since the last fetch */
    bool took, grew;                      /* a fetch: something; something new */
    struct cached_set l1;                 /* level 1 descriptors */
    struct cached_set word[STE_WORDS];    /* each fetched on its own, 3.21.3 */
    struct cached_set no_table;           /* "there is none": bad StreamID */
    struct cached_set astray;             /* fetched where no table is */
    struct cached_set unknown;            /* from before power-on */
};

struct smmu_v3 {
    struct model_smmu base;

    /* Registers; of those that take time, both values. */
    uint32_t cr0, cr0ack, cr1, cr2, gbpa, gbpa_old, irq_ctrl, irq_ctrlack;
    uint32_t gerror, gerrorn;
    bool gbpa_busy;
    uint64_t strtab_base;
    uint32_t strtab_cfg;
    uint64_t cmdq_base, evtq_base;
    uint32_t cmdq_prod, cmdq_cons, evtq_prod, evtq_cons;
    bool firmware;          /* firmware's tables are in use */
    bool broken;            /* a write that the architecture forbids */

    unsigned int answer_syncs;      /* this many CMD_SYNCs are answered yet */
    unsigned int consume;           /* this many commands are consumed yet */
    unsigned long looks;            /* after which it goes on, or 0 */
    bool stop, stop_consuming;

    /* What of it decides about translations, when age() looked last. */
    struct gate {
        uint32_t enabled, gbpa, gbpa_old, strtab_cfg;
        bool gbpa_busy, firmware, broken;
        uint64_t strtab_base;
    } gate;
    uint64_t changed;       /* answers, since then */
    bool touched;           /* some stream is */

    unsigned int nr_streams;
    struct stream stream[MAX_TRACKED];
    struct s2_tlb tlb;
};

static inline struct smmu_v3 *to_v3(const struct model_smmu *s)
{
    return (struct smmu_v3 *)s;
}

/* config.c */
void config_start(struct smmu_v3 *s);
uint64_t config_age(struct smmu_v3 *s, bool all);
void config_invalidate(struct smmu_v3 *s, uint32_t sid, bool all, bool leaf);
void config_sync(struct smmu_v3 *s);
struct stream *config_stream(struct smmu_v3 *s, uint32_t sid);
/* Every meaning that the words cached for @st may have together. */
void config_meanings(struct smmu_v3 *s, const struct stream *st,
                     void (*fn)(struct smmu_v3 *s, void *ctx, enum answer a,
                                const struct stage2 *s2), void *ctx);

/* queues.c */
void queues_consume(struct smmu_v3 *s, bool one);
void queues_event(struct smmu_v3 *s, uint32_t sid, uint64_t ipa);

/* regs.c */
bool v3_may_translate(const struct smmu_v3 *s);
void v3_gerror(struct smmu_v3 *s, uint32_t bit);

#define IRQ_EVTQ(s)   (SMMU_IRQ((s)->base.index) + 0)
#define IRQ_GERROR(s) (SMMU_IRQ((s)->base.index) + 1)

#endif /* MODEL_SMMU_V3_H */
