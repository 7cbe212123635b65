/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every refusal of an assignment: one function per rule, one line per refusal
 * that names the device, the other party, the rule, and the way out where
 * there is one. The caller gets an errno and nothing has changed.
 *
 * What firmware describes is judged at boot, in policy.c.
 */
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/sched.h>

#include <asm/device.h>
#include <asm/iommu_fwspec.h>
#include <asm/p2m.h>

#include "rmr.h"

/* The master behind @iommu that has a StreamID of @s, as the SMMU sees it. */
struct rmr_master *rmr_find_stream(const struct dt_device_node *iommu,
                                   const struct rmr_stream *s)
{
    struct rmr_master *m;
    unsigned int i;

    rmr_for_each_master ( m )
    {
        const struct rmr_stream seen = {
            .id = s->id & ~m->ignored.id,
            .mask = s->mask & ~m->ignored.mask,
        };

        for ( i = 0; m->iommu == iommu && i < m->nr_sids; i++ )
            if ( rmr_streams_overlap(&m->sids[i], &seen) )
                return m;
    }

    return NULL;
}

/*
 * StreamIDs. Two masters that the SMMU cannot tell apart would share one
 * context: an ordinary master with an RMR master's StreamID is refused. With
 * masks that goes both ways: one may cover the other.
 *
 * May @np, behind @iommu, become a master with @s? 0, or -EBUSY.
 */
int rmr_policy_alias(const struct dt_device_node *np,
                     const struct dt_device_node *iommu,
                     const struct rmr_stream *s)
{
    const struct rmr_master *m = rmr_find_stream(iommu, s);

    if ( !m || m->np == np )
        return 0;

    printk("rmr: %s: StreamID %#x%s is that of %s, whose context is not shared: not assigned to any domain; rmr=%s=off makes both ordinary\n",
           dt_node_full_name(np), s->id, s->mask ? " with its mask" : "",
           dt_node_full_name(m->np), dt_node_full_name(m->np));

    return -EBUSY;
}

/* A question about a StreamID that @np has behind @iommu. */
typedef bool stream_fn(const struct dt_device_node *np,
                       const struct dt_device_node *iommu,
                       const struct rmr_stream *s, const struct domain *d);

/*
 * What the driver has of a node already, when the SMMU names its masters. In
 * such an ID the mask is above the StreamID.
 */
static bool __init any_legacy_stream(const struct dt_device_node *np,
                                     const struct domain *d, stream_fn *fn)
{
    const struct iommu_fwspec *fwspec = np->dev.iommu_fwspec;
    unsigned int i;

    if ( !fwspec ||
         !dt_find_property(dev_to_dt(fwspec->iommu_dev), "mmu-masters", NULL) )
        return false;

    for ( i = 0; i < fwspec->num_ids; i++ )
    {
        const struct rmr_stream s = {
            .id = fwspec->ids[i] & 0xffff,
            .mask = fwspec->ids[i] >> 16,
        };

        if ( fn(np, dev_to_dt(fwspec->iommu_dev), &s, d) )
            return true;
    }

    return false;
}

/* Does @fn say so of any StreamID of @np, by either binding? */
static bool __init any_stream(const struct dt_device_node *np,
                              const struct domain *d, stream_fn *fn)
{
    struct dt_phandle_args args;
    struct rmr_stream s;
    unsigned int i;

    if ( any_legacy_stream(np, d, fn) )
        return true;

    if ( !dt_find_property(np, "iommus", NULL) )
        return false;

    for ( i = 0;
          !dt_parse_phandle_with_args(np, "iommus", "#iommu-cells", i, &args);
          i++ )
    {
        rmr_dt_stream(args.np, args.args, args.args_count, &s);
        if ( fn(np, args.np, &s, d) )
            return true;
    }

    return false;
}

static bool __init cf_check is_alias(const struct dt_device_node *np,
                                     const struct dt_device_node *iommu,
                                     const struct rmr_stream *s,
                                     const struct domain *d)
{
    return rmr_policy_alias(np, iommu, s) != 0;
}

