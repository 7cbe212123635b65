/* SPDX-License-Identifier: GPL-2.0-only */
/* Two SMMUs, with masters of one domain behind both. */
#include "ops.h"
#include "scenarios.h"

void scenario_two_smmus(void)
{
    struct dom *dom0, *dom1;

    add_smmu();
    add_smmu();
    add_rmr_master("/display", 1, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_rmr_master("/audio", 0, 8, AUDIO_AT, AUDIO_SIZE);
    add_master("/net", 0, 9);
    add_master("/disk", 1, 9)->passthrough = true;
    boot_dom0();
    dom0 = &machine.doms[0];
    dom1 = create_dom(1);
    unpause(dom1);
    add_device("/disk");

    expect_reach("/display", DOM_RAM(0));
    expect_reach("/audio", DOM_RAM(0));
    assign(dom1, "/disk");
    expect_reach("/disk", DOM_RAM(1));
    deassign(dom0, "/audio");
    expect_kept("/audio", AUDIO_AT);
    expect_reach("/display", DOM_RAM(0));
    unmap(dom0, DOM_RAM(0), 0x1000);
    expect_stopped("/net", DOM_RAM(0));
    deassign(dom1, "/disk");
    assign(dom0, "/disk");
    deassign(dom0, "/display");
    expect_kept("/display", DISPLAY_AT);
    destroy_dom(dom1);
}

/* The narrower SMMU decides the shape of all tables. */
void scenario_unequal_smmus(void)
{
    struct dom *dom0;

    add_smmu()->oas = 44;
    add_smmu()->oas = 36;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_rmr_master("/audio", 1, 8, AUDIO_AT, AUDIO_SIZE);
    boot_dom0();
    dom0 = &machine.doms[0];
    deassign(dom0, "/display");
    expect_kept("/display", DISPLAY_AT);
    assign(dom0, "/display");
}

/* One SMMU snoops, the other does not: neither may see less than it must. */
void scenario_mixed_coherency(void)
{
    struct dom *dom0;

    add_smmu()->coherent = true;
    add_smmu()->coherent = false;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_rmr_master("/audio", 1, 8, AUDIO_AT, AUDIO_SIZE);
    add_master("/net", 1, 9);
    boot_dom0();
    dom0 = &machine.doms[0];
    deassign(dom0, "/display");
    deassign(dom0, "/audio");
    expect_kept("/audio", AUDIO_AT);
    assign(dom0, "/audio");
    expect_reach("/audio", DOM_RAM(0));
}

/* Shapes of the p2m: start levels 0 and 1, one and eight root pages. */
void scenario_widths(void)
{
    static const unsigned int oas[] = { 32, 36, 42, 44, 48 };
    static unsigned int turn;

    add_smmu()->oas = oas[turn++ % 5];
    machine.smmus[0].vmid16 = turn & 1;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_master("/net", 0, 9);
    boot_dom0();
    expect_reach("/display", DOM_RAM(0));
    deassign(&machine.doms[0], "/display");
    expect_kept("/display", DISPLAY_AT);
}
