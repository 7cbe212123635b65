/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model [-g v2|v3] [-q] [-r] [-V] [-s NAME] [-k FILE] [-t SECONDS] [-N NUMBER]
 * [-j JOBS] [-S SEED] OBJECT: runs all scenarios on all machines with the code
 * under test in OBJECT, for each generation of the SMMU or for one; then the
 * sequences in FILE; then random ones for SECONDS, or that many, from SEED on,
 * in JOBS processes.
 *
 * -s only one scenario; -q stops at the first failure and says nothing else; -p
 * says how far it is; -r notes what is not allowed and goes on: a line for each
 * scenario and machine, which makes a golden file. -V: trusts no judgement of a
 * step before. -c: what a switch costs instead; with -n for so many StreamIDs
 * only. -w: what is written to registers without RMR masters instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

#include "generation.h"
#include "scenarios/scenarios.h"

static unsigned long states, runs, failed;
static unsigned int worst;
static bool quiet, record;

/* A failure without the line that noticed, so that golden files last. */
static const char *failure_text(void)
{
    const char *t = run_failure(), *p;

    if ( !strncmp(t, "scenarios/", 10) && (p = strstr(t, ": ")) )
        return p + 2;

    return t;
}

/* By phase: outcomes that are not allowed. */
static void print_record(const struct scenario *s, const struct variant *v)
{
    unsigned int p;
    bool bad = run_failure()[0];

    printf("%s, %s:", s->name, v->name);
    for ( p = 0; p < NR_PHASES; p++ )
        if ( oracle.bad[p][0] | oracle.bad[p][1] )
        {
            printf(" %s %s;", phase_name(p),
                   out_names(oracle.bad[p][0] | oracle.bad[p][1]));
            bad = true;
        }
    if ( run_failure()[0] )
        printf(" ends: %s", failure_text());
    printf("%s\n", bad ? "" : " nothing");
}

/* What runs: the address sanitizer ends the program, and would not say where. */
static const struct scenario *current;

#ifdef __SANITIZE_ADDRESS__
static void say_where(void)
{
    if ( current )
        printf("FAIL %s (%s): address sanitizer\n", current->name, variant->name);
    fflush(stdout);
}
#endif

static bool run_one(const struct scenario *s, const struct variant *v)
{
    bool good;

    current = s;
    /* Code under test that loops is none that passes. */
    alarm(60);
    good = !run_scenario(s, v, record);
    alarm(0);

    runs++;
    states += oracle.judged;
    worst |= oracle.inside;
    if ( record )
        print_record(s, v);
    else if ( !good )
    {
        failed++;
        printf("FAIL %s (%s", s->name, v->name);
        if ( repeat_index > 1 )
            printf(", %lu", repeat_index);
        printf("): %s\n", run_failure());
        if ( quiet )
            exit(EXIT_FAILURE);
        return false;
    }

    return good;
}

/* All machines; those scenarios that ask for it once for each index. */
static void run_all(const struct generation *g, const struct scenario *s)
{
    unsigned long states_before = states, runs_before = runs, v;
    bool good = true;

    for ( v = 0; v < g->nr_variants; v++ )
    {
        if ( s->without & (1U << v) )
            continue;
        repeat_index = 0;
        do {
            repeat_index++;
            repeat_again(true);
            good &= run_one(s, &g->variants[v]);
        } while ( repeat_wanted() && repeat_index < 2000 );
    }
    repeat_index = 0;
    if ( good && !quiet && !record )
        printf("ok %s (%lu runs, %lu states)\n", s->name, runs - runs_before,
               states - states_before);
}

int run_sequence(const struct generation *g, unsigned int variant)
{
    int rc;

    alarm(60);
    rc = run_scenario(&random_scenario, &g->variants[variant], false);
    alarm(0);

    return rc;
}

static bool run_generation(const struct generation *g, const char *only)
{
    unsigned int i;

    states = runs = failed = 0;
    worst = 0;
    for ( i = 0; i < g->nr_scenarios; i++ )
        if ( (test->rmr || g->scenarios[i].plain) &&
             (!only || !strcmp(only, g->scenarios[i].name)) )
            run_all(g, &g->scenarios[i]);

    if ( runs && !record )
        printf("%s: %lu scenarios, %lu failed, %lu states judged, RMR masters in their regions: %s\n",
               g->name, runs, failed, states, out_names(worst));

    return !failed;
}

