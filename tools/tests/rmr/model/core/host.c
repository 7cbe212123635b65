/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine that the code under test finds, except for its memory: heap,
 * registers, time, console. Whatever changes what a device could see ends in
 * step().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "counts.h"
#include "host.h"
#include "memory.h"
#include "hooks.h"
#include "oracle.h"
#include "run.h"
#include "trace.h"

/* --- Heap --------------------------------------------------------------------- */

struct chunk {
    struct chunk *next, *prev;
};

static struct chunk heap = { &heap, &heap };
static unsigned long live;

void *host_alloc(void *old, size_t size)
{
    struct chunk *c;

    if ( run_fail_allocation() )
        return NULL;

    c = malloc(sizeof(*c) + size);
    if ( !c )
        abort();
    /* What Xen does not clear must not be relied upon. */
    memset(c + 1, 0xa5, size);
    c->next = &heap;
    c->prev = heap.prev;
    heap.prev->next = c;
    heap.prev = c;
    live++;
    if ( old )
    {
        /* The new size is in @size; the old object is not larger. */
        memcpy(c + 1, old, size < hooks_object_size(old) ?
                           size : hooks_object_size(old));
        host_free(old);
    }

    return c + 1;
}

void host_free(void *p)
{
    struct chunk *c = (struct chunk *)p - 1;

    c->prev->next = c->next;
    c->next->prev = c->prev;
    free(c);
    live--;
}

unsigned long run_live(void)
{
    return live;
}

/* What the code under test keeps until power-off. */
void host_reset(void)
{
    while ( heap.next != &heap )
        host_free(heap.next + 1);
}

/* --- Stores and barriers --------------------------------------------------------- */

static uint64_t where(const void *p)
{
    return host_pa(p);
}

void host_store64(void *p, uint64_t value)
{
    hooks_flush();
    *(volatile uint64_t *)p = value;
    counts.stores += host_is_dma(p);
    if ( host_is_dma(p) && mem_stored(p, 8) )
        step("a store to", where(p));
}

void host_zero(void *p, size_t size)
{
    hooks_flush();
    memset(p, 0, size);
    if ( size && host_is_dma(p) && mem_stored(p, size) )
        step("zeroing", where(p));
}

void host_barrier(void)
{
    hooks_flush();
    mem_barrier();
}

void host_clean(const void *p, size_t size, bool invalidate)
{
    hooks_flush();
    if ( host_is_dma(p) )
        mem_clean(p, size, invalidate);
    else
        mem_barrier();
}

/* --- Registers ------------------------------------------------------------------- */

/* Never touched: an access that goes round readl() and writel() traps. */
#define WINDOW_SIZE 0x400000UL

static char *window;

void *host_ioremap(uint64_t pa, size_t size)
{
    (void)size;
    if ( !window )
        window = mmap(NULL, WINDOW_SIZE, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if ( window == MAP_FAILED || pa - SMMU_PA(0) >= WINDOW_SIZE )
        host_bug("no registers at this address", __FILE__, __LINE__);

    return window + (pa - SMMU_PA(0));
}

bool trace_on;

void trace(unsigned int smmu, const char *what, uint64_t a, uint64_t b)
{
    uint64_t at = b & 0x0000fffffffff000UL;

    if ( !trace_on )
        return;
    if ( at >= MEM_BASE && at < MEM_BASE + MEM_SIZE )
        printf("%u %s %#lx in memory, %#lx\n", smmu, what, a, b & ~at);
    else
        printf("%u %s %#lx %#lx\n", smmu, what, a, b);
}

static struct model_smmu *find(const volatile void *reg, unsigned int *offset)
{
    struct model_smmu *s;

    s = machine_smmu_at(SMMU_PA(0) + ((const volatile char *)reg - window),
                        offset);
    if ( !s )
        host_bug("no SMMU at this address", __FILE__, __LINE__);

    return s;
}

uint64_t host_read_reg(const volatile void *reg, unsigned int size)
{
    unsigned int offset;
    struct model_smmu *s = find(reg, &offset);
    uint64_t value;

    hooks_flush();
    counts.reads++;
    value = s->ops->read(s, offset, size);
    step("a read of register", offset);

    return value;
}

void host_write_reg(volatile void *reg, uint64_t value, unsigned int size)
{
    unsigned int offset;
    struct model_smmu *s = find(reg, &offset);

    hooks_flush();
    counts.writes++;
    trace(s->index, "write", offset, value);
    s->ops->write(s, offset, value, size);
    step("a write of register", offset);
}

/* --- Time -------------------------------------------------------------------------- */

static int64_t now;

/* Nothing that Xen does here takes a minute, unless it waits for ever. */
#define FOR_EVER 60000000000

int64_t host_now(void)
{
    now += 1000;
    if ( now > FOR_EVER )
        run_fail("the driver waits for ever");

    return now;
}

void host_delay(unsigned long us)
{
    now += us * 1000;
}

/* The SMMU sends it as it consumes a SYNC; nobody else is sure to. */
void host_wfe(void)
{
    unsigned int i;

    for ( i = 0; i < machine.nr_smmus; i++ )
        if ( machine.smmu[i]->stopped )
            run_fail("a CPU waits for an event of an SMMU that is dead");
}

/* --- Console ------------------------------------------------------------------------ */

static char console[1 << 16];
static size_t console_len;
static bool verbose;

void host_printk(const char *fmt, va_list ap)
{
    size_t room = sizeof(console) - console_len;
    int n = vsnprintf(console + console_len, room, fmt, ap);

    if ( verbose )
        fputs(console + console_len, stderr);
    console_len = (size_t)n < room ? console_len + n : 0;
}

const char *run_console(void)
{
    return console;
}

bool run_said(const char *text)
{
    return strstr(console, text);
}

void host_console_clear(void)
{
    verbose = getenv("RMR_MODEL_CONSOLE");
    now = 0;
    console_len = 0;
    console[0] = '\0';
}

void host_bug(const char *what, const char *file, int line)
{
    const char *name = strrchr(file, '/');

    run_fail("%s:%d: %s", name ? name + 1 : file, line, what);
}
