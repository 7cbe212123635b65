/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict: one function per rule, each against one guarantee of the design.
 * analyse.c calls rules_judge() when all has been counted.
 *
 * A rule that fails leaves a reason, and nothing else does: the run passes if
 * and only if there is no reason.  No rule looks at how long something took.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

static struct rule *rule_add(struct run *run, const char *id,
                             const char *guarantee, const char *title)
{
    struct rule *r = &run->rule[run->nr_rules++];

    r->id = id;
    r->guarantee = guarantee;
    r->title = title;
    r->status = RULE_PASS;

    return r;
}

static void __attribute__((format(printf, 2, 3)))
figure(struct rule *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(r->figure, sizeof(r->figure), fmt, ap);
    va_end(ap);
}

static void __attribute__((format(printf, 2, 3)))
not_applicable(struct rule *r, const char *fmt, ...)
{
    va_list ap;

    r->status = RULE_NA;
    va_start(ap, fmt);
    vsnprintf(r->figure, sizeof(r->figure), fmt, ap);
    va_end(ap);
}

static void __attribute__((format(printf, 3, 4)))
fail(struct run *run, struct rule *r, const char *fmt, ...)
{
    char **more = realloc(run->reason, (run->nr_reasons + 1) * sizeof(*more));
    char *text;
    va_list ap;

    r->status = RULE_FAIL;
    va_start(ap, fmt);
    if ( !more || vasprintf(&text, fmt, ap) < 0 )
        abort();                   /* a verdict must not lose its reason */
    va_end(ap);
    run->reason = more;
    run->reason[run->nr_reasons++] = text;
}

static void fail_kinds(struct run *run, struct rule *r, const char *code,
                       const struct master *m, const struct phase *p,
                       const struct kinds *kinds, const char *what)
{
    unsigned int i;

    for ( i = 0; i < kinds->nr; i++ )
    {
        const struct kind *k = &kinds->kind[i];
        const char *sort = !strncmp(k->name, "by ", 3) ? "aborts" : "faults";
        char where[40] = "unknown";

        if ( k->iova_known )
            snprintf(where, sizeof(where), "0x%" PRIx64, k->iova);
        fail(run, r, "%s:%s:%s: %" PRIu64 " %s %s first at +%.3f s iova %s",
             code, m->name, p->name, k->count, what ? what : sort, k->name,
             since(run, k->first), where);
    }
}

/*
 * Sum one of a tally's lists over all masters and phases, failing each.  what:
 * the noun, or NULL for faults and aborts, which lie in one list.
 */
static uint64_t judge_kinds(struct run *run, struct rule *r, const char *code,
                            size_t list, const char *what, bool rmr_only)
{
    uint64_t total = 0;
    unsigned int i, j;

    for ( i = 0; i < run->nr_masters; i++ )
        for ( j = 0; j < run->nr_phases; j++ )
        {
            const struct master *m = &run->master[i];
            const struct kinds *k =
                (const void *)((const char *)&m->tally[j] + list);

            if ( rmr_only && !m->rmr )
                continue;
            total += kinds_total(k);
            fail_kinds(run, r, code, m, &run->phase[j], k, what);
        }

    return total;
}

static unsigned int rmr_masters(const struct run *run)
{
    unsigned int i, n = 0;

    for ( i = 0; i < run->nr_masters; i++ )
        n += run->master[i].rmr;

    return n;
}

static const struct master *the(const struct run *run, const char *name)
{
    unsigned int i;

    for ( i = 0; i < run->nr_masters; i++ )
        if ( !strcmp(run->master[i].name, name) )
            return run->master[i].rmr ? &run->master[i] : NULL;

    return NULL;
}

static unsigned int last_phase(const struct run *run)
{
    return run->nr_phases - 1;
}

/* How many phases of a sort the run had: a guest can be made several times. */
static unsigned int phases_called(const struct run *run, const char *name)
{
    unsigned int i, n = 0;

    for ( i = 0; i < run->nr_phases; i++ )
        n += !strcmp(run->phase[i].known->name, name);

    return n;
}

/*
 * Things that happen a few times a second cannot be missed in this long; what
 * is missing from a shorter stretch says nothing.
 */
#define LONG_ENOUGH  1000000

/* ---- The rules ---- */

