/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen does not say at boot: which masters are kept, which other devices
 * have their StreamIDs, and what firmware seems to use without having declared
 * it. One pass over the tree for each; what is looked up often is sorted.
 */
#include "host.h"

/* Xen compares no more, and more there are not on any board. */
#define MAX_MASKED 1024
/* Bytes of `iommu-addresses` that are looked through. */
#define MAX_LIST   1024

/* --- What is looked up ----------------------------------------------------- */

struct phandle {
    uint32_t phandle;
    struct dt_device_node *np;
};

/* A StreamID of a master, without a mask. */
struct stream {
    const struct dt_device_node *iommu;
    uint32_t id;
};

struct span {
    paddr_t start, last;
};

struct tree {
    struct phandle *phandles;
    unsigned int nr_phandles;
    struct stream *streams;
    unsigned int nr_streams;
    bool masks;                        /* of any master */
    unsigned int nr_masked;            /* ordinary devices, so far */
    /* Memory of regions, in order and apart. */
    struct span *spans;
    unsigned int nr_spans;
};

static int cmp_phandles(const void *a, const void *b)
{
    const struct phandle *l = a, *r = b;

    return l->phandle < r->phandle ? -1 : l->phandle > r->phandle;
}

static int cmp_streams(const void *a, const void *b)
{
    const struct stream *l = a, *r = b;

    if ( l->iommu != r->iommu )
        return (uintptr_t)l->iommu < (uintptr_t)r->iommu ? -1 : 1;

    return l->id < r->id ? -1 : l->id > r->id;
}

static int cmp_spans(const void *a, const void *b)
{
    const struct span *l = a, *r = b;

    return l->start < r->start ? -1 : l->start > r->start;
}

/* Two that have a byte in common are the same: that is all that is asked. */
static int meet_spans(const void *a, const void *b)
{
    const struct span *l = a, *r = b;

    return l->last < r->start ? -1 : l->start > r->last;
}

static void merge_spans(struct tree *t)
{
    unsigned int i, nr = 0;

    if ( !t->nr_spans )
        return;

    qsort(t->spans, t->nr_spans, sizeof(*t->spans), cmp_spans);
    for ( i = 1; i < t->nr_spans; i++ )
        if ( t->spans[i].start <= t->spans[nr].last )
            t->spans[nr].last = max(t->spans[nr].last, t->spans[i].last);
        else
            t->spans[++nr] = t->spans[i];
    t->nr_spans = nr + 1;
}

static void note_master(struct tree *t, const struct rmr_master *m)
{
    unsigned int i;

    for ( i = 0; i < m->nr_sids; i++ )
    {
        t->masks |= m->sids[i].mask != 0;
        t->streams[t->nr_streams].iommu = m->iommu;
        t->streams[t->nr_streams++].id = m->sids[i].id;
    }

    for ( i = 0; i < m->nr_regions; i++ )
        if ( !rmr_is_carveout(&m->regions[i]) )
        {
            t->spans[t->nr_spans].start = m->regions[i].pa;
            t->spans[t->nr_spans++].last = m->regions[i].pa +
                                           m->regions[i].size - 1;
        }
}

static void look_up(struct tree *t)
{
    unsigned int nodes = 0, streams = 0, regions = 0;
    const struct rmr_master *m;
    struct dt_device_node *np;

    dt_for_each_device_node ( dt_host, np )
        nodes++;
    rmr_for_each_master ( m )
    {
        streams += m->nr_sids;
        regions += m->nr_regions;
    }

    t->phandles = xmalloc_array(struct phandle, nodes);
    t->streams = xmalloc_array(struct stream, streams);
    t->spans = xmalloc_array(struct span, regions);

    dt_for_each_device_node ( dt_host, np )
        if ( np->phandle )
        {
            t->phandles[t->nr_phandles].phandle = np->phandle;
            t->phandles[t->nr_phandles++].np = np;
        }
    rmr_for_each_master ( m )
        note_master(t, m);

    qsort(t->phandles, t->nr_phandles, sizeof(*t->phandles), cmp_phandles);
    qsort(t->streams, t->nr_streams, sizeof(*t->streams), cmp_streams);
    merge_spans(t);
}

static struct dt_device_node *by_phandle(const struct tree *t, uint32_t phandle)
{
    const struct phandle key = { .phandle = phandle };
    const struct phandle *p = bsearch(&key, t->phandles, t->nr_phandles,
                                      sizeof(key), cmp_phandles);

    return p ? p->np : NULL;
}

/* Is any of [@start, @start + @size) memory of a master's region? */
static bool is_region(const struct tree *t, paddr_t start, paddr_t size)
{
    const struct span key = { start, rmr_last_of(start, size) };

    return size && bsearch(&key, t->spans, t->nr_spans, sizeof(key),
                           meet_spans);
}

