/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an SMMUv3 does for RMR masters. Included by the driver, of whose stream
 * table and command queue it makes use; knows nothing of device trees.
 *
 * An RMR master's VMID and VTCR never change, so a switch between two tables is
 * one aligned 64-bit store to each of its STEs (S2TTB, dword 3): whatever mix of
 * old and new words the SMMU fetches is a valid STE.
 */
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/rmr.h>
#include <xen/xmalloc.h>

#include <asm/page.h>

#include "rmr.h"

static bool rmr_coherent(const struct arm_smmu_device *smmu)
{
    return smmu->features & ARM_SMMU_FEAT_COHERENCY;
}

static void rmr_clean_ste(const struct arm_smmu_device *smmu, const __le64 *ste)
{
    if ( !rmr_coherent(smmu) )
        clean_dcache_va_range(ste, STRTAB_STE_DWORDS * sizeof(*ste));
}

/*
 * VTCR for tables of the p2m's geometry, which P2M_ROOT_LEVEL does not hold yet
 * when contexts are made (IHI 0070, 5.2, STE.S2*; compare
 * arm_smmu_domain_finalise_s2()).
 */
static int __init rmr_vtcr(const struct arm_smmu_device *smmu,
                           const struct rmr_geometry *geom, u64 *vtcr)
{
    u64 ps;

    switch ( smmu->oas )
    {
    case 32: ps = ARM_SMMU_VTCR_PS_32_BIT; break;
    case 36: ps = ARM_SMMU_VTCR_PS_36_BIT; break;
    case 40: ps = ARM_SMMU_VTCR_PS_40_BIT; break;
    case 42: ps = ARM_SMMU_VTCR_PS_42_BIT; break;
    case 44: ps = ARM_SMMU_VTCR_PS_44_BIT; break;
    case 48: ps = ARM_SMMU_VTCR_PS_48_BIT; break;
    case 52: ps = ARM_SMMU_VTCR_PS_52_BIT; break;
    default: return -EINVAL;
    }

    *vtcr = FIELD_PREP(STRTAB_STE_2_VTCR_S2T0SZ, 64 - geom->ipa_bits) |
            FIELD_PREP(STRTAB_STE_2_VTCR_S2SL0, 2 - geom->root_level) |
            FIELD_PREP(STRTAB_STE_2_VTCR_S2IR0, ARM_SMMU_VTCR_RGN_WBWA) |
            FIELD_PREP(STRTAB_STE_2_VTCR_S2OR0, ARM_SMMU_VTCR_RGN_WBWA) |
            FIELD_PREP(STRTAB_STE_2_VTCR_S2SH0, ARM_SMMU_VTCR_SH_IS) |
            FIELD_PREP(STRTAB_STE_2_VTCR_S2TG, ARM_SMMU_VTCR_TG0_4K) |
            FIELD_PREP(STRTAB_STE_2_VTCR_S2PS, ps);

    return 0;
}

/* The stream table entries' memory, and that they are within the table. */
static int __init rmr_reach_stes(struct arm_smmu_device *smmu,
                                 struct rmr_master *m)
{
    unsigned int i;

    for ( i = 0; i < m->nr_sids; i++ )
    {
        int rc;

        if ( !arm_smmu_sid_in_range(smmu, m->sids[i].id) )
        {
            m->refused = &m->sids[i];
            return -ERANGE;
        }

        if ( !(smmu->features & ARM_SMMU_FEAT_2_LVL_STRTAB) )
            continue;

        rc = arm_smmu_init_l2_strtab(smmu, m->sids[i].id);
        if ( rc )
            return rc;
    }

    return 0;
}

/*
 * The STE of a stream that is to translate by @cfg from the moment SMMUEN is
 * set. Nothing is cached yet: the driver's reset invalidates all before that.
 */
static void __init rmr_write_ste(struct arm_smmu_device *smmu, u32 sid,
                                 const struct arm_smmu_s2_cfg *cfg)
{
    __le64 *ste = arm_smmu_get_step_for_sid(smmu, sid);

    ste[1] = cpu_to_le64(FIELD_PREP(STRTAB_STE_1_SHCFG,
                                    STRTAB_STE_1_SHCFG_INCOMING));
    ste[2] = cpu_to_le64(FIELD_PREP(STRTAB_STE_2_S2VMID, cfg->vmid) |
                         FIELD_PREP(STRTAB_STE_2_VTCR, cfg->vtcr) |
                         STRTAB_STE_2_S2PTW | STRTAB_STE_2_S2AA64 |
                         STRTAB_STE_2_S2R);
    ste[3] = cpu_to_le64(cfg->vttbr & STRTAB_STE_3_S2TTB_MASK);
    wmb();
    write_atomic(&ste[0], cpu_to_le64(STRTAB_STE_0_V |
                                      FIELD_PREP(STRTAB_STE_0_CFG,
                                                 STRTAB_STE_0_CFG_S2_TRANS)));
    rmr_clean_ste(smmu, ste);
}

