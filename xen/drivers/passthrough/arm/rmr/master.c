/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of an RMR master: boot, pending, joined, quarantine (rmr.h says what
 * the SMMU uses in each). The IOMMU and domain code calls in here; from here
 * go the calls to the SMMU's driver, through rmr_smmu_ops.
 *
 * Order: a region is mapped and pinned in a domain's p2m before its master is
 * pending; a join finds all of it there, allocates nothing and cannot fail; a
 * leave is complete in the SMMU before the mapping goes.
 */
#include <xen/acpi.h>
#include <xen/bootfdt.h>
#include <xen/delay.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/init.h>
#include <xen/iommu.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <xen/vmap.h>
#include <xen/xmalloc.h>

#include <asm/cpufeature.h>
#include <asm/device.h>
#include <asm/iommu_fwspec.h>
#include <asm/p2m.h>
#include <asm/page.h>

#include "rmr.h"

/* Filled before the first SMMU is probed, constant once boot is over. */
LIST_HEAD(rmr_masters);

static struct rmr_geometry __ro_after_init geometry;
static bool __initdata prepared;

/*
 * Protects what changes in a master's life, for all masters. Taken inside
 * dtdevs_lock, outside the p2m's lock; held for one step at a time where regions
 * are mapped, unmapped and flushed.
 */
static DEFINE_SPINLOCK(rmr_lock);

struct rmr_master *rmr_find_master(const struct dt_device_node *np)
{
    struct rmr_master *m;

    rmr_for_each_master ( m )
        if ( m->np == np )
            return m;

    return NULL;
}

const char *rmr_state_name(const struct rmr_master *m)
{
    static const char *const names[] = {
        [RMR_BOOT] = "boot",
        [RMR_PENDING] = "pending",
        [RMR_JOINED] = "joined",
        [RMR_QUARANTINE] = "quarantine",
        [RMR_BROKEN] = "broken",
    };

    return names[m->state];
}

static void __init drop_all(struct list_head *masters, const char *why)
{
    struct rmr_master *m, *tmp;

    list_for_each_entry_safe ( m, tmp, masters, list )
    {
        printk("rmr: %s: %s: its DMA will stop\n", dt_node_full_name(m->np),
               why);
        rmr_master_free(m);
    }

    rmr_policy_end();
}

/* @m stays on its RMR table for good. */
static void keep(struct rmr_master *m, const char *why)
{
    if ( !m->kept )
        m->kept = why;
}

/*
 * What setup_virt_paging() will make of p2m_ipa_bits: the input size is one of
 * the architecture's PA sizes, the first lookup is at level 1 with up to 16
 * concatenated pages as long as that suffices, else at level 0.
 */
static int __init settle_root(unsigned int bits)
{
    geometry.ipa_bits = bits;

    switch ( bits )
    {
    case 32: case 36: case 40: case 42:
        geometry.root_level = 1;
        geometry.root_order = bits > 39 ? bits - 39 : 0;
        return 0;

    case 44: case 48:
        geometry.root_level = 0;
        geometry.root_order = 0;
        return 0;

    default:
        return -EOPNOTSUPP;
    }
}

/*
 * The p2m's geometry is what the CPUs and every SMMU that Xen drives agree on,
 * and is not known before all have been asked. The drivers narrow p2m_ipa_bits
 * as they probe, in tree order: let each do so now, before any table is made.
 */
static int __init settle_geometry(void)
{
    struct dt_device_node *np;
    unsigned int bits;

    dt_for_each_device_node ( dt_host, np )
    {
        if ( device_get_class(np) != DEVICE_IOMMU ||
             !dt_device_is_available(np) || dt_device_for_passthrough(np) )
            continue;

        if ( rmr_smmu_v3_narrow(np) == -EBADF && rmr_smmu_narrow(np) == -EBADF )
        {
            printk("rmr: %s: neither an SMMUv3 nor an SMMUv1 or v2, and beside another IOMMU these are not supported\n",
                   dt_node_full_name(np));
            return -EOPNOTSUPP;
        }
    }

    bits = p2m_ipa_bits;
#ifdef CONFIG_ARM_64
    {
        static const uint8_t __initconst pa_bits[] =
            { 32, 36, 40, 42, 44, 48, 52 };
        unsigned int range = system_cpuinfo.mm64.pa_range;

        if ( range < ARRAY_SIZE(pa_bits) )
            bits = min_t(unsigned int, bits, pa_bits[range]);
    }
#endif

    return settle_root(bits);
}

