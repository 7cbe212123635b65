/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy.c: each rule of what a region may be, and of what masters may have in
 * common, by the outcome and by the line that says so.
 */
#include "rmr-test.h"

#define NOT_MAPPED ": not mapped\n"

static void refuses_each_bad_region_and_keeps_the_good(void **state)
{
    load_tree("bad");
    assert_int_equal(scan_and_check(40), 0);
    assert_int_equal(nr_masters(), 2);
    region_is(master("/good"), 0, 0x61000000, 0x61000000, 0x1000000);
    /* Right behind one SMMU's registers, right before the other's. */
    region_is(master("/between"), 0, 0x9070000, 0x9070000, 0x10000);
    assert_int_equal(console_lines(NOT_MAPPED), 10);
    assert_int_equal(console_lines("no region is left: its DMA is not kept"),
                     10);
}

static void refuses_what_wraps(void **state)
{
    load_tree("bad");
    assert_int_equal(scan_and_check(40), 0);
    said("rmr: /wraps: region 0xfffffffffffff000-0xfff (/reserved-memory/wrap@60000000): 0x2000 bytes from there wrap around the end of the address space: not mapped\n");
    /* The last page does not wrap, but is beyond the p2m. */
    said("rmr: /topmost: region 0xfffffffffffff000-0xffffffffffffffff (/reserved-memory/end@60010000): ends beyond the 40 bits");
}

static void refuses_what_is_beyond_the_p2m(void **state)
{
    load_tree("bad");
    assert_int_equal(scan_and_check(40), 0);
    said("rmr: /beyond: region 0xfffffff000-0x10000000fff (/reserved-memory/high@60020000): ends beyond the 40 bits");
    said("rmr: /farmem: region 0x70000000-0x70000fff (/reserved-memory/far@10000000000): its memory at 0x10000000000 ends beyond 40 bits of physical address");
    unload();

    load_tree("bad");
    assert_int_equal(scan_and_check(42), 0);
    region_is(master("/beyond"), 0, 0xfffffff000, 0x60020000, 0x2000);
    region_is(master("/farmem"), 0, 0x70000000, 0x10000000000, 0x1000);
    unload();

    load_tree("bad");
    assert_int_equal(scan_and_check(31), 0);
    assert_non_null(master("/good"));
    unload();

    load_tree("bad");
    assert_int_equal(scan_and_check(30), 0);
    assert_null(master("/good"));
}

static void refuses_other_page_offsets(void **state)
{
    load_tree("bad");
    assert_int_equal(scan_and_check(40), 0);
    said("rmr: /shifted: region 0x70000800-0x70000fff (/reserved-memory/offset@60030000): its memory at 0x60030000 has another offset into the page: not mapped");
}

static void refuses_registers_that_xen_uses(void **state)
{
    load_tree("bad");
    assert_int_equal(scan_and_check(40), 0);
    said("(/reserved-memory/gic@8090000): overlaps registers of /interrupt-controller@8000000, which Xen uses: not mapped");
    said("(/reserved-memory/its@8190000): overlaps registers of /interrupt-controller@8000000/its@8180000, which Xen uses");
    said("(/reserved-memory/uart@9000000): overlaps registers of /serial@9000000, which Xen uses");
    said("(/reserved-memory/timer@9010000): overlaps registers of /timer@9010000, which Xen uses");
    said("(/reserved-memory/iommu@906f000): overlaps registers of /iommu@9050000, which Xen uses");
}

static void refuses_registers_that_reg_does_not_tell_of(void **state)
{
    if ( SHIM_MAX_CELLS < 3 )
        skip();

    load_tree("registers");
    assert_int_equal(scan_and_check(44), 0);
    said("(/reserved-memory/gicd@8008000): overlaps registers of /interrupt-controller@8000000, which Xen uses");
    said("(/reserved-memory/gicr@80a0000): overlaps registers of /interrupt-controller@8000000, which Xen uses");
    said("(/reserved-memory/uart@9100000): overlaps registers of /bus/serial@9100000, which Xen uses");
    said("(/reserved-memory/high@20000001000): overlaps registers of /serial@20000000000, which Xen uses");
    said("(/reserved-memory/ecam@3f100000): overlaps registers of /pcie@3f000000, which Xen uses");
    assert_int_equal(nr_masters(), 1);
    assert_non_null(master("/good"));
}

