/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysctl.c: what fits of what there is to say, counts, and what is not copied.
 * The caller's buffers are as large as it says, to the byte.
 */
#include "rmr-test.h"

int rmr_sysctl(struct xen_sysctl_rmr_master *op);
int rmr_get_reserved_device_memory(iommu_grdm_t *func, void *ctxt);

static struct dt_device_node display_np = { .full_name = "/display" };
static struct dt_device_node audio_np = { .full_name = "/soc/audio@1000" };
static struct dt_device_node smmu_np = { .full_name = "/smmu" };

static struct rmr_stream streams[] = { { 8, 0 }, { 9, 0x7f80 }, { 10, 0 } };
static struct rmr_region regions[] = {
    { .iova = 0x60000000, .pa = 0x60000000, .size = 0x3000 },
    { .iova = 0x8000000000, .pa = INVALID_PADDR, .size = 0x1000 },
};
static struct domain d3 = { .domain_id = 3 };
static struct rmr_master display, audio;

static const char all_text[] = "/display\0/smmu\0because";

static int setup(void **state)
{
    display = (struct rmr_master){
        .np = &display_np, .iommu = &smmu_np, .kept = "because",
        .sids = streams, .nr_sids = 3, .regions = regions, .nr_regions = 2,
        .vmid = 7, .table.nr_pages = 5, .joins = 4, .leaves = 3, .faults = 2,
        .state = RMR_JOINED, .d = &d3, .relaxed = true,
    };
    audio = (struct rmr_master){
        .np = &audio_np, .iommu = &smmu_np, .sids = streams, .nr_sids = 1,
        .vmid = 9, .banks = { 5, 6 }, .nr_banks = 1, .failed = true,
        .relaxed = true, .state = RMR_QUARANTINE,
    };
    list_add_tail(&display.list, &rmr_masters);
    list_add_tail(&audio.list, &rmr_masters);
    fail_copy(0);

    return 0;
}

static int forget(void **state)
{
    INIT_LIST_HEAD(&rmr_masters);

    return 0;
}

struct answer {
    struct xen_sysctl_rmr_master op;
    char *text;
    xen_sysctl_rmr_stream_t *streams;
    xen_sysctl_rmr_region_t *regions;
};

/* Buffers without a byte behind them. */
static struct answer ask(uint32_t index, uint32_t text, uint32_t nr_streams,
                         uint32_t nr_regions, int rc)
{
    struct answer a = {
        .text = text ? malloc(text) : NULL,
        .streams = nr_streams ? malloc(nr_streams * sizeof(*a.streams)) : NULL,
        .regions = nr_regions ? malloc(nr_regions * sizeof(*a.regions)) : NULL,
    };

    memset(&a.op, 0xee, sizeof(a.op));
    a.op.index = index;
    a.op.pad = 0;
    a.op.text_size = text;
    a.op.nr_streams = nr_streams;
    a.op.nr_regions = nr_regions;
    a.op.text.p = a.text;
    a.op.streams.p = a.streams;
    a.op.regions.p = a.regions;
    assert_int_equal(rmr_sysctl(&a.op), rc);

    return a;
}

static void drop(struct answer *a)
{
    free(a->text);
    free(a->streams);
    free(a->regions);
}

static void counts_are(const struct answer *a)
{
    assert_int_equal(a->op.nr_masters, 2);
    assert_int_equal(a->op.text_size, sizeof(all_text));
    assert_int_equal(a->op.nr_streams, 3);
    assert_int_equal(a->op.nr_regions, 2);
}

static void says_all_of_a_master(void **state)
{
    struct answer a = ask(0, sizeof(all_text), 3, 2, 0);

    counts_are(&a);
    assert_memory_equal(a.text, all_text, sizeof(all_text));
    assert_memory_equal(a.streams, streams, sizeof(streams));
    assert_int_equal(a.regions[0].iova, 0x60000000);
    assert_int_equal(a.regions[0].pa, 0x60000000);
    assert_int_equal(a.regions[0].size, 0x3000);
    assert_int_equal(a.regions[1].iova, 0x8000000000);
    assert_true(a.regions[1].pa == ~0UL);
    assert_int_equal(a.op.state, XEN_SYSCTL_RMR_JOINED);
    assert_int_equal(a.op.owner, 3);
    assert_int_equal(a.op.flags, XEN_SYSCTL_RMR_KEPT | XEN_SYSCTL_RMR_RELAXED);
    assert_int_equal(a.op.vmid, 7);
    assert_int_equal(a.op.nr_banks, 0);
    assert_int_equal(a.op.banks[0], 0);
    assert_int_equal(a.op.banks[1], 0);
    assert_int_equal(a.op.pages, 5);
    assert_int_equal(a.op.joins, 4);
    assert_int_equal(a.op.leaves, 3);
    assert_int_equal(a.op.faults, 2);
    drop(&a);
}

