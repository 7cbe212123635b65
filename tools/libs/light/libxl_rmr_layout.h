/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Where a guest's RAM, and what is loaded into it, go when the regions of its
 * RMR masters have to stay free; and what cannot be done.
 *
 * Addresses and texts only: no hypercall, no libxl context, no allocation.
 * libxl_rmr.c asks; so does tools/tests/rmr, on the build machine.
 */
#ifndef LIBXL_RMR_LAYOUT_H
#define LIBXL_RMR_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RAM begins and ends there, except at the end of what a guest has. */
#define LIBXL__RMR_RAM_ALIGN (UINT64_C(2) << 20)

/* A region without memory: a carve-out. */
#define LIBXL__RMR_NO_PA (~UINT64_C(0))

typedef struct {
    uint64_t start, size;
} libxl__rmr_range;

typedef struct {
    libxl__rmr_range range; /* as the device and the guest see it */
    uint64_t pa;
} libxl__rmr_region;

/* What a guest has, or is promised, at an address that cannot be chosen. */
typedef struct {
    libxl__rmr_range range;
    const char *what;
    const char *without; /* what to do to be without it; NULL: nothing helps */
} libxl__rmr_fixed;

typedef struct {
    libxl__rmr_range machine, guest;
} libxl__rmr_iomem;

/* What the guest's configuration wants of a master. */
typedef enum {
    LIBXL__RMR_NOT_ASSIGNED,
    LIBXL__RMR_STRICT,
    LIBXL__RMR_RELAXED,
} libxl__rmr_wish;

typedef struct {
    const char *node;
    libxl__rmr_wish wish;
    const char *kept;       /* why it can never be assigned, or NULL */
    bool broken;            /* not before the next boot */
    bool owned;             /* is a domain's: */
    uint32_t owner;
    const char *owner_name; /* or NULL */
    const libxl__rmr_region *regions;
    unsigned int nr_regions;
} libxl__rmr_master;

typedef struct {
    const libxl__rmr_master *masters;
    unsigned int nr_masters;
    unsigned int nr_devices; /* that do DMA and will be the guest's */
    /* rdm="strategy=host": room for masters that are not the guest's, too. */
    bool host, host_strict;

    const libxl__rmr_range *banks;
    unsigned int nr_banks;
    const libxl__rmr_fixed *fixed;
    unsigned int nr_fixed;
    const libxl__rmr_iomem *iomem;
    unsigned int nr_iomem;
    uint64_t ram;
} libxl__rmr_request;

typedef struct {
    /* Room for as many as the masters have regions. */
    libxl__rmr_range *holes;
    unsigned int nr_holes;
    /* Room for that many, and as many as there are banks. Ascending. */
    libxl__rmr_range *ram;
    unsigned int nr_ram;
} libxl__rmr_layout;

/* A refusal, or what is only to be known: one line, without a newline. */
typedef void libxl__rmr_say(void *data, bool refusal, const char *text);

/*
 * Can a guest be made as @request has it, and where is its RAM? False: no, and
 * one refusal was said. Where nothing has to stay free, RAM is not laid out.
 */
bool libxl__rmr_plan(const libxl__rmr_request *request,
                     libxl__rmr_layout *layout,
                     libxl__rmr_say *say, void *data);

/*
 * @ram bytes into the banks, from the lowest address on, around @holes. Writes
 * the pieces to @out, which has room for @nr_holes + @nr_banks of them, and
 * returns their number; 0 if there is not so much room. *@room: how much there
 * is.
 */
unsigned int libxl__rmr_spread_ram(const libxl__rmr_range *banks,
                                   unsigned int nr_banks,
                                   const libxl__rmr_range *holes,
                                   unsigned int nr_holes, uint64_t ram,
                                   libxl__rmr_range *out, uint64_t *room);

/* The largest piece of @bank that none of @used is in; its size may be 0. */
libxl__rmr_range libxl__rmr_largest_gap(libxl__rmr_range bank,
                                        const libxl__rmr_range *used,
                                        unsigned int nr_used);

/* What is loaded into RAM. */
typedef struct {
    libxl__rmr_range kernel; /* where the loader put it, with its BSS */
    bool movable;            /* by multiples of LIBXL__RMR_RAM_ALIGN */
    uint64_t modules;        /* bytes of ramdisk and device tree */
    uint64_t preferred;      /* where the modules go if that is free */
} libxl__rmr_boot;

/*
 * Places kernel and modules in @ram, which ascends; the modules above the
 * kernel, in one piece. *@move: by how much the kernel moves up. False: they
 * do not fit.
 */
bool libxl__rmr_place_boot(const libxl__rmr_range *ram, unsigned int nr_ram,
                           const libxl__rmr_boot *boot, uint64_t *move,
                           uint64_t *modules);

#endif

/*
 * Local variables:
 * mode: C
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
