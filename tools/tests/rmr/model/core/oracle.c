/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oracle. hooks.c, the memory and the SMMUs call step() after each store,
 * register access and command; ops.c moves masters from phase to phase.
 *
 * Invariant: between two steps nothing changes that a device could see, so what
 * is judged at each step is all that ever could have happened.
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

void oracle_reset(bool record)
{
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

    s->ops->answers(s, sid, p->ipa, add_answer, &q);

    return q.set;
}

unsigned int oracle_ask(struct master *m, uint64_t ipa)
{
    struct model_smmu *s = machine.smmu[m->smmu];
    unsigned int set = 0, i, j;

    /* What a call has promised holds for transactions that come after it. */
    if ( s->ops->settle )
        s->ops->settle(s);
    s->ops->age(s);
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

/* Until it translates: as firmware left it, and never more than that. */
static unsigned int allowed_before(const struct master *m)
{
    const struct machine_smmu *desc = &machine.smmus[m->smmu];

    /* SMMUv1/v2: and a stream that no entry matches goes where it went. */
    if ( desc->running )
        return OUT_UNKNOWN | OUT_ABORT | (desc->banks ? OUT_BYPASS : 0);

    return desc->gbpa_abort ? OUT_ABORT : OUT_BYPASS;
}

static void judge_one(struct master *m, const struct probe *p, uint32_t sid,
                      const char *what, uint64_t arg)
{
    struct model_smmu *s = machine.smmu[m->smmu];
    enum translating now = s->ops->translating(s);
    unsigned int set = oracle_set(m, sid, p), may = 0, bad;

    if ( now != TRANSLATES_NOT )
        may |= allowed(m, p->inside);
    if ( now != TRANSLATES )
        may |= allowed_before(m);
    bad = set & ~may;

    oracle.judged++;
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

static void judge_all(const char *what, uint64_t arg)
{
    unsigned int i, j;

    for ( i = 0; i < machine.nr_smmus; i++ )
        machine.smmu[i]->ops->age(machine.smmu[i]);
    for ( i = 0; i < machine.nr_probes; i++ )
    {
        struct probe *p = &machine.probes[i];

        for ( j = 0; j < p->m->nr_sids; j++ )
        {
            busy = false;              /* a failure does not come back */
            judge_one(p->m, p, p->m->sids[j], what, arg);
            busy = true;
        }
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
