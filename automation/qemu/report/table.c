/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal's view of a run: one row per master and phase, the rules, the
 * verdict.  Called by analyse.c; with a baseline both runs share the rows.
 * Colour only where a person looks.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

#define REASONS_SHOWN  20

static bool coloured;

static const char *paint(const char *code)
{
    return coloured ? code : "";
}

#define RED    paint("\033[31m")
#define GREEN  paint("\033[32m")
#define DIM    paint("\033[2m")
#define BOLD   paint("\033[1m")
#define PLAIN  paint("\033[0m")

static const char half_head[] =
    "translated  bypassed  after on   aborted   faulted  gap ms  frames";

static void count_cell(uint64_t n, int width, bool bad)
{
    printf("%s%*" PRIu64 "%s", n && bad ? RED : n ? "" : DIM, width, n, PLAIN);
}

static void half_row(const struct run *run, const struct master *m,
                     unsigned int phase)
{
    const struct tally *t = &m->tally[phase];
    const struct phase *p = &run->phase[phase];

    count_cell(t->count[OUT_TRANSLATED], 10, false);
    count_cell(t->count[OUT_DISABLED] + t->count[OUT_BYPASSED], 10, false);
    count_cell(t->bypassed_after_enable, 10, true);
    count_cell(t->count[OUT_ABORTED], 10, kinds_total(&t->inside));
    count_cell(t->count[OUT_FAULTED], 10, kinds_total(&t->inside));
    if ( m->autonomous && t->longest_gap )
        printf("%8.0f", t->longest_gap / 1e3);
    else
        printf("%8s", "-");
    if ( t->frames >= 0 )
        printf("%s%8" PRId64 "%s", !t->frames && strcmp(p->name, "firmware")
               ? RED : "", t->frames, PLAIN);
    else
        printf("%8s", "-");
}

static const struct master *same_master(const struct run *run,
                                        const struct master *m)
{
    int i = find_master(run, m->sid);

    return i < 0 || !master_shown(&run->master[i]) ? NULL : &run->master[i];
}

static int same_phase(const struct run *run, const char *name)
{
    unsigned int i;

    for ( i = 0; i < run->nr_phases; i++ )
        if ( !strcmp(run->phase[i].name, name) )
            return i;

    return -1;
}

static void row(const struct run *run, const struct run *baseline,
                const struct master *m, unsigned int phase)
{
    const char *name = run->phase[phase].name;

    printf("%-9s%-13s", phase ? "" : m->name, name);
    half_row(run, m, phase);
    if ( baseline )
    {
        const struct master *other = same_master(baseline, m);
        int i = same_phase(baseline, name);

        printf(" | ");
        if ( other && i >= 0 )
            half_row(baseline, other, i);
        else
            printf("%66s", "not reached");
    }
    putchar('\n');
}

static void counts(const struct run *run, const struct run *baseline)
{
    unsigned int i, j;

    if ( baseline )
        printf("%22s%s%-66s | %s%s\n", "", BOLD, run->xen, baseline->xen,
               PLAIN);
    printf("%s%-9s%-13s%s", BOLD, "master", "phase", half_head);
    if ( baseline )
        printf(" | %s", half_head);
    printf("%s\n", PLAIN);
    for ( i = 0; i < run->nr_masters; i++ )
        for ( j = 0; j < run->nr_phases && master_shown(&run->master[i]); j++ )
            row(run, baseline, &run->master[i], j);
}

static void handovers(const struct run *run)
{
    unsigned int i;

    for ( i = 0; i < run->nr_handovers; i++ )
    {
        const struct handover *h = &run->handover[i];

        printf("%s of %s at +%.3f s: %u CFGI_STE, %u TLBI, ",
               run->rmr_lines ? "hand-over" : "STE update",
               run->master[h->master].name, since(run, h->time), h->cfgi,
               h->tlbi);
        if ( run->reg.syncs_known )
            printf("%u SYNC\n", h->sync);
        else
            printf("SYNC not traced\n");
    }
    for ( i = 0; i < run->nr_probes; i++ )
    {
        const struct probe *p = &run->probe[i];

        printf("probe %-8s %-8s 0x%-10" PRIx64 " %s\n", p->moment, p->target,
               p->addr, p->missed ? "never made" : outcome_names[p->outcome]);
    }
    if ( run->nr_handovers || run->nr_probes )
        putchar('\n');
}

static const char *status_word(enum status status)
{
    return status == RULE_PASS ? "pass" : status == RULE_FAIL ? "FAIL"
                                                              : "n/a ";
}

static void rules(const struct run *run, const struct run *baseline)
{
    unsigned int i;

    for ( i = 0; i < run->nr_rules; i++ )
    {
        const struct rule *r = &run->rule[i];
        const char *colour = r->status == RULE_PASS ? GREEN
                             : r->status == RULE_FAIL ? RED : DIM;

        printf("%2u %s%s%s  ", i + 1, colour, status_word(r->status), PLAIN);
        if ( baseline )
        {
            enum status other = baseline->rule[i].status;

            printf("| %s%s%s  ", other == RULE_PASS ? GREEN
                   : other == RULE_FAIL ? RED : DIM, status_word(other), PLAIN);
        }
        printf("%-3s %s: %s%s%s\n", r->guarantee, r->title, DIM, r->figure,
               PLAIN);
    }
}

static void verdict(const struct run *run)
{
    size_t i;

    printf("\n%s%s: %s%s\n", run_passed(run) ? GREEN : RED, run->xen,
           run_passed(run) ? "PASS" : "FAIL", PLAIN);
    for ( i = 0; i < run->nr_reasons && i < REASONS_SHOWN; i++ )
        printf("  %s\n", run->reason[i]);
    if ( i < run->nr_reasons )
        printf("  ... and %zu more in report.json\n", run->nr_reasons - i);
}

void table_print(const struct run *run, const struct run *baseline)
{
    coloured = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");

    counts(run, baseline);
    putchar('\n');
    handovers(run);
    rules(run, baseline);
    verdict(run);
    if ( baseline )
        verdict(baseline);
}
