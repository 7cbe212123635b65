/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an SMMUv1 or v2 does for RMR masters. Included by the driver, of whose
 * match entries, context banks and invalidation it makes use; knows nothing of
 * device trees.
 *
 * A master has a context bank for its RMR table, always enabled, and where there
 * are enough of them a second one for a domain's p2m. A switch points the
 * master's match entries from one to the other: a 32-bit write of each S2CR. A
 * bank is disabled only when no transaction can be bound to it any more, since
 * a disabled bank does not stop anything: it does not translate.
 */
#include <xen/bitmap.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/rmr.h>
#include <xen/timer.h>
#include <xen/xmalloc.h>

#include "rmr.h"

enum rmr_bank { RMR_BANK_OWN, RMR_BANK_DOMAIN, RMR_NR_BANKS };

/* An RMR context. Entries and banks are one master's for good. */
struct rmr_v2_context {
    /* On xen_domain->rmr_contexts while the p2m of @d is in use. */
    struct list_head list;
    struct domain *d;
    struct arm_smmu_domain *joined;    /* the bank that it is in use by */
    /* As many as rmr_master.nr_banks says. */
    struct arm_smmu_domain bank[RMR_NR_BANKS];
    unsigned int faults[RMR_NR_BANKS]; /* in this period */
    unsigned int nr_smes;
    unsigned int sme[];                /* match entries; stream indexing: IDs */
};

static void __iomem *rmr_cb_base(const struct arm_smmu_domain *bank)
{
    return ARM_SMMU_CB_BASE(bank->smmu) +
           ARM_SMMU_CB(bank->smmu, bank->cfg.cbndx);
}

/* --- Faults --------------------------------------------------------------- */

/*
 * Each fault is an interrupt, and a master that has lost its way makes one with
 * each transaction. Of each bank, and of the global faults of RMR masters, so
 * many are taken in a period. Then that interrupt is off until a timer turns it
 * on; the SMMU remembers the first fault of those that come meanwhile.
 */
#define RMR_FAULTS_A_PERIOD 16
#define RMR_FAULT_PERIOD    SECONDS(1)

/*
 * Interrupts of two banks, or of a bank and the SMMU, may run in parallel. Also
 * for SCTLR of a bank that is enabled, and for the interrupt enables of sCR0.
 */
static DEFINE_SPINLOCK(rmr_fault_lock);
static struct timer rmr_fault_timer;
static bool rmr_fault_timer_set;
static unsigned int rmr_global_faults; /* in this period */

/* A bank that has been disabled stays as it is. */
static void rmr_set_bank_irq(const struct arm_smmu_domain *bank, bool on)
{
    void __iomem *reg = rmr_cb_base(bank) + ARM_SMMU_CB_SCTLR;
    u32 sctlr = readl_relaxed(reg);

    if ( sctlr & SCTLR_M )
        writel_relaxed(on ? sctlr | SCTLR_CFIE : sctlr & ~SCTLR_CFIE, reg);
}

static void rmr_set_global_irq(const struct arm_smmu_device *smmu, bool on)
{
    void __iomem *reg = ARM_SMMU_GR0_NS(smmu) + ARM_SMMU_GR0_sCR0;
    u32 scr0 = readl_relaxed(reg), irqs = sCR0_GFIE | sCR0_GCFGFIE;

    writel_relaxed(on ? scr0 | irqs : scr0 & ~irqs, reg);
}

static void cf_check rmr_end_fault_period(void *unused)
{
    struct arm_smmu_device *smmu;
    struct rmr_master *m;
    unsigned long flags;
    unsigned int i;

    spin_lock_irqsave(&rmr_fault_lock, flags);

    rmr_fault_timer_set = false;

    rmr_for_each_master ( m )
    {
        struct rmr_v2_context *ctx = m->ctx;

        for ( i = 0; ctx && i < m->nr_banks; i++ )
        {
            if ( ctx->faults[i] >= RMR_FAULTS_A_PERIOD )
                rmr_set_bank_irq(&ctx->bank[i], true);
            ctx->faults[i] = 0;
        }
    }

    /* After boot there are no more of them. */
    if ( rmr_global_faults >= RMR_FAULTS_A_PERIOD )
        list_for_each_entry ( smmu, &arm_smmu_devices, list )
            rmr_set_global_irq(smmu, true);
    rmr_global_faults = 0;

    spin_unlock_irqrestore(&rmr_fault_lock, flags);
}

