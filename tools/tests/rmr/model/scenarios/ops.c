/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps of scenarios. Each tells the oracle before a call what the call may
 * change, and after it what has been promised by its success.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ops.h"

static void phase_step(const char *what, uint64_t arg)
{
    oracle_changed();
    step(what, arg);
}

static bool held;                      /* interrupts are */
static unsigned int held_irq;

void phase_changed(const char *what)
{
    phase_step(what, 0);
}

unsigned long repeat_index, interrupts;
static bool again;

void repeat_again(bool last)
{
    again = !last;
}

bool repeat_wanted(void)
{
    bool was = again;

    again = false;

    return was;
}

/* --- Machines -------------------------------------------------------------------- */

static struct machine_smmu *add_smmu_v2(void)
{
    struct machine_smmu *s = &machine.smmus[machine.nr_smmus++];

    s->ops = &smmu_v2_ops;
    s->compatible = variant->v1 ? "arm,mmu-401" : "arm,mmu-500";
    s->sid_bits = variant->sid_bits;
    s->mask_bits = 15;
    s->coherent = !variant->incoherent;
    s->lazy = variant->lazy;
    s->oas = 40;
    s->banks = variant->banks;
    s->entries = variant->entries;
    s->v1 = variant->v1;
    s->halves = variant->halves;
    s->high_first = variant->high_first;
    s->junk = variant->junk;

    return s;
}

struct machine_smmu *add_smmu(void)
{
    struct machine_smmu *s;

    if ( variant->banks )
        return add_smmu_v2();

    s = &machine.smmus[machine.nr_smmus++];
    s->ops = &smmu_v3_ops;
    s->compatible = "arm,smmu-v3";
    s->sid_bits = variant->sid_bits;
    s->two_level = variant->two_level;
    s->coherent = !variant->incoherent;
    s->lazy = variant->lazy;
    s->oas = 40;
    s->cmdq_log2 = 4;
    s->evtq_log2 = 3;

    return s;
}

struct master *add_master(const char *name, unsigned int smmu, uint32_t sid)
{
    struct master *m = &machine.masters[machine.nr_masters++];

    held = false;
    m->name = name;
    m->smmu = smmu;
    m->sids[m->nr_sids++] = sid;

    return m;
}

struct master *add_rmr_master(const char *name, unsigned int smmu,
                              uint32_t sid, uint64_t at, uint64_t size)
{
    struct master *m = add_master(name, smmu, sid);

    m->regions[m->nr_regions++] = (struct range){ at, at, size };

    return m;
}

void usual_machine(void)
{
    add_smmu();
    add_rmr_master("/display", 0, 8, DISPLAY_AT, DISPLAY_SIZE);
    add_master("/net", 0, 9);
}

/* --- Boot -------------------------------------------------------------------------- */

void power_on(void)
{
    machine_start();
    run_started = true;
    phase_step("power-on", 0);
    test->unflatten(machine_tree());
}

void boot(void)
{
    unsigned int i;

    power_on();
    expect(!test->setup_iommus());
    test->finish_boot();
    for ( i = 0; i < machine.nr_smmus; i++ )
        expect(machine.smmu[i]->ops->translating(machine.smmu[i]) ==
               TRANSLATES);
}

static bool is_rmr(const struct master *m)
{
    return test->state(m->name);
}

void expect_reach(const char *name, uint64_t ipa)
{
    struct master *m = machine_master(name);
    unsigned int set = oracle_ask(m, ipa);

    if ( !is_rmr(m) && variant->two_level )
        set &= ~OUT_FAULT;
    if ( set != OUT_RIGHT )
        run_fail("%s at %#lx: %s", name, ipa, out_names(set));
}

void expect_stopped(const char *name, uint64_t ipa)
{
    unsigned int set = oracle_ask(machine_master(name), ipa);

    if ( set & ~(OUT_ABORT | OUT_FAULT) )
        run_fail("%s at %#lx: %s", name, ipa, out_names(set));
}

void expect_kept(const char *name, uint64_t ipa)
{
    expect_set(name, ipa, OUT_RIGHT);
    expect_set(name, DOM_RAM(0), OUT_FAULT);
    expect_set(name, DOM_RAM(1), OUT_FAULT);
}

