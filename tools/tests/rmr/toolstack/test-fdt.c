/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's device tree: made as libxl makes it, from partial trees in dts/,
 * and read again.
 */
#include <libfdt.h>

#include "toolstack-test.h"
#include "libxl_rmr_fdt.h"

#define FIRST 65002
#define SIZE 8192

static const libxl__rmr_region display_regions[] = {
    { { 0x60000000, 0x900000 }, 0x60000000 },
    { { 0x48000000, 0x100000 }, LIBXL__RMR_NO_PA },
};
static const libxl__rmr_region audio_regions[] = {
    { { 0x60000000, 0x900000 }, 0x60000000 },
    { { UINT64_C(0x280000000), 0x2000 }, 0x70000000 },
};
static const libxl__rmr_region video_regions[] = {
    { { 0x50000000, 0x100000 }, 0x50000000 },
};
static const libxl__rmr_master masters[] = {
    { .node = "/soc/display@1a000000", .wish = LIBXL__RMR_RELAXED,
      .regions = display_regions, .nr_regions = 2 },
    { .node = "/soc/audio@1b000000", .wish = LIBXL__RMR_RELAXED,
      .regions = audio_regions, .nr_regions = 2 },
    { .node = "/soc/video@1c000000", .wish = LIBXL__RMR_NOT_ASSIGNED,
      .regions = video_regions, .nr_regions = 1 },
};

static libxl__rmr_node nodes[6];
static unsigned int nr_nodes;
static char partial[SIZE], guest[SIZE];

static void *load(const char *name)
{
    char path[512], file[SIZE];
    FILE *f;
    size_t len;

    snprintf(path, sizeof(path), "%s/%s.dtb", TEST_DTBS, name);
    f = fopen(path, "rb");
    assert_non_null(f);
    len = fread(file, 1, sizeof(file), f);
    fclose(f);
    assert_true(len > 0 && len < sizeof(file));
    assert_int_equal(fdt_open_into(file, partial, sizeof(partial)), 0);

    return partial;
}

/* As libxl: numbers, links, then the guest's tree in one go. */
static void make_guest(void *pfdt, libxl__rmr_link links[2])
{
    static const libxl__rmr_range ram[] = {
        { GUEST_RAM0_BASE, 128 * MB }, { 0x48200000, 382 * MB },
        { GUEST_RAM1_BASE, 64 * MB },
    };
    unsigned int i;

    nr_nodes = libxl__rmr_fdt_collect(masters, NELEM(masters), nodes);
    assert_int_equal(nr_nodes, 3);
    libxl__rmr_fdt_number(pfdt, FIRST, nodes, nr_nodes);
    for ( i = 0; pfdt && i < 2; i++ )
        assert_int_equal(libxl__rmr_fdt_link(pfdt, &masters[i], nodes,
                                             nr_nodes, &links[i]), 0);

    assert_int_equal(fdt_create(guest, sizeof(guest)), 0);
    assert_int_equal(fdt_finish_reservemap(guest), 0);
    assert_int_equal(fdt_begin_node(guest, ""), 0);
    assert_int_equal(fdt_property_u32(guest, "#address-cells", 2), 0);
    assert_int_equal(fdt_property_u32(guest, "#size-cells", 2), 0);
    assert_int_equal(libxl__rmr_fdt_memory(guest, guest_banks, NR_BANKS, ram,
                                           NELEM(ram)), 0);
    assert_int_equal(libxl__rmr_fdt_reserved(guest, pfdt, nodes, nr_nodes), 0);
    assert_int_equal(fdt_end_node(guest), 0);
    assert_int_equal(fdt_finish(guest), 0);
}

static int node_at(const void *fdt, const char *path)
{
    int node = fdt_path_offset(fdt, path);

    assert_true(node > 0);

    return node;
}

static void has_cells(const void *fdt, const char *path, const char *property,
                      const uint32_t *cells, int nr)
{
    int i, len;
    const fdt32_t *there = fdt_getprop(fdt, node_at(fdt, path), property,
                                       &len);

    assert_non_null(there);
    assert_int_equal(len, nr * 4);
    for ( i = 0; i < nr; i++ )
        assert_int_equal(fdt32_to_cpu(there[i]), cells[i]);
}

#define HAS_CELLS(fdt, path, property, ...)                             \
    has_cells(fdt, path, property, (const uint32_t[]){ __VA_ARGS__ },   \
              NELEM(((const uint32_t[]){ __VA_ARGS__ })))

static void has(const void *fdt, const char *path, const char *property,
                bool there)
{
    assert_true(!!fdt_getprop(fdt, node_at(fdt, path), property, NULL) ==
                there);
}

static void memory_with_holes(void **state)
{
    (void)state;
    make_guest(NULL, NULL);
    HAS_CELLS(guest, "/memory@40000000", "reg", 0, 0x40000000, 0, 0x8000000,
              0, 0x48200000, 0, 0x17e00000);
    HAS_CELLS(guest, "/memory@200000000", "reg", 2, 0, 0, 0x4000000);
    assert_string_equal(fdt_getprop(guest, node_at(guest, "/memory@40000000"),
                                    "device_type", NULL), "memory");
}

