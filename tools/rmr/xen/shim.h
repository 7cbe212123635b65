/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen's sources, and ours, find instead of Xen's headers on the host: in xen-rmr
 * and in the tests.
 *
 * Force-included into every unit. Types and inline code that decide what is
 * tested (device tree, lists, boot information, page table entries) come from
 * the Xen tree itself, with their #include lines blanked; what is made up here
 * is named shim_*, or is a Xen interface that has no meaning on the host.
 *
 * tools/tests/rmr/model includes this with SHIM_MODEL and has its own memory and
 * locks; SHIM_NO_RMR is for trees without our files.
 */
#ifndef RMR_TEST_SHIM_H
#define RMR_TEST_SHIM_H

#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- Configuration -------------------------------------------------------- */
#define __XEN_TOOLS__ 1
#define CONFIG_ARM_64 1
#ifndef SHIM_NO_RMR
#define CONFIG_ARM_RMR 1
#endif
#define CONFIG_HAS_DEVICE_TREE 1
#define CONFIG_HAS_DEVICE_TREE_DISCOVERY 1
#define CONFIG_HAS_PASSTHROUGH 1
#define CONFIG_STATIC_MEMORY 1
#ifndef SHIM_MODEL
#define CONFIG_STATIC_SHM 1
#endif

/* --- Types ---------------------------------------------------------------- */
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef uint32_t __be32;
typedef uint64_t __be64;
typedef unsigned long paddr_t;
typedef uint16_t domid_t;
typedef int64_t s_time_t;
#ifndef SHIM_MODEL
typedef struct { int unused; } rwlock_t;
#endif
typedef struct { char *p; } shim_handle_char;

#define INVALID_PADDR (~0UL)
#define PRIpaddr "016lx"
#define DOMID_IO 0x7ff1U
#define DOMID_XEN 0x7ff2U
#define DOMID_INVALID 0x7ff4U
#define XEN_GUEST_HANDLE(type) shim_handle_##type

/* --- Attributes and compiler ---------------------------------------------- */
#define __init
#define __initdata
#define __initconst
#define __initconstrel
#define __read_mostly
#define __ro_after_init
#define __must_check __attribute__((__warn_unused_result__))
#define __packed __attribute__((__packed__))
#define __used __attribute__((__used__))
#define __section(s)
#define cf_check
#define noreturn __attribute__((__noreturn__))
#define gnu_inline inline
#define likely(x) (x)
#define unlikely(x) (x)
#define prefetch(x) ((void)(x))
#ifndef SHIM_MODEL
#define smp_wmb() __sync_synchronize()
#endif
#define _AC(x, y) x##y
#define _AT(type, x) ((type)(x))
#define IS_ENABLED(x) SHIM_IS_ONE(x)
#define SHIM_IS_ONE(x) (#x[0] == '1')

/* --- Small helpers -------------------------------------------------------- */
#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
#define container_of(p, type, member) \
    ((type *)((char *)(p) - offsetof(type, member)))
#define min(x, y) ({ typeof(x) x_ = (x); typeof(y) y_ = (y); \
                     (void)(&x_ == &y_); x_ < y_ ? x_ : y_; })
#define max(x, y) ({ typeof(x) x_ = (x); typeof(y) y_ = (y); \
                     (void)(&x_ == &y_); x_ > y_ ? x_ : y_; })
#define SWAP(a, b) do { typeof(a) t_ = (a); (a) = (b); (b) = t_; } while ( 0 )
#define ROUNDUP(x, a) (((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#define IS_ALIGNED(x, a) (!((x) & ((typeof(x))(a) - 1)))
#define __struct_group(tag, name, attrs, members...) \
    union { struct { members } attrs; struct tag { members } attrs name; }
#define ASSERT(x) do { if ( !(x) ) shim_bug(#x, __FILE__, __LINE__); } while ( 0 )
#define BUG() shim_bug("BUG", __FILE__, __LINE__)
#define BUILD_BUG_ON(x) _Static_assert(!(x), #x)
#define alignof __alignof__
#define __maybe_unused __attribute__((__unused__))
#define BUG_ON(x) ASSERT(!(x))
#define WARN() ((void)0)
#define WARN_ON(x) ((void)(x))
#define ASSERT_UNREACHABLE() BUG()
#define IS_ERR(p) ((unsigned long)(p) >= (unsigned long)-4095)
#define PTR_ERR(p) ((long)(p))
#define ERR_PTR(e) ((void *)(long)(e))
#define safe_strcpy(d, s) shim_strlcpy(d, s, sizeof(d))
#define strlcpy shim_strlcpy

