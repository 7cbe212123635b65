/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy-domain.c: where the hardware domain has something already, and whose
 * StreamIDs a device has.
 */
#include "rmr-test.h"

static void finds_what_the_hardware_domain_has(void **state)
{
    load_tree("taken");
    assert_int_equal(scan_and_check(44), 0);
    assert_int_equal(nr_masters(), 5);
    console_clear();

    assert_false(rmr_policy_hwdom_taken(master("/free")));
    assert_false(rmr_policy_hwdom_taken(master("/direct")));
    assert_string_equal(console_text(), "");

    assert_true(rmr_policy_hwdom_taken(master("/regs")));
    said("rmr: /regs: the hardware domain has /device@10000000 in 0x10000000-0x10000fff, which the device sees otherwise: not assigned\n");
    assert_true(rmr_policy_hwdom_taken(master("/window")));
    said("rmr: /window: the hardware domain has the PCI windows of /pcie@38000000 in 0x30000000-0x30000fff,");
}

/* What ends below its start goes up to the end of the address space. */
static void finds_ranges_that_wrap(void **state)
{
    load_tree("taken");
    assert_int_equal(scan_and_check(44), 0);
    assert_true(rmr_policy_hwdom_taken(master("/endless")));
    said("rmr: /endless: the hardware domain has /device@8000000000 in 0x10000000000-0x10000000fff,");
}

static void says_which_windows_cannot_be_read(void **state)
{
    struct dt_device_node *np;
    struct dt_property *pp;

    load_tree("taken");
    assert_int_equal(scan_and_check(44), 0);
    dt_for_each_device_node ( dt_host, np )
        dt_for_each_property_node ( np, pp )
            if ( !strcmp(pp->name, "#address-cells") && np == dt_host )
                pp->value = (void *)"\0\0\0\5";
    assert_true(rmr_policy_hwdom_taken(master("/free")));
    said("rmr: /free: the PCI windows of /pcie@38000000 cannot be read: not assigned\n");
}

/* One pass over the nodes for each master, none for direct regions. */
static void walks_the_tree_once(void **state)
{
    struct dt_device_node *np;
    unsigned long nodes = 0, before;
    struct rmr_master *m;

    load_tree("taken");
    assert_int_equal(scan_and_check(44), 0);
    dt_for_each_device_node ( dt_host, np )
        nodes++;

    before = shim_visits;
    assert_false(rmr_policy_hwdom_taken(master("/direct")));
    assert_int_equal(shim_visits, before);

    m = master("/regs");
    assert_int_equal(m->nr_regions, 3);
    m->regions[0].iova = 0x20000000;
    m->regions[1].iova = 0x21000000;
    assert_false(rmr_policy_hwdom_taken(m));
    assert_int_equal(shim_visits, before + nodes);
}

static void knows_whose_stream_it_is(void **state)
{
    struct rmr_master *m;

    load_tree("taken");
    assert_int_equal(scan_and_check(44), 0);
    m = master("/regs");
    list_replace_init(&found, &rmr_masters);

    assert_true(rmr_policy_aliases(m->np));
    said("rmr: /regs: StreamID 0x3 is that of /regs");
    assert_false(rmr_policy_alias(m->np, m->iommu, 0x33));
    assert_false(rmr_policy_alias(m->np, m->np, 3));
    assert_false(rmr_policy_aliases(m->iommu));

    list_replace_init(&rmr_masters, &found);
}

int run_domain_tests(void)
{
#define T(f) cmocka_unit_test_teardown(f, teardown)
    static const struct CMUnitTest tests[] = {
        T(finds_what_the_hardware_domain_has),
        T(finds_ranges_that_wrap),
        T(says_which_windows_cannot_be_read),
        T(walks_the_tree_once),
        T(knows_whose_stream_it_is),
    };

    tests_run += ARRAY_SIZE(tests);

    return cmocka_run_group_tests_name("domains", tests, NULL, NULL);
}