/*
 * Count a fault of @m, and as one of @faults of this period. True if it was the
 * last that is taken. With rmr_fault_lock held.
 */
static bool rmr_v2_fault(struct rmr_master *m, unsigned int *faults,
                         const char *what)
{
    rmr_fault(m, what);

    if ( !rmr_fault_timer_set )
    {
        rmr_fault_timer_set = true;
        set_timer(&rmr_fault_timer, NOW() + RMR_FAULT_PERIOD);
    }

    if ( ++*faults < RMR_FAULTS_A_PERIOD )
        return false;

    m->faults_lost = true;

    return true;
}

/* The master is not remembered in the bank: it may be forgotten after boot. */
static struct rmr_master *rmr_owner_of_bank(const struct arm_smmu_domain *bank)
{
    struct rmr_master *m;

    rmr_for_each_master ( m )
    {
        const struct rmr_v2_context *ctx = m->ctx;

        if ( ctx && m->nr_banks &&
             (bank == &ctx->bank[RMR_BANK_OWN] ||
              bank == &ctx->bank[RMR_BANK_DOMAIN]) )
            return m;
    }

    return NULL;
}

/* IHI 0062, SMMU_CBn_FSR. */
static const char *rmr_fsr_name(u32 fsr)
{
    if ( fsr & FSR_TF )
        return "translation fault";
    if ( fsr & FSR_PF )
        return "permission fault";
    if ( fsr & FSR_AFF )
        return "access flag fault";
    if ( fsr & FSR_EF )
        return "external abort of a walk";
    if ( fsr & FSR_TLBMCF )
        return "TLB conflict";
    if ( fsr & FSR_ASF )
        return "address size fault";

    return "context fault";
}

static void rmr_count_context_fault(const struct arm_smmu_domain *bank,
                                    const char *what)
{
    struct rmr_master *m = rmr_owner_of_bank(bank);
    struct rmr_v2_context *ctx;
    unsigned long flags;

    spin_lock_irqsave(&rmr_fault_lock, flags);

    ctx = m ? m->ctx : NULL;
    /* Of a master that was forgotten nobody wants to know any more. */
    if ( !ctx || rmr_v2_fault(m, &ctx->faults[bank - ctx->bank], what) )
        rmr_set_bank_irq(bank, false);

    spin_unlock_irqrestore(&rmr_fault_lock, flags);
}

/*
 * A context fault of an RMR bank. Writing FSR ends the interrupt, until the
 * next fault. Banks do not stall (SCTLR.CFCFG is clear); should one do so all
 * the same, the transaction is ended.
 */
static void cf_check rmr_context_fault(int irq, void *dev)
{
    const struct arm_smmu_domain *bank = dev;
    void __iomem *cb_base = rmr_cb_base(bank);
    u32 fsr = readl_relaxed(cb_base + ARM_SMMU_CB_FSR);
    uint64_t addr;
    char what[80];
    bool write;

    if ( !(fsr & FSR_FAULT) )
        return;

    write = readl_relaxed(cb_base + ARM_SMMU_CB_FSYNR0) & FSYNR0_WNR;
    addr = readl_relaxed(cb_base + ARM_SMMU_CB_FAR_HI);
    addr = (addr << 32) | readl_relaxed(cb_base + ARM_SMMU_CB_FAR_LO);

    writel(fsr, cb_base + ARM_SMMU_CB_FSR);
    if ( fsr & FSR_SS )
        writel(RESUME_TERMINATE, cb_base + ARM_SMMU_CB_RESUME);

    snprintf(what, sizeof(what), "%s%s (FSR %#x) %s at %#"PRIx64,
             rmr_fsr_name(fsr), fsr & FSR_MULTI ? " and more" : "", fsr,
             write ? "write" : "read", addr);
    rmr_count_context_fault(bank, what);
}

#define RMR_GFSR_ICF          (1U << 0)
#define RMR_GFSR_USF          (1U << 1)
#define RMR_GFSR_SMCF         (1U << 2)
#define RMR_GFSR_MULTI        (1U << 31)
#define RMR_GFSYNR1_STREAMID  0x7fffU