static void enabled(struct run *run)
{
    struct rule *r = rule_add(run, "smmu-on", "G2",
                              "the SMMU translates");

    if ( run->no_iommu )
        not_applicable(r, "Xen was told to leave the SMMU alone");
    else if ( run->reg.enabled_at )
        figure(r, "SMMUEN set at +%.3f s", since(run, run->reg.enabled_at));
    else
    {
        figure(r, "SMMUEN never set");
        fail(run, r, "SMMU-ON: Xen never switched the SMMU on; "
             "every master reached all memory");
    }
}

static void no_abort(struct run *run)
{
    struct rule *r = rule_add(run, "no-abort", "G1",
                              "no abort or fault inside the regions");
    uint64_t n;

    if ( !rmr_masters(run) )
    {
        not_applicable(r, "no RMR master");
        return;
    }
    n = judge_kinds(run, r, "G1", offsetof(struct tally, inside), NULL, true);
    figure(r, "%" PRIu64 " aborts and faults", n);
}

static void no_stray(struct run *run)
{
    struct rule *r = rule_add(run, "own-memory", "G1",
                              "regions lead to their own memory");
    uint64_t n;

    if ( !rmr_masters(run) )
    {
        not_applicable(r, "no RMR master");
        return;
    }
    n = judge_kinds(run, r, "G1", offsetof(struct tally, astray),
                    "translations to", true);
    figure(r, "%" PRIu64 " translations elsewhere", n);
}

static void no_bypass(struct run *run)
{
    struct rule *r = rule_add(run, "no-bypass", "G2",
                              "no bypass once SMMUEN is set, by any master");
    uint64_t n;

    if ( !run->reg.enabled_at )
    {
        not_applicable(r, "SMMUEN never set");
        return;
    }
    n = judge_kinds(run, r, "G2", offsetof(struct tally, bypass),
                    "bypasses by", false);
    figure(r, "%" PRIu64 " bypasses", n);
}

static void no_more(struct run *run)
{
    struct rule *r = rule_add(run, "no-more", "G3",
                              "on its RMR table a master reaches no more "
                              "than its regions");
    uint64_t n;

    if ( !rmr_masters(run) || !run->reg.enabled_at )
    {
        not_applicable(r, "no RMR master behind a translating SMMU");
        return;
    }
    n = judge_kinds(run, r, "G3", offsetof(struct tally, outside),
                    "times outside the regions,", true);
    figure(r, "%" PRIu64 " translations outside", n);
}

/*
 * What a moment of the run is for a master: one at which it stands on its own
 * table, as at boot, or one at which its domain has it.
 */
static const char *standing(const struct run *run, const struct master *m,
                            const char *moment)
{
    bool end = !strcmp(moment, "user");

    if ( m->passthrough || (m->left && end) )
        return "boot";
    if ( !m->guest )
        return strcmp(moment, "guest") && strcmp(moment, "destroyed")
               ? moment : "user";
    if ( end && phases_called(run, "guest-boot") >
                phases_called(run, "destroyed") )
        return "guest";

    return strcmp(moment, "guest") ? "boot" : moment;
}

/*
 * An ordinary device may be blocked in any way; an RMR master must fault,
 * since anything else means that it is not on its own table.
 */
int probe_expectation(const struct run *run, const struct probe *probe,
                      bool *any_block)
{
    const struct master *edu = the(run, "edu");
    const char *moment = probe->moment, *target = probe->target;
    size_t i;

    *any_block = !edu;
    if ( edu )
        moment = standing(run, edu, moment);
    if ( edu && edu->nr_regions && inside_regions(edu, probe->addr) )
        target = "region";
    if ( !edu && !strcmp(target, "region") )
        target = "no longer one";
    for ( i = 0; i < nr_known_probes; i++ )
    {
        const struct known_probe *k = &known_probes[i];

        if ( (!k->moment || !strcmp(k->moment, moment)) &&
             (!k->target || !strcmp(k->target, target)) )
            return k->expected;
    }

    return -1;
}

static bool probe_as_expected(const struct run *run, const struct probe *p)
{
    bool any_block;
    int expected = probe_expectation(run, p, &any_block);

    if ( p->missed )
        return false;
    if ( expected < 0 || (int)p->outcome == expected )
        return true;

    return any_block && expected == OUT_FAULTED && p->outcome == OUT_ABORTED;
}

/*
 * The trace has the verdict; what the device holds afterwards must not
 * contradict it.  Only clear contradictions count: memory may change meanwhile.
 */
