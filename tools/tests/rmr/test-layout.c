/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layout.c: a guest's RAM around regions, against a map of 2 MB pages that is
 * filled one by one, and which bank the kernel goes to.
 */
#include "rmr-test.h"

#define M 0x100000UL
#define NR_BANKS 16

static const struct rmr_range windows[] = {
    { 1024 * M, 3072 * M },
    { 8192 * M, 1016 * 1024 * M },
};

static struct membanks *ram;

static int setup(void **state)
{
    ram = membanks_xzalloc(NR_BANKS, MEMORY);

    return !ram;
}

static int free_ram(void **state)
{
    xfree(ram);

    return 0;
}

static int lay_out(struct rmr_range *holes, unsigned int nr, paddr_t amount)
{
    return rmr_layout_ram(ram, windows, ARRAY_SIZE(windows), holes, nr, amount);
}

static void bank_is(unsigned int i, paddr_t start, paddr_t size)
{
    assert_true(i < ram->nr_banks);
    assert_int_equal(ram->bank[i].start, start);
    assert_int_equal(ram->bank[i].size, size);
}

static void lays_out_without_holes(void **state)
{
    assert_int_equal(lay_out(NULL, 0, 768 * M), 0);
    assert_int_equal(ram->nr_banks, 1);
    bank_is(0, 1024 * M, 768 * M);

    assert_int_equal(lay_out(NULL, 0, 4096 * M), 0);
    assert_int_equal(ram->nr_banks, 2);
    bank_is(0, 1024 * M, 3072 * M);
    bank_is(1, 8192 * M, 1024 * M);
}

static void keeps_the_amount_around_a_hole(void **state)
{
    struct rmr_range holes[] = { { 1536 * M, 16 * M } };

    assert_int_equal(lay_out(holes, 1, 768 * M), 0);
    assert_int_equal(ram->nr_banks, 2);
    bank_is(0, 1024 * M, 512 * M);
    bank_is(1, 1552 * M, 256 * M);
    /* It ends where the hole begins. */
    assert_int_equal(lay_out(holes, 1, 512 * M), 0);
    assert_int_equal(ram->nr_banks, 1);
}

static void rounds_holes_outward(void **state)
{
    struct rmr_range holes[] = { { 1536 * M + 0x1000, 0x2000 },
                                 { 1540 * M - 0x1000, 0x2000 } };

    assert_int_equal(lay_out(holes, 2, 768 * M), 0);
    assert_int_equal(ram->nr_banks, 2);
    bank_is(0, 1024 * M, 512 * M);
    bank_is(1, 1542 * M, 256 * M);
}

static void takes_holes_in_any_order(void **state)
{
    struct rmr_range holes[] = {
        { 1536 * M, 16 * M }, { 0, 16 * M }, { 1024 * M, 2 * M },
        { 1540 * M, 2 * M }, { 1536 * M, 16 * M }, { 4094 * M, 4 * M },
        { 1546 * M, 64 * M }, { 8000 * M, 256 * M },
    };

    assert_int_equal(lay_out(holes, ARRAY_SIZE(holes), 3072 * M), 0);
    assert_int_equal(ram->nr_banks, 3);
    bank_is(0, 1026 * M, 510 * M);
    bank_is(1, 1610 * M, 2484 * M);
    bank_is(2, 8256 * M, 78 * M);
}

static void says_when_there_is_no_room(void **state)
{
    struct rmr_range holes[NR_BANKS + 1];
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(holes); i++ )
        holes[i] = (struct rmr_range){ (1026 + 4 * i) * M, 2 * M };
    assert_int_equal(lay_out(holes, NR_BANKS - 1, 1024 * M), 0);
    assert_int_equal(lay_out(holes, NR_BANKS, 1024 * M), -E2BIG);
    assert_int_equal(lay_out(holes, NR_BANKS, 2 * NR_BANKS * M), 0);
    assert_int_equal(lay_out(NULL, 0, (3072 + 1016 * 1024) * M), 0);
    assert_int_equal(lay_out(holes, 1, (3072 + 1016 * 1024) * M), -ENOSPC);
}

/* Page by page: what is RAM, and from where on all that is free is not. */
static void check_against_map(const struct rmr_range *holes, unsigned int nr,
                              paddr_t amount)
{
    static uint8_t map[4096];
    paddr_t total = 0;
    unsigned int i;

    memset(map, 0, sizeof(map));
    for ( i = 0; i < nr; i++ )
        for ( paddr_t a = holes[i].start & ~(2 * M - 1);
              a < holes[i].start + holes[i].size; a += 2 * M )
            if ( a / (2 * M) < sizeof(map) )
                map[a / (2 * M)] = 1;

    for ( i = 0; i < ram->nr_banks; i++ )
    {
        paddr_t a = ram->bank[i].start;

        assert_int_equal(a % (2 * M), 0);
        assert_true(!i || a > ram->bank[i - 1].start);
        total += ram->bank[i].size;
        for ( ; a < ram->bank[i].start + ram->bank[i].size; a += 2 * M )
            if ( a / (2 * M) < sizeof(map) )
            {
                assert_int_equal(map[a / (2 * M)], 0);
                map[a / (2 * M)] = 2;
            }
    }
    assert_int_equal(total, amount);

    /* Nothing free is left out below the last of it. */
    for ( i = 512; i < 2048 &&
                   i < ram->bank[ram->nr_banks - 1].start / (2 * M); i++ )
        assert_int_not_equal(map[i], 0);
}

