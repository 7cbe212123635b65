/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen's IOMMU drivers, p2m and RMR files find instead of Xen's headers
 * when they are compiled for a model of the SMMU. Adds to tools/rmr/xen/shim.h, which
 * has the device tree, lists and page table formats; force-included into every
 * unit. Stores, barriers, registers, time and allocation go to core/host.h.
 * What is made up here is a Xen interface and nothing more.
 */
#ifndef RMR_MODEL_SHIM_H
#define RMR_MODEL_SHIM_H

#define SHIM_MODEL 1
#define CONFIG_MMU 1
#define CONFIG_ARM_SMMU_V3 1
#define CONFIG_ARM_SMMU 1
#define CONFIG_64BIT 1

/* For the includes below. */
typedef struct spinlock { unsigned int owner; } spinlock_t;
typedef struct rwlock { unsigned int writer, readers; } rwlock_t;
/* What orders reads, or only what other CPUs see, is no barrier here. */
#define smp_wmb() ((void)0)

#include "../../../../rmr/xen/shim.h"
#include "../core/host.h"

/* --- Types ------------------------------------------------------------------ */
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef uint64_t __le64;
typedef uint32_t __le32;
typedef paddr_t phys_addr_t;
typedef long register_t;
typedef uint64_t __u64;
typedef uint32_t __u32;
typedef uint16_t __u16;
typedef uint8_t __u8;

/* Xen's word for a big-endian build; glibc's for a number. */
#undef __BIG_ENDIAN

#undef IS_ENABLED
#define IS_ENABLED(x) 0
#undef WARN_ON
#define WARN_ON(x) ({ bool w_ = (x); if ( w_ ) printk("WARN_ON\n"); w_; })
#undef BUILD_BUG_ON
#define BUILD_BUG_ON(x) ((void)sizeof(char[1 - 2 * !!(x)]))

#define __iomem
#define __hwdom_init
#define fallthrough __attribute__((__fallthrough__))
#define ACCESS_ONCE(x) (x)
#define gprintk(lvl, fmt, args...) printk(fmt, ## args)
#define dprintk(lvl, fmt, args...) printk(fmt, ## args)
#define XENLOG_G_ERR "<err>"
#define XENLOG_G_WARNING "<warning>"
#define printk_ratelimit() true
#define PADDR_BITS 48
#define PAGE_SIZE_4K 0x1000
#define mfn_to_maddr(mfn) (mfn_x(mfn) << PAGE_SHIFT)
#define maddr_to_mfn(pa) _mfn((pa) >> PAGE_SHIFT)
#define gfn_to_gaddr(gfn) (gfn_x(gfn) << PAGE_SHIFT)
#define gaddr_to_gfn(ga) _gfn((ga) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define pfn_to_paddr(pfn) ((paddr_t)(pfn) << PAGE_SHIFT)
#define PADDR_MASK ((1UL << PADDR_BITS) - 1)
#define PRIregister "lx"
#define min_t(t, x, y) ({ t x_ = (x), y_ = (y); x_ < y_ ? x_ : y_; })
#define max_t(t, x, y) ({ t x_ = (x), y_ = (y); x_ > y_ ? x_ : y_; })

#define MB(n) ((paddr_t)(n) << 20)
#define SZ_64   0x40
#define SZ_4K   0x1000
#define SZ_16K  0x4000
#define SZ_64K  0x10000
#define SZ_128K 0x20000
#define SZ_2M   0x200000
#define SZ_32M  0x2000000
#define SZ_512M 0x20000000
#define SZ_1G   0x40000000
#define MAX_ORDER 18

#define cpu_to_le64(x) ((__le64)(x))
#define le64_to_cpu(x) ((u64)(x))
#define cpu_to_le32(x) ((__le32)(x))

/* --- Bits --------------------------------------------------------------------- */
#define BITS_PER_LONG 64
#define BITS_TO_LONGS(n) (((n) + 63) / 64)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#define GENMASK(h, l) ((~0U << (l)) & (~0U >> (31 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define ffs64(x) __builtin_ffsll(x)
#define ffsl(x) __builtin_ffsl(x)
#define ilog2(x) (63 - __builtin_clzl(x))
#define __ffs(x) (ffsl(x) - 1UL)

