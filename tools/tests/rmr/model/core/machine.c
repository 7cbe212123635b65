/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines: from a scenario's description to SMMUs that are switched on, a
 * device tree, and the addresses that the oracle tries for each master.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "memory.h"
#include "run.h"

struct machine machine;

static void *fdt;                      /* Xen's tree points into it */

struct master *machine_master(const char *name)
{
    unsigned int i;

    for ( i = 0; i < machine.nr_masters; i++ )
        if ( !strcmp(machine.masters[i].name, name) )
            return &machine.masters[i];

    run_fail("no master %s", name);
}

struct model_smmu *machine_smmu_at(uint64_t pa, unsigned int *offset)
{
    unsigned int i;

    for ( i = 0; i < machine.nr_smmus; i++ )
        if ( pa - SMMU_PA(i) < SMMU_SIZE )
        {
            *offset = pa - SMMU_PA(i);
            return machine.smmu[i];
        }

    return NULL;
}

/* --- Whose memory is where -------------------------------------------------------- */

void dom_add_range(struct dom *d, uint64_t ipa, uint64_t pa, uint64_t size)
{
    if ( d->nr_ranges == MAX_RANGES )
        run_fail("too many ranges");
    machine.remapped++;
    d->ranges[d->nr_ranges++] = (struct range){ ipa, pa, size };
}

/* One that contains it: the others that do, if any, stay. */
void dom_drop_range(struct dom *d, uint64_t ipa, uint64_t size)
{
    unsigned int i;

    for ( i = 0; i < d->nr_ranges; i++ )
        if ( ipa - d->ranges[i].ipa < d->ranges[i].size )
        {
            struct range r = d->ranges[i];
            uint64_t end = r.ipa + r.size, upto = ipa + size;

            machine.remapped++;
            d->ranges[i] = d->ranges[--d->nr_ranges];
            if ( r.ipa < ipa )
                dom_add_range(d, r.ipa, r.pa, ipa - r.ipa);
            if ( upto < end )
                dom_add_range(d, upto, r.pa + (upto - r.ipa), end - upto);
            return;
        }
}

void dom_drop_all(struct dom *d)
{
    machine.remapped++;
    d->nr_ranges = 0;
}

uint64_t dom_lookup(const struct dom *d, uint64_t ipa)
{
    unsigned int i;

    for ( i = 0; i < d->nr_ranges; i++ )
        if ( ipa - d->ranges[i].ipa < d->ranges[i].size )
            return d->ranges[i].pa + (ipa - d->ranges[i].ipa);

    return ~0UL;
}

bool dom_maps(const struct dom *d, uint64_t ipa, uint64_t pa)
{
    unsigned int i;

    for ( i = 0; i < d->nr_ranges; i++ )
        if ( ipa - d->ranges[i].ipa < d->ranges[i].size &&
             pa - d->ranges[i].pa == ipa - d->ranges[i].ipa )
            return true;

    return false;
}

/* --- What is tried ------------------------------------------------------------------ */

void machine_probe(struct master *m, uint64_t ipa, bool inside, uint64_t pa)
{
    struct probe *p;
    unsigned int i;

    for ( i = 0; i < machine.nr_probes; i++ )
        if ( machine.probes[i].m == m && machine.probes[i].ipa == ipa )
            return;

    if ( machine.nr_probes == MAX_PROBES )
        run_fail("too many probes");
    p = &machine.probes[machine.nr_probes++];
    *p = (struct probe){ .m = m, .ipa = ipa, .inside = inside, .pa = pa };

    while ( p->index < machine.nr_ipas && machine.ipas[p->index] != ipa )
        p->index++;
    if ( p->index == machine.nr_ipas )
        machine.ipas[machine.nr_ipas++] = ipa;
}

/* The edges and the middle of each region, one page beside it, and RAM. */
static void add_probes(struct master *m)
{
    const struct range *r;
    unsigned int i;

    for ( r = m->regions; r < m->regions + m->nr_regions; r++ )
    {
        if ( r->pa == ~0UL || m->unkept )
        {
            machine_probe(m, r->ipa, false, 0);
            continue;
        }
        machine_probe(m, r->ipa, true, r->pa);
        machine_probe(m, r->ipa + r->size - 1, true, r->pa + r->size - 1);
        machine_probe(m, r->ipa + r->size / 2, true, r->pa + r->size / 2);
    }
    for ( r = m->regions; r < m->regions + m->nr_regions; r++ )
        machine_probe(m, r->ipa + r->size, false, 0);

    machine_probe(m, DOM_RAM(0), false, 0);
    machine_probe(m, DOM_RAM(1), false, 0);
    machine_probe(m, MEM_BASE, false, 0);
    /* Another master's region. */
    for ( i = 0; i < machine.nr_masters; i++ )
        if ( &machine.masters[i] != m && machine.masters[i].nr_regions )
        {
            machine_probe(m, machine.masters[i].regions[0].ipa, false, 0);
            break;
        }
}

