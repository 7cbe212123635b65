/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oracle: at each step, what may become of every master's DMA, and is that
 * allowed in the phase that the master is in.
 */
#ifndef MODEL_ORACLE_H
#define MODEL_ORACLE_H

#include <stdbool.h>

#include "machine.h"

/* A set of outcomes. */
#define OUT_RIGHT    (1u << 0)
#define OUT_WRONG    (1u << 1)
#define OUT_BYPASS   (1u << 2)
#define OUT_ABORT    (1u << 3)
#define OUT_ILLEGAL  (1u << 4)
#define OUT_FAULT    (1u << 5)
#define OUT_UNKNOWN  (1u << 6)
#define OUT_CONFLICT (1u << 7)

const char *out_names(unsigned int set);

struct oracle {
    bool off;              /* judge nothing: costs.c */
    bool record;                /* note what is not allowed, and go on */
    unsigned long judged;       /* steps times transactions */
    unsigned long anew;         /* ... of which the answer may be another one */
    unsigned int seen[NR_PHASES][2], bad[NR_PHASES][2];
    unsigned int inside;        /* all of RMR masters in their regions, enabled */
};

extern struct oracle oracle;

void oracle_reset(bool record);
/*
 * Compute at each step what was not, too, since nothing that it depends on has
 * changed, and end the run if it comes out different.
 */
extern bool oracle_distrusts;

/* Something has changed: @what and @arg are for the message. */
void step(const char *what, uint64_t arg);
/* Something else than memory has: judge at the next step. */
void oracle_changed(void);
/* The set for one probe now. */
unsigned int oracle_set(const struct master *m, uint32_t sid,
                        const struct probe *p);
/* All StreamIDs of @m at @ipa. */
unsigned int oracle_ask(struct master *m, uint64_t ipa);
const char *phase_name(enum phase p);

#endif /* MODEL_ORACLE_H */
