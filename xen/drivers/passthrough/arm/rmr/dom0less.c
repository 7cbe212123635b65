/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains that Xen builds from the device tree: which RMR masters one gets by
 * the partial device tree among its modules, its RAM around their regions, and
 * what its own device tree says of them.
 *
 * dom0less-build.c calls, for one domain after the other, in the order of this
 * file: rmr_domU_prepare() comes before anything of the domain is placed, and
 * what it finds holds until it is called for the next domain.
 */
#include <xen/bootfdt.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/libfdt/libfdt.h>
#include <xen/rangeset.h>
#include <xen/sched.h>
#include <xen/sizes.h>
#include <xen/softirq.h>
#include <xen/vmap.h>
#include <xen/xmalloc.h>

#include <asm/domain_build.h>
#include <asm/kernel.h>
#include <asm/setup.h>
#include <asm/static-shmem.h>

#include "rmr.h"

/* "ARM\x64", in the header of an arm64 Image */
#define IMAGE64_MAGIC 0x644d5241U

/* Of the domain that is being built; its masters are those that are wanted. */
static struct {
    unsigned int nr_regions;           /* of all its masters */
    uint32_t phandle;                  /* that of the first of them */
    bool relaxed;
} building __initdata;

/* The regions of the masters that the domain is to get. */
#define for_each_wanted(m, i)                                               \
    rmr_for_each_master ( m )                                               \
        for ( (i) = 0; (m)->wanted && (i) < (m)->nr_regions; (i)++ )

/* The master that @node of a partial device tree names by its xen,path. */
static struct rmr_master *__init master_of(const void *pfdt, int node)
{
    int len;
    const char *path = fdt_getprop(pfdt, node, "xen,path", &len);
    const struct dt_device_node *np;

    if ( !path || len < 1 || path[len - 1] )
        return NULL;

    np = dt_find_node_by_path(path);

    return np ? rmr_find_master(np) : NULL;
}

static void __init find_masters(const void *pfdt)
{
    int node, depth;

    fdt_for_each_subnode ( node, pfdt, 0 )
    {
        const char *name = fdt_get_name(pfdt, node, NULL);
        int below = node;

        if ( !name || dt_node_cmp(name, "passthrough") )
            continue;

        for ( depth = 0; below >= 0 && depth >= 0;
              below = fdt_next_node(pfdt, below, &depth) )
        {
            struct rmr_master *m = master_of(pfdt, below);

            if ( m && !m->wanted )
            {
                m->wanted = true;
                building.nr_regions += m->nr_regions;
            }
        }
    }
}

/* The first of a run of phandles that is long enough and not in @pfdt. */
static void __init choose_phandles(const void *pfdt)
{
    uint32_t i = 0;

    building.phandle = GUEST_PHANDLE_GIC + 1;
    while ( i < building.nr_regions )
        if ( fdt_node_offset_by_phandle(pfdt, building.phandle + i++) >= 0 )
        {
            building.phandle += i;
            i = 0;
        }
}

/* What is wrong with the tree the caller says, when it reads it. */
static int __init read_partial_fdt(const struct bootmodule *mod)
{
    void *pfdt;

    if ( !mod )
        return 0;

    pfdt = ioremap_cache(mod->start, mod->size);
    if ( !pfdt )
        return -EFAULT;

    if ( mod->size >= sizeof(struct fdt_header) && !fdt_check_header(pfdt) &&
         fdt_totalsize(pfdt) <= mod->size )
    {
        find_masters(pfdt);
        choose_phandles(pfdt);
    }

    iounmap(pfdt);

    return 0;
}

static int __init read_policy(const struct domain *d,
                              const struct dt_device_node *node)
{
    const char *policy = "";
    int rc = dt_property_read_string(node, "xen,rdm-policy", &policy);

    building.relaxed = !rc && !strcmp(policy, "relaxed");

    if ( rc == -EINVAL || building.relaxed || !strcmp(policy, "strict") )
        return 0;

    printk("rmr: %pd: %s: xen,rdm-policy is \"%s\", neither \"strict\" nor \"relaxed\": not built\n",
           d, dt_node_full_name(node), policy);

    return -EINVAL;
}

/*
 * Grant table and xenstore page are where they are in any guest's layout, in a
 * direct-mapped domain too. For the others rmr_policy_guest_taken() refuses.
 */