static void refuses_static_memory(void **state)
{
    static const struct {
        enum membank_type type;
        const char *what;
    } cases[] = {
        { MEMBANK_STATIC_DOMAIN, "overlaps the static memory of a domain at" },
        { MEMBANK_STATIC_HEAP, "overlaps Xen's static heap at" },
    };
    unsigned int i, j;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        struct membanks *banks;

        load_tree("binding");
        banks = bootinfo_get_reserved_mem();
        for ( j = 0; j < banks->nr_banks; j++ )
            banks->bank[j].type = cases[i].type;
        assert_int_equal(scan_and_check(0), 0);
        assert_int_equal(nr_masters(), 0);
        said(cases[i].what);
        unload();
    }
}

static void refuses_boot_modules_and_xen(void **state)
{
    static const struct {
        bootmodule_kind kind;
        paddr_t start, size;
        const char *what;              /* NULL: beside the region */
    } cases[] = {
        { BOOTMOD_XEN, 0x60fff000, 0x10000, "overlaps the boot module \"Xen\"" },
        { BOOTMOD_RAMDISK, 0x5fff0000, 0x10001, "boot module \"Ramdisk\"" },
        { BOOTMOD_KERNEL, 0x60800000, 1, "boot module \"Kernel\"" },
        { BOOTMOD_KERNEL, 0x5fff0000, 0x10000, NULL },
        { BOOTMOD_KERNEL, 0x61000000, 0x10000, NULL },
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        struct bootmodule *mod;

        load_tree("binding");
        mod = &bootinfo.modules.module[bootinfo.modules.nr_mods++];
        mod->kind = cases[i].kind;
        mod->start = cases[i].start;
        mod->size = cases[i].size;
        assert_int_equal(scan_and_check(0), 0);
        assert_int_equal(nr_masters(), cases[i].what ? 0 : 1);
        if ( cases[i].what )
            said(cases[i].what);
        unload();
    }
}

static void refuses_what_is_not_reserved(void **state)
{
    struct membanks *banks;
    unsigned int i;

    /* One page short. */
    load_tree("binding");
    banks = bootinfo_get_reserved_mem();
    for ( i = 0; i < banks->nr_banks; i++ )
        banks->bank[i].size -= PAGE_SIZE;
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 0);
    said("its memory at 0x60000000 is not all reserved");
    unload();

    /* Two banks in a row, the second one first, will do. */
    load_tree("binding");
    banks = bootinfo_get_reserved_mem();
    assert_int_equal(banks->nr_banks, 1);
    banks->bank[1] = banks->bank[0];
    banks->nr_banks = 2;
    banks->bank[0].start += 0x3000;
    banks->bank[0].size -= 0x3000;
    banks->bank[1].size = 0x3000;
    banks->bank[1].type = MEMBANK_FDT_RESVMEM;
    assert_int_equal(scan_and_check(0), 0);
    region_is(master("/display@10000000"), 0, 0x60000000, 0x60000000,
              0x1000000);
}

