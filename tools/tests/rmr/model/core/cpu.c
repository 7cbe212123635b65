/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second CPU is a thread, of which there is one at a time, and either it or
 * the first CPU runs: they hand each other a token. So every run is the same
 * again, and the model needs no locks.
 */
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdlib.h>

#include "cpu.h"
#include "hooks.h"
#include "host.h"
#include "run.h"

static pthread_t thread;
static sem_t turn[2];
static unsigned int running;           /* which CPU has the token */
static enum { NONE, WAITING, STARTED, DONE } other;
static unsigned long at;
static void (*todo)(void);
static jmp_buf end;
static bool failed;

unsigned int host_cpu(void)
{
    return running;
}

static void hand_over(unsigned int to)
{
    unsigned int me = running;

    running = to;
    sem_post(&turn[to]);
    sem_wait(&turn[me]);
}

static void *body(void *unused)
{
    sem_wait(&turn[1]);
    if ( !setjmp(end) )
        todo();
    other = DONE;
    running = 0;
    sem_post(&turn[0]);

    return unused;
}

void cpu_other_runs(unsigned long n, void (*fn)(void))
{
    other = WAITING;
    at = n;
    todo = fn;
    failed = false;
}

static void start(void)
{
    sem_init(&turn[0], 0, 0);
    sem_init(&turn[1], 0, 0);
    other = STARTED;
    if ( pthread_create(&thread, NULL, body, NULL) )
        abort();
}

static void give_turn(void)
{
    if ( other == WAITING )
        start();
    hand_over(1);
    if ( other == DONE )
    {
        pthread_join(thread, NULL);
        other = NONE;
    }
    if ( failed )
    {
        failed = false;
        run_fail("%s", run_failure());
    }
}

void cpu_other_turn(void)
{
    if ( running || other == NONE || (other == WAITING && at && --at) )
        return;

    give_turn();
}

void cpu_join(void)
{
    unsigned int turns = 0;

    while ( other != NONE )
    {
        if ( ++turns > 10000 )
            run_fail("the other CPU never ends");
        give_turn();
    }
}

bool cpu_other_ran(void)
{
    return other != WAITING;
}

/* A lock is taken. Whoever has it must go on. */
void host_wait(const char *what)
{
    if ( running )
    {
        hand_over(0);
        if ( failed )
            longjmp(end, 1);
        return;
    }

    if ( other != STARTED )
        run_fail("deadlock: %s is held by this CPU", what);
    give_turn();
}

void host_unlocked(void)
{
    hooks_flush();
    if ( !running && other == STARTED )
        give_turn();
}

void cpu_fail(void)
{
    failed = true;
    longjmp(end, 1);
}

/* After a run; one that failed may have left the other CPU in the middle. */
void cpu_reset(void)
{
    if ( other == STARTED )
    {
        failed = true;
        hand_over(1);
        pthread_join(thread, NULL);
    }
    other = NONE;
    failed = false;
    running = 0;
}