static bool device_agrees(const struct probe *p, int expected)
{
    if ( expected == OUT_FAULTED )
        return strcmp(p->brought, "target-data") != 0;
    if ( expected == OUT_TRANSLATED && !strcmp(p->target, "region") )
        return strcmp(p->brought, "no-data") &&
               strcmp(p->brought, "other-data") &&
               strcmp(p->brought, "write-blocked");

    return true;
}

static void probes(struct run *run)
{
    struct rule *r = rule_add(run, "probes", "G3",
                              "probe DMA meets what its moment allows");
    unsigned int i, good = 0;

    if ( !run->nr_probes )
    {
        not_applicable(r, "no probe in this run");
        return;
    }
    for ( i = 0; i < run->nr_probes; i++ )
    {
        const struct probe *p = &run->probe[i];
        bool any_block;

        int expected = probe_expectation(run, p, &any_block);

        if ( p->missed )
            fail(run, r, "PROBE:edu:%s:%s: never made, its moment did not come",
                 p->moment, p->target);
        else if ( !probe_as_expected(run, p) )
            fail(run, r, "PROBE:edu:%s:%s: 0x%" PRIx64 " was %s, expected %s, "
                 "at +%.3f s", p->moment, p->target, p->addr,
                 outcome_names[p->outcome],
                 outcome_names[expected], since(run, p->begin));
        else if ( !device_agrees(p, expected) )
            fail(run, r, "PROBE:edu:%s:%s: 0x%" PRIx64 " was %s, but the "
                 "device has %s", p->moment, p->target, p->addr,
                 outcome_names[p->outcome], p->brought);
        else
            good++;
    }
    figure(r, "%u of %u as expected", good, run->nr_probes);
}

static void frames(struct run *run)
{
    struct rule *r = rule_add(run, "frames", "G1",
                              "the display's frame counter advances in every "
                              "phase");
    unsigned int i, judged = 0, good = 0;

    if ( !the(run, "display") )
    {
        not_applicable(r, "the display is no RMR master here");
        return;
    }
    for ( i = 1; i < run->nr_phases; i++ )
    {
        const struct phase *p = &run->phase[i];

        if ( !p->frames_known || p->stalled ||
             (!p->frames && p->end - p->begin < LONG_ENOUGH) )
            continue;
        judged++;
        if ( p->frames > 0 )
            good++;
        else
            fail(run, r, "FRAMES:display:%s: the frame counter stands still",
                 p->name);
    }
    if ( !judged )
        fail(run, r, "FRAMES:display: telemetry.log has no two samples of any "
             "phase after firmware");
    figure(r, "%u of %u phases", good, judged);
}

static void telemetry(struct run *run)
{
    struct rule *r = rule_add(run, "telemetry", "G1",
                              "the display reports no failure");
    const struct sample *s;

    if ( !the(run, "display") )
    {
        not_applicable(r, "the display is no RMR master here");
        return;
    }
    if ( !run->nr_samples )
    {
        fail(run, r, "TELEMETRY:display: telemetry.log is absent or empty");
        return;
    }
    s = &run->sample[run->nr_samples - 1];
    figure(r, "%" PRIu64 " frames, %" PRIu64 " faults, %" PRIu64
           " restarts, state %s", s->frames, s->faults, s->reinits, s->state);
    if ( s->faults || s->reinits )
        fail(run, r, "TELEMETRY:display: %" PRIu64 " faults and %" PRIu64
             " restarts", s->faults, s->reinits);
    if ( !telemetry_alive(s->state) )
        fail(run, r, "TELEMETRY:display: ended in state %s, not running",
             s->state);
}

/* The last picture that differs from the one before it; -1: none does. */
int last_picture_change(const struct run *run)
{
    size_t i;

    for ( i = run->nr_shots; i-- > 1; )
        if ( run->shot[i].digest != run->shot[i - 1].digest )
            return i;

    return -1;
}

static void picture(struct run *run)
{
    struct rule *r = rule_add(run, "picture", "G1",
                              "the picture still moves in the last phase");
    const struct phase *p = &run->phase[last_phase(run)];
    unsigned int shots = 0, changes = 0;
    size_t i, before = SIZE_MAX, first = 0;
    int last;

    for ( i = 0; i < run->nr_shots; i++ )
    {
        if ( run->shot[i].time < p->begin )
            continue;
        if ( !shots++ )
            first = i;
        if ( before != SIZE_MAX )
            changes += run->shot[i].digest != run->shot[before].digest;
        before = i;
    }
    if ( !the(run, "display") || shots < 2 )
    {
        not_applicable(r, "%u pictures of it in the last phase", shots);
        return;
    }
    figure(r, "%u changes in %u pictures", changes, shots);
    if ( changes )
        return;
    if ( run->shot[before].time - run->shot[first].time < LONG_ENOUGH )
    {
        not_applicable(r, "%u pictures, too close to each other to tell",
                       shots);
        return;
    }
    last = last_picture_change(run);
    if ( last < 0 )
        fail(run, r, "PICTURE:display:%s: frozen in the whole run", p->name);
    else
        fail(run, r, "PICTURE:display:%s: frozen since +%.1f s", p->name,
             since(run, run->shot[last].time));
}

