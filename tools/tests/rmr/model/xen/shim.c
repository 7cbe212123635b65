/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions of shim.h: locks that know their owner, frames, interrupts,
 * and what the rest of Xen would answer. No rule under test is decided here.
 */
#include "../core/under-test.h"

bool acpi_disabled = true, using_static_heap;
bool iommu_enabled, iommu_hwdom_inclusive;
int8_t iommu_hwdom_reserved;
unsigned long shim_visits, shim_bits = ~0UL;
enum system_state system_state = SYS_STATE_boot;
struct domain *dom_io;
typeof(system_cpuinfo) system_cpuinfo = { .mm64 = { .pa_range = 2 } };

/* --- Console, bugs ------------------------------------------------------------ */
void printk(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    host_printk(fmt, ap);
    va_end(ap);
}

void panic(const char *fmt, ...)
{
    char text[200];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    host_bug(text, "panic", 0);
}

void shim_bug(const char *what, const char *file, int line)
{
    host_bug(what, file, line);
}

/* --- Heap ------------------------------------------------------------------------ */
void *shim_alloc(void *old, size_t size)
{
    return host_alloc(old, size);
}

void *shim_zalloc(size_t size)
{
    void *p = host_alloc(NULL, size);

    return p ? memset(p, 0, size) : NULL;
}

void host_dma_free(void *p);

void xfree(void *p)
{
    if ( !p )
        return;
    if ( host_is_dma(p) )
        host_dma_free(p);
    else
        host_free(p);
}

/* --- Locks ------------------------------------------------------------------------ */
static unsigned int me(void)
{
    return 1 + host_cpu();
}

void shim_spin_lock(spinlock_t *l, const char *what)
{
    host_locking();
    while ( l->owner )
    {
        if ( l->owner == me() )
            host_bug(what, "taken twice", 0);
        host_wait(what);
    }
    l->owner = me();
}

void shim_spin_unlock(spinlock_t *l)
{
    ASSERT(l->owner == me());
    l->owner = 0;
    host_unlocked();
}

void shim_read_lock(rwlock_t *l, const char *what)
{
    host_locking();
    while ( l->writer )
    {
        if ( l->writer == me() )
            host_bug(what, "taken twice", 0);
        host_wait(what);
    }
    l->readers++;
}

void shim_read_unlock(rwlock_t *l)
{
    ASSERT(l->readers);
    l->readers--;
    host_unlocked();
}

void shim_write_lock(rwlock_t *l, const char *what)
{
    host_locking();
    while ( l->writer || l->readers )
    {
        if ( l->writer == me() )
            host_bug(what, "taken twice", 0);
        host_wait(what);
    }
    l->writer = me();
}

void shim_write_unlock(rwlock_t *l)
{
    ASSERT(l->writer == me());
    l->writer = 0;
    host_unlocked();
}

/* --- Frames -------------------------------------------------------------------------- */
#define FIRST_FRAME 0xffc00UL
#define FRAMES 2048

static struct page_info frames[FRAMES];

struct page_info *alloc_domheap_pages(struct domain *d, unsigned int order,
                                      unsigned int flags)
{
    void *p = host_pages_alloc(order);
    struct page_info *pg;

    if ( !p )
        return NULL;
    pg = mfn_to_page(maddr_to_mfn(host_pa(p)));
    pg->owner = d;

    return pg;
}

void free_domheap_pages(struct page_info *pg, unsigned int order)
{
    pg->owner = NULL;
    host_pages_free(map_domain_page(page_to_mfn(pg)), order);
}

mfn_t page_to_mfn(const struct page_info *pg)
{
    ASSERT(pg >= frames && pg < frames + FRAMES);

    return _mfn(FIRST_FRAME + (pg - frames));
}

/* Domains' memory is there, too; it has no page_info that anyone needs. */
bool mfn_valid(mfn_t mfn)
{
    return mfn_x(mfn) >= 0x40000 && mfn_x(mfn) < FIRST_FRAME + FRAMES;
}

struct page_info *mfn_to_page(mfn_t mfn)
{
    ASSERT(mfn_x(mfn) - FIRST_FRAME < FRAMES);

    return &frames[mfn_x(mfn) - FIRST_FRAME];
}

/*
 * Regions have no contents here: any address will do that nothing else has, with
 * valgrind neither, which puts the heap low.
 */
#define REGIONS (1UL << 62)

unsigned long shim_wiped, shim_flushed;

static bool in_region(const void *p)
{
    return (uintptr_t)p >= REGIONS;
}

void shim_note_clean(const void *p, size_t size)
{
    if ( in_region(p) )
        shim_flushed += size;
}

#undef memset
void *shim_memset(void *p, int c, size_t n)
{
    if ( !in_region(p) )
        return memset(p, c, n);

    shim_wiped += n;

    return p;
}

void *shim_region(paddr_t pa)
{
    return (void *)(REGIONS + pa);
}

struct hypfs_entry_dir hypfs_root;
const struct hypfs_funcs hypfs_dir_funcs, hypfs_leaf_ro_funcs;

