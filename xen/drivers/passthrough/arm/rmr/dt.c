/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware's description -> RMR masters and their regions, and the `rmr=`
 * option for boards whose firmware describes nothing.
 *
 * master.c calls rmr_dt_scan() before the first SMMU is probed and
 * rmr_dt_check() once the p2m's geometry is settled. One pass over the tree's
 * nodes, whatever the number of masters and regions; nothing in the tree is
 * changed, and no iommu_fwspec is made (iommu_add_dt_device() would take it
 * for a master that is already added). What a region may be is policy.c's
 * business.
 */
#include <xen/bootfdt.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/param.h>
#include <xen/sort.h>
#include <xen/string.h>
#include <xen/xmalloc.h>

#include <asm/device.h>

#include "rmr.h"

/* Cells of an address, a size or an IOMMU specifier: 1 to this. */
#define MAX_CELLS 4
/* More than any device has; keep work linear for trees that are not sane. */
#define MAX_MEMORY_REGIONS 64
#define MAX_STREAMS 256

/* --- The `rmr=` option ---------------------------------------------------- */

#define MAX_ITEMS 16
#define MAX_NODE_LEN 112

/* One `rmr=<node>=off`, `rmr=<node>=keep` or `rmr=<node>:<base>+<size>`. */
struct cmdline_item {
    char node[MAX_NODE_LEN];           /* path or alias */
    bool off, keep;
    paddr_t base;
    paddr_t size;
    struct dt_device_node *np;         /* found by rmr_dt_scan() */
};

/* Reserved memory that only the command line tells of. */
struct cmdline_bank {
    paddr_t start;
    paddr_t size;
};

static bool __initdata enabled = true;
static struct cmdline_item __initdata items[MAX_ITEMS];
static unsigned int __initdata nr_items;
static struct cmdline_bank __initdata cmdline_banks[MAX_ITEMS];
static unsigned int __initdata nr_cmdline_banks;

/*
 * Items that were ignored. The command line is read before there is a console
 * to say so on.
 */
struct ignored_item {
    char text[MAX_NODE_LEN];
    const char *wrong;
};

static struct ignored_item __initdata ignored[MAX_ITEMS];
static unsigned int __initdata nr_ignored;

bool __init rmr_enabled(void)
{
    return enabled;
}

/* Was [@start, @start + @size) reserved by the command line alone? */
bool __init rmr_cmdline_bank(paddr_t start, paddr_t size)
{
    unsigned int i;

    for ( i = 0; i < nr_cmdline_banks; i++ )
        if ( cmdline_banks[i].start == start && cmdline_banks[i].size == size )
            return true;

    return false;
}

/*
 * A number as C writes it, with a suffix K, M, G or T if @suffix. Sizes without
 * one are bytes: parse_size_and_unit() would take them for kilobytes. @end is
 * set behind the number. False if there is none, or it does not fit.
 */
static bool __init parse_number(const char *s, const char **end, bool suffix,
                                paddr_t *value)
{
    static const char __initconst units[] = "KMGT";
    unsigned int digits = (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) ? 18
                                                                        : 19;
    unsigned int shift = 0;
    unsigned long long n;

    n = simple_strtoull(s, end, 0);
    /* simple_strtoull() drops what does not fit, and takes no digit for 0. */
    if ( *s < '0' || *s > '9' || *end - s > digits )
        return false;

    if ( suffix && **end )
    {
        /* Upper case: clearing bit 5 is enough for the letters looked for. */
        const char *unit = strchr(units, **end & ~0x20);

        if ( unit && *unit )
        {
            shift = 10 * (unit - units + 1);
            (*end)++;
        }
    }

    *value = n << shift;

    return ((n << shift) >> shift) == n && *value == (n << shift);
}

/* Is [@start, @last] a part of one bank of @banks, or apart from all? */
static bool __init inside_one(const struct membanks *banks, paddr_t start,
                              paddr_t last, bool *apart)
{
    unsigned int i;

    *apart = true;
    for ( i = 0; i < banks->nr_banks; i++ )
    {
        const struct membank *b = &banks->bank[i];

        /* A bank whose end is 0 or wraps is none to Xen's allocators either. */
        if ( b->start + b->size <= b->start || last < b->start ||
             start >= b->start + b->size )
            continue;

        *apart = false;
        if ( start >= b->start && last < b->start + b->size )
            return true;
    }

    return false;
}

/*
 * Take a declared region away from the heap and from dom0. The option is read
 * before setup_mm(), the last moment at which a bank of reserved memory counts.
 * NULL or what is wrong.
 */
