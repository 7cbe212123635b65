/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RMR masters in guests: from assignment to death, and to the next guest.
 * guests-refused.c has what a guest does not get, and what it cannot do.
 */
#include <errno.h>

#include "guests.h"
#include "scenarios.h"

void guest_machine(void)
{
    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE)->passthrough =
        true;
    add_master("/net", 0, 9)->passthrough = true;
}

void guest_boot(void)
{
    unsigned int i;

    boot_dom0();
    for ( i = 0; i < machine.nr_masters; i++ )
        if ( machine.masters[i].passthrough )
            add_device(machine.masters[i].name);
}

void expect_joined(const char *name, struct dom *d)
{
    const struct range *r = machine_master(name)->regions;

    expect_state(name, "joined");
    expect(machine_master(name)->dom == d);
    expect(test->has_pins(d->d));
    expect(test->lookup(d->d, r->ipa) == r->pa);
    expect(test->lookup(d->d, r->ipa + r->size - 1) == r->pa + r->size - 1);
    expect_reach(name, r->ipa);
    expect_reach(name, DOM_RAM(d->id));
}

void expect_left(const char *name, struct dom *d)
{
    const struct range *r = machine_master(name)->regions;

    expect_state(name, "quarantine");
    expect_kept(name, r->ipa);
    expect_kept(name, r->ipa + r->size - 1);
    if ( !d->live )
        return;
    expect(test->lookup(d->d, r->ipa) == ~0UL);
    expect(test->lookup(d->d, r->ipa + r->size - 1) == ~0UL);
}

/* --- One guest ------------------------------------------------------------------ */

/* Until it starts, the master knows of no guest. */
void scenario_guest_pending(void)
{
    struct dom *d;

    guest_machine();
    guest_boot();
    d = create_dom(1);
    assign(d, "/display");
    expect_state("/display", "pending");
    expect_kept("/display", DISPLAY_AT);
    expect(test->has_pins(d->d));
    expect(test->lookup(d->d, DISPLAY_AT) == DISPLAY_AT);
    /* Nobody gets it twice. */
    expect(try_assign(d, "/display") == -EBUSY);
    expect(try_assign(&machine.doms[0], "/display") == -EBUSY);
    expect_state("/display", "pending");

    unpause(d);
    expect_joined("/display", d);
    deassign(d, "/display");
    expect_left("/display", d);
    expect(!test->has_pins(d->d));

    /* It runs: it joins at once. */
    assign(d, "/display");
    expect_joined("/display", d);
    expect(try_assign(d, "/display") == -EBUSY);
    expect_joined("/display", d);
    destroy_dom(d);
    expect_left("/display", d);
}

/* Given and taken back before the start. */
void scenario_guest_never_started(void)
{
    struct dom *d;

    guest_machine();
    guest_boot();
    d = create_dom(1);
    assign(d, "/display");
    deassign(d, "/display");
    expect_left("/display", d);
    expect(!test->has_pins(d->d));
    unpause(d);
    expect_state("/display", "quarantine");
    expect_kept("/display", DISPLAY_AT);
    destroy_dom(d);
}

/* --- Death -------------------------------------------------------------------------- */

enum life { PENDING, JOINED_AT_START, JOINED_AT_ONCE, LEAVING, NR_LIVES };

static struct dom *guest_with_display(unsigned int id, enum life life)
{
    struct dom *d = create_dom(id);

    if ( life == JOINED_AT_ONCE )
        unpause(d);
    assign(d, "/display");
    if ( life == JOINED_AT_START || life == LEAVING )
        unpause(d);
    if ( life == LEAVING )
        expect(deassign_steps(d, "/display", 1) == -ERESTART);

    return d;
}

/* The next guest has other memory at the same addresses. */
static void next_guest(unsigned int id)
{
    struct dom *d = guest_with_display(id, JOINED_AT_START);

    assign(d, "/net");
    expect_joined("/display", d);
    expect_reach("/net", DOM_RAM(id));
    destroy_dom(d);
    expect_left("/display", d);
    expect_stopped("/net", DOM_RAM(id));
}