static void agrees_with_a_map(void **state)
{
    unsigned int n, i;

    srand(1);
    for ( n = 0; n < 2000; n++ )
    {
        struct rmr_range holes[NR_BANKS - 2];
        unsigned int nr = rand() % ARRAY_SIZE(holes);
        paddr_t amount = (1 + rand() % 4000) * M;

        for ( i = 0; i < nr; i++ )
            holes[i] = (struct rmr_range){
                (900 + rand() % 3300) * M + rand() % 256 * 0x1000,
                rand() % 4 ? 0x1000 : (1 + rand() % 200) * M,
            };
        assert_int_equal(lay_out(holes, nr, amount), 0);
        check_against_map(holes, nr, amount);
    }
}

static void set_banks(unsigned int nr, ...)
{
    va_list ap;

    ram->nr_banks = nr;
    va_start(ap, nr);
    for ( unsigned int i = 0; i < nr; i++ )
    {
        ram->bank[i].start = va_arg(ap, unsigned long) * M;
        ram->bank[i].size = va_arg(ap, unsigned long) * M;
    }
    va_end(ap);
}

static void boots_from_the_lowest_ample_bank(void **state)
{
    const struct rmr_boot_images boot = { 0, 40 * M, 8 * M };

    set_banks(3, 1024UL, 16UL, 1056UL, 136UL, 1536UL, 512UL);
    assert_int_equal(rmr_layout_boot_bank(ram, &boot), 0);
    bank_is(0, 1056 * M, 136 * M);
    bank_is(1, 1024 * M, 16 * M);
    bank_is(2, 1536 * M, 512 * M);

    set_banks(2, 1024UL, 512UL, 1552UL, 1024UL);
    assert_int_equal(rmr_layout_boot_bank(ram, &boot), 0);
    bank_is(0, 1024 * M, 512 * M);
}

static void boots_from_the_largest_if_none_is_ample(void **state)
{
    const struct rmr_boot_images boot = { 0, 40 * M, 8 * M };

    set_banks(3, 1024UL, 50UL, 1100UL, 64UL, 1536UL, 60UL);
    assert_int_equal(rmr_layout_boot_bank(ram, &boot), 0);
    bank_is(0, 1100 * M, 64 * M);
    bank_is(1, 1024 * M, 50 * M);
    bank_is(2, 1536 * M, 60 * M);

    /* The modules must not begin where the kernel ends. */
    set_banks(1, 1024UL, 48UL);
    assert_int_equal(rmr_layout_boot_bank(ram, &boot), -ENOSPC);
}

static void boots_a_kernel_of_a_fixed_place_there(void **state)
{
    struct rmr_boot_images boot = { 1600 * M, 40 * M, 8 * M };

    set_banks(2, 1024UL, 512UL, 1552UL, 128UL);
    assert_int_equal(rmr_layout_boot_bank(ram, &boot), 0);
    bank_is(0, 1552 * M, 128 * M);

    /* At its bank's end the modules go below it; at its start, behind. */
    boot.load = 1640 * M;
    assert_int_equal(rmr_layout_boot_bank(ram, &boot), 0);
    bank_is(0, 1552 * M, 128 * M);
    boot.load = 1552 * M;
    assert_int_equal(rmr_layout_boot_bank(ram, &boot), 0);

    /* In the hole, and half in it. */
    boot.load = 1540 * M;
    assert_int_equal(rmr_layout_boot_bank(ram, &boot), -ENOSPC);
    boot.load = 1500 * M;
    assert_int_equal(rmr_layout_boot_bank(ram, &boot), -ENOSPC);
    boot.load = 1660 * M;
    assert_int_equal(rmr_layout_boot_bank(ram, &boot), -ENOSPC);
}

int run_layout_tests(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, free_ram)
    static const struct CMUnitTest tests[] = {
        T(lays_out_without_holes),
        T(keeps_the_amount_around_a_hole),
        T(rounds_holes_outward),
        T(takes_holes_in_any_order),
        T(says_when_there_is_no_room),
        T(agrees_with_a_map),
        T(boots_from_the_lowest_ample_bank),
        T(boots_from_the_largest_if_none_is_ample),
        T(boots_a_kernel_of_a_fixed_place_there),
    };

    tests_run += ARRAY_SIZE(tests);

    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
