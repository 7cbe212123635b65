/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.c against a plain model: a page at a time, every page of a region leads
 * to its frame through a leaf of the size that p2m_set_entry() would take, and
 * every page beside it leads nowhere. The model is written from the rule and
 * the architecture's entry format, not from table.c.
 */
#include "rmr-test.h"

#define P4K 1UL
#define P2M 512UL
#define P1G (512UL * 512)

/* Input sizes with the root that setup_virt_paging() makes for them. */
static const struct rmr_geometry geometries[] = {
    { 32, 1, 0 }, { 36, 1, 0 }, { 40, 1, 1 }, { 42, 1, 3 },
    { 44, 0, 0 }, { 48, 0, 0 },
};

struct range {
    unsigned long gfn, mfn, nr;
};

/* The p2m's rule, with @nr pages left to map. */
static unsigned int model_level(unsigned long gfn, unsigned long mfn,
                                unsigned long nr)
{
    unsigned long mask = gfn | mfn | nr;

    if ( mask % P1G == 0 )
        return 1;

    return mask % P2M == 0 ? 2 : 3;
}

static unsigned long model_pages(unsigned int level)
{
    return level == 1 ? P1G : level == 2 ? P2M : P4K;
}

/* Normal write-back, outer shareable, read-write, never executed. */
static uint64_t model_leaf(unsigned long mfn, unsigned int level)
{
    return 1UL |                               /* valid */
           (level == 3 ? 1UL << 1 : 0) |       /* page, not block */
           0xfUL << 2 |                        /* MemAttr */
           1UL << 6 | 1UL << 7 |               /* S2AP */
           2UL << 8 |                          /* SH */
           1UL << 10 |                         /* AF */
           mfn << 12 |
           1UL << 54 |                         /* XN */
           (uint64_t)p2m_mmio_direct_c << 55;  /* software: the p2m's type */
}

static void page_is(const struct rmr_table *t, unsigned long gfn,
                    uint64_t leaf, unsigned int level)
{
    unsigned int l = 99;
    lpae_t pte = rmr_table_lookup(t->root, &t->geom, _gfn(gfn), &l);

    if ( pte.bits != leaf || (leaf && l != level) )
        fail_msg("gfn %#lx: %#lx at level %u, not %#lx at level %u", gfn,
                 pte.bits, l, leaf, level);
}

static void leaf_is(const struct rmr_table *t, unsigned long gfn,
                    unsigned long mfn, unsigned int level)
{
    uint64_t leaf = model_leaf(mfn, level);
    unsigned long i;

    for ( i = 0; i < model_pages(level); i++ )
        page_is(t, gfn + i, leaf, level);
}

static void range_is(const struct rmr_table *t, const struct range *r)
{
    unsigned long gfn = r->gfn, mfn = r->mfn, nr = r->nr;

    while ( nr )
    {
        unsigned int level = model_level(gfn, mfn, nr);

        leaf_is(t, gfn, mfn, level);
        gfn += model_pages(level);
        mfn += model_pages(level);
        nr -= model_pages(level);
    }
}

/* Is there a leaf below the table of @level that serves page @first on? */
static bool needs_table(const struct range *r, unsigned int nr_ranges,
                        unsigned int level, unsigned long first)
{
    unsigned long span = 1UL << (9 * (4 - level)), gfn, mfn, nr;
    unsigned int i, l;

    for ( i = 0; i < nr_ranges; i++ )
        for ( gfn = r[i].gfn, mfn = r[i].mfn, nr = r[i].nr; nr;
              gfn += model_pages(l), mfn += model_pages(l),
              nr -= model_pages(l) )
        {
            l = model_level(gfn, mfn, nr);
            if ( l >= level && gfn >= first && gfn < first + span )
                return true;
        }

    return false;
}

static unsigned int model_tables(const struct rmr_geometry *g,
                                 const struct range *r, unsigned int nr_ranges)
{
    unsigned int i, level, nr = 1U << g->root_order;

    for ( level = g->root_level + 1; level <= 3; level++ )
    {
        unsigned long span = 1UL << (9 * (4 - level)), last = ~0UL;

        /* Ranges are in order, so a table is counted where it begins. */
        for ( i = 0; i < nr_ranges; i++ )
        {
            unsigned long first = r[i].gfn / span * span;

            for ( ; first < r[i].gfn + r[i].nr; first += span )
                if ( first != last )
                {
                    nr += needs_table(r, nr_ranges, level, first);
                    last = first;
                }
        }
    }

    return nr;
}