void __init rmr_prepare(void)
{
    if ( !acpi_disabled )
        return;

    prepared = true;

    if ( rmr_dt_scan(&rmr_masters) )
    {
        drop_all(&rmr_masters, "out of memory");
        return;
    }

    if ( list_empty(&rmr_masters) )
        return;

    if ( settle_geometry() )
        drop_all(&rmr_masters, "no RMR table can be made for this machine");
    else if ( rmr_dt_check(&rmr_masters, geometry.ipa_bits) )
        drop_all(&rmr_masters, "out of memory");
}

/*
 * So that a leave can flush a region it must be mapped, and then is no time to
 * fail: what the directmap does not hold is mapped now.
 */
static void __init map_for_flush(struct rmr_region *r)
{
#ifdef CONFIG_ARM_64
    const struct membanks *mem = bootinfo_get_mem();
    unsigned int i;

    for ( i = 0; i < mem->nr_banks; i++ )
        if ( r->pa >= mem->bank[i].start &&
             r->pa + r->size <= mem->bank[i].start + mem->bank[i].size )
        {
            r->va = maddr_to_virt(r->pa);
            return;
        }
#endif

    r->va = ioremap_attr(r->pa, r->size, PAGE_HYPERVISOR);
    if ( !r->va )
        printk("rmr: region %"PRIrmr"-%"PRIrmr" cannot be mapped: caches will not be flushed when its master leaves a domain\n",
               r->pa, r->pa + r->size - 1);
}

static int __init build_table(struct rmr_master *m, bool coherent)
{
    unsigned int i;
    int rc = rmr_table_init(&m->table, &geometry, !coherent);

    for ( i = 0; i < m->nr_regions && !rc; i++ )
    {
        struct rmr_region *r = &m->regions[i];

        r->user = DOMID_INVALID;       /* firmware */
        if ( rmr_is_carveout(r) )
            continue;

        rc = rmr_table_map(&m->table, gaddr_to_gfn(r->iova),
                           maddr_to_mfn(r->pa), PFN_DOWN(r->size));
        map_for_flush(r);
    }

    if ( rc )
        rmr_table_destroy(&m->table);

    return rc;
}

static void __init say_kept(const struct rmr_master *m)
{
    unsigned int i;

    printk("rmr: ");
    rmr_say_context(m);
    printk(":");
    for ( i = 0; i < m->nr_regions; i++ )
    {
        const struct rmr_region *r = &m->regions[i];

        printk("%s%"PRIrmr"-%"PRIrmr, i ? ", " : " ", r->iova,
               r->iova + r->size - 1);
        if ( rmr_is_carveout(r) )
            printk(" (carve-out)");
        else if ( r->iova != r->pa )
            printk(" (at %"PRIrmr")", r->pa);
    }
    printk(" kept (%u pages of tables)\n", m->table.nr_pages);
    if ( m->kept )
        printk("rmr: %s: cannot be assigned: %s\n", dt_node_full_name(m->np),
               m->kept);
}

static const char *__init install_error(int rc)
{
    switch ( rc )
    {
    case -ENOSPC: return "its SMMU has no free VMID or context bank";
    case -EXDEV:  return "its SMMU has no free match entry";
    case -ERANGE: return "a StreamID or mask has bits that its SMMU lacks";
    case -EINVAL: return "its StreamIDs and masks overlap in part";
    case -EFAULT: return "its memory is out of the SMMU's range";
    case -ENOMEM: return "no memory for its RMR table";
    default:      return "its SMMU cannot hold an RMR table";
    }
}

/* @m keeps nothing: why is said once, and whenever it is to be assigned. */
static void __init say_failed(const struct rmr_master *m, int rc)
{
    const struct rmr_stream *s = m->refused;

    printk("rmr: %s: SMMU %s: ", dt_node_full_name(m->np),
           dt_node_full_name(m->iommu));
    if ( s )
        printk("StreamID %#x", s->id);
    if ( s && s->mask )
        printk(" with mask %#x", s->mask);
    printk("%s%s (%d): its DMA will stop, and it cannot be assigned\n",
           s ? ": " : "", install_error(rc), rc);
}

