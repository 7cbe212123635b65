/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every refusal, in one place: one function per rule, one line per refusal
 * that names the node, what is wrong, and what Xen does now.
 *
 * dt.c asks about regions, StreamIDs and what masters share, at boot, between
 * rmr_policy_begin() and rmr_policy_end(). What is accepted here is reserved
 * memory that belongs to nobody else, page aligned, inside the p2m.
 */
#include <xen/bootfdt.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/sizes.h>
#include <xen/sort.h>
#include <xen/xmalloc.h>

#include <asm/device.h>

#include "rmr.h"

/* --- What regions are held against ---------------------------------------- */

/* Registers of a device that Xen uses, or reserved memory. */
struct range {
    paddr_t start;
    paddr_t last;
    const struct dt_device_node *np;   /* NULL for memory */
};

/* The memory of a region, as firmware has it: not rounded to pages. */
struct claim {
    paddr_t start;
    paddr_t last;
    struct rmr_master *m;
    /* Up to here, the one that ends last, and that of another master. */
    const struct claim *furthest;
    const struct claim *next_furthest; /* may be NULL */
};

static struct range *__initdata used;
static unsigned int __initdata nr_used;
static struct range __initdata reserved[NR_MEM_BANKS];
static unsigned int __initdata nr_reserved;
static struct claim *__initdata claims;
static unsigned int __initdata nr_claims;

static int __init cf_check cmp_ranges(const void *a, const void *b)
{
    const struct range *l = a, *r = b;

    return l->start < r->start ? -1 : l->start > r->start;
}

static void __init cf_check swap_ranges(void *a, void *b, size_t size)
{
    struct range *l = a, *r = b;

    SWAP(*l, *r);
}

static int __init cf_check cmp_claims(const void *a, const void *b)
{
    const struct claim *l = a, *r = b;

    if ( l->start != r->start )
        return l->start < r->start ? -1 : 1;

    return l->last < r->last ? -1 : l->last > r->last;
}

static void __init cf_check swap_claims(void *a, void *b, size_t size)
{
    struct claim *l = a, *r = b;

    SWAP(*l, *r);
}

static bool __init xen_uses(const struct dt_device_node *np)
{
    switch ( device_get_class(np) )
    {
    case DEVICE_INTERRUPT_CONTROLLER:
    case DEVICE_IOMMU:
    case DEVICE_PCI_HOSTBRIDGE:
    case DEVICE_SERIAL:
        return true;

    default:
        /* An ITS has no driver class, the timer and the console's UART do. */
        return dt_device_used_by(np) == DOMID_XEN ||
               dt_device_is_compatible(np, "arm,gic-v3-its");
    }
}

static int __init note_used(const struct dt_device_node *np, paddr_t start,
                            paddr_t size)
{
    struct range *u = used;

    if ( !(nr_used & 15) )
    {
        u = xrealloc_array(u, nr_used + 16);
        if ( !u )
            return -ENOMEM;
        used = u;
    }

    u += nr_used++;
    u->start = start;
    u->last = rmr_last_of(start, size);
    u->np = np;

    return 0;
}

/* Called once for every node of the tree. */
int __init rmr_policy_note(const struct dt_device_node *np)
{
    unsigned int i, nr = xen_uses(np) ? dt_number_of_address(np) : 0;
    paddr_t least = 1;
    int rc = 0;

    /* Of some of a GIC's ranges Xen maps so much, whatever `reg` says. */
    if ( nr && device_get_class(np) == DEVICE_INTERRUPT_CONTROLLER )
        least = SZ_128K;

    for ( i = 0; i < nr && !rc; i++ )
    {
        paddr_t start, size;

        if ( !dt_device_get_paddr(np, i, &start, &size) )
            rc = note_used(np, start, max(size, least));
    }

    return rc;
}

/* Sorted and disjoint, so that find_range() can bisect. Returns how many. */
static unsigned int __init settle(struct range *ranges, unsigned int nr)
{
    unsigned int i, kept = 0;

    sort(ranges, nr, sizeof(*ranges), cmp_ranges, swap_ranges);

    for ( i = 0; i < nr; i++ )
    {
        const struct range *r = &ranges[i];
        struct range *prev = kept ? &ranges[kept - 1] : NULL;

        if ( prev && (r->start <= prev->last ||
                      (r->np == prev->np && r->start == prev->last + 1)) )
            prev->last = max(prev->last, r->last);
        else
            ranges[kept++] = *r;
    }

    return kept;
}

