/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The regions of RMR masters in a domain's p2m: mapped whole, and pinned so
 * that nothing can replace, remove or split the mapping while a master uses it
 * (Xen changes a live entry by break-before-make, which the master's DMA would
 * see as a fault).
 *
 * master.c pins, then maps and unmaps in steps, each under the p2m's lock;
 * p2m_set_entry() asks rmr_p2m_pinned() first. Pins are sorted by gfn, do not
 * overlap, and are protected by the p2m's lock. A pin stands from before the
 * first page is mapped until after the last one is gone.
 */
#include <xen/errno.h>
#include <xen/sched.h>
#include <xen/xmalloc.h>

#include <asm/p2m.h>

#include "rmr.h"

struct rmr_pin {
    struct rmr_pin *next;
    unsigned long gfn;
    unsigned long nr;
    unsigned long mfn;                 /* INVALID_MFN: must stay unmapped */
    unsigned int users;
    bool was_there;                    /* mapped before it was pinned */
    bool busy;                         /* we are changing what it covers */
    /* Mapped are the pages [from, upto) of it. */
    unsigned long from, upto;
};

/* What @pin covers is mapped, to its last page. */
static bool pin_is_full(const struct rmr_pin *pin)
{
    return !pin->from && pin->upto == pin->nr;
}

static bool pin_is_hole(const struct rmr_pin *pin)
{
    return mfn_eq(_mfn(pin->mfn), INVALID_MFN);
}

static struct rmr_pin *region_to_pin(const struct rmr_region *r)
{
    struct rmr_pin *pin = xzalloc(struct rmr_pin);

    if ( !pin )
        return NULL;

    pin->gfn = PFN_DOWN(r->iova);
    pin->nr = PFN_DOWN(r->size);
    pin->mfn = rmr_is_carveout(r) ? mfn_x(INVALID_MFN) : PFN_DOWN(r->pa);
    pin->users = 1;

    return pin;
}

/*
 * The first pin of @p2m that overlaps [@gfn, @gfn + @nr), or NULL. Not one that
 * is being mapped or unmapped by the very call that asks.
 */
static struct rmr_pin *find_pin(const struct p2m_domain *p2m,
                                unsigned long gfn, unsigned long nr)
{
    struct rmr_pin *pin;

    for ( pin = p2m->rmr_pins; pin; pin = pin->next )
    {
        if ( !pin->busy &&
             (pin->gfn - gfn < nr || gfn - pin->gfn < pin->nr) )
            return pin;
        if ( pin->gfn > gfn )
            break;
    }

    return NULL;
}

static struct rmr_pin *find_same_pin(const struct p2m_domain *p2m,
                                     const struct rmr_pin *as)
{
    struct rmr_pin *pin;

    for ( pin = p2m->rmr_pins; pin; pin = pin->next )
        if ( pin->gfn == as->gfn && pin->nr == as->nr && pin->mfn == as->mfn )
            return pin;

    return NULL;
}

/*
 * mem_access maps by single pages for good, and a region may have larger leaves:
 * a domain has the one or the other. Called before @p2m gets mem_access.
 */
bool rmr_p2m_bars_mem_access(struct p2m_domain *p2m)
{
    bool barred;

    p2m_write_lock(p2m);
    barred = p2m->rmr_pins;
    if ( !barred )
        p2m->mem_access_enabled = true;
    p2m_write_unlock(p2m);

    return barred;
}

/* Does a pin stand in the way of @new? Two holes may overlap. */
static bool pin_conflicts(const struct p2m_domain *p2m,
                          const struct rmr_pin *new)
{
    const struct rmr_pin *pin;

    for ( pin = p2m->rmr_pins; pin; pin = pin->next )
        if ( (pin->gfn - new->gfn < new->nr || new->gfn - pin->gfn < pin->nr) &&
             !(pin_is_hole(pin) && pin_is_hole(new)) )
            return true;

    return false;
}

static void insert_pin(struct p2m_domain *p2m, struct rmr_pin *pin)
{
    struct rmr_pin **where = &p2m->rmr_pins;

    while ( *where && (*where)->gfn < pin->gfn )
        where = &(*where)->next;

    pin->next = *where;
    *where = pin;
}

static void remove_pin(struct p2m_domain *p2m, struct rmr_pin *pin)
{
    struct rmr_pin **where = &p2m->rmr_pins;

    while ( *where != pin )
        where = &(*where)->next;

    *where = pin->next;
    xfree(pin);
}

/*
 * Would mapping [@gfn, @gfn + @nr) to @mfn leave what @pin holds as it is?
 * Removing what must stay unmapped does too.
 */