/*
 * From the probe of the SMMU at @iommu, when its structures are there and it
 * does not translate yet: give its RMR masters their contexts. A master for
 * which that fails stays without one, and is never given another's.
 */
void __init rmr_install(const struct dt_device_node *iommu, bool coherent,
                        const struct rmr_smmu_ops *ops, void *smmu)
{
    struct rmr_master *m;

    rmr_for_each_master ( m )
    {
        int rc;

        if ( m->iommu != iommu )
            continue;

        rc = build_table(m, coherent);
        if ( !rc )
            rc = ops->install(m, smmu);
        if ( rc )
        {
            m->failed = true;
            keep(m, install_error(rc));
            rmr_table_destroy(&m->table);
            say_failed(m, rc);
            continue;
        }

        m->ops = ops;
        say_kept(m);
    }
}

/* Once is enough: the VMID may have stale entries until the next boot. */
static void broken(struct rmr_master *m)
{
    m->state = RMR_BROKEN;
    keep(m, "its SMMU did not complete an invalidation");
}

static bool can_join(struct rmr_master *m)
{
    if ( rmr_p2m_verify(m->d, m) )
        return true;

    printk("rmr: BUG: %s: %pd's p2m differs from the RMR table: not joined\n",
           dt_node_full_name(m->np), m->d);
    ASSERT_UNREACHABLE();
    keep(m, "its domain's p2m differs from its RMR table");

    return false;
}

/* Nothing here can fail: rmr_assign_dt_device() did all that can. */
static void join(struct rmr_master *m)
{
    struct domain *d = m->d;
    int rc = m->ops->join(m, d, page_to_maddr(p2m_get_hostp2m(d)->root));

    if ( rc )
    {
        printk("rmr: %s: the SMMU did not complete the join of %pd (%d)\n",
               dt_node_full_name(m->np), d, rc);
        broken(m);
        return;
    }

    m->state = RMR_JOINED;
    m->joins++;
    printk(XENLOG_INFO "rmr: %s: joined %pd\n", dt_node_full_name(m->np), d);
}

/* From now on the data in regions of @m are @d's, whoever else has them too. */
static void regions_are(const struct rmr_master *m, const struct domain *d)
{
    struct rmr_master *other;
    unsigned int i, j;

    rmr_for_each_master ( other )
        for ( i = 0; i < other->nr_regions; i++ )
            for ( j = 0; j < m->nr_regions; j++ )
                if ( rmr_regions_meet(&other->regions[i], &m->regions[j]) )
                    other->regions[i].user = d->domain_id;
}

static void start_cleaning(struct rmr_master *m)
{
    m->flushing = 0;
    m->flushed = 0;
}

/*
 * Wipe what @next must not see of the regions of @m, or, for NULL, flush all of
 * them. A dirty line of the old owner must not be evicted over what the next one
 * writes, nor over what the master writes. True when there is more to do.
 */
static bool clean_step(struct rmr_master *m, const struct domain *next)
{
    while ( m->flushing < m->nr_regions )
    {
        struct rmr_region *r = &m->regions[m->flushing];
        paddr_t step = min_t(paddr_t, r->size - m->flushed, MB(2));

        if ( r->va && step && (!next || rmr_region_foreign(m, r, next)) )
        {
            if ( next )
                memset(r->va + m->flushed, 0, step);
            clean_and_invalidate_dcache_va_range(r->va + m->flushed, step);
            m->flushed += step;
            return true;
        }

        m->flushing++;
        m->flushed = 0;
    }

    return false;
}

/* Judge, and pin: from here on the regions are being mapped in @d. */
static int begin_mapping(struct rmr_master *m, struct domain *d, bool relaxed)
{
    int rc = rmr_policy_assign(m, d, relaxed) ?: rmr_p2m_pin(d, m);

    if ( rc )
        return rc;

    m->mapped = d;
    m->relaxed = relaxed;
    start_cleaning(m);

    return 0;
}

/*
 * Map, and wipe. A domain that runs must not see a page before it is wiped; for
 * one that does not yet, wipe last: what fails leaves the picture as it was.
 */
