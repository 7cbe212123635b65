/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `rmr=`: what it accepts, what it refuses, the memory it reserves, and what
 * becomes of the items when the tree is there.
 */
#include "rmr-test.h"

#define DISPLAY "/soc/display@10000000"

static const struct membank *last_bank(void)
{
    const struct membanks *banks = bootinfo_get_reserved_mem();

    return &banks->bank[banks->nr_banks - 1];
}

static void takes_booleans(void **state)
{
    static const struct { const char *s; bool on; } cases[] = {
        { "no", false }, { "off", false }, { "0", false }, { "false", false },
        { "disable", false }, { "yes", true }, { "on", true }, { "1", true },
        { "true", true }, { "", true },
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        load_tree("cmdline");
        cmdline(cases[i].s, 0);
        assert_int_equal(rmr_enabled(), cases[i].on);
        assert_int_equal(scan_and_check(0), 0);
        assert_int_equal(nr_masters(), cases[i].on);
        unload();
    }
}

static void the_last_boolean_counts(void **state)
{
    load_tree("cmdline");
    cmdline("no", 0);
    cmdline("yes", 0);
    assert_true(rmr_enabled());
}

static void declares_a_region(void **state)
{
    struct rmr_master *m;

    load_tree("cmdline");
    cmdline(DISPLAY ":0x62000000+0x1000000", 0);
    assert_int_equal(last_bank()->start, 0x62000000);
    assert_int_equal(last_bank()->size, 0x1000000);
    assert_int_equal(last_bank()->type, MEMBANK_DEFAULT);
    assert_true(rmr_cmdline_bank(0x62000000, 0x1000000));
    assert_false(rmr_cmdline_bank(0x60000000, 0x1000000));

    assert_int_equal(scan_and_check(0), 0);
    m = master(DISPLAY);
    streams_are(m, 1, 8, 0);
    region_is(m, 0, 0x62000000, 0x62000000, 0x1000000);
    assert_null(m->regions[0].np);
}

static void takes_aliases_and_suffixes(void **state)
{
    load_tree("cmdline");
    cmdline("display0:0x62000000+16M", 0);
    cmdline("display0:1677721600+4k", 0);
    cmdline("display0:0x200000000+1G", 0);
    assert_int_equal(scan_and_check(0), 0);
    region_is(master(DISPLAY), 0, 0x62000000, 0x62000000, 16UL << 20);
    region_is(master(DISPLAY), 1, 0x64000000, 0x64000000, 4UL << 10);
    region_is(master(DISPLAY), 2, 0x200000000, 0x200000000, 1UL << 30);
}

static void counts_bytes_without_a_suffix(void **state)
{
    load_tree("cmdline");
    cmdline("display0:0x62000000+4096", 0);
    assert_int_equal(last_bank()->size, 4096);
}

static void rounds_what_it_reserves(void **state)
{
    load_tree("cmdline");
    cmdline("display0:0x62000036+0x1000", 0);
    assert_int_equal(last_bank()->start, 0x62000000);
    assert_int_equal(last_bank()->size, 0x2000);
    assert_int_equal(scan_and_check(0), 0);
    region_is(master(DISPLAY), 0, 0x62000000, 0x62000000, 0x2000);
}

static void reserves_once(void **state)
{
    unsigned int before;

    load_tree("cmdline");
    before = bootinfo_get_reserved_mem()->nr_banks;
    /* Firmware has it reserved, or the item before. */
    cmdline("display0:0x60000000+0x1000", 0);
    assert_int_equal(bootinfo_get_reserved_mem()->nr_banks, before);
    cmdline("display0:0x62000000+0x2000", 0);
    cmdline("/audio:0x62000000+0x2000", 0);
    assert_int_equal(bootinfo_get_reserved_mem()->nr_banks, before + 1);
    assert_false(rmr_cmdline_bank(0x60000000, 0x1000000));
}

static void reserves_beside_ram(void **state)
{
    load_tree("cmdline");
    cmdline("display0:0x30000000+0x1000", 0);
    assert_int_equal(last_bank()->start, 0x30000000);
}

