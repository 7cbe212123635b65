/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * RMR masters: what the hypervisor says of them, for libxl_rmr_list(), and
 * what follows for a guest that gets one. The rules and the layout are in
 * libxl_rmr_layout.c, the device tree in libxl_rmr_fdt.c; here their input is
 * collected, and their output put where libxl and libxenguest look for it.
 */
#include "libxl_osdeps.h" /* must come before any other headers */
#include "libxl_internal.h"
#include "libxl_rmr.h"
#include "libxl_rmr_fdt.h"
#include "libxl_rmr_guest.h"
#include "libxl_rmr_layout.h"

#include <libfdt.h>
#include <xen/device_tree_defs.h>

struct libxl__rmr {
    const libxl__rmr_master *masters;
    unsigned int nr_masters;
    libxl__rmr_layout layout;
    libxl__rmr_node *nodes;
    unsigned int nr_nodes;
};

/*--------------------- What the hypervisor says ---------------------*/

/* One master, with the strings of its text. */
typedef struct {
    struct xen_sysctl_rmr_master says;
    const char *node, *smmu, *kept;
    xen_sysctl_rmr_stream_t *streams;
    xen_sysctl_rmr_region_t *regions;
} rmr_info;

/* 0, or -1 with errno. */
static int get_master(libxl__gc *gc, uint32_t index, rmr_info *info)
{
    struct xen_sysctl_rmr_master *says = &info->says;
    char *text;

    /* How much is there? The list of masters does not change. */
    memset(info, 0, sizeof(*info));
    says->index = index;
    if (xc_rmr_master(CTX->xch, says, NULL, NULL, NULL))
        return -1;

    /* Three strings, whatever the text is. */
    text = libxl__zalloc(gc, says->text_size + 3);
    GCNEW_ARRAY(info->streams, says->nr_streams);
    GCNEW_ARRAY(info->regions, says->nr_regions);
    says->index = index;
    if (xc_rmr_master(CTX->xch, says, text, info->streams, info->regions))
        return -1;

    info->node = text;
    info->smmu = info->node + strlen(info->node) + 1;
    info->kept = info->smmu + strlen(info->smmu) + 1;

    return 0;
}

/*
 * All masters. ERROR_NI: the hypervisor does not know of any (one with an XSM
 * policy says EPERM to what it does not know).
 */
static int get_masters(libxl__gc *gc, rmr_info **infos_r, unsigned int *nr_r)
{
    rmr_info first;
    unsigned int i;

    *infos_r = NULL;
    *nr_r = 0;

    if (get_master(gc, 0, &first)) {
        if (errno == ENOENT)
            return 0;
        if (errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM)
            return ERROR_NI;
        LOGE(ERROR, "the hypervisor does not list RMR masters");
        return ERROR_FAIL;
    }

    GCNEW_ARRAY(*infos_r, first.says.nr_masters);
    (*infos_r)[0] = first;
    for (i = 1; i < first.says.nr_masters; i++)
        if (get_master(gc, i, &(*infos_r)[i])) {
            LOGE(ERROR, "the hypervisor does not tell of RMR master %u", i);
            return ERROR_FAIL;
        }
    *nr_r = first.says.nr_masters;

    return 0;
}

static void set_context(libxl__gc *gc, libxl_rmr_master *to,
                        const rmr_info *info)
{
    unsigned int i;

    if (!info->says.nr_banks) {
        if (!(info->says.flags & XEN_SYSCTL_RMR_FAILED))
            to->vmid = info->says.vmid;
        return;
    }

    to->num_banks = min_t(unsigned int, info->says.nr_banks,
                          ARRAY_SIZE(info->says.banks));
    to->banks = libxl__calloc(NOGC, to->num_banks, sizeof(*to->banks));
    for (i = 0; i < to->num_banks; i++)
        to->banks[i] = info->says.banks[i];
}

static void set_owner(libxl__gc *gc, libxl_rmr_master *to,
                      const rmr_info *info)
{
    const char *name;

    if (info->says.owner == DOMID_INVALID)
        return;

    to->owner = info->says.owner;
    /* A domain that is being made or destroyed may have none. */
    name = libxl__domid_to_name(gc, to->owner);
    to->owner_name = name ? libxl__strdup(NOGC, name) : NULL;
}