static const char *__init reserve(paddr_t base, paddr_t size)
{
    struct membanks *reserved = bootinfo_get_reserved_mem();
    paddr_t start = base & PAGE_MASK;
    paddr_t last = (base + size - 1) | (PAGE_SIZE - 1);
    struct membank *bank;
    bool apart;

    if ( inside_one(reserved, start, last, &apart) )
        return NULL;                   /* policy.c looks at the bank's type */
    if ( !inside_one(bootinfo_get_mem(), start, last, &apart) && !apart )
        return "reaches beyond a bank of RAM";
    if ( check_reserved_regions_overlap(start, last - start + 1, false) )
        return "overlaps memory that is already spoken for";
    if ( reserved->nr_banks >= reserved->max_banks )
        return "no bank of reserved memory is left for it";

    bank = &reserved->bank[reserved->nr_banks++];
    bank->start = start;
    bank->size = last - start + 1;
    bank->type = MEMBANK_DEFAULT;

    cmdline_banks[nr_cmdline_banks].start = bank->start;
    cmdline_banks[nr_cmdline_banks].size = bank->size;
    nr_cmdline_banks++;

    return NULL;
}

/* "<base>+<size>" of @item. NULL or what is wrong. */
static const char *__init parse_region(struct cmdline_item *item, const char *s)
{
    if ( !parse_number(s, &s, false, &item->base) || *s++ != '+' )
        return "no <base>+<size> after the last `:'";
    if ( !parse_number(s, &s, true, &item->size) || *s )
        return "no size after the `+'";
    if ( !item->size )
        return "the size is 0";
    if ( item->base + item->size - 1 < item->base )
        return "the region wraps around the end of the address space";

    return reserve(item->base, item->size);
}

static const char *__init parse_item(const char *s)
{
    struct cmdline_item *item = &items[nr_items];
    const char *colon = strrchr(s, ':');
    const char *equals = strrchr(s, '=');
    const char *end = colon ?: equals;
    const char *wrong = NULL;

    if ( nr_items == MAX_ITEMS )
        return "too many items";
    /* The parser cuts off what does not fit, and does not say so. */
    if ( strlen(s) >= MAX_PARAM_SIZE - sizeof("rmr=") )
        return "too long for Xen's command line, its end may be missing: use an alias";
    if ( !end )
        return "neither a boolean, nor <node>=off, nor <node>=keep, nor <node>:<base>+<size>";
    if ( end == s )
        return "no node is named";
    if ( end - s >= MAX_NODE_LEN )
        return "the node's name is too long: use an alias";

    memset(item, 0, sizeof(*item));
    memcpy(item->node, s, end - s);

    if ( colon )
        wrong = parse_region(item, colon + 1);
    else if ( !strcmp(equals + 1, "off") )
        item->off = true;
    else if ( !strcmp(equals + 1, "keep") )
        item->keep = true;
    else
        wrong = "only `off' or `keep' can follow the node's `='";

    if ( !wrong )
        nr_items++;

    return wrong;
}

static int __init cf_check parse_rmr_param(const char *s)
{
    int val = *s ? parse_bool(s, NULL) : 1;
    const char *wrong;

    if ( val >= 0 )
    {
        enabled = val;
        return 0;
    }

    wrong = parse_item(s);
    if ( !wrong )
        return 0;

    if ( nr_ignored < MAX_ITEMS )
    {
        snprintf(ignored[nr_ignored].text, MAX_NODE_LEN, "%s", s);
        ignored[nr_ignored++].wrong = wrong;
    }

    return -EINVAL;
}

static void __init say_ignored(void)
{
    unsigned int i;

    for ( i = 0; i < nr_ignored; i++ )
        printk("rmr: command line item \"%s\": %s: the item is ignored\n",
               ignored[i].text, ignored[i].wrong);
}
custom_param("rmr", parse_rmr_param);

/* --- What the pass over the tree collects --------------------------------- */

/* A node with a phandle. */
struct phandle_ref {
    dt_phandle phandle;
    unsigned int order;                /* in the tree */
    struct dt_device_node *np;
    unsigned int candidate;            /* index, or NO_CANDIDATE */
};

#define NO_CANDIDATE (~0U)

/*
 * A node with `iommus`, or one that `mmu-masters` of an SMMU names; an RMR
 * master as soon as it has a region.
 */
struct candidate {
    struct dt_device_node *np;
    struct rmr_master *m;
    bool off, keep;                    /* on the command line */
    struct dt_device_node *smmu;       /* with `mmu-masters`, or NULL */
    const __be32 *ids;                 /* the StreamIDs there */
    unsigned int nr_ids;
    bool twice;                        /* is there more than once */
};

struct scan {
    struct phandle_ref *refs;          /* by phandle, then order */
    unsigned int nr_refs;
    struct candidate *candidates;      /* in tree order; those that only
                                          `mmu-masters` names come last */
    unsigned int nr_candidates;
    struct dt_device_node **smmus;     /* with `mmu-masters`, in tree order */
    unsigned int nr_smmus;
    struct dt_device_node **nodes;     /* /reserved-memory children that have
                                          `iommu-addresses`, in tree order */
    unsigned int nr_nodes;
};

/*
 * Room for element number @nr of an array that grows by doubling. NULL when
 * out of memory: the array is as it was.
 */
