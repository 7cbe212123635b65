/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reserved DMA regions (RMR) of masters behind an Arm SMMU: what the files of
 * this folder share. <xen/rmr.h> is what the rest of Xen sees.
 *
 *   dt.c       firmware's description -> masters and their regions
 *   policy.c   every refusal of what firmware describes
 *   policy-domain.c   every refusal of an assignment
 *   policy-guest.c    those that are for other domains than the hardware domain
 *   table.c    stage-2 tables that map regions
 *   p2m.c      the same regions in a domain's p2m, pinned
 *   master.c   the life of a master
 *   dom0less.c domains that Xen builds: their masters, RAM and device tree
 *   layout.c   RAM around regions
 *   smmu-v3.c  what master.c asks of an SMMUv3
 *   smmu.c     the same of an SMMUv1 or v2
 *   dump.c     debug key, hypfs
 *   sysctl.c   the same, for the toolstack
 */
#ifndef ARM_RMR_H
#define ARM_RMR_H

#include <xen/device_tree.h>
#include <xen/list.h>
#include <xen/mm.h>
#include <xen/rmr.h>

#include <asm/lpae.h>

struct domain;

/* A paddr_t without leading zeroes: "%"PRIrmr. */
#if defined(CONFIG_ARM_64) || defined(CONFIG_PHYS_ADDR_T_32)
#define PRIrmr "#lx"
#else
#define PRIrmr "#llx"
#endif

/*
 * A region: memory that a master goes on using on firmware's word. Once
 * rmr_policy_region() has accepted it, its bounds are page aligned and, unless
 * it is a carve-out, [pa, pa + size) is reserved memory.
 */
struct rmr_region {
    paddr_t iova;
    paddr_t pa;                        /* INVALID_PADDR for a carve-out */
    paddr_t size;                      /* bytes */
    const struct dt_device_node *np;   /* /reserved-memory child, NULL if
                                          declared on the command line */
    void *va;                          /* cached, to flush it; may be NULL */
    domid_t user;                      /* whose data are in it */
};

/* Are the IPAs that @r takes those of its own memory? */
static inline bool rmr_is_direct(const struct rmr_region *r)
{
    return r->iova == r->pa;
}

static inline bool rmr_is_carveout(const struct rmr_region *r)
{
    return r->pa == INVALID_PADDR;
}

/* The last address of a range; one that wraps is taken to the very end. */
static inline paddr_t rmr_last_of(paddr_t start, paddr_t size)
{
    return start + size - 1 < start ? ~(paddr_t)0 : start + size - 1;
}

/* Do two ranges have an address in common? One of no size has none. */
static inline bool rmr_ranges_meet(paddr_t start, paddr_t size,
                                   paddr_t start2, paddr_t size2)
{
    return size && size2 && start <= rmr_last_of(start2, size2) &&
           start2 <= rmr_last_of(start, size);
}

/* Do two regions have memory in common? */
static inline bool rmr_regions_meet(const struct rmr_region *r,
                                    const struct rmr_region *s)
{
    return !rmr_is_carveout(r) && !rmr_is_carveout(s) &&
           rmr_ranges_meet(r->pa, r->size, s->pa, s->size);
}

/*
 * A StreamID as the SMMU compares it: without the bits of @mask. Only match
 * entries of SMMUv1/v2 have a mask (IHI 0062, SMMU_SMRn).
 */
struct rmr_stream {
    uint32_t id;
    uint32_t mask;
};

/* Is there a StreamID that both stand for? */
static inline bool rmr_streams_overlap(const struct rmr_stream *a,
                                       const struct rmr_stream *b)
{
    return !((a->id ^ b->id) & ~(a->mask | b->mask));
}

/* Does @a stand for all that @b stands for? */
static inline bool rmr_stream_covers(const struct rmr_stream *a,
                                     const struct rmr_stream *b)
{
    return !(b->mask & ~a->mask) && !((a->id ^ b->id) & ~a->mask);
}

/*
 * The geometry of the p2m that RMR tables share with it: since a switch
 * changes nothing but the table's address, VTCR is the same for both.
 */
struct rmr_geometry {
    unsigned int ipa_bits;
    unsigned int root_level;
    unsigned int root_order;
};

/* A private stage-2 table. */
struct rmr_table {
    struct page_info *root;            /* 2^root_order pages */
    struct rmr_geometry geom;
    unsigned int nr_pages;             /* root pages included */
    bool clean;                        /* the SMMU's walks are not coherent */
};

/*
 * States, and what the SMMU uses in each:
 *   BOOT        never assigned                       RMR table
 *   PENDING     assigned to m->d, not yet joined     RMR table
 *   JOINED      m->d's p2m                           p2m
 *   QUARANTINE  has left a domain                    RMR table
 *   BROKEN      an invalidation did not complete     unknown: either
 *
 * m->d is NULL in BOOT and QUARANTINE only.
 */
