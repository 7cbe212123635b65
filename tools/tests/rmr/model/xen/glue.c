/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * under-test.h on top of Xen's functions: boot, domains and devices in the
 * order in which start_xen() and the domctls call them. Called by the harness,
 * never by Xen's files.
 */
#include "../core/under-test.h"

#ifndef SHIM_NO_RMR
#include "gen/rmr/rmr.h"
#endif

void shim_interrupt(unsigned int irq);
void shim_pass_time(void);
unsigned int shim_vmids(unsigned int nr);
unsigned int shim_banks(unsigned int nr);
void shim_take_vmids(unsigned int nr, bool take);
int shim_initcall_rmr_initcall(void);
extern struct dt_device_node *dt_host;

static void unflatten(const void *fdt)
{
    static const struct bootinfo empty = BOOTINFO_INIT;

    bootinfo = empty;
    device_tree_flattened = fdt;
    add_boot_module(BOOTMOD_XEN, 0x44000000, 0x200000, false);
    boot_fdt_info(fdt, 0x42000000);
    dt_unflatten_host_device_tree();
}

static int setup_iommus(void)
{
    int rc = iommu_hardware_setup();

    iommu_enabled = !rc;

    return rc;
}

static void finish_boot(void)
{
    setup_virt_paging();
#ifndef SHIM_NO_RMR
    shim_initcall_rmr_initcall();
#endif
}

/* --- Domains ------------------------------------------------------------------------ */

struct domain *hardware_domain;

static struct domain *create(unsigned int id, unsigned int pages, int *rc)
{
    struct domain *d = shim_zalloc(sizeof(*d));

    *rc = -ENOMEM;
    if ( !d )
        return NULL;
    d->domain_id = id;
    spin_lock_init(&d->arch.paging.lock);

    dom_iommu(d)->platform_ops = iommu_get_ops();
    *rc = iommu_dt_domain_init(d);
    if ( !*rc && dom_iommu(d)->platform_ops )
        *rc = dom_iommu(d)->platform_ops->init(d);
    if ( *rc )
        goto free;

    *rc = p2m_init(d);
    if ( !*rc )
    {
        spin_lock(&d->arch.paging.lock);
        *rc = p2m_set_allocation(d, pages, NULL);
        spin_unlock(&d->arch.paging.lock);
    }
    if ( !*rc )
    {
        if ( !id )
            hardware_domain = d;
        return d;
    }

    p2m_final_teardown(d);
    dom_iommu(d)->platform_ops->teardown(d);
 free:
    xfree(d);

    return NULL;
}

static int release_devices(struct domain *d)
{
    d->is_dying = true;

    return iommu_release_dt_devices(d);
}

static int destroy(struct domain *d)
{
    int rc = release_devices(d);

    if ( !rc )
        rc = relinquish_p2m_mapping(d);
    if ( !rc )
        rc = p2m_teardown(d);
    if ( rc )
        return rc;

    dom_iommu(d)->platform_ops->teardown(d);
    p2m_final_teardown(d);
    xfree(d->arch.vmmio.handlers);
    xfree(d);

    return 0;
}

static void creation_finished(struct domain *d)
{
    d->creation_finished = true;
#ifndef SHIM_NO_RMR
    read_lock(&dt_host_lock);
    rmr_domain_creation_finished(d);
    read_unlock(&dt_host_lock);
#endif
}

static void hwdom_map(struct domain *d)
{
#ifndef SHIM_NO_RMR
    rmr_hwdom_map(d);
#endif
}

static int map(struct domain *d, uint64_t ipa, uint64_t pa, uint64_t size,
               enum map_type type)
{
    static const p2m_type_t types[] = {
        [MAP_RAM] = p2m_ram_rw,
        [MAP_DEVICE] = p2m_mmio_direct_dev,
        [MAP_RESERVED] = p2m_mmio_direct_c,
        [MAP_FOREIGN] = p2m_map_foreign_rw,
    };

    return map_regions_p2mt(d, gaddr_to_gfn(ipa), PFN_DOWN(size),
                            maddr_to_mfn(pa), types[type]);
}

static int unmap(struct domain *d, uint64_t ipa, uint64_t pa, uint64_t size)
{
    return unmap_regions_p2mt(d, gaddr_to_gfn(ipa), PFN_DOWN(size),
                              maddr_to_mfn(pa));
}

/* --- Devices --------------------------------------------------------------------------- */

static struct dt_device_node *node(const char *path)
{
    struct dt_device_node *np = dt_find_node_by_path(path);

    if ( !np )
        host_bug(path, "no node", 0);

    return np;
}

static int locked(int (*fn)(struct domain *d, struct dt_device_node *np),
                  struct domain *d, const char *path)
{
    int rc;

    read_lock(&dt_host_lock);
    rc = fn(d, node(path));
    read_unlock(&dt_host_lock);

    return rc;
}

static int add_one(struct domain *d, struct dt_device_node *np)
{
    return iommu_add_dt_device(np);
}

static int add(const char *path)
{
    return locked(add_one, NULL, path);
}

static bool hides(const char *path)
{
#ifdef SHIM_NO_RMR
    return false;
#else
    return rmr_hwdom_hides(node(path));
#endif
}

static bool assign_relaxed;

/* As iommu_do_dt_domctl(), which is called again after an -ERESTART. */
static int assign_one(struct domain *d, struct dt_device_node *np)
{
    int rc = d->is_dying ? -EINVAL : 0;

#ifndef SHIM_NO_RMR
    if ( !rc )
        rc = rmr_map_dt_device(d, np, assign_relaxed);
#endif

    return rc ?: iommu_assign_dt_device(d, np);
}

