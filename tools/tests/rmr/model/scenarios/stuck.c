/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An SMMU that stops consuming commands: at each command of an operation in
 * turn, with a queue that is full soon after, and with one that is not. Whoever
 * finds out waits once; all others fail at once. Nothing is freed that the SMMU
 * may still use, and all goes on when it does.
 */
#include <errno.h>
#include <string.h>

#include "ops.h"
#include "scenarios.h"

/* Looks at SMMU_CMDQ_CONS: more than one wait has, and fewer than two. */
#define ONE_WAIT 250
/* ... and those of all calls that fail at once. */
#define NO_WAIT  50

static bool dead(int rc)
{
    return rc == -ETIMEDOUT || rc == -EIO;
}

static bool small_queue(void)
{
    return repeat_index & 1;
}

/* The ordinary /disk is not dom0's. */
static void stuck_machine(void)
{
    struct master *m;

    usual_machine();
    machine.smmus[0].cmdq_log2 = small_queue() ? 1 : 4;
    m = machine_master("/display");
    m->sids[m->nr_sids++] = 16;
    m->sids[m->nr_sids++] = 17;
    m->regions[0].size = 0x1000;
    add_rmr_master("/audio", 0, 18, AUDIO_AT, 0x1000);
    m = add_master("/disk", 0, 19);
    m->sids[m->nr_sids++] = 20;
    m->passthrough = true;
}

static struct dom *stuck_dom0(void)
{
    stuck_machine();
    boot_dom0();
    add_device("/disk");

    return &machine.doms[0];
}

static void stop(void)
{
    struct model_smmu *s = machine.smmu[0];

    s->ops->stop_consuming(s, (repeat_index + 1) / 2, 0);
}

/* Did the operation have that many commands? If not, this was the last run. */
static bool stopped(void)
{
    bool is = machine.smmu[0]->stopped;

    repeat_again(!is && !small_queue());
    if ( !is )
        machine.smmu[0]->ops->stop_consuming(machine.smmu[0], 0, 0);

    return is;
}

static void answer_again(void)
{
    machine.smmu[0]->ops->stop_consuming(machine.smmu[0], 0, 0);
    phase_changed("the SMMU goes on");
}

/* One wait, and one line for a full queue and for a SYNC each, in all. */
static void expect_one_wait(void)
{
    const char *p = run_console();
    unsigned int lines = 0;

    expect(machine.smmu[0]->looks <= ONE_WAIT + NO_WAIT);
    while ( (p = strstr(p, " timeout\n")) )
    {
        p++;
        lines++;
    }
    expect(lines == 1 || lines == 2);
}

/* Everything else that is asked of the SMMU, for @dom0 and for a new domain. */
static void expect_all_dead(struct dom *dom0)
{
    unsigned int vmids = test->vmids(0);
    struct dom *dom1 = create_dom(1);

    unpause(dom1);
    expect(dead(test->unmap(dom0->d, DOM_RAM(0) + 0x1000,
                            DOM_RAM_PA(0) + 0x1000, 0x1000)));
    expect(dead(try_deassign(dom0, "/net")));
    expect(dead(try_deassign(dom0, "/audio")));
    expect_state("/audio", "broken");
    expect(dead(try_assign(dom1, "/disk")));
    /* What was not mapped before is in no TLB. */
    map(dom0, DOM_RAM(1), 0x50000000, 0x1000, MAP_RAM);
    expect(test->vmids(0) == vmids + 1);
    destroy_dom(dom1);
    expect(test->vmids(0) == vmids + 1);
    expect_one_wait();
}

/* It goes on. */
static void expect_all_well(struct dom *dom0)
{
    struct dom *dom2;

    answer_again();
    deassign(dom0, "/net");
    deassign(dom0, "/audio");
    expect_set("/audio", AUDIO_AT, OUT_RIGHT);
    expect_set("/audio", DOM_RAM(1), OUT_FAULT);
    expect(try_assign(dom0, "/audio") == -EPERM);
    dom2 = create_dom(2);
    unpause(dom2);
    assign(dom2, "/disk");
    expect_reach("/disk", DOM_RAM(2));
    assign(dom2, "/net");
    expect_reach("/net", DOM_RAM(2));
    destroy_dom(dom2);
}

