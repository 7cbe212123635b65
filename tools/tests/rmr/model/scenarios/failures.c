/* SPDX-License-Identifier: GPL-2.0-only */
/* An SMMU that does not answer, a queue that is full, no memory. */
#include <errno.h>
#include <string.h>

#include "ops.h"
#include "scenarios.h"

/* --- No answer ------------------------------------------------------------------- */

static void answer_again(void)
{
    machine.smmu[0]->ops->stop_answering(machine.smmu[0], 0);
    phase_changed("the SMMU answers again");
}

static void after_no_answer(struct dom *dom0)
{
    unsigned int vmids = test->vmids(0);
    struct dom *dom1;
    int rc;

    expect_state("/display", "broken");
    expect_set("/display", DISPLAY_AT, OUT_RIGHT);
    answer_again();
    rc = try_assign(dom0, "/display");
    expect(rc == -EIO || rc == -EBUSY);
    /* Other devices go on, with VMIDs of their own. */
    expect_reach("/net", DOM_RAM(0));
    deassign(dom0, "/net");
    dom1 = create_dom(1);
    unpause(dom1);
    assign(dom1, "/net");
    expect(test->vmids(0) == vmids);
    expect_reach("/net", DOM_RAM(1));
    destroy_dom(dom1);
    /* The domain's changes still reach the master that may use its table. */
    unmap(dom0, DOM_RAM(0), 0x1000);
    expect_stopped("/display", DOM_RAM(0));
    expect_set("/display", DISPLAY_AT, OUT_RIGHT);
}

void scenario_no_answer_to_leave(void)
{
    struct dom *dom0;

    repeat_again(repeat_index == 2);
    usual_machine();
    boot_dom0();
    dom0 = &machine.doms[0];

    machine.smmu[0]->ops->stop_answering(machine.smmu[0], repeat_index);
    expect(try_deassign(dom0, "/display") == -ETIMEDOUT);
    after_no_answer(dom0);
    /* It may yet leave, and is not given to anyone again. */
    deassign(dom0, "/display");
    expect(try_assign(dom0, "/display") < 0);
}

void scenario_no_answer_to_join(void)
{
    struct dom *dom0;

    repeat_again(repeat_index == 2);
    usual_machine();
    machine.masters[0].regions[0].size = 0x1000;
    boot_dom0();
    dom0 = &machine.doms[0];
    deassign(dom0, "/display");

    machine.smmu[0]->ops->stop_answering(machine.smmu[0], repeat_index);
    (void)try_assign(dom0, "/display");
    after_no_answer(dom0);
}

/* The domain stays dying, with all its memory, until the SMMU has answered. */
void scenario_no_answer_to_death(void)
{
    struct dom *dom0;

    repeat_again(repeat_index == 2);
    usual_machine();
    machine_master("/net")->passthrough = true;
    boot_dom0();
    dom0 = &machine.doms[0];

    machine.smmu[0]->ops->stop_answering(machine.smmu[0], repeat_index);
    expect(try_destroy_dom(dom0) == -ETIMEDOUT);
    expect_state("/display", "broken");
    answer_again();
    expect_set("/display", DISPLAY_AT, OUT_RIGHT);
    destroy_dom(dom0);
    expect_set("/display", DISPLAY_AT, OUT_RIGHT);
    expect_stopped("/display", DOM_RAM(0));
}

/* An ordinary context's VMID cannot be cleaned: nobody gets it. */
void scenario_no_answer_to_free(void)
{
    struct dom *dom1, *dom2;
    unsigned int vmids;

    usual_machine();
    machine_master("/net")->passthrough = true;
    boot_dom0();
    add_device("/net");
    dom1 = create_dom(1);
    dom2 = create_dom(2);
    unpause(dom1);
    unpause(dom2);
    vmids = test->vmids(0);
    assign(dom1, "/net");

    /* The detach is answered, the TLBI of the VMID is not. */
    machine.smmu[0]->ops->stop_answering(machine.smmu[0], 2);
    deassign(dom1, "/net");
    expect(test->vmids(0) == vmids + 1);
    answer_again();
    assign(dom2, "/net");
    expect(test->vmids(0) == vmids + 2);
    expect_reach("/net", DOM_RAM(2));
}

/* Two entries in the queue, and a master with many streams. */
void scenario_queue_full(void)
{
    struct master *m;
    unsigned int i;

    add_smmu()->cmdq_log2 = 1;
    m = add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    for ( i = 1; i < 8; i++ )
        m->sids[m->nr_sids++] = 8 + i;
    boot_dom0();
    deassign(&machine.doms[0], "/display");
    expect_kept("/display", DISPLAY_AT);
    assign(&machine.doms[0], "/display");
    expect_reach("/display", DOM_RAM(0));
}

