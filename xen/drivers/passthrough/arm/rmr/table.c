/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private stage-2 tables that map the regions of one master and nothing else.
 *
 * master.c builds them before the SMMU translates. Leaf for leaf they hold
 * what the p2m holds when a region is mapped there by one call, since old and
 * new entries for one IPA may be in the TLB at once under one VMID: leaves that
 * differed in size or attributes would be a TLB conflict.
 */
#include <xen/domain_page.h>
#include <xen/errno.h>
#include <xen/mm.h>

#include <asm/p2m.h>
#include <asm/page.h>

#include "rmr.h"

/*
 * The level of the next leaf when @nr pages are left to be mapped from @gfn to
 * @mfn. p2m_set_entry() takes the length that is left into account at every
 * step, so 64M + 4K is 4K leaves from end to end.
 */
unsigned int rmr_leaf_level(unsigned long gfn, unsigned long mfn,
                            unsigned long nr)
{
    unsigned long mask = gfn | mfn | nr;

    if ( !(mask & ((1UL << FIRST_ORDER) - 1)) )
        return 1;

    return (mask & ((1UL << SECOND_ORDER) - 1)) ? 3 : 2;
}

/*
 * A leaf as the p2m has it for p2m_mmio_direct_c, which is what regions are
 * mapped as (mfn_to_p2m_entry(), p2m_set_permission()).
 */
lpae_t rmr_leaf(mfn_t mfn, unsigned int level)
{
    lpae_t pte = {
        .p2m.valid = 1,
        .p2m.table = (level == 3),
        .p2m.mattr = MATTR_MEM,
        .p2m.read = 1,
        .p2m.write = 1,
        .p2m.sh = LPAE_SH_OUTER,
        .p2m.af = 1,
        .p2m.xn = 1,
        .p2m.type = p2m_mmio_direct_c,
    };

    lpae_set_mfn(pte, mfn);

    return pte;
}

static lpae_t table_entry(mfn_t mfn)
{
    lpae_t pte = {
        .p2m.valid = 1,
        .p2m.table = 1,
        .p2m.type = p2m_ram_rw,
    };

    lpae_set_mfn(pte, mfn);

    return pte;
}

static void write_entry(const struct rmr_table *t, lpae_t *entry, lpae_t pte)
{
    write_pte(entry, pte);
    if ( t->clean )
        clean_dcache(*entry);
}

static struct page_info *alloc_table(struct rmr_table *t, unsigned int order)
{
    struct page_info *pg = alloc_domheap_pages(NULL, order, 0);
    unsigned int i;

    if ( !pg )
        return NULL;

    for ( i = 0; i < (1U << order); i++ )
    {
        void *p = __map_domain_page(pg + i);

        clear_page(p);
        /* The zeroes too: the SMMU must not find what was there before. */
        if ( t->clean )
            clean_dcache_va_range(p, PAGE_SIZE);
        unmap_domain_page(p);
    }

    t->nr_pages += 1U << order;

    return pg;
}

/* The entry of @level for @gfn in the table page @mfn belongs to. */
static unsigned int table_index(gfn_t gfn, unsigned int level)
{
    return (gfn_x(gfn) >> XEN_PT_LEVEL_ORDER(level)) & XEN_PT_LPAE_ENTRY_MASK;
}

/*
 * The page of the root that @gfn falls into: up to 16 pages are concatenated
 * (ARM DDI 0487, concatenated translation tables for the initial lookup).
 */
static unsigned long root_index(const struct rmr_geometry *geom, gfn_t gfn)
{
    return gfn_x(gfn) >> (XEN_PT_LEVEL_ORDER(geom->root_level) +
                          XEN_PT_LPAE_SHIFT);
}

int rmr_table_init(struct rmr_table *t, const struct rmr_geometry *geom,
                   bool clean)
{
    t->geom = *geom;
    t->clean = clean;
    t->nr_pages = 0;
    t->root = alloc_table(t, geom->root_order);

    return t->root ? 0 : -ENOMEM;
}