static int __init refuse_fixed_places(const struct kernel_info *kinfo)
{
    const struct rmr_master *m;
    int rc = 0;

    if ( !domain_use_host_layout(kinfo->d) )
        return 0;

    rmr_for_each_master ( m )
    {
        if ( !m->wanted || rc )
            continue;

        if ( kinfo->dom0less_feature & DOM0LESS_ENHANCED_NO_XS )
            rc = rmr_policy_guest_place(m, kinfo->d, GUEST_GNTTAB_BASE,
                                        GUEST_GNTTAB_SIZE, "the grant table");
        if ( !rc && (kinfo->dom0less_feature & DOM0LESS_XENSTORE) )
            rc = rmr_policy_guest_place(m, kinfo->d, GUEST_MAGIC_BASE,
                                        GUEST_MAGIC_SIZE, "the xenstore page");
    }

    return rc;
}

/*
 * The pool that the domain's p2m is made of has no room for regions. If its
 * size was not asked for, add what they take at worst: leaves of level 3, with
 * a table of each level at both ends. A hole in the RAM takes as much.
 */
static int __init grow_pool(struct domain *d, const struct dt_device_node *node)
{
    const struct rmr_master *m;
    unsigned long pages = 0;
    unsigned int i;
    int rc;

    if ( !building.nr_regions ||
         dt_find_property(node, "xen,domain-p2m-mem-mb", NULL) )
        return 0;

    for_each_wanted ( m, i )
    {
        pages += 8;
        if ( !rmr_is_carveout(&m->regions[i]) )
            pages += PFN_DOWN(m->regions[i].size) / XEN_PT_LPAE_ENTRIES;
    }

    spin_lock(&d->arch.paging.lock);
    rc = p2m_set_allocation(d, d->arch.paging.p2m_total_pages + pages, NULL);
    spin_unlock(&d->arch.paging.lock);

    if ( rc )
        printk("rmr: %pd: no memory for the p2m of its regions: not built\n",
               d);

    return rc;
}

/* First: which masters is the domain to get, and may they have company? */
int __init rmr_domU_prepare(struct kernel_info *kinfo,
                            const struct dt_device_node *node)
{
    struct rmr_master *m;
    int rc;

    building.nr_regions = 0;
    rmr_for_each_master ( m )
        m->wanted = false;

    rc = read_policy(kinfo->d, node);
    if ( !rc )
        rc = read_partial_fdt(kinfo->dtb_bootmodule);
    if ( !rc )
        rc = refuse_fixed_places(kinfo);
    if ( !rc )
        rc = grow_pool(kinfo->d, node);

    return rc;
}

/* The IPAs that the domain's masters take, carve-outs too. NULL: no memory. */
static struct rmr_range *__init list_holes(void)
{
    struct rmr_range *holes = xmalloc_array(struct rmr_range,
                                            building.nr_regions);
    const struct rmr_master *m;
    unsigned int i, nr = 0;

    if ( !holes )
        return NULL;

    for_each_wanted ( m, i )
    {
        holes[nr].start = m->regions[i].iova;
        holes[nr].size = m->regions[i].size;
        nr++;
    }

    return holes;
}

/* A kernel takes more memory than its image has bytes, if it says so. */
static paddr_t __init kernel_bytes(const struct kernel_info *kinfo)
{
    paddr_t bytes = kinfo->zimage.len;
#ifdef CONFIG_ARM_64
    struct {
        uint32_t code[2];
        uint64_t text_offset, image_size, flags, reserved[3];
        uint32_t magic;
    } header;

    if ( kinfo->type == DOMAIN_64BIT && bytes >= sizeof(header) )
    {
        copy_from_paddr(&header, kinfo->zimage.kernel_addr, sizeof(header));
        if ( header.magic == IMAGE64_MAGIC )
            bytes = max_t(paddr_t, bytes, min_t(paddr_t, header.image_size,
                                             kinfo->unassigned_mem));
    }

    bytes += kinfo->zimage.text_offset;
#endif

    return bytes;
}

static int __init plan_ram(const struct kernel_info *kinfo,
                           struct membanks *plan)
{
    static const uint64_t __initconst bases[] = GUEST_RAM_BANK_BASES;
    static const uint64_t __initconst sizes[] = GUEST_RAM_BANK_SIZES;
    const struct bootmodule *initrd = kinfo->initrd_bootmodule;
    const struct rmr_boot_images boot = {
        .load = kinfo->zimage.start,
        .kernel = kernel_bytes(kinfo),
        /* The tree, which is not there yet, is never more. */
        .modules = SZ_2M + ROUNDUP(initrd ? initrd->size : 0, SZ_2M),
    };
    struct rmr_range windows[GUEST_RAM_BANKS];
    struct rmr_range *holes = list_holes();
    unsigned int i;
    int rc;