static void counts_no_bank_that_the_heap_has(void **state)
{
    unsigned int i;

    load_tree("endless");
    assert_true(in_heap(0x60000000) && in_heap(0x50000000));
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 0);
    said("rmr: /display: region 0x60000000-0x60000fff (/reserved-memory/top@60000000): its memory at 0x60000000 is not all reserved");
    said("(/reserved-memory/round@50000000): its memory at 0x50000000 is not all reserved");
    unload();

    /* The command line takes such memory out of the heap. */
    load_tree("endless");
    cmdline("/display:0x60000000+0x1000", 0);
    assert_false(in_heap(0x60000000));
    assert_true(in_heap(0x60001000));
    assert_int_equal(scan_and_check(0), 0);
    region_is(master("/display"), 0, 0x60000000, 0x60000000, 0x1000);
    unload();

    /* What Xen uses counts up to the end instead. */
    for ( i = 0; i < 2; i++ )
    {
        struct membanks *banks;
        struct bootmodule *mod;

        load_tree("binding");
        if ( i )
        {
            banks = bootinfo_get_reserved_mem();
            banks->bank[banks->nr_banks].start = 0x60000000;
            banks->bank[banks->nr_banks].size = 0xfffffffffffff000;
            banks->bank[banks->nr_banks++].type = MEMBANK_STATIC_DOMAIN;
        }
        else
        {
            mod = &bootinfo.modules.module[bootinfo.modules.nr_mods++];
            mod->kind = BOOTMOD_KERNEL;
            mod->start = 0x60000000;
            mod->size = 0xfffffffffffff000;
        }
        assert_int_equal(scan_and_check(0), 0);
        assert_int_equal(nr_masters(), 0);
        said(i ? "overlaps the static memory of a domain"
               : "overlaps the boot module \"Kernel\"");
        unload();
    }
}

static void rounds_outward_inside_reserved_memory(void **state)
{
    load_tree("unaligned");
    assert_int_equal(scan_and_check(0), 0);
    region_is(master("/display@10000000"), 0, 0x63200000, 0x63200000, 0x7000);
    region_is(master("/apart@10040000"), 0, 0x65003000, 0x65003000, 0x1000);
    assert_null(master("/audio@10010000"));
    said("rmr: /audio@10010000: region 0x64200036-0x64205035 (/reserved-memory/picture@64200036): not page aligned, and its first or last page is not reserved as a whole (round `reg' to pages): not mapped");
}

static void rounds_over_no_other_masters_region(void **state)
{
    load_tree("unaligned");
    assert_int_equal(scan_and_check(0), 0);
    assert_null(master("/left@10020000"));
    assert_null(master("/right@10030000"));
    said("rmr: /left@10020000: region 0x65000000-0x650017ff (/reserved-memory/picture@65000000): not page aligned, and /right@10030000 has a region in its first or last page: not mapped");
    said("not page aligned, and /left@10020000 has a region in its first or last page: not mapped");

    /* A larger region of its own device hides nobody's. */
    said("rmr: /outer: region 0x66001010-0x6600102f (/reserved-memory/picture@66000000): not page aligned, and /inner has a region in its first or last page: not mapped");
    said("rmr: /inner: region 0x66001800-0x660018ff (/reserved-memory/picture@66000000): not page aligned, and /outer has");
    not_said("0x66003010");
    region_is(master("/outer"), 0, 0x66000000, 0x66000000, 0x8000);
    assert_null(master("/outer")->kept);
}

static void merges_overlaps_with_one_mapping(void **state)
{
    struct rmr_master *m;

    load_tree("overlap");
    assert_int_equal(scan_and_check(0), 0);
    m = master("/merge");
    assert_non_null(m);
    assert_int_equal(m->nr_regions, 3);
    region_is(m, 0, 0x100000, INVALID_PADDR, 0x3000);
    region_is(m, 1, 0x60000000, 0x60000000, 0x8000);
    /* Side by side is no overlap: the p2m maps them by two calls, too. */
    region_is(m, 2, 0x60008000, 0x60008000, 0x1000);

    m = master("/round");
    assert_non_null(m);
    assert_int_equal(m->nr_regions, 1);
    region_is(m, 0, 0x60010000, 0x60010000, 0x2000);
}