static void *__init room(void *array, unsigned int nr, size_t size)
{
    if ( nr && (nr < 4 || (nr & (nr - 1))) )
        return array;

    return _xrealloc(array, max(4U, nr * 2) * size, sizeof(paddr_t));
}

static int __init note_candidate(struct scan *s, struct dt_device_node *np)
{
    struct candidate *c = room(s->candidates, s->nr_candidates, sizeof(*c));
    unsigned int i;

    if ( !c )
        return -ENOMEM;

    s->candidates = c;
    c += s->nr_candidates++;
    memset(c, 0, sizeof(*c));
    c->np = np;
    for ( i = 0; i < nr_items; i++ )
        if ( items[i].np == np )
        {
            c->off |= items[i].off;
            c->keep |= items[i].keep;
        }

    return 0;
}

static int __init note_phandle(struct scan *s, struct dt_device_node *np,
                               unsigned int candidate)
{
    struct phandle_ref *ref = room(s->refs, s->nr_refs, sizeof(*ref));

    if ( !ref )
        return -ENOMEM;

    s->refs = ref;
    ref += s->nr_refs;
    ref->phandle = np->phandle;
    ref->order = s->nr_refs++;
    ref->np = np;
    ref->candidate = candidate;

    return 0;
}

/* Add @np to the list of nodes at @list. */
static int __init add_node(struct dt_device_node ***list, unsigned int *nr,
                           struct dt_device_node *np)
{
    struct dt_device_node **p = room(*list, *nr, sizeof(*p));

    if ( !p )
        return -ENOMEM;

    *list = p;
    p[(*nr)++] = np;

    return 0;
}

static bool __init is_region_node(const struct dt_device_node *np)
{
    return np->parent && np->parent->parent == dt_host &&
           dt_node_path_is_equal(np->parent, "/reserved-memory") &&
           dt_find_property(np, "iommu-addresses", NULL);
}

/* The SMMUv3 came after the binding with `mmu-masters`. */
static bool __init has_mmu_masters(const struct dt_device_node *np)
{
    return dt_find_property(np, "mmu-masters", NULL) &&
           device_get_class(np) == DEVICE_IOMMU &&
           !dt_device_is_compatible(np, "arm,smmu-v3") &&
           dt_device_is_available(np) && !dt_device_for_passthrough(np);
}

static void __init match_items(struct dt_device_node *np)
{
    unsigned int i;

    for ( i = 0; i < nr_items; i++ )
        if ( !items[i].np && items[i].node[0] == '/' &&
             dt_node_path_is_equal(np, items[i].node) )
            items[i].np = np;
}

static int __init note_node(struct scan *s, struct dt_device_node *np)
{
    unsigned int candidate = NO_CANDIDATE;
    int rc;

    match_items(np);

    if ( dt_find_property(np, "iommus", NULL) )
    {
        candidate = s->nr_candidates;
        rc = note_candidate(s, np);
        if ( rc )
            return rc;
    }

    if ( np->phandle )
    {
        rc = note_phandle(s, np, candidate);
        if ( rc )
            return rc;
    }

    if ( is_region_node(np) )
    {
        rc = add_node(&s->nodes, &s->nr_nodes, np);
        if ( rc )
            return rc;
    }

    if ( has_mmu_masters(np) )
    {
        rc = add_node(&s->smmus, &s->nr_smmus, np);
        if ( rc )
            return rc;
    }

    return rmr_policy_note(np);
}

static int __init cf_check cmp_refs(const void *a, const void *b)
{
    const struct phandle_ref *l = a, *r = b;

    if ( l->phandle != r->phandle )
        return l->phandle < r->phandle ? -1 : 1;

    return l->order < r->order ? -1 : l->order > r->order;
}

static void __init cf_check swap_refs(void *a, void *b, size_t size)
{
    struct phandle_ref *l = a, *r = b;

    SWAP(*l, *r);
}

static int __init collect(struct scan *s)
{
    struct dt_device_node *np;
    unsigned int i;

    for ( i = 0; i < nr_items; i++ )
        items[i].np = items[i].node[0] == '/'
                      ? NULL : dt_find_node_by_alias(items[i].node);

    dt_for_each_device_node ( dt_host, np )
    {
        int rc = note_node(s, np);

        if ( rc )
            return rc;
    }

    sort(s->refs, s->nr_refs, sizeof(*s->refs), cmp_refs, swap_refs);

    return 0;
}

/* The first node in tree order, as for dt_find_node_by_phandle(). */
static const struct phandle_ref *__init find_ref(const struct scan *s,
                                                 dt_phandle phandle)
{
    unsigned int low = 0, high = s->nr_refs;

    while ( low < high )
    {
        unsigned int mid = low + (high - low) / 2;

        if ( s->refs[mid].phandle < phandle )
            low = mid + 1;
        else
            high = mid;
    }

    if ( !phandle || low == s->nr_refs || s->refs[low].phandle != phandle )
        return NULL;

    return &s->refs[low];
}

/* --- A region node's properties ------------------------------------------- */