uint32_t other_table(uint32_t n)
{
    return variant->two_level ? 256 + n : 32 + n;
}

void expect_state(const char *name, const char *state)
{
    const char *is = test->state(name);

    if ( test->rmr && (!is || strcmp(is, state)) )
        run_fail("%s is %s, not %s", name, is ? is : "no RMR master", state);
}

/* --- Domains -------------------------------------------------------------------------- */

static unsigned int p2m_pages;

int try_create_dom(unsigned int id, struct dom **d)
{
    struct dom *dom = &machine.doms[id];
    int rc;

    memset(dom, 0, sizeof(*dom));
    dom->id = id;
    dom->d = test->create(id, p2m_pages ? p2m_pages : 16, &rc);
    dom->live = dom->d;
    *d = dom;

    return rc;
}

struct dom *create_dom(unsigned int id)
{
    struct dom *dom;
    int rc = try_create_dom(id, &dom);

    if ( rc )
        run_fail("domain %u cannot be created: %d", id, rc);
    map(dom, DOM_RAM(id), DOM_RAM_PA(id), RAM_SIZE, MAP_RAM);

    return dom;
}

struct dom *create_dom_with(unsigned int id, unsigned int pages)
{
    struct dom *d;

    p2m_pages = pages;
    d = create_dom(id);
    p2m_pages = 0;

    return d;
}

static void masters_leave(struct dom *d)
{
    unsigned int i;

    for ( i = 0; i < machine.nr_masters; i++ )
    {
        struct master *m = &machine.masters[i];

        if ( m->pending == d )
            m->pending = NULL;
        if ( m->partly == d )
        {
            m->partly = NULL;
            m->left = false;
        }
        if ( m->dom != d )
            continue;
        m->phase = is_rmr(m) ? PHASE_KEPT : PHASE_UNASSIGNED;
        m->dom = NULL;
    }
}

int try_destroy_dom(struct dom *d)
{
    unsigned int i;
    int rc;

    for ( i = 0; i < machine.nr_masters; i++ )
        if ( machine.masters[i].dom == d )
            machine.masters[i].phase = is_rmr(&machine.masters[i])
                                       ? PHASE_LEAVING : PHASE_DETACHING;

    /* It may take several calls, of which the first lets all masters leave. */
    do {
        rc = test->release_devices(d->d);
        if ( rc && rc != -ERESTART )
            return rc;
        masters_leave(d);
        phase_step("the devices are released", 0);
    } while ( rc );

    /* From now on the memory is whoever's. */
    dom_drop_all(d);
    rc = test->destroy(d->d);
    if ( !rc )
        d->live = false;
    phase_step("the domain is gone", 0);

    return rc;
}

void destroy_dom(struct dom *d)
{
    int rc = try_destroy_dom(d);

    if ( rc )
        run_fail("domain %u cannot be destroyed: %d", d->id, rc);
}

/* --- Memory ------------------------------------------------------------------------------ */

int try_map(struct dom *d, uint64_t ipa, uint64_t pa, uint64_t size,
            enum map_type type)
{
    int rc;

    dom_add_range(d, ipa, pa, size);
    rc = test->map(d->d, ipa, pa, size, type);
    if ( rc )
        dom_drop_range(d, ipa, size);
    phase_step("mapped", ipa);

    return rc;
}

void map(struct dom *d, uint64_t ipa, uint64_t pa, uint64_t size,
         enum map_type type)
{
    int rc = try_map(d, ipa, pa, size, type);

    if ( rc )
        run_fail("no mapping of %#lx: %d", ipa, rc);
}

void unmap(struct dom *d, uint64_t ipa, uint64_t size)
{
    int rc = test->unmap(d->d, ipa, dom_lookup(d, ipa), size);

    if ( rc )
        run_fail("%#lx stays mapped: %d", ipa, rc);
    dom_drop_range(d, ipa, size);
    phase_step("unmapped", ipa);
}

/* --- Devices -------------------------------------------------------------------------------- */

static void grant_regions(struct dom *d, const struct master *m)
{
    unsigned int i;

    for ( i = 0; i < m->nr_regions; i++ )
        if ( m->regions[i].pa != ~0UL )
            dom_add_range(d, m->regions[i].ipa, m->regions[i].pa,
                          m->regions[i].size);
}

