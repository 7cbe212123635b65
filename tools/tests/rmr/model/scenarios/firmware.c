/* SPDX-License-Identifier: GPL-2.0-only */
/* What firmware leaves behind, what it describes badly, and what faults. */
#include <errno.h>

#include "ops.h"
#include "scenarios.h"

/* Streams are aborted until the SMMU translates, and Xen opens nothing. */
void scenario_firmware_aborts(void)
{
    usual_machine();
    machine.smmus[0].gbpa_abort = true;
    boot_dom0();
    expect_reach("/display", DISPLAY_AT);
}

/*
 * The SMMU translates by tables of firmware's. What is lost until it is Xen's
 * is lost, but nothing bypasses it.
 */
void scenario_firmware_translates(void)
{
    usual_machine();
    machine.smmus[0].running = true;
    boot_dom0();
    expect_reach("/display", DISPLAY_AT);
    if ( test->rmr )
        expect(run_said("firmware left the SMMU translating"));
}

/* A string that has no end is not looked for beyond its property. */
void scenario_endless_compatible(void)
{
    usual_machine();
    machine.endless = true;
    boot_dom0();
    expect_reach("/display", DISPLAY_AT);
}

/* An ordinary device with an RMR master's StreamID. */
void scenario_alias(void)
{
    usual_machine();
    machine.masters[1].passthrough = true;
    machine.masters[1].sids[0] = 8;
    /* Its DMA cannot be told from the display's. */
    machine.masters[1].silent = true;
    boot();
    create_dom0();
    expect(test->add("/net") == -EBUSY);
    add_device("/display");
    assign(&machine.doms[0], "/display");
    unpause(&machine.doms[0]);
    expect(test->add("/net") == -EBUSY);
    expect(test->assign(machine.doms[0].d, "/net") == -EINVAL);
    expect_reach("/display", DOM_RAM(0));
}

/* A master whose StreamID the SMMU does not have is nobody's. */
void scenario_sid_out_of_range(void)
{
    usual_machine();
    add_rmr_master("/far", 0, 1u << variant->sid_bits, AUDIO_AT, AUDIO_SIZE);
    machine.masters[2].passthrough = true;
    machine.masters[2].unkept = true;
    boot_dom0();
    expect(!test->state("/far"));
    expect(run_said("rmr: /far: SMMU /iommu@9000000: StreamID "));
    expect(test->add("/far") < 0);
    expect_reach("/display", DISPLAY_AT);
    deassign(&machine.doms[0], "/display");
    expect_kept("/display", DISPLAY_AT);
}

static void fault(const char *name, uint64_t ipa)
{
    struct master *m = machine_master(name);
    struct model_smmu *s = machine.smmu[m->smmu];

    s->ops->event(s, m->sids[0], ipa);
    step("a fault of", m->sids[0]);
}

/* Events are counted by master; one storm does not stop the SMMU. */
void scenario_events(void)
{
    unsigned int i;

    usual_machine();
    boot_dom0();
    fault("/net", 0x1000);
    fault("/display", 0x1000);
    expect(!test->rmr || test->faults("/display") == 1);
    expect(run_said("event 0x10 received"));
    for ( i = 0; i < 20; i++ )
        fault("/display", 0x2000 + i);
    expect(!test->rmr || test->faults("/display") == 21);
    deassign(&machine.doms[0], "/display");
}

/* More events than the queue holds before anyone looks. */
void scenario_events_overflow(void)
{
    unsigned int i, seen;

    usual_machine();
    boot_dom0();
    run_hold_interrupts(true);
    for ( i = 0; i < 20; i++ )
        fault("/display", 0x1000);
    run_hold_interrupts(false);
    seen = test->faults("/display");
    expect(!test->rmr || (seen >= 8 && seen < 20));
    expect(run_said("overflow"));
    fault("/display", 0x1000);
    expect(!test->rmr || test->faults("/display") == seen + 1);
}
