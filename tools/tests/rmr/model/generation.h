/* SPDX-License-Identifier: GPL-2.0-only */
/* What main.c and fuzz.c share: the generations of SMMUs, and how one run goes. */
#ifndef MODEL_GENERATION_H
#define MODEL_GENERATION_H

#include "scenarios/ops.h"
#include "scenarios/sequence.h"

/* The scenarios and machines of one generation. */
struct generation {
    const char *name, *word;           /* the latter for command lines */
    const struct scenario *scenarios;
    const struct variant *variants;
    unsigned int nr_scenarios, nr_variants;
    unsigned int random_without;       /* variants: bit mask */
};

#define NR_GENERATIONS 2
extern struct generation generations[NR_GENERATIONS];

/* random_sequence on one machine. 0, or run_failure() says why not. */
int run_sequence(const struct generation *g, unsigned int variant);

/* --- fuzz.c */

struct fuzz {
    const struct generation *only;     /* NULL: all */
    unsigned long seed, sequences;     /* the first; how many, or 0 */
    unsigned int seconds;              /* 0: until so many have run */
    unsigned int jobs;
    bool progress;
};

/* Runs sequences, and says how many, until one fails. False: one has. */
bool fuzz(const struct fuzz *f);
/* Runs those of a file. */
bool replay(const char *file);

#endif /* MODEL_GENERATION_H */
