/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen and xl are going to do, in numbers: the contexts that each SMMU has
 * to have, the tables, which are built here with Xen's table.c, and where a
 * guest's RAM goes, which libxl's own code says.
 */
#include "host.h"
#include "plan.h"

#include <libxl_rmr_guest.h>

#define MB_SHIFT    20
#define TEXT_LEN    1024
#define MAX_DTDEVS  16
/* More than any guest, and libxl compares them with each other. */
#define MAX_REGIONS 4096

/* --- SMMUs -------------------------------------------------------------------- */

/* Input sizes of the p2m with the roots that Xen makes for them. */
static const struct rmr_geometry geometries[] = {
    { 32, 1, 0 }, { 36, 1, 0 }, { 40, 1, 1 }, { 42, 1, 3 },
    { 44, 0, 0 }, { 48, 0, 0 },
};

bool plan_knows_bits(unsigned int ipa_bits)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(geometries); i++ )
        if ( geometries[i].ipa_bits == ipa_bits )
            return true;

    return false;
}

static const struct rmr_geometry *geometry_of(unsigned int ipa_bits)
{
    unsigned int i;

    for ( i = 0; geometries[i].ipa_bits != ipa_bits; i++ )
        ;

    return &geometries[i];
}

/* Leaves of each level, as rmr_table_map() makes them. */
static void count_leaves(const struct rmr_region *r, unsigned long *leaves)
{
    unsigned long gfn = PFN_DOWN(r->iova), mfn = PFN_DOWN(r->pa);
    unsigned long nr = PFN_DOWN(r->size);

    while ( nr )
    {
        unsigned int level = rmr_leaf_level(gfn, mfn, nr);
        unsigned long step = 1UL << XEN_PT_LEVEL_ORDER(level);

        leaves[level]++;
        gfn += step;
        mfn += step;
        nr -= step;
    }
}

static void put_region(const struct rmr_region *r, bool counted)
{
    static const char *const sizes[] = { "", "1 GB", "2 MB", "4 KB" };
    unsigned long leaves[4] = {};
    const char *sep = "";
    unsigned int level;

    printf("    region %#lx-%#lx", r->iova, r->iova + r->size - 1);
    if ( rmr_is_carveout(r) )
    {
        printf(": carve-out, kept free\n");
        return;
    }
    if ( !rmr_is_direct(r) )
        printf(" (memory at %#lx)", r->pa);
    if ( counted )
        count_leaves(r, leaves);
    printf(":");
    for ( level = 1; level < 4; level++ )
        if ( leaves[level] )
        {
            printf("%s %lu of %s", sep, leaves[level], sizes[level]);
            sep = ",";
        }
    printf("\n");
}

/* Pages that the RMR table of @m takes; 0 if there were too many. */
static unsigned int table_pages(const struct rmr_master *m,
                                unsigned int ipa_bits)
{
    struct rmr_table t;
    unsigned int i, pages;
    int rc = rmr_table_init(&t, geometry_of(ipa_bits), false);

    for ( i = 0; i < m->nr_regions && !rc; i++ )
        if ( !rmr_is_carveout(&m->regions[i]) )
            rc = rmr_table_map(&t, _gfn(PFN_DOWN(m->regions[i].iova)),
                               _mfn(PFN_DOWN(m->regions[i].pa)),
                               PFN_DOWN(m->regions[i].size));
    pages = rc ? 0 : t.nr_pages;
    rmr_table_destroy(&t);

    return pages;
}

static void put_master(const struct rmr_master *m, unsigned int ipa_bits)
{
    unsigned int i, pages = table_pages(m, ipa_bits);
    char text[TEXT_LEN];

    printf("  ");
    put_text(stdout, dt_node_full_name(m->np));
    if ( m->kept )
        printf(" (never assigned: %s)", m->kept);
    printf("\n");
    master_streams(m, text, sizeof(text));
    printf("    %s\n", text);
    if ( pages )
        printf("    table: %u pages\n", pages);
    else
        printf("    table: more than %u pages\n", SHIM_FRAMES);
    for ( i = 0; i < m->nr_regions; i++ )
        put_region(&m->regions[i], pages);
}