static void refuses_memory_that_is_not_free(void **state)
{
    static const struct { const char *item, *what; } cases[] = {
        /* Xen, this tree, part of a reserved region, over the end of RAM. */
        { "display0:0x44100000+0x1000", "overlaps memory that is already spoken for" },
        { "display0:0x42000000+0x1000", "overlaps memory that is already spoken for" },
        { "display0:0x60ff0000+0x20000", "overlaps memory that is already spoken for" },
        { "display0:0x7ffff000+0x2000", "reaches beyond a bank of RAM" },
        { "display0:0x3ffff000+0x2000", "reaches beyond a bank of RAM" },
    };
    unsigned int i, before;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        load_tree("cmdline");
        before = bootinfo_get_reserved_mem()->nr_banks;
        cmdline(cases[i].item, -EINVAL);
        assert_int_equal(bootinfo_get_reserved_mem()->nr_banks, before);
        assert_int_equal(scan_and_check(0), 0);
        said(cases[i].item);
        said(cases[i].what);
        said(": the item is ignored");
        assert_null(master(DISPLAY));
        unload();
    }
}

static void refuses_a_module_in_reserved_memory(void **state)
{
    /* The boot loader has the initrd inside a reserved range: no bank is made. */
    load_tree("cmdline");
    cmdline("display0:0x7f008000+0x1000", 0);
    assert_int_equal(scan_and_check(0), 0);
    assert_null(master(DISPLAY));
    said("(command line): overlaps the boot module \"Ramdisk\"");
}

static void refuses_without_a_free_bank(void **state)
{
    struct membanks *banks;

    load_tree("cmdline");
    banks = bootinfo_get_reserved_mem();
    while ( banks->nr_banks < banks->max_banks )
    {
        banks->bank[banks->nr_banks].start = 0x10000000 +
                                             banks->nr_banks * 0x1000UL;
        banks->bank[banks->nr_banks++].size = 0x1000;
    }
    cmdline("display0:0x62000000+0x1000", -EINVAL);
    assert_int_equal(scan_and_check(0), 0);
    said("no bank of reserved memory is left for it");
}

static void refuses_bad_grammar(void **state)
{
    static const struct { const char *item, *what; } cases[] = {
        { "display0", "neither a boolean, nor <node>=off, nor" },
        { "maybe", "neither a boolean" },
        { "display0=on", "only `off' or `keep' can follow" },
        { "display0=", "only `off' or `keep' can follow" },
        { "=off", "no node is named" },
        { ":0x62000000+4K", "no node is named" },
        { "display0:", "no <base>+<size>" },
        { "display0:0x62000000", "no <base>+<size>" },
        { "display0:+4K", "no <base>+<size>" },
        { "display0:0x62000000-0x63000000", "no <base>+<size>" },
        { "display0:0x62000000+", "no size after the `+'" },
        { "display0:0x62000000+K", "no size after the `+'" },
        { "display0:0x62000000+4Q", "no size after the `+'" },
        { "display0:0x62000000+4KK", "no size after the `+'" },
        { "display0:0x62000000+-4K", "no size after the `+'" },
        { "display0:0x62000000+0", "the size is 0" },
        { "display0:0x10000000062000000+4K", "no <base>+<size>" },
        { "display0:0x62000000+17179869184G", "no size after the `+'" },
        { "display0:0xfffffffffffff000+8K", "wraps around" },
        { "display0:zero+4K", "no <base>+<size>" },
    };
    unsigned int i, before;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        load_tree("cmdline");
        before = bootinfo_get_reserved_mem()->nr_banks;
        console_clear();
        cmdline(cases[i].item, -EINVAL);
        assert_int_equal(bootinfo_get_reserved_mem()->nr_banks, before);
        assert_int_equal(scan_and_check(0), 0);
        said(cases[i].item);
        said(cases[i].what);
        assert_int_equal(nr_masters(), 1);
        unload();
    }
}

static void refuses_too_much(void **state)
{
    char item[200];
    unsigned int i;

    load_tree("cmdline");
    memset(item, 'x', sizeof(item));
    item[0] = '/';
    strcpy(item + 112, "=off");
    cmdline(item, -EINVAL);

    for ( i = 0; i < 16; i++ )
    {
        snprintf(item, sizeof(item), "display0:%#x+4K", 0x62000000 + i * 8192);
        cmdline(item, 0);
    }
    cmdline("display0:0x63000000+4K", -EINVAL);
    assert_int_equal(scan_and_check(0), 0);
    said("the node's name is too long: use an alias");
    said("rmr: command line item \"display0:0x63000000+4K\": too many items: the item is ignored");
    assert_int_equal(master(DISPLAY)->nr_regions, 16);
}

