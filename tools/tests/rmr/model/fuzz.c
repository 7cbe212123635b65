/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random sequences in as many processes as are asked for, and those of the
 * corpus. The processes count in shared memory; the first that has a sequence
 * that fails makes all of them end. It is made shorter before it is printed.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "generation.h"

#define MAX_JOBS 256
#define TEXT     2048

struct tally {
    unsigned long sequences, operations, states, anew;
};

struct job {
    struct tally of[NR_GENERATIONS];
    unsigned long seed;                /* at which it is */
    unsigned int generation;
    pid_t pid;                         /* 0: it has ended */
};

static struct shared {
    volatile sig_atomic_t stop;
    unsigned int violations;
    struct job job[MAX_JOBS];
} *shared;

/* --- One sequence ------------------------------------------------------------------ */

/* The @seed-th of those machines that are large enough. */
static unsigned int pick_variant(const struct generation *g, unsigned long seed)
{
    unsigned int large[32], v, nr = 0;

    for ( v = 0; v < g->nr_variants; v++ )
        if ( !(g->random_without & (1U << v)) )
            large[nr++] = v;

    return nr ? large[seed % nr] : 0;
}

static void print_line(const struct generation *g, unsigned int variant)
{
    char text[TEXT];

    sequence_print(&random_sequence, text, sizeof(text));
    printf("  %s %u %s\n", g->word, variant, text);
}

/* Leaves out what can be left out, so long as it fails. */
static void make_shorter(const struct generation *g, unsigned int variant)
{
    struct sequence *q = &random_sequence, before;
    unsigned int i = q->nr;

    while ( i-- > 0 )
    {
        before = *q;
        q->nr--;
        memmove(&q->op[i], &q->op[i + 1], (q->nr - i) * sizeof(q->op[0]));
        if ( !run_sequence(g, variant) )
            *q = before;
    }
}

static void report(const struct generation *g, unsigned int variant,
                   const char *why, unsigned long seed)
{
    printf("FAIL random (%s, %s): %s\n", g->name, g->variants[variant].name,
           why);
    if ( seed )
        printf("again: make fuzz GENERATION=%s SEED=%lu SEQUENCES=1\n", g->word,
               seed);
    printf("a line for the corpus:\n");
    print_line(g, variant);
}

static bool run_seed(const struct generation *g, unsigned long seed,
                     struct tally *t)
{
    unsigned int variant = pick_variant(g, seed);
    unsigned long operations = random_operations;
    char why[TEXT];
    int rc;

    sequence_draw(&random_sequence, seed);
    rc = run_sequence(g, variant);
    t->sequences++;
    t->operations += random_operations - operations;
    t->states += oracle.judged;
    t->anew += oracle.anew;
    if ( !rc )
        return true;

    snprintf(why, sizeof(why), "%s", run_failure());
    make_shorter(g, variant);
    report(g, variant, why, seed);

    return false;
}

/* --- One process ---------------------------------------------------------------------- */

static bool enough(const struct fuzz *f, unsigned long nr, time_t since)
{
    return shared->stop || (f->sequences && nr >= f->sequences) ||
           (f->seconds && time(NULL) - since >= (time_t)f->seconds);
}

/* Every @f->jobs-th seed: for each generation a sequence. */
static void work(const struct fuzz *f, unsigned int nr)
{
    unsigned long i, per_seed = f->only ? 1 : NR_GENERATIONS;
    struct job *job = &shared->job[nr];
    time_t since = time(NULL);
    unsigned int g;

    for ( i = nr; !enough(f, i * per_seed, since); i += f->jobs )
        for ( g = 0; g < NR_GENERATIONS; g++ )
        {
            if ( f->only && f->only != &generations[g] )
                continue;
            job->seed = f->seed + i;
            job->generation = g;
            if ( run_seed(&generations[g], job->seed, &job->of[g]) )
                continue;
            __atomic_add_fetch(&shared->violations, 1, __ATOMIC_RELAXED);
            shared->stop = 1;
            return;
        }
}

static void interrupted(int signal)
{
    (void)signal;
    shared->stop = 1;
}

static void start(const struct fuzz *f, unsigned int nr)
{
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if ( pid < 0 )
        abort();
    if ( pid )
    {
        shared->job[nr].pid = pid;
        return;
    }

    /* Ctrl-C reaches all of them; the first process counts what there is. */
    signal(SIGINT, SIG_IGN);
    work(f, nr);
    fflush(stdout);
    _exit(0);
}

/* --- All of them ---------------------------------------------------------------------- */