static void refuses_overlaps_with_two_mappings(void **state)
{
    struct rmr_master *m;

    load_tree("overlap");
    assert_int_equal(scan_and_check(0), 0);
    m = master("/clash");
    assert_non_null(m);
    assert_int_equal(m->nr_regions, 1);
    region_is(m, 0, 0x60030000, 0x70000000, 0x1000);
    said("rmr: /clash: region 0x60020000-0x60022fff (/reserved-memory/buffer@60000000): overlaps another of the same device, and the 2 in 0x60020000-0x60022fff lead to different memory: none is right: not mapped");
    said("rmr: /clash: region 0x60022000-0x60022fff (/reserved-memory/other@70000000): overlaps another of the same device, and the 2 in");
}

/* The third overlaps the second only, which has the mapping of neither. */
static void says_each_region_that_an_overlap_costs(void **state)
{
    struct rmr_master *m;

    load_tree("overlap");
    assert_int_equal(scan_and_check(0), 0);
    m = master("/row");
    assert_non_null(m);
    assert_int_equal(m->nr_regions, 1);
    region_is(m, 0, 0x60050000, 0x60050000, 0x1000);
    said("rmr: /row: region 0x60040000-0x60042fff (/reserved-memory/buffer@60000000): overlaps another of the same device, and the 3 in 0x60040000-0x60045fff");
    said("rmr: /row: region 0x60042000-0x60044fff (/reserved-memory/other@70000000): overlaps another of the same device, and the 3 in");
    said("rmr: /row: region 0x60044000-0x60045fff (/reserved-memory/buffer@60000000): overlaps another of the same device, and the 3 in");
    assert_int_equal(console_lines("rmr: /row: "), 3);
}

static void lets_masters_share_the_very_same_pages(void **state)
{
    load_tree("partial");
    assert_int_equal(scan_and_check(0), 0);
    assert_null(master("/same1")->kept);
    assert_null(master("/same2")->kept);
    assert_null(master("/next")->kept);
    said("<info>rmr: /same1: shares its region at 0x60000000 with /same2: they go to one domain, or stay");
    unload();

    load_tree("shared");
    assert_int_equal(scan_and_check(0), 0);
    assert_null(master("/one@10000000")->kept);
    assert_null(master("/two@10010000")->kept);
}

static void keeps_masters_that_share_a_part(void **state)
{
    static const char *const kept[] = {
        "/part1", "/part2", "/row1", "/row2", "/row3",
    };
    unsigned int i;

    load_tree("partial");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 8);
    for ( i = 0; i < ARRAY_SIZE(kept); i++ )
    {
        assert_non_null(master(kept[i]));
        assert_string_equal(master(kept[i])->kept,
                            "another device has part of the pages of its region");
    }
    said("rmr: /part2: has part of its region at 0x60013000 in common with /part1: it is kept, and can never be assigned");
}

static void never_shares_a_stream(void **state)
{
    load_tree("streams");
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 4);
    /* The first in the tree, whatever the order of the regions. */
    assert_non_null(master("/chain1")->kept);
    assert_null(master("/chain2"));
    /* Shares one with a device that is not an RMR master any more. */
    assert_non_null(master("/chain3")->kept);
    assert_null(master("/elsewhere")->kept);
    assert_null(master("/alone")->kept);
    said("rmr: /chain2: has a StreamID of /chain1 behind /iommu@9050000: its DMA is not kept, and /chain1 can never be assigned");
}

static void sees_streams_through_masks(void **state)
{
    load_tree("masks");
    assert_int_equal(scan_and_check(0), 0);
    /* An earlier entry covers a later one, and the other way round. */
    assert_non_null(master("/wide")->kept);
    assert_null(master("/inside"));
    assert_non_null(master("/narrow")->kept);
    assert_null(master("/around"));
    /* Its own entries side by side. */
    assert_null(master("/free")->kept);
    /* Under the mask of /around, which is an ordinary device now. */
    assert_non_null(master("/under")->kept);
    /* One of /inside's, which is one, too. */
    assert_non_null(master("/after")->kept);
    said("rmr: /inside: has a StreamID of /wide behind /iommu@12000000: its DMA is not kept, and /wide can never be assigned");
    said("rmr: /around: has a StreamID of /narrow behind /iommu@12000000: its DMA is not kept, and /narrow can never be assigned");
    /* The SMMU's mask for all: 0x103 and 0x104 are apart. */
    streams_are(master("/elsewhere"), 1, 0x103, 0x7c00);
    assert_null(master("/elsewhere")->kept);
    assert_null(master("/plain")->kept);
    assert_null(master("/cut"));
    said("rmr: /cut: StreamID 0x8104 has more bits than the 15 of a match entry: its DMA is not kept");
    said("rmr: /cutmask: StreamID 0x700 with mask 0x18000 has more bits than the 15 of a match entry: its DMA is not kept");
}

