/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oracle. hooks.c, the memory and the SMMUs call step() after each store,
 * register access and command; ops.c moves masters from phase to phase.
 *
 * Invariant: between two steps nothing changes that a device could see, so what
 * is judged at each step is all that ever could have happened.
 *
 * A set is computed again only if it can be another one: the SMMU says which of
 * its answers may have changed (smmu.h), and the rest of what a judgement is
 * made of is in struct situation. A set that is the same, in a situation that is
 * the same, has been judged.
 */
#include <stdio.h>
#include <string.h>

#include "cpu.h"
#include "memory.h"
#include "oracle.h"
#include "run.h"

/* Normal write-back, outer shareable: how regions are mapped. */
#define REGION_ATTR 0x2fu

struct oracle oracle;

static const char *const phases[NR_PHASES] = {
    [PHASE_KEPT] = "kept",
    [PHASE_JOINING] = "joining",
    [PHASE_JOINED] = "joined",
    [PHASE_LEAVING] = "leaving",
    [PHASE_BROKEN] = "broken",
    [PHASE_UNASSIGNED] = "unassigned",
    [PHASE_ATTACHING] = "attaching",
    [PHASE_ATTACHED] = "attached",
    [PHASE_DETACHING] = "detaching",
};

const char *phase_name(enum phase p)
{
    return phases[p];
}

const char *out_names(unsigned int set)
{
    static const char *const names[] = {
        "right", "wrong", "bypass", "abort", "illegal STE", "fault",
        "unknown from boot", "TLB conflict",
    };
    static char text[4][160];
    static unsigned int turn;
    char *t = text[turn++ % 4];
    unsigned int i;

    strcpy(t, "{");
    for ( i = 0; i < sizeof(names) / sizeof(names[0]); i++ )
        if ( set & (1u << i) )
            sprintf(t + strlen(t), "%s%s", t[1] ? " | " : "", names[i]);

    return strcat(t, "}");
}

static bool busy, dirty;
bool oracle_distrusts;

/* Whatever a judgement of a master's DMA depends on, beside its SMMU's answers. */
struct situation {
    enum phase phase;
    const struct dom *dom;
    unsigned long remapped;
    enum translating translating;
};

static struct situation situations[MAX_MASTERS];
static uint64_t changed[MAX_SMMUS];    /* answers, since they were judged */
static unsigned int judged_probes;     /* those from here on never were */
static unsigned long transactions;     /* of those before */
static uint8_t sets[MAX_PROBES][MAX_SIDS];

void oracle_reset(bool record)
{
    judged_probes = transactions = 0;
    memset(changed, 0xff, sizeof(changed));
    busy = false;
    dirty = true;
    memset(&oracle, 0, sizeof(oracle));
    oracle.record = record;
}

struct question {
    const struct master *m;
    const struct probe *p;
    unsigned int set;
};

static unsigned int judge_translation(const struct question *q,
                                      const struct translation *t)
{
    if ( q->p->inside )
        return t->pa == q->p->pa && t->attr == REGION_ATTR ? OUT_RIGHT
                                                          : OUT_WRONG;

    return q->m->dom && dom_maps(q->m->dom, q->p->ipa, t->pa) ? OUT_RIGHT
                                                              : OUT_WRONG;
}

static void add_answer(void *ctx, enum answer a, const struct translation *t)
{
    struct question *q = ctx;

    switch ( a )
    {
    case ANSWER_TRANSLATED: q->set |= judge_translation(q, t); break;
    case ANSWER_BYPASS:     q->set |= OUT_BYPASS; break;
    case ANSWER_ABORT:      q->set |= OUT_ABORT; break;
    case ANSWER_ILLEGAL:    q->set |= OUT_ILLEGAL; break;
    case ANSWER_FAULT:      q->set |= OUT_FAULT; break;
    case ANSWER_CONFLICT:   q->set |= OUT_CONFLICT; break;
    case ANSWER_ASTRAY:     q->set |= OUT_WRONG; break;
    case ANSWER_UNKNOWN:    q->set |= OUT_UNKNOWN; break;
    }
}

unsigned int oracle_set(const struct master *m, uint32_t sid,
                        const struct probe *p)
{
    struct model_smmu *s = machine.smmu[m->smmu];
    struct question q = { .m = m, .p = p };

    s->ops->answers(s, sid, p->index, add_answer, &q);

    return q.set;
}

unsigned int oracle_ask(struct master *m, uint64_t ipa)
{
    struct model_smmu *s = machine.smmu[m->smmu];
    unsigned int set = 0, i, j;

    /* What a call has promised holds for transactions that come after it. */
    if ( s->ops->settle )
        s->ops->settle(s);
    changed[m->smmu] |= s->ops->age(s, false);
    for ( i = 0; i < machine.nr_probes; i++ )
        if ( machine.probes[i].m == m && machine.probes[i].ipa == ipa )
            for ( j = 0; j < m->nr_sids; j++ )
                set |= oracle_set(m, m->sids[j], &machine.probes[i]);

    return set;
}

/*
 * What is allowed once the SMMU translates. An address outside the regions may
 * be answered by either table until a switch is complete; nobody may rely on
 * it. An access that conflicts in the TLB is as good as one that faults, where
 * it may fault.
 */
static unsigned int allowed(const struct master *m, bool inside)
{
    switch ( m->phase )
    {
    case PHASE_KEPT:
        return inside ? OUT_RIGHT : OUT_FAULT;
    case PHASE_JOINING:
    case PHASE_JOINED:
    case PHASE_LEAVING:
    case PHASE_BROKEN:
        return inside ? OUT_RIGHT : OUT_RIGHT | OUT_FAULT | OUT_CONFLICT;
    case PHASE_UNASSIGNED:
        return OUT_ABORT | OUT_FAULT |
               (inside && m->doubtful ? OUT_RIGHT : 0);
    default:
        return OUT_RIGHT | OUT_ABORT | OUT_FAULT | OUT_CONFLICT;
    }
}

