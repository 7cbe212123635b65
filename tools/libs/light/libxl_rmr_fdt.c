/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * RAM with holes and /reserved-memory in a guest's device tree, and the link
 * from a device's node to its regions.
 *
 * Of a partial device tree libxl copies /passthrough only. Its
 * /reserved-memory counts where a child has exactly the memory of a region:
 * then that child's name, phandle and other properties are taken, so that what
 * refers to it in /passthrough still leads somewhere.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include "libxl_rmr_fdt.h"

#define CELLS 2 /* of an address, and of a size, in what is written here */
#define MAX_NODES 64 /* Xen reads so many of a device */

static bool is_carve_out(const libxl__rmr_region *r)
{
    return r->pa == LIBXL__RMR_NO_PA;
}

/* A node at the root of @fdt with exactly this name, or an error. */
static int root_node(const void *fdt, const char *name)
{
    int node;

    for (node = fdt_next_node(fdt, 0, NULL); node >= 0;
         node = fdt_next_node(fdt, node, NULL)) {
        const char *there = fdt_get_name(fdt, node, NULL);

        if (fdt_node_depth(fdt, node) == 1 && there && !strcmp(there, name))
            return node;
    }

    return node;
}

/* The node after @node in the tree below the one that *@depth began at. */
static int next_below(const void *fdt, int node, int *depth)
{
    node = fdt_next_node(fdt, node, depth);

    return node >= 0 && *depth > 0 ? node : -FDT_ERR_NOTFOUND;
}

static uint64_t read_cells(const fdt32_t *cells, int nr)
{
    uint64_t value = 0;

    while (nr-- > 0)
        value = (value << 32) | fdt32_to_cpu(*cells++);

    return value;
}

/* Is the memory of @node, in a parent with these cells, just @range? */
static bool has_range(const void *fdt, int node, int address_cells,
                      int size_cells, const libxl__rmr_range *range)
{
    int len;
    const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &len);

    return reg && address_cells > 0 && address_cells <= CELLS &&
           size_cells > 0 && size_cells <= CELLS &&
           len == (address_cells + size_cells) * (int)sizeof(*reg) &&
           read_cells(reg, address_cells) == range->start &&
           read_cells(reg + address_cells, size_cells) == range->size;
}

/* The child of /reserved-memory in @pfdt that is this region, or an error. */
static int find_in_partial(const void *pfdt, const libxl__rmr_region *region)
{
    int parent, node, depth = 0;

    if (!pfdt)
        return -FDT_ERR_NOTFOUND;

    parent = root_node(pfdt, "reserved-memory");
    if (parent < 0)
        return parent;

    for (node = next_below(pfdt, parent, &depth); node >= 0;
         node = next_below(pfdt, node, &depth))
        if (depth == 1 &&
            has_range(pfdt, node, fdt_address_cells(pfdt, parent),
                      fdt_size_cells(pfdt, parent), &region->range))
            return node;

    return node;
}

unsigned int libxl__rmr_fdt_collect(const libxl__rmr_master *masters,
                                    unsigned int nr_masters,
                                    libxl__rmr_node *nodes)
{
    unsigned int i, k, n, nr = 0;

    for (i = 0; i < nr_masters; i++) {
        if (masters[i].wish == LIBXL__RMR_NOT_ASSIGNED)
            continue;

        for (k = 0; k < masters[i].nr_regions; k++) {
            for (n = 0; n < nr; n++)
                if (!memcmp(&nodes[n].region, &masters[i].regions[k],
                            sizeof(nodes[n].region)))
                    break;
            if (n < nr)
                continue;

            nodes[nr].region = masters[i].regions[k];
            nodes[nr++].phandle = 0;
        }
    }

    return nr;
}

void libxl__rmr_fdt_number(const void *pfdt, uint32_t first,
                           libxl__rmr_node *nodes, unsigned int nr_nodes)
{
    unsigned int i;

    for (i = 0; i < nr_nodes; i++) {
        int node = find_in_partial(pfdt, &nodes[i].region);

        nodes[i].phandle = node >= 0 ? fdt_get_phandle(pfdt, node) : 0;
        if (nodes[i].phandle)
            continue;

        while (pfdt && fdt_node_offset_by_phandle(pfdt, first) >= 0)
            first++;
        nodes[i].phandle = first++;
    }
}