/*
 * A global fault with the StreamID of an RMR master is counted, and not printed
 * raw (IHI 0062, SMMU_sGFSR, SMMU_sGFSYNR1). The driver clears it. Faults of
 * other kinds need not have a StreamID, and are the driver's to print.
 */
static bool arm_smmu_rmr_global_fault(const struct arm_smmu_device *smmu,
                                      u32 gfsr, u32 gfsynr1)
{
    const struct rmr_stream s = { .id = gfsynr1 & RMR_GFSYNR1_STREAMID };
    struct rmr_master *m = rmr_find_stream(dev_to_dt(smmu->dev), &s);
    const char *name = "global fault";
    unsigned long flags;
    char what[64];

    if ( !m || (gfsr & ~(RMR_GFSR_ICF | RMR_GFSR_USF | RMR_GFSR_SMCF |
                         RMR_GFSR_MULTI)) )
        return false;

    if ( gfsr & RMR_GFSR_USF )
        name = "unidentified stream";
    else if ( gfsr & RMR_GFSR_SMCF )
        name = "stream match conflict";

    snprintf(what, sizeof(what), "%s%s (GFSR %#x) of StreamID %#x", name,
             gfsr & RMR_GFSR_MULTI ? " and more" : "", gfsr, s.id);

    spin_lock_irqsave(&rmr_fault_lock, flags);
    if ( rmr_v2_fault(m, &rmr_global_faults, what) )
        rmr_set_global_irq(smmu, false);
    spin_unlock_irqrestore(&rmr_fault_lock, flags);

    return true;
}

/* --- Context banks -------------------------------------------------------- */

/*
 * Take a free bank, and its interrupt as arm_smmu_init_domain_context() does.
 * -ENOSPC without one. Its VMID is its own, and has no translations: the reset
 * has invalidated all, and who has used it since has invalidated it.
 */
static int rmr_take_bank(const struct rmr_master *m,
                         struct arm_smmu_device *smmu,
                         struct arm_smmu_domain *bank)
{
    struct arm_smmu_cfg *cfg = &bank->cfg;
    unsigned int irq;
    int rc = __arm_smmu_alloc_bitmap(smmu->context_map, 0,
                                     smmu->num_context_banks);

    if ( rc < 0 )
        return rc;

    spin_lock_init(&bank->lock);
    bank->smmu = smmu;
    bank->stage = ARM_SMMU_DOMAIN_S2;
    cfg->cbar = CBAR_TYPE_S2_TRANS;
    cfg->cbndx = rc;
    cfg->irptndx = rc;
    if ( smmu->version == ARM_SMMU_V1 )
        cfg->irptndx = atomic_inc_return(&smmu->irptndx) %
                       smmu->num_context_irqs;

    irq = smmu->irqs[smmu->num_global_irqs + cfg->irptndx];
    rc = request_irq(irq, rmr_context_fault, IRQF_SHARED, "rmr-context-fault",
                     bank);
    if ( rc )
        printk("rmr: %s: SMMU %s: no interrupt for its context bank %u (%d): faults there are not counted\n",
               dt_node_full_name(m->np), dt_node_full_name(m->iommu),
               cfg->cbndx, rc);

    return 0;
}

/*
 * TTBCR for tables of the p2m's geometry, which P2M_ROOT_LEVEL does not hold
 * yet when contexts are made (IHI 0062, SMMU_CBn_TCR for stage 2; compare
 * arm_smmu_init_context_bank()). SMMUv1 has a T0SZ of four bits and its sign,
 * which are the low five of 64 - bits.
 */
static u32 rmr_ttbcr(const struct arm_smmu_device *smmu,
                     const struct rmr_geometry *geom)
{
    u32 t0sz = 64 - geom->ipa_bits, pasize = TTBCR2_ADDR_32;
    u32 reg = TTBCR_EAE | (TTBCR_SH_IS << TTBCR_SH0_SHIFT) |
              (TTBCR_RGN_WBWA << TTBCR_ORGN0_SHIFT) |
              (TTBCR_RGN_WBWA << TTBCR_IRGN0_SHIFT) |
              ((2 - geom->root_level) << TTBCR_SL0_SHIFT);

    if ( smmu->version == ARM_SMMU_V1 )
        return reg | ((t0sz & 0x1f) << TTBCR_T0SZ_SHIFT);

    while ( pasize < TTBCR2_ADDR_48 &&
            arm_smmu_id_size_to_bits(pasize) < smmu->s2_output_size )
        pasize++;

    return reg | TTBCR_TG0_4K | (t0sz << TTBCR_T0SZ_SHIFT) |
           (pasize << TTBCR_PASIZE_SHIFT);
}

