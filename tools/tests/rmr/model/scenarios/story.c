/* SPDX-License-Identifier: GPL-2.0-only */
/* From power-on to a master that has left a domain, with nothing special. */
#include "ops.h"
#include "scenarios.h"

void scenario_story(void)
{
    struct dom *dom0;

    usual_machine();
    boot();
    expect_state("/display", "boot");
    if ( test->rmr )
    {
        expect_set("/display", DISPLAY_AT, OUT_RIGHT);
        expect_set("/display", DOM_RAM(0), OUT_FAULT);
    }

    dom0 = create_dom0();
    add_device("/display");
    add_device("/net");
    assign(dom0, "/display");
    expect_state("/display", "pending");
    assign(dom0, "/net");
    unpause(dom0);
    expect_state("/display", "joined");
    expect_reach("/display", DISPLAY_AT);
    expect_reach("/display", DOM_RAM(0));
    expect_reach("/net", DOM_RAM(0));

    deassign(dom0, "/display");
    expect_state("/display", "quarantine");
    if ( test->rmr )
    {
        expect_set("/display", DISPLAY_AT, OUT_RIGHT);
        expect_set("/display", DOM_RAM(0), OUT_FAULT);
    }
    deassign(dom0, "/net");
    expect_stopped("/net", DOM_RAM(0));
}
