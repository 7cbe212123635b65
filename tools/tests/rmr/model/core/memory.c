/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DMA memory with history. The CPU's view is plain memory, at which the code
 * under test works with pointers; hooks.c says what it has stored. Beside it
 * stands what has reached memory, and for words that are on the way the values
 * that a device may find: any that the word had since the last barrier, or, for
 * a device that does not snoop, since the line was last cleaned.
 *
 * smp_wmb() and the ordering that locks give count for nothing here, which is
 * weaker than the architecture: no code under test may need more than its own
 * barriers.
 *
 * Invariant: a word without history has the same value in memory and in the
 * CPU's view, or a device has written it and the CPU holds a stale line.
 *
 * Who has looked at a word is remembered until a device could read something
 * else there; then it is in dirty[] that they have to look again.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "counts.h"
#include "host.h"
#include "memory.h"
#include "run.h"

#define WORDS      (MEM_SIZE / 8)
#define PAGES      (MEM_SIZE / MEM_PAGE)
#define HISTORIES  16384
#define PAGE_WORDS (MEM_PAGE / 8)

/*
 * What was there before. Whatever is taken for a table's entry is valid at any
 * level and leads to where nothing is; as an STE or a command it is illegal.
 */
#define GARBAGE    0x3a5a57ffUL

struct history {
    uint32_t word;
    uint8_t nr;
    uint8_t fresh;     /* values from here on are later than the last barrier */
    uint64_t v[MEM_VALUES];
};

static uint64_t *cpu;                  /* what the CPU reads and writes */
static uint64_t *memory;               /* what is in memory */
static uint16_t *which;                /* 1 + index of a word's history */
static struct history *hist;
static unsigned int nr_hist;

static uint16_t object[PAGES];         /* number of the allocation; 0: free */
static size_t object_at[65536], object_size[65536];
static unsigned int nr_objects, next_page;
static unsigned long pages_in_use;
static bool lines, changed;

static uint64_t *readers;              /* of a word: bits of mem_view() */
static bool page_read[PAGES];          /* it may have readers */
static bool page_stored[PAGES];        /* there may be more than garbage */
static bool noticed;                   /* ... and nowhere else is */
static uint64_t dirty[MEM_DEVICES];
bool mem_plain;

