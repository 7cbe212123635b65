/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where RAM goes, for random holes and sizes, against a reference that looks at
 * each 2 MB of the banks in turn.
 */
#include "toolstack-test.h"

#define BLOCK LIBXL__RMR_RAM_ALIGN
#define ROUNDS 300

static libxl__rmr_range holes[MAX_HOLES], out[MAX_RANGES], expected[MAX_RANGES];
static unsigned int nr_holes;

/* Any size of hole, at the edges of banks more often than by chance. */
static void any_holes(void)
{
    static const uint64_t edges[] = {
        0, GUEST_RAM0_BASE, GUEST_RAM0_BASE + 128 * MB,
        GUEST_RAM0_BASE + GUEST_RAM0_SIZE, GUEST_RAM1_BASE,
        GUEST_RAM1_BASE + GB, GUEST_RAM1_BASE + GUEST_RAM1_SIZE,
    };
    unsigned int i;

    nr_holes = roll(MAX_HOLES + 1);
    for ( i = 0; i < nr_holes; i++ )
    {
        uint64_t size = (1 + roll(roll(4) ? 16 * MB : 4 * GB) / 4096) * 4096;
        uint64_t start = edges[roll(NELEM(edges))];

        switch ( roll(4) )
        {
        case 0: start += roll(64) * 4096; break;
        case 1: start -= start < size ? start : size; break;
        case 2: start = roll(16 * GB) & ~UINT64_C(4095); break;
        default: start = GUEST_RAM0_BASE + (roll(GB) & ~UINT64_C(4095)); break;
        }
        holes[i] = (libxl__rmr_range){ start, size };
    }
}

static bool is_free(uint64_t block)
{
    unsigned int i;

    for ( i = 0; i < nr_holes; i++ )
        if ( meet((libxl__rmr_range){ block, BLOCK }, holes[i]) )
            return false;

    return true;
}

/* The reference: block by block. The room is what the holes leave. */
static unsigned int spread(uint64_t ram, uint64_t *room)
{
    unsigned int bank, nr = 0;
    uint64_t block;

    *room = 0;
    for ( bank = 0; bank < NR_BANKS; bank++ )
        for ( block = guest_banks[bank].start;
              block < guest_banks[bank].start + guest_banks[bank].size;
              block += BLOCK )
        {
            uint64_t size = ram < BLOCK ? ram : BLOCK;

            if ( !is_free(block) )
                continue;
            *room += BLOCK;
            if ( !size )
                continue;
            ram -= size;
            if ( nr && block != guest_banks[bank].start &&
                 expected[nr - 1].start + expected[nr - 1].size == block )
                expected[nr - 1].size += size;
            else
                expected[nr++] = (libxl__rmr_range){ block, size };
        }

    return ram ? 0 : nr;
}

static void check_properties(unsigned int nr, uint64_t ram)
{
    uint64_t sum = 0;
    unsigned int i, k;

    for ( i = 0; i < nr; i++ )
    {
        bool inside = false;

        for ( k = 0; k < NR_BANKS; k++ )
            inside |= out[i].start >= guest_banks[k].start &&
                      out[i].start + out[i].size <=
                      guest_banks[k].start + guest_banks[k].size;
        assert_true(inside);
        for ( k = 0; k < nr_holes; k++ )
            assert_false(meet(out[i], holes[k]));
        assert_true(out[i].size);
        assert_int_equal(out[i].start % BLOCK, 0);
        if ( i + 1 < nr )
        {
            assert_int_equal(out[i].size % BLOCK, 0);
            assert_true(out[i].start + out[i].size <= out[i + 1].start);
        }
        sum += out[i].size;
    }
    assert_int_equal(sum, ram);
}

static void random_holes(void **state)
{
    unsigned int round, nr, want, i;

    (void)state;
    for ( round = 0; round < ROUNDS; round++ )
    {
        uint64_t ram = (1 + roll(roll(2) ? 4096 : 1040384)) * MB;
        uint64_t room, expected_room;

        any_holes();
        want = spread(ram, &expected_room);
        if ( !roll(4) )
        {
            /* Just what there is, or a little more. */
            ram = expected_room + roll(2) * MB;
            want = spread(ram, &expected_room);
        }
        nr = libxl__rmr_spread_ram(guest_banks, NR_BANKS, holes, nr_holes, ram,
                                   out, &room);
        assert_int_equal(room, expected_room);
        assert_int_equal(nr, want);
        if ( !nr )
            continue;
        check_properties(nr, ram);
        for ( i = 0; i < nr; i++ )
        {
            assert_int_equal(out[i].start, expected[i].start);
            assert_int_equal(out[i].size, expected[i].size);
        }
    }
}

/* Without holes it is what it always was: the banks, one after the other. */
static void no_holes(void **state)
{
    uint64_t room;

    (void)state;
    assert_int_equal(libxl__rmr_spread_ram(guest_banks, NR_BANKS, NULL, 0,
                                           4 * GB + MB, out, &room), 2);
    assert_int_equal(out[0].start, GUEST_RAM0_BASE);
    assert_int_equal(out[0].size, GUEST_RAM0_SIZE);
    assert_int_equal(out[1].start, GUEST_RAM1_BASE);
    assert_int_equal(out[1].size, GB + MB);
}

static void largest_gap(void **state)
{
    unsigned int round;

    (void)state;
    for ( round = 0; round < ROUNDS; round++ )
    {
        libxl__rmr_range bank = guest_banks[0], gap;
        uint64_t block, run = 0, largest = 0;

        any_holes();
        gap = libxl__rmr_largest_gap(bank, holes, nr_holes);
        for ( block = bank.start; block < bank.start + bank.size;
              block += BLOCK )
        {
            run = is_free(block) ? run + BLOCK : 0;
            largest = run > largest ? run : largest;
        }
        assert_int_equal(gap.size, largest);
        for ( block = gap.start; block < gap.start + gap.size; block += BLOCK )
            assert_true(is_free(block));
        assert_true(gap.start >= bank.start &&
                    gap.start + gap.size <= bank.start + bank.size);
    }
}

int run_ram_tests(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_holes),
        cmocka_unit_test(random_holes),
        cmocka_unit_test(largest_gap),
    };

    return cmocka_run_group_tests_name("RAM", tests, NULL, NULL);
}