static void set_master(libxl__gc *gc, libxl_rmr_master *to,
                       const rmr_info *info)
{
    unsigned int i;

    libxl_rmr_master_init(to);
    to->path = libxl__strdup(NOGC, info->node);
    to->smmu = libxl__strdup(NOGC, info->smmu);
    if (*info->kept)
        to->kept = libxl__strdup(NOGC, info->kept);
    to->failed = info->says.flags & XEN_SYSCTL_RMR_FAILED;
    /* What the last owner asked for says nothing of the next. */
    to->relaxed = info->says.owner != DOMID_INVALID &&
                  (info->says.flags & XEN_SYSCTL_RMR_RELAXED);
    to->state = info->says.state;
    to->pages = info->says.pages;
    to->joins = info->says.joins;
    to->leaves = info->says.leaves;
    to->faults = info->says.faults;
    set_context(gc, to, info);
    set_owner(gc, to, info);

    to->num_streams = info->says.nr_streams;
    to->streams = libxl__calloc(NOGC, to->num_streams, sizeof(*to->streams));
    for (i = 0; i < to->num_streams; i++) {
        to->streams[i].id = info->streams[i].id;
        to->streams[i].mask = info->streams[i].mask;
    }

    to->num_regions = info->says.nr_regions;
    to->regions = libxl__calloc(NOGC, to->num_regions, sizeof(*to->regions));
    for (i = 0; i < to->num_regions; i++) {
        to->regions[i].iova = info->regions[i].iova;
        to->regions[i].size = info->regions[i].size;
        to->regions[i].pa = info->regions[i].pa;
    }
}

int libxl_rmr_list(libxl_ctx *ctx, libxl_rmr_master **list_r, int *nr_r)
{
    GC_INIT(ctx);
    rmr_info *infos;
    unsigned int i, nr;
    int rc;

    *list_r = NULL;
    *nr_r = 0;

    rc = get_masters(gc, &infos, &nr);
    if (rc == ERROR_NI)
        LOG(ERROR, "this hypervisor does not keep reserved DMA regions "
            "(it has no ARM_RMR)");
    if (rc) goto out;

    *list_r = libxl__calloc(NOGC, nr, sizeof(**list_r));
    for (i = 0; i < nr; i++)
        set_master(gc, &(*list_r)[i], &infos[i]);
    *nr_r = nr;

out:
    GC_FREE;
    return rc;
}

void libxl_rmr_list_free(libxl_rmr_master *list, int nr)
{
    int i;

    for (i = 0; i < nr; i++)
        libxl_rmr_master_dispose(&list[i]);
    free(list);
}

/*------------------ What a guest's configuration wants ------------------*/

/*
 * Without support nothing changes for those who do not ask for any. Whoever
 * asks for a policy has to know that nobody follows it.
 */
static int without_support(libxl__gc *gc, const libxl_domain_config *d_config)
{
    const libxl_rdm_reserve *rdm = &d_config->b_info.arch_arm.rdm;
    int i, rc = 0;

    for (i = 0; i < d_config->num_dtdevs; i++) {
        const libxl_device_dtdev *dtdev = &d_config->dtdevs[i];

        if (dtdev->rdm_policy == LIBXL_RDM_RESERVE_POLICY_INVALID)
            continue;
        LOG(ERROR, "%s: rdm_policy=%s cannot be followed: this hypervisor "
            "does not keep reserved DMA regions (it has no ARM_RMR); drop "
            "rdm_policy=", dtdev->path,
            libxl_rdm_reserve_policy_to_string(dtdev->rdm_policy));
        rc = ERROR_NI;
    }

    if (rdm->strategy != LIBXL_RDM_RESERVE_STRATEGY_IGNORE ||
        rdm->policy != LIBXL_RDM_RESERVE_POLICY_INVALID)
        LOG(WARN, "rdm= has no effect: this hypervisor does not keep reserved "
            "DMA regions (it has no ARM_RMR)");

    return rc;
}

