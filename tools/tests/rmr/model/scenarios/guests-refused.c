/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest does not get, what it and its toolstack cannot do to a region,
 * and the four mistakes of XSA-400, of which each has a scenario here.
 */
#include <errno.h>

#include "guests.h"
#include "../core/host.h"
#include "scenarios.h"

static void answer_again(void)
{
    machine.smmu[0]->ops->stop_answering(machine.smmu[0], 0);
    phase_changed("the SMMU answers again");
}

/*
 * A guest dies and the SMMU does not say that its master has left: it stays
 * dying, with its memory, as often as that is tried.
 */
void scenario_guest_no_answer_to_death(void)
{
    struct dom *d1, *d2;
    int rc;

    repeat_again(repeat_index == 2);
    guest_machine();
    guest_boot();
    d1 = create_dom(1);
    d2 = create_dom(2);
    unpause(d2);
    assign(d1, "/display");
    unpause(d1);

    machine.smmu[0]->ops->stop_answering(machine.smmu[0], repeat_index);
    expect(try_destroy_dom(d1) == -ETIMEDOUT);
    expect_state("/display", "broken");
    expect(test->has_pins(d1->d));
    expect(test->lookup(d1->d, DOM_RAM(1)) == DOM_RAM_PA(1));
    expect(try_assign(d2, "/display") == -EIO);
    /* -EIO: an SMMUv3 whose queue is stuck makes nobody wait again. */
    rc = test->release_devices(d1->d);
    expect(rc == -ETIMEDOUT || rc == -EIO);
    expect_set("/display", DISPLAY_AT, OUT_RIGHT);

    answer_again();
    destroy_dom(d1);
    expect_set("/display", DISPLAY_AT, OUT_RIGHT);
    expect_stopped("/display", DOM_RAM(1));
    expect(try_assign(d2, "/display") < 0);
    /* Others go on. */
    assign(d2, "/net");
    expect_reach("/net", DOM_RAM(2));
    destroy_dom(d2);
}

/* --- One bank (SMMUv1/v2) ------------------------------------------------------------- */

static void one_bank(bool far)
{
    unsigned int i;
    struct dom *d;

    add_smmu()->banks = 1;
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE)->passthrough =
        true;
    guest_boot();
    /* Nothing is left below 4 GB for the guest's tables. */
    while ( far && host_pa(host_pages_alloc(1)) < 0x100000000UL )
        ;
    d = create_dom(1);
    for ( i = 0; i < 2; i++ )
    {
        if ( far )
        {
            expect(try_assign(d, "/display") == -ENOSPC);
            expect(run_said("has no second context bank"));
            expect_state("/display", "boot");
            expect(!test->has_pins(d->d));
            expect(test->lookup(d->d, DISPLAY_AT) == ~0UL);
        }
        else
            assign(d, "/display");
        unpause(d);
        if ( !far )
            expect_joined("/display", d);
        destroy_dom(d);
        expect_kept("/display", DISPLAY_AT);
        d = create_dom(2);
    }
    destroy_dom(d);
}

void scenario_guest_one_bank(void)
{
    one_bank(false);
}

void scenario_guest_one_bank_far(void)
{
    one_bank(true);
}

/* --- Company ------------------------------------------------------------------------ */

#define STRICT  false
#define RELAXED true

static struct dom *company_guest(void)
{
    guest_machine();
    add_rmr_master("/audio", 0, 10, AUDIO_AT, AUDIO_SIZE)->passthrough = true;
    guest_boot();

    return create_dom(1);
}

static void refused(struct dom *d, const char *name, bool relaxed)
{
    unsigned long live = run_live(), pages = mem_pages_in_use();
    unsigned int vmids = test->vmids(0);
    const char *state = test->state(name);

    expect(try_assign_as(d, name, relaxed) == -EBUSY);
    expect(run_live() == live);
    expect(mem_pages_in_use() == pages);
    expect(test->vmids(0) == vmids);
    if ( state )
        expect_state(name, state);
    else
        expect_stopped(name, DOM_RAM(d->id));
    expect(!state || test->lookup(d->d, AUDIO_AT) == ~0UL);
}

static void allowed(struct dom *d, const char *name, bool relaxed)
{
    expect(!try_assign_as(d, name, relaxed));
}

