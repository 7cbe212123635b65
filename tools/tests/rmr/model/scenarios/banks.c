/* SPDX-License-Identifier: GPL-2.0-only */
/* What only SMMUv1/v2 have: context banks, match entries with masks. */
#include <errno.h>

#include "ops.h"
#include "../core/host.h"
#include "scenarios.h"

#define VIDEO_AT  0x66000000UL

static void kept(const char *name, uint64_t at)
{
    expect_set(name, at, OUT_RIGHT);
    expect_set(name, DOM_RAM(0), OUT_FAULT);
}

static void joined(const char *name, uint64_t at)
{
    expect_state(name, "joined");
    expect_reach(name, at);
    expect_reach(name, DOM_RAM(0));
}

/* --- Several masters, StreamIDs, masks ---------------------------------------------- */

/* As on a board whose display sends several StreamIDs that differ in bits
 * that its entry does not compare. */
static struct master *masked_display(void)
{
    struct master *m = add_rmr_master("/display", 0, 0x009, DISPLAY_AT,
                                      DISPLAY_SIZE);

    m->sids[m->nr_sids++] = 0x089;
    m->sids[m->nr_sids++] = 0x7f89;
    m->tree[0] = (struct tree_stream){ 0x9, 0x7f80 };
    m->nr_tree = 1;

    return m;
}

void scenario_masks(void)
{
    struct master *m;
    struct dom *dom0 = &machine.doms[0];
    unsigned int i;

    add_smmu();
    masked_display();
    m = add_rmr_master("/audio", 0, 0x20, AUDIO_AT, AUDIO_SIZE);
    m->sids[m->nr_sids++] = 0x21;
    add_master("/net", 0, 0x30);
    boot_dom0();
    joined("/display", DISPLAY_AT);
    joined("/audio", AUDIO_AT);
    expect_reach("/net", DOM_RAM(0));

    for ( i = 0; i < 3; i++ )
    {
        deassign(dom0, "/display");
        kept("/display", DISPLAY_AT);
        joined("/audio", AUDIO_AT);
        assign(dom0, "/display");
        joined("/display", DISPLAY_AT);
        deassign(dom0, "/audio");
        kept("/audio", AUDIO_AT);
        assign(dom0, "/audio");
    }
    expect_reach("/net", DOM_RAM(0));
}

/* One StreamID listed under two entries of its own that cover each other. */
void scenario_covered(void)
{
    struct master *m;

    add_smmu();
    m = masked_display();
    m->tree[1] = (struct tree_stream){ 0x89, 0 };
    m->tree[2] = (struct tree_stream){ 0x9, 0x7f80 };
    m->nr_tree = 3;
    boot_dom0();
    joined("/display", DISPLAY_AT);
    deassign(&machine.doms[0], "/display");
    kept("/display", DISPLAY_AT);
}

/* A mask for all masters, in the SMMU's node. */
void scenario_tree_mask(void)
{
    struct master *m;

    add_smmu()->tree_mask = 0x7f80;
    m = masked_display();
    m->tree[0].mask = 0;
    add_master("/net", 0, 0x30);
    boot_dom0();
    joined("/display", DISPLAY_AT);
    deassign(&machine.doms[0], "/display");
    kept("/display", DISPLAY_AT);
}

/* The SMMU names its masters. */
void scenario_legacy(void)
{
    struct master *m;

    add_smmu()->legacy = true;
    m = add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    m->sids[m->nr_sids++] = 10;
    add_master("/net", 0, 9);
    boot_dom0();
    joined("/display", DISPLAY_AT);
    expect_reach("/net", DOM_RAM(0));
    deassign(&machine.doms[0], "/display");
    kept("/display", DISPLAY_AT);
    assign(&machine.doms[0], "/display");
    joined("/display", DISPLAY_AT);
}

/* --- One bank ------------------------------------------------------------------------ */

