/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libxl__rmr_plan() refuses, word for word: each test changes one thing
 * in a request that is fine.
 */
#include "toolstack-test.h"

#define DISPLAY "/soc/display@1a000000"
#define AUDIO "/soc/audio@1b000000"

static libxl__rmr_region display_regions[3], audio_regions[1];
static libxl__rmr_master masters[2];
static libxl__rmr_iomem iomem[1];
static libxl__rmr_request request;
static libxl__rmr_range holes[4], ram[6];
static libxl__rmr_layout layout = { .holes = holes, .ram = ram };

static const libxl__rmr_fixed fixed[] = {
    { { GUEST_GNTTAB_BASE, GUEST_GNTTAB_SIZE }, "its grant table", NULL },
    { { GUEST_MAGIC_BASE, GUEST_MAGIC_SIZE }, "its magic pages", NULL },
    { { GUEST_VPCI_ECAM_BASE, GUEST_VPCI_ECAM_SIZE },
      "PCI configuration space", "drop pci=" },
};

static char said[2048];
static unsigned int refusals, warnings;

static void say(void *data, bool refusal, const char *text)
{
    (void)data;
    snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s%s",
             *said ? "\n" : "", text);
    *(refusal ? &refusals : &warnings) += 1;
}

/* A display with 9 MB at 0x60000000; audio beside it, which nobody wants. */
static int setup(void **state)
{
    (void)state;
    memset(display_regions, 0, sizeof(display_regions));
    memset(audio_regions, 0, sizeof(audio_regions));
    display_regions[0] = (libxl__rmr_region){ { 0x60000000, 9 * MB },
                                              0x60000000 };
    audio_regions[0] = (libxl__rmr_region){ { 0x70000000, MB }, 0x70000000 };

    masters[0] = (libxl__rmr_master){
        .node = DISPLAY, .wish = LIBXL__RMR_STRICT,
        .regions = display_regions, .nr_regions = 1,
    };
    masters[1] = (libxl__rmr_master){
        .node = AUDIO, .wish = LIBXL__RMR_NOT_ASSIGNED,
        .regions = audio_regions, .nr_regions = 1,
    };
    request = (libxl__rmr_request){
        .masters = masters, .nr_masters = 2, .nr_devices = 1,
        .banks = guest_banks, .nr_banks = NR_BANKS,
        .fixed = fixed, .nr_fixed = NELEM(fixed),
        .ram = GB,
    };

    return 0;
}

static bool plan(void)
{
    *said = '\0';
    refusals = warnings = 0;

    return libxl__rmr_plan(&request, &layout, say, NULL);
}

static void refused(const char *text)
{
    assert_false(plan());
    assert_string_equal(said, text);
    assert_int_equal(refusals, 1);
}

static void accepted(unsigned int nr_holes)
{
    assert_true(plan());
    assert_string_equal(said, "");
    assert_int_equal(layout.nr_holes, nr_holes);
}

static void fine(void **state)
{
    (void)state;
    accepted(1);
    assert_int_equal(layout.nr_ram, 2);
    assert_int_equal(ram[0].start, GUEST_RAM0_BASE);
    assert_int_equal(ram[0].size, 512 * MB);
    /* The region ends in the middle of 2 MB. */
    assert_int_equal(ram[1].start, 0x60a00000);
    assert_int_equal(ram[1].size, 512 * MB);
}

static void nothing_to_keep_free(void **state)
{
    (void)state;
    masters[0].wish = LIBXL__RMR_NOT_ASSIGNED;
    request.ram = GUEST_RAM0_SIZE + GUEST_RAM1_SIZE + MB;
    accepted(0);
    assert_int_equal(layout.nr_ram, 0);
}

static void kept(void **state)
{
    (void)state;
    masters[0].kept = "shares part of a region with " AUDIO;
    refused(DISPLAY ": cannot be assigned to any domain: shares part of a region "
            "with " AUDIO "; Xen's option rmr=" DISPLAY "=off makes it an "
            "ordinary device");
}

static void broken(void **state)
{
    (void)state;
    masters[0].broken = true;
    refused(DISPLAY ": cannot be assigned before the next boot: its SMMU did not "
            "complete an invalidation");
}