/*
 * The disk's controller, before the first guest and after each: the bench makes it
 * reach its region then, and no driver is there to make it do anything. Nor is
 * there one while the next guest is made, which can have begun by then.
 */
static unsigned int reaches_its_region(struct run *run, struct rule *r,
                                       const struct master *m)
{
    unsigned int i, missed = 0;

    for ( i = 0; i < run->nr_phases; i++ )
    {
        const struct phase *p = &run->phase[i];
        uint64_t n = m->tally[i].count[OUT_TRANSLATED];

        if ( strcmp(p->known->name, "dom0-user") &&
             strcmp(p->known->name, "destroyed") )
            continue;
        if ( i < last_phase(run) && !strcmp(p[1].known->name, "create") )
            n += m->tally[i + 1].count[OUT_TRANSLATED];
        if ( n )
            continue;
        missed++;
        fail(run, r, "ALIVE:%s:%s: no DMA came through", m->name, p->name);
    }

    return missed;
}

static void alive(struct run *run)
{
    struct rule *r = rule_add(run, "alive", "G1",
                              "masters that run by themselves still do in the "
                              "last phase, one at rest reaches its region");
    const struct master *storage = the(run, "storage");
    const struct phase *p = &run->phase[last_phase(run)];
    int64_t from = p->begin < run->end - LONG_ENOUGH ? p->begin
                                                     : run->end - LONG_ENOUGH;
    unsigned int i, n = 0, good = 0;

    for ( i = 0; i < run->nr_masters; i++ )
    {
        const struct master *m = &run->master[i];

        if ( !m->rmr || !m->autonomous )
            continue;
        n++;
        if ( m->last_dma >= from )
            good++;
        else if ( m->last_dma )
            fail(run, r, "ALIVE:%s:%s: the last DMA that came through was at "
                 "+%.3f s", m->name, p->name, since(run, m->last_dma));
        else
            fail(run, r, "ALIVE:%s:%s: no DMA in the whole run", m->name,
                 p->name);
    }
    if ( storage && storage->guest )
    {
        n++;
        good += !reaches_its_region(run, r, storage);
    }
    if ( n )
        figure(r, "%u of %u", good, n);
    else
        not_applicable(r, "no such RMR master");
}

static void audio(struct run *run)
{
    struct rule *r = rule_add(run, "audio", "G1",
                              "the tone is never silent");
    const struct audio *a = &run->audio;

    if ( !the(run, "audio") )
    {
        not_applicable(r, "audio is no RMR master here");
        return;
    }
    figure(r, "%" PRIu64 " zero samples in %" PRIu64 " stretches of %" PRIu64
           " samples", a->zero_samples, a->zero_runs,
           a->first_tone ? a->samples - a->first_tone + 1 : 0);
    if ( !a->present )
        fail(run, r, "AUDIO: audio.wav is absent or no recording");
    else if ( !a->first_tone )
        fail(run, r, "AUDIO: %" PRIu64 " samples recorded, all silent",
             a->samples);
    else if ( a->zero_runs )
        fail(run, r, "AUDIO: %" PRIu64 " samples lost in %" PRIu64
             " stretches", a->zero_samples, a->zero_runs);
}

static void ehci(struct run *run)
{
    struct rule *r = rule_add(run, "ehci-alarm", "G1",
                              "the EHCI controller raised no alarm");
    char path[PATH_MAX + 32], line[512];
    uint64_t alarms = run->ehci_alarms;
    FILE *f;

    if ( !the(run, "ehci") )
    {
        not_applicable(r, "ehci is no RMR master here");
        return;
    }
    f = open_in(run, "qemu.err", path, sizeof(path));
    while ( f && fgets(line, sizeof(line), f) )
        alarms += strstr(line, "resetting ehci HC") != NULL;
    if ( f )
        fclose(f);
    if ( !alarms && run->nr_samples &&
         telemetry_dead(run->sample[run->nr_samples - 1].ehci) )
        alarms++;
    figure(r, "%" PRIu64 " alarms", alarms);
    if ( alarms )
        fail(run, r, "EHCI: %" PRIu64 " alarms: a read of its list was "
             "aborted", alarms);
}

