/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a domain other than the hardware domain has to fulfil to get a master,
 * one function per rule; policy-domain.c asks. The p2m's own contents are
 * judged in p2m.c, when a region is pinned: here is what a p2m does not show.
 */
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/sched.h>

#include <asm/domain.h>
#include <asm/mmio.h>

#include "rmr.h"

/*
 * Ranges of the layout that a guest is promised (public/arch-arm.h): nothing
 * may be there now, and may come later. A direct-mapped domain has the host's
 * layout; the handlers of what Xen emulates for it say where that is.
 */
static const struct guest_range {
    paddr_t base, size;
    const char *what;
} guest_ranges[] = {
    { GUEST_VIRTIO_MMIO_BASE, GUEST_VIRTIO_MMIO_SIZE, "virtio-mmio devices" },
    { GUEST_GICV3_GICD_BASE, GUEST_GICV3_GICD_SIZE, "the vGIC" },
    { GUEST_GICV3_GICR0_BASE, GUEST_GICV3_GICR0_SIZE,
      "the vGIC's redistributors" },
    { GUEST_PL011_BASE, GUEST_PL011_SIZE, "the emulated PL011" },
    { GUEST_GNTTAB_BASE, GUEST_GNTTAB_SIZE, "the grant table" },
    { GUEST_MAGIC_BASE, GUEST_MAGIC_SIZE, "the toolstack's magic pages" },
};

static int refuse_taken(const struct rmr_master *m, const struct rmr_region *r,
                        const struct domain *d, paddr_t base, paddr_t size,
                        const char *what)
{
    printk("rmr: %s: %pd has %s at %"PRIrmr"-%"PRIrmr", in region %"PRIrmr"-%"PRIrmr": not assigned\n",
           dt_node_full_name(m->np), d, what, base, rmr_last_of(base, size),
           r->iova, r->iova + r->size - 1);

    return -EEXIST;
}

/* What Xen emulates for @d is in no p2m. */
static int refuse_emulated(const struct rmr_master *m,
                           const struct rmr_region *r, struct domain *d)
{
    struct vmmio *vmmio = &d->arch.vmmio;
    paddr_t base = 0, size = 0;
    unsigned int i;

    read_lock(&vmmio->lock);
    for ( i = 0; i < vmmio->num_entries && !size; i++ )
        if ( rmr_ranges_meet(r->iova, r->size, vmmio->handlers[i].addr,
                             vmmio->handlers[i].size) )
        {
            base = vmmio->handlers[i].addr;
            size = vmmio->handlers[i].size;
        }
    read_unlock(&vmmio->lock);

    return size ? refuse_taken(m, r, d, base, size, "an emulated device") : 0;
}

static int refuse_layout(const struct rmr_master *m,
                         const struct rmr_region *r, const struct domain *d)
{
    unsigned int i;

    if ( domain_use_host_layout(d) )
        return 0;

    for ( i = 0; i < ARRAY_SIZE(guest_ranges); i++ )
        if ( rmr_ranges_meet(r->iova, r->size, guest_ranges[i].base,
                             guest_ranges[i].size) )
            return refuse_taken(m, r, d, guest_ranges[i].base,
                                guest_ranges[i].size, guest_ranges[i].what);

    return 0;
}

/* Addresses. A carve-out needs its IPAs as free as a region's memory does. */
int rmr_policy_guest_taken(const struct rmr_master *m, struct domain *d)
{
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < m->nr_regions && !rc; i++ )
    {
        const struct rmr_region *r = &m->regions[i];

        rc = refuse_layout(m, r, d) ?: refuse_emulated(m, r, d);
    }

    return rc;
}

/* May @m come to @d, which has @what at [@base, @base + @size), in no p2m? */
int __init rmr_policy_guest_place(const struct rmr_master *m,
                                  const struct domain *d, paddr_t base,
                                  paddr_t size, const char *what)
{
    unsigned int i;

    for ( i = 0; i < m->nr_regions; i++ )
        if ( rmr_ranges_meet(m->regions[i].iova, m->regions[i].size, base,
                             size) )
            return refuse_taken(m, &m->regions[i], d, base, size, what);

    return 0;
}

/*
 * xen,force-assign-without-iommu. What stock takes at its word would let a
 * device that is doing DMA reach all memory.
 */
int __init rmr_policy_forced(const struct rmr_master *m,
                             const struct domain *d)
{
    printk("rmr: %s: without the IOMMU its DMA would reach all memory: not assigned to %pd; drop xen,force-assign-without-iommu\n",
           dt_node_full_name(m->np), d);

    return -EPERM;
}

