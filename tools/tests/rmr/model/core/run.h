/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs scenarios: loads the code under test, brings it back to its first state
 * for each run, counts steps, makes allocations fail, ends a run that fails.
 */
#ifndef MODEL_RUN_H
#define MODEL_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "under-test.h"

/* How a scenario's machine is built. */
struct variant {
    const char *name;
    unsigned int sid_bits;
    bool two_level;
    bool incoherent;
    bool lazy;

    /* SMMUv1/v2: banks is not 0. */
    unsigned int banks;
    unsigned int entries;              /* 0: stream indexing */
    bool v1;
    bool halves, high_first;
    bool junk;
};

struct scenario {
    const char *name;
    void (*run)(void);
    bool plain;            /* needs no RMR masters: stock can run it too */
    unsigned int without;  /* variants that it cannot run on: bit mask */
};

extern const struct under_test *test;
extern const struct variant *variant;
extern bool run_started;               /* there is a machine to be judged */

void run_load(const char *object);
/* 0, or what the failure says in run_failure(). */
int run_scenario(const struct scenario *s, const struct variant *v,
                 bool record);
const char *run_failure(void);
const char *run_console(void);

void run_fail(const char *fmt, ...)
    __attribute__((__noreturn__, __format__(printf, 1, 2)));

/* Called by step(). */
void run_note_step(const char *what, uint64_t arg);
extern unsigned long run_steps;

/* The @n-th allocation from now on fails; 0: none. */
void run_fail_at(unsigned long n);
bool run_failed_one(void);
bool run_fail_allocation(void);
unsigned long run_live(void);          /* heap allocations */
bool run_said(const char *text);

/* The interrupt is pending: handled when the CPU next can. */
void run_interrupt(unsigned int irq);
void run_hold_interrupts(bool hold);

#endif /* MODEL_RUN_H */
