/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * RAM around what has to stay free: populated piece by piece, and kernel and
 * modules where the caller wants them. Decides nothing; libxl_rmr.c does.
 */
#include <inttypes.h>

#include <xen-tools/common-macros.h>

#include "xg_private.h"
#include "xg_dom_rmr.h"

/* What the caller says has to add up to what the domain is to have. */
static int check_ranges(struct xc_dom_image *dom)
{
    xen_pfn_t pages = 0;
    unsigned int i;

    for ( i = 0; i < dom->nr_ram_ranges; i++ )
        pages += dom->ram_ranges[i].size >> XC_PAGE_SHIFT;

    if ( pages == dom->total_pages )
        return 0;

    DOMPRINTF("%s: the ranges have %"PRI_xen_pfn" pages, the domain %"
              PRI_xen_pfn, __func__, pages, dom->total_pages);
    errno = EINVAL;

    return -1;
}

/* How much of a bank is RAM. What is loaded is in the first. */
static void note_banks(struct xc_dom_image *dom)
{
    const uint64_t bankbase[] = GUEST_RAM_BANK_BASES;
    const uint64_t banksize[] = GUEST_RAM_BANK_SIZES;
    xen_pfn_t reach = 0;
    unsigned int i, bank;

    for ( i = 0; i < dom->nr_ram_ranges; i++ )
    {
        const struct xc_dom_range *r = &dom->ram_ranges[i];

        for ( bank = 0; bank < GUEST_RAM_BANKS; bank++ )
            if ( r->start - bankbase[bank] < banksize[bank] )
                dom->rambank_size[bank] += r->size >> XC_PAGE_SHIFT;
        if ( r->start - bankbase[0] < banksize[0] )
            reach = (r->start + r->size - bankbase[0]) >> XC_PAGE_SHIFT;
    }

    /* From here on it only says how far up something can be loaded. */
    if ( reach > dom->total_pages )
        dom->total_pages = reach;
}

/* ROUNDUP() takes a number of bits up to Xen 4.21, and the multiple since 4.22. */
static uint64_t whole_pages(uint64_t bytes)
{
    return (bytes + XC_PAGE_SIZE - 1) & ~(uint64_t)(XC_PAGE_SIZE - 1);
}

static void place(struct xc_dom_image *dom)
{
    const uint64_t ramdisk_size = dom->modules[0].blob ?
        whole_pages(dom->modules[0].size) : 0;
    uint64_t at = dom->modules_base;

    dom->kernel_seg.vstart += dom->kernel_move;
    dom->kernel_seg.vend += dom->kernel_move;
    dom->parms->virt_entry += dom->kernel_move;

    /* Segments are made in this order, and have to ascend. */
    if ( ramdisk_size )
    {
        dom->modules[0].seg.vstart = at;
        dom->modules[0].seg.vend = at + ramdisk_size;
        at += ramdisk_size;
    }
    if ( dom->devicetree_blob )
    {
        dom->devicetree_seg.vstart = at;
        dom->devicetree_seg.vend =
            at + whole_pages(dom->devicetree_size);
    }

    DOMPRINTF("%s: kernel 0x%"PRIx64", modules 0x%"PRIx64, __func__,
              dom->kernel_seg.vstart, dom->modules_base);
}

int xg_rmr_meminit(struct xc_dom_image *dom, xg_populate_fn *populate)
{
    unsigned int i;
    int rc = check_ranges(dom);

    for ( i = 0; i < dom->nr_ram_ranges && !rc; i++ )
        rc = populate(dom, dom->ram_ranges[i].start >> XC_PAGE_SHIFT,
                      dom->ram_ranges[i].size >> XC_PAGE_SHIFT);
    if ( rc )
        return rc;

    note_banks(dom);
    place(dom);

    return 0;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