static int map_and_scrub_step(struct rmr_master *m, struct domain *d)
{
    const bool runs = d->creation_finished;
    int rc;

    if ( runs && clean_step(m, d) )
        return -ERESTART;

    rc = rmr_p2m_map_step(d, m);
    /* It may write to what is mapped, whether all of it will be or not. */
    if ( runs && (!rc || rc == -ERESTART) )
        regions_are(m, d);
    if ( !rc && clean_step(m, d) )
        return -ERESTART;

    if ( !rc )
    {
        m->ready = true;
        regions_are(m, d);
    }

    return rc;
}

/*
 * One step of bringing the regions of @m into @d's p2m; the first is to judge
 * and to pin. 0: they are there. -ERESTART: there is more to do. Any other
 * error: refused or failed, with the reason printed, and nothing is left.
 */
static int map_step(struct rmr_master *m, struct domain *d, bool relaxed)
{
    int rc;

    if ( m->mapped != d || m->leaving )
    {
        rc = begin_mapping(m, d, relaxed);
        if ( rc )
            return rc;
    }
    else if ( m->relaxed != relaxed && !m->d && !m->map_rc )
    {
        /* Not the call that began this, or cut off: it is this one's word now. */
        rc = rmr_policy_company(m->np, true, relaxed, d);
        if ( rc )
            return rc;
        m->relaxed = relaxed;
    }

    if ( m->ready )
        return 0;

    if ( !m->map_rc )
    {
        rc = map_and_scrub_step(m, d);
        if ( !rc || rc == -ERESTART )
            return rc;
        m->map_rc = rc;
        start_cleaning(m);
    }

    if ( rmr_p2m_unmap_step(d, m, true) || clean_step(m, NULL) )
        return -ERESTART;

    rc = m->map_rc;
    m->map_rc = 0;
    m->mapped = NULL;

    return rc;
}

static int assign(struct rmr_master *m, struct domain *d)
{
    int rc = 0;

    ASSERT(!m->d);

    /*
     * But for the hardware domain, rmr_map_dt_device() has judged and mapped,
     * and what could have changed since has been refused for that.
     */
    while ( !rc && (m->mapped != d || !m->ready) )
    {
        rc = map_step(m, d, m->mapped == d && m->relaxed);
        if ( rc == -ERESTART )
            rc = 0;
    }

    if ( rc )
        return rc;

    m->d = d;
    m->state = RMR_PENDING;
    printk(XENLOG_INFO "rmr: %s: pending for %pd\n", dt_node_full_name(m->np),
           d);

    if ( d->creation_finished && can_join(m) )
        join(m);

    return 0;
}

int rmr_assign_dt_device(struct domain *d, struct dt_device_node *np)
{
    struct rmr_master *m = rmr_find_master(np);
    int rc;

    spin_lock(&rmr_lock);
    if ( m )
        rc = assign(m, d);
    else
        rc = rmr_policy_company(np, false, false, d) ?: RMR_NOT_MINE;
    spin_unlock(&rmr_lock);

    return rc;
}

/* May what a hypercall does in steps go on, or is something else waiting? */
static bool go_on(void)
{
    /* For tests, be interrupted after each step. */
    return !IS_ENABLED(CONFIG_ARM_RMR_DELAYS) && !general_preempt_check();
}

int rmr_map_dt_device(struct domain *d, struct dt_device_node *np, bool relaxed)
{
    struct rmr_master *m = rmr_find_master(np);
    int rc;

    if ( !m )
        return 0;

    do {
        spin_lock(&rmr_lock);
        rc = map_step(m, d, relaxed);
        spin_unlock(&rmr_lock);
    } while ( rc == -ERESTART && go_on() );

    return rc;
}

static void begin_unmapping(struct rmr_master *m)
{
    m->ready = false;
    m->leaving = true;
    m->map_rc = 0;
    start_cleaning(m);
}

/*
 * One step of what follows a leave: unmap, then flush. In this order: a vCPU
 * that still runs must not dirty lines in between. True when there is more.
 */
static bool unmap_step(struct rmr_master *m, const struct domain *d)
{
    if ( !m->leaving || m->mapped != d )
        return false;

    if ( rmr_p2m_unmap_step(m->mapped, m, false) || clean_step(m, NULL) )
        return true;

    m->mapped = NULL;
    m->leaving = false;
    printk(XENLOG_INFO "rmr: %s: left %pd\n", dt_node_full_name(m->np), d);

    return false;
}