/* The format of TTBR0 and TTBCR, and of tables: Xen's own. */
#ifdef CONFIG_ARM_64
#define RMR_CBA2R CBA2R_RW64_64BIT
#else
#define RMR_CBA2R CBA2R_RW64_32BIT
#endif

/*
 * Make a disabled bank translate by the table at @root. Nothing is bound to it
 * before this returns, so the order of the writes but the last is free.
 */
static void rmr_enable_bank(const struct arm_smmu_domain *bank, paddr_t root,
                            const struct rmr_geometry *geom)
{
    const struct arm_smmu_cfg *cfg = &bank->cfg;
    const struct arm_smmu_device *smmu = bank->smmu;
    void __iomem *gr1_base = ARM_SMMU_GR1(smmu);
    void __iomem *cb_base = rmr_cb_base(bank);
    u32 cbar = cfg->cbar | (ARM_SMMU_CB_VMID(cfg) << CBAR_VMID_SHIFT);

    if ( smmu->version == ARM_SMMU_V1 )
        cbar |= cfg->irptndx << CBAR_IRPTNDX_SHIFT;
    else
        writel_relaxed(RMR_CBA2R, gr1_base + ARM_SMMU_GR1_CBA2R(cfg->cbndx));
    writel_relaxed(cbar, gr1_base + ARM_SMMU_GR1_CBAR(cfg->cbndx));

    writeq_relaxed_non_atomic(root, cb_base + ARM_SMMU_CB_TTBR0);
    writel_relaxed(rmr_ttbcr(smmu, geom), cb_base + ARM_SMMU_CB_TTBCR);
    writel_relaxed(FSR_FAULT, cb_base + ARM_SMMU_CB_FSR);

    /* The table is complete before the SMMU may walk it. */
    wmb();
    writel_relaxed(SCTLR_CFIE | SCTLR_CFRE | SCTLR_M | SCTLR_EAE_SBOP,
                   cb_base + ARM_SMMU_CB_SCTLR);
}

/* The interrupt of a fault of before may be about to write SCTLR, too. */
static void rmr_disable_bank(const struct arm_smmu_domain *bank)
{
    unsigned long flags;

    spin_lock_irqsave(&rmr_fault_lock, flags);
    writel_relaxed(0, rmr_cb_base(bank) + ARM_SMMU_CB_SCTLR);
    spin_unlock_irqrestore(&rmr_fault_lock, flags);
}

/* --- Match entries -------------------------------------------------------- */

/*
 * The streams of @ctx go to @bank from here on: one 32-bit write for each entry,
 * so that each is bound to one bank or the other. Read back, so that the SMMU
 * has taken all of them when this returns.
 */
static void rmr_bind(const struct rmr_v2_context *ctx,
                     const struct arm_smmu_domain *bank)
{
    struct arm_smmu_device *smmu = bank->smmu;
    unsigned int i;

    for ( i = 0; i < ctx->nr_smes; i++ )
    {
        struct arm_smmu_s2cr *s2cr = &smmu->s2crs[ctx->sme[i]];

        s2cr->type = S2CR_TYPE_TRANS;
        s2cr->privcfg = S2CR_PRIVCFG_DEFAULT;
        s2cr->cbndx = bank->cfg.cbndx;
        arm_smmu_write_s2cr(smmu, ctx->sme[i]);
    }

    for ( i = 0; i < ctx->nr_smes; i++ )
        (void)readl_relaxed(ARM_SMMU_GR0(smmu) +
                            ARM_SMMU_GR0_S2CR(ctx->sme[i]));
}

/* Stream indexing has no masks: the StreamID is the number of the entry. */
static struct rmr_stream __init rmr_effective(const struct arm_smmu_device *smmu,
                                              const struct rmr_stream *s)
{
    return (struct rmr_stream){ .id = s->id,
                                .mask = smmu->smrs ? s->mask : 0 };
}

