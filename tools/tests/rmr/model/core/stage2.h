/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks of stage-2 tables (ARM DDI 0487), and TLBs that hold all that may be in
 * them (cache.h): by VMID, each address that the oracle tries, and the walk
 * caches on the way. Knows nothing of how an SMMU comes to a table.
 *
 * Any device may access any address at any time, and an SMMU may prefetch. So
 * each of those addresses is in the TLB of each VMID in use as soon as it can
 * be. Faults are never cached.
 *
 * An address is walked again when an entry on its way may be read as something
 * else, when its VMID has been invalidated, and when there is a new regime; any
 * other walk would find what it found.
 */
#ifndef MODEL_STAGE2_H
#define MODEL_STAGE2_H

#include "cache.h"
#include "machine.h"
#include "memory.h"
#include "smmu.h"

struct stage2 {
    unsigned int vmid;
    uint64_t root;
    unsigned int ipa_bits, start_level;
};

bool s2_same(const struct stage2 *a, const struct stage2 *b);

#define S2_MAX_VMIDS   24
#define S2_MAX_REGIMES (2 * S2_MAX_VMIDS)   /* those of before, and of now */

struct s2_vmid {
    unsigned int vmid;
    bool marked;                       /* invalidated since the last sync */
    bool touched;                      /* ... or synced, since the last fill */
    struct cached_set leaf[MAX_PROBES];
    struct cached_set table[MAX_PROBES][4];
    struct cached_set unknown;         /* from before power-on */
};

/* A stage 2 that may be in use now, and how walks in it may end. */
struct s2_regime {
    struct stage2 s2;
    struct s2_vmid *v;
    bool used, fresh;                  /* named since the last fill; first then */
    bool faults[MAX_PROBES], astray[MAX_PROBES];
};

struct s2_tlb {
    bool coherent;
    unsigned int oas;
    bool unknown, unknown_marked;      /* of VMIDs that nobody has used yet */
    bool touched;                      /* some VMID is */
    unsigned int nr_ipas;              /* addresses at the last fill */
    uint64_t changed;                  /* what answers may have; see smmu.h */
    unsigned int nr_vmids, nr_regimes;
    struct s2_regime regime[S2_MAX_REGIMES];
    struct s2_vmid vmid[S2_MAX_VMIDS];
};

/* At power-on nobody knows what is in there. */
void s2_tlb_start(struct s2_tlb *t, bool coherent, unsigned int oas);

/* If there may be others than last time: forget which regimes there are, then
 * name each that may be walked now. */
void s2_tlb_no_regimes(struct s2_tlb *t);
void s2_tlb_regime(struct s2_tlb *t, const struct stage2 *s2);
/* An SMMU's age(): take in all that walks can find. @dirty: of mem_dirty(). The
 * answers that may have changed since the last one; @all as in smmu.h. */
uint64_t s2_tlb_fill(struct s2_tlb *t, uint64_t dirty, bool all);

void s2_tlb_invalidate(struct s2_tlb *t, unsigned int vmid);
void s2_tlb_invalidate_all(struct s2_tlb *t);
void s2_tlb_sync(struct s2_tlb *t);

/* All that a transaction to the address numbered @probe may come to by way of
 * @s2, a regime that has been named. */
void s2_tlb_answers(struct s2_tlb *t, const struct stage2 *s2,
                    unsigned int probe, answer_fn *fn, void *ctx);

#endif /* MODEL_STAGE2_H */