/* --- No memory --------------------------------------------------------------------- */

/* At boot: the master is kept, or is an ordinary one that is refused. */
void scenario_no_memory_at_boot(void)
{
    int rc;

    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE)->doubtful = true;
    add_master("/net", 0, 9);
    power_on();
    run_fail_at(repeat_index);
    rc = test->setup_iommus();
    repeat_again(!run_failed_one());
    run_fail_at(0);
    test->finish_boot();
    if ( rc )
        return;

    if ( test->state("/display") )
        expect_kept("/display", DISPLAY_AT);
    else
        expect_stopped("/display", DISPLAY_AT);
}

/* An assignment that fails, a state that is the same, one that does not. */
void scenario_no_memory_to_assign(void)
{
    struct dom *dom0;
    struct look b;
    int rc;

    usual_machine();
    /* dom0's p2m has no tables for its regions yet. */
    machine.masters[0].passthrough = true;
    machine.masters[0].regions[1] = (struct range){ AUDIO_AT, AUDIO_AT,
                                                    AUDIO_SIZE };
    machine.masters[0].nr_regions = 2;
    boot_dom0();
    dom0 = &machine.doms[0];
    add_device("/display");
    b = look(dom0);
    run_fail_at(repeat_index);
    rc = try_assign(dom0, "/display");
    repeat_again(!run_failed_one());
    run_fail_at(0);
    if ( rc )
    {
        expect(rc == -ENOMEM);
        expect_state("/display", "boot");
        expect_kept("/display", DISPLAY_AT);
        expect_as_before(&b, dom0);
        assign(dom0, "/display");
    }
    expect_reach("/display", DISPLAY_AT);
    expect_reach("/display", AUDIO_AT);
    deassign(dom0, "/display");
    expect_kept("/display", DISPLAY_AT);
}

/* An ordinary device is added and assigned. */
void scenario_no_memory_to_attach(void)
{
    struct dom *dom1;
    struct look b;
    bool failed;
    int rc;

    usual_machine();
    add_master("/late", 0, other_table(7))->passthrough = true;
    boot_dom0();
    dom1 = create_dom(1);
    unpause(dom1);
    b = look(dom1);
    run_fail_at(repeat_index);
    rc = test->add("/late");
    if ( !rc )
        rc = try_assign(dom1, "/late");
    failed = run_failed_one();
    repeat_again(!failed);
    run_fail_at(0);
    expect(!rc == !failed);
    if ( rc )
    {
        expect_stopped("/late", DOM_RAM(1));
        /* What has been added stays, and so does its table. */
        expect(test->vmids(0) == b.vmids);
        add_device("/late");
        assign(dom1, "/late");
    }
    expect_reach("/late", DOM_RAM(1));
    destroy_dom(dom1);
}

/* A domain, and dom0's regions. */
void scenario_no_memory_for_domain(void)
{
    struct dom *d = NULL;
    struct look b;
    int rc;

    usual_machine();
    boot();
    create_dom(0);
    b = look(NULL);
    run_fail_at(repeat_index);
    rc = try_create_dom(1, &d);
    repeat_again(!run_failed_one());
    run_fail_at(0);
    if ( rc )
        expect_as_before(&b, NULL);
    else
        destroy_dom(d);
    expect_as_before(&b, NULL);
    expect_kept("/display", DISPLAY_AT);
}

void scenario_no_memory_for_regions(void)
{
    struct dom *dom0;

    usual_machine();
    boot();
    dom0 = create_dom(0);
    run_fail_at(repeat_index);
    hwdom_map(dom0);
    repeat_again(!run_failed_one());
    run_fail_at(0);
    expect_kept("/display", DISPLAY_AT);
    add_device("/net");
    assign(dom0, "/net");
    add_device("/display");
    (void)try_assign(dom0, "/display");
    unpause(dom0);
    expect_set("/display", DISPLAY_AT, OUT_RIGHT);
    expect_reach("/net", DOM_RAM(0));
}

/* A join and a leave allocate nothing, and so cannot fail for want of it. */
void scenario_no_memory_to_switch(void)
{
    struct dom *dom0;

    usual_machine();
    boot();
    dom0 = create_dom0();
    add_device("/display");
    assign(dom0, "/display");
    run_fail_at(1);
    unpause(dom0);
    deassign(dom0, "/display");
    expect(!run_failed_one());
    run_fail_at(0);
    expect_kept("/display", DISPLAY_AT);
}