    if ( !holes )
        return -ENOMEM;

    for ( i = 0; i < ARRAY_SIZE(windows); i++ )
    {
        windows[i].start = bases[i];
        windows[i].size = sizes[i];
    }

    rc = rmr_layout_ram(plan, windows, ARRAY_SIZE(windows), holes,
                        building.nr_regions, kinfo->unassigned_mem);
    xfree(holes);
    if ( rc )
    {
        printk("rmr: %pd: %"PRIu64" KB of RAM cannot be laid out around the regions of its masters: not built (%d)\n",
               kinfo->d, (uint64_t)kinfo->unassigned_mem >> 10, rc);
        return rc;
    }

    rc = rmr_layout_boot_bank(plan, &boot);
    if ( rc )
        printk("rmr: %pd: between the regions of its masters no RAM takes the kernel (%"PRIu64" KB) with ramdisk and device tree (%"PRIu64" KB): not built; give it more memory\n",
               kinfo->d, (uint64_t)boot.kernel >> 10,
               (uint64_t)boot.modules >> 10);

    return rc;
}

static int __init fill_from_heap(struct kernel_info *kinfo,
                                 const struct membanks *plan)
{
    unsigned int i;

    for ( i = 0; i < plan->nr_banks; i++ )
        if ( !allocate_bank_memory(kinfo, gaddr_to_gfn(plan->bank[i].start),
                                   plan->bank[i].size) )
            return -ENOMEM;

    return 0;
}

#ifdef CONFIG_STATIC_MEMORY

/* Map [@start, @start + @size) of the host behind what @ram has of @plan. */
static int __init fill_banks(struct domain *d, struct membanks *ram,
                             const struct membanks *plan, paddr_t start,
                             paddr_t size)
{
    int rc = 0;

    while ( size && !rc )
    {
        struct membank *bank = &ram->bank[ram->nr_banks];
        const struct membank *as = &plan->bank[ram->nr_banks];
        paddr_t bytes;

        if ( ram->nr_banks == plan->nr_banks )
            return -ENOSPC;

        bytes = min(size, as->size - bank->size);
        bank->start = as->start;
        rc = guest_physmap_add_pages(d, gaddr_to_gfn(as->start + bank->size),
                                     maddr_to_mfn(start), PFN_DOWN(bytes));
        bank->size += bytes;
        start += bytes;
        size -= bytes;
        if ( bank->size == as->size )
            ram->nr_banks++;
    }

    return rc;
}

/* The domain's static memory, in the order in which its node names it. */
static int __init fill_from_static(struct kernel_info *kinfo,
                                   const struct dt_device_node *node,
                                   const struct membanks *plan)
{
    struct membanks *ram = kernel_info_get_mem(kinfo);
    unsigned int addr_cells = dt_n_addr_cells(node);
    unsigned int size_cells = dt_n_size_cells(node);
    uint32_t len;
    const __be32 *cell = dt_get_property(node, "xen,static-mem", &len);
    unsigned int nr = len / dt_cells_to_size(addr_cells + size_cells);
    int rc = 0;

    while ( nr-- && !rc )
    {
        paddr_t start, size;

        device_tree_get_reg(&cell, addr_cells, size_cells, &start, &size);
        if ( PFN_DOWN(size) > UINT_MAX )
            return -E2BIG;

        rc = acquire_domstatic_pages(kinfo->d, maddr_to_mfn(start),
                                     PFN_DOWN(size), 0);
        if ( !rc )
            rc = fill_banks(kinfo->d, ram, plan, start, size);
        kinfo->unassigned_mem -= min(size, kinfo->unassigned_mem);
    }

    if ( !rc && (kinfo->unassigned_mem || ram->nr_banks != plan->nr_banks) )
        rc = -ENOSPC;
    if ( rc == -ENOSPC )
        printk("rmr: %pd: its memory is not as much as its static memory\n",
               kinfo->d);

    return rc;
}

#else /* !CONFIG_STATIC_MEMORY */

static int __init fill_from_static(struct kernel_info *kinfo,
                                   const struct dt_device_node *node,
                                   const struct membanks *plan)
{
    return -EOPNOTSUPP;
}

#endif /* CONFIG_STATIC_MEMORY */

/*
 * Give the domain its RAM, around its masters' regions. RMR_NOT_MINE: it has no
 * such master, or the host's layout, in which firmware has seen to that (and
 * rmr_p2m_pin() sees if not).
 */