void scenario_stuck_leave(void)
{
    struct dom *dom0 = stuck_dom0();
    bool is_stopped;
    int rc;

    /* It may be that it stays mapped in dom0, for ever. */
    dom_add_range(dom0, DISPLAY_AT, DISPLAY_AT, 0x1000);
    stop();
    rc = try_deassign(dom0, "/display");
    is_stopped = stopped();
    expect_state("/display", rc ? "broken" : "quarantine");
    expect(is_stopped ? !rc || dead(rc) : !rc);
    if ( !is_stopped )
    {
        expect_kept("/display", DISPLAY_AT);
        return;
    }

    expect(rc || run_said("stays mapped"));
    expect(try_assign(dom0, "/display") < 0);
    expect_all_dead(dom0);
    expect_all_well(dom0);
    if ( rc )
        deassign(dom0, "/display");
    expect_kept("/display", DISPLAY_AT);
    expect(try_assign(dom0, "/display") == -EPERM);
}

void scenario_stuck_join(void)
{
    struct dom *dom0 = stuck_dom0();
    bool is_stopped;

    deassign(dom0, "/display");
    stop();
    assign(dom0, "/display");
    is_stopped = stopped();
    expect_state("/display", is_stopped ? "broken" : "joined");
    if ( !is_stopped )
    {
        expect_reach("/display", DOM_RAM(0));
        return;
    }

    expect_all_dead(dom0);
    expect(dead(try_deassign(dom0, "/display")));
    expect_one_wait();
    expect_all_well(dom0);
    deassign(dom0, "/display");
    expect_kept("/display", DISPLAY_AT);
    expect(try_assign(dom0, "/display") == -EPERM);
}

/* An ordinary device: the domain has it, or has never had it. */
void scenario_stuck_attach(void)
{
    struct dom *dom0 = stuck_dom0(), *dom2 = create_dom(2);
    unsigned int vmids = test->vmids(0);
    unsigned long tables = test->tables(dom2->d);
    bool is_stopped;
    int rc;

    unpause(dom2);
    stop();
    rc = try_assign(dom2, "/disk");
    is_stopped = stopped();
    expect(!rc || (is_stopped && dead(rc)));
    if ( rc )
    {
        destroy_dom(dom2);
        expect(test->vmids(0) == vmids + 1);
    }
    else if ( is_stopped )
    {
        expect(dead(try_destroy_dom(dom2)));
        expect(dead(try_destroy_dom(dom2)));
        expect(test->tables(dom2->d) == tables);
    }
    if ( is_stopped )
        expect_one_wait();
    answer_again();
    if ( !rc )
    {
        destroy_dom(dom2);
        expect(test->vmids(0) == vmids);
    }
    assign(dom0, "/disk");
    expect_reach("/disk", DOM_RAM(0));
}

void scenario_stuck_detach(void)
{
    struct dom *dom0 = stuck_dom0(), *dom2 = create_dom(2);
    unsigned int vmids = test->vmids(0);
    bool is_stopped;
    int rc;

    unpause(dom2);
    assign(dom2, "/disk");
    stop();
    rc = try_deassign(dom2, "/disk");
    is_stopped = stopped();
    expect(is_stopped ? !rc || dead(rc) : !rc);
    if ( rc )
    {
        /* It is dom2's until the SMMU has let go of it. */
        expect(try_assign(dom0, "/disk") == -EBUSY);
        expect(dead(try_destroy_dom(dom2)));
        expect_one_wait();
        answer_again();
        expect(try_assign(dom0, "/disk") == -EBUSY);
        deassign(dom2, "/disk");
    }
    answer_again();
    /* The VMID is free only if the SMMU has said that it is clean. */
    expect(test->vmids(0) == vmids + (is_stopped && !rc));
    assign(dom0, "/disk");
    expect_reach("/disk", DOM_RAM(0));
    expect(test->vmids(0) == vmids + (is_stopped && !rc));
}