/* A device's own policy, else that of rdm=, else strict. */
static int settle_policies(libxl__gc *gc, libxl_domain_config *d_config)
{
    const libxl_rdm_reserve *rdm = &d_config->b_info.arch_arm.rdm;
    int i, j;

    for (i = 0; i < d_config->num_dtdevs; i++) {
        libxl_device_dtdev *dtdev = &d_config->dtdevs[i];

        for (j = 0; j < i; j++)
            if (!strcmp(dtdev->path, d_config->dtdevs[j].path)) {
                LOG(ERROR, "%s: is in dtdev= twice; drop one", dtdev->path);
                return ERROR_INVAL;
            }

        if (dtdev->rdm_policy == LIBXL_RDM_RESERVE_POLICY_INVALID)
            dtdev->rdm_policy = rdm->policy;
        if (dtdev->rdm_policy == LIBXL_RDM_RESERVE_POLICY_INVALID)
            dtdev->rdm_policy = LIBXL_RDM_RESERVE_POLICY_STRICT;
    }

    return 0;
}

static libxl__rmr_wish wish_for(const libxl_domain_config *d_config,
                                const char *node)
{
    int i;

    for (i = 0; i < d_config->num_dtdevs; i++)
        if (!strcmp(d_config->dtdevs[i].path, node))
            return d_config->dtdevs[i].rdm_policy ==
                   LIBXL_RDM_RESERVE_POLICY_RELAXED ?
                   LIBXL__RMR_RELAXED : LIBXL__RMR_STRICT;

    return LIBXL__RMR_NOT_ASSIGNED;
}

static void fill_master(libxl__gc *gc, libxl__rmr_master *to,
                        const rmr_info *info,
                        const libxl_domain_config *d_config)
{
    libxl__rmr_region *regions;
    unsigned int i;

    GCNEW_ARRAY(regions, info->says.nr_regions);
    for (i = 0; i < info->says.nr_regions; i++) {
        regions[i].range.start = info->regions[i].iova;
        regions[i].range.size = info->regions[i].size;
        regions[i].pa = info->regions[i].pa;
    }

    to->node = info->node;
    to->wish = wish_for(d_config, info->node);
    to->kept = *info->kept ? info->kept : NULL;
    to->broken = info->says.state == XEN_SYSCTL_RMR_BROKEN;
    to->owned = info->says.owner != DOMID_INVALID;
    to->owner = info->says.owner;
    if (to->owned && to->wish != LIBXL__RMR_NOT_ASSIGNED)
        to->owner_name = libxl__domid_to_name(gc, to->owner);
    to->regions = regions;
    to->nr_regions = info->says.nr_regions;
}

static const libxl__rmr_fixed with_acpi[] = {
    { { GUEST_ACPI_BASE, GUEST_ACPI_SIZE }, "ACPI tables", "set acpi=0" },
};

static const libxl__rmr_fixed with_pci[] = {
    { { GUEST_VPCI_ECAM_BASE, GUEST_VPCI_ECAM_SIZE },
      "PCI configuration space", "drop pci=" },
    { { GUEST_VPCI_MEM_ADDR, GUEST_VPCI_MEM_SIZE },
      "PCI memory space", "drop pci=" },
    { { GUEST_VPCI_PREFETCH_MEM_ADDR, GUEST_VPCI_PREFETCH_MEM_SIZE },
      "prefetchable PCI memory space", "drop pci=" },
};

static void fill_fixed(libxl__gc *gc, libxl__rmr_request *request,
                       const libxl_domain_config *d_config)
{
    libxl__rmr_fixed *fixed;
    unsigned int nr = ARRAY_SIZE(always);

    GCNEW_ARRAY(fixed, ARRAY_SIZE(always) + ARRAY_SIZE(with_acpi) +
                       ARRAY_SIZE(with_pci));
    memcpy(fixed, always, sizeof(always));
    if (libxl_defbool_val(d_config->b_info.acpi)) {
        memcpy(fixed + nr, with_acpi, sizeof(with_acpi));
        nr += ARRAY_SIZE(with_acpi);
    }
    if (d_config->num_pcidevs) {
        memcpy(fixed + nr, with_pci, sizeof(with_pci));
        nr += ARRAY_SIZE(with_pci);
    }

    request->fixed = fixed;
    request->nr_fixed = nr;
}

