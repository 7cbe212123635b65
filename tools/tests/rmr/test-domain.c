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

/* As the driver of an SMMUv1 or v2 does for each of its masters. */
static int iommu_fwspec_of(struct dt_device_node *np,
                           struct dt_device_node *iommu, uint32_t id)
{
    struct iommu_fwspec *fwspec = calloc(1, sizeof(*fwspec) + sizeof(id));

    if ( !fwspec )
        return -ENOMEM;
    fwspec->iommu_dev = &iommu->dev;
    fwspec->num_ids = 1;
    fwspec->ids[0] = id;
    np->dev.iommu_fwspec = fwspec;

    return 0;
}

static void free_fwspec(struct dt_device_node *np)
{
    free(np->dev.iommu_fwspec);
    np->dev.iommu_fwspec = NULL;
}

static void knows_whose_stream_it_is(void **state)
{
    struct rmr_stream s = { .id = 3 };
    const struct rmr_stream unused = { .id = 0x33 };
    struct dt_device_node *other;
    struct rmr_master *m;

    load_tree("taken");
    assert_int_equal(scan_and_check(44), 0);
    m = master("/regs");
    other = master("/window")->np;
    list_replace_init(&found, &rmr_masters);

    /* Its own, another one's, one that nobody has. */
    assert_false(rmr_policy_aliases(m->np));
    assert_int_equal(rmr_policy_alias(other, m->iommu, &s), -EBUSY);
    said("rmr: /window: StreamID 0x3 is that of /regs");
    assert_int_equal(rmr_policy_alias(other, m->iommu, &unused), 0);
    assert_int_equal(rmr_policy_alias(other, m->np, &s), 0);
    assert_false(rmr_policy_aliases(m->iommu));
    /* A mask that covers it. */
    s.id = 0x13;
    assert_int_equal(rmr_policy_alias(other, m->iommu, &s), 0);
    s.mask = 0x10;
    assert_int_equal(rmr_policy_alias(other, m->iommu, &s), -EBUSY);
    said("rmr: /window: StreamID 0x13 with its mask is that of /regs");

    list_replace_init(&rmr_masters, &found);
}

static void knows_streams_of_the_legacy_binding(void **state)
{
    struct dt_device_node *other;
    struct rmr_master *m;

    load_tree("legacy");
    assert_int_equal(scan_and_check(44), 0);
    m = master("/display");
    other = dt_find_node_by_path("/none");
    list_replace_init(&found, &rmr_masters);

    assert_false(rmr_policy_aliases(other));
    assert_int_equal(iommu_fwspec_of(other, m->iommu, 0x13), 0);
    assert_false(rmr_policy_aliases(other));
    free_fwspec(other);
    assert_int_equal(iommu_fwspec_of(other, m->iommu, 0x10013), 0);
    assert_false(rmr_policy_aliases(other));
    free_fwspec(other);
    assert_int_equal(iommu_fwspec_of(other, m->iommu, 0x20013), 0);
    assert_true(rmr_policy_aliases(other));
    said("rmr: /none: StreamID 0x13 with its mask is that of /display");
    free_fwspec(other);

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
        T(knows_streams_of_the_legacy_binding),
    };

    tests_run += ARRAY_SIZE(tests);

    return cmocka_run_group_tests_name("domains", tests, NULL, NULL);
}
