/* SPDX-License-Identifier: GPL-2.0-only */
/* Joins and leaves: many StreamIDs, many masters, again and again, refused. */
#include <errno.h>

#include "ops.h"
#include "scenarios.h"

/* StreamIDs of one second-level table, and of another one. */
void scenario_streams(void)
{
    struct dom *dom0;
    struct master *m;
    unsigned int i;

    add_smmu();
    m = add_rmr_master("/display", 0, 8, DISPLAY_AT, 0x3000);
    m->sids[m->nr_sids++] = 9;
    m->sids[m->nr_sids++] = 11;
    m->sids[m->nr_sids++] = other_table(3);
    m->regions[m->nr_regions++] = (struct range){ AUDIO_AT, AUDIO_AT,
                                                  AUDIO_SIZE };
    add_master("/net", 0, 10);
    boot_dom0();
    dom0 = &machine.doms[0];

    for ( i = 0; i < 3; i++ )
    {
        expect_reach("/display", DOM_RAM(0));
        expect_reach("/display", AUDIO_AT);
        deassign(dom0, "/display");
        expect_kept("/display", DISPLAY_AT);
        assign(dom0, "/display");
        expect_state("/display", "joined");
    }
}

/* One master's switch is nothing to another. */
void scenario_masters(void)
{
    struct dom *dom0;

    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, 0x3000);
    add_rmr_master("/audio", 0, 9, AUDIO_AT, AUDIO_SIZE);
    add_rmr_master("/dsp", 0, other_table(1), 0x68000000, 0x400000);
    add_master("/net", 0, 12);
    boot_dom0();
    dom0 = &machine.doms[0];

    deassign(dom0, "/audio");
    expect_kept("/audio", AUDIO_AT);
    expect_reach("/display", DOM_RAM(0));
    expect_reach("/dsp", DOM_RAM(0));
    deassign(dom0, "/display");
    deassign(dom0, "/net");
    expect_kept("/display", DISPLAY_AT);
    expect_reach("/dsp", DOM_RAM(0));
    assign(dom0, "/audio");
    assign(dom0, "/net");
    expect_reach("/audio", DOM_RAM(0));
    deassign(dom0, "/dsp");
    assign(dom0, "/display");
    expect_kept("/dsp", 0x68000000);
}

/* Leaf sizes of every level below 1G, and the case that is split to the end. */
void scenario_sizes(void)
{
    static const uint64_t sizes[] = {
        0x1000, 0x200000, 0x201000, 0x400000, 0x3ff000,
    };
    static unsigned int turn;
    struct dom *dom0;

    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT,
                   sizes[turn++ % (sizeof(sizes) / sizeof(sizes[0]))]);
    boot_dom0();
    dom0 = &machine.doms[0];
    deassign(dom0, "/display");
    assign(dom0, "/display");
    expect_reach("/display", DISPLAY_AT);
}

/* Other addresses than the memory's, and addresses that must lead nowhere. */
void scenario_elsewhere(void)
{
    struct dom *dom0;
    struct master *m;

    add_smmu();
    m = add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    /* In the second page of the root. */
    m->regions[0].ipa = 0x8200000000UL;
    m->regions[m->nr_regions++] = (struct range){ 0x8210000000UL, ~0UL,
                                                  0x2000 };
    boot_dom0();
    dom0 = &machine.doms[0];

    expect_set("/display", 0x8200000000UL, OUT_RIGHT);
    expect_set("/display", 0x8210000000UL, OUT_FAULT);
    expect(test->map(dom0->d, 0x8210001000UL, 0x50000000, 0x1000, MAP_RAM) ==
           -EBUSY);
    expect_reach("/display", DOM_RAM(0));
    deassign(dom0, "/display");
    expect_kept("/display", 0x8200000000UL);
}

void scenario_refused(void)
{
    struct dom *dom0, *dom1;
    unsigned long live;

    usual_machine();
    add_master("/disk", 0, 10)->passthrough = true;
    add_rmr_master("/camera", 0, 11, AUDIO_AT, AUDIO_SIZE)->passthrough = true;
    boot_dom0();
    dom0 = &machine.doms[0];
    dom1 = create_dom(1);
    add_device("/disk");
    add_device("/camera");

    expect(try_assign(dom0, "/display") == -EBUSY);
    expect(try_assign(dom1, "/display") == -EBUSY);
    expect(try_deassign(dom1, "/display") == -ESRCH);
    expect(try_deassign(dom1, "/camera") == -ESRCH);
    expect(try_deassign(dom0, "/camera") == -ESRCH);
    expect_state("/display", "joined");
    expect_reach("/display", DOM_RAM(0));
    expect_kept("/camera", AUDIO_AT);

    deassign(dom0, "/display");
    expect(try_deassign(dom0, "/display") == -ESRCH);
    expect_kept("/display", DISPLAY_AT);
    assign(dom0, "/display");

    /* What is in the way of a region: nothing changes, and not for good. */
    deassign(dom0, "/display");
    live = run_live();
    map(dom0, DISPLAY_AT + 0x1000, 0x70000000, 0x1000, MAP_DEVICE);
    expect(try_assign(dom0, "/display") == -EEXIST);
    expect(run_live() == live);
    expect_kept("/display", DISPLAY_AT);
    unmap(dom0, DISPLAY_AT + 0x1000, 0x1000);
    assign(dom0, "/display");
    expect_reach("/display", DISPLAY_AT);
    unpause(dom1);
    destroy_dom(dom1);
}

struct dom *boot_shared_region(void)
{
    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_rmr_master("/overlay", 0, 9, DISPLAY_AT, DISPLAY_SIZE);
    boot_dom0();

    return &machine.doms[0];
}

/* Each has its own context. */
void scenario_shared_region(void)
{
    struct dom *dom0 = boot_shared_region();

    deassign(dom0, "/display");
    expect_kept("/display", DISPLAY_AT);
    expect_reach("/overlay", DISPLAY_AT);
    deassign(dom0, "/overlay");
    assign(dom0, "/display");
    expect_kept("/overlay", DISPLAY_AT);
    expect_reach("/display", DOM_RAM(0));
}

/* Another domain's start is nothing to a master that waits for dom0's. */
void scenario_pending(void)
{
    struct dom *dom0, *dom1;

    usual_machine();
    boot();
    dom0 = create_dom0();
    add_device("/display");
    assign(dom0, "/display");
    dom1 = create_dom(1);
    unpause(dom1);
    expect_state("/display", "pending");
    expect_kept("/display", DISPLAY_AT);
    /* Taken back before it ever joined. */
    deassign(dom0, "/display");
    expect_state("/display", "quarantine");
    assign(dom0, "/display");
    unpause(dom0);
    expect_state("/display", "joined");
    destroy_dom(dom1);
}