static void fill_iomem(libxl__gc *gc, libxl__rmr_request *request,
                       const libxl_domain_build_info *b_info)
{
    libxl__rmr_iomem *iomem;
    int i;

    GCNEW_ARRAY(iomem, b_info->num_iomem);
    for (i = 0; i < b_info->num_iomem; i++) {
        iomem[i].machine.start = b_info->iomem[i].start << XC_PAGE_SHIFT;
        iomem[i].machine.size = b_info->iomem[i].number << XC_PAGE_SHIFT;
        iomem[i].guest.start = b_info->iomem[i].gfn << XC_PAGE_SHIFT;
        iomem[i].guest.size = iomem[i].machine.size;
    }

    request->iomem = iomem;
    request->nr_iomem = b_info->num_iomem;
}

static void fill_request(libxl__gc *gc, libxl__rmr_request *request,
                         const libxl_domain_config *d_config,
                         const rmr_info *infos, unsigned int nr)
{
    const libxl_domain_build_info *b_info = &d_config->b_info;
    libxl__rmr_master *masters;
    unsigned int i;

    GCNEW_ARRAY(masters, nr);
    for (i = 0; i < nr; i++)
        fill_master(gc, &masters[i], &infos[i], d_config);

    memset(request, 0, sizeof(*request));
    request->masters = masters;
    request->nr_masters = nr;
    request->nr_devices = d_config->num_dtdevs + d_config->num_pcidevs;
    request->host = b_info->arch_arm.rdm.strategy ==
                    LIBXL_RDM_RESERVE_STRATEGY_HOST;
    request->host_strict = b_info->arch_arm.rdm.policy ==
                           LIBXL_RDM_RESERVE_POLICY_STRICT;
    request->banks = banks;
    request->nr_banks = ARRAY_SIZE(banks);
    /* In whole MB, as libxl__build_dom() has it. */
    request->ram = (uint64_t)((b_info->max_memkb - b_info->video_memkb) /
                              1024) << 20;
    fill_fixed(gc, request, d_config);
    fill_iomem(gc, request, b_info);
}

static void say(void *data, bool refusal, const char *text)
{
    libxl__gc *gc = data;

    if (refusal)
        LOG(ERROR, "%s", text);
    else
        LOG(WARN, "%s", text);
}

static int plan(libxl__gc *gc, const libxl_domain_config *d_config,
                const rmr_info *infos, unsigned int nr,
                libxl__domain_build_state *state)
{
    libxl__rmr_request request;
    struct libxl__rmr *rmr;
    unsigned int i, nr_regions = 0;

    for (i = 0; i < nr; i++)
        nr_regions += infos[i].says.nr_regions;

    GCNEW(rmr);
    GCNEW_ARRAY(rmr->layout.holes, nr_regions);
    GCNEW_ARRAY(rmr->layout.ram, nr_regions + ARRAY_SIZE(banks));
    GCNEW_ARRAY(rmr->nodes, nr_regions);

    fill_request(gc, &request, d_config, infos, nr);
    if (!libxl__rmr_plan(&request, &rmr->layout, say, gc))
        return ERROR_INVAL;

    for (i = 0; i < rmr->layout.nr_ram; i++)
        LOG(DEBUG, "RAM at 0x%"PRIx64", %"PRIu64" MB",
            rmr->layout.ram[i].start, rmr->layout.ram[i].size >> 20);

    rmr->masters = request.masters;
    rmr->nr_masters = request.nr_masters;
    rmr->nr_nodes = libxl__rmr_fdt_collect(rmr->masters, rmr->nr_masters,
                                           rmr->nodes);
    if (rmr->layout.nr_holes)
        state->rmr = rmr;

    return 0;
}