/* The code under test has crashed, or it loops. */
static void died(struct job *job, int status)
{
    const struct generation *g = &generations[job->generation];

    shared->stop = 1;
    shared->violations++;
    sequence_draw(&random_sequence, job->seed);
    printf("ended by %s %d\n", WIFSIGNALED(status) ? "signal" : "exit status",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    report(g, pick_variant(g, job->seed), "the process has died", job->seed);
}

/* How many there are still. */
static unsigned int reap(const struct fuzz *f)
{
    unsigned int i, left = 0;
    int status;

    for ( i = 0; i < f->jobs; i++ )
    {
        struct job *job = &shared->job[i];

        if ( job->pid && waitpid(job->pid, &status, WNOHANG) == job->pid )
        {
            job->pid = 0;
            if ( status )
                died(job, status);
        }
        left += job->pid != 0;
    }

    return left;
}

static struct tally sum(const struct fuzz *f, unsigned int g)
{
    struct tally t = { 0 };
    unsigned int i;

    for ( i = 0; i < f->jobs; i++ )
    {
        const struct tally *of = &shared->job[i].of[g];

        t.sequences += of->sequences;
        t.operations += of->operations;
        t.states += of->states;
        t.anew += of->anew;
    }

    return t;
}

static void print_progress(const struct fuzz *f, unsigned int seconds)
{
    unsigned long sequences = 0;
    unsigned int g;

    for ( g = 0; g < NR_GENERATIONS; g++ )
        sequences += sum(f, g).sequences;
    printf("%u s: %lu sequences, %lu a second\n", seconds, sequences,
           sequences / (seconds ? seconds : 1));
}

static void print_totals(const struct fuzz *f, unsigned int seconds)
{
    unsigned long all = 0;
    unsigned int g;

    for ( g = 0; g < NR_GENERATIONS; g++ )
    {
        struct tally t = sum(f, g);

        all += t.sequences;
        if ( t.sequences )
            printf("%s: %lu sequences, %lu operations, %lu states judged (%lu computed)\n",
                   generations[g].name, t.sequences, t.operations, t.states,
                   t.anew);
    }
    printf("random: %lu sequences from seed %lu on, in %u s by %u processes, %u violations\n",
           all, f->seed, seconds, f->jobs, shared->violations);
}

bool fuzz(const struct fuzz *f)
{
    const struct timespec while_waiting = { .tv_nsec = 100000000 };
    time_t since = time(NULL), said = since;
    unsigned int i;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if ( shared == MAP_FAILED || !f->jobs || f->jobs > MAX_JOBS )
        abort();
    signal(SIGINT, interrupted);
    signal(SIGTERM, interrupted);
    for ( i = 0; i < f->jobs; i++ )
        start(f, i);

    while ( reap(f) )
    {
        nanosleep(&while_waiting, NULL);
        if ( !f->progress || time(NULL) - said < 10 )
            continue;
        said = time(NULL);
        print_progress(f, said - since);
    }
    print_totals(f, time(NULL) - since);

    return !shared->violations;
}

/* --- The corpus ------------------------------------------------------------------------- */

/* GENERATION MACHINE SEQUENCE; false: not understood. */
static bool parse_line(const char *line, const struct generation **g,
                       unsigned int *variant)
{
    char word[8];
    int n;

    if ( sscanf(line, "%7s %u%n", word, variant, &n) != 2 )
        return false;
    for ( *g = generations; *g < generations + NR_GENERATIONS; ++*g )
        if ( !strcmp((*g)->word, word) )
            return *variant < (*g)->nr_variants &&
                   sequence_parse(&random_sequence, line + n);

    return false;
}

static bool replay_line(const char *file, unsigned int nr, const char *line,
                        struct tally *t)
{
    const struct generation *g;
    unsigned int variant;

    if ( !parse_line(line, &g, &variant) )
    {
        printf("FAIL %s:%u: not a sequence\n", file, nr);
        return false;
    }
    t->sequences++;
    if ( !run_sequence(g, variant) )
    {
        t->states += oracle.judged;
        return true;
    }
    printf("FAIL %s:%u\n", file, nr);
    report(g, variant, run_failure(), 0);

    return false;
}

bool replay(const char *file)
{
    FILE *f = fopen(file, "r");
    struct tally t = { 0 };
    char line[TEXT];
    unsigned int nr = 0;
    bool good = true;

    if ( !f )
    {
        perror(file);
        return false;
    }
    while ( fgets(line, sizeof(line), f) )
    {
        nr++;
        line[strcspn(line, "#\n")] = '\0';
        if ( line[strspn(line, " ")] )
            good &= replay_line(file, nr, line, &t);
    }
    fclose(f);
    printf("corpus: %lu sequences, %lu states judged\n", t.sequences, t.states);

    return good;
}