int __init rmr_domU_memory(struct kernel_info *kinfo,
                           const struct dt_device_node *node)
{
    const struct membanks *ram = kernel_info_get_mem_const(kinfo);
    struct membanks *plan;
    unsigned int i;
    int rc;

    if ( !building.nr_regions || domain_use_host_layout(kinfo->d) )
        return RMR_NOT_MINE;

    plan = membanks_xzalloc(NR_MEM_BANKS, MEMORY);
    if ( !plan )
        return -ENOMEM;

    rc = plan_ram(kinfo, plan);
    if ( !rc )
    {
        if ( dt_find_property(node, "xen,static-mem", NULL) )
            rc = fill_from_static(kinfo, node, plan);
        else
            rc = fill_from_heap(kinfo, plan);
        if ( rc )
            printk("rmr: %pd: its RAM cannot be allocated (%d): not built\n",
                   kinfo->d, rc);
    }
    xfree(plan);

    for ( i = 0; i < ram->nr_banks && !rc; i++ )
        printk(XENLOG_INFO
               "rmr: %pd: RAM %"PRIrmr"-%"PRIrmr", clear of its masters' regions\n",
               kinfo->d, ram->bank[i].start,
               ram->bank[i].start + ram->bank[i].size - 1);

    return rc;
}

/*
 * Bytes that nodes and properties of ours, and banks of RAM, add to the
 * domain's device tree, generously.
 */
unsigned int __init rmr_domU_fdt_size(void)
{
    return building.nr_regions ? 512 + 256 * building.nr_regions : 0;
}

/*
 * The phandle of the node that describes @r. Masters with the same region share
 * it. 0: a carve-out, of which there is nothing to describe.
 */
static uint32_t __init phandle_of(const struct rmr_region *r)
{
    const struct rmr_master *m;
    uint32_t phandle = building.phandle;
    unsigned int i;

    if ( rmr_is_carveout(r) )
        return 0;

    for_each_wanted ( m, i )
    {
        const struct rmr_region *other = &m->regions[i];

        if ( other->iova == r->iova && other->size == r->size &&
             other->pa == r->pa )
            return phandle;
        phandle++;
    }

    ASSERT_UNREACHABLE();

    return 0;
}

static int __init describe_region(void *fdt, const struct rmr_region *r,
                                  uint32_t phandle, int addrcells,
                                  int sizecells)
{
    __be32 reg[GUEST_ROOT_ADDRESS_CELLS + GUEST_ROOT_SIZE_CELLS];
    __be32 *cells = reg;
    int rc = domain_fdt_begin_node(fdt, "rmr", r->iova);

    dt_child_set_range(&cells, addrcells, sizecells, r->iova, r->size);
    if ( !rc )
        rc = fdt_property(fdt, "reg", reg,
                          dt_cells_to_size(addrcells + sizecells));
    if ( !rc )
        rc = fdt_property(fdt, "no-map", NULL, 0);
    if ( !rc )
        rc = fdt_property_cell(fdt, "phandle", phandle);

    return rc ?: fdt_end_node(fdt);
}

static int __init describe_regions(void *fdt, int addrcells, int sizecells)
{
    const struct rmr_master *m;
    uint32_t phandle = building.phandle;
    unsigned int i;
    int rc = 0;

    for_each_wanted ( m, i )
    {
        if ( !rc && phandle_of(&m->regions[i]) == phandle )
            rc = describe_region(fdt, &m->regions[i], phandle, addrcells,
                                 sizecells);
        phandle++;
    }

    return rc;
}

/*
 * /reserved-memory of the domain's tree, with static shared memory in it if the
 * domain has any. RMR_NOT_MINE: it has no region; else as libfdt.
 */
int __init rmr_domU_reserved_memory(const struct kernel_info *kinfo,
                                    int addrcells, int sizecells)
{
    void *fdt = kinfo->fdt;
    int rc;

    if ( !building.nr_regions )
        return RMR_NOT_MINE;

    rc = fdt_begin_node(fdt, "reserved-memory");
    if ( !rc )
        rc = fdt_property_cell(fdt, "#address-cells", addrcells);
    if ( !rc )
        rc = fdt_property_cell(fdt, "#size-cells", sizecells);
    if ( !rc )
        rc = fdt_property(fdt, "ranges", NULL, 0);
    if ( !rc )
        rc = describe_regions(fdt, addrcells, sizecells);
    if ( !rc )
        rc = make_shm_resv_memory_node(kinfo, addrcells, sizecells);

    return rc ?: fdt_end_node(fdt);
}

/*
 * Is property @name of @node of the partial device tree left out, since
 * rmr_domU_device() writes another? It would point to what is not copied.
 */