void scenario_stuck_death(void)
{
    struct dom *dom0 = stuck_dom0();
    unsigned long tables = test->tables(dom0->d);
    int rc;

    stop();
    rc = try_destroy_dom(dom0);
    if ( !stopped() )
        expect(!rc);
    else
    {
        expect(dead(rc));
        expect(dead(try_destroy_dom(dom0)));
        expect(test->tables(dom0->d) == tables);
        expect_one_wait();
        answer_again();
        expect_set("/display", DISPLAY_AT, OUT_RIGHT);
        destroy_dom(dom0);
    }
    expect_kept("/display", DISPLAY_AT);
    expect_kept("/audio", AUDIO_AT);
    expect_stopped("/net", DOM_RAM(0));
}

/* What a device may still reach is not free, whatever the p2m says. */
void scenario_stuck_unmap(void)
{
    struct dom *dom0 = stuck_dom0();
    int rc;

    stop();
    rc = test->unmap(dom0->d, DOM_RAM(0), DOM_RAM_PA(0), 0x1000);
    if ( !stopped() )
        expect(!rc);
    else
    {
        expect(dead(rc));
        expect_all_dead(dom0);
        answer_again();
        unmap(dom0, DOM_RAM(0) + 0x2000, 0x1000);
    }
    dom_drop_range(dom0, DOM_RAM(0), 0x1000);
    phase_changed("the page is another's");
    expect_set("/display", DOM_RAM(0), OUT_FAULT);
    expect_stopped("/net", DOM_RAM(0));
}

/* Another page at the same address: none, or the new one. */
static void stuck_page(struct dom *dom0)
{
    int rc;

    dom_add_range(dom0, DOM_RAM(0), 0x50001000, 0x1000);
    stop();
    rc = test->map(dom0->d, DOM_RAM(0), 0x50001000, 0x1000, MAP_RAM);
    if ( !stopped() )
    {
        expect(!rc);
        return;
    }

    expect(dead(rc));
    dom_drop_range(dom0, DOM_RAM(0), 0x1000);
    dom_drop_range(dom0, DOM_RAM(0), 0x1000);
    dom_add_range(dom0, DOM_RAM(0), DOM_RAM_PA(0), 0x1000);
    phase_changed("the new page is another's");
    expect_all_dead(dom0);
    expect_all_well(dom0);
}

void scenario_stuck_remap(void)
{
    stuck_page(stuck_dom0());
}

/* A table that is no longer needed, but may be walked. */
void scenario_stuck_table(void)
{
    struct dom *dom0 = stuck_dom0();
    unsigned long tables = test->tables(dom0->d);
    int rc;

    dom_add_range(dom0, DOM_RAM(0), DOM_RAM_PA(0), 0x200000);
    stop();
    rc = test->map(dom0->d, DOM_RAM(0), DOM_RAM_PA(0), 0x200000, MAP_RAM);
    if ( !stopped() )
    {
        expect(!rc);
        expect(test->tables(dom0->d) == tables - 1);
        return;
    }

    expect(dead(rc));
    expect(test->tables(dom0->d) == tables);
    phase_changed("the table is in use");
    expect_one_wait();
}

/* The SMMU is not switched on with what it may have cached before. */
void scenario_stuck_boot(void)
{
    int rc;

    stuck_machine();
    power_on();
    stop();
    rc = test->setup_iommus();
    if ( stopped() )
    {
        expect(dead(rc));
        expect(machine.smmu[0]->ops->translating(machine.smmu[0]) ==
               TRANSLATES_NOT);
        expect_one_wait();
    }
    else
        expect(!rc);
}

