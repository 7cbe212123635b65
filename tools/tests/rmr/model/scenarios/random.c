/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sequences of assignments, removals, domains, p2m changes and refusals, some of
 * them cut off in the middle. What each call may answer is known; what it does to
 * DMA the oracle judges.
 */
#include <errno.h>

#include "ops.h"
#include "scenarios.h"
#include "sequence.h"

struct sequence random_sequence;
unsigned long random_operations;

static const char *const names[NR_MASTERS] = {
    "/display", "/audio", "/net", "/disk",
};

static void random_machine(const struct sequence *q)
{
    struct machine_smmu *s = add_smmu();
    struct master *m;
    unsigned int last = !!q->second;

    s->cmdq_log2 = q->cmdq_log2;
    s->lazy = q->lazy;
    if ( q->second )
        add_smmu()->lazy = q->second > 1;
    m = add_rmr_master("/display", 0, 8, DISPLAY_AT, 0x3000);
    if ( q->alias )
        m->sids[m->nr_sids++] = other_table(2);
    add_rmr_master("/audio", last, 9, AUDIO_AT, AUDIO_SIZE);
    add_master("/net", q->net_smmu, 10)->passthrough = q->net_stays;
    add_master("/disk", last, other_table(3))->passthrough = true;
}

/* Some call's n-th allocation fails: then it may, and nothing has changed. */
static bool was_short(void)
{
    bool was = run_failed_one();

    run_fail_at(0);

    return was;
}

static void any_assign(struct dom *d, const struct operation *op)
{
    const char *name = names[op->master];
    const struct master *m = machine_master(name);
    const bool taken = m->dom || m->pending || m->left ||
                       (m->partly && m->partly != d);
    int rc;

    if ( test->add(name) < 0 )
        run_fail("%s is not added", name);
    run_fail_at(op->fail_at);
    rc = op->steps ? assign_steps(d, name, op->steps) : try_assign(d, name);
    if ( was_short() && rc )
        expect(rc == -ENOMEM || rc == -EBUSY || rc == -ERESTART);
    else if ( taken )
        expect(rc == -EBUSY);
    else
        expect(!rc || (op->steps && rc == -ERESTART));
}

static void any_deassign(struct dom *d, const struct operation *op)
{
    const char *name = names[op->master];
    const struct master *m = machine_master(name);
    const bool has = m->dom == d || m->pending == d ||
                     (m->left && m->partly == d);
    int rc;

    if ( test->add(name) < 0 )
        run_fail("%s is not added", name);
    rc = op->steps ? deassign_steps(d, name, op->steps)
                   : try_deassign(d, name);
    expect(has ? !rc || (op->steps && rc == -ERESTART) : rc == -ESRCH);
}

static void any_memory(struct dom *d, const struct page_change *c,
                       unsigned int fail_at)
{
    uint64_t ipa = DOM_RAM(d->id) + c->page * 0x1000;
    uint64_t fresh = 0x50000000 + c->frame * 0x1000;
    int rc = 0;

    run_fail_at(fail_at);
    if ( dom_lookup(d, ipa) == ~0UL )
        rc = try_map(d, ipa, fresh + d->id * 0x100000, 0x1000, MAP_RAM);
    else
        unmap(d, ipa, 0x1000);
    expect(was_short() || !rc);
}

static void any_domain(unsigned int id, const struct operation *op)
{
    struct dom *d = &machine.doms[id];

    run_fail_at(op->fail_at);
    if ( d->live )
    {
        destroy_dom(d);
        run_fail_at(0);
        return;
    }
    if ( op->fail_at )
    {
        if ( try_create_dom(id, &d) )
            expect(run_failed_one());
        else
            destroy_dom(d);
        run_fail_at(0);
    }
    d = create_dom(id);
    if ( op->what == 'c' )
        unpause(d);
}

static const struct operation *now;

static void change_memory(void)
{
    any_memory(&machine.doms[0], &now->other, 0);
}

static void operate(const struct operation *op)
{
    struct dom *d = &machine.doms[op->dom];

    random_operations++;
    now = op;
    if ( op->other_at )
        cpu_other_runs(op->other_at, change_memory);
    if ( op->what == 'c' || op->what == 'p' )
        any_domain(op->dom, op);
    else if ( d->live )
        switch ( op->what )
        {
        case 'a': any_assign(d, op); break;
        case 't': any_deassign(d, op); break;
        case 'm':
            cpu_join();
            any_memory(d, &op->memory, op->fail_at);
            break;
        default:
            if ( !d->runs )
                unpause(d);
        }
    cpu_join();
}

void scenario_random(void)
{
    unsigned int i;

    random_machine(&random_sequence);
    boot_dom0();
    for ( i = 0; i < random_sequence.nr; i++ )
        operate(&random_sequence.op[i]);
}