static void drop_regions(struct dom *d, const struct master *m)
{
    unsigned int i;

    for ( i = 0; i < m->nr_regions; i++ )
        if ( m->regions[i].pa != ~0UL )
            dom_drop_range(d, m->regions[i].ipa, m->regions[i].size);
}

void hwdom_map(struct dom *d)
{
    unsigned int i, j;

    for ( i = 0; i < machine.nr_masters; i++ )
    {
        const struct master *m = &machine.masters[i];

        if ( !m->nr_regions || m->passthrough || m->unkept )
            continue;
        grant_regions(d, m);
        /* The walk over dom0's device tree maps them, sooner or later. */
        for ( j = 0; !test->rmr && j < m->nr_regions; j++ )
            expect(!test->map(d->d, m->regions[j].ipa, m->regions[j].pa,
                              m->regions[j].size, MAP_RESERVED));
    }
    test->hwdom_map(d->d);
    phase_step("hardware domain mapped", 0);
}

struct dom *create_dom0(void)
{
    struct dom *d = create_dom(0);

    hwdom_map(d);

    return d;
}

void add_device(const char *name)
{
    int rc = test->add(name);

    phase_step("added", 0);
    if ( rc )
        run_fail("%s is not added: %d", name, rc);
}

static void assigned(struct master *m, struct dom *d)
{
    const char *state = test->state(m->name);

    m->dom = d;
    if ( !is_rmr(m) )
        m->phase = PHASE_ATTACHED;
    else if ( !strcmp(state, "joined") )
        m->phase = PHASE_JOINED;
    else if ( !strcmp(state, "broken") )
        m->phase = PHASE_BROKEN;
    else
    {
        m->phase = PHASE_KEPT;
        m->dom = NULL;
        m->pending = d;
    }
}

int try_assign_as(struct dom *d, const char *name, bool relaxed)
{
    struct master *m = machine_master(name), before = *m;
    bool nobodys = !m->dom && !m->pending;
    int rc;

    if ( nobodys )
    {
        m->phase = is_rmr(m) ? PHASE_JOINING : PHASE_ATTACHING;
        m->dom = d;
        if ( !d->runs && is_rmr(m) )
        {
            m->phase = PHASE_KEPT;
            m->dom = NULL;
        }
        if ( m->partly != d )
            grant_regions(d, m);
    }
    rc = test->assign_as(d->d, name, relaxed);
    if ( rc )
    {
        *m = before;
        if ( rc == -ERESTART )
            m->partly = d;
        else if ( nobodys && !(rc == -EBUSY && m->partly == d) )
        {
            drop_regions(d, m);
            if ( m->partly == d )
                m->partly = NULL;
        }
    }
    else
    {
        assigned(m, d);
        m->partly = NULL;
    }
    phase_step("assigned", 0);

    return rc;
}

int try_assign(struct dom *d, const char *name)
{
    return try_assign_as(d, name, true);
}

void assign(struct dom *d, const char *name)
{
    int rc = try_assign(d, name);

    if ( rc )
        run_fail("%s is not assigned to %u: %d", name, d->id, rc);
}

/*
 * What an ordinary master has under way ends in memory that is still the
 * domain's; Xen's driver for SMMUv1/v2 does not wait for it. Before the memory
 * is anybody else's it is flushed from the p2m, and that waits.
 */
static void let_pass(const struct master *m)
{
    struct model_smmu *s = machine.smmu[m->smmu];

    if ( s->ops->settle )
        s->ops->settle(s);
}

int try_deassign(struct dom *d, const char *name)
{
    struct master *m = machine_master(name), before = *m;
    int rc;

    if ( m->dom == d )
        m->phase = is_rmr(m) ? PHASE_LEAVING : PHASE_DETACHING;
    rc = test->deassign(d->d, name);
    if ( rc == -ERESTART )
    {
        /* It has left, and what it had is yet to be unmapped. */
        m->phase = PHASE_KEPT;
        m->dom = m->pending = NULL;
        m->partly = d;
        m->left = true;
    }
    else if ( rc )
    {
        *m = before;
        if ( is_rmr(m) && !strcmp(test->state(name), "broken") )
            m->phase = PHASE_BROKEN;
    }
    else
    {
        if ( !is_rmr(m) )
            let_pass(m);
        m->phase = is_rmr(m) ? PHASE_KEPT : PHASE_UNASSIGNED;
        m->dom = m->pending = m->partly = NULL;
        m->left = false;
        drop_regions(d, m);
    }
    phase_step("deassigned", 0);

    return rc;
}

