/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second CPU has a stack of its own, and either it or the first CPU runs:
 * they hand over to each other. So every run is the same again, and the model
 * needs no locks. (Threads would do, but hand over by way of the scheduler.)
 */
#include <sanitizer/common_interface_defs.h>
#include <setjmp.h>
#include <stddef.h>
#include <ucontext.h>

#include "cpu.h"
#include "hooks.h"
#include "host.h"
#include "run.h"

static struct cpu {
    ucontext_t context;
    bool back;                         /* it has been handed to */
    void *fake;                        /* address sanitizer's, of its stack */
    const void *stack;
    size_t size;
} cpus[2];
static char stack[256 << 10] __attribute__((__aligned__(16)));
static bool started;
static unsigned int running;           /* which CPU it is */
static enum { NONE, WAITING, STARTED, DONE } other;
static unsigned long at;
static void (*todo)(void);
static jmp_buf end;
static bool failed;

unsigned int host_cpu(void)
{
    return running;
}

/* Address sanitizer has to know on which stack the program is. */
#ifndef __SANITIZE_ADDRESS__
#define __sanitizer_start_switch_fiber(fake, stack, size) ((void)0)
#define __sanitizer_finish_switch_fiber(fake, stack, size) ((void)0)
#endif

static void arrived(void)
{
    __sanitizer_finish_switch_fiber(cpus[running].fake, &cpus[!running].stack,
                                    &cpus[!running].size);
}

/* swapcontext(), which address sanitizer complains about. */
static void hand_over(unsigned int to)
{
    struct cpu *from = &cpus[running];

    running = to;
    from->back = false;
    getcontext(&from->context);
    if ( !from->back )
    {
        from->back = true;
        __sanitizer_start_switch_fiber(&from->fake, cpus[to].stack,
                                       cpus[to].size);
        setcontext(&cpus[to].context);
    }
    arrived();
}

static void body(void)
{
    arrived();
    while ( true )
    {
        if ( !setjmp(end) )
            todo();
        other = DONE;
        hand_over(0);
    }
}

void cpu_other_runs(unsigned long n, void (*fn)(void))
{
    other = WAITING;
    at = n;
    todo = fn;
    failed = false;
}

/* For all runs: the next one has a second CPU, too. */
static void start(void)
{
    other = STARTED;
    if ( started )
        return;
    started = true;
    cpus[1].stack = stack;
    cpus[1].size = sizeof(stack);
    getcontext(&cpus[1].context);
    cpus[1].context.uc_stack.ss_sp = stack;
    cpus[1].context.uc_stack.ss_size = sizeof(stack);
    makecontext(&cpus[1].context, body, 0);
}

static void give_turn(void)
{
    if ( other == WAITING )
        start();
    hand_over(1);
    if ( other == DONE )
        other = NONE;
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

/* A lock is about to be taken: somebody else may be first. */
void host_locking(void)
{
    cpu_other_turn();
}

void host_unlocked(void)
{
    hooks_flush();
    cpu_other_turn();
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
    }
    other = NONE;
    failed = false;
    running = 0;
}
