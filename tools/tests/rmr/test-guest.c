/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy-guest.c, and rmr_policy_assign() with it: one master, one domain, and
 * every rule by itself, to the edge and to the last word of its message.
 */
#include "rmr-test.h"

int rmr_refuse_iomem(const struct domain *d, unsigned long mfn,
                     unsigned long nr);

static struct dt_device_node display_np = { .full_name = "/display" };
static struct dt_device_node audio_np = { .full_name = "/audio" };
static struct dt_device_node net_np = { .full_name = "/net" };
static struct dt_device_node smmu_np = { .full_name = "/smmu" };

static const struct rmr_smmu_ops ops;
static char memory[1];
static struct rmr_region display_regions[2], audio_regions[1];
static struct rmr_master display, audio;
static struct domain d0, d1, d2;

static void make_domain(struct domain *d, domid_t id)
{
    *d = (struct domain){ .domain_id = id, .is_hardware = !id };
    d->p2m.root = shim_frames;
    INIT_LIST_HEAD(&dom_iommu(d)->dt_devices);
}

static void make_master(struct rmr_master *m, struct dt_device_node *np,
                        struct rmr_region *regions, paddr_t at)
{
    *m = (struct rmr_master){
        .np = np, .iommu = &smmu_np, .ops = &ops,
        .regions = regions, .nr_regions = 1,
    };
    regions[0] = (struct rmr_region){
        .iova = at, .pa = at, .size = 0x3000, .va = memory,
        .user = DOMID_INVALID,
    };
    list_add_tail(&m->list, &rmr_masters);
}

static int setup(void **state)
{
    console_clear();
    make_domain(&d0, 0);
    make_domain(&d1, 1);
    make_domain(&d2, 2);
    make_master(&display, &display_np, display_regions, 0x60000000);
    make_master(&audio, &audio_np, audio_regions, 0x64000000);

    return 0;
}

static int forget(void **state)
{
    INIT_LIST_HEAD(&rmr_masters);

    return 0;
}

#define quiet() assert_string_equal(console_text(), "")
#define says(text)                                                          \
    do {                                                                    \
        assert_string_equal(console_text(), text);                          \
        console_clear();                                                    \
    } while ( 0 )

/* --- Addresses ---------------------------------------------------------------------- */

static int taken_at(paddr_t iova, paddr_t size)
{
    display_regions[0].iova = iova;
    display_regions[0].size = size;
    console_clear();

    return rmr_policy_guest_taken(&display, &d1);
}

static const struct {
    paddr_t base, last;
    const char *what;
} promised[] = {
    { 0x02000000, 0x020fffff, "virtio-mmio devices" },
    { 0x03001000, 0x03010fff, "the vGIC" },
    { 0x03020000, 0x0401ffff, "the vGIC's redistributors" },
    { 0x22000000, 0x22000fff, "the emulated PL011" },
    { 0x38000000, 0x38ffffff, "the grant table" },
    { 0x39000000, 0x39ffffff, "the toolstack's magic pages" },
};

static void is_promised(unsigned int i, paddr_t iova, paddr_t size)
{
    char text[256];

    assert_int_equal(taken_at(iova, size), -EEXIST);
    snprintf(text, sizeof(text),
             "rmr: /display: d1 has %s at %#lx-%#lx, in region %#lx-%#lx: not assigned\n",
             promised[i].what, promised[i].base, promised[i].last, iova,
             iova + size - 1);
    assert_string_equal(console_text(), text);
}

/* The first page, the last, one in the middle, all of it, and those beside it. */
static void keeps_off_what_is_promised(void **state)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(promised); i++ )
    {
        const paddr_t base = promised[i].base, last = promised[i].last;

        is_promised(i, base, 0x1000);
        is_promised(i, last - 0xfff, 0x1000);
        is_promised(i, base + ((last - base) / 2 & PAGE_MASK), 0x1000);
        /* Of two it is the first that is named. */
        if ( !i || promised[i - 1].last + 1 < base )
            is_promised(i, base - 0x1000, 0x2000);
        is_promised(i, base, last - base + 1);
        is_promised(i, last - 0xfff, 0x2000);
        taken_at(base - 0x1000, 0x1000);
        not_said(promised[i].what);
        taken_at(last + 1, 0x1000);
        not_said(promised[i].what);
    }
    is_promised(0, 0x02000000, 0x38000000);
    /* Where a guest has its RAM, or nothing: the p2m knows. */
    assert_int_equal(taken_at(0x40000000, 0xc0000000), 0);
    assert_int_equal(taken_at(0, 0x02000000), 0);
    assert_int_equal(taken_at(0x03011000, 0xf000), 0);
    assert_int_equal(taken_at(0x3a000000, 0x06000000), 0);
    assert_int_equal(taken_at(0x200000000, 0x1000), 0);
    assert_int_equal(taken_at(0xfffffffff000, 0x1000), 0);
    quiet();
}