static void setup(void)
{
    cpu = mmap(NULL, MEM_SIZE, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory = calloc(WORDS, sizeof(*memory));
    which = calloc(WORDS, sizeof(*which));
    readers = calloc(WORDS, sizeof(*readers));
    hist = calloc(HISTORIES, sizeof(*hist));
    if ( cpu == MAP_FAILED || !memory || !which || !hist || !readers )
        abort();
    next_page = PAGES;
}

static void note_reader(uint32_t word, uint64_t reader)
{
    readers[word] |= reader;
    page_read[word / PAGE_WORDS] = true;
}

/* What a device may read at @word is something else now. */
static void tell_readers(uint32_t word)
{
    unsigned int i;

    if ( !readers[word] )
        return;
    for ( i = 0; i < MEM_DEVICES; i++ )
        dirty[i] |= readers[word];
    readers[word] = 0;
}

static void tell_readers_of_page(unsigned int page)
{
    unsigned int i;

    for ( i = 0; page_read[page] && i < PAGE_WORDS; i++ )
        tell_readers(page * PAGE_WORDS + i);
    page_read[page] = false;
}

uint64_t mem_dirty(unsigned int device)
{
    uint64_t was = dirty[device];

    dirty[device] = 0;

    return was;
}

static void reset_page(unsigned int page)
{
    size_t first = page * PAGE_WORDS, i;

    if ( page_read[page] )
        memset(readers + first, 0, PAGE_WORDS * sizeof(*readers));
    page_read[page] = false;
    if ( page >= next_page || (noticed && !page_stored[page]) )
        return;

    for ( i = first; i < first + PAGE_WORDS; i++ )
        cpu[i] = memory[i] = GARBAGE;
    page_stored[page] = false;
}

void mem_reset(bool l)
{
    unsigned int i;

    if ( !cpu )
        setup();

    for ( i = 0; i < nr_hist; i++ )
        which[hist[i].word] = 0;
    for ( i = 0; i < PAGES; i++ )
        reset_page(i);
    memset(object, 0, sizeof(object));
    memset(dirty, 0xff, sizeof(dirty));
    nr_hist = 0;
    nr_objects = 0;
    next_page = 1;
    pages_in_use = 0;
    noticed = false;
    lines = l;
    changed = true;
}

bool host_is_dma(const void *p)
{
    return (const char *)p >= (char *)cpu &&
           (const char *)p < (char *)cpu + MEM_SIZE;
}

uint64_t host_pa(const void *p)
{
    if ( !host_is_dma(p) )
        host_bug("address of what is not DMA memory", __FILE__, __LINE__);

    return MEM_BASE + ((const char *)p - (char *)cpu);
}

void *host_va(uint64_t pa)
{
    if ( pa - MEM_BASE >= MEM_SIZE )
        host_bug("no memory at this address", __FILE__, __LINE__);

    return (char *)cpu + (pa - MEM_BASE);
}

/* --- Allocation ------------------------------------------------------------- */

/* @nr pages from @first on become one object. */
static char *take(unsigned int first, unsigned int nr, size_t offset,
                  size_t size)
{
    unsigned int i;

    if ( first + nr > PAGES || ++nr_objects >= 65536 )
        host_bug("the model is out of DMA memory", __FILE__, __LINE__);

    for ( i = first; i < first + nr; i++ )
    {
        object[i] = nr_objects;
        tell_readers_of_page(i);
    }
    object_at[nr_objects] = first * MEM_PAGE + offset;
    object_size[nr_objects] = size;
    pages_in_use += nr;
    if ( first + nr > next_page )
        next_page = first + nr;

    return (char *)cpu + object_at[nr_objects];
}

static unsigned int find_free(unsigned int nr, unsigned int align)
{
    unsigned int first, i;

    for ( first = align; first + nr <= PAGES; first += align )
    {
        for ( i = 0; i < nr && !object[first + i]; i++ )
            ;
        if ( i == nr )
            return first;
    }

    return PAGES;
}

void *host_dma_alloc(size_t size, size_t align)
{
    /* As badly aligned as was asked for, in pages of its own. */
    size_t offset = align < MEM_PAGE ? align : 0, room;
    unsigned int unit = align < MEM_PAGE ? 1 : align / MEM_PAGE, first;
    char *p;

    if ( run_fail_allocation() )
        return NULL;

    room = (offset + size + MEM_PAGE - 1) / MEM_PAGE;
    first = find_free(room, unit);
    /* An odd multiple of @align, so that it is not a multiple of 2 * @align. */
    if ( unit > 1 && !(first / unit % 2) )
        first = find_free(room + unit, unit) / unit % 2 ? first : first + unit;
    p = take(first, room, offset, size);
    host_zero(p, size);

    return p;
}

void *host_pages_alloc(unsigned int order)
{
    if ( run_fail_allocation() )
        return NULL;
    counts.pages += 1UL << order;

    return take(find_free(1U << order, 1U << order), 1U << order, 0,
                MEM_PAGE << order);
}

static void give(unsigned int page)
{
    unsigned int id = object[page];

    if ( !id )
        host_bug("free of what is not allocated", __FILE__, __LINE__);

    for ( ; page < PAGES && object[page] == id; page++ )
    {
        object[page] = 0;
        tell_readers_of_page(page);
        pages_in_use--;
    }
    changed = true;
}

void host_pages_free(void *p, unsigned int order)
{
    (void)order;
    give(((char *)p - (char *)cpu) / MEM_PAGE);
}

void host_dma_free(void *p)
{
    give(((char *)p - (char *)cpu) / MEM_PAGE);
}

unsigned long mem_pages_in_use(void)
{
    return pages_in_use;
}

/* What can change the answer is that the first page is freed, or allocated. */
bool mem_is_one_object(uint64_t pa, size_t size, uint64_t reader)
{
    unsigned int id;

    if ( pa - MEM_BASE >= MEM_SIZE )
        return false;

    note_reader((pa - MEM_BASE) / 8, reader);

    id = object[(pa - MEM_BASE) / MEM_PAGE];

    return id && pa - MEM_BASE >= object_at[id] &&
           pa - MEM_BASE + size <= object_at[id] + object_size[id];
}

/* --- Stores, barriers, cache maintenance -------------------------------------- */

static struct history *history(uint32_t word)
{
    struct history *h;

    if ( which[word] )
        return &hist[which[word] - 1];

    if ( nr_hist == HISTORIES )
        host_bug("too many stores without a barrier", __FILE__, __LINE__);

    h = &hist[nr_hist++];
    which[word] = nr_hist;
    h->word = word;
    h->v[0] = memory[word];
    h->nr = 1;
    h->fresh = 0;

    return h;
}

static void store_word(uint32_t word)
{
    struct history *h;
    uint64_t value = cpu[word];

    if ( which[word] ? hist[which[word] - 1].v[hist[which[word] - 1].nr - 1] == value
                     : memory[word] == value )
        return;

    changed = true;
    page_stored[word / PAGE_WORDS] = true;
    tell_readers(word);
    h = history(word);
    if ( h->nr == MEM_VALUES )
        host_bug("too many values of one word without a barrier", __FILE__,
                 __LINE__);
    h->v[h->nr++] = value;
}

bool mem_stored(const void *p, size_t size)
{
    size_t first = ((const char *)p - (char *)cpu) / 8;
    size_t last = ((const char *)p + size - 1 - (char *)cpu) / 8;

    for ( ; first <= last; first++ )
        store_word(first);

    return changed;
}

static void drop(unsigned int i)
{
    tell_readers(hist[i].word);
    which[hist[i].word] = 0;
    if ( i != --nr_hist )
    {
        hist[i] = hist[nr_hist];
        which[hist[i].word] = i + 1;
    }
}

void mem_barrier(void)
{
    unsigned int i;

    for ( i = nr_hist; i-- > 0; )
    {
        struct history *h = &hist[i];

        if ( lines )
        {
            if ( h->fresh != h->nr - 1 )
                tell_readers(h->word);
            h->fresh = h->nr - 1;
            continue;
        }
        memory[h->word] = h->v[h->nr - 1];
        which[h->word] = 0;
        tell_readers(h->word);
    }
    if ( !lines )
        nr_hist = 0;
}

/* Every store to the line is in memory; what the CPU caches of it is gone. */
void mem_clean(const void *p, size_t size, bool invalidate)
{
    size_t at = ((const char *)p - (char *)cpu) & ~(MEM_LINE - 1);
    size_t end = (const char *)p + size - (char *)cpu;
    size_t word;

    mem_barrier();
    if ( !lines )
        return;

    for ( word = at / 8; word < (end + MEM_LINE - 1) / MEM_LINE * MEM_LINE / 8;
          word++ )
    {
        if ( which[word] )
        {
            struct history *h = &hist[which[word] - 1];

            memory[word] = h->v[h->nr - 1];
            drop(which[word] - 1);
        }
        if ( invalidate )
            cpu[word] = memory[word];
    }
}

bool mem_view(uint64_t pa, bool coherent, uint64_t reader,
              struct mem_view *view)
{
    size_t word = (pa - MEM_BASE) / 8;
    unsigned int i;

    if ( pa - MEM_BASE >= MEM_SIZE )
        return false;
    if ( reader )
        note_reader(word, reader);
    if ( !object[(pa - MEM_BASE) / MEM_PAGE] )
        return false;

    if ( mem_plain || !which[word] )
    {
        view->nr = 1;
        view->v[0] = mem_plain ? cpu[word] : memory[word];
        return true;
    }

    view->nr = 0;
    for ( i = coherent ? hist[which[word] - 1].fresh : 0;
          i < hist[which[word] - 1].nr; i++ )
        view->v[view->nr++] = hist[which[word] - 1].v[i];

    return true;
}

void mem_device_store(uint64_t pa, bool coherent, uint64_t value)
{
    size_t word = (pa - MEM_BASE) / 8;

    if ( pa - MEM_BASE >= MEM_SIZE )
        return;

    if ( which[word] )
        drop(which[word] - 1);
    memory[word] = value;
    page_stored[word / PAGE_WORDS] = true;
    tell_readers(word);
    /* One that does not snoop leaves a line in the CPU's cache as it was. */
    if ( coherent )
        cpu[word] = value;
    changed = true;
}

static bool page_noticed(unsigned int page)
{
    size_t word = page * PAGE_WORDS, end = word + PAGE_WORDS;

    if ( !memcmp(cpu + word, memory + word, MEM_PAGE) )
        return true;
    for ( ; word < end; word++ )
        if ( cpu[word] != memory[word] && !which[word] )
            return false;

    return true;
}

/* Where lines may be stale the CPU's view is another one rightfully. */
bool mem_all_noticed(void)
{
    unsigned int i;

    if ( lines )
        return true;

    for ( i = 0; i < nr_hist; i++ )
        if ( cpu[hist[i].word] != hist[i].v[hist[i].nr - 1] )
            return false;
    for ( i = 0; i < next_page; i++ )
        if ( !page_noticed(i) )
            return false;
    noticed = true;

    return true;
}

bool mem_changed(void)
{
    bool was = changed;

    changed = false;

    return was;
}