static inline void set_bit(int nr, unsigned long *map)
{
    map[nr / 64] |= 1UL << (nr % 64);
}

static inline void clear_bit(int nr, unsigned long *map)
{
    map[nr / 64] &= ~(1UL << (nr % 64));
}

static inline bool test_bit(int nr, const unsigned long *map)
{
    return map[nr / 64] >> (nr % 64) & 1;
}

static inline bool test_and_set_bit(int nr, unsigned long *map)
{
    bool was = test_bit(nr, map);

    set_bit(nr, map);

    return was;
}

/* As if all from @shim_bits on were set: VMIDs can be made to run out. */
extern unsigned long shim_bits;

static inline unsigned long find_first_zero_bit(const unsigned long *map,
                                                unsigned long size)
{
    unsigned long i;

    for ( i = 0; i < size && i < shim_bits; i++ )
        if ( !test_bit(i, map) )
            return i;

    return size;
}

static inline unsigned long find_next_zero_bit(const unsigned long *map,
                                               unsigned long size,
                                               unsigned long from)
{
    while ( from < size && test_bit(from, map) )
        from++;

    return from;
}

static inline unsigned int bitmap_weight(const unsigned long *map,
                                         unsigned int size)
{
    unsigned int i, n = 0;

    for ( i = 0; i < size; i++ )
        n += test_bit(i, map);

    return n;
}

/* --- Order of stores ----------------------------------------------------------- */
#define wmb() host_barrier()
#define mb() host_barrier()
#define rmb() ((void)0)
#define smp_mb() ((void)0)
#define dmb(scope) host_barrier()
#define dsb(scope) host_barrier()
#define isb() ((void)0)
#define wfe() host_wfe()
#define cpu_relax() ((void)0)

#define write_atomic(p, v) host_store64(p, (uint64_t)(v))
/* As Xen's: a barrier on either side. */
#define write_pte(p, pte)                                                   \
    do {                                                                    \
        host_barrier();                                                     \
        host_store64(p, (pte).bits);                                        \
        host_barrier();                                                     \
    } while ( 0 )

#define clean_dcache_va_range(p, size) host_clean(p, size, false)
#define clean_and_invalidate_dcache_va_range(p, size)                       \
    (shim_note_clean(p, size), host_clean(p, size, true))
#define clean_dcache(x) host_clean(&(x), sizeof(x), false)

typedef struct { int counter; } atomic_t;
#define atomic_inc(a) ((a)->counter++)
#define atomic_dec(a) ((a)->counter--)
#define atomic_read(a) ((a)->counter)
#define atomic_set(a, v) ((a)->counter = (v))
#define atomic_inc_return(a) (++(a)->counter)
#define atomic_dec_and_test(a) (!--(a)->counter)

/* --- Registers, time ------------------------------------------------------------- */
#define readl_relaxed(reg) ((u32)host_read_reg(reg, 4))
#define readl(reg) readl_relaxed(reg)
#define writel_relaxed(v, reg) host_write_reg(reg, (u32)(v), 4)
#define writeq_relaxed(v, reg) host_write_reg(reg, v, 8)
#define writeq_relaxed_non_atomic(v, reg) host_write_reg(reg, v, 8)
#define writel(v, reg) do { wmb(); writel_relaxed(v, reg); } while ( 0 )
#define ioremap_nocache(pa, size) host_ioremap(pa, size)
#define iounmap(va) ((void)(va))
#define ioremap_attr(pa, size, attr) ((void)(size), shim_region(pa))
/* Regions have no contents here, but it is seen that they are wiped. */
extern unsigned long shim_wiped, shim_flushed;
void shim_note_clean(const void *p, size_t size);
void *shim_memset(void *p, int c, size_t n);
#define memset shim_memset
void *shim_region(paddr_t pa);

#define NOW() host_now()
#define MICROSECS(x) ((s_time_t)(x) * 1000)
#define SECONDS(x) ((s_time_t)(x) * 1000000000)
#define udelay(us) host_delay(us)
#define mdelay(ms) host_delay((ms) * 1000UL)