/*
 * Does another StreamID of @m stand for all of number @i? A second entry for it
 * would be a second match, which is a fault (IHI 0062, stream match conflict).
 */
static bool __init rmr_is_covered(const struct arm_smmu_device *smmu,
                                  const struct rmr_master *m, unsigned int i)
{
    const struct rmr_stream s = rmr_effective(smmu, &m->sids[i]);
    unsigned int j;

    for ( j = 0; j < m->nr_sids; j++ )
    {
        const struct rmr_stream t = rmr_effective(smmu, &m->sids[j]);

        /* Of two that are the same the first counts. */
        if ( j != i && rmr_stream_covers(&t, &s) &&
             (j < i || !rmr_stream_covers(&s, &t)) )
            return true;
    }

    return false;
}

/*
 * Does entry @idx, whose S2CR is closed, match what it is to match? Bits that
 * the SMMU does not have read as zero; ID bits that are masked may, too (IHI
 * 0062, SMMU_SMRn).
 */
static bool __init rmr_matches(struct arm_smmu_device *smmu, unsigned int idx,
                               const struct rmr_stream *s)
{
    u32 smr;

    arm_smmu_write_smr(smmu, idx);
    smr = readl_relaxed(ARM_SMMU_GR0(smmu) + ARM_SMMU_GR0_SMR(idx));

    return ((smr >> SMR_MASK_SHIFT) & SMR_MASK_MASK) == s->mask &&
           !((smr ^ s->id) & SMR_ID_MASK & ~s->mask);
}

static void __init rmr_drop_entry(struct arm_smmu_device *smmu,
                                  unsigned int idx)
{
    (void)arm_smmu_free_sme(smmu, idx);
    arm_smmu_write_sme(smmu, idx);
}

/*
 * An entry of its own for @s, that matches it and is closed. See
 * rmr_smmu_ops.install for the errors.
 */
static int __init rmr_take_entry(struct arm_smmu_device *smmu,
                                 const struct rmr_stream *s)
{
    int idx;

    if ( !smmu->smrs && s->id >= smmu->num_mapping_groups )
        return -ERANGE;

    idx = arm_smmu_find_sme(smmu, s->id, s->mask);
    if ( idx == -ENOSPC )
        return -EXDEV;
    if ( idx < 0 )
        return idx;

    /* rmr_policy_streams() lets no other master have any of it. */
    if ( smmu->s2crs[idx].count )
    {
        ASSERT_UNREACHABLE();
        return -EINVAL;
    }

    smmu->s2crs[idx].count = 1;
    if ( smmu->smrs )
    {
        smmu->smrs[idx].id = s->id;
        smmu->smrs[idx].mask = s->mask;
        smmu->smrs[idx].valid = true;
        if ( !rmr_matches(smmu, idx, s) )
        {
            rmr_drop_entry(smmu, idx);
            return -ERANGE;
        }
    }

    return idx;
}

static void __init rmr_drop_entries(struct arm_smmu_device *smmu,
                                    const struct rmr_v2_context *ctx)
{
    unsigned int i;

    for ( i = 0; i < ctx->nr_smes; i++ )
        rmr_drop_entry(smmu, ctx->sme[i]);
}

/* Entries for all of @m's StreamIDs. */
static int __init rmr_take_entries(struct arm_smmu_device *smmu,
                                   struct rmr_v2_context *ctx,
                                   struct rmr_master *m)
{
    unsigned int i;

    for ( i = 0; i < m->nr_sids; i++ )
    {
        const struct rmr_stream s = rmr_effective(smmu, &m->sids[i]);
        int idx;

        if ( rmr_is_covered(smmu, m, i) )
            continue;

        idx = rmr_take_entry(smmu, &s);
        if ( idx < 0 )
        {
            m->refused = &m->sids[i];
            rmr_drop_entries(smmu, ctx);
            return idx;
        }

        ctx->sme[ctx->nr_smes++] = idx;
    }

    return 0;
}

/* --- What master.c calls -------------------------------------------------- */

/*
 * Can @m have a second bank, and leave one for each master behind this SMMU that
 * is still to come, and one for ordinary masters?
 */
