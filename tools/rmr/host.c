/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xen's side. The real device-tree.c, bootfdt.c, dt.c, policy*.c and table.c
 * find here what they call in the rest of Xen. What they print becomes findings;
 * where Xen would stop, xen_load() returns; what they allocate is freed by
 * xen_forget() in one go.
 */
#include <setjmp.h>

#include "host.h"

/* Where no module, and no memory of a board, is. */
#define FDT_ADDRESS 0xffff000000000000UL
#define MAX_STRINGS 4
#define MAX_LINE    2048

unsigned long shim_visits, shim_compared;
bool acpi_disabled = true, using_static_heap;
struct list_head rmr_masters = LIST_HEAD_INIT(rmr_masters);

static struct findings *said;
/* The last two lines: Xen says what is wrong before it stops. */
static char last_lines[2][MAX_LINE];
static jmp_buf stopped;

/* --- Console -------------------------------------------------------------- */

/* A line, and the strings in it: the nodes it names, and the reason. */
struct line {
    char text[MAX_LINE];
    size_t len;
    char *strings[MAX_STRINGS];
    unsigned int nr_strings;
};

static void put(struct line *l, const char *fmt, ...)
    __attribute__((__format__(printf, 2, 3)));
static void put(struct line *l, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(l->text + l->len, sizeof(l->text) - l->len, fmt, ap);
    va_end(ap);

    l->len = min(l->len + max(n, 0), sizeof(l->text) - 1);
}

static void put_string(struct line *l, const char *s)
{
    put(l, "%s", s);
    if ( l->nr_strings < MAX_STRINGS )
        l->strings[l->nr_strings++] = strdup(s);
}