/* The masters of one SMMU, @m[0] to @m[@nr - 1]. */
static void put_smmu(const struct rmr_master *const *m, unsigned int nr,
                     unsigned int ipa_bits)
{
    const struct dt_device_node *iommu = m[0]->iommu;
    unsigned int i, sids = 0;

    for ( i = 0; i < nr; i++ )
        sids += m[i]->nr_sids;

    put_text(stdout, dt_node_full_name(iommu));
    if ( dt_device_is_compatible(iommu, "arm,smmu-v3") )
        printf(": SMMUv3: %u VMID%s, %u stream table entr%s\n", nr,
               nr == 1 ? "" : "s", sids, sids == 1 ? "y" : "ies");
    else
        printf(": SMMUv1 or v2: %u context banks, %u if none of the devices is assigned; %u match entr%s\n",
               2 * nr, nr, sids, sids == 1 ? "y" : "ies");

    for ( i = 0; i < nr; i++ )
        put_master(m[i], ipa_bits);
}

/* In the order of the tree, whose nodes Xen has in one piece of memory. */
static int cmp_masters(const void *a, const void *b)
{
    const struct rmr_master *const *l = a, *const *r = b;

    if ( (*l)->iommu != (*r)->iommu )
        return (uintptr_t)(*l)->iommu < (uintptr_t)(*r)->iommu ? -1 : 1;

    return (uintptr_t)(*l)->np < (uintptr_t)(*r)->np ? -1 : 1;
}

static void put_smmus(unsigned int ipa_bits)
{
    const struct rmr_geometry *geom = geometry_of(ipa_bits);
    const struct rmr_master **all, *m;
    unsigned int i, from = 0, nr = 0;

    rmr_for_each_master ( m )
        nr++;
    if ( !nr )
    {
        printf("no device is kept\n");
        return;
    }

    all = xmalloc_array(const struct rmr_master *, nr);
    nr = 0;
    rmr_for_each_master ( m )
        all[nr++] = m;
    qsort(all, nr, sizeof(*all), cmp_masters);

    printf("addresses of %u bits: tables begin at level %u with %u page%s\n",
           ipa_bits, geom->root_level, 1U << geom->root_order,
           geom->root_order ? "s" : "");
    for ( i = 1; i <= nr; i++ )
        if ( i == nr || all[i]->iommu != all[from]->iommu )
        {
            put_smmu(all + from, i - from, ipa_bits);
            from = i;
        }
}

/* --- A guest -------------------------------------------------------------------- */

/* What --guest asks for. */
struct guest {
    uint64_t memory;                   /* bytes */
    const char *dtdevs[MAX_DTDEVS];
    bool relaxed[MAX_DTDEVS];
    unsigned int nr_dtdevs;
};

static bool begins(const char *s, const char *with)
{
    return !strncmp(s, with, strlen(with));
}

/* Where the next item begins: a path may have commas. */
static char *next_item(char *s)
{
    while ( (s = strchr(s, ',')) != NULL )
    {
        *s++ = '\0';
        if ( begins(s, "memory=") || begins(s, "dtdev=") ||
             begins(s, "rdm_policy=") )
            return s;
        s[-1] = ',';
    }

    return NULL;
}

/* NULL, or what is wrong with one item. */
static const char *parse_item(struct guest *g, const char *item)
{
    static const char items[] = "items are memory=MB, dtdev=PATH, and behind that rdm_policy=strict or relaxed";
    const char *value = item + strcspn(item, "=") + 1;
    char *end;

    if ( begins(item, "memory=") )
    {
        unsigned long mb = strtoul(value, &end, 10);

        if ( *end == ',' )
            return items;
        if ( *value < '0' || *value > '9' || *end || !mb || mb >> 40 )
            return "memory= is in MB";
        g->memory = (uint64_t)mb << MB_SHIFT;
    }
    else if ( begins(item, "dtdev=") )
    {
        if ( g->nr_dtdevs == MAX_DTDEVS )
            return "too many dtdev=";
        g->dtdevs[g->nr_dtdevs++] = value;
    }
    else if ( begins(item, "rdm_policy=") && g->nr_dtdevs &&
              (!strcmp(value, "relaxed") || !strcmp(value, "strict")) )
        g->relaxed[g->nr_dtdevs - 1] = !strcmp(value, "relaxed");
    else
        return items;

    return NULL;
}

/* @spec is cut into pieces, which @g points to. */
static const char *parse_guest(struct guest *g, char *spec)
{
    const char *wrong = NULL;
    char *next;

    memset(g, 0, sizeof(*g));
    for ( ; spec && !wrong; spec = next )
    {
        next = next_item(spec);
        wrong = parse_item(g, spec);
    }

    return wrong ?: g->memory ? wrong : "memory= is missing";
}

