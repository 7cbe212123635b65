/* SPDX-License-Identifier: GPL-2.0-only */
/* Ordinary masters, their domains, and VMIDs that are used again. */
#include <errno.h>

#include "ops.h"
#include "scenarios.h"

/*
 * A domain is gone, the next one gets its VMID and its device, and has other
 * memory at the same addresses.
 */
void scenario_vmid_reuse(void)
{
    struct dom *d;
    unsigned int id, vmids = 0;

    usual_machine();
    machine_master("/net")->passthrough = true;
    boot_dom0();
    add_device("/net");

    for ( id = 1; id <= 3; id++ )
    {
        d = create_dom(id);
        assign(d, "/net");
        unpause(d);
        expect_reach("/net", DOM_RAM(id));
        if ( vmids )
            expect(test->vmids(0) == vmids);
        vmids = test->vmids(0);
        destroy_dom(d);
        expect_stopped("/net", DOM_RAM(id));
    }
}

/* The same with the device taken away first, and to and fro between two. */
void scenario_between_domains(void)
{
    struct dom *a, *b;
    unsigned int i;

    usual_machine();
    machine_master("/net")->passthrough = true;
    add_master("/disk", 0, 10)->passthrough = true;
    boot_dom0();
    add_device("/net");
    add_device("/disk");
    a = create_dom(1);
    b = create_dom(2);
    unpause(a);
    unpause(b);

    for ( i = 0; i < 2; i++ )
    {
        assign(a, "/net");
        assign(a, "/disk");
        expect_reach("/net", DOM_RAM(1));
        deassign(a, "/net");
        assign(b, "/net");
        expect_reach("/net", DOM_RAM(1));
        expect(try_assign(a, "/net") == -EBUSY);
        deassign(b, "/net");
        deassign(a, "/disk");
        assign(b, "/disk");
        expect_reach("/disk", DOM_RAM(1));
        deassign(b, "/disk");
    }
    destroy_dom(a);
    assign(b, "/disk");
    destroy_dom(b);
    expect_stopped("/disk", DOM_RAM(1));
}

/* A domain gives back a device that is another's. */
void scenario_not_owner(void)
{
    struct dom *dom0, *dom1;

    usual_machine();
    add_master("/disk", 0, 10)->passthrough = true;
    boot_dom0();
    dom0 = &machine.doms[0];
    dom1 = create_dom(1);
    add_device("/disk");
    assign(dom1, "/disk");
    unpause(dom1);

    expect(try_deassign(dom0, "/disk") == -ESRCH);
    expect_reach("/disk", DOM_RAM(1));
    expect_reach("/net", DOM_RAM(0));
    deassign(dom1, "/disk");
    expect(try_deassign(dom1, "/disk") == -ESRCH);
    expect(try_deassign(dom0, "/disk") == -ESRCH);
    expect_reach("/net", DOM_RAM(0));
    destroy_dom(dom1);
}

/* The first StreamID of a second-level table comes when the SMMU translates. */
void scenario_late_device(void)
{
    struct dom *dom0;

    usual_machine();
    add_master("/late", 0, other_table(7))->passthrough = true;
    boot_dom0();
    dom0 = &machine.doms[0];

    add_device("/late");
    expect_stopped("/late", DOM_RAM(0));
    assign(dom0, "/late");
    expect_reach("/late", DOM_RAM(0));
    deassign(dom0, "/late");
}

/* Domains with RMR masters beside: contexts are not shared. */
void scenario_ordinary_beside(void)
{
    struct dom *dom0;

    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_master("/net", 0, 9)->passthrough = true;
    boot_dom0();
    dom0 = &machine.doms[0];
    add_device("/net");

    /* The display is joined, and dom0 has no ordinary context yet. */
    assign(dom0, "/net");
    expect_reach("/net", DOM_RAM(0));
    deassign(dom0, "/display");
    expect_kept("/display", DISPLAY_AT);
    expect_reach("/net", DOM_RAM(0));
    deassign(dom0, "/net");
    expect_stopped("/net", DOM_RAM(0));
    assign(dom0, "/display");
    expect_reach("/display", DOM_RAM(0));
}

/* No VMID is left for ordinary contexts; RMR masters have theirs. */
void scenario_no_vmid(void)
{
    struct dom *dom0, *dom1;
    unsigned int used;

    usual_machine();
    machine_master("/net")->passthrough = true;
    boot_dom0();
    dom0 = &machine.doms[0];
    dom1 = create_dom(1);
    unpause(dom1);
    add_device("/net");

    used = test->vmids(0);
    test->take_vmids(0, true);
    expect(try_assign(dom1, "/net") == -ENOSPC);
    expect(try_assign(dom0, "/net") == -ENOSPC);
    expect_stopped("/net", DOM_RAM(1));
    deassign(dom0, "/display");
    expect_kept("/display", DISPLAY_AT);
    assign(dom0, "/display");
    test->take_vmids(0, false);
    expect(test->vmids(0) == used);
    assign(dom1, "/net");
    expect_reach("/net", DOM_RAM(1));
    destroy_dom(dom1);
    expect(test->vmids(0) == used);
}

/* ... or have not: one that got no VMID is not given another's. */
void scenario_no_vmid_at_boot(void)
{
    struct dom *dom0;

    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, 0x3000);
    add_rmr_master("/audio", 0, 9, AUDIO_AT, AUDIO_SIZE)->doubtful = true;
    power_on();
    test->limit_vmids(2);
    expect(!test->setup_iommus());
    test->limit_vmids(~0UL);
    test->finish_boot();

    expect_kept("/display", DISPLAY_AT);
    expect(!test->state("/audio"));
    expect_stopped("/audio", AUDIO_AT);
    dom0 = create_dom0();
    add_device("/display");
    add_device("/audio");
    expect(try_assign(dom0, "/audio") == -EPERM);
    assign(dom0, "/display");
    unpause(dom0);
    expect_reach("/display", DOM_RAM(0));
    expect_stopped("/audio", AUDIO_AT);
}

/* A domain dies with its masters: they are on their own before its memory goes. */
void scenario_death(void)
{
    struct dom *dom0;

    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_rmr_master("/audio", 0, 9, AUDIO_AT, AUDIO_SIZE);
    add_master("/net", 0, 10);
    boot_dom0();
    dom0 = &machine.doms[0];
    deassign(dom0, "/audio");

    destroy_dom(dom0);
    expect_state("/display", "quarantine");
    expect_kept("/display", DISPLAY_AT);
    expect_kept("/audio", AUDIO_AT);
    expect_stopped("/net", DOM_RAM(0));
}