/* One conversion of @fmt, which is at the `%`. Returns what is behind it. */
static const char *put_argument(struct line *l, const char *fmt, va_list *ap)
{
    size_t len = 1 + strspn(fmt + 1, "#-0123456789");
    char spec[16];
    bool is_long = false;

    for ( ; fmt[len] == 'l'; len++ )
        is_long = true;
    ASSERT(len + 2 < sizeof(spec));
    memcpy(spec, fmt, len + 1);
    spec[len + 1] = '\0';

    switch ( fmt[len] )
    {
    case 's':
        put_string(l, va_arg(*ap, const char *));
        break;

    case 'p':                          /* %pd is a domain: there is none */
        (void)va_arg(*ap, void *);
        put(l, "d?");
        len++;
        break;

    case '%':
        put(l, "%%");
        break;

    default:
        /* Of numbers the compiler has checked the types. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        if ( is_long )
            put(l, spec, va_arg(*ap, long));
        else
            put(l, spec, va_arg(*ap, int));
#pragma GCC diagnostic pop
    }

    return fmt + len + 1;
}

static void fill(struct line *l, const char *fmt, va_list *ap)
{
    while ( *fmt )
    {
        size_t len = strcspn(fmt, "%");

        put(l, "%.*s", (int)len, fmt);
        fmt += len;
        if ( *fmt )
            fmt = put_argument(l, fmt, ap);
    }
}

/*
 * The node that a finding is about: as its row says, but what the command line
 * has is no node.
 */
static const char *node_of(const struct line *l, const struct message *m,
                           char *item, size_t size)
{
    if ( m->node < l->nr_strings && l->strings[m->node][0] == '/' )
        return l->strings[m->node];
    if ( !l->nr_strings )
        return NULL;
    if ( l->strings[0][0] == '/' )
        return l->strings[0];

    snprintf(item, size, "rmr=%s", l->strings[0]);

    return item;
}

static void note(const struct line *l, const char *fmt)
{
    const struct message *m = message_find(fmt, (const char **)l->strings,
                                           l->nr_strings);
    static const char prefix[] = "rmr: ";
    const char *text = strstr(l->text, prefix);
    char item[MAX_LINE];
    size_t len;

    if ( !text || !m )
        return;

    text += sizeof(prefix) - 1;
    len = l->nr_strings ? strlen(l->strings[0]) : 0;
    if ( len && !strncmp(text, l->strings[0], len) &&
         !strncmp(text + len, ": ", 2) )
        text += len + 2;

    findings_add(said, m, node_of(l, m, item, sizeof(item)), "%.*s",
                 (int)strcspn(text, "\n"), text);
}

static void forget_strings(struct line *l)
{
    unsigned int i;

    for ( i = 0; i < l->nr_strings; i++ )
        free(l->strings[i]);
}

void printk(const char *fmt, ...)
{
    struct line l = {};
    const char *text, *level;
    va_list ap;

    va_start(ap, fmt);
    fill(&l, fmt, &ap);
    va_end(ap);

    note(&l, fmt);
    level = l.text[0] == '<' ? strchr(l.text, '>') : NULL;
    text = level ? level + 1 : l.text;
    if ( *text && *text != '\n' )
    {
        memcpy(last_lines[0], last_lines[1], sizeof(last_lines[0]));
        snprintf(last_lines[1], sizeof(last_lines[1]), "%.*s",
                 (int)strcspn(text, "\n"), text);
    }
    forget_strings(&l);
}

static void noreturn stop(const char *text)
{
    findings_add(said, message_of("xen-stops"), NULL,
                 "Xen stops at boot: %.*s; it said before: \"%s\", \"%s\"",
                 (int)strcspn(text, "\n"), text, last_lines[0], last_lines[1]);
    longjmp(stopped, 1);
}

void panic(const char *fmt, ...)
{
    struct line l = {};
    va_list ap;

    va_start(ap, fmt);
    fill(&l, fmt, &ap);
    va_end(ap);
    forget_strings(&l);

    stop(l.text);
}

void shim_bug(const char *what, const char *file, int line)
{
    char text[256];

    snprintf(text, sizeof(text), "%s at %s:%d", what, file, line);
    stop(text);
}

/* --- Allocation: all on one list ------------------------------------------- */

struct allocation {
    struct list_head list;
    uint64_t data[];
};

static LIST_HEAD(allocations);

void *shim_alloc(void *old, size_t size)
{
    struct allocation *a = NULL;

    if ( old )
    {
        a = container_of(old, struct allocation, data);
        list_del(&a->list);
    }

    a = realloc(a, sizeof(*a) + size);
    if ( !a )
    {
        fputs("xen-rmr: out of memory\n", stderr);
        exit(STATUS_ERRORS);
    }
    list_add(&a->list, &allocations);

    return a->data;
}

void *shim_zalloc(size_t size)
{
    return memset(shim_alloc(NULL, size), 0, size);
}

void xfree(void *p)
{
    struct allocation *a;

    if ( !p )
        return;

    a = container_of(p, struct allocation, data);
    list_del(&a->list);
    free(a);
}

/* --- Frames for page tables ------------------------------------------------ */

#define FIRST_FRAME 0x100000UL

struct page_info shim_frames[SHIM_FRAMES];
static void *frames[SHIM_FRAMES];
static unsigned int nr_frames, nr_live;

/* NULL when there are no more: no table that can be of use is so large. */
struct page_info *alloc_domheap_pages(void *d, unsigned int order,
                                      unsigned int flags)
{
    unsigned int first = nr_frames;

    if ( SHIM_FRAMES - nr_frames < (1U << order) )
        return NULL;

    nr_live += 1U << order;
    for ( ; nr_frames < first + (1U << order); nr_frames++ )
        frames[nr_frames] = shim_zalloc(PAGE_SIZE);

    return &shim_frames[first];
}

/* All at once, when the last one goes. */
void free_domheap_pages(struct page_info *pg, unsigned int order)
{
    nr_live -= 1U << order;
    while ( !nr_live && nr_frames )
        xfree(frames[--nr_frames]);
}

mfn_t page_to_mfn(const struct page_info *pg)
{
    return _mfn(FIRST_FRAME + (pg - shim_frames));
}

struct page_info *mfn_to_page(mfn_t mfn)
{
    return &shim_frames[mfn_x(mfn) - FIRST_FRAME];
}

void *map_domain_page(mfn_t mfn)
{
    return frames[mfn_x(mfn) - FIRST_FRAME];
}

void clean_dcache_va_range(const void *p, unsigned long size)
{
}

/* --- What else they call --------------------------------------------------- */

void init_boot_pages(paddr_t ps, paddr_t pe)
{
}

/* --- A boot ---------------------------------------------------------------- */

/* `rmr=` of Xen's command line, and what was asked for besides. */
static void read_items(const char *cmdline, const struct options *o)
{
    unsigned int i;

    while ( cmdline && *(cmdline += strspn(cmdline, " ")) )
    {
        char item[MAX_PARAM_SIZE];
        size_t len = strcspn(cmdline, " ");

        if ( !strncmp(cmdline, "rmr=", 4) )
        {
            snprintf(item, sizeof(item), "%.*s", (int)len - 4, cmdline + 4);
            shim_rmr_param(item);
        }
        cmdline += len;
    }

    for ( i = 0; i < o->nr_items; i++ )
        shim_rmr_param(o->items[i]);
}

bool xen_load(const void *fdt, const struct options *o, struct findings *f)
{
    static const struct bootinfo empty = BOOTINFO_INIT;
    /* For what longjmp() passes by. */
    const struct options *volatile asked = o;
    volatile bool unflattened = false;

    said = f;
    last_lines[0][0] = last_lines[1][0] = '\0';
    bootinfo = empty;
    using_static_heap = false;
    device_tree_flattened = fdt;

    if ( setjmp(stopped) )
    {
        /* Xen frees a tree that it cannot unflatten, and stops: it has none. */
        if ( !unflattened )
            dt_host = NULL;
        return false;
    }

    boot_fdt_info(fdt, FDT_ADDRESS);
    read_items(boot_fdt_cmdline(fdt), asked);
    dt_unflatten_host_device_tree();
    unflattened = true;
    if ( rmr_dt_scan(&rmr_masters) ||
         (!list_empty(&rmr_masters) &&
          rmr_dt_check(&rmr_masters, asked->ipa_bits)) )
        panic("out of memory\n");

    return true;
}

bool xen_keeps(const char *node, uint64_t base, uint64_t size)
{
    const struct rmr_master *m;
    unsigned int i;

    rmr_for_each_master ( m )
        for ( i = 0; i < m->nr_regions; i++ )
            if ( rmr_is_direct(&m->regions[i]) && base >= m->regions[i].pa &&
                 base - m->regions[i].pa <= m->regions[i].size &&
                 size <= m->regions[i].size - (base - m->regions[i].pa) &&
                 dt_node_path_is_equal(m->np, node) )
                return true;

    return false;
}

void xen_forget(void)
{
    struct allocation *a, *tmp;

    rmr_policy_end();
    shim_forget_cmdline();
    if ( dt_host )
        shim_forget_tree();
    INIT_LIST_HEAD(&rmr_masters);
    list_for_each_entry_safe ( a, tmp, &allocations, list )
        xfree(a->data);
    nr_frames = nr_live = 0;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