static void of_dom0(void **state)
{
    (void)state;
    masters[0].owned = true;
    refused(DISPLAY ": is domain 0's; mark its node xen,passthrough in the "
            "host's device tree to give it to a guest");
}

static void of_another(void **state)
{
    (void)state;
    masters[0].owned = true;
    masters[0].owner = 7;
    refused(DISPLAY ": is domain 7's; destroy that domain first");
    masters[0].owner_name = "cluster";
    refused(DISPLAY ": is domain 7's (cluster); destroy that domain first");
}

static void company(void **state)
{
    (void)state;
    request.nr_devices = 2;
    refused(DISPLAY ": has memory reserved for its DMA, and the guest has 2 "
            "devices that do DMA: with rdm_policy=strict it must be the only "
            "one; rdm_policy=relaxed allows others beside it");
    masters[0].wish = LIBXL__RMR_RELAXED;
    accepted(1);
    /* Each of them has to say so. */
    masters[1].wish = LIBXL__RMR_STRICT;
    assert_false(plan());
    masters[1].wish = LIBXL__RMR_RELAXED;
    accepted(2);
}

static void shared_memory(void **state)
{
    (void)state;
    audio_regions[0] = display_regions[0];
    masters[1].owned = true;
    masters[1].owner = 3;
    refused(DISPLAY ": shares the memory of its region 0x60000000-0x608fffff with "
            AUDIO ", which is domain 3's; both have to be one domain's");
    /* Not the memory, and nobody's yet: fine. */
    masters[1].owned = false;
    accepted(1);
}

static void at_fixed_range(void **state)
{
    (void)state;
    display_regions[0].range.start = 0x38fff000;
    refused(DISPLAY ": region 0x38fff000-0x398fefff is where a guest has its grant "
            "table (0x38000000-0x38ffffff); leave the device out of dtdev=, or "
            "have firmware reserve other memory for it");
    display_regions[0].range.start = 0x3a000000 - 9 * MB;
    refused(DISPLAY ": region 0x39700000-0x39ffffff is where a guest has its magic "
            "pages (0x39000000-0x39ffffff); leave the device out of dtdev=, or "
            "have firmware reserve other memory for it");
    display_regions[0].range.start = 0x1f800000;
    refused(DISPLAY ": region 0x1f800000-0x200fffff is where a guest has PCI "
            "configuration space (0x10000000-0x1fffffff); drop pci=");
    /* Between them. */
    display_regions[0].range.start = 0x3a000000;
    accepted(1);
}

static void beyond(void **state)
{
    (void)state;
    display_regions[0].range.start = UINT64_C(0x10000000000) - 9 * MB;
    accepted(1);
    display_regions[0].range.start += 4096;
    refused(DISPLAY ": region 0xffff701000-0x10000000fff is beyond what a guest "
            "can have, which ends at 0xffffffffff; leave the device out of "
            "dtdev=, or have firmware reserve other memory for it");
    display_regions[0].range.start = UINT64_MAX - 4095;
    assert_false(plan());
}

static void carve_out(void **state)
{
    (void)state;
    display_regions[1] = (libxl__rmr_region){ { 0x48000000, MB },
                                              LIBXL__RMR_NO_PA };
    masters[0].nr_regions = 2;
    accepted(2);
    assert_int_equal(layout.nr_ram, 3);
    assert_int_equal(ram[0].size, 128 * MB);
    display_regions[1].range.start = GUEST_GNTTAB_BASE;
    assert_false(plan());
}

static void in_iomem(void **state)
{
    (void)state;
    request.iomem = iomem;
    request.nr_iomem = 1;
    iomem[0].machine = iomem[0].guest =
        (libxl__rmr_range){ 0x60000000, 0x900000 };
    refused(DISPLAY ": region 0x60000000-0x608fffff is also given by "
            "iomem=\"0x60000,0x900\"; drop that, the region comes with the device");
    iomem[0].machine.start = 0x1a000000;
    refused(DISPLAY ": region 0x60000000-0x608fffff is where "
            "iomem=\"0x1a000,0x900@0x60000\" is to be in the guest; choose another "
            "address there");
    iomem[0].guest.start = 0x1a000000;
    accepted(1);
    /* A region of a device that is not the guest's. */
    iomem[0].machine.start = 0x70080000;
    refused(AUDIO ": region 0x70000000-0x700fffff is also given by "
            "iomem=\"0x70080,0x900\"; drop that, the region comes with the device "
            "in dtdev=");
    /* Nothing of a carve-out's is anywhere in the machine. */
    audio_regions[0].pa = LIBXL__RMR_NO_PA;
    accepted(1);
}