static libxl__rmr_wish wish_for(const struct guest *g,
                                const struct dt_device_node *np)
{
    unsigned int i;

    for ( i = 0; i < g->nr_dtdevs; i++ )
        if ( dt_node_path_is_equal(np, g->dtdevs[i]) )
            return g->relaxed[i] ? LIBXL__RMR_RELAXED : LIBXL__RMR_STRICT;

    return LIBXL__RMR_NOT_ASSIGNED;
}

/* As the hypervisor is going to tell libxl of it. */
static void fill_master(libxl__rmr_master *to, const struct rmr_master *m,
                        const struct guest *g, libxl__rmr_region *regions)
{
    unsigned int i;

    for ( i = 0; i < m->nr_regions; i++ )
    {
        regions[i].range.start = m->regions[i].iova;
        regions[i].range.size = m->regions[i].size;
        regions[i].pa = m->regions[i].pa;
    }

    memset(to, 0, sizeof(*to));
    to->node = dt_node_full_name(m->np);
    to->wish = wish_for(g, m->np);
    to->kept = m->kept;
    /* What is not marked for a guest is dom0's. */
    to->owned = !dt_device_for_passthrough(m->np);
    to->regions = regions;
    to->nr_regions = m->nr_regions;
}

/* Refusals are no part of a picture. */
static void say(void *data, bool refusal, const char *text)
{
    const struct options *o = data;
    FILE *to = o->svg ? stderr : stdout;

    fprintf(to, "  %s: ", refusal ? "refused" : "warning");
    put_text(to, text);
    putc('\n', to);
}

/* Is every dtdev a node of the host's, and named once? */
static bool check_dtdevs(const struct guest *g, const struct options *o)
{
    char text[TEXT_LEN];
    unsigned int i, j;

    for ( i = 0; i < g->nr_dtdevs; i++ )
    {
        const char *wrong = NULL;

        if ( !dt_find_node_by_path(g->dtdevs[i]) )
            wrong = "no such node in the host's device tree";
        for ( j = 0; j < i; j++ )
            if ( !strcmp(g->dtdevs[i], g->dtdevs[j]) )
                wrong = "is in dtdev= twice; drop one";
        if ( !wrong )
            continue;

        snprintf(text, sizeof(text), "%s: %s", g->dtdevs[i], wrong);
        say((void *)o, true, text);
        return false;
    }

    return true;
}

/* --- The map ----------------------------------------------------------------------- */

static void add(struct map *map, enum side side, enum kind kind,
                uint64_t start, uint64_t size, uint64_t pa, const char *what)
{
    struct mapped *p = map->list;

    if ( !size )
        return;

    if ( !(map->nr & (map->nr - 1)) )
        map->list = p = _xrealloc(p, max(2 * map->nr, 1U) * sizeof(*p), 8);

    p += map->nr++;
    p->side = side;
    p->kind = kind;
    p->start = start;
    p->size = size;
    p->pa = pa;
    p->what = what;
}

static int cmp_mapped(const void *a, const void *b)
{
    const struct mapped *l = a, *r = b;

    if ( l->side != r->side )
        return l->side < r->side ? -1 : 1;
    if ( l->start != r->start )
        return l->start < r->start ? -1 : 1;

    return (int)l->kind - (int)r->kind;
}

static void add_host(struct map *map)
{
    const struct membanks *ram = bootinfo_get_mem();
    const struct membanks *reserved = bootinfo_get_reserved_mem();
    const struct rmr_master *m;
    unsigned int i;

    for ( i = 0; i < ram->nr_banks; i++ )
        add(map, HOST, RAM, ram->bank[i].start, ram->bank[i].size, NO_PA,
            "RAM");
    for ( i = 0; i < reserved->nr_banks; i++ )
        add(map, HOST, RESERVED, reserved->bank[i].start,
            reserved->bank[i].size, NO_PA, "reserved");
    rmr_for_each_master ( m )
        for ( i = 0; i < m->nr_regions; i++ )
            if ( !rmr_is_carveout(&m->regions[i]) )
                add(map, HOST, REGION, m->regions[i].pa, m->regions[i].size,
                    NO_PA, dt_node_full_name(m->np));
}