static void check(const struct rmr_geometry *g, const struct range *r,
                  unsigned int nr)
{
    struct rmr_table t = {};
    unsigned int i;

    assert_int_equal(rmr_table_init(&t, g, true), 0);
    for ( i = 0; i < nr; i++ )
        assert_int_equal(rmr_table_map(&t, _gfn(r[i].gfn), _mfn(r[i].mfn),
                                       r[i].nr), 0);

    for ( i = 0; i < nr; i++ )
    {
        range_is(&t, &r[i]);
        if ( r[i].gfn && (!i || r[i - 1].gfn + r[i - 1].nr != r[i].gfn) )
            page_is(&t, r[i].gfn - 1, 0, 0);
        if ( i + 1 == nr || r[i].gfn + r[i].nr != r[i + 1].gfn )
            page_is(&t, r[i].gfn + r[i].nr, 0, 0);
    }

    assert_int_equal(t.nr_pages, model_tables(g, r, nr));
    assert_int_equal(t.nr_pages, live_table_pages());
    assert_true(all_cleaned());

    rmr_table_destroy(&t);
    assert_int_equal(live_table_pages(), 0);
    assert_int_equal(t.nr_pages, 0);
    /* A second time is harmless. */
    rmr_table_destroy(&t);
}

/* --- Tests ---------------------------------------------------------------- */

static const unsigned long sizes[] = {
    1, 2, 3, P2M - 1, P2M, P2M + 1, 2 * P2M - 1, 2 * P2M, 2 * P2M + 1,
    32 * P2M, 32 * P2M + 1,
};
static const unsigned long offsets[] = { 0, 1, 2, P2M - 1, P2M, P2M + 1 };

static void maps_every_size_around_4k_and_2m(void **state)
{
    unsigned int g, s, a, b;

    for ( g = 0; g < ARRAY_SIZE(geometries); g++ )
        for ( s = 0; s < ARRAY_SIZE(sizes); s++ )
            for ( a = 0; a < ARRAY_SIZE(offsets); a++ )
                for ( b = 0; b < ARRAY_SIZE(offsets); b++ )
                {
                    const struct range r = {
                        .gfn = 0x60000 + offsets[a],
                        .mfn = 0x2573a000 / P1G * P1G + offsets[b],
                        .nr = sizes[s],
                    };

                    /* All pairs in one geometry, the diagonal in the others. */
                    if ( g == 2 || a == b )
                        check(&geometries[g], &r, 1);
                }
}

static void maps_every_size_around_1g(void **state)
{
    static const unsigned long gigs[] = {
        P1G - P2M, P1G - 1, P1G, P1G + 1, P1G + P2M, 2 * P1G,
    };
    static const unsigned long starts[] = { 0, P2M, P1G - P2M, P1G };
    unsigned int g, s, a;

    for ( g = 0; g < ARRAY_SIZE(geometries); g++ )
        for ( s = 0; s < ARRAY_SIZE(gigs); s++ )
            for ( a = 0; a < ARRAY_SIZE(starts); a++ )
            {
                const struct range r = {
                    .gfn = starts[a], .mfn = starts[a], .nr = gigs[s],
                };

                if ( geometries[g].ipa_bits == 32 &&
                     r.gfn + r.nr >= 1UL << 20 )
                    continue;
                /* 4K leaves from end to end: once is enough. */
                if ( (gigs[s] % P2M) && (g != 2 || starts[a]) )
                    continue;
                check(&geometries[g], &r, 1);
            }
}

static void maps_up_to_the_last_page(void **state)
{
    unsigned int g;

    for ( g = 0; g < ARRAY_SIZE(geometries); g++ )
    {
        unsigned long end = 1UL << (geometries[g].ipa_bits - PAGE_SHIFT);
        struct rmr_table t = {};

        assert_int_equal(rmr_table_init(&t, &geometries[g], false), 0);
        assert_int_equal(rmr_table_map(&t, _gfn(end - 3), _mfn(end - 3), 3), 0);
        page_is(&t, end - 4, 0, 0);
        page_is(&t, end - 3, model_leaf(end - 3, 3), 3);
        page_is(&t, end - 1, model_leaf(end - 1, 3), 3);
        /* The entry below the root's first page is another one. */
        page_is(&t, (end - 1) & (P1G * 512 - 1) & ~(end >> 1), 0, 0);

        assert_int_equal(rmr_table_map(&t, _gfn(end), _mfn(0), 1), -EINVAL);
        assert_int_equal(rmr_table_map(&t, _gfn(end - 4), _mfn(0), 5), -EINVAL);
        assert_int_equal(rmr_table_map(&t, _gfn(~0UL), _mfn(0), 2), -EINVAL);
        page_is(&t, end - 4, 0, 0);
        rmr_table_destroy(&t);
    }
}