static void in_one_bank(bool far)
{
    struct dom *dom0;
    int rc;

    add_smmu()->banks = 1;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    boot();
    kept("/display", DISPLAY_AT);

    /* Nothing is left below 4 GB for dom0's tables. */
    while ( far && host_pa(host_pages_alloc(1)) < 0x100000000UL )
        ;
    dom0 = create_dom0();
    add_device("/display");
    if ( far )
    {
        rc = try_assign(dom0, "/display");
        if ( !rc )
            unpause(dom0);             /* for the oracle to see what comes */
        expect(rc == -EPERM);
        expect(run_said("has no second context bank"));
        kept("/display", DISPLAY_AT);
        unpause(dom0);
        expect_state("/display", "boot");
        kept("/display", DISPLAY_AT);
        return;
    }

    assign(dom0, "/display");
    unpause(dom0);
    joined("/display", DISPLAY_AT);
    deassign(dom0, "/display");
    kept("/display", DISPLAY_AT);
    assign(dom0, "/display");
    joined("/display", DISPLAY_AT);
    deassign(dom0, "/display");
    kept("/display", DISPLAY_AT);
}

void scenario_one_bank(void)
{
    in_one_bank(false);
}

void scenario_one_bank_far(void)
{
    in_one_bank(true);
}

/* With a bank to spare the address of the table does not matter. */
void scenario_two_banks_far(void)
{
    struct dom *dom0;

    add_smmu()->banks = 3;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_master("/net", 0, 9);
    boot();
    while ( host_pa(host_pages_alloc(1)) < 0x100000000UL )
        ;
    dom0 = create_dom0();
    add_device("/display");
    add_device("/net");
    assign(dom0, "/display");
    assign(dom0, "/net");
    unpause(dom0);
    joined("/display", DISPLAY_AT);
    deassign(dom0, "/display");
    kept("/display", DISPLAY_AT);
}

/* --- Exhaustion ------------------------------------------------------------------------- */

/* Two banks for three masters: none is shared. */
void scenario_no_bank(void)
{
    struct dom *dom0;

    add_smmu()->banks = 2;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_rmr_master("/audio", 0, 10, AUDIO_AT, AUDIO_SIZE);
    add_rmr_master("/video", 0, 11, VIDEO_AT, 0x1000)->unkept = true;
    add_master("/net", 0, 9);
    boot();
    expect(run_said("rmr: /video: SMMU /iommu@9000000: its SMMU has no free VMID or context bank"));
    /* It has neither, and hypfs says so of no VMID. */
    expect(run_said("hypfs: 0/banks") && run_said("hypfs: 1/banks"));
    expect(run_said("hypfs: 2/state"));
    expect(!run_said("hypfs: 2/banks") && !run_said("hypfs: 2/vmid"));
    kept("/display", DISPLAY_AT);
    kept("/audio", AUDIO_AT);
    expect_set("/video", VIDEO_AT, variant->entries ? OUT_FAULT : OUT_ABORT);

    dom0 = create_dom0();
    add_device("/display");
    add_device("/audio");
    add_device("/video");
    add_device("/net");
    expect(!test->hides("/display"));
    assign(dom0, "/display");
    assign(dom0, "/audio");
    expect(test->hides("/video"));
    expect(try_assign(dom0, "/video") == -EPERM);
    /*
     * And what is not an RMR master's is not lent either. It is not assigned to
     * dom0 to begin with: that would end dom0's construction.
     */
    expect(test->hides("/net"));
    expect(run_said("rmr: /net: SMMU /iommu@9000000 has no context bank left"));
    expect(try_assign(dom0, "/net") == -ENOSPC);
    unpause(dom0);
    joined("/display", DISPLAY_AT);
    joined("/audio", AUDIO_AT);
    expect_set("/net", DOM_RAM(0), OUT_ABORT);
    deassign(dom0, "/display");
    kept("/display", DISPLAY_AT);
}

/* More StreamIDs than match entries. */
void scenario_no_entry(void)
{
    struct master *m;

    add_smmu()->entries = 2;
    m = add_rmr_master("/video", 0, 11, VIDEO_AT, 0x1000);
    m->sids[m->nr_sids++] = 12;
    m->sids[m->nr_sids++] = 13;
    m->unkept = true;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    boot_dom0_without("/video");
    expect(run_said("StreamID 0xd: its SMMU has no free match entry"));
    expect_set("/video", VIDEO_AT, OUT_FAULT);
    joined("/display", DISPLAY_AT);
}