static bool rmr_can_spare_bank(const struct arm_smmu_device *smmu,
                               const struct rmr_master *m)
{
    unsigned int nr = smmu->num_context_banks;
    unsigned int free = nr - bitmap_weight(smmu->context_map, nr);
    unsigned int wanted = 1;
    const struct rmr_master *other;

    rmr_for_each_master ( other )
        if ( other->iommu == m->iommu && other != m && !other->ctx &&
             !other->failed )
            wanted++;

    return free > wanted;
}

static int rmr_take_second_bank(struct rmr_master *m)
{
    struct rmr_v2_context *ctx = m->ctx;
    struct arm_smmu_domain *bank = &ctx->bank[RMR_BANK_DOMAIN];
    int rc = rmr_take_bank(m, ctx->bank[RMR_BANK_OWN].smmu, bank);

    if ( rc )
        return rc;

    m->banks[RMR_BANK_DOMAIN] = bank->cfg.cbndx;
    m->nr_banks = RMR_NR_BANKS;

    return 0;
}

/* Once, when there is a first RMR master. */
static void __init rmr_init_fault_timer(void)
{
    static bool __initdata done;

    if ( !done )
        init_timer(&rmr_fault_timer, rmr_end_fault_period, NULL,
                   smp_processor_id());
    done = true;
}

static int __init rmr_v2_install(struct rmr_master *m, void *data)
{
    struct arm_smmu_device *smmu = data;
    struct rmr_v2_context *ctx;
    struct arm_smmu_domain *bank;
    unsigned int i;
    int rc;

    rmr_init_fault_timer();

    /* As arm_smmu_rmr_check_id() has it. */
    m->ignored.id = smmu->smrs ? ~(uint32_t)smmu->streamid_mask : ~0xffffU;
    m->ignored.mask = smmu->smrs ? ~(uint32_t)smmu->smr_mask_mask : ~0U;

    for ( i = 0; i < m->nr_regions; i++ )
        if ( !rmr_is_carveout(&m->regions[i]) &&
             smmu->s2_output_size < PADDR_BITS &&
             (m->regions[i].pa + m->regions[i].size - 1) >>
             smmu->s2_output_size )
            return -EFAULT;

    ctx = xzalloc_flex_struct(struct rmr_v2_context, sme, m->nr_sids);
    if ( !ctx )
        return -ENOMEM;

    bank = &ctx->bank[RMR_BANK_OWN];
    rc = rmr_take_entries(smmu, ctx, m);
    if ( !rc )
    {
        rc = rmr_take_bank(m, smmu, bank);
        if ( rc )
            rmr_drop_entries(smmu, ctx);
    }
    if ( rc )
    {
        xfree(ctx);
        return rc;
    }

    m->ctx = ctx;
    m->vmid = ARM_SMMU_CB_VMID(&bank->cfg);
    m->banks[RMR_BANK_OWN] = bank->cfg.cbndx;
    m->nr_banks = 1;
    if ( !m->kept && rmr_can_spare_bank(smmu, m) )
        (void)rmr_take_second_bank(m);

    rmr_enable_bank(bank, page_to_maddr(m->table.root), &m->table.geom);
    rmr_bind(ctx, bank);

    return 0;
}

/*
 * With one bank a join replaces the low half of TTBR0: nothing says that the
 * SMMU takes a 64-bit write as a whole, and half of one address with half of
 * another is neither table (IHI 0062, access to 64-bit registers).
 */
static int rmr_v2_prepare(struct rmr_master *m, paddr_t root)
{
    const struct rmr_v2_context *ctx = m->ctx;
    uint64_t own = page_to_maddr(m->table.root), other = root;

    if ( m->nr_banks == RMR_NR_BANKS || !((own ^ other) >> 32) )
        return 0;

    /* Without a bank for dom0's ordinary masters there would be no dom0. */
    if ( system_state < SYS_STATE_active &&
         !rmr_can_spare_bank(ctx->bank[RMR_BANK_OWN].smmu, m) )
        return -ENOSPC;

    return rmr_take_second_bank(m);
}

/*
 * The only bank goes to the table at @root. VMID and geometry stay, and both
 * tables agree on the regions: either may answer for them until the sync.
 */