/* The cells of an address and a size in properties of @np, as its bus says. */
static bool __init bus_cells(const struct dt_device_node *np, unsigned int *na,
                             unsigned int *ns)
{
    int a = dt_n_addr_cells(np), n = dt_n_size_cells(np);

    if ( a < 1 || a > MAX_CELLS || n < 1 || n > MAX_CELLS )
        return false;

    *na = a;
    *ns = n;

    return true;
}

/* False if the number does not fit: 3 and 4 cells may hold that. */
static bool __init read_cells(const __be32 *p, unsigned int nr, paddr_t *value)
{
    uint64_t n = 0;
    bool fits = true;

    for ( ; nr; nr--, p++ )
    {
        if ( n >> 32 )
            fits = false;
        n = (n << 32) | be32_to_cpu(*p);
    }

    *value = n;

    return fits && *value == n;
}

/* Memory that a region node describes. */
struct reg {
    paddr_t start;
    paddr_t size;
    const char *wrong;                 /* NULL, or why it cannot be used */
    bool present;
    bool more;                         /* ranges than the first */
};

static void __init read_reg(const struct dt_device_node *np, struct reg *reg)
{
    unsigned int na, ns;
    const __be32 *p;
    paddr_t unused;
    u32 len;

    memset(reg, 0, sizeof(*reg));
    p = dt_get_property(np, "reg", &len);
    reg->present = p;
    if ( !p )
        return;

    if ( !bus_cells(np, &na, &ns) )
        reg->wrong = "/reserved-memory has cells that are not 1 to 4";
    else if ( len < dt_cells_to_size(na + ns) )
        reg->wrong = "`reg' is cut short";
    else if ( !read_cells(p, na, &unused) || !read_cells(p + na, ns, &unused) )
        reg->wrong = "`reg' does not fit a physical address";
    else if ( dt_device_get_paddr(np, 0, &reg->start, &reg->size) )
        reg->wrong = "`reg' cannot be translated: is `ranges' missing?";
    else
        reg->more = len >= 2 * dt_cells_to_size(na + ns);
}

static bool __init inside_reg(const struct reg *reg, paddr_t iova, paddr_t size)
{
    return reg->present && !reg->wrong && iova >= reg->start &&
           size <= reg->size && iova - reg->start <= reg->size - size;
}

/*
 * `iommu-addresses` is a list of <phandle iova size>. By the binding iova and
 * size have the cells of the bus that the device behind the phandle is on, and
 * so differ from tuple to tuple. Trees exist that use the cells of
 * /reserved-memory throughout.
 */
enum reading {
    DEVICE_CELLS,
    REGION_CELLS,
};

struct tuple {
    const struct phandle_ref *ref;
    paddr_t iova;
    paddr_t size;
    bool fits;
};

struct tuples {
    const struct scan *s;
    const struct dt_device_node *np;
    enum reading reading;
    const __be32 *p;
    unsigned int left;                 /* cells */
};

static int __init first_tuple(struct tuples *it, const struct scan *s,
                              const struct dt_device_node *np,
                              enum reading reading)
{
    u32 len;

    it->s = s;
    it->np = np;
    it->reading = reading;
    it->p = dt_get_property(np, "iommu-addresses", &len);
    it->left = !it->p ? 0 : dt_size_to_cells(len);

    return (it->left && !(len % sizeof(*it->p))) ? 0 : -EINVAL;
}

/* 1 for a tuple, 0 at the end, -EINVAL if what follows cannot be one. */
static int __init next_tuple(struct tuples *it, struct tuple *t)
{
    unsigned int na, ns;
    bool fits;

    if ( !it->left )
        return 0;

    t->ref = find_ref(it->s, be32_to_cpu(*it->p));
    if ( !t->ref ||
         !bus_cells(it->reading == DEVICE_CELLS ? t->ref->np : it->np,
                    &na, &ns) ||
         it->left < 1 + na + ns )
        return -EINVAL;

    fits = read_cells(it->p + 1, na, &t->iova);
    t->fits = read_cells(it->p + 1 + na, ns, &t->size) && fits;
    it->p += 1 + na + ns;
    it->left -= 1 + na + ns;

    return 1;
}

/*
 * Does @reading explain the whole property? *@agrees: and does every tuple with
 * a size lie inside `reg`?
 */
static bool __init explains(const struct scan *s,
                            const struct dt_device_node *np,
                            const struct reg *reg, enum reading reading,
                            bool *agrees)
{
    struct tuples it;
    struct tuple t;
    int rc;

    *agrees = true;
    if ( first_tuple(&it, s, np, reading) )
        return false;

    while ( (rc = next_tuple(&it, &t)) > 0 )
        if ( t.size && (!t.fits || !inside_reg(reg, t.iova, t.size)) )
            *agrees = false;

    return !rc;
}