/* --- Masters ---------------------------------------------------------------- */

/* Adds to @text, whose room ends at @end. Returns where to go on. */
static char *add(char *text, const char *end, const char *fmt, ...)
    __attribute__((__format__(printf, 3, 4)));
static char *add(char *text, const char *end, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, end - text, fmt, ap);
    va_end(ap);

    return n < 0 || n >= end - text ? text + strlen(text) : text + n;
}

void master_streams(const struct rmr_master *m, char *text, size_t size)
{
    char *p = text, *end = text + size;
    unsigned int i;

    p = add(p, end, "%s", m->nr_sids == 1 ? "StreamID" : "StreamIDs");
    for ( i = 0; i < m->nr_sids; i++ )
    {
        p = add(p, end, " %#x", m->sids[i].id);
        if ( m->sids[i].mask )
            p = add(p, end, "/%#x", m->sids[i].mask);
    }
}

static void say_kept(const struct rmr_master *m, struct findings *f)
{
    char text[1024], *p = text, *end = text + sizeof(text);
    unsigned int i;

    p = add(p, end, "kept behind %s, ", dt_node_full_name(m->iommu));
    master_streams(m, p, end - p);
    p += strlen(p);
    for ( i = 0; i < m->nr_regions; i++ )
    {
        const struct rmr_region *r = &m->regions[i];

        p = add(p, end, "%s %#lx-%#lx", i ? "," : m->nr_regions == 1 ?
                ": region" : ": regions", r->iova, r->iova + r->size - 1);
        if ( rmr_is_carveout(r) )
            p = add(p, end, " (carve-out)");
        else if ( !rmr_is_direct(r) )
            p = add(p, end, " (memory at %#lx)", r->pa);
    }
    if ( m->kept )
        p = add(p, end, "; never assigned: %s", m->kept);

    findings_add(f, message_of(m->kept ? "kept-only" : "kept"),
                 dt_node_full_name(m->np), "%s", text);
}

static bool is_marked(const struct dt_device_node *np)
{
    /* A master, or a reservation that a finding has named. */
    return dt_device_used_by(np) == DOMID_IO;
}

static void note_masters(struct findings *f)
{
    const struct rmr_master *m;

    rmr_for_each_master ( m )
    {
        say_kept(m, f);
        dt_device_set_used_by(m->np, DOMID_IO);
    }
}

/* --- Other devices' StreamIDs ------------------------------------------------ */

/* May @s be that of a master? Then the policy is asked, and says so. */
static bool may_alias(struct tree *t, const struct dt_device_node *iommu,
                      const struct rmr_stream *s)
{
    const struct stream key = { iommu, s->id };

    if ( t->masks || s->mask )
        return t->nr_masked++ < MAX_MASKED;

    return bsearch(&key, t->streams, t->nr_streams, sizeof(key), cmp_streams);
}

/* False, or the policy has said that @np has a StreamID of a master. */
static bool is_alias(struct tree *t, const struct dt_device_node *np,
                     const struct dt_device_node *iommu,
                     const struct rmr_stream *s)
{
    return may_alias(t, iommu, s) && rmr_policy_alias(np, iommu, s);
}

static void check_streams(struct tree *t, const struct dt_device_node *np)
{
    uint32_t len, nr, i, cells[MAX_PHANDLE_ARGS];
    const __be32 *p = dt_get_property(np, "iommus", &len);
    unsigned int left = p ? dt_size_to_cells(len) : 0;

    while ( left )
    {
        const struct dt_device_node *iommu = by_phandle(t, be32_to_cpup(p));
        struct rmr_stream s;

        if ( !iommu || !dt_property_read_u32(iommu, "#iommu-cells", &nr) ||
             nr > MAX_PHANDLE_ARGS || left < 1 + nr )
            return;

        for ( i = 0; i < nr; i++ )
            cells[i] = be32_to_cpup(p + 1 + i);
        rmr_dt_stream(iommu, cells, nr, &s);
        if ( is_alias(t, np, iommu, &s) )
            return;

        p += 1 + nr;
        left -= 1 + nr;
    }
}

/* What `mmu-masters` of @smmu says, in which no masks are. */
static void check_mmu_masters(struct tree *t, const struct dt_device_node *smmu)
{
    uint32_t len, nr, i;
    const __be32 *p = dt_get_property(smmu, "mmu-masters", &len);
    unsigned int left = p ? dt_size_to_cells(len) : 0;

    while ( left )
    {
        const struct dt_device_node *np = by_phandle(t, be32_to_cpup(p));
        bool done;

        if ( !np || !dt_property_read_u32(np, "#stream-id-cells", &nr) ||
             left - 1 < nr )
            return;

        done = is_marked(np) || !dt_device_is_available(np);
        for ( i = 0; i < nr && !done; i++ )
        {
            const struct rmr_stream s = { .id = be32_to_cpup(p + 1 + i) };

            done = is_alias(t, np, smmu, &s);
        }

        p += 1 + nr;
        left -= 1 + nr;
    }
}