/* To the SMMU the same StreamID, by the tree another: seen before dom0 has it. */
void scenario_alias_beyond(void)
{
    struct dom *dom0;
    struct master *m;

    add_smmu()->sid_bits = 8;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    m = add_master("/net", 0, 9);
    m->tree[0] = (struct tree_stream){ 0x108, 0 };
    m->nr_tree = 1;
    m = add_master("/disk", 0, 10);
    m->tree[0] = (struct tree_stream){ 0x10a, 0 };
    m->nr_tree = 1;
    boot();
    dom0 = create_dom0();
    add_device("/display");
    add_device("/net");
    add_device("/disk");
    assign(dom0, "/display");
    expect(test->hides("/net"));
    expect(try_assign(dom0, "/net") == -EBUSY);
    expect(!test->hides("/disk"));
    assign(dom0, "/disk");
    unpause(dom0);
    joined("/display", DISPLAY_AT);
    expect_reach("/disk", DOM_RAM(0));
}

/* The SMMU's StreamIDs and masks have fewer bits than the tree says. */
void scenario_narrow_entries(void)
{
    struct machine_smmu *s = add_smmu();
    struct master *m;

    s->sid_bits = 8;
    s->mask_bits = 4;
    m = add_rmr_master("/video", 0, 0x10, VIDEO_AT, 0x1000);
    m->tree[0] = (struct tree_stream){ 0x10, 0x20 };
    m->nr_tree = 1;
    m->unkept = true;
    m = add_rmr_master("/audio", 0, 0x01, AUDIO_AT, AUDIO_SIZE);
    m->tree[0] = (struct tree_stream){ 0x101, 0 };
    m->nr_tree = 1;
    m->unkept = true;
    m = add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    boot();
    expect(run_said("rmr: /video: SMMU /iommu@9000000: StreamID 0x10 with mask 0x20: a StreamID or mask has bits that its SMMU lacks (-34): its DMA will stop"));
    expect(run_said("rmr: /audio: SMMU /iommu@9000000: StreamID 0x101: a StreamID or mask has bits that its SMMU lacks (-34)"));
    kept("/display", DISPLAY_AT);
}

/* More StreamIDs than Linux's driver ever had room for, ordinary and not. */
void scenario_many_streams(void)
{
    struct master *m;
    unsigned int i;

    add_smmu();
    if ( variant->entries )
        machine.smmus[0].entries = 48;
    m = add_rmr_master("/display", 0, 0x10, DISPLAY_AT, 0x2000);
    for ( i = 1; i < 20; i++ )
        m->sids[m->nr_sids++] = 0x10 + i;
    m = add_master("/net", 0, 0x28);
    for ( i = 1; i < 20 && 0x28 + i < 0x40; i++ )
        m->sids[m->nr_sids++] = 0x28 + i;
    boot_dom0();
    expect_reach("/net", DOM_RAM(0));
    if ( test->rmr )
    {
        joined("/display", DISPLAY_AT);
        deassign(&machine.doms[0], "/display");
        kept("/display", DISPLAY_AT);
    }
}

/* --- Aliases ------------------------------------------------------------------------------ */

/* An ordinary master and an RMR master of which one covers the other. */
static void covers(uint32_t id, uint32_t mask)
{
    struct master *m;
    struct dom *dom0 = &machine.doms[0];
    unsigned int i;

    add_smmu();
    m = masked_display();
    if ( mask )
    {
        m->nr_sids = 1;
        m->tree[0].mask = 0;
    }
    /* It sends nothing that is not its own. */
    m = add_master("/net", 0, 0x7089);
    m->tree[0] = (struct tree_stream){ id, mask };
    m->nr_tree = 1;
    m->nr_sids = 0;
    add_master("/disk", 0, 0x30);
    boot_dom0_without("/net");
    joined("/display", DISPLAY_AT);

    add_device("/net");
    for ( i = 0; i < 2; i++ )
    {
        expect(try_assign(dom0, "/net") == -EBUSY);
        expect(run_said("rmr: /net: StreamID"));
        joined("/display", DISPLAY_AT);
        deassign(dom0, "/display");
        kept("/display", DISPLAY_AT);
        assign(dom0, "/display");
    }
    expect_reach("/disk", DOM_RAM(0));
}