static int assign_as(struct domain *d, const char *path, bool relaxed)
{
    assign_relaxed = relaxed;

    return locked(assign_one, d, path);
}

static int assign(struct domain *d, const char *path)
{
    return assign_as(d, path, true);
}

static int take_away(struct domain *d, const char *path)
{
    return locked(iommu_deassign_dt_device, d, path);
}

static int deassign_one(struct domain *d, struct dt_device_node *np)
{
    int rc = iommu_deassign_dt_device(d, np);

#ifndef SHIM_NO_RMR
    if ( !rc && rmr_unmap_dt_device(d, np) )
        rc = -ERESTART;
#endif

    return rc;
}

static int deassign(struct domain *d, const char *path)
{
    return locked(deassign_one, d, path);
}

/* --- Questions ---------------------------------------------------------------------------- */

static unsigned long count(const struct list_head *l)
{
    const struct list_head *p;
    unsigned long nr = 0;

    for ( p = l->next; p != l; p = p->next )
        nr++;

    return nr;
}

static unsigned long tables(struct domain *d)
{
    return count(&d->arch.p2m.pages);
}

static unsigned long pool(struct domain *d)
{
    return count(&d->arch.paging.p2m_freelist);
}

#ifndef SHIM_NO_RMR
static const struct rmr_master *master(const char *path)
{
    const struct rmr_master *m;

    rmr_for_each_master ( m )
        if ( !strcmp(m->np->full_name, path) )
            return m;

    return NULL;
}
#endif

static const char *state(const char *path)
{
#ifndef SHIM_NO_RMR
    const struct rmr_master *m = master(path);

    return m && m->ctx ? rmr_state_name(m) : NULL;
#else
    return NULL;
#endif
}

static unsigned int faults(const char *path)
{
#ifndef SHIM_NO_RMR
    const struct rmr_master *m = master(path);

    return m ? m->faults : 0;
#else
    return 0;
#endif
}

static void preempt(unsigned long n)
{
    shim_preempt_at = n;
}

static int cmdline(const char *item)
{
#ifndef SHIM_NO_RMR
    return shim_rmr_param(item);
#else
    return 0;
#endif
}

static void emulate(struct domain *d, uint64_t ipa, uint64_t size)
{
    struct vmmio *v = &d->arch.vmmio;

    v->handlers = shim_alloc(v->handlers,
                             (v->num_entries + 1) * sizeof(*v->handlers));
    v->handlers[v->num_entries++] = (struct mmio_handler){ ipa, size };
}

static int mem_access(struct domain *d, uint64_t ipa, unsigned int pages)
{
    return p2m_set_mem_access(d, ipa == ~0UL ? INVALID_GFN : gaddr_to_gfn(ipa),
                              pages, 0, ~0U, XENMEM_access_r, 0);
}

static bool has_pins(struct domain *d)
{
#ifndef SHIM_NO_RMR
    return d->arch.p2m.rmr_pins;
#else
    return false;
#endif
}

static uint64_t lookup(struct domain *d, uint64_t ipa)
{
    p2m_type_t t;
    mfn_t mfn;

    p2m_read_lock(&d->arch.p2m);
    mfn = p2m_get_entry(&d->arch.p2m, gaddr_to_gfn(ipa), &t, NULL, NULL, NULL);
    p2m_read_unlock(&d->arch.p2m);

    return mfn_eq(mfn, INVALID_MFN) ? ~0UL
                                    : mfn_to_maddr(mfn) | (ipa & ~PAGE_MASK);
}

static unsigned long wiped(void)
{
    return shim_wiped;
}

static unsigned long flushed(void)
{
    return shim_flushed;
}

static unsigned int user(const char *path, unsigned int region)
{
#ifndef SHIM_NO_RMR
    return master(path)->regions[region].user;
#else
    return 0;
#endif
}

/* SMMUv1/v2 have a context bank and its VMID in one. */
static unsigned int vmids(unsigned int nr)
{
    return shim_vmids(nr) + shim_banks(nr);
}

static void limit_vmids(unsigned long n)
{
    shim_bits = n;
}

const struct under_test under_test = {
#ifndef SHIM_NO_RMR
    .rmr = true,
#endif
    .unflatten = unflatten,
    .setup_iommus = setup_iommus,
    .finish_boot = finish_boot,
    .create = create,
    .destroy = destroy,
    .release_devices = release_devices,
    .creation_finished = creation_finished,
    .hwdom_map = hwdom_map,
    .hides = hides,
    .add = add,
    .assign = assign,
    .deassign = deassign,
    .take_away = take_away,
    .map = map,
    .unmap = unmap,
    .tables = tables,
    .pool = pool,
    .interrupt = shim_interrupt,
    .pass_time = shim_pass_time,
    .state = state,
    .faults = faults,
    .vmids = vmids,
    .limit_vmids = limit_vmids,
    .take_vmids = shim_take_vmids,
    .assign_as = assign_as,
    .preempt = preempt,
    .cmdline = cmdline,
    .emulate = emulate,
    .mem_access = mem_access,
    .has_pins = has_pins,
    .lookup = lookup,
    .wiped = wiped,
    .flushed = flushed,
    .user = user,
};

#ifndef SHIM_NO_RMR
/* sysctl.c is not built here: the drivers' operations name it. */
int rmr_get_reserved_device_memory(iommu_grdm_t *func, void *ctxt)
{
    return 0;
}
#endif