static void two_masters(void **state)
{
    (void)state;
    request.nr_devices = 2;
    masters[0].wish = masters[1].wish = LIBXL__RMR_RELAXED;
    /* The very same. */
    audio_regions[0] = display_regions[0];
    accepted(2);
    /* One address, other memory. */
    audio_regions[0].pa += 16 * MB;
    refused(AUDIO ": region 0x60000000-0x608fffff and region 0x60000000-0x608fffff "
            "of " DISPLAY " cannot both be in one guest; assign one of the two "
            "devices only");
    /* A carve-out over memory; over another carve-out it is none. */
    audio_regions[0].pa = LIBXL__RMR_NO_PA;
    assert_false(plan());
    display_regions[0].pa = LIBXL__RMR_NO_PA;
    audio_regions[0].range.size = MB;
    accepted(2);
}

static void too_much_ram(void **state)
{
    (void)state;
    /* 9 MB are in 10 MB that RAM keeps clear of. */
    request.ram = GUEST_RAM0_SIZE + GUEST_RAM1_SIZE - 10 * MB;
    accepted(1);
    request.ram += MB;
    refused("memory=1043447 is too much: 1043446 MB are left around what has to "
            "stay free for dtdev=");
}

static void host_strategy(void **state)
{
    (void)state;
    request.host = request.host_strict = true;
    accepted(2);

    audio_regions[0].range.start = GUEST_GNTTAB_BASE;
    refused(AUDIO ": region 0x38000000-0x380fffff cannot be kept free in the guest, "
            "which has its grant table there; "
            "rdm=\"strategy=host,policy=relaxed\" goes on without");

    request.host_strict = false;
    assert_true(plan());
    assert_string_equal(said, AUDIO ": region 0x38000000-0x380fffff cannot be "
                        "kept free in the guest, which has its grant table "
                        "there: the device cannot be assigned to it later");
    assert_int_equal(warnings, 1);
    assert_int_equal(layout.nr_holes, 1);

    audio_regions[0].range.start = UINT64_C(1) << 45;
    assert_true(plan());
    assert_int_equal(warnings, 1);

    /* That a device is another domain's does not matter here. */
    audio_regions[0].range.start = 0x70000000;
    masters[1].owned = true;
    masters[1].kept = "whatever";
    accepted(2);
}

static void host_strategy_and_ram(void **state)
{
    (void)state;
    request.host = true;
    request.ram = GUEST_RAM0_SIZE + GUEST_RAM1_SIZE - 10 * MB;
    assert_true(plan());
    assert_int_equal(warnings, 1);
    assert_string_equal(said, "rdm=: RAM does not fit around the regions of all "
                        "the host's devices; only those in dtdev= are kept "
                        "free");
    assert_int_equal(layout.nr_holes, 1);

    request.host_strict = true;
    refused("memory=1043446 is too much: 1043444 MB are left around what has to "
            "stay free for rdm=\"strategy=host,policy=strict\"");
}

int run_refusal_tests(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(fine, setup),
        cmocka_unit_test_setup(nothing_to_keep_free, setup),
        cmocka_unit_test_setup(kept, setup),
        cmocka_unit_test_setup(broken, setup),
        cmocka_unit_test_setup(of_dom0, setup),
        cmocka_unit_test_setup(of_another, setup),
        cmocka_unit_test_setup(company, setup),
        cmocka_unit_test_setup(shared_memory, setup),
        cmocka_unit_test_setup(at_fixed_range, setup),
        cmocka_unit_test_setup(beyond, setup),
        cmocka_unit_test_setup(carve_out, setup),
        cmocka_unit_test_setup(in_iomem, setup),
        cmocka_unit_test_setup(two_masters, setup),
        cmocka_unit_test_setup(too_much_ram, setup),
        cmocka_unit_test_setup(host_strategy, setup),
        cmocka_unit_test_setup(host_strategy_and_ram, setup),
    };

    return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}