/* A guest dies with its master, whatever has become of that so far. */
void scenario_guest_death(void)
{
    struct dom *d;

    repeat_again(repeat_index == NR_LIVES);
    guest_machine();
    guest_boot();
    d = guest_with_display(1, repeat_index - 1);
    if ( repeat_index - 1 != LEAVING )
        assign(d, "/net");
    destroy_dom(d);
    expect_left("/display", d);
    expect_stopped("/net", DOM_RAM(1));
    next_guest(2);
}

/* domain_kill() is continued at each opportunity. */
void scenario_guest_death_in_steps(void)
{
    const enum life life = repeat_index - 1;
    unsigned long flushed;
    struct dom *d;
    int rc;

    repeat_again(repeat_index == NR_LIVES);
    guest_machine();
    guest_boot();
    d = guest_with_display(1, life);
    flushed = test->flushed();
    do {
        test->preempt(1);
        rc = test->release_devices(d->d);
        machine_master("/display")->phase = PHASE_KEPT;
        machine_master("/display")->dom = NULL;
        phase_changed("released in part");
        expect_kept("/display", DISPLAY_AT);
        expect(!rc || rc == -ERESTART);
    } while ( rc );
    test->preempt(0);
    expect(test->flushed() - flushed == DISPLAY_SIZE);
    expect(!test->has_pins(d->d));
    destroy_dom(d);
    next_guest(2);
}

/* --- Cut off ------------------------------------------------------------------------ */

/*
 * Odd runs: the guest runs already. After so many steps the toolstack does not
 * come back. True while that is before the end.
 */
static bool cut_off(struct dom *d)
{
    unsigned long steps = (repeat_index + 1) / 2;
    int rc;

    if ( repeat_index % 2 )
        unpause(d);
    rc = assign_steps(d, "/display", steps);
    repeat_again(!rc && !(repeat_index % 2));
    expect(!rc || rc == -ERESTART);

    return rc;
}

/* The guest dies of it. */
void scenario_guest_cut_off(void)
{
    struct look before;
    struct dom *d;
    bool cut;

    guest_machine();
    guest_boot();
    before = look(NULL);
    d = create_dom(1);
    cut = cut_off(d);
    if ( cut )
    {
        expect_state("/display", "boot");
        expect_kept("/display", DISPLAY_AT);
    }
    destroy_dom(d);
    expect_kept("/display", DISPLAY_AT);
    if ( cut )
        expect_state("/display", "boot");
    /* Of what was mapped the guest may have seen, and changed, something. */
    if ( cut && !(repeat_index % 2) )
        expect_as_before(&before, NULL);
    expect(test->wiped() == 0);
    next_guest(2);
}

/* Meanwhile it is nobody else's; the guest cannot give back what it has not. */
void scenario_guest_goes_on(void)
{
    struct dom *d1, *d2;

    guest_machine();
    guest_boot();
    d1 = create_dom(1);
    d2 = create_dom(2);
    unpause(d2);
    if ( cut_off(d1) )
    {
        expect(try_assign(d2, "/display") == -EBUSY);
        expect(run_said("its regions are still being mapped in"));
        expect(try_assign(&machine.doms[0], "/display") == -EBUSY);
        expect(try_deassign(d1, "/display") == -ESRCH);
        expect(try_deassign(d2, "/display") == -ESRCH);
        expect_kept("/display", DISPLAY_AT);
        assign(d1, "/display");
    }
    if ( !d1->runs )
        unpause(d1);
    expect_joined("/display", d1);
    destroy_dom(d1);
    next_guest(3);
    destroy_dom(d2);
}