void deassign(struct dom *d, const char *name)
{
    int rc = try_deassign(d, name);

    if ( rc )
        run_fail("%s is not taken from %u: %d", name, d->id, rc);
}

static int in_steps(int (*call)(struct dom *d, const char *name),
                    struct dom *d, const char *name, unsigned long n)
{
    int rc = -ERESTART;

    while ( n-- && rc == -ERESTART )
    {
        test->preempt(1);
        rc = call(d, name);
    }
    test->preempt(0);

    return rc;
}

int assign_steps(struct dom *d, const char *name, unsigned long n)
{
    return in_steps(try_assign, d, name, n);
}

int deassign_steps(struct dom *d, const char *name, unsigned long n)
{
    return in_steps(try_deassign, d, name, n);
}

void unpause(struct dom *d)
{
    unsigned int i;

    d->runs = true;
    for ( i = 0; i < machine.nr_masters; i++ )
    {
        struct master *m = &machine.masters[i];

        if ( m->pending == d )
        {
            m->phase = PHASE_JOINING;
            m->dom = d;
            m->pending = NULL;
        }
    }
    test->creation_finished(d->d);
    for ( i = 0; i < machine.nr_masters; i++ )
        if ( machine.masters[i].phase == PHASE_JOINING )
            assigned(&machine.masters[i], d);
    phase_step("unpaused", 0);
}

void boot_dom0(void)
{
    boot_dom0_without("");
}

void boot_dom0_without(const char *name)
{
    struct dom *dom0;
    unsigned int i;

    boot();
    dom0 = create_dom0();
    for ( i = 0; i < machine.nr_masters; i++ )
        if ( !machine.masters[i].passthrough &&
             strcmp(machine.masters[i].name, name) )
        {
            add_device(machine.masters[i].name);
            assign(dom0, machine.masters[i].name);
        }
    unpause(dom0);
}

struct look look(const struct dom *d)
{
    return (struct look){
        .vmids = test->vmids(0),
        .user = test->user("/display", 0),
        .live = run_live(),
        .pages = mem_pages_in_use(),
        .tables = d ? test->tables(d->d) : 0,
        .pool = d ? test->pool(d->d) : 0,
        .wiped = test->wiped(),
        .pins = d && test->has_pins(d->d),
    };
}

void expect_as_before(const struct look *b, const struct dom *d)
{
    struct look now = look(d);

    expect(now.vmids == b->vmids);
    /* One that runs may have seen what was mapped for a moment. */
    expect(now.user == b->user || (d && d->runs));
    expect(now.live == b->live);
    expect(now.wiped == b->wiped);
    expect(now.pins == b->pins);
    expect(now.tables >= b->tables);
    expect(now.pages - now.tables - now.pool ==
           b->pages - b->tables - b->pool);
    if ( !d )
        return;
    expect(test->lookup(d->d, DISPLAY_AT) == ~0UL);
    expect(test->lookup(d->d, DISPLAY_AT + DISPLAY_SIZE - 1) == ~0UL);
}

/*
 * An interrupt is taken at once, in the middle of whatever runs, as if by
 * another CPU; or when they are no longer held up.
 */
void run_interrupt(unsigned int irq)
{
    interrupts++;
    if ( held )
        held_irq = irq;
    else
        test->interrupt(irq);
}

void pass_time(void)
{
    unsigned int i;

    test->pass_time();
    for ( i = 0; i < machine.nr_smmus; i++ )
        if ( machine.smmu[i]->ops->raise )
            machine.smmu[i]->ops->raise(machine.smmu[i]);
}

void run_hold_interrupts(bool hold)
{
    held = hold;
    if ( !hold && held_irq )
        test->interrupt(held_irq);
    held_irq = 0;
}
