/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What another CPU does in the middle of a switch: at every step of it, one
 * run after the other.
 */
#include <errno.h>

#include "ops.h"
#include "scenarios.h"

#define PAGE_IPA (DOM_RAM(0) + 0x1000)

/* The guest's memory changes: a page goes, and another one comes. */
static void change_p2m(void)
{
    struct dom *dom0 = &machine.doms[0];

    unmap(dom0, PAGE_IPA, 0x1000);
    map(dom0, PAGE_IPA, 0x50000000, 0x1000, MAP_RAM);
}

static void machine_with_page(void)
{
    unsigned int i;

    usual_machine();
    machine.masters[0].regions[0].size = 0x2000;
    boot_dom0();
    for ( i = 0; i < machine.nr_masters; i++ )
        machine_probe(&machine.masters[i], PAGE_IPA, false, 0);
}

static void other_cpu(void (*what)(void))
{
    struct dom *dom0 = &machine.doms[0];

    machine_with_page();
    cpu_other_runs(repeat_index, what);
    deassign(dom0, "/display");
    assign(dom0, "/display");
    repeat_again(!cpu_other_ran());
    cpu_join();
    expect_reach("/display", DISPLAY_AT);
    expect_reach("/display", PAGE_IPA);
    deassign(dom0, "/display");
    expect_kept("/display", DISPLAY_AT);
}

void scenario_flush_meanwhile(void)
{
    other_cpu(change_p2m);
}

/* An ordinary master of the same domain comes and goes. */
static void move_net(void)
{
    deassign(&machine.doms[0], "/net");
    assign(&machine.doms[0], "/net");
}

void scenario_attach_meanwhile(void)
{
    other_cpu(move_net);
}

static void fault_display(void)
{
    struct master *m = machine_master("/display");

    machine.smmu[0]->ops->event(machine.smmu[0], m->sids[0], 0x1000);
}

void scenario_fault_meanwhile(void)
{
    other_cpu(fault_display);
    expect(test->faults("/display") == 1);
}

/*
 * The last fault that is taken, and the timer: a bank that is retired in the
 * middle of it stays disabled.
 */
static void take_display(void)
{
    deassign(&machine.doms[0], "/display");
}

static void storm_meanwhile(bool timer)
{
    unsigned int i;

    machine_with_page();
    for ( i = 0; i < 15; i++ )
        fault_display();
    if ( timer )
        fault_display();
    cpu_other_runs(repeat_index, take_display);
    if ( timer )
        test->pass_time();
    else
        fault_display();
    repeat_again(!cpu_other_ran());
    cpu_join();
    expect_kept("/display", DISPLAY_AT);
    pass_time();
    change_p2m();
    expect_kept("/display", DISPLAY_AT);
    assign(&machine.doms[0], "/display");
    expect_reach("/display", DISPLAY_AT);
    expect_reach("/display", PAGE_IPA);
}

void scenario_storm_meanwhile(void)
{
    storm_meanwhile(false);
}

void scenario_timer_meanwhile(void)
{
    storm_meanwhile(true);
}

static bool got_display;

/* Somebody wants the very device that is being switched. */
static void want_display(void)
{
    (void)test->deassign(machine.doms[1].d, "/display");
    got_display = !test->assign(machine.doms[1].d, "/display");
}

void scenario_want_meanwhile(void)
{
    struct dom *dom0;
    int rc;

    machine_with_page();
    dom0 = &machine.doms[0];
    create_dom(1);
    got_display = false;
    cpu_other_runs(repeat_index, want_display);
    deassign(dom0, "/display");
    rc = try_assign(dom0, "/display");
    expect(rc == (got_display ? -EBUSY : 0));
    if ( rc )
    {
        deassign(&machine.doms[1], "/display");
        assign(dom0, "/display");
    }
    repeat_again(!cpu_other_ran());
    cpu_join();
    expect_reach("/display", PAGE_IPA);
}

/* Another master with the same region is given while that is being unmapped. */
static void assign_overlay(void)
{
    assign(&machine.doms[0], "/overlay");
}

void scenario_share_meanwhile(void)
{
    struct dom *dom0 = boot_shared_region();

    deassign(dom0, "/overlay");
    /* Not at each step: there are some for each page. */
    cpu_other_runs(97 * repeat_index, assign_overlay);
    deassign(dom0, "/display");
    repeat_again(!cpu_other_ran());
    cpu_join();
    expect_kept("/display", DISPLAY_AT);
    if ( cpu_other_ran() )
    {
        expect_state("/overlay", "joined");
        expect_reach("/overlay", DISPLAY_AT + DISPLAY_SIZE - 1);
    }
}