/* A strict RMR master is alone, whatever comes after it. */
void scenario_guest_strict_first(void)
{
    struct dom *d = company_guest();

    allowed(d, "/display", STRICT);
    refused(d, "/net", STRICT);
    refused(d, "/net", RELAXED);
    refused(d, "/audio", STRICT);
    refused(d, "/audio", RELAXED);
    unpause(d);
    expect_joined("/display", d);
    refused(d, "/net", STRICT);
    refused(d, "/audio", RELAXED);
    expect_joined("/display", d);
    /* dom0's are no company, and other guests' are not either. */
    assign(&machine.doms[0], "/net");
    expect_reach("/net", DOM_RAM(0));
    deassign(&machine.doms[0], "/net");

    deassign(d, "/display");
    allowed(d, "/net", STRICT);
    refused(d, "/audio", STRICT);
    destroy_dom(d);
    expect_left("/display", d);
}

/* ... and does not come to what is there before it. */
void scenario_guest_strict_last(void)
{
    struct dom *d = company_guest();

    allowed(d, "/net", STRICT);
    refused(d, "/audio", STRICT);
    allowed(d, "/display", RELAXED);
    refused(d, "/audio", STRICT);
    deassign(d, "/net");
    refused(d, "/audio", STRICT);
    allowed(d, "/net", STRICT);
    allowed(d, "/audio", RELAXED);
    unpause(d);
    expect_joined("/display", d);
    expect_joined("/audio", d);
    expect_reach("/net", DOM_RAM(1));
    destroy_dom(d);
    expect_left("/display", d);
    expect_left("/audio", d);
}

/*
 * An assignment that allows company is cut off, company comes, and the next call
 * for the same master does not want any; or the other way round.
 */
void scenario_guest_strict_meanwhile(void)
{
    struct dom *d = company_guest();

    test->preempt(1);
    expect(try_assign_as(d, "/display", RELAXED) == -ERESTART);
    test->preempt(0);
    allowed(d, "/net", STRICT);
    expect(try_assign_as(d, "/display", STRICT) == -EBUSY);
    allowed(d, "/display", RELAXED);
    unpause(d);
    expect_joined("/display", d);
    deassign(d, "/net");
    deassign(d, "/display");

    test->preempt(1);
    expect(try_assign_as(d, "/display", STRICT) == -ERESTART);
    test->preempt(0);
    refused(d, "/net", STRICT);
    refused(d, "/audio", RELAXED);
    allowed(d, "/display", RELAXED);
    allowed(d, "/net", STRICT);
    expect_joined("/display", d);
    destroy_dom(d);
}

/* --- Addresses ------------------------------------------------------------------------ */

/* What is in the way of a region, or of a carve-out. */
void scenario_guest_taken(void)
{
    struct master *m;
    struct dom *d;

    guest_machine();
    m = add_rmr_master("/camera", 0, 10, AUDIO_AT, AUDIO_SIZE);
    m->regions[m->nr_regions++] = (struct range){ 0x38000000, ~0UL, 0x2000 };
    m->passthrough = true;
    guest_boot();
    d = create_dom(1);

    expect(try_assign(d, "/camera") == -EEXIST);
    expect(run_said("the grant table at 0x38000000-0x38ffffff"));
    expect_kept("/camera", AUDIO_AT);

    map(d, DISPLAY_AT + DISPLAY_SIZE - 0x1000, 0x50000000, 0x1000, MAP_RAM);
    expect(try_assign(d, "/display") == -EEXIST);
    expect(run_said("has RAM at 0x60202000 of region"));
    expect(!test->has_pins(d->d));
    unmap(d, DISPLAY_AT + DISPLAY_SIZE - 0x1000, 0x1000);
    test->emulate(d->d, DISPLAY_AT + 0x2000, 0x10);
    expect(try_assign(d, "/display") == -EEXIST);
    expect(run_said("an emulated device at 0x60002000-0x6000200f"));
    expect_kept("/display", DISPLAY_AT);
    expect(!test->has_pins(d->d));
    destroy_dom(d);
}