static void registers(struct run *run)
{
    struct rule *r = rule_add(run, "registers", "G1",
                              "no register write or STE that stops live DMA");
    const struct registers *reg = &run->reg;

    figure(r, "GBPA.ABORT %u, SMMUEN 1->0 %u, STRTAB moved %u, STE aborts %"
           PRIu64, reg->abort_written, reg->disabled, reg->strtab_moved,
           reg->ste_aborts);
    if ( !rmr_masters(run) )
    {
        r->status = RULE_NA;
        return;
    }
    if ( reg->abort_written )
        fail(run, r, "REG:GBPA: ABORT written %u times, first at +%.3f s",
             reg->abort_written, since(run, reg->first_abort_write));
    if ( reg->disabled )
        fail(run, r, "REG:CR0: SMMUEN cleared %u times, first at +%.3f s",
             reg->disabled, since(run, reg->first_disable));
    if ( reg->strtab_moved )
        fail(run, r, "REG:STRTAB_BASE: written %u times while the SMMU was "
             "on, first at +%.3f s", reg->strtab_moved,
             since(run, reg->first_strtab));
    if ( reg->ste_aborts )
        fail(run, r, "REG:STE: %" PRIu64 " transactions met an STE that "
             "aborts", reg->ste_aborts);
}

static void judge_handover(struct run *run, struct rule *r,
                           const struct handover *h)
{
    const char *name = run->master[h->master].name;
    const struct console_event *e = h->event < 0 ? NULL
                                                 : &run->event[h->event];

    if ( h->tlbi != 1 || (run->reg.syncs_known && h->sync != 2) )
        fail(run, r, "SWITCH:%s: at +%.3f s %u CFGI_STE, %u TLBI, %u SYNC; "
             "one TLBI and two SYNC were due", name, since(run, h->time),
             h->cfgi, h->tlbi, h->sync);
    if ( e && e->counted &&
         (e->cfgi != h->cfgi || e->tlbi != h->tlbi ||
          e->stores != h->cfgi ||
          (run->reg.syncs_known && e->sync != h->sync)) )
        fail(run, r, "SWITCH:%s: at +%.3f s Xen tells %u STE stores, %u "
             "CFGI_STE, %u TLBI, %u SYNC, the trace shows %u CFGI_STE, %u "
             "TLBI, %u SYNC", name, since(run, h->time), e->stores, e->cfgi,
             e->tlbi, e->sync, h->cfgi, h->tlbi, h->sync);
}

/* A hand-over that Xen reports and the trace does not have. */
/*
 * A guest that is destroyed before it ran: its master was pending, and leaves
 * without a switch.
 */
static bool never_joined(const struct run *run, unsigned int event)
{
    const struct console_event *e = &run->event[event];

    while ( event-- )
        if ( run->event[event].master == e->master &&
             (run->event[event].kind == CON_JOIN_END ||
              run->event[event].kind == CON_LEAVE_END) )
            return run->event[event].kind == CON_LEAVE_END;

    return true;
}

static void judge_account(struct run *run, struct rule *r, unsigned int event)
{
    const struct console_event *e = &run->event[event];
    unsigned int i;

    if ( e->master < 0 ||
         (e->kind != CON_JOIN_END && e->kind != CON_LEAVE_END) )
        return;
    if ( e->kind == CON_LEAVE_END && run->master[e->master].guest &&
         never_joined(run, event) )
        return;
    for ( i = 0; i < run->nr_handovers; i++ )
        if ( run->handover[i].event == (int)event )
            return;
    fail(run, r, "SWITCH:%s: Xen tells of a hand-over before +%.3f s, the "
         "trace has no CFGI_STE for it", run->master[e->master].name,
         since(run, e->time));
}

static int64_t first_guest_at(const struct run *run)
{
    unsigned int i = 0;

    while ( i < run->nr_phases && strcmp(run->phase[i].known->name, "create") )
        i++;

    return i < run->nr_phases ? run->phase[i].begin : run->end;
}

/*
 * A guest's master stays on its own table until dom0 makes a guest; then that
 * guest has it, and what is destroyed gives it back.
 */
