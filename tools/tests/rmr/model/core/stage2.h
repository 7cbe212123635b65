/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks of stage-2 tables (ARM DDI 0487), and TLBs that hold all that may be in
 * them: by VMID, each address that the oracle tries, and the walk caches on the
 * way. Knows nothing of how an SMMU comes to a table.
 *
 * Caching: whatever can be walked is taken in at once. An invalidation marks
 * what it covers; what can be walked still is taken in again, which removes the
 * mark; the sync after it drops what is marked. Faults are never cached.
 */
#ifndef MODEL_STAGE2_H
#define MODEL_STAGE2_H

#include "machine.h"
#include "memory.h"
#include "smmu.h"

struct stage2 {
    unsigned int vmid;
    uint64_t root;
    unsigned int ipa_bits, start_level;
};

#define S2_MAX_KEPT   8
#define S2_MAX_VMIDS  24

struct s2_kept {
    uint64_t v;
    uint8_t level;                     /* of a leaf */
    bool marked;                       /* goes with the next sync */
};

struct s2_set {
    unsigned int nr;
    struct s2_kept k[S2_MAX_KEPT];
};

struct s2_vmid {
    unsigned int vmid;
    struct s2_set leaf[MAX_PROBES];
    struct s2_set table[MAX_PROBES][4];
    struct s2_set unknown;             /* from before power-on */
};

struct s2_tlb {
    bool coherent;
    unsigned int oas;
    struct s2_vmid vmid[S2_MAX_VMIDS];
    unsigned int nr_vmids;
    bool unknown, unknown_marked;      /* of VMIDs that nobody has used yet */
};

/* At power-on nobody knows what is in there. */
void s2_tlb_start(struct s2_tlb *t, bool coherent, unsigned int oas);
void s2_tlb_fill(struct s2_tlb *t, const struct stage2 *s2);
void s2_tlb_invalidate(struct s2_tlb *t, unsigned int vmid);
void s2_tlb_invalidate_all(struct s2_tlb *t);
void s2_tlb_sync(struct s2_tlb *t);
/* All that a transaction to @ipa by way of @s2 may come to. */
void s2_tlb_answers(struct s2_tlb *t, const struct stage2 *s2, uint64_t ipa,
                    answer_fn *fn, void *ctx);

#endif /* MODEL_STAGE2_H */