/* --- Locks: taken by one CPU, waited for by the other ------------------------------ */
#define SPIN_LOCK_UNLOCKED { 0 }
#define DEFINE_SPINLOCK(l) spinlock_t l
#define DEFINE_RWLOCK(l) rwlock_t l
#define spin_lock_init(l) ((l)->owner = 0)
#define rwlock_init(l) (*(l) = (rwlock_t){})
#define spin_lock(l) shim_spin_lock(l, #l)
#define spin_unlock(l) shim_spin_unlock(l)
#define spin_is_locked(l) ((l)->owner != 0)
#define spin_lock_irqsave(l, flags) ((flags) = 0, shim_spin_lock(l, #l))
#define spin_unlock_irqrestore(l, flags) ((void)(flags), shim_spin_unlock(l))
#define read_lock(l) shim_read_lock(l, #l)
#define read_unlock(l) shim_read_unlock(l)
#define write_lock(l) shim_write_lock(l, #l)
#define write_unlock(l) shim_write_unlock(l)
#define rw_is_locked(l) ((l)->writer || (l)->readers)
#define rw_is_write_locked(l) ((l)->writer != 0)
void shim_spin_lock(spinlock_t *l, const char *what);
void shim_spin_unlock(spinlock_t *l);
void shim_read_lock(rwlock_t *l, const char *what);
void shim_read_unlock(rwlock_t *l);
void shim_write_lock(rwlock_t *l, const char *what);
void shim_write_unlock(rwlock_t *l);

/* --- Memory ------------------------------------------------------------------------ */
struct page_info {
    struct list_head list;
    struct domain *owner;
};

#define page_list_head list_head
#define INIT_PAGE_LIST_HEAD(l) INIT_LIST_HEAD(l)
#define page_list_add(pg, l) list_add(&(pg)->list, l)
#define page_list_add_tail(pg, l) list_add_tail(&(pg)->list, l)
#define page_list_del(pg, l) list_del(&(pg)->list)
#define page_list_empty(l) list_empty(l)
static inline struct page_info *page_list_remove_head(struct list_head *l)
{
    struct page_info *pg;

    if ( list_empty(l) )
        return NULL;
    pg = list_entry(l->next, struct page_info, list);
    list_del(&pg->list);

    return pg;
}

#ifdef SHIM_SMMU
#define _xzalloc(size, align) shim_zalloc(size)
#else
#define _xzalloc(size, align) host_dma_alloc(size, align)
#endif
#define _xmalloc_array(size, align, nr) shim_alloc(NULL, (size) * (nr))
#define _xzalloc_array(size, align, nr) shim_zalloc((size) * (nr))
#define xzalloc_array(type, nr) ((type *)shim_zalloc(sizeof(type) * (nr)))
#define _xmalloc(size, align) shim_alloc(NULL, size)
#define xrealloc_flex_struct(p, field, nr) \
    ((typeof(p))shim_alloc(p, offsetof(typeof(*(p)), field[nr])))

#define MEMF_no_owner 0
struct page_info *alloc_domheap_pages(struct domain *d, unsigned int order,
                                      unsigned int flags);
void free_domheap_pages(struct page_info *pg, unsigned int order);
#define alloc_domheap_page(d, flags) alloc_domheap_pages(d, 0, flags)
#define free_domheap_page(pg) free_domheap_pages(pg, 0)
mfn_t page_to_mfn(const struct page_info *pg);
struct page_info *mfn_to_page(mfn_t mfn);
bool mfn_valid(mfn_t mfn);
#define page_to_maddr(pg) mfn_to_maddr(page_to_mfn(pg))
#define map_domain_page(mfn) host_va(mfn_to_maddr(mfn))
#define __map_domain_page(pg) map_domain_page(page_to_mfn(pg))
#define unmap_domain_page(p) ((void)(p))
#define virt_to_maddr(p) host_pa(p)
#define maddr_to_virt(pa) shim_region(pa)
#define clear_page(p) host_zero(p, PAGE_SIZE)
#define clear_and_clean_page(pg)                                            \
    do {                                                                    \
        void *p_ = __map_domain_page(pg);                                   \
        clear_page(p_);                                                     \
        clean_dcache_va_range(p_, PAGE_SIZE);                               \
    } while ( 0 )
