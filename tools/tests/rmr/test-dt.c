/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dt.c: from trees of the shapes that boards have, good and bad, to masters,
 * StreamIDs and regions; what it costs; and that it leaks nothing.
 */
#include "rmr-test.h"

static void reads_the_binding(void **state)
{
    struct rmr_master *m;

    load_tree("binding");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 1);
    m = master("/display@10000000");
    streams_are(m, 2, 8, 0, 9, 0);
    assert_string_equal(m->iommu->full_name, "/iommu@9050000");
    assert_int_equal(m->nr_regions, 1);
    region_is(m, 0, 0x60000000, 0x60000000, 0x1000000);
    assert_string_equal(m->regions[0].np->full_name,
                        "/reserved-memory/picture@60000000");
    assert_null(m->kept);
    said("rmr: /audio@10010000: only carve-outs: nothing to keep alive");
}

static void keeps_carveouts_of_a_master(void **state)
{
    const struct rmr_master *m;

    load_tree("overlap");
    assert_int_equal(scan_and_check(0), 0);
    m = master("/merge");
    region_is(m, 0, 0x100000, INVALID_PADDR, 0x3000);
}

static void uses_the_cells_of_the_devices_bus(void **state)
{
    load_tree("cells-2-1");
    assert_int_equal(scan_and_check(0), 0);
    region_is(master("/soc/display@14830000"), 0, 0x67000000, 0x67000000,
              0x411000);
}

static void reads_beyond_4g(void **state)
{
    load_tree("high");
    assert_int_equal(scan_and_check(0), 0);
    region_is(master("/display@15200000"), 0, 0x2573a0000, 0x2573a0000,
              0x7e9000);
}

static void falls_back_to_the_cells_of_reserved_memory(void **state)
{
    load_tree("narrow-bus");
    assert_int_equal(scan_and_check(0), 0);
    region_is(master("/bus@0/display@15200000"), 0, 0x2573a0000, 0x2573a0000,
              0x7e9000);
}

static void prefers_the_reading_that_agrees_with_reg(void **state)
{
    if ( SHIM_MAX_CELLS < 3 )
        skip();

    load_tree("ambiguous");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 1);
    region_is(master("/bus@0/display@10000000"), 0, 0x60000000, 0x60000000,
              0x1000);
    said("<debug>rmr: /reserved-memory/picture@60000000: `iommu-addresses' has the cells of /reserved-memory, not those of the devices' buses: read like that");
}

static void skips_templates_and_disabled_nodes(void **state)
{
    load_tree("template");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 0);
    said("<debug>rmr: /reserved-memory/picture0@0: `iommu-addresses': /display@10000000 has an empty template here: skipped");
    said("<debug>rmr: /reserved-memory/picture1@61000000: disabled: skipped");
    said("<debug>rmr: /reserved-memory/picture2@62000000: `iommu-addresses': /audio@10010000 is disabled: skipped");
    said("<debug>rmr: /reserved-memory/picture3@63000000: `iommu-addresses': /other@10020000 does not list the region in `memory-region': skipped");
    /* Nothing of that is an operator's business. */
    not_said("\nrmr:");
}

static void needs_a_tuple_and_streams(void **state)
{
    load_tree("no-tuple");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 0);
    said("<debug>rmr: /reserved-memory/buffer@62000000: `iommu-addresses': /plain@10010000 has no `iommus': skipped");
}

static void keeps_masks_as_they_are(void **state)
{
    struct rmr_master *m;

    load_tree("masked");
    assert_int_equal(scan_and_check(0), 0);
    m = master("/display@15200000");
    assert_non_null(m);
    streams_are(m, 2, 0x9, 0x7f80, 0xa, 0x7f80);
    region_is(m, 0, 0x6607c000, 0x6607c000, 0x800000);
}

static void reads_the_legacy_binding(void **state)
{
    load_tree("legacy");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 4);
    streams_are(master("/display"), 2, 0x10, 0, 0x11, 0);
    assert_string_equal(master("/display")->iommu->full_name,
                        "/iommu@12000000");
    /* Xen's driver has it from the SMMU's node, and asks no further. */
    streams_are(master("/both"), 1, 0x20, 0);
    said("rmr: /twice: `mmu-masters' has it twice");
    said("rmr: /none: `mmu-masters' has no StreamID for it");
    said("rmr: /large: StreamID 0x10009 has more bits than the 15 of a match entry: its DMA is not kept");
    /* As many as Xen's driver takes; the list goes on after the others. */
    assert_int_equal(master("/many")->nr_sids, 16);
    assert_int_equal(master("/many")->sids[15].id, 0x4f);
    said("rmr: /many: `#stream-id-cells' is 17, and Xen's driver takes the first 16 StreamIDs only: the DMA of the others is not kept");
    streams_are(master("/last"), 1, 0x60, 0);
    said("rmr: /iommu@12000000: `mmu-masters' is no list of devices");
    said("what follows cell 32 is ignored");
    not_said("rmr: /unnamed");
}

