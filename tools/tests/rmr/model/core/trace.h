/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the code under test does to SMMUs, in the order in which it does it: a
 * line for each register write and command, if asked for (scenarios/registers.c).
 */
#ifndef MODEL_TRACE_H
#define MODEL_TRACE_H

#include <stdbool.h>
#include <stdint.h>

extern bool trace_on;

/* Where an allocation lies is not compared: such addresses are masked. */
void trace(unsigned int smmu, const char *what, uint64_t a, uint64_t b);

#endif /* MODEL_TRACE_H */