static bool pin_agrees(const struct rmr_pin *pin, unsigned long gfn,
                       mfn_t mfn, p2m_type_t t, p2m_access_t a)
{
    if ( pin_is_hole(pin) )
        return mfn_eq(mfn, INVALID_MFN);

    return pin_is_full(pin) && !mfn_eq(mfn, INVALID_MFN) &&
           t == p2m_mmio_direct_c && a == p2m_access_rwx &&
           mfn_x(mfn) - gfn == pin->mfn - pin->gfn;
}

/*
 * A call that covers pins and agrees with all of them writes only what lies
 * between them: a /reserved-memory node may be larger than the region that a
 * master has in it. A call that does not agree fails before anything is
 * written.
 */
bool rmr_p2m_set_pinned(struct p2m_domain *p2m, gfn_t gfn, unsigned long nr,
                        mfn_t mfn, p2m_type_t t, p2m_access_t a, int *rc)
{
    unsigned long start = gfn_x(gfn), end = start + nr;
    const struct rmr_pin *pin = find_pin(p2m, start, nr);

    if ( !pin )
        return false;

    for ( ; pin && pin->gfn < end; pin = pin->next )
        if ( !pin_agrees(pin, start, mfn, t, a) )
        {
            printk(XENLOG_G_WARNING
                   "rmr: %pd: gfn %#lx-%#lx is pinned for a master's DMA: %s of gfn %#lx-%#lx refused\n",
                   p2m->domain, pin->gfn, pin->gfn + pin->nr - 1,
                   mfn_eq(mfn, INVALID_MFN) ? "removal" : "mapping",
                   start, end - 1);
            *rc = -EBUSY;
            return true;
        }

    *rc = 0;
    while ( start < end && !*rc )
    {
        unsigned long upto;

        pin = find_pin(p2m, start, end - start);
        upto = pin ? max(pin->gfn, start) : end;

        if ( upto > start )
            *rc = p2m_set_entry(p2m, _gfn(start), upto - start, mfn, t, a);
        if ( pin )
            upto = min(pin->gfn + pin->nr, end);

        if ( !mfn_eq(mfn, INVALID_MFN) )
            mfn = mfn_add(mfn, upto - start);
        start = upto;
    }

    return true;
}

/*
 * Is @r in @p2m leaf for leaf as it is in @table? The two have one geometry:
 * rmr_initcall() has seen to that.
 */
static bool same_leaves(const struct p2m_domain *p2m,
                        const struct rmr_table *table,
                        const struct rmr_region *r)
{
    unsigned long gfn = PFN_DOWN(r->iova);
    const unsigned long end = gfn + PFN_DOWN(r->size);

    while ( gfn < end )
    {
        unsigned int ours, theirs;
        lpae_t a = rmr_table_lookup(table->root, &table->geom, _gfn(gfn),
                                    &ours);
        lpae_t b = rmr_table_lookup(p2m->root, &table->geom, _gfn(gfn),
                                    &theirs);

        ASSERT(lpae_is_valid(a));
        if ( ours != theirs || a.bits != b.bits )
            return false;

        gfn += 1UL << XEN_PT_LEVEL_ORDER(ours);
    }

    return true;
}

/*
 * What is at @r's IPAs: nothing, the mapping that we want (perhaps in other
 * leaf sizes), or something else, whose first gfn goes to @gfn and its type to
 * @t.
 */
static int check_range(struct p2m_domain *p2m, const struct rmr_region *r,
                       unsigned long *gfn, p2m_type_t *t, bool *present)
{
    const unsigned long start = PFN_DOWN(r->iova);
    const unsigned long end = start + PFN_DOWN(r->size);
    unsigned int order;

    *present = false;

    for ( *gfn = start; *gfn < end; )
    {
        mfn_t mfn = p2m_get_entry(p2m, _gfn(*gfn), t, NULL, &order, NULL);

        if ( *t != p2m_invalid )
        {
            if ( rmr_is_carveout(r) || *t != p2m_mmio_direct_c ||
                 mfn_x(mfn) - *gfn != PFN_DOWN(r->pa) - start )
                return -EEXIST;
            *present = true;
        }

        *gfn = (*gfn | ((1UL << order) - 1)) + 1;
    }

    return 0;
}

/* For the message of a refusal. */
static const char *type_name(p2m_type_t t)
{
    switch ( t )
    {
    case p2m_ram_rw:
    case p2m_ram_ro:
        return "RAM";
    case p2m_mmio_direct_dev:
    case p2m_mmio_direct_nc:
    case p2m_mmio_direct_c:
        return "a mapping of the host (iomem=, xen,reg)";
    case p2m_map_foreign_rw:
    case p2m_map_foreign_ro:
        return "memory of another domain";
    case p2m_grant_map_rw:
    case p2m_grant_map_ro:
        return "a granted page";
    default:
        return "something else";
    }
}

