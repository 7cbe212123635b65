/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine of a scenario: SMMUs, masters and regions as firmware describes
 * them, the domains, and whose memory is where. Independent of the SMMU's
 * generation.
 */
#ifndef MODEL_MACHINE_H
#define MODEL_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "smmu.h"
#include "under-test.h"

#define MAX_SMMUS    2
#define MAX_MASTERS  8
#define MAX_SIDS     128
#define MAX_REGIONS  3
#define MAX_DOMS     6
#define MAX_RANGES   16
#define MAX_PROBES   96

struct range {
    uint64_t ipa, pa, size;
};

struct machine_smmu {
    const struct model_smmu_ops *ops;
    const char *compatible;
    unsigned int sid_bits;
    bool two_level;
    bool coherent;
    bool lazy;              /* one command for each look at CONS */
    bool vmid16;
    unsigned int oas;
    unsigned int cmdq_log2, evtq_log2;
    bool gbpa_abort;        /* firmware left streams aborting, not bypassing */
    bool running;           /* firmware left it translating */
    bool sev;               /* sends an event when it has consumed a SYNC */

    /* SMMUv1/v2 */
    unsigned int banks;
    unsigned int entries;   /* match entries; 0: stream indexing */
    unsigned int mask_bits;
    bool v1;
    bool halves;            /* takes a 64-bit write in two */
    bool high_first;        /* ... the high half first */
    bool junk;              /* left in entries and banks */
    unsigned int tree_mask; /* stream-match-mask */
    bool legacy;            /* names its masters: mmu-masters */
    bool secure_alias;      /* sCR0 and others of ours are 0x400 above */
    unsigned int id_bits;   /* of match registers, if fewer than sid_bits */
    unsigned int odd_smr;   /* this one and those after it have no mask bits */
};

/* An entry of `iommus`. */
struct tree_stream {
    uint32_t id, mask;
};

enum phase {
    PHASE_KEPT,             /* RMR master on its own table */
    PHASE_JOINING,
    PHASE_JOINED,
    PHASE_LEAVING,
    PHASE_BROKEN,
    PHASE_UNASSIGNED,       /* ordinary master */
    PHASE_ATTACHING,
    PHASE_ATTACHED,
    PHASE_DETACHING,
    NR_PHASES
};

struct master {
    const char *name;
    unsigned int smmu;
    uint32_t sids[MAX_SIDS];
    unsigned int nr_sids;
    /* What the tree says instead, if it does not list each of them. */
    struct tree_stream tree[MAX_SIDS];
    unsigned int nr_tree;
    struct range regions[MAX_REGIONS];
    unsigned int nr_regions;
    bool passthrough;
    bool unkept;            /* described with a region that Xen cannot keep */
    bool doubtful;          /* it may be that Xen cannot keep it */
    bool silent;            /* does no DMA */

    /* State, kept by ops.c. */
    enum phase phase;
    struct dom *dom;        /* whose memory it may reach */
    struct dom *pending;    /* assigned to, and not joined yet */
    struct dom *partly;     /* mapped in, or still so: a call was cut off */
    bool left;              /* ... which was a removal */
};

struct dom {
    unsigned int id;
    struct domain *d;
    bool live, runs;
    struct range ranges[MAX_RANGES];
    unsigned int nr_ranges;
};

struct probe {
    struct master *m;
    uint64_t ipa, pa;
    unsigned int index;     /* of the address, in machine.ipas */
    bool inside;            /* of a region of m */
};

struct machine {
    struct machine_smmu smmus[MAX_SMMUS];
    unsigned int nr_smmus;
    struct master masters[MAX_MASTERS];
    unsigned int nr_masters;
    bool endless;           /* a node has a `compatible` without an end */

    /* Running. */
    struct model_smmu *smmu[MAX_SMMUS];
    struct dom doms[MAX_DOMS];
    struct probe probes[MAX_PROBES];
    unsigned int nr_probes;
    uint64_t ipas[MAX_PROBES];         /* each address once */
    unsigned int nr_ipas;
    unsigned long remapped;            /* times that a domain's ranges changed */
    bool any_incoherent;
};

extern struct machine machine;

/* Registers are here; page 1 is 64K above. */
#define SMMU_PA(i)     (0x09000000UL + 0x100000UL * (i))
#define SMMU_SIZE      0x20000UL
#define SMMU_IRQ(i)    (32 + 8 * (i))
/* SMMUv1/v2: the global interrupt, then one for each bank. */
#define V2_IRQ(i)      (64 + 32 * (i))

/* RAM of domain @id as it sees it, and where it is. dom0 has it 1:1. */
#define RAM_SIZE       0x10000UL
#define DOM_RAM_PA(id) (0x48000000UL + 0x01000000UL * (id))
#define DOM_RAM(id)    ((id) ? 0x40000000UL : DOM_RAM_PA(0))

/* Power-on; adds the probes. The description has been filled in. */
void machine_start(void);
void machine_stop(void);
const void *machine_tree(void);
void machine_probe(struct master *m, uint64_t ipa, bool inside, uint64_t pa);

struct master *machine_master(const char *name);
struct model_smmu *machine_smmu_at(uint64_t pa, unsigned int *offset);

/* What @d may have mapped at @ipa: before the call that maps, until after the
 * call that removes it. */
void dom_add_range(struct dom *d, uint64_t ipa, uint64_t pa, uint64_t size);
void dom_drop_range(struct dom *d, uint64_t ipa, uint64_t size);
void dom_drop_all(struct dom *d);
/* Where @d has @ipa, or ~0. */
uint64_t dom_lookup(const struct dom *d, uint64_t ipa);
bool dom_maps(const struct dom *d, uint64_t ipa, uint64_t pa);

#endif /* MODEL_MACHINE_H */