/*--------------------- The device's own node ----------------------*/

/* Does xen,path of @node say that it is @path? *@other: that it is another. */
static bool says_path(const void *fdt, int node, const char *path, bool *other)
{
    int len;
    const char *there = fdt_getprop(fdt, node, "xen,path", &len);
    bool same = there && len == (int)strlen(path) + 1 &&
                !memcmp(there, path, len);

    *other = there && !same;

    return same;
}

/*
 * The node in /passthrough that is the host's @path: by xen,path, or by its
 * name, with the unit address, if only one has that name. *@link is set if
 * there is none.
 */
static int find_device(const void *pfdt, const char *path,
                       libxl__rmr_link *link)
{
    const char *name = strrchr(path, '/');
    int node, depth = 0, found = -FDT_ERR_NOTFOUND;
    int parent = root_node(pfdt, "passthrough");

    *link = LIBXL__RMR_NO_NODE;
    if (parent < 0 || !name)
        return -FDT_ERR_NOTFOUND;

    for (node = next_below(pfdt, parent, &depth); node >= 0;
         node = next_below(pfdt, node, &depth)) {
        const char *there = fdt_get_name(pfdt, node, NULL);
        bool other;

        if (says_path(pfdt, node, path, &other))
            return node;
        if (other || !there || strcmp(there, name + 1))
            continue;
        if (found >= 0)
            *link = LIBXL__RMR_AMBIGUOUS;
        found = node;
    }

    return *link == LIBXL__RMR_AMBIGUOUS ? -FDT_ERR_NOTFOUND : found;
}

/* Will the guest have a node with this phandle? */
static bool leads_somewhere(const void *pfdt, uint32_t phandle,
                            const libxl__rmr_node *nodes,
                            unsigned int nr_nodes)
{
    int node = fdt_node_offset_by_phandle(pfdt, phandle);
    unsigned int i;

    for (i = 0; i < nr_nodes; i++)
        if (nodes[i].phandle == phandle)
            return true;

    return node >= 0 &&
           fdt_supernode_atdepth_offset(pfdt, node, 1, NULL) ==
           root_node(pfdt, "passthrough");
}

/* What @node has by itself: NO_NODE if that is nothing. */
static libxl__rmr_link judge_own(const void *pfdt, int node,
                                 const libxl__rmr_node *nodes,
                                 unsigned int nr_nodes)
{
    int i, len;
    const fdt32_t *own = fdt_getprop(pfdt, node, "memory-region", &len);

    if (!own)
        return LIBXL__RMR_NO_NODE;

    for (i = 0; i < len / (int)sizeof(*own); i++)
        if (!leads_somewhere(pfdt, fdt32_to_cpu(own[i]), nodes, nr_nodes))
            return LIBXL__RMR_REPLACED;

    return LIBXL__RMR_KEPT;
}

/* The phandles of @master's regions, but for carve-outs. */
static unsigned int phandles_of(const libxl__rmr_master *master,
                                const libxl__rmr_node *nodes,
                                unsigned int nr_nodes, fdt32_t *phandles)
{
    unsigned int i, n, nr = 0;

    for (i = 0; i < master->nr_regions && nr < MAX_NODES; i++)
        for (n = 0; n < nr_nodes; n++)
            if (!is_carve_out(&master->regions[i]) &&
                !memcmp(&nodes[n].region, &master->regions[i],
                        sizeof(nodes[n].region)))
                phandles[nr++] = cpu_to_fdt32(nodes[n].phandle);

    return nr;
}

int libxl__rmr_fdt_link(void *pfdt, const libxl__rmr_master *master,
                        const libxl__rmr_node *nodes, unsigned int nr_nodes,
                        libxl__rmr_link *link)
{
    fdt32_t phandles[MAX_NODES];
    unsigned int nr = phandles_of(master, nodes, nr_nodes, phandles);
    int node = find_device(pfdt, master->node, link);

    if (node < 0)
        return 0;

    *link = judge_own(pfdt, node, nodes, nr_nodes);
    if (*link == LIBXL__RMR_KEPT)
        return 0;
    if (*link == LIBXL__RMR_NO_NODE)
        *link = LIBXL__RMR_LINKED;

    return fdt_setprop(pfdt, node, "memory-region", phandles,
                       nr * sizeof(phandles[0]));
}