static void carve_outs_are_as_good_as_regions(void **state)
{
    display_regions[0].pa = INVALID_PADDR;
    is_promised(4, 0x38000000, 0x1000);
    display.nr_regions = 2;
    display_regions[1] = (struct rmr_region){
        .iova = 0x22000000, .pa = INVALID_PADDR, .size = 0x1000,
    };
    assert_int_equal(taken_at(0x60000000, 0x1000), -EEXIST);
    says("rmr: /display: d1 has the emulated PL011 at 0x22000000-0x22000fff, in region 0x22000000-0x22000fff: not assigned\n");
}

/* A direct-mapped domain has the host's layout: the handlers say where. */
static void asks_what_is_emulated(void **state)
{
    struct mmio_handler handlers[] = {
        { 0x50000000, 0 },
        { 0x60003000, 0x1000 },
        { 0x0a000000, 0x10 },
    };

    d1.arch.vmmio.handlers = handlers;
    d1.arch.vmmio.num_entries = ARRAY_SIZE(handlers);
    assert_int_equal(taken_at(0x60000000, 0x3000), 0);
    assert_int_equal(taken_at(0x60004000, 0x1000), 0);
    assert_int_equal(taken_at(0x50000000, 0x1000), 0);
    quiet();
    assert_int_equal(taken_at(0x60000000, 0x4000), -EEXIST);
    says("rmr: /display: d1 has an emulated device at 0x60003000-0x60003fff, in region 0x60000000-0x60003fff: not assigned\n");
    assert_int_equal(taken_at(0x60003000, 0x1000), -EEXIST);
    assert_int_equal(taken_at(0x0a000000, 0x1000), -EEXIST);
    says("rmr: /display: d1 has an emulated device at 0xa000000-0xa00000f, in region 0xa000000-0xa000fff: not assigned\n");
    handlers[1].size = ~0UL;
    assert_int_equal(taken_at(0xfffffffff000, 0x1000), -EEXIST);

    d1.direct_mapped = true;
    assert_int_equal(taken_at(0x38000000, 0x1000), 0);
    assert_int_equal(taken_at(0x0a000000, 0x1000), -EEXIST);
    /* What is not in num_entries is not there. */
    d1.arch.vmmio.num_entries = 2;
    assert_int_equal(taken_at(0x0a000000, 0x1000), 0);
}

/* --- Company ------------------------------------------------------------------------- */

enum there { NOBODY, ORDINARY, STRICT_RMR, RELAXED_RMR, RELAXED_AND_ORDINARY,
             STRICT_AND_RELAXED, NR_THERE };

static struct rmr_master third;
static struct rmr_region third_regions[1];
static struct dt_device_node third_np = { .full_name = "/third" };

static void put_there(enum there there)
{
    forget(NULL);
    setup(NULL);
    if ( there == ORDINARY || there == RELAXED_AND_ORDINARY )
        list_add(&net_np.domain_list, &dom_iommu(&d1)->dt_devices);
    if ( there == STRICT_RMR || there >= RELAXED_RMR )
    {
        audio.mapped = &d1;
        audio.relaxed = there != STRICT_RMR;
    }
    if ( there == STRICT_AND_RELAXED )
    {
        make_master(&third, &third_np, third_regions, 0x68000000);
        third.mapped = &d1;
    }
}

/* Who comes: an ordinary device, a strict RMR master, a relaxed one. */
static const int company[NR_THERE][3] = {
    [NOBODY] = { 0, 0, 0 },
    [ORDINARY] = { 0, -EBUSY, 0 },
    [STRICT_RMR] = { -EBUSY, -EBUSY, -EBUSY },
    [RELAXED_RMR] = { 0, -EBUSY, 0 },
    [RELAXED_AND_ORDINARY] = { 0, -EBUSY, 0 },
    [STRICT_AND_RELAXED] = { -EBUSY, -EBUSY, -EBUSY },
};