void machine_start(void)
{
    unsigned int i;

    for ( i = 0; i < machine.nr_smmus; i++ )
        machine.any_incoherent |= !machine.smmus[i].coherent;
    mem_reset(machine.any_incoherent);

    for ( i = 0; i < machine.nr_masters; i++ )
    {
        struct master *m = &machine.masters[i];

        m->phase = test->rmr && m->nr_regions && !m->unkept && !m->doubtful
                   ? PHASE_KEPT
                   : PHASE_UNASSIGNED;
        if ( !m->silent )
            add_probes(m);
    }
    for ( i = 0; i < machine.nr_smmus; i++ )
    {
        machine.smmu[i] = machine.smmus[i].ops->create(&machine.smmus[i]);
        machine.smmu[i]->index = i;
    }
}

void machine_stop(void)
{
    memset(&machine, 0, sizeof(machine));
    free(fdt);
    fdt = NULL;
}

/* --- The device tree ------------------------------------------------------------------ */

#define SMMU_PHANDLE(i)    (1 + (i))
#define MASTER_PHANDLE(i)  (0x10 + (i))
#define REGION_PHANDLE(i, j) (0x100 + (i) * 16 + (j))

static void cells(const char *name, unsigned int nr, const uint32_t *v)
{
    uint32_t be[3 * MAX_SIDS];
    unsigned int i;

    for ( i = 0; i < nr; i++ )
        be[i] = cpu_to_fdt32(v[i]);
    fdt_property(fdt, name, be, nr * 4);
}

static void reg(const char *name, uint64_t at, uint64_t size)
{
    const uint32_t v[4] = { at >> 32, at, size >> 32, size };

    cells(name, 4, v);
}

static bool same_range(const struct range *a, const struct range *b)
{
    return a->ipa == b->ipa && a->pa == b->pa && a->size == b->size;
}

/* The node that describes a region: that of the first master that has it. */
static uint32_t region_phandle(const struct range *r)
{
    unsigned int i, j;

    for ( i = 0; i < machine.nr_masters; i++ )
        for ( j = 0; j < machine.masters[i].nr_regions; j++ )
            if ( same_range(&machine.masters[i].regions[j], r) )
                return REGION_PHANDLE(i, j);

    return 0;
}

/* <&master address size>, for each master. */
static void add_tuples(const struct range *r)
{
    uint32_t v[5 * MAX_MASTERS], *p = v;
    unsigned int i, j;

    for ( i = 0; i < machine.nr_masters; i++ )
        for ( j = 0; j < machine.masters[i].nr_regions; j++ )
            if ( same_range(&machine.masters[i].regions[j], r) )
            {
                *p++ = MASTER_PHANDLE(i);
                *p++ = r->ipa >> 32;
                *p++ = r->ipa;
                *p++ = r->size >> 32;
                *p++ = r->size;
            }
    cells("iommu-addresses", p - v, v);
}

static void add_regions(void)
{
    unsigned int i, j;
    char name[40];

    fdt_begin_node(fdt, "reserved-memory");
    fdt_property_u32(fdt, "#address-cells", 2);
    fdt_property_u32(fdt, "#size-cells", 2);
    fdt_property(fdt, "ranges", NULL, 0);
    for ( i = 0; i < machine.nr_masters; i++ )
        for ( j = 0; j < machine.masters[i].nr_regions; j++ )
        {
            const struct range *r = &machine.masters[i].regions[j];

            if ( region_phandle(r) != REGION_PHANDLE(i, j) )
                continue;
            snprintf(name, sizeof(name), "region-%u-%u", i, j);
            fdt_begin_node(fdt, name);
            if ( r->pa != ~0UL )
                reg("reg", r->pa, r->size);
            add_tuples(r);
            fdt_property_u32(fdt, "phandle", REGION_PHANDLE(i, j));
            fdt_end_node(fdt);
        }
    fdt_end_node(fdt);
}