#define is_xen_heap_mfn(mfn) ((void)(mfn), false)
#define page_set_xenheap_gfn(pg, gfn) ((void)(pg))
#define put_page(pg) ((void)(pg))
#define get_page(pg, d) ((void)(pg), true)
#define page_get_owner_and_reference(pg) ((pg)->owner)

/* --- Domains --------------------------------------------------------------------------- */
struct radix_tree_root { int unused; };
#define radix_tree_init(r) ((void)(r))
#define radix_tree_destroy(r, fn) ((void)(r))
#define radix_tree_lookup(r, i) NULL
#define radix_tree_delete(r, i) ((void)(r))
#define radix_tree_insert(r, i, p) (-ENOMEM)
#define radix_tree_replace_slot(s, p) ((void)(s))
#define radix_tree_lookup_slot(r, i) NULL
#define radix_tree_ptr_to_int(p) ((int)(long)(p))
#define radix_tree_int_to_ptr(i) ((void *)(long)(i))

#define NR_CPUS 2
#define MAX_VIRT_CPUS 128
#define INVALID_VCPU_ID 255
#define INVALID_VMID 0
#define MAX_VMID_8_BIT 256
#define MAX_VMID_16_BIT 65536
#define MAX_VMID max_vmid
extern unsigned int max_vmid;
#define for_each_possible_cpu(cpu) for ( (cpu) = 0; (cpu) < NR_CPUS; (cpu)++ )
#define smp_processor_id() host_cpu()

#include "gen/p2m-access.h"
#include "gen/p2m-domain.h"
#include "gen/mmu-p2m.h"
extern unsigned int p2m_ipa_bits;
#define p2m_to_mask(t) (1UL << (t))
#define p2m_is_ram(t) ((t) == p2m_ram_rw || (t) == p2m_ram_ro)
#define p2m_is_foreign(t) ((t) == p2m_map_foreign_rw || (t) == p2m_map_foreign_ro)
#define p2m_is_any_ram(t) (p2m_is_ram(t) || p2m_is_foreign(t))
#define p2m_get_hostp2m(d) (&(d)->arch.p2m)
void p2m_restrict_ipa_bits(unsigned int ipa_bits);
void p2m_write_unlock(struct p2m_domain *p2m);
#define p2m_write_lock(p2m) write_lock(&(p2m)->lock)
#define p2m_read_lock(p2m) read_lock(&(p2m)->lock)
#define p2m_read_unlock(p2m) read_unlock(&(p2m)->lock)
#define p2m_is_locked(p2m) rw_is_locked(&(p2m)->lock)
#define p2m_is_write_locked(p2m) rw_is_write_locked(&(p2m)->lock)
#include "gen/gfn-boundary.h"
mfn_t p2m_get_entry(struct p2m_domain *p2m, gfn_t gfn, p2m_type_t *t,
                    p2m_access_t *a, unsigned int *page_order, bool *valid);
int p2m_set_entry(struct p2m_domain *p2m, gfn_t sgfn, unsigned long nr,
                  mfn_t smfn, p2m_type_t t, p2m_access_t a);
int p2m_init(struct domain *d);
int p2m_teardown(struct domain *d);
void p2m_final_teardown(struct domain *d);
int p2m_set_allocation(struct domain *d, unsigned long pages, bool *preempted);
int relinquish_p2m_mapping(struct domain *d);
void p2m_domain_creation_finished(struct domain *d);
int map_regions_p2mt(struct domain *d, gfn_t gfn, unsigned long nr, mfn_t mfn,
                     p2m_type_t p2mt);
int unmap_regions_p2mt(struct domain *d, gfn_t gfn, unsigned long nr,
                       mfn_t mfn);
void p2m_vmid_allocator_init(void);
int p2m_alloc_vmid(struct domain *d);
void p2m_free_vmid(struct domain *d);
void setup_virt_paging(void);
#include "gen/xenmem-access.h"
long p2m_set_mem_access(struct domain *d, gfn_t gfn, uint32_t nr,
                        uint32_t start, uint32_t mask, xenmem_access_t access,
                        unsigned int altp2m_idx);