/* A removal that is cut off: the guest has nothing of the master any more. */
void scenario_guest_leaves_in_steps(void)
{
    struct dom *d1, *d2;
    int rc;

    guest_machine();
    guest_boot();
    d1 = guest_with_display(1, JOINED_AT_START);
    d2 = create_dom(2);
    rc = deassign_steps(d1, "/display", repeat_index);
    repeat_again(!rc);
    expect(!rc || rc == -ERESTART);
    expect_state("/display", "quarantine");
    expect_kept("/display", DISPLAY_AT);
    if ( rc )
    {
        expect(try_assign(d2, "/display") == -EBUSY);
        expect(run_said("its regions are still being taken out of"));
        expect(try_assign(d1, "/display") == -EBUSY);
        /* What is pinned is so to the last page. */
        expect(repeat_index > 2 || test->has_pins(d1->d));
        deassign(d1, "/display");
    }
    expect_left("/display", d1);
    expect(!test->has_pins(d1->d));
    expect(try_deassign(d1, "/display") == -ESRCH);
    assign(d2, "/display");
    unpause(d2);
    expect_joined("/display", d2);
    destroy_dom(d1);
    destroy_dom(d2);
}

/* --- VMIDs and banks that are used again ------------------------------------------------ */

void scenario_guest_vmid_reuse(void)
{
    unsigned int id, vmids = 0;
    struct dom *d;

    guest_machine();
    guest_boot();
    for ( id = 1; id <= 4; id++ )
    {
        d = create_dom(id);
        assign(d, "/net");
        assign(d, "/display");
        unpause(d);
        expect_joined("/display", d);
        expect_reach("/net", DOM_RAM(id));
        expect(!vmids || test->vmids(0) == vmids);
        vmids = test->vmids(0);
        /* By hand, and by death. */
        if ( id % 2 )
        {
            deassign(d, "/display");
            deassign(d, "/net");
            expect_left("/display", d);
        }
        destroy_dom(d);
        expect_left("/display", d);
        expect_stopped("/net", DOM_RAM(id));
    }
}

/* --- Two masters of one guest ------------------------------------------------------------- */

static void same_pages_machine(void)
{
    guest_machine();
    add_rmr_master("/overlay", 0, 10, DISPLAY_AT, DISPLAY_SIZE)->passthrough =
        true;
}

/* The same pages: counted; the last one takes them with it. */
void scenario_guest_same_pages(void)
{
    struct dom *d1, *d2;

    same_pages_machine();
    guest_boot();
    d1 = guest_with_display(1, JOINED_AT_START);
    d2 = create_dom(2);
    assign(d1, "/overlay");
    expect_joined("/overlay", d1);
    expect(test->wiped() == 0);

    deassign(d1, "/display");
    expect_state("/display", "quarantine");
    expect_kept("/display", DISPLAY_AT);
    expect_joined("/overlay", d1);
    expect(try_assign(d2, "/display") == -EPERM);
    expect(run_said("shares a region with /overlay"));
    assign(d1, "/display");
    deassign(d1, "/overlay");
    expect_joined("/display", d1);
    expect(test->wiped() == 0);
    deassign(d1, "/display");
    expect_left("/display", d1);
    expect(!test->has_pins(d1->d));

    /* The data go with the pages, not with the master: wiped once. */
    assign(d2, "/overlay");
    expect(test->wiped() == DISPLAY_SIZE);
    assign(d2, "/display");
    unpause(d2);
    expect(test->wiped() == DISPLAY_SIZE);
    expect_joined("/overlay", d2);
    expect_joined("/display", d2);
    destroy_dom(d2);
    expect_left("/overlay", d2);
    destroy_dom(d1);
}

/* Two assignments of one guest at once, and what is shared is wiped for both. */
void scenario_guest_same_pages_at_once(void)
{
    struct dom *d1, *d2;

    same_pages_machine();
    guest_boot();
    d1 = guest_with_display(1, JOINED_AT_START);
    destroy_dom(d1);

    d2 = create_dom(2);
    expect(assign_steps(d2, "/display", repeat_index) == -ERESTART);
    repeat_again(repeat_index == 3);
    assign(d2, "/overlay");
    unpause(d2);
    /* From here on the data are the guest's. */
    expect(test->user("/display", 0) == 2);
    expect(test->wiped() >= DISPLAY_SIZE);
    expect_joined("/overlay", d2);
    expect_kept("/display", DISPLAY_AT);
    assign(d2, "/display");
    expect_joined("/display", d2);
    destroy_dom(d2);
    expect_left("/overlay", d2);
    expect_left("/display", d2);
}