/* The machine is one with enough of everything. */
static bool print_costs(const char *name, const struct variant *v,
                        unsigned int only)
{
    static const unsigned int streams[] = { 1, 2, 8, MAX_SIDS };
    static const struct scenario rmr = { "costs", scenario_costs_rmr };
    static const struct scenario plain = { "costs", scenario_costs_plain };
    bool good = true;
    unsigned int i;

    costs_generation = name;
    for ( i = 0; i < sizeof(streams) / sizeof(streams[0]); i++ )
    {
        if ( only && streams[i] != only )
            continue;
        costs_streams = streams[i];
        if ( test->rmr && run_scenario(&rmr, v, false) )
            good = false;
        if ( good && run_scenario(&plain, v, false) )
            good = false;
        if ( !good )
            printf("%s %u: %s\n", name, streams[i], run_failure());
    }

    return good;
}

static int costs(const char *which, unsigned int only)
{
    static const struct variant v3 = {
        .name = "two-level", .sid_bits = 16, .two_level = true,
    };
    static const struct variant v2 = {
        .name = "matching", .sid_bits = 15, .banks = 8, .entries = 128,
    };
    bool good = true;

    if ( strcmp(which, "v2") )
        good &= print_costs("SMMUv3", &v3, only);
    if ( strcmp(which, "v3") )
        good &= print_costs("SMMUv1/v2", &v2, only);

    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The same driver, with and without our files, must print the same. */
static bool print_registers(const struct generation *g)
{
    static const struct scenario s = { "registers", scenario_registers };
    bool good = true;
    unsigned int v, running;

    for ( v = 0; v < g->nr_variants; v++ )
        for ( running = 0; running < 2; running++ )
        {
            registers_running = running;
            printf("%s, %s%s\n", g->name, g->variants[v].name,
                   running ? ", translating" : "");
            if ( !run_scenario(&s, &g->variants[v], false) )
                continue;
            printf("ends: %s\n", run_failure());
            good = false;
        }

    return good;
}

struct generation generations[NR_GENERATIONS];

static void set_generations(void)
{
    generations[0] = (struct generation){
        "SMMUv3", "v3", scenarios, variants, nr_scenarios, nr_variants,
    };
    generations[1] = (struct generation){
        "SMMUv1/v2", "v2", scenarios_v2, variants_v2, nr_scenarios_v2,
        nr_variants_v2, random_without_v2,
    };
}

/* --- Command line ------------------------------------------------------------------ */

struct options {
    const char *object, *scenario, *which, *corpus;
    unsigned int streams;
    bool costs, registers;
    struct fuzz fuzz;
};

static bool parse(struct options *o, int argc, char **argv)
{
    int c;

    while ( (c = getopt(argc, argv, "cg:j:k:n:N:ps:S:t:qrVw")) != -1 )
        switch ( c )
        {
        case 'c': o->costs = true; break;
        case 'g': o->which = optarg; break;
        case 'j': o->fuzz.jobs = strtoul(optarg, NULL, 0); break;
        case 'k': o->corpus = optarg; break;
        case 'n': o->streams = strtoul(optarg, NULL, 0); break;
        case 'N': o->fuzz.sequences = strtoul(optarg, NULL, 0); break;
        case 'p': o->fuzz.progress = true; break;
        case 's': o->scenario = optarg; break;
        case 'S': o->fuzz.seed = strtoul(optarg, NULL, 0); break;
        case 't': o->fuzz.seconds = strtoul(optarg, NULL, 0); break;
        case 'q': quiet = true; break;
        case 'r': record = true; break;
        case 'w': o->registers = true; break;
        case 'V': oracle_distrusts = true; break;
        default:  return false;
        }
    o->object = argv[optind];

    return o->object;
}

int main(int argc, char **argv)
{
    struct options o = { .which = "", .fuzz = { .seed = 1, .jobs = 1 } };
    bool good = true;
    unsigned int i;

    if ( !parse(&o, argc, argv) )
        return EXIT_FAILURE;

    setvbuf(stdout, NULL, _IOLBF, 0);
    set_generations();
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_set_death_callback(say_where);
#endif
    run_load(o.object);
    if ( o.costs )
        return costs(o.which, o.streams);
    if ( o.registers )
        return print_registers(&generations[0]) &
               print_registers(&generations[1]) ? EXIT_SUCCESS : EXIT_FAILURE;

    for ( i = 0; i < NR_GENERATIONS; i++ )
        if ( !*o.which || !strcmp(o.which, generations[i].word) )
        {
            good &= run_generation(&generations[i], o.scenario);
            o.fuzz.only = *o.which ? &generations[i] : NULL;
        }
    if ( test->rmr && o.corpus )
        good &= replay(o.corpus);
    if ( test->rmr && (o.fuzz.seconds || o.fuzz.sequences) )
        good &= fuzz(&o.fuzz);

    return good || record ? EXIT_SUCCESS : EXIT_FAILURE;
}
