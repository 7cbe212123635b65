/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What a guest's device tree says of its RAM, and of the regions of its RMR
 * masters. Only libfdt is needed: tools/tests/rmr links this, too.
 *
 * Functions return 0 or an error of libfdt's, unless they say otherwise.
 */
#ifndef LIBXL_RMR_FDT_H
#define LIBXL_RMR_FDT_H

#include "libxl_rmr_layout.h"

/* A child of /reserved-memory in the guest's tree. */
typedef struct {
    libxl__rmr_region region;
    uint32_t phandle;
} libxl__rmr_node;

/*
 * The regions of the guest's masters, each once. @nodes has room for as many
 * as there are; returns how many there are.
 */
unsigned int libxl__rmr_fdt_collect(const libxl__rmr_master *masters,
                                    unsigned int nr_masters,
                                    libxl__rmr_node *nodes);

/*
 * Gives the nodes their phandles: that of the node with the same memory in
 * /reserved-memory of the partial tree @pfdt, if there is one, else one that
 * the partial tree (NULL: there is none) does not use, from @first on.
 */
void libxl__rmr_fdt_number(const void *pfdt, uint32_t first,
                           libxl__rmr_node *nodes, unsigned int nr_nodes);

typedef enum {
    LIBXL__RMR_LINKED,
    LIBXL__RMR_KEPT,        /* it had a memory-region, which stays */
    LIBXL__RMR_REPLACED,    /* it had one that led nowhere */
    LIBXL__RMR_NO_NODE,
    LIBXL__RMR_AMBIGUOUS,   /* several have its name */
} libxl__rmr_link;

/*
 * Finds the node of @master in /passthrough of @pfdt, which has room to grow,
 * and gives it a memory-region. The outcome is in *@link.
 */
int libxl__rmr_fdt_link(void *pfdt, const libxl__rmr_master *master,
                        const libxl__rmr_node *nodes, unsigned int nr_nodes,
                        libxl__rmr_link *link);

/* Nodes for RAM, one for each bank that has some; sequential write. */
int libxl__rmr_fdt_memory(void *fdt,
                          const libxl__rmr_range *banks, unsigned int nr_banks,
                          const libxl__rmr_range *ram, unsigned int nr_ram);

/* /reserved-memory; sequential write. */
int libxl__rmr_fdt_reserved(void *fdt, const void *pfdt,
                            const libxl__rmr_node *nodes,
                            unsigned int nr_nodes);

#endif

/*
 * Local variables:
 * mode: C
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