int libxl__rmr_prepare(libxl__gc *gc, libxl_domain_config *d_config,
                       libxl__domain_build_state *state)
{
    const libxl_rdm_reserve *rdm = &d_config->b_info.arch_arm.rdm;
    rmr_info *infos;
    unsigned int nr;
    int rc;

    state->rmr = NULL;
    if (!d_config->num_dtdevs && !d_config->b_info.num_iomem &&
        rdm->strategy == LIBXL_RDM_RESERVE_STRATEGY_IGNORE)
        return 0;

    rc = get_masters(gc, &infos, &nr);
    if (rc == ERROR_NI)
        return without_support(gc, d_config);
    if (rc)
        return rc;

    rc = settle_policies(gc, d_config);
    if (rc || !nr)
        return rc;

    return plan(gc, d_config, infos, nr, state);
}

/*--------------------------- Building it ----------------------------*/

static void say_link(libxl__gc *gc, const char *node, libxl__rmr_link link)
{
    switch (link) {
    case LIBXL__RMR_LINKED:
        LOG(DEBUG, "%s: memory-region set in the guest's device tree", node);
        break;
    case LIBXL__RMR_KEPT:
        LOG(DEBUG, "%s: the partial device tree has its memory-region", node);
        break;
    case LIBXL__RMR_REPLACED:
        LOG(WARN, "%s: memory-region in the partial device tree leads to "
            "nodes that the guest's will not have; replaced", node);
        break;
    case LIBXL__RMR_NO_NODE:
        LOG(INFO, "%s: has no node in /passthrough of the partial device "
            "tree: its regions are in /reserved-memory, nothing refers to "
            "them", node);
        break;
    case LIBXL__RMR_AMBIGUOUS:
        LOG(WARN, "%s: several nodes of the partial device tree have its "
            "name: no memory-region set; say which one with xen,path", node);
        break;
    }
}

int libxl__rmr_partial_fdt(libxl__gc *gc, struct libxl__rmr *rmr,
                           void **pfdt_r)
{
    void *pfdt = NULL;
    size_t size;
    unsigned int i;
    int r = 0;

    if (!rmr)
        return 0;

    libxl__rmr_fdt_number(*pfdt_r, GUEST_PHANDLE_IOMMU + 1, rmr->nodes,
                          rmr->nr_nodes);
    if (!*pfdt_r)
        return 0;

    /* For each master a property, and once its name. */
    size = fdt_totalsize(*pfdt_r) + 256 +
           rmr->nr_masters * 64 + rmr->nr_nodes * rmr->nr_masters * 4;
    pfdt = libxl__malloc(gc, size);
    r = fdt_open_into(*pfdt_r, pfdt, size);

    for (i = 0; i < rmr->nr_masters && !r; i++) {
        libxl__rmr_link link;

        if (rmr->masters[i].wish == LIBXL__RMR_NOT_ASSIGNED)
            continue;
        r = libxl__rmr_fdt_link(pfdt, &rmr->masters[i], rmr->nodes,
                                rmr->nr_nodes, &link);
        if (!r)
            say_link(gc, rmr->masters[i].node, link);
    }
    if (r) {
        LOG(ERROR, "the partial device tree cannot be changed: %s",
            fdt_strerror(r));
        return ERROR_FAIL;
    }

    *pfdt_r = pfdt;

    return 0;
}

int libxl__rmr_make_nodes(struct libxl__rmr *rmr, void *fdt, const void *pfdt)
{
    int r = libxl__rmr_fdt_memory(fdt, banks, ARRAY_SIZE(banks),
                                  rmr->layout.ram, rmr->layout.nr_ram);

    return r ? r : libxl__rmr_fdt_reserved(fdt, pfdt, rmr->nodes,
                                           rmr->nr_nodes);
}

/*
 * How much memory a kernel takes. An arm64 image says it in its header
 * (booting.txt: image_size at 16, magic at 56); a 32-bit one unpacks itself to
 * about four times its size.
 */
