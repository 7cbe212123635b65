/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The code under test is compiled with thread sanitizer's instrumentation,
 * which calls one of these before each access. They are ours: a store to DMA
 * memory is noted, so that it can be judged when it has been made, which is at
 * the next callback or call into the host. Accesses elsewhere are looked up in
 * address sanitizer's shadow: the code under test has no instrumentation of its
 * own for that.
 */
#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <malloc.h>

#include "counts.h"
#include "hooks.h"
#include "host.h"
#include "memory.h"
#include "oracle.h"
#include "run.h"

static void *stored_at;
static size_t stored_size;

void hooks_flush(void)
{
    void *p = stored_at;

    if ( !p )
        return;

    stored_at = NULL;
    counts.stores++;
    if ( mem_stored(p, stored_size) )
        step("a store to", host_pa(p));
}

void hooks_reset(void)
{
    stored_at = NULL;
}

/* Chunks of the heap have a header of two words. */
size_t hooks_object_size(const void *p)
{
    return malloc_usable_size((void **)p - 2) - 2 * sizeof(void *);
}

/* Built without sanitizers, to be measured, the harness has no shadow. */
#ifndef __SANITIZE_ADDRESS__
#define __asan_region_is_poisoned(p, size) ((void)(p), (void)(size), false)
#endif

static void check(const void *p, size_t size)
{
    if ( __asan_region_is_poisoned((void *)p, size) )
        run_fail("access to memory that is not, or no longer, allocated");
}

static void read_hook(const void *p, size_t size)
{
    hooks_flush();
    if ( !host_is_dma(p) )
        check(p, size);
}

static void write_hook(void *p, size_t size)
{
    hooks_flush();
    if ( !host_is_dma(p) )
        check(p, size);
    else
    {
        stored_at = p;
        stored_size = size;
    }
}

#define HOOKS(n)                                                            \
    void __tsan_read##n(void *p);                                           \
    void __tsan_read##n(void *p) { read_hook(p, n); }                       \
    void __tsan_write##n(void *p);                                          \
    void __tsan_write##n(void *p) { write_hook(p, n); }                     \
    void __tsan_unaligned_read##n(void *p);                                 \
    void __tsan_unaligned_read##n(void *p) { read_hook(p, n); }             \
    void __tsan_unaligned_write##n(void *p);                                \
    void __tsan_unaligned_write##n(void *p) { write_hook(p, n); }           \
    void __tsan_volatile_read##n(void *p);                                  \
    void __tsan_volatile_read##n(void *p) { read_hook(p, n); }              \
    void __tsan_volatile_write##n(void *p);                                 \
    void __tsan_volatile_write##n(void *p) { write_hook(p, n); }
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)

void __tsan_read_range(void *p, long size);
void __tsan_read_range(void *p, long size)
{
    read_hook(p, size);
}

void __tsan_write_range(void *p, long size);
void __tsan_write_range(void *p, long size)
{
    write_hook(p, size);
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
    (void)caller;
}

void __tsan_func_exit(void *unused);
void __tsan_func_exit(void *unused)
{
    (void)unused;
}