void scenario_alias_is_covered(void)
{
    covers(0x1089, 0);
}

void scenario_alias_covers(void)
{
    covers(0x1009, 0x7000);
}

/* Two RMR masters: the first is kept, and can never be assigned. */
void scenario_alias_of_masters(void)
{
    struct master *m;
    struct dom *dom0;

    add_smmu();
    masked_display();
    m = add_rmr_master("/audio", 0, 0x1009, AUDIO_AT, AUDIO_SIZE);
    m->unkept = true;
    m->nr_sids = 0;
    m->tree[0] = (struct tree_stream){ 0x1009, 0 };
    m->nr_tree = 1;
    boot();
    kept("/display", DISPLAY_AT);
    dom0 = create_dom0();
    add_device("/display");
    add_device("/audio");
    expect(try_assign(dom0, "/display") == -EPERM);
    expect(try_assign(dom0, "/audio") == -EBUSY);
    unpause(dom0);
    kept("/display", DISPLAY_AT);
}

/* --- Faults --------------------------------------------------------------------------------- */

void scenario_bank_faults(void)
{
    struct model_smmu *s;
    unsigned int i;

    add_smmu()->banks = 2;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_rmr_master("/audio", 0, 10, AUDIO_AT, AUDIO_SIZE);
    add_rmr_master("/video", 0, 11, VIDEO_AT, 0x1000)->unkept = true;
    boot();
    s = machine.smmu[0];

    for ( i = 1; i <= 3; i++ )
    {
        s->ops->event(s, 8, 0x12345000);
        expect(test->faults("/display") == i);
        s->ops->event(s, 10, 0x12345000);
        expect(test->faults("/audio") == i);
        /* It has no entry, or one that is closed: a global fault. */
        s->ops->event(s, 11, VIDEO_AT);
        expect(test->faults("/video") == i);
    }
    expect(run_said("rmr: /display: 1 fault, 1 since last said: translation fault"));
    expect(run_said("write at 0x12345000, state boot"));
    expect(!run_said("rmr: /display: 2 faults"));
    expect(!run_said("Unhandled context fault"));
    expect(!run_said("Unexpected global fault"));
    kept("/display", DISPLAY_AT);
}

/* @nr faults of the StreamID at @ipa: how many of them interrupt? */
static unsigned long storm(uint32_t sid, uint64_t ipa, unsigned int nr)
{
    struct model_smmu *s = machine.smmu[0];
    unsigned long before = interrupts;

    while ( nr-- )
        s->ops->event(s, sid, ipa);

    return interrupts - before;
}

/* Of many faults few interrupt, then one in a while tells that they go on. */
void scenario_fault_storm(void)
{
    unsigned int i;

    add_smmu()->banks = 1;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_rmr_master("/video", 0, 11, VIDEO_AT, 0x1000)->unkept = true;
    boot();

    expect(storm(8, 0x12345000, 200) == 16);
    expect(test->faults("/display") == 16);
    expect(storm(11, VIDEO_AT, 200) == 16);
    expect(test->faults("/video") == 16);
    for ( i = 1; i <= 6; i++ )
    {
        pass_time();
        expect(test->faults("/display") == 16 * i + 1);
        expect(test->faults("/video") == 16 * i + 1);
        expect(storm(8, 0x12345000, 200) == 15);
        expect(storm(11, VIDEO_AT, 200) == 15);
    }
    expect(run_said("rmr: /display: at least 81 faults, 80 since last said: translation fault and more"));
    expect(run_said("rmr: /video: at least 81 faults, 80 since last said: "));
    expect(!run_said("Unexpected global fault"));
    kept("/display", DISPLAY_AT);

    /* When it is over faults are counted one by one again. */
    pass_time();
    pass_time();
    i = test->faults("/display");
    expect(storm(8, 0x12345000, 3) == 3);
    expect(test->faults("/display") == i + 3);
}

/* --- The sync is not answered ------------------------------------------------------------------ */