/* The binding's reading, unless only the other one makes sense. */
static int __init choose_reading(const struct scan *s,
                                 const struct dt_device_node *np,
                                 const struct reg *reg, enum reading *reading)
{
    bool device_agrees, region_agrees;
    bool device = explains(s, np, reg, DEVICE_CELLS, &device_agrees);
    bool region = explains(s, np, reg, REGION_CELLS, &region_agrees);

    if ( !device && !region )
        return -EINVAL;

    if ( !device || (region && region_agrees && !device_agrees) )
    {
        *reading = REGION_CELLS;
        printk(XENLOG_DEBUG "rmr: %s: `iommu-addresses' has the cells of /reserved-memory, not those of the devices' buses: read like that\n",
               dt_node_full_name(np));
    }
    else
        *reading = DEVICE_CELLS;

    return 0;
}

/* --- Masters -------------------------------------------------------------- */

void __init rmr_master_free(struct rmr_master *m)
{
    list_del(&m->list);
    xfree(m->regions);
    xfree(m->sids);
    xfree(m);
}

static int __init add_region(struct candidate *c, const struct rmr_region *r)
{
    struct rmr_master *m = c->m;
    struct rmr_region *regions;

    if ( !m )
    {
        m = xzalloc(struct rmr_master);
        if ( !m )
            return -ENOMEM;

        INIT_LIST_HEAD(&m->list);
        m->np = c->np;
        m->keep_contents = c->keep;
        c->m = m;
    }

    regions = room(m->regions, m->nr_regions, sizeof(*regions));
    if ( !regions )
        return -ENOMEM;

    m->regions = regions;
    m->regions[m->nr_regions++] = *r;

    return 0;
}

/* Does the device list the region in its own `memory-region`? */
static bool __init lists_region(const struct dt_device_node *np,
                                const struct dt_device_node *region)
{
    u32 len;
    const __be32 *p = dt_get_property(np, "memory-region", &len);
    unsigned int i, nr = !p ? 0 : dt_size_to_cells(len);

    for ( i = 0; region->phandle && i < nr && i < MAX_MEMORY_REGIONS; i++ )
        if ( be32_to_cpu(p[i]) == region->phandle )
            return true;

    if ( nr > MAX_MEMORY_REGIONS )
        printk("rmr: %s: `memory-region' has %u entries, and %s is not among the first %u: not mapped\n",
               dt_node_full_name(np), nr, dt_node_full_name(region),
               MAX_MEMORY_REGIONS);

    return false;
}

/* NULL, or why a tuple for @ref's node is nothing to keep alive. */
static const char *__init not_for_us(const struct scan *s,
                                     const struct dt_device_node *np,
                                     const struct tuple *t)
{
    const struct candidate *c;

    if ( t->ref->candidate == NO_CANDIDATE )
        return "has no `iommus'";

    c = &s->candidates[t->ref->candidate];
    if ( c->off )
        return "is off on the command line";
    if ( !dt_device_is_available(c->np) )
        return "is disabled";
    if ( !lists_region(c->np, np) )
        return "does not list the region in `memory-region'";
    if ( t->fits && !t->size )
        return "has an empty template here";

    return NULL;
}

/* One tuple of @np's `iommu-addresses` -> a region of the device it names. */
static int __init read_tuple(struct scan *s, const struct dt_device_node *np,
                             const struct reg *reg, const struct tuple *t)
{
    const char *wrong = not_for_us(s, np, t);
    struct rmr_region r = {
        .iova = t->iova,
        .pa = INVALID_PADDR,
        .size = t->size,
        .np = np,
    };

    if ( wrong )
    {
        printk(XENLOG_DEBUG "rmr: %s: `iommu-addresses': %s %s: skipped\n",
               dt_node_full_name(np), dt_node_full_name(t->ref->np), wrong);
        return 0;
    }

    if ( !t->fits )
        wrong = "`iommu-addresses' has a number of more than 64 bits";
    else if ( reg->wrong )
        wrong = reg->wrong;
    else if ( reg->more && !inside_reg(reg, t->iova, t->size) )
        wrong = "not in the first range of `reg', and which of the others is meant is not said";
    else if ( reg->present && t->size > reg->size )
        wrong = "`iommu-addresses' has a size larger than `reg'";
    else if ( reg->present )
        r.pa = inside_reg(reg, t->iova, t->size) ? t->iova : reg->start;

    if ( wrong )
    {
        printk("rmr: %s: region at %"PRIrmr" (%s): %s: not mapped\n",
               dt_node_full_name(t->ref->np), t->iova, dt_node_full_name(np),
               wrong);
        return 0;
    }

    return add_region(&s->candidates[t->ref->candidate], &r);
}

static int __init read_region_node(struct scan *s,
                                   const struct dt_device_node *np)
{
    enum reading reading;
    struct tuples it;
    struct tuple t;
    struct reg reg;
    int rc;

    if ( !dt_device_is_available(np) )
    {
        printk(XENLOG_DEBUG "rmr: %s: disabled: skipped\n",
               dt_node_full_name(np));
        return 0;
    }

    read_reg(np, &reg);

    if ( choose_reading(s, np, &reg, &reading) )
    {
        printk("rmr: %s: `iommu-addresses' is no list of <phandle address size>, neither with the cells of the devices' buses nor with those of /reserved-memory: not mapped\n",
               dt_node_full_name(np));
        return 0;
    }

    rc = first_tuple(&it, s, np, reading);
    while ( !rc && next_tuple(&it, &t) > 0 )
        rc = read_tuple(s, np, &reg, &t);

    return rc;
}