/* --- Large trees ---------------------------------------------------------- */

#define ok(x) assert_int_equal(x, 0)
#define MMU     1U
#define BUFFER  2U
#define MASTER  3U

/* Who, where and how much: tuple @i of the buffer. */
typedef void tuple_fn(uint32_t *tuple, unsigned int i);

static void set_tuple(uint32_t *tuple, uint32_t phandle, uint32_t base,
                      uint32_t size)
{
    tuple[0] = cpu_to_be32(phandle);
    tuple[1] = tuple[3] = 0;
    tuple[2] = cpu_to_be32(base);
    tuple[4] = cpu_to_be32(size);
}

/* All of one master's, none of them page aligned. */
static void unaligned_tuple(uint32_t *tuple, unsigned int i)
{
    set_tuple(tuple, MASTER, 0x60000801 + (i & 1023), 0x1001);
}

/* A page for each master. */
static void page_tuple(uint32_t *tuple, unsigned int i)
{
    set_tuple(tuple, MASTER + i, 0x60000000 + i * 0x1000, 0x1000);
}

static void put_mmu_and_buffer(void *fdt, unsigned int nr, tuple_fn *fn)
{
    uint32_t reg[4] = { 0, cpu_to_be32(0x60000000), 0, cpu_to_be32(0x10000000) };
    uint32_t *cells = malloc(nr * 20);
    unsigned int i;

    for ( i = 0; cells && i < nr; i++ )
        fn(&cells[i * 5], i);
    ok(fdt_begin_node(fdt, "iommu"));
    ok(fdt_property_string(fdt, "compatible", "arm,mmu-500"));
    ok(fdt_property_u32(fdt, "#iommu-cells", 2));
    ok(fdt_property_u32(fdt, "phandle", MMU));
    ok(fdt_end_node(fdt));
    ok(fdt_begin_node(fdt, "reserved-memory"));
    ok(fdt_property_u32(fdt, "#address-cells", 2));
    ok(fdt_property_u32(fdt, "#size-cells", 2));
    ok(fdt_property(fdt, "ranges", NULL, 0));
    ok(fdt_begin_node(fdt, "buffer"));
    ok(fdt_property(fdt, "reg", reg, sizeof(reg)));
    ok(fdt_property(fdt, "iommu-addresses", cells, nr * 20));
    ok(fdt_property_u32(fdt, "phandle", BUFFER));
    ok(fdt_end_node(fdt));
    ok(fdt_end_node(fdt));
    free(cells);
}

/*
 * @nr masters, the first @plain of them without a mask, each with its own ID,
 * and one buffer with @nr_tuples.
 */
static void *large_tree(unsigned int nr, unsigned int plain,
                        unsigned int nr_tuples, tuple_fn *fn)
{
    size_t size = 0x10000 + nr * 130 + nr_tuples * 20;
    void *fdt = NULL;
    unsigned int i;

    if ( posix_memalign(&fdt, 8, size) )
        abort();

    ok(fdt_create(fdt, size));
    ok(fdt_finish_reservemap(fdt));
    ok(fdt_begin_node(fdt, ""));
    ok(fdt_property_u32(fdt, "#address-cells", 2));
    ok(fdt_property_u32(fdt, "#size-cells", 2));
    put_mmu_and_buffer(fdt, nr_tuples, fn);
    for ( i = 0; i < nr; i++ )
    {
        uint32_t iommus[3] = {
            cpu_to_be32(MMU), cpu_to_be32(i * 2), cpu_to_be32(i >= plain),
        };
        char name[16];

        snprintf(name, sizeof(name), "m%u", i);
        ok(fdt_begin_node(fdt, name));
        ok(fdt_property(fdt, "iommus", iommus, sizeof(iommus)));
        ok(fdt_property_u32(fdt, "memory-region", BUFFER));
        ok(fdt_property_u32(fdt, "phandle", MASTER + i));
        ok(fdt_end_node(fdt));
    }
    ok(fdt_end_node(fdt));
    ok(fdt_finish(fdt));

    return fdt;
}
#undef ok