static int rmr_swap_table(struct arm_smmu_domain *bank, paddr_t root)
{
    void __iomem *ttbr0 = rmr_cb_base(bank) + ARM_SMMU_CB_TTBR0;

    /* The table is complete before anything leads to it. */
    wmb();
    writel_relaxed(root, ttbr0);
    (void)readl_relaxed(ttbr0);

    return arm_smmu_tlb_inv_context(bank);
}

static int rmr_v2_join(struct rmr_master *m, struct domain *d, paddr_t root)
{
    struct rmr_v2_context *ctx = m->ctx;
    struct arm_smmu_xen_domain *xen_domain = dom_iommu(d)->arch.priv;
    int rc = 0;

    ctx->joined = &ctx->bank[m->nr_banks - 1];

    spin_lock(&xen_domain->lock);

    /* From before the first write, @d's flushes reach the bank too. */
    ctx->d = d;
    list_add(&ctx->list, &xen_domain->rmr_contexts);

    if ( m->nr_banks == RMR_NR_BANKS )
    {
        rmr_enable_bank(ctx->joined, root, &m->table.geom);
        rmr_bind(ctx, ctx->joined);
    }
    else
        rc = rmr_swap_table(ctx->joined, root);

    spin_unlock(&xen_domain->lock);

    return rc;
}

/*
 * Nothing is sent to @bank any more. When an invalidation has completed no
 * transaction is bound to it, and only then it may be disabled (IHI 0062,
 * SMMU_TLBIVMID and SMMU_sTLBGSYNC). The second one takes what was walked up to
 * then: the VMID is clean. -ETIMEDOUT leaves a bank that must not be used again.
 */
static int rmr_retire_bank(struct arm_smmu_domain *bank)
{
    int rc = arm_smmu_tlb_inv_context(bank);

    if ( rc )
        return rc;

    rmr_disable_bank(bank);

    return arm_smmu_tlb_inv_context(bank);
}

/*
 * Back to the RMR table. If an invalidation does not complete, the context stays
 * on the list of flushes.
 */
static int rmr_v2_leave(struct rmr_master *m, struct domain *d)
{
    struct rmr_v2_context *ctx = m->ctx;
    struct arm_smmu_domain *own = &ctx->bank[RMR_BANK_OWN];
    struct arm_smmu_xen_domain *xen_domain = dom_iommu(d)->arch.priv;
    int rc;

    ASSERT(ctx->d == d);

    spin_lock(&xen_domain->lock);

    if ( ctx->joined == own )
        rc = rmr_swap_table(own, page_to_maddr(m->table.root));
    else
    {
        rmr_bind(ctx, own);
        rc = rmr_retire_bank(ctx->joined);
    }

    if ( !rc )
    {
        list_del(&ctx->list);
        ctx->joined = NULL;
        ctx->d = NULL;
    }

    spin_unlock(&xen_domain->lock);

    return rc;
}

static bool __init rmr_v2_gets_flushes(void)
{
    return iommu_get_ops()->iotlb_flush == arm_smmu_iotlb_flush;
}

/* A domain's ordinary masters behind one SMMU share a bank. */
static bool __init rmr_v2_has_room(const struct rmr_master *m,
                                   const struct domain *d)
{
    const struct rmr_v2_context *ctx = m->ctx;
    const struct arm_smmu_device *smmu = ctx->bank[RMR_BANK_OWN].smmu;
    struct arm_smmu_xen_domain *xen_domain = dom_iommu(d)->arch.priv;
    const struct iommu_domain *domain;
    bool room = bitmap_weight(smmu->context_map, smmu->num_context_banks) <
                smmu->num_context_banks;

    spin_lock(&xen_domain->lock);

    list_for_each_entry ( domain, &xen_domain->contexts, list )
        if ( domain->priv->smmu == smmu )
            room = true;

    spin_unlock(&xen_domain->lock);

    return room;
}

static const struct rmr_smmu_ops rmr_v2_ops = {
    .install = rmr_v2_install,
    .prepare = rmr_v2_prepare,
    .join = rmr_v2_join,
    .leave = rmr_v2_leave,
    .gets_flushes = rmr_v2_gets_flushes,
    .has_room = rmr_v2_has_room,
};

/* --- What the driver calls ------------------------------------------------ */

