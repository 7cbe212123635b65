/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the code under test (Xen's files with the shim of ../xen) finds as its
 * machine: memory, registers, time, a console. Implemented by core/; the only
 * header that both sides include besides under-test.h.
 */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Heap: counted, may be told to fail. */
void *host_alloc(void *old, size_t size);
void host_free(void *p);

/* DMA memory: @align bytes aligned, and not to more than that. Zeroed. */
void *host_dma_alloc(size_t size, size_t align);
/* 2^@order pages with what was left in them. */
void *host_pages_alloc(unsigned int order);
void host_pages_free(void *p, unsigned int order);
bool host_is_dma(const void *p);
uint64_t host_pa(const void *p);
void *host_va(uint64_t pa);

/* Stores that are not left to the compiler, and what orders them. */
void host_store64(void *p, uint64_t value);
void host_zero(void *p, size_t size);
void host_barrier(void);
void host_clean(const void *p, size_t size, bool invalidate);

/* Registers. */
void *host_ioremap(uint64_t pa, size_t size);
uint64_t host_read_reg(const volatile void *reg, unsigned int size);
void host_write_reg(volatile void *reg, uint64_t value, unsigned int size);

/* Virtual time in ns: passes when it is looked at, or waited for. */
int64_t host_now(void);
void host_delay(unsigned long us);
/* The CPU sleeps until an SMMU sends an event. */
void host_wfe(void);

/* The CPU that runs; the other one gets its turn when this one must wait. */
unsigned int host_cpu(void);
void host_wait(const char *what);
/* What it may have waited for is free. */
void host_locking(void);
void host_unlocked(void);

void host_printk(const char *fmt, va_list ap);
void host_bug(const char *what, const char *file, int line)
    __attribute__((__noreturn__));

#endif /* MODEL_HOST_H */