static void knows_who_may_have_company(void **state)
{
    enum there there;
    unsigned int who;

    for ( there = 0; there < NR_THERE; there++ )
        for ( who = 0; who < 3; who++ )
        {
            put_there(there);
            assert_int_equal(rmr_policy_company(&display_np, who, who == 2, &d1),
                             company[there][who]);
            if ( company[there][who] )
                assert_int_equal(console_lines("\n"), 1);
            else
                quiet();
            /* Of another guest, and of the hardware domain, never. */
            console_clear();
            assert_int_equal(rmr_policy_company(&display_np, who, who == 2, &d2),
                             0);
            audio.mapped = audio.mapped ? &d0 : NULL;
            assert_int_equal(rmr_policy_company(&display_np, who, who == 2, &d0),
                             0);
            quiet();
        }
}

static void says_what_company_is_refused(void **state)
{
    put_there(STRICT_RMR);
    rmr_policy_company(&net_np, false, false, &d1);
    says("rmr: /net: d1 has /audio, with no other DMA master beside it: not assigned; rdm_policy=relaxed or xen,rdm-policy = \"relaxed\" for that allows it\n");
    rmr_policy_company(&display_np, true, false, &d1);
    says("rmr: /display: d1 has /audio, with no other DMA master beside it: not assigned; rdm_policy=relaxed or xen,rdm-policy = \"relaxed\" for both allows it\n");
    put_there(STRICT_AND_RELAXED);
    rmr_policy_company(&display_np, true, true, &d1);
    says("rmr: /display: d1 has /third, with no other DMA master beside it: not assigned; rdm_policy=relaxed or xen,rdm-policy = \"relaxed\" for both allows it\n");
    put_there(ORDINARY);
    rmr_policy_company(&display_np, true, false, &d1);
    says("rmr: /display: d1 has another DMA master, /net: not assigned; rdm_policy=relaxed or xen,rdm-policy = \"relaxed\" allows it\n");
    put_there(RELAXED_RMR);
    rmr_policy_company(&display_np, true, false, &d1);
    says("rmr: /display: d1 has another DMA master, /audio: not assigned; rdm_policy=relaxed or xen,rdm-policy = \"relaxed\" allows it\n");
}

/* The one that asks is no company to itself. */
static void is_alone_with_itself(void **state)
{
    display.mapped = &d1;
    list_add(&display_np.domain_list, &dom_iommu(&d1)->dt_devices);
    assert_int_equal(rmr_policy_company(&display_np, true, false, &d1), 0);
    assert_int_equal(rmr_policy_company(&net_np, false, false, &d1), -EBUSY);
}

/* --- Contents -------------------------------------------------------------------------- */

static void knows_whose_data_they_are(void **state)
{
    struct rmr_region *r = &display_regions[0];

    assert_false(rmr_region_foreign(&display, r, &d1));
    r->user = 1;
    assert_false(rmr_region_foreign(&display, r, &d1));
    assert_true(rmr_region_foreign(&display, r, &d2));
    assert_false(rmr_region_foreign(&display, r, &d0));
    r->user = 0;
    assert_true(rmr_region_foreign(&display, r, &d1));
    /* Of a domain that is no more. */
    r->user = DOMID_IO;
    assert_true(rmr_region_foreign(&display, r, &d1));
    assert_false(rmr_region_foreign(&display, r, &d0));
    display.keep_contents = true;
    assert_false(rmr_region_foreign(&display, r, &d1));
}