static struct candidate *__init find_candidate(const struct scan *s,
                                               const struct dt_device_node *np)
{
    unsigned int i;

    for ( i = 0; i < s->nr_candidates; i++ )
        if ( s->candidates[i].np == np )
            return &s->candidates[i];

    return NULL;
}

/* A region, or a switch, that the command line has for a node. */
static int __init read_item(struct scan *s, const struct cmdline_item *item)
{
    struct candidate *c = item->np ? find_candidate(s, item->np) : NULL;
    const struct rmr_region r = {
        .iova = item->base,
        .pa = item->base,
        .size = item->size,
    };
    const char *wrong = NULL;

    if ( !item->np )
        wrong = "no such node or alias in the device tree";
    else if ( !c )
        wrong = "the node has no `iommus'";
    else if ( !dt_device_is_available(c->np) )
        wrong = "the node is disabled";
    else if ( c->off && !item->off )
        wrong = "another item has it off";

    if ( wrong )
        printk("rmr: command line item for %s: %s: the item is ignored\n",
               item->node, wrong);
    else if ( item->off )
        printk("rmr: %s: off on the command line: not kept\n",
               dt_node_full_name(c->np));
    else if ( item->keep )
        printk("rmr: %s: what is in its regions is kept when another domain gets it\n",
               dt_node_full_name(c->np));
    else
        return add_region(c, &r);

    return 0;
}

/* --- StreamIDs ------------------------------------------------------------ */

/* Bits of a StreamID and of a mask in a match entry (IHI 0062, SMMU_SMRn). */
#define MATCH_BITS 0x7fffU

/*
 * A StreamID as the cells of one entry of `iommus` have it. An SMMUv3's driver
 * takes the first cell, whatever follows; that of SMMUv1/v2 has a mask from the
 * second, or for all masters from `stream-match-mask` of the SMMU
 * (arm_smmu_dt_xlate_generic()). False if that driver cuts off bits.
 */
static bool __init read_stream(const struct dt_device_node *iommu,
                               const uint32_t *cells, unsigned int nr,
                               struct rmr_stream *s)
{
    s->id = nr ? cells[0] : 0;
    s->mask = 0;

    if ( dt_device_is_compatible(iommu, "arm,smmu-v3") )
        return true;

    if ( nr > 1 )
        s->mask = cells[1];
    else
        (void)dt_property_read_u32(iommu, "stream-match-mask", &s->mask);

    return !((s->id | s->mask) & ~MATCH_BITS);
}

/* ... as the driver of @iommu makes of it what a match entry holds. */
void __init rmr_dt_stream(const struct dt_device_node *iommu,
                          const uint32_t *cells, unsigned int nr,
                          struct rmr_stream *s)
{
    if ( read_stream(iommu, cells, nr, s) )
        return;

    s->id &= MATCH_BITS;
    s->mask &= MATCH_BITS;
}

static const char *__init add_stream(struct rmr_master *m,
                                     const struct rmr_stream *stream, int *rc)
{
    unsigned int i;
    struct rmr_stream *sids;

    for ( i = 0; i < m->nr_sids; i++ )
        if ( m->sids[i].id == stream->id && m->sids[i].mask == stream->mask )
            return NULL;               /* listed twice */

    if ( m->nr_sids == MAX_STREAMS )
        return "more StreamIDs than Xen keeps for one master";

    sids = room(m->sids, m->nr_sids, sizeof(*sids));
    if ( !sids )
    {
        *rc = -ENOMEM;
        return NULL;
    }

    m->sids = sids;
    m->sids[m->nr_sids++] = *stream;

    return NULL;
}

static const char *__init cut_stream(const struct rmr_stream *s)
{
    static char __initdata text[80];

    if ( s->mask )
        snprintf(text, sizeof(text),
                 "StreamID %#x with mask %#x has more bits than the 15 of a match entry",
                 s->id, s->mask);
    else
        snprintf(text, sizeof(text),
                 "StreamID %#x has more bits than the 15 of a match entry",
                 s->id);

    return text;
}

/* The IOMMU of one entry of `iommus`. NULL or what is wrong. */
static const char *__init set_iommu(struct rmr_master *m,
                                    const struct phandle_ref *ref, u32 *cells)
{
    if ( !ref )
        return "`iommus' has a phandle that no node has";
    if ( device_get_class(ref->np) != DEVICE_IOMMU )
        return "`iommus' names a node that is no IOMMU Xen has a driver for";
    if ( m->iommu && m->iommu != ref->np )
        return "it is behind two IOMMUs, which Xen cannot drive";
    if ( !dt_property_read_u32(ref->np, "#iommu-cells", cells) ||
         *cells < 1 || *cells > MAX_CELLS )
        return "its IOMMU has no `#iommu-cells' of 1 to 4";
    if ( !dt_device_is_available(ref->np) )
        return "its IOMMU is disabled, so Xen does not drive it";
    if ( dt_device_for_passthrough(ref->np) )
        return "its IOMMU is marked `xen,passthrough', so Xen does not drive it";

    m->iommu = ref->np;

    return NULL;
}