static void unanswered(unsigned int banks, unsigned int nth)
{
    struct dom *dom0 = &machine.doms[0];
    struct model_smmu *s;

    add_smmu()->banks = banks;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    boot_dom0();
    joined("/display", DISPLAY_AT);
    s = machine.smmu[0];

    s->ops->stop_answering(s, nth);
    expect(try_deassign(dom0, "/display") == -ETIMEDOUT);
    expect_state("/display", "broken");
    /* A flush still comes by. */
    map(dom0, 0x70000000, 0x70000000, 0x1000, MAP_DEVICE);
    unmap(dom0, 0x70000000, 0x1000);
    expect(try_assign(dom0, "/display") == -EBUSY);

    s->ops->stop_answering(s, 0);
    deassign(dom0, "/display");
    expect(try_assign(dom0, "/display") == -EPERM);
    kept("/display", DISPLAY_AT);
}

void scenario_no_sync(void)
{
    unanswered(8, 1);
}

void scenario_no_second_sync(void)
{
    unanswered(8, 2);
}

void scenario_one_bank_no_sync(void)
{
    unanswered(1, 1);
}

void scenario_one_bank_no_sync_at_join(void)
{
    struct dom *dom0;
    struct model_smmu *s;

    add_smmu()->banks = 1;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    boot();
    s = machine.smmu[0];
    dom0 = create_dom0();
    add_device("/display");
    assign(dom0, "/display");
    s->ops->stop_answering(s, 1);
    unpause(dom0);
    expect_state("/display", "broken");
    s->ops->stop_answering(s, 0);
    deassign(dom0, "/display");
    kept("/display", DISPLAY_AT);
    expect(try_assign(dom0, "/display") == -EPERM);
}

/* The bank of an ordinary master whose invalidation does not complete. */
static void lost_bank(unsigned int nth)
{
    struct dom *dom0 = &machine.doms[0];
    unsigned int banks;

    add_smmu();
    add_master("/net", 0, 9);
    boot_dom0();
    banks = test->vmids(0);
    machine.smmu[0]->ops->stop_answering(machine.smmu[0], nth);
    deassign(dom0, "/net");
    expect(run_said("iommu@9000000: context bank 0 is lost: its invalidation did not complete"));
    expect(test->vmids(0) == banks);
    machine.smmu[0]->ops->stop_answering(machine.smmu[0], 0);
    assign(dom0, "/net");
    expect(test->vmids(0) == banks + 1);
    expect_reach("/net", DOM_RAM(0));
}

void scenario_lost_bank(void)
{
    lost_bank(1);
}

void scenario_lost_bank_disabled(void)
{
    lost_bank(2);
}

/* --- Banks and VMIDs are used again -------------------------------------------------------------- */

void scenario_bank_reuse(void)
{
    struct dom *dom0 = &machine.doms[0], *dom1;
    unsigned int i;

    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_master("/net", 0, 9);
    machine_probe(machine_master("/display"), 0x70000000, false, 0);
    boot_dom0();

    for ( i = 0; i < 2; i++ )
    {
        /* Mapped while it is joined, and gone when it comes back. */
        map(dom0, 0x70000000, 0x70000000, 0x1000, MAP_DEVICE);
        expect_reach("/display", 0x70000000);
        deassign(dom0, "/display");
        unmap(dom0, 0x70000000, 0x1000);
        assign(dom0, "/display");
        expect_set("/display", 0x70000000, OUT_FAULT);

        deassign(dom0, "/net");
        dom1 = create_dom(1);
        dom1->runs = true;
        assign(dom1, "/net");
        expect_reach("/net", DOM_RAM(1));
        destroy_dom(dom1);
        assign(dom0, "/net");
        expect_reach("/net", DOM_RAM(0));
    }
}

/* Flushes of the p2m reach a joined master, and the look-up does not find it. */
void scenario_bank_flush(void)
{
    struct dom *dom0 = &machine.doms[0];

    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_master("/net", 0, 9);
    machine_probe(machine_master("/display"), 0x70000000, false, 0);
    boot_dom0();
    map(dom0, 0x70000000, 0x70000000, 0x1000, MAP_DEVICE);
    expect_reach("/display", 0x70000000);
    unmap(dom0, 0x70000000, 0x1000);
    expect_set("/display", 0x70000000, OUT_FAULT);

    /* The ordinary context goes and comes; the RMR context is no substitute. */
    deassign(dom0, "/net");
    assign(dom0, "/net");
    expect_reach("/net", DOM_RAM(0));
    deassign(dom0, "/display");
    expect_reach("/net", DOM_RAM(0));
    kept("/display", DISPLAY_AT);
}