static int __init rmr_v3_install(struct rmr_master *m, void *data)
{
    struct arm_smmu_device *smmu = data;
    struct arm_smmu_domain *ctx;
    struct iommu_domain *io_domain;
    unsigned int i;
    int rc = rmr_reach_stes(smmu, m);

    if ( rc )
        return rc;

    for ( i = 0; i < m->nr_regions; i++ )
        if ( !rmr_is_carveout(&m->regions[i]) && smmu->oas < PADDR_BITS &&
             (m->regions[i].pa + m->regions[i].size - 1) >> smmu->oas )
            return -EFAULT;

    io_domain = arm_smmu_domain_alloc();
    if ( !io_domain )
        return -ENOMEM;

    ctx = to_smmu_domain(io_domain);
    rc = rmr_vtcr(smmu, &m->table.geom, &ctx->s2_cfg.vtcr);
    if ( !rc )
        rc = arm_smmu_bitmap_alloc(smmu->vmid_map, smmu->vmid_bits);
    if ( rc < 0 )
    {
        xfree(ctx);
        return rc;
    }

    ctx->smmu = smmu;
    ctx->stage = ARM_SMMU_DOMAIN_S2;
    ctx->s2_cfg.vmid = rc;
    ctx->s2_cfg.vttbr = page_to_maddr(m->table.root);

    for ( i = 0; i < m->nr_sids; i++ )
        rmr_write_ste(smmu, m->sids[i].id, &ctx->s2_cfg);

    m->ctx = ctx;
    m->vmid = ctx->s2_cfg.vmid;

    return 0;
}

/*
 * Point the streams of @m at the table at @root. Two SYNCs and one TLBI,
 * whatever the number of StreamIDs (IHI 0070, 3.21.3, updating an STE in one
 * 64-bit word, and 4.4, TLB invalidation).
 *
 * An error: some of this may not have happened yet, and either table may be in
 * use. On an SMMU that is known not to answer there is no wait for that.
 */
static int rmr_v3_point(const struct rmr_master *m, paddr_t root)
{
    struct arm_smmu_domain *ctx = m->ctx;
    struct arm_smmu_device *smmu = ctx->smmu;
    struct arm_smmu_cmdq_ent cfgi = {
        .opcode = CMDQ_OP_CFGI_STE,
        .cfgi.leaf = true,
    };
    unsigned int i;
    int rc = 0;

    /* The table is complete before anything leads to it. */
    wmb();

    for ( i = 0; i < m->nr_sids; i++ )
    {
        __le64 *ste = arm_smmu_get_step_for_sid(smmu, m->sids[i].id);

        write_atomic(&ste[3], cpu_to_le64(root & STRTAB_STE_3_S2TTB_MASK));
        rmr_clean_ste(smmu, ste);
        rmr_delay();
    }

    for ( i = 0; i < m->nr_sids && !rc; i++ )
    {
        cfgi.cfgi.sid = m->sids[i].id;
        rc = arm_smmu_cmdq_issue_cmd(smmu, &cfgi);
    }
    rmr_delay();

    rc = rc ?: arm_smmu_cmdq_issue_sync(smmu);
    if ( rc )
        return rc;
    rmr_delay();

    return arm_smmu_tlb_inv_context(ctx);
}

static int rmr_v3_join(struct rmr_master *m, struct domain *d, paddr_t root)
{
    struct arm_smmu_domain *ctx = m->ctx;
    struct arm_smmu_xen_domain *xen_domain = dom_iommu(d)->arch.priv;
    int rc;

    spin_lock(&xen_domain->lock);

    /* From before the first store, @d's flushes reach this VMID too. */
    ctx->d = d;
    list_add(&ctx->domain.list, &xen_domain->rmr_contexts);
    rc = rmr_v3_point(m, root);

    spin_unlock(&xen_domain->lock);

    return rc;
}

static int rmr_v3_leave(struct rmr_master *m, struct domain *d)
{
    struct arm_smmu_domain *ctx = m->ctx;
    struct arm_smmu_xen_domain *xen_domain = dom_iommu(d)->arch.priv;
    int rc;

    ASSERT(ctx->d == d);

    spin_lock(&xen_domain->lock);

    rc = rmr_v3_point(m, page_to_maddr(m->table.root));
    if ( !rc )
    {
        list_del(&ctx->domain.list);
        ctx->d = NULL;
    }

    spin_unlock(&xen_domain->lock);

    return rc;
}

static bool __init rmr_v3_gets_flushes(void)
{
    return iommu_get_ops()->iotlb_flush == arm_smmu_iotlb_flush;
}

static const struct rmr_smmu_ops rmr_v3_ops = {
    .install = rmr_v3_install,
    .join = rmr_v3_join,
    .leave = rmr_v3_leave,
    .gets_flushes = rmr_v3_gets_flushes,
};