bool rmr_unmap_dt_device(struct domain *d, struct dt_device_node *np)
{
    struct rmr_master *m = rmr_find_master(np);
    bool more;

    if ( !m )
        return false;

    do {
        spin_lock(&rmr_lock);
        more = unmap_step(m, d);
        spin_unlock(&rmr_lock);
    } while ( more && go_on() );

    return more;
}

/*
 * One step of taking regions out of @d, which dies: those that its masters have
 * left, and those of an assignment that was cut off. True when there is more.
 */
static bool release_step(struct domain *d)
{
    struct rmr_master *m;
    unsigned int i;

    rmr_for_each_master ( m )
    {
        if ( m->mapped != d || m->d == d )
            continue;

        if ( !m->leaving )
            begin_unmapping(m);
        if ( unmap_step(m, d) )
            return true;
    }

    /* Its ID may be another domain's one day. */
    rmr_for_each_master ( m )
        for ( i = 0; i < m->nr_regions; i++ )
            if ( m->regions[i].user == d->domain_id )
                m->regions[i].user = DOMID_IO;

    return false;
}

int rmr_release(struct domain *d)
{
    bool more;

    do {
        spin_lock(&rmr_lock);
        more = release_step(d);
        spin_unlock(&rmr_lock);
    } while ( more && go_on() );

    return more ? -ERESTART : 0;
}

static int deassign(struct rmr_master *m, struct domain *d)
{
    /* The hypercall has been here before, and goes on with unmapping. */
    if ( m->leaving && m->mapped == d )
        return 0;

    if ( m->d != d )
    {
        printk("rmr: %s: not assigned to %pd\n", dt_node_full_name(m->np), d);
        return -ESRCH;
    }

    if ( m->state != RMR_PENDING )
    {
        int rc = m->ops->leave(m, d);

        if ( rc )
        {
            broken(m);
            printk("rmr: %s: the SMMU did not complete the leave from %pd (%d): the domain keeps its memory\n",
                   dt_node_full_name(m->np), d, rc);
            return rc;
        }
        m->leaves++;
    }

    m->d = NULL;
    m->state = RMR_QUARANTINE;
    begin_unmapping(m);

    return 0;
}

int rmr_deassign_dt_device(struct domain *d, struct dt_device_node *np)
{
    struct rmr_master *m = rmr_find_master(np);
    int rc;

    if ( !m )
        return RMR_NOT_MINE;

    spin_lock(&rmr_lock);
    rc = deassign(m, d);
    spin_unlock(&rmr_lock);

    return rc;
}

/*
 * An assignment under way when its domain starts, which was going to wipe last.
 * The start does not wait, so this is not done in steps.
 */
static void wipe_before_start(struct rmr_master *m, const struct domain *d)
{
    if ( m->mapped != d || m->ready || m->leaving )
        return;

    start_cleaning(m);
    while ( clean_step(m, d) )
        ;
    regions_are(m, d);
    start_cleaning(m);
}

void rmr_domain_creation_finished(struct domain *d)
{
    struct rmr_master *m;

    if ( IS_ENABLED(CONFIG_ARM_RMR_DELAYS) && is_hardware_domain(d) )
    {
        printk("rmr: probe-window pending\n");
        mdelay(2000);
    }

    spin_lock(&rmr_lock);

    rmr_for_each_master ( m )
        wipe_before_start(m, d);

    /* All are verified before the first is switched. */
    rmr_for_each_master ( m )
        m->joining = m->d == d && m->state == RMR_PENDING && can_join(m);

    rmr_for_each_master ( m )
        if ( m->joining )
        {
            m->joining = false;
            join(m);
        }

    spin_unlock(&rmr_lock);
}

static bool __init hwdom_owns(const struct rmr_master *m)
{
    return !m->kept && !dt_device_for_passthrough(m->np);
}

/* Keep from the hardware domain what shares pages with @other. */
static bool __init keep_sharers_of(const struct rmr_master *other)
{
    struct rmr_master *m;
    bool found = false;

    rmr_for_each_master ( m )
        if ( hwdom_owns(m) && rmr_policy_meet(m, other) )
        {
            printk("rmr: %s: shares a region with %s, which is not the hardware domain's\n",
                   dt_node_full_name(m->np), dt_node_full_name(other->np));
            keep(m, "shares a region with a master that is not the hardware domain's");
            found = true;
        }

    return found;
}

/*
 * What shares pages with a master that is not the hardware domain's is not
 * the hardware domain's either, and so on with what shares pages with that.
 */