static void maps_several_regions(void **state)
{
    static const struct range r[] = {
        { 0x1000, 0x90000, 1 },
        { 0x1001, 0x1001, 1 },                 /* side by side */
        { 0x60000 - 1, 0x60000 - 1, P2M + 2 }, /* across 2M */
        { 0x61000, 0x61000, 8 * P2M },
        { 0xc0000 - P2M, 0xc0000 - P2M, 2 * P2M }, /* across 1G */
    };
    unsigned int g;

    for ( g = 0; g < ARRAY_SIZE(geometries); g++ )
        check(&geometries[g], r, ARRAY_SIZE(r));
}

/* 64M + 4K is the case in which an aligned start is not enough. */
static void takes_the_remaining_length_into_account(void **state)
{
    assert_int_equal(rmr_leaf_level(0x60000, 0x60000, 32 * P2M), 2);
    assert_int_equal(rmr_leaf_level(0x60000, 0x60000, 32 * P2M + 1), 3);
    assert_int_equal(rmr_leaf_level(0x60000, 0x60001, 32 * P2M), 3);
    assert_int_equal(rmr_leaf_level(0x60001, 0x60000, 32 * P2M), 3);
    assert_int_equal(rmr_leaf_level(P1G, 2 * P1G, P1G), 1);
    assert_int_equal(rmr_leaf_level(P1G, 2 * P1G, P1G + P2M), 2);
    assert_int_equal(rmr_leaf_level(P1G, 2 * P1G + P2M, P1G), 2);
}

static void makes_the_p2ms_leaves(void **state)
{
    unsigned int level;

    for ( level = 1; level <= 3; level++ )
        assert_int_equal(rmr_leaf(_mfn(0x80000), level).bits,
                         model_leaf(0x80000, level));
}

static void looks_nothing_up_beyond_the_root(void **state)
{
    unsigned int g;

    for ( g = 0; g < ARRAY_SIZE(geometries); g++ )
    {
        struct rmr_table t = {};
        unsigned long beyond = (1UL << geometries[g].root_order) *
                               (geometries[g].root_level ? P1G * 512
                                                         : P1G * 512 * 512);

        assert_int_equal(rmr_table_init(&t, &geometries[g], false), 0);
        assert_int_equal(rmr_table_map(&t, _gfn(0), _mfn(0), 1), 0);
        page_is(&t, 0, model_leaf(0, 3), 3);
        page_is(&t, 1, 0, 0);
        page_is(&t, beyond, 0, 0);
        rmr_table_destroy(&t);
    }
}

static void survives_each_failed_allocation(void **state)
{
    static const struct range r[] = {
        { 0x60000, 0x60000, 1 }, { 0x7ffff, 0x7ffff, 2 * P2M },
        { 0x300000, 0x300000, P2M },
    };
    unsigned int g, n, i;

    for ( g = 0; g < ARRAY_SIZE(geometries); g++ )
        for ( n = 1; ; n++ )
        {
            struct rmr_table t = {};
            bool failed;
            int rc;

            fail_allocation(n);
            rc = rmr_table_init(&t, &geometries[g], true);
            for ( i = 0; i < ARRAY_SIZE(r) && !rc; i++ )
                if ( r[i].gfn + r[i].nr <=
                     1UL << (geometries[g].ipa_bits - PAGE_SHIFT) )
                    rc = rmr_table_map(&t, _gfn(r[i].gfn), _mfn(r[i].mfn),
                                       r[i].nr);
            failed = allocation_failed();
            fail_allocation(0);
            assert_int_equal(rc, failed ? -ENOMEM : 0);
            assert_int_equal(t.root ? t.nr_pages : 0, live_table_pages());
            rmr_table_destroy(&t);
            assert_int_equal(live_table_pages(), 0);
            if ( !failed )
                break;
            assert_true(n < 100);
        }
}

int run_table_tests(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_every_size_around_4k_and_2m),
        cmocka_unit_test(maps_every_size_around_1g),
        cmocka_unit_test(maps_up_to_the_last_page),
        cmocka_unit_test(maps_several_regions),
        cmocka_unit_test(takes_the_remaining_length_into_account),
        cmocka_unit_test(makes_the_p2ms_leaves),
        cmocka_unit_test(looks_nothing_up_beyond_the_root),
        cmocka_unit_test(survives_each_failed_allocation),
    };

    tests_run += ARRAY_SIZE(tests);

    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
