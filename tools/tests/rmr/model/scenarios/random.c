/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random sequences of assignments, removals, domains, p2m changes and refusals.
 * What each call may answer is known; what it does to DMA the oracle judges. A
 * sequence is its seed.
 */
#include <errno.h>

#include "ops.h"
#include "scenarios.h"

static uint64_t state;

static unsigned int draw(unsigned int n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;

    return (state >> 33) % n;
}

static const char *const names[] = { "/display", "/audio", "/net", "/disk" };

static void random_machine(void)
{
    struct machine_smmu *s = add_smmu();
    struct master *m;

    s->cmdq_log2 = 1 + draw(4);
    s->lazy = draw(2);
    if ( draw(3) == 0 )
        add_smmu()->lazy = draw(2);
    m = add_rmr_master("/display", 0, 8, DISPLAY_AT, 0x3000);
    if ( draw(2) )
        m->sids[m->nr_sids++] = other_table(2);
    add_rmr_master("/audio", machine.nr_smmus - 1, 9, AUDIO_AT, AUDIO_SIZE);
    add_master("/net", draw(machine.nr_smmus), 10)->passthrough = draw(2);
    add_master("/disk", machine.nr_smmus - 1, other_table(3))->passthrough = true;
}

/* Some call's n-th allocation fails: then it may, and nothing has changed. */
static bool short_of_memory;

static void maybe_short(void)
{
    if ( short_of_memory )
        run_fail_at(1 + draw(6));
}

static bool was_short(void)
{
    bool was = run_failed_one();

    run_fail_at(0);

    return was;
}

static void any_assign(struct dom *d, const char *name)
{
    struct master *m = machine_master(name);
    struct dom *owner = m->dom;
    int rc;

    if ( test->add(name) < 0 )
        run_fail("%s is not added", name);
    maybe_short();
    rc = try_assign(d, name);
    if ( was_short() && rc )
        expect(rc == -ENOMEM || rc == -ENOENT || rc == -EBUSY);
    else if ( owner )
        expect(rc == -EBUSY);
    else if ( m->nr_regions )
        expect(d->id || !rc);
    else
        expect(!rc);
}

static void any_deassign(struct dom *d, const char *name)
{
    struct dom *owner = machine_master(name)->dom;

    if ( test->add(name) < 0 )
        run_fail("%s is not added", name);
    expect(try_deassign(d, name) == (owner == d ? 0 : -ESRCH));
}

static void any_memory(struct dom *d)
{
    uint64_t ipa = DOM_RAM(d->id) + draw(2) * 0x1000;
    uint64_t fresh = 0x50000000 + draw(16) * 0x1000;

    int rc = 0;

    maybe_short();
    if ( dom_lookup(d, ipa) == ~0UL )
        rc = try_map(d, ipa, fresh + d->id * 0x100000, 0x1000, MAP_RAM);
    else
        unmap(d, ipa, 0x1000);
    expect(was_short() || !rc);
}

static void any_domain(unsigned int id)
{
    struct dom *d = &machine.doms[id];

    if ( d->live )
    {
        maybe_short();
        destroy_dom(d);
        run_fail_at(0);
        return;
    }
    if ( short_of_memory )
    {
        run_fail_at(1 + draw(20));
        if ( try_create_dom(id, &d) )
            expect(run_failed_one());
        else
            destroy_dom(d);
        run_fail_at(0);
    }
    unpause(create_dom(id));
}

static void change_memory(void)
{
    any_memory(&machine.doms[0]);
}

static void any_step(void)
{
    struct dom *d = &machine.doms[draw(3)];
    const char *name = names[draw(4)];

    short_of_memory = draw(6) == 0;
    if ( !short_of_memory && draw(8) == 0 )
        cpu_other_runs(1 + draw(100), change_memory);
    switch ( draw(d->id ? 8 : 6) )
    {
    case 0: case 1:
        if ( d->live )
            any_assign(d, name);
        break;
    case 2: case 3:
        if ( d->live )
            any_deassign(d, name);
        break;
    case 4: case 5:
        cpu_join();
        if ( d->live )
            any_memory(d);
        break;
    default:
        any_domain(d->id);
    }
    cpu_join();
}

void scenario_random(void)
{
    unsigned int i;

    short_of_memory = false;
    state = random_seed * 0x9e3779b97f4a7c15UL + 1;
    for ( i = 0; i < 4; i++ )
        draw(2);
    random_machine();
    boot_dom0();
    for ( i = 0; i < 12; i++ )
        any_step();
}