enum iommu_feature { IOMMU_FEAT_COHERENT_WALK, IOMMU_FEAT_count };
#define IOMMU_FLUSHF_added 1
#define IOMMU_FLUSHF_modified 2
TYPE_SAFE(uint64_t, dfn);
struct iommu_ops;
struct domain_iommu {
    struct { void *priv; } arch;
    const struct iommu_ops *platform_ops;
    struct list_head dt_devices;
    DECLARE_BITMAP(features, 64);
};
typedef int iommu_grdm_t(unsigned long start, unsigned long nr, u32 id,
                         void *ctxt);
#include "gen/rbtree.h"
#include "gen/iommu-ops.h"
#include "gen/iommu_fwspec.h"

struct mmio_handler {
    paddr_t addr;
    paddr_t size;
};

struct domain {
    domid_t domain_id;
    bool is_dying, creation_finished, is_shutting_down;
    struct {
        struct p2m_domain p2m;
        struct {
            spinlock_t lock;
            struct page_list_head p2m_freelist;
            unsigned long p2m_total_pages;
        } paging;
        struct vmmio {
            unsigned int num_entries;
            struct mmio_handler *handlers;
            rwlock_t lock;
        } vmmio;
    } arch;
    struct domain_iommu iommu;
    struct domain *next;
};

#define dom_iommu(d) (&(d)->iommu)
extern struct domain *hardware_domain;
#define is_hardware_domain(d) ((d)->domain_id == 0)
#define is_iommu_enabled(d) ((void)(d), iommu_enabled)
#define iommu_use_hap_pt(d) is_iommu_enabled(d)
#define iommu_set_feature(d, f) set_bit(f, dom_iommu(d)->features)
#define iommu_has_feature(d, f) test_bit(f, dom_iommu(d)->features)
#define general_preempt_check() shim_preempt()
#define hypercall_preempt_check() shim_preempt()
extern unsigned long shim_preempt_at;
bool shim_preempt(void);
#define process_pending_softirqs() ((void)0)
extern bool iommu_enabled, iommu_hwdom_inclusive;
extern int8_t iommu_hwdom_reserved;
extern struct domain *dom_io;
int iommu_iotlb_flush(struct domain *d, dfn_t dfn, unsigned long page_count,
                      unsigned int flush_flags);
const struct iommu_ops *iommu_get_ops(void);
void iommu_set_ops(const struct iommu_ops *ops);
int iommu_dt_domain_init(struct domain *d);
void arch_iommu_hwdom_init(struct domain *d);
int arm_iommu_map_page(struct domain *d, dfn_t dfn, mfn_t mfn,
                       unsigned int flags, unsigned int *flush_flags);
int arm_iommu_unmap_page(struct domain *d, dfn_t dfn, unsigned int order,
                         unsigned int *flush_flags);
int iommu_hardware_setup(void);
int iommu_assign_dt_device(struct domain *d, struct dt_device_node *dev);
int iommu_deassign_dt_device(struct domain *d, struct dt_device_node *dev);
int iommu_release_dt_devices(struct domain *d);
int iommu_add_dt_device(struct dt_device_node *np);

enum system_state { SYS_STATE_early_boot, SYS_STATE_boot, SYS_STATE_active };
extern enum system_state system_state;
extern rwlock_t dt_host_lock;
#define __initcall(fn) int shim_initcall_##fn(void); \
                       int shim_initcall_##fn(void) { return fn(); }

struct pci_dev;
#define IS_ERR_VALUE(x) ((unsigned long)(x) >= (unsigned long)-4095)
#define IRQF_SHARED 0