/* --- Two SMMUs ----------------------------------------------------------------------------------- */

/* Nothing of the one is the other's. */
void scenario_two_smmus_v2(void)
{
    struct dom *dom0 = &machine.doms[0];

    add_smmu();
    add_smmu()->banks = 1;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_rmr_master("/audio", 1, 8, AUDIO_AT, AUDIO_SIZE);
    add_master("/net", 0, 9);
    boot_dom0();
    joined("/display", DISPLAY_AT);
    joined("/audio", AUDIO_AT);
    deassign(dom0, "/audio");
    kept("/audio", AUDIO_AT);
    joined("/display", DISPLAY_AT);
}

static struct machine_smmu *add_smmu_v3(void)
{
    struct machine_smmu *s = &machine.smmus[machine.nr_smmus++];

    s->ops = &smmu_v3_ops;
    s->compatible = "arm,smmu-v3";
    s->sid_bits = 6;
    s->coherent = true;
    s->oas = 36;
    s->cmdq_log2 = 4;
    s->evtq_log2 = 3;

    return s;
}

/* Memory runs out at the second SMMU: Xen uses neither. */
void scenario_no_iommu(void)
{
    struct model_smmu *s;
    int rc;

    add_smmu();
    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE)->doubtful = true;
    add_rmr_master("/audio", 1, 8, AUDIO_AT, AUDIO_SIZE)->doubtful = true;
    power_on();
    run_fail_at(repeat_index);
    rc = test->setup_iommus();
    repeat_again(!run_failed_one());
    run_fail_at(0);
    test->finish_boot();
    s = machine.smmu[0];
    if ( !rc || !run_said(" kept (") ||
         s->ops->translating(s) != TRANSLATES ||
         machine.smmu[1]->ops->translating(machine.smmu[1]) == TRANSLATES )
        return;

    expect(run_said("rmr: /display: Xen uses no IOMMU after all, and SMMU /iommu@9000000 has its RMR table: its DMA reaches its regions only"));
    expect(run_said("rmr: /audio: Xen does not drive SMMU /iommu@9100000: its DMA is as firmware left it"));
    expect_set("/display", DISPLAY_AT, OUT_RIGHT);
    expect_set("/display", DOM_RAM(0), OUT_FAULT);
    /* Xen has forgotten it, and wants to hear no more. */
    expect(storm(8, 0x12345000, 20) == 1);
}

