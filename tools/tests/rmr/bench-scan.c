/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the scan of the device tree costs at boot: rmr_dt_scan() and
 * rmr_dt_check() on trees of many nodes and many masters. Prints a table, or
 * (`counts') only what is the same on every machine: steps over nodes, and
 * allocations. `make bench' shows both; `make check' compares the counts. With
 * `tree NODES MASTERS' it writes such a tree to standard output.
 */
#include <math.h>
#include <time.h>

#include "rmr-test.h"

#define PHANDLE_SMMU    1
#define PHANDLE_BUFFER  2
#define PHANDLE_MASTER  16
#define BUFFER          0x60000000UL
#define ROUNDS          9

struct cost {
    unsigned long visits, allocations;
    double us;
};

static void must(int rc)
{
    if ( rc < 0 )
    {
        fprintf(stderr, "bench-scan: %s\n", fdt_strerror(rc));
        exit(EXIT_FAILURE);
    }
}

static void put_range(void *fdt, const char *name, uint64_t base, uint64_t size)
{
    const fdt64_t reg[] = { cpu_to_fdt64(base), cpu_to_fdt64(size) };

    must(fdt_property(fdt, name, reg, sizeof(reg)));
}

static void two_cells(void *fdt)
{
    must(fdt_property_u32(fdt, "#address-cells", 2));
    must(fdt_property_u32(fdt, "#size-cells", 2));
}

/* One page of the buffer for each master. */
static void put_buffer(void *fdt, unsigned int masters)
{
    const size_t tuple = 5 * sizeof(fdt32_t);
    fdt32_t *p = calloc(masters ?: 1, tuple);
    unsigned int i;

    if ( !p )
        abort();
    for ( i = 0; i < masters; i++ )
    {
        p[5 * i] = cpu_to_fdt32(PHANDLE_MASTER + i);
        p[5 * i + 2] = cpu_to_fdt32(BUFFER + i * PAGE_SIZE);
        p[5 * i + 4] = cpu_to_fdt32(PAGE_SIZE);
    }

    must(fdt_begin_node(fdt, "reserved-memory"));
    two_cells(fdt);
    must(fdt_property(fdt, "ranges", NULL, 0));
    must(fdt_begin_node(fdt, "buffer@60000000"));
    put_range(fdt, "reg", BUFFER, (masters ?: 1) * PAGE_SIZE);
    must(fdt_property(fdt, "iommu-addresses", p, masters * tuple));
    must(fdt_property_u32(fdt, "phandle", PHANDLE_BUFFER));
    must(fdt_end_node(fdt));
    must(fdt_end_node(fdt));
    free(p);
}

static void put_node(void *fdt, const char *name, unsigned int i)
{
    char full[32];

    snprintf(full, sizeof(full), "%s@%lx", name, 0x100000000UL + i * 0x1000UL);
    must(fdt_begin_node(fdt, full));
    must(fdt_property_string(fdt, "compatible", "test,device"));
    put_range(fdt, "reg", 0x100000000UL + i * 0x1000UL, 0x1000);
}

static void *make_tree(unsigned int nodes, unsigned int masters)
{
    size_t size = 4096 + 256UL * (nodes + masters);
    void *fdt = aligned_alloc(8, ROUNDUP(size, 8));
    unsigned int i;

    if ( !fdt )
        abort();
    must(fdt_create(fdt, size));
    must(fdt_finish_reservemap(fdt));
    must(fdt_begin_node(fdt, ""));
    two_cells(fdt);

    must(fdt_begin_node(fdt, "memory@40000000"));
    must(fdt_property_string(fdt, "device_type", "memory"));
    put_range(fdt, "reg", 0x40000000, 0x40000000);
    must(fdt_end_node(fdt));

    must(fdt_begin_node(fdt, "iommu@9050000"));
    must(fdt_property_string(fdt, "compatible", "arm,smmu-v3"));
    put_range(fdt, "reg", 0x9050000, 0x20000);
    must(fdt_property_u32(fdt, "#iommu-cells", 1));
    must(fdt_property_u32(fdt, "phandle", PHANDLE_SMMU));
    must(fdt_end_node(fdt));

    put_buffer(fdt, masters);
    for ( i = 0; i < masters; i++ )
    {
        const fdt32_t iommus[] = { cpu_to_fdt32(PHANDLE_SMMU), cpu_to_fdt32(i) };

        put_node(fdt, "master", i);
        must(fdt_property(fdt, "iommus", iommus, sizeof(iommus)));
        must(fdt_property_u32(fdt, "memory-region", PHANDLE_BUFFER));
        must(fdt_property_u32(fdt, "phandle", PHANDLE_MASTER + i));
        must(fdt_end_node(fdt));
    }
    for ( ; i < nodes; i++ )
    {
        put_node(fdt, "device", i);
        must(fdt_end_node(fdt));
    }

    must(fdt_end_node(fdt));
    must(fdt_finish(fdt));

    return fdt;
}

static struct cost measure(unsigned int nodes, unsigned int masters)
{
    struct cost best = { .us = INFINITY };
    unsigned int i;

    for ( i = 0; i < ROUNDS; i++ )
    {
        struct timespec a, b;
        struct cost c;

        load_blob(make_tree(nodes, masters));
        unflatten_tree();
        fail_allocation(0);
        c.visits = shim_visits;
        clock_gettime(CLOCK_MONOTONIC, &a);
        if ( scan_and_check(40) )
            abort();
        clock_gettime(CLOCK_MONOTONIC, &b);
        c.visits = shim_visits - c.visits;
        c.allocations = nr_allocations();
        c.us = (b.tv_sec - a.tv_sec) * 1e6 + (b.tv_nsec - a.tv_nsec) / 1e3;
        if ( nr_masters() != masters )
        {
            fprintf(stderr, "bench-scan: %u masters of %u: %s\n", nr_masters(),
                    masters, console_text());
            exit(EXIT_FAILURE);
        }
        unload();
        if ( c.us < best.us )
            best = c;
    }

    return best;
}

/* The exponent of growth between two sizes. */
static double exponent(double from, double to, double a, double b)
{
    return log(b / a) / log(to / from);
}

static void series(const char *what, unsigned int nodes, unsigned int masters,
                   unsigned int up_to, bool counts)
{
    unsigned int size = masters ? masters : nodes, before = 0;
    struct cost last = { .us = 0 };

    for ( ; size <= up_to; size *= 10 )
    {
        struct cost c = masters ? measure(2000, size) : measure(size, 1);

        printf("%-8s %6u  visits %7lu  allocations %6lu", what, size, c.visits,
               c.allocations);
        if ( !counts )
        {
            printf("  %10.1f us", c.us);
            if ( before )
                printf("  exponent %.2f", exponent(before, size, last.us, c.us));
        }
        printf("\n");
        before = size;
        last = c;
    }
}

int main(int argc, char **argv)
{
    bool counts = argc > 1 && !strcmp(argv[1], "counts");

    if ( argc == 4 && !strcmp(argv[1], "tree") )
    {
        void *fdt = make_tree(atoi(argv[2]), atoi(argv[3]));
        bool written = fwrite(fdt, fdt_totalsize(fdt), 1, stdout) == 1;

        free(fdt);

        return written ? EXIT_SUCCESS : EXIT_FAILURE;
    }

    series("nodes", 10, 0, 10000, counts);
    series("masters", 0, 1, 1000, counts);

    return EXIT_SUCCESS;
}