static void measure_kernel(const struct xc_dom_image *dom,
                           libxl__rmr_boot *boot)
{
    const uint8_t *image = dom->kernel_blob;
    uint64_t size = 0;
    int i;

    boot->kernel.start = dom->kernel_seg.vstart;
    boot->kernel.size = dom->kernel_seg.vend - dom->kernel_seg.vstart;
    boot->movable = !strcmp(dom->guest_type, "xen-3.0-aarch64");
    if (!boot->movable) {
        boot->kernel.size += 4 * boot->kernel.size;
        return;
    }

    if (dom->kernel_size < 64 || memcmp(image + 56, "ARM\x64", 4))
        return;
    for (i = 7; i >= 0; i--)
        size = (size << 8) | image[16 + i];
    if (size > boot->kernel.size && size <= GUEST_RAM0_SIZE)
        boot->kernel.size = size;
}

static struct xc_dom_range *to_dom(struct xc_dom_range *to,
                                   const libxl__rmr_range *from,
                                   unsigned int nr)
{
    for (; nr; nr--, from++, to++) {
        to->start = from->start;
        to->size = from->size;
    }

    return to;
}

/* For libxenguest, and for the extended regions. */
static void tell_dom(libxl__gc *gc, const libxl__rmr_layout *layout,
                     struct xc_dom_image *dom)
{
    struct xc_dom_range *ranges;

    GCNEW_ARRAY(ranges, layout->nr_ram + layout->nr_holes);
    to_dom(to_dom(ranges, layout->ram, layout->nr_ram),
           layout->holes, layout->nr_holes);

    dom->ram_ranges = ranges;
    dom->nr_ram_ranges = layout->nr_ram;
    dom->nr_taken = layout->nr_ram + layout->nr_holes;
}

/* As libxenguest does it. Not ROUNDUP(), whose meaning is not that of all trees. */
static uint64_t whole_pages(uint64_t bytes)
{
    return (bytes + XC_PAGE_SIZE - 1) & ~(uint64_t)(XC_PAGE_SIZE - 1);
}

int libxl__rmr_place(libxl__gc *gc, const struct libxl__rmr *rmr,
                     struct xc_dom_image *dom)
{
    libxl__rmr_boot boot;
    unsigned int nr = 0;
    uint64_t move, modules;

    if (!rmr)
        return 0;

    measure_kernel(dom, &boot);
    boot.preferred = banks[0].start + MB(128);
    boot.modules = whole_pages(dom->devicetree_size);
    if (dom->modules[0].blob)
        boot.modules += whole_pages(dom->modules[0].size);

    while (nr < rmr->layout.nr_ram &&
           rmr->layout.ram[nr].start - banks[0].start < banks[0].size)
        nr++;
    if (!libxl__rmr_place_boot(rmr->layout.ram, nr, &boot, &move, &modules)) {
        LOG(ERROR, "kernel (%"PRIu64" KB in memory at 0x%"PRIx64"%s), ramdisk "
            "and device tree (%"PRIu64" KB) do not fit into RAM below 4 GB "
            "around the regions of dtdev=; give more memory=, or smaller "
            "files",
            boot.kernel.size >> 10, boot.kernel.start,
            boot.movable ? " or above" : "", boot.modules >> 10);
        return ERROR_INVAL;
    }

    dom->kernel_move = move;
    dom->modules_base = modules;
    tell_dom(gc, &rmr->layout, dom);

    return 0;
}

void libxl__rmr_extended_region(const struct xc_dom_image *dom,
                                unsigned int bank, uint64_t last,
                                uint64_t *base, uint64_t *size)
{
    libxl__rmr_range taken[dom->nr_taken + 1], within = banks[bank], gap;
    unsigned int i;

    if (!dom->nr_ram_ranges)
        return;

    for (i = 0; i < dom->nr_taken; i++) {
        taken[i].start = dom->ram_ranges[i].start;
        taken[i].size = dom->ram_ranges[i].size;
    }
    within.size = last > within.start ? last - within.start + 1 : 0;
    gap = libxl__rmr_largest_gap(within, taken, dom->nr_taken);
    *base = gap.start;
    *size = gap.size;
}

/*
 * Local variables:
 * mode: C
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