/* Install @leaf for @gfn at @level, with the tables above that are missing. */
static int install_leaf(struct rmr_table *t, gfn_t gfn, unsigned int level,
                        lpae_t leaf)
{
    unsigned int l;
    lpae_t *table = __map_domain_page(t->root + root_index(&t->geom, gfn));

    for ( l = t->geom.root_level; l < level; l++ )
    {
        lpae_t *entry = &table[table_index(gfn, l)];
        mfn_t next;

        if ( !lpae_is_valid(*entry) )
        {
            struct page_info *pg = alloc_table(t, 0);

            if ( !pg )
            {
                unmap_domain_page(table);
                return -ENOMEM;
            }

            /* The new table's zeroes before the entry that leads to them. */
            smp_wmb();
            write_entry(t, entry, table_entry(page_to_mfn(pg)));
        }

        /* Regions of one master do not overlap: rmr_dt_check(). */
        ASSERT(lpae_is_table(*entry, l));

        next = lpae_get_mfn(*entry);
        unmap_domain_page(table);
        table = map_domain_page(next);
    }

    ASSERT(!lpae_is_valid(table[table_index(gfn, level)]));
    write_entry(t, &table[table_index(gfn, level)], leaf);
    unmap_domain_page(table);

    return 0;
}

/*
 * Map @nr pages from @gfn to @mfn.
 *
 * -ENOMEM leaves what was mapped so far in place: rmr_table_destroy() is what
 * the caller does next. -EINVAL when the range is outside the table's input.
 */
int rmr_table_map(struct rmr_table *t, gfn_t gfn, mfn_t mfn, unsigned long nr)
{
    unsigned long end = gfn_x(gfn) + nr;

    if ( end < gfn_x(gfn) ||
         end > (1UL << (t->geom.ipa_bits - PAGE_SHIFT)) )
        return -EINVAL;

    while ( nr )
    {
        unsigned int level = rmr_leaf_level(gfn_x(gfn), mfn_x(mfn), nr);
        unsigned long step = 1UL << XEN_PT_LEVEL_ORDER(level);
        int rc = install_leaf(t, gfn, level, rmr_leaf(mfn, level));

        if ( rc )
            return rc;

        gfn = gfn_add(gfn, step);
        mfn = mfn_add(mfn, step);
        nr -= step;
    }

    return 0;
}

/* Calls itself at most three times: no entry of level 3 is a table. */
static void free_subtable(mfn_t mfn, unsigned int level)
{
    lpae_t *table = map_domain_page(mfn);
    unsigned int i;

    for ( i = 0; i < XEN_PT_LPAE_ENTRIES; i++ )
        if ( lpae_is_valid(table[i]) && lpae_is_table(table[i], level) )
        {
            free_subtable(lpae_get_mfn(table[i]), level + 1);
            free_domheap_page(mfn_to_page(lpae_get_mfn(table[i])));
        }

    unmap_domain_page(table);
}

/* Only for a table that no SMMU walks: not yet installed, or never will be. */
void rmr_table_destroy(struct rmr_table *t)
{
    unsigned int i;

    if ( !t->root )
        return;

    for ( i = 0; i < (1U << t->geom.root_order); i++ )
        free_subtable(page_to_mfn(t->root + i), t->geom.root_level);

    free_domheap_pages(t->root, t->geom.root_order);
    t->root = NULL;
    t->nr_pages = 0;
}

/*
 * The entry at which the walk for @gfn ends, and its level. Works on any
 * stage-2 table of @geom: an RMR table, or a p2m under its lock. All zeroes
 * when nothing is mapped.
 */
lpae_t rmr_table_lookup(const struct page_info *root,
                        const struct rmr_geometry *geom, gfn_t gfn,
                        unsigned int *level)
{
    unsigned long index = root_index(geom, gfn);
    lpae_t pte = { .bits = 0 };
    const lpae_t *table;

    *level = geom->root_level;
    if ( index >= (1UL << geom->root_order) )
        return pte;

    table = __map_domain_page(root + index);

    for ( ; ; )
    {
        pte = table[table_index(gfn, *level)];
        unmap_domain_page(table);

        if ( !lpae_is_valid(pte) || !lpae_is_table(pte, *level) )
            return pte;

        table = map_domain_page(lpae_get_mfn(pte));
        (*level)++;
    }
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