/* rmr_policy_alias() of all StreamIDs of a node. */
bool __init rmr_policy_aliases(const struct dt_device_node *np)
{
    return any_stream(np, NULL, is_alias);
}

static bool __init cf_check is_without_room(const struct dt_device_node *np,
                                            const struct dt_device_node *iommu,
                                            const struct rmr_stream *s,
                                            const struct domain *d)
{
    const struct rmr_master *m;

    rmr_for_each_master ( m )
        if ( m->iommu == iommu && m->ops && m->ops->has_room &&
             !m->ops->has_room(m, d) )
        {
            printk("rmr: %s: SMMU %s has no context bank left, its RMR masters have all: not assigned to %pd; rmr=%s=off frees one\n",
                   dt_node_full_name(np), dt_node_full_name(iommu), d,
                   dt_node_full_name(m->np));
            return true;
        }

    return false;
}

/*
 * Contexts. Have RMR masters all that an SMMU of @np's has? To assign @np to the
 * hardware domain would fail, and end its construction.
 */
bool __init rmr_policy_no_room(const struct dt_device_node *np,
                               const struct domain *d)
{
    return !dt_device_for_passthrough(np) && any_stream(np, d, is_without_room);
}

/* Regions. The very same pages in two domains would be a hole between them. */
bool rmr_policy_meet(const struct rmr_master *a, const struct rmr_master *b)
{
    unsigned int i, j;

    for ( i = 0; i < a->nr_regions; i++ )
        for ( j = 0; j < b->nr_regions; j++ )
            if ( rmr_regions_meet(&a->regions[i], &b->regions[j]) )
                return true;

    return false;
}

/*
 * Does a region of @m that is not direct meet [@addr, @addr + @size), where the
 * hardware domain has @what @np? A range that wraps goes up to the end.
 */
static bool __init is_taken(const struct rmr_master *m,
                            const struct dt_device_node *np, const char *what,
                            uint64_t addr, uint64_t size)
{
    uint64_t last = addr + size - 1 < addr ? ~(uint64_t)0 : addr + size - 1;
    unsigned int i;

    for ( i = 0; size && i < m->nr_regions; i++ )
    {
        const struct rmr_region *r = &m->regions[i];

        if ( rmr_is_direct(r) || last < r->iova ||
             addr > r->iova + r->size - 1 )
            continue;

        printk("rmr: %s: the hardware domain has %s%s in %"PRIrmr"-%"PRIrmr", which the device sees otherwise: not assigned\n",
               dt_node_full_name(m->np), what, dt_node_full_name(np), r->iova,
               r->iova + r->size - 1);

        return true;
    }

    return false;
}

static bool __init taken_by_node(const struct rmr_master *m,
                                 const struct dt_device_node *np)
{
    unsigned int i, nr = dt_number_of_address(np);

    for ( i = 0; i < nr; i++ )
    {
        paddr_t addr, size;

        if ( !dt_device_get_paddr(np, i, &addr, &size) &&
             is_taken(m, np, "", addr, size) )
            return true;
    }

    return false;
}

static int __init cf_check taken_by_range(const struct dt_device_node *np,
                                          uint64_t addr, uint64_t len,
                                          void *data)
{
    return is_taken(data, np, "the PCI windows of ", addr, len) ? -EEXIST : 0;
}

static bool __init taken_by_windows(struct rmr_master *m,
                                    const struct dt_device_node *np)
{
    int rc;

    if ( !dt_device_type_is_equal(np, "pci") ||
         !dt_get_property(np, "ranges", NULL) )
        return false;

    rc = dt_for_each_range(np, taken_by_range, m);
    if ( rc && rc != -EEXIST )
        printk("rmr: %s: the PCI windows of %s cannot be read: not assigned\n",
               dt_node_full_name(m->np), dt_node_full_name(np));

    return rc != 0;
}

/*
 * The hardware domain has the host's layout. A region whose IPAs are not its
 * own memory must be where the host has nothing: dom0's tree is walked, and
 * its devices mapped, after the region is pinned.
 */