/* --- Hypercalls in steps --------------------------------------------------------------- */
unsigned long shim_preempt_at;

bool shim_preempt(void)
{
    return shim_preempt_at && !--shim_preempt_at;
}

/* --- Interrupts ------------------------------------------------------------------------ */
static struct {
    unsigned int irq;
    void (*fn)(int irq, void *data);
    void *data;
} irqs[64];

int request_irq(unsigned int irq, unsigned int flags,
                void (*fn)(int irq, void *data), const char *name, void *data)
{
    unsigned int i = 0;

    while ( irqs[i].irq )
        i++;
    irqs[i].irq = irq;
    irqs[i].fn = fn;
    irqs[i].data = data;

    return 0;
}

void release_irq(unsigned int irq, const void *data)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(irqs); i++ )
        if ( irqs[i].irq == irq && irqs[i].data == data )
            irqs[i].irq = 0;
}

/* SMMUv1/v2 go by number. */
int platform_get_irq(const struct dt_device_node *np, int index)
{
    u32 first, nr;

    if ( !dt_property_read_u32(np, "test,irq", &first) ||
         !dt_property_read_u32(np, "test,nr-irqs", &nr) || index >= nr )
        return -ENODEV;

    return first + index;
}

int platform_get_irq_byname(const struct dt_device_node *np, const char *name)
{
    u32 first;

    if ( !dt_property_read_u32(np, "test,irq", &first) )
        return -ENODEV;
    if ( !strcmp(name, "eventq") )
        return first;

    return strcmp(name, "gerror") ? -ENODEV : first + 1;
}

static struct tasklet *tasklets;

void tasklet_init(struct tasklet *t, void (*fn)(void *), void *data)
{
    *t = (struct tasklet){ .fn = fn, .data = data };
}

void tasklet_schedule(struct tasklet *t)
{
    if ( t->scheduled )
        return;
    t->scheduled = true;
    t->next = tasklets;
    tasklets = t;
}

void shim_interrupt(unsigned int irq);
void shim_interrupt(unsigned int irq)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(irqs); i++ )
        if ( irqs[i].irq == irq )
            irqs[i].fn(irq, irqs[i].data);

    while ( tasklets )
    {
        struct tasklet *t = tasklets;

        tasklets = t->next;
        t->scheduled = false;
        t->fn(t->data);
    }
}

/* --- Timers ----------------------------------------------------------------------------- */
static struct timer *timers;

void init_timer(struct timer *t, void (*fn)(void *), void *data,
                unsigned int cpu)
{
    *t = (struct timer){ .fn = fn, .data = data, .next = timers };
    timers = t;
}

/* Time passes until all that are set have expired. */
void shim_pass_time(void);
void shim_pass_time(void)
{
    struct timer *t;

    for ( t = timers; t; t = t->next )
    {
        if ( !t->expires )
            continue;
        if ( NOW() < t->expires )
            host_delay((t->expires - NOW()) / 1000 + 1);
        t->expires = 0;
        t->fn(t->data);
    }
}

/* --- Devices that have a driver ------------------------------------------------------------ */
extern const struct device_desc *const shim_smmu_driver;
extern const struct device_desc *const shim_smmu_v3_driver;

static const struct device_desc *driver_of(const struct dt_device_node *dev)
{
    if ( dt_match_node(shim_smmu_driver->dt_match, dev) )
        return shim_smmu_driver;

    return dt_match_node(shim_smmu_v3_driver->dt_match, dev)
           ? shim_smmu_v3_driver : NULL;
}

enum device_class device_get_class(const struct dt_device_node *dev)
{
    return driver_of(dev) ? DEVICE_IOMMU : DEVICE_UNKNOWN;
}

int device_init(struct dt_device_node *dev, enum device_class class,
                const void *data)
{
    if ( device_get_class(dev) != class )
        return -EBADF;
    if ( !dt_device_is_available(dev) || dt_device_for_passthrough(dev) )
        return -ENODEV;

    return driver_of(dev)->init(dev, data);
}

/* --- What Xen's common code does ------------------------------------------------------------- */
int iommu_iotlb_flush(struct domain *d, dfn_t dfn, unsigned long page_count,
                      unsigned int flush_flags)
{
    const struct iommu_ops *ops = dom_iommu(d)->platform_ops;

    if ( !iommu_enabled || !ops || !page_count || !flush_flags )
        return 0;

    return ops->iotlb_flush(d, dfn, page_count, flush_flags);
}

int arm_iommu_map_page(struct domain *d, dfn_t dfn, mfn_t mfn,
                       unsigned int flags, unsigned int *flush_flags)
{
    return -EOPNOTSUPP;
}

int arm_iommu_unmap_page(struct domain *d, dfn_t dfn, unsigned int order,
                         unsigned int *flush_flags)
{
    return -EOPNOTSUPP;
}

void init_boot_pages(paddr_t ps, paddr_t pe)
{
}
