/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a guest's RAM goes around the regions of its masters. Arithmetic on
 * ranges, which knows of no domain and no device tree; dom0less.c calls it.
 *
 * Regions are rounded outward to what a leaf of level 2 maps: all RAM can be
 * mapped by large leaves then, whatever the bounds of a region.
 */
#include <xen/bootfdt.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/sort.h>

#include "rmr.h"

#define LEAF_BYTES       ((paddr_t)MB(2))
#define LEAF_DOWN(x)     ((x) & ~(LEAF_BYTES - 1))
#define LEAF_UP(x)       LEAF_DOWN((x) + LEAF_BYTES - 1)

/*
 * Linux for 32 bits unpacks itself in the first 128 MB of the bank it is in,
 * and Xen puts the modules behind these if it can.
 */
#define KERNEL_WINDOW    ((paddr_t)MB(128))

static int __init cf_check cmp_start(const void *a, const void *b)
{
    const struct rmr_range *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

static void __init swap_ranges(void *a, void *b, size_t size)
{
    struct rmr_range *x = a, *y = b, tmp = *x;

    *x = *y;
    *y = tmp;
}

/* A bank at [@start, @end), or as much of that as is still wanted. */
static int __init add_bank(struct membanks *ram, paddr_t start, paddr_t end,
                           paddr_t *amount)
{
    if ( start >= end || !*amount )
        return 0;

    if ( ram->nr_banks == ram->max_banks )
        return -E2BIG;

    ram->bank[ram->nr_banks].start = start;
    ram->bank[ram->nr_banks].size = min(end - start, *amount);
    *amount -= ram->bank[ram->nr_banks].size;
    ram->nr_banks++;

    return 0;
}

static int __init fill_window(struct membanks *ram,
                              const struct rmr_range *window,
                              const struct rmr_range *holes,
                              unsigned int nr_holes, paddr_t *amount)
{
    const paddr_t end = window->start + window->size;
    paddr_t at = window->start;
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < nr_holes && !rc; i++ )
    {
        paddr_t hole = LEAF_DOWN(holes[i].start);

        rc = add_bank(ram, at, min(hole, end), amount);
        at = max(at, LEAF_UP(holes[i].start + holes[i].size));
    }

    return rc ?: add_bank(ram, at, end, amount);
}

/*
 * Lay out @amount bytes of RAM in @windows, lower addresses first, clear of
 * @holes, which are sorted. -ENOSPC: the windows do not have as much. -E2BIG:
 * it comes to more banks than @ram holds.
 */
int __init rmr_layout_ram(struct membanks *ram,
                          const struct rmr_range *windows,
                          unsigned int nr_windows, struct rmr_range *holes,
                          unsigned int nr_holes, paddr_t amount)
{
    unsigned int i;
    int rc = 0;

    sort(holes, nr_holes, sizeof(*holes), cmp_start, swap_ranges);

    ram->nr_banks = 0;
    for ( i = 0; i < nr_windows && !rc; i++ )
        rc = fill_window(ram, &windows[i], holes, nr_holes, &amount);

    return rc ?: (amount ? -ENOSPC : 0);
}

/* Is there room for the modules beside a kernel that has its place already? */
static bool __init fits_fixed(const struct membank *bank,
                              const struct rmr_boot_images *boot)
{
    const paddr_t end = bank->start + bank->size;
    const paddr_t kernel_end = LEAF_UP(boot->load + boot->kernel);

    return boot->load >= bank->start && kernel_end <= end &&
           (end - kernel_end > boot->modules ||
            boot->load - bank->start > boot->modules);
}

static bool __init fits(const struct membank *bank,
                        const struct rmr_boot_images *boot)
{
    if ( boot->load )
        return fits_fixed(bank, boot);

    return bank->size > LEAF_UP(boot->kernel) + boot->modules;
}

/*
 * Xen loads kernel, device tree and ramdisk into the first bank, wherever that
 * is: put one there that holds them all. That is the lowest one with ample
 * room, or else the largest. -ENOSPC: there is none.
 */
int __init rmr_layout_boot_bank(struct membanks *ram,
                                const struct rmr_boot_images *boot)
{
    const paddr_t ample = KERNEL_WINDOW + boot->modules;
    unsigned int i, best = ram->nr_banks;
    struct membank bank;

    for ( i = 0; i < ram->nr_banks; i++ )
    {
        if ( !fits(&ram->bank[i], boot) )
            continue;
        if ( best == ram->nr_banks ||
             (ram->bank[best].size < ample &&
              ram->bank[i].size > ram->bank[best].size) )
            best = i;
    }

    if ( best == ram->nr_banks )
        return -ENOSPC;

    bank = ram->bank[best];
    for ( i = best; i; i-- )
        ram->bank[i] = ram->bank[i - 1];
    ram->bank[0] = bank;

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