/* --- What is used and not declared -------------------------------------------- */

static bool is_reservation(const struct dt_device_node *np)
{
    return np && np->parent && np->parent->parent == dt_host &&
           dt_node_path_is_equal(np->parent, "/reserved-memory");
}

/* The memory of @np, as far as it has an address. */
static bool memory_of(const struct dt_device_node *np, paddr_t *start,
                      paddr_t *size)
{
    return dt_find_property(np, "reg", NULL) &&
           !dt_device_get_paddr(np, 0, start, size);
}

/*
 * Does reservation @r have @np in its `iommu-addresses`? Whether rightly so is
 * Xen's to say. A longer list than any board has is believed.
 */
static bool has_entry(const struct dt_device_node *r,
                      const struct dt_device_node *np)
{
    uint32_t len, i;
    const __be32 *p = dt_get_property(r, "iommu-addresses", &len);

    if ( !p )
        return false;
    if ( len > MAX_LIST )
        return true;

    for ( i = 0; i < dt_size_to_cells(len); i++ )
        if ( np->phandle && be32_to_cpup(p + i) == np->phandle )
            return true;

    return false;
}

/* A reservation that @np names and firmware may be using. */
static struct dt_device_node *undeclared(const struct tree *t,
                                         const struct dt_device_node *np)
{
    uint32_t len, i;
    const __be32 *p = dt_get_property(np, "memory-region", &len);

    for ( i = 0; p && i < dt_size_to_cells(len); i++ )
    {
        struct dt_device_node *r = by_phandle(t, be32_to_cpup(p + i));

        /* A pool, and what gets its place at run time, is not in use. */
        if ( is_reservation(r) && dt_device_is_available(r) &&
             dt_find_property(r, "reg", NULL) &&
             !dt_find_property(r, "compatible", NULL) &&
             !has_entry(r, np) )
            return r;
    }

    return NULL;
}

static void check_memory_region(const struct tree *t,
                                struct dt_device_node *np, struct findings *f)
{
    struct dt_device_node *r = undeclared(t, np);

    if ( !r )
        return;

    findings_add(f, message_of("memory-region-undeclared"),
                 dt_node_full_name(np),
                 "`memory-region' names %s, which has no `iommu-addresses' for it",
                 dt_node_full_name(r));
    dt_device_set_used_by(r, DOMID_IO);
}

static void check_framebuffer(const struct tree *t,
                              const struct dt_device_node *np,
                              struct findings *f)
{
    struct dt_device_node *r = NULL;
    uint32_t phandle;
    paddr_t start, size;

    if ( dt_property_read_u32(np, "memory-region", &phandle) )
        r = by_phandle(t, phandle);
    if ( !memory_of(r ?: np, &start, &size) )
        return;

    if ( r )
        dt_device_set_used_by(r, DOMID_IO);
    if ( !is_region(t, start, size) )
        findings_add(f, message_of("framebuffer-no-master"),
                     dt_node_full_name(np),
                     "picture at %#lx-%#lx, and no device with a region there",
                     start, rmr_last_of(start, size));
}

static void check_splash(const struct tree *t, const struct dt_device_node *np,
                         struct findings *f)
{
    paddr_t start = 0, size = 0;

    if ( is_marked(np) ||
         dt_find_property(np, "iommu-addresses", NULL) ||
         !(strstr(np->full_name, "splash") || strstr(np->full_name, "framebuffer")) ||
         !memory_of(np, &start, &size) || is_region(t, start, size) )
        return;

    findings_add(f, message_of("splash-no-master"), dt_node_full_name(np),
                 size ? "memory that is called like a picture, and no device with a region there"
                      : "firmware fills in memory that is called like a picture, and no device names it");
}

void lint(struct findings *f)
{
    struct dt_device_node *np;
    struct tree t = {};

    look_up(&t);
    note_masters(f);

    dt_for_each_device_node ( dt_host, np )
    {
        if ( !dt_device_is_available(np) || is_marked(np) )
            continue;

        check_mmu_masters(&t, np);
        if ( dt_find_property(np, "iommus", NULL) )
            check_streams(&t, np);
        if ( dt_find_property(np, "iommus", NULL) ||
             dt_find_property(np, "#stream-id-cells", NULL) )
            check_memory_region(&t, np, f);
        if ( dt_device_is_compatible(np, "simple-framebuffer") )
            check_framebuffer(&t, np, f);
    }

    dt_for_each_device_node ( dt_host, np )
        if ( is_reservation(np) && dt_device_is_available(np) )
            check_splash(&t, np, f);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
