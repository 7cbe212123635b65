/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model [-g v2|v3] [-q] [-r] [-s NAME] [-t SECONDS] [-S SEED] OBJECT: runs all
 * scenarios on all machines with the code under test in OBJECT, and then random
 * sequences for SECONDS, from SEED on, for each generation of the SMMU or for
 * one. -s only one scenario; -q stops at the first
 * failure and says nothing else; -r notes what is not allowed and goes on: a
 * line for each scenario and machine, which makes a golden file. -c: what a
 * switch costs instead; with -n for so many StreamIDs only. -V: trusts no
 * judgement of a step before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/ops.h"
#include "scenarios/scenarios.h"

/* The scenarios and machines of one generation. */
struct generation {
    const char *name;
    const struct scenario *scenarios;
    const struct variant *variants;
    unsigned int nr_scenarios, nr_variants;
    unsigned int random_without;       /* variants: bit mask */
};

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

static bool run_one(const struct scenario *s, const struct variant *v)
{
    bool good;

    /* Code under test that loops is none that passes. */
    alarm(60);
    good = !run_scenario(s, v, record);

    runs++;
    states += oracle.judged;
    worst |= oracle.inside;
    if ( record )
        print_record(s, v);
    else if ( !good )
    {
        failed++;
        printf("FAIL %s (%s", s->name, v->name);
        if ( s == &random_scenario )
            printf(", -S %lu", random_seed);
        else if ( repeat_index > 1 )
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

static void run_random(const struct generation *g, unsigned int seconds)
{
    time_t end = time(NULL) + seconds;
    unsigned long before = states, nr = 0;

    while ( time(NULL) < end )
    {
        unsigned int v = random_seed % g->nr_variants;

        if ( !(g->random_without & (1U << v)) )
            run_one(&random_scenario, &g->variants[v]);
        random_seed++;
        nr++;
    }
    if ( !quiet )
        printf("random: %lu sequences, next seed %lu, %lu states\n", nr,
               random_seed, states - before);
}

static bool run_generation(const struct generation *g, const char *only,
                           unsigned int seconds)
{
    unsigned int i;

    states = runs = failed = 0;
    worst = 0;
    for ( i = 0; i < g->nr_scenarios; i++ )
        if ( (test->rmr || g->scenarios[i].plain) &&
             (!only || !strcmp(only, g->scenarios[i].name)) )
            run_all(g, &g->scenarios[i]);
    if ( test->rmr && seconds )
        run_random(g, seconds);

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

int main(int argc, char **argv)
{
    const struct generation v3 = {
        "SMMUv3", scenarios, variants, nr_scenarios, nr_variants,
    };
    const struct generation v2 = {
        "SMMUv1/v2", scenarios_v2, variants_v2, nr_scenarios_v2, nr_variants_v2,
        random_without_v2,
    };
    const char *only = NULL, *which = "";
    unsigned int seconds = 0, streams = 0;
    bool good = true, only_costs = false;
    int c;

    random_seed = 1;
    while ( (c = getopt(argc, argv, "cg:n:s:S:t:qrV")) != -1 )
        switch ( c )
        {
        case 'c': only_costs = true; break;
        case 'n': streams = strtoul(optarg, NULL, 0); break;
        case 'g': which = optarg; break;
        case 's': only = optarg; break;
        case 'S': random_seed = strtoul(optarg, NULL, 0); break;
        case 't': seconds = strtoul(optarg, NULL, 0); break;
        case 'q': quiet = true; break;
        case 'V': oracle_distrusts = true; break;
        case 'r': record = true; break;
        default:  return EXIT_FAILURE;
        }
    if ( optind >= argc )
        return EXIT_FAILURE;

    setvbuf(stdout, NULL, _IOLBF, 0);
    run_load(argv[optind]);
    if ( only_costs )
        return costs(which, streams);
    if ( strcmp(which, "v2") )
        good &= run_generation(&v3, only, seconds);
    if ( strcmp(which, "v3") )
        good &= run_generation(&v2, only, seconds);

    return good || record ? EXIT_SUCCESS : EXIT_FAILURE;
}