static int pin_region(struct p2m_domain *p2m, const struct rmr_master *m,
                      const struct rmr_region *r)
{
    unsigned long gfn;
    struct rmr_pin *pin = region_to_pin(r), *same;
    p2m_type_t t = p2m_invalid;
    const char *what;
    int rc;

    if ( !pin )
        return -ENOMEM;

    same = find_same_pin(p2m, pin);
    if ( same )
    {
        same->users++;
        xfree(pin);
        return 0;
    }

    rc = pin_conflicts(p2m, pin) ? -EEXIST : 0;
    what = "another master's region";
    gfn = pin->gfn;
    if ( !rc )
    {
        rc = check_range(p2m, r, &gfn, &t, &pin->was_there);
        what = type_name(t);
    }
    if ( rc )
    {
        printk("rmr: %s: %pd has %s at %"PRIrmr" of region %"PRIrmr"-%"PRIrmr": not assigned\n",
               dt_node_full_name(m->np), p2m->domain, what, pfn_to_paddr(gfn),
               r->iova, r->iova + r->size - 1);
        xfree(pin);
        return rc;
    }

    if ( rmr_is_carveout(r) ||
         (pin->was_there && same_leaves(p2m, &m->table, r)) )
        pin->upto = pin->nr;
    insert_pin(p2m, pin);

    return 0;
}

static struct rmr_pin *pin_of(const struct p2m_domain *p2m,
                              const struct rmr_region *r)
{
    const struct rmr_pin as = {
        .gfn = PFN_DOWN(r->iova),
        .nr = PFN_DOWN(r->size),
        .mfn = rmr_is_carveout(r) ? mfn_x(INVALID_MFN) : PFN_DOWN(r->pa),
    };

    return find_same_pin(p2m, &as);
}

/* @m no longer needs its last pinned region. */
static void release_pin(struct p2m_domain *p2m, struct rmr_master *m,
                        struct rmr_pin *pin)
{
    m->nr_pinned--;
    if ( !--pin->users )
        remove_pin(p2m, pin);
}

/*
 * Pin all regions of @m in @d: from now on nothing but a step below changes
 * what is there. Regions that another master of @d has pinned are counted.
 *
 * -EEXIST: something else is at a region's IPAs. -EBUSY: @d got mem_access after
 * rmr_policy_assign() had looked. -ENOMEM. Then nothing has changed.
 */
int rmr_p2m_pin(struct domain *d, struct rmr_master *m)
{
    struct p2m_domain *p2m = p2m_get_hostp2m(d);
    int rc = 0;

    ASSERT(!m->nr_pinned);

    p2m_write_lock(p2m);

    if ( p2m->mem_access_enabled )
    {
        printk("rmr: %s: %pd has got mem_access meanwhile: not assigned\n",
               dt_node_full_name(m->np), d);
        rc = -EBUSY;
    }

    while ( m->nr_pinned < m->nr_regions && !rc )
    {
        rc = pin_region(p2m, m, &m->regions[m->nr_pinned]);
        if ( !rc )
            m->nr_pinned++;
    }

    while ( rc && m->nr_pinned )
        release_pin(p2m, m, pin_of(p2m, &m->regions[m->nr_pinned - 1]));

    p2m_write_unlock(p2m);

    return rc;
}

/*
 * How much of [@gfn, @gfn + @nr) one step takes: less than a table's entries of
 * one leaf size, up to the end of that table. A call of p2m_set_entry() for
 * just that much chooses the leaf size that one for all of it would choose
 * (rmr_leaf_level()): the length is no multiple of the next size, and the next
 * address where all of @gfn, @mfn and @nr are is not crossed.
 */
static unsigned long step_length(unsigned long gfn, unsigned long mfn,
                                 unsigned long nr)
{
    unsigned int level = rmr_leaf_level(gfn, mfn, nr);
    unsigned int order = XEN_PT_LEVEL_ORDER(level);
    unsigned long index = (gfn >> order) & XEN_PT_LPAE_ENTRY_MASK;
    unsigned long leaves = XEN_PT_LPAE_ENTRIES - max(index, 1UL);

    return (level == 1 ? 1UL : min(leaves, nr >> order)) << order;
}