static void accepts_sub_nodes(void **state)
{
    load_tree("subnode");
    assert_int_equal(scan_and_check(0), 0);
    said("rmr: /codec@aa00000/part: only carve-outs: nothing to keep alive");
}

static void maps_other_addresses_to_the_start_of_reg(void **state)
{
    load_tree("shared");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 2);
    region_is(master("/one@10000000"), 0, 0x1000000, 0x66000000, 0x100000);
    region_is(master("/two@10010000"), 0, 0x2000000, 0x66000000, 0x100000);
}

/* Memory in the second range is not that at the start of the first. */
static void refuses_addresses_beyond_the_first_range(void **state)
{
    load_tree("two-ranges");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 1);
    region_is(master("/first"), 0, 0x60001000, 0x60001000, 0x1000);
    said("rmr: /second: region at 0x70000000 (/reserved-memory/buffer@60000000): not in the first range of `reg', and which of the others is meant is not said: not mapped");
    said("rmr: /other: region at 0x1000000 (/reserved-memory/buffer@60000000): not in the first range of `reg'");
}

static void lists_masters_in_tree_order(void **state)
{
    struct rmr_master *m;

    /* iommu-addresses has them the other way round. */
    load_tree("shared");
    assert_int_equal(scan_and_check(0), 0);
    m = list_first_entry(&found, struct rmr_master, list);
    assert_string_equal(m->np->full_name, "/two@10010000");
}

static void steps_over_tuples_of_other_devices(void **state)
{
    load_tree("many-cells");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 4);
    region_is(master("/bus1/one"), 0, 0x60000000, 0x60000000, 0x1000);
    region_is(master("/bus3/three"), 0, 0x61000000, 0x61000000, 0x2000);
    region_is(master("/bus4/four"), 0, 0x62000000, 0x62000000, 0x3000);
    region_is(master("/bus21/mixed"), 0, 0x63000000, 0x63000000, 0x1000);
}

static void refuses_more_than_64_bits(void **state)
{
    load_tree("many-cells");
    assert_int_equal(scan_and_check(0), 0);
    assert_null(master("/bus4/big"));
    assert_null(master("/bus4/long"));
    assert_int_equal(console_lines("`iommu-addresses' has a number of more than 64 bits: not mapped"), 2);
}

static void refuses_a_reg_that_it_cannot_use(void **state)
{
    if ( SHIM_MAX_CELLS < 3 )
        skip();

    load_tree("high-reg");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 0);
    said("rmr: /one: region at 0x60000000 (/reserved-memory/wide@60000000): `reg' does not fit a physical address: not mapped");
    said("(/reserved-memory/short@61000000): `reg' is cut short: not mapped");
    said("(/reserved-memory/small@62000000): `iommu-addresses' has a size larger than `reg': not mapped");
}

static void refuses_a_reg_that_it_cannot_translate(void **state)
{
    load_tree("no-ranges");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 0);
    said("`reg' cannot be translated: is `ranges' missing?: not mapped");
}

static void refuses_truncated_properties(void **state)
{
    static const char *const nodes[] = {
        "cut@60000000", "bytes@61000000", "none@62000000", "unknown@63000000",
        "odd@64000000",
    };
    char text[80];
    unsigned int i;

    load_tree("truncated");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 0);
    for ( i = 0; i < ARRAY_SIZE(nodes); i++ )
    {
        snprintf(text, sizeof(text),
                 "rmr: /reserved-memory/%s: `iommu-addresses' is no list of",
                 nodes[i]);
        said(text);
    }
}

static void refuses_iommus_that_make_no_sense(void **state)
{
    load_tree("truncated");
    assert_int_equal(scan_and_check(0), 0);
    said("rmr: /cutiommus: `iommus' is cut short: its DMA is not kept");
    said("rmr: /emptyiommus: `iommus' is cut short: its DMA is not kept");
    said("rmr: /nobody: `iommus' has a phandle that no node has");
    said("rmr: /notiommu: `iommus' names a node that is no IOMMU");
    said("rmr: /nocells: its IOMMU has no `#iommu-cells'");
}