static void add_guest(struct map *map, const struct guest *g,
                      const libxl__rmr_layout *layout)
{
    const struct rmr_master *m;
    unsigned int i;

    map->guest = true;
    for ( i = 0; i < layout->nr_ram; i++ )
        add(map, GUEST, RAM, layout->ram[i].start, layout->ram[i].size, NO_PA,
            "RAM");
    for ( i = 0; i < ARRAY_SIZE(always); i++ )
        add(map, GUEST, FIXED, always[i].range.start, always[i].range.size,
            NO_PA, always[i].what);
    rmr_for_each_master ( m )
        for ( i = 0; wish_for(g, m->np) != LIBXL__RMR_NOT_ASSIGNED &&
                     i < m->nr_regions; i++ )
            add(map, GUEST, REGION, m->regions[i].iova, m->regions[i].size,
                m->regions[i].pa, dt_node_full_name(m->np));
}

static void put_guest_map(const struct map *map)
{
    unsigned int i;

    for ( i = 0; i < map->nr; i++ )
    {
        const struct mapped *p = &map->list[i];

        if ( p->side != GUEST )
            continue;

        printf("  %#lx-%#lx %s", p->start, p->start + p->size - 1,
               p->kind == REGION ? p->pa == NO_PA ? "carve-out of "
                                                  : "region of " : "");
        put_text(stdout, p->what);
        if ( p->kind == RAM )
            printf(", %lu KB", p->size >> 10);
        printf("\n");
    }
}

/* Lays the guest out. False: refused, and said why. */
static bool lay_out(const struct guest *g, const struct options *o,
                    libxl__rmr_layout *layout)
{
    unsigned int nr_regions = 0, nr = 0;
    const struct rmr_master *m;
    libxl__rmr_master *masters;
    libxl__rmr_region *regions;
    libxl__rmr_request request = {
        .nr_devices = g->nr_dtdevs,
        .banks = banks,
        .nr_banks = ARRAY_SIZE(banks),
        .fixed = always,
        .nr_fixed = ARRAY_SIZE(always),
        .ram = g->memory,
    };
    uint64_t room;

    rmr_for_each_master ( m )
    {
        nr_regions += m->nr_regions;
        nr++;
    }
    if ( nr_regions > MAX_REGIONS )
    {
        say((void *)o, true, "there are more regions than any guest has");
        return false;
    }

    request.masters = masters = xmalloc_array(libxl__rmr_master, nr);
    regions = xmalloc_array(libxl__rmr_region, nr_regions);
    rmr_for_each_master ( m )
    {
        fill_master(&masters[request.nr_masters++], m, g, regions);
        regions += m->nr_regions;
    }

    layout->holes = xmalloc_array(libxl__rmr_range, nr_regions);
    layout->ram = xmalloc_array(libxl__rmr_range, nr_regions + ARRAY_SIZE(banks));
    if ( !check_dtdevs(g, o) ||
         !libxl__rmr_plan(&request, layout, say, (void *)o) )
        return false;

    /* Nothing has to stay free: one bank after the other. */
    if ( !layout->nr_holes )
        layout->nr_ram = libxl__rmr_spread_ram(banks, ARRAY_SIZE(banks), NULL,
                                               0, g->memory, layout->ram,
                                               &room);
    if ( !layout->nr_ram )
        say((void *)o, true, "there is not so much room for RAM");

    return layout->nr_ram;
}

const char *plan(const struct options *o, bool *refused)
{
    const bool wants_guest = o->guest;
    char *spec = wants_guest ? strdup(o->guest) : NULL;
    struct map map = {};
    libxl__rmr_layout layout = {};
    const char *wrong = NULL;
    struct guest g;

    if ( wants_guest )
        wrong = parse_guest(&g, spec);
    if ( wrong )
    {
        free(spec);
        return wrong;
    }

    if ( !o->svg )
        put_smmus(o->ipa_bits);
    if ( wants_guest )
    {
        if ( !o->svg )
            printf("guest of %lu MB\n", g.memory >> MB_SHIFT);
        *refused = !lay_out(&g, o, &layout);
        if ( !*refused )
            add_guest(&map, &g, &layout);
    }
    add_host(&map);
    if ( map.nr )
        qsort(map.list, map.nr, sizeof(*map.list), cmp_mapped);

    if ( !o->svg )
        put_guest_map(&map);
    else if ( map.nr > MAX_REGIONS )
        wrong = "there is too much in that tree for a picture";
    else if ( !*refused )
        svg(stdout, &map);
    free(spec);

    return wrong;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
