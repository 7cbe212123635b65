/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose data are in a region that goes from one domain to another, and when they
 * are wiped: to the byte. The contents themselves are not modelled.
 */
#include <errno.h>

#include "guests.h"
#include "scenarios.h"

static unsigned long wiped_since(void)
{
    static unsigned long before;
    unsigned long now = test->wiped(), since = now - before;

    before = now;

    return since;
}

static void contents_boot(void)
{
    guest_boot();
    expect(test->wiped() == 0);
    (void)wiped_since();
}

/* @d gets the display, has it, and gives it back. */
static void has_display(struct dom *d)
{
    assign(d, "/display");
    if ( !d->runs )
        unpause(d);
    expect_joined("/display", d);
    expect(test->user("/display", 0) == d->id);
    deassign(d, "/display");
}

/* Firmware's picture; the same guest again; another one; dead ones' IDs. */
void scenario_guest_contents(void)
{
    struct dom *d1, *d2;

    guest_machine();
    machine.masters[0].regions[1] = (struct range){ AUDIO_AT, AUDIO_AT,
                                                    AUDIO_SIZE };
    machine.masters[0].regions[2] = (struct range){ 0x70000000, ~0UL, 0x1000 };
    machine.masters[0].nr_regions = 3;
    contents_boot();
    d1 = create_dom(1);
    d2 = create_dom(2);

    has_display(d1);
    has_display(d1);
    expect(wiped_since() == 0);
    has_display(d2);
    expect(wiped_since() == DISPLAY_SIZE + AUDIO_SIZE);
    has_display(d1);
    expect(wiped_since() == DISPLAY_SIZE + AUDIO_SIZE);

    /* The next domain of that ID is another one. */
    destroy_dom(d1);
    expect(test->user("/display", 0) > MAX_DOMS);
    d1 = create_dom(1);
    has_display(d1);
    expect(wiped_since() == DISPLAY_SIZE + AUDIO_SIZE);
    destroy_dom(d1);
    destroy_dom(d2);
}

/* dom0 has it first, and gets it back: as it is. */
void scenario_guest_and_hwdom(void)
{
    struct dom *dom0, *d1;

    usual_machine();
    boot_dom0();
    dom0 = &machine.doms[0];
    expect_state("/display", "joined");
    (void)wiped_since();
    deassign(dom0, "/display");
    expect(test->user("/display", 0) == 0);

    d1 = create_dom(1);
    has_display(d1);
    expect(wiped_since() == DISPLAY_SIZE);
    has_display(dom0);
    expect(wiped_since() == 0);
    has_display(d1);
    expect(wiped_since() == DISPLAY_SIZE);
    assign(dom0, "/display");
    destroy_dom(d1);
    expect_joined("/display", dom0);
    expect(wiped_since() == 0);
}

/* The operator says that the data may go from one to the other. */
void scenario_guest_keep(void)
{
    struct dom *d1, *d2;

    guest_machine();
    expect(!test->cmdline("/display=keep"));
    contents_boot();
    d1 = create_dom(1);
    d2 = create_dom(2);
    has_display(d1);
    has_display(d2);
    expect(wiped_since() == 0);
    destroy_dom(d1);
    destroy_dom(d2);
}

/* A running guest sees no page of a region before all of them are wiped. */
void scenario_guest_wiped_first(void)
{
    struct dom *d1, *d2;
    int rc;

    guest_machine();
    contents_boot();
    d1 = create_dom(1);
    d2 = create_dom(2);
    unpause(d2);
    has_display(d1);

    do {
        rc = assign_steps(d2, "/display", 1);
        if ( test->lookup(d2->d, DISPLAY_AT) != ~0UL )
            expect(test->wiped() == DISPLAY_SIZE);
        else
            expect(test->user("/display", 0) == 1);
    } while ( rc == -ERESTART );
    expect(!rc);
    expect(wiped_since() == DISPLAY_SIZE);
    destroy_dom(d1);
    destroy_dom(d2);
}

/*
 * One that does not run yet has it wiped last, unless it starts in the middle of
 * the assignment.
 */
