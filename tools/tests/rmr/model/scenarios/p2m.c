/* SPDX-License-Identifier: GPL-2.0-only */
/* The p2m changes under joined masters, and where it must not. */
#include <errno.h>

#include "ops.h"
#include "scenarios.h"

/* What a domain has no more, none of its masters reaches. */
void scenario_flush(void)
{
    struct dom *dom0;

    usual_machine();
    boot_dom0();
    dom0 = &machine.doms[0];

    unmap(dom0, DOM_RAM(0), 0x1000);
    expect_stopped("/net", DOM_RAM(0));
    expect_set("/display", DOM_RAM(0), OUT_FAULT);
    map(dom0, DOM_RAM(0), 0x50000000, 0x1000, MAP_RAM);
    expect_reach("/display", DOM_RAM(0));
    expect_reach("/net", DOM_RAM(0));
    /* Another page at once: break before make. */
    map(dom0, DOM_RAM(0), 0x50001000, 0x1000, MAP_RAM);
    dom_drop_range(dom0, DOM_RAM(0), 0x1000);
    dom_drop_range(dom0, DOM_RAM(0), 0x1000);
    dom_add_range(dom0, DOM_RAM(0), 0x50001000, 0x1000);
    oracle_changed();
    step("the old page is another's", 0);
    expect_reach("/display", DOM_RAM(0));

    deassign(dom0, "/display");
    unmap(dom0, DOM_RAM(0), 0x1000);
    expect_kept("/display", DISPLAY_AT);
}

/* Nobody takes a region away from a master that is joined, not for a moment. */
void scenario_pins(void)
{
    struct dom *dom0;

    usual_machine();
    boot_dom0();
    dom0 = &machine.doms[0];

    expect(!test->map(dom0->d, DISPLAY_AT, DISPLAY_AT, DISPLAY_SIZE,
                      MAP_RESERVED));
    expect(!test->map(dom0->d, DISPLAY_AT + 0x1000, DISPLAY_AT + 0x1000,
                      0x1000, MAP_RESERVED));
    expect(test->map(dom0->d, DISPLAY_AT, DISPLAY_AT, 0x1000, MAP_DEVICE)
           == -EBUSY);
    expect(test->map(dom0->d, DISPLAY_AT + 0x1000, 0x50000000, 0x1000,
                     MAP_RAM) == -EBUSY);
    expect(test->map(dom0->d, 0x40000000, 0x40000000, 1UL << 30,
                     MAP_DEVICE) == -EBUSY);
    expect(test->unmap(dom0->d, DISPLAY_AT + 0x2000, DISPLAY_AT + 0x2000,
                       0x1000) == -EBUSY);
    expect(test->unmap(dom0->d, DISPLAY_AT - 0x1000, DISPLAY_AT - 0x1000,
                       0x2000) == -EBUSY);
    /* Larger than the region and agreeing: the rest is mapped. */
    dom_add_range(dom0, DISPLAY_AT + DISPLAY_SIZE, DISPLAY_AT + DISPLAY_SIZE,
                  0x1000);
    expect(!test->map(dom0->d, DISPLAY_AT, DISPLAY_AT, DISPLAY_SIZE + 0x1000,
                      MAP_RESERVED));
    expect_set("/display", DISPLAY_AT, OUT_RIGHT);
    expect_reach("/display", DISPLAY_AT + DISPLAY_SIZE);
    unmap(dom0, DISPLAY_AT + DISPLAY_SIZE, 0x1000);
    deassign(dom0, "/display");
    /* ... and nothing of that is left. */
    map(dom0, DISPLAY_AT, 0x50000000, 0x1000, MAP_RAM);
}

/* The region is there in other leaves before the master comes. */
void scenario_mapped_before(void)
{
    struct dom *dom0;

    usual_machine();
    boot_dom0();
    dom0 = &machine.doms[0];
    deassign(dom0, "/display");
    map(dom0, DISPLAY_AT, DISPLAY_AT, 0x200000, MAP_RESERVED);
    map(dom0, DISPLAY_AT + 0x200000, DISPLAY_AT + 0x200000,
        DISPLAY_SIZE - 0x200000, MAP_RESERVED);
    dom_drop_range(dom0, DISPLAY_AT, 0x200000);
    dom_drop_range(dom0, DISPLAY_AT + 0x200000, DISPLAY_SIZE - 0x200000);
    assign(dom0, "/display");
    expect_state("/display", "joined");
    expect_reach("/display", DOM_RAM(0));
    deassign(dom0, "/display");
    expect_kept("/display", DISPLAY_AT);
}