bool __init rmr_policy_hwdom_taken(struct rmr_master *m)
{
    const struct dt_device_node *np;
    unsigned int i;

    for ( i = 0; i < m->nr_regions && rmr_is_direct(&m->regions[i]); i++ )
        ;

    if ( i == m->nr_regions )
        return false;

    dt_for_each_device_node ( dt_host, np )
        /* What the domain has of the host's RAM is in its p2m already. */
        if ( !dt_device_type_is_equal(np, "memory") &&
             (taken_by_node(m, np) || taken_by_windows(m, np)) )
            return true;

    return false;
}

static int refuse_shared(const struct rmr_master *m, const struct domain *d)
{
    const struct rmr_master *other;

    rmr_for_each_master ( other )
        if ( other != m && other->mapped && other->mapped != d &&
             rmr_policy_meet(m, other) )
        {
            printk("rmr: %s: shares a region with %s, which is %pd's: not assigned to %pd\n",
                   dt_node_full_name(m->np), dt_node_full_name(other->np),
                   other->mapped, d);
            return -EPERM;
        }

    return 0;
}

static int refuse_state(const struct rmr_master *m, const struct domain *d)
{
    switch ( m->state )
    {
    case RMR_BOOT:
    case RMR_QUARANTINE:
        if ( m->leaving || (m->mapped && m->mapped != d) )
        {
            printk("rmr: %s: its regions are still being %s %pd: not assigned to %pd\n",
                   dt_node_full_name(m->np),
                   m->leaving ? "taken out of" : "mapped in", m->mapped, d);
            return -EBUSY;
        }
        return 0;

    case RMR_BROKEN:
        printk("rmr: %s: its SMMU did not complete an invalidation: not assigned to %pd, nor to any domain until the next boot\n",
               dt_node_full_name(m->np), d);
        return -EIO;

    default:
        printk("rmr: %s: is %pd's: not assigned to %pd\n",
               dt_node_full_name(m->np), m->d, d);
        return -EBUSY;
    }
}

static int refuse_domain(const struct rmr_master *m, const struct domain *d)
{
    if ( !is_iommu_enabled(d) )
    {
        printk("rmr: %s: %pd was made without an IOMMU: not assigned\n",
               dt_node_full_name(m->np), d);
        return -EINVAL;
    }

    if ( p2m_get_hostp2m(d)->mem_access_enabled )
    {
        printk("rmr: %s: %pd has mem_access enabled, which maps by pages only: not assigned\n",
               dt_node_full_name(m->np), d);
        return -EBUSY;
    }

    return 0;
}

static int refuse_kept(const struct rmr_master *m, const struct domain *d)
{
    if ( !m->kept )
        return 0;

    printk("rmr: %s: %s: not assigned to %pd\n", dt_node_full_name(m->np),
           m->kept, d);

    return -EPERM;
}

/* Can the SMMU switch @m to @d's p2m? 0, or -ENOSPC with the reason printed. */
int rmr_policy_context(struct rmr_master *m, const struct domain *d)
{
    int rc = 0;

    if ( m->ops->prepare )
        rc = m->ops->prepare(m, page_to_maddr(p2m_get_hostp2m(d)->root));
    if ( rc )
        printk("rmr: %s: SMMU %s has no second context bank, and %pd's p2m is not in the same 4 GB of memory as the RMR table: not assigned (%d)\n",
               dt_node_full_name(m->np), dt_node_full_name(m->iommu), d, rc);

    return rc;
}

/*
 * Every rule on assigning @m to @d that can be judged before its regions are
 * mapped. 0, or an errno with the reason printed.
 */
int rmr_policy_assign(struct rmr_master *m, struct domain *d, bool relaxed)
{
    int rc = refuse_state(m, d);

    if ( !rc )
        rc = refuse_kept(m, d);
    if ( !rc )
        rc = refuse_domain(m, d);
    if ( !rc )
        rc = rmr_policy_company(m->np, true, relaxed, d);
    if ( !rc )
        rc = refuse_shared(m, d);
    if ( !rc && !is_hardware_domain(d) )
        rc = rmr_policy_guest_taken(m, d);
    if ( !rc )
        rc = rmr_policy_scrub(m, d);
    if ( !rc )
        rc = rmr_policy_context(m, d);

    return rc;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