static bool has_rmr_masters(unsigned int smmu)
{
    unsigned int i;

    for ( i = 0; i < machine.nr_masters; i++ )
        if ( test->rmr && machine.masters[i].smmu == smmu &&
             machine.masters[i].nr_regions )
            return true;

    return false;
}

/*
 * Until it translates: as firmware left it, and never more than that. Of an
 * SMMUv1/v2 that firmware has in use stock Xen closes the entries first and
 * then what goes round them; where there are RMR masters nothing may.
 */
static unsigned int allowed_before(const struct master *m)
{
    const struct machine_smmu *desc = &machine.smmus[m->smmu];

    if ( desc->running && desc->banks )
        return OUT_UNKNOWN | OUT_ABORT | OUT_FAULT | OUT_RIGHT |
               (has_rmr_masters(m->smmu) ? 0 : OUT_BYPASS);
    if ( desc->running )
        return OUT_UNKNOWN | OUT_ABORT;

    return desc->gbpa_abort ? OUT_ABORT : OUT_BYPASS;
}

static unsigned int may_be(const struct master *m, bool inside,
                           enum translating now)
{
    return (now != TRANSLATES_NOT ? allowed(m, inside) : 0) |
           (now != TRANSLATES ? allowed_before(m) : 0);
}

static void judge_one(struct master *m, const struct probe *p, uint32_t sid,
                      unsigned int set, const char *what, uint64_t arg)
{
    struct model_smmu *s = machine.smmu[m->smmu];
    enum translating now = s->ops->translating(s);
    unsigned int bad = set & ~may_be(m, p->inside, now);

    oracle.anew++;
    oracle.seen[m->phase][p->inside] |= set;
    oracle.bad[m->phase][p->inside] |= bad;
    if ( p->inside && now == TRANSLATES && m->phase <= PHASE_BROKEN )
        oracle.inside |= set;

    if ( bad && !oracle.record )
        run_fail("%s (%s) StreamID %#x at %#lx%s: %s after %s %#lx",
                 m->name, phase_name(m->phase), sid, p->ipa,
                 p->inside ? ", in its region" : "", out_names(bad), what,
                 arg);
}

void oracle_changed(void)
{
    dirty = true;
}

static bool situation_changed(unsigned int i)
{
    const struct master *m = &machine.masters[i];
    struct model_smmu *s = machine.smmu[m->smmu];
    struct situation *was = &situations[i], now = {
        .phase = m->phase,
        .dom = m->dom,
        .remapped = machine.remapped,
        .translating = s->ops->translating(s),
    };

    if ( now.phase == was->phase && now.dom == was->dom &&
         now.remapped == was->remapped && now.translating == was->translating )
        return false;
    *was = now;

    return true;
}

/* All StreamIDs of the probe: those of which the answer may have changed. */
static void judge_probe(unsigned int n, bool all, const char *what,
                        uint64_t arg)
{
    const struct probe *p = &machine.probes[n];
    struct master *m = p->m;
    uint64_t mask = all ? EVERYTHING : changed[m->smmu];
    unsigned int j, set;

    if ( !mask && !oracle_distrusts )
        return;

    for ( j = 0; j < m->nr_sids; j++ )
    {
        bool same = !(mask & (PROBE_BIT(p->index) | STREAM_BIT(m->sids[j])));

        if ( same && !oracle_distrusts )
            continue;
        busy = false;                  /* a failure does not come back */
        set = oracle_set(m, m->sids[j], p);
        if ( !same )
            judge_one(m, p, m->sids[j], set, what, arg);
        else if ( set != sets[n][j] )
            run_fail("%s at %#lx: it has become %s unnoticed", m->name, p->ipa,
                     out_names(set));
        sets[n][j] = set;
        busy = true;
    }
}

/* Nothing is left to be found out that age() has not found. */
static void distrust(struct model_smmu *s)
{
    busy = false;
    if ( oracle_distrusts && s->ops->age(s, true) )
        run_fail("SMMU %u has changed unnoticed", s->index);
    busy = true;
}

static void judge_all(const char *what, uint64_t arg)
{
    bool other[MAX_MASTERS], any = oracle_distrusts;
    unsigned int i;

    for ( i = 0; i < machine.nr_smmus; i++ )
    {
        changed[i] |= machine.smmu[i]->ops->age(machine.smmu[i], false);
        distrust(machine.smmu[i]);
        any |= changed[i] != 0;
    }
    for ( i = 0; i < machine.nr_masters; i++ )
        any |= other[i] = situation_changed(i);
    oracle.judged += transactions;
    if ( !any && judged_probes == machine.nr_probes )
        return;

    for ( i = 0; i < machine.nr_probes; i++ )
        judge_probe(i, other[machine.probes[i].m - machine.masters] ||
                       i >= judged_probes, what, arg);
    memset(changed, 0, sizeof(changed));
    for ( ; judged_probes < machine.nr_probes; judged_probes++ )
    {
        transactions += machine.probes[judged_probes].m->nr_sids;
        oracle.judged += machine.probes[judged_probes].m->nr_sids;
    }
}

void step(const char *what, uint64_t arg)
{
    bool changed = mem_changed() || dirty;

    if ( busy || !run_started || oracle.off )
        return;

    if ( changed )
    {
        dirty = false;
        busy = true;
        judge_all(what, arg);
        busy = false;
    }
    run_note_step(what, arg);
    cpu_other_turn();
}