static void __init keep_sharers(void)
{
    struct rmr_master *m;
    bool again;

    do {
        again = false;
        rmr_for_each_master ( m )
            if ( !hwdom_owns(m) && !m->sharers_kept )
            {
                m->sharers_kept = true;
                again |= keep_sharers_of(m);
            }
    } while ( again );
}

void __init rmr_hwdom_map(struct domain *d)
{
    struct rmr_master *m;
    int rc;

    rmr_for_each_master ( m )
    {
        if ( !hwdom_owns(m) )
            continue;

        if ( rmr_policy_hwdom_taken(m) )
            keep(m, "its regions cannot be mapped in the hardware domain");
        else if ( rmr_policy_context(m, d) )
            keep(m, "its SMMU has no context bank for a domain's p2m");
    }

    keep_sharers();

    rmr_for_each_master ( m )
    {
        if ( !hwdom_owns(m) )
            continue;

        rc = -ERESTART;
        while ( rc == -ERESTART )
        {
            spin_lock(&rmr_lock);
            rc = map_step(m, d, false);
            spin_unlock(&rmr_lock);
            process_pending_softirqs();
        }

        if ( rc )
            keep(m, "its regions cannot be mapped in the hardware domain");
    }
}

/*
 * The hardware domain maps other domains' memory where the host has nothing:
 * not where a master of its own has a region.
 */
void __init rmr_hwdom_holes(struct rangeset *holes)
{
    const struct rmr_master *m;
    unsigned int i;

    rmr_for_each_master ( m )
        for ( i = 0; m->mapped && i < m->nr_regions; i++ )
        {
            const struct rmr_region *r = &m->regions[i];

            if ( rangeset_remove_range(holes, PFN_DOWN(r->iova),
                                       PFN_DOWN(r->iova + r->size - 1)) )
                panic("rmr: no memory for the hardware domain's holes\n");
        }
}

/*
 * Does [@start, @start + @size) overlap a region that dom0 must not have? A
 * range that wraps goes up to the end.
 */
static bool __init hidden_range(paddr_t start, paddr_t size)
{
    const struct rmr_master *m;
    unsigned int i;

    rmr_for_each_master ( m )
    {
        if ( hwdom_owns(m) )
            continue;

        for ( i = 0; i < m->nr_regions; i++ )
        {
            const struct rmr_region *r = &m->regions[i];

            if ( !rmr_is_carveout(r) &&
                 rmr_ranges_meet(start, size, r->pa, r->size) )
                return true;
        }
    }

    return false;
}

bool __init rmr_hwdom_hides(const struct dt_device_node *np)
{
    const struct rmr_master *m = rmr_find_master(np);
    unsigned int i;

    if ( list_empty(&rmr_masters) )
        return false;

    /* A master that stays on its RMR table; one for which is no context. */
    if ( m ? m->kept != NULL
           : rmr_policy_aliases(np) || rmr_policy_no_room(np, hardware_domain) )
    {
        printk("rmr: %s: kept from the hardware domain\n",
               dt_node_full_name(np));
        return true;
    }

    for ( i = 0; i < dt_number_of_address(np); i++ )
    {
        paddr_t addr, size;

        if ( !dt_device_get_paddr(np, i, &addr, &size) &&
             hidden_range(addr, size) )
        {
            printk(XENLOG_INFO
                   "rmr: %s: in a region that is not the hardware domain's: not described to it\n",
                   dt_node_full_name(np));
            return true;
        }
    }

    return false;
}

/*
 * Is [@start, @start + @size) reserved memory that is marked as not dom0's?
 * Xen does not map it, and so dom0 must not take it for memory.
 */
static bool __init marked_range(paddr_t start, paddr_t size)
{
    const struct dt_device_node *np, *parent =
        dt_find_node_by_path("/reserved-memory");
    unsigned int i;

    if ( !parent )
        return false;

    dt_for_each_child_node ( parent, np )
        for ( i = 0; dt_device_for_passthrough(np) &&
                     i < dt_number_of_address(np); i++ )
        {
            paddr_t addr, bytes;

            if ( !dt_device_get_paddr(np, i, &addr, &bytes) &&
                 rmr_ranges_meet(start, size, addr, bytes) )
                return true;
        }

    return false;
}