/* --- hypfs: only what is in it -------------------------------------------------------------- */
#define CONFIG_HYPFS 1
#define XEN_HYPFS_TYPE_DIR    0
#define XEN_HYPFS_TYPE_STRING 2
#define XEN_HYPFS_TYPE_UINT   3
#define XEN_HYPFS_ENC_PLAIN   0
struct hypfs_entry;
struct hypfs_funcs {
    int (*read)(const struct hypfs_entry *entry, void *to);
    unsigned int (*getsize)(const struct hypfs_entry *entry);
    const void *enter, *exit, *write, *findentry;
};
struct hypfs_entry {
    unsigned int type, encoding, size;
    const char *name;
    const struct hypfs_funcs *funcs;
    struct list_head list;
};
struct hypfs_entry_leaf {
    struct hypfs_entry e;
    union { const void *content; } u;
};
struct hypfs_entry_dir {
    struct hypfs_entry e;
    struct list_head dirlist;
};
#define HYPFS_DIR_INIT(var, text) \
    struct hypfs_entry_dir var = { .e.name = text }
extern struct hypfs_entry_dir hypfs_root;
extern const struct hypfs_funcs hypfs_dir_funcs, hypfs_leaf_ro_funcs;
#define hypfs_node_enter NULL
#define hypfs_node_exit NULL
#define hypfs_write_deny NULL
#define hypfs_leaf_findentry NULL
#define hypfs_add_dir(parent, dir, nofault) \
    ((void)(parent), (void)(dir), (void)(nofault))
#define hypfs_add_leaf(parent, leaf, nofault) \
    printk("hypfs: %s/%s\n", (parent)->e.name, (leaf)->e.name)
#define XEN_GUEST_HANDLE_PARAM(type) type *
#define copy_to_guest(to, from, n) (memcpy(to, from, n), 0)

#define register_keyhandler(key, fn, text, diagnostic) ((void)(fn))

/* --- Interrupts and tasklets -------------------------------------------------------------- */
struct tasklet {
    void (*fn)(void *);
    void *data;
    bool scheduled;
    struct tasklet *next;
};
void tasklet_init(struct tasklet *t, void (*fn)(void *), void *data);
void tasklet_schedule(struct tasklet *t);
struct timer {
    void (*fn)(void *);
    void *data;
    s_time_t expires;                  /* 0: not set */
    struct timer *next;
};
void init_timer(struct timer *t, void (*fn)(void *), void *data,
                unsigned int cpu);
#define set_timer(t, when) ((void)((t)->expires = (when)))
int request_irq(unsigned int irq, unsigned int flags,
                void (*fn)(int irq, void *data), const char *name, void *data);
void release_irq(unsigned int irq, const void *data);
int platform_get_irq(const struct dt_device_node *np, int index);
int platform_get_irq_byname(const struct dt_device_node *np, const char *name);

/* --- The CPU, which the model leaves out ------------------------------------------------------ */
#define READ_SYSREG64(r) 0UL
#define WRITE_SYSREG64(v, r) ((void)(v))
#define READ_SYSREG(r) 0UL
#define WRITE_SYSREG(v, r) ((void)(v))
#define local_irq_save(f) ((f) = 0)
#define local_irq_restore(f) ((void)(f))
#define flush_guest_tlb() host_barrier()
#define flush_guest_tlb_local() host_barrier()
#define cpus_have_const_cap(c) false
#define cpus_have_cap(c) false

extern struct {
    struct { unsigned int pa_range, vmid_bits; } mm64;
} system_cpuinfo;
#define MM64_VMID_16_BITS_SUPPORT 2
#define VTCR_RES1 0
#define VTCR_SH0_IS 0
#define VTCR_ORGN0_WBWA 0
#define VTCR_IRGN0_WBWA 0
#define VTCR_TG0_4K 0
#define VTCR_VS 0
#define VTCR_PS(x) (x)
#define VTCR_SL0(x) (x)
#define VTCR_T0SZ(x) (x)
#define HCR_VM 0
#define flush_all_guests_tlb_local() ((void)0)
#define smp_call_function(fn, data, wait) ((void)0)
#define iomem_access_permitted(d, s, e) true
#define arch_acquire_resource_check(d) true

struct rangeset;
#define rangeset_remove_range(r, s, e) ((void)(r), 0)
#define PAGE_HYPERVISOR 0

#ifndef SHIM_NO_RMR
#include "gen/xen-rmr.h"
#endif

#endif /* RMR_MODEL_SHIM_H */