/* From the probe, between the driver's structures and its reset. */
static void __init arm_smmu_rmr_install(struct arm_smmu_device *smmu)
{
    struct dt_device_node *np = dev_to_dt(smmu->dev);
    const struct rmr_master *m;

    if ( readl_relaxed(smmu->base + ARM_SMMU_CR0) & CR0_SMMUEN )
        rmr_for_each_master ( m )
            if ( m->iommu == np )
                printk("rmr: %s: firmware left the SMMU translating: the DMA of %s stops from its reset until it translates again\n",
                       dt_node_full_name(np), dt_node_full_name(m->np));

    rmr_install(np, rmr_coherent(smmu), &rmr_v3_ops, smmu);
}

/* With xen_domain->lock held, after the domain's ordinary contexts. */
static int arm_smmu_rmr_flush(struct arm_smmu_xen_domain *xen_domain)
{
    struct iommu_domain *io_domain;
    int ret = 0;

    list_for_each_entry ( io_domain, &xen_domain->rmr_contexts, list )
    {
        int rc = arm_smmu_tlb_inv_context(to_smmu_domain(io_domain));

        ret = ret ?: rc;
    }

    return ret;
}

/* IHI 0070, 7.3, event records. */
static const char *rmr_event_name(u8 id)
{
    switch ( id )
    {
    case 0x02: return "C_BAD_STREAMID";
    case 0x03: return "F_STE_FETCH";
    case 0x04: return "C_BAD_STE";
    case 0x0b: return "F_WALK_EABT";
    case 0x10: return "F_TRANSLATION";
    case 0x11: return "F_ADDR_SIZE";
    case 0x12: return "F_ACCESS";
    case 0x13: return "F_PERMISSION";
    case 0x20: return "F_TLB_CONFLICT";
    case 0x21: return "F_CFG_CONFLICT";
    default:   return "event";
    }
}

#define RMR_EVTQ_0_SID     GENMASK_ULL(63, 32)
#define RMR_EVTQ_1_RNW     (1ULL << 35)

static void rmr_event(struct rmr_master *m, const u64 *evt)
{
    u8 id = FIELD_GET(EVTQ_0_ID, evt[0]);
    char what[64];

    /* Faults of a translation have an address, errors of a table have none. */
    if ( id >= 0x10 && id <= 0x20 )
        snprintf(what, sizeof(what), "%s (%#x) %s at %#"PRIx64,
                 rmr_event_name(id), id,
                 evt[1] & RMR_EVTQ_1_RNW ? "read" : "write", evt[2]);
    else
        snprintf(what, sizeof(what), "%s (%#x)", rmr_event_name(id), id);

    rmr_fault(m, what);
}

/* Is it an RMR master's? Then it is counted here and not printed raw. */
static bool arm_smmu_rmr_event(const struct arm_smmu_device *smmu,
                               const u64 *evt)
{
    const struct rmr_stream s = { .id = FIELD_GET(RMR_EVTQ_0_SID, evt[0]) };
    struct rmr_master *m = rmr_find_stream(dev_to_dt(smmu->dev), &s);

    if ( m )
        rmr_event(m, evt);

    return m;
}

/* May @dev use @sid? -EBUSY when it is an RMR master's that is not @dev. */
static int arm_smmu_rmr_check_sid(const struct arm_smmu_device *smmu,
                                  struct device *dev, u32 sid)
{
    const struct rmr_stream s = { .id = sid };

    return rmr_policy_alias(dev_to_dt(dev), dev_to_dt(smmu->dev), &s);
}

/*
 * Let the driver's own hardware probe narrow p2m_ipa_bits, ahead of time and
 * on a scratch device, so that it does so under the conditions under which it
 * will do so again. -EBADF: not an SMMUv3. Any other error: the driver will
 * not drive this one, which then narrows nothing.
 */
int __init rmr_smmu_v3_narrow(struct dt_device_node *np)
{
    struct arm_smmu_device *smmu;
    paddr_t base, size;
    int rc;

    if ( !dt_match_node(arm_smmu_of_match, np) )
        return -EBADF;

    smmu = xzalloc(struct arm_smmu_device);
    if ( !smmu )
        return -ENOMEM;

    smmu->dev = dt_to_dev(np);
    rc = arm_smmu_device_dt_probe(smmu->dev, smmu);
    if ( !rc )
        rc = dt_device_get_paddr(np, 0, &base, &size);
    if ( !rc && size < arm_smmu_resource_size(smmu) )
        rc = -EINVAL;
    if ( !rc )
    {
        smmu->base = ioremap_nocache(base, ARM_SMMU_REG_SZ);
        rc = smmu->base ? arm_smmu_device_hw_probe(smmu) : -ENOMEM;
    }

    if ( smmu->base )
        iounmap(smmu->base);
    xfree(smmu);

    return rc == -EBADF ? -ENODEV : rc;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
