/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a switch costs, counted: join and leave of an RMR master beside what the
 * driver does for an ordinary one, which is all that stock Xen has. Nothing is
 * judged here. Called by main.c (-c).
 */
#include <stdio.h>
#include <string.h>

#include "../core/counts.h"
#include "ops.h"
#include "scenarios.h"

unsigned int costs_streams;
const char *costs_generation;

/* callgrind counts between entry and exit of these, by their names. */
#define NO_CLONE __attribute__((__noinline__, __noclone__))

static void begin(void)
{
    memset(&counts, 0, sizeof(counts));
}

static void print(const char *what)
{
    const struct counts c = counts;

    printf("%-10s %4u %-7s stores %4lu commands %4lu CFGI %4lu TLBI %2lu SYNC %4lu register writes %4lu reads %4lu allocations %2lu pages %2lu\n",
           costs_generation, costs_streams, what, c.stores - 2 * c.commands,
           c.commands, c.cfgi, c.tlbi, c.syncs, c.writes, c.reads,
           c.allocations, c.pages);
}

static void NO_CLONE costs_join(struct dom *d)
{
    test->creation_finished(d->d);
}

static void NO_CLONE costs_leave(struct dom *d)
{
    test->take_away(d->d, "/display");
}

static void NO_CLONE costs_assign(struct dom *d)
{
    test->assign(d->d, "/net");
}

static void NO_CLONE costs_deassign(struct dom *d)
{
    test->deassign(d->d, "/net");
}

static struct dom *start(const char *name, bool rmr)
{
    struct master *m;
    struct dom *dom0;
    unsigned int i;

    add_smmu();
    m = rmr ? add_rmr_master(name, 0, 0, DISPLAY_AT, 0x1000)
            : add_master(name, 0, 0);
    for ( i = 1; i < costs_streams; i++ )
        m->sids[m->nr_sids++] = i;
    oracle.off = true;
    mem_plain = true;
    boot();
    dom0 = create_dom0();
    add_device(name);

    return dom0;
}

void scenario_costs_rmr(void)
{
    struct dom *dom0 = start("/display", true);

    expect(!test->assign(dom0->d, "/display"));
    begin();
    costs_join(dom0);
    print("join");
    expect_state("/display", "joined");
    begin();
    costs_leave(dom0);
    print("leave");
    expect_state("/display", "quarantine");
}

void scenario_costs_plain(void)
{
    struct dom *dom0 = start("/net", false);

    test->creation_finished(dom0->d);
    begin();
    costs_assign(dom0);
    print("assign");
    begin();
    costs_deassign(dom0);
    print("deassign");
}