static void leaves_masters_that_xen_does_not_drive(void **state)
{
    load_tree("iommus");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 1);
    said("rmr: /off: its IOMMU is disabled, so Xen does not drive it: its DMA is not kept");
    said("rmr: /given: its IOMMU is marked `xen,passthrough', so Xen does not drive it");
    said("rmr: /both: it is behind two IOMMUs, which Xen cannot drive");
    /* A master that is marked for passthrough is an RMR master all the same. */
    assert_string_equal(master("/fine")->iommu->full_name, "/iommu@9080000");
}

static void makes_no_fwspec(void **state)
{
    const struct dt_device_node *np;

    load_tree("binding");
    assert_int_equal(scan_and_check(0), 0);
    dt_for_each_device_node ( dt_host, np )
    {
        assert_null(np->dev.iommu_fwspec);
        assert_null(np->dev.iommu);
        assert_false(np->is_protected);
    }
}

/* The 65th entry of `memory-region', and the 257th StreamID. */
static void refuses_what_no_device_has(void **state)
{
    uint32_t cells[65], iommus[257 * 2];
    struct dt_property *pp;
    struct dt_device_node *np;
    unsigned int i, beyond;

    for ( beyond = 0; beyond < 2; beyond++ )
    {
        load_tree("binding");
        dt_unflatten_host_device_tree();
        np = dt_find_node_by_path("/display@10000000");
        dt_for_each_property_node ( np, pp )
            if ( !strcmp(pp->name, "memory-region") )
            {
                for ( i = 0; i < 65; i++ )
                    cells[i] = cpu_to_be32(0x7000 + i);
                memcpy(&cells[63 + beyond], pp->value, 4);
                pp->value = cells;
                pp->length = sizeof(cells);
            }
        assert_int_equal(scan_and_check(0), 0);
        assert_int_equal(nr_masters(), !beyond);
        if ( beyond )
            said("rmr: /display@10000000: `memory-region' has 65 entries, and /reserved-memory/picture@60000000 is not among the first 64: not mapped");
        else
            not_said("entries");
        unload();
    }

    load_tree("binding");
    dt_unflatten_host_device_tree();
    np = dt_find_node_by_path("/display@10000000");
    dt_for_each_property_node ( np, pp )
        if ( !strcmp(pp->name, "iommus") )
        {
            for ( i = 0; i < 257; i++ )
            {
                memcpy(&iommus[i * 2], pp->value, 4);
                iommus[i * 2 + 1] = cpu_to_be32(i);
            }
            pp->value = iommus;
            pp->length = sizeof(iommus);
        }
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 0);
    said("rmr: /display@10000000: more StreamIDs than Xen keeps for one master: its DMA is not kept");
}

/* --- Cost ----------------------------------------------------------------- */