/* The first of @ranges that does not end below @start; @nr if all do. */
static unsigned int __init find_range(const struct range *ranges,
                                      unsigned int nr, paddr_t start)
{
    unsigned int low = 0, high = nr;

    while ( low < high )
    {
        unsigned int mid = low + (high - low) / 2;

        if ( ranges[mid].last < start )
            low = mid + 1;
        else
            high = mid;
    }

    return low;
}

/* Memory that Xen keeps from its heap, and gives to nobody. */
static void __init note_reserved(void)
{
    const struct membanks *banks = bootinfo_get_reserved_mem();
    unsigned int i;

    nr_reserved = 0;
    for ( i = 0; i < banks->nr_banks; i++ )
    {
        const struct membank *b = &banks->bank[i];

        /* Xen does not keep a bank whose end is 0 or wraps from its heap. */
        if ( b->start + b->size <= b->start ||
             (b->type != MEMBANK_DEFAULT && b->type != MEMBANK_FDT_RESVMEM) )
            continue;

        reserved[nr_reserved].start = b->start;
        reserved[nr_reserved].last = b->start + b->size - 1;
        nr_reserved++;
    }

    nr_reserved = settle(reserved, nr_reserved);
}

static void __init add_claims(struct rmr_master *m)
{
    unsigned int i;

    for ( i = 0; i < m->nr_regions; i++ )
    {
        const struct rmr_region *r = &m->regions[i];
        paddr_t last = r->pa + r->size - 1;

        if ( rmr_is_carveout(r) || last < r->pa )
            continue;

        claims[nr_claims].start = r->pa;
        claims[nr_claims].last = last;
        claims[nr_claims].m = m;
        nr_claims++;
    }
}

static void __init set_furthest(struct claim *c, const struct claim *prev)
{
    c->furthest = prev ? prev->furthest : NULL;
    c->next_furthest = prev ? prev->next_furthest : NULL;

    if ( !c->furthest || c->last > c->furthest->last )
    {
        if ( c->furthest && c->furthest->m != c->m )
            c->next_furthest = c->furthest;
        c->furthest = c;
    }
    else if ( c->m != c->furthest->m &&
              (!c->next_furthest || c->last > c->next_furthest->last) )
        c->next_furthest = c;
}

static int __init collect_claims(const struct list_head *masters)
{
    struct rmr_master *m;
    unsigned int i, nr = 0;

    list_for_each_entry ( m, masters, list )
        nr += m->nr_regions;

    xfree(claims);
    nr_claims = 0;
    claims = xmalloc_array(struct claim, max(nr, 1U));
    if ( !claims )
        return -ENOMEM;

    list_for_each_entry ( m, masters, list )
        add_claims(m);

    sort(claims, nr_claims, sizeof(*claims), cmp_claims, swap_claims);

    for ( i = 0; i < nr_claims; i++ )
        set_furthest(&claims[i], i ? &claims[i - 1] : NULL);

    return 0;
}

int __init rmr_policy_begin(const struct list_head *masters)
{
    nr_used = settle(used, nr_used);
    note_reserved();

    return collect_claims(masters);
}

void __init rmr_policy_end(void)
{
    XFREE(used);
    nr_used = 0;
    XFREE(claims);
    nr_claims = 0;
}

/* --- Rules for one region ------------------------------------------------- */

