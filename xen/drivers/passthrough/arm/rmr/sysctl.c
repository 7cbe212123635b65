/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RMR masters for the toolstack: XEN_SYSCTL_rmr_master, one master a call.
 * Reads state without rmr_lock, as dump.c does: it may be a moment old.
 */
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/iommu.h>
#include <xen/sched.h>

#include <public/sysctl.h>

#include "rmr.h"

static struct rmr_master *master_at(uint32_t index, uint32_t *nr)
{
    struct rmr_master *m, *found = NULL;

    *nr = 0;
    rmr_for_each_master ( m )
        if ( (*nr)++ == index )
            found = m;

    return found;
}

/* A string and its NUL at *@used of the caller's buffer, or what fits of it. */
static int put_text(const struct xen_sysctl_rmr_master *op, const char *text,
                    uint32_t *used)
{
    const uint32_t len = strlen(text) + 1;
    uint32_t room = *used < op->text_size ? op->text_size - *used : 0;
    int rc = 0;

    room = min(room, len);
    if ( room && copy_to_guest_offset(op->text, *used, text, room) )
        rc = -EFAULT;
    *used += len;

    return rc;
}

static int put_texts(struct xen_sysctl_rmr_master *op,
                     const struct rmr_master *m)
{
    uint32_t used = 0;
    int rc = put_text(op, dt_node_full_name(m->np), &used);

    if ( !rc )
        rc = put_text(op, dt_node_full_name(m->iommu), &used);
    if ( !rc )
        rc = put_text(op, m->kept ?: "", &used);
    op->text_size = used;

    return rc;
}

static int put_streams(struct xen_sysctl_rmr_master *op,
                       const struct rmr_master *m)
{
    unsigned int i;

    for ( i = 0; i < m->nr_sids && i < op->nr_streams; i++ )
    {
        const xen_sysctl_rmr_stream_t s = {
            .id = m->sids[i].id,
            .mask = m->sids[i].mask,
        };

        if ( copy_to_guest_offset(op->streams, i, &s, 1) )
            return -EFAULT;
    }
    op->nr_streams = m->nr_sids;

    return 0;
}

static int put_regions(struct xen_sysctl_rmr_master *op,
                       const struct rmr_master *m)
{
    unsigned int i;

    for ( i = 0; i < m->nr_regions && i < op->nr_regions; i++ )
    {
        const struct rmr_region *from = &m->regions[i];
        const xen_sysctl_rmr_region_t r = {
            .iova = from->iova,
            .pa = rmr_is_carveout(from) ? ~(uint64_t)0 : from->pa,
            .size = from->size,
        };

        if ( copy_to_guest_offset(op->regions, i, &r, 1) )
            return -EFAULT;
    }
    op->nr_regions = m->nr_regions;

    return 0;
}

static void put_state(struct xen_sysctl_rmr_master *op,
                      const struct rmr_master *m)
{
    const struct domain *d = m->d;
    unsigned int i;

    BUILD_BUG_ON((int)RMR_BOOT != XEN_SYSCTL_RMR_BOOT);
    BUILD_BUG_ON((int)RMR_PENDING != XEN_SYSCTL_RMR_PENDING);
    BUILD_BUG_ON((int)RMR_JOINED != XEN_SYSCTL_RMR_JOINED);
    BUILD_BUG_ON((int)RMR_QUARANTINE != XEN_SYSCTL_RMR_QUARANTINE);
    BUILD_BUG_ON((int)RMR_BROKEN != XEN_SYSCTL_RMR_BROKEN);
    BUILD_BUG_ON(ARRAY_SIZE(op->banks) != ARRAY_SIZE(m->banks));

    op->state = m->state;
    op->owner = d ? d->domain_id : DOMID_INVALID;
    op->flags = (m->kept ? XEN_SYSCTL_RMR_KEPT : 0) |
                (m->failed ? XEN_SYSCTL_RMR_FAILED : 0) |
                (d && m->relaxed ? XEN_SYSCTL_RMR_RELAXED : 0);
    op->vmid = m->nr_banks ? 0 : m->vmid;
    op->nr_banks = m->nr_banks;
    for ( i = 0; i < ARRAY_SIZE(op->banks); i++ )
        op->banks[i] = i < m->nr_banks ? m->banks[i] : 0;
    op->pages = m->table.nr_pages;
    op->joins = m->joins;
    op->leaves = m->leaves;
    op->faults = m->faults;
}

/*
 * XEN_SYSCTL_rmr_master (public/sysctl.h says what goes in and comes out).
 * -ENOENT past the last master, -EINVAL, -EFAULT.
 */
int rmr_sysctl(struct xen_sysctl_rmr_master *op)
{
    const struct rmr_master *m;
    int rc;

    if ( op->pad )
        return -EINVAL;

    m = master_at(op->index, &op->nr_masters);
    if ( !m )
        return -ENOENT;

    rc = put_texts(op, m);
    if ( !rc )
        rc = put_streams(op, m);
    if ( !rc )
        rc = put_regions(op, m);
    if ( !rc )
        put_state(op, m);

    return rc;
}

/*
 * XENMEM_reserved_device_memory_map, for callers that know nothing of masters:
 * every range that no domain may have RAM at, if it is to get its device. For
 * all devices only: there is no way to name one by its path.
 */
int cf_check rmr_get_reserved_device_memory(iommu_grdm_t *func, void *ctxt)
{
    const struct rmr_master *m;
    unsigned int i;

    if ( !is_control_domain(current->domain) )
        return 0;

    rmr_for_each_master ( m )
        for ( i = 0; i < m->nr_regions; i++ )
        {
            const struct rmr_region *r = &m->regions[i];
            /* No PCI device has this ID. */
            int rc = func(PFN_DOWN(r->iova), PFN_DOWN(r->size), ~0U, ctxt);

            if ( rc < 0 )
                return rc;
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