/* Nobody's, on an SMMUv1 or v2: relaxed is what an assignment was. */
static void says_what_nobody_has(void **state)
{
    static const char text[] = "/soc/audio@1000\0/smmu\0";
    struct answer a = ask(1, sizeof(text), 1, 0, 0);

    assert_int_equal(a.op.text_size, sizeof(text));
    assert_memory_equal(a.text, text, sizeof(text));
    assert_int_equal(a.op.nr_streams, 1);
    assert_int_equal(a.op.nr_regions, 0);
    assert_int_equal(a.op.state, XEN_SYSCTL_RMR_QUARANTINE);
    assert_int_equal(a.op.owner, DOMID_INVALID);
    assert_int_equal(a.op.flags, XEN_SYSCTL_RMR_FAILED);
    assert_int_equal(a.op.vmid, 0);
    assert_int_equal(a.op.nr_banks, 1);
    assert_int_equal(a.op.banks[0], 5);
    assert_int_equal(a.op.banks[1], 0);
    drop(&a);
}

/* Every size of the text's buffer, and more than it needs. */
static void says_what_fits_of_the_text(void **state)
{
    uint32_t size;

    for ( size = 0; size < sizeof(all_text) + 2; size++ )
    {
        struct answer a = ask(0, size, 3, 2, 0);

        counts_are(&a);
        if ( size )
            assert_memory_equal(a.text, all_text,
                                min(size, (uint32_t)sizeof(all_text)));
        drop(&a);
    }
}

static void says_what_fits_of_the_lists(void **state)
{
    unsigned int i, j;

    for ( i = 0; i < 5; i++ )
        for ( j = 0; j < 4; j++ )
        {
            struct answer a = ask(0, sizeof(all_text), i, j, 0);

            counts_are(&a);
            if ( i )
                assert_memory_equal(a.streams, streams,
                                    sizeof(streams[0]) * min(i, 3U));
            if ( j )
                assert_int_equal(a.regions[min(j, 2U) - 1].iova,
                                 regions[min(j, 2U) - 1].iova);
            drop(&a);
        }
}

static void knows_the_last_master(void **state)
{
    struct answer a = ask(2, 0, 0, 0, -ENOENT);

    assert_int_equal(a.op.nr_masters, 2);
    ask(~0U, 0, 0, 0, -ENOENT);
    forget(NULL);
    ask(0, 0, 0, 0, -ENOENT);
}

static void demands_zeroes(void **state)
{
    struct xen_sysctl_rmr_master op = { .pad = 1 };

    assert_int_equal(rmr_sysctl(&op), -EINVAL);
    assert_int_equal(op.nr_masters, 0);
}

/* Texts, StreamIDs, regions: whichever copy fails. */
static void says_what_cannot_be_copied(void **state)
{
    unsigned int i;

    for ( i = 1; i <= 3 + 3 + 2; i++ )
    {
        struct answer a;

        fail_copy(i);
        a = ask(0, sizeof(all_text), 3, 2, -EFAULT);
        drop(&a);
    }
    fail_copy(i);
    {
        struct answer a = ask(0, sizeof(all_text), 3, 2, 0);

        drop(&a);
    }
}

/* --- Reserved device memory ------------------------------------------------------------ */

static unsigned int nr_told, stop_at;

static int told(unsigned long start, unsigned long nr, u32 id, void *ctxt)
{
    assert_ptr_equal(ctxt, &nr_told);
    assert_int_equal(id, ~0U);
    assert_int_equal(start, regions[nr_told].iova >> PAGE_SHIFT);
    assert_int_equal(nr, regions[nr_told].size >> PAGE_SHIFT);

    return ++nr_told == stop_at ? -EFAULT : 1;
}

static int tell(bool to_control, unsigned int stop)
{
    current->domain->is_control = to_control;
    nr_told = 0;
    stop_at = stop;

    return rmr_get_reserved_device_memory(told, &nr_told);
}

static void tells_toolstacks_where_no_memory_may_be(void **state)
{
    assert_int_equal(tell(false, 0), 0);
    assert_int_equal(nr_told, 0);
    assert_int_equal(tell(true, 0), 0);
    assert_int_equal(nr_told, 2);
    assert_int_equal(tell(true, 1), -EFAULT);
    assert_int_equal(nr_told, 1);
}

int run_sysctl_tests(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, forget)
    static const struct CMUnitTest tests[] = {
        T(says_all_of_a_master),
        T(says_what_nobody_has),
        T(says_what_fits_of_the_text),
        T(says_what_fits_of_the_lists),
        T(knows_the_last_master),
        T(demands_zeroes),
        T(says_what_cannot_be_copied),
        T(tells_toolstacks_where_no_memory_may_be),
    };

    tests_run += ARRAY_SIZE(tests);

    return cmocka_run_group_tests_name("sysctl", tests, NULL, NULL);
}