void scenario_guest_starts_meanwhile(void)
{
    struct dom *d1, *d2;
    int rc;

    guest_machine();
    contents_boot();
    d1 = create_dom(1);
    d2 = create_dom(2);
    has_display(d1);
    rc = assign_steps(d2, "/display", repeat_index);
    repeat_again(!rc);
    unpause(d2);
    if ( test->lookup(d2->d, DISPLAY_AT) != ~0UL )
    {
        /* What had been wiped already may be so twice. */
        expect(wiped_since() >= DISPLAY_SIZE);
        expect(test->user("/display", 0) == 2);
    }
    if ( rc )
        assign(d2, "/display");
    expect(wiped_since() == 0);
    expect_joined("/display", d2);
    destroy_dom(d1);
    destroy_dom(d2);
}

/*
 * What a guest has written to before its assignment was cut off, or failed, is
 * its data, and not those of whoever was there before it.
 */
void scenario_guest_half_written(void)
{
    struct dom *d1, *d2;
    bool mapped;
    int rc;

    guest_machine();
    contents_boot();
    d1 = create_dom(1);
    d2 = create_dom(2);
    unpause(d2);
    has_display(d1);
    rc = assign_steps(d2, "/display", repeat_index);
    repeat_again(!rc);
    mapped = test->lookup(d2->d, DISPLAY_AT) != ~0UL;
    expect(test->user("/display", 0) == (mapped ? 2 : 1));
    destroy_dom(d2);
    (void)wiped_since();
    has_display(d1);
    expect(wiped_since() == (mapped ? DISPLAY_SIZE : 0));
    destroy_dom(d1);
}

/* --- No memory ----------------------------------------------------------------------- */

/* Each allocation of an assignment fails in turn: nothing has changed. */
void scenario_guest_no_memory(void)
{
    struct dom *d1, *d2;
    struct look before;
    int rc;

    guest_machine();
    machine.masters[0].regions[1] = (struct range){ AUDIO_AT, AUDIO_AT,
                                                    AUDIO_SIZE };
    machine.masters[0].nr_regions = 2;
    contents_boot();
    d1 = create_dom(1);
    d2 = create_dom(2);
    has_display(d1);
    before = look(d2);
    run_fail_at(repeat_index);
    rc = try_assign(d2, "/display");
    repeat_again(!run_failed_one());
    run_fail_at(0);
    if ( rc )
    {
        expect(rc == -ENOMEM);
        expect_state("/display", "quarantine");
        expect_kept("/display", DISPLAY_AT);
        expect_as_before(&before, d2);
        assign(d2, "/display");
    }
    unpause(d2);
    expect_joined("/display", d2);
    destroy_dom(d1);
    destroy_dom(d2);
}

/*
 * The guest's pool of p2m pages ends in the middle of a region. Two pages are
 * for its RAM, and two for the region.
 */
void scenario_guest_no_pool(void)
{
    const bool runs = repeat_index % 2;
    const unsigned int pages = 2 + (repeat_index - 1) / 2;
    struct look before;
    struct dom *d1, *d2;
    unsigned long flushed;
    int rc;

    guest_machine();
    contents_boot();
    d1 = create_dom(1);
    has_display(d1);
    d2 = create_dom_with(2, pages);
    if ( runs )
        unpause(d2);
    before = look(d2);
    flushed = test->flushed();
    rc = try_assign(d2, "/display");
    repeat_again(!rc && !runs);
    expect(rc == (pages < 4 ? -ENOMEM : 0));
    if ( rc )
    {
        expect_state("/display", "quarantine");
        expect_kept("/display", DISPLAY_AT);
        /* A guest that runs was to see it wiped, and may have seen some of it. */
        if ( runs )
        {
            before.wiped += DISPLAY_SIZE;
            before.user = pages > 2 ? 2 : 1;
        }
        expect_as_before(&before, d2);
        /* ... and what it wrote there does not come back later. */
        expect(test->flushed() - flushed >= (runs ? 2 : 1) * DISPLAY_SIZE);
    }
    destroy_dom(d1);
    destroy_dom(d2);
}
