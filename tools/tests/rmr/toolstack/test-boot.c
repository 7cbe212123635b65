/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where kernel and modules go. Without holes it has to be where libxenguest
 * puts them; with random ones they have to fit if there is any place.
 */
#include "toolstack-test.h"

#define BLOCK LIBXL__RMR_RAM_ALIGN
#define ROUNDS 20000

static libxl__rmr_range ram[MAX_RANGES];
static unsigned int nr_ram;
static libxl__rmr_boot boot;
static uint64_t move, modules;

static bool place(void)
{
    return libxl__rmr_place_boot(ram, nr_ram, &boot, &move, &modules);
}

static uint64_t round_up(uint64_t x)
{
    return (x + BLOCK - 1) & ~(BLOCK - 1);
}

static libxl__rmr_boot any_boot(void)
{
    return (libxl__rmr_boot){
        .kernel = { GUEST_RAM0_BASE + (roll(2) ? 0 : 0x80000),
                    1 + roll(60 * MB) },
        .movable = roll(4),
        .modules = (1 + roll(40 * MB / 4096)) * 4096,
        .preferred = GUEST_RAM0_BASE + 128 * MB,
    };
}

/* The rule of meminit() in xg_dom_arm.c, as far as it can work there. */
static void like_without_holes(void **state)
{
    unsigned int round;

    (void)state;
    nr_ram = 1;
    for ( round = 0; round < ROUNDS; round++ )
    {
        uint64_t end, kernel_end;

        boot = any_boot();
        ram[0] = (libxl__rmr_range){ GUEST_RAM0_BASE,
                                     (1 + roll(256)) * BLOCK };
        end = ram[0].start + ram[0].size;
        kernel_end = round_up(boot.kernel.start + boot.kernel.size);
        if ( end >= boot.preferred + boot.modules &&
             kernel_end < boot.preferred )
        {
            assert_true(place());
            assert_int_equal(modules, boot.preferred);
        }
        else if ( end > kernel_end && end - boot.modules > kernel_end &&
                  end - boot.modules < end )
        {
            assert_true(place());
            assert_int_equal(modules, end - boot.modules);
        }
        else
            continue;
        assert_int_equal(move, 0);
    }
}

static void any_ram(void)
{
    uint64_t at = GUEST_RAM0_BASE + (roll(2) ? 0 : roll(64) * BLOCK);
    unsigned int i;

    nr_ram = 1 + roll(6);
    for ( i = 0; i < nr_ram; i++ )
    {
        ram[i] = (libxl__rmr_range){ at, (1 + roll(40)) * BLOCK };
        at += ram[i].size + (1 + roll(20)) * BLOCK;
    }
}

static int piece_of(uint64_t start, uint64_t size)
{
    unsigned int i;

    for ( i = 0; i < nr_ram; i++ )
        if ( start >= ram[i].start &&
             start + size <= ram[i].start + ram[i].size )
            return i;

    return -1;
}

/* Is there any place at all? Every block for the kernel, every page above. */
static bool possible(void)
{
    uint64_t offset = boot.kernel.start % BLOCK, base;
    uint64_t size = round_up(offset + boot.kernel.size);
    unsigned int i;

    for ( base = boot.kernel.start - offset;
          base < ram[nr_ram - 1].start + ram[nr_ram - 1].size; base += BLOCK )
    {
        if ( base + offset != boot.kernel.start && !boot.movable )
            break;
        if ( piece_of(base, size) < 0 )
            continue;
        for ( i = 0; i < nr_ram; i++ )
        {
            uint64_t end = ram[i].start + ram[i].size, from = ram[i].start;

            if ( from < base + size )
                from = base + size;
            if ( from < end && boot.modules <= end - from )
                return true;
        }
    }

    return false;
}

static void random_pieces(void **state)
{
    unsigned int round, placed = 0, moved = 0;

    (void)state;
    for ( round = 0; round < ROUNDS; round++ )
    {
        uint64_t start;

        any_ram();
        boot = any_boot();
        if ( !place() )
        {
            assert_false(possible());
            continue;
        }
        placed++;
        moved += !!move;
        start = boot.kernel.start + move;
        assert_int_equal(move % BLOCK, 0);
        assert_true(!move || boot.movable);
        assert_true(piece_of(start & ~(BLOCK - 1),
                             boot.kernel.size + start % BLOCK) >= 0);
        assert_true(piece_of(modules, boot.modules) >= 0);
        assert_true(modules >= start + boot.kernel.size);
        assert_int_equal(modules % 4096, 0);
    }
    /* Else the test shows nothing. */
    assert_true(placed > ROUNDS / 4 && placed < ROUNDS && moved > ROUNDS / 10);
}

/* A region at the very start of RAM. */
static void kernel_moves(void **state)
{
    (void)state;
    ram[0] = (libxl__rmr_range){ GUEST_RAM0_BASE + 16 * MB, 512 * MB };
    nr_ram = 1;
    boot = (libxl__rmr_boot){
        .kernel = { GUEST_RAM0_BASE + 0x80000, 20 * MB }, .movable = true,
        .modules = MB, .preferred = GUEST_RAM0_BASE + 128 * MB,
    };
    assert_true(place());
    assert_int_equal(move, 16 * MB);
    assert_int_equal(modules, boot.preferred);
    boot.movable = false;
    assert_false(place());
}

/* Modules that do not fit beside the kernel go into the next piece. */
static void modules_above(void **state)
{
    (void)state;
    ram[0] = (libxl__rmr_range){ GUEST_RAM0_BASE, 32 * MB };
    ram[1] = (libxl__rmr_range){ GUEST_RAM0_BASE + 40 * MB, 64 * MB };
    nr_ram = 2;
    boot = (libxl__rmr_boot){
        .kernel = { GUEST_RAM0_BASE, 30 * MB }, .movable = true,
        .modules = 8 * MB, .preferred = GUEST_RAM0_BASE + 128 * MB,
    };
    assert_true(place());
    assert_int_equal(move, 0);
    assert_int_equal(modules, GUEST_RAM0_BASE + 40 * MB);
}

int run_boot_tests(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(like_without_holes),
        cmocka_unit_test(random_pieces),
        cmocka_unit_test(kernel_moves),
        cmocka_unit_test(modules_above),
    };

    return cmocka_run_group_tests_name("kernel and modules", tests, NULL, NULL);
}