static void without_a_partial_tree(void **state)
{
    (void)state;
    make_guest(NULL, NULL);
    HAS_CELLS(guest, "/reserved-memory", "#address-cells", 2);
    HAS_CELLS(guest, "/reserved-memory", "#size-cells", 2);
    has(guest, "/reserved-memory", "ranges", true);
    HAS_CELLS(guest, "/reserved-memory/rmr@60000000", "reg",
              0, 0x60000000, 0, 0x900000);
    HAS_CELLS(guest, "/reserved-memory/rmr@60000000", "phandle", FIRST);
    has(guest, "/reserved-memory/rmr@60000000", "no-map", true);
    HAS_CELLS(guest, "/reserved-memory/rmr@48000000", "reg",
              0, 0x48000000, 0, 0x100000);
    has(guest, "/reserved-memory/rmr@48000000", "no-map", true);
    HAS_CELLS(guest, "/reserved-memory/rmr@280000000", "reg",
              2, 0x80000000, 0, 0x2000);
}

static void links(void **state)
{
    libxl__rmr_link links[2];
    void *pfdt = load("plain");

    (void)state;
    make_guest(pfdt, links);
    /* 65002 is taken by the partial tree. */
    assert_int_equal(nodes[0].phandle, FIRST + 1);
    assert_int_equal(links[0], LIBXL__RMR_LINKED);
    assert_int_equal(links[1], LIBXL__RMR_LINKED);
    /* The display's carve-out is no memory for its driver. */
    HAS_CELLS(pfdt, "/passthrough/display@1a000000", "memory-region",
              FIRST + 1);
    HAS_CELLS(pfdt, "/passthrough/bus@1b000000/sound@0", "memory-region",
              FIRST + 1, FIRST + 3);
    HAS_CELLS(guest, "/reserved-memory/rmr@280000000", "phandle", FIRST + 3);
}

static void own_nodes(void **state)
{
    libxl__rmr_link links[2];
    void *pfdt = load("own-nodes");
    uint32_t splash = fdt_get_phandle(pfdt,
        node_at(pfdt, "/reserved-memory/splash@60000000"));

    (void)state;
    make_guest(pfdt, links);
    assert_int_equal(links[0], LIBXL__RMR_KEPT);
    HAS_CELLS(pfdt, "/passthrough/display@1a000000", "memory-region", splash);
    HAS_CELLS(guest, "/reserved-memory/splash@60000000", "phandle", splash);
    HAS_CELLS(guest, "/reserved-memory/splash@60000000", "reg",
              0, 0x60000000, 0, 0x900000);
    has(guest, "/reserved-memory/splash@60000000", "no-map", true);
    has(guest, "/reserved-memory/splash@60000000", "label", true);
    has(guest, "/reserved-memory/splash@60000000", "iommu-addresses", false);

    /* What the guest will not have: replaced. */
    assert_int_equal(links[1], LIBXL__RMR_REPLACED);
    HAS_CELLS(pfdt, "/passthrough/audio@1b000000", "memory-region", splash,
              nodes[2].phandle);
    assert_true(fdt_path_offset(guest, "/reserved-memory/other@50000000") < 0);
}

static void ambiguous(void **state)
{
    libxl__rmr_link links[2];
    void *pfdt = load("twice");

    (void)state;
    make_guest(pfdt, links);
    assert_int_equal(links[0], LIBXL__RMR_AMBIGUOUS);
    has(pfdt, "/passthrough/a/display@1a000000", "memory-region", false);
    has(pfdt, "/passthrough/b/display@1a000000", "memory-region", false);
    /* One says that it is another node of the host's. */
    assert_int_equal(links[1], LIBXL__RMR_LINKED);
    has(pfdt, "/passthrough/a/audio@1b000000", "memory-region", false);
    has(pfdt, "/passthrough/b/audio@1b000000", "memory-region", true);
}

/* No room: an error for libxl to start again with more, never a crash. */
static void no_room(void **state)
{
    libxl__rmr_link link;
    void *pfdt = load("plain");
    int size;

    (void)state;
    nr_nodes = libxl__rmr_fdt_collect(masters, NELEM(masters), nodes);
    libxl__rmr_fdt_number(pfdt, FIRST, nodes, nr_nodes);
    assert_int_equal(fdt_pack(pfdt), 0);
    assert_int_equal(libxl__rmr_fdt_link(pfdt, &masters[0], nodes, nr_nodes,
                                         &link), -FDT_ERR_NOSPACE);

    for ( size = 64; size < 512; size += 4 )
    {
        char *small = malloc(size);
        int r = fdt_create(small, size);

        if ( !r )
            r = fdt_finish_reservemap(small);
        if ( !r )
            r = fdt_begin_node(small, "");
        if ( !r )
            r = libxl__rmr_fdt_reserved(small, pfdt, nodes, nr_nodes);
        assert_true(!r || r == -FDT_ERR_NOSPACE);
        free(small);
    }
}

int run_fdt_tests(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_with_holes),
        cmocka_unit_test(without_a_partial_tree),
        cmocka_unit_test(links),
        cmocka_unit_test(own_nodes),
        cmocka_unit_test(ambiguous),
        cmocka_unit_test(no_room),
    };

    return cmocka_run_group_tests_name("device tree", tests, NULL, NULL);
}