#define refuse(m, r, fmt, args...)                                           \
    printk("rmr: %s: region %"PRIrmr"-%"PRIrmr" (%s): " fmt            \
           ": not mapped\n", dt_node_full_name((m)->np), (r)->iova,          \
           (r)->iova + (r)->size - 1,                                        \
           (r)->np ? dt_node_full_name((r)->np) : "command line", ## args)

static bool __init overlaps(paddr_t start, paddr_t last, paddr_t start2,
                            paddr_t size2)
{
    return size2 && start <= rmr_last_of(start2, size2) && last >= start2;
}

static bool __init wraps(const struct rmr_master *m, const struct rmr_region *r)
{
    if ( r->iova + r->size - 1 >= r->iova &&
         (rmr_is_carveout(r) || r->pa + r->size - 1 >= r->pa) )
        return false;

    refuse(m, r, "%"PRIrmr" bytes from there wrap around the end of the address space",
           r->size);

    return true;
}

static bool __init beyond(paddr_t last, unsigned int bits)
{
    return bits < sizeof(last) * 8 && (last >> bits);
}

static bool __init beyond_p2m(const struct rmr_master *m,
                              const struct rmr_region *r, unsigned int ipa_bits)
{
    if ( beyond(r->iova + r->size - 1, ipa_bits) )
        refuse(m, r, "ends beyond the %u bits of I/O address that the SMMU can translate",
               ipa_bits);
    else if ( !rmr_is_carveout(r) && beyond(r->pa + r->size - 1, ipa_bits) )
        refuse(m, r, "its memory at %"PRIrmr" ends beyond %u bits of physical address",
               r->pa, ipa_bits);
    else
        return false;

    return true;
}

static bool __init page_offsets_differ(const struct rmr_master *m,
                                       const struct rmr_region *r)
{
    if ( !((r->iova ^ r->pa) & ~PAGE_MASK) )
        return false;

    refuse(m, r, "its memory at %"PRIrmr" has another offset into the page",
           r->pa);

    return true;
}

static bool __init is_given_away(const struct rmr_master *m,
                                 const struct rmr_region *r,
                                 paddr_t start, paddr_t last)
{
    const struct membanks *banks = bootinfo_get_reserved_mem();
    unsigned int i;

    for ( i = 0; i < banks->nr_banks; i++ )
    {
        const struct membank *b = &banks->bank[i];

        if ( !overlaps(start, last, b->start, b->size) ||
             (b->type != MEMBANK_STATIC_DOMAIN &&
              b->type != MEMBANK_STATIC_HEAP) )
            continue;

        refuse(m, r, "overlaps %s at %"PRIrmr,
               b->type == MEMBANK_STATIC_HEAP
               ? "Xen's static heap" : "the static memory of a domain",
               b->start);
        return true;
    }

    return false;
}

static bool __init holds_a_module(const struct rmr_master *m,
                                  const struct rmr_region *r,
                                  paddr_t start, paddr_t last)
{
    const struct bootmodules *mods = &bootinfo.modules;
    int i;

    for ( i = 0; i < mods->nr_mods; i++ )
        if ( overlaps(start, last, mods->module[i].start,
                      mods->module[i].size) )
        {
            refuse(m, r, "overlaps the boot module \"%s\" at %"PRIrmr,
                   boot_module_kind_as_string(mods->module[i].kind),
                   mods->module[i].start);
            return true;
        }

    return false;
}

static bool __init holds_registers(const struct rmr_master *m,
                                   const struct rmr_region *r,
                                   paddr_t start, paddr_t last)
{
    unsigned int i = find_range(used, nr_used, start);

    if ( i == nr_used || used[i].start > last )
        return false;

    refuse(m, r, "overlaps registers of %s, which Xen uses",
           dt_node_full_name(used[i].np));

    return true;
}

/* Is all of [@start, @last] reserved, by one bank or several in a row? */
static bool __init is_reserved(paddr_t start, paddr_t last)
{
    unsigned int i = find_range(reserved, nr_reserved, start);

    return i < nr_reserved && reserved[i].start <= start &&
           reserved[i].last >= last;
}

static bool __init not_reserved(const struct rmr_master *m,
                                const struct rmr_region *r,
                                paddr_t start, paddr_t last)
{
    if ( is_reserved(start, last) )
        return false;

    if ( is_reserved(r->pa, r->pa + r->size - 1) )
        refuse(m, r, "not page aligned, and its first or last page is not reserved as a whole (round `reg' to pages)");
    else
        refuse(m, r, "its memory at %"PRIrmr" is not all reserved: %s",
               r->pa, r->np ? "is `reg' of that node intact?"
                            : "the command line could not reserve it");

    return true;
}

/* A claim on part of [@start, @last] by another master than @m. */
static const struct claim *__init find_claim(const struct rmr_master *m,
                                             paddr_t start, paddr_t last)
{
    unsigned int low = 0, high = nr_claims;
    const struct claim *c;

    while ( low < high )
    {
        unsigned int mid = low + (high - low) / 2;

        if ( claims[mid].start <= last )
            low = mid + 1;
        else
            high = mid;
    }

    if ( !low )
        return NULL;

    /* Of those that start early enough, does one end late enough? */
    c = claims[low - 1].furthest;
    if ( c->m == m )
        c = claims[low - 1].next_furthest;

    return c && c->last >= start ? c : NULL;
}

/* What rounding to pages adds must not be another master's. */
static bool __init page_is_claimed(const struct rmr_master *m,
                                   const struct rmr_region *r,
                                   paddr_t start, paddr_t last)
{
    paddr_t r_last = r->pa + r->size - 1;
    const struct claim *c = NULL;

    if ( start < r->pa )
        c = find_claim(m, start, r->pa - 1);
    if ( !c && last > r_last )
        c = find_claim(m, r_last + 1, last);
    if ( !c )
        return false;

    refuse(m, r, "not page aligned, and %s has a region in its first or last page",
           dt_node_full_name(c->m->np));

    return true;
}

/*
 * May @m have @r? If so @r is page aligned afterwards; if not, one line has
 * said why.
 */
bool __init rmr_policy_region(const struct rmr_master *m, struct rmr_region *r,
                              unsigned int ipa_bits)
{
    paddr_t last;

    if ( wraps(m, r) || beyond_p2m(m, r, ipa_bits) )
        return false;

    if ( !rmr_is_carveout(r) )
    {
        paddr_t start = r->pa & PAGE_MASK;

        last = (r->pa + r->size - 1) | ~PAGE_MASK;

        if ( page_offsets_differ(m, r) ||
             is_given_away(m, r, start, last) ||
             holds_a_module(m, r, start, last) ||
             holds_registers(m, r, start, last) ||
             not_reserved(m, r, start, last) ||
             page_is_claimed(m, r, start, last) )
            return false;

        r->pa = start;
    }

    last = (r->iova + r->size - 1) | ~PAGE_MASK;
    r->iova &= PAGE_MASK;
    r->size = last - r->iova + 1;

    return true;
}

/* Nobody can tell which of @nr regions that overlap in @all are right. */
void __init rmr_policy_overlap(const struct rmr_master *m, unsigned int first,
                               unsigned int nr, const struct rmr_region *all)
{
    unsigned int i;

    for ( i = first; i < first + nr; i++ )
        refuse(m, &m->regions[i], "overlaps another of the same device, and the %u in %"PRIrmr"-%"PRIrmr" lead to different memory: none is right",
               nr, all->iova, all->iova + all->size - 1);
}

/* --- Rules between masters ------------------------------------------------ */

static const char shares_streams[] = "another device has one of its StreamIDs";
static const char shares_pages[] =
    "another device has part of the pages of its region";

static void __init keep(struct rmr_master *m, const char *why)
{
    if ( !m->kept )
        m->kept = why;
}

/* One StreamID of one master. The first of equal ones tells who has it. */
struct stream {
    const struct rmr_master *m;
    const struct rmr_stream *sid;
    struct rmr_master *owner;
    bool wanted;                       /* by a master that was dropped */
};

static int __init cmp_sids(const struct rmr_master *ml,
                           const struct rmr_stream *l,
                           const struct rmr_master *mr,
                           const struct rmr_stream *r)
{
    if ( ml->iommu != mr->iommu )
        return (unsigned long)ml->iommu < (unsigned long)mr->iommu ? -1 : 1;

    if ( l->id != r->id )
        return l->id < r->id ? -1 : 1;

    return l->mask < r->mask ? -1 : l->mask > r->mask;
}

static int __init cf_check cmp_streams(const void *a, const void *b)
{
    const struct stream *l = a, *r = b;

    return cmp_sids(l->m, l->sid, r->m, r->sid);
}

static void __init cf_check swap_streams(void *a, void *b, size_t size)
{
    struct stream *l = a, *r = b;

    SWAP(*l, *r);
}

/* The first of the streams that equal StreamID @i of @m. */
static struct stream *__init find_stream(struct stream *streams,
                                         unsigned int nr,
                                         const struct rmr_master *m,
                                         unsigned int i)
{
    const struct rmr_stream *sid = &m->sids[i];
    unsigned int low = 0;

    while ( low < nr )
    {
        unsigned int mid = low + (nr - low) / 2;

        if ( cmp_sids(streams[mid].m, streams[mid].sid, m, sid) < 0 )
            low = mid + 1;
        else
            nr = mid;
    }

    return &streams[low];
}

/* Who else has @m's StreamIDs? NULL if it may have them for itself. */
static struct rmr_master *__init find_owner(struct stream *streams,
                                            unsigned int nr,
                                            const struct rmr_master *m)
{
    unsigned int i;

    for ( i = 0; i < m->nr_sids; i++ )
    {
        struct stream *s = find_stream(streams, nr, m, i);

        if ( s->owner )
            return s->owner;
    }

    return NULL;
}

static bool __init has_masks(const struct rmr_master *m)
{
    unsigned int i;

    for ( i = 0; i < m->nr_sids; i++ )
        if ( m->sids[i].mask )
            return true;

    return false;
}

/* Do @a and @b have a StreamID in common, seen through their masks? */
static bool __init masks_meet(const struct rmr_master *a,
                              const struct rmr_master *b)
{
    unsigned int i, j;

    if ( a->iommu != b->iommu || !(has_masks(a) || has_masks(b)) )
        return false;

    for ( i = 0; i < a->nr_sids; i++ )
        for ( j = 0; j < b->nr_sids; j++ )
            if ( rmr_streams_overlap(&a->sids[i], &b->sids[j]) )
                return true;

    return false;
}

/*
 * Masks order StreamIDs no more: where one of two masters has any, all of both
 * are compared. So that this stays linear in the size of the tree, masters with
 * masks may have so many in all. An SMMU has no more than 128 match entries
 * (IHI 0062, SMMU_IDR0.NUMSMRG).
 */
#define MAX_MASKED 1024

/* Masters with masks, so far, in tree order. */
struct masked {
    struct rmr_master *m[MAX_MASKED];
    bool dropped[MAX_MASKED];          /* became ordinary */
    unsigned int nr;
    unsigned int nr_sids;
    const struct rmr_master *excess;   /* the first that was too much */
    unsigned int nr_excess;
};

/* Put @m, which has masks, into @set. False if it is too much. */
static bool __init add_masked(struct masked *set, struct rmr_master *m)
{
    if ( set->nr_sids + m->nr_sids > MAX_MASKED )
    {
        if ( !set->excess )
            set->excess = m;
        set->nr_excess++;
        return false;
    }

    set->m[set->nr] = m;
    set->dropped[set->nr++] = false;
    set->nr_sids += m->nr_sids;

    return true;
}

/* Note what @m and @other, which comes before it, have in common. */
static void __init claim_from(struct rmr_master *m, struct rmr_master *other,
                              bool dropped, struct rmr_master **owner)
{
    if ( !masks_meet(m, other) )
        return;

    keep(dropped ? m : other, shares_streams);
    if ( !dropped && !*owner )
        *owner = other;
}

/*
 * Who has @m's StreamIDs by way of a mask? An entry that covers another
 * master's StreamID, or is covered, would be one context for both. @kept are the
 * masters so far, @m itself among them; @dropped those that share and became
 * ordinary.
 */
static struct rmr_master *__init claim_masked(struct list_head *kept,
                                              struct list_head *dropped,
                                              struct masked *set,
                                              struct rmr_master *m)
{
    struct rmr_master *other, *owner = NULL;

    if ( !has_masks(m) )
    {
        unsigned int i;

        for ( i = 0; i < set->nr; i++ )
            claim_from(m, set->m[i], set->dropped[i], &owner);

        return owner;
    }

    list_for_each_entry ( other, kept, list )
    {
        if ( other == m )
            break;
        claim_from(m, other, false, &owner);
    }

    list_for_each_entry ( other, dropped, list )
        claim_from(m, other, true, &owner);

    return owner;
}

/*
 * Of masters that share a StreamID the first in the tree stays. @owner: the one
 * that masks give @m's StreamIDs to, or NULL.
 */
static bool __init claim_streams(struct stream *streams, unsigned int nr,
                                 struct rmr_master *m, struct rmr_master *owner)
{
    struct rmr_master *same = find_owner(streams, nr, m);
    unsigned int i;

    if ( same )
        owner = same;

    for ( i = 0; i < m->nr_sids; i++ )
    {
        struct stream *s = find_stream(streams, nr, m, i);

        if ( !owner )
        {
            s->owner = m;
            if ( s->wanted )
                keep(m, shares_streams);
        }
        else if ( s->owner )
            keep(s->owner, shares_streams);
        else
            s->wanted = true;
    }

    if ( !owner )
        return true;

    printk("rmr: %s: has a StreamID of %s behind %s: its DMA is not kept, and %s can never be assigned\n",
           dt_node_full_name(m->np), dt_node_full_name(owner->np),
           dt_node_full_name(m->iommu), dt_node_full_name(owner->np));

    return false;
}

static void __init fill_streams(struct stream *streams,
                                const struct list_head *masters)
{
    const struct rmr_master *m;
    unsigned int i;

    list_for_each_entry ( m, masters, list )
        for ( i = 0; i < m->nr_sids; i++, streams++ )
        {
            streams->m = m;
            streams->sid = &m->sids[i];
            streams->owner = NULL;
            streams->wanted = false;
        }
}

/*
 * Leave on @masters what keeps its StreamIDs. To @dropped goes what shares
 * them, to @excess what was not even compared.
 */
static void __init sort_out(struct stream *streams, unsigned int nr,
                            struct list_head *masters,
                            struct list_head *dropped,
                            struct list_head *excess)
{
    static struct masked __initdata seen;
    struct masked *set = &seen;
    struct rmr_master *m, *tmp;

    set->nr = 0;
    set->nr_sids = 0;
    set->nr_excess = 0;
    set->excess = NULL;

    list_for_each_entry_safe ( m, tmp, masters, list )
    {
        bool masks = has_masks(m);

        if ( masks && !add_masked(set, m) )
        {
            list_move_tail(&m->list, excess);
            continue;
        }

        if ( claim_streams(streams, nr, m,
                           claim_masked(masters, dropped, set, m)) )
            continue;

        list_move_tail(&m->list, dropped);
        if ( masks )
            set->dropped[set->nr - 1] = true;
    }

    if ( set->excess )
        printk("rmr: %s and %u more: beyond the %u StreamIDs of devices with masks that Xen compares: their DMA is not kept\n",
               dt_node_full_name(set->excess->np), set->nr_excess - 1,
               MAX_MASKED);
}

static void __init free_all(struct list_head *masters)
{
    struct rmr_master *m, *tmp;

    list_for_each_entry_safe ( m, tmp, masters, list )
        rmr_master_free(m);
}

/* Masters never share a stream table entry. -ENOMEM, or 0. */
int __init rmr_policy_streams(struct list_head *masters)
{
    const struct rmr_master *m;
    LIST_HEAD(dropped);
    LIST_HEAD(excess);
    struct stream *streams;
    unsigned int nr = 0;

    list_for_each_entry ( m, masters, list )
        nr += m->nr_sids;

    streams = xmalloc_array(struct stream, max(nr, 1U));
    if ( !streams )
        return -ENOMEM;

    fill_streams(streams, masters);
    sort(streams, nr, sizeof(*streams), cmp_streams, swap_streams);
    sort_out(streams, nr, masters, &dropped, &excess);

    /* @streams and the set of those with masks point into all of them. */
    xfree(streams);
    free_all(&dropped);
    free_all(&excess);

    return 0;
}

/* claims[@from] to claims[@to - 1] hang together. */
static void __init check_shared(unsigned int from, unsigned int to)
{
    bool others = false, same = true;
    unsigned int i;

    for ( i = from + 1; i < to; i++ )
    {
        if ( claims[i].m != claims[from].m )
            others = true;
        if ( claims[i].start != claims[from].start ||
             claims[i].last != claims[from].last )
            same = false;
    }

    if ( !others )
        return;

    for ( i = from; i < to; i++ )
    {
        struct rmr_master *m = claims[i].m;
        const struct claim *c = find_claim(m, claims[i].start, claims[i].last);

        if ( !c )
            continue;

        if ( same )
            printk(XENLOG_INFO "rmr: %s: shares its region at %"PRIrmr" with %s: they go to one domain, or stay\n",
                   dt_node_full_name(m->np), claims[i].start,
                   dt_node_full_name(c->m->np));
        else
        {
            printk("rmr: %s: has part of its region at %"PRIrmr" in common with %s: it is kept, and can never be assigned\n",
                   dt_node_full_name(m->np), claims[i].start,
                   dt_node_full_name(c->m->np));
            keep(m, shares_pages);
        }
    }
}

/* Masters that have pages in common. The regions are final. -ENOMEM, or 0. */
int __init rmr_policy_sharing(const struct list_head *masters)
{
    unsigned int i, from = 0;
    int rc = collect_claims(masters);

    for ( i = 1; i <= nr_claims && !rc; i++ )
        if ( i == nr_claims || claims[i].start > claims[i - 1].furthest->last )
        {
            check_shared(from, i);
            from = i;
        }

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
