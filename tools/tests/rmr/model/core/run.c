/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs scenarios. The code under test is a shared object that is loaded once;
 * what it has in writable segments is copied then, and put back before each
 * run. A run ends at its end, or by run_fail() from anywhere.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "cpu.h"
#include "host.h"
#include "hooks.h"
#include "machine.h"
#include "memory.h"
#include "oracle.h"
#include "run.h"
#include "trace.h"

const struct under_test *test;
const struct variant *variant;
bool run_started;
struct counts counts;
unsigned long run_steps;

static struct {
    char *at, *copy;
    size_t size;
} segments[8];
static unsigned int nr_segments;

static jmp_buf end;
static char failure[1024];
static unsigned long allocations, fail_at;

static int note_segments(struct dl_phdr_info *info, size_t size, void *data)
{
    const ElfW(Phdr) *ph;

    (void)size;
    if ( info->dlpi_addr != *(ElfW(Addr) *)data )
        return 0;

    for ( ph = info->dlpi_phdr; ph < info->dlpi_phdr + info->dlpi_phnum; ph++ )
    {
        if ( ph->p_type != PT_LOAD || !(ph->p_flags & PF_W) )
            continue;
        segments[nr_segments].at = (char *)info->dlpi_addr + ph->p_vaddr;
        segments[nr_segments].size = ph->p_memsz;
        segments[nr_segments].copy = malloc(ph->p_memsz);
        if ( !segments[nr_segments].copy )
            abort();
        nr_segments++;
    }

    return 1;
}

/* The object has its own initialised data now, and no pointer to the heap. */
__attribute__((__no_sanitize__("address")))
static void copy_bytes(char *to, const char *from, size_t size)
{
    size_t i;

    for ( i = 0; i < size / 8; i++ )
        ((uint64_t *)to)[i] = ((const uint64_t *)from)[i];
    for ( i = size & ~7UL; i < size; i++ )
        to[i] = from[i];
}

void run_load(const char *object)
{
    void *handle = dlopen(object, RTLD_NOW | RTLD_GLOBAL);
    struct link_map *map;
    unsigned int i;

    if ( !handle || dlinfo(handle, RTLD_DI_LINKMAP, &map) )
    {
        fprintf(stderr, "%s\n", dlerror());
        exit(EXIT_FAILURE);
    }
    test = dlsym(handle, "under_test");
    dl_iterate_phdr(note_segments, &map->l_addr);
    if ( !test || !nr_segments )
        abort();
    for ( i = 0; i < nr_segments; i++ )
        copy_bytes(segments[i].copy, segments[i].at, segments[i].size);
}

static void put_back(void)
{
    unsigned int i;

    for ( i = 0; i < nr_segments; i++ )
        copy_bytes(segments[i].at, segments[i].copy, segments[i].size);
}

int run_scenario(const struct scenario *s, const struct variant *v,
                 bool record)
{
    int rc;

    variant = v;
    put_back();
    host_reset();
    hooks_reset();
    host_console_clear();
    oracle_reset(record);
    memset(&machine, 0, sizeof(machine));
    failure[0] = '\0';
    run_started = false;
    run_steps = 0;
    run_fail_at(0);
    trace_on = false;

    rc = setjmp(end);
    if ( !rc )
    {
        s->run();
        cpu_join();
        hooks_flush();
        if ( !mem_all_noticed() )
            run_fail("a store to DMA memory was not noticed");
    }
    run_started = false;
    cpu_reset();
    hooks_reset();
    machine_stop();

    return rc;
}

void run_fail(const char *fmt, ...)
{
    va_list ap;
    char text[sizeof(failure)];

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    memcpy(failure, text, sizeof(failure));
    hooks_reset();

    if ( host_cpu() )
        cpu_fail();
    longjmp(end, 1);
}

const char *run_failure(void)
{
    return failure;
}

void run_note_step(const char *what, uint64_t arg)
{
    static int verbose = -1;

    run_steps++;
    if ( verbose < 0 )
        verbose = getenv("RMR_MODEL_STEPS") != NULL;
    if ( verbose )
        fprintf(stderr, "step %lu: %s %#lx\n", run_steps, what, arg);
}

void run_fail_at(unsigned long n)
{
    allocations = 0;
    fail_at = n;
}

bool run_failed_one(void)
{
    return fail_at && allocations >= fail_at;
}

bool run_fail_allocation(void)
{
    counts.allocations++;

    return ++allocations == fail_at;
}
