/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A second CPU, and interrupts: what else may happen at a step of the first.
 */
#ifndef MODEL_CPU_H
#define MODEL_CPU_H

#include <stdbool.h>

/*
 * At the @at-th step from now on the other CPU begins to run @fn, until it is
 * done or has to wait for a lock; in the latter case it is asked again at each
 * step. 0: at the next one.
 */
void cpu_other_runs(unsigned long at, void (*fn)(void));
/* The first CPU has nothing more to do: let the other one finish. */
void cpu_join(void);
bool cpu_other_ran(void);

/* From step(). */
void cpu_other_turn(void);
void cpu_reset(void);
/* In the other CPU: end it, the run has failed. */
void cpu_fail(void);

#endif /* MODEL_CPU_H */
