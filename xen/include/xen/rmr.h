/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reserved DMA regions (RMR) on Arm: masters that firmware left running keep
 * their DMA from Xen's entry on, through every hand-over.
 *
 * Hooks for the rest of Xen, named for the phase they belong to. With
 * CONFIG_ARM_RMR off each folds to nothing. docs/designs/arm-rmr.md is the
 * design.
 */
#ifndef XEN_RMR_H
#define XEN_RMR_H

#include <xen/iommu.h>
#include <xen/mem_access.h>
#include <xen/types.h>

#include <asm/p2m.h>

struct domain;
struct dt_device_node;
struct kernel_info;
struct membanks;
struct p2m_domain;
struct rangeset;
struct xen_sysctl_rmr_master;

/* The device is not an RMR master: the caller goes on as without RMR. */
#define RMR_NOT_MINE 1

#ifdef CONFIG_ARM_RMR

#include <xen/delay.h>

/*
 * Before the first SMMU is probed: find the RMR masters, and settle the p2m's
 * geometry if there are any. Called from iommu_hardware_setup().
 */
void rmr_prepare(void);

/*
 * Assign @np to @d, or take it away from @d. RMR_NOT_MINE for a device that is
 * not an RMR master, else 0 or an errno with the reason logged and nothing
 * changed. Called under dtdevs_lock.
 */
int rmr_assign_dt_device(struct domain *d, struct dt_device_node *np);
int rmr_deassign_dt_device(struct domain *d, struct dt_device_node *np);

/*
 * For a domctl, before it assigns @np to @d: map the regions of an RMR master,
 * outside dtdevs_lock. @relaxed: @d may have other DMA masters besides. 0 when
 * that is done or @np is no RMR master; -ERESTART when something else is waiting,
 * and then the domctl has to be called again; else an errno with the reason
 * logged and nothing changed.
 */
int rmr_map_dt_device(struct domain *d, struct dt_device_node *np, bool relaxed);

/*
 * For a domctl, after it has taken @np away from @d: unmap the regions and
 * flush the caches. True when something else is waiting: then the domctl has to
 * be called again.
 */
bool rmr_unmap_dt_device(struct domain *d, struct dt_device_node *np);

/*
 * When all devices have been taken away from @d, which dies: unmap what they
 * had, and what an assignment that was cut off had mapped. 0, or -ERESTART when
 * something else is waiting.
 */
int rmr_release(struct domain *d);

/*
 * May the @nr pages from @mfn on be mapped in @d because somebody asks for it?
 * 0, or -EPERM with the reason logged.
 */
int rmr_refuse_iomem(const struct domain *d, unsigned long mfn,
                     unsigned long nr);

/* XENMEM_reserved_device_memory_map: all regions, to a control domain. */
int rmr_get_reserved_device_memory(iommu_grdm_t *func, void *ctxt);

/* XEN_SYSCTL_rmr_master: 0, or an errno. */
int rmr_sysctl(struct xen_sysctl_rmr_master *op);

/* First unpause of @d: its pending masters join. */
void rmr_domain_creation_finished(struct domain *d);

/*
 * Before the hardware domain's device tree is made: map and pin the regions of
 * the masters that will be its own.
 */
void rmr_hwdom_map(struct domain *d);

/* Take what is pinned in the hardware domain out of its extended regions. */
void rmr_hwdom_holes(struct rangeset *holes);

/* Is @np to be kept out of the hardware domain's p2m and device tree? */
bool rmr_hwdom_hides(const struct dt_device_node *np);

/*
 * The banks of reserved memory that are described to the hardware domain as
 * memory: @banks, or a copy without those that it must not see.
 */
const struct membanks *rmr_hwdom_reserved_mem(const struct membanks *banks);

/*
 * At the top of p2m_set_entry(), with @p2m write-locked: is any of
 * [@gfn, @gfn + @nr) pinned? Returns true when it is, with the outcome of the
 * whole call in @rc; false when p2m_set_entry() is to do its work.
 */
bool rmr_p2m_set_pinned(struct p2m_domain *p2m, gfn_t gfn, unsigned long nr,
                        mfn_t mfn, p2m_type_t t, p2m_access_t a, int *rc);

static inline bool rmr_p2m_pinned(struct p2m_domain *p2m, gfn_t gfn,
                                  unsigned long nr, mfn_t mfn, p2m_type_t t,
                                  p2m_access_t a, int *rc)
{
    return unlikely(p2m->rmr_pins) &&
           rmr_p2m_set_pinned(p2m, gfn, nr, mfn, t, a, rc);
}

/* May @p2m not get mem_access? If it may, it has it now. */
bool rmr_p2m_bars_mem_access(struct p2m_domain *p2m);

/*
 * Stretch the windows that are too short to be seen from outside
 * (CONFIG_ARM_RMR_DELAYS, for tests).
 */