enum rmr_state {
    RMR_BOOT,
    RMR_PENDING,
    RMR_JOINED,
    RMR_QUARANTINE,
    RMR_BROKEN,
};

struct rmr_smmu_ops;

struct rmr_master {
    struct list_head list;             /* rmr_masters, in device tree order */
    struct dt_device_node *np;
    struct dt_device_node *iommu;      /* the SMMU's node */
    struct rmr_stream *sids;
    unsigned int nr_sids;
    /* Bits of StreamIDs and masks that its SMMU does not have. */
    struct rmr_stream ignored;
    struct rmr_region *regions;
    unsigned int nr_regions;

    bool wanted;                       /* by the domain that is being built */

    /*
     * Why the master stays on its RMR table for good: one of policy.c's
     * texts, or NULL when it may be assigned.
     */
    const char *kept;
    bool keep_contents;                /* on the command line */

    /* Set when the SMMU's driver has installed the RMR context. */
    const struct rmr_smmu_ops *ops;
    void *ctx;
    unsigned int vmid;                 /* that of the RMR table */
    unsigned int banks[2];             /* SMMUv1/v2: that of the RMR table,
                                          and that of a domain's */
    unsigned int nr_banks;             /* SMMUv3: 0 */
    struct rmr_table table;
    bool failed;                       /* could not: no table, no context, */
    const struct rmr_stream *refused;  /* ... for this StreamID, or NULL */
    bool sharers_kept;                 /* see keep_sharers() */

    /* Protected by rmr_lock. */
    enum rmr_state state;
    struct domain *d;
    bool relaxed;                      /* assigned so: may have company */
    /*
     * The domain in whose p2m regions of the master are pinned. They are all
     * mapped there once ready is set; before that they are being mapped, or,
     * with leaving set, unmapped and flushed.
     */
    struct domain *mapped;
    unsigned int nr_pinned;            /* of regions, from the first */
    bool ready, leaving;
    int map_rc;                        /* why mapping failed and is undone */
    unsigned int flushing;             /* the region to be wiped or flushed
                                          next, */
    paddr_t flushed;                   /* and how much of it has been */
    bool joining;                      /* verified, about to be switched */
    unsigned int joins, leaves;

    /* Written by the SMMU's event handler only. */
    unsigned int faults;
    bool faults_lost;                  /* there were more, not told of */
    unsigned int faults_said;
    s_time_t fault_said_at;
};

extern struct list_head rmr_masters;

#define rmr_for_each_master(m) list_for_each_entry(m, &rmr_masters, list)

/* What master.c asks of an SMMU generation. join and leave do not allocate. */
struct rmr_smmu_ops {
    /*
     * Give @m a context of its own on @smmu and point its streams at its RMR
     * table. The SMMU does not translate yet. Sets m->ctx, m->vmid and, on
     * SMMUv1/v2, the banks. -ERANGE for a StreamID or mask outside the SMMU's,
     * -EINVAL for StreamIDs that no entries can tell apart, -EXDEV without a
     * free match entry: these set m->refused. -ENOSPC without a free VMID or
     * context bank, -EFAULT for memory out of the SMMU's range, -ENOMEM.
     */
    int (*install)(struct rmr_master *m, void *smmu);
    /*
     * At assignment: make sure that join can switch @m to the table at @root.
     * NULL if it always can. -ENOSPC: not with the context banks there are.
     * May be followed by no join.
     */
    int (*prepare)(struct rmr_master *m, paddr_t root);
    /*
     * Point the streams of @m from its RMR table at the table at @root, which
     * is @d's p2m, and put its context on the list that @d's p2m flushes walk
     * before the first store. 0, or -ETIMEDOUT if the SMMU did not complete
     * the invalidation: then either table may still answer.
     */
    int (*join)(struct rmr_master *m, struct domain *d, paddr_t root);
    /* The way back. 0: nothing of @d is reachable any more. */
    int (*leave)(struct rmr_master *m, struct domain *d);
    /*
     * Do the flushes of domains' p2ms come to this driver? On a machine with
     * several kinds of IOMMU Xen calls one driver only. For when all have been
     * probed.
     */
    bool (*gets_flushes)(void);
    /*
     * Is there a context for ordinary masters of @d behind the SMMU of @m? At
     * boot only. NULL: always.
     */
    bool (*has_room)(const struct rmr_master *m, const struct domain *d);
};

/*
 * dt.c. Both return 0 or -ENOMEM; then what is on the list so far is the
 * caller's to free.
 */
bool rmr_enabled(void);
bool rmr_cmdline_bank(paddr_t start, paddr_t size);
int rmr_dt_scan(struct list_head *masters);
int rmr_dt_check(struct list_head *masters, unsigned int ipa_bits);
void rmr_master_free(struct rmr_master *m);
void rmr_dt_stream(const struct dt_device_node *iommu, const uint32_t *cells,
                   unsigned int nr, struct rmr_stream *s);