/* Map, or unmap, what one step takes of @pin from its page @from on. */
static int set_step(struct p2m_domain *p2m, struct rmr_pin *pin, bool map,
                    unsigned long from, unsigned long *length)
{
    unsigned long gfn = pin->gfn + from, mfn = pin->mfn + from;
    int rc;

    *length = step_length(gfn, mfn, pin->nr - from);

    pin->busy = true;
    rc = p2m_set_entry(p2m, _gfn(gfn), *length,
                       map ? _mfn(mfn) : INVALID_MFN,
                       map ? p2m_mmio_direct_c : p2m_invalid, p2m_access_rwx);
    pin->busy = false;

    return rc;
}

/*
 * One step of mapping what @m has pinned in @d. 0: all of it is mapped, leaf
 * for leaf as if each region had been mapped by one call. -ERESTART: there is
 * more. -ENOMEM, or another error of p2m_set_entry()'s: what has been mapped
 * stays.
 */
int rmr_p2m_map_step(struct domain *d, const struct rmr_master *m)
{
    struct p2m_domain *p2m = p2m_get_hostp2m(d);
    unsigned int i;
    int rc = 0;

    p2m_write_lock(p2m);

    for ( i = 0; i < m->nr_regions && !rc; i++ )
    {
        const struct rmr_region *r = &m->regions[i];
        struct rmr_pin *pin = pin_of(p2m, r);
        unsigned long length;

        if ( pin_is_full(pin) )
            continue;

        /* Its last user was leaving when this one came: begin anew. */
        if ( pin->from )
            pin->from = pin->upto = 0;

        /* In one table: if it fails, then before anything has been mapped. */
        rc = set_step(p2m, pin, true, pin->upto, &length);
        /* What it lacks is a page of the domain's pool, for a table. */
        if ( rc == -ENOENT )
            rc = -ENOMEM;
        if ( rc )
        {
            printk("rmr: %s: region %"PRIrmr"-%"PRIrmr" cannot be mapped in %pd (%d%s): not assigned\n",
                   dt_node_full_name(m->np), r->iova, r->iova + r->size - 1, d,
                   rc, rc == -ENOMEM ? ", more p2m memory is needed" : "");
            break;
        }
        pin->upto += length;
        rc = -ERESTART;
    }

    p2m_write_unlock(p2m);

    return rc;
}

/* Is there nothing to unmap under @pin, now or at all? */
static bool stays_mapped(const struct p2m_domain *p2m,
                         const struct rmr_pin *pin, bool undo)
{
    /* A dying domain's p2m takes no changes: relinquish_p2m_mapping(). */
    return pin->users > 1 || pin_is_hole(pin) || p2m->domain->is_dying ||
           (undo && pin->was_there) || pin->from >= pin->upto;
}

/*
 * One step of unmapping, and in the end unpinning, what @m has pinned in @d;
 * what another master of @d has pinned too stays. 0: nothing is left.
 * -ERESTART: there is more. @undo: of a mapping that has failed, so that what
 * was there before stays. What cannot be unmapped keeps @m from being assigned.
 */
int rmr_p2m_unmap_step(struct domain *d, struct rmr_master *m, bool undo)
{
    struct p2m_domain *p2m = p2m_get_hostp2m(d);
    int rc = 0;

    p2m_write_lock(p2m);

    while ( m->nr_pinned && !rc )
    {
        const struct rmr_region *r = &m->regions[m->nr_pinned - 1];
        struct rmr_pin *pin = pin_of(p2m, r);
        unsigned long length;

        if ( stays_mapped(p2m, pin, undo) )
        {
            release_pin(p2m, m, pin);
            continue;
        }

        rc = set_step(p2m, pin, false, pin->from, &length);
        if ( rc )
        {
            printk("rmr: %pd: region %"PRIrmr"-%"PRIrmr" stays mapped (%d)\n",
                   d, r->iova, r->iova + r->size - 1, rc);
            /* The domain, or a device of it, may still reach it. */
            if ( !m->kept )
                m->kept = "a domain that it has left still has its regions";
            release_pin(p2m, m, pin);
            rc = 0;
            continue;
        }
        pin->from += length;
        rc = -ERESTART;
    }

    p2m_write_unlock(p2m);

    return rc;
}

/* Before a join: the p2m answers for the regions just as the RMR table does. */
bool rmr_p2m_verify(struct domain *d, const struct rmr_master *m)
{
    struct p2m_domain *p2m = p2m_get_hostp2m(d);
    unsigned int i;
    bool same = true;

    p2m_read_lock(p2m);

    for ( i = 0; i < m->nr_regions && same; i++ )
        same = rmr_is_carveout(&m->regions[i]) ||
               same_leaves(p2m, &m->table, &m->regions[i]);

    p2m_read_unlock(p2m);

    return same;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