/* Nothing that a guest or its toolstack asks for moves a region. */
static void nothing_moves(struct dom *d)
{
    static const enum map_type types[] = { MAP_RAM, MAP_DEVICE, MAP_FOREIGN };
    const uint64_t last = DISPLAY_AT + DISPLAY_SIZE - 0x1000;
    unsigned int i;

    for ( i = 0; i < sizeof(types) / sizeof(types[0]); i++ )
    {
        expect(test->map(d->d, DISPLAY_AT, 0x50000000, 0x1000, types[i]) ==
               -EBUSY);
        expect(test->map(d->d, last, last, 0x2000, types[i]) == -EBUSY);
        expect(test->map(d->d, DISPLAY_AT, DISPLAY_AT, 0x200000, types[i]) ==
               -EBUSY);
        expect(test->map(d->d, DISPLAY_AT, DISPLAY_AT, 1UL << 30, types[i]) ==
               -EBUSY);
    }
    expect(test->map(d->d, DISPLAY_AT + 0x1000, 0x50000000, 0x1000,
                     MAP_RESERVED) == -EBUSY);
    expect(test->unmap(d->d, DISPLAY_AT, DISPLAY_AT, 0x1000) == -EBUSY);
    expect(test->unmap(d->d, last, last, 0x1000) == -EBUSY);
    expect(test->unmap(d->d, DISPLAY_AT, DISPLAY_AT, DISPLAY_SIZE) == -EBUSY);
    expect(test->mem_access(d->d, DISPLAY_AT, 1) == -EBUSY);
    expect(test->mem_access(d->d, DOM_RAM(d->id), 1) == -EBUSY);
    expect(test->mem_access(d->d, ~0UL, 0) == -EBUSY);
    expect(test->lookup(d->d, DISPLAY_AT) == DISPLAY_AT);
    expect(test->lookup(d->d, last) == last);
}

void scenario_guest_pins(void)
{
    struct dom *d;

    guest_machine();
    guest_boot();
    d = create_dom(1);
    assign(d, "/display");
    nothing_moves(d);
    unpause(d);
    expect_joined("/display", d);
    nothing_moves(d);
    expect_joined("/display", d);
    /* The rest of its memory is as before. */
    unmap(d, DOM_RAM(1) + 0x1000, 0x1000);
    map(d, DOM_RAM(1) + 0x1000, 0x50000000, 0x1000, MAP_RAM);
    deassign(d, "/display");
    map(d, DISPLAY_AT, 0x50001000, 0x1000, MAP_RAM);
    unmap(d, DISPLAY_AT, 0x1000);

    /* Single pages for good, and a region would have larger leaves. */
    expect(!test->mem_access(d->d, ~0UL, 0));
    phase_changed("mem_access");
    expect(try_assign(d, "/display") == -EBUSY);
    expect(run_said("has mem_access enabled"));
    expect_left("/display", d);
    destroy_dom(d);
}

static struct dom *inspected;
static int access_rc;

static void want_mem_access(void)
{
    access_rc = test->mem_access(inspected->d, ~0UL, 0);
}

/* Another CPU asks for it in the middle of an assignment: one gets its way. */
void scenario_guest_access_meanwhile(void)
{
    int rc;

    guest_machine();
    guest_boot();
    inspected = create_dom(1);
    /* Not at each step: there are some for each page. */
    cpu_other_runs(repeat_index < 40 ? repeat_index : 97 * repeat_index,
                   want_mem_access);
    rc = try_assign(inspected, "/display");
    repeat_again(!cpu_other_ran());
    cpu_join();
    expect(rc ? rc == -EBUSY && !access_rc : access_rc == -EBUSY);
    if ( rc )
    {
        expect(!test->has_pins(inspected->d));
        expect_kept("/display", DISPLAY_AT);
    }
    unpause(inspected);
    if ( !rc )
        expect_joined("/display", inspected);
    destroy_dom(inspected);
}

/* As long as it is being mapped, and as long as it is being unmapped. */
void scenario_guest_pins_meanwhile(void)
{
    const uint64_t last = DISPLAY_AT + DISPLAY_SIZE - 0x1000;
    struct dom *d;
    int rc;

    guest_machine();
    guest_boot();
    d = create_dom(1);
    rc = assign_steps(d, "/display", repeat_index);
    if ( rc )
    {
        expect(test->map(d->d, DISPLAY_AT, 0x50000000, 0x1000, MAP_RAM) ==
               -EBUSY);
        expect(test->map(d->d, last, 0x50000000, 0x1000, MAP_RAM) == -EBUSY);
        /* Just what is wanted, and yet too early. */
        if ( test->lookup(d->d, last) == ~0UL )
            expect(test->map(d->d, last, last, 0x1000, MAP_RESERVED) ==
                   -EBUSY);
        expect(test->mem_access(d->d, DOM_RAM(1), 1) == -EBUSY);
        assign(d, "/display");
    }
    unpause(d);
    expect_joined("/display", d);
    rc = deassign_steps(d, "/display", repeat_index);
    repeat_again(!rc);
    if ( rc && test->has_pins(d->d) )
    {
        expect(test->map(d->d, DISPLAY_AT, 0x50000000, 0x1000, MAP_RAM) ==
               -EBUSY);
        expect(test->map(d->d, last, 0x50000000, 0x1000, MAP_RAM) == -EBUSY);
    }
    if ( rc )
        deassign(d, "/display");
    expect_left("/display", d);
    destroy_dom(d);
}

