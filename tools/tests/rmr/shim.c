/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's side of shim.h: an allocator that counts and can be told to fail,
 * a console that is kept for the tests to look at, and a pool of frames. No rule
 * under test is decided here.
 */
#include "rmr-test.h"
#include <printf.h>

unsigned long shim_visits, shim_compared;
bool acpi_disabled = true, using_static_heap;
struct list_head rmr_masters = LIST_HEAD_INIT(rmr_masters);

/* --- Console -------------------------------------------------------------- */
static char console[1 << 20];
static size_t console_len;

static void say_plain(const char *fmt, va_list ap)
{
    size_t room = sizeof(console) - console_len;
    int n = vsnprintf(console + console_len, room, fmt, ap);

    if ( getenv("RMR_TEST_CONSOLE") )
        fputs(console + console_len, stderr);
    if ( n > 0 && (size_t)n < room )
        console_len += n;
    else
        console[console_len] = '\0';
}

/* Take from @ap what @fmt takes. */
static void skip_arguments(const char *fmt, va_list *ap)
{
    int types[16];
    size_t nr = parse_printf_format(fmt, ARRAY_SIZE(types), types), i;

    ASSERT(nr <= ARRAY_SIZE(types));
    for ( i = 0; i < nr; i++ )
        if ( types[i] == PA_STRING || types[i] == PA_POINTER )
            (void)va_arg(*ap, void *);
        else if ( types[i] & (PA_FLAG_LONG | PA_FLAG_LONG_LONG) )
            (void)va_arg(*ap, long);
        else
            (void)va_arg(*ap, int);
}

static void say_text(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say_plain(fmt, ap);
    va_end(ap);
}

/* %pd is a domain, which the C library does not know. */
void printk(const char *fmt, ...)
{
    const char *domain;
    va_list ap, copy;
    char part[512];

    va_start(ap, fmt);
    while ( (domain = strstr(fmt, "%pd")) != NULL )
    {
        ASSERT(domain - fmt < sizeof(part));
        memcpy(part, fmt, domain - fmt);
        part[domain - fmt] = '\0';
        va_copy(copy, ap);
        say_plain(part, copy);
        va_end(copy);
        skip_arguments(part, &ap);
        say_text("d%u", va_arg(ap, const struct domain *)->domain_id);
        fmt = domain + 3;
    }
    say_plain(fmt, ap);
    va_end(ap);
}

void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    abort();
}