static void judge_guest(struct run *run, struct rule *r,
                        const struct master *m, unsigned int handovers)
{
    unsigned int made = phases_called(run, "guest-boot");
    unsigned int destroyed = phases_called(run, "destroyed"), i;
    unsigned int due = !made ? 0 : destroyed ? 2 : 1;

    if ( handovers < due || (!due && handovers) )
        fail(run, r, "SWITCH:%s: %u guests were made and %u destroyed, but it "
             "was handed over %u times", m->name, made, destroyed, handovers);
    for ( i = 0; i < run->nr_handovers; i++ )
        if ( &run->master[run->handover[i].master] == m &&
             run->handover[i].time < first_guest_at(run) )
            fail(run, r, "SWITCH:%s: handed over at +%.3f s, when there was "
                 "no guest", m->name, since(run, run->handover[i].time));
}

/*
 * dom0's masters are with dom0 once it runs, a domU's with that when the run
 * has come to its end; the others never are.
 */
static void judge_owner(struct run *run, struct rule *r)
{
    bool dom0_runs = phases_called(run, "dom0-user");
    unsigned int i, j, n;

    for ( i = 0; i < run->nr_masters; i++ )
    {
        const struct master *m = &run->master[i];

        for ( j = n = 0; j < run->nr_handovers; j++ )
            n += run->handover[j].master == (int)i;
        if ( m->rmr && m->passthrough && n )
            fail(run, r, "SWITCH:%s: is to stay on its RMR table, but was "
                 "handed over %u times", m->name, n);
        if ( m->rmr && m->guest )
            judge_guest(run, r, m, n);
        if ( m->rmr && m->left && n < 2 )
            fail(run, r, "SWITCH:%s: should have left dom0, but was handed "
                 "over %u times", m->name, n);
        if ( m->rmr && m->domu && !n && run->until_at )
            fail(run, r, "SWITCH:%s: the domU ran, and the trace shows no "
                 "hand-over to it", m->name);
        if ( m->rmr && !m->passthrough && !m->guest && !m->domu && !n &&
             dom0_runs )
            fail(run, r, "SWITCH:%s: dom0 runs, and the trace shows no "
                 "hand-over to it", m->name);
    }
}

static void handovers(struct run *run)
{
    struct rule *r = rule_add(run, "switch", "G1",
                              "each hand-over: CFGI_STE per StreamID, SYNC, "
                              "one TLBI, SYNC");
    unsigned int i, accounts = 0;

    for ( i = 0; i < run->nr_events; i++ )
        accounts += run->event[i].kind == CON_JOIN_END ||
                    run->event[i].kind == CON_LEAVE_END;
    if ( !run->rmr_lines || !rmr_masters(run) )
    {
        not_applicable(r, run->rmr_lines ? "no RMR master"
                                         : "this Xen knows no RMR");
        return;
    }
    figure(r, "%u hand-overs in the trace, %u told by Xen", run->nr_handovers,
           accounts);
    for ( i = 0; i < run->nr_handovers; i++ )
        judge_handover(run, r, &run->handover[i]);
    for ( i = 0; i < run->nr_events; i++ )
        judge_account(run, r, i);
    judge_owner(run, r);
}

static void reached_end(struct run *run)
{
    struct rule *r = rule_add(run, "end", "-",
                              "the run came to its end marker, no panic "
                              "before it");

    if ( run->until_at )
        figure(r, "\"%.60s\" at +%.1f s", run->until,
               since(run, run->until_at));
    else
    {
        figure(r, "\"%.60s\" never came (end: %s)", run->until,
               run->end_reason[0] ? run->end_reason : "unknown");
        fail(run, r, "END: the console never showed \"%s\"; the run ended in "
             "%s (%s)", run->until, run->phase[last_phase(run)].name,
             run->end_reason[0] ? run->end_reason : "no reason given");
    }
    if ( run->panics )
        fail(run, r, "PANIC: %s", run->first_panic);
}

static void no_bug(struct run *run)
{
    struct rule *r = rule_add(run, "no-bug", "-",
                              "Xen reports no broken invariant");

    figure(r, "%u lines \"rmr: BUG\"", run->rmr_bugs);
    if ( run->rmr_bugs )
        fail(run, r, "BUG: %s", run->first_bug);
}

void rules_judge(struct run *run)
{
    static void (*const all[])(struct run *) = {
        no_abort, no_stray, no_bypass, no_more, probes, frames, telemetry,
        picture, alive, audio, ehci, registers, handovers, enabled,
        reached_end, no_bug,
    };
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(all); i++ )
        all[i](run);
}
