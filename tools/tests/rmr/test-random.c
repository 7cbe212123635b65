/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trees that no rule foresaw: the fixtures with values and lengths of the
 * properties that dt.c and policy.c read changed at random, always the same
 * way. Each value is a block of memory of its own, so that a read beyond it is
 * a finding. Whatever is accepted has to be what policy.c promises.
 */
#include "rmr-test.h"

#define ROUNDS 300
#define MAX_VALUES 512

static uint32_t seed;
static void *values[MAX_VALUES];
static unsigned int nr_values;

static uint32_t roll(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;

    return (seed >> 8) % n;
}

static uint32_t any_cell(bool number_of_cells)
{
    static const uint32_t cells[] = {
        0, 1, 2, 3, 4, 5, 8, 0xffffffff, 0x1000, 0xfffff000, 0x60000000,
        0x60000800, 0x44000000, 0x9050000, 0x80000000, 0x40000000,
    };

    if ( number_of_cells && SHIM_MAX_CELLS < 3 )
        return 1 + roll(SHIM_MAX_CELLS);

    return cells[roll(number_of_cells ? 8 : ARRAY_SIZE(cells))];
}

static void change(struct dt_property *pp)
{
    static const char *const lists[] = {
        "iommus", "iommu-addresses", "memory-region", "reg",
    };
    static const char *const numbers[] = {
        "#address-cells", "#size-cells", "#iommu-cells",
    };
    bool list = false, number = false;
    unsigned int i;
    uint32_t *copy;

    for ( i = 0; i < ARRAY_SIZE(lists); i++ )
        list |= !strcmp(pp->name, lists[i]);
    for ( i = 0; i < ARRAY_SIZE(numbers); i++ )
        number |= !strcmp(pp->name, numbers[i]);

    if ( (!list && !number) || nr_values == MAX_VALUES )
        return;

    if ( list && !roll(16) )
        pp->length = roll(pp->length + 1);

    copy = malloc(pp->length ?: 1);
    if ( !copy )
        abort();
    memcpy(copy, pp->value, pp->length);
    values[nr_values++] = copy;
    pp->value = copy;

    if ( pp->length >= 4 && !roll(number ? 12 : 4) )
        copy[roll(pp->length / 4)] = cpu_to_be32(any_cell(number));
}

/* What an accepted region is, by itself: policy.c is not asked. */
static void region_is_sound(const struct rmr_region *r, unsigned int bits)
{
    const struct membanks *banks = bootinfo_get_reserved_mem();
    paddr_t page;
    unsigned int i;

    assert_int_equal(r->iova % PAGE_SIZE, 0);
    assert_int_equal(r->size % PAGE_SIZE, 0);
    assert_int_not_equal(r->size, 0);
    assert_true(r->iova + r->size - 1 >= r->iova);
    assert_int_equal((r->iova + r->size - 1) >> bits, 0);
    if ( rmr_is_carveout(r) )
        return;

    assert_int_equal(r->pa % PAGE_SIZE, 0);
    assert_int_equal((r->pa + r->size - 1) >> bits, 0);
    for ( page = r->pa; page < r->pa + r->size; page += PAGE_SIZE )
    {
        for ( i = 0; i < banks->nr_banks; i++ )
            if ( page >= banks->bank[i].start &&
                 page + PAGE_SIZE <= banks->bank[i].start + banks->bank[i].size )
                break;
        assert_true(i < banks->nr_banks);
    }
}

/* Pages in part another master's: never to be assigned. */
static void sharing_is_sound(const struct rmr_master *m,
                             const struct rmr_master *other)
{
    unsigned int i, j;

    for ( i = 0; i < m->nr_regions; i++ )
        for ( j = 0; j < other->nr_regions; j++ )
        {
            const struct rmr_region *r = &m->regions[i];
            const struct rmr_region *o = &other->regions[j];

            if ( !rmr_is_carveout(r) && !rmr_is_carveout(o) &&
                 r->pa < o->pa + o->size && o->pa < r->pa + r->size &&
                 (r->pa != o->pa || r->size != o->size) )
                assert_true(m->kept && other->kept);
        }
}

static void masters_are_sound(void)
{
    const struct rmr_master *m, *other;
    unsigned int i;

    list_for_each_entry ( m, &found, list )
    {
        list_for_each_entry ( other, &found, list )
            if ( other != m )
                sharing_is_sound(m, other);

        assert_non_null(m->iommu);
        assert_true(m->nr_sids && m->nr_regions);
        for ( i = 0; i < m->nr_regions; i++ )
        {
            region_is_sound(&m->regions[i], 40);
            if ( i )
                assert_true(m->regions[i].iova - m->regions[i - 1].iova >=
                            m->regions[i - 1].size);
        }
    }
}

static void survives_random_changes(void **state)
{
    static const char *const trees[] = {
        "bad", "binding", "cells-2-1", "cmdline", "high", "iommus", "many-cells",
        "masked", "narrow-bus", "no-ranges", "overlap", "partial", "shared",
        "streams", "template", "truncated", "unaligned",
#if SHIM_MAX_CELLS > 2
        "ambiguous", "high-reg",
#endif
    };
    unsigned int i, n, masters = 0;

    for ( i = 0; i < ARRAY_SIZE(trees); i++ )
        for ( n = 0; n < ROUNDS; n++ )
        {
            struct dt_device_node *np;
            struct dt_property *pp;

            seed = i * ROUNDS + n;
            load_tree(trees[i]);
            dt_unflatten_host_device_tree();
            dt_for_each_device_node ( dt_host, np )
                dt_for_each_property_node ( np, pp )
                    change(pp);
            assert_int_equal(scan_and_check(40), 0);
            masters_are_sound();
            masters += nr_masters();
            unload();
            while ( nr_values )
                free(values[--nr_values]);
        }

    /* Else the changes are so wild that nothing is tried. */
    assert_true(masters > ARRAY_SIZE(trees) * ROUNDS / 4);
}

int run_random_tests(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(survives_random_changes, teardown),
    };

    tests_run += ARRAY_SIZE(tests);

    return cmocka_run_group_tests_name("random trees", tests, NULL, NULL);
}