static void takes_many_tuples(void **state)
{
    load_blob(large_tree(1, 1, 100000, unaligned_tuple));
    assert_int_equal(scan_and_check(0), 0);
    region_is(master("/m0"), 0, 0x60000000, 0x60000000, 0x2000);
}

/* --- Work, counted -------------------------------------------------------- */

static unsigned long compared(unsigned int nr, unsigned int plain)
{
    unsigned long before = shim_compared;

    load_blob(large_tree(nr, plain, nr, page_tuple));
    assert_int_equal(scan_and_check(0), 0);

    return shim_compared - before;
}

/* Twice as large a tree is twice as much work, whatever it says. */
static void compares_masks_in_linear_time(void **state)
{
    assert_true(compared(4000, 0) <= 1024UL * 4000);
    assert_int_equal(nr_masters(), 1024);
    said("rmr: /m1024 and 2975 more: beyond the 1024 StreamIDs of devices with masks that Xen compares: their DMA is not kept");
    unload();
    assert_true(compared(8000, 4000) <= 1024UL * 8000);
    assert_int_equal(nr_masters(), 4000 + 1024);
    unload();
    /* One mask does not make all be compared with all. */
    assert_true(compared(8000, 7999) <= 8000);
    assert_int_equal(nr_masters(), 8000);
    unload();
    /* As many as the SMMU can have are never too many. */
    assert_true(compared(128, 0) <= 128UL * 128);
    assert_int_equal(nr_masters(), 128);
    not_said("that Xen compares");
}

static void wraps_by_hand(void **state)
{
    struct rmr_region r = {
        .iova = 0x60000000, .pa = ~0UL - 0xfff + 1, .size = 0x2000,
    };
    struct dt_device_node np = { .full_name = (char *)"/device" };
    const struct rmr_master m = { .np = &np };

    /* A physical range that wraps never comes out of `reg`; be sure all the same. */
    load_tree("binding");
    r.pa = 0xfffffffffffff000UL;
    assert_false(rmr_policy_region(&m, &r, 48));
    said("rmr: /device: region 0x60000000-0x60001fff (command line): ");
}

int run_policy_tests(void)
{
#define T(f) cmocka_unit_test_teardown(f, teardown)
    static const struct CMUnitTest tests[] = {
        T(refuses_each_bad_region_and_keeps_the_good),
        T(refuses_what_wraps),
        T(refuses_what_is_beyond_the_p2m),
        T(refuses_other_page_offsets),
        T(refuses_registers_that_xen_uses),
        T(refuses_registers_that_reg_does_not_tell_of),
        T(refuses_static_memory),
        T(refuses_boot_modules_and_xen),
        T(refuses_what_is_not_reserved),
        T(counts_no_bank_that_the_heap_has),
        T(rounds_outward_inside_reserved_memory),
        T(rounds_over_no_other_masters_region),
        T(merges_overlaps_with_one_mapping),
        T(refuses_overlaps_with_two_mappings),
        T(says_each_region_that_an_overlap_costs),
        T(lets_masters_share_the_very_same_pages),
        T(keeps_masters_that_share_a_part),
        T(never_shares_a_stream),
        T(sees_streams_through_masks),
        T(takes_many_tuples),
        T(compares_masks_in_linear_time),
        T(wraps_by_hand),
    };

    tests_run += ARRAY_SIZE(tests);

    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