/* A tree of @nr masters, each with a region of its own, and as much bystanders. */
static void *generate(unsigned int nr)
{
    size_t size = 0x10000 + nr * 0x200;
    uint64_t cell64[2];
    uint32_t cells[5];
    char name[32];
    unsigned int i;
    void *fdt = NULL;

    if ( posix_memalign(&fdt, 8, size) )
        abort();

#define ok(x) assert_int_equal(x, 0)
    ok(fdt_create(fdt, size));
    ok(fdt_finish_reservemap(fdt));
    ok(fdt_begin_node(fdt, ""));
    ok(fdt_property_u32(fdt, "#address-cells", 2));
    ok(fdt_property_u32(fdt, "#size-cells", 2));

    ok(fdt_begin_node(fdt, "iommu"));
    ok(fdt_property_string(fdt, "compatible", "arm,smmu-v3"));
    ok(fdt_property_u32(fdt, "#iommu-cells", 1));
    ok(fdt_property_u32(fdt, "phandle", 1));
    ok(fdt_end_node(fdt));

    ok(fdt_begin_node(fdt, "reserved-memory"));
    ok(fdt_property_u32(fdt, "#address-cells", 2));
    ok(fdt_property_u32(fdt, "#size-cells", 2));
    ok(fdt_property(fdt, "ranges", NULL, 0));
    for ( i = 0; i < nr; i++ )
    {
        snprintf(name, sizeof(name), "r%u", i);
        ok(fdt_begin_node(fdt, name));
        /* Not in `reg`: Xen has 256 banks, and only the scan matters here. */
        cells[0] = cpu_to_be32(0x10000 + i);
        cell64[0] = __builtin_bswap64(0x10000000UL + i * 0x1000UL);
        cell64[1] = __builtin_bswap64(0x1000);
        memcpy(&cells[1], cell64, sizeof(cell64));
        ok(fdt_property(fdt, "iommu-addresses", cells, sizeof(cells)));
        ok(fdt_property_u32(fdt, "phandle", 0x20000 + i));
        ok(fdt_end_node(fdt));
    }
    ok(fdt_end_node(fdt));

    for ( i = 0; i < nr; i++ )
    {
        snprintf(name, sizeof(name), "m%u", i);
        ok(fdt_begin_node(fdt, name));
        cells[0] = cpu_to_be32(1);
        cells[1] = cpu_to_be32(i);
        ok(fdt_property(fdt, "iommus", cells, 8));
        ok(fdt_property_u32(fdt, "memory-region", 0x20000 + i));
        ok(fdt_property_u32(fdt, "phandle", 0x10000 + i));
        ok(fdt_end_node(fdt));
    }
    ok(fdt_end_node(fdt));
    ok(fdt_finish(fdt));
#undef ok

    return fdt;
}

static unsigned long visits_for(unsigned int nr)
{
    unsigned long before;

    load_blob(generate(nr));
    dt_unflatten_host_device_tree();
    before = shim_visits;
    assert_int_equal(rmr_dt_scan(&found), 0);
    assert_int_equal(nr_masters(), nr);
    before = shim_visits - before;
    /* What master.c does by rmr_dt_check(). */
    rmr_policy_end();
    unload();

    return before;
}

/* One visit a node: twice @nr, the root, the IOMMU and /reserved-memory. */
static void visits_each_node_once(void **state)
{
    assert_int_equal(visits_for(100), 2 * 100 + 3);
    assert_int_equal(visits_for(1000), 2 * 1000 + 3);
    assert_int_equal(visits_for(10000), 2 * 10000 + 3);
}

/* --- Memory --------------------------------------------------------------- */

static void survives_each_failed_allocation(void **state)
{
    static const char *const trees[] = {
        "binding", "many-cells", "overlap", "partial", "streams", "iommus",
    };
    unsigned int i, n;
    int rc;

    for ( i = 0; i < ARRAY_SIZE(trees); i++ )
        for ( n = 1; ; n++ )
        {
            bool failed;

            load_tree(trees[i]);
            dt_unflatten_host_device_tree();
            fail_allocation(n);
            rc = scan_and_check(0);
            failed = allocation_failed();
            /* Checks that what is neither freed nor listed is nothing. */
            unload();
            assert_int_equal(rc, failed ? -ENOMEM : 0);
            if ( !failed )
                break;
            assert_true(n < 1000);
        }
}

int run_dt_tests(void)
{
#define T(f) cmocka_unit_test_teardown(f, teardown)
    static const struct CMUnitTest tests[] = {
        T(reads_the_binding),
        T(keeps_carveouts_of_a_master),
        T(uses_the_cells_of_the_devices_bus),
        T(reads_beyond_4g),
        T(falls_back_to_the_cells_of_reserved_memory),
        T(prefers_the_reading_that_agrees_with_reg),
        T(skips_templates_and_disabled_nodes),
        T(needs_a_tuple_and_streams),
        T(keeps_masks_as_they_are),
        T(reads_the_legacy_binding),
        T(accepts_sub_nodes),
        T(maps_other_addresses_to_the_start_of_reg),
        T(refuses_addresses_beyond_the_first_range),
        T(lists_masters_in_tree_order),
        T(steps_over_tuples_of_other_devices),
        T(refuses_more_than_64_bits),
        T(refuses_a_reg_that_it_cannot_use),
        T(refuses_truncated_properties),
        T(refuses_iommus_that_make_no_sense),
        T(leaves_masters_that_xen_does_not_drive),
        T(makes_no_fwspec),
        T(refuses_what_no_device_has),
        T(visits_each_node_once),
        T(survives_each_failed_allocation),
    };

    tests_run += ARRAY_SIZE(tests);

    return cmocka_run_group_tests_name("device tree", tests, NULL, NULL);
}