/*
 * Xen's parser cuts off what is longer than its buffer, "rmr=" included. The
 * longest item that it can hold may be the rest of a longer one.
 */
static void refuses_what_may_be_cut_off(void **state)
{
    static const char region[] = ":0x62000000+0x1000";
    unsigned int room = MAX_PARAM_SIZE - sizeof("rmr=");
    char item[MAX_PARAM_SIZE];
    unsigned int before;

    memset(item, 'x', sizeof(item));
    item[0] = '/';

    load_tree("cmdline");
    before = bootinfo_get_reserved_mem()->nr_banks;
    strcpy(item + room - strlen(region), region);
    assert_int_equal(strlen(item), room);
    cmdline(item, -EINVAL);
    assert_int_equal(bootinfo_get_reserved_mem()->nr_banks, before);
    assert_int_equal(scan_and_check(0), 0);
    said("too long for Xen's command line, its end may be missing: use an alias: the item is ignored");
    unload();

    load_tree("cmdline");
    cmdline(item + 1, 0);
    assert_int_equal(last_bank()->size, 0x1000);
}

static void switches_one_master_off(void **state)
{
    load_tree("cmdline");
    cmdline("/audio=off", 0);
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 0);
    said("rmr: /audio: off on the command line: not kept");
    unload();

    /* Off wins, in any order. */
    load_tree("cmdline");
    cmdline("display0:0x62000000+4K", 0);
    cmdline(DISPLAY "=off", 0);
    assert_int_equal(scan_and_check(0), 0);
    assert_null(master(DISPLAY));
    assert_non_null(master("/audio"));
    said("rmr: command line item for display0: another item has it off: the item is ignored");
}

static void adds_to_what_firmware_says(void **state)
{
    load_tree("cmdline");
    cmdline("/audio:0x62000000+4K", 0);
    assert_int_equal(scan_and_check(0), 0);
    region_is(master("/audio"), 0, 0x60000000, 0x60000000, 0x1000000);
    region_is(master("/audio"), 1, 0x62000000, 0x62000000, 0x1000);
}

static void says_which_nodes_are_not_there(void **state)
{
    load_tree("cmdline");
    cmdline("/nowhere:0x62000000+4K", 0);
    cmdline("noalias=off", 0);
    cmdline("/soc/plain@10010000:0x62000000+4K", 0);
    cmdline("/soc/dead@10020000:0x62000000+4K", 0);
    assert_int_equal(scan_and_check(0), 0);
    assert_int_equal(nr_masters(), 1);
    said("rmr: command line item for /nowhere: no such node or alias in the device tree: the item is ignored");
    said("rmr: command line item for noalias: no such node or alias");
    said("rmr: command line item for /soc/plain@10010000: the node has no `iommus'");
    said("rmr: command line item for /soc/dead@10020000: the node is disabled");
}

static void survives_each_failed_allocation(void **state)
{
    unsigned int n;
    int rc;

    for ( n = 1; n < 1000; n++ )
    {
        bool failed;

        load_tree("cmdline");
        cmdline("display0:0x62000000+16M", 0);
        cmdline("display0:0x64000000+4K", 0);
        dt_unflatten_host_device_tree();
        fail_allocation(n);
        rc = scan_and_check(0);
        failed = allocation_failed();
        unload();
        assert_int_equal(rc, failed ? -ENOMEM : 0);
        if ( !failed )
            return;
    }
    fail();
}

int run_cmdline_tests(void)
{
#define T(f) cmocka_unit_test_teardown(f, teardown)
    static const struct CMUnitTest tests[] = {
        T(takes_booleans),
        T(the_last_boolean_counts),
        T(declares_a_region),
        T(takes_aliases_and_suffixes),
        T(counts_bytes_without_a_suffix),
        T(rounds_what_it_reserves),
        T(reserves_once),
        T(reserves_beside_ram),
        T(refuses_memory_that_is_not_free),
        T(refuses_a_module_in_reserved_memory),
        T(refuses_without_a_free_bank),
        T(refuses_bad_grammar),
        T(refuses_too_much),
        T(refuses_what_may_be_cut_off),
        T(switches_one_master_off),
        T(adds_to_what_firmware_says),
        T(says_which_nodes_are_not_there),
        T(survives_each_failed_allocation),
    };

    tests_run += ARRAY_SIZE(tests);

    return cmocka_run_group_tests_name("command line", tests, NULL, NULL);
}