/* Were the data in @r left there by another domain, that @d must not see? */
bool rmr_region_foreign(const struct rmr_master *m, const struct rmr_region *r,
                        const struct domain *d)
{
    return !is_hardware_domain(d) && !m->keep_contents &&
           r->user != DOMID_INVALID && r->user != d->domain_id;
}

/*
 * Contents. What another domain left in a region is wiped before this one sees
 * it, for which Xen must have the region mapped.
 */
int rmr_policy_scrub(const struct rmr_master *m, const struct domain *d)
{
    unsigned int i;

    for ( i = 0; i < m->nr_regions; i++ )
    {
        const struct rmr_region *r = &m->regions[i];

        if ( rmr_is_carveout(r) || r->va || !rmr_region_foreign(m, r, d) )
            continue;

        printk("rmr: %s: region %"PRIrmr"-%"PRIrmr" has the data of another domain and cannot be wiped: not assigned to %pd; rmr=%s=keep leaves them there\n",
               dt_node_full_name(m->np), r->iova, r->iova + r->size - 1, d,
               dt_node_full_name(m->np));
        return -ENOMEM;
    }

    return 0;
}

/* A device that @d has besides @np, or NULL. */
static const struct dt_device_node *other_device(const struct domain *d,
                                                 const struct dt_device_node *np)
{
    const struct dt_device_node *other;

    /* Changes under domctl_lock only, which the caller has, or at boot. */
    list_for_each_entry ( other, &dom_iommu(d)->dt_devices, domain_list )
        if ( other != np )
            return other;

    return NULL;
}

/* A master with regions in @d besides @np: a strict one if there is one. */
static const struct rmr_master *other_master(const struct domain *d,
                                             const struct dt_device_node *np)
{
    const struct rmr_master *m, *found = NULL;

    rmr_for_each_master ( m )
        if ( m->np != np && m->mapped == d && (!found || !m->relaxed) )
            found = m;

    return found;
}

/*
 * Company. A master that reads and writes on firmware's word has the domain's
 * p2m for itself, unless it is agreed that another device may reach the same
 * memory: in whichever order the two come.
 *
 * May @np, an ordinary master or an RMR master, come to @d? -EBUSY: no.
 */
int rmr_policy_company(const struct dt_device_node *np, bool is_rmr,
                       bool relaxed, const struct domain *d)
{
    const struct rmr_master *there;
    const struct dt_device_node *other;

    if ( is_hardware_domain(d) )
        return 0;

    there = other_master(d, np);
    if ( there && !there->relaxed )
    {
        printk("rmr: %s: %pd has %s, with no other DMA master beside it: not assigned; rdm_policy=relaxed or xen,rdm-policy = \"relaxed\" for %s allows it\n",
               dt_node_full_name(np), d, dt_node_full_name(there->np),
               is_rmr ? "both" : "that");
        return -EBUSY;
    }

    other = there ? there->np : other_device(d, np);
    if ( is_rmr && !relaxed && other )
    {
        printk("rmr: %s: %pd has another DMA master, %s: not assigned; rdm_policy=relaxed or xen,rdm-policy = \"relaxed\" allows it\n",
               dt_node_full_name(np), d, dt_node_full_name(other));
        return -EBUSY;
    }

    return 0;
}

/*
 * iomem= and xen,reg. A region comes with its master, in the right way; a
 * second mapping would be another memory type, or another domain's.
 *
 * May the @nr pages from @mfn on be mapped in @d by request? -EPERM: no.
 */
int rmr_refuse_iomem(const struct domain *d, unsigned long mfn,
                     unsigned long nr)
{
    /* What wraps goes up to the end. */
    const unsigned long last = mfn + nr - 1 < mfn ? ~0UL : mfn + nr - 1;
    const struct rmr_master *m;
    unsigned int i;

    if ( !nr || is_hardware_domain(d) )
        return 0;

    rmr_for_each_master ( m )
        for ( i = 0; i < m->nr_regions; i++ )
        {
            const struct rmr_region *r = &m->regions[i];

            if ( rmr_is_carveout(r) || last < PFN_DOWN(r->pa) ||
                 mfn > PFN_DOWN(r->pa + r->size - 1) )
                continue;

            printk(XENLOG_G_ERR
                   "rmr: %pd: mfn %#lx-%#lx meets region %"PRIrmr"-%"PRIrmr" of %s: not mapped; drop it from iomem= or xen,reg, the region comes with the device\n",
                   d, mfn, last, r->pa, r->pa + r->size - 1,
                   dt_node_full_name(m->np));
            return -EPERM;
        }

    return 0;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