bool __init rmr_domU_replaces(const void *pfdt, int node, const char *name)
{
    return building.nr_regions && !strcmp(name, "memory-region") &&
           master_of(pfdt, node);
}

static int __init point_to_regions(void *fdt, const struct rmr_master *m)
{
    unsigned int i, nr = 0;
    __be32 *cells;
    int rc = 0;

    cells = xmalloc_array(__be32, m->nr_regions);
    if ( !cells )
        return -ENOMEM;

    for ( i = 0; i < m->nr_regions; i++ )
    {
        uint32_t phandle = phandle_of(&m->regions[i]);

        if ( phandle )
            cells[nr++] = cpu_to_be32(phandle);
    }

    if ( nr )
        rc = fdt_property(fdt, "memory-region", cells, nr * sizeof(*cells));
    xfree(cells);

    return rc;
}

/*
 * With the node that has @np for its xen,path open in the domain's tree, after
 * its own properties: map the regions of an RMR master, so that it can be
 * assigned, and point to them. @forced: it comes with
 * xen,force-assign-without-iommu. 0, also if @np is no RMR master.
 */
int __init rmr_domU_device(struct kernel_info *kinfo,
                           struct dt_device_node *np, bool forced)
{
    const struct rmr_master *m = rmr_find_master(np);
    int rc;

    if ( !m )
        return 0;

    if ( forced )
        return rmr_policy_forced(m, kinfo->d);

    do {
        rc = rmr_map_dt_device(kinfo->d, np, building.relaxed);
        process_pending_softirqs();
    } while ( rc == -ERESTART );

    return rc ?: point_to_regions(kinfo->fdt, m);
}

static int __init remove_regions(struct rangeset *holes)
{
    const struct rmr_master *m;
    unsigned int i;
    int rc = 0;

    for_each_wanted ( m, i )
        if ( !rc )
            rc = rangeset_remove_range(holes, PFN_DOWN(m->regions[i].iova),
                                       PFN_DOWN(m->regions[i].iova +
                                                m->regions[i].size - 1));

    return rc;
}

/* What is neither RAM nor a region where a guest's RAM can be. */
static int __init find_free(const struct kernel_info *kinfo,
                            struct rangeset *holes)
{
    static const uint64_t __initconst bases[] = GUEST_RAM_BANK_BASES;
    static const uint64_t __initconst sizes[] = GUEST_RAM_BANK_SIZES;
    const struct membanks *ram = kernel_info_get_mem_const(kinfo);
    const paddr_t top = ((paddr_t)1 << p2m_ipa_bits) - 1;
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < ARRAY_SIZE(bases) && !rc; i++ )
        if ( bases[i] <= top )
            rc = rangeset_add_range(holes, PFN_DOWN(bases[i]),
                                    PFN_DOWN(min_t(paddr_t, top, bases[i] +
                                                   sizes[i] - 1)));

    for ( i = 0; i < ram->nr_banks && !rc; i++ )
        rc = rangeset_remove_range(holes, PFN_DOWN(ram->bank[i].start),
                                   PFN_DOWN(ram->bank[i].start +
                                            ram->bank[i].size - 1));

    return rc ?: remove_regions(holes);
}

static int __init take_out(unsigned long first, unsigned long last, void *holes)
{
    return rangeset_remove_range(holes, first, last);
}

/*
 * Extended regions, in which the domain maps what is not its own. @rc is the
 * caller's result, with @ext filled as if RAM were in two banks and nothing
 * else there; it stands if the domain has no region. Newer trees have taken
 * static shared memory out already, 4.20 does so with what it finds in @ext.
 */
int __init rmr_domU_holes(const struct kernel_info *kinfo,
                          struct rangeset *taken, struct membanks *ext, int rc)
{
    struct rangeset *holes;

    if ( !building.nr_regions )
        return rc;

    ext->nr_banks = 0;
    holes = rangeset_new(NULL, NULL, 0);
    if ( !holes )
        return -ENOMEM;

    rc = find_free(kinfo, holes);
    if ( !rc )
        rc = remove_shm_from_rangeset(kinfo, holes);
    if ( !rc && taken )
        rc = rangeset_report_ranges(taken, 0, ~0UL, take_out, holes);
    if ( !rc )
        rc = rangeset_report_ranges(holes, 0, ~0UL, add_ext_regions, ext);
    if ( rc )
        ext->nr_banks = 0;
    rangeset_destroy(holes);

    return rc ?: (ext->nr_banks ? 0 : -ENOENT);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