void shim_bug(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

void console_clear(void)
{
    console_len = 0;
    console[0] = '\0';
}

bool console_has(const char *text)
{
    return strstr(console, text) != NULL;
}

unsigned int console_lines(const char *text)
{
    const char *p = console;
    unsigned int nr = 0;

    while ( (p = strstr(p, text)) != NULL )
    {
        nr++;
        p += strlen(text);
    }

    return nr;
}

const char *console_text(void)
{
    return console;
}

/* --- Allocation ----------------------------------------------------------- */
static unsigned long live, allocations, fail_at;

void *shim_alloc(void *old, size_t size)
{
    void *p;

    if ( ++allocations == fail_at )
        return NULL;

    p = realloc(old, size ?: 1);
    if ( !p )
        abort();
    if ( !old )
    {
        /* What Xen does not clear must not be relied upon. */
        memset(p, 0xa5, size);
        live++;
    }

    return p;
}

void *shim_zalloc(size_t size)
{
    void *p = shim_alloc(NULL, size);

    return p ? memset(p, 0, size) : NULL;
}

void xfree(void *p)
{
    if ( p )
        live--;
    free(p);
}

/* The @n-th allocation from now on fails; none does for 0. */
void fail_allocation(unsigned long n)
{
    allocations = 0;
    fail_at = n;
}

/* Since fail_allocation() was called last. */
unsigned long nr_allocations(void)
{
    return allocations;
}

bool allocation_failed(void)
{
    return fail_at && allocations >= fail_at;
}

unsigned long live_allocations(void)
{
    return live;
}

/* --- Frames --------------------------------------------------------------- */
#define FIRST_FRAME 0x100000UL

struct page_info shim_frames[SHIM_FRAMES];
static void *frame_data[SHIM_FRAMES];
static uint64_t cleaned[SHIM_FRAMES][8];
static unsigned int next_frame;
static unsigned long live_frames;

struct page_info *alloc_domheap_pages(void *d, unsigned int order,
                                      unsigned int flags)
{
    unsigned int nr = 1U << order, i;
    char *p;

    if ( ++allocations == fail_at )
        return NULL;

    /* Like Xen's: aligned to their size. */
    next_frame = ROUNDUP(next_frame, nr);
    if ( next_frame + nr > SHIM_FRAMES )
        shim_bug("out of frames", __FILE__, __LINE__);

    for ( i = 0; i < nr; i++ )
    {
        if ( posix_memalign((void **)&p, PAGE_SIZE, PAGE_SIZE) )
            abort();
        memset(p, 0xa5, PAGE_SIZE);
        memset(cleaned[next_frame + i], 0, sizeof(cleaned[0]));
        frame_data[next_frame + i] = p;
    }

    live_frames += nr;
    next_frame += nr;

    return &shim_frames[next_frame - nr];
}

void free_domheap_pages(struct page_info *pg, unsigned int order)
{
    unsigned int i, first = pg - shim_frames;

    for ( i = first; i < first + (1U << order); i++ )
    {
        ASSERT(frame_data[i]);
        free(frame_data[i]);
        frame_data[i] = NULL;
        live_frames--;
    }

    if ( !live_frames )
        next_frame = 0;
}

mfn_t page_to_mfn(const struct page_info *pg)
{
    ASSERT(pg >= shim_frames && pg < shim_frames + SHIM_FRAMES);

    return _mfn(FIRST_FRAME + (pg - shim_frames));
}

struct page_info *mfn_to_page(mfn_t mfn)
{
    ASSERT(mfn_x(mfn) - FIRST_FRAME < SHIM_FRAMES);

    return &shim_frames[mfn_x(mfn) - FIRST_FRAME];
}

void *map_domain_page(mfn_t mfn)
{
    unsigned int i = mfn_to_page(mfn) - shim_frames;

    ASSERT(frame_data[i]);

    return frame_data[i];
}

/* Which entries of which frame were cleaned, eight bytes a bit. */
void clean_dcache_va_range(const void *p, unsigned long size)
{
    unsigned long first, i;
    unsigned int f;

    for ( f = 0; f < next_frame; f++ )
        if ( frame_data[f] && (const char *)p >= (char *)frame_data[f] &&
             (const char *)p < (char *)frame_data[f] + PAGE_SIZE )
            break;
    ASSERT(f < next_frame);

    first = ((const char *)p - (char *)frame_data[f]) / 8;
    for ( i = first; i < first + (size + 7) / 8; i++ )
        cleaned[f][i / 64] |= 1UL << (i % 64);
}

unsigned long live_table_pages(void)
{
    return live_frames;
}

/* Every byte of every live frame? */
bool all_cleaned(void)
{
    unsigned int f, i;

    for ( f = 0; f < next_frame; f++ )
        for ( i = 0; frame_data[f] && i < 8; i++ )
            if ( ~cleaned[f][i] )
                return false;

    return true;
}

/* --- Hypercalls ----------------------------------------------------------- */
static struct domain caller;
static struct vcpu vcpu = { .domain = &caller };
struct vcpu *current = &vcpu;
static unsigned long copies, fail_copy_at;

/* The @n-th copy to the guest from now on fails; none does for 0. */
void fail_copy(unsigned long n)
{
    copies = 0;
    fail_copy_at = n;
}

size_t shim_copy_to_guest(void *to, const void *from, size_t size)
{
    if ( ++copies == fail_copy_at )
        return size;

    memcpy(to, from, size);

    return 0;
}

/* --- The rest of what Xen's files call ------------------------------------ */
static paddr_t heap_asked;
static bool heap_has;

void init_boot_pages(paddr_t ps, paddr_t pe)
{
    ps = ROUNDUP(ps, PAGE_SIZE);
    pe &= PAGE_MASK;
    heap_has |= heap_asked >= ps && heap_asked < pe;
}

/* Would Xen, with the banks as they are, give @addr to its heap? */
bool in_heap(paddr_t addr)
{
    heap_asked = addr;
    heap_has = false;
    populate_boot_allocator();

    return heap_has;
}