/* An SMMU that sends events: none comes. */
void scenario_stuck_sev(void)
{
    struct dom *dom0;

    stuck_machine();
    machine.smmus[0].sev = true;
    boot_dom0();
    dom0 = &machine.doms[0];
    stop();
    expect(dead(try_deassign(dom0, "/display")));
    repeat_again(repeat_index == 2);
    expect_state("/display", "broken");
}

static void stop_for_a_while(struct dom *dom0, struct dom *dom2)
{
    static unsigned long wait;         /* looks in one wait: of the first run */
    struct model_smmu *s = machine.smmu[0];
    int rc;

    switch ( repeat_index )
    {
    case 1:
        s->ops->stop_consuming(s, 1, 0);
        expect(dead(try_deassign(dom0, "/display")));
        wait = s->looks;
        expect(wait > ONE_WAIT / 2 && wait <= ONE_WAIT);
        answer_again();
        break;
    case 2:
        s->ops->stop_consuming(s, 1, wait / 2);
        deassign(dom0, "/display");
        assign(dom0, "/display");
        break;
    case 3:
    case 4:
    case 5:
        /* A look before the wait ends, at its end, and after it. */
        s->ops->stop_consuming(s, 1, wait + repeat_index - 4);
        rc = try_deassign(dom0, "/display");
        expect(!rc || dead(rc));
        expect_state("/display", rc ? "broken" : "quarantine");
        if ( !rc )
            assign(dom0, "/display");
        break;
    default:
        s->ops->stop_consuming(s, 1, 0);
        expect(dead(try_deassign(dom0, "/display")));
        s->ops->stop_consuming(s, 1, 2);
        expect(dead(try_deassign(dom2, "/disk")));
        break;
    }
}

/*
 * It goes on by itself: before a wait ends, or when it has, so that commands are
 * missing before others that are complete.
 */
void scenario_stuck_for_a_while(void)
{
    struct dom *dom0, *dom2;

    stuck_machine();
    machine.smmus[0].cmdq_log2 = 1;
    boot_dom0();
    repeat_again(repeat_index == 6);
    dom0 = &machine.doms[0];
    dom2 = create_dom(2);
    unpause(dom2);
    add_device("/disk");
    assign(dom2, "/disk");

    stop_for_a_while(dom0, dom2);
    /* Unless it still has to be seen that it goes on. */
    if ( try_deassign(dom0, "/display") )
        deassign(dom0, "/display");
    deassign(dom2, "/disk");
    expect_kept("/display", DISPLAY_AT);
    expect_stopped("/disk", DOM_RAM(2));
}

/* One of two SMMUs: the other one is flushed all the same. */
void scenario_stuck_beside(void)
{
    unsigned int bad = repeat_index & 1, good = !bad;
    /* Has dom0 RMR masters behind it, too, or none but ordinary ones? */
    bool rmr = repeat_index > 2;
    struct model_smmu *s;
    struct dom *dom0;

    add_smmu();
    add_smmu();
    add_rmr_master("/display", good, 8, DISPLAY_AT, 0x1000);
    add_rmr_master("/audio", bad, 8, AUDIO_AT, 0x1000)->passthrough = !rmr;
    add_master("/net", 0, 9);
    add_master("/disk", 1, 9);
    boot_dom0();
    dom0 = &machine.doms[0];
    repeat_again(repeat_index == 4);

    s = machine.smmu[bad];
    s->ops->stop_consuming(s, 1, 0);
    expect(dead(test->unmap(dom0->d, DOM_RAM(0), DOM_RAM_PA(0), 0x1000)));
    if ( rmr )
        expect(dead(try_deassign(dom0, "/audio")));
    expect_set("/display", DOM_RAM(0), OUT_FAULT);
    expect_stopped(good ? "/disk" : "/net", DOM_RAM(0));
    deassign(dom0, good ? "/disk" : "/net");
    expect(dead(try_deassign(dom0, good ? "/net" : "/disk")));
    expect(s->looks <= ONE_WAIT + NO_WAIT);
}