static void wants_to_be_able_to_wipe(void **state)
{
    struct rmr_region *r = &display_regions[1];

    display.nr_regions = 2;
    *r = (struct rmr_region){
        .iova = 0x8000000000, .pa = 0x70000000, .size = 0x2000, .user = 2,
    };
    assert_int_equal(rmr_policy_scrub(&display, &d2), 0);
    assert_int_equal(rmr_policy_scrub(&display, &d0), 0);
    quiet();
    assert_int_equal(rmr_policy_scrub(&display, &d1), -ENOMEM);
    says("rmr: /display: region 0x8000000000-0x8000001fff has the data of another domain and cannot be wiped: not assigned to d1; rmr=/display=keep leaves them there\n");
    r->pa = INVALID_PADDR;
    assert_int_equal(rmr_policy_scrub(&display, &d1), 0);
    r->pa = 0x70000000;
    r->va = memory;
    assert_int_equal(rmr_policy_scrub(&display, &d1), 0);
    r->va = NULL;
    display.keep_contents = true;
    assert_int_equal(rmr_policy_scrub(&display, &d1), 0);
    quiet();
}

/* --- Requests by address ------------------------------------------------------------------- */

static void refuses_requests_by_address(void **state)
{
    display_regions[0].iova = 0x8000000000;
    assert_int_equal(rmr_refuse_iomem(&d1, 0x5ffff, 1), 0);
    assert_int_equal(rmr_refuse_iomem(&d1, 0x60003, 1), 0);
    assert_int_equal(rmr_refuse_iomem(&d1, 0x60003, 0x3ffd), 0);
    assert_int_equal(rmr_refuse_iomem(&d1, 0x60000, 0), 0);
    assert_int_equal(rmr_refuse_iomem(&d1, 0x8000000, 1), 0);
    assert_int_equal(rmr_refuse_iomem(&d0, 0x60000, 1), 0);
    quiet();
    assert_int_equal(rmr_refuse_iomem(&d1, 0x60000, 1), -EPERM);
    says("<err>rmr: d1: mfn 0x60000-0x60000 meets region 0x60000000-0x60002fff of /display: not mapped; drop it from iomem= or xen,reg, the region comes with the device\n");
    assert_int_equal(rmr_refuse_iomem(&d1, 0x60002, 1), -EPERM);
    assert_int_equal(rmr_refuse_iomem(&d1, 0x5ffff, 2), -EPERM);
    assert_int_equal(rmr_refuse_iomem(&d1, 0x50000, 0x20000), -EPERM);
    console_clear();
    assert_int_equal(rmr_refuse_iomem(&d1, 0x60003, 0x3ffe), -EPERM);
    says("<err>rmr: d1: mfn 0x60003-0x64000 meets region 0x64000000-0x64002fff of /audio: not mapped; drop it from iomem= or xen,reg, the region comes with the device\n");
    display_regions[0].pa = INVALID_PADDR;
    assert_int_equal(rmr_refuse_iomem(&d1, 0x60000, 1), 0);
}

/* What wraps goes up to the end. */
static void refuses_requests_that_wrap(void **state)
{
    assert_int_equal(rmr_refuse_iomem(&d1, ~0UL, 1), 0);
    assert_int_equal(rmr_refuse_iomem(&d1, ~0UL, ~0UL), 0);
    assert_int_equal(rmr_refuse_iomem(&d1, 0x64003, ~0UL), 0);
    quiet();
    assert_int_equal(rmr_refuse_iomem(&d1, 0, ~0UL), -EPERM);
    console_clear();
    assert_int_equal(rmr_refuse_iomem(&d1, 0x60000, ~0UL), -EPERM);
    says("<err>rmr: d1: mfn 0x60000-0xffffffffffffffff meets region 0x60000000-0x60002fff of /display: not mapped; drop it from iomem= or xen,reg, the region comes with the device\n");
    assert_int_equal(rmr_refuse_iomem(&d1, 0x64002, ~0UL - 0x64000), -EPERM);
}

/* --- All of them ----------------------------------------------------------------------------- */

static int no_bank(struct rmr_master *m, paddr_t root)
{
    return -ENOSPC;
}

static int judged(struct domain *d)
{
    console_clear();

    return rmr_policy_assign(&display, d, false);
}