const struct membanks *__init
rmr_hwdom_reserved_mem(const struct membanks *banks)
{
    static struct meminfo __initdata meminfo;
    struct membanks *seen = container_of(&meminfo.common, struct membanks,
                                         common);
    unsigned int i;

    seen->type = RESERVED_MEMORY;
    seen->max_banks = ARRAY_SIZE(meminfo.bank);
    seen->nr_banks = 0;

    for ( i = 0; i < banks->nr_banks; i++ )
        if ( !hidden_range(banks->bank[i].start, banks->bank[i].size) &&
             !marked_range(banks->bank[i].start, banks->bank[i].size) &&
             !rmr_cmdline_bank(banks->bank[i].start, banks->bank[i].size) )
            seen->bank[seen->nr_banks++] = banks->bank[i];

    return seen->nr_banks == banks->nr_banks ? banks : seen;
}

/*
 * One line per master: at once for its first fault, then at most every five
 * seconds, whatever the number of transactions that fault. From the SMMU's
 * event handler, which does not run in parallel with itself or sees to it.
 */
void rmr_fault(struct rmr_master *m, const char *what)
{
    m->faults++;

    if ( m->faults_said && NOW() - m->fault_said_at < SECONDS(5) )
        return;

    m->fault_said_at = NOW();
    printk("rmr: %s: %s%u fault%s, %u since last said: %s, state %s\n",
           dt_node_full_name(m->np), m->faults_lost ? "at least " : "",
           m->faults, m->faults == 1 ? "" : "s", m->faults - m->faults_said, what, rmr_state_name(m));
    m->faults_said = m->faults;
}

/* One of firmware's masters, left to itself: what becomes of its DMA? */
static void __init say_left(const struct rmr_master *m)
{
    const char *np = dt_node_full_name(m->np);
    const char *smmu = dt_node_full_name(m->iommu);

    /* Another SMMU's probe failed after that of this one. */
    if ( m->ctx )
        printk("rmr: %s: Xen uses no IOMMU after all, and SMMU %s has its RMR table: its DMA reaches its regions only\n",
               np, smmu);
    else
        printk("rmr: %s: Xen does not drive SMMU %s: its DMA is as firmware left it\n",
               np, smmu);
}

/* Firmware's masters that Xen leaves to themselves: say so, once each. */
static void __init say_undriven(void)
{
    LIST_HEAD(found);
    struct rmr_master *m, *tmp;

    if ( !prepared )
    {
        if ( rmr_dt_scan(&found) )
            printk("rmr: no memory to look for masters\n");
        list_splice(&found, &rmr_masters);
    }
    rmr_policy_end();

    list_for_each_entry_safe ( m, tmp, &rmr_masters, list )
        if ( !m->failed && (!m->ctx || !iommu_enabled) )
        {
            say_left(m);
            rmr_master_free(m);
        }
}

/*
 * Xen calls one driver only for a domain. What is behind another kind of SMMU
 * is kept, but no flush of a p2m would reach it.
 */
static void __init keep_unflushed(void)
{
    struct rmr_master *m;

    rmr_for_each_master ( m )
        if ( m->ops && !m->ops->gets_flushes() )
        {
            keep(m, "its SMMU is not of the kind that Xen assigns devices of on this machine");
            printk("rmr: %s: cannot be assigned: %s\n",
                   dt_node_full_name(m->np), m->kept);
        }
}

static int __init rmr_initcall(void)
{
    if ( !acpi_disabled )
        return 0;

    say_undriven();

    if ( list_empty(&rmr_masters) )
        return 0;

    /* It would be a bug, and the first join would switch to garbage. */
    if ( geometry.ipa_bits != p2m_ipa_bits ||
         geometry.root_level != P2M_ROOT_LEVEL ||
         geometry.root_order != P2M_ROOT_ORDER )
        panic("rmr: tables made for %u bits, level %u, order %u; the p2m has %u, %u, %u\n",
              geometry.ipa_bits, geometry.root_level, geometry.root_order,
              p2m_ipa_bits, P2M_ROOT_LEVEL, P2M_ROOT_ORDER);

    keep_unflushed();
    rmr_dump_init();

    if ( IS_ENABLED(CONFIG_ARM_RMR_DELAYS) )
    {
        printk("rmr: probe-window boot\n");
        mdelay(2000);
    }

    return 0;
}
__initcall(rmr_initcall);

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
