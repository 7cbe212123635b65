/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DMA memory with history: what the CPU has stored, and for each 64-bit word
 * every value that a device may read there now. Knows nothing of any SMMU.
 */
#ifndef MODEL_MEMORY_H
#define MODEL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Half of it below 4 GB, half above. */
#define MEM_BASE   0xffc00000UL
#define MEM_SIZE   (8UL << 20)
#define MEM_PAGE   4096UL
#define MEM_LINE   64UL
#define MEM_DEVICES 2               /* that read it: mem_dirty() */

/* More values than any word has between two barriers. */
#define MEM_VALUES 6

/* Devices see what the CPU sees, always; nothing need be told of stores. */
extern bool mem_plain;

struct mem_view {
    unsigned int nr;
    uint64_t v[MEM_VALUES];
};

/* Forget everything; @lines: some device does not snoop the CPU's caches. */
void mem_reset(bool lines);

/* The CPU's view at [@p, @p + @size) may have changed. */
bool mem_stored(const void *p, size_t size);

/*
 * What a device may read at @pa. False: nothing is allocated there, and what
 * comes back is nobody's to rely on. When there is, or may be, another answer,
 * @reader is among the bits of mem_dirty(). 0: nobody wants to know.
 */
bool mem_view(uint64_t pa, bool coherent, uint64_t reader,
              struct mem_view *view);

/* All stores so far are done; all stores to these lines are in memory. */
void mem_barrier(void);
void mem_clean(const void *p, size_t size, bool invalidate);

/* A device's write. */
void mem_device_store(uint64_t pa, bool coherent, uint64_t value);

/* What has been read and is something else now, since @device last asked. */
uint64_t mem_dirty(unsigned int device);

/* Are all of [@pa, @pa + @size) in one allocation? */
bool mem_is_one_object(uint64_t pa, size_t size, uint64_t reader);

/* Anything changed that a device could see since the last call? */
bool mem_changed(void);

unsigned long mem_pages_in_use(void);

/* Has every store of the CPU's been announced? False for one that was not. */
bool mem_all_noticed(void);

#endif /* MODEL_MEMORY_H */