static void judges_the_master(void **state)
{
    static const struct rmr_smmu_ops full = { .prepare = no_bank };

    assert_int_equal(judged(&d1), 0);
    display.state = RMR_QUARANTINE;
    display.mapped = &d1;
    assert_int_equal(judged(&d1), 0);
    quiet();
    assert_int_equal(judged(&d2), -EBUSY);
    says("rmr: /display: its regions are still being mapped in d1: not assigned to d2\n");
    display.leaving = true;
    assert_int_equal(judged(&d1), -EBUSY);
    says("rmr: /display: its regions are still being taken out of d1: not assigned to d1\n");
    display.leaving = false;
    display.mapped = NULL;
    display.d = &d1;
    display.state = RMR_PENDING;
    assert_int_equal(judged(&d1), -EBUSY);
    says("rmr: /display: is d1's: not assigned to d1\n");
    display.state = RMR_JOINED;
    assert_int_equal(judged(&d2), -EBUSY);
    says("rmr: /display: is d1's: not assigned to d2\n");
    display.state = RMR_BROKEN;
    assert_int_equal(judged(&d2), -EIO);
    says("rmr: /display: its SMMU did not complete an invalidation: not assigned to d2, nor to any domain until the next boot\n");
    display.state = RMR_QUARANTINE;
    display.kept = "because";
    assert_int_equal(judged(&d2), -EPERM);
    says("rmr: /display: because: not assigned to d2\n");
    display.kept = NULL;
    display.ops = &full;
    assert_int_equal(judged(&d1), -ENOSPC);
    says("rmr: /display: SMMU /smmu has no second context bank, and d1's p2m is not in the same 4 GB of memory as the RMR table: not assigned (-28)\n");
}

static void judges_the_domain(void **state)
{
    struct mmio_handler handler = { 0x38000000, 0x1000 };

    d1.no_iommu = true;
    assert_int_equal(judged(&d1), -EINVAL);
    says("rmr: /display: d1 was made without an IOMMU: not assigned\n");
    d1.no_iommu = false;
    d1.p2m.mem_access_enabled = true;
    assert_int_equal(judged(&d1), -EBUSY);
    says("rmr: /display: d1 has mem_access enabled, which maps by pages only: not assigned\n");
    d1.p2m.mem_access_enabled = false;
    /* The hardware domain has the host's layout, which was judged at boot. */
    display_regions[0].iova = 0x38000000;
    d0.arch.vmmio.handlers = &handler;
    d0.arch.vmmio.num_entries = 1;
    assert_int_equal(judged(&d1), -EEXIST);
    assert_int_equal(judged(&d0), 0);
    display_regions[0].iova = 0x60000000;
    display_regions[0].va = NULL;
    display_regions[0].user = 2;
    assert_int_equal(judged(&d1), -ENOMEM);
    assert_int_equal(judged(&d0), 0);
    assert_int_equal(judged(&d2), 0);
    list_add(&net_np.domain_list, &dom_iommu(&d2)->dt_devices);
    assert_int_equal(judged(&d2), -EBUSY);
    assert_int_equal(rmr_policy_assign(&display, &d2, true), 0);
}

/* The same pages are one domain's, as long as any of them is mapped. */
static void judges_whose_pages_they_are(void **state)
{
    audio_regions[0].pa = 0x60002000;
    assert_int_equal(judged(&d1), 0);
    audio.mapped = &d2;
    assert_int_equal(judged(&d2), -EBUSY);
    assert_int_equal(rmr_policy_assign(&display, &d2, true), -EBUSY);
    audio.relaxed = true;
    assert_int_equal(rmr_policy_assign(&display, &d2, true), 0);
    assert_int_equal(judged(&d1), -EPERM);
    says("rmr: /display: shares a region with /audio, which is d2's: not assigned to d1\n");
    assert_int_equal(judged(&d0), -EPERM);
    audio_regions[0].pa = 0x60003000;
    assert_int_equal(judged(&d1), 0);
    audio_regions[0].pa = INVALID_PADDR;
    assert_int_equal(judged(&d1), 0);
}

int run_guest_tests(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, forget)
    static const struct CMUnitTest tests[] = {
        T(keeps_off_what_is_promised),
        T(carve_outs_are_as_good_as_regions),
        T(asks_what_is_emulated),
        T(knows_who_may_have_company),
        T(says_what_company_is_refused),
        T(is_alone_with_itself),
        T(knows_whose_data_they_are),
        T(wants_to_be_able_to_wipe),
        T(refuses_requests_by_address),
        T(refuses_requests_that_wrap),
        T(judges_the_master),
        T(judges_the_domain),
        T(judges_whose_pages_they_are),
    };

    tests_run += ARRAY_SIZE(tests);

    return cmocka_run_group_tests_name("guests", tests, NULL, NULL);
}