/* Are there RMR masters whose DMA is by tables of firmware's? */
static bool __init rmr_is_running(const struct arm_smmu_device *smmu)
{
    struct dt_device_node *np = dev_to_dt(smmu->dev);
    const struct rmr_master *m;
    bool found = false;

    if ( readl_relaxed(ARM_SMMU_GR0_NS(smmu) + ARM_SMMU_GR0_sCR0) &
         sCR0_CLIENTPD )
        return false;

    rmr_for_each_master ( m )
    {
        if ( m->iommu != np )
            continue;

        printk("rmr: %s: firmware left the SMMU translating: the DMA of %s stops from now until it translates again\n",
               dt_node_full_name(np), dt_node_full_name(m->np));
        found = true;
    }

    return found;
}

/*
 * At the start of the reset, which is going to make every entry match nothing,
 * disable the banks, build RMR tables, and only then say what becomes of
 * streams that match nothing. If firmware has clients on they would go round
 * the SMMU in between: for want of a match, or with a bank that is disabled
 * while they are bound to it (IHI 0062, SMMU_sCR0.USFCFG, SMMU_CBn_SCTLR.M). So let first
 * nothing pass unmatched, close what entries lead to, and have what is on its
 * way come to an end.
 */
static void __init arm_smmu_rmr_close(struct arm_smmu_device *smmu)
{
    void __iomem *scr0 = ARM_SMMU_GR0_NS(smmu) + ARM_SMMU_GR0_sCR0;
    unsigned int i;

    if ( !rmr_is_running(smmu) )
        return;

    writel(readl_relaxed(scr0) | sCR0_USFCFG | sCR0_GFRE, scr0);

    for ( i = 0; i < smmu->num_mapping_groups; i++ )
        arm_smmu_write_s2cr(smmu, i);

    writel_relaxed(0, ARM_SMMU_GR0(smmu) + ARM_SMMU_GR0_TLBIALLNSNH);
    (void)arm_smmu_tlb_sync(smmu);
}

/*
 * From the reset, when all entries are closed, all banks disabled and all is
 * invalidated, and clients do not get as far as the entries yet (CLIENTPD).
 */
static void __init arm_smmu_rmr_install(struct arm_smmu_device *smmu)
{
    rmr_install(dev_to_dt(smmu->dev),
                smmu->features & ARM_SMMU_FEAT_COHERENT_WALK, &rmr_v2_ops,
                smmu);
}

/* With xen_domain->lock held, after the domain's ordinary contexts. */
static void arm_smmu_rmr_flush(struct arm_smmu_xen_domain *xen_domain)
{
    struct rmr_v2_context *ctx;

    /* A sync that times out is logged; the driver's flush has no error path. */
    list_for_each_entry ( ctx, &xen_domain->rmr_contexts, list )
        (void)arm_smmu_tlb_inv_context(ctx->joined);
}

/*
 * May @dev have an entry for an ID of its fwspec, a StreamID with the mask above
 * it? What counts is what arm_smmu_write_smr() leaves of them. 0, or -EBUSY
 * when an RMR master's entry stands for any of it.
 */
static int arm_smmu_rmr_check_id(const struct arm_smmu_device *smmu,
                                 struct device *dev, u32 fwid)
{
    struct rmr_stream s = { .id = fwid & 0xffff };

    if ( smmu->smrs )
    {
        s.id &= smmu->streamid_mask;
        s.mask = (fwid >> SMR_MASK_SHIFT) & smmu->smr_mask_mask;
    }

    return rmr_policy_alias(dev_to_dt(dev), dev_to_dt(smmu->dev), &s);
}

static bool rmr_narrowing;

/* Is this no probe, but only a narrowing? Then no more than that is done. */
static bool arm_smmu_rmr_narrowed(struct arm_smmu_device *smmu)
{
    if ( rmr_narrowing )
    {
        xfree(smmu->s2crs);
        xfree(smmu->smrs);
    }

    return rmr_narrowing;
}

/*
 * Ahead of time, the driver's own probe up to where it has read the SMMU's ID
 * registers, with the exits that it has on the way. It tries out a match
 * register that is not in use, and leaves nothing behind.
 */
int __init rmr_smmu_narrow(struct dt_device_node *np)
{
    int rc;

    if ( !dt_match_node(arm_smmu_of_match, np) )
        return -EBADF;

    rmr_narrowing = true;
    rc = arm_smmu_device_dt_probe(np);
    rmr_narrowing = false;

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