/* table.c */
unsigned int rmr_leaf_level(unsigned long gfn, unsigned long mfn,
                            unsigned long nr);
lpae_t rmr_leaf(mfn_t mfn, unsigned int level);
int rmr_table_init(struct rmr_table *t, const struct rmr_geometry *geom,
                   bool clean);
int rmr_table_map(struct rmr_table *t, gfn_t gfn, mfn_t mfn, unsigned long nr);
void rmr_table_destroy(struct rmr_table *t);
lpae_t rmr_table_lookup(const struct page_info *root,
                        const struct rmr_geometry *geom, gfn_t gfn,
                        unsigned int *level);

/* p2m.c */
int rmr_p2m_pin(struct domain *d, struct rmr_master *m);
int rmr_p2m_map_step(struct domain *d, const struct rmr_master *m);
int rmr_p2m_unmap_step(struct domain *d, struct rmr_master *m, bool undo);
bool rmr_p2m_verify(struct domain *d, const struct rmr_master *m);

/* master.c */
void rmr_install(const struct dt_device_node *iommu, bool coherent,
                 const struct rmr_smmu_ops *ops, void *smmu);
void rmr_fault(struct rmr_master *m, const char *what);
const char *rmr_state_name(const struct rmr_master *m);
struct rmr_master *rmr_find_master(const struct dt_device_node *np);

/*
 * smmu-v3.c, smmu.c: let the driver of @np narrow p2m_ipa_bits, as it is going
 * to when it probes @np. -EBADF: @np is not this driver's. Any other error: it
 * is, and it will not drive it.
 */
#ifdef CONFIG_ARM_SMMU_V3
int rmr_smmu_v3_narrow(struct dt_device_node *np);
#else
static inline int rmr_smmu_v3_narrow(struct dt_device_node *np)
{
    return -EBADF;
}
#endif

#ifdef CONFIG_ARM_SMMU
int rmr_smmu_narrow(struct dt_device_node *np);
#else
static inline int rmr_smmu_narrow(struct dt_device_node *np)
{
    return -EBADF;
}
#endif

/* dump.c */
void rmr_dump_init(void);
void rmr_say_context(const struct rmr_master *m);

/*
 * policy.c. rmr_policy_note() sees each node once; what it notes is held until
 * rmr_policy_end(). rmr_policy_region() rounds the region that it accepts.
 */
int rmr_policy_note(const struct dt_device_node *np);
int rmr_policy_begin(const struct list_head *masters);
void rmr_policy_end(void);
bool rmr_policy_region(const struct rmr_master *m, struct rmr_region *r,
                       unsigned int ipa_bits);
void rmr_policy_overlap(const struct rmr_master *m, unsigned int first,
                        unsigned int nr, const struct rmr_region *all);
int rmr_policy_streams(struct list_head *masters);
int rmr_policy_sharing(const struct list_head *masters);

/* policy-domain.c */
struct rmr_master *rmr_find_stream(const struct dt_device_node *iommu,
                                   const struct rmr_stream *s);
int rmr_policy_assign(struct rmr_master *m, struct domain *d, bool relaxed);
int rmr_policy_context(struct rmr_master *m, const struct domain *d);
int rmr_policy_alias(const struct dt_device_node *np,
                     const struct dt_device_node *iommu,
                     const struct rmr_stream *s);
bool rmr_policy_aliases(const struct dt_device_node *np);
bool rmr_policy_no_room(const struct dt_device_node *np,
                        const struct domain *d);
bool rmr_policy_meet(const struct rmr_master *a, const struct rmr_master *b);
bool rmr_policy_hwdom_taken(struct rmr_master *m);

/* layout.c */
struct rmr_range {
    paddr_t start, size;
};

/* What Xen loads into one bank of a domain's RAM. */
struct rmr_boot_images {
    paddr_t load;                      /* the kernel's; 0: anywhere */
    paddr_t kernel;                    /* bytes */
    paddr_t modules;                   /* bytes of all others */
};

int rmr_layout_ram(struct membanks *ram, const struct rmr_range *windows,
                   unsigned int nr_windows, struct rmr_range *holes,
                   unsigned int nr_holes, paddr_t amount);
int rmr_layout_boot_bank(struct membanks *ram,
                         const struct rmr_boot_images *boot);

/* policy-guest.c */
int rmr_policy_guest_taken(const struct rmr_master *m, struct domain *d);
bool rmr_region_foreign(const struct rmr_master *m, const struct rmr_region *r,
                        const struct domain *d);
int rmr_policy_scrub(const struct rmr_master *m, const struct domain *d);
int rmr_policy_guest_place(const struct rmr_master *m, const struct domain *d,
                           paddr_t base, paddr_t size, const char *what);
int rmr_policy_forced(const struct rmr_master *m, const struct domain *d);
int rmr_policy_company(const struct dt_device_node *np, bool is_rmr,
                       bool relaxed, const struct domain *d);

#endif /* ARM_RMR_H */