/* One of each: both keep, only what is behind the first can be assigned. */
static void both(unsigned int v2)
{
    struct dom *dom0;
    const char *ours = v2 ? "/audio" : "/display";
    const char *other = v2 ? "/display" : "/audio";
    uint64_t at = v2 ? AUDIO_AT : DISPLAY_AT;
    uint64_t other_at = v2 ? DISPLAY_AT : AUDIO_AT;

    if ( v2 )
        add_smmu_v3();
    add_smmu();
    if ( !v2 )
        add_smmu_v3();
    /* The display is behind the SMMUv1/v2. */
    add_rmr_master("/display", v2, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_rmr_master("/audio", !v2, 8, AUDIO_AT, AUDIO_SIZE);
    boot();
    kept("/display", DISPLAY_AT);
    kept("/audio", AUDIO_AT);
    expect(run_said("its SMMU is not of the kind that Xen assigns devices of"));

    dom0 = create_dom0();
    add_device(ours);
    assign(dom0, ours);
    unpause(dom0);
    joined(ours, at);
    kept(other, other_at);
    deassign(dom0, ours);
    kept(ours, at);
}

void scenario_v2_before_v3(void)
{
    both(0);
}

void scenario_v3_before_v2(void)
{
    both(1);
}

/* --- What firmware left, what stock forgets --------------------------------------------------------- */

/* Translating already: a line for each master, and no write to a live SMR. */
void scenario_running_v2(void)
{
    add_smmu()->running = true;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_master("/net", 0, 9);
    boot_dom0();
    expect_reach("/net", DOM_RAM(0));
    if ( test->rmr )
    {
        expect(run_said("firmware left the SMMU translating: the DMA of /display stops"));
        joined("/display", DISPLAY_AT);
    }
}

/* ... by every register that there is: how wide they are shows only later. */
void scenario_all_smrs_in_use(void)
{
    struct machine_smmu *s = add_smmu();
    struct master *m;

    s->running = true;
    s->entries = 3;
    s->mask_bits = 4;
    s->id_bits = 8;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    m = add_rmr_master("/audio", 0, 10, AUDIO_AT, AUDIO_SIZE);
    m->tree[0] = (struct tree_stream){ 10, 0x60 };
    m->nr_tree = 1;
    m->unkept = true;
    m->passthrough = true;
    m = add_master("/net", 0, 9);
    m->tree[0] = (struct tree_stream){ 0x108, 0 };
    m->nr_tree = 1;
    boot_dom0_without("/net");
    expect(run_said("rmr: /audio: SMMU /iommu@9000000: StreamID 0xa with mask 0x60"));
    expect(test->hides("/net"));
    add_device("/net");
    expect(try_assign(&machine.doms[0], "/net") == -EBUSY);
    joined("/display", DISPLAY_AT);
}

/* The number of an entry that is not there. */
void scenario_no_such_entry(void)
{
    add_smmu();
    add_rmr_master("/audio", 0, 1U << variant->sid_bits, AUDIO_AT,
                   AUDIO_SIZE)->unkept = true;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    boot_dom0_without("/audio");
    expect(run_said("rmr: /audio: SMMU /iommu@9000000: StreamID 0x40: a StreamID or mask has bits that its SMMU lacks"));
    joined("/display", DISPLAY_AT);
}

/* One register has fewer bits than another. */
void scenario_odd_entry(void)
{
    struct master *m;

    add_smmu()->odd_smr = 2;
    m = add_rmr_master("/audio", 0, 0x20, AUDIO_AT, AUDIO_SIZE);
    m->sids[m->nr_sids++] = 0x22;
    m = masked_display();
    m->unkept = true;
    boot_dom0_without("/display");
    expect(run_said("rmr: /display: SMMU /iommu@9000000: StreamID 0x9 with mask 0x7f80"));
    expect_set("/display", DISPLAY_AT, OUT_FAULT);
    joined("/audio", AUDIO_AT);
}

/* Which sCR0 is ours is in the tree. */
void scenario_secure_alias(void)
{
    struct machine_smmu *s = add_smmu();

    s->running = true;
    s->secure_alias = true;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_master("/net", 0, 9);
    boot_dom0();
    expect(run_said("firmware left the SMMU translating"));
    expect_reach("/net", DOM_RAM(0));
    joined("/display", DISPLAY_AT);
}

/*
 * An entry that two masters have; one was detached when the other came. The
 * first one's other StreamIDs are matched again when it comes back.
 */
void scenario_shared_entry(void)
{
    struct master *m;
    struct dom *dom0;

    add_smmu();
    m = add_master("/net", 0, 0x100);
    m->sids[m->nr_sids++] = 0x103;
    m->tree[0] = (struct tree_stream){ 0x100, 0x0f };
    m->nr_tree = 1;
    /* What one of them reaches the other does, too: it does no DMA here. */
    add_master("/disk", 0, 0x103)->silent = true;
    boot();
    dom0 = create_dom0();
    add_device("/net");
    add_device("/disk");
    unpause(dom0);
    assign(dom0, "/net");
    deassign(dom0, "/net");
    m->phase = PHASE_ATTACHED;
    m->dom = dom0;
    assign(dom0, "/disk");
    deassign(dom0, "/disk");
    m->phase = PHASE_UNASSIGNED;
    m->dom = NULL;
    assign(dom0, "/net");
    expect_reach("/net", DOM_RAM(0));
}

/* A toolstack takes away what nobody was ever given. */
void scenario_never_assigned(void)
{
    struct dom *dom0;

    usual_machine();
    boot();
    dom0 = create_dom0();
    add_device("/net");
    add_device("/display");
    expect(test->deassign(dom0->d, "/net") == -ESRCH);
    expect(test->deassign(dom0->d, "/display") == -ESRCH);
    kept("/display", DISPLAY_AT);
}