/* NULL or what is wrong with `iommus` of @m, or with memory: @rc. */
static const char *__init read_iommus(const struct scan *s,
                                      struct rmr_master *m, int *rc)
{
    u32 len, cells, words[MAX_CELLS];
    const __be32 *p = dt_get_property(m->np, "iommus", &len);
    unsigned int left = dt_size_to_cells(len), i;
    struct rmr_stream stream;
    const char *wrong = NULL;

    if ( !left || len % sizeof(*p) )
        return "`iommus' is cut short";

    while ( left && !wrong && !*rc )
    {
        wrong = set_iommu(m, find_ref(s, be32_to_cpu(*p)), &cells);
        if ( wrong )
            break;
        if ( left < 1 + cells )
            return "`iommus' is cut short";

        for ( i = 0; i < cells; i++ )
            words[i] = be32_to_cpu(p[1 + i]);

        if ( !read_stream(m->iommu, words, cells, &stream) )
            return cut_stream(&stream);
        wrong = add_stream(m, &stream, rc);

        p += 1 + cells;
        left -= 1 + cells;
    }

    return wrong;
}

/* The same for what `mmu-masters` of an SMMU says of @c, in which no masks are. */
static const char *__init read_legacy_ids(const struct candidate *c, int *rc)
{
    struct rmr_master *m = c->m;
    const char *wrong = NULL;
    unsigned int i, nr = min(c->nr_ids, (unsigned int)MAX_PHANDLE_ARGS);

    if ( c->twice )
        return "`mmu-masters' has it twice, and Xen does not drive such an SMMU";
    if ( !c->nr_ids )
        return "`mmu-masters' has no StreamID for it";

    m->iommu = c->smmu;

    for ( i = 0; i < nr && !wrong && !*rc; i++ )
    {
        const struct rmr_stream stream = { .id = be32_to_cpu(c->ids[i]) };

        wrong = stream.id & ~MATCH_BITS ? cut_stream(&stream)
                                        : add_stream(m, &stream, rc);
    }

    if ( !wrong && nr < c->nr_ids )
        printk("rmr: %s: `#stream-id-cells' is %u, and Xen's driver takes the first %u StreamIDs only: the DMA of the others is not kept\n",
               dt_node_full_name(m->np), c->nr_ids, nr);

    return wrong;
}

/* -EINVAL, with a message, if @c's master cannot be an RMR master. */
static int __init read_streams(const struct scan *s, struct candidate *c)
{
    int rc = 0;
    const char *wrong = c->smmu ? read_legacy_ids(c, &rc)
                                : read_iommus(s, c->m, &rc);

    if ( wrong )
    {
        printk("rmr: %s: %s: its DMA is not kept\n", dt_node_full_name(c->np),
               wrong);
        return -EINVAL;
    }

    return rc;
}

/*
 * Legacy binding: <&master ID ...> for each master of an SMMU, with as many IDs
 * as `#stream-id-cells` of the master says. Where it names a device, Xen's
 * driver uses it and not `iommus`. 1 for an entry that was read, 0 at the end,
 * -EINVAL if no entry can follow, -ENOMEM.
 */
static int __init read_mmu_master(struct scan *s, struct dt_device_node *smmu,
                                  const __be32 **p, unsigned int *left)
{
    const struct phandle_ref *found;
    struct phandle_ref *ref;
    struct candidate *c;
    u32 nr;

    if ( !*left )
        return 0;

    found = find_ref(s, be32_to_cpu(**p));
    if ( !found || !dt_property_read_u32(found->np, "#stream-id-cells", &nr) ||
         *left - 1 < nr )
        return -EINVAL;

    ref = &s->refs[found - s->refs];
    if ( ref->candidate == NO_CANDIDATE )
    {
        ref->candidate = s->nr_candidates;
        if ( note_candidate(s, ref->np) )
            return -ENOMEM;
    }

    c = &s->candidates[ref->candidate];
    c->twice = c->smmu;
    c->smmu = smmu;
    c->ids = *p + 1;
    c->nr_ids = nr;
    *p += 1 + nr;
    *left -= 1 + nr;

    return 1;
}

static int __init read_mmu_masters(struct scan *s, struct dt_device_node *smmu)
{
    u32 len;
    const __be32 *p = dt_get_property(smmu, "mmu-masters", &len);
    unsigned int left = dt_size_to_cells(len);
    int rc;

    do {
        rc = read_mmu_master(s, smmu, &p, &left);
    } while ( rc > 0 );

    if ( rc != -EINVAL )
        return rc;

    printk("rmr: %s: `mmu-masters' is no list of devices with `#stream-id-cells' and that many StreamIDs: what follows cell %u is ignored\n",
           dt_node_full_name(smmu), dt_size_to_cells(len) - left);

    return 0;
}