static inline void rmr_delay(void)
{
    if ( IS_ENABLED(CONFIG_ARM_RMR_DELAYS) )
        mdelay(150);
}

#else /* !CONFIG_ARM_RMR */

static inline void rmr_prepare(void) {}

static inline int rmr_assign_dt_device(struct domain *d,
                                       struct dt_device_node *np)
{
    return RMR_NOT_MINE;
}

static inline int rmr_deassign_dt_device(struct domain *d,
                                         struct dt_device_node *np)
{
    return RMR_NOT_MINE;
}

static inline int rmr_map_dt_device(struct domain *d,
                                    struct dt_device_node *np, bool relaxed)
{
    return 0;
}

static inline bool rmr_unmap_dt_device(struct domain *d,
                                       struct dt_device_node *np)
{
    return false;
}

static inline int rmr_release(struct domain *d)
{
    return 0;
}

static inline int rmr_refuse_iomem(const struct domain *d, unsigned long mfn,
                                   unsigned long nr)
{
    return 0;
}

static inline void rmr_domain_creation_finished(struct domain *d) {}
static inline void rmr_hwdom_map(struct domain *d) {}
static inline void rmr_hwdom_holes(struct rangeset *holes) {}

static inline bool rmr_hwdom_hides(const struct dt_device_node *np)
{
    return false;
}

static inline const struct membanks *
rmr_hwdom_reserved_mem(const struct membanks *banks)
{
    return banks;
}

static inline bool rmr_p2m_bars_mem_access(struct p2m_domain *p2m)
{
    return false;
}

static inline bool rmr_p2m_pinned(struct p2m_domain *p2m, gfn_t gfn,
                                  unsigned long nr, mfn_t mfn, p2m_type_t t,
                                  p2m_access_t a, int *rc)
{
    return false;
}

static inline void rmr_delay(void) {}

#endif /* CONFIG_ARM_RMR */

/*
 * Domains that Xen builds from the device tree. Each in its turn: its masters
 * and its policy, before anything of it is placed. 0, or an errno with the
 * reason logged.
 */
#if defined(CONFIG_ARM_RMR) && defined(CONFIG_DOM0LESS_BOOT)

int rmr_domU_prepare(struct kernel_info *kinfo,
                     const struct dt_device_node *node);

/*
 * Its RAM, around the regions of its masters. RMR_NOT_MINE: the caller is to
 * allocate it; else 0 or an errno with the reason logged.
 */
int rmr_domU_memory(struct kernel_info *kinfo,
                    const struct dt_device_node *node);

/* How much larger its device tree is. */
unsigned int rmr_domU_fdt_size(void);

/*
 * /reserved-memory of its device tree. RMR_NOT_MINE: the caller is to write it;
 * else as libfdt.
 */
int rmr_domU_reserved_memory(const struct kernel_info *kinfo, int addrcells,
                             int sizecells);

/* Is property @name of @node in its partial device tree replaced? */
bool rmr_domU_replaces(const void *pfdt, int node, const char *name);

/*
 * Map the regions of @np, which is to be assigned next, and write what its open
 * node in the domain's device tree has of them. @forced: without an IOMMU if
 * need be. 0, or an errno with the reason logged.
 */
int rmr_domU_device(struct kernel_info *kinfo, struct dt_device_node *np,
                    bool forced);

/*
 * Its extended regions: corrects @ext, and @rc, which are the caller's. @taken:
 * frames that the caller knows to be taken besides; may be NULL.
 */
int rmr_domU_holes(const struct kernel_info *kinfo, struct rangeset *taken,
                   struct membanks *ext, int rc);

#else /* !CONFIG_ARM_RMR || !CONFIG_DOM0LESS_BOOT */

static inline int rmr_domU_prepare(struct kernel_info *kinfo,
                                   const struct dt_device_node *node)
{
    return 0;
}

static inline int rmr_domU_memory(struct kernel_info *kinfo,
                                  const struct dt_device_node *node)
{
    return RMR_NOT_MINE;
}

static inline unsigned int rmr_domU_fdt_size(void)
{
    return 0;
}

static inline int rmr_domU_reserved_memory(const struct kernel_info *kinfo,
                                           int addrcells, int sizecells)
{
    return RMR_NOT_MINE;
}

static inline bool rmr_domU_replaces(const void *pfdt, int node,
                                     const char *name)
{
    return false;
}

static inline int rmr_domU_device(struct kernel_info *kinfo,
                                  struct dt_device_node *np, bool forced)
{
    return 0;
}

static inline int rmr_domU_holes(const struct kernel_info *kinfo,
                                 struct rangeset *taken,
                                 struct membanks *ext, int rc)
{
    return rc;
}

#endif /* CONFIG_ARM_RMR && CONFIG_DOM0LESS_BOOT */

#endif /* XEN_RMR_H */