#define be32_to_cpu(x) __builtin_bswap32(x)
#define cpu_to_be32(x) __builtin_bswap32(x)
#define be32_to_cpup(p) be32_to_cpu(*(const __be32 *)(p))

#ifndef SHIM_MODEL
#define DEFINE_RWLOCK(l) rwlock_t l
#define GENMASK(h, l) ((~0U << (l)) & (~0U >> (31 - (h))))
#define dprintk(lvl, fmt, args...) printk(lvl fmt, ## args)
#endif
#define get_unaligned_t(type, p) \
    ({ type v_; memcpy(&v_, p, sizeof(v_)); v_; })

size_t shim_strlcpy(char *dst, const char *src, size_t size);
void noreturn shim_bug(const char *what, const char *file, int line);

/* --- Console -------------------------------------------------------------- */
#define XENLOG_ERR "<err>"
#define XENLOG_WARNING "<warning>"
#define XENLOG_INFO "<info>"
#define XENLOG_DEBUG "<debug>"
void printk(const char *fmt, ...) __attribute__((__format__(printf, 1, 2)));
void noreturn panic(const char *fmt, ...)
    __attribute__((__format__(printf, 1, 2)));

/* --- Allocation: shim.c makes the n-th one fail, and counts --------------- */
void *shim_alloc(void *old, size_t size);
void xfree(void *p);

#ifndef SHIM_MODEL
#define _xmalloc(size, align) shim_alloc(NULL, size)
#endif
#define _xrealloc(p, size, align) shim_alloc(p, size)
#define xzalloc(type) ((type *)shim_zalloc(sizeof(type)))
#define xmalloc_array(type, nr) ((type *)shim_alloc(NULL, sizeof(type) * (nr)))
#define xrealloc_array(p, nr) \
    ((typeof(p))shim_alloc(p, sizeof(*(p)) * (nr)))
#define xzalloc_flex_struct(type, field, nr) \
    ((type *)shim_zalloc(offsetof(type, field[nr])))
#define XFREE(p) do { xfree(p); (p) = NULL; } while ( 0 )
void *shim_zalloc(size_t size);

/* --- Xen's own: device tree, lists, boot information ---------------------- */
#include "gen/list.h"
/* A copy of sort() for each unit. */
#define extern static __attribute__((__unused__))
#include "gen/sort.h"
#undef extern
#include "gen/device_tree_defs.h"
#include "gen/device.h"
struct xen_domctl_createdomain { int unused; };
#include "gen/bootfdt.h"
#include "gen/device_tree.h"
#if __has_include("gen/bootinfo.h")
#include "gen/resource.h"
#include "gen/bootinfo.h"
/* Cells that Xen reads as one number. */
#define SHIM_MAX_CELLS 2
#else
#define SHIM_MAX_CELLS 4
#endif
#ifndef SHIM_MODEL
#include "gen/iommu_fwspec.h"
#endif

/* Comparisons of two StreamIDs are counted. */
extern unsigned long shim_compared;

/* Every step of every walk over the tree's nodes is counted. */
extern unsigned long shim_visits;
#undef dt_for_each_device_node
#define dt_for_each_device_node(dt, dn) \
    for ( dn = (dt); (dn) != NULL && ++shim_visits; dn = (dn)->allnext )

int parse_bool(const char *s, const char *e);
unsigned long long simple_strtoull(const char *cp, const char **endp,
                                   unsigned int base);
long long simple_strtoll(const char *cp, const char **endp, unsigned int base);
char *safe_copy_string_from_guest(shim_handle_char h, size_t size, size_t max);

/* What bootfdt.c and bootinfo.c call in the rest of Xen. */
#define EFI_BOOT 0
#define efi_enabled(f) false
#define has_xsm_magic(start) false
#define fdt_get_mem_rsv_paddr(f, i, s, z) \
    ({ uint64_t s_, z_; int rc_ = fdt_get_mem_rsv(f, i, &s_, &z_); \
       *(s) = s_; *(z) = z_; rc_; })