/* --- The two calls -------------------------------------------------------- */

/* Every candidate that has a region goes onto @masters, or is freed. */
static int __init list_masters(struct scan *s, struct list_head *masters,
                               int rc)
{
    unsigned int i;

    for ( i = 0; i < s->nr_candidates; i++ )
    {
        struct rmr_master *m = s->candidates[i].m;
        int err;

        if ( !m )
            continue;

        err = rc ?: read_streams(s, &s->candidates[i]);
        if ( err == -EINVAL )
        {
            rmr_master_free(m);
            continue;
        }

        rc = err;
        list_add_tail(&m->list, masters);
    }

    return rc;
}

int __init rmr_dt_scan(struct list_head *masters)
{
    struct scan s = {};
    unsigned int i;
    int rc;

    say_ignored();

    if ( !enabled )
    {
        printk("rmr: off on the command line\n");
        return 0;
    }

    rc = collect(&s);

    /* Without a region nobody asks for masters. */
    if ( s.nr_nodes || nr_items )
        for ( i = 0; i < s.nr_smmus && !rc; i++ )
            rc = read_mmu_masters(&s, s.smmus[i]);

    for ( i = 0; i < s.nr_nodes && !rc; i++ )
        rc = read_region_node(&s, s.nodes[i]);

    for ( i = 0; i < nr_items && !rc; i++ )
        rc = read_item(&s, &items[i]);

    rc = list_masters(&s, masters, rc);

    xfree(s.refs);
    xfree(s.candidates);
    xfree(s.nodes);
    xfree(s.smmus);
    if ( rc || list_empty(masters) )
        rmr_policy_end();

    return rc;
}

static int __init cf_check cmp_regions(const void *a, const void *b)
{
    const struct rmr_region *l = a, *r = b;

    return l->iova < r->iova ? -1 : l->iova > r->iova;
}

static void __init cf_check swap_regions(void *a, void *b, size_t size)
{
    struct rmr_region *l = a, *r = b;

    SWAP(*l, *r);
}

static bool __init same_mapping(const struct rmr_region *a,
                                const struct rmr_region *b)
{
    if ( rmr_is_carveout(a) || rmr_is_carveout(b) )
        return rmr_is_carveout(a) && rmr_is_carveout(b);

    return a->pa - a->iova == b->pa - b->iova;
}

/* Sort @m's regions by IOVA; overlapping ones become one, or are refused. */
static void __init merge_regions(struct rmr_master *m)
{
    unsigned int i = 0, nr = 0;

    sort(m->regions, m->nr_regions, sizeof(*m->regions), cmp_regions,
         swap_regions);

    while ( i < m->nr_regions )
    {
        const unsigned int first = i;
        struct rmr_region group = m->regions[i];
        bool same = true;

        for ( i++; i < m->nr_regions &&
                   m->regions[i].iova - group.iova < group.size; i++ )
        {
            const struct rmr_region *r = &m->regions[i];

            same = same && same_mapping(&group, r);
            group.size = max(group.size, r->iova - group.iova + r->size);
        }

        if ( same )
            m->regions[nr++] = group;
        else
            rmr_policy_overlap(m, first, i - first, &group);
    }

    m->nr_regions = nr;
}

/* Leave @m the regions that it may have. False if none is to be mapped. */
static bool __init check_regions(struct rmr_master *m, unsigned int ipa_bits)
{
    unsigned int i, nr = 0, carveouts = 0;

    for ( i = 0; i < m->nr_regions; i++ )
        if ( rmr_policy_region(m, &m->regions[i], ipa_bits) )
            m->regions[nr++] = m->regions[i];
    m->nr_regions = nr;

    merge_regions(m);

    for ( i = 0; i < m->nr_regions; i++ )
        carveouts += rmr_is_carveout(&m->regions[i]);

    if ( carveouts < m->nr_regions )
        return true;

    printk("rmr: %s: %s\n", dt_node_full_name(m->np),
           carveouts ? "only carve-outs: nothing to keep alive"
                     : "no region is left: its DMA is not kept");

    return false;
}

int __init rmr_dt_check(struct list_head *masters, unsigned int ipa_bits)
{
    LIST_HEAD(dropped);
    struct rmr_master *m, *tmp;
    int rc = rmr_policy_begin(masters);

    if ( !rc )
        list_for_each_entry_safe ( m, tmp, masters, list )
            if ( !check_regions(m, ipa_bits) )
                list_move_tail(&m->list, &dropped);

    rc = rc ?: rmr_policy_streams(masters);
    rc = rc ?: rmr_policy_sharing(masters);

    rmr_policy_end();

    /* Until here policy.c had pointers to them. */
    list_for_each_entry_safe ( m, tmp, &dropped, list )
        rmr_master_free(m);

    return rc;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