/* --- XSA-400 --------------------------------------------------------------------------- */

/* First: the old domain's mapping goes before the device is switched. */
void scenario_xsa400_unmap_before_switch(void)
{
    struct dom *d;
    int rc;

    guest_machine();
    guest_boot();
    d = create_dom(1);
    assign(d, "/display");
    unpause(d);
    expect_joined("/display", d);
    /* The SMMU's part is complete before the first page is unmapped. */
    expect(!test->take_away(d->d, "/display"));
    machine_master("/display")->phase = PHASE_KEPT;
    machine_master("/display")->dom = NULL;
    phase_changed("left");
    expect(test->lookup(d->d, DISPLAY_AT) == DISPLAY_AT);
    expect_kept("/display", DISPLAY_AT);
    do {
        rc = deassign_steps(d, "/display", 1);
        expect_kept("/display", DISPLAY_AT);
    } while ( rc == -ERESTART );
    expect(!rc);
    expect_left("/display", d);
    destroy_dom(d);
}

/* Second: from one guest to the other there is a step without a table. */
void scenario_xsa400_two_step_reassign(void)
{
    struct dom *d1, *d2;
    unsigned int i;

    guest_machine();
    guest_boot();
    d1 = create_dom(1);
    d2 = create_dom(2);
    unpause(d1);
    unpause(d2);
    for ( i = 0; i < 3; i++ )
    {
        assign(d1, "/display");
        expect_joined("/display", d1);
        deassign(d1, "/display");
        expect_left("/display", d1);
        assign(d2, "/display");
        expect_joined("/display", d2);
        deassign(d2, "/display");
        expect_left("/display", d2);
    }
    destroy_dom(d1);
    destroy_dom(d2);
}

/* Third: nobody's device reaches nothing, and not its regions either. */
void scenario_xsa400_quarantine_without_regions(void)
{
    struct master *m;
    struct dom *d;

    guest_machine();
    m = machine_master("/display");
    m->regions[m->nr_regions++] = (struct range){ AUDIO_AT, AUDIO_AT,
                                                  AUDIO_SIZE };
    m->regions[m->nr_regions++] = (struct range){ 0x70000000, ~0UL, 0x1000 };
    guest_boot();
    expect_kept("/display", AUDIO_AT);
    d = create_dom(1);
    assign(d, "/display");
    unpause(d);
    if ( repeat_index == 1 )
        deassign(d, "/display");
    destroy_dom(d);
    repeat_again(repeat_index == 2);
    expect_left("/display", d);
    expect_kept("/display", AUDIO_AT);
    expect_kept("/display", AUDIO_AT + AUDIO_SIZE - 1);
    expect_set("/display", 0x70000000, OUT_FAULT);
}

/* Fourth: what one device reaches in quarantine, all that are there do. */
void scenario_xsa400_shared_quarantine(void)
{
    struct dom *d1, *d2;

    guest_machine();
    add_rmr_master("/audio", 0, 10, AUDIO_AT, AUDIO_SIZE)->passthrough = true;
    guest_boot();
    d1 = create_dom(1);
    d2 = create_dom(2);
    assign(d1, "/display");
    assign(d2, "/audio");
    unpause(d1);
    unpause(d2);
    expect_joined("/display", d1);
    expect_joined("/audio", d2);
    deassign(d1, "/display");
    destroy_dom(d2);
    expect_left("/display", d1);
    expect_left("/audio", d2);
    expect_set("/display", AUDIO_AT, OUT_FAULT);
    expect_set("/audio", DISPLAY_AT, OUT_FAULT);
    /* One that goes on leaves the other where it is. */
    assign(d1, "/audio");
    expect_joined("/audio", d1);
    expect_set("/display", AUDIO_AT, OUT_FAULT);
    expect_kept("/display", DISPLAY_AT);
    destroy_dom(d1);
}