/*--------------------------- Writing ------------------------------*/

static int write_reg(void *fdt, const libxl__rmr_range *ranges,
                     unsigned int nr)
{
    void *to;
    unsigned int i;
    int r = fdt_property_placeholder(fdt, "reg",
                                     nr * 2 * sizeof(fdt64_t), &to);

    for (i = 0; !r && i < nr; i++) {
        const fdt64_t pair[] = { cpu_to_fdt64(ranges[i].start),
                                 cpu_to_fdt64(ranges[i].size) };

        memcpy((char *)to + i * sizeof(pair), pair, sizeof(pair));
    }

    return r;
}

static int begin_node_at(void *fdt, const char *name, uint64_t address)
{
    char text[32];

    snprintf(text, sizeof(text), "%s@%"PRIx64, name, address);

    return fdt_begin_node(fdt, text);
}

int libxl__rmr_fdt_memory(void *fdt,
                          const libxl__rmr_range *banks, unsigned int nr_banks,
                          const libxl__rmr_range *ram, unsigned int nr_ram)
{
    unsigned int bank, i, nr;
    int r = 0;

    for (bank = 0; bank < nr_banks && !r; bank++) {
        for (i = 0; i < nr_ram; i++)
            if (ram[i].start - banks[bank].start < banks[bank].size)
                break;
        for (nr = 0; i + nr < nr_ram; nr++)
            if (ram[i + nr].start - banks[bank].start >= banks[bank].size)
                break;
        if (!nr)
            continue;

        r = begin_node_at(fdt, "memory", ram[i].start);
        if (!r)
            r = fdt_property_string(fdt, "device_type", "memory");
        if (!r)
            r = write_reg(fdt, ram + i, nr);
        if (!r)
            r = fdt_end_node(fdt);
    }

    return r;
}

/* Is written here, or says nothing to a guest. */
static bool is_ours(const char *name)
{
    static const char *const ours[] = {
        "reg", "no-map", "phandle", "linux,phandle", "iommu-addresses",
    };
    unsigned int i;

    for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (!strcmp(name, ours[i]))
            return true;

    return false;
}

static int copy_others(void *fdt, const void *pfdt, int node)
{
    int prop, r = 0;

    for (prop = fdt_first_property_offset(pfdt, node); prop >= 0 && !r;
         prop = fdt_next_property_offset(pfdt, prop)) {
        const char *name;
        int len;
        const void *value = fdt_getprop_by_offset(pfdt, prop, &name, &len);

        if (!value)
            return len;
        if (!is_ours(name))
            r = fdt_property(fdt, name, value, len);
    }

    return r;
}

static int write_region(void *fdt, const void *pfdt,
                        const libxl__rmr_node *node)
{
    int there = find_in_partial(pfdt, &node->region);
    int r;

    if (there >= 0) {
        const char *name = fdt_get_name(pfdt, there, &r);

        if (!name)
            return r;
        r = fdt_begin_node(fdt, name);
        if (!r)
            r = copy_others(fdt, pfdt, there);
    } else {
        r = begin_node_at(fdt, "rmr", node->region.range.start);
    }

    if (!r)
        r = write_reg(fdt, &node->region.range, 1);
    if (!r)
        r = fdt_property(fdt, "no-map", NULL, 0);
    if (!r)
        r = fdt_property_u32(fdt, "phandle", node->phandle);

    return r ? r : fdt_end_node(fdt);
}

int libxl__rmr_fdt_reserved(void *fdt, const void *pfdt,
                            const libxl__rmr_node *nodes,
                            unsigned int nr_nodes)
{
    unsigned int i;
    int r;

    if (!nr_nodes)
        return 0;

    r = fdt_begin_node(fdt, "reserved-memory");
    if (!r)
        r = fdt_property_u32(fdt, "#address-cells", CELLS);
    if (!r)
        r = fdt_property_u32(fdt, "#size-cells", CELLS);
    if (!r)
        r = fdt_property(fdt, "ranges", NULL, 0);
    for (i = 0; i < nr_nodes && !r; i++)
        r = write_region(fdt, pfdt, &nodes[i]);

    return r ? r : fdt_end_node(fdt);
}

/*
 * Local variables:
 * mode: C
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