/* The binding of SMMUv1/v2. */
static void add_smmu_v2(const struct machine_smmu *s, unsigned int nr)
{
    uint32_t v[(1 + MAX_SIDS) * MAX_MASTERS];
    unsigned int i, j, n = 0;

    fdt_property_u32(fdt, "#global-interrupts", 1);
    fdt_property_u32(fdt, "test,irq", V2_IRQ(nr));
    fdt_property_u32(fdt, "test,nr-irqs", 1 + s->banks);
    if ( s->secure_alias )
        fdt_property(fdt, "calxeda,smmu-secure-config-access", NULL, 0);
    if ( s->tree_mask )
        fdt_property_u32(fdt, "stream-match-mask", s->tree_mask);
    if ( !s->legacy )
        return;

    for ( i = 0; i < machine.nr_masters; i++ )
    {
        const struct master *m = &machine.masters[i];

        if ( m->smmu != nr )
            continue;
        v[n++] = MASTER_PHANDLE(i);
        for ( j = 0; j < m->nr_sids; j++ )
            v[n++] = m->sids[j];
    }
    cells("mmu-masters", n, v);
}

/* Cells of a StreamID in `iommus`. */
static unsigned int iommu_cells(const struct machine_smmu *s)
{
    return s->ops == &smmu_v2_ops && !s->tree_mask ? 2 : 1;
}

static void add_smmus(void)
{
    unsigned int i;
    char name[40];

    for ( i = 0; i < machine.nr_smmus; i++ )
    {
        snprintf(name, sizeof(name), "iommu@%lx", SMMU_PA(i));
        fdt_begin_node(fdt, name);
        fdt_property_string(fdt, "compatible", machine.smmus[i].compatible);
        reg("reg", SMMU_PA(i), SMMU_SIZE);
        fdt_property_u32(fdt, "#iommu-cells", iommu_cells(&machine.smmus[i]));
        if ( machine.smmus[i].ops == &smmu_v2_ops )
            add_smmu_v2(&machine.smmus[i], i);
        else
            fdt_property_u32(fdt, "test,irq", SMMU_IRQ(i));
        if ( machine.smmus[i].coherent )
            fdt_property(fdt, "dma-coherent", NULL, 0);
        fdt_property_u32(fdt, "phandle", SMMU_PHANDLE(i));
        fdt_end_node(fdt);
    }
}

static void add_iommus(const struct master *m)
{
    const struct machine_smmu *s = &machine.smmus[m->smmu];
    unsigned int nr = m->nr_tree ? m->nr_tree : m->nr_sids, i, n = 0;
    uint32_t v[3 * MAX_SIDS];

    if ( s->legacy )
    {
        fdt_property_u32(fdt, "#stream-id-cells", m->nr_sids);
        return;
    }

    for ( i = 0; i < nr; i++ )
    {
        v[n++] = SMMU_PHANDLE(m->smmu);
        v[n++] = m->nr_tree ? m->tree[i].id : m->sids[i];
        if ( iommu_cells(s) > 1 )
            v[n++] = m->nr_tree ? m->tree[i].mask : 0;
    }
    cells("iommus", n, v);
}

static void add_masters(void)
{
    unsigned int i, j;

    for ( i = 0; i < machine.nr_masters; i++ )
    {
        const struct master *m = &machine.masters[i];
        uint32_t v[MAX_REGIONS];

        fdt_begin_node(fdt, m->name + 1);
        add_iommus(m);
        for ( j = 0; j < m->nr_regions; j++ )
            v[j] = region_phandle(&m->regions[j]);
        if ( m->nr_regions )
            cells("memory-region", m->nr_regions, v);
        if ( m->passthrough )
            fdt_property(fdt, "xen,passthrough", NULL, 0);
        fdt_property_u32(fdt, "phandle", MASTER_PHANDLE(i));
        fdt_end_node(fdt);
    }
}

/* As long as can be before the next tag. */
static void add_endless(void)
{
    fdt_begin_node(fdt, "endless");
    fdt_property(fdt, "compatible", "test,endless", 12);
    fdt_end_node(fdt);
}

const void *machine_tree(void)
{
    const int size = 16384;

    fdt = calloc(1, size);
    fdt_create(fdt, size);
    fdt_finish_reservemap(fdt);
    fdt_begin_node(fdt, "");
    fdt_property_u32(fdt, "#address-cells", 2);
    fdt_property_u32(fdt, "#size-cells", 2);

    fdt_begin_node(fdt, "memory@40000000");
    fdt_property_string(fdt, "device_type", "memory");
    reg("reg", 0x40000000, 0x80000000);
    fdt_end_node(fdt);

    add_regions();
    add_smmus();
    add_masters();
    if ( machine.endless )
        add_endless();
    fdt_end_node(fdt);
    if ( fdt_finish(fdt) )
        run_fail("the device tree does not fit");

    return fdt;
}