extern bool acpi_disabled, using_static_heap;
extern const void *device_tree_flattened;
void init_boot_pages(paddr_t ps, paddr_t pe);
u32 device_tree_get_u32(const void *fdt, int node, const char *prop, u32 dflt);
void device_tree_get_reg(const __be32 **cell, uint32_t address_cells,
                         uint32_t size_cells, paddr_t *start, paddr_t *size);
#ifdef CONFIG_STATIC_SHM
int process_shm_node(const void *fdt, int node, uint32_t address_cells,
                     uint32_t size_cells);
void early_print_info_shmem(void);
#endif

#ifndef SHIM_MODEL
/* Domains, as far as policy-domain.c looks into them. */
struct p2m_domain {
    bool mem_access_enabled;
    struct page_info *root;
};

struct mmio_handler {
    paddr_t addr;
    paddr_t size;
};

struct domain {
    domid_t domain_id;
    bool is_hardware, is_control, no_iommu, direct_mapped;
    struct p2m_domain p2m;
    struct {
        struct vmmio {
            unsigned int num_entries;
            struct mmio_handler *handlers;
            int lock;
        } vmmio;
    } arch;
    struct { struct list_head dt_devices; } iommu;
};

#define dom_iommu(d) (&(d)->iommu)
#define is_iommu_enabled(d) (!(d)->no_iommu)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define MB(x) ((paddr_t)(x) << 20)
#define XENLOG_G_ERR XENLOG_ERR
#define read_lock(l) ((void)(l))
#define read_unlock(l) ((void)(l))
#define is_hardware_domain(d) ((d)->is_hardware)
#define p2m_get_hostp2m(d) (&(d)->p2m)

/* Hypercalls, as far as sysctl.c has to do with them. */
struct vcpu {
    struct domain *domain;
};
extern struct vcpu *current;
#define is_control_domain(d) ((d)->is_control)
typedef int iommu_grdm_t(unsigned long start, unsigned long nr, u32 id,
                         void *ctxt);
typedef uint64_t uint64_aligned_t __attribute__((__aligned__(8)));
#define DEFINE_XEN_GUEST_HANDLE(type) typedef struct { type *p; } shim_handle_##type
#define XEN_GUEST_HANDLE_64(type) shim_handle_##type
#define copy_to_guest_offset(h, off, ptr, nr) \
    shim_copy_to_guest((h).p + (off), ptr, sizeof(*(ptr)) * (nr))
size_t shim_copy_to_guest(void *to, const void *from, size_t size);
#include "gen/public-rmr.h"
#endif

/* The parameter that dt.c registers. */
extern int (*shim_rmr_param)(const char *s);
#define MAX_PARAM_SIZE 128
#define custom_param(name, fn) int (*shim_rmr_param)(const char *s) = fn

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define SZ_128K 0x20000

#include "gen/typesafe.h"
#include "gen/mm-frame.h"
#include "gen/lpae.h"
#include "gen/p2m-type.h"
#include "gen/page-attr.h"

#define xen_mk_ullong(x) x##ULL
#include "gen/guest-layout.h"
#ifdef SHIM_MODEL
#define domain_use_host_layout(d) is_hardware_domain(d)
#else
#define domain_use_host_layout(d) (is_hardware_domain(d) || (d)->direct_mapped)

/* --- Memory: a pool of frames for page tables ----------------------------- */
struct page_info { unsigned int unused; };

#define SHIM_FRAMES 8192
extern struct page_info shim_frames[SHIM_FRAMES];

struct page_info *alloc_domheap_pages(void *d, unsigned int order,
                                      unsigned int flags);
void free_domheap_pages(struct page_info *pg, unsigned int order);
#define free_domheap_page(pg) free_domheap_pages(pg, 0)
mfn_t page_to_mfn(const struct page_info *pg);
#define page_to_maddr(pg) (mfn_x(page_to_mfn(pg)) << PAGE_SHIFT)
struct page_info *mfn_to_page(mfn_t mfn);
void *map_domain_page(mfn_t mfn);
#define __map_domain_page(pg) map_domain_page(page_to_mfn(pg))
#define unmap_domain_page(p) ((void)(p))
#define clear_page(p) memset(p, 0, PAGE_SIZE)
void clean_dcache_va_range(const void *p, unsigned long size);
#define clean_dcache(x) clean_dcache_va_range(&(x), sizeof(x))
#define write_pte(p, pte) (*(volatile uint64_t *)(p) = (pte).bits)
#endif /* !SHIM_MODEL */

#endif /* RMR_TEST_SHIM_H */
